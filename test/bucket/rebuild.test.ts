// An index that is lost, and made anew (D49): nobody is answered meanwhile and nothing is swept.
import { describe, expect, it } from "vitest";
import type { RebuiltVersion } from "../../src/bucket/types.ts";
import { dayMs, type IndexUnderTest, openIndex } from "./fixture.ts";
import { complete, uploadOf } from "./upload-fixture.ts";

async function lose(index: IndexUnderTest): Promise<void> {
  await index.inside((_, storage) => storage.deleteAll());
  await index.restart();
}

function version(index: IndexUnderTest, wish: Partial<RebuiltVersion>): RebuiltVersion {
  return {
    key: "k",
    versionId: index.versionId(),
    isNull: false,
    isDeleteMarker: false,
    modifiedAtMs: index.nowMs,
    sizeBytes: 10,
    etag: "e",
    storageClass: "STANDARD",
    content: index.blob(),
    detail: {},
    ...wish,
  };
}

const add = (index: IndexUnderTest, versions: readonly RebuiltVersion[]) =>
  index.client.rebuild({ step: "add", nowMs: index.nowMs, versions, uploads: [] });

describe("rebuild", () => {
  it("is refused for an index that is alive", async () => {
    const index = await openIndex();
    const begin = { step: "begin", bucketId: index.bucketId, nowMs: index.nowMs } as const;
    expect(await index.client.rebuild(begin)).toEqual({ kind: "not-empty" });
    expect(await add(index, [version(index, {})])).toEqual({ kind: "not-empty" });
  });

  it("answers nobody, sweeps nothing and is not deleted before it is finished", async () => {
    const index = await openIndex();
    await index.put("k");
    await lose(index);
    const orphans = [{ blob: index.blob(index.nowMs - 5 * dayMs), key: "k" }];
    for (const begin of [false, true]) {
      if (begin) {
        await index.client.rebuild({
          step: "begin",
          bucketId: index.bucketId,
          nowMs: index.nowMs,
        });
      }
      expect((await index.tryPut("k")).kind).toBe("no-such-bucket");
      expect(await index.client.findOrphans(orphans, index.nowMs)).toEqual([]);
      await expect(index.client.beginDelete(index.facts)).rejects.toThrow();
    }
  });

  it("puts versions in order however they come, and goes on behind them", async () => {
    const index = await openIndex("Enabled");
    await lose(index);
    const begin = { step: "begin", bucketId: index.bucketId, nowMs: index.nowMs } as const;
    await index.client.rebuild(begin);
    const versions: RebuiltVersion[] = [];
    for (let at = 0; at < 6; at += 1) {
      index.nowMs += 1;
      const isDeleteMarker = at === 3;
      versions.push(
        version(index, {
          etag: String(at),
          isDeleteMarker,
          isNull: at === 1 || at === 4,
          ...(isDeleteMarker && { content: null, sizeBytes: 0 }),
        }),
      );
    }
    for (const at of [4, 0, 5, 3, 1, 2, 4, 0]) await add(index, versions.slice(at, at + 1));
    const finish = { step: "finish", epoch: 3, nowMs: index.nowMs } as const;
    await index.client.rebuild(finish);
    await index.client.rebuild(finish);
    index.epoch = 3;
    const page = await index.client.scan({ what: "versions", limit: 10 });
    if (page.kind !== "versions") throw new Error(page.kind);
    // The null version of step 1 lost to that of step 4.
    expect(page.rows.map(({ etag }) => etag)).toEqual(["5", "4", "3", "2", "0"]);
    expect(page.rows.map(({ ended }) => ended)).toEqual([
      null,
      ...page.rows.slice(0, 4).map(({ seq }) => seq),
    ]);
    const lost = await index.rows("SELECT held FROM condemned");
    expect(lost).toEqual([{ held: versions[1]?.content }]);
    await index.put("k", { etag: "next" });
    expect((await index.found("k")).seq).toBeGreaterThan(page.rows[0]?.seq ?? Infinity);
    expect((await index.tryPut("k")).kind).toBe("committed");
    expect(await index.client.recount({ share: 0, of: 1, isRepair: false })).toMatchObject({
      findings: [],
    });
  });

  it("makes from descriptions what was there: parts, copies, locks", async () => {
    const index = await openIndex("Enabled");
    const upload = await uploadOf(index, "m", [5 * 1024 * 1024, 9]);
    const done = await complete(index, upload);
    if (done.kind !== "committed") throw new Error(done.kind);
    const { seq, content } = await index.found("m");
    await index.put("copy", {
      content: content ?? "",
      sharedFrom: { key: "m", seq },
      sizeBytes: 5 * 1024 * 1024 + 9,
      detail: { tags: [["a", "b"]] },
    });
    const before = [await index.resolve("m"), await index.resolve("copy")];
    const described = [];
    for (const key of ["m", "copy"]) {
      const { versionId } = await index.found(key);
      const outcome = await index.client.describe(key, versionId);
      if (outcome.kind !== "version") throw new Error(outcome.kind);
      described.push({ ...outcome.version, isNull: false, parts: outcome.parts });
    }
    await lose(index);
    await index.client.rebuild({ step: "begin", bucketId: index.bucketId, nowMs: index.nowMs });
    await index.client.rebuild({
      step: "add",
      nowMs: index.nowMs,
      versions: described,
      uploads: [],
      defaultLock: { mode: "COMPLIANCE", period: { days: 1 } },
    });
    await index.client.rebuild({ step: "finish", epoch: 1, nowMs: index.nowMs });
    const after = [await index.resolve("m"), await index.resolve("copy")];
    for (const [at, outcome] of after.entries()) {
      const was = before[at];
      if (outcome.kind !== "found" || was?.kind !== "found") throw new Error(outcome.kind);
      expect(outcome.segments).toEqual(was.segments);
      const { lock, ...detail } = outcome.version.detail;
      expect(lock).toEqual({ mode: "COMPLIANCE", retainUntilMs: index.nowMs + dayMs });
      expect({ ...outcome.version, detail, seq: 0 }).toEqual({ ...was.version, seq: 0 });
    }
    expect(await index.rows("SELECT refs FROM content_refs")).toEqual([{ refs: 2 }]);
    expect(await complete(index, upload)).toMatchObject({ kind: "committed", etag: done.etag });
  });
});
