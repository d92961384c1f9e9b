// Jobs as the catalog keeps them: started once, worked on in slices by whoever holds the lease, with
// a fence so that a worker that slept through its lease writes nothing any more (faults.md D35). What
// the jobs do is not known here.

import { newRequestId } from "../s3/ids.ts";
import { type CatalogCall, queryAll, queryFirst, transact } from "./database.ts";

export type JobKind =
  | "sweep"
  | "fsck"
  | "scrub"
  | "rebuild"
  | "inventory"
  | "tiering"
  | "lifecycle"
  | "deliver-logs"
  | "usage"
  | "replicate";

/** What the starter wants; which of these a kind obeys is the kind's. */
export interface JobOptions {
  /** The bucket meant, by name and by id; absent: all of them. */
  readonly bucket?: string;
  readonly bucketId?: string;
  readonly isRepair?: boolean;
  /** Every byte is read and its digests compared, not only sizes. */
  readonly isReading?: boolean;
  /** The id of the bucket's configuration that is carried out. */
  readonly configuration?: string;
}

/** Numbers that only grow while a job runs, by name. */
export type JobCounts = Readonly<Record<string, number>>;

export interface Job {
  readonly jobId: string;
  readonly kind: JobKind;
  /** What it works on: a bucket's id, a store's number, `*` for everything. One job for each. */
  readonly target: string;
  readonly options: JobOptions;
  /** Where the next slice goes on; `null` before the first. */
  readonly place: unknown;
  readonly counts: JobCounts;
  readonly startedAtMs: number;
  readonly updatedAtMs: number;
  readonly finishedAtMs?: number;
  /** Why the last slice failed, or why the job was given up. */
  readonly error?: string;
}

/** A job and the right to work on it, until `leasedUntilMs` or until somebody else takes it. */
export interface LeasedJob extends Job {
  readonly fence: number;
  readonly failures: number;
}

/** Something that is not as it must be. `subject` says where: bucket, key, version, blob. */
export interface Finding {
  readonly kind: string;
  readonly subject: Readonly<Record<string, string | number>>;
  readonly isRepaired: boolean;
}

export interface StoredFinding extends Finding {
  readonly findingId: number;
  readonly jobId: string;
  readonly foundAtMs: number;
}

/** A job may list this many; what is beyond is only counted. */
export const FINDINGS_LISTED = 10_000;

interface JobRow {
  readonly job_id: string;
  readonly kind: JobKind;
  readonly target: string;
  readonly options: string;
  readonly place: string | null;
  readonly counts: string;
  readonly fence: number;
  readonly failures: number;
  readonly error: string | null;
  readonly started_at_ms: number;
  readonly updated_at_ms: number;
  readonly finished_at_ms: number | null;
}

const COLUMNS = `job_id, kind, target, options, place, counts, fence, failures, error,
  started_at_ms, updated_at_ms, finished_at_ms`;

const insertJob = `INSERT INTO jobs (job_id, kind, target, options, started_at_ms, updated_at_ms)
  VALUES (?1, ?2, ?3, ?4, ?5, ?5) ON CONFLICT DO NOTHING`;
const selectOpen = `SELECT ${COLUMNS} FROM jobs
  WHERE kind = ?1 AND target = ?2 AND finished_at_ms IS NULL`;
const selectJob = `SELECT ${COLUMNS} FROM jobs WHERE job_id = ?1`;
const selectJobs = `SELECT ${COLUMNS} FROM jobs WHERE (?1 IS NULL OR kind = ?1)
  ORDER BY finished_at_ms IS NOT NULL, started_at_ms DESC, job_id LIMIT ?2`;
/** What waits, and what was given up since `?1`, by kind. */
const selectBacklog = `SELECT kind,
    sum(finished_at_ms IS NULL) AS open,
    sum(finished_at_ms IS NULL AND error IS NOT NULL) AS failing,
    sum(finished_at_ms IS NOT NULL AND error IS NOT NULL) AS failed,
    min(CASE WHEN finished_at_ms IS NULL THEN started_at_ms END) AS oldest_ms
  FROM jobs WHERE finished_at_ms IS NULL OR finished_at_ms >= ?1 GROUP BY kind ORDER BY kind`;
const selectDue = `SELECT job_id FROM jobs
  WHERE finished_at_ms IS NULL AND leased_until_ms <= ?1 AND (?3 IS NULL OR kind = ?3)
  ORDER BY updated_at_ms LIMIT ?2`;

const selectSince = `SELECT job_id FROM jobs
  WHERE kind = ?1 AND target = ?2 AND started_at_ms >= ?3 LIMIT 1`;

