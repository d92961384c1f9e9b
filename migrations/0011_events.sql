-- Webhooks that events go to, and what became of the deliveries. docs/STORAGE.md describes every
-- column. Times are milliseconds since the epoch.

-- The secrets are sealed. previous_secret is valid until previous_until_ms, after a rotation.
CREATE TABLE webhooks (
  webhook_id           TEXT NOT NULL PRIMARY KEY,
  account_id           TEXT NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
  name                 TEXT NOT NULL,
  url                  TEXT NOT NULL,
  sealed_secret        TEXT NOT NULL,
  previous_secret      TEXT,
  previous_until_ms    INTEGER,
  is_event_bus         INTEGER NOT NULL DEFAULT 0,
  state                TEXT NOT NULL DEFAULT 'enabled',
  failures             INTEGER NOT NULL DEFAULT 0,
  failing_since_ms     INTEGER,
  last_error           TEXT,
  last_failed_at_ms    INTEGER,
  last_delivered_at_ms INTEGER,
  created_at_ms        INTEGER NOT NULL,
  updated_at_ms        INTEGER NOT NULL,
  UNIQUE (account_id, name)
) WITHOUT ROWID;

-- One event bus an account.
CREATE UNIQUE INDEX webhooks_bus ON webhooks (account_id) WHERE is_event_bus = 1;

-- One row an event and webhook, whatever the number of attempts. at_ms: of the last attempt.
CREATE TABLE webhook_deliveries (
  webhook_id    TEXT NOT NULL REFERENCES webhooks (webhook_id) ON DELETE CASCADE,
  at_ms         INTEGER NOT NULL,
  message_id    TEXT NOT NULL,
  bucket        TEXT NOT NULL,
  object_key    TEXT NOT NULL,
  event         TEXT NOT NULL,
  outcome       TEXT NOT NULL,
  attempts      INTEGER NOT NULL,
  status        INTEGER,
  error         TEXT,
  duration_ms   INTEGER NOT NULL,
  body          TEXT NOT NULL,
  PRIMARY KEY (webhook_id, message_id)
) WITHOUT ROWID;

CREATE INDEX webhook_deliveries_time ON webhook_deliveries (webhook_id, at_ms);
