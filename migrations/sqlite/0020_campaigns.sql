-- Campaigns: the same framework for many organizations until a day; and views of the portfolio that somebody saved.

CREATE TABLE campaigns (
    id TEXT NOT NULL PRIMARY KEY,
    -- Whose it is: nobody else sees it.
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    framework_id TEXT NOT NULL REFERENCES frameworks (id),
    due TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX campaigns_by_user ON campaigns (user_id, id);

-- The assessments that it started, one in each organization.
CREATE TABLE campaign_assessments (
    campaign_id TEXT NOT NULL REFERENCES campaigns (id) ON DELETE CASCADE,
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    assessment_id TEXT NOT NULL REFERENCES assessments (id) ON DELETE CASCADE,
    PRIMARY KEY (campaign_id, org_id)
);
CREATE INDEX campaign_assessments_by_assessment ON campaign_assessments (assessment_id);

CREATE TABLE saved_views (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    -- What stands in the address of the portfolio after the question mark.
    query TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (user_id, name)
);
