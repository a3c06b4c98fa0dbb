-- Incidents of checks, who is told of them and how, attested overrides, and the timeline of the live rung.

-- A stretch in which a check is broken. It outlives its check, so it keeps the names.
CREATE TABLE incidents (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    org_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    -- NULL once the check was removed.
    check_id TEXT COLLATE "C" REFERENCES checks (id) ON DELETE SET NULL,
    integration TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    severity TEXT COLLATE "C" NOT NULL,
    -- JSON list: the criteria that the check was tied to when it opened.
    touches TEXT COLLATE "C" NOT NULL,
    opening TEXT COLLATE "C" NOT NULL,
    -- What the run that opened it said.
    cause TEXT COLLATE "C" NOT NULL,
    -- FAILs until now.
    failures BIGINT NOT NULL,
    -- It was seen to come and go.
    flapped BOOLEAN NOT NULL,
    -- The first FAIL of the stretch; the run that opened it; the run that closed it.
    began_at BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT,
    closing TEXT COLLATE "C",
    -- When the messages were put into the outbox; NULL while there was no need or alerts were silenced.
    announced_at BIGINT,
    closing_announced_at BIGINT
);
CREATE INDEX incidents_by_org ON incidents (org_id, id);
CREATE INDEX incidents_by_check ON incidents (check_id, id);
CREATE UNIQUE INDEX incidents_open_by_check ON incidents (check_id) WHERE closed_at IS NULL;
CREATE INDEX incidents_to_announce ON incidents (announced_at, closing_announced_at) WHERE closing_announced_at IS NULL;

-- What is remembered of a check between two runs.
CREATE TABLE watches (
    check_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES checks (id) ON DELETE CASCADE,
    fails BIGINT NOT NULL,
    successes BIGINT NOT NULL,
    -- The latest conclusive results as bits, the newest lowest, 1 for a FAIL; and how many of them are known.
    history BIGINT NOT NULL,
    known BIGINT NOT NULL,
    flapping BOOLEAN NOT NULL,
    failing_since BIGINT,
    -- The open incident.
    incident_id TEXT COLLATE "C" REFERENCES incidents (id) ON DELETE SET NULL,
    -- The run that was taken into account last.
    last_run TEXT COLLATE "C" NOT NULL,
    -- One more with every change: whoever saw an older one looks again.
    revision BIGINT NOT NULL
);

-- What people say of a check's alerts; NULL where the kind decides.
CREATE TABLE check_alerting (
    check_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES checks (id) ON DELETE CASCADE,
    open_after BIGINT,
    close_after BIGINT,
    snoozed_until BIGINT,
    snooze_reason TEXT COLLATE "C",
    snoozed_by TEXT COLLATE "C" REFERENCES users (id)
);

