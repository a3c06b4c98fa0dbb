-- The logo that an organization's reports bear: a PNG that Rung made from what was sent, small enough to stand in a row.

CREATE TABLE logos (
    org_id TEXT NOT NULL PRIMARY KEY REFERENCES organizations (id) ON DELETE CASCADE,
    png BYTEA NOT NULL,
    -- In pixels.
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    by_id TEXT NOT NULL REFERENCES users (id),
    at BIGINT NOT NULL
);
