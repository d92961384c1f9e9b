// Moves one version's bytes to another class: claimed, copied under new blob ids, proved equal, then
// swapped in the index. Readers never wait, nothing is ever brought back, and what was there stays until
// its grace is over. Of a large version in parts the copies are noted as they are made, and the next
// mover goes on from there; copies that nobody knows of, the sweep finds (faults.md D17 to D22,
// P-MOVE).

import { type BucketClient, openBucket } from "../bucket/client.ts";
import type {
  Emission,
  LifecycleOrder,
  MoveTarget,
  NoteCopiedRequest,
  Refusal,
  SwapMoveOutcome,
  Version,
} from "../bucket/types.ts";
import type { Env, Seams } from "../env.ts";
import { type Destination, holdingClass } from "../s3/content.ts";
import { newVersionId } from "../s3/ids.ts";
import { deleteBlobs } from "../storage/blobs.ts";
import { type CopiedBlob, UnfaithfulCopyError } from "../storage/copy.ts";
import { writeNote } from "../storage/notes.ts";
import { MissingBlobError } from "../storage/store-errors.ts";
import {
  type Claim,
  type CopiedNames,
  Copies,
  copyContent,
  originsOfVersion,
} from "./copy-content.ts";
import type { CopyPace, Note } from "./copy-parts.ts";

/** Where a move runs, and the settings epoch that it was decided with. */
export interface MoveCall {
  readonly env: Env;
  readonly seams: Seams;
  readonly nowMs: number;
  readonly epoch: number;
  /** Who is to be told of it. */
  readonly emit?: Emission;
  /** The lifecycle rule that asks for it, to be counted. */
  readonly lifecycle?: LifecycleOrder;
  /** How far one call goes; as usual when absent. */
  readonly pace?: CopyPace;
}

export type MoveOutcome =
  | {
      readonly kind: "moved";
      readonly version: Version;
      /** Index rows that the swap wrote; removing the old bytes later writes one more. */
      readonly rowsWritten: number;
      /** Calls to stores of this last slice: reads are R2's class B, writes its class A. */
      readonly reads: number;
      readonly writes: number;
      /** Bytes stored by this last slice, which packing makes fewer than the version's size. */
      readonly storedBytes: number;
      readonly cpuMs: number;
    }
  /** It is there already. */
  | { readonly kind: "in-place" }
  | { readonly kind: "gone" }
  /** Overwritten, appended to or encrypted otherwise meanwhile: look again. */
  | { readonly kind: "changed" }
  /** Another mover is at it. */
  | { readonly kind: "leased"; readonly untilMs: number }
  /** Parts of it are copied and noted: asked again, the mover goes on from there. */
  | { readonly kind: "paused"; readonly cpuMs: number }
  /** It holds a piece that is too large for this run: an hourly one moves it. */
  | { readonly kind: "left" }
  /** Bytes that are missing, or not those that were recorded. Nothing was changed. */
  | {
      readonly kind: "damaged";
      readonly blob: string;
      readonly fault: "missing" | "source" | "copy";
    }
  /** `stale`, `no-such-bucket`: load the settings and decide again. */
  | Exclude<Refusal, { kind: "moved" }>;

/** Longer than copying takes; a mover that dies keeps others from the version for so long. */
export const moveLeaseMs = 15 * 60_000;

