// A bounded piece of a lifecycle sweep, in one transaction: ranges that are due are read, what has
// ended is removed here and now, what is to move is handed to the caller. Every plan is made from the
// rows as they stand in this transaction, so nothing is judged on what was true before (faults.md
// D23), and a second sweep at the same time finds nothing left to do (D35). Locks are asked again by
// the removal itself.

import { asksTags, rulesWithin, soonestUnseen, sparesNewest } from "../lifecycle/bounds.ts";
import { parseLifecycle } from "../lifecycle/document.ts";
import { midnightAfter } from "../lifecycle/moments.ts";
import type { Action, Plan } from "../lifecycle/plan.ts";
import { KeyWalk, rulesOfKey } from "../lifecycle/plan-key.ts";
import { compileRules, type LifecycleRules } from "../lifecycle/rules.ts";
import { abortOf } from "../lifecycle/uploads.ts";
import { nullVersionId } from "../s3/ids.ts";
import { condemnBytes } from "./condemned.ts";
import { deleteOne } from "./deletions.ts";
import type { IndexState } from "./index-state.ts";
import { beyondEveryKey, compareKeys, justAfter } from "./keys.ts";
import {
  beginRules,
  dueRange,
  endRules,
  nextDue,
  putRange,
  type Range,
} from "./lifecycle-ranges.ts";
import { type PlanRow, plannedOf, rowsWithin } from "./lifecycle-rows.ts";
import { LifecycleTally } from "./lifecycle-tally.ts";
import type {
  DueTransition,
  LifecycleDeed,
  SweepLifecycleOutcome,
  SweepLifecycleRequest,
} from "./lifecycle-types.ts";
import { statements } from "./statements.ts";

/** Versions of a range; where it has more, it is split. */
const versionsPerRange = 2000;
const uploadsPerVisit = 1000;
/** Removals of one call; a key with more goes on in the next. */
const maximumRemovals = 5000;
/** A move that was handed out and did not come true is asked for again. */
const retryMs = 3_600_000;

/** The rules of the last call: sweeps come in rows with the same ones. */
let compiled: { readonly text: string; readonly rules: LifecycleRules } | undefined;

function rulesOf(text: string): LifecycleRules {
  if (compiled?.text !== text) compiled = { text, rules: compileRules(parseLifecycle(text)) };
  return compiled.rules;
}

/** Visits due ranges until the call's bounds are reached or nothing is due. */
export function sweepLifecycle(
  index: IndexState,
  request: SweepLifecycleRequest,
): SweepLifecycleOutcome {
  const refusal = index.ledger.admit(request);
  if (refusal !== undefined) return refusal;
  const sweep = new Sweep(index, request);
  if (request.rules === null) {
    endRules(index);
  } else {
    const rules = rulesOf(request.rules);
    beginRules(index, request.rulesId, rules);
    sweep.visitDue(rules);
  }
  return sweep.finish();
}

class Sweep {
  readonly tally: LifecycleTally;
  readonly #index: IndexState;
  readonly #request: SweepLifecycleRequest;
  readonly #deeds: LifecycleDeed[] = [];
  readonly #transitions: DueTransition[] = [];
  #transitionBytes = 0;
  #versionsSeen = 0;
  #rangesVisited = 0;
  #removals = 0;
  #markerIdsUsed = 0;
  /** Of the range being visited: when something seen is due, and when to look anyway. */
  #dueMs = Number.POSITIVE_INFINITY;
  #watchMs = Number.POSITIVE_INFINITY;

  constructor(index: IndexState, request: SweepLifecycleRequest) {
    this.#index = index;
    this.#request = request;
    this.tally = new LifecycleTally(index, request.nowMs);
  }

