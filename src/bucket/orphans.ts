// What the sweep of a store asks: of these blobs, which does nothing hold? A wrong "nothing"
// destroys data, so every place that can hold a blob is looked at, and a blob is only reported when
// it is too old for any request that might still commit it (faults.md D01, D28).

import { idTimeMs, isBlobId } from "../s3/ids.ts";
import type { IndexState } from "./index-state.ts";
import { maximumRequestAgeMs } from "./references.ts";
import { column, type PartRow, parseSegments, type VersionRow } from "./rows.ts";
import { statements } from "./statements.ts";
import type { StoredBlob } from "./types.ts";

/** Twice the age at which commits are refused. */
const sweepAgeMs = 2 * maximumRequestAgeMs;

/**
 * The ids of the blobs that nothing holds. An index that was never a bucket's, or that is lost or
 * being rebuilt, knows of none.
 */
export function findOrphans(
  index: IndexState,
  blobs: readonly StoredBlob[],
  nowMs: number | undefined,
): string[] {
  const { sql, ledger } = index;
  if (ledger.state === "none" || ledger.state === "rebuilding") return [];
  if (nowMs !== undefined) ledger.tick(nowMs);
  const hours = sql.rows<[number]>(statements.condemnedHours).map(([hour]) => hour);
  return blobs
    .filter(({ blob }) => isBlobId(blob) && ledger.clockMs - idTimeMs(blob) > sweepAgeMs)
    .filter((stored) => !isHeld(index, stored, hours))
    .map(({ blob }) => blob);
}

function isHeld(index: IndexState, stored: StoredBlob, hours: readonly number[]): boolean {
  const { sql } = index;
  return (
    isVersion(index, stored) ||
    // Anything that was ever shared may live on under another key.
    sql.first(statements.refsOf, stored.blob) !== undefined ||
    isPart(index, stored) ||
    hours.some((hour) => sql.first(statements.findCondemned, hour, stored.blob) !== undefined)
  );
}

function isVersion({ sql, ledger }: IndexState, { blob, key, versionId }: StoredBlob): boolean {
  const isIts = (row: VersionRow | undefined) => row?.[column.content] === blob;
  if (isIts(sql.first<VersionRow>(statements.currentOf, key))) return true;
  if (!ledger.hasHistory) return false;
  return (
    isIts(sql.first<VersionRow>(statements.historyNull, key)) ||
    (versionId !== undefined &&
      isIts(sql.first<VersionRow>(statements.historyById, key, versionId)))
  );
}

function isPart({ sql }: IndexState, { blob, uploadId, partNumber }: StoredBlob): boolean {
  if (uploadId === undefined) return false;
  const rows =
    partNumber === undefined
      ? sql.rows<PartRow>(statements.partsAfter, uploadId, 0, 10_001)
      : sql.rows<PartRow>(statements.partOf, uploadId, partNumber);
  return rows.some(([, sizeBytes, , , , text]) =>
    parseSegments(text, sizeBytes).some((segment) => segment.blob === blob),
  );
}
