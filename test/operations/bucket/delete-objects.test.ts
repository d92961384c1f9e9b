import { describe, expect, it } from "vitest";
import { call, contentMd5, makeAccount, makeBucket, putObjects } from "./fixtures.ts";

const object = (key: string, more = "") => `<Object><Key>${key}</Key>${more}</Object>`;
const document = (content: string) =>
  `<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</Delete>`;

async function deleteAll(bucket: string, content: string, headers: Record<string, string> = {}) {
  const body = document(content);
  const digest = await contentMd5(body);
  return call("POST", `/${bucket}?delete`, { body, headers: { ...digest, ...headers } });
}

async function remaining(bucket: string): Promise<string[]> {
  return (await call("GET", `/${bucket}?list-type=2`)).all("Key");
}

describe("DeleteObjects", () => {
  it("deletes what is there and confirms what is not", async () => {
    const bucket = await makeBucket();
    await putObjects(bucket, ["a", "b", "c"]);
    const answer = await deleteAll(bucket, object("a") + object("never") + object("c"));
    expect(answer.status).toBe(200);
    expect(answer.all("Key")).toEqual(["a", "never", "c"]);
    expect(answer.text).not.toContain("<Error>");
    expect(await remaining(bucket)).toEqual(["b"]);
  });

  it("says nothing of successes when quiet", async () => {
    const bucket = await makeBucket();
    await putObjects(bucket, ["a"]);
    const answer = await deleteAll(bucket, `<Quiet>true</Quiet>${object("a")}`);
    expect([answer.status, answer.all("Deleted")]).toEqual([200, []]);
    expect(await remaining(bucket)).toEqual([]);
  });

  it("takes a checksum in place of Content-MD5", async () => {
    const bucket = await makeBucket();
    const body = document(object("a"));
    const bytes = new TextEncoder().encode(body);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    const checksum = btoa(String.fromCharCode(...digest));
    const headers = { "x-amz-checksum-sha256": checksum };
    expect((await call("POST", `/${bucket}?delete`, { body, headers })).status).toBe(200);
  });

  it("refuses a list without a digest with InvalidRequest (B091)", async () => {
    const bucket = await makeBucket();
    await putObjects(bucket, ["a"]);
    const answer = await call("POST", `/${bucket}?delete`, { body: document(object("a")) });
    expect([answer.status, answer.first("Code")]).toEqual([400, "InvalidRequest"]);
    expect(answer.first("Message")).toContain("Content-MD5 OR x-amz-checksum-*");
    expect(await remaining(bucket)).toEqual(["a"]);
  });

  it("refuses a digest that does not match with BadDigest (B050)", async () => {
    const bucket = await makeBucket();
    await putObjects(bucket, ["a"]);
    const answer = await deleteAll(bucket, object("a"), await contentMd5("something else"));
    expect([answer.status, answer.first("Code")]).toEqual([400, "BadDigest"]);
    expect(await remaining(bucket)).toEqual(["a"]);
  });

  it.each([
    ["no keys (B090)", ""],
    ["1,001 keys (B089)", Array.from({ length: 1001 }, (_, n) => object(`k${n}`)).join("")],
    ["an object without a key", "<Object><VersionId>null</VersionId></Object>"],
    ["an empty key", object("")],
  ])("refuses %s with MalformedXML", async (_what, content) => {
    const bucket = await makeBucket();
    await putObjects(bucket, ["k1"]);
    const answer = await deleteAll(bucket, content);
    expect([answer.status, answer.first("Code")]).toEqual([400, "MalformedXML"]);
    expect(await remaining(bucket)).toEqual(["k1"]);
  });

  it("confirms a key that is named twice twice, and reads keys as XML writes them", async () => {
    const bucket = await makeBucket();
    await putObjects(bucket, ["a", "<&>\"'", "é"]);
    const answer = await deleteAll(
      bucket,
      object("a") + object("a") + object("&lt;&amp;&gt;&quot;&#39;") + object("é"),
    );
    expect([answer.status, answer.all("Deleted").length]).toEqual([200, 4]);
    expect(await remaining(bucket)).toEqual([]);
  });

  it("takes 1,000 keys at once", async () => {
    const bucket = await makeBucket();
    const many = Array.from({ length: 1000 }, (_, n) => object(`k${n}`)).join("");
    const answer = await deleteAll(bucket, many);
    expect([answer.status, answer.all("Deleted").length]).toEqual([200, 1000]);
  });

  it("makes markers in a versioned bucket and removes versions by id", async () => {
    const bucket = await makeBucket();
    await call("PUT", `/${bucket}?versioning`, {
      body: "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
    });
    const put = await call("PUT", `/${bucket}/a`, { body: "x" });
    const versionId = put.headers.get("x-amz-version-id") ?? "";

    const marked = await deleteAll(bucket, object("a"));
    expect(marked.first("DeleteMarker")).toBe("true");
    expect(marked.all("VersionId")).toEqual([]);
    const markerId = marked.first("DeleteMarkerVersionId") ?? "";

    const removed = await deleteAll(bucket, object("a", `<VersionId>${versionId}</VersionId>`));
    expect([removed.first("VersionId"), removed.first("DeleteMarker")]).toEqual([
      versionId,
      undefined,
    ]);
    const unmarked = await deleteAll(bucket, object("a", `<VersionId>${markerId}</VersionId>`));
    expect(unmarked.first("VersionId")).toBe(markerId);
    expect(unmarked.first("DeleteMarker")).toBe("true");
    expect(unmarked.first("DeleteMarkerVersionId")).toBe(markerId);
    expect((await call("GET", `/${bucket}?versions`)).all("Key")).toEqual([]);
  });

  it("answers each key's conditions by itself", async () => {
    const bucket = await makeBucket();
    await putObjects(bucket, ["a", "b", "c"]);
    const etag = "9dd4e461268c8034f5c8564e155c67a6";
    const answer = await deleteAll(
      bucket,
      object("a", `<ETag>"${etag}"</ETag>`) +
        object("b", "<ETag>wrong</ETag>") +
        object("c", "<Size>2</Size>") +
        object("absent", `<ETag>${etag}</ETag>`),
    );
    expect(answer.status).toBe(200);
    expect(answer.all("Deleted").map((deleted) => /<Key>(.*)<\/Key>/.exec(deleted)?.[1])).toEqual([
      "a",
    ]);
    expect(answer.all("Code")).toEqual(["PreconditionFailed", "PreconditionFailed", "NoSuchKey"]);
    expect(await remaining(bucket)).toEqual(["b", "c"]);
  });

  it("answers impossible keys and versions one by one", async () => {
    const bucket = await makeBucket();
    await putObjects(bucket, ["a", "b"]);
    const answer = await deleteAll(
      bucket,
      object("a") + object("k".repeat(1025)) + object("b", "<VersionId>garbage</VersionId>"),
    );
    expect(answer.all("Code")).toEqual(["KeyTooLongError", "NoSuchVersion"]);
    expect(await remaining(bucket)).toEqual(["b"]);
  });

  it("refuses to bypass governance where there is no Object Lock", async () => {
    const bucket = await makeBucket();
    const headers = { "x-amz-bypass-governance-retention": "true" };
    const answer = await deleteAll(bucket, object("a"), headers);
    expect([answer.status, answer.first("Code")]).toEqual([400, "InvalidArgument"]);
  });

  it("refuses strangers with AccessDenied and deletes nothing", async () => {
    const bucket = await makeBucket();
    await putObjects(bucket, ["a"]);
    const { keys } = await makeAccount();
    const body = document(object("a"));
    const headers = await contentMd5(body);
    const answer = await call("POST", `/${bucket}?delete`, { body, headers, keys });
    expect([answer.status, answer.first("Code")]).toEqual([403, "AccessDenied"]);
    expect(await remaining(bucket)).toEqual(["a"]);
  });
});
