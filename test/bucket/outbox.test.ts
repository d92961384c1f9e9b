// The outbox: rows written with the change and only where somebody watches; claimed in order per key,
// target by target; gone when delivered, waiting when not. Nothing delivers here: the object's own
// delivery is switched off.
import { describe, expect, it } from "vitest";
import type { BucketIndex } from "../../src/bucket/bucket-index.ts";
import type { Emission, OutboxBatch, Watcher } from "../../src/bucket/types.ts";
import { type IndexUnderTest, openIndex, type PutOptions } from "./fixture.ts";

const watcher = (more: Partial<Watcher> = {}): Watcher => ({
  kind: "notification",
  target: "arn:one",
  id: "rule",
  events: ["ObjectCreated:*", "ObjectRemoved:*"],
  ...more,
});

function watched(...watchers: Watcher[]): Emission {
  return {
    watchers: watchers.length === 0 ? [watcher()] : watchers,
    bucket: { name: "b", region: "r", accountId: "1", ownerId: "o", isVersioned: true },
    origin: { principalId: "AWS:1", sourceAddress: "::1", requestId: "R", hostId: "H" },
  };
}

/** An index that delivers nothing by itself. */
async function quietIndex(versioning: "Unversioned" | "Enabled" = "Unversioned") {
  const index = await openIndex(versioning);
  await silence(index);
  return index;
}

function silence(index: IndexUnderTest) {
  return index.inside((instance) => {
    Object.assign(instance, { drain: async () => {} });
  });
}

const put = (index: IndexUnderTest, key: string, emit = watched(), more: PutOptions = {}) =>
  index.put(key, { ...more, emit } as PutOptions);

const remove = (index: IndexUnderTest, key: string, emit: Emission, versionId?: string) =>
  index.rpc.delete({
    ...index.facts,
    versioning: index.versioning,
    emit,
    deletions: [{ key, markerVersionId: index.versionId(), ...(versionId && { versionId }) }],
  });

const claim = (index: IndexUnderTest, limit = 100): Promise<OutboxBatch[]> =>
  index.inside((it) => it.claimOutbox({ nowMs: index.nowMs, limit, probeAfter: 5 }));

const settle = (index: IndexUnderTest, more: Partial<Parameters<BucketIndex["settleOutbox"]>[0]>) =>
  index.inside((it) =>
    it.settleOutbox({
      kind: "notification",
      target: "arn:one",
      done: [],
      failed: [],
      nowMs: index.nowMs,
      ...more,
    }),
  );

const keysOf = (batches: readonly OutboxBatch[]) =>
  batches.flatMap(({ entries }) => entries.map(({ key }) => key));

const rowsLeft = async (index: IndexUnderTest) => index.rows("SELECT target, key FROM outbox");

