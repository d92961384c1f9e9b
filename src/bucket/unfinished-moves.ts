// What a mover has copied so far of a version made of parts. It is noted part by part, as the parts of
// a manifest that no version names yet, so that whoever comes after a crash, or after the end of a
// slice, goes on from there. A note counts only for the very content it was copied of; what nobody
// finishes is condemned as a whole (faults.md D17 to D22).

import type { Destination } from "../s3/content.ts";
import { condemnBytes, findCondemned } from "./condemned.ts";
import type { IndexState } from "./index-state.ts";
import { unfinishedKeptMs } from "./ledger.ts";
import type {
  CopiedContent,
  MoveRefusal,
  MoveTarget,
  NoteCopiedOutcome,
  NoteCopiedRequest,
} from "./move-types.ts";
import { countShared } from "./moved-manifest.ts";
import { isExpired, keepFound } from "./references.ts";
import {
  blobsOf,
  column,
  parseSegments,
  readVersion,
  renderSegments,
  type VersionRow,
} from "./rows.ts";
import { statements } from "./statements.ts";
import { findVersion } from "./versions.ts";

/** That somebody is at it is written again after this long. */
const noteAgainMs = 3600 * 1000;
/** Given up in one call of the upkeep. */
const idleAtOnce = 100;

/** Which unfinished move: a version has one for each place that it is on its way to. */
export interface MoveName {
  readonly key: string;
  readonly seq: number;
  readonly to: Destination;
  readonly isRestore?: true;
}

type UnfinishedRow = readonly [content: string, source: string, notedAtMs: number, proved: number];

function destinationOf({ to, isRestore }: MoveName): string {
  if (isRestore === true) return "restore";
  return to.tier === undefined ? to.storageClass : `${to.storageClass} ${to.tier}`;
}

function find({ sql, ledger }: IndexState, name: MoveName): UnfinishedRow | undefined {
  if (ledger.giveUpMs === null) return undefined;
  const { key, seq } = name;
  return sql.first<UnfinishedRow>(statements.unfinishedMove, key, seq, destinationOf(name));
}

/** The version that a mover means, or why there is nothing to move. */
export function findTarget(
  index: IndexState,
  { key, versionId, seq }: MoveTarget,
): VersionRow | MoveRefusal {
  const row = findVersion(index, key, versionId);
  if (row === undefined || row[column.isMarker] === 1) return { kind: "gone" };
  return row[column.seq] === seq ? row : { kind: "changed" };
}

/** What earlier movers copied of this content on the same way. */
export function copiedSoFar(
  index: IndexState,
  name: MoveName,
  source: string,
): CopiedContent | undefined {
  const [content, of, , provedTo = 0] = find(index, name) ?? [];
  if (content === undefined || of !== source) return undefined;
  const rows = index.sql.rows<[number, number, string, string | null]>(
    statements.copiedParts,
    content,
    0,
  );
  const parts = rows.map(([partNumber, sizeBytes, text, digests]) => ({
    partNumber,
    segments: parseSegments(text, sizeBytes),
    digests: digests === null || digests === "" ? [] : digests.split(","),
  }));
  return { content, parts, provedTo };
}

/** Notes parts that are stored and proved. May be repeated; what another mover noted stays. */
export function noteCopied(index: IndexState, request: NoteCopiedRequest): NoteCopiedOutcome {
  const refusal = index.ledger.admitKey(request, request.key);
  if (refusal !== undefined) return refusal;
  const row = findTarget(index, request);
  if ("kind" in row) return row;
  const { sizeBytes, content: standing } = readVersion(row);
  if (standing !== request.source) return { kind: "changed" };
  const { clockMs: nowMs } = index.ledger;
  const { fence, leaseMs } = request;
  if (index.moves.isAnothers(request, { fence, nowMs })) return { kind: "fenced" };
  const known = find(index, request);
  const isOther = known !== undefined && (known[0] !== request.content || known[1] !== standing);
  if (isOther) return { kind: "fenced" };
  if (known === undefined && isTooLate(index, request.content)) return { kind: "expired-blob" };
  for (const partNumber of request.lost ?? []) dropCopy(index, request, partNumber);
  const outcome = putCopies(index, request);
  if (outcome.kind !== "noted") return outcome;
  noteProgress(index, request, known);
  index.moves.extend(request, { fence, nowMs, leaseMs, sizeBytes });
  return outcome;
}

/** Bytes that the sweep may have taken, or that are condemned, are never named. */
function isTooLate(index: IndexState, held: string): boolean {
  return isExpired(index, held) || findCondemned(index, held, held).length > 0;
}

