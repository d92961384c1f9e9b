// Golden cases of the planner for keys with several versions: noncurrent ages, newer versions to be
// kept, delete markers, locks, and what versioning makes of an expiration.
import { describe, expect, it } from "vitest";
import type { GivenRule } from "../../src/lifecycle/document.ts";
import { type KeyVersion, planKey } from "../../src/lifecycle/plan-key.ts";
import { compile, dayMs, marker, planOf, rule, said, version } from "./fixture.ts";

const on = (day: number, more: Partial<KeyVersion> = {}): KeyVersion => ({
  ...version({ at: `2026-01-${String(day).padStart(2, "0")}T10:30:00Z` }),
  ...more,
});
const markerOn = (day: number) => marker(`2026-01-${String(day).padStart(2, "0")}T10:30:00Z`);
const scene = (rules: readonly GivenRule[], versions: readonly KeyVersion[], now: string) =>
  said({ rules, versions, now, versioning: "Enabled" });

describe("NoncurrentVersionExpiration", () => {
  // The guide: "noncurrent days" count from when the successor was made.
  const rules = [rule({ NoncurrentVersionExpiration: { NoncurrentDays: 5 } })];
  it.each([
    ["one version", [on(1)], "2026-06-01T00:00:00Z", []],
    ["a day early", [on(15), on(1)], "2026-01-20T23:59:59Z", []],
    ["on the day", [on(15), on(1)], "2026-01-21T00:00:00Z", ["1 remove"]],
    ["of three, the oldest", [on(15), on(10), on(1)], "2026-01-16T00:00:00Z", ["2 remove"]],
    ["of three, both", [on(15), on(10), on(1)], "2026-01-21T00:00:00Z", ["1 remove", "2 remove"]],
    ["its own age does not count", [on(20), on(1)], "2026-01-25T00:00:00Z", []],
    ["below a marker", [markerOn(15), on(1)], "2026-01-21T00:00:00Z", ["1 remove"]],
    ["a marker below", [on(15), markerOn(1)], "2026-01-21T00:00:00Z", ["1 remove"]],
    ["markers below markers", [markerOn(15), markerOn(10)], "2026-01-21T00:00:00Z", ["1 remove"]],
  ] as const)("%s", (_, versions, now, expected) => {
    expect(scene(rules, versions, now)).toEqual(expected);
  });

  it("counts from when the successor was made, whatever time that one shows", () => {
    const versions = [on(2, { madeAtMs: Date.parse("2026-01-20T00:00:00Z") }), on(1)];
    expect(scene(rules, versions, "2026-01-25T23:00:00Z")).toEqual([]);
    expect(scene(rules, versions, "2026-01-26T00:00:00Z")).toEqual(["1 remove"]);
  });
});

