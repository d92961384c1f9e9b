// The rules of a configuration, read once: only what is enabled, times as numbers, filters flat. Pure.

import type { Tags } from "../s3/tagging.ts";
import { isTransitionClass, type TransitionClass } from "./classes.ts";
import type { GivenRule, LifecycleDocument, MinimumSizeWord } from "./document.ts";
import { dueAfter } from "./moments.ts";

/** An age in days, or a midnight of the calendar. */
export type Age = { readonly days: number } | { readonly dateMs: number };

export interface TransitionRule {
  readonly storageClass: TransitionClass;
  readonly age: Age;
  /** Noncurrent versions only: this many newer ones are left alone. */
  readonly newer: number;
}

export interface Rule {
  readonly id: string;
  readonly prefix: string;
  /** All of them must be on the version. */
  readonly tags: Tags;
  /** More bytes than this, fewer than that. */
  readonly overBytes?: number;
  readonly underBytes?: number;
  readonly expiration?: Age;
  /** Delete markers that hide nothing are removed. */
  readonly expiresMarkers: boolean;
  readonly transitions: readonly TransitionRule[];
  readonly noncurrentExpiration?: { readonly age: Age; readonly newer: number };
  readonly noncurrentTransitions: readonly TransitionRule[];
  readonly abortDays?: number;
}

export interface LifecycleRules {
  /** In the order of the document: of equals, the first wins. */
  readonly rules: readonly Rule[];
  readonly minimumSize: MinimumSizeWord;
}

/** What filters judge. Delete markers have neither tags nor a size. */
export interface Filtered {
  readonly sizeBytes: number;
  readonly tags: Tags;
  readonly isDeleteMarker: boolean;
}

/** The enabled rules. */
export function compileRules(document: LifecycleDocument): LifecycleRules {
  return {
    rules: document.Rules.filter(({ Status }) => Status === "Enabled").map(compileRule),
    minimumSize: document.TransitionDefaultMinimumObjectSize,
  };
}

function compileRule(given: GivenRule): Rule {
  const { Filter: filter, Expiration: expiration, NoncurrentVersionExpiration: ends } = given;
  const part = filter?.And ?? filter;
  const tags = filter?.And?.Tags ?? (filter?.Tag === undefined ? [] : [filter.Tag]);
  const { ObjectSizeGreaterThan: overBytes, ObjectSizeLessThan: underBytes } = part ?? {};
  const age = ageOf(expiration?.Days, expiration?.Date);
  const abortDays = given.AbortIncompleteMultipartUpload?.DaysAfterInitiation;
  return {
    id: given.ID ?? "",
    prefix: given.Prefix ?? part?.Prefix ?? "",
    tags: tags.map(({ Key: key = "", Value: value = "" }) => [key, value] as const),
    ...(overBytes !== undefined && { overBytes }),
    ...(underBytes !== undefined && { underBytes }),
    ...(age !== undefined && { expiration: age }),
    expiresMarkers: expiration?.ExpiredObjectDeleteMarker === true,
    transitions: (given.Transitions ?? []).flatMap((one) =>
      transitionOf(one.StorageClass, ageOf(one.Days, one.Date), 0),
    ),
    ...(ends?.NoncurrentDays !== undefined && {
      noncurrentExpiration: {
        age: { days: ends.NoncurrentDays },
        newer: ends.NewerNoncurrentVersions ?? 0,
      },
    }),
    noncurrentTransitions: (given.NoncurrentVersionTransitions ?? []).flatMap((one) =>
      transitionOf(
        one.StorageClass,
        ageOf(one.NoncurrentDays, undefined),
        one.NewerNoncurrentVersions ?? 0,
      ),
    ),
    ...(abortDays !== undefined && { abortDays }),
  };
}

function ageOf(days: number | undefined, date: Date | undefined): Age | undefined {
  if (days !== undefined) return { days };
  return date === undefined ? undefined : { dateMs: date.getTime() };
}

function transitionOf(name: string | undefined, age: Age | undefined, newer: number) {
  if (name === undefined || !isTransitionClass(name) || age === undefined) return [];
  return [{ storageClass: name, age, newer }];
}

/** When something that began at `fromMs` reaches the age. A date that is past was reached at once. */
export function reachedAt(age: Age, fromMs: number, dayMs: number): number {
  return "days" in age ? dueAfter(fromMs, age.days, dayMs) : Math.max(age.dateMs, fromMs);
}

/** Whether a rule of the key's prefix applies to this very version. */
export function applies(rule: Rule, version: Filtered): boolean {
  const { tags, overBytes, underBytes } = rule;
  const isPlain = tags.length === 0 && overBytes === undefined && underBytes === undefined;
  if (version.isDeleteMarker) return isPlain;
  if (isPlain) return true;
  if (overBytes !== undefined && version.sizeBytes <= overBytes) return false;
  if (underBytes !== undefined && version.sizeBytes >= underBytes) return false;
  return tags.every(([key, value]) =>
    version.tags.some(([ownKey, ownValue]) => ownKey === key && ownValue === value),
  );
}

/** The least a version must have to be moved where a rule names no size: 128 KiB. */
export const usualMinimumBytes = 128 * 1024;

/**
 * Whether a version is large enough to be moved by the rule. A size in the rule's own filter takes
 * the place of the default.
 */
export function isLargeEnough(
  rule: Rule,
  wish: { storageClass: TransitionClass; sizeBytes: number; minimumSize: MinimumSizeWord },
): boolean {
  if (rule.overBytes !== undefined || rule.underBytes !== undefined) return true;
  if (wish.sizeBytes >= usualMinimumBytes) return true;
  const isArchive = wish.storageClass === "GLACIER" || wish.storageClass === "DEEP_ARCHIVE";
  return wish.minimumSize === "varies_by_storage_class" && isArchive;
}
