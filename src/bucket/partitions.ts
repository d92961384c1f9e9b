// Which partition of a bucket's index has a key. Every bucket begins as one partition, named by the
// bucket's id; an index that no longer has a key answers `moved`, and what it says is remembered
// for the life of the isolate. Only a hint: the index asked always judges for itself.

import { compareKeys } from "./keys.ts";
import type { Moved } from "./types.ts";

/** Buckets remembered per isolate; the one learned longest ago is forgotten first. */
const maximumBuckets = 1000;

const learned = new Map<string, readonly Moved[]>();

/** The name of the partition to ask for the key. */
export function partitionFor(bucketId: string, key: string): string {
  const ranges = learned.get(bucketId);
  if (ranges === undefined) return bucketId;
  return ranges.find((range) => holds(range, key))?.partition ?? bucketId;
}

/** Remembers an answer, in place of what was known of the same keys. */
export function learn(bucketId: string, moved: Moved): void {
  const { from } = moved;
  if (from === undefined) return;
  const others = (learned.get(bucketId) ?? []).filter((range) => !holds(range, from));
  learned.delete(bucketId);
  learned.set(bucketId, [moved, ...others]);
  for (const [oldest] of learned) {
    if (learned.size <= maximumBuckets) break;
    learned.delete(oldest);
  }
}

function holds({ from, to }: Moved, key: string): boolean {
  if (from !== undefined && compareKeys(key, from) < 0) return false;
  return to === undefined || compareKeys(key, to) < 0;
}
