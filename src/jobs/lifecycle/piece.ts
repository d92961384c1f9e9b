// One piece of a bucket's lifecycle: the index removes what has ended, in its own transaction; what is
// to move is moved here. Safe to do twice at once: the index plans anew each time, and a mover takes a
// version only as it was when it was planned (faults.md D17, D23, D35).

import { openBucket } from "../../bucket/client.ts";
import { emissionOf, serviceOrigin } from "../../bucket/emission.ts";
import type { DueTransition, LifecycleDeed, SweepLifecycleOutcome } from "../../bucket/types.ts";
import { type BucketRecord, loadBucket, reloadBucket } from "../../catalog/buckets.ts";
import type { Finding } from "../../catalog/jobs.ts";
import { lifecycleDayMs } from "../../env.ts";
import type { TransitionClass } from "../../lifecycle/classes.ts";
import { newVersionId } from "../../s3/ids.ts";
import { copyPace, shortPace } from "../copy-parts.ts";
import { type MoveOutcome, moveVersion } from "../move.ts";
import { forEachMove } from "../moves-at-once.ts";
import type { ServiceAction } from "../record-action.ts";
import type { SliceCall } from "../slices.ts";

/** Per call of the index: some tens of milliseconds of its one thread. */
const bounds = {
  maximumVersions: 6000,
  maximumTransitions: 200,
  /** Of which packing takes about three seconds of CPU. */
  maximumTransitionBytes: 256 * 1024 * 1024,
} as const;
const markersPerPiece = 1000;
/** How often settings that move on are followed. */
const maximumRounds = 3;

export interface Piece {
  /** The bucket has no rules any more. */
  readonly isEnded: boolean;
  /** Nothing is due any more. */
  readonly isDone: boolean;
  readonly nextDueMs: number | null;
  /** What was done, by action; and how often a mover said what. */
  readonly counts: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
  readonly cpuMs: number;
  /** Nothing is left but what is too large for this run. */
  readonly isLeft: boolean;
  /** Of the first move that failed. */
  readonly error?: string;
}

/** One call of the index and the moves it asks for; `undefined` when the bucket is gone. */
export async function sweepPiece(call: SliceCall, name: string): Promise<Piece | undefined> {
  let bucket = await loadBucket(call, name);
  for (let round = 1; bucket !== undefined && round <= maximumRounds; round++) {
    const outcome = await ask(call, bucket);
    if (outcome.kind === "swept") return finish(call, bucket, outcome);
    if (outcome.kind === "no-such-bucket") return undefined;
    if (outcome.kind === "moved") throw new Error("the client follows keys");
    bucket = await reloadBucket(call, bucket);
  }
  if (bucket === undefined) return undefined;
  throw new Error("the bucket's settings do not stand still");
}

async function ask(call: SliceCall, bucket: BucketRecord) {
  const { settings } = bucket;
  const rules = settings.get("lifecycle") ?? null;
  const versioning = settings.get("versioning");
  const dayMs = lifecycleDayMs(call.env);
  return openBucket(call.env, bucket.bucketId).sweepLifecycle({
    ...bounds,
    ...emissionOf(bucket, () => serviceOrigin(call.seams), { removal: "LifecycleExpiration" }),
    epoch: bucket.epoch,
    nowMs: call.nowMs,
    rules,
    rulesId: `${dayMs} ${rules === null ? "" : await digestOf(rules)}`,
    dayMs,
    versioning: versioning === "Enabled" || versioning === "Suspended" ? versioning : "Unversioned",
    // What is not replicated yet stays, too, and only the version says so.
    readsDetail: settings.has("objectLock") || settings.has("replication"),
    markerIds: Array.from({ length: versioning === undefined ? 1 : markersPerPiece }, () =>
      newVersionId(call.nowMs, call.seams.randomBytes),
    ),
  });
}

async function digestOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

type Swept = Extract<SweepLifecycleOutcome, { kind: "swept" }>;

