// What is said of a chunk of audit records where it is listed, so that a search may pass it over. Pure.

import type { RequestRecord } from "./request-record.ts";

/** More distinct names than this are not listed: the chunk is looked into whoever is meant. */
const namesListed = 50;
/** Longer ones are no bucket's and no principal's: strangers may ask for names as long as a URL. */
const longestName = 1024;

export interface ChunkFacts {
  readonly fromMs: number;
  readonly toMs: number;
  readonly records: number;
  readonly buckets: readonly string[];
  readonly principals: readonly string[];
}

/** The times, buckets and principals (ARNs and access keys) of at least one record. */
export function describeChunk(records: readonly RequestRecord[]): ChunkFacts {
  let fromMs = Number.POSITIVE_INFINITY;
  let toMs = 0;
  const buckets = new Set<string>();
  const principals = new Set<string>();
  for (const { timeMs, bucket, requester, claimedAccessKeyId } of records) {
    fromMs = Math.min(fromMs, timeMs);
    toMs = Math.max(toMs, timeMs);
    if (bucket !== undefined) buckets.add(bucket);
    for (const name of [requester?.arn, requester?.accessKeyId, claimedAccessKeyId]) {
      if (name !== undefined) principals.add(name);
    }
  }
  return {
    fromMs,
    toMs,
    records: records.length,
    buckets: listed(buckets),
    principals: listed(principals),
  };
}

function listed(names: ReadonlySet<string>): string[] {
  const isLong = [...names].some((name) => name.length > longestName);
  return names.size > namesListed || isLong ? ["*"] : [...names].sort();
}
