-- The catalog: who exists, with which keys, and which buckets with which settings.
-- Never edited once landed; later tables come in later files. docs/STORAGE.md describes every column.
-- Times are milliseconds since the epoch. Text compares as UTF-8 bytes (BINARY, SQLite's default).

-- A deleted account keeps its row, without its e-mail address, so that its ids are never given out
-- again (SEC-070).
CREATE TABLE accounts (
  account_id    TEXT NOT NULL PRIMARY KEY CHECK (length(account_id) = 12),
  canonical_id  TEXT NOT NULL UNIQUE CHECK (length(canonical_id) = 64),
  name          TEXT NOT NULL,
  email         TEXT NOT NULL,
  is_operator   INTEGER NOT NULL DEFAULT 0 CHECK (is_operator IN (0, 1)),
  state         TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'deleted')),
  created_at_ms INTEGER NOT NULL
) WITHOUT ROWID;

CREATE UNIQUE INDEX accounts_by_email ON accounts (email) WHERE state = 'active';

-- At most one operator, whoever wins the race to make it.
CREATE UNIQUE INDEX accounts_operator ON accounts (is_operator) WHERE is_operator = 1;

-- user_id is NULL for an account's root keys.
CREATE TABLE access_keys (
  access_key_id     TEXT NOT NULL PRIMARY KEY,
  account_id        TEXT NOT NULL REFERENCES accounts (account_id),
  user_id           TEXT,
  sealed_secret     TEXT NOT NULL,
  status            TEXT NOT NULL DEFAULT 'Active' CHECK (status IN ('Active', 'Inactive')),
  created_at_ms     INTEGER NOT NULL,
  last_used_at_ms   INTEGER,
  last_used_service TEXT,
  last_used_region  TEXT
) WITHOUT ROWID;

CREATE INDEX access_keys_by_owner ON access_keys (account_id, user_id);

-- bucket_id names the bucket's index and is never reused; name may be, by a later bucket.
-- changed_at_ms is the time of the last change of state: the reconciler leaves young ones alone.
CREATE TABLE buckets (
  name          TEXT NOT NULL PRIMARY KEY,
  bucket_id     TEXT NOT NULL UNIQUE,
  account_id    TEXT NOT NULL REFERENCES accounts (account_id),
  region        TEXT NOT NULL,
  namespace     TEXT NOT NULL DEFAULT 'global' CHECK (namespace IN ('global', 'account-regional')),
  state         TEXT NOT NULL CHECK (state IN ('creating', 'active', 'deleting')),
  epoch         INTEGER NOT NULL DEFAULT 1,
  created_at_ms INTEGER NOT NULL,
  changed_at_ms INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX buckets_by_account ON buckets (account_id, name);

CREATE INDEX buckets_unsettled ON buckets (changed_at_ms) WHERE state <> 'active';

-- One canonical document per setting; every change also raises the bucket's epoch.
CREATE TABLE bucket_settings (
  bucket_id TEXT NOT NULL REFERENCES buckets (bucket_id) ON DELETE CASCADE,
  setting   TEXT NOT NULL,
  document  TEXT NOT NULL,
  PRIMARY KEY (bucket_id, setting)
) WITHOUT ROWID;

-- Names of deleted buckets, kept from other accounts for a while (SEC-147).
CREATE TABLE retired_names (
  name          TEXT NOT NULL PRIMARY KEY,
  account_id    TEXT NOT NULL,
  retired_at_ms INTEGER NOT NULL
) WITHOUT ROWID;
