//! What the processes that run checks say of themselves, and how far behind the schedule is.

use domain::check::LatencySketch;

use crate::column::from_row;
use crate::db::{Link, Store, row, rows, run, statements};
use crate::error::StoreError;
use crate::history::HOUR;
use crate::ids::UnixMillis;
use crate::queue::Job;
use crate::record::{ScheduleFigures, WorkerState};

statements! {
    Both REPORT = "INSERT INTO workers (node, started_at, seen_at, running, waiting, recorded, lag) \
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (node) DO UPDATE SET seen_at = excluded.seen_at, \
        running = excluded.running, waiting = excluded.waiting, recorded = excluded.recorded, lag = excluded.lag";
    Both WORKERS = "SELECT node, started_at, seen_at, running, waiting, recorded, lag FROM workers \
        WHERE seen_at >= $1 ORDER BY started_at, node";
    Both LEAVE = "DELETE FROM workers WHERE node = $1";
    Both CHECKS = "SELECT COUNT(*) AS checks, COUNT(CASE WHEN enabled THEN 1 END) AS enabled, \
        COUNT(CASE WHEN lease_until > $1 THEN 1 END) AS held, \
        COUNT(CASE WHEN enabled AND next_due_at <= $1 AND lease_until <= $1 THEN 1 END) AS overdue, \
        MIN(CASE WHEN enabled AND lease_until <= $1 THEN next_due_at END) AS next_due_at, \
        NULLIF(MAX(last_started_at), 0) AS last_started_at, \
        COUNT(CASE WHEN own_failures > 0 THEN 1 END) AS failing_here FROM checks";
    Both LATEST_HOURS = "SELECT CAST(COALESCE(SUM(h.pass), 0) AS BIGINT) AS pass, \
        CAST(COALESCE(SUM(h.warn), 0) AS BIGINT) AS warn, CAST(COALESCE(SUM(h.fail), 0) AS BIGINT) AS fail, \
        CAST(COALESCE(SUM(h.unknown), 0) AS BIGINT) AS unknown FROM checks c JOIN run_hours h ON h.check_id = c.id \
        AND h.hour >= $1";
}

from_row! {
    WorkerState { node, started_at, seen_at, running: int, waiting: int, recorded, lag: sketch }
    Counts {
        checks: int, enabled: int, held: int, overdue: int, next_due_at, last_started_at, failing_here: int,
    }
    Statuses { pass: int, warn: int, fail: int, unknown: int }
}

struct Counts {
    checks: u32,
    enabled: u32,
    held: u32,
    overdue: u32,
    next_due_at: Option<UnixMillis>,
    last_started_at: Option<UnixMillis>,
    failing_here: u32,
}

struct Statuses {
    pass: u32,
    warn: u32,
    fail: u32,
    unknown: u32,
}

struct Report(WorkerState);

impl Job for Report {
    type Done = ();

    async fn run(&self, link: &mut Link<'_>) -> Result<(), StoreError> {
        let WorkerState { node, started_at, seen_at, running, waiting, recorded, lag } = &self.0;
        run!(
            link,
            REPORT,
            &**node,
            *started_at,
            *seen_at,
            i64::from(*running),
            i64::from(*waiting),
            *recorded,
            lag.to_string()
        )?;
        Ok(())
    }
}

struct Leave(String);

impl Job for Leave {
    type Done = ();

    async fn run(&self, link: &mut Link<'_>) -> Result<(), StoreError> {
        run!(link, LEAVE, &*self.0)?;
        Ok(())
    }
}

impl Store {
    /// Keeps what a worker says of itself, instead of what it said before.
    pub async fn report_worker(&self, state: WorkerState) -> Result<(), StoreError> {
        self.perform(Report(state)).await
    }

    /// Forgets a worker that stopped.
    pub async fn worker_left(&self, node: &str) -> Result<(), StoreError> {
        self.perform(Leave(node.to_owned())).await
    }

    /// The workers that said something of themselves since then, the longest running first.
    pub async fn workers(&self, since: UnixMillis) -> Result<Vec<WorkerState>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), WorkerState, WORKERS, since)?)
    }

    /// How the schedule stands, over all organizations.
    pub async fn schedule_figures(&self, now: UnixMillis) -> Result<ScheduleFigures, StoreError> {
        let mut lease = self.read().await?;
        let link = &mut lease.link();
        let checks = row!(link, Counts, CHECKS, now)?;
        // This hour and the one before: an hour's runs at least, whatever the clock says.
        let statuses = row!(link, Statuses, LATEST_HOURS, now.0.div_euclid(HOUR) - 1)?;
        let none = StoreError::Unreadable { what: "schedule", reason: "it counts nothing".to_owned() };
        let (Some(checks), Some(statuses)) = (checks, statuses) else { return Err(none) };
        Ok(ScheduleFigures {
            checks: checks.checks,
            enabled: checks.enabled,
            held: checks.held,
            overdue: checks.overdue,
            next_due_at: checks.next_due_at,
            last_started_at: checks.last_started_at,
            failing_here: checks.failing_here,
            since: UnixMillis((now.0.div_euclid(HOUR) - 1) * HOUR),
            pass: statuses.pass,
            warn: statuses.warn,
            fail: statuses.fail,
            unknown: statuses.unknown,
        })
    }
}

impl WorkerState {
    /// A worker that has just started.
    pub fn new(node: &str, now: UnixMillis) -> Self {
        Self {
            node: node.to_owned(),
            started_at: now,
            seen_at: now,
            running: 0,
            waiting: 0,
            recorded: 0,
            lag: LatencySketch::new(),
        }
    }
}
