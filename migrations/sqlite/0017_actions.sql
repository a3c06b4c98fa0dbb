-- Actions: what an organization undertakes about a finding or a step of the roadmap.

CREATE TABLE actions (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    assessment_id TEXT NOT NULL REFERENCES assessments (id) ON DELETE CASCADE,
    -- A finding's kind, by which and by the subject it keeps its identity; NULL for a step of the roadmap.
    finding_kind TEXT,
    -- A criterion's code, or a domain's for coverage.
    subject TEXT NOT NULL,
    -- The level that the step is to reach; NULL for a finding.
    aim BIGINT,
    title TEXT NOT NULL,
    note TEXT NOT NULL,
    owner_id TEXT REFERENCES users (id),
    due TEXT,
    -- Whole units of the currency (ISO 4217), and hours of work.
    cost BIGINT,
    currency TEXT,
    hours BIGINT,
    -- open, in_progress, done or dropped.
    state TEXT NOT NULL,
    -- Why it was dropped.
    dropped_because TEXT,
    revision BIGINT NOT NULL,
    created_by TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    -- Of the state.
    since BIGINT NOT NULL,
    CHECK ((finding_kind IS NULL) <> (aim IS NULL)),
    CHECK ((cost IS NULL) = (currency IS NULL)),
    CHECK ((state = 'dropped') = (dropped_because IS NOT NULL))
) WITHOUT ROWID;
CREATE INDEX actions_by_org ON actions (org_id, id);
CREATE INDEX actions_by_assessment ON actions (assessment_id, id);
