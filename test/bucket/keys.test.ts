import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commonPrefixOf, compareKeys, justAfter, prefixEnd } from "../../src/bucket/keys.ts";

/** Characters around every place where UTF-16 and UTF-8 order or succession differ. */
const oddCharacters = [
  "a",
  "b",
  "/",
  "%",
  "_",
  "\u007f",
  "é",
  "\ud7ff",
  "\ue000",
  "\uffff",
  "\u{10000}",
  "😀",
  "\u{10ffff}",
] as const;
const text = fc
  .array(fc.constantFrom(...oddCharacters), { maxLength: 6 })
  .map((all) => all.join(""));

function compareBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

describe("key order", () => {
  it("is the order of UTF-8 bytes", () => {
    fc.assert(
      fc.property(text, text, (left, right) => {
        expect(Math.sign(compareKeys(left, right))).toBe(compareBytes(left, right));
      }),
      { numRuns: 2000 },
    );
  });

  it("SEC-051 has nothing between a prefix's keys and its end", () => {
    fc.assert(
      fc.property(text, text, (prefix, key) => {
        const end = prefixEnd(prefix);
        const isInRange =
          compareBytes(key, prefix) >= 0 && (end === undefined || compareBytes(key, end) < 0);
        expect(isInRange).toBe(key.startsWith(prefix));
      }),
      { numRuns: 5000 },
    );
  });

  it("ends prefixes of the last characters", () => {
    expect(prefixEnd("")).toBeUndefined();
    expect(prefixEnd("\u{10ffff}\u{10ffff}")).toBeUndefined();
    expect(prefixEnd("a\u{10ffff}")).toBe("b");
    expect(prefixEnd("\ud7ff")).toBe("\ue000");
    expect(prefixEnd("\uffff")).toBe("\u{10000}");
    expect(compareKeys("a", justAfter("a"))).toBeLessThan(0);
  });

  it("rolls keys up at the first delimiter behind the prefix", () => {
    expect(commonPrefixOf("a/b/c", { prefix: "a/", delimiter: "/" })).toBe("a/b/");
    expect(commonPrefixOf("a/b", { prefix: "a/", delimiter: "/" })).toBeUndefined();
    expect(commonPrefixOf("a//b", { prefix: "a/", delimiter: "/" })).toBe("a//");
    expect(commonPrefixOf("axxb", { prefix: "", delimiter: "xx" })).toBe("axx");
  });
});
