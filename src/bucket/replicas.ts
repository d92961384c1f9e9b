// The destination's side of replication: where a replica stands among the versions of its key. It has
// the id and the time of the version it is of, and the order of a key's versions is that of their
// times, whatever order they arrive in: so the newest one at the source is the newest one here in the
// end, and two buckets that replicate to each other agree (faults.md D34).

import { nullVersionId } from "../s3/ids.ts";
import type { IndexState } from "./index-state.ts";
import type { ReplicaOrigin } from "./replication-types.ts";
import { column, type VersionRow } from "./rows.ts";
import { statements } from "./statements.ts";
import type { VersionDetail, VersioningState } from "./types.ts";

/** A request for a replica keeps the id it has at its source, `null` too. */
export function namedAsReplica<
  Request extends { readonly versionId: string; readonly versioning: VersioningState },
>(request: Request, { replication }: VersionDetail): Request {
  const origin = replication?.origin;
  if (origin === undefined) return request;
  if (origin.versionId === nullVersionId) return { ...request, versioning: "Suspended" };
  return { ...request, versioning: "Enabled", versionId: origin.versionId };
}

/** Whether the replica comes after that version of its key. */
export function isNewer(origin: ReplicaOrigin, row: VersionRow): boolean {
  const modifiedAtMs = row[column.modifiedAtMs];
  if (origin.modifiedAtMs !== modifiedAtMs) return origin.modifiedAtMs > modifiedAtMs;
  // In one millisecond: by the source's own order if it made both, else in a way all sides share.
  const other = originIn(row);
  if (other?.source === origin.source) return origin.seq > other.seq;
  return origin.versionId > (row[column.versionId] ?? nullVersionId);
}

function originIn(row: VersionRow): ReplicaOrigin | undefined {
  const text = row[column.detail];
  if (!text?.includes('"replication"')) return undefined;
  return (JSON.parse(text) as VersionDetail).replication?.origin;
}

/** The columns behind `key, seq` (and in the history `ended, is_marker`), as statements take them. */
export type VersionValues = readonly SqlStorageValue[];

/** Writes a version among the older ones of its key, for a replica that is not the newest. */
export function insertBelow(
  { sql, ledger }: IndexState,
  origin: ReplicaOrigin,
  version: { readonly key: string; readonly isMarker: boolean; readonly values: VersionValues },
): number {
  const { key, isMarker, values } = version;
  const rows = [
    ...sql.rows<VersionRow>(statements.currentOf, key),
    ...sql.rows<VersionRow>(statements.scanOlder, key, Number.MAX_SAFE_INTEGER),
  ];
  const at = rows.findIndex((row) => isNewer(origin, row));
  const older = at === -1 ? undefined : rows[at];
  const newer = at === -1 ? rows.at(-1) : rows[at - 1];
  if (newer === undefined) throw new Error("the replica is the newest");
  const seq = between(older?.[column.seq], newer[column.seq]);
  sql.run(statements.putHistory, key, seq, newer[column.seq], isMarker ? 1 : 0, ...values);
  if (older !== undefined) sql.run(statements.endHistory, key, older[column.seq], seq);
  ledger.hasHistory = true;
  return seq;
}

/** A place in the order between two others; a fraction where the two are neighbours. */
function between(older: number | undefined, newer: number): number {
  if (older === undefined) return newer - 1;
  const middle = (older + newer) / 2;
  const seq = Math.floor(middle) > older ? Math.floor(middle) : middle;
  if (seq <= older || seq >= newer) throw new Error("no place is left between two versions");
  return seq;
}
