// The plan of a whole key: each version in its standing, and a marker on top that will hide nothing
// once the rest is done. Pure.

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

/** A version of a key, and when its successor was made if that is not told by the newer neighbour. */
export interface KeyVersion extends PlannedVersion {
  /** No earlier than this did it become noncurrent, whatever its neighbour says. */
  readonly endedAtMs?: number;
}

/** The rules whose prefix the key has. */
export function rulesOfKey({ rules, minimumSize }: LifecycleRules, key: string): LifecycleRules {
  return { rules: rules.filter(({ prefix }) => key.startsWith(prefix)), minimumSize };
}

/**
 * The plan of a key, newest version first. The first is the latest; the others became noncurrent
 * when the next newer one was made.
 */
export function planKey(
  rules: LifecycleRules,
  versions: readonly KeyVersion[],
  clock: PlanClock,
): KeyPlan {
  const own: KeyAction[] = [];
  let [dueMs, watchMs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  let left = 0;
  const add = (plan: Plan, at: number) => {
    own.push(...plan.actions.map((action) => ({ ...action, at })));
    dueMs = Math.min(dueMs, plan.dueMs);
    watchMs = Math.min(watchMs, plan.watchMs);
  };
  for (const [at, version] of versions.entries()) {
    const successor = versions[at - 1];
    if (successor === undefined) continue;
    const plan = planVersion(
      rules,
      version,
      {
        isLatest: false,
        isOnly: false,
        noncurrentSinceMs: Math.max(successor.createdAtMs, version.endedAtMs ?? 0),
        newerNoncurrent: at - 1,
      },
      clock,
    );
    if (plan.actions[0]?.kind !== "NoncurrentVersionExpiration") left += 1;
    add(plan, at);
  }
  const [latest] = versions;
  if (latest !== undefined) {
    const standing = { isLatest: true, isOnly: left === 0, newerNoncurrent: 0 };
    add(planVersion(rules, latest, standing, clock), 0);
  }
  return { actions: own, dueMs, watchMs };
}
