// What the index must know of itself at every call, kept in memory and written rarely: the bucket's
// state and settings epoch, the order (`seq`), the clock's high water, the range of this partition.
// Everything here can be rebuilt from the `meta` table; nothing is decided on memory alone.

import type { StorageClass } from "../s3/content.ts";
import { compareKeys } from "./keys.ts";
import { OutboxPlaces } from "./outbox-places.ts";
import { type Sql, statements } from "./statements.ts";
import type { CallFacts, Moved, Refusal } from "./types.ts";

/**
 * `none`: never initialised, or lost. `rebuilding`: being made anew from the stores. `destroyed`
 * stays for ever, so that a lost blob can be told.
 */
export type BucketState = "none" | "rebuilding" | "active" | "deleting" | "destroyed";

/** Sequence numbers taken at once, so that the order costs one row per this many writes. */
const reservedAtOnce = 1000;

/** What a mover left unfinished waits so long for the next one, as R2 keeps unfinished uploads. */
export const unfinishedKeptMs = 7 * 24 * 3600 * 1000;

export class Ledger {
  state: BucketState = "none";
  bucketId = "";
  epoch = 0;
  /** The latest time any caller brought, milliseconds. Never goes back while the object lives. */
  clockMs = 0;
  /** Whether the history table may have rows; unversioned buckets skip it altogether. */
  hasHistory = false;
  /** Whether any version may have annotations; the others pay nothing for them. */
  hasAnnotations = false;
  /** How far each target's outbox is read. */
  readonly outboxPlaces = new OutboxPlaces();
  /** Whether any version was ever of INTELLIGENT_TIERING; the upkeep of tiers passes others over. */
  hasTiered = false;
  /** When a restoration is due next, milliseconds; `null` where there is none at all. */
  restoreDueMs: number | null = null;
  /** When what a mover left unfinished is given up next; `null` where nothing is. */
  giveUpMs: number | null = null;
  /** Whether something may be condemned, so that upkeep is due some day. */
  hasCondemned = false;
  /** When the outbox has something to deliver; 0 for at once, `null` when it is empty. */
  outboxDueMs: number | null = null;
  /** Targets of the outbox that wait, and until when. */
  #stoppedTargets: ReadonlyMap<string, number> = new Map();
  /** Which rules the lifecycle's ranges were made for; empty without any. */
  lifecycleId = "";
  #sql: Sql;
  #nextSeq = 1;
  #seqBound = 1;
  #rangeFrom: string | null = null;
  #rangeTo: string | null = null;

  constructor(sql: Sql) {
    this.#sql = sql;
    this.load();
  }

