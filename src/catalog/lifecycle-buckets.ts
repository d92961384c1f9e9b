// Which buckets have lifecycle rules, and when each must be looked at: a table that a cron reads from
// an index, however many buckets there are. Nothing is lost with it: a bucket that is missing here is
// found by its setting, once a day.

import { type CatalogCall, queryAll } from "./database.ts";

export interface LifecycleBucket {
  readonly bucketId: string;
  readonly name: string;
  readonly dueAtMs: number;
  readonly lookedAtMs?: number;
  /** When nothing was left to do last. */
  readonly completedAtMs?: number;
  readonly runStartedAtMs?: number;
  /** What was done since then, by action. */
  readonly run: Readonly<Record<string, number>>;
  readonly error?: string;
}

interface Row {
  readonly bucket_id: string;
  readonly name: string;
  readonly due_ms: number;
  readonly looked_ms: number | null;
  readonly completed_ms: number | null;
  readonly run_started_ms: number | null;
  readonly run: string;
  readonly error: string | null;
}

const SELECT = `SELECT l.bucket_id, b.name, l.due_ms, l.looked_ms, l.completed_ms, l.run_started_ms,
    l.run, l.error
  FROM lifecycle_buckets l JOIN buckets b ON b.bucket_id = l.bucket_id AND b.state = 'active'`;
const selectDue = `${SELECT} WHERE l.due_ms <= ?1 ORDER BY l.due_ms LIMIT ?2`;
const selectOne = `${SELECT} WHERE b.name = ?1`;
const selectPage = `${SELECT} WHERE b.name > ?1 ORDER BY b.name LIMIT ?2`;
/** Selects no bucket, and so writes nothing, when the bucket is gone. */
const touch = `INSERT INTO lifecycle_buckets (bucket_id)
  SELECT bucket_id FROM buckets WHERE bucket_id = ?1
  ON CONFLICT (bucket_id) DO UPDATE SET due_ms = min(due_ms, 0) - 1`;
const addMissing = `INSERT INTO lifecycle_buckets (bucket_id)
  SELECT bucket_id FROM bucket_settings WHERE setting = 'lifecycle'
  ON CONFLICT (bucket_id) DO NOTHING`;
const remove = "DELETE FROM lifecycle_buckets WHERE bucket_id = ?1";
/**
 * A change of rules made meanwhile (due before all time, and before the one before it) is not forgotten:
 * the look may not have seen it.
 */
const saveLook = `UPDATE lifecycle_buckets SET
    due_ms = CASE WHEN due_ms <= 0 AND due_ms <> ?7 THEN due_ms ELSE ?2 END,
    looked_ms = ?3, completed_ms = coalesce(?4, completed_ms), run_started_ms = ?5, run = ?6,
    error = ?8
  WHERE bucket_id = ?1`;

/** The rules of the bucket changed: it is due at once. */
export async function touchLifecycle(call: CatalogCall, bucketId: string): Promise<void> {
  await queryAll(call, [touch, bucketId]);
}

/** Finds buckets with rules that are not in the table: their making was cut short. */
export async function addMissingLifecycle(call: CatalogCall): Promise<void> {
  await queryAll(call, [addMissing]);
}

/** The bucket has no rules any more, and its index knows. */
export async function removeLifecycle(call: CatalogCall, bucketId: string): Promise<void> {
  await queryAll(call, [remove, bucketId]);
}

/** Those due by now, the longest waiting first. */
export async function dueLifecycle(
  call: CatalogCall,
  limit: number,
): Promise<readonly LifecycleBucket[]> {
  const rows = await queryAll<Row>(call, [selectDue, call.nowMs, limit]);
  return rows.map(render);
}

export async function findLifecycle(
  call: CatalogCall,
  name: string,
): Promise<LifecycleBucket | undefined> {
  const [row] = await queryAll<Row>(call, [selectOne, name]);
  return row === undefined ? undefined : render(row);
}

/** A page of them, in the order of names. */
export async function listLifecycle(
  call: CatalogCall,
  page: { readonly after: string; readonly limit: number },
): Promise<readonly LifecycleBucket[]> {
  return (await queryAll<Row>(call, [selectPage, page.after, page.limit])).map(render);
}

/** What a look found. */
export interface LifecycleLook {
  readonly dueAtMs: number;
  readonly isCompleted: boolean;
  readonly runStartedAtMs: number;
  readonly run: Readonly<Record<string, number>>;
  readonly error?: string;
}

/** Keeps what a look at `before` found. */
export async function saveLifecycleLook(
  call: CatalogCall,
  before: Pick<LifecycleBucket, "bucketId" | "dueAtMs">,
  look: LifecycleLook,
): Promise<void> {
  await queryAll(call, [
    saveLook,
    before.bucketId,
    look.dueAtMs,
    call.nowMs,
    look.isCompleted ? call.nowMs : null,
    look.runStartedAtMs,
    JSON.stringify(look.run),
    before.dueAtMs,
    look.error ?? null,
  ]);
}

function render(row: Row): LifecycleBucket {
  return {
    bucketId: row.bucket_id,
    name: row.name,
    dueAtMs: row.due_ms,
    run: JSON.parse(row.run) as Record<string, number>,
    ...(row.looked_ms !== null && { lookedAtMs: row.looked_ms }),
    ...(row.completed_ms !== null && { completedAtMs: row.completed_ms }),
    ...(row.run_started_ms !== null && { runStartedAtMs: row.run_started_ms }),
    ...(row.error !== null && { error: row.error }),
  };
}
