// What S3 refuses in a lifecycle configuration, in its words. The schema has judged the XML already:
// unknown elements, wrong types and repeated elements never come here. A configuration whose first
// rule has a Filter is "Lifecycle V2"; the deprecated form has a Prefix in each rule instead.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html

import { S3Error } from "../s3/errors.ts";
import { invalidArgument } from "../s3/parameters.ts";
import type { GivenRule, MinimumSizeWord } from "./document.ts";
import { checkTransitions, requireMidnight } from "./validate-transitions.ts";

const maximumRules = 1000;
const maximumIdLength = 255;
const maximumPrefixBytes = 1024;
const maximumNewerVersions = 100;
/** 1 TiB in units of 1,000 at the top, as AWS's message says. */
const maximumSize = 1_099_511_627_776_000;

/** Throws InvalidRequest for a word that AWS does not know; the default when absent. */
export function readMinimumSize(word: string | undefined): MinimumSizeWord {
  if (word === undefined) return "all_storage_classes_128K";
  if (word === "all_storage_classes_128K" || word === "varies_by_storage_class") return word;
  throw refused("Invalid TransitionDefaultMinimumObjectSize found");
}

/** Throws S3's refusal of the first thing that is wrong: number and ids, then rule by rule. */
export function checkRules(rules: readonly GivenRule[]): void {
  if (rules.length === 0 || rules.length > maximumRules) throw malformed();
  checkIds(rules);
  const isSecondVersion = rules[0]?.Filter !== undefined;
  for (const rule of rules) checkRule(rule, isSecondVersion);
  if (!isSecondVersion) refuseOverlaps(rules);
}

function checkIds(rules: readonly GivenRule[]): void {
  const seen = new Set<string>();
  for (const { ID: id } of rules) {
    if (id === undefined || id === "") continue;
    if (id.length > maximumIdLength) {
      throw invalidArgument("ID length should not exceed allowed limit of 255", "ID", id);
    }
    if (seen.has(id)) {
      const message = "Rule ID must be unique. Found same ID for more than one rule";
      throw invalidArgument(message, "ID", id);
    }
    seen.add(id);
  }
}

function checkRule(rule: GivenRule, isSecondVersion: boolean): void {
  if (rule.Status !== "Enabled" && rule.Status !== "Disabled") throw malformed();
  checkScope(rule, isSecondVersion);
  checkActionsExist(rule);
  checkExpiration(rule);
  checkNoncurrentExpiration(rule, isSecondVersion);
  checkAbort(rule);
  refuseScopeOfActions(rule);
  checkTransitions(rule, (count) => checkNewer(count, isSecondVersion));
}

/** Prefix or Filter, one of them; of a Filter exactly one part, or And with two or more. */
function checkScope(rule: GivenRule, isSecondVersion: boolean): void {
  const { Prefix: prefix, Filter: filter } = rule;
  if (prefix === undefined && filter === undefined) throw malformed();
  if (prefix !== undefined && isSecondVersion) {
    throw refused(
      "Base level prefix cannot be used in Lifecycle V2, prefixes are only supported in the Filter.",
    );
  }
  if (filter !== undefined && !isSecondVersion) {
    throw refused("Filter element can only be used in Lifecycle V2.");
  }
  checkPrefix(prefix);
  if (filter === undefined) return;
  const { And: and, Tag: tag, ...own } = filter;
  // An empty prefix excludes nothing, and clients leave it beside other parts.
  const parts = Object.values(filter).filter((part) => part !== undefined && part !== "");
  if (parts.length > 1) throw malformed();
  checkPrefix(own.Prefix);
  checkSizes(own);
  checkTags(tag === undefined ? [] : [tag]);
  if (and === undefined) return;
  const { Tags: tags = [], ...others } = and;
  const count = Object.values(others).filter((part) => part !== undefined).length + tags.length;
  if (count < 2) throw malformed();
  checkPrefix(and.Prefix);
  checkSizes(and);
  checkTags(tags);
}

function checkPrefix(prefix: string | undefined): void {
  if (prefix === undefined) return;
  if (new TextEncoder().encode(prefix).length <= maximumPrefixBytes) return;
  throw invalidArgument("The maximum size of a prefix is 1024.", "Prefix", prefix);
}

interface Sizes {
  readonly ObjectSizeGreaterThan?: number | undefined;
  readonly ObjectSizeLessThan?: number | undefined;
}

function checkSizes({ ObjectSizeGreaterThan: over, ObjectSizeLessThan: under }: Sizes): void {
  if (over !== undefined && (over < 0 || over > maximumSize)) {
    throw refused("'ObjectSizeGreaterThan' should be between 0 and 1099511627776000.");
  }
  if (under !== undefined && (under < 1 || under > maximumSize)) {
    throw refused("'ObjectSizeLessThan' should be between 1 and 1099511627776000.");
  }
  if (over !== undefined && under !== undefined && under <= over) {
    throw refused("'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.");
  }
}

