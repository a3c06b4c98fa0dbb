//! What the rung asks and what work on each criterion can give, in whole numbers.

use jiff::Span;
use jiff::civil::Date;

use super::solve::{Item, Problem};
use super::{Need, Obstacle, Wishes};
use crate::check::{CheckKinds, Status};
use crate::code::DomainCode;
use crate::framework::{Criterion, EvidenceClass, Framework, Sublevel};
use crate::level::Level;
use crate::scoring::exact::{least_common_multiple, reduced};
use crate::scoring::{CriterionScore, EvidenceState, Input, Score, expiry};

/// The conditions of a rung and of all below it, taken together (`scoring.md` section 9). What is not asked is 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) overall: u8,
    pub(super) domain: u8,
    pub(super) confidence: u8,
    pub(super) completeness: u8,
    pub(super) signature: bool,
}

/// An applicable criterion: where it stands and how far work can bring it.
pub(super) struct Candidate<'a> {
    pub(super) criterion: &'a Criterion,
    pub(super) score: &'a CriterionScore,
    pub(super) domain: usize,
    pub(super) weight: i128,
    /// The highest class of evidence that work can bring.
    pub(super) best_class: usize,
    /// The highest level that this class lets count.
    pub(super) best_level: Level,
    /// The least level that the gates ask.
    pub(super) gate: Level,
    /// Why the rung cannot do without work on it.
    pub(super) need: Option<Need>,
    /// The rung asks for younger evidence than there is.
    pub(super) evidence_too_old: bool,
    pub(super) wish: Wish,
}

/// What people want of a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    None,
    Pinned,
    Excluded,
}

/// What a criterion counts for in the sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) level: Level,
    /// Percent.
    pub(super) confidence: u8,
    pub(super) answered: bool,
}

/// The sums that thresholds are held against, each over its own denominator.
#[derive(Debug, Clone)]
pub(super) struct Sums {
    /// By domain: `sum(w * L)`.
    pub(super) domains: Vec<i128>,
    /// `sum(share * w * L)`.
    pub(super) overall: i128,
    /// `sum(w * confidence)`.
    pub(super) confidence: i128,
    /// `sum(w)` of what is answered.
    pub(super) answered: i128,
}

pub(super) struct Model<'a> {
    pub(super) framework: &'a Framework,
    pub(super) kinds: &'a CheckKinds,
    pub(super) asked: Asked,
    pub(super) candidates: Vec<Candidate<'a>>,
    uncovered: Vec<DomainCode>,
    /// By domain: `sum(w)` over what applies; 0 for an empty one.
    weights: Vec<i128>,
    /// By domain: what `w * L` weighs in the overall sum.
    shares: Vec<i128>,
    /// The overall sum over this is the overall score.
    overall_denominator: i128,
    total_weight: i128,
}

impl<'a> Model<'a> {
    /// `top` is the position of the rung aimed at; something must be applicable.
    pub(super) fn new(
        framework: &'a Framework,
        kinds: &'a CheckKinds,
        input: &Input,
        score: &'a Score,
        wishes: &Wishes,
        top: usize,
    ) -> Self {
        let rungs = &framework.sublevels[..=top];
        let greatest = |value: fn(&Sublevel) -> Option<u8>| rungs.iter().filter_map(value).max().unwrap_or(0);
        let asked = Asked {
            overall: greatest(|rung| rung.min_overall),
            domain: greatest(|rung| rung.min_domain),
            confidence: greatest(|rung| rung.min_confidence),
            completeness: greatest(|rung| rung.min_completeness),
            signature: rungs.iter().any(|rung| rung.independent_assessor),
        };
        let positions = framework.domains.iter().enumerate();
        let criteria = positions
            .flat_map(|(domain, content)| content.criteria.iter().map(move |criterion| (domain, criterion)));
        let candidates: Vec<Candidate<'a>> = criteria
            .zip(&score.criteria)
            .filter(|(_, score)| score.is_applicable())
            .map(|((domain, criterion), score)| {
                Candidate::new(framework, kinds, rungs, input, wishes, domain, criterion, score)
            })
            .collect();
        let mut weights = vec![0; framework.domains.len()];
        for candidate in &candidates {
            weights[candidate.domain] += candidate.weight;
        }
        let filled = || weights.iter().copied().filter(|weight| *weight > 0);
        let common = filled().fold(1, |common, weight| {
            least_common_multiple(common, weight)
                .expect("the scorer refuses frameworks whose denominators could overflow")
        });
        let of_domains = || framework.domains.iter().zip(&weights).filter(|(_, weight)| **weight > 0);
        let domain_weights: i128 = of_domains().map(|(domain, _)| i128::from(domain.weight)).sum();
        let shares = framework.domains.iter().zip(&weights).map(|(domain, weight)| {
            25 * i128::from(domain.weight) * common.checked_div(*weight).unwrap_or(0)
        });
        let uncovered = score.domains.iter().filter(|domain| top > 0 && domain.insufficient_coverage);
        Self {
            framework,
            kinds,
            asked,
            uncovered: uncovered.map(|domain| domain.code.clone()).collect(),
            shares: shares.collect(),
            overall_denominator: domain_weights * common,
            total_weight: weights.iter().sum(),
            weights,
            candidates,
        }
    }

