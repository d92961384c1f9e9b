// Who holds what. A content or blob is held by the rows that name it: versions (current, history,
// condemned) and parts. One holder is the rule and costs no row; only what was ever shared has a
// row in `content_refs`, and keeps it until the bytes are gone, so that the sweep for orphans can
// tell bytes that live on under another key. Condemned rows hold too: references only grow from
// rows that stand (never from condemned ones), so what reaches the end of its grace cannot come
// back (faults.md D28, D29).

import { idTimeMs } from "../s3/ids.ts";
import type { IndexState } from "./index-state.ts";
import { column, type VersionRow } from "./rows.ts";
import { statements } from "./statements.ts";
import type { SharedFrom } from "./types.ts";

/**
 * The longest a request may take between making a blob id and committing it. Older ids are refused,
 * so that the sweeper, who waits twice as long, can never take bytes that are about to be
 * committed.
 */
export const maximumRequestAgeMs = 24 * 3600 * 1000;

/** One more row names the content. Only after `standingSource` in the same transaction. */
export function share({ sql }: IndexState, held: string): void {
  sql.run(statements.addRef, held);
}

/** Takes one of several holders away. False when the asker is the only one: nothing is changed. */
export function letGoIfShared({ sql }: IndexState, held: string): boolean {
  const [refs] = sql.first<[number]>(statements.refsOf, held) ?? [1];
  if (refs <= 1) return false;
  sql.run(statements.dropRef, held);
  return true;
}

/**
 * The version a copy takes its bytes from, if it still stands; markers and condemned rows do not.
 */
export function standingSource(
  { sql, ledger }: IndexState,
  { key, seq }: SharedFrom,
): VersionRow | undefined {
  const current = sql.first<VersionRow>(statements.currentOf, key);
  if (current?.[column.seq] === seq) return current;
  if (!ledger.hasHistory) return undefined;
  const older = sql.first<VersionRow>(statements.historyAt, key, seq);
  return older?.[column.isMarker] === 0 ? older : undefined;
}

/** Whether the id is too old to be committed. */
export function isExpired({ ledger }: IndexState, id: string): boolean {
  return ledger.clockMs - idTimeMs(id) > maximumRequestAgeMs;
}

/**
 * A count of one: the blob's own description does not lead to where it is held now, and the sweep
 * spares whatever was ever counted.
 */
export function keepFound({ sql }: IndexState, blob: string): void {
  sql.run(statements.countOne, blob);
}
