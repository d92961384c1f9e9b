// AWS SDK for JavaScript v3, listings and hostile keys: what goes in under a name is found, listed,
// read and deleted under it, in UTF-8 order, page by page.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  paginateListBuckets,
  paginateListObjectsV2,
} from "@aws-sdk/client-s3";
import { dotSegmentKeys, hostileKeys, inListingOrder } from "./support/keys.mjs";
import { openClient, serve } from "./support/server.mjs";

const server = await serve();
const client = openClient(server);
const send = (Command, input) => client.send(new Command(input));

async function makeBucket(Bucket, keys) {
  await send(CreateBucketCommand, { Bucket });
  for (let at = 0; at < keys.length; at += 20) {
    await Promise.all(
      keys.slice(at, at + 20).map((Key) => send(PutObjectCommand, { Bucket, Key, Body: Key })),
    );
  }
}

const keysOf = (page) => (page.Contents ?? []).map(({ Key }) => Key);

async function allKeys(input, pageSize) {
  const keys = [];
  for await (const page of paginateListObjectsV2({ client, pageSize }, input)) {
    keys.push(...keysOf(page));
  }
  return keys;
}

describe("hostile keys", async () => {
  const Bucket = "hostile";
  await makeBucket(Bucket, hostileKeys);
  const expected = inListingOrder(hostileKeys);

  for (const key of hostileKeys) {
    const shown = key.length > 40 ? `${key.length} characters` : JSON.stringify(key);
    test(`${shown} is one object`, async () => {
      const answer = await send(GetObjectCommand, { Bucket, Key: key });
      assert.equal(await answer.Body.transformToString(), key);
      const { Contents } = await send(ListObjectsV2Command, {
        Bucket,
        Prefix: key,
        MaxKeys: 1,
        EncodingType: "url",
      });
      assert.equal(decodeURIComponent(Contents[0].Key.replaceAll("+", " ")), key);
    });
  }

  test("are listed in UTF-8 order with encoding-type=url", async () => {
    const page = await send(ListObjectsV2Command, { Bucket, EncodingType: "url" });
    const keys = keysOf(page).map((key) => decodeURIComponent(key.replaceAll("+", " ")));
    assert.deepEqual(keys, expected);
  });

  // XML 1.0 has no way to write most control characters; S3 sends references all the same.
  const printable = expected.filter((key) => !/[\p{Cc}\ufffe\uffff]/u.test(key));

  test("are listed without encoding, in pages of every size", async () => {
    const Plain = "plain-listing";
    await makeBucket(Plain, printable);
    for (const pageSize of [1, 2, 7, 1000]) {
      assert.deepEqual(await allKeys({ Bucket: Plain }, pageSize), printable, `${pageSize} a page`);
    }
    const version1 = [];
    for (let Marker; ; ) {
      const page = await send(ListObjectsCommand, { Bucket: Plain, MaxKeys: 3, Marker });
      version1.push(...keysOf(page));
      if (!page.IsTruncated) break;
      Marker = page.Contents.at(-1).Key;
    }
    assert.deepEqual(version1, printable);
    for (const StartAfter of printable) {
      const page = await send(ListObjectsV2Command, { Bucket: Plain, StartAfter });
      assert.deepEqual(keysOf(page), printable.slice(printable.indexOf(StartAfter) + 1));
    }
  });

  test("group by any delimiter", async () => {
    for (const Delimiter of ["/", "//", ".", "%", "\u{1f600}", "a"]) {
      const page = await send(ListObjectsV2Command, { Bucket: "plain-listing", Delimiter });
      const groups = new Set();
      const alone = [];
      for (const key of printable) {
        const at = key.indexOf(Delimiter);
        if (at === -1) alone.push(key);
        else groups.add(key.slice(0, at + Delimiter.length));
      }
      assert.deepEqual(keysOf(page), alone, Delimiter);
      assert.deepEqual(
        (page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
        [...groups],
      );
      assert.equal(page.KeyCount, alone.length + groups.size);
    }
  });

  test("are deleted by one DeleteObjects, and the bucket is empty", async () => {
    for (const [bucket, keys] of [
      [Bucket, hostileKeys.filter((key) => printable.includes(key))],
      ["plain-listing", printable],
    ]) {
      const Objects = keys.map((Key) => ({ Key }));
      const answer = await send(DeleteObjectsCommand, { Bucket: bucket, Delete: { Objects } });
      assert.equal(answer.Errors, undefined);
      assert.equal(answer.Deleted.length, keys.length);
    }
    await send(DeleteBucketCommand, { Bucket: "plain-listing" });
  });
});

describe("keys with dot segments", () => {
  // Over the wire they arrive as they were signed. A zone that normalises URLs would fold them, and
  // the signature would not fit: docs/OPERATIONS.md says to switch that off.
  test("are names like any other, and touch nothing else", async () => {
    const Bucket = "dots";
    const others = ["a", "b", "a/b", "up", "here"];
    await makeBucket(Bucket, [...others, ...dotSegmentKeys]);
    const expected = inListingOrder([...others, ...dotSegmentKeys]);
    assert.deepEqual(await allKeys({ Bucket }), expected);
    for (const Key of expected) {
      const answer = await send(GetObjectCommand, { Bucket, Key });
      assert.equal(await answer.Body.transformToString(), Key);
      assert.equal((await send(HeadObjectCommand, { Bucket, Key })).ContentLength, Key.length);
    }
  });
});

describe("many keys and many buckets", () => {
  test("2,500 keys come in three pages, with and without a delimiter", async () => {
    const Bucket = "many";
    const keys = Array.from({ length: 2500 }, (_, index) => `${index % 50}/${index}`);
    await makeBucket(Bucket, keys);
    assert.deepEqual(await allKeys({ Bucket }), inListingOrder(keys));
    const page = await send(ListObjectsV2Command, { Bucket });
    assert.equal(page.KeyCount, 1000);
    assert.equal(page.IsTruncated, true);
    const folders = await send(ListObjectsV2Command, { Bucket, Delimiter: "/" });
    assert.equal(folders.CommonPrefixes.length, 50);
    assert.equal(folders.IsTruncated, false);
    const owner = await send(ListObjectsV2Command, { Bucket, MaxKeys: 1, FetchOwner: true });
    assert.match(owner.Contents[0].Owner.ID, /^[0-9a-f]{64}$/);
    assert.equal(owner.Contents[0].StorageClass, "STANDARD");
    assert.match(owner.Contents[0].ETag, /^"[0-9a-f]{32}"$/);
    const none = await send(ListObjectsV2Command, { Bucket, MaxKeys: 0 });
    assert.equal(none.IsTruncated, false);
    assert.equal(none.KeyCount, 0);
  });

  test("buckets are listed in pages and by prefix", async () => {
    for (const number of [1, 2, 3, 4, 5]) {
      await send(CreateBucketCommand, { Bucket: `paged-${number}` });
    }
    const names = [];
    for await (const page of paginateListBuckets({ client, pageSize: 2 }, { Prefix: "paged-" })) {
      assert.ok(page.Buckets.length <= 2);
      names.push(...page.Buckets.map(({ Name }) => Name));
    }
    assert.deepEqual(names, ["paged-1", "paged-2", "paged-3", "paged-4", "paged-5"]);
  });
});
