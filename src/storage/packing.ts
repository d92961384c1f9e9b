// Archived content is packed: gzip, the one compression that the runtime streams both ways. Packing is
// a blob's own affair: its metadata tells of it, and nothing above this room knows. Only movers, the
// restorer and checks open packed blobs, and always whole.

import { createHasher } from "../checksums/hashers.ts";
import type { Env } from "../env.ts";
import type { ChecksumAlgorithm } from "../s3/content.ts";
import { storeOf } from "./classes.ts";
import type { Feed } from "./encryption/feeds.ts";
import { translateStoreError } from "./store-errors.ts";
import type { BlobDigests } from "./verify.ts";

/** What a packed blob says of the bytes in it. */
export interface Packed {
  readonly plainBytes: number;
  /** Their MD5, which is the ETag of a version in one piece; absent where it was not known in time. */
  readonly md5Hex?: string;
}

const method = "gzip";

export function renderPacked({ plainBytes, md5Hex }: Packed): string {
  return [method, plainBytes, ...(md5Hex === undefined ? [] : [md5Hex])].join(" ");
}

/** Throws for a method that this program does not have. */
export function parsePacked(text: string): Packed {
  const [name, plainBytes, md5Hex] = text.split(" ");
  if (name !== method) throw new SyntaxError("packed in another way");
  return { plainBytes: Number(plainBytes), ...(md5Hex !== undefined && { md5Hex }) };
}

/** What does not come out this much smaller is not packed: opening it costs time. */
const worthwhile = 0.95;

export function isWorthwhile(packedBytes: number, plainBytes: number): boolean {
  return packedBytes < plainBytes * worthwhile;
}

/** How many bytes a stream comes to, packed. */
export async function packedLength(body: ReadableStream<Uint8Array>): Promise<number> {
  let lengthBytes = 0;
  const packed = body.pipeThrough(new CompressionStream(method) as never) as ReadableStream;
  for await (const piece of piecesOf(packed)) lengthBytes += piece.length;
  return lengthBytes;
}

/** The MD5 of what is in packed bytes in hand, however much that is. Throws where they do not open. */
export async function digestOpened(
  packed: Uint8Array,
): Promise<{ readonly lengthBytes: number; readonly md5: Uint8Array }> {
  const stream = new DecompressionStream(method);
  const writer = stream.writable.getWriter();
  const written = writer.write(packed as Uint8Array<ArrayBuffer>).then(() => writer.close());
  // Looked at below; until then a failure must not count as unhandled.
  written.catch(() => undefined);
  const hasher = createHasher("MD5");
  let lengthBytes = 0;
  for await (const piece of piecesOf(stream.readable)) {
    lengthBytes += piece.length;
    hasher.update(piece);
  }
  await written;
  return { lengthBytes, md5: hasher.digest() };
}

/** The runtime's own pieces are of 4 KiB: larger ones cost fewer turns of the event loop. */
const pieceBytes = 64 * 1024;

/** A stream of the runtime's, in large pieces. Each is valid until the next one. */
async function* piecesOf(stream: ReadableStream): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader({ mode: "byob" });
  let buffer = new ArrayBuffer(pieceBytes);
  try {
    for (;;) {
      const { value } = await reader.readAtLeast(pieceBytes, new Uint8Array(buffer));
      if (value === undefined || value.length === 0) return;
      yield value;
      buffer = value.buffer as ArrayBuffer;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** The bytes of a packed blob's stream, opened. */
export function unpackStream(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  return body.pipeThrough(new DecompressionStream(method) as never);
}

/** A feed, packed piece by piece. The pieces are valid until the next one. */
export async function* packFeed(feed: Feed): AsyncGenerator<Uint8Array> {
  const stream = new CompressionStream(method);
  const filled = fill(stream, feed);
  // Looked at below; until then a failure must not count as unhandled.
  filled.catch(() => undefined);
  try {
    yield* piecesOf(stream.readable);
  } finally {
    await filled;
  }
}

async function fill(stream: CompressionStream, feed: Feed): Promise<void> {
  const writer = stream.writable.getWriter();
  try {
    for (let left = feed.lengthBytes; left > 0; ) {
      const chunk = await feed.take(left);
      left -= chunk.length;
      // The feed may use its buffer again before the packer has looked at it.
      await writer.write(chunk.slice());
    }
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => undefined);
    throw error;
  }
}

/** As `digestBlob`, of the bytes in a packed blob. Throws where they do not unpack. */
export async function digestUnpacked(
  env: Env,
  blob: string,
  algorithms: readonly ChecksumAlgorithm[],
): Promise<BlobDigests | null> {
  try {
    const object = await storeOf(env, blob).get(blob);
    if (object === null) return null;
    const hashers = new Map([...new Set(algorithms)].map((name) => [name, createHasher(name)]));
    let lengthBytes = 0;
    for await (const piece of piecesOf(unpackStream(object.body))) {
      lengthBytes += piece.length;
      for (const hasher of hashers.values()) hasher.update(piece);
    }
    const digests = new Map([...hashers].map(([name, hasher]) => [name, hasher.digest()]));
    return { lengthBytes, digests };
  } catch (error) {
    throw translateStoreError(error);
  }
}
