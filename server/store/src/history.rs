//! What the runs of a check add up to: tallies by hour and day, outages, and what the target declared of itself.
//!
//! An hour is written with every run, in the run's own transaction, so it counts each run once. Days are gathered from
//! the hours later (`retention.rs`); until then whoever reads a day adds up its hours.

use std::collections::BTreeMap;

use domain::check::Status;

use crate::column::from_row;
use crate::db::{Link, Store, row, rows, run, statements};
use crate::error::{Naming as _, StoreError};
use crate::ids::{CheckId, OrgId, UnixMillis};
use crate::record::{CheckPage, DaySummary, Declaration, Ended, Outage, Run, Stretch, Tally};

pub(crate) const HOUR: i64 = 60 * 60 * 1000;
pub(crate) const DAY: i64 = 24 * HOUR;

/// The sums of each day for the checks that `$which` names by `c`, with the first day as `$2`.
macro_rules! day_sums {
    ($which:literal) => {
        concat!(
            "SELECT check_id, day, CAST(SUM(pass) AS BIGINT) AS pass, CAST(SUM(warn) AS BIGINT) AS warn, \
            CAST(SUM(fail) AS BIGINT) AS fail, CAST(SUM(unknown) AS BIGINT) AS unknown FROM (\
            SELECT d.check_id, d.day, d.pass, d.warn, d.fail, d.unknown FROM checks c JOIN run_days d \
            ON d.check_id = c.id AND d.day >= $2 WHERE ", $which, " AND d.day < ", days_reached!(),
            " UNION ALL SELECT h.check_id, h.hour / 24 AS day, h.pass, h.warn, h.fail, h.unknown FROM checks c \
            JOIN run_hours h ON h.check_id = c.id AND h.hour >= $2 * 24 AND h.hour >= 24 * ", days_reached!(),
            " WHERE ", $which, ") parts GROUP BY check_id, day ORDER BY check_id, day"
        )
    };
}

/// The first day whose hours are not gathered yet, as a part of statements.
macro_rules! days_reached {
    () => {
        "COALESCE((SELECT reached FROM marks WHERE name = 'days'), 0)"
    };
}

/// The columns of a tally as [`Tally`] reads them.
macro_rules! tally_columns {
    () => {
        "pass, warn, fail, unknown, timed, latency_sum, latency_min, latency_max, latency, gauge"
    };
}
pub(crate) use {days_reached, tally_columns};

statements! {
    Both COUNT = concat!(
        "INSERT INTO run_hours (check_id, hour, ", tally_columns!(), ") \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
        ON CONFLICT (check_id, hour) DO UPDATE SET pass = run_hours.pass + excluded.pass, \
        warn = run_hours.warn + excluded.warn, fail = run_hours.fail + excluded.fail, \
        unknown = run_hours.unknown + excluded.unknown, timed = run_hours.timed + excluded.timed, \
        latency_sum = run_hours.latency_sum + excluded.latency_sum, \
        latency_min = CASE WHEN run_hours.latency_min IS NULL OR excluded.latency_min < run_hours.latency_min \
        THEN excluded.latency_min ELSE run_hours.latency_min END, \
        latency_max = CASE WHEN run_hours.latency_max IS NULL OR excluded.latency_max > run_hours.latency_max \
        THEN excluded.latency_max ELSE run_hours.latency_max END, \
        latency = CASE WHEN LENGTH(run_hours.latency) > 4000 OR excluded.latency = '' THEN run_hours.latency \
        ELSE run_hours.latency || ' ' || excluded.latency END, \
        gauge = COALESCE(excluded.gauge, run_hours.gauge)"
    );
    Both HOURS = concat!(
        "SELECT hour AS slot, ", tally_columns!(), " FROM run_hours WHERE check_id = $1 AND hour >= $2 ORDER BY hour"
    );
    Both DAYS = concat!(
        "SELECT day AS slot, day * 24 AS hour, ", tally_columns!(), " FROM run_days WHERE check_id = $1 AND day >= $2 \
        AND day < ", days_reached!(), " UNION ALL SELECT hour / 24 AS slot, hour, ", tally_columns!(), " FROM run_hours \
        WHERE check_id = $1 AND hour >= $2 * 24 AND hour >= 24 * ", days_reached!(), " ORDER BY 2"
    );
    Both DAY_SUMS = concat!(
        "SELECT day, CAST(SUM(pass) AS BIGINT) AS pass, CAST(SUM(warn) AS BIGINT) AS warn, \
        CAST(SUM(fail) AS BIGINT) AS fail, CAST(SUM(unknown) AS BIGINT) AS unknown FROM (\
        SELECT day, pass, warn, fail, unknown FROM run_days WHERE check_id = $1 AND day >= $2 AND day < ",
        days_reached!(), " UNION ALL SELECT hour / 24 AS day, pass, warn, fail, unknown FROM run_hours \
        WHERE check_id = $1 AND hour >= $2 * 24 AND hour >= 24 * ", days_reached!(), ") parts GROUP BY day ORDER BY day"
    );
    Both DAY_SUMS_OF_ORGANIZATION = day_sums!("c.org_id = $1");
    Both DAY_SUMS_OF_PAGE = day_sums!("c.integration_id = $1 AND c.id >= $3 AND c.id <= $4");
    Both OUTAGE_BEGINS = "INSERT INTO outages (check_id, began_at, ended_at) \
        SELECT id, CAST($2 AS BIGINT), NULL FROM checks WHERE id = $1 \
        AND NOT EXISTS (SELECT 1 FROM outages WHERE check_id = $1 AND ended_at IS NULL) \
        ON CONFLICT (check_id, began_at) DO NOTHING";
    Both OUTAGE_ENDS = "UPDATE outages SET ended_at = $2 WHERE check_id = $1 AND ended_at IS NULL";
    Both OUTAGES = "SELECT began_at, ended_at FROM outages WHERE check_id = $1 \
        AND (ended_at IS NULL OR ended_at >= $2) ORDER BY began_at";
    Both DECLARATIONS = "SELECT seen_at, facts FROM declarations WHERE check_id = $1 ORDER BY seen_at DESC LIMIT $2";
    Both DECLARE = "INSERT INTO declarations (check_id, seen_at, facts) VALUES ($1, $2, $3) \
        ON CONFLICT (check_id, seen_at) DO NOTHING";
    Both FIRST_RUN = "SELECT MIN(first) FROM (SELECT MIN(day) * 86400000 AS first FROM run_days WHERE check_id = $1 \
        UNION ALL SELECT MIN(hour) * 3600000 FROM run_hours WHERE check_id = $1) parts";
    Both GOOD_AT = "SELECT good_at FROM checks WHERE id = $1";
}

