// The ids are the rows of the list of bad inputs.

import { describe, expect, test } from "vitest";
import { encodeChecksum } from "../../src/checksums/algorithms.ts";
import { createHasher, hashBytes } from "../../src/checksums/hashers.ts";
import {
  type ChecksumPlan,
  planChecksums,
  verifyBody,
  verifyChecksum,
  verifyContentMd5,
} from "../../src/checksums/plan.ts";
import { S3Error } from "../../src/s3/errors.ts";

const body = new TextEncoder().encode("123456789");
const md5 = "JfnnlDI7RTiF9RgfG2JNCw==";
const crc32 = "y/Q5Jg==";
const sha1 = "98O8HYCOBHMq32eZZczDTKeuNEE=";
const none: ReadonlyMap<string, string> = new Map();

/** What is thrown, as the client would read it. */
function refusal(
  action: () => unknown,
): readonly [code: string, message: string, detail?: unknown] {
  try {
    action();
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    const { code, message, detail } = error;
    return Object.keys(detail).length === 0 ? [code, message] : [code, message, detail];
  }
  throw new Error("nothing was refused");
}

function plan(headers: Record<string, string>): ChecksumPlan {
  return planChecksums(new Headers(headers));
}

const malformedTrailer = [
  "MalformedTrailerError",
  "The request contained trailing data that was not well-formed or did not conform to our published schema.",
];

describe("planChecksums", () => {
  test("asks for CRC64NVME, or what it is told, when the client sent none", () => {
    expect(plan({})).toEqual({ algorithm: "CRC64NVME" });
    expect(planChecksums(new Headers(), { defaultAlgorithm: "SHA1" })).toEqual({
      algorithm: "SHA1",
    });
  });

  test("takes the value of a header, its name in any case, over the default", () => {
    const headers = new Headers({ "X-Amz-Checksum-CRC32": crc32 });
    expect(planChecksums(headers, { defaultAlgorithm: "SHA1" })).toEqual({
      algorithm: "CRC32",
      expected: new Uint8Array([0xcb, 0xf4, 0x39, 0x26]),
    });
  });

  test("takes the name of a trailer", () => {
    expect(plan({ "x-amz-trailer": "x-amz-checksum-crc32c" })).toEqual({
      algorithm: "CRC32C",
      expectedInTrailer: "x-amz-checksum-crc32c",
    });
    expect(plan({ "x-amz-trailer": " X-Amz-Checksum-SHA256 " }).algorithm).toBe("SHA256");
  });

  test("takes Content-MD5 beside a checksum", () => {
    const planned = plan({ "content-md5": md5, "x-amz-checksum-sha1": sha1 });
    expect(planned.algorithm).toBe("SHA1");
    expect(encodeChecksum(planned.contentMd5 ?? new Uint8Array(0))).toBe(md5);
  });

  test("takes an algorithm's name, in any case, that agrees with the header or trailer", () => {
    const named = { "x-amz-sdk-checksum-algorithm": "crc32" };
    expect(plan({ ...named, "x-amz-checksum-crc32": crc32 }).algorithm).toBe("CRC32");
    expect(plan({ ...named, "x-amz-trailer": "x-amz-checksum-crc32" }).algorithm).toBe("CRC32");
  });

  test("does not take x-amz-checksum-type, -mode and -algorithm for values", () => {
    const headers = {
      "x-amz-checksum-type": "FULL_OBJECT",
      "x-amz-checksum-mode": "ENABLED",
      "x-amz-checksum-algorithm": "SHA256",
    };
    expect(plan(headers)).toEqual({ algorithm: "CRC64NVME" });
    expect(plan({ ...headers, "x-amz-checksum-crc32": crc32 }).algorithm).toBe("CRC32");
  });

  test.each(["not-base64", "", "YWJyYWNhZGFicmE=", "25f9e794323b453885f5181f1b624d0b"])(
    "B049: refuses Content-MD5 %j with InvalidDigest",
    (text) => {
      expect(refusal(() => plan({ "content-md5": text }))).toEqual([
        "InvalidDigest",
        "The Content-MD5 you specified was invalid.",
        { "Content-MD5": text },
      ]);
    },
  );

  test("B053: refuses two different checksum headers", () => {
    const headers = { "x-amz-checksum-crc32": crc32, "x-amz-checksum-sha1": sha1 };
    expect(refusal(() => plan(headers))).toEqual([
      "InvalidRequest",
      "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
    ]);
  });

  test("B053: refuses a header beside a trailer, and two trailers", () => {
    const message = "Expecting a single x-amz-checksum- header";
    const header = { "x-amz-checksum-crc32": crc32, "x-amz-trailer": "x-amz-checksum-crc32" };
    expect(refusal(() => plan(header))).toEqual(["InvalidRequest", message]);
    const trailers = { "x-amz-trailer": "x-amz-checksum-crc32, x-amz-checksum-sha1" };
    expect(refusal(() => plan(trailers))).toEqual(["InvalidRequest", message]);
  });

  test("B054: refuses an algorithm named without a checksum", () => {
    expect(refusal(() => plan({ "x-amz-sdk-checksum-algorithm": "CRC32" }))).toEqual([
      "InvalidRequest",
      "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.",
    ]);
  });

  test.each(["SHA1", "CRC99", ""])("B054: refuses CRC32 sent as algorithm %j", (name) => {
    const message = "Value for x-amz-sdk-checksum-algorithm header is invalid.";
    const named = { "x-amz-sdk-checksum-algorithm": name };
    const header = { ...named, "x-amz-checksum-crc32": crc32 };
    expect(refusal(() => plan(header))).toEqual(["InvalidRequest", message]);
    const trailer = { ...named, "x-amz-trailer": "x-amz-checksum-crc32" };
    expect(refusal(() => plan(trailer))).toEqual(["InvalidRequest", message]);
  });

  test("refuses a checksum header of no known algorithm", () => {
    expect(refusal(() => plan({ "x-amz-checksum-crc99": crc32 }))).toEqual([
      "InvalidRequest",
      "The algorithm type you specified in x-amz-checksum- header is invalid.",
    ]);
  });

  test.each(["", "shrt", "cbf43926", "y/Q5Jg", "y/Q5Jh==", `${crc32}, ${crc32}`])(
    "refuses the value %j",
    (text) => {
      expect(refusal(() => plan({ "x-amz-checksum-crc32": text }))).toEqual([
        "InvalidRequest",
        "Value for x-amz-checksum-crc32 header is invalid.",
      ]);
    },
  );

  test.each([
    "x-amz-foo",
    "x-amz-checksum-sha3",
    "x-amz-checksum-type",
    "",
    "x-amz-checksum-crc32,x-amz-meta-a",
  ])("B062: refuses to announce the trailer %j", (text) => {
    expect(refusal(() => plan({ "x-amz-trailer": text }))).toEqual([
      "InvalidRequest",
      "The value specified in the x-amz-trailer header is not supported",
    ]);
  });
});

