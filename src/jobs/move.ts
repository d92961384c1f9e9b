// Moves one version's bytes to another class: claimed, copied under new blob ids, proved equal, then
// swapped in the index. Readers never wait, nothing is ever brought back, and what was there stays until
// its grace is over. A mover that dies leaves copies that nobody names: the sweep finds them
// (faults.md D17 to D22, P-MOVE).

import { type BucketClient, openBucket } from "../bucket/client.ts";
import type {
  ClaimMoveOutcome,
  MovedPart,
  MoveTarget,
  RebuiltPart,
  Refusal,
  SwapMoveOutcome,
  Version,
} from "../bucket/types.ts";
import type { Env, Seams } from "../env.ts";
import { type Destination, holdingClass, type Segment } from "../s3/content.ts";
import { newUploadId, newVersionId, nullVersionId } from "../s3/ids.ts";
import { deleteBlobs } from "../storage/blobs.ts";
import { type CopiedBlob, copyBlob, UnfaithfulCopyError } from "../storage/copy.ts";
import { writeNote } from "../storage/notes.ts";
import type { BlobOrigin, ReadOrigin } from "../storage/origin.ts";
import { MissingBlobError } from "../storage/store-errors.ts";

/** Where a move runs, and the settings epoch that it was decided with. */
export interface MoveCall {
  readonly env: Env;
  readonly seams: Seams;
  readonly nowMs: number;
  readonly epoch: number;
}

export type MoveOutcome =
  | {
      readonly kind: "moved";
      readonly version: Version;
      /** Index rows that the swap wrote; removing the old bytes later writes one more. */
      readonly rowsWritten: number;
      /** Calls to stores: reads are R2's class B, writes its class A. */
      readonly reads: number;
      readonly writes: number;
      /** Bytes now held, which packing makes fewer than the version's size. */
      readonly storedBytes: number;
    }
  /** It is there already. */
  | { readonly kind: "in-place" }
  | { readonly kind: "gone" }
  /** Overwritten, appended to or encrypted otherwise meanwhile: look again. */
  | { readonly kind: "changed" }
  /** Another mover is at it. */
  | { readonly kind: "leased"; readonly untilMs: number }
  /** Bytes that are missing, or not those that were recorded. Nothing was changed. */
  | {
      readonly kind: "damaged";
      readonly blob: string;
      readonly fault: "missing" | "source" | "copy";
    }
  /** `stale`, `no-such-bucket`: load the settings and decide again. */
  | Exclude<Refusal, { kind: "moved" }>;

/** Longer than copying takes; a mover that dies keeps others from the version for so long. */
const leaseMs = 15 * 60_000;

/**
 * Moves the version to the class (and tier). Throws SlowDown, InternalError when a store fails and
 * ServiceUnavailable when the index does: then nothing is known to have changed, and asking again is
 * safe.
 */
export async function moveVersion(
  call: MoveCall,
  bucketId: string,
  target: MoveTarget,
  to: Destination,
): Promise<MoveOutcome> {
  const index = openBucket(call.env, bucketId);
  const { key, versionId, seq } = target;
  const facts = {
    key,
    versionId,
    seq,
    to,
    fence: newVersionId(call.nowMs, call.seams.randomBytes),
  };
  const { epoch } = call;
  const claim = await index.claimMove({ ...facts, epoch, nowMs: call.nowMs, leaseMs });
  if (claim.kind === "moved") throw new Error("the client follows keys");
  if (claim.kind !== "claimed") return claim;
  const copies: CopiedBlob[] = [];
  let outcome: MoveOutcome | undefined;
  try {
    const copied = await copyContent(call, { bucketId, claim, to, copies });
    const swapped = await index.swapMove({
      ...facts,
      epoch,
      nowMs: call.seams.now(),
      expectedContent: claim.version.content ?? "",
      ...copied,
    });
    outcome = settle(swapped, copies);
  } catch (error) {
    outcome = damageOf(error);
    if (outcome === undefined) throw error;
  } finally {
    if (outcome?.kind !== "moved") await giveUp(call, index, { ...facts, copies });
  }
  if (outcome.kind === "moved") await noteMove(call, index, { bucketId, claim, outcome });
  return outcome;
}