describe("writing to the outbox", () => {
  it("costs nothing where nobody watches, one row for each that does", async () => {
    const index = await quietIndex();
    await put(index, "warm");
    expect((await index.cost(() => index.put("a"))).written).toBe(1);
    expect((await index.cost(() => put(index, "b"))).written).toBe(2);
    const two = watched(watcher(), watcher({ kind: "replication", target: "x" }));
    expect((await index.cost(() => put(index, "c", two))).written).toBe(3);
    const other = watched(watcher({ events: ["ObjectTagging:*"] }), watcher({ prefix: "logs/" }));
    expect((await index.cost(() => put(index, "d", other))).written).toBe(1);
  });

  it("has one place in the order for a change, whoever is told of it", async () => {
    const index = await quietIndex();
    const two = watcher({ target: "arn:two" });
    await put(index, "k", watched(watcher(), two, { ...two, id: "again" }));
    await put(index, "k", watched(watcher(), two));
    const batches = await claim(index);
    const seqs = batches.map(({ entries }) => entries.map(({ seq }) => seq));
    expect(seqs[0]).toHaveLength(2);
    expect(seqs[1]).toHaveLength(3);
    expect(seqs[1]).toEqual([seqs[0]?.[0], expect.any(Number), seqs[0]?.[1]]);
  });

  it("tells every kind of change by its name, with the version as it was", async () => {
    const index = await quietIndex("Enabled");
    const everything = ["Created", "Removed", "Tagging", "Retention", "LegalHold", "Annotation"];
    const emit = watched(watcher({ events: everything.map((group) => `Object${group}:*`) }));
    const { versionId } = await put(index, "k", emit);
    const facts = { ...index.facts, key: "k", emit };
    await index.rpc.amend({ ...facts, change: { kind: "tags", tags: [["a", "b"]] } });
    await index.rpc.amend({ ...facts, change: { kind: "legal-hold", isOn: false } });
    const checksum = { algorithm: "CRC32", type: "FULL_OBJECT", value: "AAAAAA==" } as const;
    const annotation = { name: "note", sizeBytes: 1, etag: "e", checksum };
    await index.rpc.putAnnotation({ ...facts, annotation, text: "x" });
    await index.rpc.deleteAnnotation({ ...facts, name: "note" });
    const move = {
      ...index.facts,
      versioning: "Enabled",
      emit,
      token: "t",
      conditions: [],
    } as const;
    await index.rpc.rename({
      ...move,
      key: "new",
      sourceKey: "k",
      versionId: index.versionId(),
      markerVersionId: index.versionId(),
    });
    await remove(index, "k", emit, versionId);
    await remove(index, "new", { ...emit, removal: "LifecycleExpiration" });
    await remove(index, "none", emit, index.versionId());
    const [batch] = await claim(index);
    expect(batch?.entries.map(({ event, key }) => [event, key])).toEqual([
      ["ObjectCreated:Put", "k"],
      ["ObjectTagging:Put", "k"],
      ["ObjectLegalHold:Put", "k"],
      ["ObjectAnnotation:Put", "k"],
      ["ObjectAnnotation:Delete", "k"],
      ["ObjectCreated:Copy", "new"],
      ["ObjectRemoved:DeleteMarkerCreated", "k"],
      ["ObjectRemoved:Delete", "k"],
    ]);
    const [first] = batch?.entries ?? [];
    expect(first).toMatchObject({ id: "rule", atMs: index.nowMs, failures: 0 });
    expect(first?.version).toMatchObject({ versionId, sizeBytes: 10, storageClass: "STANDARD" });
    expect(first?.origin.requestId).toBe("R");
    const seqs = batch?.entries.map(({ seq }) => seq) ?? [];
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect(new Set(seqs).size).toBe(seqs.length);
  });

  it("tells once of a commit that is asked for twice, and nothing of one that is refused", async () => {
    const index = await quietIndex();
    const request = { ...index.commitRequest("k"), emit: watched() };
    await index.rpc.commit(request);
    await index.rpc.commit({ ...request, isRetry: true });
    const refused = { ...index.commitRequest("k"), conditions: { ifNoneMatch: "*" } } as const;
    expect(await index.rpc.commit({ ...refused, emit: watched() })).toMatchObject({
      kind: "precondition-failed",
    });
    expect(keysOf(await claim(index))).toEqual(["k"]);
  });

  it("tells of each key of one call, and of each name by prefix and suffix", async () => {
    const index = await quietIndex();
    const emit = watched(watcher({ prefix: "img/", suffix: ".png" }));
    for (const key of ["img/a.png", "img/a.jpg", "a.png", "img/.png"]) await put(index, key, emit);
    expect(keysOf(await claim(index))).toEqual(["img/a.png", "img/.png"]);
  });
});

