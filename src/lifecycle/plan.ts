// What lifecycle does to the versions of a key at a moment, and when it must look again. Pure: rules,
// versions and the time go in, actions come out; carrying them out is for others, who judge again.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-conflicts.html

import type { StorageClass } from "../s3/content.ts";
import { mayFollow, precedence, type TransitionClass } from "./classes.ts";
import { midnightAfter } from "./moments.ts";
import {
  applies,
  type Filtered,
  isLargeEnough,
  type LifecycleRules,
  type Rule,
  reachedAt,
  type TransitionRule,
} from "./rules.ts";

/** A version as the planner sees it. */
export interface PlannedVersion extends Filtered {
  readonly createdAtMs: number;
  readonly storageClass: StorageClass;
  /** Object Lock keeps it from being removed until then; `Infinity` for a legal hold. */
  readonly lockedUntilMs?: number;
  /** Not yet replicated: it stays as and where it is. */
  readonly isHeld?: boolean;
  /** The null version: what a suspended bucket's next marker takes the place of. */
  readonly isNull?: boolean;
}

/** Where a version stands among the versions of its key. */
export interface Standing {
  readonly isLatest: boolean;
  /** Of a latest delete marker: nothing is left below it. */
  readonly isOnly: boolean;
  /** When its successor was made; only of noncurrent versions. */
  readonly noncurrentSinceMs?: number;
  /** How many noncurrent versions are newer. */
  readonly newerNoncurrent: number;
}

export interface PlanClock {
  readonly nowMs: number;
  readonly dayMs: number;
  readonly versioning: "Unversioned" | "Enabled" | "Suspended";
}

export type Action =
  | {
      /**
       * `Expiration`: the current version goes, or is hidden by a marker. The others remove the
       * version for good.
       */
      readonly kind: "Expiration" | "ExpiredObjectDeleteMarker" | "NoncurrentVersionExpiration";
      readonly rule: string;
      readonly dueMs: number;
    }
  | {
      readonly kind: "Transition" | "NoncurrentVersionTransition";
      readonly rule: string;
      readonly dueMs: number;
      readonly storageClass: TransitionClass;
    };

export interface Plan {
  /** In the order to do them in. */
  readonly actions: readonly Action[];
  /** When the next action is due if nothing changes; `Infinity` for never. Always after now. */
  readonly dueMs: number;
  /** When a change elsewhere (a newer version, a version removed) may have made one due. */
  readonly watchMs: number;
}

interface Due {
  readonly rule: string;
  readonly dueMs: number;
}

/** The plan of one version. `rules` are those whose prefix its key has. */
export function planVersion(
  { rules, minimumSize }: LifecycleRules,
  version: PlannedVersion,
  standing: Standing,
  clock: PlanClock,
): Plan {
  if (version.isHeld === true) {
    return { ...nothing(), dueMs: midnightAfter(clock.nowMs, clock.dayMs) };
  }
  const own = rules.filter((rule) => applies(rule, version));
  if (own.length === 0) return nothing();
  const call = { rules: own, minimumSize, version, clock };
  if (!standing.isLatest) return planNoncurrent(call, standing);
  return version.isDeleteMarker ? planMarker(call, standing.isOnly) : planCurrent(call);
}

function nothing(watchMs = Number.POSITIVE_INFINITY): Plan {
  return { actions: [], dueMs: Number.POSITIVE_INFINITY, watchMs };
}

interface Call extends LifecycleRules {
  readonly version: PlannedVersion;
  readonly clock: PlanClock;
}

/**
 * The current object. Permanent deletion outdoes a transition; a marker does not: what was to move
 * by then is moved as well.
 */
function planCurrent(call: Call): Plan {
  const { rules, version, clock } = call;
  const { nowMs, dayMs, versioning } = clock;
  const expirations = rules.flatMap(({ id, expiration }) =>
    expiration === undefined
      ? []
      : [{ rule: id, dueMs: reachedAt(expiration, version.createdAtMs, dayMs) }],
  );
  const expiration = earliest(expirations);
  const isForGood =
    versioning === "Unversioned" || (versioning === "Suspended" && version.isNull === true);
  const isLocked = isForGood && (version.lockedUntilMs ?? 0) > nowMs;
  const isDue = expiration !== undefined && expiration.dueMs <= nowMs && !isLocked;
  const moves = rules.flatMap((rule) => movesOf(call, rule, rule.transitions, version.createdAtMs));
  const lastMs = isDue ? expiration.dueMs : nowMs;
  const move = isDue && isForGood ? noMove : settleMoves(version.storageClass, moves, lastMs);
  return {
    actions: [
      ...(move.due === undefined ? [] : [{ kind: "Transition", ...move.due } as const]),
      ...(isDue ? [{ kind: "Expiration", ...expiration } as const] : []),
    ],
    dueMs: isDue
      ? Number.POSITIVE_INFINITY
      : Math.min(move.nextMs, whenAllowed(expiration, isForGood ? version : {}, nowMs)),
    watchMs: Number.POSITIVE_INFINITY,
  };
}

