// What a warm read costs besides its bytes: no query of the catalog, whoever reads and whatever the
// policies weigh, and one question to the index.
import { createExecutionContext, env } from "cloudflare:test";
import { AwsClient } from "aws4fetch";
import { describe, expect, it } from "vitest";
import { createApp } from "../../src/app.ts";
import type { Env } from "../../src/env.ts";
import { makeUser, policy } from "../iam/fixtures.ts";
import { call, type Keys, makeBucket, origin, rootKeys } from "./bucket/fixtures.ts";

/** The bindings with counts of what is asked of them; caches of their own, as another isolate has. */
function countingBindings() {
  const counted = { queries: 0, indexCalls: 0 };
  const CATALOG = new Proxy(env.CATALOG, {
    get: (database, name) => {
      const value = Reflect.get(database, name);
      if (typeof value !== "function") return value;
      if (name === "prepare" || name === "batch") counted.queries += 1;
      return value.bind(database);
    },
  });
  const BUCKET_INDEX = new Proxy(env.BUCKET_INDEX, {
    get: (namespace, name) => {
      const value = Reflect.get(namespace, name);
      if (typeof value !== "function") return value;
      if (name === "get") counted.indexCalls += 1;
      return value.bind(namespace);
    },
  });
  return { counted, bindings: { ...env, CATALOG, BUCKET_INDEX } as Env };
}

async function read(bindings: Env, keys: Keys, path: string): Promise<[number, string]> {
  const client = new AwsClient({ ...keys, service: "s3", region: "us-east-1" });
  const request = await client.sign(`${origin}${path}`);
  const headers = new Headers(request.headers);
  headers.set("host", new URL(origin).host);
  const answer = await createApp().fetch(
    new Request(request, { headers }),
    bindings,
    createExecutionContext(),
  );
  return [answer.status, await answer.text()];
}

/** A bucket policy of nearly 20 kB, every statement of which speaks of GetObject. */
function heavyPolicy(bucket: string): string {
  const Statement: object[] = [];
  const text = () => JSON.stringify({ Version: "2012-10-17", Statement });
  while (text().length < 20_000) {
    Statement.push({
      ...{ Effect: "Deny", Principal: "*", Action: "s3:GetObject" },
      Resource: `arn:aws:s3:::${bucket}/closed/${Statement.length}/*`,
      Condition: { StringNotLike: { "aws:PrincipalArn": "arn:aws:iam::*:user/keeper" } },
    });
  }
  Statement.pop();
  return text();
}

describe("a warm GET", () => {
  it("asks the catalog nothing, of root, of a user, and under a policy of 20 kB", async () => {
    const bucket = await makeBucket("warm");
    const governed = await makeBucket("governed");
    for (const name of [bucket, governed]) await call("PUT", `/${name}/a`, { body: "content" });
    const body = heavyPolicy(governed);
    expect((await call("PUT", `/${governed}?policy`, { body })).status).toBe(204);
    const document = policy({
      ...{ Effect: "Allow", Action: ["s3:Get*", "s3:ListBucket"] },
      Resource: ["arn:aws:s3:::*", "arn:aws:s3:::home/$" + "{aws:username}/*"],
    });
    const user = await makeUser(rootKeys, `warm-${crypto.randomUUID().slice(0, 8)}`, document);
    const { counted, bindings } = countingBindings();
    const reads = [
      [rootKeys, bucket],
      [user, bucket],
      [user, governed],
    ] as const;
    for (const [keys, name] of reads) {
      expect(await read(bindings, keys, `/${name}/a`)).toEqual([200, "content"]);
    }
    expect(counted.queries).toBeGreaterThan(0);
    for (const [keys, name] of reads) {
      const before = { ...counted };
      for (let round = 0; round < 5; round += 1) {
        expect(await read(bindings, keys, `/${name}/a`)).toEqual([200, "content"]);
      }
      expect(counted.queries - before.queries).toBe(0);
      expect(counted.indexCalls - before.indexCalls).toBe(5);
    }
  });
});