    pub(super) fn class(&self, class: usize) -> &EvidenceClass {
        &self.framework.evidence_classes[class]
    }

    /// What a level more of a criterion adds to the overall score, in points.
    pub(super) fn points_per_level(&self, candidate: &Candidate) -> crate::scoring::Exact {
        reduced(self.shares[candidate.domain] * candidate.weight, self.overall_denominator)
    }

    /// Where a criterion stands that nobody works on. An open question that may be answered counts as answered at 0: that
    /// costs nothing.
    pub(super) fn untouched(&self, candidate: &Candidate) -> Standing {
        let open = candidate.score.claimed().is_none();
        Standing {
            level: candidate.score.effective,
            confidence: if open && candidate.wish != Wish::Excluded {
                self.class(candidate.score.evidence_class).confidence
            } else {
                candidate.score.confidence
            },
            answered: !open || candidate.wish != Wish::Excluded,
        }
    }

    /// Where it stands at best.
    pub(super) fn best(&self, candidate: &Candidate) -> Standing {
        Standing {
            level: candidate.best_level,
            confidence: self.class(candidate.best_class).confidence,
            answered: true,
        }
    }

    /// Whether work on it can change anything.
    fn can_gain(&self, candidate: &Candidate) -> bool {
        candidate.need.is_some() || self.best(candidate) != self.untouched(candidate)
    }

    pub(super) fn sums(&self, standing: impl Fn(usize) -> Standing) -> Sums {
        let mut sums = Sums { domains: vec![0; self.weights.len()], overall: 0, confidence: 0, answered: 0 };
        for (position, candidate) in self.candidates.iter().enumerate() {
            let standing = standing(position);
            let points = candidate.weight * i128::from(standing.level.get());
            sums.domains[candidate.domain] += points;
            sums.overall += self.shares[candidate.domain] * points;
            sums.confidence += candidate.weight * i128::from(standing.confidence);
            sums.answered += if standing.answered { candidate.weight } else { 0 };
        }
        sums
    }

    /// What is missing to a domain's threshold, in `w * L`; at most 0 when it is met.
    fn domain_short(&self, domain: usize, sums: &Sums) -> i128 {
        // 25 * points / weight >= least, in whole points.
        let least = (i128::from(self.asked.domain) * self.weights[domain] + 24) / 25;
        least - sums.domains[domain]
    }

    fn overall_short(&self, sums: &Sums) -> i128 {
        i128::from(self.asked.overall) * self.overall_denominator - sums.overall
    }

    fn confidence_short(&self, sums: &Sums) -> i128 {
        i128::from(self.asked.confidence) * self.total_weight - sums.confidence
    }

    fn completeness_short(&self, sums: &Sums) -> i128 {
        i128::from(self.asked.completeness) * self.total_weight - 100 * sums.answered
    }

    /// Whether every threshold is met. Gates are not looked at.
    pub(super) fn holds(&self, sums: &Sums) -> bool {
        self.overall_short(sums) <= 0
            && self.confidence_short(sums) <= 0
            && self.completeness_short(sums) <= 0
            && (0..self.weights.len()).all(|domain| self.domain_short(domain, sums) <= 0)
    }

    /// All that keeps the rung out of reach when everything that may be worked on is at its best.
    pub(super) fn obstacles(&self) -> Vec<Obstacle> {
        let mut obstacles = Vec::new();
        for candidate in &self.candidates {
            let criterion = candidate.criterion.code.clone();
            match candidate.need {
                Some(need) if candidate.wish == Wish::Excluded => {
                    obstacles.push(Obstacle::Excluded { criterion, need });
                }
                _ if candidate.best_level < candidate.gate => {
                    let (least, most) = (candidate.gate, candidate.best_level);
                    obstacles.push(Obstacle::Gate { criterion, least, most });
                }
                _ => {}
            }
        }
        if !self.uncovered.is_empty() {
            obstacles.push(Obstacle::Coverage { domains: self.uncovered.clone() });
        }
        let best = self.sums(|position| match &self.candidates[position] {
            excluded if excluded.wish == Wish::Excluded => self.untouched(excluded),
            free => self.best(free),
        });
        for (position, domain) in self.framework.domains.iter().enumerate() {
            if self.weights[position] > 0 && self.domain_short(position, &best) > 0 {
                let most = reduced(25 * best.domains[position], self.weights[position]);
                obstacles.push(Obstacle::Domain {
                    code: domain.code.clone(),
                    least: self.asked.domain,
                    most,
                });
            }
        }
        if self.overall_short(&best) > 0 {
            let most = reduced(best.overall, self.overall_denominator);
            obstacles.push(Obstacle::Overall { least: self.asked.overall, most });
        }
        if self.confidence_short(&best) > 0 {
            let most = reduced(best.confidence, self.total_weight);
            obstacles.push(Obstacle::Confidence { least: self.asked.confidence, most });
        }
        if self.completeness_short(&best) > 0 {
            let most = reduced(100 * best.answered, self.total_weight);
            obstacles.push(Obstacle::Completeness { least: self.asked.completeness, most });
        }
        obstacles
    }

