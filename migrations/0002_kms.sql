-- The keys of SSE-KMS: what the KMS API manages. docs/STORAGE.md describes every column.
-- Times are milliseconds since the epoch.

-- rotation_days NULL: automatic rotation is off. tags: a JSON list of [key, value].
CREATE TABLE kms_keys (
  key_id         TEXT NOT NULL PRIMARY KEY CHECK (length(key_id) = 36),
  account_id     TEXT NOT NULL REFERENCES accounts (account_id),
  manager        TEXT NOT NULL CHECK (manager IN ('CUSTOMER', 'AWS')),
  state          TEXT NOT NULL DEFAULT 'Enabled'
                 CHECK (state IN ('Enabled', 'Disabled', 'PendingDeletion')),
  description    TEXT NOT NULL DEFAULT '',
  tags           TEXT NOT NULL DEFAULT '[]',
  created_at_ms  INTEGER NOT NULL,
  deletion_at_ms INTEGER,
  rotation_days  INTEGER,
  rotation_at_ms INTEGER
) WITHOUT ROWID;

CREATE INDEX kms_keys_by_account ON kms_keys (account_id, key_id);

CREATE INDEX kms_keys_to_destroy ON kms_keys (deletion_at_ms) WHERE deletion_at_ms IS NOT NULL;

CREATE INDEX kms_keys_to_rotate ON kms_keys (rotation_at_ms) WHERE rotation_at_ms IS NOT NULL;

-- One row for each rotation: the newest encrypts, all of them decrypt.
CREATE TABLE kms_materials (
  key_id        TEXT NOT NULL REFERENCES kms_keys (key_id) ON DELETE CASCADE,
  generation    INTEGER NOT NULL,
  sealed        TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  PRIMARY KEY (key_id, generation)
) WITHOUT ROWID;

-- name: with `alias/` in front. `alias/aws/s3` names the key that SSE-KMS uses by default.
CREATE TABLE kms_aliases (
  account_id    TEXT NOT NULL,
  name          TEXT NOT NULL,
  key_id        TEXT NOT NULL REFERENCES kms_keys (key_id) ON DELETE CASCADE,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  PRIMARY KEY (account_id, name)
) WITHOUT ROWID;

CREATE INDEX kms_aliases_by_key ON kms_aliases (key_id);
