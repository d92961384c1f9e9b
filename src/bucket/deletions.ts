// DeleteObject and DeleteObjects: delete markers, null versions, versions by id. All keys of one
// call are one transaction, each with a result of its own (faults.md D46); a key that is refused
// changes nothing. Bytes are only condemned.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html

import { nullVersionId } from "../s3/ids.ts";
import { condemnCurrent, condemnHistory } from "./condemned.ts";
import { judge } from "./conditions.ts";
import type { IndexState } from "./index-state.ts";
import { markLifecycle } from "./lifecycle-ranges.ts";
import { emit, emitOf } from "./outbox.ts";
import { insertBelow, isNewer } from "./replicas.ts";
import { enrolMarker, tellEnrolled } from "./replication.ts";
import { column, type VersionRow } from "./rows.ts";
import { statements } from "./statements.ts";
import type {
  DeleteOutcome,
  DeleteRequest,
  Deletion,
  DeletionResult,
  ReplicaOrigin,
} from "./types.ts";
import {
  findVersion,
  locked,
  makeRoom,
  newestTime,
  nullOf,
  readHead,
  storedId,
} from "./versions.ts";

/** Deletes each key or version named, in order. */
export function deleteAll(index: IndexState, request: DeleteRequest): DeleteOutcome {
  const refusal = index.ledger.admit(request);
  if (refusal !== undefined) return refusal;
  return {
    kind: "done",
    results: request.deletions.map((deletion) => deleteOne(index, request, deletion)),
  };
}

/** What deletions of one call share. */
type Removal = Pick<DeleteRequest, "versioning" | "ownerId" | "emit">;

/** Deletes one key or version, inside the caller's transaction. */
export function deleteOne(index: IndexState, request: Removal, deletion: Deletion): DeletionResult {
  const { sql, ledger } = index;
  const moved = ledger.movedTo(deletion.key);
  if (moved !== undefined) return moved;
  if (deletion.conditions !== undefined) {
    const current = sql.first<VersionRow>(statements.currentOf, deletion.key);
    const refusal = judge(deletion.conditions, current);
    if (refusal !== undefined) return refusal;
  }
  const { versionId } = deletion;
  if (versionId !== undefined) return deleteVersion(index, request, { ...deletion, versionId });
  // A bucket that has history was versioned: whatever a caller believes, nothing there is lost.
  const leavesMarker = request.versioning !== "Unversioned" || ledger.hasHistory;
  return leavesMarker ? putMarker(index, request, deletion) : deleteNull(index, request, deletion);
}

/** The name of a removal: the lifecycle's own differ. */
function removal({ emit: emission }: Removal, what: "Delete" | "DeleteMarkerCreated"): string {
  return `${emission?.removal ?? "ObjectRemoved"}:${what}`;
}

/** In a bucket that was never versioned the object goes; a key that is not there is a success. */
function deleteNull(
  index: IndexState,
  request: Removal,
  { key, bypassGovernance }: Deletion,
): DeletionResult {
  const { sql, ledger } = index;
  const current = sql.first<VersionRow>(statements.currentOf, key);
  if (current === undefined) return { kind: "deleted", isDeleteMarker: false };
  if (locked(index, current, bypassGovernance)) return { kind: "locked" };
  condemnCurrent(index, current, ledger.takeSeq());
  sql.run(statements.dropCurrent, key);
  emitOf(index, request.emit, { event: removal(request, "Delete"), version: current });
  return { kind: "deleted", isDeleteMarker: false, sizeBytes: current[column.sizeBytes] };
}

