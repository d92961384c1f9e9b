// Where rows go when they leave the index: kept whole for the grace (readers in flight, undo), then
// claimed for removal. Filed by hour, and never under an hour before the content's own id, so that
// "was this content ever condemned?" is a seek per hour of its life as a request: the answer that
// keeps late and repeated commits from bringing condemned bytes back (faults.md D26, D28, D29).

import { idTimeMs } from "../s3/ids.ts";
import type { IndexState } from "./index-state.ts";
import { blobsOf, column, parseSegments, type VersionRow } from "./rows.ts";
import { statements } from "./statements.ts";

const hourMs = 3600 * 1000;

/**
 * `version`: a displaced or deleted version. `part`: the bytes of a part that was sent again or not
 * listed. `upload`: all parts of an aborted upload. `refused`: a commit that was tried twice and
 * refused. `moved`: bytes that a version named before it moved to another class, or copies that
 * no mover finished. `restored`: a
 * copy of archived bytes that is no longer wanted. `gone`: the bytes are
 * removed, or others hold them; the row only keeps a late commit from naming them.
 */
export type Reason = "version" | "part" | "upload" | "refused" | "moved" | "restored" | "gone";

/** A condemned row as `findCondemned` gives it. */
export type CondemnedRow = readonly [
  reason: Reason,
  versionId: string | null,
  writtenAs: string | null,
  modifiedAtMs: number,
  etag: string,
  content: string | null,
];

/** Condemns the current version of a key and takes it out of `current`. */
export function condemnCurrent(index: IndexState, row: VersionRow, seq: number): void {
  const { sql, ledger } = index;
  ledger.hasCondemned = true;
  const [key, held] = [row[column.key], row[column.content] ?? ""];
  const hour = hourFor(ledger.clockMs, held);
  sql.run(statements.condemnCurrent, key, hour, seq, ledger.clockMs);
  dropWhatIsBeside(index, key, row[column.seq]);
}

/** What tables of their own keep of a version goes with it. */
function dropWhatIsBeside(index: IndexState, key: string, seq: number): void {
  const { sql, ledger } = index;
  if (ledger.hasAnnotations) sql.run(statements.dropAnnotations, key, seq);
  if (ledger.hasTiered) sql.run(statements.dropAccess, key, seq);
  dropRestore(index, { key, seq });
  dropUnfinished(index, { key, seq });
}

/**
 * Condemns what movers have copied of a version so far: all of it, or what was copied of other content
 * than `standing`.
 */
export function dropUnfinished(
  index: IndexState,
  { key, seq }: { readonly key: string; readonly seq: number },
  standing?: string,
): void {
  const { sql, ledger } = index;
  if (ledger.giveUpMs === null) return;
  const rows = sql.rows<[string, string, string]>(statements.unfinishedMovesOf, key, seq);
  for (const [destination, content, source] of rows) {
    if (source === standing) continue;
    sql.run(statements.dropUnfinishedMove, key, seq, destination);
    condemnBytes(index, { held: content, reason: "moved", key });
  }
  if (rows.length > 0) ledger.noteUnfinished();
}

/** Forgets the restoration of a version, if any; its copy is condemned. */
export function dropRestore(
  index: IndexState,
  { key, seq }: { readonly key: string; readonly seq: number },
): void {
  const { sql, ledger } = index;
  if (ledger.restoreDueMs === null) return;
  const row = sql.first<[number, string, null, number, string | null]>(
    statements.restoreOf,
    key,
    seq,
  );
  if (row === undefined) return;
  sql.run(statements.dropRestore, key, seq);
  const held = row[4];
  if (held !== null) condemnBytes(index, { held, reason: "restored", key });
  ledger.noteRestores();
}

/** Condemns a version or marker of the history and takes it out of there. */
export function condemnHistory(index: IndexState, row: VersionRow, seq: number): void {
  const { sql, ledger } = index;
  ledger.hasCondemned = true;
  const [key, made, held] = [row[column.key], row[column.seq], row[column.content] ?? ""];
  const hour = hourFor(ledger.clockMs, held);
  sql.run(statements.condemnHistory, key, made, hour, seq, ledger.clockMs);
  sql.run(statements.dropHistory, key, made);
  dropWhatIsBeside(index, key, made);
}

/** Condemns bytes that no version names: a part's, an upload's, a refused commit's. */
export function condemnBytes(
  { sql, ledger }: IndexState,
  { held, reason, key }: { held: string; reason: Reason; key: string },
): void {
  const hour = hourFor(ledger.clockMs, held);
  ledger.hasCondemned = true;
  sql.run(statements.putCondemned, hour, held, ledger.takeSeq(), ledger.clockMs, reason, key);
}

/**
 * Condemns each blob of a part that is replaced or dropped; the part row itself is the caller's.
 */
export function condemnPart(
  index: IndexState,
  { key, segments, sizeBytes }: { key: string; segments: string; sizeBytes: number },
): void {
  for (const held of blobsOf(parseSegments(segments, sizeBytes))) {
    condemnBytes(index, { held, reason: "part", key });
  }
}

/**
 * The rows under which `held` was condemned since `sinceId` was made (its own id, or the id of the
 * write that shared it). Bounded by the age a request may have, so a handful of seeks.
 */
export function findCondemned(
  { sql, ledger }: IndexState,
  held: string,
  sinceId: string,
): CondemnedRow[] {
  if (!ledger.hasCondemned) return [];
  const firstHour = hourOf(idTimeMs(sinceId));
  const lastHour = Math.max(hourOf(ledger.clockMs), firstHour);
  const found: CondemnedRow[] = [];
  for (let hour = firstHour; hour <= lastHour; hour += 1) {
    found.push(...sql.rows<CondemnedRow>(statements.findCondemned, hour, held));
  }
  return found;
}

export function hourOf(timeMs: number): number {
  return Math.floor(timeMs / hourMs);
}

/** Never before the content's own hour, whatever clocks say: `findCondemned` starts there. */
function hourFor(clockMs: number, held: string): number {
  const ownHour = held === "" ? 0 : hourOf(idTimeMs(held));
  return Math.max(hourOf(clockMs), ownHour);
}
