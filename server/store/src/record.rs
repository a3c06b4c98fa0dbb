//! The records, one struct for each thing that is kept.

use domain::check::{ConditionResult, Message, Observations, Reach, Status};
use domain::scoring::{EvidenceDuration, EvidenceState, FindingKind, FindingSeverity};
use domain::{BindingId, CriterionCode, DomainCode, FrameworkCode, KindCode, Level, ProfileCode, RungCode};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ids::{
    AssessmentId, AuditId, CheckId, EvidenceId, FindingId, FrameworkId, IntegrationId, OrgId, RunId, TokenId,
    UnixMillis, UserId,
};

/// An account. `email` is kept in lower case; two that differ only in letter case are one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub email: String,
    pub name: String,
    /// In PHC string format.
    pub password_hash: String,
    pub admin: bool,
    pub created_at: UnixMillis,
}

/// A web session. `data` is what `tower-sessions` keeps, as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the cookie's value, in hexadecimal: the database alone opens no session.
    pub id: String,
    pub user: Option<UserId>,
    pub data: String,
    pub created_at: UnixMillis,
    pub expires_at: UnixMillis,
}

/// A bearer token of the API; only its hash is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    pub id: TokenId,
    pub user: UserId,
    pub name: String,
    pub created_at: UnixMillis,
    pub last_used_at: Option<UnixMillis>,
}

/// What a member may do, least first: see `service`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Viewer,
    Contributor,
    Assessor,
    Consultant,
    Owner,
}

/// Number of physicians.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SizeBand {
    #[serde(rename = "1-6")]
    UpTo6,
    #[serde(rename = "7-20")]
    UpTo20,
    #[serde(rename = "21-150")]
    UpTo150,
    #[serde(rename = "151+")]
    Above150,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    pub id: OrgId,
    /// In addresses; unique.
    pub slug: String,
    pub name: String,
    pub profiles: Vec<ProfileCode>,
    pub size_band: SizeBand,
    /// Demonstration data, labelled wherever it is shown.
    pub demo: bool,
    pub created_at: UnixMillis,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub user: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub since: UnixMillis,
}

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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssessmentState {
    Draft,
    Submitted,
    InReview,
    ChangesRequested,
    Final,
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
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// A save of one answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaveAnswer {
    pub assessment: AssessmentId,
    pub criterion: CriterionCode,
    pub rater: Rater,
    pub claim: Claim,
    pub rationale: String,
    /// The revision that the writer saw: 0 where there was no answer.
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

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceBody {
    Note(String),
    Link(String),
}

/// A dated item, tied to one or more criteria of an assessment.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    pub author: UserId,
    pub author_name: String,
    pub state: EvidenceState,
    pub reviewer: Option<UserId>,
    pub created_at: UnixMillis,
}

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

/// A finding as it is kept: it keeps its identity while raised, and is reopened with its history.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// One line of the append-only audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    pub id: AuditId,
    pub at: UnixMillis,
    /// `None` for what Rung does by itself.
    pub actor: Option<UserId>,
    pub actor_name: Option<String>,
    pub org: Option<OrgId>,
    /// A verb in the past and its object, for example `answer.saved`.
    pub action: String,
    pub subject: String,
    /// JSON; never a secret.
    pub details: serde_json::Value,
}

/// The audit line that a write leaves, written in its transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    pub at: UnixMillis,
    pub actor: Option<UserId>,
    pub org: Option<OrgId>,
    pub action: &'static str,
    pub subject: String,
    pub details: serde_json::Value,
}

/// Everything of an assessment that a score and its pages need, read in one go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssessmentBundle {
    pub assessment: Assessment,
    pub organization: Organization,
    pub answers: Vec<Answer>,
    pub evidence: Vec<Evidence>,
    pub checks: Vec<Check>,
    pub integrations: Vec<Integration>,
    /// Of this assessment's framework only.
    pub standings: Vec<Standing>,
    /// Of this assessment's framework only.
    pub ties: Vec<ManualTie>,
}

/// What became of a run that was handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    Stored,
    /// There is a run for this check and this instant already; nothing changed.
    Duplicate,
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

/// How an import of a framework ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Import {
    Created(FrameworkId),
    /// This version is here, with the same content.
    Unchanged(FrameworkId),
    /// This version is here with other content, and a published version never changes.
    ConflictingContent,
}
