// Golden cases of the planner for current versions, from the user guide's pages on rules, filters,
// transitions and conflicts. Expected results are written out, not computed.
import { describe, expect, it } from "vitest";
import type { GivenRule } from "../../src/lifecycle/document.ts";
import type { StorageClass } from "../../src/s3/content.ts";
import { type Described, planOf, rule, said, version } from "./fixture.ts";

const created = "2026-01-15T10:30:00Z";
const object = (more: Partial<Described> = {}) => version({ at: created, ...more });

describe("Expiration by days", () => {
  const rules = [rule({ Expiration: { Days: 3 } })];
  it.each([
    ["2026-01-15T10:30:00Z", []],
    ["2026-01-18T10:29:59Z", []],
    ["2026-01-18T10:30:00Z", []],
    ["2026-01-18T23:59:59.999Z", []],
    ["2026-01-19T00:00:00Z", ["0 expire"]],
    ["2026-01-19T00:00:01Z", ["0 expire"]],
    ["2036-01-19T00:00:00Z", ["0 expire"]],
  ])("at %s", (now, expected) => {
    expect(said({ rules, versions: [object()], now })).toEqual(expected);
  });
});

describe("Expiration by date", () => {
  const rules = [rule({ Expiration: { Date: new Date("2026-03-01T00:00:00Z") } })];
  it.each([
    ["2026-02-28T23:59:59Z", created, []],
    ["2026-03-01T00:00:00Z", created, ["0 expire"]],
    ["2026-04-01T12:00:00Z", created, ["0 expire"]],
    // The action goes on after the date: what is made later goes at once.
    ["2026-04-01T12:00:00Z", "2026-04-01T11:00:00Z", ["0 expire"]],
  ])("at %s of an object made %s", (now, at, expected) => {
    expect(said({ rules, versions: [object({ at })], now })).toEqual(expected);
  });
});

