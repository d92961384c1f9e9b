// The one call that makes a stored blob (or a copy by reference) a version. Idempotent, and safe
// against its own echoes: a first try that arrives after its retry, even after its version was
// displaced, never names condemned bytes (faults.md D03, D26).

import { isBlobId } from "../s3/ids.ts";
import { condemnBytes, findCondemned } from "./condemned.ts";
import { judge } from "./conditions.ts";
import type { IndexState } from "./index-state.ts";
import { isExpired, share, standingSource } from "./references.ts";
import { syncReplica } from "./replica-changes.ts";
import { namedAsReplica } from "./replicas.ts";
import { column, type VersionRow } from "./rows.ts";
import { statements } from "./statements.ts";
import type { CommitOutcome, CommitRequest } from "./types.ts";
import { type Head, locked, nullOf, place, readHead, shownId, storedId } from "./versions.ts";

/**
 * Commits a version, once however often it is asked: the blob (or, for copies, the caller's version
 * id) tells whether an earlier try took, even when its version is displaced by now. A second try
 * that is refused also seals the blob against the first one arriving late.
 */
export function commit(index: IndexState, given: CommitRequest): CommitOutcome {
  const refusal = index.ledger.admitKey(given, given.key);
  if (refusal !== undefined) return refusal;
  const request = namedAsReplica(given, given.detail);
  const head = readHead(index, request.key);
  const outcome =
    findReplica(index, request) ??
    findEarlier(index, request, head) ??
    decide(index, request, head);
  const isSealed = outcome.kind === "committed" || outcome.kind === "expired-blob";
  if (request.isRetry === true && request.sharedFrom === undefined && !isSealed) {
    condemnBytes(index, { held: request.content, reason: "refused", key: request.key });
  }
  return outcome;
}

function decide(index: IndexState, request: CommitRequest, head: Head): CommitOutcome {
  const { key, content, sharedFrom, versionId } = request;
  if (sharedFrom === undefined && !isBlobId(content)) throw new Error("content is not a blob");
  const isShared = sharedFrom !== undefined;
  if (isExpired(index, isShared ? versionId : content)) return { kind: "expired-blob" };
  const refusal = judge(request.conditions, head.current);
  if (refusal !== undefined) return refusal;
  if (isShared && standingSource(index, sharedFrom)?.[column.content] !== content) {
    return { kind: "source-gone" };
  }
  const displaced = request.versioning === "Enabled" ? undefined : nullOf(index, key, head);
  if (displaced !== undefined && locked(index, displaced)) return { kind: "locked" };
  if (isShared) share(index, content);
  const modifiedAtMs = place(index, { ...request, head, isShared });
  return committed(request, { versionId: storedId(request.versioning, versionId), modifiedAtMs });
}

/** A replica that is here under the same id: what changed at its source since is taken over. */
function findReplica(index: IndexState, request: CommitRequest): CommitOutcome | undefined {
  const { detail, sharedFrom } = request;
  const origin = sharedFrom === undefined ? detail.replication?.origin : undefined;
  if (origin === undefined) return undefined;
  const row = syncReplica(index, { key: request.key, origin, detail });
  if (row === undefined || row[column.content] === request.content) return undefined;
  const facts = { versionId: row[column.versionId], modifiedAtMs: row[column.modifiedAtMs] };
  const answer = committed(request, facts);
  // Bytes that were held once may be others' by now (moved from here after they were copied): what is
  // condemned is the upkeep's to remove, and never the asker's.
  const isHeld = findCondemned(index, request.content, request.content).length > 0;
  return isHeld ? answer : ({ ...answer, isKnown: true } as CommitOutcome);
}

function committed(
  request: CommitRequest,
  { versionId, modifiedAtMs }: { versionId: string | null; modifiedAtMs: number },
): CommitOutcome {
  return {
    kind: "committed",
    ...shownId(request.versioning, versionId),
    modifiedAtMs,
    etag: request.etag,
  };
}

/** What an earlier try of the same commit came to, if one took. */
function findEarlier(
  index: IndexState,
  request: CommitRequest,
  head: Head,
): CommitOutcome | undefined {
  const { content, versionId, sharedFrom } = request;
  const isOurs = (row: { id: string | null; writtenAs: string | null; content: string | null }) =>
    row.id === versionId ||
    row.writtenAs === versionId ||
    (sharedFrom === undefined && row.content === content);
  for (const row of candidates(index, request, head)) {
    const facts = { id: row[column.versionId], writtenAs: row[column.writtenAs] };
    if (!isOurs({ ...facts, content: row[column.content] })) continue;
    return committed(request, { versionId: facts.id, modifiedAtMs: row[column.modifiedAtMs] });
  }
  const sinceId = sharedFrom === undefined ? content : versionId;
  for (const row of findCondemned(index, content, sinceId)) {
    const [reason, id, writtenAs, modifiedAtMs] = row;
    const isVersion = reason === "version" && isOurs({ id, writtenAs, content: row[5] });
    if (isVersion) return committed(request, { versionId: id, modifiedAtMs });
    if (sharedFrom === undefined) return { kind: "expired-blob" };
  }
  return undefined;
}

/** The rows of the key that an earlier try may have made. */
function candidates(
  { sql, ledger }: IndexState,
  { key, versionId }: CommitRequest,
  { current }: Head,
): VersionRow[] {
  const rows = current === undefined ? [] : [current];
  if (!ledger.hasHistory) return rows;
  rows.push(...sql.rows<VersionRow>(statements.historyById, key, versionId));
  rows.push(...sql.rows<VersionRow>(statements.historyNull, key));
  return rows;
}
