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

/** Bytes in hand, packed. */
export async function packBytes(bytes: Uint8Array): Promise<Uint8Array> {
  return pourThrough(bytes, new CompressionStream(method));
}

/** Packed bytes in hand, opened. Throws for bytes that are not what was packed. */
export async function unpackBytes(bytes: Uint8Array): Promise<Uint8Array> {
  return pourThrough(bytes, new DecompressionStream(method));
}

async function pourThrough(bytes: Uint8Array, stream: CompressionStream | DecompressionStream) {
  const writer = stream.writable.getWriter();
  const written = writer.write(bytes as Uint8Array<ArrayBuffer>).then(() => writer.close());
  const [poured] = await Promise.all([new Response(stream.readable).arrayBuffer(), written]);
  return new Uint8Array(poured);
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
    for await (const piece of stream.readable as AsyncIterable<Uint8Array>) yield piece;
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
    for await (const piece of unpackStream(object.body) as AsyncIterable<Uint8Array>) {
      lengthBytes += piece.length;
      for (const hasher of hashers.values()) hasher.update(piece);
    }
    const digests = new Map([...hashers].map(([name, hasher]) => [name, hasher.digest()]));
    return { lengthBytes, digests };
  } catch (error) {
    throw translateStoreError(error);
  }
}