describe("filters", () => {
  const now = "2027-01-01T00:00:00Z";
  const filters: readonly (readonly [
    name: string,
    filter: GivenRule["Filter"],
    key: string,
    of: Partial<Described>,
    isMatch: boolean,
  ])[] = [
    ["empty", {}, "a", {}, true],
    ["an empty prefix", { Prefix: "" }, "a", {}, true],
    ["a prefix", { Prefix: "logs/" }, "logs/a", {}, true],
    ["a prefix that is the key", { Prefix: "logs/" }, "logs/", {}, true],
    ["a prefix of another case", { Prefix: "logs/" }, "Logs/a", {}, false],
    ["a prefix inside the key", { Prefix: "logs/" }, "a/logs/", {}, false],
    ["a prefix longer than the key", { Prefix: "logs/" }, "logs", {}, false],
    ["a prefix with a leading slash", { Prefix: "/logs" }, "logs", {}, false],
    ["a prefix that looks like a pattern", { Prefix: "a*" }, "ab", {}, false],
    ["a prefix beyond ASCII", { Prefix: "grün/" }, "grün/x", {}, true],
    ["a tag", { Tag: { Key: "k", Value: "v" } }, "a", { tags: { k: "v" } }, true],
    [
      "a tag among others",
      { Tag: { Key: "k", Value: "v" } },
      "a",
      { tags: { a: "b", k: "v" } },
      true,
    ],
    ["a tag of another value", { Tag: { Key: "k", Value: "v" } }, "a", { tags: { k: "w" } }, false],
    ["a tag of another key", { Tag: { Key: "k", Value: "v" } }, "a", { tags: { K: "v" } }, false],
    ["a tag, of an object without", { Tag: { Key: "k", Value: "v" } }, "a", {}, false],
    ["a tag with an empty value", { Tag: { Key: "k", Value: "" } }, "a", { tags: { k: "" } }, true],
    ["more than, one byte above", { ObjectSizeGreaterThan: 500 }, "a", { sizeBytes: 501 }, true],
    ["more than, exactly", { ObjectSizeGreaterThan: 500 }, "a", { sizeBytes: 500 }, false],
    ["more than 0, of an empty object", { ObjectSizeGreaterThan: 0 }, "a", { sizeBytes: 0 }, false],
    ["less than, one byte below", { ObjectSizeLessThan: 500 }, "a", { sizeBytes: 499 }, true],
    ["less than, exactly", { ObjectSizeLessThan: 500 }, "a", { sizeBytes: 500 }, false],
    ["less than 1, of an empty object", { ObjectSizeLessThan: 1 }, "a", { sizeBytes: 0 }, true],
    [
      "two tags, both there",
      {
        And: {
          Tags: [
            { Key: "k", Value: "v" },
            { Key: "l", Value: "w" },
          ],
        },
      },
      "a",
      { tags: { l: "w", k: "v" } },
      true,
    ],
    [
      "two tags, one there",
      {
        And: {
          Tags: [
            { Key: "k", Value: "v" },
            { Key: "l", Value: "w" },
          ],
        },
      },
      "a",
      { tags: { k: "v" } },
      false,
    ],
    [
      "prefix and tag",
      { And: { Prefix: "p/", Tags: [{ Key: "k", Value: "v" }] } },
      "p/a",
      { tags: { k: "v" } },
      true,
    ],
    [
      "prefix and tag, other prefix",
      { And: { Prefix: "p/", Tags: [{ Key: "k", Value: "v" }] } },
      "q/a",
      { tags: { k: "v" } },
      false,
    ],
    [
      "prefix and tag, no tag",
      { And: { Prefix: "p/", Tags: [{ Key: "k", Value: "v" }] } },
      "p/a",
      {},
      false,
    ],
    [
      "a range of sizes, inside",
      { And: { ObjectSizeGreaterThan: 500, ObjectSizeLessThan: 64_000 } },
      "a",
      { sizeBytes: 501 },
      true,
    ],
    [
      "a range of sizes, inside at the top",
      { And: { ObjectSizeGreaterThan: 500, ObjectSizeLessThan: 64_000 } },
      "a",
      { sizeBytes: 63_999 },
      true,
    ],
    [
      "a range of sizes, at the bottom",
      { And: { ObjectSizeGreaterThan: 500, ObjectSizeLessThan: 64_000 } },
      "a",
      { sizeBytes: 500 },
      false,
    ],
    [
      "a range of sizes, at the top",
      { And: { ObjectSizeGreaterThan: 500, ObjectSizeLessThan: 64_000 } },
      "a",
      { sizeBytes: 64_000 },
      false,
    ],
    [
      "everything at once",
      {
        And: {
          Prefix: "p",
          Tags: [{ Key: "k", Value: "v" }],
          ObjectSizeGreaterThan: 1,
          ObjectSizeLessThan: 9,
        },
      },
      "pq",
      { tags: { k: "v" }, sizeBytes: 5 },
      true,
    ],
    [
      "everything at once, but the size",
      {
        And: {
          Prefix: "p",
          Tags: [{ Key: "k", Value: "v" }],
          ObjectSizeGreaterThan: 1,
          ObjectSizeLessThan: 9,
        },
      },
      "pq",
      { tags: { k: "v" }, sizeBytes: 9 },
      false,
    ],
  ];
  it.each(filters)("%s", (_, filter = {}, key = "", of = {}, isMatch) => {
    const rules = [rule({ Filter: filter, Expiration: { Days: 1 } })];
    expect(said({ rules, key, versions: [object(of)], now })).toEqual(isMatch ? ["0 expire"] : []);
  });

  it("a prefix of the deprecated form", () => {
    const { Filter: _, ...own } = rule({ Expiration: { Days: 1 } });
    const rules = [{ ...own, Prefix: "logs/" }];
    expect(said({ rules, key: "logs/x", versions: [object()], now })).toEqual(["0 expire"]);
    expect(said({ rules, key: "log", versions: [object()], now })).toEqual([]);
  });

  it("a rule that is disabled", () => {
    const rules = [rule({ Status: "Disabled", Expiration: { Days: 1 } })];
    expect(said({ rules, versions: [object()], now })).toEqual([]);
  });
});

