import { describe, expect, it } from "vitest";
import { dayMs, hourMs, openIndex, startMs } from "./fixture.ts";

describe("commit", () => {
  it("makes the blob the current version and gives back what was stored", async () => {
    const index = await openIndex();
    const detail = {
      headers: { contentType: "text/plain" },
      metadata: { colour: "blue" },
      checksum: { algorithm: "CRC64NVME", type: "FULL_OBJECT", value: "AAAA/+==" },
      ownerId: "someone",
    } as const;
    const content = index.blob();
    const outcome = await index.put("a/b", { detail, content, sizeBytes: 3 });
    expect(outcome).toEqual({
      kind: "committed",
      modifiedAtMs: startMs,
      etag: "0123456789abcdef0123456789abcdef",
    });
    expect(await index.resolve("a/b")).toMatchObject({
      kind: "found",
      version: { key: "a/b", versionId: "null", isLatest: true, isDeleteMarker: false, detail },
      segments: [{ blob: content, offset: 0, length: 3 }],
    });
  });

  it("writes one row for a fresh key, two when it replaces one in an unversioned bucket", async () => {
    const index = await openIndex();
    await index.put("first"); // reserves sequence numbers
    expect((await index.cost(() => index.put("fresh"))).written).toBe(1);
    expect((await index.cost(() => index.put("fresh"))).written).toBe(2);
    expect((await index.cost(() => index.delete("fresh"))).written).toBe(2);
    expect((await index.cost(() => index.delete("fresh"))).written).toBe(0);
  });

  it("writes one row for a fresh key and three for a new version when versioned", async () => {
    const index = await openIndex("Enabled");
    await index.put("first");
    expect((await index.cost(() => index.put("fresh"))).written).toBe(1);
    expect((await index.cost(() => index.put("fresh"))).written).toBe(3);
  });

  it("answers a retry with the first outcome (D03)", async () => {
    const index = await openIndex("Enabled");
    const request = index.commitRequest("k", { conditions: { ifNoneMatch: "*" } });
    const first = await index.rpc.commit(request);
    expect(first.kind).toBe("committed");
    expect(await index.rpc.commit({ ...request, isRetry: true })).toEqual(first);
    expect(await index.rows("SELECT count(*) AS n FROM current")).toEqual([{ n: 1 }]);
    expect(await index.rows("SELECT count(*) AS n FROM history")).toEqual([{ n: 0 }]);
  });

  it("answers a retry whose version was displaced meanwhile, without bringing it back (D03)", async () => {
    const index = await openIndex();
    const request = index.commitRequest("k", { etag: "first" });
    const first = await index.rpc.commit(request);
    await index.put("k", { etag: "second" });
    index.nowMs += 2 * hourMs;
    const again = { ...request, ...index.facts, isRetry: true };
    expect(await index.rpc.commit(again)).toEqual(first);
    expect((await index.found("k")).etag).toBe("second");
    await index.delete("k");
    // The first try itself, arriving late, is told apart just as well.
    expect(await index.rpc.commit(request)).toEqual(first);
    expect((await index.resolve("k")).kind).toBe("no-such-key");
  });

  it("answers a retry whose version went into the history or was deleted (D03)", async () => {
    const index = await openIndex("Enabled");
    const request = index.commitRequest("k", { etag: "first" });
    const first = await index.rpc.commit(request);
    await index.put("k", { etag: "second" });
    expect(await index.rpc.commit({ ...request, isRetry: true })).toEqual(first);
    await index.delete("k", { versionId: request.versionId });
    expect(await index.rpc.commit({ ...request, isRetry: true })).toEqual(first);
    expect((await index.found("k")).etag).toBe("second");
    expect(await index.rows("SELECT count(*) AS n FROM history")).toEqual([{ n: 0 }]);
  });

  it("refuses a first try that arrives after its retry was refused (D03)", async () => {
    const index = await openIndex();
    await index.put("k");
    const request = index.commitRequest("k", { conditions: { ifNoneMatch: "*" } });
    expect((await index.rpc.commit({ ...request, isRetry: true })).kind).toBe(
      "precondition-failed",
    );
    await index.delete("k");
    expect((await index.rpc.commit(request)).kind).toBe("expired-blob");
    expect((await index.resolve("k")).kind).toBe("no-such-key");
  });

  it("refuses a blob older than the longest request (D01)", async () => {
    const index = await openIndex();
    const content = index.blob(index.nowMs - dayMs - 1);
    expect((await index.tryPut("k", { content })).kind).toBe("expired-blob");
    const justInTime = index.blob(index.nowMs - dayMs);
    expect((await index.tryPut("k", { content: justInTime })).kind).toBe("committed");
  });

  it("lets exactly one of many creators win (D09)", async () => {
    const index = await openIndex();
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, () => index.tryPut("k", { conditions: { ifNoneMatch: "*" } })),
    );
    const kinds = outcomes.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "committed")).toHaveLength(1);
    expect(kinds.filter((kind) => kind === "precondition-failed")).toHaveLength(99);
  });

  it("keeps exactly one current version under concurrent writers (D08)", async () => {
    const index = await openIndex("Enabled");
    await Promise.all(Array.from({ length: 40 }, (_, n) => index.put("k", { etag: `${n}` })));
    expect(await index.rows("SELECT count(*) AS n FROM current")).toEqual([{ n: 1 }]);
    expect(await index.rows("SELECT count(*) AS n FROM history")).toEqual([{ n: 39 }]);
    const seqs = await index.rows(
      "SELECT seq FROM history UNION ALL SELECT seq FROM current ORDER BY seq",
    );
    expect(new Set(seqs.map(({ seq }) => seq)).size).toBe(40);
  });

  it("orders by sequence across restarts and never uses a number twice (D43)", async () => {
    const index = await openIndex("Enabled");
    await index.put("k");
    const before = (await index.found("k")).seq;
    await index.restart();
    await index.put("k");
    const after = (await index.found("k")).seq;
    expect(after).toBeGreaterThan(before);
  });

  it("keeps Last-Modified of a key from going back when clocks do (D43)", async () => {
    const index = await openIndex("Enabled");
    const first = await index.put("k");
    await index.restart();
    index.nowMs -= hourMs;
    const second = await index.put("k");
    expect(second.modifiedAtMs).toBeGreaterThanOrEqual(first.modifiedAtMs);
    await index.delete("k");
    await index.restart();
    index.nowMs -= hourMs;
    const third = await index.put("k");
    expect(third.modifiedAtMs).toBeGreaterThanOrEqual(first.modifiedAtMs);
  });

  it("shows the id of a version as the versioning state has it", async () => {
    const index = await openIndex("Enabled");
    const versionId = index.versionId();
    expect(await index.put("k", { versionId })).toMatchObject({ versionId });
    index.versioning = "Suspended";
    expect(await index.put("k")).toMatchObject({ versionId: "null" });
    index.versioning = "Unversioned";
    expect(await index.put("other")).not.toHaveProperty("versionId");
  });
});