describe("NewerNoncurrentVersions", () => {
  const keep = (newer: number) => [
    rule({ NoncurrentVersionExpiration: { NoncurrentDays: 1, NewerNoncurrentVersions: newer } }),
  ];
  const six = [on(10), on(9), on(8), on(7), on(6), on(5)];
  it.each([
    [1, ["2 remove", "3 remove", "4 remove", "5 remove"]],
    [2, ["3 remove", "4 remove", "5 remove"]],
    [3, ["4 remove", "5 remove"]],
    [4, ["5 remove"]],
    [5, []],
    [100, []],
  ] as const)("keeps %i", (newer, expected) => {
    expect(scene(keep(newer), six, "2026-02-01T00:00:00Z")).toEqual(expected);
  });

  it("and the age has to be reached too", () => {
    // Noncurrent since the 6th, 7th, 8th, ... : on the 9th those since the 7th and before.
    expect(scene(keep(1), six, "2026-01-09T00:00:00Z")).toEqual(["4 remove", "5 remove"]);
    expect(scene(keep(1), six, "2026-01-10T00:00:00Z")).toEqual([
      "3 remove",
      "4 remove",
      "5 remove",
    ]);
  });

  it("counts markers among the versions", () => {
    const versions = [on(10), markerOn(9), on(8), on(7)];
    expect(scene(keep(2), versions, "2026-02-01T00:00:00Z")).toEqual(["3 remove"]);
  });

  it("holds for transitions apart from expirations", () => {
    const rules = [
      rule({
        NoncurrentVersionTransitions: [
          { NoncurrentDays: 1, NewerNoncurrentVersions: 1, StorageClass: "GLACIER" },
        ],
        NoncurrentVersionExpiration: { NoncurrentDays: 20, NewerNoncurrentVersions: 3 },
      }),
    ];
    expect(scene(rules, six, "2026-01-20T00:00:00Z")).toEqual([
      "2 to GLACIER",
      "3 to GLACIER",
      "4 to GLACIER",
      "5 to GLACIER",
    ]);
    expect(scene(rules, six, "2026-02-20T00:00:00Z")).toEqual([
      "2 to GLACIER",
      "3 to GLACIER",
      "4 remove",
      "5 remove",
    ]);
  });

  it("looks at spared versions again each midnight: a newer one may come", () => {
    const plan = planOf({
      rules: keep(5),
      versions: six,
      now: "2026-02-01T12:00:00Z",
      versioning: "Enabled",
    });
    expect(plan.dueMs).toBe(Number.POSITIVE_INFINITY);
    expect(new Date(plan.watchMs).toISOString()).toBe("2026-02-02T00:00:00.000Z");
  });

  it("of two rules the one that spares fewer removes", () => {
    const rules = [...keep(4), ...keep(2)];
    expect(scene(rules, six, "2026-02-01T00:00:00Z")).toEqual(["3 remove", "4 remove", "5 remove"]);
  });
});

describe("NoncurrentVersionTransition", () => {
  const rules = [
    rule({
      NoncurrentVersionTransitions: [
        { NoncurrentDays: 30, StorageClass: "STANDARD_IA" },
        { NoncurrentDays: 60, StorageClass: "GLACIER" },
      ],
      NoncurrentVersionExpiration: { NoncurrentDays: 100 },
    }),
  ];
  it.each([
    ["2026-02-09T23:00:00Z", "STANDARD", []],
    ["2026-02-10T00:00:00Z", "STANDARD", ["1 to STANDARD_IA"]],
    ["2026-02-10T00:00:00Z", "STANDARD_IA", []],
    ["2026-02-10T00:00:00Z", "GLACIER_IR", []],
    ["2026-03-12T00:00:00Z", "STANDARD_IA", ["1 to GLACIER"]],
    ["2026-03-12T00:00:00Z", "STANDARD", ["1 to GLACIER"]],
    ["2026-03-12T00:00:00Z", "DEEP_ARCHIVE", []],
    ["2026-04-21T00:00:00Z", "GLACIER", ["1 remove"]],
    // Permanent deletion takes precedence over transition.
    ["2026-04-21T00:00:00Z", "STANDARD", ["1 remove"]],
  ] as const)("at %s in %s", (now, storageClass, expected) => {
    expect(scene(rules, [on(10), on(1, { storageClass })], now)).toEqual(expected);
  });

  it("never moves a marker", () => {
    expect(scene(rules, [on(10), markerOn(1)], "2026-03-12T00:00:00Z")).toEqual([]);
  });
  it("leaves small versions alone", () => {
    const small = on(1, { sizeBytes: 131_071 });
    expect(scene(rules, [on(10), small], "2026-03-12T00:00:00Z")).toEqual([]);
  });
  it("is not for the current version, nor are its rules for the others", () => {
    const current = [rule({ Transitions: [{ Days: 1, StorageClass: "GLACIER" }] })];
    expect(scene(current, [on(10), on(1)], "2026-03-12T00:00:00Z")).toEqual(["0 to GLACIER"]);
    expect(scene(rules, [on(1)], "2026-12-12T00:00:00Z")).toEqual([]);
  });
});

