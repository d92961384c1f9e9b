// The bytes: writes a blob and answers for its size and digests, reads, deletes and lists blobs.
// Knows nothing of keys or versions beyond the origin it writes beside the bytes. Whatever fails,
// no blob is left that the caller was not told of, as far as the store answers; what is lost in
// between the sweeper finds by its id.

import { encodeChecksum } from "../checksums/algorithms.ts";
import { createHasher } from "../checksums/hashers.ts";
import type { ChecksumPlan } from "../checksums/plan.ts";
import type { Env, Seams } from "../env.ts";
import type { ByteSource } from "../s3/byte-source.ts";
import type { ChecksumAlgorithm, StorageClass } from "../s3/content.ts";
import { S3Error } from "../s3/errors.ts";
import { isBlobId, newBlobId, storeNumberOf } from "../s3/ids.ts";
import type { StoredObject } from "./blob-store.ts";
import { chooseStore, factsOfClass, storeByNumber, storeOf } from "./classes.ts";
import {
  type ContentKeys,
  newHeaders,
  sealBytes,
  sealedLength,
  sealFeed,
} from "./encryption/content-keys.ts";
import { type Feed, hashedFeed } from "./encryption/feeds.ts";
import { Intake } from "./intake.ts";
import { type BlobOrigin, decodeOrigin, encodeOrigin, type ReadOrigin } from "./origin.ts";
import { createOnly, type PutTarget, putInParts, putWhole } from "./put-stream.ts";
import { BlobsRemainError, translateStoreError } from "./store-errors.ts";

export type { ContentKeys } from "./encryption/content-keys.ts";
export type { BlobOrigin } from "./origin.ts";
export { type Content, readSegments } from "./segments.ts";
export { BlobsRemainError, MissingBlobError } from "./store-errors.ts";

const mebibyte = 1024 * 1024;
const gibibyte = 1024 * mebibyte;

/** The sizes at which the way of writing changes, in bytes. */
export interface WriteLimits {
  /** Up to here a body is held in memory and verified before the store is touched. */
  readonly smallBytes: number;
  /** R2's bound for one put. */
  readonly singlePutBytes: number;
  /** Part size beyond that; at 10,000 parts of 1 GiB, R2's bound of 5 TiB comes first. */
  readonly partBytes: number;
}

/**
 * Measured in workerd: holding the body saves 6 to 8 % of a put's CPU up to 1 MiB and nothing above,
 * and an isolate of 128 MB holds enough of them. Letting R2 verify a SHA-256 (its `sha256` option)
 * saved nothing against hashing here, so every digest is computed in one way.
 */
export const writeLimits: WriteLimits = {
  smallBytes: mebibyte,
  singlePutBytes: 5 * gibibyte - 5 * mebibyte,
  partBytes: gibibyte,
};

/** How a blob is to be written. */
export interface BlobWish {
  readonly storageClass: StorageClass;
  readonly seams: Seams;
  /** What to compute, and what the client said it must be. */
  readonly plan: ChecksumPlan;
  readonly origin: BlobOrigin;
  /** Present: the store is given ciphertext only. Lengths and digests stay those of the plaintext. */
  readonly keys?: ContentKeys;
}

/** A blob that is stored whole and verified. Nobody knows of it until the index does. */
export interface StoredBlob {
  readonly blob: string;
  /** Of the plaintext. */
  readonly sizeBytes: number;
  /** The ETag, without quotes: of the bytes as the store has them, of ciphertext when encrypted. */
  readonly md5Hex: string;
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly valueBase64: string };
}

/** A blob as its store lists it. */
export interface ListedBlob {
  readonly blob: string;
  readonly sizeBytes: number;
  readonly storedAtMs: number;
  /** Absent for blobs that R2 received in parts. */
  readonly md5Hex?: string;
  /** `null` when the metadata is not this program's. */
  readonly origin: ReadOrigin | null;
}

/**
 * Stores the source under a fresh id in a store of the class, create-only, and verifies length and
 * digests before the store can keep it. Throws what the source throws, BadDigest and its kin from
 * the plan, IncompleteBody, SlowDown, InternalError; then the blob is gone and the source
 * cancelled.
 */