const takeJob = `UPDATE jobs SET fence = fence + 1, leased_until_ms = ?2 + ?3
  WHERE job_id = ?1 AND finished_at_ms IS NULL AND leased_until_ms <= ?2 RETURNING ${COLUMNS}`;
/** The lease goes on while its holder makes progress. */
const saveJob = `UPDATE jobs SET place = ?3, counts = ?4, updated_at_ms = ?5, finished_at_ms = ?6,
    leased_until_ms = ?7, failures = 0, error = NULL
  WHERE job_id = ?1 AND fence = ?2 AND finished_at_ms IS NULL RETURNING job_id`;
const releaseJob = `UPDATE jobs SET leased_until_ms = 0
  WHERE job_id = ?1 AND fence = ?2 AND finished_at_ms IS NULL`;
const failJob = `UPDATE jobs SET leased_until_ms = 0, failures = failures + 1, error = ?3,
    updated_at_ms = ?4, finished_at_ms = CASE WHEN failures + 1 >= ?5 THEN ?4 ELSE NULL END
  WHERE job_id = ?1 AND fence = ?2 AND finished_at_ms IS NULL`;

/** Before the job is saved, in the same transaction: the fence still is the writer's. */
const insertFindings = `INSERT INTO job_findings (job_id, kind, subject, is_repaired, found_at_ms)
  SELECT ?1, json_extract(f.value, '$[0]'), json_extract(f.value, '$[1]'),
    json_extract(f.value, '$[2]'), ?4
  FROM json_each(?3) f
  WHERE EXISTS (SELECT 1 FROM jobs WHERE job_id = ?1 AND fence = ?2 AND finished_at_ms IS NULL)`;
const selectFindings = `SELECT finding_id, job_id, kind, subject, is_repaired, found_at_ms
  FROM job_findings WHERE job_id = ?1 AND finding_id > ?2 ORDER BY finding_id LIMIT ?3`;
const countUnrepaired = `SELECT count(*) AS count FROM job_findings f
  JOIN jobs j ON j.job_id = f.job_id WHERE f.is_repaired = 0 AND f.kind IN
    (SELECT value FROM json_each(?1)) AND f.found_at_ms > ?2`;
const dropOld = "DELETE FROM jobs WHERE finished_at_ms <= ?1";

/** Starts a job, or gives the open one of the same kind and target. */
export async function startJob(
  call: CatalogCall,
  wish: Pick<Job, "kind" | "target" | "options">,
): Promise<Job> {
  const { kind, target, options } = wish;
  const jobId = newRequestId(call.seams.randomBytes);
  const results = await transact(call, [
    [insertJob, jobId, kind, target, JSON.stringify(options), call.nowMs],
    [selectOpen, kind, target],
  ]);
  const [row] = (results[1] ?? []) as readonly JobRow[];
  if (row === undefined) throw new Error("a job was neither made nor found");
  return renderJob(row);
}

/** Whether a job of the kind and target, open or ended, was started since then. */
export async function hasJobSince(
  call: CatalogCall,
  wish: Pick<Job, "kind" | "target"> & { readonly sinceMs: number },
): Promise<boolean> {
  const { kind, target, sinceMs } = wish;
  return (await queryFirst(call, [selectSince, kind, target, sinceMs])) !== undefined;
}

export async function getJob(call: CatalogCall, jobId: string): Promise<Job | undefined> {
  const row = await queryFirst<JobRow>(call, [selectJob, jobId]);
  return row === undefined ? undefined : renderJob(row);
}

/** Open jobs, so that none that hangs is ever out of sight, then the others; newest first. */
export async function listJobs(
  call: CatalogCall,
  wish: { readonly kind?: string; readonly limit: number },
): Promise<readonly Job[]> {
  const rows = await queryAll<JobRow>(call, [selectJobs, wish.kind ?? null, wish.limit]);
  return rows.map(renderJob);
}

/** How the jobs of one kind stand. */
export interface Backlog {
  readonly kind: JobKind;
  readonly open: number;
  /** Open, and their last slice failed. */
  readonly failing: number;
  /** Given up. */
  readonly failed: number;
  /** When the oldest open one was started. */
  readonly oldestAtMs?: number;
}

/** How the jobs stand, by kind; those that were given up since then. */
export async function jobBacklog(call: CatalogCall, sinceMs: number): Promise<readonly Backlog[]> {
  type Row = Omit<Backlog, "oldestAtMs"> & { readonly oldest_ms: number | null };
  const rows = await queryAll<Row>(call, [selectBacklog, sinceMs]);
  return rows.map(({ oldest_ms: oldest, ...row }) => ({
    ...row,
    ...(oldest !== null && { oldestAtMs: oldest }),
  }));
}

