// Archived bytes are packed on their way in and opened on their way out; what does not shrink stays as
// it is; and nothing is believed that was not unpacked.

import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { encodeChecksum } from "../../src/checksums/algorithms.ts";
import { hashBytes } from "../../src/checksums/hashers.ts";
import { type Env, systemSeams } from "../../src/env.ts";
import type { StorageClass } from "../../src/s3/content.ts";
import { headBlob, writeBlob } from "../../src/storage/blobs.ts";
import { copyBlob, UnfaithfulCopyError } from "../../src/storage/copy.ts";
import { digestUnpacked, parsePacked } from "../../src/storage/packing.ts";
import { bytesSource } from "../../src/storage/sources.ts";
import { plaintextBytes } from "../../src/storage/verify.ts";
import { brokenStore } from "../operations/object/fixtures.ts";

const mebibyte = 1024 * 1024;
const origin = { bucketId: "b", key: "k" };

async function store(bytes: Uint8Array) {
  const wish = { storageClass: "STANDARD" as const, seams: systemSeams, origin };
  return writeBlob(env, bytesSource(bytes), { ...wish, plan: { algorithm: "CRC32" } });
}

function copy(
  stored: Awaited<ReturnType<typeof store>>,
  holding: StorageClass,
  bindings: Partial<Env> = {},
) {
  const { algorithm, valueBase64: value } = stored.checksum;
  return copyBlob({ ...env, ...bindings } as Env, {
    from: [{ blob: stored.blob, offset: 0, length: stored.sizeBytes }],
    isSealed: false,
    holding,
    shown: holding,
    origin: () => origin,
    etag: stored.md5Hex,
    checksum: { algorithm, type: "FULL_OBJECT", value },
    seams: systemSeams,
  });
}

function random(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, Math.min(at + 65_536, length)));
  }
  return bytes;
}

/** Shrinks to about half: random bytes, each followed by a zero. */
function halfRandom(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (const [at, byte] of random(length / 2).entries()) bytes[at * 2] = byte;
  return bytes;
}

describe("a copy into an archive class", () => {
  it.each([
    ["small", new TextEncoder().encode("frozen ".repeat(1000)), 1],
    ["of some size", new TextEncoder().encode("frozen ".repeat(500_000)), 1],
    ["that fills several of R2's parts", halfRandom(24 * mebibyte), 4],
  ])("packs what shrinks, %s, and proves it", async (_, bytes, writes) => {
    const stored = await store(bytes);
    const copied = await copy(stored, "GLACIER");
    expect(copied.sizeBytes).toBeLessThan(bytes.length * 0.9);
    expect(copied.writes).toBeGreaterThanOrEqual(writes);
    const listed = await headBlob(env, copied.blob);
    expect(parsePacked(listed?.origin?.packed ?? "")).toEqual({
      plainBytes: bytes.length,
      md5Hex: stored.md5Hex,
    });
    expect(listed === null ? undefined : plaintextBytes(listed)).toBe(bytes.length);
    const inside = await digestUnpacked(env, copied.blob, ["SHA256"]);
    const sum = (digest: Uint8Array | undefined) => encodeChecksum(digest ?? new Uint8Array());
    expect(sum(inside?.digests.get("SHA256"))).toBe(sum(hashBytes("SHA256", bytes)));
    // Deeper it goes as it is; out of there it is opened.
    const packed = { ...stored, blob: copied.blob };
    const deeper = await copy(packed, "DEEP_ARCHIVE");
    expect(deeper.sizeBytes).toBe(copied.sizeBytes);
    const opened = await copy({ ...stored, blob: deeper.blob }, "STANDARD");
    expect(opened.sizeBytes).toBe(bytes.length);
    expect((await headBlob(env, opened.blob))?.origin?.packed).toBeUndefined();
    const out = await env.STORE_STANDARD.get(opened.blob);
    expect(hashBytes("MD5", new Uint8Array((await out?.arrayBuffer()) ?? []))).toEqual(
      hashBytes("MD5", bytes),
    );
  });

  it.each([
    ["nothing", new Uint8Array(0)],
    ["a few bytes", random(10)],
    ["noise", random(3 * mebibyte)],
  ])("leaves %s as it is", async (_, bytes) => {
    const stored = await store(bytes);
    const copied = await copy(stored, "GLACIER");
    expect(copied.sizeBytes).toBe(bytes.length);
    const listed = await headBlob(env, copied.blob);
    expect(listed?.origin?.packed).toBeUndefined();
    expect(listed?.md5Hex).toBe(stored.md5Hex);
  });

  it("is refused when the store keeps other bytes, and leaves nothing (D21)", async () => {
    const stored = await store(new TextEncoder().encode("frozen ".repeat(1000)));
    const kept: string[] = [];
    const liar = brokenStore(env.STORE_GLACIER, {
      put: (async (key: string, body: Uint8Array, options: R2PutOptions) => {
        kept.push(key);
        const bytes = body.slice();
        bytes[20] = (bytes[20] ?? 0) ^ 1;
        return env.STORE_GLACIER.put(key, bytes, options);
      }) as unknown as R2Bucket["put"],
    });
    const copying = copy(stored, "GLACIER", { STORE_GLACIER: liar });
    await expect(copying).rejects.toThrow(UnfaithfulCopyError);
    expect(await env.STORE_GLACIER.head(kept[0] ?? "")).toBeNull();
  });

  it("out of a damaged archive is refused (D21)", async () => {
    const stored = await store(new TextEncoder().encode("frozen ".repeat(1000)));
    const { blob } = await copy(stored, "GLACIER");
    const object = await env.STORE_GLACIER.get(blob);
    const bytes = new Uint8Array((await object?.arrayBuffer()) ?? []);
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    const { customMetadata = {} } = object ?? {};
    await env.STORE_GLACIER.put(blob, bytes, { customMetadata });
    await expect(copy({ ...stored, blob }, "STANDARD")).rejects.toThrow();
  });
});
