import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeOrigin, encodeOrigin } from "../../src/storage/origin.ts";

const facts = { storageClass: "STANDARD", checksum: "CRC32=NSRBwg==" } as const;

function sizeOf(metadata: Record<string, string>): number {
  const encoder = new TextEncoder();
  return Object.entries(metadata)
    .flat()
    .reduce((sum, text) => sum + encoder.encode(text).length, 0);
}

describe("blob origin", () => {
  it("comes back as it was written, in printable ASCII", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 80 });
    fc.assert(
      fc.property(text, fc.dictionary(text, text, { maxKeys: 4 }), (key, metadata) => {
        const origin = { bucketId: "b1", key, versionId: "v1", detail: { metadata } };
        const encoded = encodeOrigin(origin, facts);
        for (const value of Object.values(encoded)) expect(value).toMatch(/^[ -~]*$/);
        expect(decodeOrigin(encoded)).toEqual({ ...origin, ...facts, left: [] });
      }),
    );
  });

  it("tells the part of an upload from a version", () => {
    const origin = { bucketId: "b1", key: "a/b", uploadId: "u1", partNumber: 10_000 };
    const read = decodeOrigin(encodeOrigin(origin, facts));
    expect(read).toEqual({ ...origin, ...facts, detail: {}, left: [] });
  });

  it("leaves out tags, then metadata, then headers, and says so", () => {
    const detail = {
      lock: { mode: "COMPLIANCE", retainUntilMs: 1_800_000_000_000 },
      headers: { contentType: "text/plain" },
      metadata: { a: "m".repeat(2_000) },
      tags: [["k", "\u{1f4e6}".repeat(600)]],
    };
    const key = "\u0001".repeat(400);
    const encoded = encodeOrigin({ bucketId: "b1", key, versionId: "v1", detail }, facts);
    expect(sizeOf(encoded)).toBeLessThanOrEqual(8_192);
    const { tags, ...rest } = detail;
    expect(decodeOrigin(encoded)).toMatchObject({ key, detail: rest, left: ["tags"] });

    const fuller = { ...detail, headers: { contentType: "x".repeat(8_000) } };
    const fullest = encodeOrigin({ bucketId: "b1", key, versionId: "v1", detail: fuller }, facts);
    expect(decodeOrigin(fullest)).toMatchObject({
      detail: { lock: detail.lock },
      left: ["tags", "metadata", "headers"],
    });
    expect(tags).toHaveLength(1);
  });

  it("keeps the longest key whatever else must go", () => {
    const key = "\u0001".repeat(1_024);
    const detail = { headers: {}, encryption: { algorithm: "x".repeat(9_000) } };
    const encoded = encodeOrigin({ bucketId: "b1", key, detail }, facts);
    expect(sizeOf(encoded)).toBeLessThanOrEqual(8_192);
    expect(decodeOrigin(encoded)).toMatchObject({ key, left: ["headers", "encryption"] });
  });

  it("is null for metadata of another program", () => {
    const own = encodeOrigin({ bucketId: "b1", key: "k" }, facts);
    expect(decodeOrigin({})).toBeNull();
    expect(decodeOrigin({ ...own, key: "%zz" })).toBeNull();
    expect(decodeOrigin({ ...own, detail: "{" })).toBeNull();
    expect(decodeOrigin({ ...own, detail: "null" })).toBeNull();
    expect(decodeOrigin({ bucket: "b1", key: "k", class: "STANDARD" })).toBeNull();
  });
});
