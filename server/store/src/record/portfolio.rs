//! What a consultant sees of each organization.

use std::collections::BTreeMap;

use domain::live::{Fraction, LiveDomain};
use domain::{DomainCode, RungCode};

use super::{AssessmentState, Organization, Role};
use crate::ids::{AssessmentId, UnixMillis};

/// An organization that somebody belongs to, with its latest assessment against one framework.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    pub organization: Organization,
    pub role: Role,
    pub assessment: Option<HoldingAssessment>,
    /// Entries of the inventory whose review is overdue.
    pub overdue: i64,
    /// Health checks whose latest run failed.
    pub failing: i64,
}

/// An assessment with its live result as it was computed last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldingAssessment {
    pub id: AssessmentId,
    pub title: String,
    pub state: AssessmentState,
    pub begun_at: UnixMillis,
    /// `None` while it is unrated, or not computed yet.
    pub rung: Option<RungCode>,
    pub overall: Option<Fraction>,
    /// The score at the earlier instant that was asked for; no fraction where it was unrated then.
    pub overall_then: Fraction,
    /// The rung of the latest snapshot; `None` where there is none, or it was unrated.
    pub handed_in: Option<RungCode>,
    /// Domains with something to score.
    pub domains: BTreeMap<DomainCode, LiveDomain>,
    /// Answers that a check contradicts.
    pub contradicted: i64,
}
