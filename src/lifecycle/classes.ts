// Storage classes as lifecycle sees them: which may follow which, and which wins when several are
// due on one day. Pure.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-conflicts.html

import type { StorageClass } from "../s3/content.ts";

/** The classes a rule may move objects to, warmest first. */
export const transitionClasses = [
  "STANDARD_IA",
  "INTELLIGENT_TIERING",
  "ONEZONE_IA",
  "GLACIER_IR",
  "GLACIER",
  "DEEP_ARCHIVE",
] as const satisfies readonly StorageClass[];

export type TransitionClass = (typeof transitionClasses)[number];

export function isTransitionClass(name: string): name is TransitionClass {
  return (transitionClasses as readonly string[]).includes(name);
}

/** A number that rises from warm to cold. */
export function coldness(storageClass: TransitionClass): number {
  return transitionClasses.indexOf(storageClass);
}

/** AWS's waterfall: from each class down to these. */
const below: Readonly<Record<StorageClass, readonly TransitionClass[]>> = {
  STANDARD: transitionClasses,
  REDUCED_REDUNDANCY: transitionClasses,
  STANDARD_IA: ["INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"],
  INTELLIGENT_TIERING: ["ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"],
  ONEZONE_IA: ["GLACIER", "DEEP_ARCHIVE"],
  GLACIER_IR: ["GLACIER", "DEEP_ARCHIVE"],
  GLACIER: ["DEEP_ARCHIVE"],
  DEEP_ARCHIVE: [],
};

/** Whether lifecycle may move content from one class to the other. */
export function mayFollow(from: StorageClass, to: TransitionClass): boolean {
  return below[from].includes(to);
}

/**
 * Which class wins on one day, the strongest first: the cheapest to keep, but that
 * Intelligent-Tiering "is favored over any storage class, aside from" the two archives.
 */
const strength: readonly TransitionClass[] = [
  "DEEP_ARCHIVE",
  "GLACIER",
  "INTELLIGENT_TIERING",
  "GLACIER_IR",
  "ONEZONE_IA",
  "STANDARD_IA",
];

/** The number of a class in that order: the lowest wins. */
export function precedence(storageClass: TransitionClass): number {
  return strength.indexOf(storageClass);
}
