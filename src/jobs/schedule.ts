// What the cron triggers do. Each duty is idempotent and safe to run twice at once; one that fails
// is logged and does not stop the others.

import { type IndexSteps, reconcileBuckets } from "../catalog/bucket-lifecycle.ts";
import { forgetUsage } from "../catalog/bucket-usage.ts";
import { noteDuty } from "../catalog/duties.ts";
import { forgetJobs, jobBacklog, startJob } from "../catalog/jobs.ts";
import { maintainKmsKeys } from "../catalog/kms-keys.ts";
import { rollUpCounts } from "../catalog/request-metrics.ts";
import { type Env, lifecycleDayMs } from "../env.ts";
import { allStoreNumbers } from "../storage/classes.ts";
import { startLogDelivery } from "./deliver-logs.ts";
import { startInventories } from "./inventory/start.ts";
import { joinAudit, pruneAudit } from "./keep-audit.ts";
import { findMissing, lookAtDue } from "./lifecycle/run.ts";
import { drainOutboxes, pruneDeliveryLog } from "./notifications/backstop.ts";
import { describeError, type WorkFacts } from "./slices.ts";
import { advanceAllJobs, advanceJobsOf, advanceLongJobs } from "./table.ts";

export interface JobFacts extends WorkFacts {
  /** The index's part in making and deleting buckets. */
  indexSteps(call: { readonly env: Env; readonly nowMs: number }): IndexSteps;
}

/** Gives `{ left }` where it knows what is left over for later runs: whoever looks at the crons asks. */
type Duty = (facts: JobFacts) => Promise<unknown>;

/** Finishes or rolls back buckets whose making or deleting was cut short (faults.md D13, D14). */
const reconcile: Duty = async ({ env, seams, indexSteps }) => {
  const call = { env, seams, nowMs: seams.now() };
  return reconcileBuckets(call, indexSteps(call));
};

/** KMS keys at a time: what is due and left over is the next run's. */
const kmsKeysPerRun = 100;

/** Rotates KMS keys that are due and destroys those whose waiting time is over. */
const maintainKeys: Duty = ({ env, seams }) =>
  maintainKmsKeys({ env, seams, nowMs: seams.now() }, kmsKeysPerRun);

/** Goes on with sweeps, checks and rebuilds, whoever started them. */
const advance: Duty = async (facts) => {
  await advanceAllJobs(facts);
  const nowMs = facts.seams.now();
  const kinds = await jobBacklog({ ...facts, nowMs }, nowMs);
  return { left: kinds.reduce((sum, { open }) => sum + open, 0) };
};

/** Last of its run, for it takes most of the run's time. */
const advanceLong: Duty = advanceLongJobs;

const advanceLifecycle: Duty = (facts) => advanceJobsOf("lifecycle", facts);

/** How long finished jobs and their findings are kept. */
const jobsKeptMs = 90 * 24 * 3600 * 1000;

/**
 * Once a day: every store is swept, every size compared; on the first of a month every byte is read.
 * Calling every index also arms alarms that were lost (faults.md D36).
 */
const startDaily: Duty = async ({ env, seams }) => {
  const call = { env, seams, nowMs: seams.now() };
  await forgetJobs(call, call.nowMs - jobsKeptMs);
  for (const store of allStoreNumbers(env)) {
    await startJob(call, { kind: "sweep", target: String(store), options: {} });
  }
  await startJob(call, { kind: "scrub", target: "*", options: {} });
  await startTiering({ env, seams });
  if (new Date(call.nowMs).getUTCDate() !== 1) return;
  await startJob(call, { kind: "scrub", target: "*/bytes", options: { isReading: true } });
};

/** The inventory reports of the day. */
const startReports: Duty = ({ env, seams }) => startInventories({ env, seams, nowMs: seams.now() });
/** Moves between the tiers of Intelligent-Tiering, once a day, or as often as a short day asks. */
const startTiering = async ({ env, seams }: Pick<JobFacts, "env" | "seams">) => {
  const call = { env, seams, nowMs: seams.now() };
  await startJob(call, { kind: "tiering", target: "*", options: {} });
};

