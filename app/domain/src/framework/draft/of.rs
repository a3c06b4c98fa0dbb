//! From a framework to a draft of the next one.

use super::{Binding, Class, Criterion, Domain, Draft, Figure, Floor, Gate, Profile, Rung};
use crate::framework as source;
use crate::level::{Level, Weight};

fn level(level: Level) -> Figure {
    Figure::from(i64::from(level))
}

fn texts<T: ToString>(codes: &[T]) -> Vec<String> {
    codes.iter().map(ToString::to_string).collect()
}

impl From<&source::Framework> for Draft {
    fn from(framework: &source::Framework) -> Self {
        Self {
            code: framework.code.to_string(),
            version: framework.version.clone(),
            title: framework.title.clone(),
            description: framework.description.clone(),
            levels: framework.levels.to_vec(),
            disclaimer: framework.disclaimer.clone(),
            profiles: framework.profiles.iter().map(Into::into).collect(),
            evidence_classes: framework.evidence_classes.iter().map(Into::into).collect(),
            floor: Floor { code: framework.floor.code.to_string(), name: framework.floor.name.clone() },
            sublevels: framework.sublevels.iter().map(Into::into).collect(),
            domains: framework.domains.iter().map(Into::into).collect(),
        }
    }
}

impl From<&source::Profile> for Profile {
    fn from(profile: &source::Profile) -> Self {
        Self { code: profile.code.to_string(), name: profile.name.clone() }
    }
}

impl From<&source::EvidenceClass> for Class {
    fn from(class: &source::EvidenceClass) -> Self {
        Self {
            code: class.code.clone(),
            name: class.name.clone(),
            meaning: class.meaning.clone(),
            level_cap: level(class.level_cap),
            confidence: Figure::from(i64::from(class.confidence)),
        }
    }
}

impl From<&source::Sublevel> for Rung {
    fn from(rung: &source::Sublevel) -> Self {
        Self {
            code: rung.code.to_string(),
            name: rung.name.clone(),
            badge: rung.badge.clone(),
            min_overall: rung.min_overall.into(),
            min_domain: rung.min_domain.into(),
            min_confidence: rung.min_confidence.into(),
            min_completeness: rung.min_completeness.into(),
            no_open_contradiction_on_weight: rung.no_open_contradiction_on_weight.into(),
            independent_assessor: rung.independent_assessor,
            gate_evidence_max_age_days: rung.gate_evidence_max_age_days.into(),
        }
    }
}

impl From<&source::Domain> for Domain {
    fn from(domain: &source::Domain) -> Self {
        Self {
            code: domain.code.to_string(),
            title: domain.title.clone(),
            weight: Figure::from(i64::from(domain.weight)),
            purpose: domain.purpose.clone(),
            criteria: domain.criteria.iter().map(Into::into).collect(),
        }
    }
}

impl From<&source::Criterion> for Criterion {
    fn from(criterion: &source::Criterion) -> Self {
        let gate = |gate: &source::Gate| Gate { rung: gate.rung.to_string(), least: level(gate.least) };
        let weight: Weight = criterion.weight;
        Self {
            code: criterion.code.to_string(),
            title: criterion.title.clone(),
            weight: Figure::from(i64::from(weight)),
            profiles: texts(&criterion.profiles),
            question: criterion.question.clone(),
            anchors: criterion.anchors.to_vec(),
            gates: criterion.gates.iter().map(gate).collect(),
            evidence: criterion.evidence.clone(),
            citations: texts(&criterion.citations),
            remediation: criterion.remediation.clone(),
            effort: format!("{:?}", criterion.effort),
            bindings: criterion.bindings.iter().map(Into::into).collect(),
        }
    }
}

impl From<&source::Binding> for Binding {
    fn from(binding: &source::Binding) -> Self {
        Self {
            id: binding.id.to_string(),
            kind: binding.kind.to_string(),
            passes_when: binding.passes_when.clone(),
            expect: binding.expect.iter().map(|condition| condition.text.clone()).collect(),
            fail_cap: level(binding.fail_cap),
        }
    }
}
