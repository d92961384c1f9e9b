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

/**
 * Where Intelligent-Tiering keeps an object that is not accessed often; absent: the frequent access
 * tier. The class that clients see stays INTELLIGENT_TIERING.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/intelligent-tiering-overview.html
 */
export const accessTiers = ["INFREQUENT", "ARCHIVE_INSTANT", "ARCHIVE", "DEEP_ARCHIVE"] as const;

export type AccessTier = (typeof accessTiers)[number];

/** A place for a version: the class it shows, and for Intelligent-Tiering the tier behind it. */
export interface Destination {
  readonly storageClass: StorageClass;
  readonly tier?: AccessTier;
}

const classOfTier: Readonly<Record<AccessTier, StorageClass>> = {
  INFREQUENT: "STANDARD_IA",
  ARCHIVE_INSTANT: "GLACIER_IR",
  ARCHIVE: "GLACIER",
  DEEP_ARCHIVE: "DEEP_ARCHIVE",
};

/** The class whose stores hold the bytes: the one shown, unless a tier says otherwise. */
export function holdingClass({ storageClass, tier }: Destination): StorageClass {
  return tier === undefined ? storageClass : classOfTier[tier];
}

/** Whether the bytes are out of reach until they are restored. */
export function isArchived(place: Destination): boolean {
  const holding = holdingClass(place);
  return holding === "GLACIER" || holding === "DEEP_ARCHIVE";
}
