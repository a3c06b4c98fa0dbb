-- The inventory of integrations, their health checks, and what the runs brought back.

CREATE TABLE integrations (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    org_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name TEXT COLLATE "C" NOT NULL,
    partner TEXT COLLATE "C" NOT NULL,
    system TEXT COLLATE "C" NOT NULL,
    standard TEXT COLLATE "C" NOT NULL,
    direction TEXT COLLATE "C" NOT NULL,
    data TEXT COLLATE "C" NOT NULL,
    contract TEXT COLLATE "C" NOT NULL,
    use_case TEXT COLLATE "C" NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    last_review TEXT COLLATE "C",
    environment TEXT COLLATE "C" NOT NULL,
    -- JSON list of domain codes; empty for all.
    serves TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX integrations_by_org ON integrations (org_id, id);

CREATE TABLE checks (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    org_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    integration_id TEXT COLLATE "C" NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
    kind TEXT COLLATE "C" NOT NULL,
    -- JSON, secrets sealed.
    parameters TEXT COLLATE "C" NOT NULL,
    interval_seconds BIGINT NOT NULL,
    enabled BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    next_due_at BIGINT NOT NULL,
    lease_owner TEXT COLLATE "C",
    -- 0 while nobody holds the check.
    lease_until BIGINT NOT NULL DEFAULT 0,
    -- Raised with every claim: whoever comes with an older one is too late.
    lease_epoch BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX checks_by_org ON checks (org_id, id);
CREATE INDEX checks_by_integration ON checks (integration_id, id);
CREATE INDEX checks_by_due ON checks (enabled, next_due_at);

CREATE TABLE runs (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    check_id TEXT COLLATE "C" NOT NULL REFERENCES checks (id) ON DELETE CASCADE,
    -- NULL when a person asked for the run.
    scheduled_for BIGINT,
    started_at BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    reach TEXT COLLATE "C" NOT NULL,
    warned BOOLEAN NOT NULL,
    -- JSON.
    observations TEXT COLLATE "C" NOT NULL,
    messages TEXT COLLATE "C" NOT NULL,
    checked TEXT COLLATE "C" NOT NULL,
    UNIQUE (check_id, scheduled_for)
);
CREATE INDEX runs_by_check ON runs (check_id, started_at, id);

-- How a check stands for a binding.
CREATE TABLE standings (
    check_id TEXT COLLATE "C" NOT NULL REFERENCES checks (id) ON DELETE CASCADE,
    framework_id TEXT COLLATE "C" NOT NULL,
    binding TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    consecutive_fails BIGINT NOT NULL,
    concluded_at BIGINT,
    last_status TEXT COLLATE "C" NOT NULL,
    last_run TEXT COLLATE "C" NOT NULL REFERENCES runs (id),
    -- JSON list, one result for each condition.
    conditions TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (check_id, framework_id, binding),
    FOREIGN KEY (framework_id, binding) REFERENCES bindings (framework_id, id) ON DELETE CASCADE
);
CREATE INDEX standings_by_run ON standings (last_run);

-- Ties set by hand; where there is none, the rule decides.
CREATE TABLE manual_ties (
    check_id TEXT COLLATE "C" NOT NULL REFERENCES checks (id) ON DELETE CASCADE,
    framework_id TEXT COLLATE "C" NOT NULL,
    binding TEXT COLLATE "C" NOT NULL,
    tied BOOLEAN NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    by_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    at BIGINT NOT NULL,
    PRIMARY KEY (check_id, framework_id, binding),
    FOREIGN KEY (framework_id, binding) REFERENCES bindings (framework_id, id) ON DELETE CASCADE
);
