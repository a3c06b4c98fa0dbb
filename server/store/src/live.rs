//! The live result of an assessment, and the timeline of its changes.

use domain::live::Fraction;

use crate::column::{Json, Text, from_row};
use crate::db::{Link, Store, row, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{AssessmentId, LiveChangeId, UnixMillis};
use crate::page;
use crate::queue::Job;
use crate::record::{LiveChangeRecord, LiveRecord};

statements! {
    Both RESULT = "SELECT assessment_id, result, since, computed_at, revision FROM live_results WHERE assessment_id = $1";
    Both KEEP = "INSERT INTO live_results (assessment_id, rung, since, result, computed_at, revision, overall, \
        domains, contradicted) VALUES ($1, $2, $3, $4, $5, CAST($6 AS BIGINT) + 1, $7, $8, $9) \
        ON CONFLICT (assessment_id) DO UPDATE SET \
        rung = excluded.rung, since = excluded.since, result = excluded.result, computed_at = excluded.computed_at, \
        revision = excluded.revision, overall = excluded.overall, domains = excluded.domains, \
        contradicted = excluded.contradicted WHERE live_results.revision = CAST($6 AS BIGINT)";
    Both COMPUTED = "UPDATE live_results SET computed_at = $2 WHERE assessment_id = $1";
    Both CHANGED = "INSERT INTO live_changes (id, assessment_id, at, from_rung, to_rung, from_overall, to_overall, \
        causes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    Both CHANGES = "SELECT id, assessment_id, at, from_rung, to_rung, from_overall, to_overall, causes \
        FROM live_changes WHERE assessment_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
    // The first of all, and the last of each day (UTC): an id begins with the instant at which it was made.
    Both BY_DAY = "SELECT id, assessment_id, at, from_rung, to_rung, from_overall, to_overall, causes \
        FROM live_changes WHERE id IN (SELECT MAX(id) FROM live_changes WHERE assessment_id = $1 GROUP BY at / 86400000 \
        UNION SELECT MIN(id) FROM live_changes WHERE assessment_id = $1) ORDER BY id DESC";
    Both RUNGS_SINCE = "SELECT at, to_rung FROM live_changes WHERE assessment_id = $1 AND at >= $2 ORDER BY id";
    // Computed before $2, or since then an attestation ran out.
    Both OUT_OF_DATE = "SELECT l.assessment_id FROM live_results l JOIN assessments a ON a.id = l.assessment_id \
        WHERE (a.state <> $1 OR NOT EXISTS (SELECT b.id FROM assessments b \
        JOIN frameworks g ON g.id = b.framework_id JOIN frameworks f ON f.id = a.framework_id \
        WHERE b.org_id = a.org_id AND b.id > a.id AND b.state = $1 AND g.code = f.code)) AND (l.computed_at < $2 OR EXISTS (SELECT o.id FROM overrides o \
        JOIN checks c ON c.id = o.check_id WHERE c.org_id = a.org_id AND o.framework_id = a.framework_id \
        AND o.withdrawn_at IS NULL AND o.until_at > l.computed_at AND o.until_at <= $3)) \
        ORDER BY l.computed_at LIMIT $4";
}

from_row! {
    LiveRecord { assessment = "assessment_id", result: json, since, computed_at, revision }
    LiveChangeRow {
        id, assessment = "assessment_id", at, from_rung: maybe_text, to_rung: maybe_text, from_overall, to_overall,
        causes: json,
    }
}

struct LiveChangeRow {
    id: LiveChangeId,
    assessment: AssessmentId,
    at: UnixMillis,
    from_rung: Option<domain::RungCode>,
    to_rung: Option<domain::RungCode>,
    from_overall: Option<String>,
    to_overall: Option<String>,
    causes: serde_json::Value,
}

impl From<LiveChangeRow> for LiveChangeRecord {
    fn from(row: LiveChangeRow) -> Self {
        Self {
            id: row.id,
            assessment: row.assessment,
            at: row.at,
            from_rung: row.from_rung,
            to_rung: row.to_rung,
            from_overall: row.from_overall.map(Fraction::from),
            to_overall: row.to_overall.map(Fraction::from),
            causes: row.causes,
        }
    }
}

struct Keeping {
    record: LiveRecord,
    change: Option<LiveChangeRecord>,
}

impl Job for Keeping {
    type Done = bool;

    async fn run(&self, link: &mut Link<'_>) -> Result<bool, StoreError> {
        let LiveRecord { assessment, result, since, computed_at, revision } = &self.record;
        let rung = result.rung.as_ref().map(Text);
        let kept = run!(
            link,
            KEEP,
            *assessment,
            rung,
            *since,
            Json(result),
            *computed_at,
            *revision,
            result.overall.as_ref().map(Fraction::as_str),
            Json(&result.domains),
            i64::try_from(result.contradicted().count()).unwrap_or(i64::MAX)
        )
        .or_missing("assessment")?;
        if kept == 0 {
            return Ok(false);
        }
        if let Some(change) = &self.change {
            run!(
                link,
                CHANGED,
                change.id,
                change.assessment,
                change.at,
                change.from_rung.as_ref().map(Text),
                change.to_rung.as_ref().map(Text),
                change.from_overall.as_ref().map(Fraction::as_str),
                change.to_overall.as_ref().map(Fraction::as_str),
                Json(&change.causes)
            )?;
        }
        Ok(true)
    }
}

impl Store {
    pub async fn live_result(&self, assessment: AssessmentId) -> Result<Option<LiveRecord>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), LiveRecord, RESULT, assessment)?)
    }

    /// Keeps a result and the change that it is, in one transaction. `false`, and nothing changes, when somebody kept
    /// another since `record.revision` was read.
    pub async fn keep_live_result(
        &self,
        record: LiveRecord,
        change: Option<LiveChangeRecord>,
    ) -> Result<bool, StoreError> {
        self.perform(Keeping { record, change }).await
    }

    /// Notes that the result was computed again and is the same.
    pub async fn note_computed(&self, assessment: AssessmentId, at: UnixMillis) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        run!(&mut writing.link(), COMPUTED, assessment, at)?;
        writing.commit().await
    }

    /// Latest first, from the one before `before`.
    pub async fn live_changes(
        &self,
        assessment: AssessmentId,
        before: Option<LiveChangeId>,
        limit: u32,
    ) -> Result<Vec<LiveChangeRecord>, StoreError> {
        let mut lease = self.read().await?;
        let before = page::before(before);
        let found = rows!(&mut lease.link(), LiveChangeRow, CHANGES, assessment, &*before, i64::from(limit))?;
        Ok(found.into_iter().map(Into::into).collect())
    }

    /// The first change, and the last one of each day (UTC), latest first: as many as there were days on which something
    /// changed, and one. A check that comes and goes changes the figures every few minutes, for years.
    pub async fn live_changes_by_day(
        &self,
        assessment: AssessmentId,
    ) -> Result<Vec<LiveChangeRecord>, StoreError> {
        let mut lease = self.read().await?;
        let found = rows!(&mut lease.link(), LiveChangeRow, BY_DAY, assessment)?;
        Ok(found.into_iter().map(Into::into).collect())
    }

    /// From when on the live rung was which, oldest first, from an instant on; `None` where it was unrated.
    pub async fn rungs_since(
        &self,
        assessment: AssessmentId,
        since: UnixMillis,
    ) -> Result<Vec<(UnixMillis, Option<domain::RungCode>)>, StoreError> {
        let mut lease = self.read().await?;
        let link = &mut lease.link();
        let found =
            rows!(link, (UnixMillis, Option<Text<domain::RungCode>>), RUNGS_SINCE, assessment, since)?;
        Ok(found.into_iter().map(|(at, rung)| (at, rung.map(|rung| rung.0))).collect())
    }

    /// Assessments, but final ones that were replaced, whose live result was computed before `before`, or on which an attestation has run
    /// out since.
    pub async fn out_of_date(
        &self,
        before: UnixMillis,
        now: UnixMillis,
        limit: u32,
    ) -> Result<Vec<AssessmentId>, StoreError> {
        let mut lease = self.read().await?;
        let final_state = Text(crate::record::AssessmentState::Final);
        let found = rows!(
            &mut lease.link(),
            (AssessmentId,),
            OUT_OF_DATE,
            final_state,
            before,
            now,
            i64::from(limit)
        )?;
        Ok(found.into_iter().map(|(id,)| id).collect())
    }
}
