// Streaming hashers for every S3 checksum: synchronous, incremental, any number alive at once. One
// that is dropped half way costs nothing but its own garbage.
//
// MiB per CPU second inside workerd, in pieces of 64 KiB and of 4 KiB (Xeon, 2026-11-22): CRC32
// 17800 and 7200 (node:zlib; 7900 and 4500 as WebAssembly), CRC32C 9800 and 5800, CRC64NVME 6700
// and 2000, XXH 11600 to 14200 and 9800 to 10700, SHA1 2100, SHA256 1850, MD5 800, SHA512 740 at
// any size.

import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { ChecksumAlgorithm } from "../s3/content.ts";
import { checksumLengthBytes } from "./algorithms.ts";
import {
  engine,
  feed,
  loadState,
  readOutput,
  type StatefulHash,
  saveState,
  saveStateTo,
  xxh3,
  xxh64,
  xxh128,
} from "./engine.ts";

export interface Hasher {
  /** Takes the next bytes. They are not kept: the caller may reuse the memory. */
  update(bytes: Uint8Array): void;
  /** The digest of everything taken, big endian. Call it once, last. */
  digest(): Uint8Array;
}

/** Starts a hasher. */
export function createHasher(algorithm: ChecksumAlgorithm): Hasher {
  switch (algorithm) {
    case "CRC32":
      return zlibHasher();
    case "CRC32C":
      return crc32cHasher();
    case "CRC64NVME":
      return crc64Hasher();
    case "MD5":
    case "SHA1":
    case "SHA256":
    case "SHA512":
      return nodeHasher(algorithm);
    case "XXHASH64":
      return statefulHasher(xxh64, checksumLengthBytes(algorithm));
    case "XXHASH3":
      return statefulHasher(xxh3, checksumLengthBytes(algorithm));
    case "XXHASH128":
      return statefulHasher(xxh128, checksumLengthBytes(algorithm));
  }
}

/** Hashes bytes that are all there. */
export function hashBytes(algorithm: ChecksumAlgorithm, bytes: Uint8Array): Uint8Array {
  const hasher = createHasher(algorithm);
  hasher.update(bytes);
  return hasher.digest();
}

function nodeHasher(algorithm: "MD5" | "SHA1" | "SHA256" | "SHA512"): Hasher {
  const hash = createHash(algorithm.toLowerCase());
  return {
    update: (bytes) => {
      hash.update(bytes);
    },
    digest: () => new Uint8Array(hash.digest()),
  };
}

function zlibHasher(): Hasher {
  let sum = 0;
  return {
    update: (bytes) => {
      sum = crc32(bytes, sum);
    },
    digest: () => {
      const digest = new Uint8Array(4);
      new DataView(digest.buffer).setUint32(0, sum);
      return digest;
    },
  };
}

/** A CRC's register starts and ends complemented. */
function crc32cHasher(): Hasher {
  let register = -1;
  return {
    update: (bytes) => {
      feed(bytes, (lengthBytes) => {
        register = engine.crc32c(register, lengthBytes);
      });
    },
    digest: () => {
      const digest = new Uint8Array(4);
      new DataView(digest.buffer).setInt32(0, ~register);
      return digest;
    },
  };
}

function crc64Hasher(): Hasher {
  let register = -1n;
  return {
    update: (bytes) => {
      feed(bytes, (lengthBytes) => {
        register = engine.crc64nvme(register, lengthBytes);
      });
    },
    digest: () => {
      const digest = new Uint8Array(8);
      new DataView(digest.buffer).setBigInt64(0, ~register);
      return digest;
    },
  };
}

/** The state lives here, 336 bytes, and visits the engine for the length of a call. */
function statefulHasher(hash: StatefulHash, digestLength: number): Hasher {
  hash.reset();
  const state = saveState();
  return {
    update: (bytes) => {
      loadState(state);
      feed(bytes, hash.update);
      saveStateTo(state);
    },
    digest: () => {
      loadState(state);
      hash.digest();
      return readOutput(digestLength);
    },
  };
}
