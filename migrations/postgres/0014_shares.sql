-- Links that let whoever has them read a report, and who did.

CREATE TABLE shares (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    assessment_id TEXT COLLATE "C" NOT NULL REFERENCES assessments (id) ON DELETE CASCADE,
    -- SHA-256 of the token in the link; the token itself is shown once and kept nowhere.
    hash TEXT COLLATE "C" NOT NULL UNIQUE,
    label TEXT COLLATE "C" NOT NULL,
    -- The names of the sections that it shows, with commas.
    sections TEXT COLLATE "C" NOT NULL,
    by_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    revoked_by TEXT COLLATE "C" REFERENCES users (id)
);
CREATE INDEX shares_by_assessment ON shares (assessment_id, id);

-- Readings of a shared report. One from the same place within a minute is not noted again.
CREATE TABLE share_visits (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    share_id TEXT COLLATE "C" NOT NULL REFERENCES shares (id) ON DELETE CASCADE,
    at BIGINT NOT NULL,
    -- The network address that asked, and its browser in words.
    address TEXT COLLATE "C" NOT NULL,
    browser TEXT COLLATE "C" NOT NULL
);
CREATE INDEX share_visits_by_share ON share_visits (share_id, at);
