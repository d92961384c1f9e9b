// What readers ask: which version is meant, what is known of it, where its bytes lie. Writes
// nothing.

import type { Segment } from "../s3/content.ts";
import { usedAtMs } from "./accesses.ts";
import { type IndexState, segmentsOf } from "./index-state.ts";
import { isManifest } from "./manifests.ts";
import { isOutOfReach, restoreOf } from "./restores.ts";
import { column, type PartRow, parseChecksum, readVersion, type VersionRow } from "./rows.ts";
import { statements } from "./statements.ts";
import type { RangeWish, ResolveOutcome, ResolveRequest } from "./types.ts";
import { findVersion, isAnnotated } from "./versions.ts";

type Found = Extract<ResolveOutcome, { kind: "found" }>;

/** Finds the version a reader asks for, and the bytes of it that they want. */
export function resolve(index: IndexState, request: ResolveRequest): ResolveOutcome {
  const { key, versionId, range } = request;
  const refusal = index.ledger.admitKey(request, key);
  if (refusal !== undefined) return refusal;
  const row =
    versionId === undefined
      ? index.sql.first<VersionRow>(statements.currentOf, key)
      : findVersion(index, key, versionId);
  if (row === undefined) {
    return versionId === undefined ? noSuchKey(index, key) : { kind: "no-such-version" };
  }
  const version = readVersion(row);
  const found: Found = { kind: "found", version, segments: [] };
  const { content, sizeBytes } = version;
  if (content === null) return found;
  const part = range?.kind === "part" ? partOf(index, row, range.partNumber) : undefined;
  const bytes = part ?? bytesOf(range, sizeBytes);
  const restore = isOutOfReach(version) ? restoreOf(index, version) : undefined;
  const readable = isOutOfReach(version) ? restore?.content : content;
  const wantsBytes = request.wantSegments && bytes !== undefined && readable !== undefined;
  const segments: Segment[] = wantsBytes ? segmentsOf(index, readable, bytes) : [];
  return {
    ...found,
    segments,
    ...(part !== undefined && { part }),
    ...(restore !== undefined && { restore: restore.state }),
    ...(isAnnotated(index, version) && { isAnnotated: true }),
    ...(version.storageClass === "INTELLIGENT_TIERING" && { usedAtMs: usedAtMs(index, version) }),
  };
}

function noSuchKey({ sql, ledger }: IndexState, key: string): ResolveOutcome {
  const newest = ledger.hasHistory
    ? sql.first<VersionRow>(statements.historyNewest, key)
    : undefined;
  if (newest === undefined) return { kind: "no-such-key" };
  const { versionId, modifiedAtMs } = readVersion(newest);
  return { kind: "no-such-key", marker: { versionId, modifiedAtMs } };
}

/** The bytes a range covers, or `undefined` when it covers none of them. RFC 9110, 14.1.2. */
function bytesOf(
  range: RangeWish | undefined,
  sizeBytes: number,
): { offset: number; length: number } | undefined {
  if (range === undefined) return { offset: 0, length: sizeBytes };
  if (range.kind === "part") return undefined;
  if (range.kind === "suffix") {
    const length = Math.min(range.length, sizeBytes);
    return length === 0 ? undefined : { offset: sizeBytes - length, length };
  }
  if (range.first >= sizeBytes) return undefined;
  const last = Math.min(range.last ?? sizeBytes - 1, sizeBytes - 1);
  return { offset: range.first, length: last - range.first + 1 };
}

/** Part 1 of an object that was not uploaded in parts is the whole of it, as S3 has it. */
function partOf({ sql, manifests }: IndexState, row: VersionRow, number: number): Found["part"] {
  const content = row[column.content] ?? "";
  if (!isManifest(content)) {
    return number === 1 ? { offset: 0, length: row[column.sizeBytes] } : undefined;
  }
  const place = manifests.placeOf(content, number);
  if (place === undefined) return undefined;
  const checksum = sql.first<PartRow>(statements.partOf, content, number)?.[3] ?? null;
  return { ...place, ...(checksum !== null && { checksum: parseChecksum(checksum) }) };
}
