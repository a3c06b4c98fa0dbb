//! A framework prepared for scoring: everything by position, nothing looked up by text more than once.

use std::ops::Range;

use thiserror::Error;

use super::facts::Facts;
use super::positions::{Finder, Positions};
use super::{Input, Score, criteria, exact, findings, ladder, priorities, sums};
use crate::check::CheckKinds;
use crate::code::{BindingId, CriterionCode, DomainCode, KindCode, ProfileCode, RungCode};
use crate::framework::{Binding, Criterion, Framework, MOST_PROFILES, Sublevel};
use crate::level::Level;

/// A framework that cannot be scored. [`Framework::read`] refuses such content.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ScorerError {
    #[error("binding {binding} names the check kind {kind}, which does not exist")]
    UnknownKind { binding: BindingId, kind: KindCode },
    #[error("domain {0} has no weight")]
    Weightless(DomainCode),
    #[error("the framework is too large to be scored exactly")]
    TooLarge,
}

/// A framework and its check kinds, prepared for scoring.
#[derive(Debug, Clone)]
pub struct Scorer {
    profiles: Vec<ProfileCode>,
    pub(super) classes: [PreparedClass; 4],
    pub(super) floor: RungCode,
    pub(super) rungs: Vec<PreparedRung>,
    pub(super) domains: Vec<PreparedDomain>,
    /// Positions of the domains in byte order of their codes.
    pub(super) domains_by_code: Vec<usize>,
    pub(super) criteria: Vec<PreparedCriterion>,
    /// Positions of the criteria in byte order of their codes.
    pub(super) criteria_by_code: Vec<usize>,
    pub(super) bindings: Vec<PreparedBinding>,
    criterion_positions: Positions<CriterionCode>,
    binding_positions: Positions<BindingId>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct PreparedClass {
    pub(super) level_cap: Level,
    pub(super) confidence: u8,
}

#[derive(Debug, Clone)]
pub(super) struct PreparedRung {
    pub(super) conditions: Sublevel,
    /// Position of a criterion and its gate, in file order.
    pub(super) gates: Vec<(usize, Level)>,
}

#[derive(Debug, Clone)]
pub(super) struct PreparedDomain {
    pub(super) code: DomainCode,
    pub(super) weight: i128,
    pub(super) criteria: Range<usize>,
}

#[derive(Debug, Clone)]
pub(super) struct PreparedCriterion {
    pub(super) code: CriterionCode,
    pub(super) domain: usize,
    pub(super) weight: u8,
    /// One bit for each profile of the framework.
    profiles: u64,
    pub(super) effort: u8,
    /// By position of the rung.
    pub(super) gates: Box<[Option<Level>]>,
    pub(super) bindings: Range<usize>,
}

#[derive(Debug, Clone)]
pub(super) struct PreparedBinding {
    pub(super) id: BindingId,
    pub(super) criterion: usize,
    pub(super) fail_cap: Level,
    pub(super) freshness: u32,
    pub(super) fail_after: u32,
    pub(super) verifies: bool,
}

impl Scorer {
    /// Prepares a framework.
    pub fn new(framework: &Framework, kinds: &CheckKinds) -> Result<Self, ScorerError> {
        let fits = exact::fits(framework.domains.iter().map(crate::framework::Domain::most_weight));
        if !fits || framework.profiles.len() > MOST_PROFILES {
            return Err(ScorerError::TooLarge);
        }
        let mut scorer = Self {
            profiles: framework.profiles.iter().map(|profile| profile.code.clone()).collect(),
            classes: framework
                .evidence_classes
                .each_ref()
                .map(|class| PreparedClass { level_cap: class.level_cap, confidence: class.confidence }),
            floor: framework.floor.code.clone(),
            rungs: framework
                .sublevels
                .iter()
                .map(|sublevel| PreparedRung { conditions: sublevel.clone(), gates: Vec::new() })
                .collect(),
            domains: Vec::with_capacity(framework.domains.len()),
            domains_by_code: Vec::new(),
            criteria: Vec::new(),
            criteria_by_code: Vec::new(),
            bindings: Vec::new(),
            criterion_positions: Positions::default(),
            binding_positions: Positions::default(),
        };
        for (position, domain) in framework.domains.iter().enumerate() {
            if domain.weight == 0 {
                return Err(ScorerError::Weightless(domain.code.clone()));
            }
            let first = scorer.criteria.len();
            for criterion in &domain.criteria {
                scorer.add_criterion(position, criterion, kinds)?;
            }
            scorer.domains.push(PreparedDomain {
                code: domain.code.clone(),
                weight: i128::from(domain.weight),
                criteria: first..scorer.criteria.len(),
            });
        }
        scorer.criteria_by_code = in_order(&scorer.criteria, |criterion| criterion.code.as_str());
        scorer.domains_by_code = in_order(&scorer.domains, |domain| domain.code.as_str());
        Ok(scorer)
    }

