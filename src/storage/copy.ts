// Copies stored bytes into another store, as they are: plain bytes stay plain, ciphertext stays
// ciphertext. What was read is compared with what was recorded, and what was stored with what was read,
// before anybody is told of the copy (faults.md D21). Bounded memory; whatever fails, the copy is gone
// as far as its store answers.

import { decodeChecksum, equalBytes } from "../checksums/algorithms.ts";
import { createHasher } from "../checksums/hashers.ts";
import type { Env, Seams } from "../env.ts";
import type { Checksum, Segment, StorageClass } from "../s3/content.ts";
import { newBlobId } from "../s3/ids.ts";
import { headBlob, writeLimits } from "./blobs.ts";
import { chooseStore, factsOfClass, storeOf } from "./classes.ts";
import { collect, type Feed, hashedFeed } from "./encryption/feeds.ts";
import { type BlobOrigin, decodeOrigin, encodeOrigin, type ReadOrigin } from "./origin.ts";
import { createOnly, type PutTarget, putInParts, putWhole } from "./put-stream.ts";
import { readSegments } from "./segments.ts";
import { MissingBlobError, translateStoreError } from "./store-errors.ts";
import { digestBlob } from "./verify.ts";

/** One blob to be made of stored bytes. */
export interface CopyWish {
  /** What to copy, in order. Sealed content: one whole blob, `length` of its ciphertext unknown. */
  readonly from: readonly Segment[];
  readonly isSealed: boolean;
  /** The class whose store takes the copy, and the class that its metadata tells. */
  readonly holding: StorageClass;
  readonly shown: StorageClass;
  /** What the copy says of itself; told what the source says, where that is one whole blob. */
  origin(source: ReadOrigin | null): BlobOrigin;
  /** The MD5 that the index recorded of these very bytes as stored, and their checksum if plain. */
  readonly etag?: string;
  readonly checksum?: Checksum;
  readonly seams: Seams;
}

/** A copy that is stored and proved equal. Nobody knows of it until the index does. */
export interface CopiedBlob {
  readonly blob: string;
  /** As the store has it. */
  readonly sizeBytes: number;
  /** Calls made to stores: reads are R2's class B, writes its class A. */
  readonly reads: number;
  readonly writes: number;
}

/** The bytes are not those that were recorded, or the store kept others than it was given. */
export class UnfaithfulCopyError extends Error {
  readonly blob: string;
  /** `source`: what was stored before is damaged. `copy`: the copying went wrong. */
  readonly fault: "source" | "copy";

  constructor(blob: string, fault: "source" | "copy") {
    super(`the ${fault} ${blob} does not have the bytes it should have`);
    this.name = "UnfaithfulCopyError";
    this.blob = blob;
    this.fault = fault;
  }
}

/** Makes and proves the copy. Throws MissingBlobError, UnfaithfulCopyError, SlowDown, InternalError. */
export async function copyBlob(env: Env, wish: CopyWish): Promise<CopiedBlob> {
  try {
    const source = await openSource(env, wish);
    const target = newTarget(env, wish, source);
    try {
      return await copyInto(env, target, { wish, source });
    } catch (error) {
      await source.cancel();
      // When the store refuses this too, the sweeper finds the blob: no version will name it.
      await target.store.delete(target.blob).catch(() => undefined);
      throw error;
    }
  } catch (error) {
    throw error instanceof UnfaithfulCopyError ? error : translateStoreError(error);
  }
}

async function copyInto(
  env: Env,
  target: PutTarget,
  { wish, source }: { wish: CopyWish; source: Source },
): Promise<CopiedBlob> {
  const md5 = createHasher("MD5");
  const whole = wish.isSealed || wish.checksum?.type !== "FULL_OBJECT" ? undefined : wish.checksum;
  const other = whole === undefined ? undefined : createHasher(whole.algorithm);
  let feed = hashedFeed(source.feed, md5);
  if (other !== undefined) feed = hashedFeed(feed, other);
  const writes = await store(target, feed);
  const computed = md5.digest();
  judgeSource(wish, source, { md5: computed, other: other?.digest() });
  const reads = await proveCopy(env, target, computed);
  return { blob: target.blob, sizeBytes: target.sizeBytes, reads: source.reads + reads, writes };
}

/** Puts the bytes, create-only. Gives the number of calls. */
async function store(target: PutTarget, feed: Feed): Promise<number> {
  const { sizeBytes, options, blob } = target;
  const { smallBytes, singlePutBytes, partBytes } = writeLimits;
  const isInParts = sizeBytes > singlePutBytes;
  let object: R2Object | null;
  if (sizeBytes <= smallBytes) {
    const bytes = await collect(feed, sizeBytes);
    object = await target.store.put(blob, bytes, { ...options, onlyIf: createOnly });
  } else {
    object = await (isInParts ? putInParts(feed, target, partBytes) : putWhole(feed, target));
  }
  if (object === null) throw new Error("a blob id was taken");
  return isInParts ? Math.ceil(sizeBytes / partBytes) + 2 : 1;
}

