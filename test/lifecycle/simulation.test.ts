// The planner against a naive simulation that was written for this test alone: it knows the SDK's
// documents and a calendar, goes day by day, and does each midnight what the user guide says. Both walk
// random keys under random rules for months and must agree every day.
import { env } from "cloudflare:test";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GivenRule } from "../../src/lifecycle/document.ts";
import { type KeyVersion, planKey, rulesOfKey } from "../../src/lifecycle/plan-key.ts";
import type { StorageClass } from "../../src/s3/content.ts";
import { compile, dayMs } from "./fixture.ts";

const startMs = Date.parse("2026-01-01T00:00:00Z");

interface State {
  id: number;
  marker: boolean;
  madeMs: number;
  /** When it stopped being the current one. */
  sinceMs: number | undefined;
  bytes: number;
  tags: Record<string, string>;
  at: StorageClass;
}

/** Newest first. */
type World = State[];

const down: Record<string, string[]> = {
  STANDARD: [
    "STANDARD_IA",
    "INTELLIGENT_TIERING",
    "ONEZONE_IA",
    "GLACIER_IR",
    "GLACIER",
    "DEEP_ARCHIVE",
  ],
  STANDARD_IA: ["INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"],
  INTELLIGENT_TIERING: ["ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"],
  ONEZONE_IA: ["GLACIER", "DEEP_ARCHIVE"],
  GLACIER_IR: ["GLACIER", "DEEP_ARCHIVE"],
  GLACIER: ["DEEP_ARCHIVE"],
  DEEP_ARCHIVE: [],
};
const favourites = [
  "DEEP_ARCHIVE",
  "GLACIER",
  "INTELLIGENT_TIERING",
  "GLACIER_IR",
  "ONEZONE_IA",
  "STANDARD_IA",
];

/** The number of the day whose midnight ends the age. */
const dayOf = (ms: number) => Math.floor((ms - startMs) / dayMs);
const ends = (fromMs: number, days: number) => dayOf(fromMs) + days + 1;

function matches(rule: GivenRule, key: string, one: State): boolean {
  if (rule.Status !== "Enabled") return false;
  const filter = rule.Filter ?? {};
  const prefix = filter.And?.Prefix ?? filter.Prefix ?? "";
  if (!key.startsWith(prefix)) return false;
  const tags = filter.And?.Tags ?? (filter.Tag ? [filter.Tag] : []);
  const more = filter.And?.ObjectSizeGreaterThan ?? filter.ObjectSizeGreaterThan;
  const less = filter.And?.ObjectSizeLessThan ?? filter.ObjectSizeLessThan;
  if (one.marker) return tags.length === 0 && more === undefined && less === undefined;
  if (more !== undefined && !(one.bytes > more)) return false;
  if (less !== undefined && !(one.bytes < less)) return false;
  for (const tag of tags) if (one.tags[tag.Key ?? ""] !== tag.Value) return false;
  return true;
}

function mayMove(rule: GivenRule, one: State, to: string, isVarying: boolean): boolean {
  const filter = rule.Filter?.And ?? rule.Filter ?? {};
  const isSized =
    filter.ObjectSizeGreaterThan !== undefined || filter.ObjectSizeLessThan !== undefined;
  if (isSized || one.bytes >= 131_072) return true;
  return isVarying && (to === "GLACIER" || to === "DEEP_ARCHIVE");
}

/** The class that the version comes to on this day. */
function moved(one: State, wishes: readonly string[]): string {
  const here = wishes.filter((to) => to === one.at || down[one.at]?.includes(to));
  return favourites.find((name) => here.includes(name)) ?? one.at;
}

