// Golden cases of what answers tell: x-amz-expiration of objects, and when uploads are aborted.
import { describe, expect, it } from "vitest";
import type { GivenRule } from "../../src/lifecycle/document.ts";
import { renderExpiration } from "../../src/lifecycle/expiration.ts";
import { abortOf } from "../../src/lifecycle/uploads.ts";
import { compile, dayMs, large, rule } from "./fixture.ts";

const object = (key: string, at: string, tags: [string, string][] = [], sizeBytes = large) => ({
  key,
  createdAtMs: Date.parse(at),
  sizeBytes,
  tags,
});

describe("x-amz-expiration", () => {
  const named = (ID: string, given: Partial<GivenRule>) => rule({ ID, ...given });
  const rules = compile([
    named("picture-deletion-rule", { Filter: { Prefix: "pictures/" }, Expiration: { Days: 30 } }),
    named("a rule/with spaces", { Filter: { Prefix: "b/" }, Expiration: { Days: 1 } }),
    named("dated", {
      Filter: { Prefix: "d/" },
      Expiration: { Date: new Date("2012-12-21T00:00:00Z") },
    }),
    named("tagged", { Filter: { Tag: { Key: "k", Value: "v" } }, Expiration: { Days: 5 } }),
    named("short", { Filter: { Prefix: "pictures/short/" }, Expiration: { Days: 3 } }),
    named("off", { Status: "Disabled", Expiration: { Days: 1 } }),
    named("small", { Filter: { ObjectSizeLessThan: 10 }, Expiration: { Days: 2 } }),
    named("moves", {
      Filter: { Prefix: "pictures/" },
      Transitions: [{ Days: 1, StorageClass: "GLACIER" }],
    }),
    named("old", { Filter: { Prefix: "n/" }, NoncurrentVersionExpiration: { NoncurrentDays: 1 } }),
  ]);
  it.each([
    [
      object("pictures/a", "2012-11-22T10:00:00Z"),
      'expiry-date="Sun, 23 Dec 2012 00:00:00 GMT", rule-id="picture-deletion-rule"',
    ],
    [
      object("b/a", "2014-01-15T23:59:59Z"),
      'expiry-date="Fri, 17 Jan 2014 00:00:00 GMT", rule-id="a%20rule%2Fwith%20spaces"',
    ],
    [
      object("d/a", "2012-01-01T00:00:00Z"),
      'expiry-date="Fri, 21 Dec 2012 00:00:00 GMT", rule-id="dated"',
    ],
    [
      object("d/a", "2026-01-01T00:00:00Z"),
      'expiry-date="Fri, 21 Dec 2012 00:00:00 GMT", rule-id="dated"',
    ],
    [
      object("x", "2026-01-01T12:00:00Z", [["k", "v"]]),
      'expiry-date="Wed, 07 Jan 2026 00:00:00 GMT", rule-id="tagged"',
    ],
    [object("x", "2026-01-01T12:00:00Z", [["k", "w"]]), undefined],
    [
      object("pictures/short/a", "2026-01-01T12:00:00Z"),
      'expiry-date="Mon, 05 Jan 2026 00:00:00 GMT", rule-id="short"',
    ],
    [
      object("pictures/a", "2026-01-01T12:00:00Z", [["k", "v"]]),
      'expiry-date="Wed, 07 Jan 2026 00:00:00 GMT", rule-id="tagged"',
    ],
    [
      object("x", "2026-01-01T12:00:00Z", [], 9),
      'expiry-date="Sun, 04 Jan 2026 00:00:00 GMT", rule-id="small"',
    ],
    [object("x", "2026-01-01T12:00:00Z", [], 10), undefined],
    [object("n/a", "2026-01-01T12:00:00Z"), undefined],
    [object("picture", "2026-01-01T12:00:00Z"), undefined],
  ])("of %o", (of, expected) => {
    expect(renderExpiration(rules, of)).toBe(expected);
  });
});

describe("AbortIncompleteMultipartUpload", () => {
  const abort = (ID: string, Prefix: string, DaysAfterInitiation: number) =>
    rule({ ID, Filter: { Prefix }, AbortIncompleteMultipartUpload: { DaysAfterInitiation } });
  const rules = compile([abort("all", "", 7), abort("logs", "logs/", 2), abort("longer", "x/", 9)]);
  it.each([
    ["a", "2026-01-15T10:30:00Z", "all", "2026-01-23T00:00:00.000Z"],
    ["logs/a", "2026-01-15T10:30:00Z", "logs", "2026-01-18T00:00:00.000Z"],
    ["x/a", "2026-01-15T10:30:00Z", "all", "2026-01-23T00:00:00.000Z"],
    ["logs/a", "2026-01-15T00:00:00Z", "logs", "2026-01-18T00:00:00.000Z"],
    ["logs/a", "2026-02-27T23:59:59Z", "logs", "2026-03-02T00:00:00.000Z"],
  ])("of %s begun at %s", (key, at, ruleId, due) => {
    const found = abortOf(rules, { key, initiatedAtMs: Date.parse(at) }, dayMs);
    expect(found).toEqual({ rule: ruleId, dueMs: Date.parse(due) });
  });
  it("is never without a rule", () => {
    const none = compile([rule({ Expiration: { Days: 1 } })]);
    expect(abortOf(none, { key: "a", initiatedAtMs: 0 }, dayMs)).toBeUndefined();
  });
});
