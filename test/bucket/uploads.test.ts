import { describe, expect, it } from "vitest";
import type { ListUploadsRequest } from "../../src/bucket/types.ts";
import { dayMs, hourMs, type IndexUnderTest, openIndex } from "./fixture.ts";
import { complete, createUpload, mebibyte, putPart, uploadOf } from "./upload-fixture.ts";

describe("uploads", () => {
  it("gives back what an upload was begun with, and its parts by number", async () => {
    const index = await openIndex();
    const uploadId = await createUpload(index, "k", { detail: { metadata: { a: "b" } } });
    for (const partNumber of [7, 2, 5]) await putPart(index, { key: "k", uploadId, partNumber });
    const request = { ...index.facts, key: "k", uploadId };
    const found = await index.rpc.getUpload(request);
    expect(found).toMatchObject({ kind: "found", upload: { detail: { metadata: { a: "b" } } } });
    const page = await index.rpc.listParts({ ...request, afterPartNumber: 2, limit: 1 });
    expect(page).toMatchObject({ kind: "page", isTruncated: true, parts: [{ partNumber: 5 }] });
    const rest = await index.rpc.listParts({ ...request, afterPartNumber: 5, limit: 1 });
    expect(rest).toMatchObject({ kind: "page", isTruncated: false, parts: [{ partNumber: 7 }] });
    const other = { ...request, key: "other" };
    expect((await index.rpc.getUpload(other)).kind).toBe("no-such-upload");
  });

  it("writes one row for a part and for beginning, three for completing, two for aborting", async () => {
    const index = await openIndex();
    await index.put("first");
    const upload = await uploadOf(index, "k", [5 * mebibyte]);
    const place = { key: "k", uploadId: upload.uploadId, partNumber: 2 };
    expect((await index.cost(() => putPart(index, place))).written).toBe(1);
    expect((await index.cost(() => createUpload(index, "other"))).written).toBe(1);
    const second = { partNumber: 2, etag: upload.parts[0]?.etag ?? "" };
    const parts = [...upload.parts, second];
    expect((await index.cost(() => complete(index, { ...upload, parts }))).written).toBe(3);
    const aborted = await uploadOf(index, "k", [1]);
    expect((await index.cost(() => abort(index, aborted))).written).toBe(2);
  });

  it("replaces a part sent again and condemns its bytes (D26)", async () => {
    const index = await openIndex();
    const uploadId = await createUpload(index, "k");
    const place = { key: "k", uploadId, partNumber: 1 };
    const first = await putPart(index, place, { sizeBytes: 1 });
    const second = await putPart(index, place, { sizeBytes: 2 });
    expect(second.outcome.kind).toBe("stored");
    expect(await index.rows("SELECT held, reason FROM condemned")).toEqual([
      { held: first.blob, reason: "part" },
    ]);
    // The first try arrives late: its bytes may be gone by now.
    index.nowMs += hourMs;
    expect((await putPart(index, place, { sizeBytes: 1, blob: first.blob })).outcome.kind).toBe(
      "expired-blob",
    );
    // The second is only repeated.
    expect((await putPart(index, place, { sizeBytes: 2, blob: second.blob })).outcome).toEqual(
      second.outcome,
    );
    expect(await index.rows("SELECT count(*) AS n FROM condemned")).toEqual([{ n: 1 }]);
  });

  it("refuses parts for uploads that are not open, and blobs that are too old", async () => {
    const index = await openIndex();
    const upload = await uploadOf(index, "k", [5]);
    const place = { key: "k", uploadId: upload.uploadId, partNumber: 2 };
    const blob = index.blob(index.nowMs - dayMs - 1);
    expect((await putPart(index, place, { blob })).outcome.kind).toBe("expired-blob");
    await complete(index, upload);
    expect((await putPart(index, place)).outcome.kind).toBe("no-such-upload");
    const aborted = await uploadOf(index, "k", [5]);
    await abort(index, aborted);
    const late = { key: "k", uploadId: aborted.uploadId, partNumber: 2 };
    expect((await putPart(index, late)).outcome.kind).toBe("no-such-upload");
  });

  it("is not begun again by a late echo after it was completed or aborted (D24)", async () => {
    const index = await openIndex();
    const upload = await uploadOf(index, "k", [5]);
    await complete(index, upload);
    const aborted = await uploadOf(index, "k", [5]);
    await abort(index, aborted);
    for (const { uploadId } of [upload, aborted]) {
      await index.rpc.createUpload({
        ...index.facts,
        key: "k",
        uploadId,
        facts: { storageClass: "STANDARD", detail: {}, initiator: { id: "", displayName: "" } },
      });
    }
    expect(await index.rows("SELECT * FROM uploads")).toEqual([]);
  });

  it("keeps a bucket from being deleted (D15)", async () => {
    const index = await openIndex();
    const upload = await uploadOf(index, "k", [1]);
    expect(await index.rpc.beginDelete(index.facts)).toEqual({ kind: "not-empty" });
    await abort(index, upload);
    expect(await index.rpc.beginDelete(index.facts)).toEqual({ kind: "deleting" });
  });
});

