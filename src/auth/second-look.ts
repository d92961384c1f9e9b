// When a refusal is worth a second look at the catalog: what this isolate remembers of a bucket may be
// older than the policy that would allow. At most one look a second for each bucket, so that a flood
// of refused requests is no flood of queries.

/** How long a refusal may outlive the policy that lifts it, in every isolate. */
export const secondLookMs = 1_000;

/** Buckets noted at once; beyond it all are forgotten, which costs one look each. */
const notedBuckets = 1_000;

const looks = new Map<string, number>();

/** Whether to look now; notes that it was done. */
export function mayLookAgain(bucketId: string, nowMs: number): boolean {
  const last = looks.get(bucketId);
  // A clock that went back must not shut the door for long.
  if (last !== undefined && Math.abs(nowMs - last) < secondLookMs) return false;
  if (looks.size >= notedBuckets) looks.clear();
  looks.set(bucketId, nowMs);
  return true;
}
