// What the storage tests share: recognisable bytes, sources that misbehave, and stores that fail.

import { env } from "cloudflare:test";
import type { Env } from "../../src/env.ts";
import type { ByteSource } from "../../src/s3/byte-source.ts";

/** Bytes that differ at every offset and between seeds, so that a shifted copy is not equal. */
export function patternedBytes(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index += 1) {
    bytes[index] = (index * 31 + (index >>> 8) * 17 + seed * 101) & 0xff;
  }
  return bytes;
}

/** Which of a store's methods a test replaces. */
export type StoreFaults = Partial<Pick<R2Bucket, "delete" | "head" | "list">> & {
  get?: (key: string, options?: R2GetOptions) => Promise<R2ObjectBody | null>;
  put?: (
    key: string,
    value: ReadableStream | ArrayBufferView,
    options?: R2PutOptions,
  ) => Promise<R2Object | null>;
  createMultipartUpload?: R2Bucket["createMultipartUpload"];
};

/** The store, with some of its methods replaced. */
export function storeThat(store: R2Bucket, faults: StoreFaults): R2Bucket {
  return new Proxy(store, {
    get(target, name) {
      const fault: unknown = Reflect.get(faults, name);
      if (fault !== undefined) return fault;
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

export function withStandard(store: R2Bucket): Env {
  return { ...env, STORE_STANDARD: store };
}

/** How a source strays from what it announced. */
export interface SourceFault {
  /** Announced length; the true one when absent. */
  readonly length?: number;
  /** Thrown instead of the piece that would begin at or after this offset. */
  readonly failsAt?: { readonly offset: number; readonly error: Error };
  readonly trailers?: ReadonlyMap<string, string>;
}

/** A source of `bytes` in pieces that share one buffer, as the contract of ByteSource allows. */
export function pieceSource(
  bytes: Uint8Array,
  pieceBytes: number,
  fault: SourceFault = {},
): ByteSource & { isCancelled(): boolean } {
  const buffer = new Uint8Array(pieceBytes);
  let offset = 0;
  let isCancelled = false;
  const read = async () => {
    const { failsAt } = fault;
    if (failsAt !== undefined && offset >= failsAt.offset) throw failsAt.error;
    if (offset >= bytes.length) {
      buffer.fill(0xee);
      return null;
    }
    const piece = bytes.subarray(offset, offset + pieceBytes);
    offset += piece.length;
    buffer.set(piece);
    return buffer.subarray(0, piece.length);
  };
  return {
    length: fault.length ?? bytes.length,
    read,
    readAll: async () => {
      while ((await read()) !== null);
      return bytes;
    },
    trailers: () => fault.trailers ?? new Map(),
    cancel: async () => {
      isCancelled = true;
    },
    isCancelled: () => isCancelled,
  };
}
