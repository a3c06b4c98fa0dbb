//! Runs of health checks, what they add up to, and how each check stands for the bindings of the frameworks.

use std::collections::BTreeMap;

use domain::check::Status;
use jiff::civil::Date;

use crate::audit;
use crate::column::{Json, Text, from_row};
use crate::db::{Link, Store, row, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{CheckId, OrgId, RunId, UnixMillis};
use crate::queue::Job;
use crate::record::{Audit, Availability, DaySummary, Recorded, Run, Standing};

const DAY: i64 = 24 * 60 * 60 * 1000;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT r.id, r.check_id, r.scheduled_for, r.started_at, r.duration_ms, r.status, r.reach, r.warned, \
             r.observations, r.messages, r.checked FROM ",
            $rest
        )
    };
}

macro_rules! select_standings {
    ($rest:literal) => {
        concat!(
            "SELECT s.check_id, s.framework_id, s.binding, s.status, s.consecutive_fails, s.concluded_at, \
             s.last_status, s.last_run, s.conditions FROM standings s ",
            $rest
        )
    };
}

statements! {
    Both INSERT = "INSERT INTO runs (id, check_id, scheduled_for, started_at, duration_ms, status, reach, warned, \
        observations, messages, checked) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
        ON CONFLICT (check_id, scheduled_for) DO NOTHING";
    Both STAND = "INSERT INTO standings (check_id, framework_id, binding, status, consecutive_fails, concluded_at, \
        last_status, last_run, conditions) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
        ON CONFLICT (check_id, framework_id, binding) DO UPDATE SET status = excluded.status, \
        consecutive_fails = excluded.consecutive_fails, concluded_at = excluded.concluded_at, \
        last_status = excluded.last_status, last_run = excluded.last_run, conditions = excluded.conditions";
    Both BY_ID = select!("runs r WHERE r.id = $1");
    Both LATEST_OF_CHECK = select!("runs r WHERE r.check_id = $1 ORDER BY r.started_at DESC, r.id DESC LIMIT $2");
    Both BEFORE = select!(
        "runs r JOIN runs b ON b.id = $2 WHERE r.check_id = $1 \
         AND (r.started_at, r.id) < (b.started_at, b.id) ORDER BY r.started_at DESC, r.id DESC LIMIT $3"
    );
    Both LATEST_OF_ORGANIZATION = select!(
        "checks c JOIN runs r ON r.id = (SELECT l.id FROM runs l WHERE l.check_id = c.id \
         ORDER BY l.started_at DESC, l.id DESC LIMIT 1) WHERE c.org_id = $1"
    );
    Both DAYS = "SELECT started_at / $3 AS day, status, COUNT(*) AS runs FROM runs \
        WHERE check_id = $1 AND started_at >= $2 GROUP BY started_at / $3, status ORDER BY 1";
    Both DAYS_OF_ORGANIZATION = "SELECT r.check_id, r.started_at / $3 AS day, r.status, COUNT(*) AS runs \
        FROM runs r JOIN checks c ON c.id = r.check_id WHERE c.org_id = $1 AND r.started_at >= $2 \
        GROUP BY r.check_id, r.started_at / $3, r.status ORDER BY 1, 2";
    Both AVAILABILITY = "SELECT COUNT(CASE WHEN status IN ('PASS', 'WARN') THEN 1 END) AS answered, \
        COUNT(CASE WHEN status <> 'UNKNOWN' THEN 1 END) AS concluded, \
        (SELECT MIN(started_at) FROM runs WHERE check_id = $1) AS first_started_at \
        FROM runs WHERE check_id = $1 AND started_at >= $2";
    Both OF_CHECK = select_standings!("WHERE s.check_id = $1 ORDER BY s.framework_id, s.binding");
    Both BESIDE_ASSESSMENT = select_standings!(
        "JOIN checks c ON c.id = s.check_id JOIN assessments a ON a.org_id = c.org_id \
         WHERE a.id = $1 AND s.framework_id = a.framework_id ORDER BY s.check_id, s.binding"
    );
}

from_row! {
    Run {
        id, check = "check_id", scheduled_for, started_at, duration_ms, status: text, reach: text, warned,
        observations: json, messages: json, checked,
    }
    Standing {
        check = "check_id", framework = "framework_id", binding: text, status: text, consecutive_fails: int,
        concluded_at, last_status: text, last_run, conditions: json,
    }
    DayCount { day, status: text, runs: int }
    CheckDayCount { check = "check_id", day, status: text, runs: int }
    Availability { answered: int, concluded: int, first_started_at }
}

struct DayCount {
    /// Since 1970-01-01.
    day: i64,
    status: Status,
    runs: u32,
}

struct CheckDayCount {
    check: CheckId,
    day: i64,
    status: Status,
    runs: u32,
}

