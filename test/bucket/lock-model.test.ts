// A versioned, lockable bucket: any history of it, by two callers with clocks and settings of their
// own, must answer as the model does, and nothing locked may ever lose its bytes (SEC-093 to 099).
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BucketClient } from "../../src/bucket/client.ts";
import type { AmendRequest, CommitRequest, VersionLock } from "../../src/bucket/types.ts";
import { hourMs, type IndexUnderTest, openIndex, startMs } from "./fixture.ts";
import {
  isLocked,
  type ModelBucket,
  type ModelCall,
  type ModelLock,
  modelDayMs,
  predict,
  type Wish,
} from "./lock-model.ts";

const keys = ["a", "b"] as const;
const key = fc.constantFrom(...keys);
const mode = fc.constantFrom("GOVERNANCE" as const, "COMPLIANCE" as const);
const days = fc.integer({ min: 1, max: 9 });
const pick = fc.nat(50);
const bypass = fc.boolean();

/** A call as it is drawn: which version, when and by whom is settled when it is made. */
const drawn = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("put" as const), mode, days, pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("put-default" as const), mode, days }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("create" as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("delete" as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("delete-version" as const), pick, bypass }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("tags" as const), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("legal" as const), pick }) },
  {
    weight: 7,
    arbitrary: fc.record({
      kind: fc.constant("retention" as const),
      wish: fc.constantFrom("remove", "set", "set", "hold", "hold", "release"),
      pick,
      mode,
      days,
      bypass,
    }),
  },
);
type Drawn = typeof drawn extends fc.Arbitrary<infer Value> ? Value : never;