/** AWS's waterfall: rows are where the object is, columns where a rule would move it. */
const waterfall: readonly (readonly [from: StorageClass, to: string])[] = [
  ["STANDARD", "STANDARD_IA INTELLIGENT_TIERING ONEZONE_IA GLACIER_IR GLACIER DEEP_ARCHIVE"],
  [
    "REDUCED_REDUNDANCY",
    "STANDARD_IA INTELLIGENT_TIERING ONEZONE_IA GLACIER_IR GLACIER DEEP_ARCHIVE",
  ],
  ["STANDARD_IA", "INTELLIGENT_TIERING ONEZONE_IA GLACIER_IR GLACIER DEEP_ARCHIVE"],
  ["INTELLIGENT_TIERING", "ONEZONE_IA GLACIER_IR GLACIER DEEP_ARCHIVE"],
  ["ONEZONE_IA", "GLACIER DEEP_ARCHIVE"],
  ["GLACIER_IR", "GLACIER DEEP_ARCHIVE"],
  ["GLACIER", "DEEP_ARCHIVE"],
  ["DEEP_ARCHIVE", ""],
];
const targets = [
  "STANDARD_IA",
  "INTELLIGENT_TIERING",
  "ONEZONE_IA",
  "GLACIER_IR",
  "GLACIER",
  "DEEP_ARCHIVE",
] as const;

describe("the waterfall of classes", () => {
  const pairs = waterfall.flatMap(([from, to]) =>
    targets.map((target) => [from, target, to.split(" ").includes(target)] as const),
  );
  it.each(pairs)("from %s to %s: %s", (from, target, mayMove) => {
    const rules = [rule({ Transitions: [{ Days: 30, StorageClass: target }] })];
    const versions = [object({ storageClass: from })];
    const now = "2026-02-15T00:00:00Z";
    expect(said({ rules, versions, now })).toEqual(mayMove ? [`0 to ${target}`] : []);
    expect(said({ rules, versions, now: "2026-02-14T23:59:59Z" })).toEqual([]);
  });
});

describe("two transitions due on one day", () => {
  it.each([
    ["STANDARD_IA", "INTELLIGENT_TIERING", "INTELLIGENT_TIERING"],
    ["STANDARD_IA", "ONEZONE_IA", "ONEZONE_IA"],
    ["STANDARD_IA", "GLACIER_IR", "GLACIER_IR"],
    ["STANDARD_IA", "GLACIER", "GLACIER"],
    ["STANDARD_IA", "DEEP_ARCHIVE", "DEEP_ARCHIVE"],
    ["INTELLIGENT_TIERING", "ONEZONE_IA", "INTELLIGENT_TIERING"],
    ["INTELLIGENT_TIERING", "GLACIER_IR", "INTELLIGENT_TIERING"],
    ["INTELLIGENT_TIERING", "GLACIER", "GLACIER"],
    ["INTELLIGENT_TIERING", "DEEP_ARCHIVE", "DEEP_ARCHIVE"],
    ["ONEZONE_IA", "GLACIER_IR", "GLACIER_IR"],
    ["ONEZONE_IA", "GLACIER", "GLACIER"],
    ["ONEZONE_IA", "DEEP_ARCHIVE", "DEEP_ARCHIVE"],
    ["GLACIER_IR", "GLACIER", "GLACIER"],
    ["GLACIER_IR", "DEEP_ARCHIVE", "DEEP_ARCHIVE"],
    ["GLACIER", "DEEP_ARCHIVE", "DEEP_ARCHIVE"],
  ] as const)("%s or %s: %s wins", (one, other, winner) => {
    for (const [first, second] of [
      [one, other],
      [other, one],
    ] as const) {
      const rules = [
        rule({ Transitions: [{ Days: 30, StorageClass: first }] }),
        rule({ Transitions: [{ Days: 30, StorageClass: second }] }),
      ];
      const now = "2026-02-15T00:00:00Z";
      expect(said({ rules, versions: [object()], now })).toEqual([`0 to ${winner}`]);
      // And the day after, where it won, the loser does not follow.
      const moved = [object({ storageClass: winner })];
      expect(said({ rules, versions: moved, now: "2026-02-16T00:00:00Z" })).toEqual([]);
    }
  });
});

