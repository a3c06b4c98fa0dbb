-- Files among the evidence, and what an item said before it was replaced.

ALTER TABLE evidence ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;

-- Every revision before the present one.
CREATE TABLE evidence_revisions (
    evidence_id TEXT NOT NULL REFERENCES evidence (id) ON DELETE CASCADE,
    revision BIGINT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    dated TEXT NOT NULL,
    expires TEXT,
    author_id TEXT NOT NULL REFERENCES users (id),
    state TEXT NOT NULL,
    reviewer_id TEXT REFERENCES users (id),
    created_at BIGINT NOT NULL,
    reported_pct TEXT,
    PRIMARY KEY (evidence_id, revision)
) WITHOUT ROWID;
