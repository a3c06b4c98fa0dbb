-- The zone in which instants are shown to a person: a name of the IANA time zone database.

ALTER TABLE users ADD COLUMN time_zone TEXT NOT NULL DEFAULT 'UTC';