describe("several transitions", () => {
  const rules = [
    rule({
      Transitions: [
        { Days: 30, StorageClass: "STANDARD_IA" },
        { Days: 90, StorageClass: "GLACIER" },
        { Days: 365, StorageClass: "DEEP_ARCHIVE" },
      ],
      Expiration: { Days: 3650 },
    }),
  ];
  it.each([
    ["2026-02-14T23:59:59Z", "STANDARD", []],
    ["2026-02-15T00:00:00Z", "STANDARD", ["0 to STANDARD_IA"]],
    ["2026-02-16T00:00:00Z", "STANDARD_IA", []],
    ["2026-04-15T23:59:59Z", "STANDARD_IA", []],
    ["2026-04-16T00:00:00Z", "STANDARD_IA", ["0 to GLACIER"]],
    ["2026-04-16T00:00:00Z", "GLACIER", []],
    // Days late: straight to where it ought to be.
    ["2026-04-16T00:00:00Z", "STANDARD", ["0 to GLACIER"]],
    ["2027-01-16T00:00:00Z", "STANDARD", ["0 to DEEP_ARCHIVE"]],
    ["2027-01-15T23:00:00Z", "GLACIER", []],
    ["2027-01-16T00:00:00Z", "GLACIER", ["0 to DEEP_ARCHIVE"]],
    ["2036-01-13T23:00:00Z", "DEEP_ARCHIVE", []],
    ["2036-01-14T00:00:00Z", "DEEP_ARCHIVE", ["0 expire"]],
    ["2036-01-14T00:00:00Z", "STANDARD", ["0 expire"]],
  ] as const)("at %s in %s", (now, storageClass, expected) => {
    expect(said({ rules, versions: [object({ storageClass })], now })).toEqual(expected);
  });

  it("leaves Intelligent-Tiering for a later class of its own rule", () => {
    const own = [
      rule({
        Transitions: [
          { Days: 0, StorageClass: "INTELLIGENT_TIERING" },
          { Days: 90, StorageClass: "GLACIER_IR" },
        ],
      }),
    ];
    const versions = [object({ storageClass: "INTELLIGENT_TIERING" })];
    expect(said({ rules: own, versions, now: "2026-04-15T00:00:00Z" })).toEqual([]);
    expect(said({ rules: own, versions, now: "2026-04-16T00:00:00Z" })).toEqual([
      "0 to GLACIER_IR",
    ]);
  });
});

describe("a transition after 0 days", () => {
  const rules = [rule({ Transitions: [{ Days: 0, StorageClass: "GLACIER" }] })];
  it.each([
    ["2026-01-15T10:30:00Z", []],
    ["2026-01-15T23:59:59Z", []],
    ["2026-01-16T00:00:00Z", ["0 to GLACIER"]],
  ])("at %s", (now, expected) => {
    expect(said({ rules, versions: [object()], now })).toEqual(expected);
  });
});

describe("a transition on a date", () => {
  const date = new Date("2026-03-01T00:00:00Z");
  const rules = [rule({ Transitions: [{ Date: date, StorageClass: "GLACIER" }] })];
  it.each([
    ["2026-02-28T23:59:59Z", created, []],
    ["2026-03-01T00:00:00Z", created, ["0 to GLACIER"]],
    ["2026-05-01T00:00:00Z", "2026-04-01T00:00:00Z", ["0 to GLACIER"]],
  ])("at %s of an object made %s", (now, at, expected) => {
    expect(said({ rules, versions: [object({ at })], now })).toEqual(expected);
  });
});

