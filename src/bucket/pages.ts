// One page of a listing: prefix, delimiter, where to begin, how many. The three listings (objects,
// versions, uploads) differ in their rows and markers; rolling keys up into common prefixes is
// here, once. A common prefix is sought past, never scanned: reads grow with what is returned.
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
  /**
   * At most `count` keys from `key` on, each the first behind the common prefix of the one before;
   * ends behind a key that has none. Absent: every common prefix costs a read of its own.
   */
  skim?(key: string, count: number): string[];
}

export interface Page<Row> {
  readonly rows: Row[];
  readonly commonPrefixes: string[];
  readonly isTruncated: boolean;
  /** The last entry of the page, a row or a common prefix. */
  readonly last: Row | string | undefined;
}

/**
 * Rows read at first where a delimiter may make most of them useless; doubled while it does not.
 */
const firstBatch = 16;

/** Reads the page. A limit of nothing gives nothing, and is not truncated. */
export function readPage<Row, Place>(listing: Listing<Row, Place>): Page<Row> {
  const { delimiter, limit, start } = listing;
  const page: PageInMaking<Row> = {
    rows: [],
    commonPrefixes: [],
    isTruncated: false,
    last: undefined,
  };
  let size = delimiter === "" ? limit + 1 : Math.min(firstBatch, limit + 1);
  for (let place = limit > 0 ? start : undefined; place !== undefined; ) {
    const batch = listing.read(place, size);
    const { rolledUp, behind } = takeRows(listing, page, batch);
    if (page.isTruncated) break;
    if (rolledUp !== undefined) {
      place = passPrefix(listing, page, rolledUp);
      size = 1;
    } else if (batch.length < size || behind === undefined) {
      break;
    } else {
      place = behind;
      size = Math.min(size * 2, missingFrom(listing, page) + 1);
    }
  }
  return page;
}

interface PageInMaking<Row> {
  readonly rows: Row[];
  readonly commonPrefixes: string[];
  isTruncated: boolean;
  last: Row | string | undefined;
}

function missingFrom<Row>({ limit }: { limit: number }, page: PageInMaking<Row>): number {
  return limit - page.rows.length - page.commonPrefixes.length;
}

/** Takes rows up to the first that is rolled up; an entry too many tells that there is more. */
function takeRows<Row, Place>(
  listing: Listing<Row, Place>,
  page: PageInMaking<Row>,
  batch: readonly Row[],
): { rolledUp?: string; behind?: Place } {
  for (const row of batch) {
    if (missingFrom(listing, page) === 0) {
      page.isTruncated = true;
      return {};
    }
    const rolledUp = commonPrefixOf(listing.keyOf(row), listing);
    if (rolledUp !== undefined) return { rolledUp };
    page.rows.push(row);
    page.last = row;
  }
  const last = batch.at(-1);
  return last === undefined ? {} : { behind: listing.placeAfter(last) };
}

/** Adds the common prefix, and those that follow it without a key between. Where to read on. */
function passPrefix<Row, Place>(
  listing: Listing<Row, Place>,
  page: PageInMaking<Row>,
  rolledUp: string,
): Place | undefined {
  page.commonPrefixes.push(rolledUp);
  page.last = rolledUp;
  const next = prefixEnd(rolledUp);
  if (next === undefined || listing.skim === undefined) {
    return next === undefined ? undefined : listing.placeAt(next);
  }
  const wanted = missingFrom(listing, page) + 1;
  const keys = listing.skim(next, wanted);
  for (const key of keys) {
    if (missingFrom(listing, page) === 0) {
      page.isTruncated = true;
      return undefined;
    }
    const following = commonPrefixOf(key, listing);
    if (following === undefined) return listing.placeAt(key);
    page.commonPrefixes.push(following);
    page.last = following;
  }
  // Fewer than wanted, and no key that stands for itself: the listing is at its end.
  return undefined;
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
