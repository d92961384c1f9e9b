// Moves a feed of bytes into one R2 object: in a single put, or in R2's own multipart upload where one
// put cannot hold it. Both give up without a trace of their own; the caller still deletes the blob,
// because an answer may be lost after the store took the bytes.

import type { BlobStore, StoredObject } from "./blob-store.ts";
import type { Feed } from "./encryption/feeds.ts";

/** Where the bytes go and how R2 should keep them. */
export interface PutTarget {
  readonly store: BlobStore;
  readonly blob: string;
  readonly sizeBytes: number;
  readonly options: R2PutOptions;
}

/** A put that never replaces: R2 answers `null`, without an error, when the name is taken. */
export const createOnly = { etagDoesNotMatch: "*" } as const;

/** One create-only put. `null` when the blob id is taken: those bytes are somebody else's. */
export function putWhole(feed: Feed, target: PutTarget): Promise<StoredObject | null> {
  const { store, blob, sizeBytes, options } = target;
  return send(feed, sizeBytes, (body) => store.put(blob, body, { ...options, onlyIf: createOnly }));
}

/**
 * R2's multipart, in equal parts (all but the last, as R2 demands). R2 cannot complete one
 * create-only, so the id is looked up first; with 103 random bits in it that is a formality. `null`
 * as above.
 */
export async function putInParts(
  feed: Feed,
  target: PutTarget,
  partBytes: number,
): Promise<StoredObject | null> {
  const { store, blob, sizeBytes, options } = target;
  if ((await store.head(blob)) !== null) return null;
  const upload = await store.createMultipartUpload(blob, options);
  try {
    const parts: R2UploadedPart[] = [];
    for (let offset = 0; offset < sizeBytes; offset += partBytes) {
      const length = Math.min(partBytes, sizeBytes - offset);
      parts.push(await send(feed, length, (body) => upload.uploadPart(parts.length + 1, body)));
    }
    return await upload.complete(parts);
  } catch (error) {
    // When this is lost too, R2 aborts the upload by itself after seven days.
    await upload.abort().catch(() => undefined);
    throw error;
  }
}

/**
 * Runs the store's call on a stream of `lengthBytes` and fills that stream from the feed. Ends
 * when both have: on failure the store has let go of the blob before this throws. Of two failures
 * the first is told: a source that breaks off makes the put fail as well, not the other way round.
 */
async function send<Answer>(
  feed: Feed,
  lengthBytes: number,
  call: (body: ReadableStream) => Promise<Answer>,
): Promise<Answer> {
  const { readable, writable } = new FixedLengthStream(lengthBytes);
  const writer = writable.getWriter();
  const answered = call(readable);
  try {
    const [answer] = await Promise.all([answered, fill(writer, feed, lengthBytes)]);
    return answer;
  } catch (error) {
    // Not awaited: an abort waits for a reader, and a store that failed early has none.
    writer.abort(error).catch(() => undefined);
    await answered.catch(() => undefined);
    throw error;
  }
}

async function fill(
  writer: WritableStreamDefaultWriter,
  feed: Feed,
  lengthBytes: number,
): Promise<void> {
  for (let left = lengthBytes; left > 0; ) {
    const chunk = await feed.take(left);
    left -= chunk.length;
    const isTaken = await writer.write(chunk).then(
      () => true,
      () => false,
    );
    // The store stopped reading. Why, its own answer tells; this side's error would hide it.
    if (!isTaken) return;
  }
  await writer.close().catch(() => undefined);
}
