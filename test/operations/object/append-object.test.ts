// PutObject with x-amz-write-offset-bytes:
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/directory-buckets-objects-append.html

import { env, runInDurableObject } from "cloudflare:test";
import { createHash } from "node:crypto";
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { beforeAll, describe, expect, it } from "vitest";
import { loadBucket } from "../../../src/catalog/buckets.ts";
import { hashBytes } from "../../../src/checksums/hashers.ts";
import { systemSeams } from "../../../src/env.ts";
import type { BucketIndex } from "../../../src/index.ts";
import { isBlobId } from "../../../src/s3/ids.ts";
import { makeBucket } from "../bucket/fixtures.ts";
import { sdk } from "./fixtures.ts";

const client = sdk();
let Bucket = "";
let made = 0;
const freshKey = () => `log/${++made}`;
beforeAll(async () => {
  Bucket = await makeBucket("append");
});

const append = (
  Key: string,
  WriteOffsetBytes: number,
  Body: string | Uint8Array,
  more: Partial<PutObjectCommandInput> = {},
) =>
  client.send(
    new PutObjectCommand({
      Bucket,
      Key,
      WriteOffsetBytes,
      Body,
      ChecksumAlgorithm: "CRC32",
      ...more,
    }),
  );
async function textOf(Key: string, Range?: string) {
  const { Body } = await client.send(
    new GetObjectCommand({ Bucket, Key, ...(Range && { Range }) }),
  );
  return Body?.transformToString();
}
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
const crc32 = (text: string) => base64(hashBytes("CRC32", new TextEncoder().encode(text)));
const refused = (name: string, status = 400) =>
  expect.objectContaining({ name, $metadata: expect.objectContaining({ httpStatusCode: status }) });

