// Replication by batch: the rules are asked about versions that were there before them, and what
// failed for good is tried once more. A page at a time; a page that is done again enrols nothing twice.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-batch-replication-batch.html

import { matchReplication } from "../s3/replication-rules.ts";
import type { IndexState } from "./index-state.ts";
import type { EventOrigin } from "./outbox-types.ts";
import {
  enrolMarker,
  enrolTargets,
  outboxTarget,
  tellEnrolled,
  writeDetail,
} from "./replication.ts";
import type { EnrolOutcome, EnrolRequest } from "./replication-types.ts";
import { column, readVersion, type VersionRow } from "./rows.ts";
import { statements } from "./statements.ts";
import type { Version } from "./types.ts";
import { findVersion } from "./versions.ts";

const nobody: EventOrigin = {
  principalId: "s3.amazonaws.com",
  sourceAddress: "s3.amazonaws.com",
  requestId: "",
  hostId: "",
};

export function enrolReplication(index: IndexState, request: EnrolRequest): EnrolOutcome {
  const refusal = index.ledger.admit(request);
  if (refusal !== undefined) return refusal;
  return request.what === "existing" ? enrolExisting(index, request) : enrolFailed(index, request);
}

function enrolExisting(index: IndexState, request: EnrolRequest): EnrolOutcome {
  const { sql } = index;
  let [seen, enrolled, sizeBytes] = [0, 0, 0];
  let key = request.after ?? "";
  while (seen < request.limit) {
    const [next = null] = sql.first<[string | null]>(statements.nextKey, key) ?? [];
    if (next === null) return { kind: "enrolled", seen, enrolled, sizeBytes };
    key = next;
    // Oldest first: the order in which they were made.
    for (const row of rowsOf(index, key).reverse()) {
      seen += 1;
      const version = readVersion(row);
      if (!enrolOne(index, request, { row, version })) continue;
      enrolled += 1;
      sizeBytes += version.sizeBytes;
    }
  }
  return { kind: "enrolled", seen, enrolled, sizeBytes, next: key };
}

function rowsOf({ sql }: IndexState, key: string): VersionRow[] {
  return [
    ...sql.rows<VersionRow>(statements.currentOf, key),
    ...sql.rows<VersionRow>(statements.scanOlder, key, Number.MAX_SAFE_INTEGER),
  ];
}

/** True when a destination was missing. Replicas stay where they are. */
function enrolOne(
  index: IndexState,
  { rules, bucket }: EnrolRequest,
  { row, version }: { row: VersionRow; version: Version },
): boolean {
  const { key, versionId, seq, sizeBytes, detail } = version;
  const emission = { rules, bucket, origin: nobody };
  if (detail.replication?.status === "REPLICA") return false;
  if (version.isDeleteMarker) {
    const entries = enrolMarker(index, emission, key);
    const change = { event: "Replicate:Marker", key, versionId, seq, sizeBytes } as const;
    tellEnrolled(index, emission, entries, change);
    return entries.length > 0;
  }
  const { tags, encryption, replication } = detail;
  const algorithm = encryption?.algorithm;
  const taken = matchReplication(rules, { key, kind: "version", tags, algorithm });
  const missing = taken.filter(({ target }) => replication?.targets?.[target] === undefined);
  if (missing.length === 0) return false;
  const enrolment = enrolTargets(index, detail, missing);
  writeDetail(index, row, enrolment.detail);
  const change = { event: "Replicate:Version", key, versionId, seq, sizeBytes } as const;
  tellEnrolled(index, emission, enrolment.entries, change);
  return true;
}

type FailureRow = readonly [target: string, seq: number, key: string, body: string];

/** Back into the outbox at their old places; the versions are PENDING again. */
function enrolFailed(index: IndexState, { after, limit }: EnrolRequest): EnrolOutcome {
  const { sql, ledger } = index;
  const [fromTarget, fromSeq] = JSON.parse(after ?? '["", 0]') as [string, number];
  const rows = sql.rows<FailureRow>(statements.failuresAfter, fromTarget, fromSeq, limit);
  let sizeBytes = 0;
  for (const [target, seq, key, body] of rows) {
    sql.run(statements.putOutbox, target, seq, key, body);
    sql.run(statements.dropFailure, target, seq);
    sql.run(statements.setBackOutboxWait, target, key, seq);
    ledger.outboxPlaces.setBack(target, seq - 1);
    ledger.noteOutbox(target);
    const { version } = JSON.parse(body) as { version: { versionId?: string; sizeBytes?: number } };
    sizeBytes += version.sizeBytes ?? 0;
    const row = findVersion(index, key, version.versionId ?? "null");
    if (row !== undefined && row[column.isMarker] !== 1) {
      const bare = target.slice(outboxTarget("").length);
      reopen(index, row, { target: bare, seq });
    }
  }
  const last = rows.length === limit ? rows.at(-1) : undefined;
  const counts = { seen: rows.length, enrolled: rows.length, sizeBytes };
  return {
    kind: "enrolled",
    ...counts,
    ...(last !== undefined && { next: JSON.stringify([last[0], last[1]]) }),
  };
}

function reopen(
  index: IndexState,
  row: VersionRow,
  { target, seq }: { target: string; seq: number },
): void {
  const { detail } = readVersion(row);
  const { replication } = detail;
  const known = replication?.targets?.[target];
  if (replication === undefined || known === undefined || known.seq > seq) return;
  const { reason: _, ...rest } = known;
  const targets = { ...replication.targets, [target]: { ...rest, state: "PENDING", seq } as const };
  const status = replication.status === "REPLICA" ? "REPLICA" : "PENDING";
  writeDetail(index, row, { ...detail, replication: { ...replication, status, targets } });
}
