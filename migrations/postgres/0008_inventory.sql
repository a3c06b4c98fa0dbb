-- What the coverage of the inventory is computed from.

ALTER TABLE integrations ADD COLUMN technical_owner TEXT NOT NULL DEFAULT '';
-- critical, normal, or empty where nobody said.
ALTER TABLE integrations ADD COLUMN criticality TEXT NOT NULL DEFAULT '';
ALTER TABLE integrations ADD COLUMN contract_expires TEXT;
-- Months from one review to the next; NULL for twelve.
ALTER TABLE integrations ADD COLUMN review_months BIGINT;
ALTER TABLE integrations ADD COLUMN runbook_exercised TEXT;
-- When the brief of its use case was signed.
ALTER TABLE integrations ADD COLUMN brief_signed TEXT;
-- Since when it has no owner; NULL while it has one.
ALTER TABLE integrations ADD COLUMN unowned_since BIGINT;
UPDATE integrations SET unowned_since = created_at WHERE owner = '';
