-- What registers keep: incidents told of by hand, validations of measures, consent tests; and the figure of evidence.

CREATE TABLE register_entries (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    register TEXT NOT NULL,
    -- JSON: what the register says of it.
    content TEXT NOT NULL,
    -- One more with every correction.
    revision BIGINT NOT NULL,
    by_id TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    -- One that was withdrawn stays, and counts no more.
    withdrawn_at BIGINT,
    withdrawn_reason TEXT
);
CREATE INDEX register_entries_by_org ON register_entries (org_id, register, id);

-- The headline percentage entered with an item, as an exact decimal.
ALTER TABLE evidence ADD COLUMN reported_pct TEXT;
