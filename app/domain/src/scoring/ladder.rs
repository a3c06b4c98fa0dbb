//! Gates and sub-levels (section 9).

use jiff::Span;
use jiff::civil::Date;

use super::exact::at_least;
use super::facts::Facts;
use super::scorer::PreparedRung;
use super::sums::{Rated, Sums};
use super::{ConditionStanding, CriterionScore, Input, RungCondition, RungStanding, Scorer};
use crate::code::CriterionCode;
use crate::level::Level;

/// Every rung with its conditions, and the position of the highest one reached; `None` for the floor.
pub(super) fn climb(
    scorer: &Scorer,
    input: &Input,
    facts: &Facts,
    criteria: &[CriterionScore],
    sums: &Sums,
    rated: &Rated,
) -> (Vec<RungStanding>, Option<usize>) {
    let climber = Climber { scorer, input, facts, criteria, sums, rated };
    let mut reached = None;
    let mut below_hold = true;
    let mut standings = Vec::with_capacity(scorer.rungs.len());
    for (position, rung) in scorer.rungs.iter().enumerate() {
        let conditions = climber.conditions(position, rung);
        below_hold &= conditions.iter().all(|(_, standing)| *standing == ConditionStanding::Met);
        if below_hold {
            reached = Some(position);
        }
        standings.push(RungStanding { code: rung.conditions.code.clone(), reached: below_hold, conditions });
    }
    (standings, reached)
}

/// The rungs of an unrated assessment: none is reached, and there is nothing to compare.
pub(super) fn unrated(scorer: &Scorer) -> Vec<RungStanding> {
    let standing = |rung: &PreparedRung| RungStanding {
        code: rung.conditions.code.clone(),
        reached: false,
        conditions: Vec::new(),
    };
    scorer.rungs.iter().map(standing).collect()
}

struct Climber<'a> {
    scorer: &'a Scorer,
    input: &'a Input,
    facts: &'a Facts,
    criteria: &'a [CriterionScore],
    sums: &'a Sums,
    rated: &'a Rated,
}

fn met_if(holds: bool) -> ConditionStanding {
    if holds { ConditionStanding::Met } else { ConditionStanding::Open }
}

impl Climber<'_> {
    fn conditions(&self, position: usize, rung: &PreparedRung) -> Vec<(RungCondition, ConditionStanding)> {
        let asked = &rung.conditions;
        let mut conditions = Vec::with_capacity(self.scorer.domains.len() + rung.gates.len() + 8);
        if let Some(least) = asked.min_overall {
            let seen = self.rated.overall;
            conditions.push((RungCondition::Overall { least, seen }, met_if(at_least(&seen, least))));
        }
        if let Some(least) = asked.min_domain {
            for (domain, sums) in self.scorer.domains.iter().zip(&self.sums.domains) {
                let Some(seen) = sums.score else { continue };
                let condition = RungCondition::Domain { code: domain.code.clone(), least, seen };
                conditions.push((condition, met_if(at_least(&seen, least))));
            }
        }
        if let Some(least) = asked.min_confidence {
            let seen = self.rated.confidence;
            conditions.push((RungCondition::Confidence { least, seen }, met_if(at_least(&seen, least))));
        }
        if let Some(least) = asked.min_completeness {
            let seen = self.rated.completeness;
            conditions.push((RungCondition::Completeness { least, seen }, met_if(at_least(&seen, least))));
        }
        for (criterion, least) in &rung.gates {
            if self.criteria[*criterion].is_applicable() {
                conditions.push(self.gate(*criterion, *least));
            }
        }
        if let Some(weight) = asked.no_open_contradiction_on_weight {
            conditions.push(self.no_contradiction(weight.get()));
        }
        if asked.independent_assessor {
            conditions.push((RungCondition::IndependentAssessor, met_if(self.input.independent_signoff)));
        }
        if let Some(max_age_days) = asked.gate_evidence_max_age_days {
            conditions.push(self.gate_evidence(rung, max_age_days));
        }
        if position > 0 {
            conditions.push(self.coverage());
        }
        conditions
    }

    fn gate(&self, criterion: usize, least: Level) -> (RungCondition, ConditionStanding) {
        let score = &self.criteria[criterion];
        let standing = if score.effective >= least {
            ConditionStanding::Met
        } else if self.reached_but_for_checks(criterion) >= least {
            ConditionStanding::Contradicted
        } else {
            ConditionStanding::Open
        };
        (RungCondition::Gate { criterion: score.code.clone(), least, seen: score.effective }, standing)
    }

    /// The effective level if no check failed.
    fn reached_but_for_checks(&self, criterion: usize) -> Level {
        let score = &self.criteria[criterion];
        let cap = self.scorer.classes[score.evidence_class].level_cap;
        score.claimed().map_or(Level::LEAST, |level| level.min(cap))
    }

    fn no_contradiction(&self, weight: u8) -> (RungCondition, ConditionStanding) {
        let contradicted = self
            .codes(|position, score| score.contradicted && self.scorer.criteria[position].weight >= weight);
        let standing =
            if contradicted.is_empty() { ConditionStanding::Met } else { ConditionStanding::Contradicted };
        (RungCondition::NoContradiction { weight, contradicted }, standing)
    }

    fn gate_evidence(&self, rung: &PreparedRung, max_age_days: u32) -> (RungCondition, ConditionStanding) {
        let oldest = Span::new()
            .try_days(max_age_days)
            .and_then(|days| self.input.as_of.checked_sub(days))
            .unwrap_or(Date::MIN);
        let missing: Vec<CriterionCode> = rung
            .gates
            .iter()
            .map(|(criterion, _)| *criterion)
            .filter(|criterion| self.criteria[*criterion].is_applicable())
            .filter(|criterion| self.facts.evidence[*criterion].latest.is_none_or(|latest| latest < oldest))
            .map(|criterion| self.criteria[criterion].code.clone())
            .collect();
        let standing = met_if(missing.is_empty());
        (RungCondition::GateEvidence { max_age_days, missing }, standing)
    }

    fn coverage(&self) -> (RungCondition, ConditionStanding) {
        let domains: Vec<_> = self
            .scorer
            .domains
            .iter()
            .zip(&self.sums.domains)
            .filter(|(_, sums)| sums.insufficient_coverage)
            .map(|(domain, _)| domain.code.clone())
            .collect();
        let standing = met_if(domains.is_empty());
        (RungCondition::Coverage { domains }, standing)
    }

    fn codes(&self, holds: impl Fn(usize, &CriterionScore) -> bool) -> Vec<CriterionCode> {
        let scores = self.criteria.iter().enumerate();
        scores
            .filter(|(position, score)| holds(*position, score))
            .map(|(_, score)| score.code.clone())
            .collect()
    }
}
