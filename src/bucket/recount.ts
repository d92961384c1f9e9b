// Counts anew who holds what, and mends the counts. Counting is exact because a share of the ids is
// counted in one turn of the index's one thread; it is bounded because a share is as small as the
// asker makes it. Nothing here takes bytes away: what nothing holds is condemned, and has its grace.

import { condemnBytes } from "./condemned.ts";
import type { IndexState } from "./index-state.ts";
import { column, type VersionRow } from "./rows.ts";
import type { CountFinding, RecountOutcome, RecountRequest } from "./scan-types.ts";
import { statements } from "./statements.ts";

type CountRow = readonly [content: string, counted: number, recorded: number | null, kind: string];

/** Compares one share of the counts with the rows; with `isRepair`, makes them agree. */
export function recount(index: IndexState, request: RecountRequest): RecountOutcome {
  const { sql, ledger } = index;
  if (ledger.state === "none" || ledger.state === "destroyed") {
    return { findings: [], isRepaired: false };
  }
  return mend(index, sql.rows<CountRow>(statements.recount, request.share, request.of), request);
}

/** As `recount`, for an index that is not a bucket's yet: all at once, counts only. */
export function recountAll(index: IndexState): RecountOutcome {
  const rows = index.sql.rows<CountRow>(statements.recount, 0, 1);
  return mend(index, rows, { isRepair: true });
}

function mend(
  index: IndexState,
  rows: readonly CountRow[],
  { isRepair }: Pick<RecountRequest, "isRepair">,
): RecountOutcome {
  const findings = rows.flatMap(judge);
  if (isRepair) for (const finding of findings) repair(index, finding);
  return { findings, isRepaired: isRepair };
}

/** A content without a count has one holder; a count of one stays for as long as its holder. */
function judge([content, counted, recorded, kind]: CountRow): CountFinding[] {
  if (kind === "parts") {
    return counted > 0 ? [] : [{ kind: "stray-parts", content, counted, recorded: 1 }];
  }
  if (counted === 0) return [{ kind: "stray-count", content, counted, recorded: recorded ?? 0 }];
  const believed = recorded ?? 1;
  return believed === counted
    ? []
    : [{ kind: "wrong-count", content, counted, recorded: believed }];
}

function repair(index: IndexState, { kind, content, counted }: CountFinding): void {
  if (kind === "wrong-count") index.sql.run(statements.setRefs, content, counted);
  else if (kind === "stray-count") index.sql.run(statements.forgetRefs, content);
  else condemnBytes(index, { held: content, reason: "upload", key: "" });
}

/** How much there is to count: rows that can hold something. */
export function countRows({ sql }: IndexState): number {
  return sql.first<[number]>(statements.countRows)?.[0] ?? 0;
}

/**
 * Mends what one key shows: its newest state must stand as the latest, everything older must have
 * ended. Makes no version and removes none. False when there was nothing to mend.
 */
export function mendKey({ sql, ledger }: IndexState, key: string): boolean {
  if (ledger.state !== "active") return false;
  const current = sql.first<VersionRow>(statements.currentOf, key);
  const history = sql.rows<VersionRow>(statements.scanOlder, key, Number.MAX_SAFE_INTEGER);
  let isMended = false;
  let newer = current?.[column.seq];
  for (const row of history) {
    const [, seq, ended, isMarker] = row;
    if (newer === undefined && isMarker === 0) {
      sql.run(statements.promoteHistory, key, seq);
      sql.run(statements.dropHistory, key, seq);
      isMended = true;
    } else if (newer === undefined && ended !== null) {
      sql.run(statements.endHistory, key, seq, null);
      isMended = true;
    } else if (newer !== undefined && newer > seq && (ended === null || ended > newer)) {
      sql.run(statements.endHistory, key, seq, newer);
      isMended = true;
    }
    newer = seq;
  }
  return isMended;
}
