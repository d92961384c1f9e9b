// The lifecycle's work inside the index: what is removed in one transaction, what is handed out to be
// moved, how ranges come and go, and what a sweep with nothing due costs.
import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import type { SweepLifecycleOutcome } from "../../src/bucket/types.ts";
import { newVersionId } from "../../src/s3/ids.ts";
import { dayMs, type IndexUnderTest, openIndex } from "./fixture.ts";
import { type GivenRuleText, rulesText } from "./lifecycle-fixture.ts";

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

type Swept = Extract<SweepLifecycleOutcome, { kind: "swept" }>;

interface Wish {
  readonly versions?: number;
  readonly transitions?: number;
  readonly markers?: number;
}

/** One call, as the job makes it. */
async function sweep(
  index: IndexUnderTest,
  rules: readonly GivenRuleText[] | null,
  { versions = 5000, transitions = 200, markers = 500 }: Wish = {},
): Promise<Swept> {
  const text = rules === null ? null : rulesText(rules);
  const outcome = await index.rpc.sweepLifecycle({
    ...index.facts,
    rules: text,
    rulesId: text ?? "none",
    dayMs,
    versioning: index.versioning,
    readsDetail: true,
    markerIds: Array.from({ length: markers }, () => newVersionId(index.nowMs, random)),
    maximumVersions: versions,
    maximumTransitions: transitions,
  });
  if (outcome.kind !== "swept") throw new Error(outcome.kind);
  return outcome;
}

const done = ({ counts }: Swept) => counts.map(({ action, count }) => `${action} ${count}`);
const keysOf = (index: IndexUnderTest, table: string) =>
  index.rows(`SELECT key FROM ${table} ORDER BY key`).then((rows) => rows.map(({ key }) => key));
const large = { sizeBytes: 1024 * 1024 };

