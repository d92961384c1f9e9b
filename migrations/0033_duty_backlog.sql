-- What a duty left over when it last ran: undelivered events, open jobs, logs that wait. NULL where a
-- duty leaves nothing, or failed.
ALTER TABLE duties ADD COLUMN backlog INTEGER;
