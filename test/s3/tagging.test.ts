import { describe, expect, it } from "vitest";
import { checkTags, parseTagging } from "../../src/s3/tagging.ts";
import { refusal } from "./fixtures.ts";

describe("parseTagging", () => {
  it("reads pairs in order", () => {
    expect(parseTagging("b=2&a=%2Fx+y&empty=&bare")).toEqual([
      ["b", "2"],
      ["a", "/x y"],
      ["empty", ""],
      ["bare", ""],
    ]);
    expect(parseTagging("")).toEqual([]);
  });

  it.each(["a&a=%zz", "a=1&a=2", "%ff=1"])("B110 refuses %s with InvalidArgument", (text) => {
    expect(refusal(() => parseTagging(text))).toMatchObject({
      code: "InvalidArgument",
      detail: { ArgumentName: "x-amz-tagging" },
    });
  });
});

describe("checkTags", () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => [`k${index}`, ""] as const);

  it("B107 B111 bounds their number", () => {
    expect(() => checkTags(many(10), "object")).not.toThrow();
    expect(refusal(() => checkTags(many(11), "object"))).toMatchObject({
      code: "BadRequest",
      message: "Object tags cannot be greater than 10",
    });
    expect(() => checkTags(many(50), "bucket")).not.toThrow();
    expect(refusal(() => checkTags(many(51), "bucket")).code).toBe("BadRequest");
  });

  it.each([
    [[["", "v"]]],
    [[["k".repeat(129), "v"]]],
    [[["k", "v".repeat(257)]]],
    [[["k\u0000", "v"]]],
    [[["k", "<v>"]]],
    [[["aws:x", "v"]]],
    [
      [
        ["a", "1"],
        ["a", "2"],
      ],
    ],
  ] as const)("B109 refuses %j with InvalidTag", (tags) => {
    expect(refusal(() => checkTags(tags, "object")).code).toBe("InvalidTag");
  });
});
