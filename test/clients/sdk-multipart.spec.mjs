// AWS SDK for JavaScript v3, multipart: parts of any size in any order, copies of ranges, listing,
// aborting, and lib-storage's Upload on streams of unknown length.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describe, test } from "node:test";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  paginateListParts,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { noise, sha256, sha256OfFile, writeNoise } from "./support/files.mjs";
import { isFull, openClient, scratchDirectory, serve } from "./support/server.mjs";

const server = await serve();
const client = openClient(server);
const scratch = scratchDirectory();
const Bucket = "multipart";
const mebibyte = 1024 * 1024;
await client.send(new CreateBucketCommand({ Bucket }));

const send = (Command, input) => client.send(new Command({ Bucket, ...input }));
const md5 = (bytes) => createHash("md5").update(bytes).digest();

/** Starts an upload and gives what the other calls need. */
async function begin(Key, more = {}) {
  const { UploadId } = await send(CreateMultipartUploadCommand, { Key, ...more });
  return { Key, UploadId };
}

async function uploadPart(upload, PartNumber, Body) {
  const { ETag } = await send(UploadPartCommand, { ...upload, PartNumber, Body });
  return { PartNumber, ETag };
}

const complete = (upload, Parts, more = {}) =>
  send(CompleteMultipartUploadCommand, { ...upload, MultipartUpload: { Parts }, ...more });

