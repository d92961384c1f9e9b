// AWS SDK for JavaScript v3, objects: what is stored comes back exactly, conditions and errors are
// those of S3.
import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { describe, test } from "node:test";
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectAclCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectAclCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { noise, sha256, writeNoise } from "./support/files.mjs";
import { openClient, scratchDirectory, serve } from "./support/server.mjs";

const server = await serve();
const client = openClient(server);
// S3 refuses small pieces in the middle of a stream; the SDK gathers them when told to.
const gathering = openClient(server, { requestStreamBufferSize: 65_536 });
const scratch = scratchDirectory();
const Bucket = "objects";
await client.send(new CreateBucketCommand({ Bucket }));

const put = (Key, Body, more = {}) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const get = (Key, more = {}) => client.send(new GetObjectCommand({ Bucket, Key, ...more }));
const head = (Key, more = {}) => client.send(new HeadObjectCommand({ Bucket, Key, ...more }));
const textOf = async (answer) => answer.Body.transformToString();

/** What the SDK throws, by name and status. */
async function refusal(promise) {
  const error = await promise.then(
    () => assert.fail("was expected to be refused"),
    (caught) => caught,
  );
  return `${error.$metadata?.httpStatusCode} ${error.name}`;
}

describe("PutObject, GetObject, HeadObject", () => {
  test("keep every header a writer may set", async () => {
    const Expires = new Date("2030-01-02T03:04:05Z");
    const sent = {
      ContentType: "text/html; charset=utf-8",
      CacheControl: "max-age=60",
      ContentDisposition: 'attachment; filename="a b.txt"',
      ContentEncoding: "gzip",
      ContentLanguage: "de-CH",
      WebsiteRedirectLocation: "/elsewhere",
      Metadata: { plain: "value", "with-dash": "a  b", empty: "" },
    };
    await put("headers", "body", { ...sent, Expires });
    for (const answer of [await get("headers"), await head("headers")]) {
      for (const [name, value] of Object.entries(sent)) assert.deepEqual(answer[name], value, name);
      assert.equal(answer.ExpiresString, "Wed, 02 Jan 2030 03:04:05 GMT");
      assert.equal(answer.ContentLength, 4);
      assert.equal(answer.AcceptRanges, "bytes");
      assert.match(answer.ETag, /^"[0-9a-f]{32}"$/);
      assert.ok(Math.abs(answer.LastModified.getTime() - Date.now()) < 60_000);
      assert.equal(answer.VersionId, undefined);
    }
  });

  test("name a type for bodies that came without one", async () => {
    await put("untyped", "x");
    assert.equal((await head("untyped")).ContentType, "application/octet-stream");
  });

  test("give metadata beyond ASCII back as RFC 2047 words, as S3 does", async () => {
    // The SDK sends header values as Latin-1 or refuses them; raw UTF-8 is what other clients send.
    await put("words", "x", { Metadata: { name: "=?UTF-8?B?Z3LDvMOfZQ==?=" } });
    assert.deepEqual((await head("words")).Metadata, { name: "=?UTF-8?B?Z3LDvMOfZQ==?=" });
  });

  for (const [kind, body] of [
    ["a string", () => "zürich 🗻"],
    ["bytes", () => Buffer.from("zürich 🗻")],
    ["nothing", () => ""],
  ]) {
    test(`take ${kind}`, async () => {
      await put("kinds", body());
      assert.equal(await textOf(await get("kinds")), Buffer.from(body()).toString());
    });
  }

  test("take streams: a file, a known length, and 9 MiB in odd pieces", async () => {
    const path = join(scratch, "stream");
    const digest = writeNoise(path, 5_000_001);
    const Body = createReadStream(path);
    await put("file", Body, { ContentLength: 5_000_001 });
    assert.equal(sha256(await (await get("file")).Body.transformToByteArray()), digest);
    const bytes = noise(9 * 1024 * 1024 + 7);
    const pieces = () =>
      Readable.from(slices(bytes, [1, 7, 65_536, 100_003])).pipe(new PassThrough());
    const input = { Bucket, Key: "pieces", ContentLength: bytes.length };
    await gathering.send(new PutObjectCommand({ ...input, Body: pieces() }));
    assert.equal(sha256(await (await get("pieces")).Body.transformToByteArray()), sha256(bytes));
    const scattered = client.send(new PutObjectCommand({ ...input, Body: pieces() }));
    assert.equal(await refusal(scattered), "400 InvalidChunkSizeError");
  });

  test("answer ranges, and 416 with the size", async () => {
    await put("range", "0123456789");
    for (const [range, text, header] of [
      ["bytes=0-3", "0123", "bytes 0-3/10"],
      ["bytes=4-", "456789", "bytes 4-9/10"],
      ["bytes=-2", "89", "bytes 8-9/10"],
      ["bytes=5-999", "56789", "bytes 5-9/10"],
    ]) {
      const answer = await get("range", { Range: range });
      assert.equal(answer.$metadata.httpStatusCode, 206);
      assert.equal(answer.ContentRange, header);
      assert.equal(await textOf(answer), text);
    }
    assert.equal(await refusal(get("range", { Range: "bytes=10-" })), "416 InvalidRange");
    // Several ranges, and what is no range at all, are ignored.
    for (const Range of ["bytes=0-1,4-5", "lines=0-1", "bytes=3-1"]) {
      assert.equal((await get("range", { Range })).$metadata.httpStatusCode, 200, Range);
    }
  });

  test("let a signed reader override the answer's headers", async () => {
    await put("override", "x");
    const answer = await get("override", {
      ResponseContentType: "application/json",
      ResponseCacheControl: "no-store",
      ResponseContentDisposition: "inline",
      ResponseContentEncoding: "identity",
      ResponseContentLanguage: "en",
      ResponseExpires: new Date("2031-01-01T00:00:00Z"),
    });
    assert.equal(answer.ContentType, "application/json");
    assert.equal(answer.CacheControl, "no-store");
    assert.equal(answer.ContentDisposition, "inline");
    assert.equal(answer.ContentEncoding, "identity");
    assert.equal(answer.ContentLanguage, "en");
    assert.equal(answer.ExpiresString, "Wed, 01 Jan 2031 00:00:00 GMT");
  });

  test("refuse what is not there, each in its own words", async () => {
    assert.equal(await refusal(get("absent")), "404 NoSuchKey");
    assert.equal(await refusal(head("absent")), "404 NotFound");
    const elsewhere = { Bucket: "no-such-bucket-here" };
    assert.equal(await refusal(get("absent", elsewhere)), "404 NoSuchBucket");
    assert.equal(await refusal(head("absent", elsewhere)), "404 NotFound");
    assert.equal(await refusal(put("x", "y", elsewhere)), "404 NoSuchBucket");
    assert.equal(await refusal(get("x", { VersionId: "nonsense" })), "400 InvalidArgument");
  });

  test("refuse keys over 1,024 bytes and metadata over 2 KiB", async () => {
    assert.equal(await refusal(put("x".repeat(1025), "y")), "400 KeyTooLongError");
    const Metadata = { big: "x".repeat(2048) };
    assert.equal(await refusal(put("metadata", "y", { Metadata })), "400 MetadataTooLarge");
  });

  test("know every storage class, and name the one asked for", async () => {
    for (const StorageClass of ["STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING"]) {
      await put("class", StorageClass, { StorageClass });
      const answer = await head("class");
      const shown = StorageClass === "STANDARD" ? undefined : StorageClass;
      assert.equal(answer.StorageClass, shown);
      assert.equal(await textOf(await get("class")), StorageClass);
    }
    assert.equal(
      await refusal(put("class", "x", { StorageClass: "COLD" })),
      "400 InvalidStorageClass",
    );
  });
});

