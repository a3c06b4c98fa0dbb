-- What people decided about the steps of an assessment's roadmap: a row for each criterion that somebody said
-- anything of.

CREATE TABLE roadmap_steps (
    assessment_id TEXT NOT NULL REFERENCES assessments (id) ON DELETE CASCADE,
    criterion TEXT NOT NULL,
    framework_id TEXT NOT NULL,
    -- free, pinned or excluded.
    choice TEXT NOT NULL,
    owner TEXT NOT NULL,
    due TEXT,
    changed_by TEXT NOT NULL REFERENCES users (id),
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (assessment_id, criterion),
    FOREIGN KEY (framework_id, criterion) REFERENCES criteria (framework_id, code)
) WITHOUT ROWID;
