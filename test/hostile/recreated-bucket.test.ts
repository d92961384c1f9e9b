// A bucket is deleted and made again elsewhere while this isolate still remembers the old one: the
// name means the new bucket, at once, and nothing stored for the old one gets into the new.

import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { byHeader, makeBucket, must, ownBindings, send } from "./front-door.ts";

/** Deletes the bucket and makes it anew through an isolate of its own. */
async function recreateElsewhere(bucket: string): Promise<void> {
  const door = { env: ownBindings() };
  for (const request of [
    byHeader({ method: "DELETE", path: `/${bucket}/there` }),
    byHeader({ method: "DELETE", path: `/${bucket}` }),
    byHeader({ method: "PUT", path: `/${bucket}` }),
    byHeader({ method: "PUT", path: `/${bucket}/new`, body: "new" }),
  ]) {
    const answer = await send(request, door);
    if (answer.status >= 300) throw new Error(answer.text);
  }
}

async function remembered(): Promise<string> {
  const bucket = await makeBucket();
  await recreateElsewhere(bucket);
  return bucket;
}

describe("a bucket made anew elsewhere", () => {
  it("is read", async () => {
    expect((await must(200, { path: `/${await remembered()}/new` })).text).toBe("new");
  });

  it("is listed", async () => {
    const answer = await must(200, { path: `/${await remembered()}?list-type=2` });
    expect(answer.first("Key")).toBe("new");
  });

  it("loses an object", async () => {
    const bucket = await remembered();
    await must(204, { method: "DELETE", path: `/${bucket}/new` });
    expect((await must(200, { path: `/${bucket}?list-type=2` })).first("Key")).toBeUndefined();
  });

  it("begins an upload", async () => {
    await must(200, { method: "POST", path: `/${await remembered()}/upload?uploads` });
  });

  it("is the target and the source of a copy", async () => {
    const [target, source] = [await remembered(), await remembered()];
    const headers = { "x-amz-copy-source": `${source}/new` };
    await must(200, { method: "PUT", path: `/${target}/copy`, headers });
    expect((await must(200, { path: `/${target}/copy` })).text).toBe("new");
  });

  it("asks for patience where a body was read, keeps no blob, and takes it the next time", async () => {
    const bucket = await remembered();
    const before = (await env.STORE_STANDARD.list()).objects.length;
    const put = byHeader({ method: "PUT", path: `/${bucket}/body`, body: "x" });
    const answer = await send(put);
    expect([answer.status, answer.first("Code")]).toEqual([503, "SlowDown"]);
    expect((await env.STORE_STANDARD.list()).objects.length).toBe(before);
    await must(200, { method: "PUT", path: `/${bucket}/body`, body: "x" });
  });

  it("takes a setting the next time", async () => {
    const bucket = await remembered();
    const body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    const wish = { method: "PUT", path: `/${bucket}?versioning`, body };
    expect([200, 503]).toContain((await send(byHeader(wish))).status);
    await must(200, wish);
    expect((await must(200, { path: `/${bucket}?versioning` })).first("Status")).toBe("Enabled");
  });

  it("is deleted", async () => {
    const bucket = await remembered();
    await must(204, { method: "DELETE", path: `/${bucket}/new` });
    await must(204, { method: "DELETE", path: `/${bucket}` });
    expect((await send(byHeader({ path: `/${bucket}` }))).status).toBe(404);
  });

  it("is still gone when nobody made it anew", async () => {
    const bucket = await makeBucket();
    const door = { env: ownBindings() };
    for (const path of [`/${bucket}/there`, `/${bucket}`]) {
      await send(byHeader({ method: "DELETE", path }), door);
    }
    for (const [method, path, status] of [
      ["GET", `/${bucket}/there`, 404],
      ["PUT", `/${bucket}/there`, 404],
      ["DELETE", `/${bucket}/there`, 404],
      ["GET", `/${bucket}?list-type=2`, 404],
      ["DELETE", `/${bucket}`, 404],
    ] as const) {
      const body = method === "PUT" ? { body: "x" } : {};
      const answer = await send(byHeader({ method, path, ...body }));
      expect([answer.status, answer.first("Code")], path).toEqual([status, "NoSuchBucket"]);
    }
  });

  it("SEC-147 is not another account's: its name is kept for a while", async () => {
    const { makeAccount } = await import("../operations/bucket/fixtures.ts");
    const { keys } = await makeAccount();
    const bucket = await makeBucket();
    await must(204, { method: "DELETE", path: `/${bucket}/there` });
    await must(204, { method: "DELETE", path: `/${bucket}` });
    const taken = await send(byHeader({ method: "PUT", path: `/${bucket}`, keys }));
    expect([taken.status, taken.first("Code")]).toEqual([409, "BucketAlreadyExists"]);
    await must(200, { method: "PUT", path: `/${bucket}` });
  });
});
