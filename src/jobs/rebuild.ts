// Makes a lost index anew from the stores (faults.md D49): first from the notes of versions that no
// blob tells about, then from the metadata of the bucket's blobs in every store. Everything may be
// done twice. docs/STORAGE.md says what comes back and what cannot.

import { openBucket } from "../bucket/client.ts";
import type {
  DefaultLock,
  HoldDuration,
  RebuiltUpload,
  RebuiltVersion,
  Version,
} from "../bucket/types.ts";
import { findBucket, type UpkeptBucket } from "../catalog/every-bucket.ts";
import type { Finding } from "../catalog/jobs.ts";
import { encodeChecksum } from "../checksums/algorithms.ts";
import type { ChecksumAlgorithm, StorageClass } from "../s3/content.ts";
import { idTimeMs, isUploadId, isVersionId } from "../s3/ids.ts";
import { headBlob, type ListedBlob, listBlobs } from "../storage/blobs.ts";
import { listNotes, type Note } from "../storage/notes.ts";
import { digestUnpacked, parsePacked } from "../storage/packing.ts";
import { digestBlob, plaintextBytes } from "../storage/verify.ts";
import type { Slice, SliceCall, SliceOutcome } from "./slices.ts";
import { nextStore, type StorePlace } from "./sweep.ts";

const blobsPerSlice = 500;
const notesPerSlice = 100;

type RebuildPlace =
  | { readonly step: "notes"; readonly after?: string }
  | { readonly step: "blobs"; readonly at: StorePlace }
  | { readonly step: "finish" };

/** One slice of a rebuild. Ends the job with a finding when the index is not lost. */
export const rebuild: Slice = async (call, job) => {
  const bucket = await findBucket(call, job.options.bucket ?? "");
  if (bucket === undefined || bucket.bucketId !== job.options.bucketId)
    return over("no-such-bucket");
  const place = job.place as RebuildPlace | null;
  const index = openBucket(call.env, bucket.bucketId);
  if (place === null) {
    const { bucketId } = bucket;
    const begun = await index.rebuild({ step: "begin", bucketId, nowMs: call.nowMs });
    if (begun.kind === "not-empty") return over("index-not-lost");
    return { place: { step: "notes" }, counts: {}, findings: [] };
  }
  switch (place.step) {
    case "notes":
      return addNotes(call, bucket, place.after);
    case "blobs":
      return addBlobs(call, bucket, place.at);
    case "finish":
      await index.rebuild({ step: "finish", epoch: bucket.epoch, nowMs: call.nowMs });
      return { place: undefined, counts: {}, findings: [] };
  }
};

function over(kind: string): SliceOutcome {
  return { place: undefined, counts: {}, findings: [{ kind, subject: {}, isRepaired: false }] };
}

async function addNotes(
  call: SliceCall,
  bucket: UpkeptBucket,
  after: string | undefined,
): Promise<SliceOutcome> {
  const { bucketId } = bucket;
  const place = { bucketId, limit: notesPerSlice, ...(after !== undefined && { after }) };
  const { notes, next } = await listNotes(call.env, place);
  const { versions, findings } = await withBytes(call, notes.map(readNote));
  const index = openBucket(call.env, bucketId);
  const add = { step: "add", nowMs: call.nowMs, ...defaultLockOf(bucket) } as const;
  await index.rebuild({ ...add, versions, uploads: [] });
  const first = nextStore(call.env);
  const blobs: RebuildPlace =
    first === undefined ? { step: "finish" } : { step: "blobs", at: first };
  const following: RebuildPlace = next === undefined ? blobs : { step: "notes", after: next };
  return { place: following, counts: { notes: notes.length }, findings };
}

/**
 * The versions whose bytes are there. A note outlives its version by up to a day: without any bytes
 * the version was deleted; with some of them something is wrong, and the operator is told.
 */