/** Every such delete leaves a marker, on a key that has none and on one that has several. */
function putMarker(index: IndexState, request: Removal, deletion: Deletion): DeletionResult {
  const { sql, ledger } = index;
  const { key, markerVersionId, origin } = deletion;
  const versionId = storedId(request.versioning, markerVersionId);
  const publicId = versionId ?? nullVersionId;
  const made: DeletionResult = {
    kind: "deleted",
    isDeleteMarker: true,
    versionId: publicId,
    markerVersionId: publicId,
  };
  if (versionId !== null && findVersion(index, key, versionId) !== undefined) return made;
  const head = readHead(index, key);
  const displaced = versionId === null ? nullOf(index, key, head) : undefined;
  if (displaced !== undefined && locked(index, displaced, deletion.bypassGovernance)) {
    return { kind: "locked" };
  }
  const newest = head.current ?? head.marker;
  const modifiedAtMs = origin?.modifiedAtMs ?? Math.max(ledger.clockMs, newestTime(head));
  const owner = request.ownerId ?? null;
  if (origin !== undefined) markLifecycle(index, key);
  let seq: number;
  if (origin !== undefined && newest !== undefined && !isNewer(origin, newest)) {
    // A key has one null version: the later of two, as for replicas of objects.
    if (displaced !== undefined && displaced[column.modifiedAtMs] >= origin.modifiedAtMs)
      return made;
    if (displaced !== undefined) condemnHistory(index, displaced, ledger.takeSeq());
    const values = [versionId, modifiedAtMs, 0, "", null, null, null, owner, null, noted(origin)];
    seq = insertBelow(index, origin, { key, isMarker: true, values });
  } else {
    seq = ledger.takeSeq();
    makeRoom(index, { key, head, seq, replacesNull: versionId === null });
    if (head.current !== undefined) sql.run(statements.dropCurrent, key);
    sql.run(statements.putMarker, key, seq, versionId, modifiedAtMs, owner, noted(origin));
  }
  ledger.hasHistory = true;
  // Replicas go no further, and what the lifecycle does is each bucket's own matter, as on AWS.
  const isOwn = origin === undefined && request.emit?.removal === undefined;
  const entries = isOwn ? enrolMarker(index, request.emit, key) : [];
  const change = {
    event: "Replicate:Marker",
    key,
    versionId: publicId,
    seq,
    sizeBytes: 0,
  } as const;
  tellEnrolled(index, request.emit, entries, change);
  emit(index, request.emit, {
    event: removal(request, "DeleteMarkerCreated"),
    key,
    version: { versionId: publicId, seq, isDeleteMarker: true, modifiedAtMs },
  });
  return made;
}

/** The detail of a marker: nothing, unless it is a replica. */
function noted(origin: ReplicaOrigin | undefined): string | null {
  return origin === undefined
    ? null
    : JSON.stringify({ replication: { status: "REPLICA", origin } });
}

/** Removes one version for good. One that is not there is a silent success, as on S3. */
function deleteVersion(
  index: IndexState,
  request: Removal,
  deletion: Deletion & { readonly versionId: string },
): DeletionResult {
  const { sql, ledger } = index;
  const { key, versionId } = deletion;
  const row = findVersion(index, key, versionId);
  if (row === undefined) return { kind: "deleted", versionId, isDeleteMarker: false };
  if (locked(index, row, deletion.bypassGovernance)) return { kind: "locked" };
  const isDeleteMarker = row[column.isMarker] === 1;
  const wasNewest = row[column.ended] === null;
  const seq = ledger.takeSeq();
  if (wasNewest && !isDeleteMarker) {
    condemnCurrent(index, row, seq);
    sql.run(statements.dropCurrent, key);
  } else {
    condemnHistory(index, row, seq);
  }
  if (wasNewest && ledger.hasHistory) promoteNewest(index, key);
  // What is left may be a marker that hides nothing, or current again.
  markLifecycle(index, key);
  emitOf(index, request.emit, { event: removal(request, "Delete"), version: row });
  return {
    kind: "deleted",
    versionId,
    isDeleteMarker,
    ...(isDeleteMarker ? { markerVersionId: versionId } : { sizeBytes: row[column.sizeBytes] }),
  };
}

/**
 * The newest version left becomes the latest: an object is current again, a marker hides the key.
 */
function promoteNewest({ sql }: IndexState, key: string): void {
  const newest = sql.first<VersionRow>(statements.historyNewest, key);
  if (newest === undefined) return;
  const seq = newest[column.seq];
  if (newest[column.isMarker] === 1) {
    sql.run(statements.endHistory, key, seq, null);
    return;
  }
  sql.run(statements.promoteHistory, key, seq);
  sql.run(statements.dropHistory, key, seq);
}
