-- Files among the evidence, and what an item said before it was replaced.

ALTER TABLE evidence ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;

-- Every revision before the present one.
CREATE TABLE evidence_revisions (
    evidence_id TEXT COLLATE "C" NOT NULL REFERENCES evidence (id) ON DELETE CASCADE,
    revision BIGINT NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    dated TEXT COLLATE "C" NOT NULL,
    expires TEXT COLLATE "C",
    author_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    state TEXT COLLATE "C" NOT NULL,
    reviewer_id TEXT COLLATE "C" REFERENCES users (id),
    created_at BIGINT NOT NULL,
    reported_pct TEXT COLLATE "C",
    PRIMARY KEY (evidence_id, revision)
);
