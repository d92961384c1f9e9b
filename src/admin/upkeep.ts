// Upkeep for the operator: start checks, sweeps and rebuilds, follow them, read what they found. A
// job goes on by itself with the crons; who waits for it may push it along.

import { type Duty, listDuties } from "../catalog/duties.ts";
import { findBucket, type UpkeptBucket } from "../catalog/every-bucket.ts";
import {
  countFindings,
  getJob,
  type Job,
  type JobKind,
  type JobOptions,
  listFindings,
  listJobs,
  startJob,
} from "../catalog/jobs.ts";
import { allStoreNumbers } from "../storage/classes.ts";
import { type AdminCall, requireOperator } from "./access.ts";
import { AdminError, answer } from "./answer.ts";
import type { Duties, Findings, Job as JobAnswer, Jobs } from "./answers.ts";
import { readFields, readLimit } from "./fields.ts";

/** Findings that mean lost or changed bytes, or an index that is lost. */
const damageKinds = [
  "missing-blob",
  "wrong-size",
  "wrong-digest",
  "lost-index",
  "no-manifest",
  "wrong-layout",
];
/** The monthly reading and some days. */
const damageShownMs = 35 * 24 * 3600 * 1000;

const jobKinds = [
  "sweep",
  "fsck",
  "scrub",
  "rebuild",
  "lifecycle",
  "inventory",
  "deliver-logs",
  "usage",
  "replicate",
] as const satisfies readonly JobKind[];

/** `POST /jobs`: starts a job, or gives the one that is under way. A sweep is one job a store. */
export async function answerStartJobs(call: AdminCall): Promise<Response> {
  requireOperator(call);
  const wish = await readFields(call.openBody(), {
    kind: kindField,
    bucket: bucketField,
    repair: flagField("repair"),
    read: flagField("read"),
    configuration: configurationField,
  });
  const jobs = await start(call, wish);
  return answer<Jobs>({ jobs: jobs.map((job) => renderJob(job, call.nowMs)) }, 201);
}

interface StartWish {
  readonly kind: JobKind;
  readonly bucket: string | null;
  readonly repair: boolean;
  readonly read: boolean;
  /** The id of an inventory configuration. */
  readonly configuration: string | null;
}

async function start(call: AdminCall, wish: StartWish): Promise<readonly Job[]> {
  const { kind } = wish;
  if (kind === "sweep") {
    const options: JobOptions = {};
    return Promise.all(
      allStoreNumbers(call.env).map((store) =>
        startJob(call, { kind, target: String(store), options }),
      ),
    );
  }
  const bucket = wish.bucket === null ? undefined : await findBucket(call, wish.bucket);
  if (
    bucket === undefined &&
    (wish.bucket !== null || kind === "rebuild" || kind === "lifecycle")
  ) {
    throw new AdminError("NoSuchBucket");
  }
  if (kind === "replicate") throw invalid("Replication is begun at /replication/{bucket}.");
  if (kind === "inventory") return [await startInventory(call, bucket, wish.configuration)];
  const options: JobOptions = {
    ...(bucket !== undefined && { bucket: bucket.name, bucketId: bucket.bucketId }),
    ...(wish.repair && { isRepair: true }),
    ...(wish.read && { isReading: true }),
  };
  const target = `${bucket?.bucketId ?? "*"}${wish.read ? "/bytes" : ""}`;
  return [await startJob(call, { kind, target, options })];
}

/** Makes a report now, whether or not its configuration is enabled. */
async function startInventory(
  call: AdminCall,
  bucket: UpkeptBucket | undefined,
  id: string | null,
): Promise<Job> {
  if (bucket === undefined) throw new AdminError("NoSuchBucket");
  if (id === null) throw invalid("configuration must be the id of an inventory configuration.");
  const { name, bucketId } = bucket;
  const options: JobOptions = { bucket: name, bucketId, configuration: id };
  return startJob(call, { kind: "inventory", target: `${bucketId}/${id}`, options });
}

/** `GET /jobs`: the latest, of one kind or of all. */
export async function answerListJobs(
  call: AdminCall,
  query: { readonly kind: string | undefined; readonly limit: string | undefined },
): Promise<Response> {
  requireOperator(call);
  const limit = query.limit === undefined ? 20 : readLimit(query.limit);
  const kind = query.kind === undefined ? {} : { kind: kindField(query.kind, "kind") };
  const jobs = await listJobs(call, { ...kind, limit });
  return answer<Jobs>({ jobs: jobs.map((job) => renderJob(job, call.nowMs)) });
}

/** `GET /jobs/{job}` */
export async function answerGetJob(call: AdminCall, jobId: string): Promise<Response> {
  requireOperator(call);
  return answer<JobAnswer>(renderJob(await findJob(call, jobId), call.nowMs));
}

/** `POST /jobs/{job}/advance`: works on it for some seconds, unless somebody else does. */
export async function answerAdvanceJob(call: AdminCall, jobId: string): Promise<Response> {
  requireOperator(call);
  await findJob(call, jobId);
  await call.advanceJob(jobId);
  return answer(renderJob(await findJob(call, jobId), call.nowMs));
}

