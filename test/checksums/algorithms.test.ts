import { describe, expect, test } from "vitest";
import {
  algorithmOfHeader,
  checksumAlgorithms,
  checksumHeader,
  decodeChecksum,
  encodeChecksum,
  parseChecksumAlgorithm,
} from "../../src/checksums/algorithms.ts";
import { hashBytes } from "../../src/checksums/hashers.ts";

describe("encodeChecksum and decodeChecksum", () => {
  test.each(checksumAlgorithms)("undo each other: %s", (algorithm) => {
    const value = hashBytes(algorithm, new TextEncoder().encode("cairn"));
    expect(decodeChecksum(algorithm, encodeChecksum(value))).toEqual(value);
  });

  test("shows what S3 shows", () => {
    const digits = new TextEncoder().encode("123456789");
    expect(encodeChecksum(hashBytes("CRC32", digits))).toBe("y/Q5Jg==");
    expect(encodeChecksum(hashBytes("CRC32C", digits))).toBe("4waSgw==");
    expect(encodeChecksum(hashBytes("CRC64NVME", digits))).toBe("rosUhgp5mIg=");
  });

  test("encodes a view of a larger buffer by the view's bounds", () => {
    expect(encodeChecksum(new Uint8Array([0, 1, 2, 3, 4, 5]).subarray(1, 5))).toBe("AQIDBA==");
  });

  test.each([
    ["", "nothing"],
    ["short===", "wrong padding"],
    ["shrt", "three bytes"],
    ["toolong=", "five bytes"],
    ["^^^^^^==", "another alphabet"],
    ["y^/^Q5^J^g==", "strangers between the characters"],
    ["y/Q5Jg", "no padding"],
    ["y_Q5Jg==", "the alphabet for URLs"],
    ["y/Q5Jh==", "stray bits behind the last byte"],
    ["y/Q5Jg==\n", "a line end"],
    [" y/Q5Jg==", "a space"],
    ["cbf43926", "hexadecimal"],
  ])("refuses %j: %s", (text) => {
    expect(decodeChecksum("CRC32", text)).toBeUndefined();
  });
});

describe("names", () => {
  test("every algorithm has a header of its own, found again by its name", () => {
    for (const algorithm of checksumAlgorithms) {
      expect(algorithmOfHeader(checksumHeader(algorithm))).toBe(algorithm);
      expect(parseChecksumAlgorithm(algorithm.toLowerCase())).toBe(algorithm);
    }
    expect(new Set(checksumAlgorithms.map(checksumHeader)).size).toBe(10);
    expect(algorithmOfHeader("x-amz-checksum-type")).toBeUndefined();
    expect(parseChecksumAlgorithm("CRC99")).toBeUndefined();
  });
});
