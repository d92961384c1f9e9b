// Replication by batch: the rules in force are asked about what was there before them, or what failed
// for good is tried again. The job only enrols, page by page; the outbox delivers.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-batch-replication-batch.html

import { openBucket } from "../../bucket/client.ts";
import { replicationRulesOf } from "../../bucket/emission.ts";
import { forgetBucket, loadBucket } from "../../catalog/buckets.ts";
import type { Slice } from "../slices.ts";

const versionsPerSlice = 500;

/** One page of one bucket; `configuration` says which: `existing` or `failed`. */
export const replicate: Slice = async (call, job) => {
  const { bucket: bucketName = "", bucketId = "", configuration } = job.options;
  const done = { place: undefined, counts: {}, findings: [] };
  // Not as this isolate remembers it: the rules may be newer.
  forgetBucket(call.env, bucketName);
  const bucket = await loadBucket(call, bucketName);
  if (bucket?.bucketId !== bucketId) return done;
  const rules = replicationRulesOf(bucket.settings);
  const { name, region, accountId, ownerCanonicalId: ownerId } = bucket;
  const isVersioned = bucket.settings.has("versioning");
  const outcome = await openBucket(call.env, bucketId).enrolReplication({
    what: configuration === "failed" ? "failed" : "existing",
    rules,
    bucket: { name, region, accountId, ownerId, isVersioned },
    epoch: bucket.epoch,
    nowMs: call.nowMs,
    limit: versionsPerSlice,
    ...(typeof job.place === "string" && job.place !== "" && { after: job.place }),
  });
  if (outcome.kind === "stale") return { ...done, place: job.place ?? "" };
  if (outcome.kind !== "enrolled") return done;
  const { seen, enrolled, sizeBytes, next } = outcome;
  return { place: next, counts: { seen, enrolled, sizeBytes }, findings: [] };
};
