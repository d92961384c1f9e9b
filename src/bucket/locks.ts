// Object Lock: what may not be removed yet, and which lock may follow which. Pure; the clock given
// is the index's own, which never goes back. What cannot be read counts as locked (threats.md
// SEC-094).
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html

import type { DefaultLock, HoldDuration, RetentionWish, VersionLock } from "./amend-types.ts";
import { column, type VersionRow } from "./rows.ts";

const dayMs = 86_400_000;
/** Event holds: "Amazon S3 counts 1 year as 365 days" (object-lock-managing). */
const daysOfHoldYear = 365;

/** Who asks for a removal or a weaker lock, and when. */
export interface LockAsker {
  readonly clockMs: number;
  readonly bypassGovernance: boolean;
}

/**
 * Whether the version must stay: a legal hold always holds, COMPLIANCE until its date, GOVERNANCE
 * until its date unless the caller may bypass it.
 */
export function isLocked(row: VersionRow, asker: LockAsker): boolean {
  const lock = storedLock(row[column.detail]);
  if (lock === undefined) return false;
  if (lock === "unreadable" || (lock.legalHold ?? false)) return true;
  if (!isRetained(lock, asker.clockMs)) return false;
  return lock.mode !== "GOVERNANCE" || !asker.bypassGovernance;
}

/** The lock in the row's detail; anything that this code did not write is `unreadable`. */
function storedLock(detail: string | null): VersionLock | "unreadable" | undefined {
  // Most versions have no lock: look before parsing. Metadata may hold the word; parsing decides.
  if (!detail?.includes('"lock"')) return undefined;
  try {
    const { lock } = JSON.parse(detail) as { lock?: unknown };
    return lock === undefined ? undefined : isLock(lock) ? lock : "unreadable";
  } catch {
    return "unreadable";
  }
}

/** Whether the value is a lock as this room writes them: with an end for every mode, and so on. */
export function isLock(value: unknown): value is VersionLock {
  if (typeof value !== "object" || value === null) return false;
  const { mode, retainUntilMs, legalHold, eventHold, holdDuration } = value as VersionLock;
  const isKnown =
    (mode === undefined || mode === "GOVERNANCE" || mode === "COMPLIANCE") &&
    (retainUntilMs === undefined || Number.isFinite(retainUntilMs)) &&
    isFlag(legalHold) &&
    isFlag(eventHold);
  if (!isKnown) return false;
  const isHeld = eventHold === true;
  if (isHeld !== (holdDuration !== undefined)) return false;
  if (holdDuration !== undefined && !(holdMs(holdDuration) > 0)) return false;
  const hasEnd = isHeld || retainUntilMs !== undefined;
  return hasEnd === (mode !== undefined);
}

function isFlag(value: unknown): boolean {
  return value === undefined || typeof value === "boolean";
}

/** Whether a retention period runs at that time. */
function isRetained(lock: VersionLock, clockMs: number): boolean {
  return (retainedUntilMs(lock, clockMs) ?? 0) > clockMs;
}

/**
 * The retain-until date as it stands at `nowMs`. While an event hold is on it is never nearer than
 * the hold's duration from now, so it moves. `undefined` without retention.
 */
export function retainedUntilMs(lock: VersionLock, nowMs: number): number | undefined {
  if (lock.mode === undefined) return undefined;
  if (lock.eventHold !== true || lock.holdDuration === undefined) return lock.retainUntilMs;
  return Math.max(nowMs + holdMs(lock.holdDuration), lock.retainUntilMs ?? 0);
}

/** How long an event hold keeps a version after its release. */
export function holdMs(duration: HoldDuration): number {
  return "days" in duration ? duration.days * dayMs : duration.years * daysOfHoldYear * dayMs;
}

/** The lock of a version created at `createdAtMs` in a bucket with that default. */
export function lockByDefault(given: DefaultLock, createdAtMs: number): VersionLock {
  const { mode, period, holdDuration } = given;
  return {
    mode,
    ...(period !== undefined && { retainUntilMs: endOf(createdAtMs, period) }),
    ...(holdDuration !== undefined && { eventHold: true, holdDuration }),
  };
}

/** Years of a retention period are years of the calendar. */
function endOf(startMs: number, period: HoldDuration): number {
  if ("days" in period) return startMs + period.days * dayMs;
  const end = new Date(startMs);
  return end.setUTCFullYear(end.getUTCFullYear() + period.years);
}

/** The lock that follows, or why it may not. */
export type LockChange =
  | { readonly kind: "granted"; readonly lock: VersionLock }
  | { readonly kind: "locked" | "hold-unspecified" | "hold-without-date" };

/**
 * What PutObjectRetention makes of a lock. A running retention may only grow: its date may move
 * out and its event hold may be set or released, in the same mode. Everything else takes GOVERNANCE
 * and its bypass; COMPLIANCE yields to nothing (SEC-093). A legal hold is no part of this.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
 */
export function changeRetention(
  before: VersionLock,
  wish: RetentionWish,
  asker: LockAsker,
): LockChange {
  const { clockMs } = asker;
  const until = retainedUntilMs(before, clockMs) ?? 0;
  const isRunning = until > clockMs;
  const mayWeaken = !isRunning || (before.mode === "GOVERNANCE" && asker.bypassGovernance);
  const isShorter = wish.retainUntilMs !== undefined && wish.retainUntilMs < until;
  const isOther = wish.mode !== before.mode;
  if (!mayWeaken && (isShorter || isOther)) return { kind: "locked" };
  const isHeld = before.eventHold === true;
  if (isHeld && isRunning && isShorter && wish.eventHold === undefined) {
    return { kind: "hold-unspecified" };
  }
  const legalHold = before.legalHold === undefined ? {} : { legalHold: before.legalHold };
  if (wish.mode === undefined) return { kind: "granted", lock: legalHold };
  // Without a date of its own a wish keeps the one that runs: shortening must be said.
  const retainUntilMs = wish.retainUntilMs ?? (isRunning ? until : undefined);
  const hold = holdAfter(before, wish);
  if (retainUntilMs === undefined && hold.eventHold !== true) return { kind: "hold-without-date" };
  const date = retainUntilMs === undefined ? {} : { retainUntilMs };
  return { kind: "granted", lock: { mode: wish.mode, ...date, ...legalHold, ...hold } };
}

/** The event hold that a wish sets, or else the one there is. */
function holdAfter(
  before: VersionLock,
  wish: RetentionWish,
): Pick<VersionLock, "eventHold" | "holdDuration"> {
  const { eventHold, holdDuration } = wish.eventHold === undefined ? before : wish;
  if (eventHold === undefined) return {};
  return eventHold && holdDuration !== undefined
    ? { eventHold, holdDuration }
    : { eventHold: false };
}
