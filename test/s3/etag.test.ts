import { describe, expect, it } from "vitest";
import { matchesEntityTag, parseEntityTag, parseEntityTags } from "../../src/s3/etag.ts";

describe("entity tags", () => {
  it.each([
    ['"abc"', "abc"],
    ["abc", "abc"],
    ['W/"abc"', "abc"],
    [' "abc-3" ', "abc-3"],
    ["*", "*"],
    ['""', ""],
    ['"abc', '"abc'],
  ])("SEC-107 reads %s", (text, tag) => {
    expect(parseEntityTag(text)).toBe(tag);
  });

  it("reads lists", () => {
    expect(parseEntityTags('"a", W/"b",c , "d,e"')).toEqual(["a", "b", "c", "d,e"]);
    expect(parseEntityTags("")).toEqual([]);
  });

  it("matches by list or star", () => {
    expect(matchesEntityTag('"a","b"', "b")).toBe(true);
    expect(matchesEntityTag("*", "b")).toBe(true);
    expect(matchesEntityTag('"bb"', "b")).toBe(false);
  });
});