describe("an upload by hand", () => {
  test("joins parts of unequal size, sent in any order, with gaps in the numbers", async () => {
    const upload = await begin("unequal", {
      ContentType: "video/mp4",
      Metadata: { by: "hand" },
      StorageClass: "STANDARD_IA",
    });
    const bodies = new Map([
      [7, noise(6 * mebibyte + 1, 1)],
      [2, noise(5 * mebibyte, 2)],
      [10_000, noise(3, 3)],
      [400, noise(5 * mebibyte + 12_345, 4)],
    ]);
    const parts = [];
    for (const [number, body] of bodies) parts.push(await uploadPart(upload, number, body));
    parts.sort((left, right) => left.PartNumber - right.PartNumber);
    const { ETag, Location } = await complete(upload, parts);
    const ordered = parts.map(({ PartNumber }) => bodies.get(PartNumber));
    const expected = md5(Buffer.concat(ordered.map(md5))).toString("hex");
    assert.equal(ETag, `"${expected}-4"`);
    assert.match(Location, /^http:\/\/.*\/multipart\/unequal$/);
    const answer = await send(GetObjectCommand, { Key: "unequal" });
    assert.equal(answer.ContentType, "video/mp4");
    assert.equal(answer.StorageClass, "STANDARD_IA");
    assert.deepEqual(answer.Metadata, { by: "hand" });
    const whole = Buffer.concat(ordered);
    assert.equal(sha256(await answer.Body.transformToByteArray()), sha256(whole));
    const edge = 5 * mebibyte;
    const across = await send(GetObjectCommand, {
      Key: "unequal",
      Range: `bytes=${edge - 10}-${edge + 9}`,
    });
    const seen = Buffer.from(await across.Body.transformToByteArray());
    assert.deepEqual(seen, whole.subarray(edge - 10, edge + 10));
    for (const { PartNumber } of parts) {
      const part = await send(HeadObjectCommand, { Key: "unequal", PartNumber });
      assert.equal(part.ContentLength, bodies.get(PartNumber).length);
      assert.equal(part.PartsCount, 4);
    }
  });

  test("a part sent twice counts once, as it was last", async () => {
    const upload = await begin("twice");
    await uploadPart(upload, 1, "first");
    const part = await uploadPart(upload, 1, "second");
    await complete(upload, [part]);
    const answer = await send(GetObjectCommand, { Key: "twice" });
    assert.equal(await answer.Body.transformToString(), "second");
  });

  test("refuses what cannot be completed, by S3's names", async () => {
    const upload = await begin("refused");
    const small = await uploadPart(upload, 1, "too small");
    const last = await uploadPart(upload, 2, "last");
    await assert.rejects(complete(upload, [small, last]), { name: "EntityTooSmall" });
    await assert.rejects(complete(upload, [last, small]), { name: "InvalidPartOrder" });
    await assert.rejects(complete(upload, [{ ...small, ETag: '"0"' }]), { name: "InvalidPart" });
    await assert.rejects(complete(upload, [{ ...small, PartNumber: 9 }]), { name: "InvalidPart" });
    await assert.rejects(complete(upload, []), { name: "MalformedXML" });
    await assert.rejects(uploadPart(upload, 0, "x"), { name: "InvalidArgument" });
    await assert.rejects(uploadPart(upload, 10_001, "x"), { name: "InvalidArgument" });
    const unknown = { ...upload, UploadId: "nonsense" };
    await assert.rejects(complete(unknown, [small]), { name: "NoSuchUpload" });
    await assert.rejects(uploadPart(unknown, 1, "x"), { name: "NoSuchUpload" });
    await assert.rejects(send(AbortMultipartUploadCommand, unknown), { name: "NoSuchUpload" });
    await assert.rejects(send(ListPartsCommand, unknown), { name: "NoSuchUpload" });
    await complete(upload, [last]);
  });

  test("may be told twice to complete, and answers the same", async () => {
    const upload = await begin("again");
    const part = await uploadPart(upload, 1, "once");
    const first = await complete(upload, [part]);
    const second = await complete(upload, [part]);
    assert.equal(second.ETag, first.ETag);
  });

  test("completes under a condition only when it holds", async () => {
    const upload = await begin("create-only");
    const part = await uploadPart(upload, 1, "mine");
    await send(PutObjectCommand, { Key: "create-only", Body: "theirs" });
    const refused = complete(upload, [part], { IfNoneMatch: "*" });
    await assert.rejects(refused, { name: "PreconditionFailed" });
    const { ETag } = await send(HeadObjectCommand, { Key: "create-only" });
    await complete(upload, [part], { IfMatch: ETag });
    const answer = await send(GetObjectCommand, { Key: "create-only" });
    assert.equal(await answer.Body.transformToString(), "mine");
  });

  test("copies parts from objects, whole and by range", async () => {
    const source = noise(11 * mebibyte, 9);
    await send(PutObjectCommand, { Key: "source ü", Body: source });
    const CopySource = `${Bucket}/${encodeURIComponent("source ü")}`;
    const upload = await begin("from parts");
    const copy = async (PartNumber, CopySourceRange) => {
      const input = { ...upload, PartNumber, CopySource, CopySourceRange };
      const { CopyPartResult } = await send(UploadPartCopyCommand, input);
      return { PartNumber, ETag: CopyPartResult.ETag };
    };
    const parts = [
      await copy(1),
      await copy(2, `bytes=0-${5 * mebibyte - 1}`),
      await copy(3, "bytes=100-199"),
    ];
    await assert.rejects(copy(4, `bytes=0-${11 * mebibyte}`), { name: "InvalidArgument" });
    await complete(upload, parts);
    const expected = Buffer.concat([
      source,
      source.subarray(0, 5 * mebibyte),
      source.subarray(100, 200),
    ]);
    const answer = await send(GetObjectCommand, { Key: "from parts" });
    assert.equal(sha256(await answer.Body.transformToByteArray()), sha256(expected));
  });

  test("is listed while open, with its parts in pages, and gone once aborted", async () => {
    const upload = await begin("listed/one", { ChecksumAlgorithm: "CRC32" });
    await begin("listed/two");
    for (const number of [1, 2, 3, 4, 5]) await uploadPart(upload, number, `part ${number}`);
    const numbers = [];
    let pages = 0;
    for await (const page of paginateListParts({ client, pageSize: 2 }, { Bucket, ...upload })) {
      numbers.push(...page.Parts.map(({ PartNumber }) => PartNumber));
      assert.equal(page.ChecksumAlgorithm, "CRC32");
      pages++;
      // The SDK's paginator does not look at it, and S3's marker starts over behind the last page.
      if (!page.IsTruncated) break;
    }
    assert.deepEqual(numbers, [1, 2, 3, 4, 5]);
    assert.equal(pages, 3);
    const list = (more) => send(ListMultipartUploadsCommand, { Prefix: "listed/", ...more });
    const first = await list({ MaxUploads: 1 });
    assert.deepEqual(
      first.Uploads.map(({ Key }) => Key),
      ["listed/one"],
    );
    assert.equal(first.IsTruncated, true);
    const second = await list({
      KeyMarker: first.NextKeyMarker,
      UploadIdMarker: first.NextUploadIdMarker,
    });
    assert.deepEqual(
      second.Uploads.map(({ Key }) => Key),
      ["listed/two"],
    );
    const grouped = await send(ListMultipartUploadsCommand, { Delimiter: "/", Prefix: "listed" });
    assert.deepEqual(grouped.CommonPrefixes, [{ Prefix: "listed/" }]);
    await send(AbortMultipartUploadCommand, upload);
    assert.deepEqual(
      (await list()).Uploads.map(({ Key }) => Key),
      ["listed/two"],
    );
    await assert.rejects(uploadPart(upload, 6, "late"), { name: "NoSuchUpload" });
  });
});

