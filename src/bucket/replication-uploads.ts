// Multipart uploads at destinations that take more than one slice: their id there, and what the target
// called the parts that it has. A row lives as long as the delivery it belongs to.

import type { IndexState } from "./index-state.ts";
import { outboxTarget } from "./replication.ts";
import type {
  NoteReplicationUploadRequest,
  RememberedUpload,
  ReplicationUploadName,
} from "./replication-types.ts";
import { statements } from "./statements.ts";

/** What is remembered of a delivery. */
export function findReplicationUpload(
  { sql }: IndexState,
  { target, seq }: ReplicationUploadName,
): RememberedUpload | null {
  const row = sql.first<[string, string]>(statements.replicationUpload, target, seq);
  if (row === undefined) return null;
  const [uploadId, source] = row;
  const parts = sql.rows<[number, string]>(statements.replicationParts, target, seq);
  return { uploadId, source, parts };
}

/** Remembers parts, or forgets the upload. Of a delivery that is over nothing is remembered. */
export function noteReplicationUpload(
  index: IndexState,
  { target, seq, upload }: NoteReplicationUploadRequest,
): void {
  const { sql } = index;
  const known = sql.first<[string]>(statements.replicationUpload, target, seq);
  if (upload === undefined || (known !== undefined && known[0] !== upload.uploadId)) {
    dropReplicationUpload(index, { target, seq });
  }
  if (upload === undefined) return;
  if (sql.first(statements.outboxAt, outboxTarget(target), seq) === undefined) return;
  const { uploadId, source, parts } = upload;
  if (known?.[0] !== uploadId)
    sql.run(statements.putReplicationUpload, target, seq, uploadId, source);
  sql.run(statements.putReplicationParts, target, seq, JSON.stringify(parts));
}

function dropReplicationUpload({ sql }: IndexState, { target, seq }: ReplicationUploadName): void {
  sql.run(statements.dropReplicationParts, target, seq);
  sql.run(statements.dropReplicationUpload, target, seq);
}

/** Deliveries that are over take their uploads along. */
export function forgetUploads(index: IndexState, over: readonly ReplicationUploadName[]): void {
  if (index.sql.first(statements.anyReplicationUpload) === undefined) return;
  for (const name of over) dropReplicationUpload(index, name);
}
