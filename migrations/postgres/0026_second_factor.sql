-- What an account has to show beside its password: codes of an authenticator (RFC 6238), or one of a few that are kept
-- for when it is not at hand.

CREATE TABLE second_factors (
    user_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    -- Sealed with the key of secrets.
    secret TEXT COLLATE "C" NOT NULL,
    -- When a right code turned it on; NULL while it is being set up, and counts for nothing.
    since BIGINT,
    -- The latest step of 30 seconds, counted from 1970, of which a code was taken: none is taken for it or an earlier one.
    last_step BIGINT NOT NULL,
    -- When the recovery codes were made.
    codes_at BIGINT
);

-- Those that were not used yet.
CREATE TABLE recovery_codes (
    user_id TEXT COLLATE "C" NOT NULL REFERENCES second_factors (user_id) ON DELETE CASCADE,
    -- SHA-256 of the code, in hexadecimal.
    hash TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (user_id, hash)
);
