import { describe, expect, it } from "vitest";
import { dayMs, openIndex } from "./fixture.ts";

describe("versioning", () => {
  it("hides a deleted key behind a marker and brings it back when the marker goes", async () => {
    const index = await openIndex("Enabled");
    const first = await index.put("k", { etag: "one" });
    const marker = await index.delete("k");
    expect(marker).toMatchObject({ kind: "deleted", isDeleteMarker: true });
    const markerId = marker.kind === "deleted" ? (marker.markerVersionId ?? "") : "";
    expect(await index.resolve("k")).toMatchObject({
      kind: "no-such-key",
      marker: { versionId: markerId },
    });
    expect((await index.found("k", markerId)).isDeleteMarker).toBe(true);
    expect((await index.found("k", first.versionId)).isLatest).toBe(false);
    expect(await index.delete("k", { versionId: markerId })).toEqual({
      kind: "deleted",
      versionId: markerId,
      isDeleteMarker: true,
      markerVersionId: markerId,
    });
    expect(await index.found("k")).toMatchObject({ etag: "one", isLatest: true });
  });

  it("makes the next newest current when the newest version is removed", async () => {
    const index = await openIndex("Enabled");
    const ids = [];
    for (const etag of ["one", "two", "three"]) {
      ids.push((await index.put("k", { etag })).versionId ?? "");
    }
    await index.delete("k", { versionId: ids[2] ?? "" });
    expect((await index.found("k")).etag).toBe("two");
    await index.delete("k", { versionId: ids[0] ?? "" });
    expect((await index.found("k")).etag).toBe("two");
    await index.delete("k", { versionId: ids[1] ?? "" });
    expect(await index.resolve("k")).toEqual({ kind: "no-such-key" });
    expect(await index.rows("SELECT count(*) AS n FROM condemned")).toEqual([{ n: 3 }]);
  });

  it("answers no-such-version for ids of other keys and succeeds silently in deleting them", async () => {
    const index = await openIndex("Enabled");
    const { versionId = "" } = await index.put("k");
    await index.put("other");
    expect((await index.resolve("other", versionId)).kind).toBe("no-such-version");
    expect((await index.resolve("k", "null")).kind).toBe("no-such-version");
    expect(await index.delete("other", { versionId })).toEqual({
      kind: "deleted",
      versionId,
      isDeleteMarker: false,
    });
    expect((await index.found("other")).isLatest).toBe(true);
  });

  it("displaces only the null version while suspended (D32)", async () => {
    const index = await openIndex("Unversioned");
    await index.put("k", { etag: "before" });
    index.versioning = "Enabled";
    const kept = await index.put("k", { etag: "kept" });
    expect((await index.found("k", "null")).etag).toBe("before");
    index.versioning = "Suspended";
    await index.put("k", { etag: "null two" });
    expect((await index.found("k", "null")).etag).toBe("null two");
    await index.put("k", { etag: "null three" });
    expect((await index.found("k")).etag).toBe("null three");
    expect((await index.found("k", kept.versionId)).etag).toBe("kept");
    expect(await index.rows("SELECT etag FROM condemned ORDER BY seq")).toEqual([
      { etag: "before" },
      { etag: "null two" },
    ]);
    await index.delete("k", { versionId: "null" });
    expect((await index.found("k")).etag).toBe("kept");
  });

  it("deletes with a null marker while suspended (D32)", async () => {
    const index = await openIndex("Enabled");
    const kept = await index.put("k", { etag: "kept" });
    index.versioning = "Suspended";
    await index.put("k", { etag: "null" });
    expect(await index.delete("k")).toEqual({
      kind: "deleted",
      isDeleteMarker: true,
      versionId: "null",
      markerVersionId: "null",
    });
    await index.delete("k");
    expect(await index.rows("SELECT is_marker FROM history ORDER BY seq DESC")).toEqual([
      { is_marker: 1 },
      { is_marker: 0 },
    ]);
    expect((await index.found("k", "null")).isDeleteMarker).toBe(true);
    expect((await index.found("k", kept.versionId)).etag).toBe("kept");
    await index.delete("k", { versionId: "null" });
    expect((await index.found("k")).etag).toBe("kept");
  });

  it("makes a marker for each delete, on keys that never were too, and once per retry", async () => {
    const index = await openIndex("Enabled");
    const markerVersionId = index.versionId();
    const first = await index.delete("k", { markerVersionId });
    await index.put("k");
    expect(await index.delete("k", { markerVersionId })).toEqual(first);
    expect((await index.found("k")).isLatest).toBe(true);
    await index.delete("k");
    await index.delete("k");
    expect(await index.rows("SELECT count(*) AS n FROM history WHERE is_marker")).toEqual([
      { n: 3 },
    ]);
  });

  it("records the sequence that ended each version", async () => {
    const index = await openIndex("Enabled");
    await index.put("k");
    const one = await index.found("k");
    await index.delete("k");
    await index.put("k");
    const rows = await index.rows("SELECT seq, ended, is_marker FROM history ORDER BY seq");
    const [made, marked] = rows;
    expect(made).toMatchObject({ seq: one.seq, is_marker: 0 });
    expect(marked).toMatchObject({ seq: made?.["ended"], is_marker: 1 });
    expect((await index.found("k")).seq).toBe(marked?.["ended"]);
  });
});

