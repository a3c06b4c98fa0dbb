//! Gathering hours into days, and forgetting what is old enough.
//!
//! Every task here takes no input but the present and what may be kept, works in small transactions of its own, and
//! may be broken off or run again at any time: the next time it comes to the same.

use std::collections::BTreeMap;

use crate::column::from_row;
use crate::db::{Link, Store, row, rows, run, statements};
use crate::error::StoreError;
use crate::history::{DAY, HOUR, Slot, put_tally, tally_columns};
use crate::ids::{CheckId, OrgId, RunId, UnixMillis};
use crate::page;
use crate::queue::Job;
use crate::record::{Retention, Tally};

/// Checks whose hours are gathered in one transaction.
const CHECKS: i64 = 100;
/// Runs forgotten in one transaction.
const RUNS: i64 = 1000;
/// A day is gathered once it is over for so long: runs that started before midnight have ended by then.
const GRACE: i64 = HOUR;
/// Days gathered again each time, for runs that ended late.
const AGAIN: i64 = 2;

statements! {
    Both PAGE = "SELECT id FROM checks WHERE id > $1 ORDER BY id LIMIT $2";
    Both HOURS_OF_DAY = concat!(
        "SELECT h.check_id, h.hour AS slot, ", tally_columns!(), " FROM checks c JOIN run_hours h \
        ON h.check_id = c.id AND h.hour >= $3 AND h.hour < $3 + 24 WHERE c.id > $1 AND c.id <= $2 \
        ORDER BY h.check_id, h.hour"
    );
    Both HOURS_OF_ORGANIZATION = concat!(
        "SELECT h.check_id, h.hour AS slot, ", tally_columns!(), " FROM checks c JOIN run_hours h \
        ON h.check_id = c.id WHERE c.org_id = $1 ORDER BY h.check_id, h.hour"
    );
    Both PUT_DAY = concat!(
        "INSERT INTO run_days (check_id, day, ", tally_columns!(), ") \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (check_id, day) DO UPDATE SET \
        pass = excluded.pass, warn = excluded.warn, fail = excluded.fail, unknown = excluded.unknown, \
        timed = excluded.timed, latency_sum = excluded.latency_sum, latency_min = excluded.latency_min, \
        latency_max = excluded.latency_max, latency = excluded.latency, gauge = excluded.gauge"
    );
    Both REACHED = "SELECT reached FROM marks WHERE name = 'days'";
    Both FIRST_HOUR = "SELECT MIN(hour) FROM run_hours";
    Both REACH = "INSERT INTO marks (name, reached) VALUES ('days', $1) \
        ON CONFLICT (name) DO UPDATE SET reached = excluded.reached WHERE marks.reached < excluded.reached";
    Both FORGET_HOURS = "DELETE FROM run_hours WHERE check_id IN \
        (SELECT id FROM checks WHERE id > $1 AND id <= $2) AND hour < $3";
    Both FORGET_DAYS = "DELETE FROM run_days WHERE check_id IN \
        (SELECT id FROM checks WHERE id > $1 AND id <= $2) AND day < $3";
    Both FORGET_REPORTS = "DELETE FROM feed_reports WHERE check_id IN \
        (SELECT id FROM checks WHERE id > $1 AND id <= $2) AND reported_at < $3";
    Both FORGET_OUTAGES = "DELETE FROM outages WHERE ended_at < $1";
    Both FORGET_WORKERS = "DELETE FROM workers WHERE seen_at < $1";
    Both FORGET_RUNS = "DELETE FROM runs WHERE id IN (SELECT r.id FROM runs r WHERE r.id < $1 AND r.started_at < $2 \
        AND NOT EXISTS (SELECT 1 FROM standings s WHERE s.last_run = r.id) \
        AND NOT EXISTS (SELECT 1 FROM checks c WHERE c.id = r.check_id AND c.last_run = r.id) \
        ORDER BY r.id LIMIT $3)";
}

from_row! {
    CheckSlot { check = "check_id", slot: flat }
}

struct CheckSlot {
    check: CheckId,
    slot: Slot,
}

/// The last check of the page that begins after one; `None` where no check is left.
async fn last_of_page(link: &mut Link<'_>, after: &str) -> Result<Option<CheckId>, StoreError> {
    let ids = rows!(link, (CheckId,), PAGE, after, CHECKS)?;
    Ok(ids.last().map(|(id,)| *id))
}

/// What is done with one page of checks.
#[derive(Clone, Copy)]
enum Work {
    Gather { day: i64 },
    Forget { hours_before: i64, days_before: i64 },
    ForgetReports { before: UnixMillis },
}

struct Step {
    after: Option<CheckId>,
    work: Work,
}

impl Job for Step {
    /// Where the next step begins; `None` at the end.
    type Done = Option<CheckId>;

    async fn run(&self, link: &mut Link<'_>) -> Result<Option<CheckId>, StoreError> {
        let after = page::after(self.after);
        let Some(last) = last_of_page(link, &after).await? else { return Ok(None) };
        match self.work {
            Work::Gather { day } => gather(link, &after, last, day).await?,
            Work::Forget { hours_before, days_before } => {
                run!(link, FORGET_HOURS, &*after, last, hours_before)?;
                run!(link, FORGET_DAYS, &*after, last, days_before)?;
            }
            Work::ForgetReports { before } => {
                run!(link, FORGET_REPORTS, &*after, last, before)?;
            }
        }
        Ok(Some(last))
    }
}

