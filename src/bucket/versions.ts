// The versions of a key and the moves between `current`, `history` and `condemned` that keep S3's
// versioning rules. Everything here runs in one turn of one thread, writes inside one transaction.
// Judging whether a write may happen is its caller's.

import { nullVersionId } from "../s3/ids.ts";
import { condemnCurrent, condemnHistory } from "./condemned.ts";
import type { IndexState } from "./index-state.ts";
import { markLifecycle } from "./lifecycle-ranges.ts";
import { isLocked, lockByDefault, retainedUntilMs } from "./locks.ts";
import { emit, filterable } from "./outbox.ts";
import { insertBelow, isNewer } from "./replicas.ts";
import { enrolVersion, tellEnrolled } from "./replication.ts";
import { column, renderDetail, type VersionRow } from "./rows.ts";
import { statements } from "./statements.ts";
import type { CommitRequest, VersionDetail, VersioningState } from "./types.ts";

/** The version with that public id, wherever it stands; a marker too. */
export function findVersion(
  { sql, ledger }: IndexState,
  key: string,
  publicId: string,
): VersionRow | undefined {
  const versionId = publicId === nullVersionId ? null : publicId;
  const current = sql.first<VersionRow>(statements.currentOf, key);
  if (current !== undefined && current[column.versionId] === versionId) return current;
  if (!ledger.hasHistory) return undefined;
  return versionId === null
    ? sql.first<VersionRow>(statements.historyNull, key)
    : sql.first<VersionRow>(statements.historyById, key, versionId);
}

/** The id the row keeps: the caller's when versioning is enabled, NULL for the null version. */
export function storedId(versioning: VersioningState, versionId: string): string | null {
  return versioning === "Enabled" ? versionId : null;
}

/** The id S3 shows for a version: none in a bucket that was never versioned. */
export function shownId(
  versioning: VersioningState,
  versionId: string | null,
): { versionId?: string } {
  if (versionId !== null) return { versionId };
  return versioning === "Unversioned" ? {} : { versionId: nullVersionId };
}

/** The newest state of a key: an object, or a delete marker, or nothing. */
export interface Head {
  readonly current: VersionRow | undefined;
  readonly marker: VersionRow | undefined;
}

export function readHead({ sql, ledger }: IndexState, key: string): Head {
  const current = sql.first<VersionRow>(statements.currentOf, key);
  if (current !== undefined || !ledger.hasHistory) return { current, marker: undefined };
  return { current, marker: sql.first<VersionRow>(statements.historyNewest, key) };
}

/** The null version of a key, object or marker: what a write without version ids displaces. */
export function nullOf({ sql, ledger }: IndexState, key: string, { current }: Head) {
  if (current !== undefined && current[column.versionId] === null) return current;
  if (!ledger.hasHistory) return undefined;
  return sql.first<VersionRow>(statements.historyNull, key);
}

/** Whether Object Lock keeps the version from being removed now. */
export function locked({ ledger }: IndexState, row: VersionRow, bypassGovernance = false): boolean {
  return isLocked(row, { clockMs: ledger.clockMs, bypassGovernance });
}

/** A version about to be written. The caller has judged conditions, locks and references. */
export interface NewVersion
  extends Pick<
    CommitRequest,
    | "key"
    | "versioning"
    | "versionId"
    | "sizeBytes"
    | "etag"
    | "storageClass"
    | "content"
    | "defaultLock"
    | "annotationsFrom"
    | "emit"
  > {
  readonly detail: VersionDetail;
  readonly head: Head;
  readonly isShared: boolean;
  /** What events call it, unless the caller's emission says: `ObjectCreated:Put`. */
  readonly event?: string;
  /** Only for a renamed object, which keeps its time; otherwise now. */
  readonly modifiedAtMs?: number;
}

/**
 * Writes the version as the newest of its key, or a replica where its time says. Answers its
 * modification time.
 */
export function place(index: IndexState, given: NewVersion): number {
  const { sql, ledger } = index;
  ledger.noteClass(given.storageClass);
  const { key, head } = given;
  // What shares its content with another version is no replica, whatever that one was.
  const origin = given.isShared ? undefined : given.detail.replication?.origin;
  const own = origin === undefined ? withoutReplication(given.detail) : given.detail;
  const { detail, entries } = enrolVersion(index, given.emit, { key, detail: own });
  const version = detail === given.detail ? given : { ...given, detail };
  const newest = head.current ?? head.marker;
  const isBelow = origin !== undefined && newest !== undefined && !isNewer(origin, newest);
  const createdAtMs = Math.max(ledger.clockMs, newestTime(head));
  const modifiedAtMs = origin?.modifiedAtMs ?? given.modifiedAtMs ?? createdAtMs;
  const values = valuesOf(version, { createdAtMs, modifiedAtMs });
  let seq: number;
  if (isBelow) {
    const displaced = version.versioning === "Enabled" ? undefined : nullOf(index, key, head);
    if (displaced !== undefined) condemnHistory(index, displaced, ledger.takeSeq());
    seq = insertBelow(index, origin, { key, isMarker: false, values });
  } else {
    seq = ledger.takeSeq();
    const { annotationsFrom: from } = version;
    // Before the source itself may have to make room: an object can be copied onto itself.
    if (from !== undefined && ledger.hasAnnotations) {
      sql.run(statements.copyAnnotations, from.key, from.seq, key, seq);
    }
    makeRoom(index, { key, head, seq, replacesNull: version.versioning !== "Enabled" });
    sql.run(statements.putCurrent, key, seq, ...values);
  }
  // Replicas have the time of their source, renamed objects their own: both may be due at once.
  if (modifiedAtMs < createdAtMs) markLifecycle(index, key);
  emitPlaced(index, version, { seq, modifiedAtMs });
  if (entries.length > 0) {
    const versionId = storedId(version.versioning, version.versionId) ?? nullVersionId;
    const { sizeBytes } = version;
    const change = { event: "Replicate:Version", key, versionId, seq, sizeBytes } as const;
    tellEnrolled(index, version.emit, entries, change);
  }
  return modifiedAtMs;
}

