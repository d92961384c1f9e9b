// What every bucket holds, measured once a day: the index adds up some rows at a time, the sums so far
// are in the job's place, and a bucket's rows are written when its walk is over. A day measured twice is
// replaced, so a slice may be repeated.

import { openBucket } from "../bucket/client.ts";
import type { ClassUsage, UploadPlace, UsageShare, VersionPlace } from "../bucket/types.ts";
import { saveUsage } from "../catalog/bucket-usage.ts";
import { findBucket, nextBucket, type UpkeptBucket } from "../catalog/every-bucket.ts";
import type { Job } from "../catalog/jobs.ts";
import type { Slice, SliceCall, SliceOutcome } from "./slices.ts";

/** Some tens of milliseconds of the index. */
const rowsPerSlice = 5_000;
const uploadsPerSlice = 500;
/** More are not counted: a backlog of this size says enough. */
const condemnedCounted = 200_000;

interface Place {
  readonly bucket: string;
  readonly stage: "versions" | "uploads";
  readonly after?: VersionPlace;
  readonly afterUpload?: UploadPlace;
  readonly sums: readonly ClassUsage[];
}

/** One slice: some rows of one bucket. */
export const usage: Slice = async (call, job) => {
  const place = (job.place as Place | null) ?? (await nextPlace(call, job, ""));
  if (place === undefined) return { place: undefined, counts: {}, findings: [] };
  const bucket = await findBucket(call, place.bucket);
  const next = bucket === undefined ? undefined : await measureSome(call, bucket, place, job);
  return next ?? { place: await nextPlace(call, job, place.bucket), counts: {}, findings: [] };
};

async function nextPlace(call: SliceCall, job: Job, after: string): Promise<Place | undefined> {
  const { bucket: only } = job.options;
  if (only !== undefined) return after === "" ? begin(only) : undefined;
  const next = await nextBucket(call, after);
  return next && begin(next.name);
}

function begin(bucket: string): Place {
  return { bucket, stage: "versions", sums: [] };
}

async function measureSome(
  call: SliceCall,
  bucket: UpkeptBucket,
  place: Place,
  job: Job,
): Promise<SliceOutcome> {
  const index = openBucket(call.env, bucket.bucketId);
  const { stage, after, afterUpload } = place;
  const share = await (stage === "versions"
    ? index.measure({ what: stage, limit: rowsPerSlice, ...(after && { after }) })
    : index.measure({
        what: stage,
        limit: uploadsPerSlice,
        ...(afterUpload && { after: afterUpload }),
      }));
  const sums = addUp(place.sums, share);
  const go = (further: Partial<Place>): SliceOutcome => ({
    place: { bucket: place.bucket, stage, sums, ...further },
    counts: {},
    findings: [],
  });
  if (share.next !== undefined) return go({ after: share.next });
  if (share.nextUpload !== undefined) return go({ afterUpload: share.nextUpload });
  if (stage === "versions") return go({ stage: "uploads" });
  const { condemned = { versions: 0, bytes: 0 } } = await index.measure({
    what: "condemned",
    limit: condemnedCounted,
  });
  await save(call, bucket, { job, sums, condemned });
  return {
    place: await nextPlace(call, job, place.bucket),
    counts: { buckets: 1 },
    findings: [],
  };
}

const nothing = {
  objects: 0,
  noncurrentVersions: 0,
  deleteMarkers: 0,
  uploads: 0,
  currentBytes: 0,
  noncurrentBytes: 0,
  uploadBytes: 0,
};
const numbers = Object.keys(nothing) as (keyof typeof nothing)[];

function addUp(before: readonly ClassUsage[], { classes }: UsageShare): ClassUsage[] {
  const sums = new Map(before.map((row) => [row.storageClass, row]));
  for (const row of classes) {
    const known = sums.get(row.storageClass) ?? { ...nothing, storageClass: row.storageClass };
    const added = Object.fromEntries(numbers.map((name) => [name, known[name] + row[name]]));
    sums.set(row.storageClass, { ...known, ...added });
  }
  return [...sums.values()];
}

async function save(
  call: SliceCall,
  { bucketId }: UpkeptBucket,
  facts: {
    readonly job: Job;
    readonly sums: readonly ClassUsage[];
    readonly condemned: NonNullable<UsageShare["condemned"]>;
  },
): Promise<void> {
  const { job, sums, condemned } = facts;
  const day = new Date(job.startedAtMs).toISOString().slice(0, 10);
  // An empty bucket has a row too: that it held nothing is known.
  const hasStandard = sums.some(({ storageClass }) => storageClass === "STANDARD");
  const all = hasStandard ? sums : [...sums, { ...nothing, storageClass: "STANDARD" as const }];
  const rows = all.map((row) => {
    const isFirst = row.storageClass === "STANDARD";
    return {
      ...row,
      condemnedVersions: isFirst ? condemned.versions : 0,
      condemnedBytes: isFirst ? condemned.bytes : 0,
      measuredAtMs: call.nowMs,
    };
  });
  await saveUsage(call, { bucketId, day }, rows);
}
