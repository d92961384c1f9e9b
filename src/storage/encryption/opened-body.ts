// The plaintext of a blob, on its way out: reads the store's body segment by segment and lets go only
// of what proved genuine. The first segment is opened before anything is handed on, so that a small
// object that was tampered with is answered with an error and not with a broken body.

import { S3Error } from "../../s3/errors.ts";
import type { StoredBody } from "../blob-store.ts";
import { DamagedBlobError, translateStoreError } from "../store-errors.ts";
import { type ContentKeys, openFeed } from "./content-keys.ts";
import type { Feed } from "./feeds.ts";
import type { Window } from "./streaming-aead.ts";

/** How much is taken from the feed at once; it gives one segment at a time anyway. */
const pieceBytes = 64 * 1024;

/** Bytes that are ready to be sent, once: into a stream, or not at all. */
export interface OpenedBody {
  /** Writes everything and leaves the stream open. */
  pourInto(writable: WritableStream<Uint8Array>): Promise<void>;
  cancel(): Promise<void>;
}

/**
 * The plaintext window of a sealed blob. `object` is what the store answered for `sealedWindow`.
 * Throws DamagedBlobError when the first segment is not genuine; so does `pourInto` for a later one,
 * before a byte of it was given out.
 */
export async function openSealedBody(
  object: StoredBody,
  window: Window,
  keys: ContentKeys,
): Promise<OpenedBody> {
  const reader = object.body.getReader({ mode: "byob" });
  const cancel = () => reader.cancel().catch(() => undefined);
  try {
    const headers = object.customMetadata?.["sealed"] ?? "";
    const bytes = storeFeed(reader, object.size);
    const feed = await openFeed(keys, bytes, { sizeBytes: object.size, headers, window });
    const first = await feed.take(pieceBytes);
    return {
      pourInto: async (writable) => {
        try {
          await pour(writable.getWriter(), { feed, first, blob: object.key });
        } finally {
          // Two layers may have asked the store for a segment more than there was use for.
          await cancel();
        }
      },
      cancel,
    };
  } catch (cause) {
    await cancel();
    throw judge(object.key, cause);
  }
}

/** What a store did not deliver may come at the next try; what does not open never will. */
function judge(blob: string, cause: unknown): Error {
  return cause instanceof S3Error ? cause : new DamagedBlobError(blob, cause);
}

/** The store's body as a feed; `take` gives exactly what is asked for, or throws an S3Error. */
function storeFeed(reader: ReadableStreamBYOBReader, lengthBytes: number): Feed {
  return {
    lengthBytes,
    take: async (maximumBytes) => {
      const { value } = await reader
        .readAtLeast(maximumBytes, new Uint8Array(maximumBytes))
        .catch((error: unknown) => {
          throw translateStoreError(error);
        });
      if (value === undefined || value.length < maximumBytes) {
        throw translateStoreError(new Error("the store's body ended early"));
      }
      return value;
    },
  };
}

async function pour(
  writer: WritableStreamDefaultWriter<Uint8Array>,
  { feed, first, blob }: { feed: Feed; first: Uint8Array; blob: string },
): Promise<void> {
  try {
    await writer.write(first);
    for (let left = feed.lengthBytes - first.length; left > 0; ) {
      const piece = await feed.take(pieceBytes).catch((cause: unknown) => {
        const failure = judge(blob, cause);
        // The answer has begun: this line is all the operator will hear of it.
        const event = failure instanceof DamagedBlobError ? "integrity" : "failure";
        console.error(JSON.stringify({ event, blob }), cause);
        throw failure;
      });
      await writer.write(piece);
      left -= piece.length;
    }
  } finally {
    writer.releaseLock();
  }
}
