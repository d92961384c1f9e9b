import { env } from "cloudflare:test";
import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { systemSeams } from "../../src/env.ts";
import type { Segment } from "../../src/s3/content.ts";
import { newBlobId } from "../../src/s3/ids.ts";
import { readSegments } from "../../src/storage/segments.ts";
import { MissingBlobError } from "../../src/storage/store-errors.ts";
import { patternedBytes, storeThat, withStandard } from "./fixtures.ts";

/** Blobs of odd sizes in two stores, with their bytes. */
const blobs: { blob: string; bytes: Uint8Array }[] = [];

beforeAll(async () => {
  const sizes = [1, 7, 4_096, 65_537, 300_001];
  for (const [index, size] of sizes.entries()) {
    const store = index % 2 === 0 ? env.STORE_STANDARD : env.STORE_GLACIER;
    const blob = newBlobId(index % 2 === 0 ? 0 : 5, Date.now(), systemSeams.randomBytes);
    const bytes = patternedBytes(size, index);
    await store.put(blob, bytes);
    blobs.push({ blob, bytes });
  }
});

function whole(index: number): Segment {
  const { blob, bytes } = blobs[index] ?? { blob: "", bytes: new Uint8Array(0) };
  return { blob, offset: 0, length: bytes.length };
}

function expected(segments: readonly Segment[]): Uint8Array {
  const parts = segments.map(({ blob, offset, length }) =>
    (blobs.find((stored) => stored.blob === blob)?.bytes ?? new Uint8Array(0)).subarray(
      offset,
      offset + length,
    ),
  );
  return new Uint8Array(Buffer.concat(parts));
}

async function bytesOf(segments: readonly Segment[], isWhole = false): Promise<Uint8Array> {
  const { body, lengthBytes } = await readSegments(env, segments, undefined, isWhole);
  const bytes = new Uint8Array(await new Response(body).arrayBuffer());
  expect(bytes.length).toBe(lengthBytes);
  return bytes;
}

/** Segments over the stored blobs: whole, cut, empty, repeated. */
const someSegments = fc.array(
  fc.tuple(fc.nat(4), fc.nat(1_000), fc.nat(1_000)).map(([index, from, share]): Segment => {
    const { blob, length } = whole(index);
    const offset = Math.floor((from / 1_000) * length);
    return { blob, offset, length: Math.floor(((length - offset) * share) / 1_000) };
  }),
  { maxLength: 12 },
);

const missing = newBlobId(0, 1, systemSeams.randomBytes);

describe("readSegments", () => {
  it("joins any segments in order", { timeout: 60_000 }, async () => {
    // A callback, so that the blobs are stored when the segments are drawn.
    const property = fc.asyncProperty(someSegments, fc.boolean(), async (segments, isWhole) => {
      const bytes = await bytesOf(segments, isWhole);
      expect(Buffer.compare(bytes, expected(segments))).toBe(0);
    });
    await fc.assert(property, { numRuns: 40 });
  });

  it("reads all of a version from the start of a longer blob, as from a whole one", async () => {
    for (const segment of [
      whole(2),
      { ...whole(2), length: 100 },
      { ...whole(2), offset: 7, length: 9 },
    ]) {
      const bytes = await bytesOf([segment], true);
      expect(Buffer.compare(bytes, expected([segment]))).toBe(0);
    }
    await expect(bytesOf([{ ...whole(2), length: 5_000 }], true)).rejects.toThrow(MissingBlobError);
  });

  it("answers with a length the runtime knows, for one segment, many, and none", async () => {
    const three = [whole(4), { ...whole(3), offset: 5, length: 10 }, whole(0)];
    for (const segments of [[], [whole(4)], [{ ...whole(4), offset: 9, length: 100 }], three]) {
      const { body, lengthBytes } = await readSegments(env, segments);
      expect(lengthBytes).toBe(segments.reduce((sum, { length }) => sum + length, 0));
      // A put refuses a stream of unknown length.
      const object = await env.STORE_STANDARD.put("known-length", body);
      expect(object?.size).toBe(lengthBytes);
    }
    await env.STORE_STANDARD.delete("known-length");
  });

  it("throws before the first byte when the first blob is missing (D02)", async () => {
    const lost = { blob: missing, offset: 0, length: 5 };
    await expect(readSegments(env, [lost, whole(1)])).rejects.toThrow(MissingBlobError);
    await expect(readSegments(env, [lost])).rejects.toMatchObject({ blob: missing });
  });

  it("counts a blob that is shorter than its segment as missing (D02)", async () => {
    const { blob, length } = whole(2);
    for (const offset of [0, 1, length - 1, length + 5]) {
      const reading = readSegments(env, [{ blob, offset, length: length + 1 }]);
      await expect(reading, `from ${offset}`).rejects.toThrow(MissingBlobError);
    }
  });

  it("ends the stream in error when a later blob is missing (D02)", async () => {
    const segments = [whole(1), { blob: missing, offset: 0, length: 5 }, whole(2)];
    const { body } = await readSegments(env, segments);
    await expect(new Response(body).arrayBuffer()).rejects.toThrow(missing);
  });

  it("opens few blobs ahead of the reader, and none after it left", async () => {
    let opened = 0;
    const counted = withStandard(
      storeThat(env.STORE_STANDARD, {
        get: async (...given) => {
          opened += 1;
          return env.STORE_STANDARD.get(...given);
        },
      }),
    );
    const segments = Array.from({ length: 50 }, () => whole(4));
    const { body } = await readSegments(counted, segments);
    const reader = body.getReader();
    await reader.read();
    expect(opened).toBeLessThanOrEqual(4);
    await reader.cancel();
    const before = opened;
    await scheduler.wait(50);
    expect(opened).toBe(before);
  });

  it("says SlowDown when the store asks for patience", async () => {
    const busy = withStandard(
      storeThat(env.STORE_STANDARD, {
        get: async () => {
          throw new Error("get: Reduce your concurrent request rate for the same object. (10058)");
        },
      }),
    );
    await expect(readSegments(busy, [whole(0)])).rejects.toMatchObject({ code: "SlowDown" });
  });
});
