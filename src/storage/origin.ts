// What every blob says about itself, in R2's custom metadata: whose bytes these are and what the
// index knew of them, enough to rebuild an index from the stores (faults.md D49). Printable ASCII
// only, within R2's bound; what does not fit is left out and named, never cut in the middle.

import type { StorageClass } from "../s3/content.ts";
import { S3Error } from "../s3/errors.ts";

/** What a writer says of a blob's place. A version's own bytes, or one part of an upload. */
export interface BlobOrigin {
  readonly bucketId: string;
  readonly key: string;
  /** Set for the content of a version, as the index will call it. */
  readonly versionId?: string;
  /** Whether the bucket will show the version as `null`, as far as its writer knew. */
  readonly isNull?: boolean;
  /** Set, both, for an uploaded part. */
  readonly uploadId?: string;
  readonly partNumber?: number;
  /** Headers, user metadata, tags, lock and the like: the version's detail, as JSON takes it. */
  readonly detail?: object;
}

/** A blob's origin as read back. */
export interface ReadOrigin extends Omit<BlobOrigin, "detail"> {
  readonly storageClass: string;
  /** `CRC32` or, when it was known before the bytes were stored, `CRC32=NSRBwg==`. */
  readonly checksum: string;
  readonly detail: Readonly<Record<string, unknown>>;
  /** Of encrypted blobs: the stream headers of its layers. */
  readonly sealed?: string;
  /** Of packed blobs: how, and what of (`packing.ts`). */
  readonly packed?: string;
  /** Fields of the detail that did not fit. */
  readonly left: readonly string[];
}

/** Names and values together: https://developers.cloudflare.com/r2/platform/limits/ */
const maximumMetadataBytes = 8192;
/** S3's own bound is 2 KB: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html */
const remoteMetadataBytes = 2000;

/** Room for the names of what is left out. */
const leftBytes = 100;

/** Given up in this order: what a rebuilt object can best do without comes first. */
const dispensable = ["acl", "tags", "metadata", "headers"] as const;

/**
 * The custom metadata of a blob: plain ASCII names and values of at most 8,192 bytes in all, 2,000 at
 * another S3 endpoint. Throws KeyTooLongError where not even the key fits there: bytes that do not
 * tell whose they are would be swept.
 */
export function encodeOrigin(
  origin: BlobOrigin,
  facts: { storageClass: StorageClass; checksum: string; sealed?: string; packed?: string },
  isRemote = false,
): Record<string, string> {
  const fixed: Record<string, string> = {
    bucket: origin.bucketId,
    key: escapeText(origin.key),
    class: facts.storageClass,
    checksum: facts.checksum,
    ...(facts.sealed !== undefined && { sealed: facts.sealed }),
    ...(facts.packed !== undefined && { packed: facts.packed }),
  };
  if (origin.versionId !== undefined) fixed["version"] = origin.versionId;
  if (origin.isNull !== undefined) fixed["null"] = origin.isNull ? "1" : "0";
  if (origin.uploadId !== undefined) fixed["upload"] = origin.uploadId;
  if (origin.partNumber !== undefined) fixed["part"] = String(origin.partNumber);
  const bound = isRemote ? remoteMetadataBytes : maximumMetadataBytes;
  if (sizeOf(fixed) + leftBytes > bound) throw new S3Error("KeyTooLongError");
  const detail = new Map(Object.entries(origin.detail ?? {}));
  if (detail.size === 0) return fixed;
  const left: string[] = [];
  for (const field of dispensable) {
    const metadata = withDetail(fixed, detail, left);
    if (sizeOf(metadata) <= bound) return metadata;
    if (detail.delete(field)) left.push(field);
  }
  const metadata = withDetail(fixed, detail, left);
  if (sizeOf(metadata) <= bound) return metadata;
  return { ...fixed, left: [...left, ...detail.keys()].join() };
}

/** The origin of a stored blob, or `null` where the metadata was not written by this program. */
export function decodeOrigin(metadata: Readonly<Record<string, string>>): ReadOrigin | null {
  const { bucket, key, checksum, version, upload, part, sealed, packed, left } = metadata;
  const { class: storageClass, null: isNull } = metadata;
  if (bucket === undefined || key === undefined) return null;
  if (storageClass === undefined || checksum === undefined) return null;
  try {
    return {
      bucketId: bucket,
      key: decodeURIComponent(key),
      storageClass,
      checksum,
      ...(version !== undefined && { versionId: version }),
      ...(isNull !== undefined && { isNull: isNull === "1" }),
      ...(upload !== undefined && { uploadId: upload }),
      ...(part !== undefined && { partNumber: Number(part) }),
      ...(sealed !== undefined && { sealed }),
      ...(packed !== undefined && { packed }),
      detail: parseDetail(metadata["detail"]),
      left: left === undefined ? [] : left.split(","),
    };
  } catch {
    // Broken escapes or JSON: somebody else's object, or somebody changed ours.
    return null;
  }
}

function withDetail(
  fixed: Readonly<Record<string, string>>,
  detail: ReadonlyMap<string, unknown>,
  left: readonly string[],
): Record<string, string> {
  const json = asciiJson(Object.fromEntries(detail));
  return { ...fixed, detail: json, ...(left.length > 0 && { left: left.join() }) };
}

function parseDetail(text: string | undefined): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text ?? "{}");
  if (typeof value !== "object" || value === null) throw new SyntaxError("not a detail");
  return Object.fromEntries(Object.entries(value));
}

/** Percent-encodes all but printable ASCII without `%`: at most three times the key's bytes. */
function escapeText(text: string): string {
  return text.replace(/[^!-$&-~]+/g, encodeURIComponent);
}

function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** In bytes, which ASCII has one of per character. */
function sizeOf(metadata: Readonly<Record<string, string>>): number {
  return Object.entries(metadata).reduce(
    (sum, [name, value]) => sum + name.length + value.length,
    0,
  );
}
