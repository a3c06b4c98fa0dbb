-- The levels that an assessment aims at for single criteria, where they differ from what it aims at for all.

CREATE TABLE criterion_targets (
    assessment_id TEXT NOT NULL REFERENCES assessments (id) ON DELETE CASCADE,
    criterion TEXT NOT NULL,
    framework_id TEXT NOT NULL,
    -- 0 to 4.
    level BIGINT NOT NULL,
    changed_by TEXT NOT NULL REFERENCES users (id),
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (assessment_id, criterion),
    FOREIGN KEY (framework_id, criterion) REFERENCES criteria (framework_id, code)
) WITHOUT ROWID;
