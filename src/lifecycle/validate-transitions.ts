// What S3 refuses in the transitions of a rule: their form, their classes, the order of their times
// among each other and before the expiration. The other checks are in `validate.ts`.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html

import { S3Error } from "../s3/errors.ts";
import { invalidArgument } from "../s3/parameters.ts";
import { coldness, isTransitionClass, type TransitionClass } from "./classes.ts";
import type { GivenRule } from "./document.ts";

/** How long an object stays in an infrequent access class, at the least. */
const minimumDays = { STANDARD_IA: 30, ONEZONE_IA: 30 } as const;

/** One transition with its time as a number: days, or milliseconds of a date. */
interface Timed {
  readonly storageClass: TransitionClass;
  readonly unit: "Days" | "Date" | "NoncurrentDays";
  readonly time: number;
}

/** Throws S3's refusal of the rule's transitions, of current and of noncurrent versions. */
export function checkTransitions(
  rule: GivenRule,
  checkNewer: (count: number | undefined) => void,
): void {
  const current = (rule.Transitions ?? []).map(({ Days: days, Date: date, StorageClass: name }) => {
    if ((days === undefined) === (date === undefined)) throw malformed();
    if (date !== undefined) {
      requireMidnight(date);
      return { storageClass: classOf(name), unit: "Date", time: date.getTime() } as const;
    }
    return { storageClass: classOf(name), unit: "Days", time: days ?? 0 } as const;
  });
  checkOne(rule, "Transition", current);
  const noncurrent = (rule.NoncurrentVersionTransitions ?? []).map((given) => {
    if (given.NoncurrentDays === undefined) throw malformed();
    checkNewer(given.NewerNoncurrentVersions);
    const storageClass = classOf(given.StorageClass);
    return { storageClass, unit: "NoncurrentDays", time: given.NoncurrentDays } as const;
  });
  checkOne(rule, "NoncurrentVersionTransition", noncurrent);
  checkAgainstExpiration(rule, { current, noncurrent });
}

function classOf(name: string | undefined): TransitionClass {
  if (name === undefined || !isTransitionClass(name)) throw malformed();
  return name;
}

type Action = "Transition" | "NoncurrentVersionTransition";

function checkOne(rule: GivenRule, action: Action, transitions: readonly Timed[]): void {
  for (const { unit, time, storageClass } of transitions) {
    if (unit === "Date") continue;
    if (time < 0) {
      throw invalidArgument(
        `'${unit}' in ${action} action must be nonnegative`,
        unit,
        String(time),
      );
    }
    const least = minimumDaysOf(storageClass);
    if (time < least) {
      const message = `'${unit}' in ${action} action must be greater than or equal to ${least} for storageClass '${storageClass}'`;
      throw invalidArgument(message, unit, String(time));
    }
  }
  const classes = new Set(transitions.map(({ storageClass }) => storageClass));
  if (classes.size < transitions.length) {
    throw refused(`'StorageClass' must be different for '${action}' actions in same 'Rule'`);
  }
  if (new Set(transitions.map(({ unit }) => unit)).size > 1) throw mixed(rule);
  checkOrder(rule, action, transitions);
}

/** A colder class comes later; out of an infrequent access class, at least its 30 days later. */
function checkOrder(rule: GivenRule, action: Action, transitions: readonly Timed[]): void {
  const inOrder = transitions.toSorted(
    (one, other) => coldness(one.storageClass) - coldness(other.storageClass),
  );
  for (const [at, later] of inOrder.entries()) {
    const earlier = inOrder[at - 1];
    if (earlier === undefined) continue;
    const { unit } = later;
    const where = `for filter '${describeFilter(rule)}'`;
    const of = (storageClass: string) =>
      `'${unit}' in the '${action}' action for StorageClass '${storageClass}' ${where}`;
    if (later.time <= earlier.time) {
      const message = `${of(later.storageClass)} must be greater than ${of(earlier.storageClass)}`;
      throw invalidArgument(message, unit, String(later.time));
    }
    const stays = minimumDaysOf(earlier.storageClass);
    if (unit === "Date" || later.time >= earlier.time + stays) continue;
    const message = `${of(later.storageClass)} must be ${stays} days more than ${of(earlier.storageClass)}`;
    throw invalidArgument(message, unit, String(later.time));
  }
}

function checkAgainstExpiration(
  rule: GivenRule,
  { current, noncurrent }: { current: readonly Timed[]; noncurrent: readonly Timed[] },
): void {
  const { Expiration: expiration, NoncurrentVersionExpiration: ends } = rule;
  const where = `for filter '${describeFilter(rule)}'`;
  const latest = Math.max(...current.map(({ time }) => time));
  const unit = current[0]?.unit;
  const { Days: days, Date: date } = expiration ?? {};
  if (unit === "Days" && date !== undefined) throw mixed(rule);
  if (unit === "Date" && days !== undefined) throw mixed(rule);
  if (days !== undefined && days <= latest) {
    const message = `'Days' in the Expiration action ${where} must be greater than 'Days' in the Transition action`;
    throw invalidArgument(message, "Days", String(days));
  }
  if (date !== undefined && date.getTime() <= latest) {
    const message = `'Date' in the Expiration action ${where} must be later than 'Date' in the Transition action`;
    throw invalidArgument(message, "Date", date.toISOString());
  }
  const latestNoncurrent = Math.max(...noncurrent.map(({ time }) => time));
  if (ends?.NoncurrentDays !== undefined && ends.NoncurrentDays <= latestNoncurrent) {
    const message = `'NoncurrentDays' in the NoncurrentVersionExpiration action ${where} must be greater than 'NoncurrentDays' in the NoncurrentVersionTransition action`;
    throw invalidArgument(message, "NoncurrentDays", String(ends.NoncurrentDays));
  }
}

function minimumDaysOf(storageClass: TransitionClass): number {
  return storageClass in minimumDays ? minimumDays[storageClass as keyof typeof minimumDays] : 0;
}

/** As S3 names a rule's scope in its messages. */
function describeFilter({ Prefix: own, Filter: filter }: GivenRule): string {
  return `(prefix=${own ?? filter?.Prefix ?? filter?.And?.Prefix ?? ""})`;
}

function mixed(rule: GivenRule): S3Error {
  return refused(
    `Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule for filter '${describeFilter(rule)}'`,
  );
}

/** Throws InvalidArgument for a date with a time of day. */
export function requireMidnight(date: Date): void {
  if (date.getTime() % 86_400_000 === 0) return;
  throw invalidArgument("'Date' must be at midnight GMT", "Date", date.toISOString());
}

function malformed(): S3Error {
  return new S3Error("MalformedXML");
}

function refused(message: string): S3Error {
  return new S3Error("InvalidRequest", message);
}