describe("the default minimum size", () => {
  const kib = 1024;
  const sizes = [0, 1, 128 * kib - 1, 128 * kib, 128 * kib + 1];
  const small = (target: string, word: string) =>
    word === "varies_by_storage_class" && (target === "GLACIER" || target === "DEEP_ARCHIVE");
  const cases = (["all_storage_classes_128K", "varies_by_storage_class"] as const).flatMap((word) =>
    targets.flatMap((target) =>
      sizes.map((size) => [word, target, size, size >= 131_072 || small(target, word)] as const),
    ),
  );
  it.each(cases)("%s, to %s, of %i bytes: %s", (minimumSize, target, sizeBytes, mayMove) => {
    const rules = [rule({ Transitions: [{ Days: 30, StorageClass: target }] })];
    const scene = { rules, versions: [object({ sizeBytes })], now: "2026-03-01T00:00:00Z" };
    expect(said({ ...scene, minimumSize })).toEqual(mayMove ? [`0 to ${target}`] : []);
  });

  it.each(targets)("gives way to a size in the rule's own filter: %s", (target) => {
    const transitions = { Transitions: [{ Days: 30, StorageClass: target }] };
    const now = "2026-03-01T00:00:00Z";
    const over = [rule({ Filter: { ObjectSizeGreaterThan: 500 }, ...transitions })];
    const under = [rule({ Filter: { ObjectSizeLessThan: 501 }, ...transitions })];
    const versions = [object({ sizeBytes: 501 })];
    expect(said({ rules: over, versions, now })).toEqual([`0 to ${target}`]);
    expect(said({ rules: under, versions, now })).toEqual([]);
    const smaller = [object({ sizeBytes: 500 })];
    expect(said({ rules: over, versions: smaller, now })).toEqual([]);
    expect(said({ rules: under, versions: smaller, now })).toEqual([`0 to ${target}`]);
  });

  it("does not hold back expirations", () => {
    const rules = [rule({ Expiration: { Days: 1 } })];
    const versions = [object({ sizeBytes: 0 })];
    expect(said({ rules, versions, now: "2026-03-01T00:00:00Z" })).toEqual(["0 expire"]);
  });
});

describe("the guide's examples of overlapping rules", () => {
  it("1: overlapping prefixes without a conflict", () => {
    const rules = [
      rule({ Filter: {}, Expiration: { Days: 365 } }),
      rule({
        Filter: { Prefix: "logs/" },
        Transitions: [{ Days: 30, StorageClass: "STANDARD_IA" }],
      }),
    ];
    const at = (now: string, key: string, storageClass: StorageClass = "STANDARD") =>
      said({ rules, key, versions: [object({ storageClass })], now });
    expect(at("2026-02-15T00:00:00Z", "logs/a")).toEqual(["0 to STANDARD_IA"]);
    expect(at("2026-02-15T00:00:00Z", "a")).toEqual([]);
    expect(at("2027-01-16T00:00:00Z", "logs/a", "STANDARD_IA")).toEqual(["0 expire"]);
    expect(at("2027-01-16T00:00:00Z", "a")).toEqual(["0 expire"]);
    expect(at("2027-01-15T23:59:59Z", "a")).toEqual([]);
  });

  const conflict = [
    rule({ Filter: { Prefix: "logs/" }, Expiration: { Days: 365 } }),
    rule({
      Filter: { Prefix: "logs/" },
      Transitions: [{ Days: 365, StorageClass: "STANDARD_IA" }],
    }),
  ];
  const there = { rules: conflict, key: "logs/a", versions: [object()] };

  it("2: expire and transition at the same time, unversioned", () => {
    expect(said({ ...there, now: "2027-01-16T00:00:00Z" })).toEqual(["0 expire"]);
  });
  it("2: and where expiring leaves a marker, the move is made as well, first", () => {
    const scene = { ...there, versioning: "Enabled" as const };
    expect(said({ ...scene, now: "2027-01-16T00:00:00Z" })).toEqual([
      "0 to STANDARD_IA",
      "0 expire",
    ]);
    expect(said({ ...scene, now: "2027-01-15T23:00:00Z" })).toEqual([]);
  });

  it("3: overlapping prefixes, conflicting actions: the shorter expiration", () => {
    const rules = [
      rule({ ID: "one", Filter: {}, Expiration: { Days: 3650 } }),
      rule({ ID: "two", Filter: { Prefix: "classic/" }, Expiration: { Days: 10 } }),
    ];
    const at = (now: string, key: string) => said({ rules, key, versions: [object()], now });
    expect(at("2026-01-26T00:00:00Z", "classic/a")).toEqual(["0 expire"]);
    expect(at("2026-01-25T00:00:00Z", "classic/a")).toEqual([]);
    expect(at("2026-01-26T00:00:00Z", "a")).toEqual([]);
  });

  it("4: overlapping prefixes, several transitions on one day: the cheaper", () => {
    const rules = [
      rule({ Filter: {}, Transitions: [{ Days: 365, StorageClass: "GLACIER" }] }),
      rule({
        Filter: { Prefix: "logs/" },
        Transitions: [{ Days: 365, StorageClass: "STANDARD_IA" }],
      }),
    ];
    const now = "2027-01-16T00:00:00Z";
    expect(said({ rules, key: "logs/a", versions: [object()], now })).toEqual(["0 to GLACIER"]);
    expect(said({ rules, key: "a", versions: [object()], now })).toEqual(["0 to GLACIER"]);
  });

  it("5: tag filters that overlap", () => {
    const rules = [
      rule({
        Filter: { Tag: { Key: "tag1", Value: "value1" } },
        Transitions: [{ Days: 30, StorageClass: "GLACIER" }],
      }),
      rule({ Filter: { Tag: { Key: "tag2", Value: "value2" } }, Expiration: { Days: 14 } }),
    ];
    const at = (now: string, tags: Record<string, string>) =>
      said({ rules, versions: [object({ tags })], now });
    const both = { tag1: "value1", tag2: "value2" };
    expect(at("2026-01-30T00:00:00Z", both)).toEqual(["0 expire"]);
    expect(at("2026-01-29T00:00:00Z", both)).toEqual([]);
    expect(at("2026-02-15T00:00:00Z", { tag1: "value1" })).toEqual(["0 to GLACIER"]);
    expect(at("2026-02-15T00:00:00Z", { tag2: "value1" })).toEqual([]);
  });

  it("of two rules alike the first in the document is named", () => {
    const rules = [
      rule({ ID: "first", Expiration: { Days: 1 } }),
      rule({ ID: "second", Expiration: { Days: 1 } }),
    ];
    const ended = planNames(rules);
    expect(ended).toEqual(["first"]);
    expect(planNames(rules.toReversed())).toEqual(["second"]);
  });
});

