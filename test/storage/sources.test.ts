import { env } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import { systemSeams } from "../../src/env.ts";
import type { ByteSource } from "../../src/s3/byte-source.ts";
import type { Segment } from "../../src/s3/content.ts";
import { newBlobId } from "../../src/s3/ids.ts";
import { bytesSource, segmentsSource } from "../../src/storage/sources.ts";
import { MissingBlobError } from "../../src/storage/store-errors.ts";
import { patternedBytes } from "./fixtures.ts";

const blob = newBlobId(0, 1, systemSeams.randomBytes);
const bytes = patternedBytes(700_001, 9);
const whole: Segment = { blob, offset: 0, length: bytes.length };
const missing: Segment = {
  blob: newBlobId(0, 2, systemSeams.randomBytes),
  offset: 0,
  length: 5,
};

beforeAll(async () => {
  await env.STORE_STANDARD.put(blob, bytes);
});

async function inPieces(source: ByteSource): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for (let piece = await source.read(); piece !== null; piece = await source.read()) {
    expect(piece.length).toBeGreaterThan(0);
    pieces.push(piece.slice());
  }
  return Buffer.concat(pieces);
}

describe("segmentsSource", () => {
  it("gives the same bytes read piece by piece and at once", async () => {
    const segments = [whole, { blob, offset: 100, length: 40_000 }, whole];
    const expected = Buffer.concat([bytes, bytes.subarray(100, 40_100), bytes]);
    const source = segmentsSource(env, segments);
    expect(source.length).toBe(expected.length);
    expect(Buffer.compare(await inPieces(source), expected)).toBe(0);
    expect(source.trailers().size).toBe(0);
    const again = await segmentsSource(env, segments).readAll();
    expect(Buffer.compare(again, expected)).toBe(0);
  });

  it("is empty where the content is", async () => {
    expect(await segmentsSource(env, []).read()).toBeNull();
    expect(await segmentsSource(env, [{ ...whole, length: 0 }]).readAll()).toHaveLength(0);
  });

  it("tells a missing first blob by its name, a later one as a failure (D02)", async () => {
    await expect(segmentsSource(env, [missing, whole]).read()).rejects.toThrow(MissingBlobError);
    await expect(segmentsSource(env, [whole, missing]).readAll()).rejects.toThrow();
  });

  it("stops when told, more than once", async () => {
    const source = segmentsSource(env, [whole, whole, whole]);
    await source.read();
    await source.cancel();
    await source.cancel();
    expect(await source.read()).toBeNull();
    const unread = segmentsSource(env, [missing]);
    await unread.cancel();
    expect(await unread.read()).toBeNull();
  });
});

describe("bytesSource", () => {
  it("gives its bytes once, in one piece or at once", async () => {
    expect(Buffer.compare(await inPieces(bytesSource(bytes)), bytes)).toBe(0);
    expect(await bytesSource(bytes).readAll()).toBe(bytes);
    expect(await bytesSource(new Uint8Array(0)).read()).toBeNull();
    const source = bytesSource(bytes);
    await source.cancel();
    expect(await source.read()).toBeNull();
  });
});
