// Walks over everything the index has, a bounded page at a time, for those who compare it with the
// stores. Reads only. A row that moves while a walk is under way is seen at its old place or its new
// one, or by the walk after; the walker asks again before it calls anything lost.

import type { IndexState } from "./index-state.ts";
import { compareKeys } from "./keys.ts";
import { isManifest } from "./manifests.ts";
import {
  column,
  type PartRow,
  parseSegments,
  readPart,
  readVersion,
  type VersionRow,
} from "./rows.ts";
import type {
  ScannedPart,
  ScannedUpload,
  ScannedVersion,
  ScanOutcome,
  ScanRequest,
  VersionPlace,
} from "./scan-types.ts";
import { statements } from "./statements.ts";

/** The rows behind the place asked for. At most `limit`, whatever the kind. */
export function scan(index: IndexState, request: ScanRequest): ScanOutcome {
  const { state } = index.ledger;
  if (state !== "active" && state !== "deleting") return { kind: "no-such-bucket" };
  switch (request.what) {
    case "versions":
      return page("versions", scanVersions(index, request), request.limit);
    case "parts":
      return page("parts", scanParts(index, request), request.limit);
    case "uploads":
      return page("uploads", scanUploads(index, request), request.limit);
  }
}

function page<Kind extends string, Row>(kind: Kind, rows: readonly Row[], limit: number) {
  return { kind, rows: rows.slice(0, limit), isTruncated: rows.length > limit };
}

function scanVersions(
  index: IndexState,
  request: Extract<ScanRequest, { what: "versions" }>,
): ScannedVersion[] {
  const { after, isCurrentOnly = false, wantsDetail } = request;
  const rows = rowsAfter(index, after, { count: request.limit + 1, isCurrentOnly });
  return rows.map((row) => renderVersion(index, row, wantsDetail));
}

/** Keys in order; of each key first the row of `current`, then the history, newest first. */
export function rowsAfter(
  index: IndexState,
  after: VersionPlace | undefined,
  { count, isCurrentOnly }: { readonly count: number; readonly isCurrentOnly: boolean },
): VersionRow[] {
  const { sql } = index;
  const older = after?.seq === undefined ? [] : olderThan(index, after.key, after.seq);
  const rows = older.filter((row) => !isCurrentOnly || isCurrent(row)).slice(0, count);
  const missing = count - rows.length;
  if (missing > 0) {
    // No key is empty, so behind "" is everything.
    const key = after?.key ?? "";
    const current = sql.rows<VersionRow>(statements.scanCurrent, key, missing);
    const history = isCurrentOnly ? [] : sql.rows<VersionRow>(statements.scanHistory, key, missing);
    rows.push(...merge(current, history).slice(0, missing));
  }
  return rows;
}

/** Rows of `current` and open markers have no end; markers never stand in `current`. */
function isCurrent(row: VersionRow): boolean {
  return row[column.ended] === null && row[column.isMarker] === 0;
}

function olderThan({ sql }: IndexState, key: string, seq: number): VersionRow[] {
  const current = sql.rows<VersionRow>(statements.currentOf, key);
  const older = sql.rows<VersionRow>(statements.scanOlder, key, seq);
  return [...current.filter((row) => row[column.seq] < seq), ...older];
}

/** Two lists in key order become one; what both have of a key, `left` first. */
function merge(left: readonly VersionRow[], right: readonly VersionRow[]): VersionRow[] {
  const merged: VersionRow[] = [];
  let at = 0;
  for (const row of left) {
    for (let other = right[at]; other !== undefined; other = right[at]) {
      if (compareKeys(other[column.key], row[column.key]) >= 0) break;
      merged.push(other);
      at += 1;
    }
    merged.push(row);
  }
  return [...merged, ...right.slice(at)];
}

function renderVersion(
  index: IndexState,
  row: VersionRow,
  wantsDetail: true | undefined,
): ScannedVersion {
  const { detail, isLatest: _, ...version } = readVersion(row);
  const { content } = version;
  const layoutBytes =
    content !== null && isManifest(content) ? layoutOf(index, content) : undefined;
  return {
    ...version,
    isCurrent: isCurrent(row),
    ended: row[column.ended],
    ...(detail.checksum !== undefined && { checksum: detail.checksum }),
    ...(layoutBytes !== undefined && { layoutBytes }),
    ...(wantsDetail && { detail }),
  };
}

/** The bytes of a manifest by its layout, or `undefined` when there is no manifest. */
function layoutOf({ sql }: IndexState, content: string): number | undefined {
  const layout = sql.first<[string, string, string]>(statements.manifestOf, content)?.[1];
  if (layout === undefined) return undefined;
  const runs = JSON.parse(layout) as [first: number, count: number, sizeBytes: number][];
  return runs.reduce((sum, [, count, sizeBytes]) => sum + count * sizeBytes, 0);
}

function scanParts(
  index: IndexState,
  { after, limit }: Extract<ScanRequest, { what: "parts" }>,
): ScannedPart[] {
  const { content, number } = after ?? { content: "", number: 0 };
  const rows = index.sql.rows<[string, ...PartRow]>(
    statements.scanParts,
    content,
    number,
    limit + 1,
  );
  const owners = ownersOf(index, [...new Set(rows.map(([its]) => its))]);
  return rows.map(([its, ...row]) => ({
    ...readPart(row),
    content: its,
    segments: parseSegments(row[5], row[1]),
    owner: owners.get(its) ?? "none",
  }));
}

/** What each content made of parts belongs to. Open uploads are few: they are looked through. */
function ownersOf(
  { sql }: IndexState,
  contents: readonly string[],
): Map<string, ScannedPart["owner"]> {
  const owners = new Map<string, ScannedPart["owner"]>();
  const list = JSON.stringify(contents);
  // The last one wins: what stands outdoes what is condemned.
  for (const [held] of sql.rows<[string]>(statements.condemnedAmong, list)) {
    owners.set(held, "condemned");
  }
  for (const [content] of sql.rows<[string]>(statements.manifestsAmong, list)) {
    if (!owners.has(content)) owners.set(content, "manifest");
  }
  // What a mover copies is looked at as what is uploaded is.
  for (const [content] of sql.rows<[string]>(statements.unfinishedAmong, list)) {
    owners.set(content, "upload");
  }
  for (const [uploadId] of sql.rows<[string]>(statements.uploadsAmong, list)) {
    owners.set(uploadId, "upload");
  }
  return owners;
}

function scanUploads(
  { sql }: IndexState,
  { after, limit }: Extract<ScanRequest, { what: "uploads" }>,
): ScannedUpload[] {
  const { key, uploadId } = after ?? { key: "", uploadId: "" };
  const rows = sql.rows<[string, string, number, number, number]>(
    statements.scanUploads,
    key,
    uploadId,
    limit + 1,
  );
  return rows.map(([its, id, initiatedAtMs, partsCount, sizeBytes]) => ({
    key: its,
    uploadId: id,
    initiatedAtMs,
    partsCount,
    sizeBytes,
  }));
}