/** One midnight of the naive simulation. */
function naiveDay(
  world: World,
  key: string,
  call: { rules: readonly GivenRule[]; day: number; versioned: boolean; varying: boolean },
): World {
  const { rules, day, versioned, varying } = call;
  const of = (one: State) => rules.filter((rule) => matches(rule, key, one));
  const olds = world.slice(1);
  // Noncurrent since the next newer one that is left was made: what was between is forgotten.
  for (const [at, one] of olds.entries()) one.sinceMs = world[at]?.madeMs;
  const kept = olds.filter((one, rank) => {
    return !of(one).some((rule) => {
      const end = rule.NoncurrentVersionExpiration;
      if (end === undefined) return false;
      const isOld = ends(one.sinceMs ?? 0, end.NoncurrentDays ?? 0) <= day;
      return isOld && rank >= (end.NewerNoncurrentVersions ?? 0);
    });
  });
  for (const one of kept) {
    if (one.marker) continue;
    const wishes = of(one).flatMap((rule) =>
      (rule.NoncurrentVersionTransitions ?? [])
        .filter((move) => ends(one.sinceMs ?? 0, move.NoncurrentDays ?? 0) === day)
        .map((move) => move.StorageClass ?? "")
        .filter((to) => mayMove(rule, one, to, varying)),
    );
    one.at = moved(one, wishes) as StorageClass;
  }
  const [top] = world;
  if (top === undefined) return [];
  const dateDay = (date: Date | undefined) => dayOf(date?.getTime() ?? 0);
  const isEnded = of(top).some(({ Expiration: end }) => {
    if (end?.Days !== undefined) return ends(top.madeMs, end.Days) <= day;
    return end?.Date !== undefined && dateDay(end.Date) <= day;
  });
  if (top.marker) {
    const isCleaned = of(top).some((rule) => rule.Expiration?.ExpiredObjectDeleteMarker === true);
    return kept.length === 0 && (isCleaned || isEnded) ? [] : [top, ...kept];
  }
  if (isEnded && !versioned) return kept;
  const wishes = of(top).flatMap((rule) =>
    (rule.Transitions ?? [])
      .filter((move) =>
        move.Days === undefined ? dateDay(move.Date) === day : ends(top.madeMs, move.Days) === day,
      )
      .map((move) => move.StorageClass ?? "")
      .filter((to) => mayMove(rule, top, to, varying)),
  );
  top.at = moved(top, wishes) as StorageClass;
  if (!isEnded) return [top, ...kept];
  const nowMs = startMs + day * dayMs;
  return [newMarker(nowMs), { ...top, sinceMs: nowMs }, ...kept];
}

let made = 1000;
function newMarker(madeMs: number): State {
  made += 1;
  return { id: made, marker: true, madeMs, sinceMs: undefined, bytes: 0, tags: {}, at: "STANDARD" };
}

/** One midnight as the program plans it. */
function plannedDay(
  world: World,
  key: string,
  call: { rules: readonly GivenRule[]; day: number; versioned: boolean; varying: boolean },
): World {
  const nowMs = startMs + call.day * dayMs;
  const word = call.varying ? "varies_by_storage_class" : "all_storage_classes_128K";
  const rules = rulesOfKey(compile(call.rules, word), key);
  const versioning = call.versioned ? "Enabled" : "Unversioned";
  const versions = world.map(
    (one): KeyVersion => ({
      createdAtMs: one.madeMs,
      sizeBytes: one.bytes,
      storageClass: one.at,
      isDeleteMarker: one.marker,
      tags: Object.entries(one.tags),
    }),
  );
  const plan = planKey(rules, versions, { nowMs, dayMs, versioning });
  const gone = new Set<number>();
  let hasMarker = false;
  for (const action of plan.actions) {
    if ("storageClass" in action) (world[action.at] as State).at = action.storageClass;
    else if (action.kind === "Expiration" && call.versioned) hasMarker = true;
    else gone.add(action.at);
  }
  expect(plan.dueMs).toBeGreaterThan(nowMs);
  expect(plan.watchMs).toBeGreaterThan(nowMs);
  const left = world.filter((_, at) => !gone.has(at));
  if (!hasMarker) return left;
  const [top, ...rest] = left;
  return top === undefined ? left : [newMarker(nowMs), { ...top, sinceMs: nowMs }, ...rest];
}

const classNames = [
  "STANDARD_IA",
  "INTELLIGENT_TIERING",
  "ONEZONE_IA",
  "GLACIER_IR",
  "GLACIER",
  "DEEP_ARCHIVE",
] as const;
const days = fc.integer({ min: 1, max: 40 });
const laterDate = fc.integer({ min: 25, max: 60 }).map((day) => new Date(startMs + day * dayMs));
const filters: fc.Arbitrary<NonNullable<GivenRule["Filter"]>> = fc.oneof(
  fc.constant({}),
  fc.constantFrom("", "a", "a/", "b").map((Prefix) => ({ Prefix })),
  fc.constantFrom("x", "y").map((Value) => ({ Tag: { Key: "t", Value } })),
  fc.constantFrom(10, 200_000).map((ObjectSizeGreaterThan) => ({ ObjectSizeGreaterThan })),
  fc.constantFrom(11, 200_000).map((ObjectSizeLessThan) => ({ ObjectSizeLessThan })),
  fc.constant<NonNullable<GivenRule["Filter"]>>({
    And: { Prefix: "a", Tags: [{ Key: "t", Value: "x" }] },
  }),
);
const classWish = fc.constantFrom(...classNames);
const actions = fc.oneof(
  days.map((Days) => ({ Expiration: { Days } })),
  laterDate.map((date) => ({ Expiration: { Date: date } })),
  fc
    .record({ Days: fc.integer({ min: 0, max: 40 }), StorageClass: classWish })
    .map((one) => ({ Transitions: [one] })),
  fc
    .uniqueArray(fc.record({ Days: days, StorageClass: classWish }), {
      minLength: 2,
      maxLength: 4,
      selector: ({ StorageClass: name }) => name,
    })
    .map((Transitions) => ({ Transitions })),
  fc.record({ Date: laterDate, StorageClass: classWish }).map((one) => ({ Transitions: [one] })),
  days.map((NoncurrentDays) => ({ NoncurrentVersionExpiration: { NoncurrentDays } })),
  fc
    .record({ NoncurrentDays: days, NewerNoncurrentVersions: fc.integer({ min: 1, max: 4 }) })
    .map((one) => ({ NoncurrentVersionExpiration: one })),
  fc
    .record({ NoncurrentDays: fc.integer({ min: 0, max: 40 }), StorageClass: classWish })
    .map((one) => ({ NoncurrentVersionTransitions: [one] })),
  fc.constant({ Expiration: { ExpiredObjectDeleteMarker: true } }),
);
const rules = fc
  .array(fc.tuple(filters, actions, fc.integer({ min: 0, max: 9 })), { minLength: 1, maxLength: 6 })
  .map((list) =>
    list.map(
      ([Filter, action, luck], at): GivenRule => ({
        ID: `r${at}`,
        Status: luck === 0 ? "Disabled" : "Enabled",
        Filter,
        ...action,
      }),
    ),
  );
