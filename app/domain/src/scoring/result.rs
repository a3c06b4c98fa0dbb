//! What comes out of a score.

use serde::{Deserialize, Serialize};

use super::Exact;
use crate::check::Status;
use crate::code::{BindingId, CriterionCode, DomainCode, RungCode, SubjectCode};
use crate::level::Level;

/// The result of an assessment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// `None` when nothing is applicable: the assessment is unrated.
    pub totals: Option<Totals>,
    /// Every domain in file order.
    pub domains: Vec<DomainScore>,
    /// Every criterion in file order.
    pub criteria: Vec<CriterionScore>,
    /// Every rung of the ladder, lowest first, each with all its conditions.
    pub ladder: Vec<RungStanding>,
    /// Ordered by kind, then code, in byte order.
    pub findings: Vec<Finding>,
    /// Sorted.
    pub adjudications: Vec<CriterionCode>,
    /// Highest first.
    pub priorities: Vec<Priority>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Totals {
    pub claimed: Exact,
    pub overall: Exact,
    pub assurance_gap: Exact,
    /// Percent.
    pub confidence: Exact,
    /// Percent.
    pub completeness: Exact,
    /// The rung reached: a sub-level's code, or the floor's.
    pub rung: RungCode,
    /// The rung after it; `None` at the top.
    pub next: Option<RungCode>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DomainScore {
    pub code: DomainCode,
    /// `None` for an empty domain.
    pub score: Option<Exact>,
    /// The same with claimed levels.
    pub claimed: Option<Exact>,
    /// Applicable criteria.
    pub applicable: usize,
    /// Applicable criteria with an official level.
    pub answered: usize,
    /// Approved N/A removes more than 20 % of the weight in profile.
    pub insufficient_coverage: bool,
}

/// Whether a criterion counts (sections 3 and 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    OutOfProfile,
    ApprovedNotApplicable,
    PendingNotApplicable,
    Unanswered,
    Answered(Level),
}

/// What lowers an answer below its claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    None,
    /// The evidence class's level cap.
    Evidence,
    /// A failing check's cap.
    Check,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CriterionScore {
    pub code: CriterionCode,
    pub standing: Standing,
    /// Index into the framework's evidence classes: 0 for E0 to 3 for E3.
    pub evidence_class: usize,
    /// Lowest fail cap of the failing bindings that bear on the answer.
    pub fail_cap: Option<Level>,
    pub contradicted: bool,
    /// 0 when unanswered.
    pub effective: Level,
    /// What limits `effective`; when both caps would, the check.
    pub limit: Limit,
    /// Percent.
    pub confidence: u8,
    /// Every binding with its state, in file order.
    pub bindings: Vec<BindingScore>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BindingScore {
    pub id: BindingId,
    pub state: Status,
    /// `fail_cap` is below the claimed level: it tests something the answer claims.
    pub bears: bool,
}

/// How a condition of a rung stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConditionStanding {
    Met,
    /// Not met because a check contradicts the answer.
    Contradicted,
    Open,
}

/// A condition of a rung, with the value asked and the value seen.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RungCondition {
    Overall {
        least: u8,
        seen: Exact,
    },
    Domain {
        code: DomainCode,
        least: u8,
        seen: Exact,
    },
    Confidence {
        least: u8,
        seen: Exact,
    },
    Completeness {
        least: u8,
        seen: Exact,
    },
    Gate {
        criterion: CriterionCode,
        least: Level,
        seen: Level,
    },
    /// The contradicted criteria of at least this weight.
    NoContradiction {
        weight: u8,
        contradicted: Vec<CriterionCode>,
    },
    IndependentAssessor,
    /// Gated criteria without a valid item young enough.
    GateEvidence {
        max_age_days: u32,
        missing: Vec<CriterionCode>,
    },
    /// Domains with insufficient coverage.
    Coverage {
        domains: Vec<DomainCode>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RungStanding {
    pub code: RungCode,
    /// Its own conditions and those of all lower rungs hold.
    pub reached: bool,
    /// Its own conditions, one for each gate and each non-empty domain.
    pub conditions: Vec<(RungCondition, ConditionStanding)>,
}

/// In byte order of the name (section 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FindingKind {
    Contradiction,
    Coverage,
    Gap,
    Gate,
    Stale,
    Unanswered,
    Unsupported,
}

/// Most severe last, so that `max` is the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FindingSeverity {
    Low,
    Medium,
    High,
    Critical,
}

/// A finding: computed, never typed in. Its identity is kind and subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub kind: FindingKind,
    /// The criterion's code, or the domain's for coverage.
    pub subject: SubjectCode,
    pub severity: FindingSeverity,
    /// The bindings concerned (contradiction, stale).
    pub bindings: Vec<BindingId>,
}

/// The action that the priority list shows first (section 11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    RepairCheck,
    Prove,
    Improve,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priority {
    pub criterion: CriterionCode,
    pub priority: Exact,
    /// In points of overall score.
    pub gain: Exact,
    /// The level aimed at.
    pub target: Level,
    pub step: Step,
}