function putCopies(index: IndexState, request: NoteCopiedRequest): NoteCopiedOutcome {
  const { sql } = index;
  const { source, content, parts } = request;
  const numbers = JSON.stringify(parts.map(({ partNumber }) => partNumber));
  const there = new Map(sql.rows<[number, string]>(statements.copiedAmong, content, numbers));
  const sizes = new Map(sql.rows<[number, number]>(statements.sizesAmong, source, numbers));
  const fresh: [number, string, string][] = [];
  for (const { partNumber, segments, digests } of parts) {
    const sizeBytes = sizes.get(partNumber);
    const length = segments.reduce((sum, segment) => sum + segment.length, 0);
    if (length !== sizeBytes) throw new Error("a part is not as it was");
    const text = renderSegments(segments, sizeBytes);
    const known = there.get(partNumber);
    if (known !== undefined && known !== text) return { kind: "fenced" };
    if (known === undefined) fresh.push([partNumber, text, digests.join()]);
  }
  const blobs = blobsOf(parts.flatMap(({ segments }) => segments));
  if (fresh.length > 0 && blobs.some((blob) => isTooLate(index, blob))) {
    return { kind: "expired-blob" };
  }
  sql.run(statements.noteParts, source, content, JSON.stringify(fresh));
  // Nothing in a restored copy's own description leads to it: what was counted is spared by the sweep.
  if (request.isRestore === true) for (const blob of blobs) keepFound(index, blob);
  return { kind: "noted" };
}

/** A copy that is no longer what it was: it is made again. */
function dropCopy(index: IndexState, { key, content }: NoteCopiedRequest, partNumber: number) {
  const { sql } = index;
  const rows = sql.rows<[number, string]>(
    statements.copiedAmong,
    content,
    JSON.stringify([partNumber]),
  );
  for (const [, text] of rows) {
    sql.run(statements.dropPart, content, partNumber);
    for (const held of blobsOf(parseSegments(text, 0))) {
      condemnBytes(index, { held, reason: "moved", key });
    }
  }
}

function noteProgress(
  { sql, ledger }: IndexState,
  request: NoteCopiedRequest,
  known: UnfinishedRow | undefined,
): void {
  const { key, seq, content, source } = request;
  const { clockMs: nowMs } = ledger;
  const provedTo = request.provedTo ?? known?.[3] ?? 0;
  const isNews = known === undefined || provedTo !== known[3] || nowMs - known[2] >= noteAgainMs;
  if (!isNews) return;
  const destination = destinationOf(request);
  const { putUnfinishedMove } = statements;
  sql.run(putUnfinishedMove, key, seq, destination, content, source, nowMs, provedTo);
  ledger.noteUnfinished();
}

/** Makes the noted parts a manifest, if they are all there are. False: nothing was changed. */
export function completeNoted(
  index: IndexState,
  request: MoveName & { readonly content: string; readonly expectedContent: string },
): boolean {
  const { sql, ledger } = index;
  const { key, seq, content, expectedContent } = request;
  const known = find(index, request);
  if (known?.[0] !== content || known[1] !== expectedContent) return false;
  if (sql.first(statements.uncopiedPart, expectedContent, content) !== undefined) return false;
  const manifest = sql.first<[string, string]>(statements.manifestOf, expectedContent);
  if (manifest === undefined) throw new Error(`no manifest ${expectedContent}`);
  sql.run(statements.putManifest, content, key, manifest[1], "{}");
  const rows = sql.rows<[number, number, string]>(statements.copiedParts, content, 0);
  countShared(
    index,
    rows.map(([, sizeBytes, text]) => parseSegments(text, sizeBytes)),
  );
  sql.run(statements.dropUnfinishedMove, key, seq, destinationOf(request));
  ledger.noteUnfinished();
  return true;
}

/** Condemns what no mover has gone on with for a week. */
export function giveUpIdle(index: IndexState): void {
  const { sql, ledger } = index;
  if (ledger.giveUpMs === null || ledger.giveUpMs > ledger.clockMs) return;
  const idleSinceMs = ledger.clockMs - unfinishedKeptMs;
  const rows = sql.rows<[string, number, string, string]>(
    statements.idleMoves,
    idleSinceMs,
    idleAtOnce,
  );
  for (const [key, seq, destination, held] of rows) {
    sql.run(statements.dropUnfinishedMove, key, seq, destination);
    condemnBytes(index, { held, reason: "moved", key });
  }
  ledger.noteUnfinished();
}
