// Delivers what the outbox of a bucket holds, target by target, each on its own: bounded slices, in
// order per key, waiting longer after every failure. It runs in the index's alarm, and from the cron
// when an alarm was lost (faults.md D33, D34, D36). What is delivered twice is the receiver's to
// know again, by the sequencer.

import type {
  ClaimOutboxRequest,
  OutboxBatch,
  OutboxEntry,
  SettleOutboxRequest,
  WatcherKind,
} from "../bucket/types.ts";
import type { Env, Seams } from "../env.ts";

/** The two calls of an index that delivering needs; the Durable Object has them. */
export interface OutboxSource {
  claimOutbox(request: ClaimOutboxRequest): readonly OutboxBatch[];
  settleOutbox(request: SettleOutboxRequest): void;
}

export interface CourierCall {
  readonly env: Env;
  readonly seams: Seams;
  readonly nowMs: number;
}

/** What became of one entry. Entries that are in no result were not tried. */
export type DeliveryResult =
  | { readonly kind: "done" }
  | {
      readonly kind: "failed";
      readonly error: string;
      /** The target asked to be left alone for so long. */
      readonly retryAfterMs?: number;
    }
  /** Begun: it is gone on with, before later ones of its key, as if it had not been tried. */
  | { readonly kind: "paused" };

/** Delivers a batch to its target. Throws only when nothing of it could be tried. */
export type Courier = (
  call: CourierCall,
  batch: OutboxBatch,
) => Promise<ReadonlyMap<number, DeliveryResult>>;

export type CourierTable = Readonly<Partial<Record<WatcherKind, Courier>>>;

/** Entries of a target in one slice. */
const entriesPerSlice = 100;
/** Failures of a target in a row after which it is only probed. */
const probeAfter = 5;
/** Deliveries of one entry that may fail: with the waits between them, about a day. */
export const maximumAttempts = 36;
const firstWaitMs = 1000;
const longestWaitMs = 3600 * 1000;
/** A new slice is not begun after this long. */
const budgetMs = 60_000;

/**
 * Delivers what is due until nothing is, or the time is up; what is left stays due. Never throws for
 * a target that fails.
 */
export async function drainOutbox(
  source: OutboxSource,
  facts: { readonly env: Env; readonly seams: Seams; readonly couriers: CourierTable },
): Promise<void> {
  const { seams } = facts;
  const endsAtMs = seams.now() + budgetMs;
  const failed = new Set<string>();
  for (let isMoving = true; isMoving && seams.now() < endsAtMs; ) {
    const claim = { nowMs: seams.now(), limit: entriesPerSlice, probeAfter };
    const batches = source.claimOutbox(claim).filter((batch) => !failed.has(nameOf(batch)));
    const slices = batches.map(async (batch) => {
      const hasMoved = await deliver(source, facts, batch);
      // A target that takes nothing is left alone until the next time, while others go on.
      if (!hasMoved) failed.add(nameOf(batch));
      return hasMoved;
    });
    isMoving = (await Promise.all(slices)).some((hasMoved) => hasMoved);
  }
}

function nameOf({ kind, target }: OutboxBatch): string {
  return `${kind} ${target}`;
}

/** One batch and its settlement. True when something of it went. */
async function deliver(
  source: OutboxSource,
  { env, seams, couriers }: { env: Env; seams: Seams; couriers: CourierTable },
  batch: OutboxBatch,
): Promise<boolean> {
  const { kind, target, entries } = batch;
  let results: ReadonlyMap<number, DeliveryResult>;
  try {
    const courier = couriers[kind];
    if (courier === undefined) throw new Error(`nothing delivers ${kind}`);
    results = await courier({ env, seams, nowMs: seams.now() }, batch);
  } catch (error) {
    console.error(JSON.stringify({ event: "delivery-failed", kind, target }), error);
    const [first] = entries;
    results = new Map(first && [[first.seq, { kind: "failed", error: String(error) }]]);
  }
  const settlement = settlementOf(batch, results, seams);
  source.settleOutbox(settlement);
  return settlement.done.length > 0;
}

function settlementOf(
  { kind, target, entries, failures }: OutboxBatch,
  results: ReadonlyMap<number, DeliveryResult>,
  seams: Seams,
): SettleOutboxRequest {
  const nowMs = seams.now();
  const done: number[] = [];
  const failed: SettleOutboxRequest["failed"][number][] = [];
  let last: Extract<DeliveryResult, { kind: "failed" }> | undefined;
  let hasSucceeded = false;
  for (const entry of entries) {
    const { seq, key } = entry;
    const result = results.get(seq);
    if (result === undefined || result.kind === "paused") continue;
    if (result.kind === "failed") last = result;
    else hasSucceeded = true;
    if (result.kind === "done" || isLastAttempt(entry)) {
      done.push(seq);
      continue;
    }
    const waitMs = Math.max(backoffMs(entry.failures, seams), result.retryAfterMs ?? 0);
    const retryAtMs = nowMs + Math.min(waitMs, longestWaitMs);
    failed.push({ seq, key, retryAtMs, error: result.error });
  }
  const settlement = { kind, target, done, failed, nowMs };
  if (last === undefined || hasSucceeded) return settlement;
  const isStopped = failures + 1 >= probeAfter;
  const waitMs = isStopped ? backoffMs(failures, seams) : 0;
  const retryAtMs = nowMs + Math.max(waitMs, last.retryAfterMs ?? 0);
  return { ...settlement, stop: { failures: failures + 1, retryAtMs, error: last.error } };
}

/** Whether a failure of this delivery is the end of the entry. */
export function isLastAttempt({ failures }: Pick<OutboxEntry, "failures">): boolean {
  return failures + 1 >= maximumAttempts;
}

/** Twice as long after each failure, up to an hour, and a random half of it less. */
export function backoffMs(failures: number, seams: Pick<Seams, "randomBytes">): number {
  const fullMs = Math.min(firstWaitMs * 2 ** Math.min(failures, 30), longestWaitMs);
  const [byte = 0] = seams.randomBytes(1);
  return Math.round(fullMs * (0.5 + byte / 510));
}

/**
 * Delivers the entries one by one: those of a key in order, several keys at a time, and none any more
 * once `stopAfter` deliveries in a row failed. A key whose delivery failed is left alone.
 */
export async function deliverByKey(
  entries: readonly OutboxEntry[],
  deliverOne: (entry: OutboxEntry) => Promise<DeliveryResult>,
  { parallel = 6, stopAfter = 3 }: { parallel?: number; stopAfter?: number } = {},
): Promise<ReadonlyMap<number, DeliveryResult>> {
  const keys = [...Map.groupBy(entries, ({ key }) => key).values()];
  const results = new Map<number, DeliveryResult>();
  let failuresInRow = 0;
  const work = async () => {
    for (let key = keys.shift(); key !== undefined; key = keys.shift()) {
      for (const entry of key) {
        if (failuresInRow >= stopAfter) return;
        const result = await deliverOne(entry).catch(
          (error: unknown): DeliveryResult => ({ kind: "failed", error: String(error) }),
        );
        if (result.kind === "paused") break;
        results.set(entry.seq, result);
        failuresInRow = result.kind === "failed" ? failuresInRow + 1 : 0;
        if (result.kind === "failed") break;
      }
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return results;
}
