-- What a system reports of a check's target that the check cannot see by itself: the latest figures as JSON, and when
-- they were computed.
CREATE TABLE reported_figures (
    check_id TEXT NOT NULL PRIMARY KEY REFERENCES checks (id) ON DELETE CASCADE,
    computed_at BIGINT NOT NULL,
    observations TEXT NOT NULL
) WITHOUT ROWID;