/** `GET /jobs/{job}/findings`: a page, in the order they were found. */
export async function answerListFindings(
  call: AdminCall,
  jobId: string,
  query: { readonly after: string | undefined; readonly limit: string | undefined },
): Promise<Response> {
  requireOperator(call);
  await findJob(call, jobId);
  const limit = readLimit(query.limit);
  const after = /^[0-9]{1,15}$/.test(query.after ?? "") ? Number(query.after) : 0;
  const findings = await listFindings(call, { jobId, after, limit });
  const last = findings.length === limit ? findings.at(-1) : undefined;
  return answer<Findings>({
    findings: findings.map(({ kind, subject, isRepaired, foundAtMs }) => ({
      kind,
      ...subject,
      repaired: isRepaired,
      foundAt: new Date(foundAtMs).toISOString(),
    })),
    ...(last !== undefined && { next: String(last.findingId) }),
  });
}

/** `GET /duties`: what the crons did last, and when each is due again. */
export async function answerListDuties(call: AdminCall): Promise<Response> {
  requireOperator(call);
  const duties = await listDuties(call);
  return answer<Duties>({ duties: duties.map(renderDuty) });
}

function renderDuty(duty: Duty) {
  const { name, cron, startedAtMs, endedAtMs, succeededAtMs, nextDueAtMs, failures, error } = duty;
  const { backlog } = duty;
  return {
    name,
    cron,
    state: duty.isStuck ? ("stuck" as const) : ("well" as const),
    startedAt: timeText(startedAtMs),
    tookMs: endedAtMs - startedAtMs,
    succeededAt: succeededAtMs === undefined ? null : timeText(succeededAtMs),
    nextDueAt: nextDueAtMs === undefined ? null : timeText(nextDueAtMs),
    ...(backlog !== undefined && { backlog }),
    failures,
    ...(error !== undefined && { error }),
  };
}

/** An open job that nothing moved for so long is stuck: the cron comes every five minutes. */
const stuckAfterMs = 30 * 60_000;

function isStuck(job: Job, nowMs: number): boolean {
  const isOpen = job.finishedAtMs === undefined;
  return isOpen && (job.error !== undefined || nowMs - job.updatedAtMs > stuckAfterMs);
}

/** For the status page: how much damage was found lately, and what runs. Never throws. */
export async function describeUpkeep(call: AdminCall) {
  try {
    const damage = await countFindings(call, damageKinds, call.nowMs - damageShownMs);
    const jobs = await listJobs(call, { limit: 50 });
    const duties = await listDuties(call);
    const scrub = jobs.find((job) => job.kind === "scrub" && job.finishedAtMs !== undefined);
    return {
      damage,
      openJobs: jobs.filter((job) => job.finishedAtMs === undefined).length,
      stuckJobs: jobs.filter((job) => isStuck(job, call.nowMs)).length,
      stuckDuties: duties.filter((duty) => duty.isStuck).map(({ name }) => name),
      lastScrubAt: scrub?.finishedAtMs === undefined ? null : timeText(scrub.finishedAtMs),
    };
  } catch (error) {
    console.error("status: upkeep is not known:", error);
    return { damage: null, openJobs: null, stuckJobs: null, stuckDuties: null, lastScrubAt: null };
  }
}

async function findJob(call: AdminCall, jobId: string): Promise<Job> {
  const job = await getJob(call, jobId);
  if (job === undefined) throw new AdminError("NoSuchJob");
  return job;
}

function stateOf({ finishedAtMs, error }: Job): JobAnswer["state"] {
  if (finishedAtMs === undefined) return "running";
  return error === undefined ? "done" : "failed";
}

function renderJob(job: Job, nowMs: number) {
  const { jobId, kind, options, counts, startedAtMs, updatedAtMs, finishedAtMs, error } = job;
  return {
    jobId,
    kind,
    ...(kind === "sweep" && { store: Number(job.target) }),
    bucket: options.bucket ?? null,
    ...(options.configuration !== undefined && { configuration: options.configuration }),
    repair: options.isRepair === true,
    read: options.isReading === true,
    state: stateOf(job),
    stuck: isStuck(job, nowMs),
    counts,
    startedAt: timeText(startedAtMs),
    updatedAt: timeText(updatedAtMs),
    ...(finishedAtMs !== undefined && { finishedAt: timeText(finishedAtMs) }),
    ...(error !== undefined && { error }),
  };
}

function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

function kindField(value: unknown, field: string): JobKind {
  const kind = jobKinds.find((name) => name === value);
  if (kind === undefined) throw invalid(`${field} must be one of ${jobKinds.join(", ")}.`);
  return kind;
}

function bucketField(value: unknown, field: string): string | null {
  if (value !== null && typeof value !== "string")
    throw invalid(`${field} must be a name or null.`);
  return value;
}

/** Only reports have one: older callers do not send it. */
function configurationField(value: unknown, field: string): string | null {
  return value === undefined ? null : bucketField(value, field);
}

function flagField(name: string) {
  return (value: unknown): boolean => {
    if (typeof value !== "boolean") throw invalid(`${name} must be true or false.`);
    return value;
  };
}

function invalid(message: string): AdminError {
  return new AdminError("InvalidRequest", message);
}
