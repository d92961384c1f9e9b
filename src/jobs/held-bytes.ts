// Whether the bytes that the index names are in the stores, whole and unchanged. A digest that was
// taken of the plaintext can only be compared where the store holds plaintext; sealed blobs are
// compared with the MD5 their store keeps (their authentication tags need keys that upkeep has not,
// and for SSE-C nobody has).

import type { Finding } from "../catalog/jobs.ts";
import { decodeChecksum, equalBytes } from "../checksums/algorithms.ts";
import type { Checksum, ChecksumAlgorithm, Segment } from "../s3/content.ts";
import { headBlob, type ListedBlob } from "../storage/blobs.ts";
import { digestUnpacked, parsePacked } from "../storage/packing.ts";
import { digestBlob, plaintextBytes } from "../storage/verify.ts";
import type { SliceCall } from "./slices.ts";

/** Bytes that a row of the index names, and what the row says of them. */
export interface HeldBytes {
  readonly segments: readonly Segment[];
  /** Of all the segments together. */
  readonly etag: string;
  readonly checksum?: Checksum;
  /** Where the row is, for the finding. */
  readonly subject: Finding["subject"];
  /** Whether the row still names these bytes; asked before they are called lost. */
  stillHolds(): Promise<boolean>;
}

/** Looked at so many at a time: Workers allow six connections that wait for headers. */
const atOnce = 6;

/** What is wrong with a blob, if anything. */
type Fault = "missing-blob" | "wrong-size" | "wrong-digest";

/** What a check of some rows came to. */
export interface CheckedBytes {
  readonly findings: readonly Finding[];
  readonly blobs: number;
  /** Bytes read; none when only sizes were asked for. */
  readonly bytesRead: number;
}

/** Compares the rows with the stores; with `isReading` every byte of them is read. */
export async function checkBytes(
  call: SliceCall,
  held: readonly HeldBytes[],
  isReading: boolean,
): Promise<CheckedBytes> {
  const wishes = held.flatMap((row) => row.segments.map((segment) => ({ row, segment })));
  const findings: Finding[] = [];
  let bytesRead = 0;
  for (let start = 0; start < wishes.length; start += atOnce) {
    const batch = wishes.slice(start, start + atOnce);
    const checked = await Promise.all(batch.map((wish) => checkOne(call, wish, isReading)));
    for (const { finding, read } of checked) {
      if (finding !== undefined) findings.push(finding);
      bytesRead += read;
    }
  }
  return { findings, blobs: wishes.length, bytesRead };
}

interface Wish {
  readonly row: HeldBytes;
  readonly segment: Segment;
}

async function checkOne(call: SliceCall, { row, segment }: Wish, isReading: boolean) {
  const listed = await headBlob(call.env, segment.blob);
  const looked = listed === null ? undefined : lookAt(listed, { row, segment });
  let fault: Fault | undefined = listed === null ? "missing-blob" : looked?.fault;
  let read = 0;
  const isSuspect = looked?.isSuspect === true;
  if (listed !== null && fault === undefined && (isReading || isSuspect)) {
    fault = await readThrough(call, listed, { row, segment });
    read = listed.sizeBytes;
  }
  if (fault === undefined || !(await row.stillHolds())) return { finding: undefined, read };
  const subject = { ...row.subject, blob: segment.blob };
  return { finding: { kind: fault, subject, isRepaired: false }, read };
}

/** What can be told without reading: the size, and whether the digests are worth a reading. */
function lookAt(
  listed: ListedBlob,
  { row, segment }: Wish,
): { readonly fault?: Fault; readonly isSuspect: boolean } {
  const length = plaintextBytes(listed);
  const isWhole = isWholeBlob(row, segment);
  const fits =
    length !== undefined &&
    (isWhole ? length === segment.length : length >= segment.offset + segment.length);
  if (!fits) return { fault: "wrong-size", isSuspect: false };
  const isOtherMd5 =
    isWhole &&
    listed.origin?.packed === undefined &&
    isMd5(row.etag) &&
    listed.md5Hex !== undefined &&
    listed.md5Hex !== row.etag;
  return { isSuspect: isOtherMd5 };
}

/** A row's digests are those of a blob when the row is that blob from its first byte. */
function isWholeBlob({ segments }: HeldBytes, segment: Segment): boolean {
  return segments.length === 1 && segment.offset === 0;
}

function isMd5(etag: string): boolean {
  return /^[0-9a-f]{32}$/.test(etag);
}

/** Compares what the store gives with every digest there is. */
async function readThrough(
  call: SliceCall,
  listed: ListedBlob,
  { row, segment }: Wish,
): Promise<Fault | undefined> {
  if (listed.origin?.packed !== undefined) return readPacked(call, listed, { row, segment });
  const isPlain = listed.origin?.sealed === undefined && listed.origin !== null;
  // A part copied by range is the beginning of its blob, and its digests are of that alone.
  const isAll = isWholeBlob(row, segment) && (!isPlain || listed.sizeBytes === segment.length);
  const checksum =
    isPlain && isAll && row.checksum?.type === "FULL_OBJECT" ? row.checksum : undefined;
  const algorithms: ChecksumAlgorithm[] = ["MD5"];
  if (checksum !== undefined) algorithms.push(checksum.algorithm);
  const actual = await digestBlob(call.env, listed.blob, algorithms);
  if (actual === null) return "missing-blob";
  if (actual.lengthBytes !== listed.sizeBytes) return "wrong-size";
  const md5 = toHex(actual.digests.get("MD5"));
  if (listed.md5Hex !== undefined && listed.md5Hex !== md5) return "wrong-digest";
  if (checksum !== undefined) {
    const expected = decodeChecksum(checksum.algorithm, checksum.value);
    const found = actual.digests.get(checksum.algorithm);
    const isEqual = expected !== undefined && found !== undefined && equalBytes(expected, found);
    return isEqual ? undefined : "wrong-digest";
  }
  // The ETag of a copied range names where it lies, and is no MD5: only without a better witness.
  const isOnlyWitness = listed.md5Hex === undefined && isAll && isMd5(row.etag);
  return isOnlyWitness && md5 !== row.etag ? "wrong-digest" : undefined;
}

/** Of a packed blob the bytes in it are compared: its own digests are of the packing. */
async function readPacked(
  call: SliceCall,
  { blob, origin }: ListedBlob,
  { row, segment }: Wish,
): Promise<Fault | undefined> {
  const checksum = row.checksum?.type === "FULL_OBJECT" ? row.checksum : undefined;
  const algorithms: ChecksumAlgorithm[] = ["MD5", ...(checksum ? [checksum.algorithm] : [])];
  const actual = await digestUnpacked(call.env, blob, algorithms).catch(() => undefined);
  if (actual === null) return "missing-blob";
  if (actual === undefined || !isWholeBlob(row, segment)) {
    return actual === undefined ? "wrong-digest" : undefined;
  }
  if (actual.lengthBytes !== segment.length) return "wrong-size";
  const md5 = toHex(actual.digests.get("MD5"));
  const { md5Hex } = parsePacked(origin?.packed ?? "");
  if (md5Hex !== undefined && md5Hex !== md5) return "wrong-digest";
  if (checksum === undefined) return undefined;
  const expected = decodeChecksum(checksum.algorithm, checksum.value);
  const found = actual.digests.get(checksum.algorithm);
  const isEqual = expected !== undefined && found !== undefined && equalBytes(expected, found);
  return isEqual ? undefined : "wrong-digest";
}

function toHex(bytes: Uint8Array | undefined): string {
  return Array.from(bytes ?? [], (byte) => byte.toString(16).padStart(2, "0")).join("");
}