describe("sweepLifecycle", () => {
  it("removes current objects of a bucket without versions, when they are due and not before", async () => {
    const index = await openIndex();
    await index.put("a");
    index.nowMs += dayMs;
    await index.put("b");
    const rules = [{ Expiration: { Days: 2 } }];
    index.nowMs += dayMs;
    expect(done(await sweep(index, rules))).toEqual([]);
    index.nowMs += dayMs;
    expect(done(await sweep(index, rules))).toEqual(["Expiration 1"]);
    expect(await keysOf(index, "current")).toEqual(["b"]);
    expect(await keysOf(index, "condemned")).toEqual(["a"]);
    index.nowMs += dayMs;
    expect(done(await sweep(index, rules))).toEqual(["Expiration 1"]);
    expect(done(await sweep(index, rules))).toEqual([]);
  });

  it("hides current objects behind markers where there are versions", async () => {
    const index = await openIndex("Enabled");
    await index.put("a");
    index.nowMs += 10 * dayMs;
    const rules = [{ Expiration: { Days: 2 }, NoncurrentVersionExpiration: { NoncurrentDays: 3 } }];
    const first = await sweep(index, rules);
    expect(first.deeds).toMatchObject([{ action: "Expiration", key: "a", isMarkerMade: true }]);
    expect((await index.resolve("a")).kind).toBe("no-such-key");
    expect(await index.rows("SELECT is_marker FROM history ORDER BY seq")).toEqual([
      { is_marker: 0 },
      { is_marker: 1 },
    ]);
    // Again at once: nothing. Days later the version goes, and the marker that hides nothing.
    expect(done(await sweep(index, rules))).toEqual([]);
    index.nowMs += 4 * dayMs;
    expect(done(await sweep(index, rules))).toEqual([
      "NoncurrentVersionExpiration 1",
      "ExpiredObjectDeleteMarker 1",
    ]);
    expect(await index.rows("SELECT 1 FROM history")).toEqual([]);
  });

  it("replaces the null version of a suspended bucket by a null marker", async () => {
    const index = await openIndex("Enabled");
    await index.put("a");
    index.versioning = "Suspended";
    await index.put("a");
    index.nowMs += 10 * dayMs;
    expect(done(await sweep(index, [{ Expiration: { Days: 2 } }]))).toEqual(["Expiration 1"]);
    const rows = await index.rows(
      "SELECT is_marker, version_id IS NULL AS is_null FROM history ORDER BY seq",
    );
    expect(rows).toEqual([
      { is_marker: 0, is_null: 0 },
      { is_marker: 1, is_null: 1 },
    ]);
  });

  it("hands out what is to move, and asks again only after a while", async () => {
    const index = await openIndex("Enabled");
    await index.put("a", large);
    await index.put("small");
    index.nowMs += 31 * dayMs;
    const rules = [{ ID: "ia", Transitions: [{ Days: 30, StorageClass: "STANDARD_IA" as const }] }];
    const { transitions } = await sweep(index, rules);
    const version = await index.found("a");
    expect(transitions).toEqual([
      {
        key: "a",
        versionId: version.versionId,
        seq: version.seq,
        sizeBytes: large.sizeBytes,
        from: "STANDARD",
        storageClass: "STANDARD_IA",
        rule: "ia",
        action: "Transition",
      },
    ]);
    expect((await sweep(index, rules)).transitions).toEqual([]);
    index.nowMs += 3_600_001;
    expect((await sweep(index, rules)).transitions).toHaveLength(1);
  });

  it("aborts uploads that are open too long, and no others", async () => {
    const index = await openIndex();
    const begin = async (key: string) => {
      const uploadId = index.uploadId();
      await index.rpc.createUpload({
        ...index.facts,
        key,
        uploadId,
        facts: { storageClass: "STANDARD", detail: {}, initiator: { id: "x", displayName: "x" } },
      });
    };
    await begin("logs/old");
    await begin("other");
    index.nowMs += 3 * dayMs;
    await begin("logs/new");
    const rules = [
      { Filter: { Prefix: "logs/" }, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 } },
    ];
    expect(done(await sweep(index, rules))).toEqual(["AbortIncompleteMultipartUpload 1"]);
    expect(await keysOf(index, "uploads")).toEqual(["logs/new", "other"]);
    expect(await index.rows("SELECT reason FROM condemned")).toEqual([{ reason: "upload" }]);
    index.nowMs += 3 * dayMs;
    expect(done(await sweep(index, rules))).toEqual(["AbortIncompleteMultipartUpload 1"]);
    expect(await keysOf(index, "uploads")).toEqual(["other"]);
  });

  it("leaves locked versions until the lock is over, and those with a hold for good (SEC-096)", async () => {
    const index = await openIndex("Enabled");
    const retainUntilMs = index.nowMs + 20 * dayMs;
    await index.put("kept", { detail: { lock: { mode: "COMPLIANCE", retainUntilMs } } });
    await index.put("held", { detail: { lock: { legalHold: true } } });
    await index.put("kept");
    await index.put("held");
    const rules = [{ NoncurrentVersionExpiration: { NoncurrentDays: 1 } }];
    index.nowMs += 10 * dayMs;
    const early = await sweep(index, rules);
    expect(done(early)).toEqual([]);
    expect(early.nextDueMs).toBeLessThanOrEqual(retainUntilMs);
    index.nowMs = retainUntilMs + 1;
    expect(done(await sweep(index, rules))).toEqual(["NoncurrentVersionExpiration 1"]);
    expect(await keysOf(index, "history")).toEqual(["held"]);
    // The hold is taken off: the change marks the range, and the next look finds it.
    const [row] = await index.rows("SELECT version_id FROM history");
    await index.rpc.amend({
      ...index.facts,
      key: "held",
      versionId: String(row?.["version_id"]),
      change: { kind: "legal-hold", isOn: false },
    });
    expect(done(await sweep(index, rules))).toEqual(["NoncurrentVersionExpiration 1"]);
  });

  it("sees a tag that was put on an old object", async () => {
    const index = await openIndex();
    await index.put("a");
    await index.put("b");
    const rules = [{ Filter: { Tag: { Key: "k", Value: "v" } }, Expiration: { Days: 5 } }];
    index.nowMs += 30 * dayMs;
    expect(done(await sweep(index, rules))).toEqual([]);
    await index.rpc.amend({
      ...index.facts,
      key: "b",
      change: { kind: "tags", tags: [["k", "v"]] },
    });
    expect(done(await sweep(index, rules))).toEqual(["Expiration 1"]);
    expect(await keysOf(index, "current")).toEqual(["a"]);
  });

  it("sees a marker whose last version was deleted by hand", async () => {
    const index = await openIndex("Enabled");
    const { versionId } = await index.put("a");
    await index.delete("a");
    const rules = [{ Expiration: { ExpiredObjectDeleteMarker: true } }];
    expect(done(await sweep(index, rules))).toEqual([]);
    await index.delete("a", { versionId: versionId ?? "" });
    expect(done(await sweep(index, rules))).toEqual(["ExpiredObjectDeleteMarker 1"]);
    expect(await index.rows("SELECT 1 FROM history")).toEqual([]);
  });

  it("sees a version that newer ones have pushed out", async () => {
    const index = await openIndex("Enabled");
    const rules = [
      { NoncurrentVersionExpiration: { NoncurrentDays: 1, NewerNoncurrentVersions: 2 } },
    ];
    for (let at = 0; at < 3; at += 1) await index.put("a");
    index.nowMs += 10 * dayMs;
    expect(done(await sweep(index, rules))).toEqual([]);
    await index.put("a");
    index.nowMs += dayMs;
    expect(done(await sweep(index, rules))).toEqual(["NoncurrentVersionExpiration 1"]);
  });

  it("sees a tag put on when its range was due, but not visited yet", async () => {
    const index = await openIndex();
    await index.put("a");
    const rules = [{ Filter: { Tag: { Key: "k", Value: "v" } }, Expiration: { Days: 5 } }];
    expect(done(await sweep(index, rules))).toEqual([]);
    index.nowMs += 30 * dayMs;
    const change = { kind: "tags", tags: [["k", "v"]] } as const;
    await index.rpc.amend({ ...index.facts, key: "a", change });
    index.nowMs += 1000;
    expect(done(await sweep(index, rules))).toEqual(["Expiration 1"]);
  });

  it("sees a version pushed out after visits that found nothing new", async () => {
    const index = await openIndex("Enabled");
    const rules = [
      { NoncurrentVersionExpiration: { NoncurrentDays: 30, NewerNoncurrentVersions: 2 } },
    ];
    for (let at = 0; at < 3; at += 1) await index.put("a");
    index.nowMs += 100 * dayMs;
    for (let day = 0; day < 4; day += 1) {
      expect(done(await sweep(index, rules))).toEqual([]);
      index.nowMs += dayMs;
    }
    await index.put("a");
    index.nowMs += dayMs;
    expect(done(await sweep(index, rules))).toEqual(["NoncurrentVersionExpiration 1"]);
  });

  it("sees a replica that is as old as its source", async () => {
    const index = await openIndex("Enabled");
    const rules = [{ Expiration: { Days: 30 } }];
    expect(done(await sweep(index, rules))).toEqual([]);
    const versionId = index.versionId();
    const modifiedAtMs = index.nowMs - 100 * dayMs;
    const origin = { source: "bsource", seq: 1, versionId, modifiedAtMs };
    await index.put("a", { versionId, detail: { replication: { status: "REPLICA", origin } } });
    index.nowMs += 1000;
    expect(done(await sweep(index, rules))).toEqual(["Expiration 1"]);
  });

  it("begins anew with other rules, and forgets everything without", async () => {
    const index = await openIndex();
    await index.put("a");
    index.nowMs += 10 * dayMs;
    expect(done(await sweep(index, [{ Expiration: { Days: 20 } }]))).toEqual([]);
    expect(done(await sweep(index, [{ Expiration: { Days: 5 } }]))).toEqual(["Expiration 1"]);
    await sweep(index, null);
    expect(await index.rows("SELECT 1 FROM lifecycle_ranges")).toEqual([]);
    const cost = await index.cost(() =>
      index.rpc.amend({ ...index.facts, key: "b", change: { kind: "tags", tags: [] } }),
    );
    expect(cost.written).toBe(0);
  });

  it("does nothing twice when asked twice at once", async () => {
    const index = await openIndex("Enabled");
    for (let at = 0; at < 50; at += 1) await index.put(`key-${at}`);
    index.nowMs += 10 * dayMs;
    const rules = [{ Expiration: { Days: 2 } }];
    const both = await Promise.all([sweep(index, rules), sweep(index, rules), sweep(index, rules)]);
    const sum = both.flatMap(({ counts }) => counts).reduce((total, one) => total + one.count, 0);
    expect(sum).toBe(50);
    expect(await index.rows("SELECT count(*) AS n FROM history WHERE is_marker = 1")).toEqual([
      { n: 50 },
    ]);
    const status = await index.rpc.lifecycleStatus(index.nowMs);
    expect(status.days).toMatchObject([{ action: "Expiration", count: 50 }]);
  });

  it("refuses a caller whose settings are old", async () => {
    const index = await openIndex();
    await index.rpc.advanceEpoch(7);
    await expect(sweep(index, [{ Expiration: { Days: 2 } }])).rejects.toThrow("stale");
  });
});