from_row! {
    Tally {
        pass: int, warn: int, fail: int, unknown: int, timed: int, latency_sum, latency_min: maybe_int,
        latency_max: maybe_int, latency: sketch, gauge,
    }
    Slot { slot, tally: flat }
    DaySums { day, pass: int, warn: int, fail: int, unknown: int }
    CheckDaySums { check = "check_id", sums: flat }
    Outage { began_at, ended_at }
    Declaration { seen_at, facts }
}

/// A tally with the number of its hour or day.
pub(crate) struct Slot {
    pub(crate) slot: i64,
    pub(crate) tally: Tally,
}

struct DaySums {
    /// Since 1970-01-01.
    day: i64,
    pass: u32,
    warn: u32,
    fail: u32,
    unknown: u32,
}

struct CheckDaySums {
    check: CheckId,
    sums: DaySums,
}

fn by_check(sums: Vec<CheckDaySums>) -> BTreeMap<CheckId, Vec<DaySummary>> {
    let mut of_check: BTreeMap<CheckId, Vec<DaySummary>> = BTreeMap::new();
    for CheckDaySums { check, sums } in sums {
        of_check.entry(check).or_default().push(sums.summary());
    }
    of_check
}

impl DaySums {
    fn summary(self) -> DaySummary {
        let Self { day, pass, warn, fail, unknown } = self;
        DaySummary { date: UnixMillis(day * DAY).date(), pass, warn, fail, unknown }
    }
}

/// Writes a tally of an hour or a day by one of the statements that take [`tally_columns!`](tally_columns).
pub(crate) async fn put_tally(
    link: &mut Link<'_>,
    statement: &'static str,
    check: CheckId,
    slot: i64,
    tally: &Tally,
) -> Result<(), StoreError> {
    run!(
        link,
        statement,
        check,
        slot,
        i64::from(tally.pass),
        i64::from(tally.warn),
        i64::from(tally.fail),
        i64::from(tally.unknown),
        i64::from(tally.timed),
        tally.latency_sum,
        tally.latency_min.map(i64::from),
        tally.latency_max.map(i64::from),
        tally.latency.to_string(),
        tally.gauge
    )
    .or_missing("check")?;
    Ok(())
}

/// Adds a run to its hour.
pub(crate) async fn count(link: &mut Link<'_>, ended: &Ended) -> Result<(), StoreError> {
    let run = &ended.run;
    let one = |status| u32::from(run.status == status);
    let tally = Tally {
        pass: one(Status::Pass),
        warn: one(Status::Warn),
        fail: one(Status::Fail),
        unknown: one(Status::Unknown),
        gauge: ended.gauge,
        ..Tally::of_times(ended.latency_ms)
    };
    put_tally(link, COUNT, run.check, run.started_at.0.div_euclid(HOUR), &tally).await
}

/// Opens an outage at the first run that fails, and closes it at the next that passes; `at` is when that became known.
pub(crate) async fn follow_outage(
    link: &mut Link<'_>,
    run: &Run,
    at: UnixMillis,
    before: Option<Status>,
) -> Result<(), StoreError> {
    let statement = match (before, run.status) {
        (_, Status::Unknown)
        | (Some(Status::Fail), Status::Fail)
        | (Some(Status::Pass | Status::Warn), Status::Pass | Status::Warn) => return Ok(()),
        (_, Status::Fail) => OUTAGE_BEGINS,
        (_, Status::Pass | Status::Warn) => OUTAGE_ENDS,
    };
    run!(link, statement, run.check, at)?;
    Ok(())
}

