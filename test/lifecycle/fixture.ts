// Short ways to say rules and versions in tests of the planner: rules in the SDK's shape, times as
// dates of the calendar, results as short words.
import type { GivenRule } from "../../src/lifecycle/document.ts";
import type { PlanClock } from "../../src/lifecycle/plan.ts";
import { type KeyVersion, planKey, rulesOfKey } from "../../src/lifecycle/plan-key.ts";
import { compileRules, type LifecycleRules } from "../../src/lifecycle/rules.ts";
import type { StorageClass } from "../../src/s3/content.ts";

export const dayMs = 86_400_000;
export const large = 1024 * 1024;

let named = 0;

/** An enabled rule for everything, unless it says otherwise. */
export function rule(given: Partial<GivenRule>): GivenRule {
  named += 1;
  return { ID: `rule-${named}`, Status: "Enabled", Filter: {}, ...given };
}

export function compile(
  rules: readonly GivenRule[],
  minimumSize: LifecycleRules["minimumSize"] = "all_storage_classes_128K",
): LifecycleRules {
  return compileRules({ Rules: rules, TransitionDefaultMinimumObjectSize: minimumSize });
}

export interface Described extends Partial<Omit<KeyVersion, "createdAtMs" | "tags">> {
  readonly at: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** A version of a mebibyte in STANDARD, unless it says otherwise. */
export function version({ at, tags = {}, ...rest }: Described): KeyVersion {
  return {
    createdAtMs: Date.parse(at),
    sizeBytes: large,
    storageClass: "STANDARD",
    isDeleteMarker: false,
    ...rest,
    tags: Object.entries(tags),
  };
}

export const marker = (at: string): KeyVersion =>
  version({ at, isDeleteMarker: true, sizeBytes: 0 });

export interface Scene {
  readonly rules: readonly GivenRule[];
  readonly key?: string;
  /** Newest first. */
  readonly versions: readonly KeyVersion[];
  readonly now: string;
  readonly versioning?: PlanClock["versioning"];
  readonly minimumSize?: LifecycleRules["minimumSize"];
}

export function planOf(scene: Scene) {
  const rules = rulesOfKey(compile(scene.rules, scene.minimumSize), scene.key ?? "key");
  return planKey(rules, scene.versions, {
    nowMs: Date.parse(scene.now),
    dayMs,
    versioning: scene.versioning ?? "Unversioned",
  });
}

const words = {
  Expiration: "expire",
  ExpiredObjectDeleteMarker: "expire marker",
  NoncurrentVersionExpiration: "remove",
  Transition: "to",
  NoncurrentVersionTransition: "to",
} as const;

/** `["0 to GLACIER", "1 remove"]`: which version, and what. */
export function said(scene: Scene): string[] {
  return planOf(scene).actions.map((action) => {
    const what = words[action.kind];
    return "storageClass" in action
      ? `${action.at} ${what} ${action.storageClass}`
      : `${action.at} ${what}`;
  });
}

export const classes = [
  "STANDARD",
  "REDUCED_REDUNDANCY",
  "INTELLIGENT_TIERING",
  "STANDARD_IA",
  "ONEZONE_IA",
  "GLACIER_IR",
  "GLACIER",
  "DEEP_ARCHIVE",
] as const satisfies readonly StorageClass[];