describe("conditions of a commit", () => {
  it("holds If-None-Match against objects, not against delete markers", async () => {
    const index = await openIndex("Enabled");
    const conditions = { ifNoneMatch: "*" } as const;
    await index.put("k", { conditions });
    expect(await index.tryPut("k", { conditions })).toEqual({
      kind: "precondition-failed",
      condition: "If-None-Match",
    });
    await index.delete("k");
    expect((await index.tryPut("k", { conditions })).kind).toBe("committed");
  });

  it("holds If-Match against the current ETag and answers 404 without an object", async () => {
    const index = await openIndex();
    const conditions = { ifMatch: "one" };
    expect((await index.tryPut("k", { conditions })).kind).toBe("no-such-key");
    await index.put("k", { etag: "one" });
    expect((await index.tryPut("k", { conditions, etag: "two" })).kind).toBe("committed");
    expect(await index.tryPut("k", { conditions })).toEqual({
      kind: "precondition-failed",
      condition: "If-Match",
    });
    expect((await index.rpc.check({ ...index.facts, key: "k", conditions })).kind).toBe(
      "precondition-failed",
    );
    const now = { ifMatch: "two" };
    expect((await index.rpc.check({ ...index.facts, key: "k", conditions: now })).kind).toBe("ok");
  });
});

describe("copies by reference", () => {
  it("counts a holder for each and keeps shared bytes until the last is gone (D28)", async () => {
    const index = await openIndex();
    await index.put("source");
    const source = await index.found("source");
    const sharedFrom = { key: "source", seq: source.seq };
    const content = source.content ?? "";
    const outcome = await index.tryPut("copy", { content, sharedFrom });
    expect(outcome.kind).toBe("committed");
    await index.delete("source");
    expect((await index.found("copy")).content).toBe(content);
    expect(await index.rows("SELECT refs FROM content_refs")).toEqual([{ refs: 2 }]);
  });

  it("refuses a source that was replaced or deleted meanwhile (D29)", async () => {
    const index = await openIndex();
    await index.put("source");
    const source = await index.found("source");
    const copy = {
      content: source.content ?? "",
      sharedFrom: { key: "source", seq: source.seq },
    };
    await index.put("source");
    expect((await index.tryPut("copy", copy)).kind).toBe("source-gone");
    await index.delete("source");
    expect((await index.tryPut("copy", copy)).kind).toBe("source-gone");
    expect(await index.rows("SELECT * FROM content_refs")).toEqual([]);
  });

  it("counts a retried copy once, also onto a null version (D03)", async () => {
    const index = await openIndex();
    await index.put("source");
    const source = await index.found("source");
    const request = index.commitRequest("copy", {
      content: source.content ?? "",
      sharedFrom: { key: "source", seq: source.seq },
    });
    const first = await index.rpc.commit(request);
    expect(await index.rpc.commit({ ...request, isRetry: true })).toEqual(first);
    await index.put("copy", { etag: "newer" });
    expect(await index.rpc.commit({ ...request, isRetry: true })).toEqual(first);
    expect((await index.found("copy")).etag).toBe("newer");
    expect(await index.rows("SELECT refs FROM content_refs")).toEqual([{ refs: 2 }]);
  });

  it("copies a version onto itself with other metadata", async () => {
    const index = await openIndex();
    await index.put("k", { detail: { metadata: { a: "1" } } });
    const { content, seq } = await index.found("k");
    await index.put("k", {
      content: content ?? "",
      sharedFrom: { key: "k", seq },
      detail: { metadata: { a: "2" } },
    });
    const copied = await index.found("k");
    expect(copied.content).toBe(content);
    expect(copied.detail).toEqual({ metadata: { a: "2" } });
  });
});
