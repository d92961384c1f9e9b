// The checksum of a multipart object from those of its parts, without reading a byte again: CRCs
// combine to the CRC of the whole object; anything else is a digest of digests. Also the ETag.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html

import { createHash } from "node:crypto";
import type { ChecksumAlgorithm } from "../s3/content.ts";
import { encodeChecksum } from "./algorithms.ts";
import { engine } from "./engine.ts";
import { createHasher } from "./hashers.ts";

/** The algorithms whose parts combine to the checksum of the full object. */
export type FullObjectAlgorithm = "CRC32" | "CRC32C" | "CRC64NVME";

export interface PartChecksum {
  readonly value: Uint8Array;
  /** Below 2^53. */
  readonly lengthBytes: number;
}

/**
 * Combines the checksums of parts, in order, to that of their concatenation: the same bytes as
 * hashing the whole. Cost per part grows with the logarithm of its length (about 1 microsecond).
 */
export function combineFullObject(
  algorithm: FullObjectAlgorithm,
  parts: readonly PartChecksum[],
): Uint8Array {
  if (algorithm === "CRC64NVME") return combine64(parts);
  return combine32(algorithm === "CRC32" ? engine.crc32Combine : engine.crc32cCombine, parts);
}

function combine32(
  step: (first: number, second: number, lengthBytes: bigint) => number,
  parts: readonly PartChecksum[],
): Uint8Array {
  const digest = new Uint8Array(4);
  const view = new DataView(digest.buffer);
  for (const { value, lengthBytes } of parts) {
    const second = new DataView(value.buffer, value.byteOffset, 4).getInt32(0);
    view.setInt32(0, step(view.getInt32(0), second, BigInt(lengthBytes)));
  }
  return digest;
}

function combine64(parts: readonly PartChecksum[]): Uint8Array {
  const digest = new Uint8Array(8);
  const view = new DataView(digest.buffer);
  for (const { value, lengthBytes } of parts) {
    const second = new DataView(value.buffer, value.byteOffset, 8).getBigInt64(0);
    const sum = engine.crc64nvmeCombine(view.getBigInt64(0), second, BigInt(lengthBytes));
    view.setBigInt64(0, sum);
  }
  return digest;
}

/** Hashes the digests of the parts, in order; show it with `encodeComposite`. */
export function combineComposite(
  algorithm: ChecksumAlgorithm,
  parts: readonly Uint8Array[],
): Uint8Array {
  const hasher = createHasher(algorithm);
  for (const part of parts) hasher.update(part);
  return hasher.digest();
}

/** Renders a composite checksum as S3 shows it: base64, a hyphen, the number of parts. */
export function encodeComposite(value: Uint8Array, partsCount: number): string {
  return `${encodeChecksum(value)}-${partsCount}`;
}

/** The ETag, without quotes, of an object made of parts with these MD5s (hex, in order). */
export function multipartEtag(md5Hexes: readonly string[]): string {
  const hash = createHash("md5");
  for (const md5Hex of md5Hexes) hash.update(md5Hex, "hex");
  return `${hash.digest("hex")}-${md5Hexes.length}`;
}
