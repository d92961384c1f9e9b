-- Users, groups, roles and their policies: what the IAM API manages. docs/STORAGE.md describes every
-- column. Times are milliseconds since the epoch; tags are JSON lists of {"Key", "Value"}. Ids are
-- random and never given out twice (SEC-070), so a name made anew inherits nothing.

-- folded_name: in lower case; IAM's names differ by more than case. trust_policy to last_used_region
-- are a role's alone. Sessions issued before revoked_before_ms are refused.
CREATE TABLE identities (
  identity_id         TEXT NOT NULL PRIMARY KEY,
  account_id          TEXT NOT NULL REFERENCES accounts (account_id),
  kind                TEXT NOT NULL CHECK (kind IN ('user', 'group', 'role')),
  name                TEXT NOT NULL,
  folded_name         TEXT NOT NULL,
  path                TEXT NOT NULL,
  created_at_ms       INTEGER NOT NULL,
  boundary_arn        TEXT,
  tags                TEXT NOT NULL DEFAULT '[]',
  description         TEXT,
  trust_policy        TEXT,
  max_session_seconds INTEGER,
  revoked_before_ms   INTEGER NOT NULL DEFAULT 0,
  last_used_at_ms     INTEGER,
  last_used_region    TEXT,
  CHECK ((kind = 'role') = (trust_policy IS NOT NULL))
) WITHOUT ROWID;

CREATE UNIQUE INDEX identities_by_name ON identities (account_id, kind, folded_name);

CREATE INDEX identities_by_boundary ON identities (boundary_arn) WHERE boundary_arn IS NOT NULL;

CREATE TABLE group_members (
  group_id    TEXT NOT NULL REFERENCES identities (identity_id),
  user_id     TEXT NOT NULL REFERENCES identities (identity_id),
  added_at_ms INTEGER NOT NULL,
  PRIMARY KEY (group_id, user_id)
) WITHOUT ROWID;

CREATE INDEX group_members_by_user ON group_members (user_id);

-- last_version only grows: a version's number is never used again.
CREATE TABLE managed_policies (
  policy_id       TEXT NOT NULL PRIMARY KEY,
  account_id      TEXT NOT NULL REFERENCES accounts (account_id),
  arn             TEXT NOT NULL UNIQUE,
  name            TEXT NOT NULL,
  folded_name     TEXT NOT NULL,
  path            TEXT NOT NULL,
  description     TEXT,
  default_version INTEGER NOT NULL DEFAULT 1,
  last_version    INTEGER NOT NULL DEFAULT 1,
  created_at_ms   INTEGER NOT NULL,
  updated_at_ms   INTEGER NOT NULL,
  tags            TEXT NOT NULL DEFAULT '[]'
) WITHOUT ROWID;

CREATE UNIQUE INDEX managed_policies_by_name ON managed_policies (account_id, folded_name);

CREATE TABLE managed_policy_versions (
  policy_id     TEXT NOT NULL REFERENCES managed_policies (policy_id) ON DELETE CASCADE,
  version       INTEGER NOT NULL,
  document      TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  PRIMARY KEY (policy_id, version)
) WITHOUT ROWID;

-- policy_arn may name a policy of AWS's, which is in no table.
CREATE TABLE policy_attachments (
  identity_id TEXT NOT NULL REFERENCES identities (identity_id),
  policy_arn  TEXT NOT NULL,
  account_id  TEXT NOT NULL,
  PRIMARY KEY (identity_id, policy_arn)
) WITHOUT ROWID;

CREATE INDEX policy_attachments_by_policy ON policy_attachments (policy_arn, account_id);

CREATE TABLE inline_policies (
  identity_id TEXT NOT NULL REFERENCES identities (identity_id),
  name        TEXT NOT NULL,
  document    TEXT NOT NULL,
  PRIMARY KEY (identity_id, name)
) WITHOUT ROWID;

-- url: without https://, as the ARN shows it. client_ids, thumbprints: JSON lists.
CREATE TABLE oidc_providers (
  account_id    TEXT NOT NULL REFERENCES accounts (account_id),
  url           TEXT NOT NULL,
  client_ids    TEXT NOT NULL DEFAULT '[]',
  thumbprints   TEXT NOT NULL DEFAULT '[]',
  tags          TEXT NOT NULL DEFAULT '[]',
  created_at_ms INTEGER NOT NULL,
  PRIMARY KEY (account_id, url)
) WITHOUT ROWID;

CREATE TABLE account_aliases (
  account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (account_id),
  alias      TEXT NOT NULL UNIQUE
) WITHOUT ROWID;

-- A stored document of an account: `password-policy`.
CREATE TABLE account_documents (
  account_id TEXT NOT NULL REFERENCES accounts (account_id),
  name       TEXT NOT NULL,
  document   TEXT NOT NULL,
  PRIMARY KEY (account_id, name)
) WITHOUT ROWID;
