// What answers tell of a current object's end: the earliest expiration among the rules that apply to
// it, in real days whatever a lifecycle day is here. Pure.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html (x-amz-expiration)

import { formatHttpDate } from "../s3/time.ts";
import { realDayMs } from "./moments.ts";
import { applies, type Filtered, type LifecycleRules, reachedAt } from "./rules.ts";

/** The object as the header needs it. */
export type Expiring = Omit<Filtered, "isDeleteMarker"> & {
  readonly key: string;
  readonly createdAtMs: number;
};

/** When a current object's end is due at the earliest, and by which rule; `undefined` for never. */
export function earliestExpiration(
  { rules }: LifecycleRules,
  object: Expiring,
): { readonly rule: string; readonly dueMs: number } | undefined {
  let first: { rule: string; dueMs: number } | undefined;
  for (const rule of rules) {
    if (rule.expiration === undefined || !object.key.startsWith(rule.prefix)) continue;
    if (!applies(rule, { ...object, isDeleteMarker: false })) continue;
    const { expiration: age } = rule;
    // A date stands as it is, also for what was made after it.
    const dueMs = "dateMs" in age ? age.dateMs : reachedAt(age, object.createdAtMs, realDayMs);
    if (first === undefined || dueMs < first.dueMs) first = { rule: rule.id, dueMs };
  }
  return first;
}

/** `expiry-date="Fri, 23 Dec 2012 00:00:00 GMT", rule-id="..."`, or `undefined`. */
export function renderExpiration(rules: LifecycleRules, object: Expiring): string | undefined {
  const first = earliestExpiration(rules, object);
  if (first === undefined) return undefined;
  return `expiry-date="${formatHttpDate(first.dueMs)}", rule-id="${encodeURIComponent(first.rule)}"`;
}
