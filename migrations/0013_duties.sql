-- When each duty of the crons last ran, and how: what tells that one is stuck. docs/STORAGE.md
-- describes the columns. Times are milliseconds since the epoch.
CREATE TABLE duties (
  name          TEXT NOT NULL PRIMARY KEY,
  cron          TEXT NOT NULL,
  started_at_ms INTEGER NOT NULL,
  ended_at_ms   INTEGER NOT NULL,
  succeeded_at_ms INTEGER,
  failures      INTEGER NOT NULL DEFAULT 0,
  error         TEXT
) WITHOUT ROWID;
