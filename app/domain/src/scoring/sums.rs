//! Domain scores, overall, claimed, gap, confidence, completeness (sections 3, 4 and 8).
//!
//! Sums are kept as whole numbers over one denominator, the least common multiple of the domains' weight sums, and
//! reduced once for each result.

use super::exact::{self, Exact, reduced};
use super::scorer::PreparedDomain;
use super::{CriterionScore, DomainScore, Scorer, Standing, Totals};
use crate::code::RungCode;

/// Sums over the criteria of each domain.
pub(super) struct Sums {
    pub(super) domains: Vec<DomainSums>,
}

/// Sums over one domain.
pub(super) struct DomainSums {
    /// W.
    pub(super) domain_weight: i128,
    /// Sum of w over the applicable criteria; 0 for an empty domain.
    pub(super) weight: i128,
    /// Sum of w times effective level.
    effective: i128,
    /// Sum of w times claimed level.
    claimed: i128,
    confidence: i128,
    answered_weight: i128,
    applicable: usize,
    answered: usize,
    pub(super) insufficient_coverage: bool,
    /// `None` for an empty domain.
    pub(super) score: Option<Exact>,
}

/// Sums over all domains; exists when at least one criterion applies.
pub(super) struct Rated {
    /// Least common multiple of the weight sums of the domains that are not empty.
    pub(super) common: i128,
    /// Sum of W over the domains that are not empty.
    pub(super) domain_weights: i128,
    claimed: Exact,
    pub(super) overall: Exact,
    gap: Exact,
    pub(super) confidence: Exact,
    pub(super) completeness: Exact,
}

pub(super) fn add_up(scorer: &Scorer, criteria: &[CriterionScore]) -> Sums {
    Sums { domains: scorer.domains.iter().map(|domain| add_up_domain(scorer, domain, criteria)).collect() }
}

fn add_up_domain(scorer: &Scorer, domain: &PreparedDomain, criteria: &[CriterionScore]) -> DomainSums {
    let [mut weight, mut not_applicable, mut effective, mut claimed] = [0_u64; 4];
    let [mut confidence, mut answered_weight] = [0_u64; 2];
    let [mut applicable, mut answered] = [0_usize; 2];
    for (criterion, score) in
        scorer.criteria[domain.criteria.clone()].iter().zip(&criteria[domain.criteria.clone()])
    {
        let w = u64::from(criterion.weight);
        match score.standing {
            Standing::OutOfProfile => continue,
            Standing::ApprovedNotApplicable => {
                not_applicable += w;
                continue;
            }
            Standing::PendingNotApplicable | Standing::Unanswered => {}
            Standing::Answered(level) => {
                claimed += w * u64::from(level.get());
                effective += w * u64::from(score.effective.get());
                confidence += w * u64::from(score.confidence);
                answered_weight += w;
                answered += 1;
            }
        }
        weight += w;
        applicable += 1;
    }
    let (weight_sum, effective) = (i128::from(weight), i128::from(effective));
    DomainSums {
        domain_weight: domain.weight,
        weight: weight_sum,
        effective,
        claimed: i128::from(claimed),
        confidence: i128::from(confidence),
        answered_weight: i128::from(answered_weight),
        applicable,
        answered,
        insufficient_coverage: 5 * not_applicable > weight + not_applicable,
        score: (weight > 0).then(|| reduced(25 * effective, weight_sum)),
    }
}

impl Sums {
    fn rated_domains(&self) -> impl Iterator<Item = &DomainSums> {
        self.domains.iter().filter(|domain| domain.weight > 0)
    }

    /// The results over all domains; `None` when all are empty.
    pub(super) fn rated(&self) -> Option<Rated> {
        self.rated_domains().next()?;
        let common = self.rated_domains().fold(1, |common, domain| {
            exact::least_common_multiple(common, domain.weight)
                .expect("Scorer::new refuses frameworks whose denominators could overflow")
        });
        let [mut overall, mut claimed, mut domain_weights, mut weights] = [0_i128; 4];
        let [mut confidence, mut answered] = [0_i128; 2];
        for domain in self.rated_domains() {
            let share = 25 * domain.domain_weight * (common / domain.weight);
            overall += share * domain.effective;
            claimed += share * domain.claimed;
            domain_weights += domain.domain_weight;
            weights += domain.weight;
            confidence += domain.confidence;
            answered += domain.answered_weight;
        }
        let denominator = domain_weights * common;
        Some(Rated {
            common,
            domain_weights,
            claimed: reduced(claimed, denominator),
            overall: reduced(overall, denominator),
            gap: reduced(claimed - overall, denominator),
            confidence: reduced(confidence, weights),
            completeness: reduced(100 * answered, weights),
        })
    }

    pub(super) fn into_domains(self, scorer: &Scorer) -> Vec<DomainScore> {
        let score = |(domain, sums): (&PreparedDomain, DomainSums)| DomainScore {
            code: domain.code.clone(),
            score: sums.score,
            claimed: (sums.weight > 0).then(|| reduced(25 * sums.claimed, sums.weight)),
            applicable: sums.applicable,
            answered: sums.answered,
            insufficient_coverage: sums.insufficient_coverage,
        };
        scorer.domains.iter().zip(self.domains).map(score).collect()
    }
}

impl Rated {
    pub(super) fn totals(self, rung: RungCode, next: Option<RungCode>) -> Totals {
        Totals {
            claimed: self.claimed,
            overall: self.overall,
            assurance_gap: self.gap,
            confidence: self.confidence,
            completeness: self.completeness,
            rung,
            next,
        }
    }
}
