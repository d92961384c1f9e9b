// Removes content whose last reference is gone and whose grace is over. Two steps, so that a crash
// between them only repeats work: the stores forget the bytes, then the index forgets the blob
// (faults.md P-GC). Bounded: says whether there is more.

import type { CondemnedBlob } from "../bucket/types.ts";
import type { Env } from "../env.ts";
import { deleteBlobs } from "../storage/blobs.ts";

/** How long replaced and deleted content stays, milliseconds; 24 hours unless configured. */
export function condemnedGraceMs(env: Env): number {
  const text = env.CONDEMNED_GRACE_SECONDS?.trim() ?? "";
  const seconds = text === "" ? Number.NaN : Number(text);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : 86_400_000;
}

/** The two calls of an index that collecting needs; the Durable Object and its client have them. */
export interface CondemnedSource {
  claimCondemned(facts: {
    nowMs: number;
    graceMs: number;
    limit: number;
  }): Promise<readonly CondemnedBlob[]>;
  forgetCondemned(tickets: readonly string[]): Promise<void>;
}

/** One slice of at most `limit` blobs. True when there may be more that are due. */
export async function collectCondemned(
  index: CondemnedSource,
  facts: { env: Env; nowMs: number; limit: number },
): Promise<boolean> {
  const claimed = await index.claimCondemned({
    nowMs: facts.nowMs,
    graceMs: condemnedGraceMs(facts.env),
    limit: facts.limit,
  });
  if (claimed.length === 0) return false;
  await deleteBlobs(
    facts.env,
    claimed.map((entry) => entry.blob),
  );
  await index.forgetCondemned(claimed.map((entry) => entry.ticket));
  return claimed.length === facts.limit;
}
