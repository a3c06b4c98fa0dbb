//! Checks that wait for reports: their tokens, when reports are expected, and what was reported.

use crate::audit;
use crate::column::{Json, from_row};
use crate::db::{Link, Store, row, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{CheckId, UnixMillis};
use crate::queue::Job;
use crate::record::{Audit, Feed, FeedReport, FeedTiming, Heard, Keeping, KeptReport, Reporter, TokenMade};

/// Reports kept of each feed: places in its table, as many as the migration has.
const PLACES: i64 = 50;

statements! {
    Both BY_CHECK = "SELECT cron, zone, hours, grace_seconds, token_made_at, reports, reported_at, observations, \
        observed_at, missed FROM feeds WHERE check_id = $1";
    Both BY_TOKEN = "SELECT f.check_id, c.kind FROM feeds f JOIN checks c ON c.id = f.check_id WHERE f.token_hash = $1";
    Both PUT_TOKEN = "INSERT INTO feeds (check_id, token_hash, token_made_at) VALUES ($1, $2, $3) \
        ON CONFLICT (check_id) DO UPDATE SET token_hash = excluded.token_hash, \
        token_made_at = excluded.token_made_at";
    Both PUT_TIMING = "INSERT INTO feeds (check_id, cron, zone, hours, grace_seconds) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (check_id) DO UPDATE SET cron = excluded.cron, zone = excluded.zone, hours = excluded.hours, \
        grace_seconds = excluded.grace_seconds";
    // What stands on the right of SET is as it was before.
    Both HEAR = "UPDATE feeds SET reports = reports + 1, reported_at = $3, \
        changed = (observations <> COALESCE($4, observations)), \
        changes = changes + CASE WHEN observations <> COALESCE($4, observations) THEN 1 ELSE $5 END, \
        observations = COALESCE($4, observations), \
        observed_at = CASE WHEN $4 IS NULL THEN observed_at ELSE $3 END \
        WHERE check_id = $1 AND token_hash = $2 RETURNING reports, changed, changes, missed";
    Both SET_BACK = "UPDATE feeds SET reported_at = $3 WHERE check_id = $1 AND reported_at = $2";
    Both KEEP = "INSERT INTO feed_reports (check_id, place, number, reported_at, observations) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (check_id, place) DO UPDATE SET number = excluded.number, \
        reported_at = excluded.reported_at, observations = excluded.observations";
    Both LATEST = "SELECT number, reported_at, observations FROM feed_reports WHERE check_id = $1 \
        ORDER BY number DESC LIMIT $2";
    Both MISSED = "UPDATE feeds SET missed = $2 WHERE check_id = $1 AND reports = $3";
}

from_row! {
    FeedTiming { cron, zone, hours, grace_seconds }
    Feed {
        timing: flat, token_made_at, reports, reported_at, observations: json, observed_at, missed,
    }
    Reporter { check = "check_id", kind: text }
    KeptReport { number, reported_at, observations: json }
    Hearing { reports, changed, changes, missed }
}

/// What a report changed.
struct Hearing {
    reports: i64,
    changed: bool,
    /// How many reports were put on file so far, this one among them if it is.
    changes: i64,
    missed: bool,
}

impl Job for FeedReport {
    type Done = Heard;

    async fn run(&self, link: &mut Link<'_>) -> Result<Heard, StoreError> {
        let figures = self.observations.as_ref().map(Json);
        let each = i64::from(self.keeping == Keeping::Each && figures.is_some());
        let heard = row!(link, Hearing, HEAR, self.check, &*self.token_hash, self.at, figures, each)?;
        let Some(heard) = heard else { return Ok(Heard::Nobody) };
        if (heard.changed || each > 0)
            && let Some(figures) = &self.observations
        {
            let place = heard.changes % PLACES;
            run!(link, KEEP, self.check, place, heard.reports, self.at, Json(figures))?;
        }
        Ok(if heard.changed || heard.missed { Heard::News } else { Heard::Repeat })
    }
}

/// Whether a look found no report in time, and how many reports there were when it looked.
struct Missed {
    check: CheckId,
    silent: bool,
    reports: i64,
}

impl Job for Missed {
    type Done = bool;

    async fn run(&self, link: &mut Link<'_>) -> Result<bool, StoreError> {
        Ok(run!(link, MISSED, self.check, self.silent, self.reports)? > 0)
    }
}

pub(crate) async fn put_token(
    link: &mut Link<'_>,
    check: CheckId,
    token: &TokenMade,
) -> Result<(), StoreError> {
    let kept = run!(link, PUT_TOKEN, check, &*token.hash, token.at);
    kept.or_missing("check").or_duplicate("such a token")?;
    audit::append(link, &token.audit).await
}

impl Store {
    /// What is known of a check's feed; `None` before it has a token or times of its own.
    pub async fn feed(&self, check: CheckId) -> Result<Option<Feed>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), Feed, BY_CHECK, check)?)
    }

    pub async fn reporter(&self, token_hash: &str) -> Result<Option<Reporter>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), Reporter, BY_TOKEN, token_hash)?)
    }

    /// Keeps the token's hash, never the token; the one before is worth nothing from then on.
    /// [`StoreError::Duplicate`] where another check has this token.
    pub async fn put_feed_token(&self, check: CheckId, token: &TokenMade) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        put_token(&mut writing.link(), check, token).await?;
        writing.commit().await
    }

    pub async fn put_feed_timing(
        &self,
        check: CheckId,
        timing: FeedTiming,
        audit: Audit,
    ) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        let FeedTiming { cron, zone, hours, grace_seconds } = timing;
        run!(link, PUT_TIMING, check, &*cron, &*zone, &*hours, grace_seconds).or_missing("check")?;
        audit::append(link, &audit).await?;
        writing.commit().await
    }

    /// Takes a report in; durable when it returns. Reports that come at the same time share one transaction on SQLite.
    pub async fn hear(&self, report: FeedReport) -> Result<Heard, StoreError> {
        self.perform(report).await
    }

    /// Has the latest report have come `now`, if it is still the one that came by a clock which was ahead; whether it was.
    pub async fn set_report_back(
        &self,
        check: CheckId,
        ahead: UnixMillis,
        now: UnixMillis,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let set = run!(&mut writing.link(), SET_BACK, check, ahead, now)?;
        writing.commit().await?;
        Ok(set > 0)
    }

    /// Notes whether a look found no report in time. `false` where others than the `reports` that it saw have come
    /// since: then nothing is noted.
    pub async fn note_missed(&self, check: CheckId, missed: bool, reports: i64) -> Result<bool, StoreError> {
        self.perform(Missed { check, silent: missed, reports }).await
    }

    /// The latest reports on file, newest first; a feed has 50 of them at most.
    pub async fn feed_reports(&self, check: CheckId, limit: u32) -> Result<Vec<KeptReport>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), KeptReport, LATEST, check, i64::from(limit))?)
    }
}