/** Every digest there is must agree: the recorded ones, and the store's own. */
function judgeSource(
  { etag, checksum }: CopyWish,
  { md5Hex, blob }: Source,
  computed: { md5: Uint8Array; other: Uint8Array | undefined },
): void {
  const hex = toHex(computed.md5);
  const expected =
    checksum === undefined || computed.other === undefined
      ? undefined
      : decodeChecksum(checksum.algorithm, checksum.value);
  const isFaithful =
    (md5Hex === undefined || md5Hex === hex) &&
    (computed.other === undefined ||
      (expected !== undefined && equalBytes(expected, computed.other)));
  const isRecorded = etag === undefined || !isMd5(etag) || etag === hex;
  if (!isFaithful || !isRecorded) throw new UnfaithfulCopyError(blob, "source");
}

/** Asks the store what it kept; where it tells no digest, every byte is read again. */
async function proveCopy(env: Env, target: PutTarget, md5: Uint8Array): Promise<number> {
  const listed = await headBlob(env, target.blob);
  let kept = listed?.md5Hex;
  let reads = 1;
  if (listed !== null && kept === undefined) {
    const digests = await digestBlob(env, target.blob, ["MD5"]);
    kept = toHex(digests?.digests.get("MD5") ?? new Uint8Array());
    reads += 1;
  }
  if (listed?.sizeBytes === target.sizeBytes && kept === toHex(md5)) return reads;
  throw new UnfaithfulCopyError(target.blob, "copy");
}

function newTarget(env: Env, wish: CopyWish, { origin, sizeBytes }: Source): PutTarget {
  const { holding, shown, seams, checksum, isSealed } = wish;
  const { number, binding } = chooseStore(holding, seams.now());
  const isShown = !isSealed && checksum?.type === "FULL_OBJECT";
  const told = isShown ? `${checksum.algorithm}=${checksum.value}` : checksum?.algorithm;
  const metadata = encodeOrigin(wish.origin(origin), {
    storageClass: shown,
    checksum: told ?? origin?.checksum ?? "CRC64NVME",
    ...(origin?.sealed !== undefined && { sealed: origin.sealed }),
  });
  return {
    store: env[binding],
    blob: newBlobId(number, seams.now(), seams.randomBytes),
    sizeBytes,
    options: { customMetadata: metadata, storageClass: factsOfClass(holding).r2StorageClass },
  };
}

/** Stored bytes, being read. */
interface Source {
  readonly blob: string;
  readonly feed: Feed;
  readonly sizeBytes: number;
  /** Of one whole blob, where its store tells. */
  readonly md5Hex?: string;
  readonly origin: ReadOrigin | null;
  readonly reads: number;
  cancel(): Promise<void>;
}

async function openSource(env: Env, { from, isSealed }: CopyWish): Promise<Source> {
  const [first] = from;
  if (first === undefined) throw new RangeError("there is nothing to copy");
  const whole = from.length === 1 && first.offset === 0 ? await getWhole(env, first) : undefined;
  if (whole !== undefined && (isSealed || whole.size === first.length)) {
    const { md5 } = whole.checksums.toJSON();
    return {
      blob: first.blob,
      sizeBytes: whole.size,
      origin: decodeOrigin(whole.customMetadata ?? {}),
      reads: 1,
      ...(md5 !== undefined && { md5Hex: md5 }),
      ...streamFeed(whole.body, whole.size),
    };
  }
  await whole?.body.cancel();
  if (isSealed) throw new RangeError("sealed content is copied by whole blobs");
  const { body, lengthBytes } = await readSegments(env, from);
  const rest = { sizeBytes: lengthBytes, origin: null, reads: from.length };
  return { blob: first.blob, ...rest, ...streamFeed(body, lengthBytes) };
}

async function getWhole(env: Env, { blob }: Segment): Promise<R2ObjectBody> {
  const object = await storeOf(env, blob).get(blob);
  if (object === null) throw new MissingBlobError(blob);
  return object;
}

/** Fewer, larger reads cost less than many small ones: each one is a turn of the event loop. */
const readBytes = 256 * 1024;

/** A feed of a stream of known length. Throws InternalError's cause when it ends early. */
function streamFeed(
  body: ReadableStream<Uint8Array>,
  lengthBytes: number,
): { readonly feed: Feed; cancel(): Promise<void> } {
  const reader = body.getReader({ mode: "byob" });
  let buffer = new ArrayBuffer(Math.min(readBytes, Math.max(lengthBytes, 1)));
  let chunk = new Uint8Array(0);
  let left = lengthBytes;
  const take = async (maximumBytes: number) => {
    if (chunk.length === 0) {
      const least = Math.min(buffer.byteLength, left);
      const { value } = await reader.readAtLeast(least, new Uint8Array(buffer));
      if (value === undefined || value.length === 0) throw new RangeError("a blob ended early");
      chunk = value;
      buffer = value.buffer as ArrayBuffer;
      left -= value.length;
    }
    const taken = chunk.subarray(0, maximumBytes);
    chunk = chunk.subarray(taken.length);
    return taken;
  };
  return { feed: { lengthBytes, take }, cancel: () => reader.cancel().catch(() => undefined) };
}

function isMd5(etag: string): boolean {
  return /^[0-9a-f]{32}$/.test(etag);
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
