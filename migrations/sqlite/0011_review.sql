-- Review: how an assessment went from state to state, what was settled between two raters, and what was signed.

-- Every change of an assessment's state. Append-only.
CREATE TABLE assessment_steps (
    id TEXT NOT NULL PRIMARY KEY,
    assessment_id TEXT NOT NULL REFERENCES assessments (id) ON DELETE CASCADE,
    at BIGINT NOT NULL,
    by_id TEXT NOT NULL REFERENCES users (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    note TEXT NOT NULL
);
CREATE INDEX assessment_steps_by_assessment ON assessment_steps (assessment_id, id);

-- The latest settlement of each criterion on which the raters differ. It holds for these two revisions and no others.
CREATE TABLE adjudications (
    assessment_id TEXT NOT NULL REFERENCES assessments (id) ON DELETE CASCADE,
    criterion TEXT NOT NULL,
    framework_id TEXT NOT NULL,
    own_revision BIGINT NOT NULL,
    assessor_revision BIGINT NOT NULL,
    note TEXT NOT NULL,
    by_id TEXT NOT NULL REFERENCES users (id),
    at BIGINT NOT NULL,
    PRIMARY KEY (assessment_id, criterion),
    FOREIGN KEY (framework_id, criterion) REFERENCES criteria (framework_id, code)
) WITHOUT ROWID;

-- What was submitted and what was signed, as it was at that instant. An organization's snapshots are one chain.
CREATE TABLE snapshots (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id),
    assessment_id TEXT NOT NULL REFERENCES assessments (id),
    -- From 1, without gaps.
    number BIGINT NOT NULL,
    kind TEXT NOT NULL,
    -- NULL where the assessment was unrated.
    rung TEXT,
    sha256 TEXT NOT NULL UNIQUE,
    -- The hash of the one before; NULL for the first.
    previous TEXT,
    -- The file, in canonical JSON (RFC 8785).
    file TEXT NOT NULL,
    made_by TEXT NOT NULL REFERENCES users (id),
    made_at BIGINT NOT NULL,
    UNIQUE (org_id, number)
);
CREATE INDEX snapshots_by_assessment ON snapshots (assessment_id, number);

CREATE TRIGGER snapshots_are_never_changed BEFORE UPDATE ON snapshots
BEGIN
    SELECT RAISE(ABORT, 'a snapshot never changes');
END;
CREATE TRIGGER snapshots_are_never_removed BEFORE DELETE ON snapshots
BEGIN
    SELECT RAISE(ABORT, 'a snapshot never changes');
END;
