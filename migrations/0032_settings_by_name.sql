-- Which buckets have a setting: the crons ask every five minutes who is watched, and daily who has
-- rules, without reading every document of every bucket.
CREATE INDEX bucket_settings_by_name ON bucket_settings (setting, bucket_id);