const version = fc.record({
  gapMs: fc.integer({ min: 0, max: 4 * dayMs }),
  marker: fc.integer({ min: 0, max: 4 }).map((luck) => luck === 0),
  bytes: fc.constantFrom(0, 10, 11, 131_071, 131_072, 200_001),
  tags: fc.constantFrom<Record<string, string>>({}, { t: "x" }, { t: "y" }),
  at: fc.constantFrom(
    "STANDARD",
    "STANDARD",
    "STANDARD",
    "ONEZONE_IA",
    "GLACIER_IR",
    "GLACIER",
  ) as fc.Arbitrary<StorageClass>,
});

/** The versions were all made in the first 24 days; newest first. */
function worldOf(
  list: readonly (typeof version extends fc.Arbitrary<infer V> ? V : never)[],
): World {
  let atMs = startMs;
  const world: World = [];
  for (const [id, { gapMs, ...one }] of list.entries()) {
    atMs += gapMs;
    const [top] = world;
    if (top !== undefined) top.sinceMs = atMs;
    const own = one.marker ? { bytes: 0, tags: {}, at: "STANDARD" as const } : {};
    world.unshift({ ...one, ...own, id, madeMs: atMs, sinceMs: undefined });
  }
  return world;
}

const shown = (world: World) =>
  world.map(({ marker, madeMs, at, bytes }) => [marker, madeMs, at, bytes]);
const copied = (world: World): World => world.map((one) => ({ ...one, tags: { ...one.tags } }));

function compareWalks(
  list: Parameters<typeof worldOf>[0],
  call: { rules: readonly GivenRule[]; key: string; versioned: boolean; varying: boolean },
): void {
  let naive = worldOf(list);
  let planned = copied(naive);
  // From the first midnight on every version there is was made: the simulation knows no future.
  const first = dayOf(naive[0]?.madeMs ?? startMs) + 1;
  // What came due while later versions were being made is not compared: it is settled first.
  for (let day = first; day <= first + 75; day += 1) {
    naive = naiveDay(naive, call.key, { ...call, day });
    planned = plannedDay(planned, call.key, { ...call, day });
    expect(shown(planned), `day ${day}`).toEqual(shown(naive));
  }
}

describe("planKey", () => {
  const runs = env.CAIRN_FULL === "1" ? 20_000 : 400;

  it("does what a day by day simulation does, with one version", () => {
    fc.assert(
      fc.property(
        rules,
        version,
        fc.constantFrom("a", "a/b", "b"),
        fc.boolean(),
        fc.boolean(),
        (list, one, key, versioned, varying) => {
          compareWalks([{ ...one, marker: versioned && one.marker }], {
            rules: list,
            key,
            versioned,
            varying,
          });
        },
      ),
      { numRuns: runs },
    );
  }, 900_000);

  it("does what a day by day simulation does, with many versions", () => {
    fc.assert(
      fc.property(
        rules,
        // Made within one day, so that nothing comes due while they are being made.
        fc.array(
          version.map((one) => ({ ...one, gapMs: one.gapMs % (dayMs / 8) })),
          { minLength: 2, maxLength: 7 },
        ),
        fc.constantFrom("a", "a/b", "b"),
        fc.boolean(),
        (list, versions, key, varying) => {
          compareWalks(versions, { rules: list, key, versioned: true, varying });
        },
      ),
      { numRuns: runs },
    );
  }, 900_000);
});
