// What renaming and appending leave behind in an index: nothing lost, nothing counted wrongly, and no
// way back for late echoes (faults.md D26, D28).
import { describe, expect, it } from "vitest";
import type { AppendRequest, RenameRequest } from "../../src/bucket/types.ts";
import { dayMs, hourMs, type IndexUnderTest, openIndex } from "./fixture.ts";

const etag = "0123456789abcdef0123456789abcdef";
const crc = (value: string) => ({ algorithm: "CRC32", type: "FULL_OBJECT", value }) as const;

async function appendRequest(
  index: IndexUnderTest,
  key: string,
  changes: Partial<AppendRequest> = {},
): Promise<AppendRequest> {
  const { seq, sizeBytes } = await index.found(key);
  return {
    ...index.facts,
    key,
    expectedSeq: seq,
    offset: sizeBytes,
    blob: index.blob(),
    sizeBytes: 5,
    etag,
    checksum: crc("AAAAAA=="),
    manifestId: index.uploadId(),
    ...changes,
  };
}

const renameRequest = (index: IndexUnderTest, sourceKey: string, key: string): RenameRequest => ({
  ...index.facts,
  key,
  sourceKey,
  versioning: index.versioning,
  versionId: index.versionId(),
  markerVersionId: index.versionId(),
  conditions: [],
  token: index.versionId(),
});

/** Nothing is counted otherwise than it is held, and no sweep would take a blob that is. */
async function expectSound(index: IndexUnderTest, held: Record<string, string>) {
  const recounted = await index.client.recount({ share: 0, of: 1, isRepair: false });
  expect(recounted.findings).toEqual([]);
  const questions = Object.entries(held).map(([blob, key]) => ({ blob, key }));
  index.nowMs += 3 * dayMs;
  expect(await index.rpc.findOrphans(questions, index.nowMs)).toEqual([]);
}

async function collect(index: IndexUnderTest): Promise<string[]> {
  index.nowMs += 3 * dayMs;
  const removed: string[] = [];
  for (;;) {
    const claimed = await index.rpc.claimCondemned({
      nowMs: index.nowMs,
      graceMs: dayMs,
      limit: 100,
    });
    if (claimed.length === 0) return removed;
    removed.push(...claimed.map(({ blob }) => blob));
    await index.rpc.forgetCondemned(claimed.map(({ ticket }) => ticket));
  }
}

describe("rename under Intelligent-Tiering", () => {
  it("keeps when an object of Intelligent-Tiering was used last", async () => {
    const index = await openIndex();
    const storageClass = "INTELLIGENT_TIERING" as const;
    const request = { ...index.commitRequest("from"), storageClass };
    expect((await index.rpc.commit(request)).kind).toBe("committed");
    index.nowMs += 20 * dayMs;
    const { seq } = await index.found("from");
    await index.rpc.noticeAccess({ ...index.facts, key: "from", seq, restMs: dayMs });
    const usedAtMs = index.nowMs;
    index.nowMs += 5 * dayMs;
    expect((await index.rpc.rename(renameRequest(index, "from", "to"))).kind).toBe("renamed");
    const { rows } = await index.rpc.scanTiered({ limit: 10 });
    expect(rows.map(({ key, usedAtMs: used }) => [key, used])).toEqual([["to", usedAtMs]]);
    expect(await index.rows("SELECT key FROM accesses")).toEqual([{ key: "to" }]);
  });
});

