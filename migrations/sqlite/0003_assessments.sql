-- Assessments, their answers with history, evidence and findings.

CREATE TABLE assessments (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    framework_id TEXT NOT NULL REFERENCES frameworks (id),
    title TEXT NOT NULL,
    state TEXT NOT NULL,
    target TEXT,
    target_level BIGINT NOT NULL,
    independent_signoff BOOLEAN NOT NULL,
    created_by TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX assessments_by_org ON assessments (org_id, id);

-- The latest answer of each rater. One of level and not_applicable_reason is there.
CREATE TABLE answers (
    assessment_id TEXT NOT NULL REFERENCES assessments (id) ON DELETE CASCADE,
    criterion TEXT NOT NULL,
    rater TEXT NOT NULL,
    framework_id TEXT NOT NULL,
    level BIGINT,
    not_applicable_reason TEXT,
    rationale TEXT NOT NULL,
    revision BIGINT NOT NULL,
    by_id TEXT NOT NULL REFERENCES users (id),
    at BIGINT NOT NULL,
    PRIMARY KEY (assessment_id, criterion, rater),
    FOREIGN KEY (framework_id, criterion) REFERENCES criteria (framework_id, code),
    CHECK ((level IS NULL) <> (not_applicable_reason IS NULL))
) WITHOUT ROWID;

-- Every revision of every answer, the latest too.
CREATE TABLE answer_history (
    assessment_id TEXT NOT NULL REFERENCES assessments (id) ON DELETE CASCADE,
    criterion TEXT NOT NULL,
    rater TEXT NOT NULL,
    revision BIGINT NOT NULL,
    level BIGINT,
    not_applicable_reason TEXT,
    rationale TEXT NOT NULL,
    by_id TEXT NOT NULL REFERENCES users (id),
    at BIGINT NOT NULL,
    PRIMARY KEY (assessment_id, criterion, rater, revision)
) WITHOUT ROWID;

CREATE TABLE evidence (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    assessment_id TEXT NOT NULL REFERENCES assessments (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    -- JSON: a note or a link.
    body TEXT NOT NULL,
    duration TEXT NOT NULL,
    dated TEXT NOT NULL,
    expires TEXT,
    author_id TEXT NOT NULL REFERENCES users (id),
    state TEXT NOT NULL,
    reviewer_id TEXT REFERENCES users (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX evidence_by_assessment ON evidence (assessment_id, id);

CREATE TABLE evidence_criteria (
    evidence_id TEXT NOT NULL REFERENCES evidence (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    framework_id TEXT NOT NULL,
    criterion TEXT NOT NULL,
    PRIMARY KEY (evidence_id, position),
    FOREIGN KEY (framework_id, criterion) REFERENCES criteria (framework_id, code)
) WITHOUT ROWID;

CREATE TABLE findings (
    id TEXT NOT NULL PRIMARY KEY,
    assessment_id TEXT NOT NULL REFERENCES assessments (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    -- A criterion's code, or a domain's for coverage.
    subject TEXT NOT NULL,
    severity TEXT NOT NULL,
    is_open BOOLEAN NOT NULL,
    owner TEXT NOT NULL,
    due TEXT,
    opened_at BIGINT NOT NULL,
    cleared_at BIGINT,
    times_opened BIGINT NOT NULL,
    UNIQUE (assessment_id, kind, subject)
);

CREATE TABLE finding_events (
    id TEXT NOT NULL PRIMARY KEY,
    finding_id TEXT NOT NULL REFERENCES findings (id) ON DELETE CASCADE,
    assessment_id TEXT NOT NULL REFERENCES assessments (id) ON DELETE CASCADE,
    event TEXT NOT NULL,
    severity TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX finding_events_by_assessment ON finding_events (assessment_id, id);
CREATE INDEX finding_events_by_finding ON finding_events (finding_id);
