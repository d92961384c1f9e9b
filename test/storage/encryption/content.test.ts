// Encrypted blobs: what the store gets, what ranges give back, and what happens when the store has
// other bytes than it was given. The format is proved against a reading of Tink's specification that
// shares no code with the program.
import { env } from "cloudflare:test";
import { createDecipheriv, createHash, hkdfSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { systemSeams } from "../../../src/env.ts";
import {
  type BlobWish,
  type ContentKeys,
  headBlob,
  readSegments,
  writeBlob,
  writeLimits,
} from "../../../src/storage/blobs.ts";
import {
  ciphertextLength,
  plaintextLength,
} from "../../../src/storage/encryption/streaming-aead.ts";
import { segmentsSource } from "../../../src/storage/sources.ts";
import { DamagedBlobError } from "../../../src/storage/store-errors.ts";
import { patternedBytes, pieceSource } from "../fixtures.ts";

const segment = 64 * 1024;
const header = 40;
const tag = 16;

function keysOf(layers: number, bucketId = "bucket-one"): ContentKeys {
  const all = [patternedBytes(32, 3), patternedBytes(32, 7)];
  return { layers: all.slice(0, layers), bucketId };
}

function wish(keys: ContentKeys): BlobWish {
  const origin = { bucketId: "bucket-one", key: "k", versionId: "v" };
  return {
    storageClass: "STANDARD",
    seams: systemSeams,
    plan: { algorithm: "CRC32" },
    origin,
    keys,
  };
}

async function store(bytes: Uint8Array, keys: ContentKeys, limits = writeLimits) {
  return writeBlob(env, pieceSource(bytes, 10_000), wish(keys), limits);
}

async function read(blob: string, offset: number, length: number, keys: ContentKeys) {
  const { body } = await readSegments(env, [{ blob, offset, length }], keys);
  return new Uint8Array(await new Response(body).arrayBuffer());
}

async function stored(blob: string): Promise<Uint8Array> {
  const object = await env.STORE_STANDARD.get(blob);
  return new Uint8Array((await object?.arrayBuffer()) ?? new ArrayBuffer(0));
}

/** Replaces a blob's bytes behind the program's back, metadata kept. */
async function tamper(blob: string, change: (bytes: Uint8Array) => Uint8Array): Promise<void> {
  const object = await env.STORE_STANDARD.get(blob);
  if (object === null) throw new Error("no blob");
  const bytes = change(new Uint8Array(await object.arrayBuffer()));
  const { customMetadata } = object;
  await env.STORE_STANDARD.put(blob, bytes, { ...(customMetadata && { customMetadata }) });
}

describe("the format", () => {
  it("is Tink's AES-GCM-HKDF streaming AEAD, read by its specification alone", async () => {
    const keys = keysOf(1);
    const plaintext = patternedBytes(150_000, 1);
    const { blob } = await store(plaintext, keys);
    const bytes = await stored(blob);
    expect(bytes[0]).toBe(header);
    const salt = bytes.subarray(1, 33);
    const info = JSON.stringify(["cairn", "content", "1", "bucket-one", 0]);
    const root = keys.layers[0] ?? new Uint8Array(0);
    const key = new Uint8Array(hkdfSync("sha256", root, salt, info, 32));
    const opened: number[] = [];
    const count = Math.ceil(bytes.length / segment);
    for (let at = 0; at < count; at += 1) {
      const start = at === 0 ? header : at * segment;
      const sealed = bytes.subarray(start, (at + 1) * segment);
      const nonce = Buffer.alloc(12);
      nonce.set(bytes.subarray(33, 40));
      nonce.writeUInt32BE(at, 7);
      nonce[11] = at === count - 1 ? 1 : 0;
      const decipher = createDecipheriv("aes-256-gcm", key, nonce);
      decipher.setAuthTag(sealed.subarray(-tag));
      opened.push(...decipher.update(sealed.subarray(0, -tag)), ...decipher.final());
    }
    expect(Buffer.compare(Buffer.from(opened), Buffer.from(plaintext))).toBe(0);
  });

  it("has lengths that can be told both ways", () => {
    const border = segment - tag - header;
    for (const length of [0, 1, border - 1, border, border + 1, border + segment - tag, 10 ** 9]) {
      expect(plaintextLength(ciphertextLength(length))).toBe(length);
    }
    expect(ciphertextLength(0)).toBe(header + tag);
    expect(plaintextLength(header + tag - 1)).toBeUndefined();
    expect(plaintextLength(segment + 1)).toBeUndefined();
  });
});

describe.each([1, 2])("content under %i layer(s)", (layers) => {
  const keys = keysOf(layers);

  it("gives back every range of every size around the borders", async () => {
    const borders = [0, 1, segment - header - tag, segment - tag, 2 * segment - header - 2 * tag];
    const size = fc.oneof(
      fc
        .tuple(fc.constantFrom(...borders), fc.integer({ min: -3, max: 3 }))
        .map(([border, off]) => Math.max(border + off, 0)),
      fc.integer({ min: 0, max: 300_000 }),
    );
    await fc.assert(
      fc.asyncProperty(
        size,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(),
        async (n, at, l) => {
          const bytes = patternedBytes(n, n % 251);
          const { blob, sizeBytes } = await store(bytes, keys);
          expect(sizeBytes).toBe(n);
          if (n === 0) return;
          const offset = Math.min(Math.floor(at * n), n - 1);
          const length = 1 + (l % (n - offset));
          const window = await read(blob, offset, length, keys);
          expect(Buffer.compare(window, bytes.subarray(offset, offset + length))).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);

  it("stores large bodies and bodies in R2's parts alike, with the ciphertext's MD5", async () => {
    const bytes = patternedBytes(12 * 1024 * 1024 + 5, 9);
    const limits = { smallBytes: 0, singlePutBytes: 1024, partBytes: 5 * 1024 * 1024 };
    for (const some of [limits, writeLimits]) {
      const { blob, md5Hex } = await store(bytes, keys, some);
      const md5 = createHash("md5")
        .update(await stored(blob))
        .digest("hex");
      expect(md5Hex).toBe(md5);
      expect(Buffer.compare(await read(blob, 0, bytes.length, keys), bytes)).toBe(0);
    }
  });

  it("leaves no plaintext and no digest of it in the store", async () => {
    const word = "a sentence nobody but its owner may ever read ";
    const { blob } = await store(new TextEncoder().encode(word.repeat(3000)), keys);
    expect(Buffer.from(await stored(blob)).includes("nobody but its owner")).toBe(false);
    expect((await headBlob(env, blob))?.origin?.checksum).toBe("CRC32");
  });

  it("detects a flipped bit wherever it is, before the segment's bytes go out", async () => {
    const bytes = patternedBytes(3 * segment, 5);
    const { blob } = await store(bytes, keys);
    const { length } = await stored(blob);
    const places = [0, 1, 20, 35, 39, 40, 41, segment - 17, segment - 1, segment, 2 * segment + 9];
    for (const place of [...places, length - 1]) {
      const flip = (all: Uint8Array) => {
        all[place] = (all[place] ?? 0) ^ 0x10;
        return all;
      };
      await tamper(blob, flip);
      const first = Math.floor(place / segment);
      const source = segmentsSource(env, [{ blob, offset: 0, length: bytes.length }], keys);
      const failure = await source.readAll().then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure, `at ${place}`).toBeInstanceOf(Error);
      const { body } = await readSegments(
        env,
        [{ blob, offset: 0, length: bytes.length }],
        keys,
      ).catch(() => ({ body: new Response("").body }));
      let seen = 0;
      const count = (chunk: Uint8Array) => {
        seen += chunk.length;
      };
      await body?.pipeTo(new WritableStream({ write: count })).catch(() => undefined);
      expect(seen).toBeLessThanOrEqual(first * segment);
      await tamper(blob, flip);
    }
    expect(Buffer.compare(await read(blob, 0, bytes.length, keys), bytes)).toBe(0);
  });

  it("detects segments that were cut off, swapped, repeated or added", async () => {
    const bytes = patternedBytes(4 * segment, 5);
    const changes: ((all: Uint8Array) => Uint8Array)[] = [
      (all) => all.subarray(0, 3 * segment),
      (all) => all.subarray(0, all.length - 1),
      (all) => Buffer.concat([all, all.subarray(segment, 2 * segment)]),
      (all) => {
        const copy = all.slice();
        copy.set(all.subarray(segment, 2 * segment), 2 * segment);
        copy.set(all.subarray(2 * segment, 3 * segment), segment);
        return copy;
      },
      () => new Uint8Array(0),
    ];
    for (const change of changes) {
      const { blob } = await store(bytes, keys);
      await tamper(blob, change);
      const all = [{ blob, offset: 0, length: bytes.length }];
      await expect(segmentsSource(env, all, keys).readAll()).rejects.toThrow();
    }
  });

  it("does not open under another key, for another bucket or with another blob's header", async () => {
    const bytes = patternedBytes(1000, 5);
    const { blob } = await store(bytes, keys);
    const other = { ...keys, layers: keys.layers.map(() => patternedBytes(32, 99)) };
    await expect(read(blob, 0, 1000, other)).rejects.toThrow(DamagedBlobError);
    await expect(read(blob, 0, 1000, keysOf(layers, "bucket-two"))).rejects.toThrow(
      DamagedBlobError,
    );
    const twin = await store(bytes, keys);
    expect(twin.md5Hex).not.toBe((await store(bytes, keys)).md5Hex);
    const foreign = await env.STORE_STANDARD.get(twin.blob);
    const { customMetadata } = foreign ?? {};
    await env.STORE_STANDARD.put(blob, await stored(blob), {
      ...(customMetadata && { customMetadata }),
    });
    await expect(read(blob, 0, 1000, keys)).rejects.toThrow(DamagedBlobError);
  });
});

describe("layers", () => {
  it("are independent: neither key alone opens DSSE content", async () => {
    const keys = keysOf(2);
    const { blob } = await store(patternedBytes(1000, 5), keys);
    for (const layer of keys.layers) {
      await expect(read(blob, 0, 1000, { ...keys, layers: [layer] })).rejects.toThrow();
      await expect(read(blob, 0, 1000, { ...keys, layers: [layer, layer] })).rejects.toThrow();
    }
  });
});
