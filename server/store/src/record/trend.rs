//! What is compared over time: submissions in figures, and answers as they came.

use std::collections::BTreeMap;

use domain::live::Fraction;
use domain::{CriterionCode, DomainCode, FrameworkCode, ProfileCode};

use super::{AssessmentState, Claim, Rater, SizeBand, Snapshot};
use crate::ids::{AssessmentId, OrgId, SnapshotId, UnixMillis};

/// The figures of a snapshot, as its file says them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotResult {
    pub snapshot: SnapshotId,
    /// `None` where the assessment was unrated.
    pub overall: Option<Fraction>,
    pub claimed: Option<Fraction>,
    /// Of those domains that have a score.
    pub domains: BTreeMap<DomainCode, Fraction>,
    pub profiles: Vec<ProfileCode>,
    pub size_band: SizeBand,
}

/// A snapshot with its figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedIn {
    pub snapshot: Snapshot,
    pub result: SnapshotResult,
}

/// One revision of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerStep {
    pub criterion: CriterionCode,
    pub rater: Rater,
    /// `None`: it was withdrawn.
    pub claim: Option<Claim>,
    pub at: UnixMillis,
}

/// An assessment that somebody may choose for a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choosable {
    pub id: AssessmentId,
    pub title: String,
    pub framework_code: FrameworkCode,
    pub framework_version: String,
    pub state: AssessmentState,
    pub created_at: UnixMillis,
    pub org: OrgId,
    pub organization: String,
    /// Whether the organization is a demonstration.
    pub demo: bool,
}
