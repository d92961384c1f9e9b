import { describe, expect, it } from "vitest";
import type { Amendment, RetentionWish, VersionLock } from "../../src/bucket/types.ts";
import { dayMs, type IndexUnderTest, openIndex, startMs } from "./fixture.ts";

const tags = [["a", "1"] as const];

function amend(index: IndexUnderTest, change: Amendment, versionId?: string, key = "k") {
  const version = versionId === undefined ? {} : { versionId };
  return index.rpc.amend({ ...index.facts, key, change, ...version });
}

function retain(index: IndexUnderTest, retention: RetentionWish, bypassGovernance = false) {
  return amend(index, { kind: "retention", retention, bypassGovernance });
}

describe("amend", () => {
  it("changes the version named and no other (D47)", async () => {
    const index = await openIndex("Enabled");
    const first = await index.put("k", { detail: { metadata: { old: "yes" } } });
    const second = await index.put("k");
    const outcome = await amend(index, { kind: "tags", tags }, first.versionId);
    expect(outcome).toMatchObject({ kind: "amended", version: { isLatest: false } });
    const { detail, modifiedAtMs } = await index.found("k", first.versionId);
    expect(detail).toEqual({ metadata: { old: "yes" }, tags });
    expect(modifiedAtMs).toBe(first.modifiedAtMs);
    expect((await index.found("k")).detail).toEqual({});
    await amend(index, { kind: "tags", tags });
    expect((await index.found("k", second.versionId)).detail).toEqual({ tags });
  });

  it("makes no version, and writes one row", async () => {
    const index = await openIndex("Enabled");
    await index.put("k");
    const change = { kind: "tags", tags } as const;
    expect((await index.cost(() => amend(index, change))).written).toBe(1);
    // Asked again after a lost answer.
    expect((await index.cost(() => amend(index, change))).written).toBe(0);
    expect(await index.rows("SELECT * FROM history")).toEqual([]);
    await index.put("k");
    const [old] = await index.rows("SELECT version_id AS id FROM history");
    const cost = await index.cost(() =>
      amend(index, { kind: "tags", tags: [] }, String(old?.["id"])),
    );
    expect(cost.written).toBe(1);
  });

  it("exchanges the bytes of a version once, and lets the old ones go (D28, D47)", async () => {
    const index = await openIndex("Enabled");
    const old = index.blob();
    const { versionId } = await index.put("k", { content: old });
    const { seq } = await index.found("k");
    await index.put("copy", { content: old, sharedFrom: { key: "k", seq } });
    const content = index.blob();
    const encryption = { algorithm: "aws:kms" };
    const change = { kind: "encryption", expectedSeq: seq, encryption, content } as const;
    await index.put("k");
    for (const _attempt of ["first", "after a lost answer"]) {
      const outcome = await amend(index, change, versionId);
      expect(outcome).toMatchObject({ kind: "amended", version: { content } });
    }
    const late = { ...change, content: old };
    expect(await amend(index, late, versionId)).toEqual({ kind: "changed" });
    const collect = async () => {
      index.nowMs += 3 * dayMs;
      const due = { nowMs: index.nowMs, graceMs: dayMs, limit: 100 };
      const claimed = await index.rpc.claimCondemned(due);
      await index.rpc.forgetCondemned(claimed.map(({ ticket }) => ticket));
      return claimed.map(({ blob }) => blob);
    };
    expect(await collect()).toEqual([]);
    expect((await index.found("copy")).content).toBe(old);
    await index.delete("copy", { versionId: (await index.found("copy")).versionId });
    expect(await collect()).toEqual([old]);
    expect((await index.found("k", versionId)).content).toBe(content);
    const recounted = await index.client.recount({ share: 0, of: 1, isRepair: false });
    expect(recounted.findings).toEqual([]);
    expect(await index.rpc.findOrphans([{ blob: content, key: "k" }], index.nowMs)).toEqual([]);
  });

  it("keeps checksum and owner, which have columns of their own", async () => {
    const index = await openIndex();
    const checksum = { algorithm: "CRC32", type: "FULL_OBJECT", value: "AAAAAA==" } as const;
    await index.put("k", { detail: { checksum, ownerId: "o" } });
    await amend(index, { kind: "tags", tags });
    expect((await index.found("k")).detail).toEqual({ checksum, ownerId: "o", tags });
    await amend(index, { kind: "tags", tags: [] });
    expect((await index.found("k")).detail).toEqual({ checksum, ownerId: "o" });
    expect(await index.rows("SELECT detail FROM current")).toEqual([{ detail: null }]);
  });

  it("tells what is not there from what is a marker", async () => {
    const index = await openIndex("Enabled");
    const change = { kind: "tags", tags } as const;
    expect(await amend(index, change)).toEqual({ kind: "no-such-key" });
    const { versionId } = await index.put("k");
    const deleted = await index.delete("k");
    const markerId = deleted.kind === "deleted" ? deleted.markerVersionId : undefined;
    const marker = { kind: "delete-marker", marker: { versionId: markerId } };
    expect(await amend(index, change)).toMatchObject(marker);
    expect(await amend(index, change, markerId)).toMatchObject(marker);
    expect((await amend(index, change, versionId)).kind).toBe("amended");
    expect(await amend(index, change, index.versionId())).toEqual({ kind: "no-such-version" });
    expect(await amend(index, change, versionId, "other")).toEqual({ kind: "no-such-version" });
    expect(await amend(index, change, "null")).toEqual({ kind: "no-such-version" });
  });

  it("finds the null version, in front and behind", async () => {
    const index = await openIndex("Unversioned");
    await index.put("k");
    expect((await amend(index, { kind: "tags", tags }, "null")).kind).toBe("amended");
    index.versioning = "Enabled";
    await index.put("k");
    await amend(index, { kind: "tags", tags: [["b", "2"]] }, "null");
    expect((await index.found("k", "null")).detail.tags).toEqual([["b", "2"]]);
    expect((await index.found("k")).detail).toEqual({});
  });

  it("takes the restored copy of what it encrypts away, and no other restoration", async () => {
    const index = await openIndex();
    const encrypt = async (key: string) => {
      const { seq } = await index.found(key);
      const encryption = { algorithm: "aws:kms" };
      const content = index.blob();
      const change = { kind: "encryption", expectedSeq: seq, encryption, content } as const;
      const given = { ...index.facts, key, change };
      expect(await index.rpc.amend(given)).toMatchObject({ kind: "amended" });
    };
    for (const key of ["made", "asked"]) {
      await index.rpc.commit({ ...index.commitRequest(key), storageClass: "GLACIER" });
      const { seq, content } = await index.found(key);
      const place = { ...index.facts, key, versionId: "null", seq };
      const wish = { tier: "Standard", days: 1, dayMs, readyAtMs: index.nowMs } as const;
      await index.rpc.startRestore({ ...place, ...wish });
      const copy = { content: index.blob(), expectedContent: content ?? "", fence: "f", dayMs };
      if (key === "made") await index.rpc.finishRestore({ ...place, ...copy });
      await encrypt(key);
    }
    expect(await index.resolve("made")).toMatchObject({ kind: "found", segments: [] });
    expect(await index.rows("SELECT key, is_done FROM restores")).toEqual([
      { key: "asked", is_done: 0 },
    ]);
  });

  it("replaces the encryption of the version it was decided for, not of another", async () => {
    const index = await openIndex();
    await index.put("k");
    const { seq } = await index.found("k");
    const encryption = { algorithm: "aws:kms", keyId: "x" };
    const change = { kind: "encryption", expectedSeq: seq, encryption } as const;
    expect(await amend(index, change)).toMatchObject({ version: { detail: { encryption } } });
    await index.put("k");
    expect(await amend(index, change)).toEqual({ kind: "changed" });
    expect((await index.found("k")).detail).toEqual({});
  });

  it("is stale for callers with older settings", async () => {
    const index = await openIndex();
    await index.put("k");
    await index.rpc.advanceEpoch(2);
    expect(await amend(index, { kind: "tags", tags })).toEqual({ kind: "stale", epoch: 2 });
  });

  it("locks by legal hold, whatever the retention is", async () => {
    const index = await openIndex("Enabled");
    const { versionId = "" } = await index.put("k");
    await amend(index, { kind: "legal-hold", isOn: true });
    const bypass = { versionId, bypassGovernance: true };
    expect(await index.delete("k", bypass)).toEqual({ kind: "locked" });
    await amend(index, { kind: "legal-hold", isOn: false });
    expect((await index.found("k")).detail.lock).toEqual({ legalHold: false });
    expect((await index.delete("k", { versionId })).kind).toBe("deleted");
  });

  it("judges retention by its own clock, which a late caller cannot turn back (SEC-099)", async () => {
    const index = await openIndex("Enabled");
    const { versionId = "" } = await index.put("k");
    await retain(index, { mode: "COMPLIANCE", retainUntilMs: startMs + dayMs });
    expect(await index.delete("k", { versionId })).toEqual({ kind: "locked" });
    index.nowMs = startMs + 2 * dayMs;
    await index.put("other");
    index.nowMs = startMs;
    expect((await retain(index, {})).kind).toBe("amended");
    expect((await index.delete("k", { versionId })).kind).toBe("deleted");
  });

  it("lets a legal hold and a retention change without touching each other", async () => {
    const index = await openIndex("Enabled");
    await index.put("k");
    const until = startMs + dayMs;
    await retain(index, { mode: "GOVERNANCE", retainUntilMs: until });
    await amend(index, { kind: "legal-hold", isOn: true });
    const lock = { mode: "GOVERNANCE", retainUntilMs: until, legalHold: true };
    expect((await index.found("k")).detail.lock).toEqual(lock);
    expect((await retain(index, {}, true)).kind).toBe("amended");
    expect((await index.found("k")).detail.lock).toEqual({ legalHold: true });
  });
});

