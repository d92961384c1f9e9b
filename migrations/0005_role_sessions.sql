-- The sessions of a role are revoked as on AWS, by a policy of the role that denies older tokens
-- (aws:TokenIssueTime): a date beside it would be a second word on the same thing.
ALTER TABLE identities DROP COLUMN revoked_before_ms;
