-- Invitations to an organization: a link for one e-mail address, with a role and an expiry; and people without an
-- account.

CREATE TABLE invitations (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    -- SHA-256 of the token in the link, in hexadecimal; the token is shown once.
    hash TEXT NOT NULL UNIQUE,
    -- In lower case.
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    by_id TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    revoked_by TEXT REFERENCES users (id),
    accepted_at BIGINT,
    accepted_by TEXT REFERENCES users (id),
    -- none, waiting, sent or dead.
    mail TEXT NOT NULL,
    -- The token, sealed, while its mail waits; erased when the mail was sent or given up, or the invitation ended.
    sealed_token TEXT,
    mail_attempts BIGINT NOT NULL DEFAULT 0,
    -- When the next attempt is due, and when that was decided: see the outbox.
    mail_due_at BIGINT NOT NULL,
    mail_decided_at BIGINT NOT NULL,
    mail_error TEXT,
    lease_until BIGINT NOT NULL DEFAULT 0,
    lease_epoch BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX invitations_by_org ON invitations (org_id, id);
CREATE INDEX invitations_by_email ON invitations (email);
CREATE INDEX invitations_by_mail ON invitations (mail, mail_due_at);

-- People whom the records of an imported client name: rows of users that nobody can sign in to.
CREATE TABLE imported_people (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE
);
