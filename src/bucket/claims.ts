// The end of the grace. `claim` names the bytes that nothing holds but rows whose grace is over;
// `forget` drops those rows once the stores confirmed. Between the two everything stays as it is,
// so either may be lost or repeated. What several rows hold is only let go of (faults.md P-GC, D28,
// D30).

import { idTimeMs } from "../s3/ids.ts";
import { hourOf, type Reason } from "./condemned.ts";
import type { IndexState } from "./index-state.ts";
import { isManifest } from "./manifests.ts";
import { letGoIfShared, maximumRequestAgeMs } from "./references.ts";
import { blobsOf, type PartRow, parseSegments, renderSegments } from "./rows.ts";
import { statements } from "./statements.ts";
import type { ClaimRequest, CondemnedBlob } from "./types.ts";
import { giveUpIdle } from "./unfinished-moves.ts";

type DueRow = readonly [hour: number, held: string, seq: number, reason: Reason];

/** Where a condemned row is, and for bytes of a manifest which part and blob of it. */
interface Ticket {
  readonly hour: number;
  readonly held: string;
  readonly seq: number;
  readonly part?: { readonly number: number; readonly blob: string };
}

/** Rows looked at in one call: bounds the time of one turn. */
const maximumRows = 5000;

/** What a claim found. */
export interface Claim {
  readonly blobs: CondemnedBlob[];
  /** No due row was left unseen: asking again at once would name nothing new. */
  readonly isDone: boolean;
}

/**
 * At most `limit` blobs whose grace ended. Rows that hold nothing of their own go at once. Asked
 * again without `forget` in between, it names the same blobs; `afterTicket` goes on behind one.
 */
export function claimCondemned(index: IndexState, request: ClaimRequest): Claim {
  const dueMs = request.nowMs - request.graceMs;
  index.ledger.tick(request.nowMs);
  giveUpIdle(index);
  const claimed: CondemnedBlob[] = [];
  const after = request.afterTicket === undefined ? undefined : parseTicket(request.afterTicket);
  let place = after ?? { hour: -1, held: "", seq: 0 };
  if (after?.part !== undefined) {
    const rest = { limit: request.limit, afterPart: after.part.number };
    claimed.push(...claimManifest(index, after, rest));
  }
  let isDone = false;
  for (let seen = 0; seen < maximumRows && claimed.length < request.limit && !isDone; ) {
    const count = Math.min(request.limit - claimed.length, maximumRows - seen);
    const rows = index.sql.rows<DueRow>(
      statements.dueCondemned,
      place.hour,
      place.held,
      place.seq,
      hourOf(dueMs),
      dueMs,
      count,
    );
    for (const [hour, held, seq, reason] of rows) {
      place = { hour, held, seq };
      const rest = { limit: request.limit - claimed.length, afterPart: 0 };
      if (rest.limit > 0) claimed.push(...claimRow(index, place, { reason, ...rest }));
    }
    seen += rows.length;
    isDone = rows.length < count;
  }
  noteWhatIsLeft(index);
  return { blobs: claimed, isDone };
}

function claimRow(
  index: IndexState,
  ticket: Ticket,
  wish: { reason: Reason; limit: number; afterPart: number },
): CondemnedBlob[] {
  const { held } = ticket;
  if (wish.reason === "gone") {
    if (isTooOldToReturn(index, held)) drop(index, ticket);
    return [];
  }
  // A delete marker holds nothing; a content that others hold is let go of.
  if (held === "" || letGoIfShared(index, held)) {
    drop(index, ticket);
    return [];
  }
  if (isManifest(held)) return claimManifest(index, ticket, wish);
  return [{ blob: held, ticket: renderTicket(ticket) }];
}

/** The blobs of some parts of a manifest, so that one of 10,000 parts takes several slices. */
function claimManifest(
  index: IndexState,
  ticket: Ticket,
  { limit, afterPart }: { limit: number; afterPart: number },
): CondemnedBlob[] {
  const claimed: CondemnedBlob[] = [];
  for (let at: number | undefined = afterPart; at !== undefined && claimed.length < limit; ) {
    const count = limit - claimed.length;
    const rows: PartRow[] = index.sql.rows(statements.partsAfter, ticket.held, at, count);
    for (const row of rows) claimed.push(...claimPart(index, ticket, row));
    at = rows.at(-1)?.[0];
  }
  if (claimed.length === 0) dropIfEmpty(index, ticket);
  return claimed;
}