  visitDue(rules: LifecycleRules): void {
    const { nowMs } = this.#request;
    while (!this.#isFull()) {
      const range = dueRange(this.#index, nowMs);
      if (range === undefined) return;
      this.#visit(range, rulesWithin(rules, range, compareKeys));
    }
  }

  finish(): SweepLifecycleOutcome {
    this.tally.write();
    const nextDueMs = nextDue(this.#index);
    return {
      kind: "swept",
      versionsSeen: this.#versionsSeen,
      rangesVisited: this.#rangesVisited,
      counts: this.tally.counts(),
      deeds: this.#deeds,
      transitions: this.#transitions,
      isDone: nextDueMs === null || nextDueMs > this.#request.nowMs,
      nextDueMs,
    };
  }

  /** No further key is begun. */
  #isFull(): boolean {
    const { maximumVersions, maximumTransitions, markerIds } = this.#request;
    const { maximumTransitionBytes = Number.POSITIVE_INFINITY } = this.#request;
    return (
      this.#versionsSeen >= maximumVersions ||
      this.#transitionBytes >= maximumTransitionBytes ||
      this.#transitions.length >= maximumTransitions ||
      this.#removals >= maximumRemovals ||
      this.#markerIdsUsed >= markerIds.length
    );
  }

  #visit(range: Range, rules: LifecycleRules): void {
    const { nowMs, dayMs } = this.#request;
    const { from } = range;
    const visitedSeq = this.#index.ledger.lastPlace;
    this.#rangesVisited += 1;
    if (rules.rules.length === 0) {
      const never = Number.POSITIVE_INFINITY;
      putRange(this.#index, { from, nextMs: never, dueMs: never, visitedSeq, versions: 0 });
      return;
    }
    const unseenMs = soonestUnseen(rules, nowMs, dayMs);
    // Nothing was written anywhere since the last visit: only what was seen then can be due.
    if (range.dueMs > nowMs && range.visitedSeq === visitedSeq) {
      // The next write may be the one too many that ends the sparing of an old version.
      const watchMs = sparesNewest(rules) ? midnightAfter(nowMs, dayMs) : Number.POSITIVE_INFINITY;
      const nextMs = Math.min(range.dueMs, watchMs, unseenMs);
      putRange(this.#index, { ...range, nextMs, versions: versionsPerRange });
      return;
    }
    this.#dueMs = Number.POSITIVE_INFINITY;
    this.#watchMs = Number.POSITIVE_INFINITY;
    const to = this.#abortUploads(range, rules);
    const { versions, stoppedAt } = this.#walk({ from, to }, rules);
    const rest = stoppedAt ?? (to === range.to ? undefined : to);
    // What is behind the stop is a range of its own, and still due.
    if (rest !== undefined && rest !== null) {
      putRange(this.#index, { from: rest, nextMs: 0, dueMs: 0, visitedSeq: 0, versions: 0 });
    }
    const dueMs = this.#dueMs;
    const nextMs = Math.min(dueMs, this.#watchMs, unseenMs);
    putRange(this.#index, { from, nextMs, dueMs, visitedSeq, versions });
  }

  /** Plans the keys of the range one after the other; stops between two keys. */
  #walk(
    { from, to }: { from: string; to: string | null },
    rules: LifecycleRules,
  ): { versions: number; stoppedAt: string | undefined } {
    const wantsDetail = asksTags(rules) || this.#request.readsDetail;
    let versions = 0;
    let key: string | undefined;
    let walk: { readonly key: KeyWalk; readonly first: PlanRow } | undefined;
    for (const row of rowsWithin(this.#index, { from, to, wantsDetail })) {
      if (row[0] !== key) {
        if (walk !== undefined) this.#finishKey(walk);
        walk = undefined;
        if (versions >= versionsPerRange || (versions > 0 && this.#isFull())) {
          return { versions, stoppedAt: row[0] };
        }
        key = row[0];
        const { nowMs, dayMs, versioning } = this.#request;
        const clock = { nowMs, dayMs, versioning };
        walk = { key: new KeyWalk(rulesOfKey(rules, key), clock), first: row };
      }
      versions += 1;
      this.#versionsSeen += 1;
      const plan = walk?.key.add(plannedOf(row));
      if (plan !== undefined && !this.#carryOut(row, plan)) walk?.key.keepOne();
    }
    if (walk !== undefined) this.#finishKey(walk);
    return { versions, stoppedAt: undefined };
  }

  #finishKey({ key, first }: { readonly key: KeyWalk; readonly first: PlanRow }): void {
    const plan = key.finish();
    if (plan !== undefined) this.#carryOut(first, plan);
  }

  /** Does what is to be done now. False when a removal had to be left for later. */
  #carryOut(row: PlanRow, plan: Plan): boolean {
    this.#dueMs = Math.min(this.#dueMs, plan.dueMs);
    this.#watchMs = Math.min(this.#watchMs, plan.watchMs);
    let isDone = true;
    for (const action of plan.actions) {
      if (action.kind === "Transition" || action.kind === "NoncurrentVersionTransition") {
        this.#handOut(row, action);
      } else if (!this.#remove(row, action.kind, action.rule)) {
        isDone = false;
      }
    }
    return isDone;
  }

  #handOut(
    [key, seq, , versionId, , sizeBytes, from]: PlanRow,
    action: Extract<Action, { kind: "Transition" | "NoncurrentVersionTransition" }>,
  ): void {
    const { nowMs, dayMs, maximumTransitions } = this.#request;
    // One key may bring more than a call may hand out: the range stays due.
    if (this.#transitions.length >= 2 * maximumTransitions) {
      this.#dueMs = nowMs;
      return;
    }
    this.#dueMs = Math.min(this.#dueMs, nowMs + Math.min(retryMs, dayMs));
    this.#transitionBytes += sizeBytes;
    this.#transitions.push({
      key,
      versionId: versionId ?? nullVersionId,
      seq,
      sizeBytes,
      from: from ?? "STANDARD",
      storageClass: action.storageClass,
      rule: action.rule,
      action: action.kind,
    });
  }

  #remove(
    [key, , isMarker, versionId, , sizeBytes]: PlanRow,
    action: Exclude<Action["kind"], "Transition" | "NoncurrentVersionTransition">,
    rule: string,
  ): boolean {
    const { nowMs, dayMs, markerIds } = this.#request;
    const markerVersionId = markerIds[this.#markerIdsUsed];
    const isOverdrawn = this.#removals >= 2 * maximumRemovals || markerVersionId === undefined;
    if (isOverdrawn) {
      this.#dueMs = nowMs;
      return false;
    }
    const publicId = versionId ?? nullVersionId;
    const deletion =
      action === "Expiration"
        ? { key, markerVersionId }
        : { key, markerVersionId, versionId: publicId };
    const result = deleteOne(this.#index, this.#request, deletion);
    if (result.kind !== "deleted") {
      this.#dueMs = Math.min(this.#dueMs, midnightAfter(nowMs, dayMs));
      return false;
    }
    this.#removals += 1;
    const isMarkerMade = action === "Expiration" && result.isDeleteMarker;
    if (isMarkerMade) this.#markerIdsUsed += 1;
    this.tally.add({ rule, action }, 1, isMarker === 1 ? 0 : sizeBytes);
    this.#deeds.push({
      ...{ action, key, sizeBytes },
      ...(publicId !== nullVersionId && { versionId: publicId }),
      ...(isMarkerMade && { isMarkerMade: true }),
    });
    return true;
  }

  /** Ends uploads that are open too long. Gives the end of what was looked at. */
  #abortUploads({ from, to }: Range, rules: LifecycleRules): string | null {
    if (rules.rules.every(({ abortDays }) => abortDays === undefined)) return to;
    const { nowMs, dayMs } = this.#request;
    const { sql } = this.#index;
    const end = to ?? beyondEveryKey;
    const rows = sql.rows<[string, string, number]>(
      statements.planUploads,
      from,
      end,
      uploadsPerVisit + 1,
    );
    for (const [key, uploadId, initiatedAtMs] of rows.slice(0, uploadsPerVisit)) {
      const abort = abortOf(rules, { key, initiatedAtMs }, dayMs);
      if (abort === undefined) continue;
      if (abort.dueMs > nowMs) {
        this.#dueMs = Math.min(this.#dueMs, abort.dueMs);
        continue;
      }
      sql.run(statements.dropUpload, key, uploadId);
      condemnBytes(this.#index, { held: uploadId, reason: "upload", key });
      this.#removals += 1;
      const action = "AbortIncompleteMultipartUpload";
      this.tally.add({ rule: abort.rule, action }, 1, 0);
      this.#deeds.push({ action, key, sizeBytes: 0 });
    }
    const next = rows[uploadsPerVisit];
    if (next === undefined) return to;
    // Very many uploads of one key: what is left of them is looked at in the next visit.
    if (next[0] === from || compareKeys(next[0], from) <= 0) {
      this.#dueMs = Math.min(this.#dueMs, nowMs);
      return justAfter(from);
    }
    return next[0];
  }
}
