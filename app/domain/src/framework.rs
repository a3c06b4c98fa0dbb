//! A framework: what is asked, what an answer is worth, and the ladder it leads up (`frameworks/README.md`).
//!
//! Content comes from TOML ([`Framework::read`], [`Framework::write`]) and lives in the database as rows; a published version never changes.

use serde::{Deserialize, Serialize};

use crate::check::Condition;
use crate::code::{
    BindingId, CitationKey, CriterionCode, DomainCode, FrameworkCode, KindCode, ProfileCode, RungCode,
};
use crate::level::{Level, Weight};

mod carry;
mod citations;
pub mod diff;
pub mod draft;
mod reach;
mod read;
mod version;
mod write;

pub use carry::{Carrying, Fate};
pub use citations::{Citation, Citations};
pub(crate) use read::MOST_PROFILES;
pub use version::compare_versions;

/// One version of a framework, complete and validated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Framework {
    pub code: FrameworkCode,
    pub version: String,
    pub title: String,
    pub description: String,
    /// Names of levels 0 to 4.
    pub levels: [String; 5],
    /// Shown wherever a rung is shown.
    pub disclaimer: String,
    pub profiles: Vec<Profile>,
    /// E0 to E3, in rising order.
    pub evidence_classes: [EvidenceClass; 4],
    pub floor: Floor,
    /// The ladder, lowest first.
    pub sublevels: Vec<Sublevel>,
    pub domains: Vec<Domain>,
}

/// A kind of organization, for example `H` "Hospital".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub code: ProfileCode,
    pub name: String,
}

/// What the evidence behind an answer is worth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceClass {
    /// `E0` to `E3`.
    pub code: String,
    pub name: String,
    pub meaning: String,
    pub level_cap: Level,
    /// Whole percent, 0 to 100.
    pub confidence: u8,
}

/// The result when no sub-level is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Floor {
    pub code: RungCode,
    pub name: String,
}

/// A rung of the ladder and its conditions (`scoring.md` section 9). Thresholds are whole percent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sublevel {
    pub code: RungCode,
    pub name: String,
    pub badge: String,
    pub min_overall: Option<u8>,
    pub min_domain: Option<u8>,
    pub min_confidence: Option<u8>,
    pub min_completeness: Option<u8>,
    pub no_open_contradiction_on_weight: Option<Weight>,
    pub independent_assessor: bool,
    pub gate_evidence_max_age_days: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Domain {
    pub code: DomainCode,
    pub title: String,
    /// All domains' weights sum to 100.
    pub weight: u8,
    pub purpose: String,
    pub criteria: Vec<Criterion>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Criterion {
    pub code: CriterionCode,
    pub title: String,
    pub weight: Weight,
    pub profiles: Vec<ProfileCode>,
    pub question: String,
    /// What is true at level 0 to 4; 2 to 4 are cumulative.
    pub anchors: [String; 5],
    /// In ladder order, never falling.
    pub gates: Vec<Gate>,
    /// What to attach.
    pub evidence: String,
    pub citations: Vec<CitationKey>,
    pub remediation: String,
    pub effort: Effort,
    pub bindings: Vec<Binding>,
}

/// The least effective level that a rung asks of a criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    pub rung: RungCode,
    pub least: Level,
}

/// Small, medium or large: 1, 2 or 4 (`scoring.md` section 11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Effort {
    S,
    M,
    L,
}

impl Effort {
    pub const fn points(self) -> u8 {
        match self {
            Self::S => 1,
            Self::M => 2,
            Self::L => 4,
        }
    }
}

/// A check bound to a criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    pub id: BindingId,
    pub kind: KindCode,
    /// In prose.
    pub passes_when: String,
    /// All must hold.
    pub expect: Vec<Condition>,
    /// The highest level the answer can still count for when the check fails: 0 to 3.
    pub fail_cap: Level,
}

impl Framework {
    /// Every criterion in file order.
    pub fn criteria(&self) -> impl Iterator<Item = &Criterion> {
        self.domains.iter().flat_map(|domain| &domain.criteria)
    }

    pub fn criterion(&self, code: &CriterionCode) -> Option<&Criterion> {
        self.criteria().find(|criterion| criterion.code == *code)
    }

    pub fn domain(&self, code: &DomainCode) -> Option<&Domain> {
        self.domains.iter().find(|domain| domain.code == *code)
    }

    /// The domain that a criterion stands in.
    pub fn domain_of(&self, code: &CriterionCode) -> Option<&Domain> {
        self.domains.iter().find(|domain| domain.criteria.iter().any(|criterion| criterion.code == *code))
    }
}

impl Domain {
    /// The sum of all its criteria's weights: the largest denominator of its score.
    pub(crate) fn most_weight(&self) -> u64 {
        self.criteria.iter().map(|criterion| u64::from(criterion.weight.get())).sum()
    }
}
