-- Checks that wait for reports: the token by which a system reports, when reports are expected, and what was reported.

CREATE TABLE feeds (
    check_id TEXT NOT NULL PRIMARY KEY REFERENCES checks (id) ON DELETE CASCADE,
    -- SHA-256 of the token in hexadecimal; NULL before one was made.
    token_hash TEXT UNIQUE,
    token_made_at BIGINT,
    -- A cron line in place of the time between two reports that the check's parameters name; empty where there is none.
    cron TEXT NOT NULL DEFAULT '',
    -- The IANA time zone of the cron line and of the business hours.
    zone TEXT NOT NULL DEFAULT 'UTC',
    -- For example Mon-Fri 08:00-18:00; empty for around the clock.
    hours TEXT NOT NULL DEFAULT '',
    -- NULL for the usual.
    grace_seconds BIGINT,
    reports BIGINT NOT NULL DEFAULT 0,
    reported_at BIGINT,
    -- The latest figures as JSON, and when they were reported.
    observations TEXT NOT NULL DEFAULT '{}',
    observed_at BIGINT,
    -- Whether the latest report brought other figures than the one before, and how many did so far.
    changed BOOLEAN NOT NULL DEFAULT FALSE,
    changes BIGINT NOT NULL DEFAULT 0,
    -- Whether the latest look found no report in time: the next one is news, whatever it says.
    missed BOOLEAN NOT NULL DEFAULT TRUE
) WITHOUT ROWID;

-- The latest reports that brought other figures than the one before, numbered among all of their feed. Each feed has so
-- many places and writes over the oldest, so that what it can fill is bounded, whatever it sends.
CREATE TABLE feed_reports (
    check_id TEXT NOT NULL REFERENCES checks (id) ON DELETE CASCADE,
    place BIGINT NOT NULL CHECK (place >= 0 AND place < 50),
    number BIGINT NOT NULL,
    reported_at BIGINT NOT NULL,
    observations TEXT NOT NULL,
    PRIMARY KEY (check_id, place)
) WITHOUT ROWID;
