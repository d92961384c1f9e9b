// The versions of a range of keys as lifecycle plans them: keys in order, of each the newest first.
// Read a page at a time; rows behind the one given out may be removed or moved meanwhile.

import type { KeyVersion } from "../lifecycle/plan-key.ts";
import type { StorageClass } from "../s3/content.ts";
import { idTimeMs } from "../s3/ids.ts";
import type { VersionLock } from "./amend-types.ts";
import type { IndexState } from "./index-state.ts";
import { beyondEveryKey, compareKeys } from "./keys.ts";
import { isLock, retainedUntilMs } from "./locks.ts";
import { statements } from "./statements.ts";
import type { VersionDetail } from "./types.ts";

const pageRows = 500;

/** A version as the statements of this file select it. */
export type PlanRow = readonly [
  key: string,
  seq: number,
  isMarker: number,
  versionId: string | null,
  modifiedAtMs: number,
  sizeBytes: number,
  storageClass: StorageClass | null,
  /** NULL when it was not asked for. */
  detail: string | null,
];

/** Which keys, and whether tags, locks and the like matter. */
export interface RowsWish {
  readonly from: string;
  readonly to: string | null;
  readonly wantsDetail: boolean;
}

/** All versions with keys in the range, in the order of planning. */
export function* rowsWithin(index: IndexState, wish: RowsWish): Generator<PlanRow> {
  const current = readCurrent(index, wish);
  const history = index.ledger.hasHistory ? readHistory(index, wish) : [][Symbol.iterator]();
  let left = current.next();
  let right: IteratorResult<PlanRow, unknown> = history.next();
  while (left.done !== true || right.done !== true) {
    // A row of `current` is newer than whatever the history has of its key.
    const isLeft =
      right.done === true ||
      (left.done !== true && compareKeys(left.value[0], right.value[0]) <= 0);
    if (isLeft && left.done !== true) {
      yield left.value;
      left = current.next();
    } else if (right.done !== true) {
      yield right.value;
      right = history.next();
    }
  }
}

function* readCurrent({ sql }: IndexState, { from, to, wantsDetail }: RowsWish) {
  const end = to ?? beyondEveryKey;
  const flag = wantsDetail ? 1 : 0;
  let rows = sql.rows<PlanRow>(statements.planCurrent, from, end, pageRows, flag);
  while (rows.length > 0) {
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageRows) return;
    rows = sql.rows<PlanRow>(statements.planCurrentAfter, last[0], end, pageRows, flag);
  }
}

function* readHistory(
  { sql }: IndexState,
  { from, to, wantsDetail }: RowsWish,
): Generator<PlanRow> {
  const end = to ?? beyondEveryKey;
  const flag = wantsDetail ? 1 : 0;
  let rows = sql.rows<PlanRow>(statements.planHistory, from, end, pageRows, flag);
  while (rows.length > 0) {
    yield* rows;
    let last = rows.at(-1);
    if (last === undefined || rows.length < pageRows) return;
    // The rest of the key first, then the keys behind it.
    const key = last[0];
    while (last !== undefined) {
      const older: PlanRow[] = sql.rows(statements.planOlder, key, last[1], pageRows, flag);
      yield* older;
      last = older.at(-1);
    }
    rows = sql.rows<PlanRow>(statements.planHistoryAfter, key, end, pageRows, flag);
  }
}

/** The version for the planner. */
export function plannedOf(row: PlanRow): KeyVersion {
  const [, , isMarker, versionId, createdAtMs, sizeBytes, storageClass, text] = row;
  const isNull = versionId === null;
  return {
    createdAtMs,
    sizeBytes,
    storageClass: storageClass ?? "STANDARD",
    isDeleteMarker: isMarker === 1,
    isNull,
    ...(!isNull && { madeAtMs: idTimeMs(versionId) }),
    ...readFacts(text, createdAtMs),
  };
}

const noTags = { tags: [] } as const;

/** Tags, lock and replication. What cannot be read is locked for ever (threats.md SEC-094). */
function readFacts(text: string | null, nowMs: number) {
  if (text === null) return noTags;
  let detail: VersionDetail & { readonly replication?: { readonly status?: string } };
  try {
    detail = JSON.parse(text) as VersionDetail;
  } catch {
    return { ...noTags, lockedUntilMs: Number.POSITIVE_INFINITY };
  }
  const status = detail.replication?.status;
  return {
    tags: detail.tags ?? [],
    ...(detail.lock !== undefined && { lockedUntilMs: lockedUntil(detail.lock, nowMs) }),
    ...((status === "PENDING" || status === "FAILED") && { isHeld: true }),
  };
}

function lockedUntil(lock: VersionLock, nowMs: number): number {
  if (!isLock(lock) || lock.legalHold === true || lock.eventHold === true) {
    return Number.POSITIVE_INFINITY;
  }
  return retainedUntilMs(lock, nowMs) ?? 0;
}
