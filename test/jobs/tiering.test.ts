// Intelligent-Tiering end to end: versions that nobody reads sink, a read lifts them, and each read
// costs the index at most one row a day.

import { env, runInDurableObject } from "cloudflare:test";
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import type { BucketIndex } from "../../src/bucket/bucket-index.ts";
import { type Seams, systemSeams } from "../../src/env.ts";
import { sdk, through } from "../operations/object/fixtures.ts";
import { about, dayMs, daysOn, openTestBucket, put, runJob, s3 } from "./fixture.ts";

type TestBucket = Awaited<ReturnType<typeof openTestBucket>>;

const body = "x".repeat(128 * 1024);
const tiered = { StorageClass: "INTELLIGENT_TIERING" as const };

async function where({ index, epoch }: TestBucket, key: string) {
  const ask = { epoch, nowMs: Date.now(), key, wantSegments: true };
  const found = await index.resolve(ask);
  if (found.kind !== "found") throw new Error(found.kind);
  const { detail, storageClass } = found.version;
  return { tier: detail.tier, storageClass, store: found.segments[0]?.blob.slice(0, 2) };
}

async function tierOn(bucket: TestBucket, days: number) {
  const { job } = await runJob({ kind: "tiering", options: about(bucket), seams: daysOn(days) });
  return job.counts;
}

async function rowsWritten({ bucketId }: TestBucket): Promise<number> {
  const stub = env.BUCKET_INDEX.get(env.BUCKET_INDEX.idFromName(bucketId));
  return runInDurableObject(
    stub,
    (index) => (index as unknown as BucketIndex).usage().rowsWritten,
  ) as Promise<number>;
}

/** Reads as if so many days had gone by. */
function readerOn(days: number) {
  const seams: Seams = { ...systemSeams, now: () => Date.now() + days * dayMs };
  return sdk(through({}, seams), days * dayMs);
}

describe("Intelligent-Tiering", () => {
  it("sinks what nobody reads, and leaves the rest alone", async () => {
    const bucket = await openTestBucket("sink");
    const Bucket = bucket.name;
    await put(Bucket, "idle", body, tiered);
    await put(Bucket, "small", "x", tiered);
    await put(Bucket, "standard", body);
    expect(await tierOn(bucket, 29)).toEqual({ tiered: 2 });
    expect(await tierOn(bucket, 30)).toEqual({ tiered: 2, moved: 1 });
    const shown = { storageClass: "INTELLIGENT_TIERING" };
    expect(await where(bucket, "idle")).toEqual({ ...shown, tier: "INFREQUENT", store: "02" });
    expect(await tierOn(bucket, 31)).toEqual({ tiered: 2 });
    expect(await tierOn(bucket, 90)).toEqual({ tiered: 2, moved: 1 });
    expect(await where(bucket, "idle")).toEqual({ ...shown, tier: "ARCHIVE_INSTANT", store: "04" });
    expect(await where(bucket, "small")).toEqual({ ...shown, tier: undefined, store: "01" });
    const read = await s3().send(new GetObjectCommand({ Bucket, Key: "idle" }));
    expect(read.StorageClass).toBe("INTELLIGENT_TIERING");
    expect(await read.Body?.transformToString()).toBe(body);
    const options = about(bucket, { isReading: true });
    expect((await runJob({ kind: "fsck", options })).findings).toEqual([]);
  });

  it("notices a use once a day, and brings the object back", async () => {
    const bucket = await openTestBucket("lift");
    const Bucket = bucket.name;
    await put(Bucket, "k", body, tiered);
    await tierOn(bucket, 40);
    expect((await where(bucket, "k")).tier).toBe("INFREQUENT");
    const reader = readerOn(41);
    await reader.send(new HeadObjectCommand({ Bucket, Key: "k" }));
    const before = await rowsWritten(bucket);
    await reader.send(new GetObjectCommand({ Bucket, Key: "k" }));
    await reader.send(new GetObjectCommand({ Bucket, Key: "k" }));
    const copy = { Bucket, Key: "copy", CopySource: `${Bucket}/k` };
    expect((await rowsWritten(bucket)) - before).toBe(1);
    expect(await tierOn(bucket, 42)).toEqual({ tiered: 1, moved: 1 });
    expect(await where(bucket, "k")).toMatchObject({ tier: undefined, store: "01" });
    await tierOn(bucket, 80);
    // The source of a copy is used, too.
    await readerOn(81).send(new CopyObjectCommand(copy));
    expect(await tierOn(bucket, 81)).toEqual({ tiered: 1, moved: 1 });
    await s3().send(new DeleteObjectCommand({ Bucket, Key: "k" }));
    const stub = env.BUCKET_INDEX.get(env.BUCKET_INDEX.idFromName(bucket.bucketId));
    const left = await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec("SELECT key FROM accesses").toArray(),
    );
    expect(left).toEqual([]);
  });
});
