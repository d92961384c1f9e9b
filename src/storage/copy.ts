// Copies stored bytes into another store, as they are: plain bytes stay plain, ciphertext stays
// ciphertext. What was read is compared with what was recorded, and what was stored with what was read,
// before anybody is told of the copy (faults.md D21). Bounded memory; whatever fails, the copy is gone
// as far as its store answers.

import { decodeChecksum, equalBytes } from "../checksums/algorithms.ts";
import { createHasher } from "../checksums/hashers.ts";
import type { Env, Seams } from "../env.ts";
import type { Checksum, Segment, StorageClass } from "../s3/content.ts";
import { newBlobId } from "../s3/ids.ts";
import type { BlobStore, StoredObject } from "./blob-store.ts";
import { headBlob, writeLimits } from "./blobs.ts";
import { chooseStore, factsOfClass } from "./classes.ts";
import { collect, type Feed, hashedFeed } from "./encryption/feeds.ts";
import { type BlobOrigin, encodeOrigin, type ReadOrigin } from "./origin.ts";
import { probe } from "./pack-probe.ts";
import { PackedSink } from "./packed-sink.ts";
import { digestOpened, digestUnpacked, isWorthwhile, packFeed, renderPacked } from "./packing.ts";
import { createOnly, type PutTarget, putInParts, putWhole } from "./put-stream.ts";
import { translateStoreError } from "./store-errors.ts";
import { openSource, type Source, type SourceWish } from "./stored-source.ts";
import { digestBlob } from "./verify.ts";

/** One blob to be made of stored bytes. */
export interface CopyWish extends SourceWish {
  /** What to copy, in order. Sealed content: one whole blob, `length` of its ciphertext unknown. */
  readonly from: readonly Segment[];
  /** The class whose store takes the copy. */
  readonly holding: StorageClass;
  /** The class that its metadata tells. */
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
  /** Of the bytes as the store has them. */
  readonly md5Hex: string;
  /** Calls made to stores: reads are R2's class B, writes its class A. */
  readonly reads: number;
  readonly writes: number;
  /** About how much CPU it took, milliseconds: no clock tells a Worker. */
  readonly cpuMs: number;
}

/**
 * Milliseconds for a MiB that is read, hashed and put, and for one that is packed and proved by
 * opening it, or opened, on its way (measured: docs/BENCHMARKS.md, "What movers are limited by").
 */
const cpuMsPerMib = { copied: 4, packed: 10, opened: 8 } as const;
const mib = 1024 * 1024;

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
    const mayPack = !wish.isSealed && factsOfClass(wish.holding).isArchive;
    const probed = mayPack ? await probe(env, wish.from) : { isHopeful: false, reads: 0 };
    const copied = probed.isHopeful ? await tryCopy(env, wish, true) : undefined;
    const done = copied ?? (await tryCopy(env, wish, false)) ?? failed();
    return { ...done, reads: done.reads + probed.reads };
  } catch (error) {
    throw error instanceof UnfaithfulCopyError ? error : translateStoreError(error);
  }
}

function failed(): never {
  throw new Error("a plain copy is always worth it");
}

/** `undefined` when the bytes turned out not to shrink: they are copied as they are. */
async function tryCopy(
  env: Env,
  wish: CopyWish,
  mayPack: boolean,
): Promise<CopiedBlob | undefined> {
  const source = await openSource(env, wish);
  const target = newTarget(env, wish);
  try {
    const hashes = hashesOf(wish, source);
    // What is packed already is opened only on its way to readers.
    const isPacking = mayPack && !source.isPacked && source.sizeBytes > 0;
    const copied = isPacking
      ? await packInto(env, target, { wish, source, hashes })
      : await copyInto(env, target, { wish, source, hashes });
    if (copied !== undefined) return copied;
    await remove(source, target);
    return undefined;
  } catch (error) {
    await remove(source, target);
    throw error;
  }
}

/** When the store refuses this too, the sweeper finds the blob: no version will name it. */
async function remove(source: Source, { store, blob }: Target): Promise<void> {
  await source.cancel();
  await store.delete(blob).catch(() => undefined);
}

/** The bytes as they pass, and what they sum to. */
interface Hashes {
  readonly feed: Feed;
  /** Throws UnfaithfulCopyError where a recorded digest differs. Gives the MD5. Only at the end. */
  judge(): Uint8Array;
}

function hashesOf(wish: CopyWish, source: Source): Hashes {
  const md5 = createHasher("MD5");
  // Of a packed blob that stays packed, only what its store says can be compared.
  const isPlain = !wish.isSealed && !source.isPacked;
  const whole = isPlain && wish.checksum?.type === "FULL_OBJECT" ? wish.checksum : undefined;
  const other = whole === undefined ? undefined : createHasher(whole.algorithm);
  const hashed = hashedFeed(source.feed, md5);
  return {
    feed: other === undefined ? hashed : hashedFeed(hashed, other),
    judge: () => {
      const computed = md5.digest();
      judgeSource(wish, source, { md5: computed, other: other?.digest() });
      return computed;
    },
  };
}

interface Copying {
  readonly wish: CopyWish;
  readonly source: Source;
  readonly hashes: Hashes;
}