describe("delete markers", () => {
  const clean = rule({ Expiration: { ExpiredObjectDeleteMarker: true } });
  const not = rule({ Expiration: { ExpiredObjectDeleteMarker: false } });
  const aged = rule({ Expiration: { Days: 10 } });
  const dated = rule({ Expiration: { Date: new Date("2026-02-01T00:00:00Z") } });
  const ends = rule({ NoncurrentVersionExpiration: { NoncurrentDays: 5 } });
  const tagged = rule({
    Filter: { Tag: { Key: "a", Value: "b" } },
    Expiration: { Days: 1 },
  });
  const sized = rule({ Filter: { ObjectSizeLessThan: 10 }, Expiration: { Days: 1 } });
  const alone = [markerOn(1)];
  const above = [markerOn(2), on(1)];
  it.each([
    ["alone, with the flag, at once", [clean], alone, "2026-01-01T10:30:00Z", ["0 expire marker"]],
    ["alone, with the flag off", [not], alone, "2027-01-01T00:00:00Z", []],
    ["above a version, with the flag", [clean], above, "2027-01-01T00:00:00Z", []],
    ["alone, too young for the days", [aged], alone, "2026-01-11T23:00:00Z", []],
    ["alone, old enough", [aged], alone, "2026-01-12T00:00:00Z", ["0 expire marker"]],
    ["above a version, old enough", [aged], above, "2027-01-01T00:00:00Z", []],
    ["alone, before the date", [dated], alone, "2026-01-31T00:00:00Z", []],
    ["alone, on the date", [dated], alone, "2026-02-01T00:00:00Z", ["0 expire marker"]],
    ["alone, no rule for it", [ends], alone, "2027-01-01T00:00:00Z", []],
    ["alone, a rule with tags", [tagged], alone, "2027-01-01T00:00:00Z", []],
    ["alone, a rule with sizes", [sized], alone, "2027-01-01T00:00:00Z", []],
    [
      "with the last version below it",
      [clean, ends],
      above,
      "2026-01-08T00:00:00Z",
      ["1 remove", "0 expire marker"],
    ],
    [
      "while one is left below it",
      [clean, ends],
      [markerOn(9), on(8), on(1)],
      "2026-01-14T00:00:00Z",
      ["2 remove"],
    ],
    [
      "noncurrent markers are versions",
      [ends],
      [on(9), markerOn(1)],
      "2026-01-15T00:00:00Z",
      ["1 remove"],
    ],
    [
      "noncurrent markers are no expired ones",
      [clean],
      [on(9), markerOn(1)],
      "2027-01-15T00:00:00Z",
      [],
    ],
  ] as const)("%s", (_, rules, versions, now, expected) => {
    expect(scene(rules, versions, now)).toEqual(expected);
  });

  it("a marker above versions is looked at again each midnight", () => {
    const plan = planOf({ rules: [clean], versions: above, now: "2026-05-01T06:00:00Z" });
    expect(new Date(plan.watchMs).toISOString()).toBe("2026-05-02T00:00:00.000Z");
  });
});

