// Rows of the threat list about access that no operation's own test is about: powers that do not exist,
// a race of tags, headers that would be internal facts, and doors that are not there.
import { createExecutionContext, env, SELF } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../../src/app.ts";
import type { Env } from "../../src/env.ts";
import { iamActions, stsActions } from "../../src/iam/actions.ts";
import { allow, iam, makeUser, refusal } from "../iam/fixtures.ts";
import { call, makeBucket, rootKeys } from "../operations/bucket/fixtures.ts";

describe("Doors that are not there", () => {
  it("SEC-066 SEC-067 nothing imports identities, and nothing exports a secret", async () => {
    const words = [...iamActions, ...stsActions].filter((name) => /import|export/i.test(name));
    expect(words).toEqual([]);
    for (const action of ["ImportIAM", "ExportIAM", "ImportUsers"]) {
      expect(await refusal(iam(rootKeys, action))).toEqual([400, "InvalidAction"]);
    }
    const all = await iam(rootKeys, "GetAccountAuthorizationDetails");
    expect(all.text).not.toContain(env.ROOT_SECRET_ACCESS_KEY);
    for (const path of ["/-/api/v1/import", "/-/api/v1/export"]) {
      expect((await call("GET", path)).status).toBe(404);
    }
  });

  it("SEC-092 no login but a signature: a bearer token, a cookie and a form are nobody", async () => {
    const bucket = await makeBucket("closed");
    const claims = btoa(JSON.stringify({ sub: "root", exp: 4_000_000_000 }));
    const token = `${btoa('{"alg":"none"}')}.${claims}.`;
    for (const headers of [
      { authorization: `Bearer ${token}` },
      { cookie: `token=${token}` },
      { "x-amz-security-token": token },
    ]) {
      for (const path of [`/${bucket}`, "/-/api/v1/status", "/-/api/v1/accounts"]) {
        const answer = await SELF.fetch(`http://localhost${path}`, { headers });
        expect(answer.status, JSON.stringify([path, headers])).toBeGreaterThanOrEqual(400);
        await answer.text();
      }
    }
    const login = await SELF.fetch("http://localhost/-/console/login", { method: "POST" });
    expect(login.headers.get("set-cookie")).toBeNull();
    await login.text();
  });

  it("SEC-041 SEC-145 no path leads to an index or to a store", async () => {
    for (const path of ["/-/index", "/-/internal/commit", "/__durable_object", "/-/store/x"]) {
      for (const method of ["GET", "POST", "PUT"]) {
        const answer = await SELF.fetch(`http://localhost${path}`, { method });
        expect(answer.status, `${method} ${path}`).toBeGreaterThanOrEqual(400);
        await answer.text();
      }
    }
  });
});

describe("Facts that only the server makes", () => {
  it("SEC-104 are set by no header, of Cairn's or of other servers", async () => {
    const bucket = await makeBucket("inner");
    const headers = {
      "x-minio-replication-server-side-encryption-sealed-key": "x",
      "x-minio-internal-server-side-encryption-iv": "x",
      "x-cairn-version-id": "forged",
      "x-amz-version-id": "forged",
      "x-amz-replication-status": "REPLICA",
      "x-rgw-object-type": "Append",
    };
    expect((await call("PUT", `/${bucket}/a`, { body: "content", headers })).status).toBe(200);
    const answer = await call("GET", `/${bucket}/a`);
    expect([answer.status, answer.text]).toEqual([200, "content"]);
    for (const name of Object.keys(headers)) expect(answer.headers.has(name), name).toBe(false);
  });
});

describe("SEC-106 the list of uploads", () => {
  it("needs its own permission, and shows what others began only with it", async () => {
    const bucket = await makeBucket("uploads");
    expect((await call("POST", `/${bucket}/secret?uploads`)).status).toBe(200);
    const name = () => `u-${crypto.randomUUID().slice(0, 8)}`;
    const lister = await makeUser(rootKeys, name(), allow(["s3:ListBucket", "s3:PutObject"]));
    const allowed = await makeUser(rootKeys, name(), allow("s3:ListBucketMultipartUploads"));
    const path = `/${bucket}?uploads`;
    const refused = await call("GET", path, { keys: lister });
    expect([refused.status, refused.all("Key")]).toEqual([403, []]);
    expect((await call("GET", path, { keys: allowed })).all("Key")).toEqual(["secret"]);
  });
});

describe("SEC-076 tags", () => {
  let bucket: string;
  beforeAll(async () => {
    bucket = await makeBucket("race");
    await call("DELETE", `/${bucket}?publicAccessBlock`);
    const Statement = {
      ...{ Effect: "Allow", Principal: "*", Action: "s3:GetObject" },
      Resource: `arn:aws:s3:::${bucket}/*`,
      Condition: { StringEquals: { "s3:ExistingObjectTag/secret": "0" } },
    };
    const body = JSON.stringify({ Version: "2012-10-17", Statement });
    expect((await call("PUT", `/${bucket}?policy`, { body })).status).toBe(204);
  });

  it("that change between the look at them and the read are judged by what is read", async () => {
    const store = async (secret: string, content: string) => {
      const headers = { "x-amz-tagging": `secret=${secret}` };
      const answer = await call("PUT", `/${bucket}/a`, { body: content, headers });
      expect(answer.status).toBe(200);
    };
    await store("0", "open");
    let looks = 0;
    // Behind the first answer of the index the object is replaced by one that is secret.
    const watched = (stub: object) =>
      new Proxy(stub, {
        get: (target, name) => {
          const value = Reflect.get(target, name);
          if (name !== "resolve") return typeof value === "function" ? value.bind(target) : value;
          return async (...given: unknown[]) => {
            const found = await (target as { resolve(...all: unknown[]): unknown }).resolve(
              ...given,
            );
            looks += 1;
            if (looks === 1) await store("1", "secret");
            return found;
          };
        },
      });
    const BUCKET_INDEX = new Proxy(env.BUCKET_INDEX, {
      get: (namespace, name) => {
        const value = Reflect.get(namespace, name);
        if (typeof value !== "function") return value;
        const bound = value.bind(namespace) as (...given: unknown[]) => object;
        return name === "get" || name === "getByName"
          ? (...given: unknown[]) => watched(bound(...given))
          : bound;
      },
    });
    const request = new Request(`http://localhost/${bucket}/a`);
    const bindings = { ...env, BUCKET_INDEX } as Env;
    const answer = await createApp().fetch(request, bindings, createExecutionContext());
    expect(await answer.text()).not.toContain("secret</");
    expect([answer.status, looks]).toEqual([403, 2]);
  });
});
