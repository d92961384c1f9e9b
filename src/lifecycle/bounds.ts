// Bounds for those who look at many keys seldom: the soonest that something not yet seen may be due,
// and which rules reach into a range of keys. Pure.

import { dueAfter, midnightAfter } from "./moments.ts";
import type { Age, LifecycleRules, Rule } from "./rules.ts";

/**
 * What is written from `nowMs` on is due no earlier than this. Dates that are past and rules without
 * an age are looked after once a day.
 */
export function soonestUnseen({ rules }: LifecycleRules, nowMs: number, dayMs: number): number {
  return Math.min(...rules.map((rule) => soonestOf(rule, nowMs, dayMs)));
}

function soonestOf(rule: Rule, nowMs: number, dayMs: number): number {
  const ages = [
    rule.expiration,
    rule.noncurrentExpiration?.age,
    ...[...rule.transitions, ...rule.noncurrentTransitions].map(({ age }) => age),
    ...(rule.abortDays === undefined ? [] : [{ days: rule.abortDays }]),
  ].filter((age): age is Age => age !== undefined);
  const tomorrow = midnightAfter(nowMs, dayMs);
  const moments = ages.map((age) =>
    "days" in age ? dueAfter(nowMs, age.days, dayMs) : Math.max(age.dateMs, tomorrow),
  );
  return Math.min(...moments, ...(rule.expiresMarkers ? [tomorrow] : []));
}

/** The rules that some key from `from` on and before `to` may have; order as `compare` has it. */
export function rulesWithin(
  { rules, minimumSize }: LifecycleRules,
  range: { readonly from: string; readonly to: string | null },
  compare: (left: string, right: string) => number,
): LifecycleRules {
  const { from, to } = range;
  return {
    rules: rules.filter(
      ({ prefix }) =>
        from.startsWith(prefix) ||
        (compare(prefix, from) >= 0 && (to === null || compare(prefix, to) < 0)),
    ),
    minimumSize,
  };
}

/** Whether any rule must know a version's tags. */
export function asksTags({ rules }: LifecycleRules): boolean {
  return rules.some(({ tags }) => tags.length > 0);
}

/** Whether any rule leaves a number of the newest noncurrent versions alone, whatever their age. */
export function sparesNewest({ rules }: LifecycleRules): boolean {
  return rules.some(
    ({ noncurrentExpiration, noncurrentTransitions }) =>
      (noncurrentExpiration?.newer ?? 0) > 0 ||
      noncurrentTransitions.some(({ newer }) => newer > 0),
  );
}