export async function writeBlob(
  env: Env,
  source: ByteSource,
  wish: BlobWish,
  limits: WriteLimits = writeLimits,
): Promise<StoredBlob> {
  try {
    if (source.length <= limits.smallBytes) return await writeSmall(env, source, wish);
    return await writeLarge(env, source, { wish, limits });
  } catch (error) {
    await source.cancel();
    throw translateStoreError(error);
  }
}

/** Bytes are in hand, so a taken id costs nothing: another is tried. */
const smallAttempts = 3;

async function writeSmall(env: Env, source: ByteSource, wish: BlobWish): Promise<StoredBlob> {
  const { plan, keys } = wish;
  const intake = new Intake(source, plan, false);
  const plaintext = await intake.all();
  const digest = intake.computed.checksum;
  const seal = keys && newHeaders(keys, wish.seams.randomBytes);
  const bytes =
    keys === undefined || seal === undefined ? plaintext : await sealBytes(keys, plaintext, seal);
  for (let attempt = 0; attempt < smallAttempts; attempt += 1) {
    const target = freshTarget(env, wish, { sizeBytes: bytes.length, digest, seal });
    const { store, blob, options } = target;
    const put = () => store.put(blob, bytes, { ...options, onlyIf: createOnly });
    const object = await undoOnFailure(target, put);
    if (object !== null) return storedBlob(object, intake, { plan, md5: ownMd5(intake, keys) });
  }
  throw idTaken();
}

async function writeLarge(
  env: Env,
  source: ByteSource,
  { wish, limits }: { wish: BlobWish; limits: WriteLimits },
): Promise<StoredBlob> {
  const { plan, keys } = wish;
  const sizeBytes = keys === undefined ? source.length : sealedLength(keys, source.length);
  const isInParts = sizeBytes > limits.singlePutBytes;
  const intake = new Intake(source, plan, isInParts && keys === undefined);
  const digest = plan.expected === undefined ? undefined : encodeChecksum(plan.expected);
  const seal = keys && newHeaders(keys, wish.seams.randomBytes);
  const target = freshTarget(env, wish, { sizeBytes, digest, seal });
  let feed: Feed = intake;
  // Of parts R2 tells no MD5, and the intake has only seen the plaintext.
  const md5 = isInParts && keys !== undefined ? createHasher("MD5") : undefined;
  if (keys !== undefined && seal !== undefined) feed = await sealFeed(keys, intake, seal);
  if (md5 !== undefined) feed = hashedFeed(feed, md5);
  const object = await undoOnFailure(target, () =>
    isInParts ? putInParts(feed, target, limits.partBytes) : putWhole(feed, target),
  );
  if (object === null) throw idTaken();
  return storedBlob(object, intake, { plan, md5: md5?.digest() ?? ownMd5(intake, keys) });
}

/** The MD5 that the intake computed, where that is the MD5 of what was stored. */
function ownMd5(intake: Intake, keys: ContentKeys | undefined): Uint8Array | undefined {
  return keys === undefined ? intake.computed.md5 : undefined;
}

function freshTarget(
  env: Env,
  { storageClass, seams, plan, origin }: BlobWish,
  facts: { sizeBytes: number; digest: string | undefined; seal: string | undefined },
): PutTarget {
  const { sizeBytes, digest, seal } = facts;
  const nowMs = seams.now();
  const { number, store, isRemote } = chooseStore(env, storageClass, nowMs);
  // A digest of the plaintext would tell whoever can read the store what the ciphertext hides.
  const isShown = digest !== undefined && seal === undefined;
  const checksum = isShown ? `${plan.algorithm}=${digest}` : plan.algorithm;
  const metadata = encodeOrigin(
    origin,
    {
      storageClass,
      checksum,
      ...(seal !== undefined && { sealed: seal }),
    },
    isRemote,
  );
  return {
    store,
    blob: newBlobId(number, nowMs, seams.randomBytes),
    sizeBytes,
    options: {
      customMetadata: metadata,
      storageClass: factsOfClass(storageClass).r2StorageClass,
    },
  };
}

