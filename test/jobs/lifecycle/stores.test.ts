// After a lifecycle has done its work and the grace is over, the stores hold exactly what the index
// names: no copy left behind in the class it came from, nothing lost that a version still needs.
import { env } from "cloudflare:test";
import {
  CopyObjectCommand,
  GetObjectCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
} from "@aws-sdk/client-s3";
import { expect, it } from "vitest";
import { openBucket } from "../../../src/bucket/client.ts";
import { collectCondemned } from "../../../src/jobs/collect.ts";
import { lookAtDue } from "../../../src/jobs/lifecycle/run.ts";
import { advanceDueJobs } from "../../../src/jobs/slices.ts";
import { sliceTable } from "../../../src/jobs/table.ts";
import { classTable } from "../../../src/storage/classes.ts";
import { daysOn, noDelivery, openTestBucket, put, s3, upload } from "../fixture.ts";

const body = "x".repeat(200 * 1024);

/** Names of every blob in every store that says it is the bucket's. */
async function storedBlobs(bucketId: string): Promise<string[]> {
  const blobs = new Set<string>();
  for (const { stores } of Object.values(classTable)) {
    for (const { binding } of stores) {
      for (let cursor: string | undefined; ; ) {
        const page = await env[binding].list({
          include: ["customMetadata"],
          ...(cursor !== undefined && { cursor }),
        });
        for (const { key, customMetadata } of page.objects) {
          if (/^[0-9]/.test(key) && customMetadata?.["bucket"] === bucketId) blobs.add(key);
        }
        if (!page.truncated) break;
        cursor = page.cursor;
      }
    }
  }
  return [...blobs].sort();
}

/** Names of every blob that a version or a part of one names. */
async function namedBlobs(bucketId: string): Promise<string[]> {
  const index = openBucket(env, bucketId);
  const versions = await index.scan({ what: "versions", limit: 1000 });
  const parts = await index.scan({ what: "parts", limit: 1000 });
  if (versions.kind !== "versions" || parts.kind !== "parts") throw new Error("no index");
  const own = versions.rows.flatMap(({ content }) => (content?.startsWith("u") ? [] : [content]));
  const ofParts = parts.rows.flatMap(({ segments }) => segments.map(({ blob }) => blob));
  return [...new Set([...own.filter((blob) => blob !== null), ...ofParts])].sort();
}

async function cronOn(days: number): Promise<void> {
  const facts = { env, seams: daysOn(days), deliver: noDelivery };
  await lookAtDue(facts);
  await advanceDueJobs({ ...facts, table: sliceTable }, { slices: 50, milliseconds: 30_000 });
}

it("the stores hold exactly what the index names, once the grace is over", async () => {
  const { name: Bucket, bucketId } = await openTestBucket("stores");
  await s3().send(
    new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }),
  );
  const Transitions = [
    { Days: 30, StorageClass: "STANDARD_IA" as const },
    { Days: 60, StorageClass: "GLACIER_IR" as const },
  ];
  const rule = { Status: "Enabled" as const };
  await s3().send(
    new PutBucketLifecycleConfigurationCommand({
      Bucket,
      LifecycleConfiguration: {
        Rules: [
          { ...rule, ID: "move", Filter: { Prefix: "" }, Transitions },
          { ...rule, ID: "end", Filter: { Prefix: "end/" }, Expiration: { Days: 90 } },
          {
            ...rule,
            ID: "old",
            Filter: { Prefix: "" },
            NoncurrentVersionExpiration: { NoncurrentDays: 20 },
          },
          {
            ...rule,
            ID: "markers",
            Filter: { Prefix: "end/" },
            Expiration: { ExpiredObjectDeleteMarker: true },
          },
        ],
      },
    }),
  );
  for (const key of ["keep/a", "keep/b", "end/a", "end/b"]) {
    await put(Bucket, key, `${key} old`);
    await put(Bucket, key, `${key} ${body}`);
  }
  await upload(Bucket, "keep/parts", [new Uint8Array(5 * 1024 * 1024), body]);
  for (const Key of ["keep/copy", "end/copy"]) {
    await s3().send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/keep/parts` }));
  }
  for (const day of [31, 61, 62, 91, 92, 130, 131]) await cronOn(day);
  const index = openBucket(env, bucketId);
  const facts = { env, nowMs: daysOn(140).now(), limit: 1000 };
  while (await collectCondemned(index, facts)) {
    // Until nothing is due.
  }
  const named = await namedBlobs(bucketId);
  expect(await storedBlobs(bucketId)).toEqual(named);
  const versions = await index.scan({ what: "versions", limit: 1000 });
  const rows = versions.kind === "versions" ? versions.rows : [];
  expect(rows.map(({ key, storageClass }) => [key, storageClass])).toEqual([
    ["keep/a", "GLACIER_IR"],
    ["keep/b", "GLACIER_IR"],
    ["keep/copy", "GLACIER_IR"],
    ["keep/parts", "GLACIER_IR"],
  ]);
  const { Body } = await s3().send(new GetObjectCommand({ Bucket, Key: "keep/a" }));
  expect(await Body?.transformToString()).toBe(`keep/a ${body}`);
});