describe("Object Lock", () => {
  const lockedFor = async (lock: object, versioning: "Enabled" | "Suspended" = "Enabled") => {
    const index = await openIndex(versioning);
    const { versionId = "" } = await index.put("k", { detail: { lock } });
    return { index, versionId };
  };

  it("keeps COMPLIANCE versions from deletion until the index's clock passes the date", async () => {
    const index = await openIndex("Enabled");
    const lock = { mode: "COMPLIANCE", retainUntilMs: index.nowMs + dayMs } as const;
    const { versionId = "" } = await index.put("k", { detail: { lock } });
    const attempt = { versionId, bypassGovernance: true };
    expect(await index.delete("k", attempt)).toEqual({ kind: "locked" });
    index.nowMs += dayMs + 1;
    expect((await index.delete("k", attempt)).kind).toBe("deleted");
  });

  it("lets only a bypass delete GOVERNANCE versions, and nothing delete a legal hold", async () => {
    const until = Date.UTC(2040, 0);
    const governance = await lockedFor({ mode: "GOVERNANCE", retainUntilMs: until });
    const { versionId } = governance;
    expect((await governance.index.delete("k", { versionId })).kind).toBe("locked");
    expect((await governance.index.delete("k", { versionId, bypassGovernance: true })).kind).toBe(
      "deleted",
    );
    const hold = await lockedFor({ legalHold: true });
    const attempt = { versionId: hold.versionId, bypassGovernance: true };
    expect((await hold.index.delete("k", attempt)).kind).toBe("locked");
    expect((await hold.index.delete("k")).kind).toBe("deleted");
  });

  it("keeps a locked null version from being overwritten or deleted", async () => {
    const { index } = await lockedFor({ legalHold: true }, "Suspended");
    expect((await index.tryPut("k")).kind).toBe("locked");
    expect((await index.delete("k")).kind).toBe("locked");
    expect((await index.found("k")).detail.lock).toEqual({ legalHold: true });
    index.versioning = "Enabled";
    expect((await index.tryPut("k")).kind).toBe("committed");
  });

  it("is not fooled by metadata that spells lock", async () => {
    const index = await openIndex();
    await index.put("k", { detail: { metadata: { a: '"lock"' } } });
    expect((await index.tryPut("k")).kind).toBe("committed");
  });
});

describe("settings and lifetime", () => {
  it("answers no-such-bucket before it is initialised", async () => {
    const { IndexUnderTest } = await import("./fixture.ts");
    const index = new IndexUnderTest("Unversioned");
    expect((await index.tryPut("k")).kind).toBe("no-such-bucket");
    expect((await index.resolve("k")).kind).toBe("no-such-bucket");
  });

  it("tells callers with older settings that they are stale, and learns from newer ones", async () => {
    const index = await openIndex();
    await index.rpc.advanceEpoch(5);
    await index.rpc.advanceEpoch(3);
    expect(await index.tryPut("k")).toEqual({ kind: "stale", epoch: 5 });
    index.epoch = 7;
    expect((await index.tryPut("k")).kind).toBe("committed");
    await index.restart();
    index.epoch = 6;
    expect(await index.resolve("k")).toEqual({ kind: "stale", epoch: 7 });
  });

  it("is deleted only while empty, and every later write fails (D15)", async () => {
    const index = await openIndex("Enabled");
    const { versionId = "" } = await index.put("k");
    expect(await index.rpc.beginDelete(index.facts)).toEqual({ kind: "not-empty" });
    const marker = await index.delete("k");
    await index.delete("k", { versionId });
    expect(await index.rpc.beginDelete(index.facts)).toEqual({ kind: "not-empty" });
    if (marker.kind === "deleted") {
      await index.delete("k", { versionId: marker.markerVersionId ?? "" });
    }
    expect(await index.rpc.beginDelete(index.facts)).toEqual({ kind: "deleting" });
    expect(await index.rpc.beginDelete(index.facts)).toEqual({ kind: "deleting" });
    expect((await index.tryPut("k")).kind).toBe("no-such-bucket");
    await index.restart();
    expect((await index.tryPut("k")).kind).toBe("no-such-bucket");
  });

  it("lets either the put or the bucket deletion win, never both (D15)", async () => {
    for (let round = 0; round < 10; round += 1) {
      const index = await openIndex();
      const [put, deletion] = await Promise.all(
        round % 2 === 0
          ? [index.tryPut("k"), index.rpc.beginDelete(index.facts)]
          : [index.rpc.beginDelete(index.facts), index.tryPut("k")].reverse(),
      );
      const kinds = [put?.kind, deletion?.kind];
      expect([
        ["committed", "not-empty"],
        ["no-such-bucket", "deleting"],
      ]).toContainEqual(kinds);
    }
  });
});

describe("a null delete marker that replicates", () => {
  it("takes the place of an older null version below newer ones, once", async () => {
    const index = await openIndex("Suspended");
    await index.put("k", { etag: "null" });
    const modifiedAtMs = index.nowMs + 1000;
    index.nowMs += dayMs;
    index.versioning = "Enabled";
    await index.put("k", { etag: "newer" });
    const origin = { source: "bsource", seq: 7, versionId: "null", modifiedAtMs };
    const replicate = () =>
      index.rpc.delete({
        ...index.facts,
        versioning: "Suspended",
        deletions: [{ key: "k", markerVersionId: index.versionId(), origin }],
      });
    for (let time = 0; time < 2; time += 1) {
      expect(await replicate()).toMatchObject({ kind: "done", results: [{ kind: "deleted" }] });
    }
    const nulls = "SELECT is_marker FROM history WHERE version_id IS NULL";
    expect(await index.rows(nulls)).toEqual([{ is_marker: 1 }]);
    expect((await index.found("k")).etag).toBe("newer");
  });
});
