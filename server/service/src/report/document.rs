//! The report as a JSON document: the numbers exactly and rounded, the words of the framework, and nothing that the
//! screen does not show.

mod of;

use serde::Serialize;
use store::record::{AssessmentState, SizeBand};

use super::Point;

/// The report of an assessment. A section that was not chosen is null.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Document {
    /// The format's version: 1.
    pub format: u8,
    pub disclaimer: String,
    pub organization: Organization,
    pub assessment: Assessment,
    pub framework: FrameworkName,
    /// RFC 3339, UTC.
    pub computed_at: String,
    /// What the figures say, most important first.
    pub summary: Vec<Point>,
    /// Null where nothing applies.
    pub result: Option<ResultFigures>,
    pub domains: Option<Vec<DomainLine>>,
    pub criteria: Option<Vec<CriterionLine>>,
    pub findings: Option<Vec<FindingLine>>,
    pub roadmap: Option<Climb>,
    pub checks: Option<Vec<CheckLine>>,
    /// Latest first.
    pub trend: Option<Vec<TrendLine>>,
    /// The attestations in force against failing checks; null where the checks were not chosen.
    pub attestations: Option<Vec<Attestation>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Organization {
    pub name: String,
    /// The names of its profiles.
    pub profiles: Vec<String>,
    /// Physicians.
    pub size_band: SizeBand,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assessment {
    pub id: String,
    pub title: String,
    pub state: AssessmentState,
    pub target: Option<String>,
    /// The level aimed at for every criterion; a criterion says where it aims at another one.
    pub target_level: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FrameworkName {
    pub code: String,
    pub version: String,
    pub title: String,
}

/// A figure, rounded for reading, and as a fraction in lowest terms.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    pub shown: f64,
    pub exact: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rung {
    pub code: String,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ResultFigures {
    pub rung: Rung,
    pub next: Option<Rung>,
    pub proven: Figure,
    pub claimed: Figure,
    pub assurance_gap: Figure,
    pub confidence: Figure,
    pub completeness: Figure,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DomainLine {
    pub code: String,
    pub title: String,
    pub weight: u8,
    /// Null where nothing of it applies.
    pub proven: Option<Figure>,
    pub claimed: Option<Figure>,
    pub applicable: usize,
    pub answered: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CriterionLine {
    pub domain: String,
    pub code: String,
    pub title: String,
    pub weight: u8,
    /// `answered`, `unanswered`, `not applicable`, `not applicable, not confirmed` or `not asked`.
    pub standing: &'static str,
    /// The level of the official answer.
    pub claimed: Option<u8>,
    /// The organization's own answer.
    pub own: Option<Said>,
    /// The assessor's rating beside it.
    pub assessor: Option<Said>,
    /// Whose answer the official one is.
    pub official: Option<Official>,
    pub counts: u8,
    /// The level aimed at.
    pub target: u8,
    /// E0 to E3.
    pub evidence_class: String,
    /// Percent.
    pub confidence: u8,
    pub contradicted: bool,
    /// The organization's own words.
    pub rationale: String,
}

/// What one of the two raters says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Said {
    /// Null where the criterion does not apply.
    pub level: Option<u8>,
    pub not_applicable: bool,
}

/// Whose answer is the official one: the assessor's where there is one (`scoring.md` section 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Official {
    Own,
    Assessor,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FindingLine {
    pub severity: domain::scoring::FindingSeverity,
    pub kind: domain::scoring::FindingKind,
    /// A criterion's code, or a domain's.
    pub subject: String,
    pub claimed: Option<u8>,
    /// Whose level `claimed` is.
    pub official: Option<Official>,
    pub counts: u8,
    /// Bindings of the checks behind it.
    pub checks: Vec<String>,
    /// Host and port of what they look at, each once.
    pub addresses: Vec<String>,
    pub owner: String,
    pub due: Option<String>,
    pub open_since: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Climb {
    pub target: Rung,
    pub reachable: bool,
    pub obstacles: Vec<String>,
    pub steps: Vec<StepLine>,
    pub total_effort: u32,
    pub needs_signature: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepLine {
    pub criterion: String,
    pub action: &'static str,
    pub from: u8,
    pub to: u8,
    pub effort: u8,
    pub what: Vec<String>,
    pub pinned: bool,
    pub owner: String,
    pub due: Option<String>,
    pub overall_then: Figure,
    pub rung_then: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckLine {
    pub integration: String,
    pub kind: String,
    /// Host and port of what it looks at; null where it waits for reports.
    pub address: Option<String>,
    pub status: domain::check::Status,
    pub latest_run: Option<String>,
    pub passed_90_days: u64,
    pub runs_90_days: u64,
    /// The criteria whose answers it contradicts.
    pub contradicts: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrendLine {
    /// RFC 3339, UTC.
    pub at: String,
    /// `started`, `changed`, `submitted`, `signed` or `now`.
    pub what: &'static str,
    /// Null while nothing applied.
    pub proven: Option<Figure>,
    pub claimed: Option<Figure>,
    pub rung: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Attestation {
    pub integration: String,
    pub kind: String,
    pub binding: String,
    pub reason: String,
    pub by: String,
    pub at: String,
    pub until: String,
}
