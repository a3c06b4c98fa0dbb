-- The inventory of integrations, their health checks, and what the runs brought back.

CREATE TABLE integrations (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    partner TEXT NOT NULL,
    system TEXT NOT NULL,
    standard TEXT NOT NULL,
    direction TEXT NOT NULL,
    data TEXT NOT NULL,
    contract TEXT NOT NULL,
    use_case TEXT NOT NULL,
    owner TEXT NOT NULL,
    last_review TEXT,
    environment TEXT NOT NULL,
    -- JSON list of domain codes; empty for all.
    serves TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX integrations_by_org ON integrations (org_id, id);

CREATE TABLE checks (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    integration_id TEXT NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    -- JSON, secrets sealed.
    parameters TEXT NOT NULL,
    interval_seconds BIGINT NOT NULL,
    enabled BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    next_due_at BIGINT NOT NULL,
    lease_owner TEXT,
    -- 0 while nobody holds the check.
    lease_until BIGINT NOT NULL DEFAULT 0,
    -- Raised with every claim: whoever comes with an older one is too late.
    lease_epoch BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX checks_by_org ON checks (org_id, id);
CREATE INDEX checks_by_integration ON checks (integration_id, id);
CREATE INDEX checks_by_due ON checks (enabled, next_due_at);

CREATE TABLE runs (
    id TEXT NOT NULL PRIMARY KEY,
    check_id TEXT NOT NULL REFERENCES checks (id) ON DELETE CASCADE,
    -- NULL when a person asked for the run.
    scheduled_for BIGINT,
    started_at BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    status TEXT NOT NULL,
    reach TEXT NOT NULL,
    warned BOOLEAN NOT NULL,
    -- JSON.
    observations TEXT NOT NULL,
    messages TEXT NOT NULL,
    checked TEXT NOT NULL,
    UNIQUE (check_id, scheduled_for)
);
CREATE INDEX runs_by_check ON runs (check_id, started_at, id);

-- How a check stands for a binding.
CREATE TABLE standings (
    check_id TEXT NOT NULL REFERENCES checks (id) ON DELETE CASCADE,
    framework_id TEXT NOT NULL,
    binding TEXT NOT NULL,
    status TEXT NOT NULL,
    consecutive_fails BIGINT NOT NULL,
    concluded_at BIGINT,
    last_status TEXT NOT NULL,
    last_run TEXT NOT NULL REFERENCES runs (id),
    -- JSON list, one result for each condition.
    conditions TEXT NOT NULL,
    PRIMARY KEY (check_id, framework_id, binding),
    FOREIGN KEY (framework_id, binding) REFERENCES bindings (framework_id, id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX standings_by_run ON standings (last_run);

-- Ties set by hand; where there is none, the rule decides.
CREATE TABLE manual_ties (
    check_id TEXT NOT NULL REFERENCES checks (id) ON DELETE CASCADE,
    framework_id TEXT NOT NULL,
    binding TEXT NOT NULL,
    tied BOOLEAN NOT NULL,
    reason TEXT NOT NULL,
    by_id TEXT NOT NULL REFERENCES users (id),
    at BIGINT NOT NULL,
    PRIMARY KEY (check_id, framework_id, binding),
    FOREIGN KEY (framework_id, binding) REFERENCES bindings (framework_id, id) ON DELETE CASCADE
) WITHOUT ROWID;
