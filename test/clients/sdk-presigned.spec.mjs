// AWS SDK for JavaScript v3, presigned URLs: anybody who has the URL may do what it says, as often
// as it lasts, and nothing else.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { openClient, serve } from "./support/server.mjs";

const server = await serve();
const client = openClient(server);
const Bucket = "presigned";
await client.send(new CreateBucketCommand({ Bucket }));

const sign = (Command, input, options = {}) =>
  getSignedUrl(client, new Command({ Bucket, ...input }), { expiresIn: 60, ...options });

/** `200`, or `403 SignatureDoesNotMatch`. */
async function outcome(url, init) {
  const answer = await fetch(url, init);
  const code = /<Code>(\w+)</.exec(await answer.text())?.[1];
  return code === undefined ? `${answer.status}` : `${answer.status} ${code}`;
}

describe("a presigned URL", () => {
  const Key = "some key+with ünicode&more";

  test("stores, reads, describes and deletes", async () => {
    const put = await sign(PutObjectCommand, { Key });
    assert.equal(await outcome(put, { method: "PUT", body: "by url" }), "200");
    const get = await sign(GetObjectCommand, { Key });
    assert.equal(await (await fetch(get)).text(), "by url");
    assert.equal(await (await fetch(get, { headers: { range: "bytes=3-" } })).text(), "url");
    const head = await fetch(await sign(HeadObjectCommand, { Key }), { method: "HEAD" });
    assert.equal(head.status, 200);
    assert.equal(head.headers.get("content-length"), "6");
    assert.match(head.headers.get("etag"), /^"[0-9a-f]{32}"$/);
    const list = await fetch(await sign(ListObjectsV2Command, { Prefix: "some key+" }));
    assert.match(await list.text(), /<KeyCount>1<\/KeyCount>/);
    assert.equal(
      await outcome(await sign(DeleteObjectCommand, { Key }), { method: "DELETE" }),
      "204",
    );
    assert.equal(await outcome(get), "404 NoSuchKey");
  });

  test("binds the headers that were signed", async () => {
    const input = { Key: "typed", ContentType: "text/csv" };
    const signableHeaders = new Set(["content-type"]);
    const url = await sign(PutObjectCommand, input, { signableHeaders });
    assert.match(url, /X-Amz-SignedHeaders=content-type%3Bhost/);
    const put = (type) =>
      outcome(url, { method: "PUT", body: "a,b", headers: { "content-type": type } });
    assert.equal(await put("text/html"), "403 SignatureDoesNotMatch");
    assert.equal(await put("text/csv"), "200");
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: "typed" }));
    assert.equal(head.ContentType, "text/csv");
  });

  test("stands in for metadata, class and tags, but not for a checksum", async () => {
    const input = { Key: "hoisted", Metadata: { from: "url" }, StorageClass: "STANDARD_IA" };
    // Of the empty body the signer had: S3 does not hold it against the one that came.
    const url = await sign(PutObjectCommand, { ...input, ChecksumCRC32: "AAAAAA==" });
    assert.match(url, /x-amz-checksum-crc32=AAAAAA/);
    assert.equal(await outcome(url, { method: "PUT", body: "123456789" }), "200");
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: "hoisted" }));
    assert.deepEqual(head.Metadata, { from: "url" });
    assert.equal(head.StorageClass, "STANDARD_IA");
  });

  test("binds a checksum that is signed as a header", async () => {
    const unhoistableHeaders = new Set(["x-amz-checksum-sha256"]);
    const ChecksumSHA256 = createHash("sha256").update("right").digest("base64");
    const url = await sign(
      PutObjectCommand,
      { Key: "sum", ChecksumSHA256 },
      { unhoistableHeaders },
    );
    const headers = { "x-amz-checksum-sha256": ChecksumSHA256 };
    assert.equal(await outcome(url, { method: "PUT", body: "wrong", headers }), "400 BadDigest");
    assert.equal(await outcome(url, { method: "PUT", body: "right", headers }), "200");
    const without = await outcome(url, { method: "PUT", body: "wrong" });
    assert.equal(without, "403 SignatureDoesNotMatch");
    const ChecksumMode = "ENABLED";
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: "sum", ChecksumMode }));
    assert.equal(head.ChecksumSHA256, ChecksumSHA256);
  });

  test("uploads a part", async () => {
    const upload = { Bucket, Key: "parts" };
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(upload));
    const url = await sign(UploadPartCommand, { ...upload, UploadId, PartNumber: 3 });
    assert.equal(await outcome(url, { method: "PUT", body: "part" }), "200");
    assert.equal(
      await outcome(url.replace("partNumber=3", "partNumber=4"), { method: "PUT", body: "part" }),
      "403 SignatureDoesNotMatch",
    );
  });

  test("sets the answer's headers", async () => {
    await client.send(new PutObjectCommand({ Bucket, Key: "download", Body: "x" }));
    const answer = await fetch(
      await sign(GetObjectCommand, {
        Key: "download",
        ResponseContentDisposition:
          "attachment; filename=\"grün.txt\"; filename*=UTF-8''gr%C3%BCn.txt",
        ResponseContentType: "text/plain; charset=utf-8",
      }),
    );
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get("content-disposition"), /^attachment; filename=/);
    assert.equal(answer.headers.get("content-type"), "text/plain; charset=utf-8");
  });

  test("is worth nothing once it expired, for another key, method or signature", async () => {
    await client.send(new PutObjectCommand({ Bucket, Key: "guarded", Body: "x" }));
    const past = new Date(Date.now() - 120_000);
    const expired = await sign(GetObjectCommand, { Key: "guarded" }, { signingDate: past });
    const answer = await fetch(expired);
    assert.equal(answer.status, 403);
    assert.match(await answer.text(), /<Code>AccessDenied<\/Code><Message>Request has expired</);
    const url = await sign(GetObjectCommand, { Key: "guarded" });
    const mismatch = "403 SignatureDoesNotMatch";
    assert.equal(await outcome(url.replace("/guarded", "/typed")), mismatch);
    assert.equal(await outcome(url, { method: "PUT", body: "x" }), mismatch);
    assert.equal(await outcome(url, { method: "DELETE" }), mismatch);
    assert.equal(await outcome(url.replace("Expires=60", "Expires=61")), mismatch);
    assert.equal(await outcome(`${url}&acl`), mismatch);
    assert.equal(await outcome(url.split("?")[0]), "403 AccessDenied");
    assert.equal(await outcome(url), "200");
  });
});