describe("conditions", () => {
  test("on reads: 304 and 412", async () => {
    const { ETag } = await put("conditional", "x");
    const past = new Date(Date.now() - 3_600_000);
    const future = new Date(Date.now() + 3_600_000);
    for (const read of [get, head]) {
      const nameOf = (status) => (read === head ? undefined : status);
      assert.equal((await read("conditional", { IfMatch: ETag })).ETag, ETag);
      assert.equal((await read("conditional", { IfNoneMatch: '"0"' })).ETag, ETag);
      assert.equal((await read("conditional", { IfModifiedSince: past })).ETag, ETag);
      const refused = [
        [{ IfMatch: '"0"' }, 412],
        [{ IfUnmodifiedSince: past }, 412],
        [{ IfNoneMatch: ETag }, 304],
        [{ IfModifiedSince: future }, 200],
      ];
      for (const [condition, status] of refused) {
        const told = await refusalStatus(read("conditional", condition));
        assert.equal(told, status, JSON.stringify(condition) + nameOf(status));
      }
    }
  });

  test("on writes: create only, replace only what was seen", async () => {
    const { ETag } = await put("once", "first", { IfNoneMatch: "*" });
    assert.equal(await refusal(put("once", "x", { IfNoneMatch: "*" })), "412 PreconditionFailed");
    assert.equal(await refusal(put("once", "x", { IfMatch: '"0"' })), "412 PreconditionFailed");
    assert.equal(await refusal(put("never", "x", { IfMatch: ETag })), "404 NoSuchKey");
    await put("once", "second", { IfMatch: ETag });
    assert.equal(await textOf(await get("once")), "second");
  });

  test("of ten writers that create one key, one wins", async () => {
    const writers = Array.from({ length: 10 }, (_, index) =>
      put("race", `writer ${index}`, { IfNoneMatch: "*" }).then(
        () => `writer ${index}`,
        (error) => error.$metadata.httpStatusCode,
      ),
    );
    const results = await Promise.all(writers);
    const winners = results.filter((result) => typeof result === "string");
    assert.equal(winners.length, 1);
    assert.ok(results.every((result) => typeof result === "string" || [409, 412].includes(result)));
    assert.equal(await textOf(await get("race")), winners[0]);
  });

  test("on deletes and copies", async () => {
    const { ETag } = await put("guarded", "x");
    const remove = (IfMatch) =>
      client.send(new DeleteObjectCommand({ Bucket, Key: "guarded", IfMatch }));
    assert.equal(await refusal(remove('"0"')), "412 PreconditionFailed");
    const copy = (more) =>
      client.send(
        new CopyObjectCommand({ Bucket, Key: "copied", CopySource: `${Bucket}/guarded`, ...more }),
      );
    assert.equal(await refusal(copy({ CopySourceIfMatch: '"0"' })), "412 PreconditionFailed");
    assert.equal(await refusal(copy({ CopySourceIfNoneMatch: ETag })), "412 PreconditionFailed");
    assert.equal((await copy({ CopySourceIfMatch: ETag })).CopyObjectResult.ETag, ETag);
    await remove(ETag);
    assert.equal(await refusal(head("guarded")), "404 NotFound");
  });
});

