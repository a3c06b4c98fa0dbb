//! Findings and their history.

use domain::scoring::{FindingKind, FindingSeverity};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ids::{AssessmentId, FindingId, UnixMillis};

/// A finding as it is kept: it keeps its identity while raised, and is reopened with its history.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "crate::findings::Columns")]
pub struct Finding {
    pub id: FindingId,
    pub assessment: AssessmentId,
    pub kind: FindingKind,
    /// A criterion's code, or a domain's for coverage.
    pub subject: String,
    pub severity: FindingSeverity,
    pub open: bool,
    /// Who mends it and until when, as people note it; empty where nobody did.
    pub owner: String,
    pub due: Option<Date>,
    pub opened_at: UnixMillis,
    pub cleared_at: Option<UnixMillis>,
    pub times_opened: u32,
}

/// What can happen to a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FindingChange {
    Opened,
    Reopened,
    Cleared,
}

/// A line of a finding's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingEvent {
    pub finding: FindingId,
    pub kind: FindingKind,
    pub subject: String,
    pub change: FindingChange,
    /// As it was then.
    pub severity: FindingSeverity,
    pub at: UnixMillis,
}

/// What a comparison with the score changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FindingChanges {
    pub opened: Vec<Finding>,
    pub reopened: Vec<Finding>,
    pub cleared: Vec<Finding>,
}