const caller = fc.constantFrom(0, 1);
const command = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constant("one" as const), caller, key, call: drawn }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant("both" as const),
      key,
      calls: fc.tuple(drawn, drawn),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("wait" as const), days }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("settings" as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("collect" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart" as const) }) },
);
type Command = typeof command extends fc.Arbitrary<infer Value> ? Value : never;

/** The index behind a wire that loses every third answer, after the call was made. */
function lossy(index: IndexUnderTest): BucketClient {
  let calls = 0;
  const stub = () =>
    new Proxy(
      {},
      {
        get: (_, method: string) => async (request: unknown) => {
          const target = index.rpc as unknown as Record<string, (r: unknown) => Promise<unknown>>;
          const answer = await target[method]?.(request);
          calls += 1;
          if (calls % 3 === 0) throw new Error("Network connection lost.");
          return answer;
        },
      },
    );
  const namespace = { idFromName: (name: string) => name, get: stub };
  return new BucketClient(namespace as unknown as DurableObjectNamespace, index.bucketId);
}

function straight(index: IndexUnderTest): BucketClient {
  const namespace = { idFromName: (name: string) => name, get: () => index.rpc };
  return new BucketClient(namespace as unknown as DurableObjectNamespace, index.bucketId);
}

class LockRun {
  readonly index: IndexUnderTest;
  model: ModelBucket = { clock: startMs, keys: {} };
  readonly stored = new Set<string>();
  readonly removed = new Set<string>();
  #now = startMs;
  #epoch = 1;
  /** The second caller's clock lags, and each believes what it last heard of the settings. */
  readonly #epochs = [1, 1];
  readonly #lags = [0, 5 * hourMs];

  constructor(index: IndexUnderTest) {
    this.index = index;
  }

  async step(step: Command): Promise<void> {
    switch (step.kind) {
      case "wait":
        this.#now += step.days * modelDayMs;
        return;
      case "settings":
        this.#epoch += 1;
        return this.index.rpc.advanceEpoch(this.#epoch);
      case "collect":
        return this.collect();
      case "restart":
        await this.index.restart();
        // The clock in memory is lost; the next caller brings it back.
        return this.#touch();
      case "one": {
        const call = this.#settle(step.call, step.caller, step.key);
        const [next, expected] = predict(this.model, call);
        expect(await this.#make(lossy(this.index), call, step.caller)).toBe(expected);
        this.model = next;
        return this.check(step.key);
      }
      case "both":
        return this.#both(step.key, step.calls);
    }
  }

  /** Two calls at once come out as one of their two orders. */
  async #both(name: string, [left, right]: readonly [Drawn, Drawn]): Promise<void> {
    const calls = [this.#settle(left, 0, name), this.#settle(right, 1, name)] as const;
    const client = straight(this.index);
    const told = await Promise.all(calls.map((call, at) => this.#make(client, call, at)));
    const orders = [
      [0, 1],
      [1, 0],
    ] as const;
    for (const order of orders) {
      let bucket = this.model;
      const expected: string[] = [];
      for (const at of order) {
        const [next, outcome] = predict(bucket, calls[at]);
        bucket = next;
        expected[at] = outcome;
      }
      if (expected.join() !== told.join()) continue;
      const saved = this.model;
      this.model = bucket;
      if (await this.matches(name)) return;
      this.model = saved;
    }
    throw new Error(`no order explains ${JSON.stringify({ calls, told })}`);
  }

  #settle(call: Drawn, who: number, name: string): ModelCall {
    const now = this.#now - (this.#lags[who] ?? 0);
    const facts = { now, key: name };
    const versions = this.model.keys[name] ?? [];
    const target = "pick" in call ? versions[aim(call.pick, versions.length)]?.id : undefined;
    const named = target === undefined ? {} : { id: target };
    const { index } = this;
    // A change of mode is mostly refused: more often the mode is the one there is.
    const lockMode = versions.find(({ id }) => id === (target ?? versions[0]?.id))?.lock.mode;
    switch (call.kind) {
      case "put":
        return { ...facts, kind: "put", ...this.#bytes(), lock: this.#lockFor(call, now) };
      case "put-default":
        return { ...facts, ...call, ...this.#bytes() };
      case "create":
        return { ...facts, kind: "create", ...this.#bytes() };
      case "delete":
        return { ...facts, kind: "delete", id: index.versionId() };
      case "delete-version":
        return { ...facts, ...call, id: target ?? index.versionId() };
      case "tags":
        return { ...facts, kind: "tags", ...named, tags: `t${call.pick}` };
      case "legal":
        return { ...facts, kind: "legal", ...named, isOn: call.pick % 2 === 0 };
      case "retention":
        return {
          ...facts,
          kind: "retention",
          ...named,
          bypass: call.bypass,
          wish: wishOf({ ...call, ...(call.pick % 3 > 0 && lockMode && { mode: lockMode }) }, now),
        };
    }
  }

  #bytes(): { id: string; blob: string } {
    const blob = this.index.blob(this.#now);
    return { id: this.index.versionId(), blob };
  }

  #lockFor(call: Extract<Drawn, { kind: "put" }>, now: number): ModelLock {
    const retention = { mode: call.mode, until: now + call.days * modelDayMs };
    const choices: ModelLock[] = [
      {},
      retention,
      { legal: true },
      { mode: call.mode, hold: call.days },
    ];
    return choices[call.pick % choices.length] ?? {};
  }

  /** Makes the call as a Worker does: settings that are too old are learnt anew, once. */
  async #make(client: BucketClient, call: ModelCall, who: number): Promise<string> {
    const first = await this.#send(client, call, this.#epochs[who] ?? 1);
    if (first !== "stale") return first;
    this.#epochs[who] = this.#epoch;
    return this.#send(client, call, this.#epoch);
  }

  async #send(client: BucketClient, call: ModelCall, epoch: number): Promise<string> {
    const facts = { epoch, nowMs: call.now, key: call.key };
    switch (call.kind) {
      case "put":
      case "put-default":
      case "create": {
        this.stored.add(call.blob);
        const request: CommitRequest = {
          ...this.index.commitRequest(call.key),
          ...facts,
          versionId: call.id,
          content: call.blob,
          ...(call.kind === "put" && detailOf(call.lock)),
          ...(call.kind === "put-default" && {
            defaultLock: { mode: call.mode, period: { days: call.days } },
          }),
          ...(call.kind === "create" && { conditions: { ifNoneMatch: "*" } }),
        };
        return (await client.commit(request)).kind;
      }
      case "delete":
      case "delete-version": {
        const deletion =
          call.kind === "delete"
            ? { key: call.key, markerVersionId: call.id }
            : {
                key: call.key,
                versionId: call.id,
                markerVersionId: this.index.versionId(),
                bypassGovernance: call.bypass,
              };
        const outcome = await client.delete({
          ...facts,
          versioning: "Enabled",
          deletions: [deletion],
        });
        return outcome.kind === "done" ? (outcome.results[0]?.kind ?? "nothing") : outcome.kind;
      }
      default: {
        const version = call.id === undefined ? {} : { versionId: call.id };
        const request: AmendRequest = { ...facts, ...version, change: changeOf(call) };
        return (await client.amend(request)).kind;
      }
    }
  }

  /** Whether the index has the versions of the model, with their bytes, tags and locks. */
  async matches(name: string): Promise<boolean> {
    const versions = this.model.keys[name] ?? [];
    const rows = await this.index.rows(
      `SELECT version_id FROM (SELECT seq, version_id FROM current WHERE key = '${name}'
        UNION SELECT seq, version_id FROM history WHERE key = '${name}') ORDER BY seq DESC`,
    );
    if (rows.map((row) => row["version_id"]).join() !== versions.map(({ id }) => id).join()) {
      return false;
    }
    for (const { id, blob, isMarker, tags, lock } of versions) {
      const found = await this.index.rpc.resolve({
        epoch: this.#epoch,
        nowMs: this.#now,
        key: name,
        versionId: id,
        wantSegments: true,
      });
      if (found.kind !== "found" || found.version.isDeleteMarker !== isMarker) return false;
      if (isMarker) continue;
      const { detail } = found.version;
      const isSame =
        found.segments[0]?.blob === blob &&
        (detail.tags?.[0]?.[0] ?? "") === tags &&
        canonical(detail.lock) === canonical(stored(lock));
      if (!isSame) return false;
    }
    // The look itself brought the clock.
    this.model = { ...this.model, clock: Math.max(this.model.clock, this.#now) };
    return true;
  }

  async check(name: string): Promise<void> {
    expect(await this.matches(name)).toBe(true);
  }

  async #touch(): Promise<void> {
    const facts = { epoch: this.#epoch, nowMs: this.model.clock };
    await this.index.rpc.resolve({ ...facts, key: "a", wantSegments: false });
  }

  /** Removes what the index gives up; never the bytes of a version that stands, locked or not. */
  async collect(): Promise<void> {
    const live = new Set(Object.values(this.model.keys).flatMap((all) => all.map((v) => v.blob)));
    for (;;) {
      const facts = { nowMs: this.#now, graceMs: hourMs, limit: 5 };
      const claimed = await this.index.rpc.claimCondemned(facts);
      this.model = { ...this.model, clock: Math.max(this.model.clock, this.#now) };
      for (const { blob } of claimed) {
        expect(live.has(blob)).toBe(false);
        this.removed.add(blob);
      }
      await this.index.rpc.forgetCondemned(claimed.map(({ ticket }) => ticket));
      if (claimed.length === 0) return;
    }
  }

  /** A locked bucket cannot be emptied; when every lock is over, it can, and nothing is left. */
  async end(): Promise<void> {
    const facts = () => ({ epoch: this.#epoch, nowMs: this.#now });
    for (const name of keys) {
      for (const version of this.model.keys[name] ?? []) {
        const isHeld = isLocked(version, this.model.clock, true);
        const call = { now: this.#now, key: name, kind: "delete-version", bypass: true } as const;
        const told = await this.#send(
          straight(this.index),
          { ...call, id: version.id },
          this.#epoch,
        );
        expect(told).toBe(isHeld ? "locked" : "deleted");
        if (!isHeld) this.model = predict(this.model, { ...call, id: version.id })[0];
      }
    }
    const left = Object.values(this.model.keys).flat();
    const outcome = await this.index.rpc.beginDelete(facts());
    expect(outcome).toEqual({ kind: left.length > 0 ? "not-empty" : "deleting" });
    if (left.length === 0) return;
    const client = straight(this.index);
    const lift = async (name: string, change: AmendRequest["change"], versionId: string) =>
      client.amend({ ...facts(), key: name, change, versionId });
    for (const name of keys) {
      for (const { id, lock } of this.model.keys[name] ?? []) {
        await lift(name, { kind: "legal-hold", isOn: false }, id);
        if (typeof lock.hold !== "number" || lock.mode === undefined) continue;
        const retention = { mode: lock.mode, eventHold: false };
        await lift(name, { kind: "retention", retention, bypassGovernance: false }, id);
      }
    }
    this.#now += 400 * modelDayMs;
    for (const name of keys) {
      for (const { id } of this.model.keys[name] ?? []) {
        const call = { now: this.#now, key: name, kind: "delete-version", bypass: false } as const;
        expect(await this.#send(client, { ...call, id }, this.#epoch)).toBe("deleted");
      }
    }
    this.model = { ...this.model, keys: {} };
    this.#now += 3 * modelDayMs;
    await this.collect();
    expect(await this.index.rpc.beginDelete(facts())).toEqual({ kind: "deleting" });
    for (const table of ["current", "history", "condemned"]) {
      expect(await this.index.rows(`SELECT * FROM ${table}`)).toEqual([]);
    }
  }
}

/** Half of the calls meet at the newest version, so that locks follow on locks. */
function aim(pick: number, count: number): number {
  return pick % 2 === 0 ? 0 : pick % (count + 1);
}

function wishOf(call: Extract<Drawn, { kind: "retention" }>, now: number): Wish {
  switch (call.wish) {
    case "set":
      return { kind: "set", mode: call.mode, until: now + call.days * modelDayMs };
    case "hold":
      return { kind: "hold", mode: call.mode, days: call.days };
    case "release":
      return { kind: "release", mode: call.mode };
    default:
      return { kind: "remove" };
  }
}

function changeOf(
  call: Extract<ModelCall, { kind: "tags" | "legal" | "retention" }>,
): AmendRequest["change"] {
  if (call.kind === "tags") return { kind: "tags", tags: [[call.tags, ""]] };
  if (call.kind === "legal") return { kind: "legal-hold", isOn: call.isOn };
  const { wish, bypass: bypassGovernance } = call;
  const retention = () => {
    switch (wish.kind) {
      case "remove":
        return {};
      case "set":
        return { mode: wish.mode, retainUntilMs: wish.until };
      case "hold":
        return { mode: wish.mode, eventHold: true, holdDuration: { days: wish.days } };
      case "release":
        return { mode: wish.mode, eventHold: false };
    }
  };
  return { kind: "retention", retention: retention(), bypassGovernance };
}

/** The model's lock as the index stores it. */
function stored({ mode, until, legal, hold }: ModelLock): VersionLock | undefined {
  const lock: VersionLock = {
    ...(mode !== undefined && { mode }),
    ...(until !== undefined && { retainUntilMs: until }),
    ...(legal !== undefined && { legalHold: legal }),
    ...(hold !== undefined && { eventHold: hold !== "off" }),
    ...(typeof hold === "number" && { holdDuration: { days: hold } }),
  };
  return Object.keys(lock).length === 0 ? undefined : lock;
}

function detailOf(lock: ModelLock): { detail: { lock?: VersionLock } } {
  const own = stored(lock);
  return { detail: own === undefined ? {} : { lock: own } };
}

/** As text, whatever the order of members. */
function canonical(lock: VersionLock | undefined): string {
  return JSON.stringify(Object.entries(lock ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

describe("a lockable bucket and a model of it", () => {
  it("agree on any history by two callers", { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 40, maxLength: 60 }), async (steps) => {
        const run = new LockRun(await openIndex("Enabled"));
        for (const step of steps) await run.step(step);
        for (const name of keys) await run.check(name);
        await run.end();
      }),
      { numRuns: 20 },
    );
  });
});

describe("two clients that lock as Terraform does", () => {
  it("have one winner in each of 1,000 rounds (D09)", { timeout: 120_000 }, async () => {
    const index = await openIndex("Enabled");
    const clients = [straight(index), lossy(index)];
    const conditions = { ifNoneMatch: "*" } as const;
    for (let round = 0; round < 1000; round += 1) {
      index.nowMs += 1000;
      const requests = clients.map(() => index.commitRequest("state.tflock", { conditions }));
      const told = await Promise.all(
        clients.map((client, at) => client.commit(requests[at] as CommitRequest)),
      );
      expect(told.map(({ kind }) => kind).toSorted()).toEqual(["committed", "precondition-failed"]);
      const winner = told.findIndex(({ kind }) => kind === "committed");
      const found = await index.found("state.tflock");
      expect(found.content).toBe(requests[winner]?.content);
      const unlocked = await clients[winner]?.delete({
        ...index.facts,
        versioning: "Enabled",
        deletions: [{ key: "state.tflock", markerVersionId: index.versionId() }],
      });
      expect(unlocked?.kind).toBe("done");
    }
    expect((await index.resolve("state.tflock")).kind).toBe("no-such-key");
    const [counted] = await index.rows("SELECT count(*) AS n FROM history");
    expect(counted).toEqual({ n: 2000 });
  });
});