const startTieringOfShortDays: Duty = async (facts) => {
  if (lifecycleDayMs(facts.env) < 24 * 3600 * 1000) await startTiering(facts);
};

/** What every bucket holds today. */
const startUsage: Duty = async ({ env, seams }) => {
  const call = { env, seams, nowMs: seams.now() };
  const oldest = new Date(call.nowMs - usageKeptMs).toISOString().slice(0, 10);
  await forgetUsage(call, oldest);
  await startJob(call, { kind: "usage", target: "*", options: {} });
};

/** A year, and a quarter to compare with. */
const usageKeptMs = 455 * 24 * 3600 * 1000;

/** Access logs that wait go out with the jobs of this run. */
const startLogs: Duty = async ({ env, seams }) => ({
  left: await startLogDelivery({ env, seams, nowMs: seams.now() }),
});

/** What was recorded is joined, added up, and forgotten when its time is over. */
const keepRecords: Duty = async ({ env, seams }) => {
  const call = { env, seams, nowMs: seams.now() };
  await pruneAudit(call);
  await joinAudit(call);
  await rollUpCounts(call, hoursRolledUp);
};

/** A day and some: what a run that failed left over. */
const hoursRolledUp = 48;

/** The crons of `wrangler.toml`, and what is due at each. */
const duties: ReadonlyMap<string, readonly (readonly [name: string, duty: Duty])[]> = new Map([
  [
    "*/5 * * * *",
    [
      ["reconcile", reconcile],
      ["start-tiering", startTieringOfShortDays],
      ["start-log-delivery", startLogs],
      ["drain-outboxes", drainOutboxes],
      ["lifecycle", lookAtDue],
      ["advance-jobs", advance],
    ],
  ],
  // No cron of Cloudflare's: the local server's own, where days are shorter than crons are apart.
  [
    "lifecycle",
    [
      ["lifecycle", lookAtDue],
      ["advance-lifecycle", advanceLifecycle],
    ],
  ],
  [
    "0 0 * * *",
    [
      ["start-daily-jobs", startDaily],
      ["start-usage", startUsage],
      ["start-inventories", startReports],
      ["lifecycle-missing", findMissing],
    ],
  ],
  [
    "0 * * * *",
    [
      ["kms-keys", maintainKeys],
      ["keep-records", keepRecords],
      ["prune-deliveries", pruneDeliveryLog],
      ["advance-long-jobs", advanceLong],
    ],
  ],
]);

/** Runs the duties of a cron expression, and notes how each went; unknown expressions have none. */
export async function runSchedule(cron: string, facts: JobFacts): Promise<void> {
  for (const [name, duty] of duties.get(cron) ?? []) {
    const startedAtMs = facts.seams.now();
    let error: string | undefined;
    let backlog: number | undefined;
    try {
      backlog = leftBy(await duty(facts));
    } catch (failure) {
      error = describeError(failure);
      console.error(JSON.stringify({ event: "duty-failed", duty: name, cron }), failure);
    }
    await note(facts, {
      ...{ name, cron, startedAtMs },
      ...(error !== undefined && { error }),
      ...(backlog !== undefined && { backlog }),
    });
  }
}

function leftBy(outcome: unknown): number | undefined {
  const isTold = typeof outcome === "object" && outcome !== null && "left" in outcome;
  return isTold && typeof outcome.left === "number" ? outcome.left : undefined;
}

/** What keeps the note from being written is seen by its age; it stops no duty. */
async function note({ env, seams }: JobFacts, run: Parameters<typeof noteDuty>[1]): Promise<void> {
  try {
    await noteDuty({ env, seams, nowMs: seams.now() }, run);
  } catch (failure) {
    console.error(JSON.stringify({ event: "duty-not-noted", duty: run.name }), failure);
  }
}
