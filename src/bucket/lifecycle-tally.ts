// What lifecycle did, counted by day, rule and action, in the transactions that did it.

import type { IndexState } from "./index-state.ts";
import { nextDue } from "./lifecycle-ranges.ts";
import type { LifecycleCount, LifecycleStatus } from "./lifecycle-types.ts";
import type { LifecycleOrder } from "./move-types.ts";
import { statements } from "./statements.ts";

const dayMs = 86_400_000;
const daysKept = 400;
const rowsShown = 1000;

/** The counts of one call. */
export class LifecycleTally {
  readonly #index: IndexState;
  readonly #nowMs: number;
  readonly #counts = new Map<
    string,
    { -readonly [Key in keyof LifecycleCount]: LifecycleCount[Key] }
  >();

  constructor(index: IndexState, nowMs: number) {
    this.#index = index;
    this.#nowMs = nowMs;
  }

  add(
    { rule, action }: Pick<LifecycleCount, "rule" | "action">,
    count: number,
    bytes: number,
  ): void {
    const name = `${action} ${rule}`;
    const known = this.#counts.get(name) ?? { rule, action, count: 0, bytes: 0 };
    known.count += count;
    known.bytes += bytes;
    this.#counts.set(name, known);
  }

  counts(): readonly LifecycleCount[] {
    return [...this.#counts.values()];
  }

  /** Adds the counts to the day's. */
  write(): void {
    if (this.#counts.size === 0) return;
    const { sql } = this.#index;
    const day = Math.floor(this.#nowMs / dayMs);
    for (const { rule, action, count, bytes } of this.#counts.values()) {
      sql.run(statements.tallyLifecycle, day, rule, action, count, bytes);
    }
    sql.run(statements.dropLifecycleTally, day - daysKept);
  }
}

/** Counts a move that a rule asked for, in the transaction that makes it. */
export function countMove(index: IndexState, order: LifecycleOrder, bytes: number): void {
  const tally = new LifecycleTally(index, index.ledger.clockMs);
  tally.add(order, 1, bytes);
  tally.write();
}

/** How the bucket's lifecycle stands. */
export function lifecycleStatus(index: IndexState, nowMs: number): LifecycleStatus {
  const { sql } = index;
  const [ranges = 0, dueRanges = 0, versions = 0] =
    sql.first<[number, number, number]>(statements.countLifecycleRanges, nowMs) ?? [];
  const rows = sql.rows<[number, string, LifecycleCount["action"], number, number]>(
    statements.lifecycleTally,
    rowsShown,
  );
  return {
    ranges,
    dueRanges,
    versions,
    nextDueMs: nextDue(index),
    days: rows.map(([day, rule, action, count, bytes]) => {
      return { dayStartMs: day * dayMs, rule, action, count, bytes };
    }),
  };
}
