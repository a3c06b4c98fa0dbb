//! Integrations, their health checks, and what those saw.

pub use domain::check::Sighting;
use domain::check::{ConditionResult, LatencySketch, Message, Observations, Reach, Status};
use domain::{BindingId, DomainCode, KindCode};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ids::{CheckId, FrameworkId, IntegrationId, OrgId, RunId, UnixMillis, UserId};

/// What people say of an integration; empty text where nothing is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntegrationDetails {
    pub name: String,
    #[serde(default)]
    pub partner: String,
    #[serde(default)]
    pub system: String,
    #[serde(default)]
    pub standard: String,
    #[serde(default)]
    pub direction: String,
    #[serde(default)]
    pub data: String,
    #[serde(default)]
    pub contract: String,
    #[serde(default)]
    pub use_case: String,
    #[serde(default)]
    pub owner: String,
    #[serde(default)]
    pub last_review: Option<Date>,
    #[serde(default)]
    pub environment: String,
    /// Who mends it; `owner` answers for it.
    #[serde(default)]
    pub technical_owner: String,
    /// `critical`, `normal`, or empty.
    #[serde(default)]
    pub criticality: String,
    #[serde(default)]
    pub contract_expires: Option<Date>,
    /// Months from one review to the next; a year when absent.
    #[serde(default)]
    pub review_months: Option<i64>,
    #[serde(default)]
    pub runbook_exercised: Option<Date>,
    /// When the brief of its use case was signed.
    #[serde(default)]
    pub brief_signed: Option<Date>,
    /// The domains that it serves; empty for all.
    #[serde(default)]
    pub serves: Vec<DomainCode>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Integration {
    pub id: IntegrationId,
    pub org: OrgId,
    pub details: IntegrationDetails,
    pub created_at: UnixMillis,
    /// Since when it has no owner; `None` while it has one.
    pub unowned_since: Option<UnixMillis>,
}

/// How the removal of an integration ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntegrationRemoval {
    Done,
    NoSuchIntegration,
    /// Nothing was changed: its checks go first.
    HasChecks,
}

/// A health check. `parameters` is JSON that `service` writes and reads (secrets sealed).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub id: CheckId,
    pub org: OrgId,
    pub integration: IntegrationId,
    pub kind: KindCode,
    pub parameters: String,
    pub interval_seconds: i64,
    pub enabled: bool,
    pub created_at: UnixMillis,
    pub next_due_at: UnixMillis,
}

/// Where a check stands, without what it saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glance {
    pub id: CheckId,
    pub integration: IntegrationId,
    pub kind: KindCode,
    pub enabled: bool,
    /// The latest run's; `None` before the first.
    pub status: Option<Status>,
}

/// Checks of an integration that follow each other, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckPage {
    pub integration: IntegrationId,
    pub from: CheckId,
    pub to: CheckId,
}

/// One run of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub id: RunId,
    pub check: CheckId,
    /// The instant it was due, unique for the check; `None` when a person asked for it.
    pub scheduled_for: Option<UnixMillis>,
    pub started_at: UnixMillis,
    pub duration_ms: i64,
    pub status: Status,
    pub reach: Reach,
    pub warned: bool,
    pub observations: Observations,
    pub messages: Vec<Message>,
    pub checked: String,
}

/// How a run was judged for one binding (`scoring.md` section 6.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    pub framework: FrameworkId,
    pub binding: BindingId,
    pub status: Status,
    pub conditions: Vec<ConditionResult>,
}

/// An item that the source of a check finalized, by its FHIR reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinalizedItem {
    pub reference: String,
    pub finalized_at: UnixMillis,
    pub sighting: Sighting,
}

/// Figures that a system reported of a check's target, beside what the check sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedFigures {
    pub computed_at: UnixMillis,
    pub observations: Observations,
}

/// Where a run comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Rung looked by itself.
    Made,
    /// Somebody reported figures that were computed when the run started.
    Reported,
}

/// A run that has ended, with all that is kept of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    pub run: Run,
    pub origin: Origin,
    /// For every binding of the check's kind.
    pub judged: Vec<Judged>,
    /// Time to the answer in milliseconds, where there was one.
    pub latency_ms: Option<u32>,
    /// The one number that the kind is watched for, such as the days that a certificate has left.
    pub gauge: Option<i64>,
    /// The run before counts as fresh when it started then or later: judged alike, this one changes no standing.
    pub fresh_since: UnixMillis,
    /// What the target declared of itself, one fact a line, sorted; kept where it differs from the last time.
    pub declared: Option<String>,
}

/// Which checks a worker wants to run.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The worker's name in leases.
    pub owner: &'a str,
    pub now: UnixMillis,
    /// Checks due until then; later than `now` for a worker that waits for each check's own instant.
    pub horizon: UnixMillis,
    pub lease_until: UnixMillis,
    pub limit: u32,
    /// Organizations that have their share already, and those that have it at one host.
    pub orgs_apart: &'a [OrgId],
    pub hosts_apart: &'a [(OrgId, String)],
}

/// A check that a worker holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    pub check: Check,
    /// What [`Completion::epoch`] must be.
    pub epoch: i64,
    /// Runs in a row before this one that failed on this side.
    pub own_failures: u32,
}

