//! Why a score is what it is: the reasons behind a criterion's level, and the sums behind a domain and the overall
//! score, line by line.
//!
//! Nothing is scored here: everything is read off a [`Score`], so that the explanation cannot differ from the result.

mod sums;

pub use sums::{DomainSum, DomainTerm, OverallSum, OverallTerm, domain, overall};

use serde::{Deserialize, Serialize};

use crate::check::{CheckKinds, Status};
use crate::code::{BindingId, KindCode};
use crate::framework::{Criterion, Framework};
use crate::level::Level;
use crate::scoring::{
    Answer, BindingScore, CONTRADICTED_CONFIDENCE, CriterionScore, Limit, Standing, WARNED_CONFIDENCE,
};

#[cfg(doc)]
use crate::scoring::Score;

/// Whose entry counts (section 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rater {
    /// The organization itself.
    Own,
    Assessor,
}

/// What the answer claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    OutOfProfile,
    ApprovedNotApplicable,
    PendingNotApplicable,
    Unanswered,
    Level { level: Level, rater: Rater },
}

/// What the evidence behind the answer allows (section 5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceReason {
    /// `E0` to `E3`.
    pub class: String,
    pub name: String,
    pub meaning: String,
    pub level_cap: Level,
    /// Percent.
    pub confidence: u8,
    /// The cap is below the claim.
    pub caps: bool,
}

/// What the state of a bound check does to the answer (section 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckEffect {
    /// Its PASS makes the answer verified.
    Verifies,
    /// Its WARN lowers the confidence.
    LowersConfidence,
    /// Its FAIL contradicts the answer and caps it.
    Contradicts,
    /// It says nothing about this answer.
    Nothing,
}

/// A bound check and what it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckReason {
    pub binding: BindingId,
    pub kind: KindCode,
    pub state: Status,
    pub fail_cap: Level,
    pub effect: CheckEffect,
}

/// Where the confidence of a criterion comes from (section 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfidenceReason {
    Unanswered,
    Contradicted,
    /// A warning check lowers the class's confidence.
    Warned,
    EvidenceClass,
}

/// Why a criterion counts for what it counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriterionReasons {
    pub claim: Claim,
    pub evidence: EvidenceReason,
    /// Every binding, in file order.
    pub checks: Vec<CheckReason>,
    pub effective: Level,
    pub limit: Limit,
    /// Percent.
    pub confidence: u8,
    pub confidence_reason: ConfidenceReason,
}

/// The reasons behind the score of a criterion.
pub fn criterion(
    framework: &Framework,
    kinds: &CheckKinds,
    criterion: &Criterion,
    answer: Answer,
    score: &CriterionScore,
) -> CriterionReasons {
    let class = &framework.evidence_classes[score.evidence_class];
    let checks: Vec<CheckReason> = criterion
        .bindings
        .iter()
        .zip(&score.bindings)
        .map(|(binding, state)| CheckReason {
            binding: binding.id.clone(),
            kind: binding.kind.clone(),
            state: state.state,
            fail_cap: binding.fail_cap,
            effect: effect(kinds, &binding.kind, state, score),
        })
        .collect();
    let confidence_reason = if score.claimed().is_none() {
        ConfidenceReason::Unanswered
    } else if score.contradicted {
        ConfidenceReason::Contradicted
    } else if score.confidence < class.confidence {
        ConfidenceReason::Warned
    } else {
        ConfidenceReason::EvidenceClass
    };
    CriterionReasons {
        claim: claim(answer, score.standing),
        evidence: EvidenceReason {
            class: class.code.clone(),
            name: class.name.clone(),
            meaning: class.meaning.clone(),
            level_cap: class.level_cap,
            confidence: class.confidence,
            caps: score.claimed().is_some_and(|level| level > class.level_cap),
        },
        checks,
        effective: score.effective,
        limit: score.limit,
        confidence: score.confidence,
        confidence_reason,
    }
}