describe("CopyObject", () => {
  const copy = (more) => client.send(new CopyObjectCommand({ Bucket, ...more }));

  test("keeps or replaces metadata, and takes keys that need encoding", async () => {
    const name = "söurce +&%20 käy?";
    await put(name, "copied", { Metadata: { a: "1" }, ContentType: "text/x-one" });
    const CopySource = `${Bucket}/${encodeURIComponent(name)}`;
    await copy({ Key: "kept", CopySource });
    assert.deepEqual((await head("kept")).Metadata, { a: "1" });
    assert.equal((await head("kept")).ContentType, "text/x-one");
    await copy({
      Key: "replaced",
      CopySource: `/${CopySource}`,
      MetadataDirective: "REPLACE",
      Metadata: { b: "2" },
      ContentType: "text/x-two",
    });
    const answer = await get("replaced");
    assert.deepEqual(answer.Metadata, { b: "2" });
    assert.equal(answer.ContentType, "text/x-two");
    assert.equal(await textOf(answer), "copied");
  });

  test("changes an object in place only when something changes", async () => {
    await put("self", "x");
    const CopySource = `${Bucket}/self`;
    assert.equal(await refusal(copy({ Key: "self", CopySource })), "400 InvalidRequest");
    await copy({ Key: "self", CopySource, MetadataDirective: "REPLACE", Metadata: { n: "1" } });
    assert.deepEqual((await head("self")).Metadata, { n: "1" });
    await copy({ Key: "self", CopySource, StorageClass: "STANDARD_IA" });
    assert.equal((await head("self")).StorageClass, "STANDARD_IA");
  });

  test("names the missing source", async () => {
    assert.equal(await refusal(copy({ Key: "x", CopySource: `${Bucket}/no` })), "404 NoSuchKey");
    assert.equal(
      await refusal(copy({ Key: "x", CopySource: "nowhere-at-all/no" })),
      "404 NoSuchBucket",
    );
  });

  test("copies between buckets", async () => {
    await client.send(new CreateBucketCommand({ Bucket: "other-side" }));
    await put("traveller", noise(300_000));
    const CopySource = `${Bucket}/traveller`;
    await copy({ Bucket: "other-side", Key: "arrived", CopySource });
    const answer = await get("arrived", { Bucket: "other-side" });
    assert.equal(sha256(await answer.Body.transformToByteArray()), sha256(noise(300_000)));
  });
});

