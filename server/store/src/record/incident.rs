//! Incidents of checks, and what is remembered of a check between two runs.

use domain::incident::{Opening, Watch};
use domain::scoring::FindingSeverity;
use domain::{CriterionCode, DomainCode, FrameworkCode, KindCode};
use serde::{Deserialize, Serialize};

use crate::ids::{CheckId, IncidentId, OrgId, RunId, UnixMillis, UserId};

/// A criterion that a check was tied to when its incident opened.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Touched {
    pub framework: FrameworkCode,
    pub domain: DomainCode,
    pub criterion: CriterionCode,
    /// The answer claims what the check now denies.
    pub contradicted: bool,
}

/// How an incident ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closing {
    /// So many successes running.
    Recovered,
    /// Somebody removed the check.
    CheckRemoved,
    /// Somebody aimed the check at another target: whether the one before recovered is not known.
    AimedElsewhere,
    /// It was a contradiction, and an outage took its place.
    ReplacedByOutage,
}

/// A stretch in which a check is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    pub id: IncidentId,
    pub org: OrgId,
    /// `None` once the check was removed.
    pub check: Option<CheckId>,
    /// The integration's name when it opened.
    pub integration: String,
    pub kind: KindCode,
    pub severity: FindingSeverity,
    pub touches: Vec<Touched>,
    pub opening: Opening,
    /// What the run that opened it said.
    pub cause: String,
    /// FAILs of the stretch until now.
    pub failures: u32,
    /// It was seen to come and go.
    pub flapped: bool,
    /// The first FAIL of the stretch.
    pub began_at: UnixMillis,
    pub opened_at: UnixMillis,
    pub closed_at: Option<UnixMillis>,
    pub closing: Option<Closing>,
    /// When the messages that it opened were put into the outbox.
    pub announced_at: Option<UnixMillis>,
    /// The same for the messages that it closed.
    pub closing_announced_at: Option<UnixMillis>,
}

/// When the first outage that a check saw began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstIncident {
    /// `None` once the check was removed.
    pub check: Option<CheckId>,
    /// The integration's name when it opened.
    pub integration: String,
    pub kind: KindCode,
    pub began_at: UnixMillis,
}

impl Incident {
    pub fn is_open(&self) -> bool {
        self.closed_at.is_none()
    }
}

/// What is remembered of a check between two runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    pub check: CheckId,
    /// `watch.open` says the same as `incident.is_some()`.
    pub watch: Watch,
    /// The first of the failures running.
    pub failing_since: Option<UnixMillis>,
    /// The open one.
    pub incident: Option<IncidentId>,
    /// The run that was taken into account last; `None` before the first.
    pub last_run: Option<RunId>,
    /// 0 before anything was kept.
    pub revision: i64,
}

/// What people say of a check's alerts; `None` where the kind decides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckAlerting {
    pub open_after: Option<u32>,
    pub close_after: Option<u32>,
    pub snooze: Option<Snooze>,
}

/// No alerts about a check until then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snooze {
    pub until: UnixMillis,
    pub reason: String,
    pub by: UserId,
}

/// What a run means for the check's incident, kept together with the watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IncidentStep {
    /// Nothing but the watch changes.
    Nothing,
    Opened(Box<Incident>),
    /// It failed again, or is now known to come and go.
    Continued {
        id: IncidentId,
        failed: bool,
        flapping: bool,
    },
    Closed {
        id: IncidentId,
        at: UnixMillis,
    },
    /// A contradiction ended because an outage took its place.
    Replaced {
        id: IncidentId,
        at: UnixMillis,
        by: Box<Incident>,
    },
}