function claimPart(index: IndexState, ticket: Ticket, row: PartRow): CondemnedBlob[] {
  const [number, sizeBytes, , , , text] = row;
  const segments = parseSegments(text, sizeBytes);
  const shared = blobsOf(segments).filter((blob) => letGoIfShared(index, blob));
  const own = segments.filter(({ blob }) => !shared.includes(blob));
  // What was let go of leaves the part's row in the same transaction: it is never let go of twice.
  // A part without bytes has nothing to wait for either.
  if (shared.length > 0 || own.length === 0) {
    keepSegments(index, { content: ticket.held, number }, own);
  }
  return blobsOf(own).map((blob) => ({
    blob,
    ticket: renderTicket({ ...ticket, part: { number, blob } }),
  }));
}

/** The stores no longer have these: their rows go. Unknown tickets were forgotten before. */
export function forgetCondemned(index: IndexState, tickets: readonly string[]): void {
  const { sql } = index;
  for (const text of tickets) {
    const ticket = parseTicket(text);
    const { hour, held, seq, part } = ticket;
    if (sql.first(statements.condemnedAt, hour, held, seq) === undefined) continue;
    if (part === undefined) {
      sql.run(statements.forgetRefs, held);
      if (isTooOldToReturn(index, held)) drop(index, ticket);
      else sql.run(statements.buryCondemned, hour, held, seq);
      continue;
    }
    const row = sql.first<PartRow>(statements.partOf, held, part.number);
    if (row !== undefined) {
      const left = parseSegments(row[5], row[1]).filter(({ blob }) => blob !== part.blob);
      keepSegments(index, { content: held, number: part.number }, left);
      sql.run(statements.forgetRefs, part.blob);
    }
    dropIfEmpty(index, ticket);
  }
  noteWhatIsLeft(index);
}

/**
 * While a commit of the blob could still arrive (a very late echo), its condemned row must stay to
 * refuse it, even when a short grace had the bytes removed already.
 */
function isTooOldToReturn({ ledger }: IndexState, blob: string): boolean {
  return ledger.clockMs - idTimeMs(blob) > maximumRequestAgeMs;
}

function keepSegments(
  { sql }: IndexState,
  { content, number }: { content: string; number: number },
  segments: ReturnType<typeof parseSegments>,
): void {
  if (segments.length === 0) sql.run(statements.dropPart, content, number);
  // Never the short form: the size in the row is no longer that of what is left.
  else sql.run(statements.setSegments, content, number, renderSegments(segments, -1));
}

/** A manifest without parts left is gone, and its condemned row with it. */
function dropIfEmpty(index: IndexState, ticket: Ticket): void {
  const { sql } = index;
  if (sql.first(statements.partsAfter, ticket.held, 0, 1) !== undefined) return;
  sql.run(statements.dropManifest, ticket.held);
  sql.run(statements.forgetRefs, ticket.held);
  drop(index, ticket);
}

function drop({ sql }: IndexState, { hour, held, seq }: Ticket): void {
  sql.run(statements.dropCondemned, hour, held, seq);
}

/** Looked at once per call, so that the alarm of an index with nothing left to do stays off. */
function noteWhatIsLeft({ sql, ledger }: IndexState): void {
  ledger.hasCondemned = sql.first(statements.anyCondemned) !== undefined;
}

function renderTicket({ hour, held, seq, part }: Ticket): string {
  return [hour, held, seq, ...(part === undefined ? [] : [part.number, part.blob])].join("/");
}

function parseTicket(text: string): Ticket {
  const [hour, held, seq, number, blob] = text.split("/");
  const ticket = { hour: Number(hour), held: held ?? "", seq: Number(seq) };
  if (number === undefined || blob === undefined) return ticket;
  return { ...ticket, part: { number: Number(number), blob } };
}
