-- Where a check was aimed elsewhere: from when on it looks at which target, in words for people, and at which before. A
-- check that was never aimed elsewhere has no row.
CREATE TABLE aims (
    check_id TEXT NOT NULL REFERENCES checks (id) ON DELETE CASCADE,
    at BIGINT NOT NULL,
    target TEXT NOT NULL,
    target_before TEXT NOT NULL,
    PRIMARY KEY (check_id, at)
) WITHOUT ROWID;

-- What a system reports of a check's target that the check cannot see by itself: the latest figures as JSON, and when
-- they were computed.
CREATE TABLE reported_figures (
    check_id TEXT NOT NULL PRIMARY KEY REFERENCES checks (id) ON DELETE CASCADE,
    computed_at BIGINT NOT NULL,
    observations TEXT NOT NULL
) WITHOUT ROWID;
