// Removes blobs that nothing names: stored by a request that never committed them, left by a lost
// clean-up, or by a bucket that was deleted (faults.md D01, D14, D30). A store is walked by id order,
// oldest first, up to twice the age at which a commit is refused: what is older can no longer be
// committed, so "nothing names it" is final. What is not ours is never touched.

import { openBucket } from "../bucket/client.ts";
import type { Finding } from "../catalog/jobs.ts";
import type { Env } from "../env.ts";
import { idTimeMs } from "../s3/ids.ts";
import { deleteBlobs, type ListedBlob, listBlobs } from "../storage/blobs.ts";
import { allStoreNumbers, storeNumbers } from "../storage/classes.ts";
import { deleteNotes, listNoteNames } from "../storage/notes.ts";
import type { Slice, SliceCall, SliceOutcome } from "./slices.ts";

/** Twice the age at which the index refuses a commit. The index checks it again. */
const sweepAgeMs = 2 * 24 * 3600 * 1000;

/** One page of R2's listing. */
const blobsPerSlice = 1000;

/** Where a walk over all stores is. `after`: the last name seen in the store. */
export interface StorePlace {
  readonly store: number;
  readonly after?: string;
}

/** The notes are swept behind the blobs of the store they stand in, the first. */
interface NotePlace {
  readonly notesAfter: string;
}

/** The sweep of one store, `target`; removes what it finds. */
export const sweep: Slice = async (call, job) => {
  const store = Number(job.target);
  const place = (job.place ?? { store }) as StorePlace | NotePlace;
  if ("notesAfter" in place) return sweepNotes(call, place.notesAfter);
  const page = await sweepPage(call, place, { removes: true });
  const isFirst = store === storeNumbers[0];
  return { ...page, place: page.next ?? (isFirst ? { notesAfter: "" } : undefined) };
};

/** Notes of versions that are gone go too. They hold nothing, so nothing is reported. */
async function sweepNotes(call: SliceCall, notesAfter: string): Promise<SliceOutcome> {
  const after = notesAfter === "" ? {} : { after: notesAfter };
  const { names, next } = await listNoteNames(call.env, { limit: blobsPerSlice, ...after });
  const gone: string[] = [];
  for (const [bucketId, own] of Map.groupBy(names, (name) => name.bucketId)) {
    const questions = own.map(({ key, versionId }) => ({ key, versionId }));
    const missing = await openBucket(call.env, bucketId).findMissing(questions);
    const isMissing = new Set(missing.map(({ key, versionId }) => `${versionId} ${key}`));
    gone.push(
      ...own
        .filter(({ key, versionId }) => isMissing.has(`${versionId} ${key}`))
        .map(({ path }) => path),
    );
  }
  await deleteNotes(call.env, gone);
  const counts = { notes: names.length, ...(gone.length > 0 && { notesRemoved: gone.length }) };
  return { place: next === undefined ? undefined : { notesAfter: next }, counts, findings: [] };
}

/** The first store of a walk over all of them, or the one behind `store`. */
export function nextStore(env: Env, store?: number): StorePlace | undefined {
  const numbers = allStoreNumbers(env);
  const at = store === undefined ? 0 : numbers.indexOf(store) + 1;
  const next = numbers[at];
  return next === undefined ? undefined : { store: next };
}

export interface SweptPage {
  /** Where to go on in this store; `undefined` at its end, or where blobs are too young. */
  readonly next: StorePlace | undefined;
  readonly counts: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
}

/**
 * One page of a store: which of its old blobs does no index hold? With `removes` they are deleted,
 * else reported. `bucketId` looks at that bucket's blobs only.
 */
export async function sweepPage(
  call: SliceCall,
  place: StorePlace,
  wish: { readonly removes: boolean; readonly bucketId?: string },
): Promise<SweptPage> {
  const { blobs, next } = await listBlobs(call.env, place.store, place.after, blobsPerSlice);
  const isOld = ({ blob }: ListedBlob) => call.nowMs - idTimeMs(blob) > sweepAgeMs;
  const old = blobs.filter(isOld);
  const own = old.filter(
    ({ origin }) => wish.bucketId === undefined || origin?.bucketId === wish.bucketId,
  );
  const orphans = await findOrphans(call, own);
  const foreign = own.filter(({ origin }) => origin === null);
  if (wish.removes)
    await deleteBlobs(
      call.env,
      orphans.map(({ blob }) => blob),
    );
  const findings = [
    ...orphans.map((orphan) => finding("orphan-blob", orphan, wish.removes)),
    ...foreign.map((blob) => finding("unknown-blob", blob, false)),
  ];
  // Ids sort by time: behind the first young blob all are young. They begin with digits: what is
  // not a blob stands behind them all.
  const isAtEnd = next === undefined || next > ":" || old.length < blobs.length;
  return {
    next: isAtEnd ? undefined : { store: place.store, after: next },
    counts: {
      blobs: own.length,
      ...(orphans.length > 0 && { orphans: orphans.length }),
      ...(foreign.length > 0 && { unknown: foreign.length }),
    },
    findings,
  };
}

/** Asks each bucket's index. Indexes that know of no bucket find none: they may be lost (D49). */
async function findOrphans(
  call: SliceCall,
  blobs: readonly ListedBlob[],
): Promise<readonly ListedBlob[]> {
  const orphans: ListedBlob[] = [];
  const byBucket = Map.groupBy(blobs, ({ origin }) => origin?.bucketId);
  for (const [bucketId, own] of byBucket) {
    if (bucketId === undefined) continue;
    const questions = own.map(({ blob, origin }) => ({
      blob,
      key: origin?.key ?? "",
      ...(origin?.versionId !== undefined && { versionId: origin.versionId }),
      ...(origin?.uploadId !== undefined && { uploadId: origin.uploadId }),
      ...(origin?.partNumber !== undefined && { partNumber: origin.partNumber }),
    }));
    const found = new Set(await openBucket(call.env, bucketId).findOrphans(questions, call.nowMs));
    orphans.push(...own.filter(({ blob }) => found.has(blob)));
  }
  return orphans;
}

function finding(
  kind: string,
  { blob, sizeBytes, origin }: ListedBlob,
  isRepaired: boolean,
): Finding {
  return {
    kind,
    subject: {
      blob,
      sizeBytes,
      ...(origin !== null && { bucketId: origin.bucketId, key: origin.key }),
    },
    isRepaired,
  };
}