describe("a lock that cannot be read", () => {
  const corrupt: [what: string, detail: string][] = [
    ["no JSON", '{"lock":'],
    ["not an object", '{"lock":"GOVERNANCE"}'],
    ["an unknown mode", '{"lock":{"mode":"GOVERNED","retainUntilMs":1}}'],
    ["a mode without a date", '{"lock":{"mode":"GOVERNANCE"}}'],
    ["a date without a mode", '{"lock":{"retainUntilMs":99999999999999}}'],
    ["a date that is text", '{"lock":{"mode":"COMPLIANCE","retainUntilMs":"2030"}}'],
    ["a hold without a duration", '{"lock":{"mode":"COMPLIANCE","eventHold":true}}'],
    ["a hold of no length", '{"lock":{"mode":"COMPLIANCE","eventHold":true,"holdDuration":{}}}'],
    ["a legal hold of another kind", '{"lock":{"legalHold":"ON"}}'],
  ];

  it.each(corrupt)("counts as locked: %s (SEC-094)", async (_what, detail) => {
    const index = await openIndex("Enabled");
    const { versionId = "" } = await index.put("k");
    const sql = "UPDATE current SET detail = ?";
    await index.inside((_, storage) => void storage.sql.exec(sql, detail));
    const bypass = { versionId, bypassGovernance: true };
    expect(await index.delete("k", bypass)).toEqual({ kind: "locked" });
    index.versioning = "Suspended";
    expect((await index.tryPut("k")).kind).toBe("committed");
    expect((await index.rows("SELECT * FROM condemned")).length).toBe(0);
  });

  it("cannot be amended away (SEC-094)", async () => {
    const index = await openIndex("Enabled");
    await index.put("k");
    const sql = "UPDATE current SET detail = ?";
    const detail = '{"lock":{"mode":"GOVERNANCE"}}';
    await index.inside((_, storage) => void storage.sql.exec(sql, detail));
    expect(await retain(index, {}, true)).toEqual({ kind: "locked" });
    expect(await amend(index, { kind: "legal-hold", isOn: false })).toEqual({ kind: "locked" });
  });
});

