//! The sums of section 8, term by term.

use num_rational::Ratio;

use crate::code::{CriterionCode, DomainCode};
use crate::framework::{Domain, Framework};
use crate::level::{Level, Weight};
use crate::scoring::{Exact, Score, display};

/// `D = 25 * sum(w * L_eff) / sum(w)`, over the applicable criteria of a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainSum {
    pub code: DomainCode,
    /// In file order.
    pub terms: Vec<DomainTerm>,
    /// `sum(w)`.
    pub weight: u32,
    /// `sum(w * L_eff)`.
    pub points: u32,
    /// `None` for an empty domain.
    pub score: Option<Exact>,
}

/// One applicable criterion of a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainTerm {
    pub criterion: CriterionCode,
    pub weight: Weight,
    /// `None` when unanswered.
    pub claimed: Option<Level>,
    pub effective: Level,
    /// `w * L_eff`.
    pub points: u32,
}

/// `sum(W * D) / sum(W)`, over the domains that are not empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverallSum {
    /// In file order.
    pub terms: Vec<OverallTerm>,
    /// `sum(W)`.
    pub weight: u32,
    /// `None` when the assessment is unrated.
    pub score: Option<Exact>,
}

/// One domain that is not empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverallTerm {
    pub domain: DomainCode,
    pub weight: u8,
    pub score: Exact,
    /// `W * D / sum(W)`: its part of the overall score.
    pub share: Exact,
}

/// The sum behind the score of a domain.
pub fn domain(domain: &Domain, score: &Score) -> DomainSum {
    let scored = |code: &CriterionCode| score.criteria.iter().find(|score| score.code == *code);
    let terms: Vec<DomainTerm> = domain
        .criteria
        .iter()
        .filter_map(|criterion| Some((criterion, scored(&criterion.code)?)))
        .filter(|(_, score)| score.is_applicable())
        .map(|(criterion, score)| DomainTerm {
            criterion: criterion.code.clone(),
            weight: criterion.weight,
            claimed: score.claimed(),
            effective: score.effective,
            points: u32::from(criterion.weight.get()) * u32::from(score.effective.get()),
        })
        .collect();
    DomainSum {
        code: domain.code.clone(),
        weight: terms.iter().map(|term| u32::from(term.weight.get())).sum(),
        points: terms.iter().map(|term| term.points).sum(),
        score: score.domains.iter().find(|score| score.code == domain.code).and_then(|domain| domain.score),
        terms,
    }
}

/// The sum behind the overall score.
pub fn overall(framework: &Framework, score: &Score) -> OverallSum {
    let scored = |code: &DomainCode| {
        score.domains.iter().find(|score| score.code == *code).and_then(|domain| domain.score)
    };
    let rated: Vec<(&Domain, Exact)> =
        framework.domains.iter().filter_map(|domain| Some((domain, scored(&domain.code)?))).collect();
    let weight: u32 = rated.iter().map(|(domain, _)| u32::from(domain.weight)).sum();
    let terms = rated
        .into_iter()
        .map(|(domain, score)| OverallTerm {
            domain: domain.code.clone(),
            weight: domain.weight,
            score,
            share: score * Ratio::new(i128::from(domain.weight), i128::from(weight)),
        })
        .collect();
    OverallSum { terms, weight, score: score.totals.as_ref().map(|totals| totals.overall) }
}

impl DomainSum {
    /// The sum as sentences, one for each criterion and one for the result.
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.terms.iter().map(DomainTerm::line).collect();
        lines.push(match &self.score {
            Some(score) => {
                format!("{}: 25 × {} ÷ {} = {}", self.code, self.points, self.weight, display(score))
            }
            None => format!("{}: no criterion applies, so the domain has no score.", self.code),
        });
        lines
    }
}

impl DomainTerm {
    fn line(&self) -> String {
        let (weight, level) = (self.weight.get(), self.effective.get());
        format!("{}: weight {weight} × level {level} = {}", self.criterion, self.points)
    }
}

impl OverallSum {
    /// The sum as sentences, one for each domain and one for the result.
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.terms.iter().map(|term| term.line(self.weight)).collect();
        lines.push(match &self.score {
            Some(score) => format!("Overall: {}", display(score)),
            None => "Overall: no criterion applies, so the assessment is unrated.".to_owned(),
        });
        lines
    }
}

impl OverallTerm {
    fn line(&self, sum: u32) -> String {
        let (score, share) = (display(&self.score), display(&self.share));
        format!("{}: weight {} of {sum} × {score} = {share}", self.domain, self.weight)
    }
}
