// ListObjects and ListObjectsV2: the current objects in UTF-8 order, straight from the one table
// that holds nothing else, so the depth of history costs nothing (faults.md D45).

import type { ChecksumAlgorithm } from "../s3/content.ts";
import type { IndexState } from "./index-state.ts";
import { justAfter, prefixEnd } from "./keys.ts";
import { endOf, firstKeyAfter, readPage } from "./pages.ts";
import { statements } from "./statements.ts";
import type { ListedObject, ListOutcome, ListRequest, PackedListOutcome } from "./types.ts";

/** A row as it is selected: key, time, size, ETag, class, checksum, owner. */
export type ListedRow = readonly [
  key: string,
  modifiedAtMs: number,
  sizeBytes: number,
  etag: string,
  storageClass: ListedObject["storageClass"] | null,
  checksum: string | null,
  owner: string | null,
];

/**
 * One page of current objects and common prefixes. The rows cross RPC as one JSON text: a thousand
 * small objects cost the serialiser several times as much as a string of the same size.
 */
export function list(index: IndexState, request: ListRequest): PackedListOutcome {
  const { prefix, after } = request;
  const start = firstKeyAfter(after, request);
  const refusal = index.ledger.admitKey(request, start ?? prefix);
  if (refusal !== undefined) return refusal;
  const end = endOf(prefix);
  const page = readPage<ListedRow, string>({
    ...request,
    start,
    read: (place, count) => index.sql.rows(statements.listCurrent, place, end, count),
    keyOf: (row) => row[0],
    placeAfter: (row) => justAfter(row[0]),
    placeAt: (key) => key,
    ...skimmer(index, request, end),
  });
  const { rows, commonPrefixes, isTruncated, last } = page;
  const next = typeof last === "string" ? last : last?.[0];
  return {
    kind: "page",
    packed: JSON.stringify(rows),
    commonPrefixes,
    isTruncated,
    ...(isTruncated && next !== undefined && { next }),
  };
}

/** Seeks from common prefix to common prefix inside SQLite: a bucket's folders at 2 us each. */
function skimmer(
  { sql }: IndexState,
  { prefix, delimiter }: ListRequest,
  end: string | ArrayBuffer,
): { skim?: (key: string, count: number) => string[] } {
  const delimiterEnd = prefixEnd(delimiter);
  if (delimiterEnd === undefined) return {};
  // SQLite counts characters, not UTF-16 units, and from 1.
  const from = [...prefix].length + 1;
  return {
    skim: (key, count) =>
      sql
        .rows<[string]>(statements.skimCurrent, key, end, from, delimiter, delimiterEnd, count)
        .map(([found]) => found),
  };
}

/** The page as the callers of the client see it. */
export function unpack(outcome: PackedListOutcome): ListOutcome {
  if (outcome.kind !== "page") return outcome;
  const { packed, ...page } = outcome;
  return { ...page, objects: (JSON.parse(packed) as ListedRow[]).map(listedObject) };
}

function listedObject(row: ListedRow): ListedObject {
  const [key, modifiedAtMs, sizeBytes, etag, storageClass, checksum, ownerId] = row;
  return {
    key,
    modifiedAtMs,
    sizeBytes,
    etag,
    storageClass: storageClass ?? "STANDARD",
    ...(checksum !== null && { checksum: listedChecksum(checksum) }),
    ...(ownerId !== null && { ownerId }),
  };
}

/** Algorithm and type alone; see `renderChecksum`. */
function listedChecksum(text: string): NonNullable<ListedObject["checksum"]> {
  const end = text.indexOf(":");
  return {
    algorithm: text.slice(0, end) as ChecksumAlgorithm,
    type: text.charAt(end + 1) === "F" ? "FULL_OBJECT" : "COMPOSITE",
  };
}