async fn gather(link: &mut Link<'_>, after: &str, last: CheckId, day: i64) -> Result<(), StoreError> {
    let mut days: BTreeMap<CheckId, Tally> = BTreeMap::new();
    for CheckSlot { check, slot } in rows!(link, CheckSlot, HOURS_OF_DAY, after, last, day * 24)? {
        days.entry(check).and_modify(|tally| tally.merge(&slot.tally)).or_insert(slot.tally);
    }
    for (check, tally) in days {
        put_day(link, check, day, &tally).await?;
    }
    Ok(())
}

/// Gathers all hours of an organization, however far the days are gathered here: hours that come along with a client may
/// be of days that are over here by now. A day that is not over is gathered again when it is.
pub(crate) async fn gather_organization(link: &mut Link<'_>, org: OrgId) -> Result<(), StoreError> {
    let mut days: BTreeMap<(CheckId, i64), Tally> = BTreeMap::new();
    for CheckSlot { check, slot } in rows!(link, CheckSlot, HOURS_OF_ORGANIZATION, org)? {
        let day = days.entry((check, slot.slot.div_euclid(24)));
        day.and_modify(|tally| tally.merge(&slot.tally)).or_insert(slot.tally);
    }
    for ((check, day), tally) in days {
        put_day(link, check, day, &tally).await?;
    }
    Ok(())
}

/// Writes a day anew.
pub(crate) async fn put_day(
    link: &mut Link<'_>,
    check: CheckId,
    day: i64,
    tally: &Tally,
) -> Result<(), StoreError> {
    put_tally(link, PUT_DAY, check, day, tally).await
}

/// All days before this one are gathered.
struct Reach(i64);

impl Job for Reach {
    type Done = ();

    async fn run(&self, link: &mut Link<'_>) -> Result<(), StoreError> {
        run!(link, REACH, self.0)?;
        Ok(())
    }
}

struct ForgetRuns {
    before: UnixMillis,
}

impl Job for ForgetRuns {
    /// How many were forgotten.
    type Done = u64;

    async fn run(&self, link: &mut Link<'_>) -> Result<u64, StoreError> {
        // Identifiers of runs begin with the time at which they ended, so that the old ones stand at the beginning.
        Ok(run!(link, FORGET_RUNS, RunId::earliest_at(self.before), self.before, RUNS)?)
    }
}

struct ForgetRest {
    outages_before: UnixMillis,
    workers_before: UnixMillis,
}

impl Job for ForgetRest {
    type Done = ();

    async fn run(&self, link: &mut Link<'_>) -> Result<(), StoreError> {
        run!(link, FORGET_OUTAGES, self.outages_before)?;
        run!(link, FORGET_WORKERS, self.workers_before)?;
        Ok(())
    }
}

impl Store {
    /// Gathers the hours of every day that is over into days. Afterwards, whoever reads these days reads them there.
    pub async fn gather_days(&self, now: UnixMillis) -> Result<(), StoreError> {
        let (reached, first_hour) = {
            let mut lease = self.read().await?;
            let link = &mut lease.link();
            let reached = row!(link, (i64,), REACHED)?.map(|(day,)| day);
            let first = match reached {
                Some(_) => None,
                None => row!(link, (Option<i64>,), FIRST_HOUR)?.and_then(|(hour,)| hour),
            };
            (reached, first)
        };
        let over = (now.0 - GRACE).div_euclid(DAY);
        let begin = match (reached, first_hour) {
            (Some(reached), _) => reached - AGAIN,
            (None, Some(hour)) => hour.div_euclid(24),
            // Nothing to gather. Days that come along with a client are read from now on all the same.
            (None, None) => over,
        };
        for day in begin..over {
            self.step_through(Work::Gather { day }).await?;
        }
        if reached.is_none_or(|reached| reached < over) {
            self.perform(Reach(over)).await?;
        }
        Ok(())
    }

    /// Forgets what is older than may be kept. The latest run of a check stays, and hours stay until their day is
    /// gathered.
    pub async fn forget(&self, keep: Retention, now: UnixMillis) -> Result<(), StoreError> {
        let reached = row!(&mut self.read().await?.link(), (i64,), REACHED)?.map_or(0, |(day,)| day);
        let today = now.0.div_euclid(DAY);
        let hours_before = (today - i64::from(keep.hours_days)).min(reached - AGAIN) * 24;
        let days_before = today - i64::from(keep.days_days);
        self.step_through(Work::Forget { hours_before, days_before }).await?;
        let before = UnixMillis(now.0 - i64::from(keep.runs_days) * DAY);
        while self.perform(ForgetRuns { before }).await? > 0 {}
        let outages_before = UnixMillis(days_before * DAY);
        let workers_before = UnixMillis(now.0 - DAY);
        self.perform(ForgetRest { outages_before, workers_before }).await
    }

    /// Forgets reports of feeds that came before an instant; the latest figures stay with their feed.
    pub async fn forget_feed_reports(&self, before: UnixMillis) -> Result<(), StoreError> {
        self.step_through(Work::ForgetReports { before }).await
    }

    async fn step_through(&self, work: Work) -> Result<(), StoreError> {
        let mut after = None;
        while let Some(last) = self.perform(Step { after, work }).await? {
            after = Some(last);
        }
        Ok(())
    }
}
