-- What a page is to show once, after a form: a value each, so that two forms of one session at the same instant lose none.
-- It ends with its session.
CREATE TABLE shown_once (
    id TEXT NOT NULL PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    -- The address of the page.
    place TEXT NOT NULL,
    -- Sealed with the key of secrets.
    sealed TEXT NOT NULL,
    until_at BIGINT NOT NULL
);
CREATE INDEX shown_once_by_session ON shown_once (session_id, place);
