import { describe, expect, it } from "vitest";
import { encodeChecksum } from "../../src/checksums/algorithms.ts";
import { hourMs, type IndexUnderTest, openIndex } from "./fixture.ts";
import {
  complete,
  createUpload,
  digestOfZeros,
  mebibyte,
  putPart,
  uploadOf,
} from "./upload-fixture.ts";

const five = 5 * mebibyte;

function read(index: IndexUnderTest, key: string, first: number, last: number) {
  return index.rpc.resolve({
    ...index.facts,
    key,
    wantSegments: true,
    range: { kind: "from-to", first, last },
  });
}

describe("completeUpload", () => {
  it("makes the listed parts one version, whole and by range and part", async () => {
    const index = await openIndex("Enabled");
    const upload = await uploadOf(index, "k", [five, five + 1, 3], {
      storageClass: "STANDARD_IA",
      detail: { metadata: { a: "b" } },
    });
    const total = five * 2 + 4;
    const outcome = await complete(index, upload, { expectedSizeBytes: total });
    expect(outcome).toMatchObject({ kind: "committed", sizeBytes: total });
    if (outcome.kind !== "committed") return;
    expect(outcome.etag).toMatch(/^[0-9a-f]{32}-3$/);
    // None was asked: a full CRC64NVME is kept, the same as over the whole.
    const checksum = {
      algorithm: "CRC64NVME",
      type: "FULL_OBJECT",
      value: encodeChecksum(digestOfZeros("CRC64NVME", total)),
    };
    expect(outcome.checksum).toEqual(checksum);
    const version = await index.found("k");
    expect(version).toMatchObject({
      sizeBytes: total,
      storageClass: "STANDARD_IA",
      content: upload.uploadId,
      detail: { metadata: { a: "b" }, partsCount: 3, checksum },
    });
    const [one = "", two = "", three = ""] = upload.blobs;
    expect(await index.resolve("k")).toMatchObject({
      segments: [
        { blob: one, offset: 0, length: five },
        { blob: two, offset: 0, length: five + 1 },
        { blob: three, offset: 0, length: 3 },
      ],
    });
    expect(await read(index, "k", five * 2, total + 9)).toMatchObject({
      segments: [
        { blob: two, offset: five, length: 1 },
        { blob: three, offset: 0, length: 3 },
      ],
    });
    expect(await read(index, "k", 1, 1)).toMatchObject({
      segments: [{ blob: one, offset: 1, length: 1 }],
    });
    expect(await read(index, "k", total, total)).toMatchObject({ kind: "found", segments: [] });
    const part = { kind: "part", partNumber: 2 } as const;
    const byPart = { ...index.facts, key: "k", wantSegments: true, range: part };
    expect(await index.rpc.resolve(byPart)).toMatchObject({
      part: { offset: five, length: five + 1, checksum: { algorithm: "CRC64NVME" } },
      segments: [{ blob: two, offset: 0, length: five + 1 }],
    });
    const beyond = { ...byPart, range: { ...part, partNumber: 4 } };
    expect(await index.rpc.resolve(beyond)).not.toHaveProperty("part");
    const parts = await index.rpc.listVersionParts({
      ...index.facts,
      key: "k",
      content: upload.uploadId,
      afterPartNumber: 1,
      limit: 10,
    });
    expect(parts).toMatchObject({ parts: [{ partNumber: 2 }, { partNumber: 3 }] });
  });

  it("uses the parts named and condemns the others (D26)", async () => {
    const index = await openIndex();
    const upload = await uploadOf(index, "k", [five, five, 1]);
    const parts = [upload.parts[0], upload.parts[2]].filter((part) => part !== undefined);
    const outcome = await complete(index, { ...upload, parts });
    expect(outcome).toMatchObject({ kind: "committed", sizeBytes: five + 1 });
    expect(await index.rows("SELECT held FROM condemned")).toEqual([{ held: upload.blobs[1] }]);
    // Numbers keep their gaps.
    const byPart = {
      ...index.facts,
      key: "k",
      wantSegments: true,
      range: { kind: "part", partNumber: 3 } as const,
    };
    expect(await index.rpc.resolve(byPart)).toMatchObject({ part: { offset: five, length: 1 } });
    const skipped = { ...byPart, range: { ...byPart.range, partNumber: 2 } };
    expect(await index.rpc.resolve(skipped)).not.toHaveProperty("part");
  });

  it("refuses lists that do not fit, in S3's order, and leaves the upload open", async () => {
    const index = await openIndex();
    const upload = await uploadOf(index, "k", [five, five - 1, 1]);
    const [one, two, three] = upload.parts;
    if (one === undefined || two === undefined || three === undefined) throw new Error("no parts");
    const attempt = (parts: typeof upload.parts, options = {}) =>
      complete(index, { ...upload, parts }, options);
    expect(await attempt([two, one])).toEqual({ kind: "invalid-part-order" });
    expect(await attempt([one, one])).toEqual({ kind: "invalid-part-order" });
    expect(await attempt([one, { partNumber: 9, etag: "x" }])).toEqual({
      kind: "invalid-part",
      partNumber: 9,
      etag: "x",
    });
    expect(await attempt([{ ...one, etag: "wrong" }])).toMatchObject({ kind: "invalid-part" });
    expect(await attempt([one, two, three])).toMatchObject({
      kind: "part-too-small",
      partNumber: 2,
      sizeBytes: five - 1,
    });
    expect(await attempt([one, two], { expectedSizeBytes: 1 })).toEqual({ kind: "wrong-size" });
    await index.put("k", { etag: "there" });
    const conditions = { ifNoneMatch: "*" } as const;
    expect(await attempt([one, two], { conditions })).toMatchObject({
      kind: "precondition-failed",
    });
    expect(await attempt([one, two])).toMatchObject({ kind: "committed" });
  });

  it("gives the same answer to the same list again, and counts one version (D25)", async () => {
    const index = await openIndex("Enabled");
    const upload = await uploadOf(index, "k", [five, 1], { detail: { metadata: { a: "b" } } });
    const first = await complete(index, upload);
    expect(await complete(index, upload)).toEqual(first);
    await index.restart();
    expect(await complete(index, upload)).toEqual(first);
    expect(await index.rows("SELECT count(*) AS n FROM current")).toEqual([{ n: 1 }]);
    expect(await index.rows("SELECT count(*) AS n FROM history")).toEqual([{ n: 0 }]);
    const shorter = { ...upload, parts: upload.parts.slice(0, 1) };
    expect((await complete(index, shorter)).kind).toBe("no-such-upload");
    const elsewhere = { ...upload, key: "other" };
    expect((await complete(index, elsewhere)).kind).toBe("no-such-upload");
    // The version may be displaced and deleted: within the grace the answer stays.
    await index.put("k");
    index.nowMs += 20 * hourMs;
    expect(await complete(index, upload)).toEqual(first);
  });

  it("lets one of complete and abort win, in either order (D24)", async () => {
    const index = await openIndex();
    for (const completesFirst of [true, false]) {
      const upload = await uploadOf(index, "k", [5]);
      const abort = () => index.rpc.abortUpload({ ...index.facts, ...upload });
      const calls = completesFirst
        ? [() => complete(index, upload), () => complete(index, upload), abort]
        : [abort, () => complete(index, upload), () => complete(index, upload)];
      const kinds = (await Promise.all(calls.map((call) => call()))).map(({ kind }) => kind);
      expect(kinds).toEqual(
        completesFirst
          ? ["committed", "committed", "no-such-upload"]
          : ["aborted", "no-such-upload", "no-such-upload"],
      );
    }
  });

  it("refuses to displace a locked null version and keeps the upload", async () => {
    const index = await openIndex("Suspended");
    await index.put("k", { detail: { lock: { legalHold: true } } });
    const upload = await uploadOf(index, "k", [5]);
    expect((await complete(index, upload)).kind).toBe("locked");
    index.versioning = "Enabled";
    expect((await complete(index, upload)).kind).toBe("committed");
  });
});

