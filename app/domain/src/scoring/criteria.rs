//! Each criterion by itself: standing, evidence class, contradiction, effective level, confidence (sections 3 to 7).

use super::facts::{EvidenceFacts, Facts};
use super::scorer::PreparedCriterion;
use super::{Answer, BindingScore, CriterionScore, Input, Limit, Rating, Scorer, Standing};
use crate::check::Status;
use crate::code::CriterionCode;
use crate::level::Level;

/// The highest confidence, in percent, beside a warning check.
pub const WARNED_CONFIDENCE: u8 = 65;
/// The confidence, in percent, of an answer that a check contradicts.
pub const CONTRADICTED_CONFIDENCE: u8 = 20;

/// All criteria in file order, and the codes of those that need adjudication in byte order.
pub(super) fn score(
    scorer: &Scorer,
    input: &Input,
    facts: &Facts,
) -> (Vec<CriterionScore>, Vec<CriterionCode>) {
    let organization = scorer.organization(input);
    let all = scorer
        .criteria
        .iter()
        .enumerate()
        .map(|(position, criterion)| {
            let standing = if criterion.in_profile(organization) {
                standing(facts.answers[position])
            } else {
                Standing::OutOfProfile
            };
            score_criterion(scorer, criterion, standing, &facts.evidence[position], facts)
        })
        .collect();
    let adjudications = scorer
        .criteria_by_code
        .iter()
        .filter(|position| scorer.criteria[**position].in_profile(organization))
        .filter(|position| needs_adjudication(facts.answers[**position]))
        .map(|position| scorer.criteria[*position].code.clone())
        .collect();
    (all, adjudications)
}

/// The official answer of two raters (section 4), for a criterion in profile.
fn standing(answer: Answer) -> Standing {
    match (answer.own, answer.assessor) {
        (_, Some(Rating::Level(level))) | (Some(Rating::Level(level)), None) => Standing::Answered(level),
        (_, Some(Rating::NotApplicable)) => Standing::ApprovedNotApplicable,
        (Some(Rating::NotApplicable), None) => Standing::PendingNotApplicable,
        (None, None) => Standing::Unanswered,
    }
}

/// Both entries are present and exactly one is N/A, or their levels differ by 2 or more.
fn needs_adjudication(answer: Answer) -> bool {
    match (answer.own, answer.assessor) {
        (Some(Rating::Level(own)), Some(Rating::Level(assessor))) => own.get().abs_diff(assessor.get()) >= 2,
        (Some(own), Some(assessor)) => own != assessor,
        _ => false,
    }
}

fn score_criterion(
    scorer: &Scorer,
    criterion: &PreparedCriterion,
    standing: Standing,
    evidence: &EvidenceFacts,
    facts: &Facts,
) -> CriterionScore {
    let level = match standing {
        Standing::Answered(level) => Some(level),
        _ => None,
    };
    let mut bindings = Vec::with_capacity(criterion.bindings.len());
    let mut verified = false;
    let mut warned = false;
    let mut fail_cap: Option<Level> = None;
    for position in criterion.bindings.clone() {
        let binding = &scorer.bindings[position];
        let state = facts.state(position);
        let bears = level.is_some_and(|level| binding.fail_cap < level);
        match state {
            Status::Pass => verified |= binding.verifies,
            Status::Warn => warned |= bears,
            Status::Fail if bears => {
                fail_cap = Some(fail_cap.map_or(binding.fail_cap, |cap| cap.min(binding.fail_cap)));
            }
            Status::Fail | Status::Unknown => {}
        }
        bindings.push(BindingScore { id: binding.id.clone(), state, bears });
    }
    let evidence_class = match (evidence.latest, evidence.reviewed) {
        (None, _) => 0,
        (Some(_), _) if verified => 3,
        (Some(_), false) => 1,
        (Some(_), true) => 2,
    };
    let class = scorer.classes[evidence_class];
    let mut score = CriterionScore {
        code: criterion.code.clone(),
        standing,
        evidence_class,
        fail_cap,
        contradicted: fail_cap.is_some(),
        effective: Level::LEAST,
        limit: Limit::None,
        confidence: 0,
        bindings,
    };
    if let Some(level) = level {
        let proven = level.min(class.level_cap);
        score.effective = fail_cap.map_or(proven, |cap| cap.min(proven));
        score.limit = match fail_cap {
            Some(cap) if cap <= class.level_cap => Limit::Check,
            _ if class.level_cap < level => Limit::Evidence,
            _ => Limit::None,
        };
        score.confidence = match (fail_cap, warned) {
            (Some(_), _) => CONTRADICTED_CONFIDENCE,
            (None, true) => class.confidence.min(WARNED_CONFIDENCE),
            (None, false) => class.confidence,
        };
    }
    score
}

impl CriterionScore {
    /// In profile and not an approved N/A (section 3).
    pub fn is_applicable(&self) -> bool {
        !matches!(self.standing, Standing::OutOfProfile | Standing::ApprovedNotApplicable)
    }

    /// The official level; `None` when unanswered or not applicable.
    pub fn claimed(&self) -> Option<Level> {
        match self.standing {
            Standing::Answered(level) => Some(level),
            _ => None,
        }
    }
}
