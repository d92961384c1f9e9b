// Which slice belongs to which kind of job, and how much of one is done at a time.

import type { JobKind } from "../catalog/jobs.ts";
import { fsck, scrub } from "./check.ts";
import { deliverLogs } from "./deliver-logs.ts";
import { inventory } from "./inventory/report.ts";
import { lifecycle } from "./lifecycle/run.ts";
import { rebuild } from "./rebuild.ts";
import { replicate } from "./replication/batch.ts";
import { advanceDueJobs, advanceJob, type SliceTable, type WorkFacts } from "./slices.ts";
import { sweep } from "./sweep.ts";
import { tiering } from "./tiering.ts";
import { usage } from "./usage.ts";

export const sliceTable: SliceTable = {
  sweep,
  fsck,
  scrub,
  rebuild,
  inventory,
  tiering,
  lifecycle,
  "deliver-logs": deliverLogs,
  usage,
  replicate,
};

/** A run may ask D1 1,000 things, and a slice asks three or four. */
const slicesPerRun = 200;

/**
 * Of a cron's 15 minutes; the next one comes after 5. A cron that runs more often than hourly has 30
 * seconds of CPU, of which a slice takes up to five.
 * https://developers.cloudflare.com/workers/platform/limits/#cpu-time
 */
const cronBudget = { slices: slicesPerRun, milliseconds: 4 * 60_000, cpuMs: 10_000 };
/** An hourly one has 15 minutes of CPU, as long as it may run: what is much goes here. */
const hourlyBudget = { slices: slicesPerRun, milliseconds: 9 * 60_000 };
/** Well under the time that a client waits for an answer. */
const callerBudget = { slices: 200, milliseconds: 8_000 };

/** The cron's share of the work on all open jobs. */
export function advanceAllJobs(facts: WorkFacts): Promise<void> {
  return advanceDueJobs({ ...facts, table: sliceTable }, cronBudget);
}

/** What an hourly cron adds to it. */
export function advanceLongJobs(facts: WorkFacts): Promise<void> {
  return advanceDueJobs({ ...facts, isLong: true, table: sliceTable }, hourlyBudget);
}

/** The same for one kind alone. */
export function advanceJobsOf(kind: JobKind, facts: WorkFacts): Promise<void> {
  return advanceDueJobs({ ...facts, table: sliceTable, kind }, cronBudget);
}

/** A caller's share of the work on one job. */
export async function pushJob(facts: WorkFacts, jobId: string): Promise<void> {
  await advanceJob({ ...facts, table: sliceTable }, jobId, callerBudget);
}
