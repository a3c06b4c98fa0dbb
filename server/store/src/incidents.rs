//! Incidents of checks, and the memory by which runs become incidents.

use std::collections::{BTreeSet, HashSet};

use domain::incident::{History, Opening, Watch};

use crate::audit;
use crate::column::{Json, Text, from_row};
use crate::db::{Link, Store, row, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{CheckId, IncidentId, OrgId, RunId, UnixMillis, UserId};
use crate::page;
use crate::queue::Job;
use crate::record::{Audit, CheckAlerting, Closing, FirstIncident, Incident, IncidentStep, Snooze, Watched};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, org_id, check_id, integration, kind, severity, touches, opening, cause, failures, flapped, \
             began_at, opened_at, closed_at, closing, announced_at, closing_announced_at FROM incidents ",
            $rest
        )
    };
}

statements! {
    Both WATCHED = "SELECT c.id AS check_id, w.fails, w.successes, w.history, w.known, w.flapping, w.failing_since, \
        w.incident_id, w.last_run, w.revision, a.open_after, a.close_after, a.snoozed_until, a.snooze_reason, \
        a.snoozed_by FROM checks c LEFT JOIN watches w ON w.check_id = c.id \
        LEFT JOIN check_alerting a ON a.check_id = c.id WHERE c.id = $1";
    // Whoever opens an incident holds the watch before the incident that gives way, as whoever closes one does.
    Postgres HOLD = "SELECT revision FROM watches WHERE check_id = $1 FOR NO KEY UPDATE";
    Both WATCH = "INSERT INTO watches (check_id, fails, successes, history, known, flapping, failing_since, \
        incident_id, last_run, revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, CAST($10 AS BIGINT) + 1) \
        ON CONFLICT (check_id) DO UPDATE SET fails = excluded.fails, successes = excluded.successes, \
        history = excluded.history, known = excluded.known, flapping = excluded.flapping, \
        failing_since = excluded.failing_since, incident_id = excluded.incident_id, last_run = excluded.last_run, \
        revision = excluded.revision WHERE watches.revision = CAST($10 AS BIGINT)";
    Both OPEN = "INSERT INTO incidents (id, org_id, check_id, integration, kind, severity, touches, opening, cause, \
        failures, flapped, began_at, opened_at, closed_at, closing, announced_at, closing_announced_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, NULL, NULL, NULL, NULL)";
    Both CONTINUE = "UPDATE incidents SET failures = failures + $2, flapped = flapped OR $3 WHERE id = $1";
    Both CLOSE = "UPDATE incidents SET closed_at = CASE WHEN $2 < opened_at THEN opened_at ELSE $2 END, closing = $3 \
        WHERE id = $1 AND closed_at IS NULL";
    Both CLOSE_ORPHANS = "UPDATE incidents SET closed_at = CASE WHEN $2 < opened_at THEN opened_at ELSE $2 END, \
        closing = $3 WHERE org_id = $1 AND check_id IS NULL AND closed_at IS NULL";
    Both BY_ID = select!("WHERE id = $1");
    Both OF_ORGANIZATION_BY_ID = "SELECT id FROM incidents WHERE id = $1 AND org_id = $2";
    Both BEGUN_SINCE = select!("WHERE org_id = $1 AND began_at >= $2 ORDER BY id DESC");
    Both FIRST_OF_EACH = "SELECT check_id, integration, kind, MIN(began_at) AS began_at FROM incidents \
        WHERE org_id = $1 AND opening <> $2 GROUP BY check_id, integration, kind";
    Both OPEN_OF_ORGANIZATION = select!("WHERE org_id = $1 AND closed_at IS NULL ORDER BY id DESC");
    Both OF_ORGANIZATION = select!("WHERE org_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
    Both OF_CHECK = select!("WHERE check_id = $1 ORDER BY id DESC LIMIT $2");
    Both SET_THRESHOLDS = "INSERT INTO check_alerting (check_id, open_after, close_after) VALUES ($1, $2, $3) \
        ON CONFLICT (check_id) DO UPDATE SET open_after = excluded.open_after, close_after = excluded.close_after";
    Both SET_SNOOZE = "INSERT INTO check_alerting (check_id, snoozed_until, snooze_reason, snoozed_by) \
        VALUES ($1, $2, $3, $4) ON CONFLICT (check_id) DO UPDATE SET snoozed_until = excluded.snoozed_until, \
        snooze_reason = excluded.snooze_reason, snoozed_by = excluded.snoozed_by";
}

from_row! {
    Incident {
        id, org = "org_id", check = "check_id", integration, kind: text, severity: text, touches: json,
        opening: text, cause, failures: int, flapped, began_at, opened_at, closed_at, closing: maybe_text,
        announced_at, closing_announced_at,
    }
    FirstIncident { check = "check_id", integration, kind: text, began_at }
    WatchRow {
        check = "check_id", fails: maybe_int, successes: maybe_int, history: maybe_int, known: maybe_int, flapping,
        failing_since, incident = "incident_id", last_run, revision, open_after: maybe_int, close_after: maybe_int,
        snoozed_until, snooze_reason, snoozed_by,
    }
}

/// Everything but the check's id is NULL where nothing was kept yet.
struct WatchRow {
    check: CheckId,
    fails: Option<u32>,
    successes: Option<u32>,
    history: Option<u32>,
    known: Option<u32>,
    flapping: Option<bool>,
    failing_since: Option<UnixMillis>,
    incident: Option<IncidentId>,
    last_run: Option<RunId>,
    revision: Option<i64>,
    open_after: Option<u32>,
    close_after: Option<u32>,
    snoozed_until: Option<UnixMillis>,
    snooze_reason: Option<String>,
    snoozed_by: Option<UserId>,
}

impl WatchRow {
    fn split(self) -> (Watched, CheckAlerting) {
        let watch = Watch {
            fails: self.fails.unwrap_or(0),
            successes: self.successes.unwrap_or(0),
            history: History::restored(self.history.unwrap_or(0), self.known.unwrap_or(0)),
            flapping: self.flapping.unwrap_or(false),
            open: self.incident.is_some(),
        };
        let watched = Watched {
            check: self.check,
            watch,
            failing_since: self.failing_since,
            incident: self.incident,
            last_run: self.last_run,
            revision: self.revision.unwrap_or(0),
        };
        let snooze = self.snoozed_until.zip(self.snoozed_by).map(|(until, by)| Snooze {
            until,
            reason: self.snooze_reason.unwrap_or_default(),
            by,
        });
        let alerting = CheckAlerting { open_after: self.open_after, close_after: self.close_after, snooze };
        (watched, alerting)
    }
}

struct Watching {
    watched: Watched,
    step: IncidentStep,
}

impl Job for Watching {
    type Done = bool;

    async fn run(&self, link: &mut Link<'_>) -> Result<bool, StoreError> {
        // The incident comes first: the watch refers to it.
        let opened = match &self.step {
            IncidentStep::Opened(incident) | IncidentStep::Replaced { by: incident, .. } => Some(incident),
            _ => None,
        };
        if let Some(incident) = opened {
            if matches!(link, Link::Postgres(_)) {
                row!(link, (i64,), HOLD, self.watched.check)?;
            }
            // Whoever saw an older state of the watch must not open a second one, nor break the batch by trying.
            let seen = row!(link, WatchRow, WATCHED, self.watched.check)?;
            if seen.is_none_or(|seen| seen.revision.unwrap_or(0) != self.watched.revision) {
                return Ok(false);
            }
            // A check has one open incident at a time.
            if let IncidentStep::Replaced { id, at, .. } = &self.step {
                run!(link, CLOSE, *id, *at, Text(Closing::ReplacedByOutage))?;
            }
            open(link, incident).await?;
        }
        let Watched { check, watch, failing_since, incident, last_run, revision } = &self.watched;
        let kept = run!(
            link,
            WATCH,
            *check,
            i64::from(watch.fails),
            i64::from(watch.successes),
            i64::from(watch.history.failures()),
            i64::from(watch.history.known()),
            watch.flapping,
            *failing_since,
            *incident,
            last_run.map(|run| run.to_string()).unwrap_or_default(),
            *revision
        )
        .or_missing("check")?;
        if kept == 0 && opened.is_some() {
            // Somebody kept another since it was looked at above: what was written here is undone.
            return Err(StoreError::Duplicate { what: "watch" });
        }
        if kept == 0 {
            return Ok(false);
        }
        match &self.step {
            IncidentStep::Nothing | IncidentStep::Opened(_) | IncidentStep::Replaced { .. } => {}
            IncidentStep::Continued { id, failed, flapping } => {
                run!(link, CONTINUE, *id, i64::from(*failed), *flapping)?;
            }
            IncidentStep::Closed { id, at } => {
                run!(link, CLOSE, *id, *at, Text(Closing::Recovered))?;
            }
        }
        Ok(true)
    }
}

async fn open(link: &mut Link<'_>, incident: &Incident) -> Result<(), StoreError> {
    run!(
        link,
        OPEN,
        incident.id,
        incident.org,
        incident.check,
        &*incident.integration,
        Text(&incident.kind),
        Text(incident.severity),
        Json(&incident.touches),
        Text(incident.opening),
        &*incident.cause,
        i64::from(incident.failures),
        incident.flapped,
        incident.began_at,
        incident.opened_at
    )
    .or_missing("check")?;
    Ok(())
}

impl Store {
    /// What is remembered of a check and what people say of its alerts; `None` when there is no such check.
    pub async fn watched(&self, check: CheckId) -> Result<Option<(Watched, CheckAlerting)>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), WatchRow, WATCHED, check)?.map(WatchRow::split))
    }

    /// Keeps the memory of a check after a run, and what the run means for its incident, in one transaction. `false`,
    /// and nothing changes, when somebody kept another since `watched.revision` was read.
    pub async fn keep_watch(&self, watched: Watched, step: IncidentStep) -> Result<bool, StoreError> {
        match self.perform(Watching { watched, step }).await {
            // Two that begin at once: the index lets one open incident through, and one change of the watch is kept.
            Err(StoreError::Duplicate { .. }) => Ok(false),
            kept => kept,
        }
    }

    /// Sets after how many runs an incident of a check opens and closes; `None` leaves it to the kind.
    pub async fn set_thresholds(
        &self,
        check: CheckId,
        open_after: Option<u32>,
        close_after: Option<u32>,
        audit: Audit,
    ) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        let (open_after, close_after) = (open_after.map(i64::from), close_after.map(i64::from));
        run!(link, SET_THRESHOLDS, check, open_after, close_after).or_missing("check")?;
        audit::append(link, &audit).await?;
        writing.commit().await
    }

    /// Puts off the alerts of a check, or no longer.
    pub async fn set_snooze(
        &self,
        check: CheckId,
        snooze: Option<Snooze>,
        audit: Audit,
    ) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        let (until, by) =
            (snooze.as_ref().map(|snooze| snooze.until), snooze.as_ref().map(|snooze| snooze.by));
        let reason = snooze.map(|snooze| snooze.reason);
        run!(link, SET_SNOOZE, check, until, reason, by).or_missing("check")?;
        audit::append(link, &audit).await?;
        writing.commit().await
    }

    /// Closes the open incidents whose checks were removed.
    pub async fn close_incidents_without_check(&self, org: OrgId, at: UnixMillis) -> Result<u64, StoreError> {
        let mut writing = self.write().await?;
        let closed = run!(&mut writing.link(), CLOSE_ORPHANS, org, at, Text(Closing::CheckRemoved))?;
        writing.commit().await?;
        Ok(closed)
    }

    pub async fn incident(&self, id: IncidentId) -> Result<Option<Incident>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), Incident, BY_ID, id)?)
    }

    /// Latest first.
    pub async fn open_incidents_of(&self, org: OrgId) -> Result<Vec<Incident>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Incident, OPEN_OF_ORGANIZATION, org)?)
    }

    /// Those of these that are incidents of the organization.
    pub async fn incidents_among(
        &self,
        org: OrgId,
        ids: &BTreeSet<IncidentId>,
    ) -> Result<HashSet<IncidentId>, StoreError> {
        let mut lease = self.read().await?;
        let link = &mut lease.link();
        let mut found = HashSet::new();
        for id in ids {
            found.extend(row!(link, (IncidentId,), OF_ORGANIZATION_BY_ID, *id, org)?.map(|(id,)| id));
        }
        Ok(found)
    }

    /// Those of an organization that began at an instant or later, latest first.
    pub async fn incidents_begun_since(
        &self,
        org: OrgId,
        since: UnixMillis,
    ) -> Result<Vec<Incident>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Incident, BEGUN_SINCE, org, since)?)
    }

    /// When the first outage began of each check of an organization, those of checks that were removed with them.
    pub async fn first_incidents_of(&self, org: OrgId) -> Result<Vec<FirstIncident>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), FirstIncident, FIRST_OF_EACH, org, Text(Opening::Contradiction))?)
    }

    /// Open and closed, latest first, from the one before `before`.
    pub async fn incidents_of(
        &self,
        org: OrgId,
        before: Option<IncidentId>,
        limit: u32,
    ) -> Result<Vec<Incident>, StoreError> {
        let mut lease = self.read().await?;
        let before = page::before(before);
        Ok(rows!(&mut lease.link(), Incident, OF_ORGANIZATION, org, &*before, i64::from(limit))?)
    }

    /// Latest first.
    pub async fn incidents_of_check(&self, check: CheckId, limit: u32) -> Result<Vec<Incident>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Incident, OF_CHECK, check, i64::from(limit))?)
    }
}
