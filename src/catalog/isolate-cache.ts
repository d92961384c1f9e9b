// A bounded cache that lives as long as the isolate. What it gives is at most `ttlMs` old, by the
// clock it is passed; a failed load is never remembered and never prolongs an old value. It does
// not know of other isolates: whoever changes a record forgets it here and waits out the rest.

import type { Env } from "../env.ts";

/** How long and how much to remember. */
export interface CacheBounds {
  readonly ttlMs: number;
  /** For keys that do not exist; 0 remembers none of them. */
  readonly absentTtlMs: number;
  /** Present and absent keys are counted apart, so that a flood of wrong keys evicts no good one. */
  readonly maxEntries: number;
}

/** One load under way. Others wait for its outcome instead of asking the database again. */
interface Load<Value> {
  readonly startedAtMs: number;
  outcome?: { readonly value: Value | undefined } | { readonly error: unknown };
}

interface Remembered<Value> {
  readonly value: Value;
  readonly loadedAtMs: number;
}

/**
 * A joined load belongs to another request, and dies silently with it when that client goes away;
 * after this long each waiter loads for itself.
 */
const JOINED_LOAD_PATIENCE_MS = 1_000;

/** Waiters look with growing pauses: most loads take a few milliseconds. */
const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 32;

export class IsolateCache<Value> {
  readonly #bounds: CacheBounds;
  readonly #present = new Map<string, Remembered<Value>>();
  readonly #absent = new Map<string, Remembered<undefined>>();
  readonly #loads = new Map<string, Load<Value>>();

  constructor(bounds: CacheBounds) {
    this.#bounds = bounds;
  }

  /** The remembered value, if it is young enough. Does not load. */
  peek(key: string, nowMs: number): Value | undefined {
    return fresh(this.#present, key, nowMs, this.#bounds.ttlMs)?.value;
  }

  /** The value, remembered or loaded; `undefined` when `load` says there is none. */
  async get(
    key: string,
    nowMs: number,
    load: () => Promise<Value | undefined>,
  ): Promise<Value | undefined> {
    const remembered = this.peek(key, nowMs);
    if (remembered !== undefined) return remembered;
    if (fresh(this.#absent, key, nowMs, this.#bounds.absentTtlMs)) return undefined;
    // No await before this: everybody who comes while a load is under way must see it.
    const running = this.#loads.get(key);
    if (running && nowMs - running.startedAtMs < JOINED_LOAD_PATIENCE_MS) {
      const joined = await outcomeOf(running);
      // Where absence is not remembered, a joined load may have looked before the record was made.
      if (joined && (joined.value !== undefined || this.#bounds.absentTtlMs > 0)) {
        return joined.value;
      }
    }
    return this.#load(key, nowMs, load);
  }

  /** Drops what is known of `key`, and whatever a load already under way is about to say. */
  forget(key: string): void {
    this.#present.delete(key);
    this.#absent.delete(key);
    this.#loads.delete(key);
  }

  /** Forgets everything, loads under way included. */
  clear(): void {
    this.#present.clear();
    this.#absent.clear();
    this.#loads.clear();
  }

  async #load(
    key: string,
    nowMs: number,
    load: () => Promise<Value | undefined>,
  ): Promise<Value | undefined> {
    const current: Load<Value> = { startedAtMs: nowMs };
    this.#loads.set(key, current);
    try {
      const value = await load();
      current.outcome = { value };
      // A `forget` meanwhile makes this answer too old to keep.
      if (this.#loads.get(key) === current) this.#remember(key, value, nowMs);
      return value;
    } catch (error) {
      current.outcome = { error };
      throw error;
    } finally {
      if (this.#loads.get(key) === current) this.#loads.delete(key);
    }
  }

  #remember(key: string, value: Value | undefined, loadedAtMs: number): void {
    if (value !== undefined) {
      this.#absent.delete(key);
      insertBounded(this.#present, key, { value, loadedAtMs }, this.#bounds.maxEntries);
    } else if (this.#bounds.absentTtlMs > 0) {
      this.#present.delete(key);
      insertBounded(this.#absent, key, { value, loadedAtMs }, this.#bounds.maxEntries);
    }
  }
}

/**
 * What another request's load came to, its failure thrown; `undefined` when it takes too long. Looks
 * again and again instead of awaiting: what one request awaits of another breaks with it, or goes on
 * in the wrong request ("Cannot perform I/O on behalf of a different request").
 */
async function outcomeOf<Value>(
  load: Load<Value>,
): Promise<{ readonly value: Value | undefined } | undefined> {
  let pauseMs = FIRST_PAUSE_MS;
  let waitedMs = 0;
  while (load.outcome === undefined && waitedMs < JOINED_LOAD_PATIENCE_MS) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    waitedMs += pauseMs;
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
  }
  if (load.outcome && "error" in load.outcome) throw load.outcome.error;
  return load.outcome;
}

/** Young enough means `0 <= age < ttlMs`: a clock that went back makes nothing immortal. */
function fresh<Value>(
  entries: Map<string, Remembered<Value>>,
  key: string,
  nowMs: number,
  ttlMs: number,
): Remembered<Value> | undefined {
  const entry = entries.get(key);
  if (entry === undefined) return undefined;
  const ageMs = nowMs - entry.loadedAtMs;
  return ageMs >= 0 && ageMs < ttlMs ? entry : undefined;
}

/** A Map keeps the order of insertion, so its first key is the one loaded longest ago. */
function insertBounded<Entry>(
  entries: Map<string, Entry>,
  key: string,
  entry: Entry,
  maxEntries: number,
): void {
  entries.delete(key);
  if (entries.size >= maxEntries) {
    const oldest = entries.keys().next();
    if (!oldest.done) entries.delete(oldest.value);
  }
  entries.set(key, entry);
}

/**
 * Something an isolate keeps for as long as it uses a database: made on first use, one for each D1
 * binding, so that nothing learnt from one database is ever said of another.
 */
export function perDatabase<Kept>(make: () => Kept): (env: Env) => Kept {
  const kept = new WeakMap<D1Database, Kept>();
  return (env) => {
    const known = kept.get(env.CATALOG);
    if (known !== undefined) return known;
    const made = make();
    kept.set(env.CATALOG, made);
    return made;
  };
}
