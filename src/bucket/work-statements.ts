// The statements of work that nobody waits for: telling of changes, replication, moves between
// classes, restorations, Intelligent-Tiering, lifecycle. Part of `statements.ts`, which runs them.

export const partColumns = "number, size, etag, checksum, modified_at, segments";
/** As lifecycle plans it; the detail, which may be long, only where ?4 asks for it. */
const planned = `key, seq, 0, version_id, modified_at, size, class,
  CASE WHEN ?4 THEN detail END`;
const plannedOld = planned.replace("seq, 0,", "seq, is_marker,");

export const workStatements = {
  putOutbox: "INSERT INTO outbox VALUES (?1, ?2, ?3, ?4)",
  dropOutbox: `DELETE FROM outbox
    WHERE target = ?1 AND seq IN (SELECT value FROM json_each(?2))`,
  /** Among the oldest rows of a target, those from before a moment. */
  dropOldOutbox: `DELETE FROM outbox
    WHERE target = ?1 AND json_extract(body, '$.atMs') < ?2
      AND seq <= (SELECT max(seq) FROM
        (SELECT seq FROM outbox WHERE target = ?1 ORDER BY seq LIMIT ?3))`,
  /** Waits for entries that are no longer there. */
  dropLooseWaits: `DELETE FROM outbox_waits WHERE target = ?1 AND NOT EXISTS
    (SELECT 1 FROM outbox o WHERE o.target = ?1 AND o.seq = outbox_waits.seq) RETURNING seq`,
  /** Each target that has rows, by a seek per target. */
  outboxTargets: `WITH RECURSIVE targets (target) AS (
      SELECT min(target) FROM outbox
      UNION ALL
      SELECT (SELECT min(target) FROM outbox WHERE target > targets.target)
      FROM targets WHERE target IS NOT NULL)
    SELECT target FROM targets WHERE target IS NOT NULL`,
  /** The oldest rows of keys whose wait is over (?2), with their failures. Without a row: loose. */
  dueWaits: `SELECT w.seq, w.key, o.body, w.failures FROM outbox_waits w
    LEFT JOIN outbox o ON o.target = w.target AND o.seq = w.seq
    WHERE w.target = ?1 AND w.retry_at <= ?2 ORDER BY w.retry_at LIMIT ?3`,
  /** Rows behind a place, in order; without a body those of keys that wait. */
  outboxBehind: `SELECT seq, key, CASE WHEN NOT EXISTS
      (SELECT 1 FROM outbox_waits w WHERE w.target = ?1 AND w.key = o.key) THEN body END
    FROM outbox o WHERE target = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3`,
  anyOutboxBehind: "SELECT 1 FROM outbox WHERE target = ?1 AND seq > ?2 LIMIT 1",
  nextOutboxWait: "SELECT min(retry_at) FROM outbox_waits WHERE target = ?1",
  countOutbox: "SELECT count(*) FROM (SELECT 1 FROM outbox WHERE target = ?1 LIMIT ?2)",
  oldestOutbox: `SELECT json_extract(body, '$.atMs') FROM outbox
    WHERE target = ?1 ORDER BY seq LIMIT 1`,
  putOutboxWait: `INSERT INTO outbox_waits VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6)
    ON CONFLICT (target, key) DO UPDATE SET seq = ?3, retry_at = ?4, error = ?5, failed_at = ?6,
      failures = CASE WHEN seq = ?3 THEN failures + 1 ELSE 1 END`,
  dropOutboxWaits: `DELETE FROM outbox_waits
    WHERE target = ?1 AND seq IN (SELECT value FROM json_each(?2)) RETURNING seq`,
  /** An older row of the key came back: it is the one to wait for. */
  setBackOutboxWait: `UPDATE outbox_waits SET seq = ?3
    WHERE target = ?1 AND key = ?2 AND seq > ?3`,
  outboxWaits: `SELECT count(*), (SELECT error FROM outbox_waits WHERE target = ?1
      ORDER BY failed_at DESC LIMIT 1), max(failed_at), min(retry_at)
    FROM outbox_waits WHERE target = ?1`,
  outboxStops: "SELECT target, retry_at FROM outbox_stops",
  outboxStopOf: `SELECT failures, retry_at, error, failed_at FROM outbox_stops
    WHERE target = ?1`,
  putOutboxStop: `INSERT INTO outbox_stops VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (target) DO UPDATE SET failures = ?2, retry_at = ?3, error = ?4, failed_at = ?5`,
  dropOutboxStop: "DELETE FROM outbox_stops WHERE target = ?1",

  /** A delivery that failed for good leaves the outbox for here, and comes back by its place. */
  keepFailure: `INSERT OR REPLACE INTO replication_failures
    SELECT target, seq, key, body, ?3, ?4 FROM outbox WHERE target = ?1 AND seq = ?2`,
  failuresAfter: `SELECT target, seq, key, body FROM replication_failures
    WHERE (target, seq) > (?1, ?2) ORDER BY target, seq LIMIT ?3`,
  nextKey: `SELECT min(key) FROM (SELECT min(key) AS key FROM current WHERE key > ?1
    UNION ALL SELECT min(key) FROM history WHERE key > ?1)`,
  outboxAt: "SELECT 1 FROM outbox WHERE target = ?1 AND seq = ?2",
  anyReplicationUpload: "SELECT 1 FROM replication_uploads LIMIT 1",
  replicationUpload: `SELECT upload_id, source FROM replication_uploads
    WHERE target = ?1 AND seq = ?2`,
  replicationParts: `SELECT number, etag FROM replication_parts
    WHERE target = ?1 AND seq = ?2 ORDER BY number`,
  putReplicationUpload: "INSERT INTO replication_uploads VALUES (?1, ?2, ?3, ?4)",
  putReplicationParts: `INSERT OR REPLACE INTO replication_parts
    SELECT ?1, ?2, json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?3)`,
  dropReplicationUpload: "DELETE FROM replication_uploads WHERE target = ?1 AND seq = ?2",
  dropReplicationParts: "DELETE FROM replication_parts WHERE target = ?1 AND seq = ?2",
  dropFailure: "DELETE FROM replication_failures WHERE target = ?1 AND seq = ?2",
  latestFailures: `SELECT target, key, json_extract(body, '$.version.versionId'), reason, failed_at
    FROM replication_failures ORDER BY failed_at DESC LIMIT ?1`,
  countFailures: "SELECT count(*) FROM replication_failures",
  countReplication: `INSERT INTO replication_counters VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
    ON CONFLICT (target, rule) DO UPDATE SET completed = completed + ?3,
      completed_bytes = completed_bytes + ?4, failed = failed + ?5, latency_sum = latency_sum + ?6,
      latency_max = max(latency_max, ?7), last_at = ?8`,
  replicationCounters: "SELECT * FROM replication_counters",
  pendingReplication: `SELECT target, json_extract(body, '$.id') AS rule, count(*),
      sum(coalesce(json_extract(body, '$.version.sizeBytes'), 0)), min(json_extract(body, '$.atMs'))
    FROM (SELECT target, body FROM outbox
      WHERE target >= 'replication ' AND target < 'replication!' ORDER BY target, seq LIMIT ?1)
    GROUP BY target, rule`,

  accessOf: "SELECT accessed_at FROM accesses WHERE key = ?1 AND seq = ?2",
  putAccess: `INSERT INTO accesses VALUES (?1, ?2, ?3)
    ON CONFLICT (key, seq) DO UPDATE SET accessed_at = ?3`,
  dropAccess: "DELETE FROM accesses WHERE key = ?1 AND seq = ?2",

  restoreOf: `SELECT is_done, tier, days, due_at, content FROM restores
    WHERE key = ?1 AND seq = ?2`,
  putRestore: `INSERT INTO restores VALUES (?1, ?2, 0, ?3, ?4, ?5, NULL)
    ON CONFLICT (key, seq) DO UPDATE SET tier = ?3, days = ?4, due_at = ?5`,
  extendRestore: "UPDATE restores SET due_at = ?3, days = ?4 WHERE key = ?1 AND seq = ?2",
  finishRestore: `UPDATE restores SET is_done = 1, content = ?3, due_at = ?4
    WHERE key = ?1 AND seq = ?2`,
  postponeRestore: "UPDATE restores SET due_at = ?3 WHERE key = ?1 AND seq = ?2 AND is_done = 0",
  dropRestore: "DELETE FROM restores WHERE key = ?1 AND seq = ?2",
  dueRestores: `SELECT key, seq, is_done FROM restores WHERE due_at <= ?1
    ORDER BY due_at LIMIT ?2`,
  nextRestore: "SELECT min(due_at) FROM restores",

  readMoves: "SELECT key, seq, fence, until FROM moves",
  putMove: `INSERT INTO moves VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (key, seq) DO UPDATE SET fence = ?3, until = ?4`,
  dropMove: "DELETE FROM moves WHERE key = ?1 AND seq = ?2",
  moveCurrent: "UPDATE current SET class = ?2, content = ?3, detail = ?4 WHERE key = ?1",
  moveHistory: `UPDATE history SET class = ?3, content = ?4, detail = ?5
    WHERE key = ?1 AND seq = ?2`,
  /** The parts of ?1 as those of ?2, lying where ?3 says: an array of number and segments. */
  moveParts: `INSERT INTO parts (content, ${partColumns})
    SELECT ?2, number, size, etag, checksum, modified_at, json_extract(moved.value, '$[1]')
    FROM json_each(?3) AS moved
    JOIN parts ON content = ?1 AND number = json_extract(moved.value, '$[0]')`,

  unfinishedMove: `SELECT content, source, noted_at, proved FROM unfinished_moves
    WHERE key = ?1 AND seq = ?2 AND destination = ?3`,
  unfinishedMovesOf: `SELECT destination, content, source FROM unfinished_moves
    WHERE key = ?1 AND seq = ?2`,
  idleMoves: `SELECT key, seq, destination, content FROM unfinished_moves
    WHERE noted_at <= ?1 LIMIT ?2`,
  oldestUnfinishedMove: "SELECT min(noted_at) FROM unfinished_moves",
  putUnfinishedMove: `INSERT INTO unfinished_moves VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
    ON CONFLICT (key, seq, destination) DO UPDATE SET noted_at = ?6, proved = ?7`,
  dropUnfinishedMove: `DELETE FROM unfinished_moves
    WHERE key = ?1 AND seq = ?2 AND destination = ?3`,
  copiedParts: `SELECT number, size, segments, stored_md5 FROM parts
    WHERE content = ?1 AND number > ?2 ORDER BY number`,
  copiedAmong: `SELECT number, segments FROM parts
    WHERE content = ?1 AND number IN (SELECT value FROM json_each(?2))`,
  sizesAmong: `SELECT number, size FROM parts
    WHERE content = ?1 AND number IN (SELECT value FROM json_each(?2))`,
  /** As `moveParts`, with what the stores say of the bytes. */
  noteParts: `INSERT INTO parts (content, ${partColumns}, stored_md5)
    SELECT ?2, number, size, etag, checksum, modified_at, json_extract(copied.value, '$[1]'),
      json_extract(copied.value, '$[2]')
    FROM json_each(?3) AS copied
    JOIN parts ON content = ?1 AND number = json_extract(copied.value, '$[0]')`,
  /** A part of ?1 that ?2 lacks, or has in another length. */
  uncopiedPart: `SELECT source.number FROM parts AS source
    LEFT JOIN parts AS copy ON copy.content = ?2 AND copy.number = source.number
    WHERE source.content = ?1 AND (copy.size IS NULL OR copy.size <> source.size) LIMIT 1`,

  dropLifecycleRanges: "DELETE FROM lifecycle_ranges",
  putLifecycleRange: `INSERT INTO lifecycle_ranges VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (from_key) DO UPDATE SET next_due = ?2, due = ?3, visited_seq = ?4, versions = ?5`,
  dueLifecycleRange: `SELECT from_key, due, visited_seq,
      (SELECT min(from_key) FROM lifecycle_ranges AS later WHERE later.from_key > range.from_key)
    FROM lifecycle_ranges AS range WHERE next_due <= ?1 ORDER BY next_due LIMIT 1`,
  nextLifecycleDue: "SELECT min(next_due) FROM lifecycle_ranges",
  /** A range to be visited anyway may be passed over there: `due` says that it must not be. */
  markLifecycleRange: `UPDATE lifecycle_ranges SET next_due = min(next_due, ?2), due = min(due, ?2)
    WHERE from_key = (SELECT max(from_key) FROM lifecycle_ranges WHERE from_key <= ?1)
      AND due > ?2`,
  countLifecycleRanges: `SELECT count(*), count(CASE WHEN next_due <= ?1 THEN 1 END),
    coalesce(sum(versions), 0) FROM lifecycle_ranges`,
  tallyLifecycle: `INSERT INTO lifecycle_tally VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (day, rule, action) DO UPDATE SET count = count + ?4, bytes = bytes + ?5`,
  lifecycleTally: `SELECT day, rule, action, count, bytes FROM lifecycle_tally
    ORDER BY day DESC, rule, action LIMIT ?1`,
  dropLifecycleTally: "DELETE FROM lifecycle_tally WHERE day < ?1",
  planCurrent: `SELECT ${planned} FROM current WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT ?3`,
  planCurrentAfter: `SELECT ${planned} FROM current
    WHERE key > ?1 AND key < ?2 ORDER BY key LIMIT ?3`,
  planHistory: `SELECT ${plannedOld} FROM history
    WHERE key >= ?1 AND key < ?2 ORDER BY key, seq DESC LIMIT ?3`,
  planHistoryAfter: `SELECT ${plannedOld} FROM history
    WHERE key > ?1 AND key < ?2 ORDER BY key, seq DESC LIMIT ?3`,
  planOlder: `SELECT ${plannedOld} FROM history
    WHERE key = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3`,
  planUploads: `SELECT key, upload_id, initiated_at FROM uploads
    WHERE key >= ?1 AND key < ?2 ORDER BY key, upload_id LIMIT ?3`,
} as const;

/** Every table but those that outlive a bucket: what it is, and what nobody was told yet. */
export const emptying = [
  "DELETE FROM current",
  "DELETE FROM history",
  "DELETE FROM condemned",
  "DELETE FROM content_refs",
  "DELETE FROM uploads",
  "DELETE FROM parts",
  "DELETE FROM manifests",
  "DELETE FROM annotations",
  "DELETE FROM accesses",
  "DELETE FROM moves",
  "DELETE FROM unfinished_moves",
  "DELETE FROM restores",
  "DELETE FROM rename_tokens",
  "DELETE FROM outbox_waits",
  "DELETE FROM outbox_stops",
  "DELETE FROM replication_failures",
  "DELETE FROM replication_counters",
  "DELETE FROM replication_uploads",
  "DELETE FROM replication_parts",
  "DELETE FROM lifecycle_ranges",
  "DELETE FROM lifecycle_tally",
  "DELETE FROM partitions",
] as const;
