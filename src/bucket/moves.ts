// The index's part in moving a version's bytes to another class: a mover claims the version, copies
// its bytes under new ids, and swaps. The swap is a compare-and-set on what the version names, in one
// transaction, so a move never brings back what was deleted, never changes what was overwritten, and
// changes nothing that a client knows of the version but its class (faults.md D17 to D20, P-MOVE).

import { type Destination, isArchived } from "../s3/content.ts";
import { condemnBytes, dropRestore, dropUnfinished, findCondemned } from "./condemned.ts";
import type { IndexState } from "./index-state.ts";
import { markLifecycle } from "./lifecycle-ranges.ts";
import { countMove } from "./lifecycle-tally.ts";
import { isManifest } from "./manifests.ts";
import type {
  ClaimMoveOutcome,
  ClaimMoveRequest,
  ReleaseMoveRequest,
  SwapMoveOutcome,
  SwapMoveRequest,
} from "./move-types.ts";
import { putMovedManifest } from "./moved-manifest.ts";
import { emitOf } from "./outbox.ts";
import { isExpired, letGoIfShared } from "./references.ts";
import { isOutOfReach } from "./restores.ts";
import {
  column,
  type PartRow,
  parseSegments,
  readPart,
  readVersion,
  renderDetail,
  type VersionRow,
} from "./rows.ts";
import { statements } from "./statements.ts";
import type { Version } from "./types.ts";
import { completeNoted, copiedSoFar, findTarget } from "./unfinished-moves.ts";

const everyPart = 10_001;

/** Gives the mover the version and everything it must copy, for as long as the lease. */
export function claimMove(index: IndexState, request: ClaimMoveRequest): ClaimMoveOutcome {
  const refusal = index.ledger.admitKey(request, request.key);
  if (refusal !== undefined) return refusal;
  const row = findTarget(index, request);
  if ("kind" in row) return row;
  const version = readVersion(row);
  if (request.isRestore !== true && isThere(version, request.to)) return { kind: "in-place" };
  const { fence, leaseMs } = request;
  const { clockMs: nowMs } = index.ledger;
  const untilMs = index.moves.take(version, {
    fence,
    nowMs,
    leaseMs,
    sizeBytes: version.sizeBytes,
  });
  if (untilMs !== undefined) return { kind: "leased", untilMs };
  const writtenAs = row[column.writtenAs];
  const copied = copiedSoFar(index, request, version.content ?? "");
  return {
    kind: "claimed",
    version,
    parts: partsOf(index, version.content ?? ""),
    ...(writtenAs !== null && { writtenAs }),
    ...(copied !== undefined && { copied }),
  };
}

function isThere({ storageClass, detail }: Version, to: Destination): boolean {
  return storageClass === to.storageClass && detail.tier === to.tier;
}

function partsOf(index: IndexState, content: string) {
  if (!isManifest(content)) return [];
  const rows = index.sql.rows<PartRow>(statements.partsAfter, content, 0, everyPart);
  return rows.map((row) => ({ ...readPart(row), segments: parseSegments(row[5], row[1]) }));
}

/**
 * The version names the copy from now on, if it still names what was copied. The same swap again
 * changes nothing. What it named before is condemned, or let go of where other versions hold it.
 */
export function swapMove(index: IndexState, request: SwapMoveRequest): SwapMoveOutcome {
  const refusal = index.ledger.admitKey(request, request.key);
  if (refusal !== undefined) return refusal;
  const before = index.sql.rowsWritten;
  const outcome = decide(index, request);
  if (outcome.kind === "swapped") {
    index.moves.release(request, request.fence);
    return { ...outcome, rowsWritten: index.sql.rowsWritten - before };
  }
  const { content: held, key } = request;
  // What was noted may be another mover's by now, and is condemned with its note.
  const isSealed = outcome.kind === "expired-blob" || request.isNoted === true;
  if (request.isRetry === true && !isSealed) condemnBytes(index, { held, reason: "refused", key });
  return outcome;
}

