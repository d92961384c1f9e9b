-- Buckets of other S3 endpoints that replication may write to, registered by the operator.
-- docs/STORAGE.md describes every column. Times are milliseconds since the epoch.

-- account_id: whose buckets may name the remote, '*' for everybody's. kind: 'cairn' is told version ids and times of versions.
CREATE TABLE replication_remotes (
  name          TEXT NOT NULL PRIMARY KEY,
  kind          TEXT NOT NULL CHECK (kind IN ('cairn', 's3')),
  account_id    TEXT NOT NULL,
  endpoint      TEXT NOT NULL,
  region        TEXT NOT NULL,
  bucket        TEXT NOT NULL,
  access_key_id TEXT NOT NULL,
  sealed_secret TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL
) WITHOUT ROWID;
