// The index against a model of a versioned bucket that a child could check: per key a list of
// versions, newest first. Random histories through the real object; at the end everything is
// deleted and every byte ever stored must have been collected, and none before its last holder was
// gone.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Version } from "../../src/bucket/types.ts";
import { dayMs, hourMs, type IndexUnderTest, openIndex } from "./fixture.ts";
import { complete, createUpload, putPart } from "./upload-fixture.ts";

interface ModelVersion {
  readonly versionId: string;
  readonly isMarker: boolean;
  readonly etag: string;
  readonly blobs: readonly string[];
}

const keys = ["a", "a/b", "a/c", "b/😀", "b/\uffff", "c"] as const;
type Key = (typeof keys)[number];

const key = fc.constantFrom(...keys);
const pick = fc.nat(1000);
const command = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("put" as const), key }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("create" as const), key }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("delete" as const), key }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("deleteVersion" as const), key, pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("version" as const), pick }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("copy" as const), key, from: key, pick }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("multipart" as const), key, from: key }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("abort" as const), key, from: key }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("list" as const), pick }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("listVersions" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("collect" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart" as const) }) },
);
type Command = typeof command extends fc.Arbitrary<infer Value> ? Value : never;

class Run {
  readonly index: IndexUnderTest;
  readonly model = new Map<Key, ModelVersion[]>(keys.map((name) => [name, []]));
  readonly stored = new Set<string>();
  readonly removed = new Set<string>();
  #count = 0;

  constructor(index: IndexUnderTest) {
    this.index = index;
  }

  versions(name: Key): ModelVersion[] {
    return this.model.get(name) ?? [];
  }
  current(name: Key): ModelVersion | undefined {
    const [newest] = this.versions(name);
    return newest?.isMarker === false ? newest : undefined;
  }

  /** S3's rule: a write without version ids replaces the null version, any other is put on top. */
  #place(name: Key, version: Omit<ModelVersion, "versionId">, chosenId: string): string {
    const isNull = this.index.versioning !== "Enabled";
    const versionId = isNull ? "null" : chosenId;
    const others = this.versions(name).filter((v) => !isNull || v.versionId !== "null");
    this.model.set(name, [{ ...version, versionId }, ...others]);
    return versionId;
  }

  async step(step: Command): Promise<void> {
    this.index.nowMs += 1000;
    switch (step.kind) {
      case "put":
      case "create":
        return this.#put(step.key, step.kind === "create");
      case "delete":
        return this.#delete(step.key);
      case "deleteVersion":
        return this.#deleteVersion(step.key, step.pick);
      case "version":
        this.index.versioning = step.pick % 2 === 0 ? "Enabled" : "Suspended";
        return;
      case "copy":
        return this.#copy(step.key, step.from, step.pick);
      case "multipart":
      case "abort":
        return this.#multipart(step.key, step.from, step.kind === "abort");
      case "list":
        return this.list(1 + (step.pick % 4), step.pick % 2 === 0 ? "/" : "");
      case "listVersions":
        return this.listVersions(1 + (step.pick % 5));
      case "collect":
        this.index.nowMs += 5 * hourMs;
        return this.collect();
      case "restart":
        return this.index.restart();
    }
  }

  async #put(name: Key, isCreate: boolean): Promise<void> {
    const etag = `etag-${this.#count++}`;
    const content = this.index.blob();
    const versionId = this.index.versionId();
    const conditions = isCreate ? { conditions: { ifNoneMatch: "*" } as const } : {};
    const request = this.index.commitRequest(name, { etag, content, versionId, ...conditions });
    const outcome = await this.index.rpc.commit(request);
    if (isCreate && this.current(name) !== undefined) {
      expect(outcome.kind).toBe("precondition-failed");
      return;
    }
    expect(outcome.kind).toBe("committed");
    expect(await this.index.rpc.commit({ ...request, isRetry: true })).toEqual(outcome);
    this.stored.add(content);
    this.#place(name, { isMarker: false, etag, blobs: [content] }, versionId);
  }

  async #delete(name: Key): Promise<void> {
    const markerVersionId = this.index.versionId();
    const result = await this.index.delete(name, { markerVersionId });
    if (this.index.versioning === "Unversioned") {
      this.model.set(name, []);
      expect(result).toMatchObject({ kind: "deleted", isDeleteMarker: false });
      return;
    }
    const marker = { isMarker: true, etag: "", blobs: [] };
    const versionId = this.#place(name, marker, markerVersionId);
    expect(result).toMatchObject({ kind: "deleted", isDeleteMarker: true, versionId });
  }

  async #deleteVersion(name: Key, choice: number): Promise<void> {
    const all = this.versions(name);
    const chosen = all[choice % (all.length + 1)];
    const versionId = chosen?.versionId ?? this.index.versionId();
    const result = await this.index.delete(name, { versionId });
    const isDeleteMarker = chosen?.isMarker ?? false;
    expect(result).toMatchObject({ kind: "deleted", versionId, isDeleteMarker });
    this.model.set(
      name,
      all.filter((version) => version !== chosen),
    );
  }

  async #copy(name: Key, from: Key, choice: number): Promise<void> {
    const sources = this.versions(from).filter(({ isMarker }) => !isMarker);
    const source = sources[choice % Math.max(sources.length, 1)];
    if (source === undefined) return;
    const found = await this.index.found(from, source.versionId);
    const versionId = this.index.versionId();
    await this.index.put(name, {
      versionId,
      etag: source.etag,
      sizeBytes: found.sizeBytes,
      content: found.content ?? "",
      sharedFrom: { key: from, seq: found.seq },
    });
    this.#place(name, { isMarker: false, etag: source.etag, blobs: source.blobs }, versionId);
  }

  /** Two parts of their own, one that is not listed, and, when there is a source, one copied. */
  async #multipart(name: Key, from: Key, isAborted: boolean): Promise<void> {
    const { index } = this;
    const uploadId = await createUpload(index, name);
    const place = { key: name, uploadId, partNumber: 1 };
    await this.#part({ ...place, partNumber: 3 }, 4);
    const unlisted = await this.#part({ ...place, partNumber: 2 }, 2);
    const last = await this.#part({ ...place, partNumber: 3 }, 3);
    let parts = [{ partNumber: 3, etag: last.etag, blob: last.blob }];
    const source = this.current(from);
    if (source !== undefined) parts = [await this.#copiedPart(uploadId, name, from)];
    expect(unlisted.blob).not.toBe("");
    if (isAborted) {
      const outcome = await index.rpc.abortUpload({ ...index.facts, key: name, uploadId });
      expect(outcome).toEqual({ kind: "aborted" });
      return;
    }
    const versionId = index.versionId();
    const list = parts.map(({ partNumber, etag }) => ({ partNumber, etag }));
    const upload = { key: name, uploadId, parts: list };
    const outcome = await complete(index, upload, { versionId });
    expect(await complete(index, upload)).toEqual(outcome);
    if (outcome.kind !== "committed") throw new Error(outcome.kind);
    const blobs = parts.map(({ blob }) => blob);
    this.#place(name, { isMarker: false, etag: outcome.etag, blobs }, versionId);
  }

  async #part(place: { key: Key; uploadId: string; partNumber: number }, sizeBytes: number) {
    const { outcome, blob, part } = await putPart(this.index, place, { sizeBytes });
    expect(outcome.kind).toBe("stored");
    this.stored.add(blob);
    return { blob, etag: part.etag };
  }

  /** One byte of the source's first blob, by reference. */
  async #copiedPart(uploadId: string, name: Key, from: Key) {
    const { index } = this;
    const outcome = await index.resolve(from);
    if (outcome.kind !== "found") throw new Error(outcome.kind);
    const [segment] = outcome.segments;
    if (segment === undefined) throw new Error("no bytes");
    const etag = "0123456789abcdef0123456789abcdef";
    const stored = await index.rpc.putPart({
      ...index.facts,
      key: name,
      uploadId,
      part: { partNumber: 1, sizeBytes: 1, etag },
      segments: [{ blob: segment.blob, offset: segment.offset, length: 1 }],
      sharedFrom: { key: from, seq: outcome.version.seq },
    });
    expect(stored.kind).toBe("stored");
    return { partNumber: 1, etag, blob: segment.blob };
  }

  async list(limit: number, delimiter: string): Promise<void> {
    const expected = new Set<string>();
    for (const name of sorted(keys.filter((one) => this.current(one) !== undefined))) {
      const at = delimiter === "" ? -1 : name.indexOf(delimiter);
      expected.add(at < 0 ? name : name.slice(0, at + 1));
    }
    const seen: string[] = [];
    let after: string | undefined;
    for (;;) {
      const outcome = await this.index.rpc.list({
        ...this.index.facts,
        prefix: "",
        delimiter,
        limit,
        ...(after !== undefined && { after }),
      });
      if (outcome.kind !== "page") throw new Error(outcome.kind);
      const rows = JSON.parse(outcome.packed) as [string][];
      seen.push(...sorted([...rows.map(([name]) => name), ...outcome.commonPrefixes]));
      if (!outcome.isTruncated) break;
      after = outcome.next;
    }
    expect(seen).toEqual([...expected]);
  }

  async listVersions(limit: number): Promise<void> {
    const seen: Version[] = [];
    let markers: { keyMarker?: string; versionIdMarker?: string } = {};
    for (;;) {
      const outcome = await this.index.client.listVersions({
        ...this.index.facts,
        prefix: "",
        delimiter: "",
        limit,
        ...markers,
      });
      if (outcome.kind !== "page") throw new Error(outcome.kind);
      seen.push(...outcome.versions);
      if (!outcome.isTruncated) break;
      const { nextKeyMarker = "", nextVersionIdMarker = "" } = outcome;
      markers = { keyMarker: nextKeyMarker, versionIdMarker: nextVersionIdMarker };
    }
    const expected = sorted(keys).flatMap((name) =>
      this.versions(name as Key).map((version, at) => [
        name,
        version.versionId,
        version.etag,
        version.isMarker,
        at === 0,
      ]),
    );
    expect(seen.map((v) => [v.key, v.versionId, v.etag, v.isDeleteMarker, v.isLatest])).toEqual(
      expected,
    );
  }

  /** What is removed must be held by no version; grace is an hour, so much is still waiting. */
  async collect(): Promise<void> {
    const live = new Set([...this.model.values()].flat().flatMap(({ blobs }) => blobs));
    for (;;) {
      const facts = { nowMs: this.index.nowMs, graceMs: hourMs, limit: 3 };
      const claimed = await this.index.rpc.claimCondemned(facts);
      for (const { blob } of claimed) {
        expect(live.has(blob)).toBe(false);
        expect(this.removed.has(blob)).toBe(false);
        this.removed.add(blob);
      }
      await this.index.rpc.forgetCondemned(claimed.map(({ ticket }) => ticket));
      if (claimed.length === 0) return;
    }
  }

  async checkEverything(): Promise<void> {
    await this.list(2, "/");
    await this.listVersions(3);
    for (const name of keys) {
      const current = this.current(name);
      const outcome = await this.index.resolve(name);
      expect(outcome.kind).toBe(current === undefined ? "no-such-key" : "found");
      for (const { versionId, isMarker, etag, blobs } of this.versions(name)) {
        const found = await this.index.resolve(name, versionId);
        expect(found).toMatchObject({ kind: "found", version: { etag, isDeleteMarker: isMarker } });
        if (found.kind !== "found") continue;
        expect(found.segments.map(({ blob }) => blob)).toEqual(blobs);
        for (const blob of blobs) expect(this.removed.has(blob)).toBe(false);
      }
    }
  }

  /** After the last version is gone and every grace over, nothing may be left. */
  async endWithNothing(): Promise<void> {
    for (const name of keys) {
      for (const { versionId } of this.versions(name)) await this.index.delete(name, { versionId });
      this.model.set(name, []);
    }
    this.index.nowMs += 3 * dayMs;
    await this.collect();
    expect([...this.removed].toSorted()).toEqual([...this.stored].toSorted());
    const tables = ["current", "history", "condemned", "content_refs", "parts", "manifests"];
    for (const table of tables) expect(await this.index.rows(`SELECT * FROM ${table}`)).toEqual([]);
    expect(await this.index.rpc.beginDelete(this.index.facts)).toEqual({ kind: "deleting" });
  }
}

function sorted(names: readonly string[]): string[] {
  return names.toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
}

describe("the index and a model of it", () => {
  it("agree on any history of a bucket (D24-D32, D45)", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("Unversioned" as const, "Enabled" as const, "Suspended" as const),
        fc.array(command, { minLength: 40, maxLength: 70 }),
        async (versioning, steps) => {
          const run = new Run(await openIndex(versioning));
          for (const step of steps) await run.step(step);
          await run.checkEverything();
          await run.endWithNothing();
        },
      ),
      { numRuns: 25 },
    );
  });
});
