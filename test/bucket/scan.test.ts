// What upkeep asks of an index: walks over all it has, recounts, and mending what is broken.
import { describe, expect, it } from "vitest";
import type { ScannedVersion, VersionPlace } from "../../src/bucket/types.ts";
import { dayMs, type IndexUnderTest, openIndex } from "./fixture.ts";
import { complete, uploadOf } from "./upload-fixture.ts";

async function walk(index: IndexUnderTest, limit: number): Promise<ScannedVersion[]> {
  const rows: ScannedVersion[] = [];
  for (let after: VersionPlace | undefined; ; ) {
    const page = await index.client.scan({
      what: "versions",
      limit,
      ...(after !== undefined && { after }),
    });
    if (page.kind !== "versions") throw new Error(page.kind);
    expect(page.rows.length).toBeLessThanOrEqual(limit);
    rows.push(...page.rows);
    const last = page.rows.at(-1);
    if (!page.isTruncated || last === undefined) return rows;
    after = { key: last.key, seq: last.seq };
  }
}

const recount = (index: IndexUnderTest, isRepair = false) =>
  index.client.recount({ share: 0, of: 1, isRepair });

/** Breaks the index by hand. */
const damage = (index: IndexUnderTest, statement: string) =>
  index.inside((_, storage) => void storage.sql.exec(statement));

describe("scan", () => {
  it("walks versions by key, newest first, whatever the size of a page", async () => {
    const index = await openIndex("Enabled");
    for (const key of ["b", "a", "a/😀", "a/\uffff", "c"]) {
      for (let round = 0; round < 3; round += 1) await index.put(key);
    }
    await index.delete("b");
    const whole = await walk(index, 1000);
    expect(whole.map(({ key }) => key)).toEqual(
      ["a", "a/\uffff", "a/😀", "b", "c"].flatMap((key) =>
        Array.from({ length: key === "b" ? 4 : 3 }, () => key),
      ),
    );
    expect(whole.filter(({ isCurrent }) => isCurrent)).toHaveLength(4);
    for (const limit of [1, 2, 3, 5]) expect(await walk(index, limit)).toEqual(whole);
  });

  it("tells parts with what they belong to, and open uploads with their size", async () => {
    const index = await openIndex();
    const done = await uploadOf(index, "m", [5 * 1024 * 1024, 7]);
    await complete(index, done);
    const open = await uploadOf(index, "n", [3]);
    const aborted = await uploadOf(index, "o", [4]);
    await index.rpc.abortUpload({ ...index.facts, key: "o", uploadId: aborted.uploadId });
    const parts = await index.client.scan({ what: "parts", limit: 10 });
    if (parts.kind !== "parts") throw new Error(parts.kind);
    const owners = new Map(parts.rows.map(({ content, owner }) => [content, owner]));
    expect(owners).toEqual(
      new Map([
        [done.uploadId, "manifest"],
        [open.uploadId, "upload"],
        [aborted.uploadId, "condemned"],
      ]),
    );
    const uploads = await index.client.scan({ what: "uploads", limit: 10 });
    expect(uploads).toMatchObject({
      rows: [{ key: "n", uploadId: open.uploadId, partsCount: 1, sizeBytes: 3 }],
      isTruncated: false,
    });
    const [version] = await walk(index, 10);
    expect(version).toMatchObject({ key: "m", layoutBytes: 5 * 1024 * 1024 + 7 });
  });
});

describe("recount", () => {
  async function sharedIndex() {
    const index = await openIndex();
    const content = index.blob();
    await index.put("source", { content });
    const { seq } = await index.found("source");
    await index.put("copy", { content, sharedFrom: { key: "source", seq } });
    const upload = await uploadOf(index, "m", [5]);
    await complete(index, upload);
    await index.put("plain");
    await index.put("plain");
    return { index, content, upload };
  }

  it("finds nothing in an index that is whole, in any number of shares", async () => {
    const { index } = await sharedIndex();
    for (const of of [1, 7]) {
      for (let share = 0; share < of; share += 1) {
        const outcome = await index.client.recount({ share, of, isRepair: true });
        expect(outcome.findings).toEqual([]);
      }
    }
    expect(await index.client.countRows()).toBe(6);
  });

  it("finds and mends counts that are wrong, missing or stray", async () => {
    const { index, content } = await sharedIndex();
    await damage(index, "UPDATE content_refs SET refs = 5");
    await damage(index, `INSERT INTO content_refs VALUES ('${index.blob()}', 2)`);
    expect((await recount(index)).findings.map(({ kind }) => kind).toSorted()).toEqual([
      "stray-count",
      "wrong-count",
    ]);
    await recount(index, true);
    expect((await recount(index)).findings).toEqual([]);
    await damage(index, "DELETE FROM content_refs");
    expect((await recount(index, true)).findings).toEqual([
      { kind: "wrong-count", content, counted: 2, recorded: 1 },
    ]);
    expect(await index.rows("SELECT * FROM content_refs")).toEqual([{ content, refs: 2 }]);
  });

  it("condemns parts that nothing holds, so that their bytes go the usual way", async () => {
    const { index, upload } = await sharedIndex();
    await damage(index, "DELETE FROM current WHERE key = 'm'");
    const { findings } = await recount(index, true);
    expect(findings).toMatchObject([{ kind: "stray-parts", content: upload.uploadId }]);
    expect((await recount(index)).findings).toEqual([]);
    const facts = { nowMs: index.nowMs + 2 * dayMs, graceMs: dayMs, limit: 10 };
    const claimed = await index.rpc.claimCondemned(facts);
    expect(claimed.map(({ blob }) => blob)).toContain(upload.blobs[0]);
  });
});

describe("mendKeys", () => {
  it("makes the newest version the latest again, and ends what is older", async () => {
    const index = await openIndex("Enabled");
    await index.put("k", { etag: "one" });
    await index.put("k", { etag: "two" });
    await index.put("k", { etag: "three" });
    await index.put("whole");
    const before = await walk(index, 100);
    await damage(index, "DELETE FROM current WHERE key = 'k'");
    await damage(index, "UPDATE history SET ended = NULL WHERE etag = 'one'");
    expect(await index.client.mendKeys(["k", "whole", "none"])).toEqual(["k"]);
    expect((await index.found("k")).etag).toBe("two");
    const after = await walk(index, 100);
    expect(after.at(1)?.ended).toBe(after.at(0)?.seq);
    expect(after.slice(1)).toEqual(before.slice(2));
    expect(await index.client.mendKeys(["k"])).toEqual([]);
  });
});