describe("lib-storage Upload", () => {
  test("sends a stream of unknown length in parts, the last one short", async () => {
    const bytes = noise(12 * mebibyte + 321, 5);
    const Body = Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]).pipe(new PassThrough());
    const upload = new Upload({ client, params: { Bucket, Key: "unknown", Body } });
    const seen = [];
    upload.on("httpUploadProgress", ({ loaded }) => seen.push(loaded));
    const answer = await upload.done();
    assert.match(answer.ETag, /-3"$/);
    assert.ok(seen.includes(bytes.length));
    const read = await send(GetObjectCommand, { Key: "unknown" });
    assert.equal(sha256(await read.Body.transformToByteArray()), sha256(bytes));
  });

  test("sends what is small in one call", async () => {
    const params = { Bucket, Key: "small", Body: Readable.from([Buffer.from("small")]) };
    const answer = await new Upload({ client, params }).done();
    assert.match(answer.ETag, /^"[0-9a-f]{32}"$/);
  });

  test("cleans up after itself when aborted", async () => {
    const Body = new PassThrough();
    const upload = new Upload({ client, params: { Bucket, Key: "aborted", Body } });
    Body.write(noise(6 * mebibyte));
    const done = upload.done();
    setTimeout(() => upload.abort(), 300);
    await assert.rejects(done, { name: "AbortError" });
    Body.destroy();
  });

  const sizeMebibytes = isFull ? 1024 : 64;
  test(`${sizeMebibytes} MiB in parallel parts come back the same, in parallel ranges too`, async () => {
    const path = join(scratch, "large");
    const size = sizeMebibytes * mebibyte;
    const digest = writeNoise(path, size);
    await new Upload({
      client,
      queueSize: 4,
      partSize: 8 * mebibyte,
      params: { Bucket, Key: "large", Body: createReadStream(path) },
    }).done();
    const answer = await send(GetObjectCommand, { Key: "large" });
    assert.equal(answer.ContentLength, size);
    const back = join(scratch, "back");
    await pipeline(answer.Body, createWriteStream(back));
    assert.equal(await sha256OfFile(back), digest);
    rmSync(back);
    const file = await open(join(scratch, "ranges"), "w");
    const pieceSize = Math.ceil(size / 7);
    await Promise.all(
      Array.from({ length: 7 }, async (_, index) => {
        const start = index * pieceSize;
        const end = Math.min(start + pieceSize, size) - 1;
        const piece = await send(GetObjectCommand, {
          Key: "large",
          Range: `bytes=${start}-${end}`,
        });
        let at = start;
        for await (const chunk of piece.Body) {
          await file.write(chunk, 0, chunk.length, at);
          at += chunk.length;
        }
        assert.equal(at, end + 1);
      }),
    );
    await file.close();
    assert.equal(await sha256OfFile(join(scratch, "ranges")), digest);
  });
});