  /** Reads everything from the database: at start, and after a transaction that was rolled back. */
  load(): void {
    const meta = new Map(this.#sql.rows<[string, string]>(statements.readMeta));
    this.state = (meta.get("state") ?? "none") as BucketState;
    this.bucketId = meta.get("bucket_id") ?? "";
    this.epoch = Number(meta.get("epoch") ?? 0);
    // Numbers under the bound may have been used before a restart: go on from the bound.
    const [bound, clock] = (meta.get("reserved") ?? "1 0").split(" ").map(Number);
    this.#seqBound = bound ?? 1;
    this.#nextSeq = this.#seqBound;
    this.clockMs = Math.max(this.clockMs, clock ?? 0);
    this.lifecycleId = meta.get("lifecycle") ?? "";
    this.#rangeFrom = meta.get("range_from") ?? null;
    this.#rangeTo = meta.get("range_to") ?? null;
    this.hasTiered = meta.has("tiered");
    this.noteRestores();
    this.noteUnfinished();
    this.hasHistory = this.#sql.first(statements.anyHistory) !== undefined;
    this.hasCondemned = this.#sql.first(statements.anyCondemned) !== undefined;
    this.hasAnnotations = this.#sql.first(statements.anyAnnotation) !== undefined;
    this.loadOutbox();
  }

  /** Reads anew what waits in the outbox, and until when. */
  loadOutbox(): void {
    const sql = this.#sql;
    this.#stoppedTargets = new Map(sql.rows<[string, number]>(statements.outboxStops));
    this.outboxDueMs = null;
    const targets = sql.rows<[string]>(statements.outboxTargets).map(([target]) => target);
    this.outboxPlaces.keepOnly(targets);
    for (const target of targets) {
      const place = this.outboxPlaces.of(target);
      // Rows of keys that wait may be among them: then the next look moves the place.
      const isAnyReady = sql.first(statements.anyOutboxBehind, target, place) !== undefined;
      const [nextMs = null] = sql.first<[number | null]>(statements.nextOutboxWait, target) ?? [];
      this.noteOutbox(target, isAnyReady ? 0 : (nextMs ?? 0));
    }
  }

  /** The target has rows that may be delivered from `dueMs` on. */
  noteOutbox(target: string, dueMs = 0): void {
    const readyMs = Math.max(dueMs, this.#stoppedTargets.get(target) ?? 0);
    this.outboxDueMs = Math.min(this.outboxDueMs ?? readyMs, readyMs);
  }

  /** The refusal for a call whose settings or bucket are gone; otherwise moves the clock on. */
  admit(facts: CallFacts): Refusal | undefined {
    if (this.state !== "active") return { kind: "no-such-bucket" };
    if (facts.epoch < this.epoch) return { kind: "stale", epoch: this.epoch };
    // A caller that knows newer settings than the index has them from the catalog: older ones end.
    if (facts.epoch > this.epoch) this.advanceEpoch(facts.epoch);
    this.tick(facts.nowMs);
    return undefined;
  }

  /** As `admit`, for calls about one key: `moved` when it lives in another partition. */
  admitKey(facts: CallFacts, key: string): Refusal | undefined {
    return this.admit(facts) ?? this.movedTo(key);
  }

  /** Where the key went, or `undefined` when it is ours. */
  movedTo(key: string): Moved | undefined {
    const isOurs =
      (this.#rangeFrom === null || compareKeys(key, this.#rangeFrom) >= 0) &&
      (this.#rangeTo === null || compareKeys(key, this.#rangeTo) < 0);
    if (isOurs) return undefined;
    const row = this.#sql.first<[string, string, string | null]>(statements.partitionOf, key);
    if (row === undefined) throw new Error("no partition has the key");
    const [partition, from, to] = row;
    return { kind: "moved", partition, from, ...(to !== null && { to }) };
  }

  /** Moves the clock on. Times never order anything; they only may not go back. */
  tick(nowMs: number): number {
    this.clockMs = Math.max(this.clockMs, nowMs);
    return this.clockMs;
  }

  /** The next place in the order. Must run inside a transaction. */
  takeSeq(): number {
    if (this.#nextSeq >= this.#seqBound) {
      this.#seqBound = this.#nextSeq + reservedAtOnce;
      this.#sql.run(statements.writeMeta, "reserved", `${this.#seqBound} ${this.clockMs}`);
    }
    const seq = this.#nextSeq;
    this.#nextSeq += 1;
    return seq;
  }

  /** When the next restoration is due, asked anew: after every change of them. */
  noteRestores(): void {
    this.restoreDueMs = this.#sql.first<[number | null]>(statements.nextRestore)?.[0] ?? null;
  }

  /** When an unfinished move is given up next, asked anew: after every change of them. */
  noteUnfinished(): void {
    const oldestMs = this.#sql.first<[number | null]>(statements.oldestUnfinishedMove)?.[0];
    this.giveUpMs = oldestMs == null ? null : oldestMs + unfinishedKeptMs;
  }

  /** A version of that class is about to stand. Costs a row once in the life of a bucket. */
  noteClass(storageClass: StorageClass): void {
    if (this.hasTiered || storageClass !== "INTELLIGENT_TIERING") return;
    this.#sql.run(statements.writeMeta, "tiered", "1");
    this.hasTiered = true;
  }

  /** How far the order has come. It stands still while nothing is written. */
  get lastPlace(): number {
    return this.#nextSeq;
  }

  setLifecycle(id: string): void {
    this.#sql.run(statements.writeMeta, "lifecycle", id);
    this.lifecycleId = id;
  }

  advanceEpoch(epoch: number): void {
    if (epoch <= this.epoch) return;
    this.#sql.run(statements.writeMeta, "epoch", String(epoch));
    this.epoch = epoch;
  }

  setState(state: BucketState, bucketId: string): void {
    this.#sql.run(statements.writeMeta, "state", state);
    if (bucketId !== this.bucketId) this.#sql.run(statements.writeMeta, "bucket_id", bucketId);
    this.state = state;
    this.bucketId = bucketId;
  }
}
