// The closed list of S3's checksum algorithms: their names on the wire, how long a digest is, and
// how one travels as text. Computes nothing.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html

import { Buffer } from "node:buffer";
import type { ChecksumAlgorithm } from "../s3/content.ts";

/** In the order in which S3 lists them in its error messages. */
const lengths: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  MD5: 16,
  SHA1: 20,
  SHA256: 32,
  SHA512: 64,
  XXHASH128: 16,
  XXHASH3: 8,
  XXHASH64: 8,
};

export const checksumAlgorithms = Object.keys(lengths) as readonly ChecksumAlgorithm[];

/** What S3 computes and keeps when the client names no algorithm. */
export const defaultChecksumAlgorithm: ChecksumAlgorithm = "CRC64NVME";

const byHeader: ReadonlyMap<string, ChecksumAlgorithm> = new Map(
  checksumAlgorithms.map((algorithm) => [checksumHeader(algorithm), algorithm]),
);

/** Tells the length of a digest in bytes. */
export function checksumLengthBytes(algorithm: ChecksumAlgorithm): number {
  return lengths[algorithm];
}

/** Names the header (or trailer) that carries a value: `x-amz-checksum-crc32`. */
export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** Finds the algorithm of a header or trailer name, given in lower case. */
export function algorithmOfHeader(name: string): ChecksumAlgorithm | undefined {
  return byHeader.get(name);
}

/** Parses an algorithm's name in any case, as S3 does: `crc32` is CRC32. */
export function parseChecksumAlgorithm(text: string): ChecksumAlgorithm | undefined {
  const name = text.toUpperCase();
  return checksumAlgorithms.find((algorithm) => algorithm === name);
}

/** Renders a digest as S3 shows it: standard base64 of the big-endian bytes. */
export function encodeChecksum(value: Uint8Array): string {
  return value.toBase64();
}

/**
 * Parses a digest of `algorithm`. Undefined for another length, another alphabet, missing padding
 * or stray bits behind the last byte (`y/Q5Jh==`): S3 refuses all of them.
 */
export function decodeChecksum(algorithm: ChecksumAlgorithm, text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length !== lengths[algorithm] || bytes.toString("base64") !== text) return undefined;
  return new Uint8Array(bytes);
}

/** Tells whether two digests are the same bytes. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
