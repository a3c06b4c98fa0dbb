-- Incidents of checks, who is told of them and how, attested overrides, and the timeline of the live rung.

-- A stretch in which a check is broken. It outlives its check, so it keeps the names.
CREATE TABLE incidents (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    -- NULL once the check was removed.
    check_id TEXT REFERENCES checks (id) ON DELETE SET NULL,
    integration TEXT NOT NULL,
    kind TEXT NOT NULL,
    severity TEXT NOT NULL,
    -- JSON list: the criteria that the check was tied to when it opened.
    touches TEXT NOT NULL,
    opening TEXT NOT NULL,
    -- What the run that opened it said.
    cause TEXT NOT NULL,
    -- FAILs until now.
    failures BIGINT NOT NULL,
    -- It was seen to come and go.
    flapped BOOLEAN NOT NULL,
    -- The first FAIL of the stretch; the run that opened it; the run that closed it.
    began_at BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT,
    closing TEXT,
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
    check_id TEXT NOT NULL PRIMARY KEY REFERENCES checks (id) ON DELETE CASCADE,
    fails BIGINT NOT NULL,
    successes BIGINT NOT NULL,
    -- The latest conclusive results as bits, the newest lowest, 1 for a FAIL; and how many of them are known.
    history BIGINT NOT NULL,
    known BIGINT NOT NULL,
    flapping BOOLEAN NOT NULL,
    failing_since BIGINT,
    -- The open incident.
    incident_id TEXT REFERENCES incidents (id) ON DELETE SET NULL,
    -- The run that was taken into account last.
    last_run TEXT NOT NULL,
    -- One more with every change: whoever saw an older one looks again.
    revision BIGINT NOT NULL
) WITHOUT ROWID;

-- What people say of a check's alerts; NULL where the kind decides.
CREATE TABLE check_alerting (
    check_id TEXT NOT NULL PRIMARY KEY REFERENCES checks (id) ON DELETE CASCADE,
    open_after BIGINT,
    close_after BIGINT,
    snoozed_until BIGINT,
    snooze_reason TEXT,
    snoozed_by TEXT REFERENCES users (id)
) WITHOUT ROWID;

CREATE TABLE maintenance_windows (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    -- NULL for every integration.
    integration_id TEXT REFERENCES integrations (id) ON DELETE CASCADE,
    reason TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    by_id TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX maintenance_windows_by_org ON maintenance_windows (org_id, ends_at);

-- Where messages go.
CREATE TABLE alert_channels (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    -- JSON: the kind, and of the address what may be shown.
    target TEXT NOT NULL,
    -- Sealed: a signing secret, or an address that is one itself.
    secret TEXT,
    -- Why nothing is sent; NULL while it is in use.
    paused TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX alert_channels_by_org ON alert_channels (org_id, id);

-- Which incidents go to a channel: of this criterion, of this domain (NULL for all), at least this severe.
CREATE TABLE alert_rules (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    channel_id TEXT NOT NULL REFERENCES alert_channels (id) ON DELETE CASCADE,
    criterion TEXT,
    domain TEXT,
    severity TEXT NOT NULL,
    -- NULL for no reminders.
    remind_seconds BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX alert_rules_by_org ON alert_rules (org_id, id);
CREATE INDEX alert_rules_by_channel ON alert_rules (channel_id);

-- Who was told that an incident opened, and so is told that it closed.
CREATE TABLE incident_recipients (
    incident_id TEXT NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    channel_id TEXT NOT NULL REFERENCES alert_channels (id) ON DELETE CASCADE,
    remind_seconds BIGINT,
    told_at BIGINT NOT NULL,
    PRIMARY KEY (incident_id, channel_id)
) WITHOUT ROWID;
CREATE INDEX incident_recipients_by_channel ON incident_recipients (channel_id);

-- Messages on their way, sent, and given up. Claimed with a lease and a fence, as checks are.
CREATE TABLE outbox (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    channel_id TEXT NOT NULL REFERENCES alert_channels (id) ON DELETE CASCADE,
    incident_id TEXT REFERENCES incidents (id) ON DELETE CASCADE,
    event TEXT NOT NULL,
    -- JSON: what happened, for every kind of channel to put into its own words.
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    -- When the next attempt is due, and when that was decided: a clock that was set back to before makes it due at once.
    due_at BIGINT NOT NULL,
    decided_at BIGINT NOT NULL,
    last_error TEXT,
    -- When it was sent or given up.
    ended_at BIGINT,
    lease_owner TEXT,
    lease_until BIGINT NOT NULL DEFAULT 0,
    lease_epoch BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX outbox_by_due ON outbox (state, due_at);
CREATE INDEX outbox_by_org ON outbox (org_id, id);
CREATE INDEX outbox_by_channel ON outbox (channel_id);
CREATE INDEX outbox_by_incident ON outbox (incident_id);

-- Signed attestations against a confirmed FAIL. One that was withdrawn or has expired stays.
CREATE TABLE overrides (
    id TEXT NOT NULL PRIMARY KEY,
    check_id TEXT NOT NULL REFERENCES checks (id) ON DELETE CASCADE,
    framework_id TEXT NOT NULL,
    binding TEXT NOT NULL,
    reason TEXT NOT NULL,
    by_id TEXT NOT NULL REFERENCES users (id),
    at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    withdrawn_at BIGINT,
    withdrawn_by TEXT REFERENCES users (id),
    FOREIGN KEY (framework_id, binding) REFERENCES bindings (framework_id, id) ON DELETE CASCADE
);
CREATE INDEX overrides_by_check ON overrides (check_id, framework_id, binding);

-- The live result of an assessment as it was computed last.
CREATE TABLE live_results (
    assessment_id TEXT NOT NULL PRIMARY KEY REFERENCES assessments (id) ON DELETE CASCADE,
    -- NULL where the assessment is unrated.
    rung TEXT,
    -- Since when the rung is this one.
    since BIGINT NOT NULL,
    -- JSON: the totals as exact fractions, and how each criterion stands.
    result TEXT NOT NULL,
    computed_at BIGINT NOT NULL,
    revision BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX live_results_by_age ON live_results (computed_at);

-- Every change of the rung or of the overall score, and what it came from. Append-only.
CREATE TABLE live_changes (
    id TEXT NOT NULL PRIMARY KEY,
    assessment_id TEXT NOT NULL REFERENCES assessments (id) ON DELETE CASCADE,
    at BIGINT NOT NULL,
    from_rung TEXT,
    to_rung TEXT,
    -- Exact fractions; NULL where the assessment is unrated.
    from_overall TEXT,
    to_overall TEXT,
    -- JSON list.
    causes TEXT NOT NULL
);
CREATE INDEX live_changes_by_assessment ON live_changes (assessment_id, id);