describe("a sweep in pieces", () => {
  const rules = [{ Expiration: { Days: 2 } }];

  it("goes on where the bounds of a call stopped it", async () => {
    const index = await openIndex("Enabled");
    const keys = Array.from({ length: 230 }, (_, at) => `k${String(at).padStart(3, "0")}`);
    for (const key of keys) await index.put(key);
    index.nowMs += 10 * dayMs;
    let removed = 0;
    let calls = 0;
    for (let isDone = false; !isDone; calls += 1) {
      const swept = await sweep(index, rules, { markers: 60, versions: 100 });
      removed += swept.counts[0]?.count ?? 0;
      isDone = swept.isDone;
      // As if every worker died after its call.
      await index.restart();
    }
    expect(removed).toBe(230);
    expect(calls).toBeGreaterThan(3);
    expect(calls).toBeLessThan(9);
  });

  it("hands out moves a bounded number at a time", async () => {
    const index = await openIndex();
    for (let at = 0; at < 25; at += 1) await index.put(`k${at}`, large);
    index.nowMs += 31 * dayMs;
    const moves = [{ Transitions: [{ Days: 30, StorageClass: "GLACIER" as const }] }];
    const seen = new Set<string>();
    for (let calls = 0; calls < 3; calls += 1) {
      const { transitions } = await sweep(index, moves, { transitions: 10 });
      for (const { key } of transitions) seen.add(key);
      expect(transitions.length).toBeLessThanOrEqual(10);
    }
    expect(seen.size).toBe(25);
  });
});