/// What becomes of a check's schedule when a run that was due has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The epoch of the lease under which it ran: with another one nothing is kept.
    pub epoch: i64,
    pub next_due_at: UnixMillis,
    /// Runs in a row, this one included, that failed on this side.
    pub own_failures: u32,
    /// Whom the check speaks to, for fairness between targets.
    pub host: Option<String>,
}

/// A check that is given back without a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GivenBack {
    pub check: CheckId,
    /// The epoch of the lease: under another one it is somebody else's.
    pub epoch: i64,
    pub next_due_at: UnixMillis,
    /// Runs in a row that failed on this side, lost ones included.
    pub own_failures: u32,
}

/// What became of a run that was handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    Stored {
        /// How many runs before this one were judged exactly alike, without a gap; 0 when the standings were
        /// written anew.
        repeats: u32,
    },
    /// There is a run for this check and this instant already; nothing changed but the schedule.
    Duplicate,
    /// The lease was lost to another worker, or the check is gone; nothing changed.
    Superseded,
}

/// How a check stands for one binding, kept up to date with every run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub check: CheckId,
    pub framework: FrameworkId,
    pub binding: BindingId,
    /// The latest conclusive status; `Unknown` when there was none.
    pub status: Status,
    pub consecutive_fails: u32,
    pub concluded_at: Option<UnixMillis>,
    /// How the latest run was judged, conclusive or not.
    pub last_status: Status,
    pub last_run: RunId,
    pub conditions: Vec<ConditionResult>,
}

/// A tie added or removed by hand; without one, the rule of `product.md` (*Ties*) decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManualTie {
    pub check: CheckId,
    pub framework: FrameworkId,
    pub binding: BindingId,
    pub tied: bool,
    pub reason: String,
    pub by: UserId,
    pub at: UnixMillis,
}

/// How the runs of one day in UTC came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DaySummary {
    pub date: Date,
    pub pass: u32,
    pub warn: u32,
    pub fail: u32,
    pub unknown: u32,
}

/// All that is kept of the runs of an hour or a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    pub pass: u32,
    pub warn: u32,
    pub fail: u32,
    pub unknown: u32,
    /// Runs that were answered in a known time, and those times in milliseconds.
    pub timed: u32,
    pub latency_sum: i64,
    pub latency_min: Option<u32>,
    pub latency_max: Option<u32>,
    pub latency: LatencySketch,
    /// The latest value of the number that the kind is watched for.
    pub gauge: Option<i64>,
}

impl Tally {
    /// Runs that took these times, in milliseconds, however they came out.
    pub fn of_times(times: impl IntoIterator<Item = u32>) -> Self {
        let mut tally = Self::default();
        for time in times {
            tally.timed += 1;
            tally.latency_sum += i64::from(time);
            tally.latency_min = Some(tally.latency_min.map_or(time, |least| least.min(time)));
            tally.latency_max = tally.latency_max.max(Some(time));
            tally.latency.add(time);
        }
        tally
    }

    /// Runs that were answered correctly: PASS or WARN.
    pub fn answered(&self) -> u32 {
        self.pass + self.warn
    }

    /// Runs that came to a conclusion: PASS, WARN or FAIL.
    pub fn concluded(&self) -> u32 {
        self.answered() + self.fail
    }

    /// Takes in the runs of a later stretch.
    pub fn merge(&mut self, later: &Self) {
        self.pass += later.pass;
        self.warn += later.warn;
        self.fail += later.fail;
        self.unknown += later.unknown;
        self.timed += later.timed;
        self.latency_sum += later.latency_sum;
        self.latency_min = [self.latency_min, later.latency_min].into_iter().flatten().min();
        self.latency_max = self.latency_max.max(later.latency_max);
        self.latency.merge(&later.latency);
        self.gauge = later.gauge.or(self.gauge);
    }
}

/// The runs that started in one stretch of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    pub began_at: UnixMillis,
    pub tally: Tally,
}

/// A stretch without a correct answer: from the first run that failed to the next that passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outage {
    pub began_at: UnixMillis,
    /// `None` while it lasts.
    pub ended_at: Option<UnixMillis>,
}

/// What a check of a demonstration would have seen before it was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MadeUpPast {
    /// Hours, oldest first.
    pub hours: Vec<Stretch>,
    pub outages: Vec<Outage>,
}

/// What a target declared of itself, from when on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    pub seen_at: UnixMillis,
    /// One fact a line, sorted.
    pub facts: String,
}

/// When a check was aimed at another target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aimed {
    pub at: UnixMillis,
    /// For people.
    pub target: String,
    pub before: String,
}

impl Aimed {
    /// Whether a run saw what the check was aimed at then, or at still later: it was kept since.
    pub fn precedes(&self, run: &Run) -> bool {
        run.id >= RunId::earliest_at(self.at)
    }
}

/// How many days what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Runs one by one, with their observations and messages.
    pub runs_days: u32,
    /// Tallies by the hour.
    pub hours_days: u32,
    /// Tallies by day, and outages.
    pub days_days: u32,
}
