// Compares the index of each bucket with the stores: `scrub` asks whether all bytes that are named
// are there and unchanged; `fsck` also whether the index agrees with itself, and whether everything
// in the stores is named. A slice is one page of one stage of one bucket. Nothing that a user can
// see is ever removed: what is repaired are counts, order, and bytes that nothing names.

import { openBucket } from "../bucket/client.ts";
import { findBucket, nextBucket, type UpkeptBucket } from "../catalog/every-bucket.ts";
import type { Finding, Job } from "../catalog/jobs.ts";
import { checkParts, checkVersions, type Stage } from "./check-bytes.ts";
import { checkCounts, checkUploads } from "./check-index.ts";
import type { Slice, SliceCall, SliceOutcome } from "./slices.ts";
import { nextStore, type StorePlace, sweepPage } from "./sweep.ts";

/** Where a check is: in a stage of a bucket, or behind the last bucket in a store. */
type CheckPlace =
  | { readonly bucket: string; readonly stage: number; readonly at: unknown }
  | { readonly stores: StorePlace };

/** Reading and hashing, some of it opened on the way. */
const cpuMsPerMib = 4;
const mib = 1024 * 1024;

const scrubStages: readonly Stage[] = [checkVersions, checkParts];
const fsckStages: readonly Stage[] = [...scrubStages, checkUploads, checkCounts];

/** Are the bytes there and unchanged? */
export const scrub: Slice = (call, job) => check(call, job, { stages: scrubStages });

/** Do index and stores agree, both ways? */
export const fsck: Slice = (call, job) =>
  check(call, job, { stages: fsckStages, walksStores: true });

interface Plan {
  readonly stages: readonly Stage[];
  readonly walksStores?: boolean;
}

async function check(call: SliceCall, job: Job, plan: Plan): Promise<SliceOutcome> {
  const place = (job.place as CheckPlace | null) ?? (await firstPlace(call, job, plan));
  if (place === undefined) return { place: undefined, counts: {}, findings: [] };
  if ("stores" in place) return checkStores(call, job, place.stores);
  const bucket = await findBucket(call, place.bucket);
  const stage = plan.stages[place.stage];
  if (bucket === undefined || stage === undefined) {
    const after = await placeAfter(call, { job, plan, bucket: place.bucket });
    return { place: after, counts: {}, findings: [] };
  }
  const { isRepair = false, isReading = false } = job.options;
  const index = openBucket(call.env, bucket.bucketId);
  const outcome = await stage({ call, bucket, index, isRepair, isReading, at: place.at });
  const isOver = outcome.next === undefined;
  const next = isOver
    ? { ...place, stage: place.stage + 1, at: null }
    : { ...place, at: outcome.next };
  const isBucketOver = isOver && next.stage >= plan.stages.length;
  const counts = { ...outcome.counts, ...(isBucketOver && { buckets: 1 }) };
  const findings = outcome.findings.map((one) => inBucket(one, bucket));
  const cpuMs = ((outcome.counts["bytesRead"] ?? 0) / mib) * cpuMsPerMib;
  return { place: next, counts, findings, cpuMs };
}

function inBucket(finding: Finding, { name }: UpkeptBucket): Finding {
  return { ...finding, subject: { bucket: name, ...finding.subject } };
}

async function firstPlace(call: SliceCall, job: Job, plan: Plan): Promise<CheckPlace | undefined> {
  const { bucket } = job.options;
  if (bucket !== undefined) return { bucket, stage: 0, at: null };
  return placeAfter(call, { job, plan, bucket: "" });
}

/** The next bucket; behind the last, the stores. */
async function placeAfter(
  call: SliceCall,
  { job, plan, bucket }: { job: Job; plan: Plan; bucket: string },
): Promise<CheckPlace | undefined> {
  const next = job.options.bucket === undefined ? await nextBucket(call, bucket) : undefined;
  if (next !== undefined) return { bucket: next.name, stage: 0, at: null };
  const stores = plan.walksStores === true ? nextStore(call.env) : undefined;
  return stores === undefined ? undefined : { stores };
}

/** The other way round: is everything in the stores named, condemned, or young? */
async function checkStores(
  call: SliceCall,
  { options }: Job,
  place: StorePlace,
): Promise<SliceOutcome> {
  const removes = options.isRepair === true;
  const own = options.bucketId === undefined ? {} : { bucketId: options.bucketId };
  const page = await sweepPage(call, place, { removes, ...own });
  const stores = page.next ?? nextStore(call.env, place.store);
  return { ...page, place: stores === undefined ? undefined : { stores } };
}
