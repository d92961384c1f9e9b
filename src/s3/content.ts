// The vocabulary of stored content, shared by the index (which counts references) and the stores
// (which hold the bytes): storage classes, segments, ids. Pure.

/** The storage classes this deployment keeps (`storage/classes.ts` maps each to its stores). */
export const storageClasses = [
  "STANDARD",
  "REDUCED_REDUNDANCY",
  "INTELLIGENT_TIERING",
  "STANDARD_IA",
  "ONEZONE_IA",
  "GLACIER_IR",
  "GLACIER",
  "DEEP_ARCHIVE",
] as const;

export type StorageClass = (typeof storageClasses)[number];

/** `length` bytes of the blob `blob`, from byte `offset`. */
export interface Segment {
  readonly blob: string;
  readonly offset: number;
  readonly length: number;
}

/**
 * Names a version's bytes: a blob id (first character a digit) or the id of the upload whose parts
 * make it up (first character `u`), called a manifest then. Never reused.
 */
export type ContentId = string;

export type ChecksumAlgorithm =
  | "CRC32"
  | "CRC32C"
  | "CRC64NVME"
  | "SHA1"
  | "SHA256"
  | "SHA512"
  | "MD5"
  | "XXHASH64"
  | "XXHASH3"
  | "XXHASH128";

export type ChecksumType = "FULL_OBJECT" | "COMPOSITE";

/** A checksum as S3 shows it: base64, with `-N` behind it when composite over N parts. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly type: ChecksumType;
  readonly value: string;
}
