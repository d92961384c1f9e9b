// Intelligent-Tiering at work: walks the buckets that have versions of the class, and moves each to
// the tier that its use asks for. A slice looks at a bounded number of rows and moves a bounded number
// of bytes; a version that another mover has, or that changed, is the next day's.

import type { IntelligentTieringConfiguration } from "@aws-sdk/client-s3";
import { openBucket } from "../bucket/client.ts";
import type { Emission, TieredVersion, VersionPlace } from "../bucket/types.ts";
import { findBucket, nextBucket, type UpkeptBucket } from "../catalog/every-bucket.ts";
import type { Finding } from "../catalog/jobs.ts";
import { lifecycleDayMs } from "../env.ts";
import type { Destination } from "../s3/content.ts";
import { moveVersion } from "./move.ts";
import type { Slice, SliceCall, SliceOutcome } from "./slices.ts";
import { wantedTier } from "./tiers.ts";
import { upkeepEmission } from "./upkeep-emission.ts";

interface TieringPlace {
  readonly bucket: string;
  readonly after?: VersionPlace;
}

const rowsPerSlice = 2000;
const movesPerSlice = 200;
/** Once so much was moved, the slice ends behind the version. */
const bytesPerSlice = 256 * 1024 * 1024;

/** One version that cannot be moved holds up nobody; when this many cannot, the store is down. */
const maximumFailures = 5;

/** One slice: some rows of one bucket. */
export const tiering: Slice = async (call, job) => {
  const { bucket: only } = job.options;
  const place = (job.place as TieringPlace | null) ?? (await placeAfter(call, only, undefined));
  if (place === undefined) return { place: undefined, counts: {}, findings: [] };
  const bucket = await findBucket(call, place.bucket);
  const done = bucket === undefined ? undefined : await tierSome(call, bucket, place.after);
  const next =
    done?.next === undefined
      ? await placeAfter(call, only, place.bucket)
      : { bucket: place.bucket, after: done.next };
  return { place: next, counts: done?.counts ?? {}, findings: done?.findings ?? [] };
};

async function placeAfter(
  call: SliceCall,
  only: string | undefined,
  bucket: string | undefined,
): Promise<TieringPlace | undefined> {
  if (only !== undefined) return bucket === undefined ? { bucket: only } : undefined;
  const next = await nextBucket(call, bucket ?? "");
  return next === undefined ? undefined : { bucket: next.name };
}

type Tiered = Pick<SliceOutcome, "counts" | "findings"> & { readonly next?: VersionPlace };

async function tierSome(
  call: SliceCall,
  bucket: UpkeptBucket,
  after: VersionPlace | undefined,
): Promise<Tiered> {
  const index = openBucket(call.env, bucket.bucketId);
  const ask = { limit: rowsPerSlice, ...(after !== undefined && { after }) };
  const page = await index.scanTiered(ask);
  const counts: Record<string, number> = { tiered: page.rows.length };
  const findings: Finding[] = [];
  let bytes = 0;
  let moves = 0;
  let emission: { readonly emit?: Emission } | undefined;
  for (const version of page.rows) {
    const to = destinationOf(call, bucket, version);
    if (to === undefined) continue;
    emission ??= await upkeepEmission(call, bucket.bucketId);
    const facts = { ...call, epoch: bucket.epoch, ...emission };
    const outcome = await moveVersion(facts, bucket.bucketId, version, to).catch(noteFailure);
    counts[outcome.kind] = (counts[outcome.kind] ?? 0) + 1;
    if (outcome.kind === "failed" && (counts["failed"] ?? 0) >= maximumFailures)
      throw outcome.error;
    if (outcome.kind === "damaged") findings.push(damage(bucket, version, outcome.blob));
    moves += 1;
    bytes += outcome.kind === "moved" ? version.sizeBytes : 0;
    if (moves >= movesPerSlice || bytes >= bytesPerSlice) {
      const { key, seq } = version;
      return { next: { key, seq }, counts, findings };
    }
  }
  return { counts, findings, ...(page.next !== undefined && { next: page.next }) };
}

/** Where the version should be; `undefined` where it is. */
function destinationOf(
  { env, nowMs }: SliceCall,
  bucket: UpkeptBucket,
  version: TieredVersion,
): Destination | undefined {
  const configurations = bucket.tiering as readonly IntelligentTieringConfiguration[];
  const tier = wantedTier(version, configurations, { nowMs, dayMs: lifecycleDayMs(env) });
  if (tier === version.tier) return undefined;
  return { storageClass: "INTELLIGENT_TIERING", ...(tier !== undefined && { tier }) };
}

function noteFailure(error: unknown) {
  console.error(JSON.stringify({ event: "move-failed" }), error);
  return { kind: "failed" as const, error };
}

function damage({ name }: UpkeptBucket, version: TieredVersion, blob: string): Finding {
  const { key, versionId } = version;
  const subject = { bucket: name, key, versionId, blob };
  return { kind: "damaged-source", subject, isRepaired: false };
}
