// The plaintext of a blob as a stream: reads the store's body segment by segment and lets out only
// what proved genuine. The first segment is opened before the stream is handed on, so that a small
// object that was tampered with is answered with an error and not with a broken body.

import { DamagedBlobError } from "../store-errors.ts";
import { type ContentKeys, openFeed } from "./content-keys.ts";
import type { Feed } from "./feeds.ts";
import type { Window } from "./streaming-aead.ts";

/** How much is taken from the feed at once; it gives one segment at a time anyway. */
const pieceBytes = 64 * 1024;

/**
 * The plaintext window of a sealed blob. `object` is what the store answered for `sealedWindow`.
 * Throws DamagedBlobError when the first segment is not genuine; a later one ends the stream in
 * error, before a byte of it was given out.
 */
export async function openSealedBody(
  object: R2ObjectBody,
  window: Window,
  keys: ContentKeys,
): Promise<ReadableStream<Uint8Array>> {
  const reader = object.body.getReader({ mode: "byob" });
  const bytes = storeFeed(reader, object.size);
  try {
    const headers = object.customMetadata?.["sealed"] ?? "";
    const feed = await openFeed(keys, bytes, { sizeBytes: object.size, headers, window });
    const first = await feed.take(pieceBytes);
    return pour(reader, { feed, first, blob: object.key });
  } catch (cause) {
    await reader.cancel().catch(() => undefined);
    throw new DamagedBlobError(object.key, cause);
  }
}

/** The store's body as a feed; `take` gives exactly what is asked for, or throws. */
function storeFeed(reader: ReadableStreamBYOBReader, lengthBytes: number): Feed {
  return {
    lengthBytes,
    take: async (maximumBytes) => {
      const { value } = await reader.readAtLeast(maximumBytes, new Uint8Array(maximumBytes));
      if (value === undefined || value.length < maximumBytes) {
        throw new RangeError("the store's body ended early");
      }
      return value;
    },
  };
}

function pour(
  reader: ReadableStreamBYOBReader,
  { feed, first, blob }: { feed: Feed; first: Uint8Array; blob: string },
): ReadableStream<Uint8Array> {
  const { readable, writable } = new FixedLengthStream(feed.lengthBytes);
  const writer = writable.getWriter();
  const pump = async () => {
    await writer.write(first);
    for (let left = feed.lengthBytes - first.length; left > 0; ) {
      const piece = await feed.take(pieceBytes).catch((cause: unknown) => {
        throw new DamagedBlobError(blob, cause);
      });
      await writer.write(piece);
      left -= piece.length;
    }
    // Two layers may have asked the store for a segment more than there was use for.
    await reader.cancel();
    await writer.close();
  };
  pump().catch(async (error: unknown) => {
    if (error instanceof DamagedBlobError) {
      // The answer has begun: this line is all the operator will hear of it.
      console.error(JSON.stringify({ event: "integrity", blob }));
    }
    await writer.abort(error).catch(() => undefined);
    await reader.cancel().catch(() => undefined);
  });
  return readable;
}