function decide(index: IndexState, request: SwapMoveRequest): SwapMoveOutcome {
  const row = findTarget(index, request);
  if ("kind" in row) return row;
  const version = readVersion(row);
  const { content, to } = request;
  if (version.content === content) return { kind: "swapped", version, rowsWritten: 0 };
  const { clockMs: nowMs } = index.ledger;
  if (index.moves.isAnothers(request, { fence: request.fence, nowMs })) return { kind: "fenced" };
  if (version.content !== request.expectedContent) return { kind: "changed" };
  if (!takeCopies(index, request)) return { kind: "expired-blob" };
  const { tier: _, ...rest } = version.detail;
  const detail = { ...rest, ...(to.tier !== undefined && { tier: to.tier }) };
  const moved: Version = { ...version, content, detail, storageClass: to.storageClass };
  writePlace(index, row, moved);
  noteTiering(index, version, to);
  if (isOutOfReach(version) && !isOutOfReach(moved)) dropRestore(index, version);
  tell(index, request, { before: version, moved });
  if (request.lifecycle !== undefined) countMove(index, request.lifecycle, version.sizeBytes);
  letGo(index, version);
  dropUnfinished(index, version, content);
  return { kind: "swapped", version: moved, rowsWritten: 0 };
}

/** The copies become content that can be named. False where the sweep may have taken them. */
function takeCopies(index: IndexState, request: SwapMoveRequest): boolean {
  const { content, parts, isNoted } = request;
  if (isNoted === true) return completeNoted(index, request);
  if (isExpired(index, content) || findCondemned(index, content, content).length > 0) return false;
  if (parts !== undefined) putMovedManifest(index, { ...request, parts });
  return true;
}

function writePlace({ sql }: IndexState, row: VersionRow, version: Version): void {
  const [, , detail] = renderDetail(version.detail);
  const { key, seq, content } = version;
  const storageClass = version.storageClass === "STANDARD" ? null : version.storageClass;
  // Objects in the history have ended; only a marker may stand there without an end.
  if (row[column.ended] === null) {
    sql.run(statements.moveCurrent, key, storageClass, content, detail);
  } else {
    sql.run(statements.moveHistory, key, seq, storageClass, content, detail);
  }
}

/** Told as what it is to those who watch: a transition, an archiving tier, or a restoration. */
function tell(
  index: IndexState,
  { emit, to }: SwapMoveRequest,
  { before, moved: version }: { before: Version; moved: Version },
): void {
  const { storageClass, tier } = to;
  if (storageClass !== before.storageClass) {
    const facts = { transitionStorageClass: storageClass };
    emitOf(index, emit, { event: "LifecycleTransition", version, facts });
  } else if (isOutOfReach(version)) {
    const accessTier = tier === "ARCHIVE" ? "ARCHIVE_ACCESS" : "DEEP_ARCHIVE_ACCESS";
    emitOf(index, emit, { event: "IntelligentTiering", version, facts: { accessTier } });
  } else if (isOutOfReach(before)) {
    const facts = { restoreStorageClass: storageClass };
    emitOf(index, emit, { event: "ObjectRestore:Completed", version, facts });
  }
}

/** From when on Intelligent-Tiering counts; and what it counted goes when a version leaves it. */
function noteTiering(
  { sql, ledger }: IndexState,
  { key, seq, storageClass, detail: { tier } }: Version,
  to: Destination,
) {
  ledger.noteClass(to.storageClass);
  const isRestored =
    tier !== undefined && isArchived({ storageClass, tier }) && to.tier === undefined;
  if (storageClass === to.storageClass && !isRestored) return;
  if (to.storageClass === "INTELLIGENT_TIERING") {
    sql.run(statements.putAccess, key, seq, ledger.clockMs);
  } else if (ledger.hasTiered) {
    sql.run(statements.dropAccess, key, seq);
  }
}

/** Other holders keep shared bytes; a late echo of the write that stored them must find them used. */
function letGo(index: IndexState, { key, content }: Version): void {
  const held = content ?? "";
  if (!letGoIfShared(index, held)) condemnBytes(index, { held, reason: "moved", key });
  else if (!isExpired(index, held)) condemnBytes(index, { held, reason: "gone", key });
}

/** The mover gave up: another may begin at once. */
export function releaseMove(index: IndexState, request: ReleaseMoveRequest): void {
  const { key, seq, fence, isPaused } = request;
  index.moves.release({ key, seq }, fence);
  if (isPaused === true) markLifecycle(index, key);
}
