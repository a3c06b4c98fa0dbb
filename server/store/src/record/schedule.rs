//! What the scheduler says of itself.

use domain::check::LatencySketch;

use crate::ids::UnixMillis;

/// A process that runs what is due, as it last said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerState {
    /// Its name in leases.
    pub node: String,
    pub started_at: UnixMillis,
    pub seen_at: UnixMillis,
    /// Probes under way.
    pub running: u32,
    /// Checks that it holds until their instant comes, or until there is a place for them.
    pub waiting: u32,
    /// Runs recorded since it started.
    pub recorded: i64,
    /// How long after their instant the runs of the last minute or two started, in milliseconds.
    pub lag: LatencySketch,
}

/// How the schedule stands, over all organizations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScheduleFigures {
    pub checks: u32,
    /// Those that are not paused.
    pub enabled: u32,
    /// Those that a worker holds.
    pub held: u32,
    /// Those whose instant has passed and that nobody holds.
    pub overdue: u32,
    /// The earliest instant among those that nobody holds.
    pub next_due_at: Option<UnixMillis>,
    pub last_started_at: Option<UnixMillis>,
    /// Those whose latest run failed on this side and says nothing of its target.
    pub failing_here: u32,
    /// The runs counted below started then or later.
    pub since: UnixMillis,
    pub pass: u32,
    pub warn: u32,
    pub fail: u32,
    pub unknown: u32,
}
