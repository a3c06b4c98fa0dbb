//! Peers: who takes part, what of theirs is the latest, and everything that was ever published.

use std::collections::{BTreeMap, BTreeSet};

use domain::{DomainCode, ProfileCode};

use crate::audit;
use crate::column::{Json, Text, from_row};
use crate::db::{Link, Store, row, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{EditionId, FrameworkId, OrgId, SnapshotId, UnixMillis, UserId};
use crate::record::{Audit, BenchmarkMember, Contribution, PeerEdition, PeerGroup, PeerState, SizeBand};
use crate::trend::result_columns;

statements! {
    Both JOIN = "INSERT INTO benchmark_members (org_id, since, decided_by) VALUES ($1, $2, $3) \
        ON CONFLICT (org_id) DO NOTHING";
    Both LEAVE = "DELETE FROM benchmark_members WHERE org_id = $1";
    Both MEMBER = "SELECT b.since, b.decided_by, u.name AS decided_by_name FROM benchmark_members b \
        JOIN users u ON u.id = b.decided_by WHERE b.org_id = $1";
    Both MEMBERS = "SELECT org_id FROM benchmark_members";
    // Of an organization's submissions by this version the latest, whatever became of the assessment since.
    Both LATEST = concat!(
        "SELECT s.org_id, s.made_at, ", result_columns!(), " FROM benchmark_members b \
         JOIN organizations o ON o.id = b.org_id JOIN snapshots s ON s.org_id = b.org_id \
         JOIN assessments a ON a.id = s.assessment_id JOIN snapshot_results r ON r.snapshot_id = s.id \
         WHERE a.framework_id = $1 AND NOT o.demo AND NOT EXISTS (SELECT n.id FROM snapshots n \
         JOIN assessments x ON x.id = n.assessment_id \
         WHERE n.org_id = s.org_id AND x.framework_id = a.framework_id AND n.number > s.number) ORDER BY s.id"
    );
    Both PUBLISHED = concat!(
        "SELECT s.org_id, s.made_at, ", result_columns!(), " FROM snapshot_results r \
         JOIN snapshots s ON s.id = r.snapshot_id WHERE r.snapshot_id IN (SELECT c.snapshot_id \
         FROM benchmark_contributions c JOIN benchmark_editions e ON e.id = c.edition_id \
         WHERE e.framework_id = $1) ORDER BY s.id"
    );
    Both EDITIONS = "SELECT id, framework_id, profile, size_band, domains, made_at FROM benchmark_editions \
        WHERE framework_id = $1 ORDER BY id";
    Both CONTRIBUTIONS = "SELECT c.edition_id, c.snapshot_id FROM benchmark_contributions c \
        JOIN benchmark_editions e ON e.id = c.edition_id WHERE e.framework_id = $1";
    Both INSERT_EDITION = "INSERT INTO benchmark_editions (id, framework_id, profile, size_band, domains, made_at) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    Both INSERT_CONTRIBUTION = "INSERT INTO benchmark_contributions (edition_id, snapshot_id) VALUES ($1, $2)";
    // Whoever publishes waits for whoever does already: two editions that are quiet alone may not be together.
    Postgres HOLD = "SELECT id FROM frameworks WHERE id = $1 FOR NO KEY UPDATE";
    Both OWN_LATEST = concat!(
        "SELECT s.org_id, s.made_at, ", result_columns!(), " FROM snapshots s \
         JOIN assessments a ON a.id = s.assessment_id JOIN snapshot_results r ON r.snapshot_id = s.id \
         WHERE s.org_id = $1 AND a.framework_id = $2 ORDER BY s.number DESC LIMIT 1"
    );
    Both SUBMITTED_BY = "SELECT a.framework_id FROM snapshots s JOIN assessments a ON a.id = s.assessment_id \
        WHERE s.org_id = $1 ORDER BY s.number DESC";
}

from_row! {
    BenchmarkMember { since, decided_by, decided_by_name }
    Contribution { org = "org_id", made_at, result: flat }
    EditionRow { id, framework = "framework_id", profile: text, size_band: maybe_text, domains: json, made_at }
}

struct EditionRow {
    id: EditionId,
    framework: FrameworkId,
    profile: ProfileCode,
    size_band: Option<SizeBand>,
    domains: BTreeSet<DomainCode>,
    made_at: UnixMillis,
}

async fn state(link: &mut Link<'_>, framework: FrameworkId) -> Result<PeerState, StoreError> {
    let latest = rows!(link, Contribution, LATEST, framework)?;
    let published = rows!(link, Contribution, PUBLISHED, framework)?;
    let members = rows!(link, (OrgId,), MEMBERS)?;
    let mut results: BTreeMap<EditionId, BTreeSet<SnapshotId>> = BTreeMap::new();
    for (edition, snapshot) in rows!(link, (EditionId, SnapshotId), CONTRIBUTIONS, framework)? {
        results.entry(edition).or_default().insert(snapshot);
    }
    let editions = rows!(link, EditionRow, EDITIONS, framework)?.into_iter().map(|row| PeerEdition {
        id: row.id,
        framework: row.framework,
        group: PeerGroup { profile: row.profile, size_band: row.size_band },
        made_at: row.made_at,
        domains: row.domains,
        results: results.remove(&row.id).unwrap_or_default(),
    });
    Ok(PeerState {
        latest,
        published,
        editions: editions.collect(),
        members: members.into_iter().map(|(org,)| org).collect(),
    })
}

impl Store {
    /// From now on the organization contributes and reads. Whether it did not before.
    pub async fn join_benchmark(
        &self,
        org: OrgId,
        by: UserId,
        at: UnixMillis,
        audit: Audit,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let changed = run!(&mut writing.link(), JOIN, org, at, by).or_missing("organization or account")?;
        audit::commit_change(writing, changed, &audit).await
    }

    /// From now on the organization neither contributes nor reads. Whether it did before.
    pub async fn leave_benchmark(&self, org: OrgId, audit: Audit) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let changed = run!(&mut writing.link(), LEAVE, org)?;
        audit::commit_change(writing, changed, &audit).await
    }

    pub async fn benchmark_member(&self, org: OrgId) -> Result<Option<BenchmarkMember>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), BenchmarkMember, MEMBER, org)?)
    }

    /// The latest submitted result of an organization by a framework version, whether it takes part or not.
    pub async fn latest_result(
        &self,
        org: OrgId,
        framework: FrameworkId,
    ) -> Result<Option<Contribution>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), Contribution, OWN_LATEST, org, framework)?)
    }

    /// The framework versions that an organization has submitted by, the one of the latest submission first; a version
    /// comes as often as it was submitted by.
    pub async fn submitted_by(&self, org: OrgId) -> Result<Vec<FrameworkId>, StoreError> {
        let mut lease = self.read().await?;
        let found = rows!(&mut lease.link(), (FrameworkId,), SUBMITTED_BY, org)?;
        Ok(found.into_iter().map(|(framework,)| framework).collect())
    }

    /// What decides about the next editions of a framework version.
    pub async fn peer_state(&self, framework: FrameworkId) -> Result<PeerState, StoreError> {
        state(&mut self.read().await?.link(), framework).await
    }

    /// Publishes the editions that `make` gives for the state at that instant; nobody else publishes or sees half of it
    /// meanwhile.
    pub async fn publish_editions(
        &self,
        framework: FrameworkId,
        make: impl FnOnce(&PeerState) -> Vec<PeerEdition> + Send,
    ) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        if matches!(link, Link::Postgres(_)) {
            row!(link, (FrameworkId,), HOLD, framework)?;
        }
        for edition in make(&state(link, framework).await?) {
            run!(
                link,
                INSERT_EDITION,
                edition.id,
                edition.framework,
                Text(&edition.group.profile),
                edition.group.size_band.map(Text),
                Json(&edition.domains),
                edition.made_at
            )
            .or_missing("framework")?;
            for snapshot in edition.results {
                run!(link, INSERT_CONTRIBUTION, edition.id, snapshot).or_missing("snapshot")?;
            }
        }
        writing.commit().await
    }
}