/**
 * Runs the put. When it throws, nobody knows whether the store has the bytes: the blob is deleted.
 * An answer of `null` means that the id belongs to other bytes, which must stay.
 */
async function undoOnFailure(
  { store, blob, sizeBytes }: PutTarget,
  put: () => Promise<StoredObject | null>,
): Promise<StoredObject | null> {
  try {
    const object = await put();
    if (object !== null && object.size !== sizeBytes) {
      throw new RangeError(`the store kept ${object.size} bytes of ${sizeBytes}`);
    }
    return object;
  } catch (error) {
    // When the store refuses this too, the sweeper finds the blob: no version will name it.
    await store.delete(blob).catch(() => undefined);
    throw error;
  }
}

function storedBlob(
  object: StoredObject,
  intake: Intake,
  { plan, md5 }: { plan: ChecksumPlan; md5: Uint8Array | undefined },
): StoredBlob {
  return {
    blob: object.key,
    sizeBytes: intake.lengthBytes,
    // R2 hashes every single put with MD5 anyway, so here it costs nothing. Of parts it tells none.
    md5Hex: md5 === undefined ? (object.checksums.toJSON().md5 ?? object.etag) : toHex(md5),
    checksum: {
      algorithm: plan.algorithm,
      valueBase64: intake.computed.checksum,
    },
  };
}

function idTaken(): S3Error {
  return new S3Error("InternalError", undefined, { cause: new Error("a blob id was taken") });
}

/** R2 removes up to this many names in one call. */
const deletesPerCall = 1000;

/**
 * Removes the blobs; those that are gone already count as removed. Every store is tried: where one
 * fails, BlobsRemainError names the blobs that may still stand.
 */
export async function deleteBlobs(env: Env, blobs: readonly string[]): Promise<void> {
  const remaining: string[] = [];
  let cause: unknown;
  for (const [storeNumber, own] of Map.groupBy(blobs, storeNumberOf)) {
    const store = storeByNumber(env, storeNumber);
    for (let start = 0; start < own.length; start += deletesPerCall) {
      const batch = own.slice(start, start + deletesPerCall);
      await store.delete(batch).catch((error: unknown) => {
        remaining.push(...batch);
        cause = error;
      });
    }
  }
  if (remaining.length > 0) throw new BlobsRemainError(remaining, translateStoreError(cause));
}

/** What the store knows of the blob, or `null` when it has none. Throws SlowDown, InternalError. */
export async function headBlob(env: Env, blob: string): Promise<ListedBlob | null> {
  const object = await storeOf(env, blob).head(blob).catch(failAsStoreError);
  return object === null ? null : listedBlob(object);
}

/**
 * A page of a store's blobs in the order of their ids, oldest first. `after` is the `next` of the
 * page before (a name, not a lease: it may be kept for days). Objects that are not blobs are passed
 * over.
 */
export async function listBlobs(
  env: Env,
  storeNumber: number,
  after: string | undefined,
  limit: number,
): Promise<{ readonly blobs: readonly ListedBlob[]; readonly next?: string }> {
  const page = await storeByNumber(env, storeNumber)
    .list({ limit, include: ["customMetadata"], ...(after !== undefined && { startAfter: after }) })
    .catch(failAsStoreError);
  const blobs = page.objects.filter(({ key }) => isBlobId(key)).map(listedBlob);
  const last = page.objects.at(-1)?.key;
  return page.truncated && last !== undefined ? { blobs, next: last } : { blobs };
}

function listedBlob(object: StoredObject): ListedBlob {
  const { md5 } = object.checksums.toJSON();
  return {
    blob: object.key,
    sizeBytes: object.size,
    storedAtMs: object.uploaded.getTime(),
    ...(md5 !== undefined && { md5Hex: md5 }),
    origin: decodeOrigin(object.customMetadata ?? {}),
  };
}

function failAsStoreError(error: unknown): never {
  throw translateStoreError(error);
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
