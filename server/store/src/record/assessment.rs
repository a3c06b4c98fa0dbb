//! Framework versions, assessments, answers and evidence.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use domain::scoring::{EvidenceDuration, EvidenceState};
use domain::{CriterionCode, FrameworkCode, Level, RungCode};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{
    Assignment, Check, CommentCount, Integration, ManualTie, Organization, Override, Role, Standing,
};
use crate::ids::{AssessmentId, EvidenceId, FrameworkId, OrgId, UnixMillis, UserId};

/// A framework version as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameworkEntry {
    pub id: FrameworkId,
    pub code: FrameworkCode,
    pub version: String,
    pub title: String,
    pub criteria: u32,
    pub imported_at: UnixMillis,
}

/// How an import of a framework ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Import {
    Created(FrameworkId),
    /// This version is here, with the same content.
    Unchanged(FrameworkId),
    /// This version is here with other content, and a published version never changes.
    ConflictingContent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssessmentState {
    Draft,
    Submitted,
    InReview,
    ChangesRequested,
    Final,
}

impl AssessmentState {
    /// Those in which the organization may change its answers and its evidence.
    pub const OPEN: [Self; 2] = [Self::Draft, Self::ChangesRequested];

    /// Whether the organization may change its answers and its evidence.
    pub fn is_open(self) -> bool {
        Self::OPEN.contains(&self)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    pub id: AssessmentId,
    pub org: OrgId,
    pub framework: FrameworkId,
    pub framework_code: FrameworkCode,
    pub framework_version: String,
    pub title: String,
    pub state: AssessmentState,
    pub target: Option<RungCode>,
    pub target_level: Level,
    pub independent_signoff: bool,
    pub created_by: UserId,
    pub created_at: UnixMillis,
}

/// Who answers: the organization or an assessor from outside. Neither overwrites the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rater {
    Own,
    Assessor,
}

/// A level, or that the criterion does not apply, with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    Level(Level),
    NotApplicable { reason: String },
}

/// The latest answer of one rater to one criterion.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "crate::answers::Columns")]
pub struct Answer {
    pub criterion: CriterionCode,
    pub rater: Rater,
    pub claim: Claim,
    pub rationale: String,
    /// 1 for the first answer; one more with every save.
    pub revision: i64,
    pub by: UserId,
    pub by_name: String,
    pub at: UnixMillis,
}

/// One revision of an answer, the latest or an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerRevision {
    pub criterion: CriterionCode,
    pub rater: Rater,
    /// `None`: from this revision on there is no answer, it was withdrawn.
    pub claim: Option<Claim>,
    pub rationale: String,
    pub revision: i64,
    pub by: UserId,
    pub by_name: String,
    pub at: UnixMillis,
}

/// A withdrawal of the organization's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithdrawAnswer {
    pub assessment: AssessmentId,
    pub criterion: CriterionCode,
    /// The revision that is withdrawn.
    pub seen_revision: i64,
    pub by: UserId,
    pub at: UnixMillis,
}

/// A save of one answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaveAnswer {
    pub assessment: AssessmentId,
    pub criterion: CriterionCode,
    pub rater: Rater,
    pub claim: Claim,
    pub rationale: String,
    /// The revision that the writer saw: 0, or that of a withdrawal, where there was no answer.
    pub seen_revision: i64,
    pub by: UserId,
    pub at: UnixMillis,
}

/// How a save ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saved {
    /// Durable: synced before this is returned.
    Revision(i64),
    /// Somebody answered in between; nothing changed. `None` when there is no answer at all.
    Stale(Option<Answer>),
}

/// How far an assessment has come, to be compared with an earlier look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pulse {
    pub state: AssessmentState,
    /// How often anything was answered, by both raters.
    pub saves: i64,
}

/// An assessment that follows another by a newer version of the framework, with what goes over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Successor {
    pub assessment: Assessment,
    /// Of the organization.
    pub answers: Vec<SaveAnswer>,
    pub evidence: Vec<Evidence>,
    pub ties: Vec<ManualTie>,
    /// Signed against checks' failures, now for the newer version too.
    pub attestations: Vec<Override>,
    /// Of criteria that aim at another level than the assessment does.
    pub targets: BTreeMap<CriterionCode, Level>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceBody {
    Note(String),
    Link(String),
    File(EvidenceFile),
}