async function finish(call: SliceCall, bucket: BucketRecord, swept: Swept): Promise<Piece> {
  const counts: Record<string, number> = {
    versions: swept.versionsSeen,
    ranges: swept.rangesVisited,
  };
  for (const { action, count } of swept.counts) counts[action] = (counts[action] ?? 0) + count;
  const moves = new Moves(call, bucket, counts);
  await moves.run(swept.transitions);
  // What is copied in part marked its range: it is asked for again at once.
  const isLeft = (counts["left"] ?? 0) > 0;
  const isPaused = isLeft || (counts["paused"] ?? 0) > 0;
  const deeds = [...swept.deeds.map(recordOf), ...moves.deeds];
  if (deeds.length > 0) await call.recordActions(bucket.name, deeds);
  return {
    isEnded: !bucket.settings.has("lifecycle"),
    isDone: swept.isDone && !isPaused,
    nextDueMs: swept.nextDueMs,
    counts,
    findings: moves.findings,
    cpuMs: moves.cpuMs,
    isLeft: isLeft && moves.cpuMs === 0,
    ...(moves.error !== undefined && { error: moves.error }),
  };
}

/** As access logs name what lifecycle does. */
const transitionNames: Readonly<Record<TransitionClass, ServiceAction["operation"]>> = {
  STANDARD_IA: "S3.TRANSITION_SIA.OBJECT",
  ONEZONE_IA: "S3.TRANSITION_ZIA.OBJECT",
  INTELLIGENT_TIERING: "S3.TRANSITION_INT.OBJECT",
  GLACIER_IR: "S3.TRANSITION_GIR.OBJECT",
  GLACIER: "S3.TRANSITION.OBJECT",
  DEEP_ARCHIVE: "S3.TRANSITION_GDA.OBJECT",
};

function recordOf({ action, key, versionId, sizeBytes, isMarkerMade }: LifecycleDeed) {
  const isUpload = action === "AbortIncompleteMultipartUpload";
  const made = isMarkerMade === true ? "S3.CREATE.DELETEMARKER" : "S3.EXPIRE.OBJECT";
  const operation = isUpload ? "S3.DELETE.UPLOAD" : made;
  return { operation, key, versionId, objectBytes: sizeBytes } as const;
}

/** The moves of one piece, several at once. */
class Moves {
  readonly deeds: ServiceAction[] = [];
  readonly findings: Finding[] = [];
  error: string | undefined;
  cpuMs = 0;
  readonly #call: SliceCall;
  readonly #bucket: BucketRecord;
  readonly #counts: Record<string, number>;

  constructor(call: SliceCall, bucket: BucketRecord, counts: Record<string, number>) {
    this.#call = call;
    this.#bucket = bucket;
    this.#counts = counts;
  }

  async run(transitions: readonly DueTransition[]): Promise<void> {
    await forEachMove(transitions, (one) => this.#move(one));
  }

  /** A move that fails is asked for again within the hour; the others go on (faults.md D22). */
  async #move(due: DueTransition): Promise<void> {
    const { key, versionId, storageClass, action, rule, sizeBytes } = due;
    const { bucketId, epoch, name } = this.#bucket;
    const { env, seams, isLong } = this.#call;
    let kind: string;
    try {
      const call = {
        ...{ env, seams, nowMs: seams.now(), epoch, lifecycle: { rule, action } },
        ...emissionOf(this.#bucket, () => serviceOrigin(seams)),
        pace: isLong === true ? copyPace : shortPace,
      };
      const outcome = await moveVersion(call, bucketId, due, { storageClass });
      kind = outcome.kind;
      if (outcome.kind === "moved") this.#countCost(outcome, sizeBytes);
      if ("cpuMs" in outcome) this.cpuMs += outcome.cpuMs;
      if (outcome.kind === "damaged") {
        const subject = { bucket: name, key, versionId, blob: outcome.blob };
        this.findings.push({ kind: "damaged-source", subject, isRepaired: false });
      }
    } catch (error) {
      kind = "failed";
      this.error ??= String(error);
    }
    if (kind === "moved") {
      const operation = transitionNames[storageClass as TransitionClass];
      this.deeds.push({ operation, key, versionId, objectBytes: sizeBytes });
      kind = action;
    }
    this.#count(kind, 1);
  }

  /** What a move cost, for who pays: calls as R2 bills them, rows as Durable Objects do. */
  #countCost(moved: Extract<MoveOutcome, { kind: "moved" }>, sizeBytes: number): void {
    this.#count("movedBytes", sizeBytes);
    this.#count("storedBytes", moved.storedBytes);
    this.#count("classA", moved.writes);
    this.#count("classB", moved.reads);
    this.#count("rowsWritten", moved.rowsWritten);
  }

  #count(name: string, count: number): void {
    this.#counts[name] = (this.#counts[name] ?? 0) + count;
  }
}
