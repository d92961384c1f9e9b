// What a version takes over from the other side of a replication: tags and lock, the later change of
// two winning. Nothing that comes in this way goes out again, so that two buckets that replicate to
// each other come to rest. A lock grows this way; it is weakened only for a caller who could have
// weakened it here himself, since whoever may make replicas may not for that alone.

import type { IndexState } from "./index-state.ts";
import { markLifecycle } from "./lifecycle-ranges.ts";
import { changeRetention } from "./locks.ts";
import { writeDetail } from "./replication.ts";
import type { ReplicaChange, ReplicaOrigin } from "./replication-types.ts";
import { column, readVersion, type VersionRow } from "./rows.ts";
import type { VersionDetail } from "./types.ts";
import { findVersion } from "./versions.ts";

/** The detail with the change, or as it is when it was changed later than that. */
export function mergeReplica(
  detail: VersionDetail,
  change: ReplicaChange,
  clockMs: number,
): VersionDetail {
  const { replication } = detail;
  if (replication === undefined || (replication.changedAtMs ?? 0) > change.changedAtMs) {
    return detail;
  }
  const { tags: _, acl: __, lock: before, ...rest } = detail;
  const lock = mergeLock(before ?? {}, change, clockMs);
  return {
    ...rest,
    ...(change.tags.length > 0 && { tags: change.tags }),
    ...(change.acl !== undefined && { acl: change.acl }),
    ...(Object.keys(lock).length > 0 && { lock }),
    replication: { ...replication, changedAtMs: change.changedAtMs },
  };
}

function mergeLock(
  before: NonNullable<VersionDetail["lock"]>,
  { lock = {}, mayShorten = false, mayRelease = false }: ReplicaChange,
  clockMs: number,
): NonNullable<VersionDetail["lock"]> {
  const { legalHold, ...wish } = lock;
  const asker = { clockMs, bypassGovernance: mayShorten };
  const outcome = changeRetention(before, wish, asker);
  const { legalHold: held, ...kept } = outcome.kind === "granted" ? outcome.lock : before;
  const isKept = !mayRelease && (before.legalHold === true || held === true);
  const hold = isKept ? true : legalHold;
  return { ...kept, ...(hold !== undefined && { legalHold: hold }) };
}

/**
 * The version a replica would be, if it is here already, with what changed at the source since.
 * A null version that is older than the replica is not it.
 */
export function syncReplica(
  index: IndexState,
  replica: {
    readonly key: string;
    readonly origin: ReplicaOrigin;
    readonly detail: VersionDetail;
  },
): VersionRow | undefined {
  const { key, origin, detail } = replica;
  const row = findVersion(index, key, origin.versionId);
  if (row === undefined) return undefined;
  const isOther = row[column.modifiedAtMs] < origin.modifiedAtMs;
  if (row[column.versionId] === null && isOther) return undefined;
  if (row[column.isMarker] === 1) return row;
  const { tags = [], acl, lock, replication } = detail;
  const changedAtMs = replication?.changedAtMs ?? 0;
  const change = {
    ...{ changedAtMs, tags },
    ...(acl !== undefined && { acl }),
    ...(lock !== undefined && { lock }),
  };
  const known = readVersion(row).detail;
  writeDetail(index, row, mergeReplica(known, change, index.ledger.clockMs));
  markLifecycle(index, key);
  return row;
}
