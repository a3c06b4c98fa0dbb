-- What people decided about the steps of an assessment's roadmap: a row for each criterion that somebody said
-- anything of.

CREATE TABLE roadmap_steps (
    assessment_id TEXT COLLATE "C" NOT NULL REFERENCES assessments (id) ON DELETE CASCADE,
    criterion TEXT COLLATE "C" NOT NULL,
    framework_id TEXT COLLATE "C" NOT NULL,
    -- free, pinned or excluded.
    choice TEXT COLLATE "C" NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    due TEXT COLLATE "C",
    changed_by TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (assessment_id, criterion),
    FOREIGN KEY (framework_id, criterion) REFERENCES criteria (framework_id, code)
);