    fn add_criterion(
        &mut self,
        domain: usize,
        criterion: &Criterion,
        kinds: &CheckKinds,
    ) -> Result<(), ScorerError> {
        let position = self.criteria.len();
        let first = self.bindings.len();
        for binding in &criterion.bindings {
            self.add_binding(position, binding, kinds)?;
        }
        let gate_of =
            |rung: &RungCode| criterion.gates.iter().find(|gate| gate.rung == *rung).map(|gate| gate.least);
        let gates: Box<[Option<Level>]> =
            self.rungs.iter().map(|rung| gate_of(&rung.conditions.code)).collect();
        for (rung, gate) in self.rungs.iter_mut().zip(&gates) {
            rung.gates.extend(gate.map(|least| (position, least)));
        }
        self.criterion_positions.push(criterion.code.clone());
        self.criteria.push(PreparedCriterion {
            code: criterion.code.clone(),
            domain,
            weight: criterion.weight.get(),
            profiles: self.profile_bits(&criterion.profiles),
            effort: criterion.effort.points(),
            gates,
            bindings: first..self.bindings.len(),
        });
        Ok(())
    }

    fn add_binding(
        &mut self,
        criterion: usize,
        binding: &Binding,
        kinds: &CheckKinds,
    ) -> Result<(), ScorerError> {
        let kind = kinds.get(&binding.kind).ok_or_else(|| ScorerError::UnknownKind {
            binding: binding.id.clone(),
            kind: binding.kind.clone(),
        })?;
        self.binding_positions.push(binding.id.clone());
        self.bindings.push(PreparedBinding {
            id: binding.id.clone(),
            criterion,
            fail_cap: binding.fail_cap,
            freshness: kind.freshness,
            fail_after: kind.fail_after,
            verifies: kind.verifies,
        });
        Ok(())
    }

    /// Scores one input, in the order of computation of section 14. Entries for criteria and bindings that the
    /// framework does not have are left out.
    pub fn score(&self, input: &Input) -> Score {
        let facts = Facts::gather(self, input);
        let (criteria, adjudications) = criteria::score(self, input, &facts);
        let sums = sums::add_up(self, &criteria);
        let rated = sums.rated();
        let (ladder, reached) = match &rated {
            Some(rated) => ladder::climb(self, input, &facts, &criteria, &sums, rated),
            None => (ladder::unrated(self), None),
        };
        let next = reached.map_or(0, |rung| rung + 1);
        let next = (rated.is_some() && next < self.rungs.len()).then_some(next);
        let findings = findings::raise(self, input, &facts, &criteria, &sums, next);
        let priorities = rated
            .as_ref()
            .map(|rated| priorities::rank(self, &criteria, &sums, rated, next))
            .unwrap_or_default();
        let rung = |position: usize| self.rungs[position].conditions.code.clone();
        let totals =
            rated.map(|rated| rated.totals(reached.map_or_else(|| self.floor.clone(), rung), next.map(rung)));
        Score {
            totals,
            domains: sums.into_domains(self),
            criteria,
            ladder,
            findings,
            adjudications,
            priorities,
        }
    }

    /// One bit for each of the given profiles that the framework knows.
    fn profile_bits(&self, profiles: &[ProfileCode]) -> u64 {
        self.profiles
            .iter()
            .enumerate()
            .filter(|(_, profile)| profiles.contains(profile))
            .fold(0, |bits, (position, _)| bits | 1 << position)
    }

    /// The profiles of an organization, to ask [`PreparedCriterion::in_profile`] with.
    pub(super) fn organization(&self, input: &Input) -> u64 {
        self.profile_bits(&input.profiles)
    }

    /// Finds criteria by their codes.
    pub(super) fn find_criteria(&self) -> Finder<'_, CriterionCode> {
        self.criterion_positions.finder()
    }

    /// Finds bindings by their ids.
    pub(super) fn find_bindings(&self) -> Finder<'_, BindingId> {
        self.binding_positions.finder()
    }
}

impl PreparedCriterion {
    /// Whether the criterion and the organization share a profile (section 3).
    pub(super) fn in_profile(&self, organization: u64) -> bool {
        self.profiles & organization != 0
    }
}

/// Positions in byte order of a code.
fn in_order<T>(items: &[T], code: impl Fn(&T) -> &str) -> Vec<usize> {
    let mut positions: Vec<usize> = (0..items.len()).collect();
    positions.sort_by_key(|position| code(&items[*position]).as_bytes());
    positions
}