describe("delivering from the outbox", () => {
  it("keeps what was not settled, through a restart, and asks for it again (crash)", async () => {
    const index = await quietIndex();
    await put(index, "a");
    await put(index, "b");
    const [before] = await claim(index);
    await index.restart();
    await silence(index);
    const [after] = await claim(index);
    expect(after).toEqual(before);
    const seq = after?.entries[0]?.seq ?? 0;
    await settle(index, { done: [seq] });
    await settle(index, { done: [seq] });
    expect(keysOf(await claim(index))).toEqual(["b"]);
  });

  it("costs a row when it is written and one when it is delivered", async () => {
    const index = await quietIndex();
    await put(index, "warm");
    const put100 = async () => {
      for (let at = 0; at < 100; at += 1) await put(index, `key-${at}`);
    };
    // Versions and events; an alarm is one row a second at most, and not counted here.
    expect((await index.cost(put100)).written).toBe(200);
    const [batch] = await claim(index, 200);
    const done = batch?.entries.map(({ seq }) => seq) ?? [];
    expect(done).toHaveLength(101);
    expect((await index.cost(() => settle(index, { done }))).written).toBe(101);
  });

  it("holds back the later entries of a key that failed, and no others (D34)", async () => {
    const index = await quietIndex();
    for (const key of ["a", "b", "a", "c"]) await put(index, key);
    const [batch] = await claim(index);
    const first = batch?.entries[0]?.seq ?? 0;
    const failed = [{ seq: first, key: "a", retryAtMs: index.nowMs + 5000, error: "down" }];
    await settle(index, { failed });
    expect(keysOf(await claim(index))).toEqual(["b", "c"]);
    index.nowMs += 5000;
    const [again] = await claim(index);
    expect(again?.entries.map(({ key, failures }) => [key, failures])).toEqual([
      ["a", 1],
      ["b", 0],
      ["c", 0],
    ]);
    await settle(index, { done: [first] });
    expect(keysOf(await claim(index))).toEqual(["b", "a", "c"]);
    expect(await index.rows("SELECT * FROM outbox_waits")).toEqual([]);
  });

  it("lets one target wait while another goes on, and probes it with one entry (D33)", async () => {
    const index = await quietIndex();
    const emit = watched(watcher(), watcher({ target: "arn:two" }));
    for (const key of ["a", "b"]) await put(index, key, emit);
    const stop = { failures: 5, retryAtMs: index.nowMs + 60_000, error: "503" };
    await settle(index, { stop });
    expect((await claim(index)).map(({ target }) => target)).toEqual(["arn:two"]);
    const status = await index.rpc.outboxStatus();
    expect(status).toMatchObject({ backlog: 4, nextAtMs: 0 });
    expect(status.targets[0]).toMatchObject({ backlog: 2, failures: 5, lastError: "503" });
    index.nowMs += 60_000;
    const [probe] = await claim(index);
    expect(probe).toMatchObject({ target: "arn:one", failures: 5, hasMore: true });
    expect(probe?.entries).toHaveLength(1);
    await settle(index, { done: [probe?.entries[0]?.seq ?? 0] });
    expect(await index.rows("SELECT * FROM outbox_stops")).toEqual([]);
  });

  it("gives up old news for a target that stays away, replicas and young news never", async () => {
    const index = await quietIndex();
    const replica = watcher({ kind: "replication", target: "arn:two" });
    await put(index, "old", watched(watcher(), replica));
    index.nowMs += 14 * 24 * 3600 * 1000;
    await put(index, "young", watched(watcher(), replica));
    const stop = { failures: 40, retryAtMs: index.nowMs + 60_000, error: "503" };
    const [batch] = await claim(index);
    const failed = batch?.entries.slice(0, 1).map(({ seq, key }) => {
      return { seq, key, retryAtMs: index.nowMs + 60_000, error: "503" };
    });
    await settle(index, { stop, failed: failed ?? [] });
    expect(await rowsLeft(index)).toHaveLength(4);
    index.nowMs += 1;
    await settle(index, { stop });
    await settle(index, { kind: "replication", target: "arn:two", stop });
    expect(await rowsLeft(index)).toEqual([
      { target: "notification arn:one", key: "young" },
      { target: "replication arn:two", key: "old" },
      { target: "replication arn:two", key: "young" },
    ]);
    expect(await index.rows("SELECT key FROM outbox_waits")).toEqual([]);
  });

  it("arms the alarm for what is due, at once or when a target may be asked again", async () => {
    const index = await quietIndex();
    const alarm = () => index.inside((_, storage) => storage.getAlarm());
    await put(index, "a");
    expect((await alarm()) ?? Infinity).toBeLessThan(Date.now() + 2000);
    const retryAtMs = Date.now() + 3600_000;
    const [batch] = await claim(index);
    await settle(index, { stop: { failures: 5, retryAtMs, error: "503" } });
    await index.inside((_, storage) => storage.deleteAlarm());
    await index.restart();
    await silence(index);
    expect(await alarm()).toBe(retryAtMs);
    await settle(index, { done: batch?.entries.map(({ seq }) => seq) ?? [] });
    expect(await index.rpc.outboxStatus()).toEqual({ backlog: 0, targets: [] });
  });

  it("outlives its bucket: what nobody was told yet is told after the index is destroyed", async () => {
    const index = await quietIndex();
    await put(index, "a");
    await remove(index, "a", watched());
    await index.rpc.beginDelete(index.facts);
    await index.rpc.destroy();
    expect(await rowsLeft(index)).toHaveLength(2);
    expect((await claim(index))[0]?.entries.map(({ event }) => event)).toEqual([
      "ObjectCreated:Put",
      "ObjectRemoved:Delete",
    ]);
  });
});