describe("Object Lock", () => {
  const untilMs = Date.parse("2026-03-01T12:00:00Z");
  const ends = [rule({ NoncurrentVersionExpiration: { NoncurrentDays: 5 } })];
  const locked = (lockedUntilMs: number) => [on(10), on(1, { lockedUntilMs })];
  it.each([
    ["before its end", untilMs, "2026-03-01T11:59:59Z", []],
    ["at its end", untilMs, "2026-03-01T12:00:00Z", ["1 remove"]],
    ["with a legal hold", Number.POSITIVE_INFINITY, "2036-03-01T12:00:00Z", []],
  ] as const)("keeps a noncurrent version %s", (_, until, now, expected) => {
    expect(scene(ends, locked(until), now)).toEqual(expected);
  });
  it("is waited for", () => {
    const at = (lockedUntilMs: number) =>
      planOf({ rules: ends, versions: locked(lockedUntilMs), now: "2026-02-01T00:00:00Z" }).dueMs;
    expect(at(untilMs)).toBe(untilMs);
    expect(at(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
  });
  it("does not keep a version from moving", () => {
    const rules = [
      rule({
        NoncurrentVersionTransitions: [{ NoncurrentDays: 1, StorageClass: "GLACIER" }],
        NoncurrentVersionExpiration: { NoncurrentDays: 5 },
      }),
    ];
    expect(scene(rules, locked(untilMs), "2026-02-01T00:00:00Z")).toEqual(["1 to GLACIER"]);
  });
  it("does not keep a marker from hiding a version", () => {
    const rules = [rule({ Expiration: { Days: 5 } })];
    const versions = [on(1, { lockedUntilMs: untilMs })];
    expect(scene(rules, versions, "2026-02-01T00:00:00Z")).toEqual(["0 expire"]);
  });
  it("keeps a null version that a suspended bucket would replace by a marker", () => {
    const rules = [rule({ Expiration: { Days: 5 } })];
    const versions = [on(1, { lockedUntilMs: untilMs, isNull: true })];
    const now = "2026-02-01T00:00:00Z";
    expect(said({ rules, versions, now, versioning: "Suspended" })).toEqual([]);
    expect(planOf({ rules, versions, now, versioning: "Suspended" }).dueMs).toBe(untilMs);
  });
});

describe("Expiration and versioning", () => {
  const rules = [
    rule({
      Expiration: { Days: 60 },
      Transitions: [{ Days: 30, StorageClass: "GLACIER" }],
    }),
  ];
  const late = "2026-06-01T00:00:00Z";
  it.each([
    ["Unversioned", {}, ["0 expire"]],
    ["Enabled", {}, ["0 to GLACIER", "0 expire"]],
    ["Enabled", { storageClass: "GLACIER" }, ["0 expire"]],
    ["Suspended", { isNull: true }, ["0 expire"]],
    ["Suspended", {}, ["0 to GLACIER", "0 expire"]],
  ] as const)("in a bucket that is %s, of %o", (versioning, more, expected) => {
    expect(said({ rules, versions: [on(1, more)], now: late, versioning })).toEqual(expected);
  });

  it("what would move after the expiration does not move", () => {
    const own = [
      rule({ Expiration: { Days: 30 } }),
      rule({ Transitions: [{ Days: 60, StorageClass: "GLACIER" }] }),
    ];
    expect(scene(own, [on(1)], late)).toEqual(["0 expire"]);
  });

  it("an expiration does nothing to noncurrent versions", () => {
    const own = [rule({ Expiration: { Days: 1 } })];
    expect(scene(own, [on(9), on(1)], late)).toEqual(["0 expire"]);
    expect(scene(own, [markerOn(9), on(1)], late)).toEqual([]);
  });
});

describe("filters of several versions", () => {
  it("look at each version's own tags and size", () => {
    const rules = [
      rule({
        Filter: { Tag: { Key: "k", Value: "v" } },
        NoncurrentVersionExpiration: { NoncurrentDays: 1 },
      }),
    ];
    const tags = [["k", "v"]] as const;
    const versions = [on(9, { tags }), on(8), on(7, { tags }), on(6, { tags: [["k", "w"]] })];
    expect(scene(rules, versions, "2026-02-01T00:00:00Z")).toEqual(["2 remove"]);
    const sizes = [
      rule({
        Filter: { ObjectSizeGreaterThan: 100 },
        NoncurrentVersionExpiration: { NoncurrentDays: 1, NewerNoncurrentVersions: 1 },
      }),
    ];
    const sized = [
      on(9),
      on(8, { sizeBytes: 5 }),
      on(7, { sizeBytes: 101 }),
      on(6, { sizeBytes: 100 }),
    ];
    expect(scene(sizes, sized, "2026-02-01T00:00:00Z")).toEqual(["2 remove"]);
  });
});

describe("a shortened day", () => {
  it("shortens ages and not dates", () => {
    const rules = compile([
      rule({ Expiration: { Days: 3 } }),
      rule({ Transitions: [{ Date: new Date("2026-01-02T00:00:00Z"), StorageClass: "GLACIER" }] }),
    ]);
    const clock = { dayMs: dayMs / 86_400, versioning: "Unversioned" } as const;
    const createdAtMs = Date.parse("2026-01-01T00:00:00.500Z");
    const versions = [on(1, { createdAtMs })];
    const at = (ms: number) => planKey(rules, versions, { ...clock, nowMs: createdAtMs + ms });
    expect(at(3499).actions).toEqual([]);
    expect(at(3500).actions.map(({ kind }) => kind)).toEqual(["Expiration"]);
  });
});
