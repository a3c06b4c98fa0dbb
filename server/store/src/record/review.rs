//! Review: steps from state to state, settled differences between two raters, and signed snapshots.

use domain::{CriterionCode, RungCode};
use serde::{Deserialize, Serialize};

use super::AssessmentState;
use crate::ids::{AssessmentId, OrgId, SnapshotId, StepId, UnixMillis, UserId};

/// A change of an assessment's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub id: StepId,
    pub assessment: AssessmentId,
    pub at: UnixMillis,
    pub by: UserId,
    pub by_name: String,
    pub from: AssessmentState,
    pub to: AssessmentState,
    /// What was said about it; may be empty.
    pub note: String,
}

/// A difference between the two raters that was settled with a note (`scoring.md` section 4). It holds as long as both
/// entries are of these revisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjudication {
    pub assessment: AssessmentId,
    pub criterion: CriterionCode,
    pub own_revision: i64,
    pub assessor_revision: i64,
    pub note: String,
    pub by: UserId,
    pub by_name: String,
    pub at: UnixMillis,
}

/// What a snapshot was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SnapshotKind {
    /// The organization submitted it.
    Submitted,
    /// An assessor from outside signed it.
    Final,
}

/// A snapshot without its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    pub id: SnapshotId,
    pub org: OrgId,
    pub assessment: AssessmentId,
    /// Its place in the organization's chain, from 1.
    pub number: i64,
    pub kind: SnapshotKind,
    /// `None` where the assessment was unrated.
    pub rung: Option<RungCode>,
    /// In lower-case hexadecimal digits.
    pub sha256: String,
    /// The hash of the one before in the chain.
    pub previous: Option<String>,
    pub made_by: UserId,
    pub made_by_name: String,
    pub made_at: UnixMillis,
}

/// The end of an organization's chain, to which a new snapshot is chained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    /// 0 before the first.
    pub number: i64,
    pub sha256: Option<String>,
}

/// A snapshot's content, made from what was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    pub rung: Option<RungCode>,
    pub sha256: String,
    /// Canonical JSON.
    pub file: String,
}

/// A step that makes a snapshot.
#[derive(Debug, Clone)]
pub struct Signing {
    pub step: Step,
    pub kind: SnapshotKind,
    pub snapshot: SnapshotId,
}

/// How a signing ended.
#[derive(Debug)]
pub enum Signed<E> {
    Done(Snapshot),
    /// The assessment was in another state than the step says; nothing changed.
    OtherState,
    /// What was read cannot be signed; nothing changed.
    Refused(E),
}
