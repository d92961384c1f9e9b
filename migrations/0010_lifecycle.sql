-- Buckets with lifecycle rules, and when each must be looked at next. docs/STORAGE.md describes every column.
-- Times are milliseconds since the epoch.

-- due_ms: the next look, at most a lifecycle day away. completed_ms: when nothing was left to do last.
-- run: what was done since run_started_ms, a JSON object of counts by action.
CREATE TABLE lifecycle_buckets (
  bucket_id      TEXT NOT NULL PRIMARY KEY REFERENCES buckets (bucket_id) ON DELETE CASCADE,
  due_ms         INTEGER NOT NULL DEFAULT 0,
  looked_ms      INTEGER,
  completed_ms   INTEGER,
  run_started_ms INTEGER,
  run            TEXT NOT NULL DEFAULT '{}',
  error          TEXT
) WITHOUT ROWID;

CREATE INDEX lifecycle_buckets_due ON lifecycle_buckets (due_ms);