type Claim = Extract<ClaimMoveOutcome, { kind: "claimed" }>;

function settle(outcome: SwapMoveOutcome, copies: readonly CopiedBlob[]): MoveOutcome {
  switch (outcome.kind) {
    case "swapped": {
      const { version, rowsWritten } = outcome;
      const sum = (pick: (copy: CopiedBlob) => number) =>
        copies.reduce((total, copy) => total + pick(copy), 0);
      return {
        kind: "moved",
        version,
        rowsWritten,
        reads: sum(({ reads }) => reads),
        writes: sum(({ writes }) => writes),
        storedBytes: sum(({ sizeBytes }) => sizeBytes),
      };
    }
    // Its time ran out: to the caller it is as if another version stood there.
    case "fenced":
    case "expired-blob":
      return { kind: "changed" };
    case "moved":
      throw new Error("the client follows keys");
    default:
      return outcome;
  }
}

function damageOf(error: unknown): MoveOutcome | undefined {
  if (error instanceof UnfaithfulCopyError) {
    return { kind: "damaged", blob: error.blob, fault: error.fault };
  }
  if (error instanceof MissingBlobError) {
    return { kind: "damaged", blob: error.blob, fault: "missing" };
  }
  return undefined;
}

/** The copies are nobody's, unless an answer was lost: then only the sweep can know. */
async function giveUp(
  { env }: MoveCall,
  index: BucketClient,
  facts: { key: string; seq: number; fence: string; copies: readonly CopiedBlob[] },
): Promise<void> {
  const { key, seq, fence, copies } = facts;
  const blobs = copies.map(({ blob }) => blob);
  if (!index.hasLostAnswer && blobs.length > 0) {
    await deleteBlobs(env, blobs).catch(() => undefined);
  }
  await index.releaseMove({ key, seq, fence }).catch(() => undefined);
}

interface CopyFacts {
  readonly bucketId: string;
  readonly claim: Claim;
  readonly to: Destination;
  /** Every copy made, also when the rest fails. */
  readonly copies: CopiedBlob[];
}

/** Copies everything the version names; gives what it is to name instead. */
async function copyContent(
  call: MoveCall,
  facts: CopyFacts,
): Promise<{ content: string; parts?: readonly MovedPart[] }> {
  const { claim, copies } = facts;
  const { version, parts } = claim;
  const content = version.content ?? "";
  if (!content.startsWith("u")) {
    const from = [{ blob: content, offset: 0, length: version.sizeBytes }];
    const { etag, detail } = version;
    const copy = await copyBlob(call.env, {
      ...wishOf(call, facts),
      from,
      etag,
      ...(detail.checksum !== undefined && { checksum: detail.checksum }),
      origin: (source) => originOfVersion(call, facts, source),
    });
    copies.push(copy);
    return { content: copy.blob };
  }
  const manifest = newUploadId(call.nowMs, call.seams.randomBytes);
  return { content: manifest, parts: await copyParts(call, facts, { manifest, parts }) };
}

function wishOf({ seams }: MoveCall, { claim, to }: CopyFacts) {
  return {
    isSealed: claim.version.detail.encryption !== undefined,
    holding: holdingClass(to),
    shown: to.storageClass,
    seams,
  };
}

/** Copied so many at a time: Workers allow six connections that wait for headers. */
const atOnce = 3;

async function copyParts(
  call: MoveCall,
  facts: CopyFacts,
  { manifest, parts }: { manifest: string; parts: readonly RebuiltPart[] },
): Promise<MovedPart[]> {
  const moved: MovedPart[] = [];
  const sealed = new Map<string, Promise<CopiedBlob>>();
  for (let start = 0; start < parts.length; start += atOnce) {
    const batch = parts.slice(start, start + atOnce);
    const results = await Promise.allSettled(
      batch.map((part) => copyPart(call, facts, { manifest, part, sealed })),
    );
    for (const result of results) {
      if (result.status === "rejected") throw result.reason;
      moved.push(result.value);
    }
  }
  return moved;
}

