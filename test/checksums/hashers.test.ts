// Published vectors, independent implementations (zlib, bit-by-bit CRCs, xxHash's sanity values),
// and the property that only the bytes count: not how they were cut, nor who hashed beside them.

import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checksumAlgorithms, checksumLengthBytes } from "../../src/checksums/algorithms.ts";
import { createHasher, hashBytes } from "../../src/checksums/hashers.ts";
import type { ChecksumAlgorithm } from "../../src/s3/content.ts";
import { hex, sanityBytes, seededBytes } from "./sanity-bytes.ts";

const digits = new TextEncoder().encode("123456789");
const empty = new Uint8Array(0);

/** Digest of "123456789", digest of nothing. */
const published: Record<ChecksumAlgorithm, readonly [check: string, empty: string]> = {
  CRC32: ["cbf43926", "00000000"],
  CRC32C: ["e3069283", "00000000"],
  CRC64NVME: ["ae8b14860a799888", "0000000000000000"],
  MD5: ["25f9e794323b453885f5181f1b624d0b", "d41d8cd98f00b204e9800998ecf8427e"],
  SHA1: ["f7c3bc1d808e04732adf679965ccc34ca7ae3441", "da39a3ee5e6b4b0d3255bfef95601890afd80709"],
  SHA256: [
    "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  ],
  SHA512: [
    "d9e6762dd1c8eaf6d61b3c6192fc408d4d6d5f1176d0c29169bc24e71c3f274ad27fcd5811b313d681f7e55ec02d73d499c95455b6b5bb503acf574fba8ffe85",
    "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
  ],
  XXHASH64: ["8cb841db40e6ae83", "ef46db3751d8e999"],
  XXHASH3: ["72dcb18b67a17dff", "2d06800538d394c2"],
  XXHASH128: ["33119477ede5dcd5e9716427681d5860", "99aa06d3014798d86001c324468d497f"],
};

/** xxHash's sanity bytes, this many: XXH64, XXH3 64, XXH3 128. Every branch on the length is met. */
const xxHashes: readonly (readonly [
  length: number,
  xxh64: string,
  xxh3: string,
  xxh128: string,
])[] = [
  [0, "ef46db3751d8e999", "2d06800538d394c2", "99aa06d3014798d86001c324468d497f"],
  [1, "e934a84adb052768", "c44bdff4074eecdb", "a6cd5e9392000f6ac44bdff4074eecdb"],
  [3, "ff7e1959cb50794a", "54247382a8d6b94d", "20efc49ff02422ea54247382a8d6b94d"],
  [4, "9136a0dca57457ee", "e5dc74bc51848a51", "970d585ac632bf8e2e7d8d6876a39fe9"],
  [6, "c72565b7154268a8", "27b56a84cd2d7325", "082afe0b8162d12a3e7039bdda43cfc6"],
  [8, "cdbcf538e71d1348", "24ccc9acaa9f65e4", "47a7f080d82bb45664c69cab4bb21dc5"],
  [9, "554b1ae991eda6b6", "14d5001c15dd3f2b", "564ef6078950d457ed7ccbc501eb7501"],
  [12, "0723bf50086ead9a", "a713daf0dfbb77e7", "6e3efd8fc7802b18061a192713f69ad9"],
  [14, "8282dcc4994e35c8", "1ac0bbda2b9fcf03", "b2623398aa0bda1e352b80797cda6247"],
  [16, "98c90b57fdfcb55c", "981b17d36c7498c9", "c68c368ecf8a9c05562980258a998629"],
  [17, "0d39a2d051a30c2c", "796f5acd3a60f862", "955fa78643ed3669abbc12d11973d7db"],
  [24, "f75a6dea42dc5bf4", "a3fe70bf9d3510eb", "0ce966e4678d37611e7044d28b1b901d"],
  [32, "18b216492bb44b70", "9feaddbdbf57eed3", "98fc6458710dc2e8278410a17595e3f9"],
  [33, "55c8dc3e578f5b59", "abfb2d081b400a10", "3103c192ceaa2dede593bc4e5914c9d1"],
  [48, "fd0feeac7a939933", "397da259ecba1f11", "a002ac4e5478227ef942219aed80f67b"],
  [64, "ef558f8acac2b5cd", "9cb48487720ec49d", "6d90e81a9b0fd622efdb6a44690721a9"],
  [65, "de0f20dc2631af7a", "fd81aac4bebc3883", "6c074d65e54db85afe2f650fa500ec6e"],
  [80, "99bd5d25eb211099", "bcdefbbb2c47c90a", "fdf2cefde9eaac8a454ae6bf7a8a532d"],
  [96, "105064e743edd1d9", "935a769a7f94776f", "d9d0b885f56c93f1e9324473ea9afebe"],
  [97, "097b16e4e9b0a2e3", "ca4ca268fd3c3a6c", "09dff37faa6b284c7c87228ae9671ba7"],
  [128, "90ca021457d96dc5", "fcff24126754d861", "39992220e045260aebb15e34a7fb5ab1"],
  [129, "41c280132d697aba", "98f1b0a679a2ca29", "03815fc91f1b30b686c9e3bc8f0a3b5c"],
  [160, "5b11efe8de350a3b", "9d03a319ed4cbd2b", "ba5d218964b622ad737126c8d7c09cee"],
  [195, "52b73ecdb3ef30e4", "cd94217ee362ec3a", "7729543a26b207ee3fb593c086a66075"],
  [222, "b641ae8cb691c174", "b9163b558664d356", "337e09641b948717f1aebd597cec6b3a"],
  [240, "b81838d483baee53", "81c3c2b67f568ccf", "aa4202daa2769dc85c9aae94c8ebe5a0"],
  [241, "95d76c8b4d8fc4d6", "c5a639ecd2030e5e", "99a80ecf0ecfc647c5a639ecd2030e5e"],
  [255, "a80f35bb0dc8e3a7", "e98f979f4ed8a197", "961375c87e09efbce98f979f4ed8a197"],
  [256, "5e3f5bf94d574981", "55de574ad89d0ac5", "8b1c66091423d28855de574ad89d0ac5"],
  [257, "d36cf327dcf12221", "b17fd5a8ae75bb0b", "f15fee7f9f457599b17fd5a8ae75bb0b"],
  [320, "e770cc78cd4c49d4", "75620d350ff5c694", "2c6021659f44e8d375620d350ff5c694"],
  [403, "d99858fee82283df", "cdeb804d65c6dea4", "1b6de21e332dd73dcdeb804d65c6dea4"],
  [512, "4358d2fdd62b58a7", "617e49599013cb6b", "18d2d110dcc9bca1617e49599013cb6b"],
  [1024, "4775bf7cace4d177", "dd85c9b5c1109c5c", "0d30d24071c64c57dd85c9b5c1109c5c"],
  [1025, "847fa6006d7c2ac0", "d870c0fa13211c6a", "fd3ee4fe7f2954c6d870c0fa13211c6a"],
  [2048, "5940f2752bc04387", "dd59e2c3a5f038e0", "f736557fd47073a5dd59e2c3a5f038e0"],
  [2240, "a4edb3c85b99b1d9", "6e73a90539cf2948", "ccb134fbfa7ce49d6e73a90539cf2948"],
  [2367, "a82418ddec0ea581", "cb37aeb9e5d361ed", "e89c0f6ff369b427cb37aeb9e5d361ed"],
  [65535, "43b8f81b46b383d6", "40df5e3e5608bbe9", "0839ca9ab30b5e4440df5e3e5608bbe9"],
  [65536, "b1f497aae57dea9d", "918f7f0f912ca480", "deafbd9df07edb70918f7f0f912ca480"],
  [65537, "3aa92e8233e07002", "e42d29d5d26c06c2", "388e913ef5d18b4de42d29d5d26c06c2"],
  [131073, "a677a69eb8eb6b8e", "e302b17ed907ee8b", "562dba89ceea1525e302b17ed907ee8b"],
  [300000, "64ef91ef9e4957ca", "f61d606040f18387", "2ac52d41d956ddf5f61d606040f18387"],
];

const polynomials = {
  CRC32C: [0x82f63b78n, 32n],
  CRC64NVME: [0x9a6c9329ac4bc9b5n, 64n],
} as const;

/** The CRC by its definition, a byte at a time with a table made a bit at a time. */
function plainCrc(algorithm: keyof typeof polynomials, bytes: Uint8Array): string {
  const [polynomial, width] = polynomials[algorithm];
  const table = Array.from({ length: 256 }, (_, index) => {
    let value = BigInt(index);
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ polynomial : value >> 1n;
    return value;
  });
  const ones = (1n << width) - 1n;
  let register = ones;
  for (const byte of bytes) {
    register = (register >> 8n) ^ (table[Number((register ^ BigInt(byte)) & 0xffn)] ?? 0n);
  }
  return (register ^ ones).toString(16).padStart(Number(width) / 4, "0");
}

describe("createHasher", () => {
  test.each(checksumAlgorithms)("gives the published digests: %s", (algorithm) => {
    const [check, none] = published[algorithm];
    expect(hex(hashBytes(algorithm, digits))).toBe(check);
    expect(hex(createHasher(algorithm).digest())).toBe(none);
    expect(hex(hashBytes(algorithm, empty))).toBe(none);
    expect(hashBytes(algorithm, digits).length).toBe(checksumLengthBytes(algorithm));
  });

  test("gives xxHash's sanity values at every length where the code branches", () => {
    const bytes = sanityBytes(300000);
    for (const [length, xxh64, xxh3, xxh128] of xxHashes) {
      const piece = bytes.subarray(0, length);
      expect([length, hex(hashBytes("XXHASH64", piece))]).toEqual([length, xxh64]);
      expect([length, hex(hashBytes("XXHASH3", piece))]).toEqual([length, xxh3]);
      expect([length, hex(hashBytes("XXHASH128", piece))]).toEqual([length, xxh128]);
    }
  });

  // 512 and 2560 bytes: folding begins; 65536: the input area is full.
  const lengths = [
    1,
    7,
    8,
    9,
    63,
    64,
    65,
    511,
    512,
    513,
    575,
    576,
    577,
    1000,
    2559,
    2560,
    2561,
    2623,
    2624,
    4095,
    4096,
    65535,
    65536,
    65537,
    65536 + 511,
    65536 + 2560,
    131072,
    200003,
  ];

  test.each(lengths)("agrees with the definition of CRC over %i bytes", (length) => {
    const bytes = seededBytes(length, length + 3).subarray(3);
    expect(hex(hashBytes("CRC32", bytes))).toBe(crc32(bytes).toString(16).padStart(8, "0"));
    expect(hex(hashBytes("CRC32C", bytes))).toBe(plainCrc("CRC32C", bytes));
    expect(hex(hashBytes("CRC64NVME", bytes))).toBe(plainCrc("CRC64NVME", bytes));
  });

  test.each(checksumAlgorithms)("does not care how the bytes are cut: %s", (algorithm) => {
    const all = seededBytes(7, 150000);
    const cut = fc.oneof(fc.nat(40), fc.nat(700), fc.nat(5000), fc.nat(80000));
    fc.assert(
      fc.property(fc.nat(150000), fc.array(cut, { maxLength: 60 }), (length, cuts) => {
        const bytes = all.subarray(0, length);
        const hasher = createHasher(algorithm);
        let at = 0;
        for (const size of cuts) {
          hasher.update(bytes.subarray(at, at + size));
          at = Math.min(length, at + size);
        }
        hasher.update(bytes.subarray(at));
        expect(hex(hasher.digest())).toBe(hex(hashBytes(algorithm, bytes)));
      }),
      { numRuns: 60 },
    );
  });

  test("keeps many hashers apart that take turns, some of which never end", () => {
    const step = fc.record({ who: fc.nat(29), seed: fc.nat(1000), length: fc.nat(3000) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const makers = Array.from({ length: 30 }, (_, index) => {
          const algorithm = checksumAlgorithms[index % 10] ?? "CRC32";
          return { algorithm, hasher: createHasher(algorithm), taken: [] as Uint8Array[] };
        });
        for (const { who, seed, length } of steps) {
          const bytes = seededBytes(seed, length);
          makers[who]?.hasher.update(bytes);
          makers[who]?.taken.push(bytes);
        }
        for (const { algorithm, hasher, taken } of makers.slice(0, 20)) {
          const whole = new Uint8Array(taken.reduce((sum, bytes) => sum + bytes.length, 0));
          let at = 0;
          for (const bytes of taken) {
            whole.set(bytes, at);
            at += bytes.length;
          }
          expect(hex(hasher.digest())).toBe(hex(hashBytes(algorithm, whole)));
        }
      }),
      { numRuns: 20 },
    );
  });

  test("leaves the caller's bytes as they were and does not keep them", () => {
    for (const algorithm of checksumAlgorithms) {
      const bytes = seededBytes(1, 70000);
      const before = createHash("sha256").update(bytes).digest("hex");
      const hasher = createHasher(algorithm);
      hasher.update(bytes);
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(before);
      const expected = hex(hashBytes(algorithm, bytes));
      bytes.fill(0);
      expect(hex(hasher.digest())).toBe(expected);
    }
  });

  test("thousands of abandoned hashers cost nothing that later ones need", () => {
    for (let i = 0; i < 20000; i++) createHasher("XXHASH3").update(digits);
    expect(hex(hashBytes("XXHASH3", empty))).toBe("2d06800538d394c2");
  });
});
