import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checksumAlgorithms } from "../../src/checksums/algorithms.ts";
import {
  combineComposite,
  combineFullObject,
  encodeComposite,
  multipartEtag,
  type PartChecksum,
} from "../../src/checksums/combine.ts";
import { hashBytes } from "../../src/checksums/hashers.ts";
import { hex, seededBytes } from "./sanity-bytes.ts";

const combinable = ["CRC32", "CRC32C", "CRC64NVME"] as const;

describe("combineFullObject", () => {
  test.each(combinable)("gives the checksum of the whole, however it was cut: %s", (algorithm) => {
    const whole = seededBytes(11, 100000);
    const size = fc.oneof(fc.constant(0), fc.nat(10), fc.nat(30000));
    fc.assert(
      fc.property(fc.array(size, { maxLength: 12 }), (sizes) => {
        let at = 0;
        const parts = sizes.map((wanted) => {
          const piece = whole.subarray(at, at + wanted);
          at += piece.length;
          return { value: hashBytes(algorithm, piece), lengthBytes: piece.length };
        });
        const expected = hashBytes(algorithm, whole.subarray(0, at));
        expect(hex(combineFullObject(algorithm, parts))).toBe(hex(expected));
      }),
      { numRuns: 50 },
    );
  });

  test.each(combinable)("of no parts is the checksum of nothing: %s", (algorithm) => {
    expect(combineFullObject(algorithm, [])).toEqual(hashBytes(algorithm, new Uint8Array(0)));
  });

  test.each(combinable)("groups as it likes, for parts of up to 2^53 bytes: %s", (algorithm) => {
    const largest = 2 ** 51;
    const length = fc.oneof(
      fc.nat(100),
      fc.maxSafeNat().map((value) => value % largest),
    );
    const part = fc.record({ seed: fc.nat(1000), lengthBytes: length });
    fc.assert(
      fc.property(fc.tuple(part, part, part), (facts) => {
        const [a, b, c] = facts.map(({ seed, lengthBytes }): PartChecksum => {
          return { value: hashBytes(algorithm, seededBytes(seed, 9)), lengthBytes };
        }) as [PartChecksum, PartChecksum, PartChecksum];
        const bc = {
          value: combineFullObject(algorithm, [b, c]),
          lengthBytes: b.lengthBytes + c.lengthBytes,
        };
        expect(combineFullObject(algorithm, [a, bc])).toEqual(
          combineFullObject(algorithm, [a, b, c]),
        );
      }),
    );
  });

  test("knows lengths beyond 2^32: five zero bytes doubled into 5 * 2^40", () => {
    // Doubling is checked against hashing at each step that can be hashed, then only combined.
    let part = { value: hashBytes("CRC64NVME", new Uint8Array(5)), lengthBytes: 5 };
    for (let doubling = 0; doubling < 40; doubling++) {
      const value = combineFullObject("CRC64NVME", [part, part]);
      part = { value, lengthBytes: part.lengthBytes * 2 };
      if (doubling < 16) {
        expect(value).toEqual(hashBytes("CRC64NVME", new Uint8Array(part.lengthBytes)));
      }
    }
    const tail = { value: hashBytes("CRC64NVME", seededBytes(3, 100)), lengthBytes: 100 };
    const half = { ...part, lengthBytes: part.lengthBytes };
    const left = combineFullObject("CRC64NVME", [half, half, tail]);
    const both = {
      value: combineFullObject("CRC64NVME", [half, tail]),
      lengthBytes: half.lengthBytes + 100,
    };
    expect(combineFullObject("CRC64NVME", [half, both])).toEqual(left);
  });

  test("reads values that are views into larger buffers", () => {
    const value = hashBytes("CRC32C", seededBytes(1, 10));
    const wide = new Uint8Array(12);
    wide.set(value, 5);
    const part = { value: wide.subarray(5, 9), lengthBytes: 10 };
    expect(combineFullObject("CRC32C", [part])).toEqual(value);
  });

  test("is quick for 10,000 parts", () => {
    const parts = Array.from({ length: 10000 }, (_, index) => {
      return { value: hashBytes("CRC64NVME", seededBytes(index, 8)), lengthBytes: 8388607 + index };
    });
    const startedAt = performance.now();
    combineFullObject("CRC64NVME", parts);
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});

describe("combineComposite", () => {
  test.each(checksumAlgorithms)("hashes the digests of the parts: %s", (algorithm) => {
    const digests = [1, 2, 3].map((seed) => hashBytes(algorithm, seededBytes(seed, 50)));
    const joined = new Uint8Array(digests.flatMap((digest) => [...digest]));
    expect(combineComposite(algorithm, digests)).toEqual(hashBytes(algorithm, joined));
  });

  test("shows the number of parts behind a hyphen", () => {
    expect(encodeComposite(new Uint8Array([0xcb, 0xf4, 0x39, 0x26]), 17)).toBe("y/Q5Jg==-17");
  });
});

describe("multipartEtag", () => {
  test("is the MD5 of the parts' MD5s, hexadecimal, and their number", () => {
    // Two parts of 5 MiB of zeros.
    const md5 = hex(hashBytes("MD5", new Uint8Array(5 * 1024 * 1024)));
    expect(md5).toBe("5f363e0e58a95f06cbe9bbc662c5dfb6");
    expect(multipartEtag([md5, md5])).toBe("a7d414b9133d6483d9a1c4e04e856e3b-2");
    expect(multipartEtag([md5])).toBe("81485c0e873d222199469076b60f30e9-1");
  });
});
