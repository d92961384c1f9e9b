// Changes what is known of a version where it stands: tags, ACL, Object Lock, encryption. Never makes or
// removes a version; its bytes are at most named anew, the same ones encrypted otherwise. The version
// is found and changed in one transaction (faults.md D47). Doing the same again changes nothing more, so a lost answer may be asked for again.

import type { Amendment, AmendOutcome, AmendRequest, VersionLock } from "./amend-types.ts";
import { condemnBytes, dropRestore, findCondemned } from "./condemned.ts";
import type { IndexState } from "./index-state.ts";
import { markLifecycle } from "./lifecycle-ranges.ts";
import { changeRetention, isLock } from "./locks.ts";
import { emitOf } from "./outbox.ts";
import type { Change } from "./outbox-types.ts";
import { isExpired, keepFound } from "./references.ts";
import { mergeReplica } from "./replica-changes.ts";
import { type Enrolment, enrolChange, tellEnrolled, writeDetail } from "./replication.ts";
import { restoreOf } from "./restores.ts";
import { column, readVersion, type VersionRow } from "./rows.ts";
import { statements } from "./statements.ts";
import type { Version, VersionDetail } from "./types.ts";
import { findVersion, readHead } from "./versions.ts";

/** Applies the change to the version named, or to the current one. */
export function amend(index: IndexState, request: AmendRequest): AmendOutcome {
  const refusal = index.ledger.admitKey(request, request.key);
  if (refusal !== undefined) return refusal;
  const row = findTarget(index, request);
  if (row === undefined) {
    return { kind: request.versionId === undefined ? "no-such-key" : "no-such-version" };
  }
  const version = readVersion(row);
  if (version.isDeleteMarker) return { kind: "delete-marker", marker: version };
  const changed = apply(request.change, version, index.ledger.clockMs);
  if ("kind" in changed) return changed;
  const content = contentOf(request.change) ?? version.content;
  const isNew = content !== version.content;
  if (isNew && isUsed(index, content)) return { kind: "changed" };
  const { detail, entries } = spread(index, request, changed.detail);
  writeDetail(index, row, detail);
  if (isNew) exchange(index, row, content);
  const { key, versionId, seq } = version;
  const change = { event: "Replicate:Change", key, versionId, seq, sizeBytes: 0 } as const;
  tellEnrolled(index, request.emit, entries, change);
  markLifecycle(index, version.key);
  const after = { ...version, content, detail };
  // AWS: "An event is not generated when a request results in no change to an object's ACL."
  const isTold = request.change.kind !== "acl" || isOtherAcl(version.detail, after.detail);
  const event = request.emit?.event ?? eventOf(request.change);
  if (isTold) emitOf(index, request.emit, { event, version: after, ...factsOf(request, after) });
  return { kind: "amended", version: after };
}

function isOtherAcl(before: VersionDetail, after: VersionDetail): boolean {
  return JSON.stringify(before.acl ?? null) !== JSON.stringify(after.acl ?? null);
}

/** What the event of a retention says of it. */
function factsOf({ change }: AmendRequest, { detail }: Version): Pick<Change, "facts"> {
  if (change.kind !== "retention") return {};
  const { mode, retainUntilMs, eventHold, holdDuration } = detail.lock ?? {};
  const facts = {
    ...(mode !== undefined && { retentionMode: mode }),
    ...(retainUntilMs !== undefined && { retainUntilMs }),
    ...(eventHold !== undefined && { eventHold }),
    ...(holdDuration !== undefined &&
      ("days" in holdDuration
        ? { holdDays: holdDuration.days }
        : { holdYears: holdDuration.years })),
  };
  return { facts };
}

/** Changes go where the version went. Those that came from there go nowhere, and end here. */
function spread(index: IndexState, request: AmendRequest, detail: VersionDetail): Enrolment {
  const { change, key, emit } = request;
  if (change.kind === "replica" || change.kind === "encryption") return { detail, entries: [] };
  return enrolChange(index, emit, { key, detail });
}

/** Names that S3 has no event for are there for replication. */
function eventOf(change: Amendment): string {
  switch (change.kind) {
    case "tags":
      return change.tags.length === 0 ? "ObjectTagging:Delete" : "ObjectTagging:Put";
    case "acl":
      return "ObjectAcl:Put";
    case "retention":
      return "ObjectRetention:Put";
    case "legal-hold":
      return "ObjectLegalHold:Put";
    case "encryption":
      return "ObjectEncryption:Put";
    case "replica":
      return "ObjectReplica:Changed";
  }
}

function contentOf(change: Amendment): string | undefined {
  return change.kind === "encryption" ? change.content : undefined;
}

/** Too old to be named, or condemned already: the sweeper may have it. */
function isUsed(index: IndexState, content: string | null): boolean {
  if (content === null || isExpired(index, content)) return true;
  return findCondemned(index, content, content).length > 0;
}

/** Names other bytes in the version's row; the old ones are let go of as bytes without a version. */
function exchange(index: IndexState, row: VersionRow, content: string | null): void {
  const { sql } = index;
  const [key, seq, old] = [row[column.key], row[column.seq], row[column.content]];
  if (content === null || old === null) return;
  if (row[column.ended] === null) sql.run(statements.setCurrentContent, key, content);
  else sql.run(statements.setHistoryContent, key, seq, content);
  keepFound(index, content);
  condemnBytes(index, { held: old, reason: "part", key });
  // A copy that was restored is encrypted as the old bytes were, and readers would open it as the new
  // ones. One that is asked for and not made yet will be made of these.
  if (restoreOf(index, { key, seq })?.content !== undefined) dropRestore(index, { key, seq });
}

/** Without a version id: the newest state of the key, a marker too. */
function findTarget(index: IndexState, { key, versionId }: AmendRequest): VersionRow | undefined {
  if (versionId !== undefined) return findVersion(index, key, versionId);
  const { current, marker } = readHead(index, key);
  return current ?? marker;
}

type Changed = { readonly detail: VersionDetail } | Extract<AmendOutcome, { kind: string }>;

function apply(
  change: Amendment,
  { seq, detail }: Pick<Version, "seq" | "detail">,
  clockMs: number,
): Changed {
  const { lock = {} } = detail;
  switch (change.kind) {
    case "tags": {
      const { tags: _, ...rest } = detail;
      return { detail: change.tags.length === 0 ? rest : { ...rest, tags: change.tags } };
    }
    case "acl": {
      if (change.expectedSeq !== seq) return { kind: "changed" };
      const { acl: _, ...rest } = detail;
      return { detail: change.acl === undefined ? rest : { ...rest, acl: change.acl } };
    }
    case "encryption": {
      if (change.expectedSeq !== seq) return { kind: "changed" };
      const { encryption: _, ...rest } = detail;
      const { encryption } = change;
      return { detail: encryption === undefined ? rest : { ...rest, encryption } };
    }
    case "replica":
      return { detail: mergeReplica(detail, change.change, clockMs) };
    case "legal-hold":
      if (!isLock(lock)) return { kind: "locked" };
      return { detail: withLock(detail, { ...lock, legalHold: change.isOn }) };
    case "retention": {
      if (!isLock(lock)) return { kind: "locked" };
      const asker = { clockMs, bypassGovernance: change.bypassGovernance };
      const outcome = changeRetention(lock, change.retention, asker);
      if (outcome.kind !== "granted") return outcome;
      return { detail: withLock(detail, outcome.lock) };
    }
  }
}

function withLock(detail: VersionDetail, lock: VersionLock): VersionDetail {
  const { lock: _, ...rest } = detail;
  return Object.keys(lock).length === 0 ? rest : { ...rest, lock };
}