/**
 * Moves the version to the class (and tier). Throws SlowDown, InternalError when a store fails and
 * ServiceUnavailable when the index does: then nothing is known to have changed, and asking again is
 * safe. What is large and made of parts may take several calls.
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
  const claim = await index.claimMove({ ...facts, epoch, nowMs: call.nowMs, leaseMs: moveLeaseMs });
  if (claim.kind === "moved") throw new Error("the client follows keys");
  if (claim.kind !== "claimed") return claim;
  const copies = new Copies();
  let outcome: MoveOutcome | undefined;
  try {
    const copied = await copyContent(call, {
      claim,
      copies,
      note: noteWith(call, index, { ...facts, epoch, source: claim.version.content ?? "" }),
      holding: holdingClass(to),
      shown: to.storageClass,
      origins: originsOfVersion(call, { bucketId, claim, to }),
    });
    outcome =
      copied === "paused"
        ? { kind: "paused", cpuMs: cpuMsOf(copies.made) }
        : copied === "left"
          ? { kind: "left" }
          : await swap(call, index, { ...facts, claim, copied, copies });
  } catch (error) {
    outcome = endOf(error);
    if (outcome === undefined) throw error;
  } finally {
    if (outcome?.kind !== "moved") {
      const isUndone = outcome?.kind === "paused" || outcome?.kind === "left";
      const isPaused = isUndone && call.lifecycle !== undefined;
      await giveUp(call, index, { ...facts, copies, isPaused });
    }
  }
  if (outcome.kind === "moved") await noteMove(call, index, { bucketId, claim, outcome });
  return outcome;
}

async function swap(
  { epoch, seams, emit, lifecycle }: MoveCall,
  index: BucketClient,
  facts: MoveTarget & {
    readonly to: Destination;
    readonly fence: string;
    readonly claim: Claim;
    readonly copied: CopiedNames;
    readonly copies: Copies;
  },
): Promise<MoveOutcome> {
  const { key, versionId, seq, to, fence, claim, copied, copies } = facts;
  const swapped = await index.swapMove({
    ...{ key, versionId, seq, to, fence, epoch },
    nowMs: seams.now(),
    expectedContent: claim.version.content ?? "",
    ...(emit !== undefined && { emit }),
    ...(lifecycle !== undefined && { lifecycle }),
    ...copied,
  });
  return settle(swapped, copies.made);
}

/** Claim, copy and swap of the smallest version take some milliseconds, too. */
function cpuMsOf(copies: readonly CopiedBlob[]): number {
  return copies.reduce((sum, { cpuMs }) => sum + cpuMs, 3);
}

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
        cpuMs: cpuMsOf(copies),
      };
    }
    default:
      return refusalOf(outcome);
  }
}

type NotDone = Exclude<SwapMoveOutcome, { kind: "swapped" }>;

function refusalOf(outcome: NotDone): MoveOutcome {
  switch (outcome.kind) {
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

/** The index did not want the copies. */
class RefusedNoteError extends Error {
  readonly outcome: NotDone;
  constructor(outcome: NotDone) {
    super(`not noted: ${outcome.kind}`);
    this.outcome = outcome;
  }
}

/** Notes parts under a claim; the claim lasts on with it. */
export function noteWith(
  { seams }: Pick<MoveCall, "seams">,
  index: BucketClient,
  claim: Omit<NoteCopiedRequest, "nowMs" | "leaseMs" | "content" | "parts">,
): Note {
  return async (news) => {
    const facts = { ...claim, ...news, nowMs: seams.now(), leaseMs: moveLeaseMs };
    const outcome = await index.noteCopied(facts);
    if (outcome.kind !== "noted") throw new RefusedNoteError(outcome);
  };
}

/** How a move ends that threw this; `undefined` where nobody knows. */
export function endOf(error: unknown): MoveOutcome | undefined {
  if (error instanceof RefusedNoteError) return refusalOf(error.outcome);
  if (error instanceof UnfaithfulCopyError) {
    return { kind: "damaged", blob: error.blob, fault: error.fault };
  }
  if (error instanceof MissingBlobError) {
    return { kind: "damaged", blob: error.blob, fault: "missing" };
  }
  return undefined;
}

/**
 * Copies that were not noted are nobody's, unless an answer was lost: then only the sweep can know.
 * Those that were noted wait for the next mover.
 */
export async function giveUp(
  { env }: Pick<MoveCall, "env">,
  index: BucketClient,
  facts: { key: string; seq: number; fence: string; copies: Copies; isPaused?: boolean },
): Promise<void> {
  const { key, seq, fence, copies, isPaused = false } = facts;
  const blobs = copies.loose;
  if (!index.hasLostAnswer && blobs.length > 0) {
    await deleteBlobs(env, blobs).catch(() => undefined);
  }
  const release = { key, seq, fence, ...(isPaused && { isPaused }) };
  await index.releaseMove(release).catch(() => undefined);
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
