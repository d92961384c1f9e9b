-- Which events a webhook wants, by the tags and metadata of the object: JSON
-- {"tags": {...}, "metadata": {...}}; NULL for all of them.
ALTER TABLE webhooks ADD COLUMN filter TEXT;