/// Counts by day, gathered into one summary a day, oldest first.
fn summed(counts: impl IntoIterator<Item = DayCount>) -> Vec<DaySummary> {
    let mut days: BTreeMap<Date, DaySummary> = BTreeMap::new();
    for count in counts {
        let date = UnixMillis(count.day * DAY).date();
        let day = days.entry(date).or_insert(DaySummary { date, pass: 0, warn: 0, fail: 0, unknown: 0 });
        match count.status {
            Status::Pass => day.pass = count.runs,
            Status::Warn => day.warn = count.runs,
            Status::Fail => day.fail = count.runs,
            Status::Unknown => day.unknown = count.runs,
        }
    }
    days.into_values().collect()
}

struct Recording {
    run: Run,
    standings: Vec<Standing>,
    audit: Option<Audit>,
}

impl Job for Recording {
    type Done = Recorded;

    async fn run(&self, link: &mut Link<'_>) -> Result<Recorded, StoreError> {
        let run = &self.run;
        let inserted = run!(
            link,
            INSERT,
            run.id,
            run.check,
            run.scheduled_for,
            run.started_at,
            run.duration_ms,
            Text(run.status),
            Text(run.reach),
            run.warned,
            Json(&run.observations),
            Json(&run.messages),
            &*run.checked
        )
        .or_missing("check")?;
        if inserted == 0 {
            return Ok(Recorded::Duplicate);
        }
        for standing in &self.standings {
            run!(
                link,
                STAND,
                standing.check,
                standing.framework,
                Text(&standing.binding),
                Text(standing.status),
                i64::from(standing.consecutive_fails),
                standing.concluded_at,
                Text(standing.last_status),
                standing.last_run,
                Json(&standing.conditions)
            )
            .or_missing("binding")?;
        }
        if let Some(audit) = &self.audit {
            audit::append(link, audit).await?;
        }
        Ok(Recorded::Stored)
    }
}

impl Store {
    /// Keeps a run and what it makes of the check's standings, in one transaction. A run that was due at an instant
    /// for which there is one already changes nothing.
    pub async fn record_run(
        &self,
        run: Run,
        standings: Vec<Standing>,
        audit: Option<Audit>,
    ) -> Result<Recorded, StoreError> {
        self.perform(Recording { run, standings, audit }).await
    }

    /// Newest first, from the one before `before`.
    pub async fn runs(
        &self,
        check: CheckId,
        before: Option<RunId>,
        limit: u32,
    ) -> Result<Vec<Run>, StoreError> {
        let mut lease = self.read().await?;
        let link = &mut lease.link();
        Ok(match before {
            None => rows!(link, Run, LATEST_OF_CHECK, check, i64::from(limit))?,
            Some(before) => rows!(link, Run, BEFORE, check, before, i64::from(limit))?,
        })
    }

    /// The latest run of each check of an organization that ever ran.
    pub async fn latest_runs(&self, org: OrgId) -> Result<BTreeMap<CheckId, Run>, StoreError> {
        let mut lease = self.read().await?;
        let latest = rows!(&mut lease.link(), Run, LATEST_OF_ORGANIZATION, org)?;
        Ok(latest.into_iter().map(|run| (run.check, run)).collect())
    }

    pub async fn run(&self, id: RunId) -> Result<Option<Run>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), Run, BY_ID, id)?)
    }

    /// How many runs came out how on each day in UTC, oldest first; days without a run are left out.
    pub async fn day_summary(
        &self,
        check: CheckId,
        since: UnixMillis,
    ) -> Result<Vec<DaySummary>, StoreError> {
        let mut lease = self.read().await?;
        Ok(summed(rows!(&mut lease.link(), DayCount, DAYS, check, since, DAY)?))
    }

    /// The same for every check of an organization that ran.
    pub async fn day_summaries(
        &self,
        org: OrgId,
        since: UnixMillis,
    ) -> Result<BTreeMap<CheckId, Vec<DaySummary>>, StoreError> {
        let mut lease = self.read().await?;
        let counts = rows!(&mut lease.link(), CheckDayCount, DAYS_OF_ORGANIZATION, org, since, DAY)?;
        let mut of_check: BTreeMap<CheckId, Vec<DayCount>> = BTreeMap::new();
        for CheckDayCount { check, day, status, runs } in counts {
            of_check.entry(check).or_default().push(DayCount { day, status, runs });
        }
        Ok(of_check.into_iter().map(|(check, counts)| (check, summed(counts))).collect())
    }

    /// What the runs from `since` on say of the target's availability.
    pub async fn availability(&self, check: CheckId, since: UnixMillis) -> Result<Availability, StoreError> {
        let mut lease = self.read().await?;
        let availability = row!(&mut lease.link(), Availability, AVAILABILITY, check, since)?;
        Ok(availability.unwrap_or(Availability { answered: 0, concluded: 0, first_started_at: None }))
    }

    /// In every framework.
    pub async fn standings_of(&self, check: CheckId) -> Result<Vec<Standing>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Standing, OF_CHECK, check)?)
    }
}