describe("what a sweep costs", () => {
  async function fill(index: IndexUnderTest, count: number): Promise<void> {
    const [{ ms }] = [{ ms: index.nowMs }];
    await index.inside((_, storage) =>
      storage.sql.exec(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
         INSERT INTO current (key, seq, modified_at, size, etag, content)
         SELECT printf('key-%08d', i), i, ?2, 1000000, 'e', printf('00%029d', i) FROM n`,
        count,
        ms,
      ),
    );
  }
  /** Sweeps until nothing is due; gives the calls it took. */
  async function settle(index: IndexUnderTest, given: readonly GivenRuleText[]): Promise<number> {
    for (let calls = 1; ; calls += 1) if ((await sweep(index, given)).isDone) return calls;
  }
  const rules = [{ Expiration: { Days: 365 } }];

  it("nothing due: an index, not the rows", async () => {
    const index = await openIndex();
    await fill(index, 10_000);
    await settle(index, rules);
    const [ranges] = await index.rows("SELECT count(*) AS n FROM lifecycle_ranges");
    // Of 2,000 versions each, but where the bounds of a call ended one early.
    expect([5, 6]).toContain(ranges?.["n"]);
    index.nowMs += dayMs;
    const idle = await index.cost(() => sweep(index, rules));
    expect(idle.read).toBeLessThan(5);
    expect(idle.written).toBe(0);
  });

  // Rows are made in slices: one statement for all of them would fill the memory of the object.
  it.runIf(env.CAIRN_FULL === "1")(
    "1,000,000 versions",
    async () => {
      const index = await openIndex();
      for (let slice = 0; slice < 20; slice += 1) {
        await index.inside((_, storage) =>
          storage.sql.exec(
            `WITH RECURSIVE n (i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 + 49999)
             INSERT INTO current (key, seq, modified_at, size, etag, content)
             SELECT printf('key-%08d', i), i, ?2, 1000000, 'e', printf('00%029d', i) FROM n`,
            slice * 50_000 + 1,
            index.nowMs,
          ),
        );
      }
      const timed = async (work: () => Promise<unknown>) => {
        const startedMs = performance.now();
        const cost = await index.cost(work);
        return { ...cost, ms: Math.round(performance.now() - startedMs) };
      };
      let calls = 0;
      const first = await timed(async () => {
        calls = await settle(index, rules);
      });
      index.nowMs += dayMs;
      const idle = await timed(() => sweep(index, rules));
      const daily = [
        ...rules,
        { Filter: { Tag: { Key: "a", Value: "b" } }, Expiration: { Days: 1 } },
      ];
      await settle(index, daily);
      index.nowMs += 3 * dayMs;
      const putOff = await timed(() => settle(index, daily));
      await index.put("zzz");
      index.nowMs += 3 * dayMs;
      const full = await timed(() => settle(index, daily));
      console.log(JSON.stringify({ first: { ...first, calls }, idle, putOff, full }));
      expect(idle.read).toBeLessThan(5);
      expect(idle.written).toBe(0);
      expect(putOff.read).toBeLessThan(5000);
    },
    600_000,
  );

  it("nothing written since: ranges are put off unread", async () => {
    const index = await openIndex();
    await fill(index, 10_000);
    const daily = [
      { Filter: { Tag: { Key: "a", Value: "b" } }, Expiration: { Days: 1 } },
      { Expiration: { Days: 900 } },
    ];
    await settle(index, daily);
    index.nowMs += 3 * dayMs;
    const idle = await index.cost(() => settle(index, daily));
    expect(idle.read).toBeLessThan(100);
    // And after a write the ranges are read.
    await index.put("zzz");
    index.nowMs += 3 * dayMs;
    const busy = await index.cost(() => settle(index, daily));
    expect(busy.read).toBeGreaterThan(10_000);
  });

  it("keys that no rule reaches are never read", async () => {
    const index = await openIndex();
    await fill(index, 10_000);
    await index.put("tmp/a");
    const narrow = [{ Filter: { Prefix: "tmp/" }, Expiration: { Days: 1 } }];
    const cost = await index.cost(() => settle(index, narrow));
    expect(cost.read).toBeLessThan(100);
  });

  it("what is removed costs what a delete costs, and is counted once a call", async () => {
    const index = await openIndex();
    for (let at = 0; at < 100; at += 1) await index.put(`a${at}`);
    for (let at = 0; at < 100; at += 1) await index.put(`b${at}`);
    const own = [{ Filter: { Prefix: "a" }, Expiration: { Days: 1 } }];
    await settle(index, own);
    const byHand = await index.cost(() => index.delete("b1"));
    index.nowMs += 9 * dayMs;
    const swept = await index.cost(() => settle(index, own));
    expect(byHand.written).toBe(2);
    // A row for the count of the day, one for the range in its table and its index.
    expect(swept.written).toBeLessThanOrEqual(100 * byHand.written + 8);
    const versioned = await openIndex("Enabled");
    for (let at = 0; at < 100; at += 1) await versioned.put(`a${at}`);
    await settle(versioned, own);
    const hidden = await versioned.cost(() => versioned.delete("a1"));
    versioned.nowMs += 9 * dayMs;
    const made = await versioned.cost(() => settle(versioned, own));
    expect(made.written).toBeLessThanOrEqual(99 * hidden.written + 8);
  });

  it("a put in a bucket with rules writes no row more", async () => {
    const plain = await openIndex();
    await plain.put("a");
    const bare = await plain.cost(() => plain.put("b"));
    const index = await openIndex();
    await index.put("a");
    await settle(index, rules);
    const ruled = await index.cost(() => index.put("b"));
    expect(ruled.written).toBe(bare.written);
    expect(ruled.read).toBe(bare.read);
  });
});
