// What will happen to a key if nothing else does: its plan, carried out in thought, from one moment
// that something is due to the next. Pure.

import type { StorageClass } from "../s3/content.ts";
import type { Action, PlanClock } from "./plan.ts";
import { type KeyVersion, planKey } from "./plan-key.ts";
import type { LifecycleRules } from "./rules.ts";

/** One thing that will happen. */
export interface Forecast {
  readonly atMs: number;
  readonly action: Action["kind"];
  readonly rule: string;
  /** The version's number in the list given; `-1` for a marker that lifecycle will make. */
  readonly version: number;
  readonly sizeBytes: number;
  readonly from: StorageClass;
  /** Where it moves; `null` when it is removed; `from` when it is only hidden by a marker. */
  readonly to: StorageClass | null;
}

/** More than any key goes through: a walk through the classes and an end for each version. */
const maximumSteps = 10_000;

interface Standing {
  readonly version: number;
  readonly state: KeyVersion;
}

/**
 * The events of a key from now on and up to `untilMs`, in order. Versions are newest first. What has
 * been due before now happens now.
 */
export function forecastKey(
  rules: LifecycleRules,
  versions: readonly KeyVersion[],
  { untilMs, ...clock }: PlanClock & { readonly untilMs: number },
): Forecast[] {
  let standing = versions.map((state, version): Standing => {
    // Nobody knows when a replication ends: it is taken to end now.
    const { isHeld: _, ...rest } = state;
    return { version, state: rest };
  });
  const events: Forecast[] = [];
  let nowMs = clock.nowMs;
  for (let step = 0; step < maximumSteps && nowMs <= untilMs; step += 1) {
    const states = standing.map(({ state }) => state);
    const plan = planKey(rules, states, { ...clock, nowMs });
    if (plan.actions.length === 0) {
      nowMs = plan.dueMs;
      continue;
    }
    for (const action of plan.actions) {
      const one = standing[action.at];
      if (one !== undefined) events.push(eventOf(action, one, { ...clock, nowMs }));
    }
    standing = carryOut(standing, plan.actions, { ...clock, nowMs });
  }
  return events;
}

function eventOf(action: Action, { version, state }: Standing, clock: PlanClock): Forecast {
  const { sizeBytes, storageClass: from } = state;
  const isHidden = action.kind === "Expiration" && !endsForGood(state, clock);
  const to = "storageClass" in action ? action.storageClass : isHidden ? from : null;
  const { kind, rule } = action;
  return { atMs: clock.nowMs, action: kind, rule, version, sizeBytes, from, to };
}

/** Whether the expiration of a current object removes it: elsewhere it becomes noncurrent. */
function endsForGood({ isNull }: KeyVersion, { versioning }: PlanClock): boolean {
  return versioning === "Unversioned" || (versioning === "Suspended" && isNull === true);
}

function carryOut(
  standing: readonly Standing[],
  actions: readonly (Action & { readonly at: number })[],
  clock: PlanClock,
): Standing[] {
  const { nowMs, versioning } = clock;
  const gone = new Set<number>();
  const moved = new Map<number, StorageClass>();
  let isExpired = false;
  for (const action of actions) {
    if ("storageClass" in action) moved.set(action.at, action.storageClass);
    else if (action.kind !== "Expiration") gone.add(action.at);
    else isExpired = true;
  }
  const left = standing.flatMap(({ version, state }, at): Standing[] => {
    const storageClass = moved.get(at) ?? state.storageClass;
    return gone.has(at) ? [] : [{ version, state: { ...state, storageClass } }];
  });
  if (!isExpired) return left;
  if (versioning === "Unversioned") return left.slice(1);
  // The marker of a suspended bucket takes the place of the null version, wherever that stands.
  const kept =
    versioning === "Suspended" ? left.filter(({ state }) => state.isNull !== true) : left;
  const marker: KeyVersion = {
    createdAtMs: nowMs,
    sizeBytes: 0,
    tags: [],
    storageClass: "STANDARD",
    isDeleteMarker: true,
    isNull: versioning === "Suspended",
  };
  return [{ version: -1, state: marker }, ...kept];
}