describe("deletes and versions", () => {
  test("DeleteObjects answers each key, quiet or not", async () => {
    const keys = ["one", "two & <three>", "never was"];
    await put(keys[0], "1");
    await put(keys[1], "2");
    const remove = (Quiet) =>
      client.send(
        new DeleteObjectsCommand({
          Bucket,
          Delete: { Objects: keys.map((Key) => ({ Key })), Quiet },
        }),
      );
    const loud = await remove(false);
    assert.deepEqual(loud.Deleted.map(({ Key }) => Key).sort(), [...keys].sort());
    assert.equal(loud.Errors, undefined);
    assert.equal((await remove(true)).Deleted, undefined);
    assert.equal(await refusal(head("one")), "404 NotFound");
  });

  test("a versioned bucket keeps, marks, lists and gives back versions", async () => {
    const versioned = { Bucket: "versioned" };
    await client.send(new CreateBucketCommand(versioned));
    await client.send(
      new PutBucketVersioningCommand({
        ...versioned,
        VersioningConfiguration: { Status: "Enabled" },
      }),
    );
    const first = await put("k", "first", versioned);
    const second = await put("k", "second", versioned);
    assert.notEqual(first.VersionId, second.VersionId);
    const remove = (more = {}) =>
      client.send(new DeleteObjectCommand({ ...versioned, Key: "k", ...more }));
    const marker = await remove();
    assert.equal(marker.DeleteMarker, true);
    const gone = await get("k", versioned).catch((error) => error);
    assert.equal(gone.name, "NoSuchKey");
    assert.equal(gone.$response.headers["x-amz-delete-marker"], "true");
    assert.equal(
      await refusal(get("k", { ...versioned, VersionId: marker.VersionId })),
      "405 MethodNotAllowed",
    );
    const list = await client.send(new ListObjectVersionsCommand(versioned));
    assert.deepEqual(
      list.Versions.map(({ VersionId, IsLatest }) => [VersionId, IsLatest]),
      [
        [second.VersionId, false],
        [first.VersionId, false],
      ],
    );
    assert.deepEqual(
      list.DeleteMarkers.map(({ IsLatest }) => IsLatest),
      [true],
    );
    const old = await get("k", { ...versioned, VersionId: first.VersionId });
    assert.equal(await textOf(old), "first");
    await remove({ VersionId: marker.VersionId });
    assert.equal(await textOf(await get("k", versioned)), "second");
    await remove({ VersionId: second.VersionId });
    assert.equal((await head("k", versioned)).VersionId, first.VersionId);
  });
});

describe("what a version tells about itself", () => {
  test("GetObjectAttributes gives what was asked for", async () => {
    const { ETag, ChecksumCRC32 } = await put("attributes", "12345");
    const answer = await client.send(
      new GetObjectAttributesCommand({
        Bucket,
        Key: "attributes",
        ObjectAttributes: ["ETag", "Checksum", "ObjectSize", "StorageClass", "ObjectParts"],
      }),
    );
    assert.equal(`"${answer.ETag}"`, ETag);
    assert.equal(answer.ObjectSize, 5);
    assert.equal(answer.StorageClass, "STANDARD");
    assert.equal(answer.Checksum.ChecksumCRC32, ChecksumCRC32);
    assert.equal(answer.Checksum.ChecksumType, "FULL_OBJECT");
    assert.equal(answer.ObjectParts, undefined);
    const narrow = await client.send(
      new GetObjectAttributesCommand({
        Bucket,
        Key: "attributes",
        ObjectAttributes: ["ObjectSize"],
      }),
    );
    assert.equal(narrow.ETag, undefined);
    assert.equal(narrow.ObjectSize, 5);
  });

  test("GetObjectAcl names the owner; ACLs other than the owner's are refused", async () => {
    await put("acl", "x");
    const acl = await client.send(new GetObjectAclCommand({ Bucket, Key: "acl" }));
    assert.deepEqual(
      acl.Grants.map(({ Permission }) => Permission),
      ["FULL_CONTROL"],
    );
    assert.equal(acl.Grants[0].Grantee.ID, acl.Owner.ID);
    const publish = new PutObjectAclCommand({ Bucket, Key: "acl", ACL: "public-read" });
    assert.equal(await refusal(client.send(publish)), "400 AccessControlListNotSupported");
  });
});

async function refusalStatus(promise) {
  return promise.then(
    (answer) => answer.$metadata.httpStatusCode,
    (error) => error.$metadata.httpStatusCode,
  );
}

function* slices(bytes, sizes) {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length];
    yield bytes.subarray(at, at + size);
    at += size;
  }
}