describe("append", () => {
  it("makes the object at 0 and grows it at its size", async () => {
    const Key = freshKey();
    const first = await append(Key, 0, "one,", { Metadata: { a: "b" }, ContentType: "text/x" });
    const second = await append(Key, 4, "two,");
    const third = await append(Key, 8, "three");
    expect(await textOf(Key)).toBe("one,two,three");
    expect([second.Size, third.Size]).toEqual([8, 13]);
    expect(new Set([first.ETag, second.ETag, third.ETag]).size).toBe(3);
    const head = await client.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" }));
    expect(head).toMatchObject({
      ContentLength: 13,
      ETag: third.ETag,
      Metadata: { a: "b" },
      ContentType: "text/x",
      ChecksumCRC32: crc32("one,two,three"),
      ChecksumType: "FULL_OBJECT",
    });
    expect(third.ChecksumCRC32).toBe(crc32("one,two,three"));
  });

  it("reads ranges across what was appended, and each part by number", async () => {
    const Key = freshKey();
    for (const [at, text] of ["0123", "4567", "89ab"].entries()) await append(Key, at * 4, text);
    expect(await textOf(Key, "bytes=2-9")).toBe("23456789");
    const part = await client.send(new GetObjectCommand({ Bucket, Key, PartNumber: 2 }));
    expect([await part.Body?.transformToString(), part.PartsCount]).toEqual(["4567", 3]);
    const { ObjectParts } = await client.send(
      new GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes: ["ObjectParts"] }),
    );
    expect(ObjectParts?.TotalPartsCount).toBe(3);
    expect(ObjectParts?.Parts?.map(({ Size }) => Size)).toEqual([4, 4, 4]);
  });

  it.each<[string, number]>([
    ["before the end", 3],
    ["behind the end", 5],
    ["at 0 of an object", 0],
  ])("refuses an offset %s", async (_, offset) => {
    const Key = freshKey();
    await append(Key, 0, "1234");
    await expect(append(Key, offset, "x")).rejects.toEqual(refused("InvalidWriteOffset"));
    expect(await textOf(Key)).toBe("1234");
  });

  it("refuses an offset into nothing, an empty body and metadata of its own", async () => {
    const Key = freshKey();
    await expect(append(Key, 1, "x")).rejects.toEqual(refused("InvalidWriteOffset"));
    await expect(append(Key, 0, "")).rejects.toEqual(refused("InvalidRequest"));
    await append(Key, 0, "x");
    await expect(append(Key, 1, "")).rejects.toEqual(refused("InvalidRequest"));
    await expect(append(Key, 1, "y", { Metadata: { a: "b" } })).rejects.toEqual(
      refused("InvalidRequest"),
    );
    await expect(append(Key, 1, "y", { ChecksumAlgorithm: "SHA256" })).rejects.toEqual(
      refused("InvalidRequest"),
    );
    await expect(append(Key, 1, "y", { StorageClass: "STANDARD_IA" })).rejects.toEqual(
      refused("InvalidRequest"),
    );
    expect(await textOf(Key)).toBe("x");
  });

  it("appends to an empty object and to one that was uploaded in parts", async () => {
    const empty = freshKey();
    await client.send(new PutObjectCommand({ Bucket, Key: empty, Body: "" }));
    await append(empty, 0, "first");
    expect(await textOf(empty)).toBe("first");

    const Key = freshKey();
    const { UploadId } = await client.send(
      new CreateMultipartUploadCommand({
        Bucket,
        Key,
        ChecksumAlgorithm: "CRC32",
        ChecksumType: "FULL_OBJECT",
      }),
    );
    const { ETag } = await client.send(
      new UploadPartCommand({
        Bucket,
        Key,
        UploadId,
        PartNumber: 7,
        Body: "part",
        ChecksumAlgorithm: "CRC32",
      }),
    );
    await client.send(
      new CompleteMultipartUploadCommand({
        Bucket,
        Key,
        UploadId,
        MultipartUpload: { Parts: [{ PartNumber: 7, ETag }] },
      }),
    );
    const { ChecksumCRC32 } = await append(Key, 4, " and more");
    expect(ChecksumCRC32).toBe(crc32("part and more"));
    expect(await textOf(Key)).toBe("part and more");
  });

  it("leaves copies made before as they were, and lets each grow its own way", async () => {
    const [Key, copy] = [freshKey(), freshKey()];
    await append(Key, 0, "ab");
    await append(Key, 2, "cd");
    await client.send(new CopyObjectCommand({ Bucket, Key: copy, CopySource: `${Bucket}/${Key}` }));
    await append(Key, 4, "original");
    await append(copy, 4, "copy");
    await append(copy, 8, "!");
    expect(await textOf(Key)).toBe("abcdoriginal");
    expect(await textOf(copy)).toBe("abcdcopy!");
  });

  it("moves no byte that is stored: one blob more for each append", async () => {
    const Key = freshKey();
    const stored = async () =>
      (await env.STORE_STANDARD.list()).objects.filter(({ key }) => isBlobId(key)).length;
    await append(Key, 0, "a");
    const count = await stored();
    for (let size = 1; size <= 5; size += 1) await append(Key, size, "b");
    expect(await stored()).toBe(count + 5);
  });

  it("takes many large appends", async () => {
    const Key = freshKey();
    const piece = Buffer.alloc(2 * 1024 * 1024, "0123456789");
    for (let at = 0; at < 3; at += 1) await append(Key, at * piece.length, piece);
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    const hash = createHash("sha256").update((await Body?.transformToByteArray()) ?? "");
    expect(hash.digest("hex")).toBe(
      createHash("sha256")
        .update(Buffer.concat([piece, piece, piece]))
        .digest("hex"),
    );
  });

  it("races: of many appends at one offset one wins, also at 0", async () => {
    const Key = freshKey();
    for (const [offset, size] of [
      [0, 1],
      [1, 2],
    ] as const) {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 10 }, (_, n) => append(Key, offset, String(n))),
      );
      const won = outcomes.filter(({ status }) => status === "fulfilled");
      expect(won).toHaveLength(1);
      for (const outcome of outcomes) {
        if (outcome.status === "rejected") {
          expect(["InvalidWriteOffset", "ConditionalRequestConflict"]).toContain(
            outcome.reason.name,
          );
        }
      }
      expect((await textOf(Key))?.length).toBe(size);
    }
  });

  it("judges If-Match", async () => {
    const Key = freshKey();
    const { ETag } = await append(Key, 0, "a");
    await append(Key, 1, "b", { IfMatch: ETag });
    await expect(append(Key, 2, "c", { IfMatch: ETag })).rejects.toEqual(
      refused("PreconditionFailed", 412),
    );
  });

  it("refuses buckets with versions", async () => {
    const versioned = await makeBucket("append-versions");
    await client.send(
      new PutBucketVersioningCommand({
        Bucket: versioned,
        VersioningConfiguration: { Status: "Enabled" },
      }),
    );
    await expect(append("k", 0, "x", { Bucket: versioned })).rejects.toEqual(
      refused("InvalidRequest"),
    );
  });

  it("refuses the 10,001st part", async () => {
    const Key = freshKey();
    await append(Key, 0, "a");
    await append(Key, 1, "b");
    const call = { env, seams: systemSeams, nowMs: Date.now() };
    const bucketId = (await loadBucket(call, Bucket))?.bucketId ?? "";
    const index = env.BUCKET_INDEX.get(env.BUCKET_INDEX.idFromName(bucketId));
    await runInDurableObject(index as unknown as DurableObjectStub<BucketIndex>, (_, state) => {
      const set = "UPDATE current SET detail = json_set(detail, '$.partsCount', ?) WHERE key = ?";
      state.storage.sql.exec(set, 9_999, Key);
    });
    await append(Key, 2, "c");
    await expect(append(Key, 3, "d")).rejects.toEqual(refused("TooManyParts"));
    expect(await textOf(Key)).toBe("abc");
  });
});
