// What buckets hold, from the index's sums to the figures: every kind of row, in slices of any size, and
// killed on the way.
import { env } from "cloudflare:test";
import { DeleteObjectCommand, PutBucketVersioningCommand } from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import type { ClassUsage, UploadPlace, VersionPlace } from "../../src/bucket/types.ts";
import {
  forgetUsage,
  latestUsage,
  usageSeries,
  usageTotals,
} from "../../src/catalog/bucket-usage.ts";
import { startJob } from "../../src/catalog/jobs.ts";
import { systemSeams } from "../../src/env.ts";
import { advanceJob } from "../../src/jobs/slices.ts";
import { sliceTable } from "../../src/jobs/table.ts";
import { openTestBucket, put, s3, upload } from "./fixture.ts";

const call = { env, seams: systemSeams, nowMs: Date.now() };
const today = new Date(call.nowMs).toISOString().slice(0, 10);

/** A bucket with something of everything. */
async function makeFilled() {
  const bucket = await openTestBucket("usage");
  const VersioningConfiguration = { Status: "Enabled" as const };
  await s3().send(new PutBucketVersioningCommand({ Bucket: bucket.name, VersioningConfiguration }));
  await put(bucket.name, "a", "12345");
  await put(bucket.name, "a", "123");
  await put(bucket.name, "b", "1234567", { StorageClass: "STANDARD_IA" });
  await put(bucket.name, "c", "1");
  await s3().send(new DeleteObjectCommand({ Bucket: bucket.name, Key: "c" }));
  await upload(bucket.name, "open", ["parts"], false);
  return bucket;
}

const expected = [
  {
    storageClass: "STANDARD",
    objects: 1,
    noncurrentVersions: 2,
    deleteMarkers: 1,
    uploads: 1,
    currentBytes: 3,
    noncurrentBytes: 6,
    uploadBytes: 5,
  },
  { storageClass: "STANDARD_IA", objects: 1, currentBytes: 7, noncurrentVersions: 0 },
];

async function run(options: object, slices = 1000) {
  const deliver = async () => ({ kind: "refused", code: "InternalError" }) as const;
  const target = (options as { bucketId?: string }).bucketId ?? "*";
  const job = await startJob(call, { kind: "usage", target, options });
  const facts = { env, seams: systemSeams, deliver, table: sliceTable };
  await advanceJob(facts, job.jobId, { slices, milliseconds: 60_000 });
}

describe("measure", () => {
  it("comes to the same sums whatever the size of a share", async () => {
    const { index } = await makeFilled();
    for (const limit of [1, 2, 3, 100]) {
      const sums = new Map<string, number[]>();
      const add = (classes: readonly ClassUsage[]) => {
        for (const { storageClass, ...rest } of classes) {
          const known = sums.get(storageClass) ?? [];
          sums.set(
            storageClass,
            Object.values(rest).map((value, at) => value + (known[at] ?? 0)),
          );
        }
      };
      for (let after: VersionPlace | undefined, round = 0; round < 50; round += 1) {
        const share = await index.measure({ what: "versions", limit, ...(after && { after }) });
        add(share.classes);
        after = share.next;
        if (after === undefined) break;
      }
      for (let after: UploadPlace | undefined, round = 0; round < 50; round += 1) {
        const share = await index.measure({ what: "uploads", limit, ...(after && { after }) });
        add(share.classes);
        after = share.nextUpload;
        if (after === undefined) break;
      }
      expect(sums.get("STANDARD")).toEqual([1, 2, 1, 1, 3, 6, 5]);
      expect(sums.get("STANDARD_IA")).toEqual([1, 0, 0, 0, 7, 0, 0]);
    }
  });
});

describe("usage", () => {
  it("measures buckets, once more without counting twice, and whoever is killed goes on", async () => {
    const bucket = await makeFilled();
    const empty = await openTestBucket("usage-empty");
    for (let round = 0; round < 40; round += 1) await run({}, 1);
    await run({});
    const span = { fromDay: today, toDay: today };
    const rows = await usageSeries(call, { bucketId: bucket.bucketId, ...span });
    expect(rows).toMatchObject(expected);
    expect(await usageSeries(call, { bucketId: empty.bucketId, ...span })).toMatchObject([
      { storageClass: "STANDARD", objects: 0, currentBytes: 0 },
    ]);
    expect((await latestUsage(call, { bucket: bucket.name, limit: 10 })).length).toBe(2);
    const totals = await usageTotals(call, span);
    expect(totals.find(({ storageClass }) => storageClass === "STANDARD_IA")?.currentBytes).toBe(
      14,
    );
    await forgetUsage(call, "9999-01-01");
    expect(await usageTotals(call, span)).toEqual([]);
  });

  it("measures one bucket alone, with what waits for its removal", async () => {
    const bucket = await openTestBucket("usage-one");
    await put(bucket.name, "k", "12345");
    await put(bucket.name, "k", "1");
    await run({ bucket: bucket.name, bucketId: bucket.bucketId });
    const span = { bucketId: bucket.bucketId, fromDay: today, toDay: today };
    expect(await usageSeries(call, span)).toMatchObject([
      { objects: 1, currentBytes: 1, condemnedVersions: 1, condemnedBytes: 5 },
    ]);
  });
});
