//! Snapshots: what was submitted and what was signed. The database itself refuses to change or remove one.

use sqlx::pool::PoolConnection;
use sqlx::{Connection as _, Postgres};

use crate::column::{Text, from_row};
use crate::db::{Db, Link, Store, Writing, row, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{AssessmentId, OrgId, SnapshotId};
use crate::organizations::HOLD;
use crate::record::{AssessmentBundle, AssessmentState, Audit, Before, Sealed, Signed, Signing, Snapshot};
use crate::{audit, bundle, review};

macro_rules! select {
    ($more:literal, $rest:literal) => {
        concat!(
            "SELECT s.id, s.org_id, s.assessment_id, s.number, s.kind, s.rung, s.sha256, s.previous, s.made_by, \
             u.name AS made_by_name, s.made_at",
            $more,
            " FROM snapshots s JOIN users u ON u.id = s.made_by ",
            $rest
        )
    };
}

statements! {
    Both INSERT = "INSERT INTO snapshots (id, org_id, assessment_id, number, kind, rung, sha256, previous, file, \
        made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    Both END_OF_CHAIN = "SELECT number, sha256 FROM snapshots WHERE org_id = $1 ORDER BY number DESC LIMIT 1";
    Both OF_ASSESSMENT = select!("", "WHERE s.assessment_id = $1 ORDER BY s.number DESC");
    Both LATEST = select!("", "WHERE s.assessment_id = $1 ORDER BY s.number DESC LIMIT 1");
    Both WITH_FILE = select!(", s.file", "WHERE s.id = $1");
}

from_row! {
    Snapshot {
        id, org = "org_id", assessment = "assessment_id", number, kind: text, rung: maybe_text, sha256, previous,
        made_by, made_by_name, made_at,
    }
    Filed { snapshot: flat, file }
}

struct Filed {
    snapshot: Snapshot,
    file: String,
}

/// Reads as of one instant while `writing` holds the assessment. On SQLite nobody else writes meanwhile; on PostgreSQL a
/// second connection looks at the one state of the database that it saw first, and is given back.
async fn read_apart(
    writing: &mut Writing,
    apart: Option<PoolConnection<Postgres>>,
    assessment: AssessmentId,
) -> Result<AssessmentBundle, StoreError> {
    let found = match apart {
        None => bundle::read(&mut writing.link(), assessment, None).await?,
        Some(mut connection) => {
            let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
            let mut reading = connection.begin_with(begin).await?;
            let found = bundle::read(&mut Link::Postgres(&mut reading), assessment, None).await?;
            reading.commit().await?;
            found
        }
    };
    found.ok_or(StoreError::NotFound { what: "assessment" })
}

impl Store {
    /// Takes a step and keeps what was signed with it, in one transaction. `make` gets all that there is at that
    /// instant, in the state that the step leads to: whatever writes an answer, a piece of evidence or a check's
    /// standing comes wholly before or wholly after.
    pub async fn sign<E>(
        &self,
        signing: Signing,
        org: OrgId,
        audit: Audit,
        make: impl FnOnce(&AssessmentBundle, &Before) -> Result<Sealed, E> + Send,
    ) -> Result<Signed<E>, StoreError> {
        let Signing { step, kind, snapshot: id } = signing;
        // Both connections before any lock: whoever waits for a lock holds a connection, and one of them might be the last.
        let turn = self.pairs.acquire().await;
        let apart = self.apart().await?;
        let mut writing = self.write().await?;
        if !review::take(&mut writing.link(), &step).await? {
            return Ok(Signed::OtherState);
        }
        run!(&mut writing.link(), HOLD, org)?;
        let end = row!(&mut writing.link(), (i64, String), END_OF_CHAIN, org)?;
        let before = end.map_or(Before { number: 0, sha256: None }, |(number, sha256)| Before {
            number,
            sha256: Some(sha256),
        });
        let mut found = read_apart(&mut writing, apart, step.assessment).await?;
        drop(turn);
        found.assessment.state = step.to;
        found.assessment.independent_signoff = step.to == AssessmentState::Final;
        let sealed = match make(&found, &before) {
            Ok(sealed) => sealed,
            Err(refused) => return Ok(Signed::Refused(refused)),
        };
        let snapshot = Snapshot {
            id,
            org,
            assessment: step.assessment,
            number: before.number + 1,
            kind,
            rung: sealed.rung,
            sha256: sealed.sha256,
            previous: before.sha256,
            made_by: step.by,
            made_by_name: step.by_name,
            made_at: step.at,
        };
        let link = &mut writing.link();
        run!(
            link,
            INSERT,
            snapshot.id,
            snapshot.org,
            snapshot.assessment,
            snapshot.number,
            Text(snapshot.kind),
            snapshot.rung.as_ref().map(Text),
            &*snapshot.sha256,
            snapshot.previous.as_deref(),
            &*sealed.file,
            snapshot.made_by,
            snapshot.made_at
        )
        .or_missing("assessment or account")?;
        audit::append(link, &audit).await?;
        writing.commit().await?;
        Ok(Signed::Done(snapshot))
    }

    /// The connection for [`read_apart`], where there is need of one.
    async fn apart(&self) -> Result<Option<PoolConnection<Postgres>>, StoreError> {
        Ok(match &*self.db {
            Db::Sqlite { .. } => None,
            Db::Postgres(pool) => Some(pool.acquire().await?),
        })
    }

    /// Those of an assessment, latest first.
    pub async fn snapshots_of(&self, assessment: AssessmentId) -> Result<Vec<Snapshot>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Snapshot, OF_ASSESSMENT, assessment)?)
    }

    pub async fn latest_snapshot(&self, assessment: AssessmentId) -> Result<Option<Snapshot>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), Snapshot, LATEST, assessment)?)
    }

    /// The snapshot with its file.
    pub async fn snapshot(&self, id: SnapshotId) -> Result<Option<(Snapshot, String)>, StoreError> {
        let mut lease = self.read().await?;
        let found = row!(&mut lease.link(), Filed, WITH_FILE, id)?;
        Ok(found.map(|filed| (filed.snapshot, filed.file)))
    }
}