function planNames(rules: readonly GivenRule[]): string[] {
  return planOf({ rules, versions: [object()], now: "2027-01-01T00:00:00Z" }).actions.map(
    (action) => action.rule,
  );
}

describe("what stays as it is", () => {
  const rules = [
    rule({ Expiration: { Days: 10 }, Transitions: [{ Days: 0, StorageClass: "GLACIER" }] }),
  ];
  it("a version that waits for its replication", () => {
    const scene = { rules, versions: [object({ isHeld: true })], now: "2027-01-01T00:00:00Z" };
    expect(said(scene)).toEqual([]);
    expect(planOf(scene).dueMs).toBe(Date.parse("2027-01-02T00:00:00Z"));
  });
  it("a bucket without rules", () => {
    const plan = planOf({ rules: [], versions: [object()], now: "2027-01-01T00:00:00Z" });
    expect(plan).toEqual({
      actions: [],
      dueMs: Number.POSITIVE_INFINITY,
      watchMs: Number.POSITIVE_INFINITY,
    });
  });
});

describe("when to look again", () => {
  const rules = [
    rule({
      Expiration: { Days: 90 },
      Transitions: [{ Days: 30, StorageClass: "STANDARD_IA" }],
    }),
  ];
  it.each([
    ["2026-01-16T00:00:00Z", "STANDARD", "2026-02-15T00:00:00Z"],
    ["2026-02-15T00:00:00Z", "STANDARD", "2026-04-16T00:00:00Z"],
    ["2026-02-16T00:00:00Z", "STANDARD_IA", "2026-04-16T00:00:00Z"],
    ["2026-01-16T00:00:00Z", "GLACIER", "2026-04-16T00:00:00Z"],
  ] as const)("at %s in %s: %s", (now, storageClass, due) => {
    const plan = planOf({ rules, versions: [object({ storageClass })], now });
    expect(new Date(plan.dueMs).toISOString()).toBe(due.replace("Z", ".000Z"));
  });
});
