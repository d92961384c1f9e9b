// Lifecycle without a caller: buckets that are due are looked at, each a little, so that none waits for
// another; what is more than a little becomes a job, worked on in slices. Every bucket with rules is
// looked at once in a lifecycle day, which for one with nothing due is a single row of its index.

import { startJob } from "../../catalog/jobs.ts";
import {
  addMissingLifecycle,
  dueLifecycle,
  findLifecycle,
  type LifecycleBucket,
  removeLifecycle,
  saveLifecycleLook,
} from "../../catalog/lifecycle-buckets.ts";
import { lifecycleDayMs } from "../../env.ts";
import type { Slice, SliceCall, WorkFacts } from "../slices.ts";
import { type Piece, sweepPiece } from "./piece.ts";

/** Buckets looked at in one run; those left over are the next run's first. */
const bucketsPerRun = 500;
const runMs = 60_000;
/** Of the 30 seconds of CPU that the cron has for all of its duties. */
const runCpuMs = 5000;
/** A bucket that could not be looked at is tried again after this. */
const retryMs = 15 * 60_000;

/** One slice of a bucket's job. */
export const lifecycle: Slice = async (call, job) => {
  const { bucket: name = "" } = job.options;
  // Before the piece: what changes under it is looked at again.
  const row = await findLifecycle(call, name);
  const piece = await sweepPiece(call, name);
  if (piece !== undefined && row !== undefined) await keep(call, row, piece);
  const isOver = piece === undefined || piece.isDone;
  return {
    place: isOver ? undefined : {},
    counts: piece?.counts ?? {},
    findings: piece?.findings ?? [],
    cpuMs: piece?.cpuMs ?? 0,
    isLeft: piece?.isLeft ?? false,
  };
};

/** Once a day: buckets whose rules are not in the table yet. */
export async function findMissing(facts: WorkFacts): Promise<void> {
  await addMissingLifecycle({ ...facts, nowMs: facts.seams.now() });
}

/**
 * Looks at every bucket that is due, and starts jobs for those with more to do. Gives how many are
 * due still.
 */
export async function lookAtDue({
  recordActions = async () => {},
  ...given
}: WorkFacts): Promise<{ readonly left: number }> {
  const facts = { ...given, recordActions };
  const { seams } = facts;
  const startedAtMs = seams.now();
  let cpuMs = 0;
  const due = await dueLifecycle({ ...facts, nowMs: startedAtMs }, bucketsPerRun);
  for (const bucket of due) {
    const call = { ...facts, nowMs: seams.now() };
    if (call.nowMs - startedAtMs > runMs || cpuMs > runCpuMs) break;
    try {
      cpuMs += await look(call, bucket);
    } catch (error) {
      console.error(JSON.stringify({ event: "lifecycle-failed", bucket: bucket.name }), error);
      await saveLifecycleLook(call, bucket, {
        dueAtMs: call.nowMs + Math.min(retryMs, lifecycleDayMs(call.env)),
        isCompleted: false,
        runStartedAtMs: bucket.runStartedAtMs ?? call.nowMs,
        run: bucket.run,
        error: String(error).slice(0, 1000),
      });
    }
  }
  const rest = await dueLifecycle({ ...facts, nowMs: seams.now() }, bucketsPerRun);
  return { left: rest.length };
}

/** Gives about how much CPU it took, milliseconds. */
async function look(call: SliceCall, bucket: LifecycleBucket): Promise<number> {
  const { bucketId, name } = bucket;
  const piece = await sweepPiece(call, name);
  if (piece === undefined) {
    await removeLifecycle(call, bucketId);
    return 0;
  }
  await keep(call, bucket, piece);
  const options = { bucket: name, bucketId };
  if (!piece.isDone) await startJob(call, { kind: "lifecycle", target: bucketId, options });
  return piece.cpuMs;
}

/** A run begins with the first look after a completed one, and ends when nothing is due. */
async function keep(call: SliceCall, row: LifecycleBucket, piece: Piece): Promise<void> {
  if (piece.isEnded) return removeLifecycle(call, row.bucketId);
  const wasOver = row.completedAtMs !== undefined && row.completedAtMs >= (row.runStartedAtMs ?? 0);
  const run: Record<string, number> = wasOver ? {} : { ...row.run };
  for (const [name, count] of Object.entries(piece.counts)) run[name] = (run[name] ?? 0) + count;
  const tomorrowMs = call.nowMs + lifecycleDayMs(call.env);
  const isIdle = wasOver && piece.isDone && Object.keys(piece.counts).length <= 2;
  await saveLifecycleLook(call, row, {
    // Marks in the index are seen within a day, whatever else is due.
    dueAtMs: piece.isDone ? Math.min(piece.nextDueMs ?? tomorrowMs, tomorrowMs) : call.nowMs,
    isCompleted: piece.isDone,
    runStartedAtMs: wasOver || row.runStartedAtMs === undefined ? call.nowMs : row.runStartedAtMs,
    // A look that found nothing does not hide what the last run did.
    run: isIdle && (piece.counts["versions"] ?? 0) === 0 ? row.run : run,
    ...(piece.error !== undefined && { error: piece.error.slice(0, 1000) }),
  });
}