function checkTags(tags: readonly { Key?: string | undefined; Value?: string | undefined }[]) {
  const seen = new Set<string>();
  for (const { Key: key, Value: value } of tags) {
    if (key === undefined || value === undefined || key === "") throw malformed();
    if (key.length > 128) throw refused("A Tag's Key must be a length between 1 and 128");
    if (value.length > 256) throw refused("A Tag's Value must be a length between 0 and 256");
    if (seen.has(key)) throw refused("Duplicate Tag Keys are not allowed.");
    seen.add(key);
  }
}

function checkActionsExist(rule: GivenRule): void {
  const actions = [
    rule.Expiration,
    rule.Transitions,
    rule.NoncurrentVersionExpiration,
    rule.NoncurrentVersionTransitions,
    rule.AbortIncompleteMultipartUpload,
  ];
  if (actions.some((action) => action !== undefined)) return;
  throw refused("At least one action needs to be specified in a rule");
}

/** Exactly one of Days, Date and ExpiredObjectDeleteMarker. */
function checkExpiration({ Expiration: expiration }: GivenRule): void {
  if (expiration === undefined) return;
  const { Days: days, Date: date, ExpiredObjectDeleteMarker: marker } = expiration;
  const given = [days, date, marker].filter((form) => form !== undefined);
  if (given.length !== 1) throw malformed();
  if (days !== undefined) requirePositive(days, "Days", "Expiration");
  if (date !== undefined) requireMidnight(date);
}

function checkNoncurrentExpiration(rule: GivenRule, isSecondVersion: boolean): void {
  const { NoncurrentVersionExpiration: expiration } = rule;
  if (expiration === undefined) return;
  const { NoncurrentDays: days, NewerNoncurrentVersions: newer } = expiration;
  if (days === undefined) throw malformed();
  requirePositive(days, "NoncurrentDays", "NoncurrentVersionExpiration");
  checkNewer(newer, isSecondVersion);
}

function checkNewer(count: number | undefined, isSecondVersion: boolean): void {
  if (count === undefined) return;
  if (!isSecondVersion) {
    throw refused("NewerNoncurrentVersions element can only be used in Lifecycle V2.");
  }
  const name = "NewerNoncurrentVersions";
  if (count < 1) {
    throw invalidArgument(`'${name}' must be a positive integer`, name, String(count));
  }
  if (count > maximumNewerVersions) {
    throw invalidArgument(`'${name}' must be between 1 and 100`, name, String(count));
  }
}

function checkAbort({ AbortIncompleteMultipartUpload: abort }: GivenRule): void {
  if (abort === undefined) return;
  if (abort.DaysAfterInitiation === undefined) throw malformed();
  requirePositive(
    abort.DaysAfterInitiation,
    "DaysAfterInitiation",
    "AbortIncompleteMultipartUpload",
  );
}

/** Markers and uploads have neither tags nor a size. */
function refuseScopeOfActions({ Filter: filter, ...rule }: GivenRule): void {
  const and = filter?.And;
  const hasTags = filter?.Tag !== undefined || (and?.Tags ?? []).length > 0;
  const sizes = [filter, and].flatMap((part) => [
    part?.ObjectSizeGreaterThan,
    part?.ObjectSizeLessThan,
  ]);
  const hasSizes = sizes.some((size) => size !== undefined);
  const actions = [
    ["ExpiredObjectDeleteMarker", rule.Expiration?.ExpiredObjectDeleteMarker],
    ["AbortIncompleteMultipartUpload", rule.AbortIncompleteMultipartUpload],
  ] as const;
  for (const [name, action] of actions) {
    if (action === undefined) continue;
    if (hasTags) throw refused(`${name} cannot be specified with Tags.`);
    if (hasSizes) throw refused(`${name} cannot be specified with Object Size.`);
  }
}

/** Of two rules of the deprecated form that do the same, neither prefix may begin the other. */
function refuseOverlaps(rules: readonly GivenRule[]): void {
  const kinds = [
    ["Expiration", "Expiration"],
    ["Transition", "Transitions"],
    ["NoncurrentVersionTransition", "NoncurrentVersionTransitions"],
    ["NoncurrentVersionExpiration", "NoncurrentVersionExpiration"],
    ["AbortIncompleteMultipartUpload", "AbortIncompleteMultipartUpload"],
  ] as const;
  for (const [name, member] of kinds) {
    const prefixes = rules
      .filter((rule) => rule[member] !== undefined)
      .map(({ Prefix: prefix = "" }) => prefix)
      .sort();
    // In order, whatever begins a later one begins the next one.
    const at = prefixes.findIndex((one, index) => prefixes[index + 1]?.startsWith(one) ?? false);
    if (at === -1) continue;
    const pair = `'${prefixes[at]}' and '${prefixes[at + 1]}'`;
    throw refused(`Found overlapping prefixes ${pair} for same action type '${name}'`);
  }
}

/** Throws InvalidArgument in S3's words unless the number is at least one. */
function requirePositive(value: number, name: string, action: string): void {
  if (value >= 1 && value <= 2_147_483_647) return;
  const message = `'${name}' for ${action} action must be a positive integer`;
  throw invalidArgument(message, name, String(value));
}

function malformed(): S3Error {
  return new S3Error("MalformedXML");
}

function refused(message: string): S3Error {
  return new S3Error("InvalidRequest", message);
}
