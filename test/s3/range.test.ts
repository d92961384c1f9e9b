import { describe, expect, it } from "vitest";
import {
  invalidRange,
  parseCopySourceRange,
  parseRange,
  resolveCopySourceRange,
  resolveRange,
} from "../../src/s3/range.ts";
import { refusal } from "./fixtures.ts";

describe("parseRange", () => {
  it.each([
    ["bytes=0-9", { kind: "from-to", first: 0, last: 9 }],
    ["bytes=5-", { kind: "from-to", first: 5 }],
    ["bytes=-7", { kind: "suffix", length: 7 }],
    ["Bytes=0-0", { kind: "from-to", first: 0, last: 0 }],
    ["bytes=0-99999999999999999999", { kind: "from-to", first: 0, last: Number.MAX_SAFE_INTEGER }],
  ])("reads %s", (text, range) => {
    expect(parseRange(text)).toEqual(range);
  });

  it.each([
    "bytes=100-50",
    "bytes=a-b",
    "lines=1-2",
    "bytes=-",
    "bytes=",
    "bytes=0-1,3-4",
    "bytes=0-,0-,0-",
    "bytes=1-2-3",
    "bytes=+1-2",
    "",
  ])("B071 SEC-139 ignores %s", (text) => {
    expect(parseRange(text)).toBeUndefined();
  });
});

describe("resolveRange", () => {
  it.each([
    ["bytes=0-9", 100, { offset: 0, length: 10 }],
    ["bytes=90-200", 100, { offset: 90, length: 10 }],
    ["bytes=99-", 100, { offset: 99, length: 1 }],
    ["bytes=-7", 100, { offset: 93, length: 7 }],
    ["bytes=-700", 100, { offset: 0, length: 100 }],
    ["bytes=100-", 100, "unsatisfiable"],
    ["bytes=-0", 100, "unsatisfiable"],
    ["bytes=0-0", 0, "unsatisfiable"],
    ["bytes=-1", 0, "unsatisfiable"],
  ])("B073 resolves %s of %i bytes", (text, sizeBytes, window) => {
    const range = parseRange(text);
    expect(range && resolveRange(range, sizeBytes)).toEqual(window);
  });

  it("names range and size when the object does not reach", () => {
    expect(invalidRange("bytes=9-", 3)).toMatchObject({
      code: "InvalidRange",
      status: 416,
      detail: { RangeRequested: "bytes=9-", ActualObjectSize: "3" },
    });
  });
});

describe("parseCopySourceRange", () => {
  it("takes first and last", () => {
    expect(parseCopySourceRange("bytes=0-9")).toEqual({ kind: "from-to", first: 0, last: 9 });
  });

  it.each(["", "0-9", "bytes=0-", "bytes=-9", "bytes=9-0", "bytes=0-1,2-3", "bytes 0-9"])(
    "refuses %s with InvalidArgument",
    (text) => {
      expect(refusal(() => parseCopySourceRange(text))).toMatchObject({
        code: "InvalidArgument",
        detail: { ArgumentName: "x-amz-copy-source-range", ArgumentValue: text },
      });
    },
  );
});

describe("resolveCopySourceRange", () => {
  it("stays inside the source", () => {
    expect(resolveCopySourceRange(parseCopySourceRange("bytes=2-4"), 5)).toEqual({
      offset: 2,
      length: 3,
    });
    expect(
      refusal(() => resolveCopySourceRange(parseCopySourceRange("bytes=2-5"), 5)),
    ).toMatchObject({
      code: "InvalidArgument",
      message: "Range specified is not valid for source object of size: 5",
    });
    expect(refusal(() => resolveCopySourceRange(parseCopySourceRange("bytes=5-6"), 5)).code).toBe(
      "InvalidRequest",
    );
  });
});