describe("append", () => {
  it("keeps every blob held, and lets all of them go with the object", async () => {
    const index = await openIndex();
    const first = index.blob();
    await index.put("k", { content: first });
    const requests = [await appendRequest(index, "k")];
    await index.rpc.append(requests[0] as AppendRequest);
    requests.push(await appendRequest(index, "k"));
    await index.rpc.append(requests[1] as AppendRequest);
    const blobs = [first, ...requests.map(({ blob }) => blob)];
    await expectSound(index, Object.fromEntries(blobs.map((blob) => [blob, "k"])));
    const found = await index.resolve("k");
    expect(found.kind === "found" && found.segments.map(({ blob }) => blob)).toEqual(blobs);
    await index.delete("k");
    expect((await collect(index)).toSorted()).toEqual(blobs.toSorted());
  });

  it("takes once, however often it is asked, and seals what it refuses a second time", async () => {
    const index = await openIndex();
    await index.put("k");
    const request = await appendRequest(index, "k");
    const outcome = await index.rpc.append(request);
    expect(outcome).toMatchObject({ kind: "appended", sizeBytes: 15 });
    expect(await index.rpc.append({ ...request, isRetry: true })).toEqual(outcome);
    const late = { ...request, blob: index.blob() };
    expect(await index.rpc.append({ ...late, isRetry: true })).toEqual({ kind: "wrong-offset" });
    const { seq, sizeBytes } = await index.found("k");
    const echo = { ...late, expectedSeq: seq, offset: sizeBytes };
    expect(await index.rpc.append(echo)).toEqual({ kind: "expired-blob" });
  });

  it("condemns nothing when it took, and another append or a rename came before its retry", async () => {
    const index = await openIndex();
    await index.put("k");
    const request = await appendRequest(index, "k");
    await index.rpc.append(request);
    await index.rpc.append(await appendRequest(index, "k"));
    const behind = await index.rpc.append({ ...request, isRetry: true });
    expect(behind.kind).toBe("appended");
    await index.rpc.rename(renameRequest(index, "k", "elsewhere"));
    await index.rpc.append({ ...request, isRetry: true });
    expect(await collect(index)).not.toContain(request.blob);
    const found = await index.resolve("elsewhere");
    const blobs = found.kind === "found" ? found.segments.map(({ blob }) => blob) : [];
    expect(blobs).toContain(request.blob);
  });

  it("lets no echo of the copy that made the object undo it", async () => {
    const index = await openIndex();
    await index.put("source");
    const source = await index.found("source");
    const copy = index.commitRequest("k", {
      content: source.content ?? "",
      sharedFrom: { key: "source", seq: source.seq },
    });
    await index.rpc.commit(copy);
    await index.rpc.append(await appendRequest(index, "k"));
    await index.rpc.commit({ ...copy, isRetry: true });
    expect((await index.found("k")).sizeBytes).toBe(15);
  });

  it("lets no echo of the first write bring its blob back", async () => {
    const index = await openIndex();
    const write = index.commitRequest("k");
    await index.rpc.commit(write);
    await index.rpc.append(await appendRequest(index, "k"));
    expect(await index.rpc.commit(write)).toEqual({ kind: "expired-blob" });
    expect((await index.found("k")).sizeBytes).toBe(15);
    index.nowMs += 25 * hourMs;
    expect(await index.rpc.commit({ ...write, ...index.facts })).toEqual({ kind: "expired-blob" });
  });

  it("refuses another object than the one that was read, and history", async () => {
    const index = await openIndex();
    await index.put("k");
    const request = await appendRequest(index, "k");
    await index.put("k");
    expect(await index.rpc.append(request)).toEqual({ kind: "changed" });
    const versioned = await openIndex("Enabled");
    await versioned.put("k");
    expect(await versioned.rpc.append(await appendRequest(versioned, "k"))).toEqual({
      kind: "versioned",
    });
  });

  it("takes its parts apart from a copy that shares them", async () => {
    const index = await openIndex();
    await index.put("k");
    await index.rpc.append(await appendRequest(index, "k"));
    const { seq, content, sizeBytes } = await index.found("k");
    const shared = { content: content ?? "", sharedFrom: { key: "k", seq }, sizeBytes };
    await index.put("copy", { ...shared, detail: { partsCount: 2 } });
    await index.rpc.append(await appendRequest(index, "k"));
    const [one, other] = [await index.found("k"), await index.found("copy")];
    expect(one.content).not.toBe(other.content);
    expect([one.sizeBytes, other.sizeBytes]).toEqual([20, 15]);
    const found = await index.resolve("k");
    const blobs = found.kind === "found" ? found.segments.map(({ blob }) => blob) : [];
    await expectSound(index, Object.fromEntries(blobs.map((blob) => [blob, "k"])));
    await index.delete("k");
    expect(await collect(index)).toEqual(blobs.slice(2));
    await expectSound(index, Object.fromEntries(blobs.slice(0, 2).map((blob) => [blob, "copy"])));
  });
});

describe("rename", () => {
  it("keeps the blob held under the new key alone", async () => {
    const index = await openIndex();
    const content = index.blob();
    await index.put("old", { content });
    expect(await index.rpc.rename(renameRequest(index, "old", "new"))).toEqual({ kind: "renamed" });
    await expectSound(index, { [content]: "old" });
    expect(await collect(index)).toEqual([]);
    await expectSound(index, { [content]: "old" });
    await index.delete("new");
    expect(await collect(index)).toEqual([content]);
  });

  it("lets no echo of the old key's write bring the object back", async () => {
    const index = await openIndex();
    const write = index.commitRequest("old");
    const committed = await index.rpc.commit(write);
    await index.rpc.rename(renameRequest(index, "old", "new"));
    expect(await index.rpc.commit(write)).toEqual(committed);
    expect((await index.resolve("old")).kind).toBe("no-such-key");
  });

  it("forgets tokens after a day, not before", async () => {
    const index = await openIndex();
    await index.put("old");
    const request = renameRequest(index, "old", "new");
    await index.rpc.rename(request);
    index.nowMs += 23 * hourMs;
    expect(await index.rpc.rename({ ...request, ...index.facts })).toEqual({ kind: "renamed" });
    index.nowMs += 3 * hourMs;
    expect(await index.rpc.rename({ ...request, ...index.facts })).toEqual({ kind: "no-such-key" });
    await index.put("old");
    await index.rpc.rename(renameRequest(index, "old", "new"));
    expect(await index.rows("SELECT count(*) AS n FROM rename_tokens")).toEqual([{ n: 1 }]);
  });
});
