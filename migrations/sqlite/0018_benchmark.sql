-- Peers: what was submitted in figures, who takes part, and everything that was ever published of a group.

-- The figures of a snapshot, read from its file once. They follow from it and never change.
CREATE TABLE snapshot_results (
    snapshot_id TEXT NOT NULL PRIMARY KEY REFERENCES snapshots (id),
    -- Exact fractions; NULL where the assessment was unrated.
    overall TEXT,
    claimed TEXT,
    -- JSON: the score of each domain that has one.
    domains TEXT NOT NULL,
    -- JSON list of profile letters, and the size, as they were then.
    profiles TEXT NOT NULL,
    size_band TEXT NOT NULL
) WITHOUT ROWID;

-- Organizations whose owner decided that they contribute and read.
CREATE TABLE benchmark_members (
    org_id TEXT NOT NULL PRIMARY KEY REFERENCES organizations (id) ON DELETE CASCADE,
    since BIGINT NOT NULL,
    decided_by TEXT NOT NULL REFERENCES users (id)
) WITHOUT ROWID;

-- What was published of a group. Append-only: what was seen once cannot be unseen, so what is published later is held
-- against all of it.
CREATE TABLE benchmark_editions (
    id TEXT NOT NULL PRIMARY KEY,
    framework_id TEXT NOT NULL REFERENCES frameworks (id),
    profile TEXT NOT NULL,
    -- NULL for organizations of any size.
    size_band TEXT,
    -- JSON list: the domains whose figures were published beside overall.
    domains TEXT NOT NULL,
    made_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX benchmark_editions_by_framework ON benchmark_editions (framework_id, id);

CREATE TABLE benchmark_contributions (
    edition_id TEXT NOT NULL REFERENCES benchmark_editions (id),
    snapshot_id TEXT NOT NULL REFERENCES snapshot_results (snapshot_id),
    PRIMARY KEY (edition_id, snapshot_id)
) WITHOUT ROWID;
