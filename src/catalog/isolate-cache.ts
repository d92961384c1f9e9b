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

/** One load under way. Others join it instead of asking the database again. */
interface Load<Value> {
  readonly startedAtMs: number;
  readonly promise: Promise<Value | undefined>;
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

const ABANDONED = Symbol("abandoned load");

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
      const joined = await waitPatiently(running.promise);
      // Where absence is not remembered, a joined load may have looked before the record was made.
      const isAnswer = joined !== undefined || this.#bounds.absentTtlMs > 0;
      if (joined !== ABANDONED && isAnswer) return joined;
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
    const current: Load<Value> = { startedAtMs: nowMs, promise: load() };
    this.#loads.set(key, current);
    try {
      const value = await current.promise;
      // A `forget` meanwhile makes this answer too old to keep.
      if (this.#loads.get(key) === current) this.#remember(key, value, nowMs);
      return value;
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

async function waitPatiently<Value>(promise: Promise<Value>): Promise<Value | typeof ABANDONED> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<typeof ABANDONED>((resolve) => {
    timer = setTimeout(() => resolve(ABANDONED), JOINED_LOAD_PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, patience]);
  } finally {
    clearTimeout(timer);
  }
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