fn claim(answer: Answer, standing: Standing) -> Claim {
    let rater = if answer.assessor.is_some() { Rater::Assessor } else { Rater::Own };
    match standing {
        Standing::OutOfProfile => Claim::OutOfProfile,
        Standing::ApprovedNotApplicable => Claim::ApprovedNotApplicable,
        Standing::PendingNotApplicable => Claim::PendingNotApplicable,
        Standing::Unanswered => Claim::Unanswered,
        Standing::Answered(level) => Claim::Level { level, rater },
    }
}

/// The class E3 exists only through a passing check, so only there a PASS has done something.
fn effect(
    kinds: &CheckKinds,
    kind: &KindCode,
    binding: &BindingScore,
    score: &CriterionScore,
) -> CheckEffect {
    const VERIFIED: usize = 3;
    let verifies = || kinds.get(kind).is_some_and(|kind| kind.verifies);
    match binding.state {
        Status::Fail if binding.bears => CheckEffect::Contradicts,
        Status::Warn if binding.bears => CheckEffect::LowersConfidence,
        Status::Pass if score.evidence_class == VERIFIED && verifies() => CheckEffect::Verifies,
        _ => CheckEffect::Nothing,
    }
}

impl CriterionReasons {
    /// The reasons as sentences, in the order in which they apply.
    pub fn lines(&self) -> Vec<String> {
        let Claim::Level { level, rater } = self.claim else { return vec![self.claim.sentence().to_owned()] };
        let mut lines = Vec::with_capacity(self.checks.len() + 4);
        let rater = match rater {
            Rater::Own => "self-rated",
            Rater::Assessor => "rated by the assessor",
        };
        lines.push(format!("Claimed: level {}, {rater}.", level.get()));
        lines.push(self.evidence_line());
        lines.extend(self.checks.iter().filter_map(CheckReason::line));
        lines.push(format!("Counts for level {}: {}.", self.effective.get(), self.limit_words()));
        lines.push(format!("Confidence {}%: {}.", self.confidence, self.confidence_words()));
        lines
    }

    fn evidence_line(&self) -> String {
        let EvidenceReason { class, name, meaning, level_cap, caps, .. } = &self.evidence;
        let effect = if *caps { "caps it at" } else { "allows up to" };
        format!("Evidence {class}, {name} ({meaning}): {effect} level {}.", level_cap.get())
    }

    const fn limit_words(&self) -> &'static str {
        match self.limit {
            Limit::None => "nothing lowers the claim",
            Limit::Evidence => "the evidence does not prove more",
            Limit::Check => "a failing check contradicts more",
        }
    }

    fn confidence_words(&self) -> String {
        match self.confidence_reason {
            ConfidenceReason::Unanswered => "unanswered".to_owned(),
            ConfidenceReason::Contradicted => {
                format!("a contradicted answer is trusted {CONTRADICTED_CONFIDENCE}%")
            }
            ConfidenceReason::Warned => format!("at most {WARNED_CONFIDENCE}% while a check warns"),
            ConfidenceReason::EvidenceClass => {
                format!("as evidence {}, {}, is trusted", self.evidence.class, self.evidence.name)
            }
        }
    }
}

impl Claim {
    /// What is said of a criterion without a level.
    const fn sentence(self) -> &'static str {
        match self {
            Self::OutOfProfile => "Not asked of this kind of organization: it counts nowhere.",
            Self::ApprovedNotApplicable => "Not applicable, confirmed by the assessor: it counts nowhere.",
            Self::PendingNotApplicable => {
                "Not applicable, not yet confirmed by the assessor: it counts as unanswered, level 0."
            }
            Self::Unanswered => "Unanswered: it counts as level 0.",
            Self::Level { .. } => "Answered.",
        }
    }
}

impl CheckReason {
    /// What the check does, where it does anything.
    fn line(&self) -> Option<String> {
        let effect = match self.effect {
            CheckEffect::Nothing => return None,
            CheckEffect::Verifies => "verifies the answer".to_owned(),
            CheckEffect::LowersConfidence => {
                format!("lowers the confidence to at most {WARNED_CONFIDENCE}%")
            }
            CheckEffect::Contradicts => {
                format!("contradicts the answer and caps it at level {}", self.fail_cap.get())
            }
        };
        Some(format!("Check {} ({}) is {}: {effect}.", self.binding, self.kind, self.state.as_str()))
    }
}