async function copyInto(
  env: Env,
  { store: bucket, blob, optionsOf }: Target,
  { source, hashes }: Copying,
): Promise<CopiedBlob> {
  const { sizeBytes, origin } = source;
  const packed = source.isPacked ? origin?.packed : undefined;
  const target = { store: bucket, blob, sizeBytes, options: optionsOf(source, packed) };
  const writes = await store(target, hashes.feed);
  const md5 = hashes.judge();
  const reads = await proveCopy(env, target, md5);
  const rate = source.isOpened ? cpuMsPerMib.opened : cpuMsPerMib.copied;
  const cpuMs = (sizeBytes / mib) * rate;
  return { blob, sizeBytes, md5Hex: toHex(md5), reads: source.reads + reads, writes, cpuMs };
}

/** Packed on its way. What comes out is proved by unpacking it, before anybody is told. */
async function packInto(
  env: Env,
  { store: bucket, blob, optionsOf }: Target,
  { wish, source, hashes }: Copying,
): Promise<CopiedBlob | undefined> {
  const plainBytes = source.sizeBytes;
  let md5Hex = wish.etag !== undefined && isMd5(wish.etag) ? wish.etag : undefined;
  const options = () =>
    optionsOf(source, renderPacked({ plainBytes, ...(md5Hex !== undefined && { md5Hex }) }));
  const sink = new PackedSink({ store: bucket, blob, options });
  try {
    const packedMd5 = createHasher("MD5");
    let packedBytes = 0;
    for await (const piece of packFeed(hashes.feed)) {
      packedMd5.update(piece);
      packedBytes += piece.length;
      await sink.write(piece);
    }
    const md5 = hashes.judge();
    md5Hex = toHex(md5);
    if (!isWorthwhile(packedBytes, plainBytes)) {
      await sink.abort();
      return undefined;
    }
    const { whole, sizeBytes, writes } = await sink.end();
    const packed = packedMd5.digest();
    const reads =
      whole === undefined
        ? await proveByReading(env, blob, { md5Hex, plainBytes })
        : await proveInHand(env, { blob, sizeBytes, whole }, { md5, packed });
    const facts = {
      reads: source.reads + reads,
      writes,
      cpuMs: (plainBytes / mib) * cpuMsPerMib.packed,
    };
    return { blob, sizeBytes, md5Hex: toHex(packed), ...facts };
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

/** The packed bytes are still here: they are opened, and the store is asked for the digest it has. */
async function proveInHand(
  env: Env,
  target: { readonly blob: string; readonly sizeBytes: number; readonly whole: Uint8Array },
  expected: { readonly md5: Uint8Array; readonly packed: Uint8Array },
): Promise<number> {
  const opened = await digestOpened(target.whole).catch(() => undefined);
  if (opened === undefined || !equalBytes(opened.md5, expected.md5)) {
    throw new UnfaithfulCopyError(target.blob, "copy");
  }
  return proveCopy(env, target, expected.packed);
}

async function proveByReading(
  env: Env,
  blob: string,
  expected: { readonly md5Hex: string; readonly plainBytes: number },
): Promise<number> {
  const read = await digestUnpacked(env, blob, ["MD5"]);
  const isSame =
    read?.lengthBytes === expected.plainBytes &&
    toHex(read.digests.get("MD5") ?? new Uint8Array()) === expected.md5Hex;
  if (!isSame) throw new UnfaithfulCopyError(blob, "copy");
  return 1;
}

/** Puts the bytes, create-only. Gives the number of calls. */
async function store(target: PutTarget, feed: Feed): Promise<number> {
  const { sizeBytes, options, blob } = target;
  const { smallBytes, singlePutBytes, partBytes } = writeLimits;
  const isInParts = sizeBytes > singlePutBytes;
  let object: StoredObject | null;
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
  { md5Hex, blob, isPacked }: Source,
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
  const isRecorded = etag === undefined || !isMd5(etag) || isPacked || etag === hex;
  if (!isFaithful || !isRecorded) throw new UnfaithfulCopyError(blob, "source");
}

/** Asks the store what it kept; where it tells no digest, every byte is read again. */
async function proveCopy(
  env: Env,
  target: Pick<PutTarget, "blob" | "sizeBytes">,
  md5: Uint8Array,
): Promise<number> {
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

/** Where a copy goes, and what it will say of itself. */
interface Target {
  readonly store: BlobStore;
  readonly blob: string;
  optionsOf(source: Source, packed: string | undefined): R2PutOptions;
}

function newTarget(env: Env, wish: CopyWish): Target {
  const { holding, shown, seams, checksum, isSealed } = wish;
  const { number, store, isRemote } = chooseStore(env, holding, seams.now());
  const isShown = !isSealed && checksum?.type === "FULL_OBJECT";
  const told = isShown ? `${checksum.algorithm}=${checksum.value}` : checksum?.algorithm;
  return {
    store,
    blob: newBlobId(number, seams.now(), seams.randomBytes),
    optionsOf: ({ origin }, packed) => ({
      customMetadata: encodeOrigin(
        wish.origin(origin),
        {
          storageClass: shown,
          checksum: told ?? origin?.checksum ?? "CRC64NVME",
          ...(origin?.sealed !== undefined && { sealed: origin.sealed }),
          ...(packed !== undefined && { packed }),
        },
        isRemote,
      ),
      storageClass: factsOfClass(holding).r2StorageClass,
    }),
  };
}

function isMd5(etag: string): boolean {
  return /^[0-9a-f]{32}$/.test(etag);
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
