-- Drafts of frameworks: a file as its author has it so far. Publishing makes an immutable version of it.

CREATE TABLE framework_drafts (
    id TEXT NOT NULL PRIMARY KEY,
    -- TOML; nothing of it need be valid.
    text TEXT NOT NULL,
    -- The version that it is to follow, if any.
    base_id TEXT REFERENCES frameworks (id),
    -- 1 at first; one more with every save.
    revision BIGINT NOT NULL,
    created_by TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL REFERENCES users (id),
    changed_at BIGINT NOT NULL,
    -- The version that came of it; from then on the draft is closed.
    published_id TEXT REFERENCES frameworks (id)
) WITHOUT ROWID;
