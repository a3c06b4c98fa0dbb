-- Assessments, their answers with history, evidence and findings.

CREATE TABLE assessments (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    org_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    framework_id TEXT COLLATE "C" NOT NULL REFERENCES frameworks (id),
    title TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C",
    target_level BIGINT NOT NULL,
    independent_signoff BOOLEAN NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX assessments_by_org ON assessments (org_id, id);

-- The latest answer of each rater. One of level and not_applicable_reason is there.
CREATE TABLE answers (
    assessment_id TEXT COLLATE "C" NOT NULL REFERENCES assessments (id) ON DELETE CASCADE,
    criterion TEXT COLLATE "C" NOT NULL,
    rater TEXT COLLATE "C" NOT NULL,
    framework_id TEXT COLLATE "C" NOT NULL,
    level BIGINT,
    not_applicable_reason TEXT COLLATE "C",
    rationale TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL,
    by_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    at BIGINT NOT NULL,
    PRIMARY KEY (assessment_id, criterion, rater),
    FOREIGN KEY (framework_id, criterion) REFERENCES criteria (framework_id, code),
    CHECK ((level IS NULL) <> (not_applicable_reason IS NULL))
);

-- Every revision of every answer, the latest too.
CREATE TABLE answer_history (
    assessment_id TEXT COLLATE "C" NOT NULL REFERENCES assessments (id) ON DELETE CASCADE,
    criterion TEXT COLLATE "C" NOT NULL,
    rater TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL,
    level BIGINT,
    not_applicable_reason TEXT COLLATE "C",
    rationale TEXT COLLATE "C" NOT NULL,
    by_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    at BIGINT NOT NULL,
    PRIMARY KEY (assessment_id, criterion, rater, revision)
);

CREATE TABLE evidence (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    org_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    assessment_id TEXT COLLATE "C" NOT NULL REFERENCES assessments (id) ON DELETE CASCADE,
    title TEXT COLLATE "C" NOT NULL,
    -- JSON: a note or a link.
    body TEXT COLLATE "C" NOT NULL,
    duration TEXT COLLATE "C" NOT NULL,
    dated TEXT COLLATE "C" NOT NULL,
    expires TEXT COLLATE "C",
    author_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    state TEXT COLLATE "C" NOT NULL,
    reviewer_id TEXT COLLATE "C" REFERENCES users (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX evidence_by_assessment ON evidence (assessment_id, id);

CREATE TABLE evidence_criteria (
    evidence_id TEXT COLLATE "C" NOT NULL REFERENCES evidence (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    framework_id TEXT COLLATE "C" NOT NULL,
    criterion TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (evidence_id, position),
    FOREIGN KEY (framework_id, criterion) REFERENCES criteria (framework_id, code)
);

CREATE TABLE findings (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    assessment_id TEXT COLLATE "C" NOT NULL REFERENCES assessments (id) ON DELETE CASCADE,
    kind TEXT COLLATE "C" NOT NULL,
    -- A criterion's code, or a domain's for coverage.
    subject TEXT COLLATE "C" NOT NULL,
    severity TEXT COLLATE "C" NOT NULL,
    is_open BOOLEAN NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    due TEXT COLLATE "C",
    opened_at BIGINT NOT NULL,
    cleared_at BIGINT,
    times_opened BIGINT NOT NULL,
    UNIQUE (assessment_id, kind, subject)
);

CREATE TABLE finding_events (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    finding_id TEXT COLLATE "C" NOT NULL REFERENCES findings (id) ON DELETE CASCADE,
    assessment_id TEXT COLLATE "C" NOT NULL REFERENCES assessments (id) ON DELETE CASCADE,
    event TEXT COLLATE "C" NOT NULL,
    severity TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX finding_events_by_assessment ON finding_events (assessment_id, id);
CREATE INDEX finding_events_by_finding ON finding_events (finding_id);