describe("verifyChecksum", () => {
  const announced = plan({ "x-amz-trailer": "x-amz-checksum-crc32" });
  const right = hashBytes("CRC32", body);
  const wrong = hashBytes("CRC32", body.subarray(1));
  const badDigest = ["BadDigest", "The CRC32 you specified did not match the calculated checksum."];

  test("takes anything when nothing was promised", () => {
    verifyChecksum(plan({}), wrong, none);
  });

  test("B051: holds a header to the payload", () => {
    const planned = plan({ "x-amz-checksum-crc32": crc32 });
    verifyChecksum(planned, right, none);
    expect(refusal(() => verifyChecksum(planned, wrong, none))).toEqual(badDigest);
  });

  test("holds a trailer to the payload", () => {
    const trailers = new Map([["x-amz-checksum-crc32", crc32]]);
    verifyChecksum(announced, right, trailers);
    expect(refusal(() => verifyChecksum(announced, wrong, trailers))).toEqual(badDigest);
  });

  test("names the algorithm as S3 writes it", () => {
    const planned = plan({ "x-amz-checksum-xxhash3": encodeChecksum(hashBytes("XXHASH3", body)) });
    expect(refusal(() => verifyChecksum(planned, new Uint8Array(8), none))[1]).toBe(
      "The XXHASH3 you specified did not match the calculated checksum.",
    );
  });

  test("B061: refuses an announced trailer that did not come", () => {
    expect(refusal(() => verifyChecksum(announced, right, none))).toEqual(malformedTrailer);
    const other = new Map([["x-amz-checksum-sha1", sha1]]);
    expect(refusal(() => verifyChecksum(announced, right, other))).toEqual(malformedTrailer);
  });

  test("B061: refuses a checksum trailer that came unannounced", () => {
    const trailers = new Map([["x-amz-checksum-crc32", crc32]]);
    expect(refusal(() => verifyChecksum(plan({}), right, trailers))).toEqual(malformedTrailer);
    const header = plan({ "x-amz-checksum-crc32": crc32 });
    expect(refusal(() => verifyChecksum(header, right, trailers))).toEqual(malformedTrailer);
  });

  test("refuses a trailer whose value is not a digest", () => {
    const trailers = new Map([["x-amz-checksum-crc32", "y/Q5Jg"]]);
    expect(refusal(() => verifyChecksum(announced, right, trailers))).toEqual([
      "InvalidRequest",
      "Value for x-amz-checksum-crc32 trailing header is invalid.",
    ]);
  });
});

describe("verifyContentMd5", () => {
  test("B050: holds Content-MD5 to the payload and shows both digests", () => {
    const planned = plan({ "content-md5": md5 });
    verifyContentMd5(planned, createMd5(body));
    expect(refusal(() => verifyContentMd5(planned, createMd5(new Uint8Array(0))))).toEqual([
      "BadDigest",
      "The Content-MD5 you specified did not match what we received.",
      {
        ExpectedDigest: "25f9e794323b453885f5181f1b624d0b",
        CalculatedDigest: "1B2M2Y8AsgTpgAmY7PhCfg==",
      },
    ]);
  });

  test("takes anything when there was no Content-MD5", () => {
    verifyContentMd5(plan({ "x-amz-checksum-crc32": crc32 }), new Uint8Array(16));
  });

  function createMd5(bytes: Uint8Array): Uint8Array {
    const hasher = createHasher("MD5");
    hasher.update(bytes);
    return hasher.digest();
  }
});

describe("verifyBody", () => {
  test("takes a body that keeps every promise", () => {
    verifyBody(plan({}), body, none);
    verifyBody(plan({ "content-md5": md5, "x-amz-checksum-crc32": crc32 }), body, none);
    const announced = plan({ "x-amz-trailer": "x-amz-checksum-sha1" });
    verifyBody(announced, body, new Map([["x-amz-checksum-sha1", sha1]]));
  });

  test("refuses a body that breaks either promise", () => {
    const other = body.subarray(1);
    expect(refusal(() => verifyBody(plan({ "content-md5": md5 }), other, none))[0]).toBe(
      "BadDigest",
    );
    const planned = plan({ "x-amz-checksum-crc32": crc32 });
    expect(refusal(() => verifyBody(planned, other, none))[0]).toBe("BadDigest");
  });
});