async function withBytes(call: SliceCall, noted: readonly RebuiltVersion[]) {
  const versions: RebuiltVersion[] = [];
  const findings: Finding[] = [];
  for (const version of noted) {
    const blobs = blobsOf(version);
    const present = await countPresent(call, blobs);
    if (present === blobs.length) versions.push(version);
    else if (present > 0) {
      const { key, versionId } = version;
      const subject = { key, versionId, blobs: blobs.length, present };
      findings.push({ kind: "missing-parts", subject, isRepaired: false });
    }
  }
  return { versions, findings };
}

function blobsOf({ content, parts }: RebuiltVersion): readonly string[] {
  if (parts !== undefined) {
    return [...new Set(parts.flatMap(({ segments }) => segments.map(({ blob }) => blob)))];
  }
  return content === null ? [] : [content];
}

/** Asked so many at a time: Workers allow six connections that wait for headers. */
const atOnce = 6;

async function countPresent(call: SliceCall, blobs: readonly string[]): Promise<number> {
  let present = 0;
  for (let start = 0; start < blobs.length; start += atOnce) {
    const batch = blobs.slice(start, start + atOnce);
    const heads = await Promise.all(batch.map((blob) => headBlob(call.env, blob)));
    present += heads.filter((head) => head !== null).length;
    // Nearly always all or nothing: a deleted object of 10,000 parts costs one look.
    if (present === 0) return 0;
  }
  return present;
}

/**
 * The bucket's lock for versions that tell of none: the index that knew is lost, and a lock too many
 * is better than one too few. A document that cannot be read throws.
 */
function defaultLockOf({ objectLock }: UpkeptBucket): { readonly defaultLock?: DefaultLock } {
  if (objectLock === undefined) return {};
  const { ObjectLockConfiguration: configuration } = JSON.parse(objectLock) as LockDocument;
  const given = configuration.Rule?.DefaultRetention;
  if (given === undefined) return {};
  const { Mode: mode, DefaultEventHold: hold } = given;
  const period = durationOf(given.Days, given.Years);
  const holdDuration = durationOf(hold?.Days, hold?.Years);
  return {
    defaultLock: {
      mode,
      ...(period !== undefined && { period }),
      ...(holdDuration !== undefined && { holdDuration }),
    },
  };
}

/** As PutObjectLockConfiguration stores it. */
interface LockDocument {
  readonly ObjectLockConfiguration: {
    readonly Rule?: {
      readonly DefaultRetention?: {
        readonly Mode: DefaultLock["mode"];
        readonly Days?: number;
        readonly Years?: number;
        readonly DefaultEventHold?: { readonly Days?: number; readonly Years?: number };
      };
    };
  };
}

function durationOf(days: number | undefined, years: number | undefined): HoldDuration | undefined {
  if (days !== undefined) return { days };
  return years === undefined ? undefined : { years };
}

/** A note holds the version as the index described it, and its parts. */
function readNote({ body, versionId }: Note): RebuiltVersion {
  const { version, parts, writtenAs } = body as {
    version: Version;
    parts: NonNullable<RebuiltVersion["parts"]>;
    writtenAs?: string;
  };
  const { seq: _, isLatest: __, ...facts } = version;
  const isNull = versionId === "null";
  return {
    ...facts,
    isNull,
    isNoted: true,
    versionId: isNull ? (writtenAs ?? "null") : versionId,
    ...(parts.length > 0 && { parts }),
  };
}

async function addBlobs(
  call: SliceCall,
  bucket: UpkeptBucket,
  at: StorePlace,
): Promise<SliceOutcome> {
  const { blobs, next } = await listBlobs(call.env, at.store, at.after, blobsPerSlice);
  const own = blobs.filter(({ origin }) => origin?.bucketId === bucket.bucketId);
  const versions: RebuiltVersion[] = [];
  const uploads: RebuiltUpload[] = [];
  for (const blob of own) {
    const facts = await readBlob(call, bucket, blob);
    if (facts === undefined) continue;
    if ("part" in facts) uploads.push(facts);
    else versions.push(facts);
  }
  const index = openBucket(call.env, bucket.bucketId);
  const add = { step: "add", nowMs: call.nowMs, ...defaultLockOf(bucket) } as const;
  await index.rebuild({ ...add, versions, uploads });
  const isAtEnd = next === undefined || next > ":";
  const following = isAtEnd ? nextStore(call.env, at.store) : { store: at.store, after: next };
  const place: RebuildPlace =
    following === undefined ? { step: "finish" } : { step: "blobs", at: following };
  const findings = own
    .filter(({ origin }) => (origin?.left.length ?? 0) > 0)
    .map(({ blob, origin }) => ({
      kind: "incomplete-metadata",
      subject: { blob, key: origin?.key ?? "", left: origin?.left.join() ?? "" },
      isRepaired: false,
    }));
  return { place, counts: { blobs: own.length }, findings };
}