function withoutReplication(detail: VersionDetail): VersionDetail {
  if (detail.replication === undefined) return detail;
  const { replication: _, ...rest } = detail;
  return rest;
}

/** The columns of a version behind key and seq. */
function valuesOf(
  version: NewVersion,
  { createdAtMs, modifiedAtMs }: { createdAtMs: number; modifiedAtMs: number },
): SqlStorageValue[] {
  const { versioning, versionId } = version;
  const [checksum, owner, detail] = renderDetail(withDefaultLock(version, createdAtMs));
  return [
    storedId(versioning, versionId),
    modifiedAtMs,
    version.sizeBytes,
    version.etag,
    version.storageClass === "STANDARD" ? null : version.storageClass,
    version.content,
    checksum,
    owner,
    // A copy to the null version can be told from another only by the id its writer chose.
    version.isShared && versioning !== "Enabled" ? versionId : null,
    detail,
  ];
}

function emitPlaced(
  index: IndexState,
  { emit: emission, event = "ObjectCreated:Put", ...version }: NewVersion,
  { seq, modifiedAtMs }: { seq: number; modifiedAtMs: number },
): void {
  if (emission === undefined) return;
  const { key, versioning, sizeBytes, etag, storageClass } = version;
  const shown = shownId(versioning, storedId(versioning, version.versionId));
  const name = emission.event ?? event;
  emit(index, emission, {
    event: name,
    key,
    ...(name === "ObjectCreated:Copy" && {
      facts: { hasAnnotations: emission.isAnnotated === true || isAnnotated(index, { key, seq }) },
    }),
    version: {
      ...shown,
      ...{ seq, sizeBytes, etag, storageClass, modifiedAtMs },
      ...filterable(version.detail),
    },
  });
}

/** Whether a version has annotations. Costs nothing in a bucket without. */
export function isAnnotated(
  { sql, ledger }: IndexState,
  { key, seq }: { readonly key: string; readonly seq: number },
): boolean {
  return ledger.hasAnnotations && sql.first(statements.anyAnnotationOf, key, seq) !== undefined;
}

/**
 * A retention of its own outdoes the bucket's, unless it is over: a renamed version may bring such
 * a one. A legal hold is apart from both.
 */
function withDefaultLock({ detail, defaultLock }: NewVersion, createdAtMs: number): VersionDetail {
  const own = detail.lock === undefined ? undefined : retainedUntilMs(detail.lock, createdAtMs);
  if (defaultLock === undefined || (own ?? 0) > createdAtMs) return detail;
  const lock = lockByDefault(defaultLock, createdAtMs);
  const legalHold = detail.lock?.legalHold;
  return { ...detail, lock: legalHold === undefined ? lock : { ...lock, legalHold } };
}

/** Last-Modified of one key never goes back, whatever clocks did between (faults.md D43). */
export function newestTime({ current, marker }: Head): number {
  return (current ?? marker)?.[column.modifiedAtMs] ?? 0;
}

/**
 * Moves what stands at the top of a key out of the way of a newer version or marker: into the
 * history, or, for the null version when another takes its place, among the condemned. What stays
 * in `current` is overwritten or dropped by the caller.
 */
export function makeRoom(
  index: IndexState,
  { key, head, seq, replacesNull }: { key: string; head: Head; seq: number; replacesNull: boolean },
): void {
  const { sql, ledger } = index;
  const { current, marker } = head;
  const displaced = replacesNull ? nullOf(index, key, head) : undefined;
  if (current !== undefined && displaced === current) {
    condemnCurrent(index, current, seq);
    return;
  }
  if (current !== undefined) {
    sql.run(statements.archiveCurrent, key, seq);
    ledger.hasHistory = true;
  }
  if (displaced !== undefined) condemnHistory(index, displaced, seq);
  if (marker !== undefined && marker[column.seq] !== displaced?.[column.seq]) {
    sql.run(statements.endHistory, key, marker[column.seq], seq);
  }
}