CREATE TABLE maintenance_windows (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    org_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    -- NULL for every integration.
    integration_id TEXT COLLATE "C" REFERENCES integrations (id) ON DELETE CASCADE,
    reason TEXT COLLATE "C" NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    by_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX maintenance_windows_by_org ON maintenance_windows (org_id, ends_at);

-- Where messages go.
CREATE TABLE alert_channels (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    org_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name TEXT COLLATE "C" NOT NULL,
    -- JSON: the kind, and of the address what may be shown.
    target TEXT COLLATE "C" NOT NULL,
    -- Sealed: a signing secret, or an address that is one itself.
    secret TEXT COLLATE "C",
    -- Why nothing is sent; NULL while it is in use.
    paused TEXT COLLATE "C",
    created_at BIGINT NOT NULL
);
CREATE INDEX alert_channels_by_org ON alert_channels (org_id, id);

-- Which incidents go to a channel: of this criterion, of this domain (NULL for all), at least this severe.
CREATE TABLE alert_rules (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    org_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    channel_id TEXT COLLATE "C" NOT NULL REFERENCES alert_channels (id) ON DELETE CASCADE,
    criterion TEXT COLLATE "C",
    domain TEXT COLLATE "C",
    severity TEXT COLLATE "C" NOT NULL,
    -- NULL for no reminders.
    remind_seconds BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX alert_rules_by_org ON alert_rules (org_id, id);
CREATE INDEX alert_rules_by_channel ON alert_rules (channel_id);

-- Who was told that an incident opened, and so is told that it closed.
CREATE TABLE incident_recipients (
    incident_id TEXT COLLATE "C" NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    channel_id TEXT COLLATE "C" NOT NULL REFERENCES alert_channels (id) ON DELETE CASCADE,
    remind_seconds BIGINT,
    told_at BIGINT NOT NULL,
    PRIMARY KEY (incident_id, channel_id)
);
CREATE INDEX incident_recipients_by_channel ON incident_recipients (channel_id);

-- Messages on their way, sent, and given up. Claimed with a lease and a fence, as checks are.
CREATE TABLE outbox (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    org_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    channel_id TEXT COLLATE "C" NOT NULL REFERENCES alert_channels (id) ON DELETE CASCADE,
    incident_id TEXT COLLATE "C" REFERENCES incidents (id) ON DELETE CASCADE,
    event TEXT COLLATE "C" NOT NULL,
    -- JSON: what happened, for every kind of channel to put into its own words.
    payload TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    attempts BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    -- When the next attempt is due, and when that was decided: a clock that was set back to before makes it due at once.
    due_at BIGINT NOT NULL,
    decided_at BIGINT NOT NULL,
    last_error TEXT COLLATE "C",
    -- When it was sent or given up.
    ended_at BIGINT,
    lease_owner TEXT COLLATE "C",
    lease_until BIGINT NOT NULL DEFAULT 0,
    lease_epoch BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX outbox_by_due ON outbox (state, due_at);
CREATE INDEX outbox_by_org ON outbox (org_id, id);
CREATE INDEX outbox_by_channel ON outbox (channel_id);
CREATE INDEX outbox_by_incident ON outbox (incident_id);

-- Signed attestations against a confirmed FAIL. One that was withdrawn or has expired stays.
CREATE TABLE overrides (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    check_id TEXT COLLATE "C" NOT NULL REFERENCES checks (id) ON DELETE CASCADE,
    framework_id TEXT COLLATE "C" NOT NULL,
    binding TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    by_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    withdrawn_at BIGINT,
    withdrawn_by TEXT COLLATE "C" REFERENCES users (id),
    FOREIGN KEY (framework_id, binding) REFERENCES bindings (framework_id, id) ON DELETE CASCADE
);
CREATE INDEX overrides_by_check ON overrides (check_id, framework_id, binding);

-- The live result of an assessment as it was computed last.
CREATE TABLE live_results (
    assessment_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES assessments (id) ON DELETE CASCADE,
    -- NULL where the assessment is unrated.
    rung TEXT COLLATE "C",
    -- Since when the rung is this one.
    since BIGINT NOT NULL,
    -- JSON: the totals as exact fractions, and how each criterion stands.
    result TEXT COLLATE "C" NOT NULL,
    computed_at BIGINT NOT NULL,
    revision BIGINT NOT NULL
);
CREATE INDEX live_results_by_age ON live_results (computed_at);

-- Every change of the rung or of the overall score, and what it came from. Append-only.
CREATE TABLE live_changes (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    assessment_id TEXT COLLATE "C" NOT NULL REFERENCES assessments (id) ON DELETE CASCADE,
    at BIGINT NOT NULL,
    from_rung TEXT COLLATE "C",
    to_rung TEXT COLLATE "C",
    -- Exact fractions; NULL where the assessment is unrated.
    from_overall TEXT COLLATE "C",
    to_overall TEXT COLLATE "C",
    -- JSON list.
    causes TEXT COLLATE "C" NOT NULL
);
CREATE INDEX live_changes_by_assessment ON live_changes (assessment_id, id);