/// A file that was attached; its content is in [`Files`](crate::files::Files).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceFile {
    /// Cleaned: no folder, no control character.
    pub name: String,
    /// As its content says.
    pub media_type: String,
    pub bytes: u64,
    /// In lower-case hexadecimal digits.
    pub sha256: String,
}

/// A dated item, tied to one or more criteria of an assessment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "crate::evidence::Columns")]
pub struct Evidence {
    pub id: EvidenceId,
    pub org: OrgId,
    pub assessment: AssessmentId,
    pub criteria: Vec<CriterionCode>,
    pub title: String,
    pub body: EvidenceBody,
    pub duration: EvidenceDuration,
    pub dated: Date,
    pub expires: Option<Date>,
    /// The headline percentage entered with it, 0 to 100.
    pub reported_pct: Option<Decimal>,
    pub author: UserId,
    pub author_name: String,
    pub state: EvidenceState,
    pub reviewer: Option<UserId>,
    /// 1 at first; one more each time that it is replaced.
    pub revision: i64,
    /// When this revision was attached.
    pub created_at: UnixMillis,
}

impl Evidence {
    /// This revision of it.
    pub fn seen(&self) -> SeenEvidence {
        SeenEvidence { id: self.id, revision: self.revision }
    }
}

/// An item in the revision that somebody read: what they say holds for that one and no other. As text, in forms,
/// `ID@REVISION`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeenEvidence {
    pub id: EvidenceId,
    pub revision: i64,
}

impl fmt::Display for SeenEvidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.id, self.revision)
    }
}

/// The text is not `ID@REVISION`.
#[derive(Debug, Error)]
#[error("an item of evidence is named by its id, an @ and its revision")]
pub struct UnnamedEvidence;

impl FromStr for SeenEvidence {
    type Err = UnnamedEvidence;

    fn from_str(text: &str) -> Result<Self, UnnamedEvidence> {
        let (id, revision) = text.split_once('@').ok_or(UnnamedEvidence)?;
        Ok(Self {
            id: id.parse().map_err(|_| UnnamedEvidence)?,
            revision: revision.parse().map_err(|_| UnnamedEvidence)?,
        })
    }
}

/// A reviewer's word on an item of an assessment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceReview {
    pub assessment: AssessmentId,
    pub seen: SeenEvidence,
    pub state: EvidenceState,
    pub reviewer: UserId,
    /// The states of the assessment in which this reviewer may say it.
    pub during: &'static [AssessmentState],
}

/// How a review of evidence ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EvidenceReviewed {
    Done,
    /// It was taken away, or is another assessment's.
    Missing,
    /// Somebody replaced what the reviewer read; this is there now.
    Replaced(Box<Evidence>),
    /// The reviewer attached it.
    Own(Box<Evidence>),
}

/// Everything of an assessment that a score and its pages need, read in one go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssessmentBundle {
    pub assessment: Assessment,
    pub organization: Organization,
    /// The role, in the organization, of whom it was read for; `None` for a stranger, and when nobody was named.
    pub reader: Option<Role>,
    pub answers: Vec<Answer>,
    pub evidence: Vec<Evidence>,
    pub checks: Vec<Check>,
    pub integrations: Vec<Integration>,
    /// Of this assessment's framework only.
    pub standings: Vec<Standing>,
    /// Of this assessment's framework only.
    pub ties: Vec<ManualTie>,
    /// Of this assessment's framework only, those that were not withdrawn: expired ones too.
    pub overrides: Vec<Override>,
    /// Who answers what, domains and criteria mixed; one that belongs to the organization no more is left out.
    pub assignments: Vec<Assignment>,
    /// Criteria without a comment are left out.
    pub comments: Vec<CommentCount>,
    /// Of criteria that aim at another level than the assessment does.
    pub targets: BTreeMap<CriterionCode, Level>,
}
