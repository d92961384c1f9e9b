// The one alarm of an index. It rings for what is due first: the outbox, restorations, condemned bytes
// whose grace is over, moves that nobody finishes. It is armed anew after every write and every ringing, and costs a row when it is
// set. What is done then is the entry file's (faults.md D36).

import { type Env, systemSeams } from "../env.ts";
import type { Ledger } from "./ledger.ts";

const defaultGraceSeconds = 86_400;
/** Changes made together are told together: how long the first one waits for others. */
const outboxDelayMs = 1000;
/** Restorations that are due together are made together. */
const restoreRestMs = 1000;
/** Upkeep never runs more often than this, whatever the grace. */
const shortestRestMs = 60_000;

/** What the alarm belongs to. */
interface AlarmFacts {
  readonly context: Pick<DurableObjectState, "storage" | "waitUntil">;
  readonly env: Env;
  /** As it is now: an index that was emptied has another. */
  ledger(): Ledger;
  /** Delivers the entries of the outbox that are due, for a while. */
  drain(): Promise<void>;
  /** Everything else; true when something due is left. */
  upkeep(nowMs: number): Promise<boolean>;
}

export class IndexAlarm {
  readonly #facts: AlarmFacts;
  /** When the alarm will ring; `null` for no alarm. Asked of the storage once, at start. */
  #atMs: number | null = null;
  /** When upkeep is due; `null` for never, `undefined` while unknown: then at the next alarm. */
  #upkeepAtMs: number | null | undefined;
  /** The delivery that is under way: there is never a second one. */
  #draining: Promise<void> | undefined;
  /** How long the next delivery waits at least: longer after one that could not be made at all. */
  #drainRestMs = outboxDelayMs;

  constructor(facts: AlarmFacts) {
    this.#facts = facts;
  }

  /** At start, before anything else. */
  async load(): Promise<void> {
    this.#atMs = await this.#facts.context.storage.getAlarm();
    this.arm();
  }

  /**
   * Delivers what is due and runs the upkeep, then arms the next alarm, also when one of them failed:
   * soon when it left something that is due, or a busy bucket would never catch up with its own
   * removals.
   */
  async ring(): Promise<void> {
    this.#atMs = null;
    try {
      const isForOutbox = (this.#facts.ledger().outboxDueMs ?? Infinity) <= systemSeams.now();
      await Promise.all([this.drain(), this.#upkeepIfDue(isForOutbox)]);
    } finally {
      this.arm();
    }
  }

  /** Delivers what is due, unless that is under way. What fails is due again later. */
  async drain(): Promise<void> {
    if (this.#draining === undefined && this.#facts.ledger().outboxDueMs === null) return;
    this.#draining ??= this.#facts
      .drain()
      .then(
        () => outboxDelayMs,
        (error: unknown) => {
          console.error(JSON.stringify({ event: "drain-failed" }), error);
          return shortestRestMs;
        },
      )
      .then((restMs) => {
        this.#drainRestMs = restMs;
        this.#draining = undefined;
        this.arm();
      });
    await this.#draining;
  }

  /** Sets the alarm for what is due first, unless it rings earlier anyway. */
  arm(): void {
    const ledger = this.#facts.ledger();
    if (ledger.state === "none") return;
    const nowMs = systemSeams.now();
    if (ledger.outboxDueMs !== null && this.#draining === undefined) {
      this.#set(Math.max(ledger.outboxDueMs, nowMs + this.#drainRestMs));
    }
    const isUnknown = this.#upkeepAtMs === undefined;
    if (isUnknown && this.#atMs !== null && ledger.restoreDueMs === null) return;
    const graceSeconds = Number(this.#facts.env.CONDEMNED_GRACE_SECONDS ?? defaultGraceSeconds);
    const restMs = Math.max(graceSeconds * 1000, shortestRestMs);
    if (ledger.hasCondemned) this.#upkeepAtMs ??= nowMs + restMs;
    if (ledger.restoreDueMs !== null) {
      const dueMs = Math.max(ledger.restoreDueMs, nowMs + restoreRestMs);
      this.#upkeepAtMs = Math.min(this.#upkeepAtMs ?? dueMs, dueMs);
    }
    if (ledger.giveUpMs !== null) {
      const dueMs = Math.max(ledger.giveUpMs, nowMs + shortestRestMs);
      this.#upkeepAtMs = Math.min(this.#upkeepAtMs ?? dueMs, dueMs);
    }
    if (typeof this.#upkeepAtMs === "number") this.#set(this.#upkeepAtMs);
  }

  /** An alarm that is not for the outbox is for the upkeep, whatever the clock says. */
  async #upkeepIfDue(isForOutbox: boolean): Promise<void> {
    const nowMs = systemSeams.now();
    const dueMs = this.#upkeepAtMs === undefined ? 0 : (this.#upkeepAtMs ?? Infinity);
    if (isForOutbox && dueMs > nowMs) return;
    this.#upkeepAtMs = null;
    const hasMore = await this.#facts.upkeep(nowMs);
    if (hasMore) this.#upkeepAtMs = systemSeams.now() + shortestRestMs;
  }

  #set(atMs: number): void {
    if (this.#atMs !== null && this.#atMs <= atMs) return;
    this.#atMs = atMs;
    const { context } = this.#facts;
    context.waitUntil(context.storage.setAlarm(atMs));
  }
}
