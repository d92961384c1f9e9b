// What a copy reads: one whole blob as its store has it, packed or opened on the way, or segments of
// several. Given as a feed of known length, with what the store and the blob say of themselves.

import type { Env } from "../env.ts";
import type { Segment, StorageClass } from "../s3/content.ts";
import type { StoredBody } from "./blob-store.ts";
import { factsOfClass, storeOf } from "./classes.ts";
import type { Feed } from "./encryption/feeds.ts";
import { decodeOrigin, type ReadOrigin } from "./origin.ts";
import { parsePacked, unpackStream } from "./packing.ts";
import { readSegments } from "./segments.ts";
import { MissingBlobError } from "./store-errors.ts";

/** What to read, in order, and the class it goes to: archives take packed bytes as they are. */
export interface SourceWish {
  readonly from: readonly Segment[];
  readonly isSealed: boolean;
  readonly holding: StorageClass;
}

/** Stored bytes, being read. */
export interface Source {
  readonly blob: string;
  readonly feed: Feed;
  readonly sizeBytes: number;
  /** Of one whole blob, where its store tells. */
  readonly md5Hex?: string;
  readonly origin: ReadOrigin | null;
  /** What comes is packed, and stays so. */
  readonly isPacked: boolean;
  /** It lies there packed, and is opened as it comes. */
  readonly isOpened?: true;
  readonly reads: number;
  cancel(): Promise<void>;
}

/** Opens what is to be copied. Throws MissingBlobError and what the store throws. */
export async function openSource(env: Env, wish: SourceWish): Promise<Source> {
  const [first] = wish.from;
  if (first === undefined) throw new RangeError("there is nothing to copy");
  const isLone = wish.from.length === 1 && first.offset === 0;
  const whole = isLone ? await getWhole(env, first) : undefined;
  const opened = whole === undefined ? undefined : openWhole(whole, first, wish);
  if (opened !== undefined) return opened;
  await whole?.body.cancel();
  if (wish.isSealed) throw new RangeError("sealed content is copied by whole blobs");
  const { body, lengthBytes } = await readSegments(env, wish.from);
  const rest = { sizeBytes: lengthBytes, origin: null, isPacked: false, reads: wish.from.length };
  return { blob: first.blob, ...rest, ...streamFeed(body, lengthBytes) };
}

/** `undefined` when the segment is not all of the blob. */
function openWhole(
  object: StoredBody,
  { blob, length }: Segment,
  { isSealed, holding }: SourceWish,
): Source | undefined {
  const { md5 } = object.checksums.toJSON();
  const origin = decodeOrigin(object.customMetadata ?? {});
  const facts = { blob, origin, reads: 1 };
  if (origin?.packed !== undefined && !factsOfClass(holding).isArchive) {
    // Opened on its way out; whether it is whole, its own checks and the recorded digests tell.
    const { plainBytes: sizeBytes } = parsePacked(origin.packed);
    const opened = streamFeed(unpackStream(object.body), sizeBytes);
    return { ...facts, sizeBytes, isPacked: false, isOpened: true, ...opened };
  }
  const isPacked = origin?.packed !== undefined;
  if (!isSealed && !isPacked && object.size !== length) return undefined;
  return {
    ...facts,
    sizeBytes: object.size,
    isPacked,
    ...(md5 !== undefined && { md5Hex: md5 }),
    ...streamFeed(object.body, object.size),
  };
}

async function getWhole(env: Env, { blob }: Segment): Promise<StoredBody> {
  const object = await storeOf(env, blob).get(blob);
  if (object === null) throw new MissingBlobError(blob);
  return object;
}

/** Fewer, larger reads cost less than many small ones: each one is a turn of the event loop. */
const readBytes = 256 * 1024;

type Pull = (leftBytes: number) => Promise<Uint8Array | undefined>;

/** Bytes come as large as they are asked for, unpacked ones too. */
function pullFrom(body: ReadableStream<Uint8Array>): {
  readonly pull: Pull;
  cancel(): Promise<void>;
} {
  const reader = body.getReader({ mode: "byob" });
  let buffer = new ArrayBuffer(readBytes);
  const pull = async (leftBytes: number) => {
    const least = Math.min(buffer.byteLength, leftBytes);
    const { value } = await reader.readAtLeast(least, new Uint8Array(buffer));
    if (value !== undefined) buffer = value.buffer as ArrayBuffer;
    return value;
  };
  return { pull, cancel: () => reader.cancel().catch(() => undefined) };
}

/** A feed of a stream of known length. Throws when it ends early. */
function streamFeed(
  body: ReadableStream<Uint8Array>,
  lengthBytes: number,
): { readonly feed: Feed; cancel(): Promise<void> } {
  const { pull, cancel } = pullFrom(body);
  let chunk = new Uint8Array(0);
  let left = lengthBytes;
  const take = async (maximumBytes: number) => {
    if (chunk.length === 0) {
      chunk = ((await pull(left)) ?? chunk) as typeof chunk;
      if (chunk.length === 0) throw new RangeError("a blob ended early");
      left -= chunk.length;
    }
    const taken = chunk.subarray(0, maximumBytes);
    chunk = chunk.subarray(taken.length);
    return taken;
  };
  return { feed: { lengthBytes, take }, cancel };
}
