-- Work that runs in slices and can be resumed: checks, sweeps, rebuilds. docs/STORAGE.md describes
-- every column. Times are milliseconds since the epoch.

-- target: what it works on, a bucket id or a store number or '*' for everything. place: where the next slice goes on, JSON.
-- fence rises with every lease: who holds an older one can no longer write.
CREATE TABLE jobs (
  job_id          TEXT NOT NULL PRIMARY KEY,
  kind            TEXT NOT NULL,
  target          TEXT NOT NULL,
  options         TEXT NOT NULL DEFAULT '{}',
  place           TEXT,
  counts          TEXT NOT NULL DEFAULT '{}',
  fence           INTEGER NOT NULL DEFAULT 0,
  leased_until_ms INTEGER NOT NULL DEFAULT 0,
  failures        INTEGER NOT NULL DEFAULT 0,
  error           TEXT,
  started_at_ms   INTEGER NOT NULL,
  updated_at_ms   INTEGER NOT NULL,
  finished_at_ms  INTEGER
) WITHOUT ROWID;

-- One at a time of a kind and target, whoever starts it.
CREATE UNIQUE INDEX jobs_open ON jobs (kind, target) WHERE finished_at_ms IS NULL;

CREATE INDEX jobs_finished ON jobs (finished_at_ms) WHERE finished_at_ms IS NOT NULL;

-- What a job found. subject: JSON, which bucket, key, version, blob.
CREATE TABLE job_findings (
  finding_id  INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id      TEXT NOT NULL REFERENCES jobs (job_id) ON DELETE CASCADE,
  kind        TEXT NOT NULL,
  subject     TEXT NOT NULL,
  is_repaired INTEGER NOT NULL DEFAULT 0 CHECK (is_repaired IN (0, 1)),
  found_at_ms INTEGER NOT NULL
);

CREATE INDEX job_findings_by_job ON job_findings (job_id, finding_id);
