import { runDurableObjectAlarm } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { dayMs, hourMs, type IndexUnderTest, openIndex } from "./fixture.ts";
import { complete, createUpload, mebibyte, putPart, uploadOf } from "./upload-fixture.ts";

function claim(index: IndexUnderTest, options: { limit?: number; afterTicket?: string } = {}) {
  return index.rpc.claimCondemned({ nowMs: index.nowMs, graceMs: dayMs, limit: 100, ...options });
}

/** Claims and forgets until nothing is due, as the upkeep does; the blobs removed. */
async function collect(index: IndexUnderTest, limit = 100): Promise<string[]> {
  const removed: string[] = [];
  for (;;) {
    const claimed = await claim(index, { limit });
    removed.push(...claimed.map(({ blob }) => blob));
    await index.rpc.forgetCondemned(claimed.map(({ ticket }) => ticket));
    if (claimed.length === 0) return removed;
  }
}

const leftovers = async (index: IndexUnderTest) => {
  const counts = ["condemned", "content_refs", "parts", "manifests", "uploads"].map((table) =>
    index.rows(`SELECT count(*) AS n FROM ${table}`),
  );
  return (await Promise.all(counts)).map(([row]) => row?.["n"]);
};

describe("claimCondemned", () => {
  it("names a displaced blob once its grace is over, not before", async () => {
    const index = await openIndex();
    const content = index.blob();
    await index.put("k", { content });
    await index.put("k");
    index.nowMs += dayMs - 1;
    expect(await claim(index)).toEqual([]);
    index.nowMs += 1;
    const [claimed] = await claim(index);
    expect(claimed?.blob).toBe(content);
    // Nothing is forgotten until the stores confirmed (D30).
    expect(await claim(index)).toEqual([claimed]);
    await index.rpc.forgetCondemned([claimed?.ticket ?? ""]);
    await index.rpc.forgetCondemned([claimed?.ticket ?? ""]);
    expect(await claim(index)).toEqual([]);
  });

  it("comes back soon when thousands of due rows held nothing to remove", async () => {
    const index = await openIndex("Enabled");
    await index.put("k");
    await index.inside((_, storage) => {
      const hour = Math.floor(index.nowMs / hourMs);
      storage.sql.exec(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
         INSERT INTO condemned (condemned_hour, held, seq, condemned_at, reason, key, made,
           is_marker, modified_at, size, etag)
         SELECT ?1, '', -i, ?2, 'version', 'gone', 0, 1, 0, 0, '' FROM n`,
        hour,
        index.nowMs,
      );
    });
    const version = await index.found("k");
    await index.delete("k", { versionId: version.versionId });
    index.nowMs += 2 * dayMs;
    const looks: boolean[] = [];
    for (let round = 0; round < 3; round += 1) {
      await claim(index);
      looks.push(
        await index.inside((it) => (it as unknown as { isClaimDone: boolean }).isClaimDone),
      );
    }
    expect(looks.slice(0, 2)).toContain(false);
    expect((await claim(index)).map(({ blob }) => blob)).toEqual([version.content]);
  });

  it("keeps what a copy still holds, and removes it after the last (D28)", async () => {
    const index = await openIndex();
    const content = index.blob();
    await index.put("source", { content });
    const { seq } = await index.found("source");
    await index.put("copy", { content, sharedFrom: { key: "source", seq } });
    await index.delete("source");
    index.nowMs += 2 * dayMs;
    expect(await collect(index)).toEqual([]);
    expect((await index.found("copy")).content).toBe(content);
    await index.delete("copy");
    index.nowMs += 2 * dayMs;
    expect(await collect(index)).toEqual([content]);
    expect(await leftovers(index)).toEqual([0, 0, 0, 0, 0]);
  });

  it("removes content once when all its holders are condemned in one hour (D28)", async () => {
    const index = await openIndex();
    const content = index.blob();
    await index.put("a", { content });
    const { seq } = await index.found("a");
    await index.put("b", { content, sharedFrom: { key: "a", seq } });
    await index.put("c", { content, sharedFrom: { key: "a", seq } });
    for (const key of ["a", "b", "c"]) await index.delete(key);
    index.nowMs += 2 * dayMs;
    expect(await collect(index)).toEqual([content]);
  });

  it("expands manifests in slices: condemned, aborted, and only their own blobs (D28)", async () => {
    const index = await openIndex();
    const upload = await uploadOf(index, "big", [5 * mebibyte, 5 * mebibyte, 1]);
    await complete(index, upload);
    const { seq } = await index.found("big");
    const uploadId = await createUpload(index, "copy");
    const segments = [{ blob: upload.blobs[1] ?? "", offset: 0, length: 4 }];
    const part = { partNumber: 1, sizeBytes: 4, etag: "e" };
    await index.rpc.putPart({
      ...index.facts,
      key: "copy",
      uploadId,
      part,
      segments,
      sharedFrom: { key: "big", seq },
    });
    await index.delete("big");
    index.nowMs += 2 * dayMs;
    expect((await collect(index, 1)).toSorted()).toEqual(
      [upload.blobs[0], upload.blobs[2]].toSorted(),
    );
    await index.rpc.abortUpload({ ...index.facts, key: "copy", uploadId });
    index.nowMs += 2 * dayMs;
    expect(await collect(index, 1)).toEqual([upload.blobs[1]]);
    expect(await leftovers(index)).toEqual([0, 0, 0, 0, 0]);
  });

  it("lets go of shared parts once, however often it is asked before the rest is forgotten", async () => {
    const index = await openIndex();
    const source = index.blob();
    await index.put("source", { content: source, sizeBytes: 10 });
    const { seq } = await index.found("source");
    const uploadId = await createUpload(index, "k");
    // One part of the upload holds a shared blob, the other its own.
    await putPart(index, { key: "k", uploadId, partNumber: 1 }, { sizeBytes: 1 });
    await index.rpc.putPart({
      ...index.facts,
      key: "k",
      uploadId,
      part: { partNumber: 2, sizeBytes: 4, etag: "e" },
      segments: [{ blob: source, offset: 0, length: 4 }],
      sharedFrom: { key: "source", seq },
    });
    await index.rpc.abortUpload({ ...index.facts, key: "k", uploadId });
    index.nowMs += 2 * dayMs;
    for (let round = 0; round < 3; round += 1) expect(await claim(index)).toHaveLength(1);
    expect(await index.rows("SELECT refs FROM content_refs")).toEqual([{ refs: 1 }]);
    expect((await index.found("source")).content).toBe(source);
  });

  it("goes on behind a ticket, so that one stubborn blob holds nothing up", async () => {
    const index = await openIndex();
    for (let n = 0; n < 6; n += 1) await index.put("k");
    const upload = await uploadOf(index, "m", [1, 1, 1]);
    await index.rpc.abortUpload({ ...index.facts, key: "m", uploadId: upload.uploadId });
    index.nowMs += 2 * dayMs;
    const all = await claim(index);
    expect(all).toHaveLength(8);
    for (const [at, { ticket }] of all.entries()) {
      expect(await claim(index, { afterTicket: ticket })).toEqual(all.slice(at + 1));
    }
  });

  it("keeps a row against late commits when a short grace removed the bytes early (D28)", async () => {
    const index = await openIndex();
    const request = index.commitRequest("k");
    const first = await index.rpc.commit(request);
    await index.delete("k");
    const facts = { nowMs: index.nowMs, graceMs: 0, limit: 10 };
    const [claimed] = await index.rpc.claimCondemned(facts);
    await index.rpc.forgetCondemned([claimed?.ticket ?? ""]);
    expect(await index.rpc.claimCondemned(facts)).toEqual([]);
    const late = await index.rpc.commit({ ...request, isRetry: true });
    expect([first.kind, "expired-blob"]).toContain(late.kind);
    expect((await index.resolve("k")).kind).toBe("no-such-key");
    index.nowMs += 2 * dayMs;
    await index.rpc.claimCondemned({ ...facts, nowMs: index.nowMs });
    expect(await leftovers(index)).toEqual([0, 0, 0, 0, 0]);
    expect((await index.rpc.commit(request)).kind).toBe("expired-blob");
  });

  it("drops condemned delete markers without naming a blob", async () => {
    const index = await openIndex("Enabled");
    const marker = await index.delete("k");
    const versionId = marker.kind === "deleted" ? (marker.versionId ?? "") : "";
    await index.delete("k", { versionId });
    index.nowMs += 2 * dayMs;
    expect(await claim(index)).toEqual([]);
    expect(await leftovers(index)).toEqual([0, 0, 0, 0, 0]);
  });
});

describe("findOrphans", () => {
  it("reports only old blobs that nothing holds (D01)", async () => {
    const index = await openIndex("Enabled");
    const { blob: held, versionId } = { blob: index.blob(), versionId: index.versionId() };
    await index.put("k", { content: held, versionId });
    await index.put("k");
    const lost = index.blob();
    const upload = await uploadOf(index, "m", [5]);
    index.nowMs += 2 * dayMs + 1;
    const young = index.blob(index.nowMs - 2 * dayMs);
    const questions = [
      { blob: held, key: "k", versionId },
      { blob: lost, key: "k", versionId: index.versionId() },
      { blob: young, key: "k" },
      { blob: upload.blobs[0] ?? "", key: "m", uploadId: upload.uploadId, partNumber: 1 },
      { blob: upload.blobs[0] ?? "", key: "m", uploadId: upload.uploadId },
    ];
    expect(await index.rpc.findOrphans(questions, index.nowMs)).toEqual([lost]);
  });

  it("never reports what lives on under another key, nor what is condemned (D28)", async () => {
    const index = await openIndex();
    const content = index.blob();
    await index.put("source", { content });
    const { seq } = await index.found("source");
    await index.put("copy", { content, sharedFrom: { key: "source", seq } });
    await index.delete("source");
    index.nowMs += 3 * dayMs;
    await collect(index);
    const question = [{ blob: content, key: "source" }];
    expect(await index.rpc.findOrphans(question, index.nowMs)).toEqual([]);
    await index.delete("copy");
    index.nowMs += 5 * hourMs;
    expect(await index.rpc.findOrphans(question, index.nowMs)).toEqual([]);
    index.nowMs += 3 * dayMs;
    await collect(index);
    expect(await index.rpc.findOrphans(question, index.nowMs)).toEqual([content]);
  });

  it("knows of nothing before it is a bucket's, and of everything after it was destroyed", async () => {
    const index = await openIndex();
    const blob = index.blob(index.nowMs - 3 * dayMs);
    await index.put("k");
    await index.delete("k");
    await index.rpc.beginDelete(index.facts);
    await index.rpc.destroy();
    await index.rpc.destroy();
    expect((await index.tryPut("k")).kind).toBe("no-such-bucket");
    expect(await leftovers(index)).toEqual([0, 0, 0, 0, 0]);
    expect(await index.rpc.findOrphans([{ blob, key: "k" }], index.nowMs)).toEqual([blob]);
    await index.restart();
    expect(await index.rpc.findOrphans([{ blob, key: "k" }], index.nowMs)).toEqual([blob]);
    const { IndexUnderTest } = await import("./fixture.ts");
    const never = new IndexUnderTest("Unversioned");
    expect(await never.rpc.findOrphans([{ blob, key: "k" }], index.nowMs)).toEqual([]);
  });
});

describe("upkeep", () => {
  const alarm = (index: IndexUnderTest) => index.inside((_, storage) => storage.getAlarm());

  it("arms one alarm when something is condemned, and none before (D36)", async () => {
    const index = await openIndex();
    await index.put("k");
    expect(await alarm(index)).toBeNull();
    await index.put("k");
    const first = await alarm(index);
    expect(first).toBeGreaterThan(Date.now());
    await index.put("k");
    expect(await alarm(index)).toBe(first);
  });

  it("arms the next alarm after each, for as long as something is condemned (D36, D37)", async () => {
    const index = await openIndex();
    // The alarm reads the real clock: what it looks at must not be due by it.
    index.nowMs = Date.now();
    await index.put("k");
    await index.put("k");
    expect(await runDurableObjectAlarm(index.stub)).toBe(true);
    expect(await alarm(index)).toBeGreaterThan(Date.now());
    index.nowMs += 3 * dayMs;
    await collect(index);
    expect(await runDurableObjectAlarm(index.stub)).toBe(true);
    expect(await alarm(index)).toBeNull();
  });

  it("arms a lost alarm when the object starts again (D36)", async () => {
    const index = await openIndex();
    await index.put("k");
    await index.put("k");
    await index.inside((_, storage) => storage.deleteAlarm());
    await index.restart();
    await index.resolve("k");
    expect(await alarm(index)).not.toBeNull();
  });
});
