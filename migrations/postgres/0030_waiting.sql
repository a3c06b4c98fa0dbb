-- What a page is to show once, after a form: a value each, so that two forms of one session at the same instant lose none.
-- It ends with its session.
CREATE TABLE shown_once (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    session_id TEXT COLLATE "C" NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    -- The address of the page.
    place TEXT COLLATE "C" NOT NULL,
    -- Sealed with the key of secrets.
    sealed TEXT COLLATE "C" NOT NULL,
    until_at BIGINT NOT NULL
);
CREATE INDEX shown_once_by_session ON shown_once (session_id, place);

-- Messages that are due are found channel by channel, those of an incident in their order, and those that somebody sends
-- now: without reading all that wait, which may be thousands.
DROP INDEX outbox_by_due;
CREATE INDEX outbox_waiting ON outbox (channel_id, org_id, due_at, id) WHERE state = 'waiting';
CREATE INDEX outbox_in_order ON outbox (incident_id, channel_id, id) WHERE state = 'waiting';
CREATE INDEX outbox_held ON outbox (lease_until) WHERE lease_until > 0;

-- Incidents that somebody is still to be told of, without reading all that there ever were.
DROP INDEX incidents_to_announce;
CREATE INDEX incidents_to_announce ON incidents (id)
    WHERE closing_announced_at IS NULL AND (announced_at IS NULL OR closed_at IS NOT NULL);
