// PUBLIC_CACHE: bytes of public objects from the edge's cache, and nothing else from it. SEC-150: what
// is not public, is sealed, or was replaced, deleted or closed since, never comes out.
import { createExecutionContext, env, waitOnExecutionContext } from "cloudflare:test";
import { AwsClient } from "aws4fetch";
import { beforeEach, describe, expect, it } from "vitest";
import { createApp } from "../../../src/app.ts";
import type { Env } from "../../../src/env.ts";
import { mostCachedBytes } from "../../../src/operations/object/public-cache.ts";
import { call, makeBucket, rootKeys } from "../bucket/fixtures.ts";

/** The bindings with the setting, and a count of the reads of the store. */
function cachingBindings(setting = "true") {
  const counted = { reads: 0 };
  const STORE_STANDARD = new Proxy(env.STORE_STANDARD, {
    get: (store, name) => {
      const value = Reflect.get(store, name);
      if (typeof value !== "function") return value;
      if (name === "get") counted.reads += 1;
      return value.bind(store);
    },
  });
  return { counted, bindings: { ...env, STORE_STANDARD, PUBLIC_CACHE: setting } as Env };
}

let bucket: string;
let stage: ReturnType<typeof cachingBindings>;

const setPolicy = async (more: object = {}) => {
  const Statement = {
    ...{ Effect: "Allow", Principal: "*", Action: "s3:GetObject" },
    ...{ Resource: `arn:aws:s3:::${bucket}/open/*`, ...more },
  };
  const body = JSON.stringify({ Version: "2012-10-17", Statement });
  expect((await call("PUT", `/${bucket}?policy`, { body })).status).toBe(204);
};

beforeEach(async () => {
  bucket = await makeBucket("cache");
  stage = cachingBindings();
  await call("DELETE", `/${bucket}?publicAccessBlock`);
  await setPolicy();
});

const put = async (key: string, body: string, headers: Record<string, string> = {}) =>
  expect((await call("PUT", `/${bucket}/${key}`, { body, headers })).status).toBe(200);

async function fetchWith(bindings: Env, request: Request) {
  const context = createExecutionContext();
  const answer = await createApp().fetch(request, bindings, context);
  const text = await answer.text();
  await waitOnExecutionContext(context);
  return { status: answer.status, headers: answer.headers, text };
}

const visit = (key: string, headers: Record<string, string> = {}, method = "GET") =>
  fetchWith(stage.bindings, new Request(`http://localhost/${bucket}/${key}`, { method, headers }));

async function signedRead(key: string) {
  const client = new AwsClient({ ...rootKeys, service: "s3", region: "us-east-1" });
  const request = await client.sign(`http://localhost/${bucket}/${key}`);
  const headers = new Headers(request.headers);
  headers.set("host", "localhost");
  return fetchWith(stage.bindings, new Request(request, { headers }));
}

/** What a read answers, and how often the store was asked for it. */
async function counted(read: Promise<{ status: number; text: string }>) {
  const before = stage.counted.reads;
  const { status, text } = await read;
  return [status, text, stage.counted.reads - before];
}

