-- What a reconciliation reported last outlives its run, and a feed remembers more files than a month has.

-- For when the figures were computed that were reported last; NULL before the first report.
ALTER TABLE checks ADD COLUMN reported_at BIGINT;
UPDATE checks SET reported_at = (
    SELECT MAX(r.started_at) FROM runs r WHERE r.check_id = checks.id AND r.checked <> ''
)
WHERE kind IN (
    'recon.claims_clinical', 'recon.portal_api_parity', 'recon.referral_loop', 'recon.cross_team_counts',
    'terminology.coverage', 'identity.match'
);

-- What the source of a check reported as finalized, and how soon it was seen.
CREATE TABLE finalized_items (
    check_id TEXT NOT NULL REFERENCES checks (id) ON DELETE CASCADE,
    -- A FHIR reference: type and id.
    reference TEXT COLLATE "C" NOT NULL,
    finalized_at BIGINT NOT NULL,
    sighting TEXT NOT NULL,
    PRIMARY KEY (check_id, reference)
);