/** A marker on top: removed when it hides nothing any more. */
function planMarker({ rules, version, clock }: Call, isOnly: boolean): Plan {
  const { nowMs, dayMs } = clock;
  const ends = rules.flatMap(({ id, expiration, expiresMarkers }): Due[] => {
    if (expiresMarkers) return [{ rule: id, dueMs: version.createdAtMs }];
    if (expiration === undefined) return [];
    return [{ rule: id, dueMs: reachedAt(expiration, version.createdAtMs, dayMs) }];
  });
  const end = earliest(ends);
  if (end === undefined) return nothing();
  if (!isOnly) return nothing(Math.max(end.dueMs, midnightAfter(nowMs, dayMs)));
  if (end.dueMs > nowMs) return { ...nothing(), dueMs: end.dueMs };
  return { ...nothing(), actions: [{ kind: "ExpiredObjectDeleteMarker", ...end }] };
}

/** Noncurrent versions and markers: removed for good, or else moved. */
function planNoncurrent(call: Call, standing: Standing): Plan {
  const { rules, version, clock } = call;
  const { nowMs, dayMs } = clock;
  const sinceMs = standing.noncurrentSinceMs ?? nowMs;
  const isSpared = (newer: number) => standing.newerNoncurrent < newer;
  const all = rules.flatMap(({ id, noncurrentExpiration: end }) =>
    end === undefined
      ? []
      : [{ rule: id, dueMs: reachedAt(end.age, sinceMs, dayMs), isSpared: isSpared(end.newer) }],
  );
  const end = earliest(all.filter((one) => !one.isSpared));
  const isLocked = (version.lockedUntilMs ?? 0) > nowMs;
  if (end !== undefined && end.dueMs <= nowMs && !isLocked) {
    const { rule, dueMs } = end;
    return { ...nothing(), actions: [{ kind: "NoncurrentVersionExpiration", rule, dueMs }] };
  }
  const spared = [
    ...all.filter((one) => one.isSpared),
    ...rules.flatMap((rule) =>
      movesOf(
        call,
        rule,
        rule.noncurrentTransitions.filter(({ newer }) => isSpared(newer)),
        sinceMs,
      ),
    ),
  ];
  const moves = rules.flatMap((rule) => {
    const free = rule.noncurrentTransitions.filter(({ newer }) => !isSpared(newer));
    return movesOf(call, rule, free, sinceMs);
  });
  const move = settleMoves(version.storageClass, moves, nowMs);
  const soonest = earliest(spared);
  return {
    actions: move.due === undefined ? [] : [{ kind: "NoncurrentVersionTransition", ...move.due }],
    dueMs: Math.min(move.nextMs, whenAllowed(end, version, nowMs)),
    watchMs:
      soonest === undefined
        ? Number.POSITIVE_INFINITY
        : Math.max(soonest.dueMs, midnightAfter(nowMs, dayMs)),
  };
}

/** When an end that is not done now comes: at its time, or when the lock is over. */
function whenAllowed(
  end: Due | undefined,
  { lockedUntilMs = 0 }: Pick<PlannedVersion, "lockedUntilMs">,
  nowMs: number,
): number {
  if (end === undefined) return Number.POSITIVE_INFINITY;
  const whenMs = Math.max(end.dueMs, lockedUntilMs);
  return whenMs > nowMs ? whenMs : Number.POSITIVE_INFINITY;
}

/** The first to be due; of equals the first in the document. */
function earliest<Some extends Due>(dues: readonly Some[]): Some | undefined {
  return dues.reduce<Some | undefined>(
    (best, one) => (best === undefined || one.dueMs < best.dueMs ? one : best),
    undefined,
  );
}

interface Move extends Due {
  readonly storageClass: TransitionClass;
}

function movesOf(
  { minimumSize, version, clock }: Call,
  rule: Rule,
  transitions: readonly TransitionRule[],
  fromMs: number,
): Move[] {
  if (version.isDeleteMarker) return [];
  const { sizeBytes } = version;
  return transitions
    .filter(({ storageClass }) => isLargeEnough(rule, { storageClass, sizeBytes, minimumSize }))
    .map(({ storageClass, age }) => ({
      rule: rule.id,
      storageClass,
      dueMs: reachedAt(age, fromMs, clock.dayMs),
    }));
}

interface Settled {
  readonly due: Move | undefined;
  readonly nextMs: number;
}

const noMove: Settled = { due: undefined, nextMs: Number.POSITIVE_INFINITY };

/**
 * Where the version would stand had every move happened in its time, day by day, with the strongest
 * class of each day. Moves that are overdue are made as one; a class once left never comes back.
 */
function settleMoves(from: StorageClass, moves: readonly Move[], nowMs: number): Settled {
  const inTime = moves.toSorted(
    (one, other) =>
      one.dueMs - other.dueMs || precedence(one.storageClass) - precedence(other.storageClass),
  );
  let at: StorageClass = from;
  let due: Move | undefined;
  let nextMs = Number.POSITIVE_INFINITY;
  let settledMs = Number.NEGATIVE_INFINITY;
  for (const move of inTime) {
    if (move.dueMs > nowMs) {
      if (!mayFollow(at, move.storageClass)) continue;
      nextMs = move.dueMs;
      break;
    }
    // One move for each moment: the strongest that leads on, or the one that is made already.
    if (move.dueMs === settledMs) continue;
    if (move.storageClass === at) settledMs = move.dueMs;
    if (!mayFollow(at, move.storageClass)) continue;
    at = move.storageClass;
    due = move;
    settledMs = move.dueMs;
  }
  return { due, nextMs };
}
