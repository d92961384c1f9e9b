// When versions of INTELLIGENT_TIERING were used last: noticed at most once a day for each, and told to
// those who move what is not used. Other classes cost nothing here.

import type {
  NoticeAccessRequest,
  ScanTieredRequest,
  TieredPage,
  TieredVersion,
} from "./access-types.ts";
import type { IndexState } from "./index-state.ts";
import { standingSource } from "./references.ts";
import { readVersion, type VersionRow } from "./rows.ts";
import { rowsAfter } from "./scan.ts";
import { statements } from "./statements.ts";

/** Notes the use of a version that still stands, unless it was noted lately. */
export function noticeAccess(index: IndexState, request: NoticeAccessRequest): void {
  const { ledger, sql } = index;
  const { key, seq, restMs } = request;
  if (ledger.admitKey(request, key) !== undefined) return;
  const row = standingSource(index, { key, seq });
  if (row === undefined) return;
  const version = readVersion(row);
  if (version.storageClass !== "INTELLIGENT_TIERING") return;
  if (ledger.clockMs - usedAtMs(index, version) < restMs) return;
  sql.run(statements.putAccess, key, seq, ledger.clockMs);
}

/** When the version was used last, as far as was noticed. */
export function usedAtMs(
  { sql }: IndexState,
  { key, seq, modifiedAtMs }: { key: string; seq: number; modifiedAtMs: number },
): number {
  const [noted] = sql.first<[number]>(statements.accessOf, key, seq) ?? [modifiedAtMs];
  return Math.max(noted, modifiedAtMs);
}

/** The versions of the class among the next rows of the index; none, at once, where none ever was. */
export function scanTiered(index: IndexState, { after, limit }: ScanTieredRequest): TieredPage {
  const { ledger } = index;
  if (ledger.state !== "active" || !ledger.hasTiered) return { rows: [] };
  const looked = rowsAfter(index, after, { count: limit, isCurrentOnly: false });
  const rows = looked.flatMap((row) => render(index, row));
  const last = looked.length < limit ? undefined : looked.at(-1);
  return { rows, ...(last !== undefined && { next: { key: last[0], seq: last[1] } }) };
}

function render(index: IndexState, row: VersionRow): TieredVersion[] {
  // Parsed only where it is of the class.
  if (row[8] !== "INTELLIGENT_TIERING") return [];
  const version = readVersion(row);
  const { key, versionId, seq, sizeBytes, detail } = version;
  const { tier, tags = [] } = detail;
  const facts = { key, versionId, seq, sizeBytes, tags, usedAtMs: usedAtMs(index, version) };
  return [{ ...facts, ...(tier !== undefined && { tier }) }];
}