/** Ids of open jobs that nobody works on, of one kind or of all, those that waited longest first. */
export async function dueJobs(
  call: CatalogCall,
  limit: number,
  kind?: JobKind,
): Promise<readonly string[]> {
  const rows = await queryAll<{ job_id: string }>(call, [
    selectDue,
    call.nowMs,
    limit,
    kind ?? null,
  ]);
  return rows.map((row) => row.job_id);
}

/** The right to work on the job for `leaseMs`; `undefined` when it is finished or somebody's. */
export async function leaseJob(
  call: CatalogCall,
  jobId: string,
  leaseMs: number,
): Promise<LeasedJob | undefined> {
  const row = await queryFirst<JobRow>(call, [takeJob, jobId, call.nowMs, leaseMs]);
  if (row === undefined) return undefined;
  return { ...renderJob(row), fence: row.fence, failures: row.failures };
}

/** What a slice leaves: its findings, the counts, and where to go on. */
export interface Progress {
  /** `undefined`: the job is finished. */
  readonly place: unknown;
  readonly counts: JobCounts;
  readonly findings: readonly Finding[];
  readonly leaseMs: number;
}

/** Keeps the progress. False when the lease was lost: then nothing was written. */
export async function saveProgress(
  call: CatalogCall,
  job: LeasedJob,
  progress: Progress,
): Promise<boolean> {
  const { place, counts, findings, leaseMs } = progress;
  const isFinished = place === undefined;
  const rows = findings.map(({ kind, subject, isRepaired }) => [
    kind,
    JSON.stringify(subject),
    isRepaired ? 1 : 0,
  ]);
  const results = await transact(call, [
    [insertFindings, job.jobId, job.fence, JSON.stringify(rows), call.nowMs],
    [
      saveJob,
      job.jobId,
      job.fence,
      isFinished ? null : JSON.stringify(place),
      JSON.stringify(counts),
      call.nowMs,
      isFinished ? call.nowMs : null,
      isFinished ? 0 : call.nowMs + leaseMs,
    ],
  ]);
  return (results[1] ?? []).length > 0;
}

/** Lets the job go, so that the next run need not wait for the lease's end. */
export async function releaseLease(call: CatalogCall, job: LeasedJob): Promise<void> {
  await queryAll(call, [releaseJob, job.jobId, job.fence]);
}

/** Notes a failed slice; after `maximumFailures` in a row the job is given up. */
export async function noteFailure(
  call: CatalogCall,
  job: LeasedJob,
  failure: { readonly error: string; readonly maximumFailures: number },
): Promise<void> {
  const { error, maximumFailures } = failure;
  await queryAll(call, [failJob, job.jobId, job.fence, error, call.nowMs, maximumFailures]);
}

/** A page of a job's findings behind `after`, in the order they were found. */
export async function listFindings(
  call: CatalogCall,
  page: { readonly jobId: string; readonly after: number; readonly limit: number },
): Promise<readonly StoredFinding[]> {
  interface Row {
    readonly finding_id: number;
    readonly job_id: string;
    readonly kind: string;
    readonly subject: string;
    readonly is_repaired: number;
    readonly found_at_ms: number;
  }
  const rows = await queryAll<Row>(call, [selectFindings, page.jobId, page.after, page.limit]);
  return rows.map((row) => ({
    findingId: row.finding_id,
    jobId: row.job_id,
    kind: row.kind,
    subject: JSON.parse(row.subject) as Finding["subject"],
    isRepaired: row.is_repaired === 1,
    foundAtMs: row.found_at_ms,
  }));
}

/** How many findings of these kinds since then were not repaired. */
export async function countFindings(
  call: CatalogCall,
  kinds: readonly string[],
  sinceMs: number,
): Promise<number> {
  const query = [countUnrepaired, JSON.stringify(kinds), sinceMs] as const;
  return (await queryFirst<{ count: number }>(call, query))?.count ?? 0;
}

/** Forgets jobs that were finished by then, and their findings. */
export async function forgetJobs(call: CatalogCall, finishedByMs: number): Promise<void> {
  await queryAll(call, [dropOld, finishedByMs]);
}

function renderJob(row: JobRow): Job {
  return {
    jobId: row.job_id,
    kind: row.kind,
    target: row.target,
    options: JSON.parse(row.options) as JobOptions,
    place: row.place === null ? null : (JSON.parse(row.place) as unknown),
    counts: JSON.parse(row.counts) as JobCounts,
    startedAtMs: row.started_at_ms,
    updatedAtMs: row.updated_at_ms,
    ...(row.finished_at_ms !== null && { finishedAtMs: row.finished_at_ms }),
    ...(row.error !== null && { error: row.error }),
  };
}
