// The ranges of keys that lifecycle watches, each with the moment when something in it may be due. A
// put costs nothing here: a range is looked at again before anything written since could be due. What
// can make a version due earlier than by its age (tags, locks, removals) marks its range.

import type { LifecycleRules } from "../lifecycle/rules.ts";
import type { IndexState } from "./index-state.ts";
import { compareKeys, prefixEnd } from "./keys.ts";
import { statements } from "./statements.ts";

/** In place of infinity, which a column cannot hold: the year 9999. */
export const neverMs = 253_402_300_799_999;

/** Keys from `from` on and before `to`; `null`: to the end. */
export interface Range {
  readonly from: string;
  readonly to: string | null;
  /** When a version that was seen is due, if nothing changes. */
  readonly dueMs: number;
  /** The index's place in the order when the range was visited. */
  readonly visitedSeq: number;
}

/** What a visit found out. */
export interface Visited {
  readonly from: string;
  /** When to come again at the latest, and when for what was seen alone. */
  readonly nextMs: number;
  readonly dueMs: number;
  readonly visitedSeq: number;
  readonly versions: number;
}

/**
 * Begins anew when the rules are others than before: one range for each stretch of keys that the same
 * prefixes reach into, all of them due.
 */
export function beginRules(index: IndexState, rulesId: string, rules: LifecycleRules): void {
  const { sql, ledger } = index;
  if (ledger.lifecycleId === rulesId) return;
  sql.run(statements.dropLifecycleRanges);
  const bounds = new Set([""]);
  for (const { prefix } of rules.rules) {
    bounds.add(prefix);
    const end = prefixEnd(prefix);
    if (end !== undefined) bounds.add(end);
  }
  for (const from of [...bounds].sort(compareKeys)) {
    sql.run(statements.putLifecycleRange, from, 0, 0, 0, 0);
  }
  ledger.setLifecycle(rulesId);
}

/** The bucket has no rules any more: nothing is watched, and nothing costs. */
export function endRules({ sql, ledger }: IndexState): void {
  if (ledger.lifecycleId === "") return;
  sql.run(statements.dropLifecycleRanges);
  ledger.setLifecycle("");
}

/** The range that has been due longest. Reads one row of an index, not the ranges. */
export function dueRange({ sql }: IndexState, nowMs: number): Range | undefined {
  const row = sql.first<[string, number, number, string | null]>(
    statements.dueLifecycleRange,
    nowMs,
  );
  if (row === undefined) return undefined;
  const [from, dueMs, visitedSeq, to] = row;
  return { from, to, dueMs, visitedSeq };
}

/** When a range is due next; `null` for never. */
export function nextDue({ sql }: IndexState): number | null {
  const at = sql.first<[number | null]>(statements.nextLifecycleDue)?.[0] ?? null;
  return at === null || at >= neverMs ? null : at;
}

export function putRange({ sql }: IndexState, visited: Visited): void {
  const { from, nextMs, dueMs, visitedSeq, versions } = visited;
  sql.run(
    statements.putLifecycleRange,
    from,
    Math.min(nextMs, neverMs),
    Math.min(dueMs, neverMs),
    visitedSeq,
    versions,
  );
}

/**
 * Something about the key changed that may make a version due before its time. Free in a bucket
 * without rules, and when the range is due anyway.
 */
export function markLifecycle({ sql, ledger }: IndexState, key: string): void {
  if (ledger.lifecycleId === "") return;
  sql.run(statements.markLifecycleRange, key, ledger.clockMs);
}