describe("a public object", () => {
  it("is read from its store once, with the same answer each time", async () => {
    await put("open/a", "0123456789", { "cache-control": "max-age=5", "x-amz-meta-a": "b" });
    const first = await visit("open/a");
    expect([first.text, stage.counted.reads]).toEqual(["0123456789", 1]);
    const second = await visit("open/a");
    expect([second.status, second.text, stage.counted.reads]).toEqual([200, "0123456789", 1]);
    const stable = ({ headers }: typeof first) =>
      [...headers].filter(([name]) => !/^(?:date|x-amz-request-id|x-amz-id-2)$/.test(name));
    expect(stable(second)).toEqual(stable(first));
    expect(second.headers.get("cache-control")).toBe("max-age=5");
  });

  it("has its ranges and conditions right", async () => {
    await put("open/a", "0123456789");
    const { headers } = await visit("open/a");
    const range = await visit("open/a", { range: "bytes=2-4" });
    expect([range.status, range.text, range.headers.get("content-range")]).toEqual([
      206,
      "234",
      "bytes 2-4/10",
    ]);
    expect(stage.counted.reads).toBe(1);
    expect((await visit("open/a", { range: "bytes=-2" })).text).toBe("89");
    expect((await visit("open/a", { range: "bytes=20-" })).status).toBe(416);
    const etag = headers.get("etag") ?? "";
    expect((await visit("open/a", { "if-none-match": etag })).status).toBe(304);
    expect((await visit("open/a", { "if-match": '"other"' })).status).toBe(412);
    expect((await visit("open/a", {}, "HEAD")).headers.get("content-length")).toBe("10");
    expect(stage.counted.reads).toBe(1);
  });

  it("shows an overwrite, a deletion and a restored version at once", async () => {
    const enabled =
      '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>';
    await put("open/a", "old");
    expect(await counted(visit("open/a"))).toEqual([200, "old", 1]);
    await put("open/a", "new");
    expect(await counted(visit("open/a"))).toEqual([200, "new", 1]);
    expect(await counted(visit("open/a"))).toEqual([200, "new", 0]);
    await call("PUT", `/${bucket}?versioning`, { body: enabled });
    const marker = await call("DELETE", `/${bucket}/open/a`);
    expect((await visit("open/a")).status).toBe(403);
    const versionId = marker.headers.get("x-amz-version-id");
    expect((await call("DELETE", `/${bucket}/open/a?versionId=${versionId}`)).status).toBe(204);
    expect((await visit("open/a")).text).toBe("new");
  });
});

describe("SEC-150 the cache", () => {
  it("holds nothing back from a policy that closes, wholly or for some", async () => {
    await put("open/a", "public for now");
    await visit("open/a");
    await setPolicy({ Condition: { StringEquals: { "aws:Referer": "https://example.com/" } } });
    expect((await visit("open/a")).status).toBe(403);
    expect((await visit("open/a", { referer: "https://example.com/" })).status).toBe(200);
    expect((await call("DELETE", `/${bucket}?policy`)).status).toBe(204);
    expect((await visit("open/a", { referer: "https://example.com/" })).status).toBe(403);
  });

  it("is neither filled nor asked by who signs", async () => {
    await put("open/a", "content");
    expect(await counted(signedRead("open/a"))).toEqual([200, "content", 1]);
    expect(await counted(visit("open/a"))).toEqual([200, "content", 1]);
    expect(await counted(signedRead("open/a"))).toEqual([200, "content", 1]);
  });

  it("never holds what is private, sealed or large", async () => {
    await put("closed", "private");
    await signedRead("closed");
    expect((await visit("closed")).status).toBe(403);
    await put("open/sealed", "sealed", { "x-amz-server-side-encryption": "aws:kms" });
    const large = "x".repeat(mostCachedBytes + 1);
    await put("open/large", large);
    for (const key of ["open/large"]) {
      for (const round of [1, 2]) {
        const [status, text, reads] = await counted(visit(key));
        expect([status, String(text).length, reads], `${round}`).toEqual([200, large.length, 1]);
      }
    }
    for (const round of [1, 2]) {
      expect((await counted(visit("open/sealed")))[2], `${round}`).toBeLessThanOrEqual(1);
    }
  });

  it("has no door of its own: its names are no objects", async () => {
    await put("open/a", "content");
    await visit("open/a");
    const door = new Request("http://localhost/-/public-cache/x/y", {});
    expect((await fetchWith(stage.bindings, door)).status).toBeGreaterThanOrEqual(400);
  });

  it("is off unless it is switched on", async () => {
    stage = cachingBindings("false");
    await put("open/a", "content");
    for (const round of [1, 2]) {
      expect(await counted(visit("open/a")), `${round}`).toEqual([200, "content", 1]);
    }
  });
});
