// Byte sources that do not come from a client: bytes in hand, and content that is already stored.
// For copies that must move bytes (to another bucket or class), and for the upkeep.

import type { Env } from "../env.ts";
import type { ByteSource } from "../s3/byte-source.ts";
import type { Segment } from "../s3/content.ts";
import { S3Error } from "../s3/errors.ts";
import type { ContentKeys } from "./encryption/content-keys.ts";
import { readSegments } from "./segments.ts";
import { translateStoreError } from "./store-errors.ts";

const noTrailers: ReadonlyMap<string, string> = new Map();

/** A source of the bytes given, which are not copied. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  let isDone = bytes.length === 0;
  const next = () => {
    const chunk = isDone ? null : bytes;
    isDone = true;
    return chunk;
  };
  return {
    length: bytes.length,
    read: async () => next(),
    readAll: async () => next() ?? new Uint8Array(0),
    trailers: () => noTrailers,
    cancel: async () => {
      isDone = true;
    },
  };
}

/** Fewer, larger reads cost less than many small ones: each one is a turn of the event loop. */
const readBytes = 256 * 1024;

/**
 * A source of stored content. Opens the first blob at the first read and throws as `readSegments`
 * does: MissingBlobError, SlowDown, InternalError; content that ends early is an InternalError.
 */
export function segmentsSource(
  env: Env,
  segments: readonly Segment[],
  keys?: ContentKeys,
): ByteSource {
  const length = segments.reduce((sum, segment) => sum + segment.length, 0);
  let reader: ReadableStreamBYOBReader | undefined;
  let buffer: ArrayBuffer = new ArrayBuffer(Math.min(length, readBytes));
  let left = length;
  const read = async () => {
    if (left === 0) return null;
    reader ??= (await readSegments(env, segments, keys)).body.getReader({ mode: "byob" });
    const least = Math.min(buffer.byteLength, left);
    const { value } = await reader.readAtLeast(least, new Uint8Array(buffer)).catch(failed);
    if (value === undefined || value.length === 0) throw endedEarly();
    buffer = value.buffer;
    left -= value.length;
    return value;
  };
  return {
    length,
    read,
    readAll: async () => {
      const bytes = new Uint8Array(length);
      for (let chunk = await read(); chunk !== null; chunk = await read()) {
        bytes.set(chunk, length - left - chunk.length);
      }
      return bytes;
    },
    trailers: () => noTrailers,
    cancel: async () => {
      left = 0;
      await reader?.cancel().catch(() => undefined);
    },
  };
}

function failed(error: unknown): never {
  throw translateStoreError(error);
}

function endedEarly(): S3Error {
  return new S3Error("InternalError", undefined, {
    cause: new Error("stored content ended early"),
  });
}
