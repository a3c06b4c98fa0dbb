//! Integrations, their health checks, and what those saw.

use domain::check::{ConditionResult, Message, Observations, Reach, Status};
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

/// What became of a run that was handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    Stored,
    /// There is a run for this check and this instant already; nothing changed.
    Duplicate,
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

/// What a stretch of runs says of a target's availability.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Availability {
    /// Runs that were answered correctly: PASS or WARN.
    pub answered: u32,
    /// Runs that came to a conclusion: PASS, WARN or FAIL.
    pub concluded: u32,
    /// When the check's first run of all started: the stretch is known from then on only.
    pub first_started_at: Option<UnixMillis>,
}