/// Ends the outage that is open, whatever was seen.
pub(crate) async fn end_outage(
    link: &mut Link<'_>,
    check: CheckId,
    at: UnixMillis,
) -> Result<(), StoreError> {
    run!(link, OUTAGE_ENDS, check, at)?;
    Ok(())
}

/// Keeps what the target declares, where it is not what it declared before.
pub(crate) async fn follow_declaration(
    link: &mut Link<'_>,
    run: &Run,
    declared: Option<&str>,
) -> Result<(), StoreError> {
    let Some(facts) = declared else { return Ok(()) };
    let before = row!(link, Declaration, DECLARATIONS, run.check, 1_i64)?;
    if before.is_none_or(|before| before.facts != facts) {
        run!(link, DECLARE, run.check, run.started_at, facts)?;
    }
    Ok(())
}

/// Slots of one number gathered into one stretch, in their order.
fn gathered(slots: Vec<Slot>, length: i64) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for Slot { slot, tally } in slots {
        let began_at = UnixMillis(slot * length);
        match stretches.last_mut() {
            Some(stretch) if stretch.began_at == began_at => stretch.tally.merge(&tally),
            _ => stretches.push(Stretch { began_at, tally }),
        }
    }
    stretches
}

impl Store {
    /// The runs of each hour from `since` on, oldest first; hours without a run are left out.
    pub async fn hours(&self, check: CheckId, since: UnixMillis) -> Result<Vec<Stretch>, StoreError> {
        let mut lease = self.read().await?;
        let slots = rows!(&mut lease.link(), Slot, HOURS, check, since.0.div_euclid(HOUR))?;
        Ok(gathered(slots, HOUR))
    }

    /// The same by day in UTC.
    pub async fn days(&self, check: CheckId, since: UnixMillis) -> Result<Vec<Stretch>, StoreError> {
        let mut lease = self.read().await?;
        let slots = rows!(&mut lease.link(), Slot, DAYS, check, since.0.div_euclid(DAY))?;
        Ok(gathered(slots, DAY))
    }

    /// How many runs came out how on each day in UTC, oldest first; days without a run are left out.
    pub async fn day_summary(
        &self,
        check: CheckId,
        since: UnixMillis,
    ) -> Result<Vec<DaySummary>, StoreError> {
        let mut lease = self.read().await?;
        let sums = rows!(&mut lease.link(), DaySums, DAY_SUMS, check, since.0.div_euclid(DAY))?;
        Ok(sums.into_iter().map(DaySums::summary).collect())
    }

    /// The same for every check of an organization that ran.
    pub async fn day_summaries(
        &self,
        org: OrgId,
        since: UnixMillis,
    ) -> Result<BTreeMap<CheckId, Vec<DaySummary>>, StoreError> {
        let mut lease = self.read().await?;
        let first = since.0.div_euclid(DAY);
        let sums = rows!(&mut lease.link(), CheckDaySums, DAY_SUMS_OF_ORGANIZATION, org, first)?;
        Ok(by_check(sums))
    }

    /// The same for a page of an integration's checks.
    pub async fn day_summaries_of_page(
        &self,
        page: CheckPage,
        since: UnixMillis,
    ) -> Result<BTreeMap<CheckId, Vec<DaySummary>>, StoreError> {
        let mut lease = self.read().await?;
        let (link, first) = (&mut lease.link(), since.0.div_euclid(DAY));
        let CheckPage { integration, from, to } = page;
        Ok(by_check(rows!(link, CheckDaySums, DAY_SUMS_OF_PAGE, integration, first, from, to)?))
    }

    /// The outages that lasted until `since` or later, oldest first.
    pub async fn outages(&self, check: CheckId, since: UnixMillis) -> Result<Vec<Outage>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Outage, OUTAGES, check, since)?)
    }

    /// When the hour or day of the check's first known run began.
    pub async fn first_run_at(&self, check: CheckId) -> Result<Option<UnixMillis>, StoreError> {
        let mut lease = self.read().await?;
        let found = row!(&mut lease.link(), (Option<i64>,), FIRST_RUN, check)?;
        Ok(found.and_then(|(first,)| first).map(UnixMillis))
    }

    /// When the check's latest run that passed started.
    pub async fn good_at(&self, check: CheckId) -> Result<Option<UnixMillis>, StoreError> {
        let mut lease = self.read().await?;
        let found = row!(&mut lease.link(), (Option<i64>,), GOOD_AT, check)?;
        Ok(found.and_then(|(good,)| good).map(UnixMillis))
    }

    /// What the target declared, latest first.
    pub async fn declarations(&self, check: CheckId, limit: u32) -> Result<Vec<Declaration>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Declaration, DECLARATIONS, check, i64::from(limit))?)
    }
}
