// ListObjectVersions: current versions, history and markers as one list, by key and newest first by
// `seq`. Markers may stand in the middle of a key.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html

import { isVersionId, nullVersionId } from "../s3/ids.ts";
import type { IndexState } from "./index-state.ts";
import { commonPrefixOf, compareKeys, justAfter } from "./keys.ts";
import { endOf, firstKeyAfter, readPage } from "./pages.ts";
import { column, readVersion, type VersionRow } from "./rows.ts";
import { statements } from "./statements.ts";
import type {
  ListVersionsOutcome,
  ListVersionsRequest,
  PackedListVersionsOutcome,
} from "./types.ts";
import { findVersion } from "./versions.ts";

/** From `key` on; when `below` is given, from its versions older than that `seq` on. */
interface Place {
  readonly key: string;
  readonly below?: number;
}

/** One page of versions, without their headers and metadata. */
export function listVersions(
  index: IndexState,
  request: ListVersionsRequest,
): PackedListVersionsOutcome {
  const { prefix, keyMarker, versionIdMarker } = request;
  const refusal = index.ledger.admitKey(request, keyMarker ?? prefix);
  if (refusal !== undefined) return refusal;
  const isMarkerValid =
    versionIdMarker === undefined ||
    versionIdMarker === nullVersionId ||
    isVersionId(versionIdMarker);
  if (!isMarkerValid) return { kind: "no-such-version-marker" };
  const end = endOf(prefix);
  const { rows, commonPrefixes, isTruncated, last } = readPage<VersionRow, Place>({
    ...request,
    start: startOf(index, request),
    read: (place, count) => read(index, place, { end, count }),
    keyOf: (row) => row[column.key],
    placeAfter: (row) => ({ key: row[column.key], below: row[column.seq] }),
    placeAt: (key) => ({ key }),
  });
  return {
    kind: "page",
    packed: JSON.stringify(rows),
    commonPrefixes,
    isTruncated,
    ...(isTruncated && last !== undefined && nextMarkers(last)),
  };
}

/** The page as the callers of the client see it; see `listing.ts` for why it is packed. */
export function unpackVersions(outcome: PackedListVersionsOutcome): ListVersionsOutcome {
  if (outcome.kind !== "page") return outcome;
  const { packed, ...page } = outcome;
  return { ...page, versions: (JSON.parse(packed) as VersionRow[]).map(readVersion) };
}

function nextMarkers(last: VersionRow | string) {
  if (typeof last === "string") return { nextKeyMarker: last };
  return {
    nextKeyMarker: last[column.key],
    nextVersionIdMarker: last[column.versionId] ?? nullVersionId,
  };
}

/**
 * A marker whose version is gone (clients delete what they list, page by page) begins its key
 * again: a version may come twice then, but none is ever left out.
 */
function startOf(index: IndexState, request: ListVersionsRequest): Place | undefined {
  const { prefix, keyMarker, versionIdMarker } = request;
  const isInsideKey =
    keyMarker !== undefined &&
    versionIdMarker !== undefined &&
    compareKeys(keyMarker, prefix) >= 0 &&
    commonPrefixOf(keyMarker, request) === undefined;
  if (!isInsideKey) {
    const key = firstKeyAfter(keyMarker, request);
    return key === undefined ? undefined : { key };
  }
  const marked = findVersion(index, keyMarker, versionIdMarker);
  if (marked === undefined) return { key: keyMarker };
  return { key: keyMarker, below: marked[column.seq] };
}

function read(
  { sql, ledger }: IndexState,
  { key, below }: Place,
  { end, count }: { end: string | ArrayBuffer; count: number },
): VersionRow[] {
  // The current version is the newest of its key: what is older than any is in the history.
  const rows =
    below === undefined || !ledger.hasHistory
      ? []
      : sql.rows<VersionRow>(statements.olderVersions, key, below, count);
  if (rows.length === count) return rows;
  const from = below === undefined ? key : justAfter(key);
  const statement = ledger.hasHistory ? statements.listVersions : statements.listOnlyVersions;
  rows.push(...sql.rows<VersionRow>(statement, from, end, count - rows.length));
  return rows;
}
