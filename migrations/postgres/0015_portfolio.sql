-- What a portfolio shows of a live result without reading all of it.

-- The score as an exact fraction; NULL where the assessment is unrated.
ALTER TABLE live_results ADD COLUMN overall TEXT COLLATE "C";
-- JSON: the domains with their scores. NULL until the result is computed anew.
ALTER TABLE live_results ADD COLUMN domains TEXT COLLATE "C";
-- Answers that a check contradicts.
ALTER TABLE live_results ADD COLUMN contradicted BIGINT NOT NULL DEFAULT 0;
-- Computed anew soon.
UPDATE live_results SET computed_at = 0;
CREATE INDEX incidents_open_by_org ON incidents (org_id) WHERE closed_at IS NULL;
