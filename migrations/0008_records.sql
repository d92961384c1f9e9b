-- What was recorded of requests, and what buckets hold. docs/STORAGE.md describes every column. Times
-- are milliseconds since the epoch.

-- Where the audit's chunks are: one row for each chunk of lines in the store, none for each request.
-- buckets, principals: JSON, the distinct ones in the chunk, or '*' when there are too many to list.
CREATE TABLE audit_chunks (
  chunk_id   INTEGER PRIMARY KEY AUTOINCREMENT,
  path       TEXT NOT NULL UNIQUE,
  from_ms    INTEGER NOT NULL,
  to_ms      INTEGER NOT NULL,
  records    INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  buckets    TEXT NOT NULL,
  principals TEXT NOT NULL
);

CREATE INDEX audit_chunks_by_time ON audit_chunks (to_ms);

-- Counted requests. scope: a bucket's id, or '*' for the whole deployment. filter: the id of a metrics
-- configuration, or a class of operations where scope is '*'. start_ms: the minute or the hour counted;
-- 0 where it is never reset. counts: JSON, numbers by name; the latest are kept apart until they are added up.
CREATE TABLE request_metrics (
  scope       TEXT NOT NULL,
  filter      TEXT NOT NULL,
  period      TEXT NOT NULL CHECK (period IN ('minute', 'hour', 'ever')),
  start_ms    INTEGER NOT NULL,
  requests    INTEGER NOT NULL DEFAULT 0,
  gets        INTEGER NOT NULL DEFAULT 0,
  puts        INTEGER NOT NULL DEFAULT 0,
  deletes     INTEGER NOT NULL DEFAULT 0,
  heads       INTEGER NOT NULL DEFAULT 0,
  posts       INTEGER NOT NULL DEFAULT 0,
  selects     INTEGER NOT NULL DEFAULT 0,
  lists       INTEGER NOT NULL DEFAULT 0,
  status_3xx  INTEGER NOT NULL DEFAULT 0,
  status_4xx  INTEGER NOT NULL DEFAULT 0,
  status_5xx  INTEGER NOT NULL DEFAULT 0,
  bytes_down  INTEGER NOT NULL DEFAULT 0,
  bytes_up    INTEGER NOT NULL DEFAULT 0,
  first_ms    INTEGER NOT NULL DEFAULT 0,
  first_max   INTEGER NOT NULL DEFAULT 0,
  total_ms    INTEGER NOT NULL DEFAULT 0,
  total_max   INTEGER NOT NULL DEFAULT 0,
  under_10    INTEGER NOT NULL DEFAULT 0,
  under_50    INTEGER NOT NULL DEFAULT 0,
  under_100   INTEGER NOT NULL DEFAULT 0,
  under_500   INTEGER NOT NULL DEFAULT 0,
  under_1000  INTEGER NOT NULL DEFAULT 0,
  under_5000  INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (scope, filter, period, start_ms)
) WITHOUT ROWID;

CREATE INDEX request_metrics_by_age ON request_metrics (period, start_ms);

-- What a bucket held at the end of a walk over its index, by storage class; one row a day and class.
CREATE TABLE bucket_usage (
  bucket_id            TEXT NOT NULL,
  day                  TEXT NOT NULL,
  storage_class        TEXT NOT NULL,
  objects              INTEGER NOT NULL DEFAULT 0,
  noncurrent_versions  INTEGER NOT NULL DEFAULT 0,
  delete_markers       INTEGER NOT NULL DEFAULT 0,
  uploads              INTEGER NOT NULL DEFAULT 0,
  current_bytes        INTEGER NOT NULL DEFAULT 0,
  noncurrent_bytes     INTEGER NOT NULL DEFAULT 0,
  upload_bytes         INTEGER NOT NULL DEFAULT 0,
  condemned_versions   INTEGER NOT NULL DEFAULT 0,
  condemned_bytes      INTEGER NOT NULL DEFAULT 0,
  measured_at_ms       INTEGER NOT NULL,
  PRIMARY KEY (bucket_id, day, storage_class)
) WITHOUT ROWID;

CREATE INDEX bucket_usage_by_day ON bucket_usage (day);