/**
 * A part of plain bytes becomes one blob, whatever it lay in. Of sealed parts each blob is copied
 * whole, once, for nobody here can cut ciphertext.
 */
async function copyPart(
  call: MoveCall,
  facts: CopyFacts,
  wish: { manifest: string; part: RebuiltPart; sealed: Map<string, Promise<CopiedBlob>> },
): Promise<MovedPart> {
  const { manifest, part, sealed } = wish;
  const { partNumber, segments, sizeBytes } = part;
  const base = wishOf(call, facts);
  // A part's ETag need not be of its bytes: that of a copied range names where it lies.
  const copy = async (from: readonly Segment[]) => {
    const { checksum } = part;
    const copied = await copyBlob(call.env, {
      ...base,
      from,
      ...(checksum !== undefined && { checksum }),
      origin: () => originOfPart(facts, manifest, partNumber),
    });
    facts.copies.push(copied);
    return copied;
  };
  if (segments.length === 0) return { partNumber, segments };
  if (!base.isSealed) {
    const { blob } = await copy(segments);
    return { partNumber, segments: [{ blob, offset: 0, length: sizeBytes }] };
  }
  const places: Segment[] = [];
  for (const { blob, offset, length } of segments) {
    const known = sealed.get(blob) ?? copy([{ blob, offset: 0, length: 0 }]);
    sealed.set(blob, known);
    places.push({ blob: (await known).blob, offset, length });
  }
  return { partNumber, segments: places };
}

/** As its writer would have stored it in the other class, with what was changed since. */
function originOfVersion(
  { seams }: MoveCall,
  { bucketId, claim, to }: CopyFacts,
  source: ReadOrigin | null,
): BlobOrigin {
  const { version, writtenAs } = claim;
  const { key, versionId, modifiedAtMs } = version;
  const isNull = versionId === nullVersionId;
  const isOwn = source?.key === key && source.isNull !== false;
  // A rebuild orders the null version by the id its writer chose.
  const own = writtenAs ?? (isOwn ? source.versionId : undefined);
  return {
    bucketId,
    key,
    versionId: isNull ? (own ?? newVersionId(modifiedAtMs, seams.randomBytes)) : versionId,
    isNull,
    detail: movedDetail(version, to),
  };
}

function movedDetail({ detail }: Version, { tier }: Destination) {
  const { checksum: _, ownerId: __, tier: ___, ...rest } = detail;
  return { ...rest, ...(tier !== undefined && { tier }) };
}

function originOfPart({ bucketId, claim }: CopyFacts, manifest: string, partNumber: number) {
  const { encryption } = claim.version.detail;
  return {
    bucketId,
    key: claim.version.key,
    uploadId: manifest,
    partNumber,
    ...(encryption !== undefined && { detail: { encryption } }),
  };
}

/**
 * What no blob tells is noted for a rebuild: content made of parts, and what changed under the move.
 * A note that is lost costs nothing while the index lives.
 */
async function noteMove(
  { env }: MoveCall,
  index: BucketClient,
  facts: { bucketId: string; claim: Claim; outcome: Extract<MoveOutcome, { kind: "moved" }> },
): Promise<void> {
  const { bucketId, claim, outcome } = facts;
  const { key, versionId, content, detail } = outcome.version;
  const { tier: _, ...before } = claim.version.detail;
  const { tier: __, ...after } = detail;
  const isTold = content?.startsWith("u") !== true;
  if (isTold && JSON.stringify(before) === JSON.stringify(after)) return;
  try {
    const described = await index.describe(key, versionId);
    if (described.kind !== "version") return;
    const { version, parts } = described;
    const { writtenAs } = claim;
    const body = { version, parts, ...(writtenAs !== undefined && { writtenAs }) };
    await writeNote(env, { bucketId, key, versionId }, body);
  } catch (error) {
    console.error(JSON.stringify({ event: "note-lost", bucketId, versionId }), error);
  }
}
