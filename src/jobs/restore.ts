// Restorations whose time has come: archived bytes are copied into the first store, where readers find
// them for the days that were asked for; under Intelligent-Tiering they move back for good. And the end
// of those days. Run by the alarm of the index; whatever fails is tried again a little later.

import { type BucketClient, openBucket } from "../bucket/client.ts";
import type { DueRestore, Emission } from "../bucket/types.ts";
import { type Env, lifecycleDayMs, type Seams } from "../env.ts";
import { newVersionId } from "../s3/ids.ts";
import { type Claim, Copies, copyContent } from "./copy-content.ts";
import type { CopyPace } from "./copy-parts.ts";
import { endOf, giveUp, moveLeaseMs, moveVersion, noteWith } from "./move.ts";
import { upkeepEmission } from "./upkeep-emission.ts";

interface RestoreCall {
  readonly env: Env;
  readonly seams: Seams;
  /** How far one call goes; as usual when absent. */
  readonly pace?: CopyPace;
}

/** One that cannot be made now waits so long. */
const retryMs = 60_000;
/** One whose bytes are damaged waits for the operator. */
const damagedRetryMs = 3600_000;
/** Asked for at a time, and made at a time: Workers allow six connections that wait for headers. */
const perBatch = 100;
const atOnce = 6;
/**
 * No other one is begun after this long: an alarm has 15 minutes, and five of CPU. Of those a slice
 * of a large one takes two at most.
 */
const turnMs = 2 * 60_000;

/** Makes and ends what is due in one bucket. True when more is due. */
export async function advanceRestores(call: RestoreCall, bucketId: string): Promise<boolean> {
  const startedAtMs = call.seams.now();
  const isOver = () => call.seams.now() - startedAtMs > turnMs;
  let hasMore = true;
  while (hasMore && !isOver()) hasMore = await advanceBatch(call, bucketId, isOver);
  return hasMore;
}

async function advanceBatch(
  call: RestoreCall,
  bucketId: string,
  isOver: () => boolean,
): Promise<boolean> {
  const index = openBucket(call.env, bucketId);
  const nowMs = call.seams.now();
  const { due, epoch, hasMore } = await index.dueRestores({ nowMs, limit: perBatch });
  if (due.length === 0) return false;
  const emission = await upkeepEmission({ ...call, nowMs }, bucketId);
  const waiting = [...due];
  const work = async () => {
    while (!isOver()) {
      const one = waiting.shift();
      if (one === undefined) return;
      const facts = { epoch, nowMs: call.seams.now(), ...emission };
      await advanceOne(call, { index, one, facts });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return hasMore || waiting.length > 0;
}

/** One that fails waits a little; the others go on. */
async function advanceOne(call: RestoreCall, work: Work): Promise<void> {
  const { index, one, facts } = work;
  const { key, seq } = one;
  try {
    if (one.kind === "expired") await index.endRestore({ ...facts, key, seq });
    else await restoreOne(call, work);
  } catch (error) {
    console.error(JSON.stringify({ event: "restore-failed", bucketId: index.bucketId }), error);
    await index.postponeRestore({ key, seq, untilMs: call.seams.now() + retryMs });
  }
}

interface Work {
  readonly index: BucketClient;
  readonly one: DueRestore;
  readonly facts: { readonly epoch: number; readonly nowMs: number; readonly emit?: Emission };
}

async function restoreOne(call: RestoreCall, work: Work): Promise<void> {
  const { index, one, facts } = work;
  const { bucketId } = index;
  const outcome = one.isTiered
    ? await moveVersion({ ...call, ...facts }, bucketId, one, {
        storageClass: "INTELLIGENT_TIERING",
      })
    : await restoreCopy(call, work);
  // What is gone or was overwritten took its restoration along.
  const isSettled = ["moved", "restored", "gone", "no-such-bucket", "in-place"];
  if (isSettled.includes(outcome.kind)) return;
  const { key, seq, versionId } = one;
  // There is more to copy, and the alarm rings again for it.
  if (outcome.kind === "paused") {
    await index.postponeRestore({ key, seq, untilMs: call.seams.now() });
    return;
  }
  if (outcome.kind !== "damaged") throw new Error(`not restored: ${JSON.stringify(outcome)}`);
  const { blob, fault } = outcome;
  console.error(JSON.stringify({ event: "integrity", bucketId, versionId, blob, fault }));
  await index.postponeRestore({ key, seq, untilMs: call.seams.now() + damagedRetryMs });
}

async function restoreCopy(call: RestoreCall, { index, one, facts }: Work) {
  const { key, versionId, seq } = one;
  const fence = newVersionId(facts.nowMs, call.seams.randomBytes);
  const target = { key, versionId, seq, fence };
  const way = { ...target, to: { storageClass: "STANDARD" }, isRestore: true } as const;
  const claim = await index.claimMove({ ...facts, ...way, leaseMs: moveLeaseMs });
  if (claim.kind !== "claimed") return claim;
  const source = claim.version.content ?? "";
  const copies = new Copies();
  let isDone = false;
  try {
    const copied = await copyContent(
      { ...call, nowMs: facts.nowMs },
      {
        claim,
        copies,
        note: noteWith(call, index, { ...way, epoch: facts.epoch, source }),
        holding: "STANDARD",
        shown: claim.version.storageClass,
        origins: originsOfRestored(index.bucketId, claim),
      },
    );
    if (copied === "paused" || copied === "left") return { kind: "paused" } as const;
    const outcome = await index.finishRestore({
      ...facts,
      nowMs: call.seams.now(),
      ...target,
      expectedContent: source,
      dayMs: lifecycleDayMs(call.env),
      ...copied,
    });
    isDone = outcome.kind === "restored";
    return outcome;
  } catch (error) {
    const end = endOf(error);
    if (end === undefined) throw error;
    return end;
  } finally {
    if (!isDone) await giveUp(call, index, { ...target, copies });
  }
}

/** A restored copy says whose it is, and of no version: a rebuild makes nothing of it. */
function originsOfRestored(bucketId: string, { version: { key } }: Claim) {
  return { version: () => ({ bucketId, key }), part: () => ({ bucketId, key }) };
}
