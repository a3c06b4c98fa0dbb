//! Findings (section 10), ordered by kind, then code, in byte order.

use super::facts::Facts;
use super::sums::Sums;
use super::{CriterionScore, Finding, FindingKind, FindingSeverity, Input, Scorer};
use crate::check::Status;
use crate::code::BindingId;
use crate::level::Level;

/// Raises all findings; `next` is the position of the rung after the one reached.
pub(super) fn raise(
    scorer: &Scorer,
    input: &Input,
    facts: &Facts,
    criteria: &[CriterionScore],
    sums: &Sums,
    next: Option<usize>,
) -> Vec<Finding> {
    let raiser = Raiser { scorer, input, facts, criteria, next };
    // More than one for each criterion is rare.
    let mut findings = Vec::with_capacity(criteria.len());
    raiser.raise_each(&mut findings, FindingKind::Contradiction, Raiser::contradiction);
    for position in &scorer.domains_by_code {
        if sums.domains[*position].insufficient_coverage {
            findings.push(Finding {
                kind: FindingKind::Coverage,
                subject: (&scorer.domains[*position].code).into(),
                severity: FindingSeverity::High,
                bindings: Vec::new(),
            });
        }
    }
    raiser.raise_each(&mut findings, FindingKind::Gap, Raiser::gap);
    raiser.raise_each(&mut findings, FindingKind::Gate, Raiser::gate);
    raiser.raise_each(&mut findings, FindingKind::Stale, Raiser::stale);
    raiser.raise_each(&mut findings, FindingKind::Unanswered, |_, _, score| {
        score.claimed().is_none().then_some(FindingSeverity::Medium)
    });
    raiser.raise_each(&mut findings, FindingKind::Unsupported, Raiser::unsupported);
    findings
}

struct Raiser<'a> {
    scorer: &'a Scorer,
    input: &'a Input,
    facts: &'a Facts,
    criteria: &'a [CriterionScore],
    next: Option<usize>,
}

impl Raiser<'_> {
    /// Asks `severity` of every applicable criterion, in byte order of the codes.
    fn raise_each(
        &self,
        findings: &mut Vec<Finding>,
        kind: FindingKind,
        severity: impl Fn(&Self, usize, &CriterionScore) -> Option<FindingSeverity>,
    ) {
        for position in &self.scorer.criteria_by_code {
            let score = &self.criteria[*position];
            if !score.is_applicable() {
                continue;
            }
            if let Some(severity) = severity(self, *position, score) {
                let subject = (&score.code).into();
                findings.push(Finding { kind, subject, severity, bindings: self.bindings(kind, *position) });
            }
        }
    }

    fn contradiction(&self, position: usize, score: &CriterionScore) -> Option<FindingSeverity> {
        let critical = self.scorer.criteria[position].weight == 3;
        let severity = if critical { FindingSeverity::Critical } else { FindingSeverity::High };
        score.contradicted.then_some(severity)
    }

    /// The gate for the next rung that the criterion misses.
    fn missed_gate(&self, position: usize, score: &CriterionScore) -> Option<Level> {
        let gate = self.next.and_then(|rung| self.scorer.criteria[position].gates[rung]);
        gate.filter(|least| score.effective < *least)
    }

    fn gate(&self, position: usize, score: &CriterionScore) -> Option<FindingSeverity> {
        self.missed_gate(position, score).map(|_| FindingSeverity::High)
    }

    fn unsupported(&self, position: usize, score: &CriterionScore) -> Option<FindingSeverity> {
        let level = score.claimed()?;
        let only_proof_is_missing = self.missed_gate(position, score).is_some_and(|least| level >= least);
        let severity = if only_proof_is_missing { FindingSeverity::High } else { FindingSeverity::Medium };
        (level > self.scorer.classes[score.evidence_class].level_cap).then_some(severity)
    }

    fn stale(&self, position: usize, score: &CriterionScore) -> Option<FindingSeverity> {
        score.claimed().filter(|level| *level > Level::LEAST)?;
        let evidence = &self.facts.evidence[position];
        if evidence.any && evidence.latest.is_none() && evidence.expired {
            Some(FindingSeverity::Medium)
        } else {
            self.facts.stale_check[position].then_some(FindingSeverity::Low)
        }
    }

    fn gap(&self, position: usize, score: &CriterionScore) -> Option<FindingSeverity> {
        score.claimed()?;
        let (effective, target) = (score.effective.get(), self.input.target_of(&score.code).get());
        if effective >= target || self.missed_gate(position, score).is_some() {
            return None;
        }
        let wide = self.scorer.criteria[position].weight == 3 || target - effective >= 2;
        Some(if wide { FindingSeverity::Medium } else { FindingSeverity::Low })
    }

    /// The bindings that a finding is about.
    fn bindings(&self, kind: FindingKind, position: usize) -> Vec<BindingId> {
        let bindings = self.criteria[position].bindings.iter();
        match kind {
            FindingKind::Contradiction => bindings
                .filter(|binding| binding.bears && binding.state == Status::Fail)
                .map(|binding| binding.id.clone())
                .collect(),
            FindingKind::Stale => {
                let first = self.scorer.criteria[position].bindings.start;
                bindings
                    .enumerate()
                    .filter(|(offset, _)| self.facts.stale_bindings[first + offset])
                    .map(|(_, binding)| binding.id.clone())
                    .collect()
            }
            _ => Vec::new(),
        }
    }
}
