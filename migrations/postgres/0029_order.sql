-- What somebody did with evidence, which the log alone knows, is found without reading all of an organization's log.

CREATE INDEX audit_log_of_evidence ON audit_log (org_id, actor_id)
    WHERE action IN ('evidence.added', 'evidence.replaced', 'evidence.retied', 'evidence.removed');

-- The incidents of a period, which began in it whenever they were told of.

CREATE INDEX incidents_by_beginning ON incidents (org_id, began_at);

-- Texts are ordered by their bytes, as SQLite orders them, whatever the database's own language. These columns were
-- made without saying so.

ALTER TABLE integrations
    ALTER COLUMN technical_owner TYPE TEXT COLLATE "C",
    ALTER COLUMN criticality TYPE TEXT COLLATE "C",
    ALTER COLUMN contract_expires TYPE TEXT COLLATE "C",
    ALTER COLUMN runbook_exercised TYPE TEXT COLLATE "C",
    ALTER COLUMN brief_signed TYPE TEXT COLLATE "C";
ALTER TABLE actions
    ALTER COLUMN id TYPE TEXT COLLATE "C",
    ALTER COLUMN org_id TYPE TEXT COLLATE "C",
    ALTER COLUMN assessment_id TYPE TEXT COLLATE "C",
    ALTER COLUMN finding_kind TYPE TEXT COLLATE "C",
    ALTER COLUMN subject TYPE TEXT COLLATE "C",
    ALTER COLUMN title TYPE TEXT COLLATE "C",
    ALTER COLUMN note TYPE TEXT COLLATE "C",
    ALTER COLUMN owner_id TYPE TEXT COLLATE "C",
    ALTER COLUMN due TYPE TEXT COLLATE "C",
    ALTER COLUMN currency TYPE TEXT COLLATE "C",
    ALTER COLUMN state TYPE TEXT COLLATE "C",
    ALTER COLUMN dropped_because TYPE TEXT COLLATE "C",
    ALTER COLUMN created_by TYPE TEXT COLLATE "C";
ALTER TABLE snapshot_results
    ALTER COLUMN snapshot_id TYPE TEXT COLLATE "C",
    ALTER COLUMN overall TYPE TEXT COLLATE "C",
    ALTER COLUMN claimed TYPE TEXT COLLATE "C",
    ALTER COLUMN domains TYPE TEXT COLLATE "C",
    ALTER COLUMN profiles TYPE TEXT COLLATE "C",
    ALTER COLUMN size_band TYPE TEXT COLLATE "C";
ALTER TABLE benchmark_members
    ALTER COLUMN org_id TYPE TEXT COLLATE "C",
    ALTER COLUMN decided_by TYPE TEXT COLLATE "C";
ALTER TABLE benchmark_editions
    ALTER COLUMN id TYPE TEXT COLLATE "C",
    ALTER COLUMN framework_id TYPE TEXT COLLATE "C",
    ALTER COLUMN profile TYPE TEXT COLLATE "C",
    ALTER COLUMN size_band TYPE TEXT COLLATE "C",
    ALTER COLUMN domains TYPE TEXT COLLATE "C";
ALTER TABLE benchmark_contributions
    ALTER COLUMN edition_id TYPE TEXT COLLATE "C",
    ALTER COLUMN snapshot_id TYPE TEXT COLLATE "C";
ALTER TABLE framework_drafts
    ALTER COLUMN id TYPE TEXT COLLATE "C",
    ALTER COLUMN text TYPE TEXT COLLATE "C",
    ALTER COLUMN base_id TYPE TEXT COLLATE "C",
    ALTER COLUMN created_by TYPE TEXT COLLATE "C",
    ALTER COLUMN changed_by TYPE TEXT COLLATE "C",
    ALTER COLUMN published_id TYPE TEXT COLLATE "C";
ALTER TABLE logos
    ALTER COLUMN org_id TYPE TEXT COLLATE "C",
    ALTER COLUMN by_id TYPE TEXT COLLATE "C";
ALTER TABLE finalized_items
    ALTER COLUMN check_id TYPE TEXT COLLATE "C",
    ALTER COLUMN sighting TYPE TEXT COLLATE "C";
ALTER TABLE users
    ALTER COLUMN time_zone TYPE TEXT COLLATE "C";
