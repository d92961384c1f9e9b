// Archived versions that are brought back: asked for, made when their time has come, kept for some
// days, ended. A row for each, beside the version. The restored copy is content of its own, held by that
// row; it goes with the version, or when its days are over, by the way of everything condemned.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_RestoreObject.html

import { isArchived } from "../s3/content.ts";
import { dropRestore } from "./condemned.ts";
import type { IndexState } from "./index-state.ts";
import { putMovedManifest } from "./moved-manifest.ts";
import { emitOf } from "./outbox.ts";
import { isExpired, keepFound, standingSource } from "./references.ts";
import {
  type DueRestore,
  type DueRestores,
  type EndRestoreRequest,
  type FinishRestoreOutcome,
  type FinishRestoreRequest,
  type PostponeRestoreRequest,
  type RestoreState,
  type RestoreStatesRequest,
  type RestoreTier,
  restoreTiers,
  type StartRestoreOutcome,
  type StartRestoreRequest,
} from "./restore-types.ts";
import { blobsOf, column, readVersion, type VersionRow } from "./rows.ts";
import { statements } from "./statements.ts";
import type { Version } from "./types.ts";
import { completeNoted } from "./unfinished-moves.ts";
import { findVersion } from "./versions.ts";

type RestoreRow = readonly [
  isDone: number,
  tier: RestoreTier,
  days: number | null,
  dueAtMs: number,
  content: string | null,
];

/** Whether the bytes of a version are out of reach. */
export function isOutOfReach({ storageClass, detail: { tier } }: Version): boolean {
  return isArchived({ storageClass, ...(tier !== undefined && { tier }) });
}

/** How an archived version stands, and the content that readers get meanwhile. */
export function restoreOf(
  { sql, ledger }: IndexState,
  { key, seq }: { readonly key: string; readonly seq: number },
): { readonly state: RestoreState; readonly content?: string } | undefined {
  if (ledger.restoreDueMs === null) return undefined;
  const row = sql.first<RestoreRow>(statements.restoreOf, key, seq);
  if (row === undefined) return undefined;
  const [isDone, , , dueAtMs, content] = row;
  if (isDone === 0) return { state: { isOngoing: true } };
  // What is over is over, also before upkeep has taken it away.
  if (content === null || dueAtMs <= ledger.clockMs) return undefined;
  return { state: { isOngoing: false, expiresAtMs: dueAtMs }, content };
}

/** Asks for a restoration; again, for a faster one, or for the copy to stay longer or shorter. */
export function startRestore(index: IndexState, request: StartRestoreRequest): StartRestoreOutcome {
  const { sql, ledger } = index;
  const { key, seq, tier, days, readyAtMs } = request;
  const refusal = ledger.admitKey(request, key);
  if (refusal !== undefined) return refusal;
  const row = standingSource(index, { key, seq });
  if (row === undefined || !isOutOfReach(readVersion(row))) return { kind: "changed" };
  const [isDone, asked, , dueAtMs, content] =
    sql.first<RestoreRow>(statements.restoreOf, key, seq) ?? [];
  if (isDone === 1 && content != null && dueAtMs !== undefined && dueAtMs > ledger.clockMs) {
    const expiresAtMs = expiryOf(ledger.clockMs, days ?? 1, request.dayMs);
    sql.run(statements.extendRestore, key, seq, expiresAtMs, days ?? null);
    ledger.noteRestores();
    return { kind: "extended", expiresAtMs };
  }
  const isFaster = asked !== undefined && speedOf(tier) > speedOf(asked);
  if (isDone === 0 && !isFaster) return { kind: "in-progress" };
  if (isDone === 1) dropRestore(index, { key, seq });
  const dueMs = isDone === 0 ? Math.min(readyAtMs, dueAtMs ?? readyAtMs) : readyAtMs;
  sql.run(statements.putRestore, key, seq, tier, days ?? null, dueMs);
  ledger.noteRestores();
  if (isDone !== 0) {
    const facts = { restoreStorageClass: readVersion(row).storageClass };
    emitOf(index, request.emit, { event: "ObjectRestore:Post", version: row, facts });
  }
  return { kind: "accepted" };
}

function speedOf(tier: RestoreTier): number {
  return restoreTiers.indexOf(tier);
}

/**
 * The days from now on, up to the next midnight. AWS: "rounding the resulting time to the next day
 * at midnight UTC".
 */
function expiryOf(nowMs: number, days: number, dayMs: number): number {
  return Math.ceil((nowMs + days * dayMs) / dayMs) * dayMs;
}

