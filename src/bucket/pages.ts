// One page of a listing: prefix, delimiter, where to begin, how many. The three listings (objects,
// versions, uploads) differ in their rows and markers; rolling keys up into common prefixes is here,
// once. A common prefix is sought past, never scanned: reads grow with what is returned.
//
// One rule for markers: what is listed comes strictly after the marker. A common prefix is listed
// only when it comes after it itself, so a marker inside a common prefix skips the whole of it.
// (S3 does so for continuation tokens, `marker` and `start-after` alike; NextMarker depends on it.)

import { beyondEveryKey, commonPrefixOf, compareKeys, justAfter, prefixEnd } from "./keys.ts";

/** What to list, and how to read it. `Place` says where reading goes on. */
export interface Listing<Row, Place> {
  readonly prefix: string;
  readonly delimiter: string;
  readonly limit: number;
  /** `undefined`: nothing can follow. */
  readonly start: Place | undefined;
  /** At most `count` rows in order from `place` on, none beyond the prefix. */
  read(place: Place, count: number): Row[];
  keyOf(row: Row): string;
  placeAfter(row: Row): Place;
  placeAt(key: string): Place;
}

export interface Page<Row> {
  readonly rows: Row[];
  readonly commonPrefixes: string[];
  readonly isTruncated: boolean;
  /** The last entry of the page, a row or a common prefix. */
  readonly last: Row | string | undefined;
}

/** Rows read at first where a delimiter may make most of them useless; doubled while it does not. */
const firstBatch = 16;

/** Reads the page. A limit of nothing gives nothing, and is not truncated. */
export function readPage<Row, Place>(listing: Listing<Row, Place>): Page<Row> {
  const { delimiter, limit } = listing;
  const rows: Row[] = [];
  const commonPrefixes: string[] = [];
  let last: Row | string | undefined;
  let place = limit > 0 ? listing.start : undefined;
  let size = delimiter === "" ? limit + 1 : Math.min(firstBatch, limit + 1);
  while (place !== undefined) {
    const batch = listing.read(place, size);
    let rolledUp: string | undefined;
    for (const row of batch) {
      if (rows.length + commonPrefixes.length === limit) {
        return { rows, commonPrefixes, isTruncated: true, last };
      }
      rolledUp = commonPrefixOf(listing.keyOf(row), listing);
      last = rolledUp ?? row;
      if (rolledUp !== undefined) break;
      rows.push(row);
      place = listing.placeAfter(row);
    }
    if (rolledUp !== undefined) {
      commonPrefixes.push(rolledUp);
      const next = prefixEnd(rolledUp);
      place = next === undefined ? undefined : listing.placeAt(next);
      size = 1;
    } else if (batch.length < size) {
      break;
    } else {
      const missing = limit - rows.length - commonPrefixes.length;
      size = Math.min(size * 2, missing + 1);
    }
  }
  return { rows, commonPrefixes, isTruncated: false, last };
}

/** The first key that may be listed after `marker`; `undefined` when none can follow. */
export function firstKeyAfter(
  marker: string | undefined,
  { prefix, delimiter }: { prefix: string; delimiter: string },
): string | undefined {
  if (marker === undefined || compareKeys(marker, prefix) < 0) return prefix;
  const rolledUp = commonPrefixOf(marker, { prefix, delimiter });
  return rolledUp === undefined ? justAfter(marker) : prefixEnd(rolledUp);
}

/** The bound behind all keys with the prefix, as SQLite compares. */
export function endOf(prefix: string): string | ArrayBuffer {
  return prefixEnd(prefix) ?? beyondEveryKey;
}
