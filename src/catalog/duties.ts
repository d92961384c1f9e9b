// What the crons did last, by the name of each duty. Kept so that one that fails, or is never fired,
// is seen; nothing is decided by it.

import { nextDueMs } from "../cron.ts";
import { type CatalogCall, queryAll } from "./database.ts";

/** The last run of a duty. */
export interface DutyRun {
  readonly name: string;
  readonly cron: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** Absent: it never did. */
  readonly succeededAtMs?: number;
  /** How often in a row it failed. */
  readonly failures: number;
  readonly error?: string;
  /** What was left over; absent where a duty leaves nothing, or failed. */
  readonly backlog?: number;
}

export interface Duty extends DutyRun {
  readonly nextDueAtMs?: number;
  /** It failed, or was not fired when it was due. */
  readonly isStuck: boolean;
}

interface DutyRow {
  readonly name: string;
  readonly cron: string;
  readonly started_at_ms: number;
  readonly ended_at_ms: number;
  readonly succeeded_at_ms: number | null;
  readonly failures: number;
  readonly error: string | null;
  readonly backlog: number | null;
}

/** How long after its time a duty that did not run is called stuck: crons may be late. */
export const dutyGraceMs = 30 * 60_000;

const upsertDuty = `INSERT INTO duties
    (name, cron, started_at_ms, ended_at_ms, succeeded_at_ms, failures, error, backlog)
  VALUES (?1, ?2, ?3, ?4, CASE WHEN ?5 IS NULL THEN ?4 END, CASE WHEN ?5 IS NULL THEN 0 ELSE 1 END, ?5, ?6)
  ON CONFLICT (name) DO UPDATE SET cron = excluded.cron, started_at_ms = excluded.started_at_ms,
    ended_at_ms = excluded.ended_at_ms, error = excluded.error, backlog = excluded.backlog,
    succeeded_at_ms = coalesce(excluded.succeeded_at_ms, succeeded_at_ms),
    failures = CASE WHEN excluded.error IS NULL THEN 0 ELSE failures + 1 END`;
const selectDuties = `SELECT name, cron, started_at_ms, ended_at_ms, succeeded_at_ms, failures, error,
    backlog FROM duties ORDER BY name`;

/** Notes how a run ended: `error` absent for a success. */
export async function noteDuty(
  call: CatalogCall,
  run: Pick<DutyRun, "name" | "cron" | "startedAtMs" | "error" | "backlog">,
): Promise<void> {
  const { name, cron, startedAtMs, error = null, backlog = null } = run;
  await queryAll(call, [upsertDuty, name, cron, startedAtMs, call.nowMs, error, backlog]);
}

/** Every duty that ever ran, by name. */
export async function listDuties(call: CatalogCall): Promise<readonly Duty[]> {
  const rows = await queryAll<DutyRow>(call, [selectDuties]);
  return rows.map((row) => {
    const dueAfterLastMs = nextDueMs(row.cron, row.started_at_ms);
    const isLate = dueAfterLastMs !== undefined && call.nowMs > dueAfterLastMs + dutyGraceMs;
    const nextDueAtMs = nextDueMs(row.cron, call.nowMs);
    return {
      name: row.name,
      cron: row.cron,
      startedAtMs: row.started_at_ms,
      endedAtMs: row.ended_at_ms,
      failures: row.failures,
      isStuck: isLate || row.failures > 0,
      ...(row.succeeded_at_ms !== null && { succeededAtMs: row.succeeded_at_ms }),
      ...(row.error !== null && { error: row.error }),
      ...(row.backlog !== null && { backlog: row.backlog }),
      ...(nextDueAtMs !== undefined && { nextDueAtMs }),
    };
  });
}
