// The plan of a whole key: each version in its standing, and a marker on top that will hide nothing
// once the rest is done. Pure. Versions are walked newest first, one at a time, so that a key may have
// any number of them.

import {
  type Action,
  type Plan,
  type PlanClock,
  type PlannedVersion,
  planVersion,
} from "./plan.ts";
import type { LifecycleRules } from "./rules.ts";

/** What to do with `versions[at]`. */
export type KeyAction = Action & { readonly at: number };

export interface KeyPlan extends Omit<Plan, "actions"> {
  readonly actions: readonly KeyAction[];
}

/** A version of a key, and what is known of its end beside its newer neighbour. */
export interface KeyVersion extends PlannedVersion {
  /** It was made no earlier than this, whatever time it shows: renamed objects keep an old one. */
  readonly madeAtMs?: number;
}

/** The rules whose prefix the key has. */
export function rulesOfKey({ rules, minimumSize }: LifecycleRules, key: string): LifecycleRules {
  return { rules: rules.filter(({ prefix }) => key.startsWith(prefix)), minimumSize };
}

/** One walk over a key. `add` its versions, newest first, then `finish`. */
export class KeyWalk {
  readonly #rules: LifecycleRules;
  readonly #clock: PlanClock;
  #latest: KeyVersion | undefined;
  #successorMs = 0;
  #noncurrent = 0;
  /** Noncurrent versions that stay. */
  #left = 0;

  /** `rules` are those of the key. */
  constructor(rules: LifecycleRules, clock: PlanClock) {
    this.#rules = rules;
    this.#clock = clock;
  }

  /** The plan of the version; `undefined` for the first, which is planned last. */
  add(version: KeyVersion): Plan | undefined {
    const noncurrentSinceMs = this.#successorMs;
    this.#successorMs = Math.max(version.createdAtMs, version.madeAtMs ?? 0);
    if (this.#latest === undefined) {
      this.#latest = version;
      return undefined;
    }
    const newerNoncurrent = this.#noncurrent;
    this.#noncurrent += 1;
    const standing = { isLatest: false, isOnly: false, noncurrentSinceMs, newerNoncurrent };
    const plan = planVersion(this.#rules, version, standing, this.#clock);
    if (plan.actions[0]?.kind !== "NoncurrentVersionExpiration") this.#left += 1;
    return plan;
  }

  /** A version whose removal was planned stays after all: it is locked. */
  keepOne(): void {
    this.#left += 1;
  }

  /** The plan of the latest version. */
  finish(): Plan | undefined {
    if (this.#latest === undefined) return undefined;
    const standing = { isLatest: true, isOnly: this.#left === 0, newerNoncurrent: 0 };
    return planVersion(this.#rules, this.#latest, standing, this.#clock);
  }
}

/** The plan of a key whose versions are all in hand, newest first; the first is the latest. */
export function planKey(
  rules: LifecycleRules,
  versions: readonly KeyVersion[],
  clock: PlanClock,
): KeyPlan {
  const walk = new KeyWalk(rules, clock);
  const plans = versions.flatMap((version, at) => {
    const plan = walk.add(version);
    return plan === undefined ? [] : [{ plan, at }];
  });
  const last = walk.finish();
  if (last !== undefined) plans.push({ plan: last, at: 0 });
  return {
    actions: plans.flatMap(({ plan, at }) => plan.actions.map((action) => ({ ...action, at }))),
    dueMs: Math.min(...plans.map(({ plan }) => plan.dueMs)),
    watchMs: Math.min(...plans.map(({ plan }) => plan.watchMs)),
  };
}
