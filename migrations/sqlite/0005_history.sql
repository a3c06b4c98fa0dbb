-- What many runs add up to, so that the runs themselves need not be kept; and what the scheduler knows of a check.

-- Whom the check speaks to, for fairness between targets; NULL where that is not known.
ALTER TABLE checks ADD COLUMN host TEXT;
-- The latest run by its start.
ALTER TABLE checks ADD COLUMN last_run TEXT;
ALTER TABLE checks ADD COLUMN last_started_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE checks ADD COLUMN last_status TEXT;
-- Start of the latest run that passed, with or without a warning.
ALTER TABLE checks ADD COLUMN good_at BIGINT;
-- A fingerprint of how the latest run was judged, and how many runs since were judged exactly so: those leave the
-- standings as they are. NULL where the standings must be looked at.
ALTER TABLE checks ADD COLUMN judged TEXT;
ALTER TABLE checks ADD COLUMN repeats BIGINT NOT NULL DEFAULT 0;
-- Runs in a row that failed on this side and say nothing about the target.
ALTER TABLE checks ADD COLUMN own_failures BIGINT NOT NULL DEFAULT 0;

UPDATE checks SET last_run = (
    SELECT r.id FROM runs r WHERE r.check_id = checks.id ORDER BY r.started_at DESC, r.id DESC LIMIT 1
);
UPDATE checks SET
    last_started_at = (SELECT r.started_at FROM runs r WHERE r.id = checks.last_run),
    last_status = (SELECT r.status FROM runs r WHERE r.id = checks.last_run),
    good_at = (SELECT MAX(r.started_at) FROM runs r WHERE r.check_id = checks.id AND r.status IN ('PASS', 'WARN'))
WHERE last_run IS NOT NULL;

-- Start of the latest run that the binding was fulfilled by, while the status is FAIL.
ALTER TABLE standings ADD COLUMN passed_at BIGINT;

-- The runs of a check by the hour of their start (hours since 1970 in UTC).
CREATE TABLE run_hours (
    check_id TEXT NOT NULL REFERENCES checks (id) ON DELETE CASCADE,
    hour BIGINT NOT NULL,
    pass BIGINT NOT NULL,
    warn BIGINT NOT NULL,
    fail BIGINT NOT NULL,
    unknown BIGINT NOT NULL,
    -- Runs that were answered in a known time, and those times in milliseconds.
    timed BIGINT NOT NULL,
    latency_sum BIGINT NOT NULL,
    latency_min BIGINT,
    latency_max BIGINT,
    -- The times as a sketch: buckets with their counts.
    latency TEXT NOT NULL,
    -- The latest value of the one number that the kind is watched for, such as the days that a certificate has left.
    gauge BIGINT,
    PRIMARY KEY (check_id, hour)
) WITHOUT ROWID;

-- The same by day in UTC, gathered from the hours.
CREATE TABLE run_days (
    check_id TEXT NOT NULL REFERENCES checks (id) ON DELETE CASCADE,
    day BIGINT NOT NULL,
    pass BIGINT NOT NULL,
    warn BIGINT NOT NULL,
    fail BIGINT NOT NULL,
    unknown BIGINT NOT NULL,
    timed BIGINT NOT NULL,
    latency_sum BIGINT NOT NULL,
    latency_min BIGINT,
    latency_max BIGINT,
    latency TEXT NOT NULL,
    gauge BIGINT,
    PRIMARY KEY (check_id, day)
) WITHOUT ROWID;

-- How far a periodic task has come: for 'days', the first day that is not in run_days yet.
CREATE TABLE marks (
    name TEXT NOT NULL PRIMARY KEY,
    reached BIGINT NOT NULL
) WITHOUT ROWID;

-- Runs from before this table was: their times are not known here.
INSERT INTO run_hours (
    check_id, hour, pass, warn, fail, unknown, timed, latency_sum, latency_min, latency_max, latency, gauge
)
SELECT
    check_id, started_at / 3600000,
    COUNT(CASE WHEN status = 'PASS' THEN 1 END), COUNT(CASE WHEN status = 'WARN' THEN 1 END),
    COUNT(CASE WHEN status = 'FAIL' THEN 1 END), COUNT(CASE WHEN status = 'UNKNOWN' THEN 1 END),
    0, 0, NULL, NULL, '', NULL
FROM runs GROUP BY check_id, started_at / 3600000;

-- A stretch without a correct answer: from the first run that failed to the next that passed.
CREATE TABLE outages (
    check_id TEXT NOT NULL REFERENCES checks (id) ON DELETE CASCADE,
    began_at BIGINT NOT NULL,
    -- NULL while it lasts.
    ended_at BIGINT,
    PRIMARY KEY (check_id, began_at)
) WITHOUT ROWID;

-- What a target declared of itself, each time it changed.
CREATE TABLE declarations (
    check_id TEXT NOT NULL REFERENCES checks (id) ON DELETE CASCADE,
    seen_at BIGINT NOT NULL,
    -- One fact a line, sorted.
    facts TEXT NOT NULL,
    PRIMARY KEY (check_id, seen_at)
) WITHOUT ROWID;

-- The processes that run what is due, as they last said of themselves.
CREATE TABLE workers (
    node TEXT NOT NULL PRIMARY KEY,
    started_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    running BIGINT NOT NULL,
    waiting BIGINT NOT NULL,
    recorded BIGINT NOT NULL,
    -- Lag behind schedule of the latest runs in milliseconds, as a sketch.
    lag TEXT NOT NULL
) WITHOUT ROWID;