/** What must be made or ended now. Changes nothing: asked again, it answers the same. */
export function dueRestores(
  index: IndexState,
  { nowMs, limit }: { readonly nowMs: number; readonly limit: number },
): DueRestores {
  const { sql, ledger } = index;
  ledger.tick(nowMs);
  const rows = sql.rows<[string, number, number]>(statements.dueRestores, nowMs, limit + 1);
  const due = rows.slice(0, limit).flatMap(([key, seq, isDone]): DueRestore[] => {
    const row = standingSource(index, { key, seq });
    if (row === undefined) return [];
    const { versionId, storageClass } = readVersion(row);
    const isTiered = storageClass === "INTELLIGENT_TIERING";
    return [{ kind: isDone === 1 ? "expired" : "ready", key, versionId, seq, isTiered }];
  });
  return { epoch: ledger.epoch, due, hasMore: rows.length > limit };
}

/** The copy is stored and proved: readers get it from now on. Idempotent by the copy's id. */
export function finishRestore(
  index: IndexState,
  request: FinishRestoreRequest,
): FinishRestoreOutcome {
  const { sql, ledger } = index;
  const { key, seq, content, parts, fence } = request;
  const refusal = ledger.admitKey(request, key);
  if (refusal !== undefined) return refusal;
  const row = standingSource(index, { key, seq });
  const restore = sql.first<RestoreRow>(statements.restoreOf, key, seq);
  if (restore?.[4] === content) return { kind: "restored", expiresAtMs: restore[3] };
  const isWanted = restore !== undefined && restore[0] === 0;
  const isSame = row?.[column.content] === request.expectedContent;
  const isAnothers = index.moves.isAnothers({ key, seq }, { fence, nowMs: ledger.clockMs });
  if (row === undefined || !isWanted || !isSame || isAnothers) return { kind: "changed" };
  if (!takeCopies(index, request)) return { kind: "changed" };
  const segments = parts?.flatMap((part) => part.segments) ?? [];
  // Nothing in its own description leads to it: what was counted is spared by the sweep.
  for (const held of [content, ...blobsOf(segments)]) keepFound(index, held);
  const expiresAtMs = expiryOf(ledger.clockMs, restore[2] ?? 1, request.dayMs);
  sql.run(statements.finishRestore, key, seq, content, expiresAtMs);
  index.moves.release({ key, seq }, fence);
  ledger.noteRestores();
  tell(index, request, { event: "ObjectRestore:Completed", row, expiresAtMs });
  return { kind: "restored", expiresAtMs };
}

/** The copies become content that can be named. False where the sweep may have taken them. */
function takeCopies(index: IndexState, request: FinishRestoreRequest): boolean {
  const { content, parts, isNoted } = request;
  const name = { ...request, to: { storageClass: "STANDARD" }, isRestore: true } as const;
  if (isNoted === true) return completeNoted(index, name);
  if (isExpired(index, content)) return false;
  if (parts !== undefined) putMovedManifest(index, { ...request, parts });
  return true;
}

function tell(
  index: IndexState,
  { emit }: Pick<FinishRestoreRequest, "emit">,
  change: { event: string; row: VersionRow; expiresAtMs: number },
): void {
  const { event, row, expiresAtMs } = change;
  const restoreStorageClass = readVersion(row).storageClass;
  const facts = { restoreExpiresAtMs: expiresAtMs, restoreStorageClass };
  emitOf(index, emit, { event, version: row, facts });
}

/** The days of a restored copy are over. */
export function endRestore(index: IndexState, request: EndRestoreRequest): void {
  const { sql, ledger } = index;
  const { key, seq, nowMs } = request;
  ledger.tick(nowMs);
  const restore = sql.first<RestoreRow>(statements.restoreOf, key, seq);
  if (restore === undefined || restore[0] === 0 || restore[3] > ledger.clockMs) return;
  const row = standingSource(index, { key, seq });
  dropRestore(index, { key, seq });
  if (row === undefined) return;
  tell(index, request, { event: "ObjectRestore:Delete", row, expiresAtMs: restore[3] });
}

/** What could not be made now is tried again then. */
export function postponeRestore(
  index: IndexState,
  { key, seq, untilMs }: PostponeRestoreRequest,
): void {
  index.sql.run(statements.postponeRestore, key, seq, untilMs);
  index.ledger.noteRestores();
}

/** For listings that ask: one answer for each version, in order. */
export function restoreStates(
  index: IndexState,
  request: RestoreStatesRequest,
): (RestoreState | null)[] {
  const { sql, ledger } = index;
  ledger.tick(request.nowMs);
  return request.versions.map(({ key, versionId }) => {
    if (ledger.restoreDueMs === null) return null;
    const row =
      versionId === undefined
        ? sql.first<VersionRow>(statements.currentOf, key)
        : findVersion(index, key, versionId);
    const restore = row === undefined ? undefined : restoreOf(index, readVersion(row));
    return restore?.state ?? null;
  });
}
