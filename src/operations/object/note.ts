// Leaves a note of what no blob's metadata tells about, for the day the index is lost: versions made
// of other versions' bytes, changed versions, delete markers. It is written after the answer: a note
// that is lost costs nothing while the index lives.

import type { Deletion, DeletionResult, Version } from "../../bucket/types.ts";
import { deleteNotes, pathOfNote, writeNote } from "../../storage/notes.ts";
import type { BucketContext, ObjectContext } from "../context.ts";

/**
 * Notes the version of the context's key as it stands now. `writtenAs` is the id that its writer
 * chose, by which a rebuild orders it among others of the key; absent when somebody else wrote it.
 */
export function leaveNote(
  context: ObjectContext,
  version: { readonly versionId?: string | undefined; readonly writtenAs?: string },
): void {
  afterwards(context, note(context, version.versionId ?? "null", version.writtenAs));
}

async function note(
  context: ObjectContext,
  versionId: string,
  writtenAs: string | undefined,
): Promise<void> {
  const { key } = context;
  const { bucketId } = context.bucket;
  const described = await context.index.describe(key, versionId);
  if (described.kind !== "version") return;
  const { version, parts } = described;
  const body = { version, parts, ...(writtenAs !== undefined && { writtenAs }) };
  await writeNote(context.env, { bucketId, key, versionId }, body);
}

/** What a deletion came to, as far as notes are concerned. */
export interface NotedDeletion {
  readonly key: string;
  /** The version that was named; absent when a delete marker was made. */
  readonly removedId?: string | undefined;
  /** The marker that was made: its public id, and the one its writer chose. */
  readonly marker?: { readonly versionId: string; readonly writtenAs: string } | undefined;
}

/** What the index answered for one deletion, for the notes. */
export function notedDeletion(
  { key, versionId: removedId, markerVersionId: writtenAs }: Deletion,
  result: Extract<DeletionResult, { kind: "deleted" }>,
): NotedDeletion {
  if (removedId !== undefined) return { key, removedId };
  const versionId = result.versionId ?? result.markerVersionId;
  if (!result.isDeleteMarker || versionId === undefined) return { key };
  return { key, marker: { versionId, writtenAs } };
}

/**
 * Notes the delete markers that were made, and takes away the notes of versions that were removed,
 * so that an object whose marker was removed is not hidden again.
 */
export function noteDeletions(context: BucketContext, deletions: readonly NotedDeletion[]): void {
  const { env, nowMs } = context;
  const { bucketId } = context.bucket;
  const writes = deletions.flatMap(({ key, marker }) => {
    if (marker === undefined) return [];
    const { versionId, writtenAs } = marker;
    const body = { version: markerFacts(key, versionId, nowMs), parts: [], writtenAs };
    return [() => writeNote(env, { bucketId, key, versionId }, body)];
  });
  const removed = deletions.flatMap(({ key, removedId }) =>
    removedId === undefined ? [] : [{ bucketId, key, versionId: removedId }],
  );
  if (writes.length > 0) afterwards(context, inTurn(writes));
  if (removed.length > 0) {
    const paths = Promise.all(removed.map(pathOfNote));
    afterwards(
      context,
      paths.then((all) => deleteNotes(env, all)),
    );
  }
}

function markerFacts(key: string, versionId: string, nowMs: number): Version {
  return {
    key,
    versionId,
    seq: 0,
    isLatest: true,
    isDeleteMarker: true,
    modifiedAtMs: nowMs,
    sizeBytes: 0,
    etag: "",
    storageClass: "STANDARD",
    content: null,
    detail: {},
  };
}

/** Workers allow six connections that wait for headers. */
const atOnce = 6;

async function inTurn(writes: readonly (() => Promise<void>)[]): Promise<void> {
  for (let start = 0; start < writes.length; start += atOnce) {
    await Promise.all(writes.slice(start, start + atOnce).map((write) => write()));
  }
}

function afterwards(context: BucketContext, work: Promise<void>): void {
  context.waitUntil(
    work.catch((error: unknown) => {
      console.error(JSON.stringify({ event: "note-lost", requestId: context.requestId }), error);
    }),
  );
}