/** What a blob says it was stored for: a version of its own, or a part of an upload. */
async function readBlob(
  call: SliceCall,
  bucket: UpkeptBucket,
  listed: ListedBlob,
): Promise<RebuiltVersion | RebuiltUpload | undefined> {
  const { origin, blob } = listed;
  const sizeBytes = plaintextBytes(listed);
  if (origin === null || sizeBytes === undefined) return undefined;
  const { key, versionId, uploadId, partNumber } = origin;
  const digests = await digestsOf(call, listed);
  const storageClass = origin.storageClass as StorageClass;
  const detail = origin.detail as RebuiltVersion["detail"];
  const checksum = digests.checksum === undefined ? {} : { checksum: digests.checksum };
  if (versionId !== undefined && isVersionId(versionId)) {
    return {
      key,
      versionId,
      isNull: origin.isNull ?? bucket.versioning === undefined,
      isDeleteMarker: false,
      modifiedAtMs: idTimeMs(versionId),
      sizeBytes,
      etag: digests.etag,
      storageClass,
      content: blob,
      detail: { ...detail, ...checksum },
    };
  }
  if (uploadId === undefined || !isUploadId(uploadId) || partNumber === undefined) return undefined;
  const initiator = { id: bucket.ownerId, displayName: bucket.ownerName };
  return {
    key,
    uploadId,
    facts: { storageClass, detail, initiator },
    part: {
      partNumber,
      sizeBytes,
      etag: digests.etag,
      modifiedAtMs: idTimeMs(blob),
      segments: [{ blob, offset: 0, length: sizeBytes }],
      ...checksum,
    },
  };
}

/**
 * The ETag is the MD5 of the bytes as stored. The checksum stands in the metadata when it was known
 * before the bytes were; otherwise they are read, unless they are sealed.
 */
async function digestsOf(call: SliceCall, { blob, md5Hex, origin }: ListedBlob) {
  const [name, value] = splitChecksum(origin?.checksum ?? "");
  const algorithm = name as ChecksumAlgorithm;
  const isSealed = origin?.sealed !== undefined;
  const isKnown = value !== undefined || isSealed;
  const known = { algorithm, type: "FULL_OBJECT" as const };
  if (origin?.packed !== undefined) {
    const { md5Hex: etag = "" } = parsePacked(origin.packed);
    if (value !== undefined) return { etag, checksum: { ...known, value } };
    const digest = (await digestUnpacked(call.env, blob, [algorithm]))?.digests.get(algorithm);
    const checksum = digest && { ...known, value: encodeChecksum(digest) };
    return { etag, ...(checksum !== undefined && { checksum }) };
  }
  if (md5Hex !== undefined && isKnown) {
    return { etag: md5Hex, ...(value !== undefined && { checksum: { ...known, value } }) };
  }
  const wanted: ChecksumAlgorithm[] = isSealed ? ["MD5"] : ["MD5", algorithm];
  const read = await digestBlob(call.env, blob, wanted);
  const md5 = read?.digests.get("MD5") ?? new Uint8Array();
  const digest = isSealed ? undefined : read?.digests.get(algorithm);
  return {
    etag: md5Hex ?? Array.from(md5, (byte) => byte.toString(16).padStart(2, "0")).join(""),
    ...(digest !== undefined && { checksum: { ...known, value: encodeChecksum(digest) } }),
  };
}

function splitChecksum(text: string): readonly [algorithm: string, value: string | undefined] {
  const at = text.indexOf("=");
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