describe("the bucket's default lock", () => {
  const defaultLock = { mode: "COMPLIANCE", period: { days: 3 } } as const;

  it("counts from the creation by the index's clock (SEC-097)", async () => {
    const index = await openIndex("Enabled");
    index.nowMs += dayMs;
    await index.put("first");
    index.nowMs = startMs;
    await index.rpc.commit({ ...index.commitRequest("k"), defaultLock });
    const lock: VersionLock = { mode: "COMPLIANCE", retainUntilMs: startMs + 4 * dayMs };
    expect((await index.found("k")).detail.lock).toEqual(lock);
  });

  it("yields to a retention of the version's own, not to a legal hold", async () => {
    const index = await openIndex("Enabled");
    const own = { mode: "GOVERNANCE", retainUntilMs: startMs + 9 * dayMs } as const;
    const put = (lock: VersionLock) =>
      index.rpc.commit({ ...index.commitRequest("k", { detail: { lock } }), defaultLock });
    await put(own);
    expect((await index.found("k")).detail.lock).toEqual(own);
    await put({ legalHold: true });
    const lock = { mode: "COMPLIANCE", retainUntilMs: startMs + 3 * dayMs, legalHold: true };
    expect((await index.found("k")).detail.lock).toEqual(lock);
  });

  it("is given instead of a retention that is over, as a renamed version may bring", async () => {
    const index = await openIndex("Enabled");
    const over = { mode: "COMPLIANCE", retainUntilMs: startMs, legalHold: false } as const;
    const request = index.commitRequest("k", { detail: { lock: over } });
    await index.rpc.commit({ ...request, defaultLock });
    const lock = { mode: "COMPLIANCE", retainUntilMs: startMs + 3 * dayMs, legalHold: false };
    expect((await index.found("k")).detail.lock).toEqual(lock);
  });

  it("counts years by the calendar and starts event holds", async () => {
    const index = await openIndex("Enabled");
    const given = { mode: "GOVERNANCE", period: { years: 2 }, holdDuration: { days: 1 } } as const;
    await index.rpc.commit({ ...index.commitRequest("k"), defaultLock: given });
    expect((await index.found("k")).detail.lock).toEqual({
      mode: "GOVERNANCE",
      retainUntilMs: Date.UTC(2028, 10, 22, 10, 30),
      eventHold: true,
      holdDuration: { days: 1 },
    });
  });
});
