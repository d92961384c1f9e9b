// Reads content: segments joined in order into one stream of known length. Opens only the blobs
// that are needed, a few ahead and never all, and leaves the bytes to the runtime: no chunk passes
// through JavaScript, unless it must be decrypted. Does not decide what may be read, nor ask the index again.

import type { Env } from "../env.ts";
import type { Segment } from "../s3/content.ts";
import type { StoredBody } from "./blob-store.ts";
import { storeOf } from "./classes.ts";
import { type ContentKeys, sealedWindow } from "./encryption/content-keys.ts";
import { type OpenedBody, openSealedBody } from "./encryption/opened-body.ts";
import { isBeyondEnd, MissingBlobError, translateStoreError } from "./store-errors.ts";

/** A body whose length the runtime knows too: a Response made of it has its Content-Length. */
export interface Content {
  readonly body: ReadableStream<Uint8Array>;
  readonly lengthBytes: number;
}

/**
 * Blobs opened ahead of the one being read. Workers allow six connections that wait for headers;
 * an opened body does not count. Two hide the latency of a store without holding many streams.
 */
const opensAhead = 2;

/**
 * The bytes of the segments, in order. The first blob is open when this returns: MissingBlobError
 * and store failures of the first segment are thrown, those of later ones end the stream in error.
 * Cancelling the body closes every blob that was opened. With `keys` the blobs are ciphertext, and
 * what comes out is plaintext that proved genuine: DamagedBlobError otherwise.
 * `isWhole` says that these are all the bytes of a version, which makes reading a lone blob cheaper.
 */
export async function readSegments(
  env: Env,
  segments: readonly Segment[],
  keys?: ContentKeys,
  isWhole = false,
): Promise<Content> {
  const wanted = segments.filter(({ length }) => length > 0);
  const lengthBytes = wanted.reduce((sum, { length }) => sum + length, 0);
  const [first, ...rest] = wanted;
  if (first === undefined) return { body: emptyBody(), lengthBytes };
  if (keys === undefined && rest.length === 0) {
    const whole = isWhole ? await getWhole(env, first) : undefined;
    return { body: (whole ?? (await getSegment(env, first))).body, lengthBytes };
  }
  const open = (segment: Segment) =>
    keys === undefined ? openSegment(env, segment) : openSealedSegment(env, segment, keys);
  return { body: join(open, await open(first), { rest, lengthBytes }), lengthBytes };
}

async function openSegment(env: Env, segment: Segment): Promise<OpenedBody> {
  const { body } = await getSegment(env, segment);
  return {
    pourInto: (writable) => body.pipeTo(writable, { preventClose: true }),
    cancel: () => body.cancel(),
  };
}

async function getSegment(env: Env, segment: Segment): Promise<StoredBody> {
  const { blob, offset, length } = segment;
  const object = await getRange(env, blob, { offset, length });
  if (object.size < offset + length) {
    await object.body.cancel();
    throw shortBlob(blob);
  }
  return object;
}

/**
 * The blob without asking for a range, which is a tenth of the CPU of a small read (measured), or
 * `undefined` when the segment is not all of it: of a part that was copied by range, say.
 */
async function getWhole(env: Env, segment: Segment): Promise<StoredBody | undefined> {
  if (segment.offset !== 0) return undefined;
  const object = await getRange(env, segment.blob);
  if (object.size === segment.length) return object;
  await object.body.cancel();
  return undefined;
}

/** The plaintext of a segment, from the ciphertext segments that it touches. */
async function openSealedSegment(
  env: Env,
  segment: Segment,
  keys: ContentKeys,
): Promise<OpenedBody> {
  const object = await getRange(env, segment.blob, sealedWindow(keys, segment));
  return openSealedBody(object, segment, keys);
}

/** A range is always asked for by offset and length: R2 answers odd `Range` headers with it all. */
async function getRange(
  env: Env,
  blob: string,
  range?: { offset: number; length: number },
): Promise<StoredBody> {
  const object = await storeOf(env, blob)
    .get(blob, range && { range })
    .catch((error: unknown) => {
      throw isBeyondEnd(error) ? shortBlob(blob) : translateStoreError(error);
    });
  if (object === null) throw new MissingBlobError(blob);
  return object;
}

function shortBlob(blob: string): MissingBlobError {
  return new MissingBlobError(blob, `the blob ${blob} is shorter than the index says`);
}

/**
 * Pipes one body after the other into a stream of the whole length. `pipeTo` between the runtime's
 * own streams copies outside of JavaScript and waits for a slow reader by itself.
 */
function join(
  open: (segment: Segment) => Promise<OpenedBody>,
  first: OpenedBody,
  { rest, lengthBytes }: { rest: readonly Segment[]; lengthBytes: number },
): ReadableStream<Uint8Array> {
  const { readable, writable } = new FixedLengthStream(lengthBytes);
  const opened = [Promise.resolve(first)];
  let next = 0;
  const openAhead = () => {
    for (; opened.length <= opensAhead && next < rest.length; next += 1) {
      const segment = rest[next];
      if (segment === undefined) return;
      const body = open(segment);
      // Looked at when its turn comes; until then a failure must not count as unhandled.
      body.catch(() => undefined);
      opened.push(body);
    }
  };
  const pump = async () => {
    for (openAhead(); opened.length > 0; openAhead()) {
      const body = await opened.shift();
      await body?.pourInto(writable);
    }
    await writable.close();
  };
  pump().catch(async (error: unknown) => {
    // The reader learns of the failure by the stream; when the reader left, nobody is told.
    await writable.abort(error).catch(() => undefined);
    for (const body of opened) await body.then((open) => open.cancel()).catch(() => undefined);
  });
  return readable;
}

function emptyBody(): ReadableStream<Uint8Array> {
  const { readable, writable } = new FixedLengthStream(0);
  // Fails only when the reader left, and then nobody is waiting for it.
  writable.close().catch(() => undefined);
  return readable;
}
