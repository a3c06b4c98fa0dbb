-- Several people at one assessment: who answers what until when, and what they say to each other about it.

-- Whoever is to answer a whole domain or one criterion. A row is there while somebody is named or a day is.
CREATE TABLE assignments (
    assessment_id TEXT NOT NULL REFERENCES assessments (id) ON DELETE CASCADE,
    -- domain or criterion.
    scope TEXT NOT NULL,
    -- The code of the one or the other.
    subject TEXT NOT NULL,
    -- Counts while they belong to the organization.
    owner_id TEXT REFERENCES users (id),
    due TEXT,
    changed_by TEXT NOT NULL REFERENCES users (id),
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (assessment_id, scope, subject),
    CHECK (owner_id IS NOT NULL OR due IS NOT NULL)
) WITHOUT ROWID;

CREATE TABLE comments (
    id TEXT NOT NULL PRIMARY KEY,
    assessment_id TEXT NOT NULL REFERENCES assessments (id) ON DELETE CASCADE,
    framework_id TEXT NOT NULL,
    criterion TEXT NOT NULL,
    -- The comment that this one answers, which answers none itself; NULL where it begins a thread.
    thread_id TEXT REFERENCES comments (id),
    text TEXT NOT NULL,
    -- 1 for a new one; one more each time that its author changes it.
    revision BIGINT NOT NULL,
    by_id TEXT NOT NULL REFERENCES users (id),
    at BIGINT NOT NULL,
    edited_at BIGINT,
    withdrawn_at BIGINT,
    withdrawn_by TEXT REFERENCES users (id),
    -- Of the first of a thread: when it was settled; NULL while it is open.
    resolved_at BIGINT,
    resolved_by TEXT REFERENCES users (id),
    FOREIGN KEY (framework_id, criterion) REFERENCES criteria (framework_id, code)
);
-- Holds all that counting them needs: every page of the questionnaire does.
CREATE INDEX comments_by_criterion ON comments (assessment_id, criterion, withdrawn_at, thread_id, resolved_at);
CREATE INDEX comments_by_thread ON comments (thread_id);

-- What a comment said before it was changed.
CREATE TABLE comment_revisions (
    comment_id TEXT NOT NULL REFERENCES comments (id) ON DELETE CASCADE,
    revision BIGINT NOT NULL,
    text TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (comment_id, revision)
) WITHOUT ROWID;
