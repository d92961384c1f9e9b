import { describe, expect, test } from "vitest";
import { checksumAlgorithms } from "../../src/checksums/algorithms.ts";
import {
  checksumTypeRules,
  isFullObjectAlgorithm,
  readChecksumAlgorithm,
  readExpectedChecksum,
  readMultipartChecksum,
  resolveChecksumType,
} from "../../src/checksums/multipart.ts";

function uploadOf(headers: Record<string, string>) {
  return readMultipartChecksum(new Headers(headers));
}

describe("checksumTypeRules", () => {
  test.each(checksumAlgorithms)("allow their own pairs and no others: %s", (algorithm) => {
    const allowed = checksumTypeRules[algorithm];
    expect(resolveChecksumType(algorithm, undefined)).toBe(allowed[0]);
    for (const type of ["COMPOSITE", "FULL_OBJECT"] as const) {
      if (allowed.includes(type)) expect(resolveChecksumType(algorithm, type)).toBe(type);
      else {
        expect(() => resolveChecksumType(algorithm, type)).toThrow(
          expect.objectContaining({
            code: "InvalidRequest",
            message: `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
          }),
        );
      }
    }
  });

  test("only CRCs combine to the full object, and CRC64NVME does nothing else", () => {
    expect(checksumAlgorithms.filter(isFullObjectAlgorithm)).toEqual([
      "CRC32",
      "CRC32C",
      "CRC64NVME",
    ]);
    expect(checksumTypeRules.CRC64NVME).toEqual(["FULL_OBJECT"]);
    expect(checksumTypeRules.CRC32[0]).toBe("COMPOSITE");
  });
});

describe("readMultipartChecksum", () => {
  test("takes what CreateMultipartUpload asks for", () => {
    expect(uploadOf({})).toBeUndefined();
    expect(uploadOf({ "x-amz-checksum-algorithm": "crc32" })).toEqual({
      algorithm: "CRC32",
      type: "COMPOSITE",
    });
    const full = { "x-amz-checksum-algorithm": "CRC32C", "x-amz-checksum-type": "FULL_OBJECT" };
    expect(uploadOf(full)).toEqual({ algorithm: "CRC32C", type: "FULL_OBJECT" });
  });

  test("B055: refuses an unknown algorithm", () => {
    const message =
      "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, MD5, SHA1, SHA256, SHA512, XXHASH128, XXHASH3, XXHASH64]";
    const headers = new Headers({ "x-amz-checksum-algorithm": "CRC99" });
    const refused = expect.objectContaining({ code: "InvalidRequest", message });
    expect(() => readMultipartChecksum(headers)).toThrow(refused);
    expect(() => readChecksumAlgorithm(headers)).toThrow(refused);
  });

  test.each([
    [
      { "x-amz-checksum-type": "COMPOSITE" },
      "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
    ],
    [
      { "x-amz-checksum-algorithm": "CRC32", "x-amz-checksum-type": "HALF" },
      "Value for x-amz-checksum-type header is invalid.",
    ],
    [
      { "x-amz-checksum-algorithm": "SHA1", "x-amz-checksum-type": "FULL_OBJECT" },
      "The FULL_OBJECT checksum type cannot be used with the sha1 checksum algorithm.",
    ],
  ])("refuses %j", (headers, message) => {
    expect(() => uploadOf(headers)).toThrow(
      expect.objectContaining({ code: "InvalidRequest", message }),
    );
  });
});

describe("readExpectedChecksum", () => {
  test("takes a value as sent, composite or of the whole", () => {
    expect(readExpectedChecksum(new Headers())).toBeUndefined();
    expect(readExpectedChecksum(new Headers({ "x-amz-checksum-crc32": "y/Q5Jg==" }))).toEqual({
      algorithm: "CRC32",
      value: "y/Q5Jg==",
    });
    const composite = { "x-amz-checksum-crc32": "y/Q5Jg==-3", "x-amz-checksum-type": "COMPOSITE" };
    expect(readExpectedChecksum(new Headers(composite))).toEqual({
      algorithm: "CRC32",
      value: "y/Q5Jg==-3",
      type: "COMPOSITE",
    });
  });

  test("takes a type without a value for no expectation", () => {
    const headers = new Headers({ "x-amz-checksum-type": "FULL_OBJECT" });
    expect(readExpectedChecksum(headers)).toBeUndefined();
  });

  test.each(["y/Q5Jg==-", "y/Q5Jg==-0", "y/Q5Jg==-x", "y/Q5Jg-3", ""])("refuses %j", (value) => {
    expect(() => readExpectedChecksum(new Headers({ "x-amz-checksum-crc32": value }))).toThrow(
      expect.objectContaining({
        code: "InvalidRequest",
        message: "Value for x-amz-checksum-crc32 header is invalid.",
      }),
    );
  });
});
