// Intelligent-Tiering at work: walks the buckets that have versions of the class, and moves each to
// the tier that its use asks for. A slice looks at a bounded number of rows and moves a bounded number
// of bytes; a version that another mover has, or that changed, is the next day's. What is copied in part
// is gone on with when the walk is over, one after the other.

import type { IntelligentTieringConfiguration } from "@aws-sdk/client-s3";
import { openBucket } from "../bucket/client.ts";
import type { TieredVersion, VersionPlace } from "../bucket/types.ts";
import { findBucket, nextBucket, type UpkeptBucket } from "../catalog/every-bucket.ts";
import type { Finding } from "../catalog/jobs.ts";
import { lifecycleDayMs } from "../env.ts";
import type { Destination } from "../s3/content.ts";
import { copyPace, shortPace } from "./copy-parts.ts";
import { moveVersion } from "./move.ts";
import { forEachMove } from "./moves-at-once.ts";
import type { Slice, SliceCall, SliceOutcome } from "./slices.ts";
import { wantedTier } from "./tiers.ts";
import { upkeepEmission } from "./upkeep-emission.ts";

interface TieringPlace {
  /** Absent when the walk is over. */
  readonly bucket?: string;
  readonly after?: VersionPlace;
  readonly unfinished?: readonly Unfinished[];
}

/** A version that is copied in part. */
interface Unfinished {
  readonly bucket: string;
  readonly key: string;
  readonly seq: number;
}

/** More are the next day's, who goes on from what they have. */
const maximumUnfinished = 100;

const rowsPerSlice = 2000;
const movesPerSlice = 200;
/** Once so much was moved, the slice ends behind the version. */
const bytesPerSlice = 256 * 1024 * 1024;

/** One version that cannot be moved holds up nobody; when this many cannot, the store is down. */
const maximumFailures = 5;

/** One slice: some rows of one bucket, or some parts of one version. */
export const tiering: Slice = async (call, job) => {
  const { bucket: only } = job.options;
  const place = (job.place as TieringPlace | null) ?? (await placeAfter(call, only, undefined));
  if (place === undefined) return { place: undefined, counts: {}, findings: [] };
  const { bucket: name, unfinished = [] } = place;
  if (name === undefined) return finishOne(call, unfinished);
  const bucket = await findBucket(call, name);
  const done = bucket === undefined ? undefined : await tierSome(call, bucket, place.after);
  const next =
    done?.next === undefined
      ? await placeAfter(call, only, name)
      : { bucket: name, after: done.next };
  const left = [...unfinished, ...(done?.unfinished ?? [])].slice(0, maximumUnfinished);
  const more = left.length > 0 ? { ...next, unfinished: left } : next;
  const { counts = {}, findings = [], cpuMs = 0 } = done ?? {};
  return { place: more, counts, findings, cpuMs };
};

/** Goes on with the first; if there is more to do then, the others come first. */
async function finishOne(
  call: SliceCall,
  [first, ...others]: readonly Unfinished[],
): Promise<SliceOutcome> {
  const bucket = first && (await findBucket(call, first.bucket));
  const after = first && { key: first.key, seq: first.seq + 1 };
  const done = bucket && (await tierSome(call, bucket, after, first.seq));
  const left = [...others, ...(done?.unfinished ?? [])];
  const { counts = {}, findings = [], cpuMs = 0 } = done ?? {};
  const isLeft = (counts["left"] ?? 0) > 0;
  const place = left.length > 0 ? { unfinished: left } : undefined;
  return { place, counts, findings, cpuMs, isLeft };
}

async function placeAfter(
  call: SliceCall,
  only: string | undefined,
  bucket: string | undefined,
): Promise<TieringPlace | undefined> {
  if (only !== undefined) return bucket === undefined ? { bucket: only } : undefined;
  const next = await nextBucket(call, bucket ?? "");
  return next === undefined ? undefined : { bucket: next.name };
}

interface Tiered extends Pick<SliceOutcome, "counts" | "findings" | "cpuMs"> {
  readonly next?: VersionPlace;
  readonly unfinished: readonly Unfinished[];
}

/** Moves what should be elsewhere among the next rows; `only` that one of them. */
async function tierSome(
  call: SliceCall,
  bucket: UpkeptBucket,
  after: VersionPlace | undefined,
  only?: number,
): Promise<Tiered> {
  const index = openBucket(call.env, bucket.bucketId);
  const limit = only === undefined ? rowsPerSlice : 1;
  const page = await index.scanTiered({ limit, ...(after !== undefined && { after }) });
  const rows = page.rows.filter(({ seq }) => only === undefined || seq === only);
  const turn = turnOf(call, bucket, rows);
  const counts: Record<string, number> = only === undefined ? { tiered: turn.seen } : {};
  const findings: Finding[] = [];
  const unfinished: Unfinished[] = [];
  let cpuMs = 0;
  const emission = turn.moves.length > 0 ? await upkeepEmission(call, bucket.bucketId) : undefined;
  await forEachMove(turn.moves, async ({ version, to }) => {
    const pace = call.isLong === true ? copyPace : shortPace;
    const facts = { ...call, epoch: bucket.epoch, ...emission, pace };
    const outcome = await moveVersion(facts, bucket.bucketId, version, to).catch(noteFailure);
    counts[outcome.kind] = (counts[outcome.kind] ?? 0) + 1;
    if (outcome.kind === "failed" && (counts["failed"] ?? 0) >= maximumFailures)
      throw outcome.error;
    if (outcome.kind === "damaged") findings.push(damage(bucket, version, outcome.blob));
    if ("cpuMs" in outcome) cpuMs += outcome.cpuMs;
    const { key, seq } = version;
    const isLeft = outcome.kind === "left";
    if (isLeft || outcome.kind === "paused") unfinished.push({ bucket: bucket.name, key, seq });
  });
  const next = turn.next ?? page.next;
  return { counts, findings, unfinished, cpuMs, ...(next !== undefined && { next }) };
}

/** The moves of one slice, and where the next one begins if the rows hold more. */
function turnOf(call: SliceCall, bucket: UpkeptBucket, rows: readonly TieredVersion[]) {
  const moves: { version: TieredVersion; to: Destination; sizeBytes: number }[] = [];
  let bytes = 0;
  for (const [at, version] of rows.entries()) {
    const to = destinationOf(call, bucket, version);
    if (to === undefined) continue;
    const { key, seq, sizeBytes } = version;
    moves.push({ version, to, sizeBytes });
    bytes += sizeBytes;
    if (moves.length >= movesPerSlice || bytes >= bytesPerSlice) {
      return { moves, next: { key, seq }, seen: at + 1 };
    }
  }
  return { moves, next: undefined, seen: rows.length };
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