function abort(
  index: IndexUnderTest,
  { key, uploadId }: { key: string; uploadId: string },
  ifInitiatedAtMs?: number,
) {
  return index.rpc.abortUpload({
    ...index.facts,
    key,
    uploadId,
    ...(ifInitiatedAtMs !== undefined && { ifInitiatedAtMs }),
  });
}

describe("abortUpload", () => {
  it("ends the upload once, and only while it is open (D24)", async () => {
    const index = await openIndex();
    const upload = await uploadOf(index, "k", [5, 5]);
    expect(await abort(index, upload)).toEqual({ kind: "aborted" });
    expect(await abort(index, upload)).toEqual({ kind: "no-such-upload" });
    expect((await complete(index, upload)).kind).toBe("no-such-upload");
    const done = await uploadOf(index, "k", [5]);
    await complete(index, done);
    expect(await abort(index, done)).toEqual({ kind: "no-such-upload" });
    expect((await index.resolve("k")).kind).toBe("found");
  });

  it("obeys x-amz-if-match-initiated-time", async () => {
    const index = await openIndex();
    const upload = await uploadOf(index, "k", [5]);
    expect(await abort(index, upload, index.nowMs - 1000)).toMatchObject({
      kind: "precondition-failed",
      condition: "x-amz-if-match-initiated-time",
    });
    expect(await abort(index, upload, index.nowMs)).toEqual({ kind: "aborted" });
  });
});

describe("UploadPartCopy by reference", () => {
  it("holds the source's blobs, through manifests too, and only while the source stands", async () => {
    const index = await openIndex();
    const source = await uploadOf(index, "source", [5 * mebibyte, 10]);
    await complete(index, source);
    const version = await index.found("source");
    const found = await index.rpc.resolve({
      ...index.facts,
      key: "source",
      range: { kind: "from-to", first: 5 * mebibyte - 2, last: 5 * mebibyte + 1 },
      wantSegments: true,
    });
    if (found.kind !== "found") throw new Error(found.kind);
    expect(found.segments).toEqual([
      { blob: source.blobs[0], offset: 5 * mebibyte - 2, length: 2 },
      { blob: source.blobs[1], offset: 0, length: 2 },
    ]);
    const uploadId = await createUpload(index, "copy");
    const request = {
      ...index.facts,
      key: "copy",
      uploadId,
      part: { partNumber: 1, sizeBytes: 4, etag: "copied" },
      segments: found.segments,
      sharedFrom: { key: "source", seq: version.seq },
    };
    expect((await index.rpc.putPart(request)).kind).toBe("stored");
    expect((await index.rpc.putPart(request)).kind).toBe("stored");
    expect(await index.rows("SELECT refs FROM content_refs")).toEqual([{ refs: 2 }, { refs: 2 }]);
    const foreign = [{ blob: index.blob(), offset: 0, length: 4 }];
    const stolen = { ...request, segments: foreign };
    expect((await index.rpc.putPart(stolen)).kind).toBe("source-gone");
    await index.delete("source");
    const late = { ...request, part: { ...request.part, partNumber: 2 } };
    expect((await index.rpc.putPart(late)).kind).toBe("source-gone");
    const parts = [{ partNumber: 1, etag: "copied" }];
    expect((await complete(index, { key: "copy", uploadId, parts })).kind).toBe("committed");
    const copy = await index.resolve("copy");
    expect(copy).toMatchObject({ kind: "found", segments: found.segments });
  });
});

describe("listUploads", () => {
  async function page(index: IndexUnderTest, wish: Partial<ListUploadsRequest> = {}) {
    const request = { prefix: "", delimiter: "", limit: 1000, ...wish, ...index.facts };
    const outcome = await index.rpc.listUploads(request);
    if (outcome.kind !== "page") throw new Error(outcome.kind);
    return outcome;
  }

  it("lists open uploads by key and age, in pages of every size", async () => {
    const index = await openIndex();
    const made: string[] = [];
    for (const key of ["a", "a", "a", "b/1", "b/2", "c"]) {
      made.push(await createUpload(index, key));
      index.nowMs += 1;
    }
    const done = await uploadOf(index, "a", [1]);
    await complete(index, done);
    for (let limit = 1; limit <= 7; limit += 1) {
      const seen: string[] = [];
      let markers: Partial<ListUploadsRequest> = {};
      for (;;) {
        const { uploads, isTruncated, ...next } = await page(index, { limit, ...markers });
        seen.push(...uploads.map(({ uploadId }) => uploadId));
        if (!isTruncated) break;
        const { nextKeyMarker = "", nextUploadIdMarker = "" } = next;
        markers = { keyMarker: nextKeyMarker, uploadIdMarker: nextUploadIdMarker };
      }
      expect(seen).toEqual(made);
    }
    expect((await page(index, { keyMarker: "a" })).uploads).toHaveLength(3);
    const grouped = await page(index, { delimiter: "/", keyMarker: "a" });
    expect(grouped.commonPrefixes).toEqual(["b/"]);
    expect(grouped.uploads.map(({ key }) => key)).toEqual(["c"]);
    expect((await page(index, { prefix: "b/" })).uploads).toHaveLength(2);
    expect((await page(index, { prefix: "b/", delimiter: "/", keyMarker: "b/1" })).uploads).toEqual(
      [expect.objectContaining({ key: "b/2" })],
    );
  });
});