describe("checksums of a completed upload", () => {
  const sha256 = { algorithm: "SHA256", type: "COMPOSITE" } as const;
  const crc32 = { algorithm: "CRC32", type: "FULL_OBJECT" } as const;

  async function begun(checksum: typeof sha256 | typeof crc32) {
    const index = await openIndex();
    const upload = await uploadOf(index, "k", [five, 2], { checksum });
    const { algorithm } = checksum;
    const parts = upload.parts.map((part, at) => ({
      ...part,
      checksum: {
        algorithm,
        value: encodeChecksum(digestOfZeros(algorithm, at === 0 ? five : 2)),
      },
    }));
    return { index, upload, parts };
  }

  it("combines a full-object CRC to that of the whole", async () => {
    const { index, upload } = await begun(crc32);
    const value = encodeChecksum(digestOfZeros("CRC32", five + 2));
    const wrong = { algorithm: "CRC32", value: "AAAAAA==" } as const;
    expect(await complete(index, upload, { expectedChecksum: wrong })).toEqual({
      kind: "bad-checksum",
      algorithm: "CRC32",
    });
    expect(
      await complete(index, upload, { expectedChecksum: { algorithm: "CRC32", value } }),
    ).toMatchObject({ checksum: { ...crc32, value } });
  });

  it("wants each part's value for a composite one, and shows the number of parts", async () => {
    const { index, upload, parts } = await begun(sha256);
    const missing = await complete(index, upload);
    expect(missing).toMatchObject({ kind: "checksum-mismatch" });
    expect(missing).toHaveProperty(
      "message",
      "The upload was created using a sha256 checksum. The complete request must include the checksum for each part. It was missing for part 1 in the request.",
    );
    const swapped = parts.map((part, at) => ({ ...part, checksum: parts[1 - at]?.checksum }));
    expect(await complete(index, { ...upload, parts: swapped as typeof parts })).toMatchObject({
      kind: "invalid-part",
      partNumber: 1,
    });
    const outcome = await complete(index, { ...upload, parts });
    expect(outcome).toMatchObject({ kind: "committed", checksum: sha256 });
    expect(outcome).toHaveProperty("checksum.value", expect.stringMatching(/=-2$/));
  });

  it("refuses another type or algorithm than the upload's", async () => {
    const { index, upload, parts } = await begun(sha256);
    const attempt = (expectedChecksum: object) =>
      complete(index, { ...upload, parts }, { expectedChecksum } as object);
    expect(await attempt({ algorithm: "SHA256", type: "FULL_OBJECT", value: "x" })).toMatchObject({
      kind: "checksum-mismatch",
    });
    expect(await attempt({ algorithm: "CRC32", value: "x" })).toMatchObject({
      kind: "checksum-mismatch",
    });
  });

  it("has none when a part was copied by reference without one", async () => {
    const index = await openIndex();
    const uploadId = await createUpload(index, "k");
    const { part } = await putPart(index, { key: "k", uploadId, partNumber: 1 }, { sizeBytes: 1 });
    const { checksum: _, ...bare } = part;
    await index.rpc.putPart({
      ...index.facts,
      key: "k",
      uploadId,
      part: bare,
      segments: [{ blob: index.blob(), offset: 0, length: 1 }],
    });
    const parts = [{ partNumber: 1, etag: part.etag }];
    const outcome = await complete(index, { key: "k", uploadId, parts });
    expect(outcome.kind).toBe("committed");
    expect(outcome).not.toHaveProperty("checksum");
  });
});

describe("manifests of many parts", () => {
  it("reads only the parts a range touches", async () => {
    const index = await openIndex();
    const sizes = Array.from({ length: 60 }, (_, n) => (n % 7 === 0 ? five + 1 : five));
    const upload = await uploadOf(index, "k", sizes);
    await complete(index, upload);
    const at = five * 30;
    const cost = await index.cost(() => read(index, "k", at, at + five));
    expect(cost.read).toBeLessThanOrEqual(5);
    await index.restart();
    const whole = await index.resolve("k");
    if (whole.kind !== "found") throw new Error(whole.kind);
    expect(whole.segments.map(({ blob }) => blob)).toEqual(upload.blobs);
  });
});