    /// The choice that is left: which of the criteria that the rung can do without are worked on all the same. Item
    /// numbers are positions of candidates.
    pub(super) fn problem(&self) -> Problem {
        let forced = |candidate: &Candidate| {
            candidate.need.is_some() || (candidate.wish == Wish::Pinned && self.can_gain(candidate))
        };
        let start = self.sums(|position| match &self.candidates[position] {
            candidate if forced(candidate) => self.best(candidate),
            candidate => self.untouched(candidate),
        });
        let mut problem = Problem {
            groups: vec![Vec::new(); self.weights.len()],
            short: (0..self.weights.len()).map(|domain| self.domain_short(domain, &start)).collect(),
            shares: self.shares.clone(),
            overall: self.overall_short(&start),
            confidence: self.confidence_short(&start),
            forced: Vec::new(),
        };
        for (position, candidate) in self.candidates.iter().enumerate() {
            if forced(candidate) {
                problem.forced.push(position);
            } else if candidate.wish == Wish::None && self.can_gain(candidate) {
                let (before, after) = (self.untouched(candidate), self.best(candidate));
                problem.groups[candidate.domain].push(Item {
                    number: position,
                    effort: u32::from(candidate.criterion.effort.points()),
                    points: candidate.weight * i128::from(after.level.get() - before.level.get()),
                    confidence: candidate.weight
                        * (i128::from(after.confidence) - i128::from(before.confidence)),
                });
            }
        }
        problem
    }
}

impl<'a> Candidate<'a> {
    #[allow(clippy::too_many_arguments, reason = "the parts of one input, read once")]
    fn new(
        framework: &'a Framework,
        kinds: &CheckKinds,
        rungs: &[Sublevel],
        input: &Input,
        wishes: &Wishes,
        domain: usize,
        criterion: &'a Criterion,
        score: &'a CriterionScore,
    ) -> Self {
        let verifies = |kind| kinds.get(kind).is_some_and(|kind| kind.verifies);
        let best_class = if criterion.bindings.iter().any(|binding| verifies(&binding.kind)) { 3 } else { 2 };
        let gates: Vec<_> = criterion
            .gates
            .iter()
            .filter_map(|gate| {
                let rung = rungs.iter().find(|rung| rung.code == gate.rung)?;
                Some((gate.least, rung.gate_evidence_max_age_days))
            })
            .collect();
        let gate = gates.iter().map(|(least, _)| *least).max().unwrap_or(Level::LEAST);
        let contradictions = rungs.iter().filter_map(|rung| rung.no_open_contradiction_on_weight).min();
        let contradicted =
            score.contradicted && contradictions.is_some_and(|least| criterion.weight >= least);
        let youngest = gates.iter().filter_map(|(_, days)| *days).min();
        let evidence_too_old = youngest.is_some_and(|days| {
            let oldest = Span::new().try_days(days).and_then(|days| input.as_of.checked_sub(days));
            let oldest = oldest.unwrap_or(Date::MIN);
            latest_evidence(input, criterion).is_none_or(|latest| latest < oldest)
        });
        let need = if score.effective < gate {
            Some(Need::Gate(gate))
        } else if contradicted {
            Some(Need::Contradiction)
        } else {
            evidence_too_old.then_some(Need::Evidence)
        };
        let wish = if wishes.excluded.contains(&criterion.code) {
            Wish::Excluded
        } else if wishes.pinned.contains(&criterion.code) {
            Wish::Pinned
        } else {
            Wish::None
        };
        Self {
            criterion,
            score,
            domain,
            weight: i128::from(criterion.weight.get()),
            best_class,
            best_level: framework.evidence_classes[best_class].level_cap,
            gate,
            need,
            evidence_too_old,
            wish,
        }
    }

    /// The bound checks in one of these states that bear on a claim.
    pub(super) fn bearing(&self, claim: Level, states: &[Status]) -> Vec<crate::code::BindingId> {
        let bindings = self.criterion.bindings.iter().zip(&self.score.bindings);
        bindings
            .filter(|(binding, score)| binding.fail_cap < claim && states.contains(&score.state))
            .map(|(binding, _)| binding.id.clone())
            .collect()
    }
}

/// The date of the youngest valid item on a criterion (section 5).
fn latest_evidence(input: &Input, criterion: &Criterion) -> Option<Date> {
    let items = input.evidence.iter().filter(|item| item.criterion == criterion.code);
    let valid = items.filter(|item| item.state != EvidenceState::Rejected);
    let valid = valid.filter(|item| item.dated <= input.as_of && input.as_of <= expiry(item));
    valid.map(|item| item.dated).max()
}
