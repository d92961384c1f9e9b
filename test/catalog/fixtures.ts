// What the catalog's tests share: a call at a chosen time, and a D1 that counts, waits and fails.
import { env as deployed } from "cloudflare:test";
import type { IndexedBucket, IndexSteps } from "../../src/catalog/bucket-lifecycle.ts";
import type { CatalogCall } from "../../src/catalog/database.ts";
import { type Env, systemSeams } from "../../src/env.ts";

export const START_MS = 1_795_000_000_000;

/** A call at `nowMs` on a database of its own making, so that no memory of another test is met. */
export function callAt(nowMs: number, env: Env = freshIsolate()): CatalogCall {
  return { env, seams: systemSeams, nowMs };
}

/** The same database as another isolate sees it: nothing remembered. */
export function freshIsolate(settings: Partial<Env> = {}): Env {
  return { ...deployed, CATALOG: watch(deployed.CATALOG).database, ...settings };
}

export interface WatchedDatabase {
  readonly database: D1Database;
  /** Round trips so far. */
  trips: number;
  /** Round trips that fail from now on: before the work is done, or after (the answer is lost). */
  fails: "never" | "before" | "after";
  /** Awaited before every round trip. */
  gate: Promise<void>;
}

/** Wraps a real D1 so that a test can count its round trips and break them. */
export function watch(real: D1Database): WatchedDatabase {
  const originals = new WeakMap<object, D1PreparedStatement>();
  async function trip<Value>(run: () => Promise<Value>): Promise<Value> {
    watched.trips += 1;
    await watched.gate;
    if (watched.fails === "before") throw new Error("D1_ERROR: SELECT secret FROM nowhere");
    const value = await run();
    if (watched.fails === "after") throw new Error("D1_ERROR: network connection lost");
    return value;
  }
  const database = {
    prepare: (sql: string) => ({
      bind: (...values: unknown[]) => {
        const original = real.prepare(sql).bind(...values);
        const statement = { all: () => trip(() => original.all()) };
        originals.set(statement, original);
        return statement;
      },
    }),
    batch: (statements: object[]) =>
      trip(() => real.batch(statements.flatMap((statement) => originals.get(statement) ?? []))),
  } as unknown as D1Database;
  const watched: WatchedDatabase = { database, trips: 0, fails: "never", gate: Promise.resolve() };
  return watched;
}

/** A watched isolate: its settings and its database. */
export function watchedIsolate(settings: Partial<Env> = {}): { env: Env; d1: WatchedDatabase } {
  const d1 = watch(deployed.CATALOG);
  return { env: { ...deployed, ...settings, CATALOG: d1.database }, d1 };
}

let accounts = 0;

/** Facts for an account nobody else has. */
export function newTenant(): { name: string; email: string } {
  accounts += 1;
  return { name: `tenant ${accounts}`, email: `tenant-${accounts}@example.com` };
}

/** An index that keeps only its state, and can be told to fail before or after a step. */
export class FakeIndex implements IndexSteps {
  readonly states = new Map<string, "ready" | "deleting">();
  readonly notEmpty = new Set<string>();
  /** Steps that fail, each for ever: `initialise:before`, `destroy:after`, ... */
  readonly failures = new Set<string>();
  stale = false;

  async initialise(bucket: IndexedBucket): Promise<void> {
    this.#fail("initialise:before");
    if (!this.states.has(bucket.bucketId)) this.states.set(bucket.bucketId, "ready");
    this.#fail("initialise:after");
  }

  async beginDelete(bucket: IndexedBucket) {
    this.#fail("beginDelete:before");
    if (this.states.get(bucket.bucketId) !== "ready") return { kind: "no-such-bucket" } as const;
    if (this.stale) return { kind: "stale" } as const;
    if (this.notEmpty.has(bucket.bucketId)) return { kind: "not-empty" } as const;
    this.states.set(bucket.bucketId, "deleting");
    this.#fail("beginDelete:after");
    return { kind: "deleting" } as const;
  }

  async destroy(bucket: IndexedBucket): Promise<void> {
    this.#fail("destroy:before");
    this.states.delete(bucket.bucketId);
    this.#fail("destroy:after");
  }

  #fail(step: string): void {
    if (this.failures.has(step)) throw new Error(`injected: ${step}`);
  }
}
