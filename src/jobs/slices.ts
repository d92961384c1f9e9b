// Work in slices: a job is leased, a slice of it done, its findings and its place saved, and so on
// until the time is up. Whoever dies in between loses one slice, which is done again: every slice is
// idempotent. Two workers at once are kept apart by the lease, and by its fence if one overslept.

import type { CatalogCall } from "../catalog/database.ts";
import {
  dueJobs,
  FINDINGS_LISTED,
  type Finding,
  type Job,
  type JobCounts,
  type JobKind,
  type LeasedJob,
  leaseJob,
  noteFailure,
  releaseLease,
  saveProgress,
} from "../catalog/jobs.ts";
import type { Env, Seams } from "../env.ts";
import type { Deliver } from "./delivery.ts";
import type { RecordActions } from "./record-action.ts";

/** What a slice did. Counts are added to the job's. */
export interface SliceOutcome {
  /** Where to go on; `undefined` when the job is done. JSON. */
  readonly place: unknown;
  readonly counts: JobCounts;
  readonly findings: readonly Finding[];
  /** About how much CPU it took, where that is much. */
  readonly cpuMs?: number;
  /** What comes next is too large for this run: an hourly one goes on. */
  readonly isLeft?: boolean;
}

/** What a slice is given: when it began, and where. */
export interface SliceCall extends CatalogCall {
  readonly env: Env;
  readonly seams: Seams;
  readonly nowMs: number;
  readonly deliver: Deliver;
  readonly recordActions: RecordActions;
  /** The run has minutes of CPU, not seconds. */
  readonly isLong?: boolean;
}

/** What jobs are worked on with. */
export interface WorkFacts {
  readonly env: Env;
  readonly seams: Seams;
  /** How reports and logs get into their buckets. */
  readonly deliver: Deliver;
  /** How what they do to objects gets into logs and the audit; nowhere when absent. */
  readonly recordActions?: RecordActions;
  /** The run has minutes of CPU, not seconds. */
  readonly isLong?: boolean;
}

const recordNothing: RecordActions = async () => {};

/** One kind of job: bounded work from the job's place on. May be done again after a crash. */
export type Slice = (call: SliceCall, job: Job) => Promise<SliceOutcome>;

export type SliceTable = Readonly<Record<JobKind, Slice>>;

/** Longer than any slice may take: a cron's wall time. */
export const leaseMs = 15 * 60_000;

/** A job whose slices fail this often in a row is given up, and says why. */
const maximumFailures = 12;

/** How much one run may do. */
export interface Budget {
  readonly slices: number;
  /** A new slice is not begun after this long, or when so much CPU is spent. */
  readonly milliseconds: number;
  readonly cpuMs?: number;
}

/** What a run did. */
export interface Spent {
  readonly slices: number;
  readonly cpuMs: number;
}

/**
 * Works on one job while the budget lasts. No slices are done when the job is finished, or somebody
 * else's. A slice that fails ends the run and is noted.
 */
export async function advanceJob(
  facts: WorkFacts & { readonly table: SliceTable },
  jobId: string,
  budget: Budget,
): Promise<Spent> {
  const { env, seams, deliver, recordActions = recordNothing, isLong = false, table } = facts;
  const startedAtMs = seams.now();
  const callNow = (): SliceCall => ({
    env,
    seams,
    deliver,
    recordActions,
    isLong,
    nowMs: seams.now(),
  });
  let job = await leaseJob(callNow(), jobId, leaseMs);
  const { cpuMs: maximumCpuMs = Number.POSITIVE_INFINITY } = budget;
  let slices = 0;
  let cpuMs = 0;
  while (job !== undefined) {
    const step: Step = await advanceOnce(callNow, job, table);
    slices += 1;
    cpuMs += step.cpuMs;
    const isLate = seams.now() - startedAtMs >= budget.milliseconds;
    const isOver = step.isLeft || isLate || slices >= budget.slices || cpuMs >= maximumCpuMs;
    if (step.next !== undefined && isOver) await releaseLease(callNow(), step.next);
    job = isOver ? undefined : step.next;
  }
  return { slices, cpuMs };
}

/** The job as it stands after a slice; `next` is missing when it is finished, failed or lost. */
interface Step {
  readonly next?: LeasedJob;
  readonly cpuMs: number;
  readonly isLeft: boolean;
}

async function advanceOnce(
  callNow: () => SliceCall,
  job: LeasedJob,
  table: SliceTable,
): Promise<Step> {
  let outcome: SliceOutcome;
  try {
    outcome = await table[job.kind](callNow(), job);
  } catch (error) {
    console.error(JSON.stringify({ event: "slice-failed", job: job.jobId, kind: job.kind }), error);
    await noteFailure(callNow(), job, { error: describeError(error), maximumFailures });
    return { cpuMs: 0, isLeft: false };
  }
  const { cpuMs = 0, isLeft = false } = outcome;
  const counts = addCounts(job.counts, outcome);
  const isFull = (job.counts["findings"] ?? 0) >= FINDINGS_LISTED;
  const findings = isFull ? [] : outcome.findings;
  const progress = { place: outcome.place, findings, counts, leaseMs };
  const isKept = await saveProgress(callNow(), job, progress);
  const isFinished = outcome.place === undefined;
  if (!isKept || isFinished) return { cpuMs, isLeft };
  return { next: { ...job, place: outcome.place, counts }, cpuMs, isLeft };
}

function addCounts(before: JobCounts, { counts, findings }: SliceOutcome): JobCounts {
  const sum: Record<string, number> = { ...before };
  for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count;
  if (findings.length > 0) sum["findings"] = (sum["findings"] ?? 0) + findings.length;
  return sum;
}

/** For the operator's eyes: the error's own words, without its stack. */
export function describeError(error: unknown): string {
  const cause =
    error instanceof Error && error.cause !== undefined ? `: ${String(error.cause)}` : "";
  return `${String(error)}${cause}`.slice(0, 1000);
}

/** Works on the open jobs in turn, a part of the budget for each. */
export async function advanceDueJobs(
  facts: WorkFacts & { readonly table: SliceTable; readonly kind?: JobKind },
  budget: Budget,
): Promise<void> {
  const { env, seams } = facts;
  const endsAtMs = seams.now() + budget.milliseconds;
  let { slices, cpuMs: cpuLeftMs = Number.POSITIVE_INFINITY } = budget;
  const jobIds = await dueJobs({ env, seams, nowMs: seams.now() }, maximumJobs, facts.kind);
  for (const [at, jobId] of jobIds.entries()) {
    const waiting = jobIds.length - at;
    const milliseconds = (endsAtMs - seams.now()) / waiting;
    if (milliseconds <= 0 || cpuLeftMs <= 0 || slices <= 0) return;
    const cpuMs = cpuLeftMs / waiting;
    const share = { slices: Math.ceil(slices / waiting), milliseconds, cpuMs };
    const spent = await advanceJob(facts, jobId, share);
    slices -= spent.slices;
    cpuLeftMs -= spent.cpuMs;
  }
}

const maximumJobs = 50;
