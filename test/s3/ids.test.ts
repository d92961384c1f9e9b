import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { systemSeams } from "../../src/env.ts";
import {
  idTimeMs,
  isBlobId,
  isUploadId,
  isVersionId,
  maximumStoreNumber,
  newBlobId,
  newBucketId,
  newHostId,
  newRequestId,
  newUploadId,
  newVersionId,
  nullVersionId,
  storeNumberOf,
} from "../../src/s3/ids.ts";

const { randomBytes } = systemSeams;
/** Up to the year 2500: what eight characters of base 62 and nine of base 36 hold with ease. */
const times = fc.integer({ min: 0, max: Date.UTC(2500, 0) });

describe("ids", () => {
  it("give back the time and the store they were made with", () => {
    fc.assert(
      fc.property(times, fc.integer({ min: 0, max: maximumStoreNumber }), (time, store) => {
        const blob = newBlobId(store, time, randomBytes);
        expect(blob).toMatch(/^[0-9][0-9a-z]{30}$/);
        expect(storeNumberOf(blob)).toBe(store);
        expect(idTimeMs(blob)).toBe(time);
        expect(idTimeMs(newUploadId(time, randomBytes))).toBe(time);
        expect(idTimeMs(newBucketId(time, randomBytes))).toBe(time);
        expect(idTimeMs(newVersionId(time, randomBytes))).toBe(time);
      }),
    );
  });

  it("sort by time", () => {
    fc.assert(
      fc.property(times, times, (one, other) => {
        fc.pre(one !== other);
        const order = one < other;
        expect(newBlobId(7, one, randomBytes) < newBlobId(7, other, randomBytes)).toBe(order);
        expect(newUploadId(one, randomBytes) < newUploadId(other, randomBytes)).toBe(order);
        expect(newVersionId(one, randomBytes) < newVersionId(other, randomBytes)).toBe(order);
      }),
    );
  });

  it("are told apart by their shape", () => {
    const now = Date.UTC(2026, 10, 22);
    const blob = newBlobId(0, now, randomBytes);
    const upload = newUploadId(now, randomBytes);
    const version = newVersionId(now, randomBytes);
    expect([isBlobId(blob), isBlobId(upload), isBlobId(version)]).toEqual([true, false, false]);
    expect([isUploadId(blob), isUploadId(version)]).toEqual([false, false]);
    expect([isUploadId(upload), isVersionId(version), isVersionId(blob)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it("refuse text that no version id can be", () => {
    for (const text of [
      "",
      nullVersionId,
      "x",
      "a".repeat(31),
      "a".repeat(33),
      `${"a".repeat(31)}/`,
    ]) {
      expect(isVersionId(text)).toBe(false);
    }
    expect(isVersionId("3HL4kqtJvjVBH40Nrjfkd.-_mSpXd3dI")).toBe(true);
    expect(() => idTimeMs(nullVersionId)).toThrow(TypeError);
    expect(() => storeNumberOf("u00")).toThrow(TypeError);
    expect(() => newBlobId(maximumStoreNumber + 1, 0, randomBytes)).toThrow(RangeError);
  });

  it("never repeat within one millisecond", () => {
    const made = new Set<string>();
    for (let round = 0; round < 5_000; round += 1) {
      made.add(newBlobId(1, 5, randomBytes)).add(newVersionId(5, randomBytes));
    }
    expect(made.size).toBe(10_000);
  });

  it("end even when the random source is stuck", () => {
    const stuck = (length: number) => new Uint8Array(length).fill(255);
    expect(newBlobId(1, 5, stuck)).toHaveLength(31);
    expect(newVersionId(5, stuck)).toHaveLength(32);
  });

  it("of requests look like S3's", () => {
    expect(newRequestId(randomBytes)).toMatch(/^[0-9A-Z]{16}$/);
    expect(newHostId(randomBytes)).toMatch(/^[0-9A-Za-z+/]{75}=$/);
  });
});
