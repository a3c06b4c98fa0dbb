//! A framework as its author has it so far: nothing of it need be valid.
//!
//! It has a framework's shape and holds whatever was typed: a number may be a word, a list may be empty. Its file is
//! written in the layout of the built-in ones ([`Draft::write`]), read back equal ([`Draft::read`]), and checked by the one
//! reader of frameworks ([`Draft::check`]), whose problems come back with the part and the field that they concern. The
//! same document as JSON is what the API shows of a framework.

use serde::{Deserialize, Serialize};

mod figure;
mod of;
mod place;
mod read;
mod toml;

pub use figure::Figure;
pub use place::{Part, Problem, Spot};

use crate::document::ReadErrors;

/// What a new framework begins with: the least that is valid.
const BLANK: &str = include_str!("draft/blank.toml");

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Draft {
    pub code: String,
    pub version: String,
    pub title: String,
    pub description: String,
    /// Names of levels 0 to 4.
    pub levels: Vec<String>,
    pub disclaimer: String,
    pub profiles: Vec<Profile>,
    pub evidence_classes: Vec<Class>,
    pub floor: Floor,
    pub sublevels: Vec<Rung>,
    pub domains: Vec<Domain>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    pub code: String,
    pub name: String,
}

/// An evidence class.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Class {
    pub code: String,
    pub name: String,
    pub meaning: String,
    pub level_cap: Figure,
    pub confidence: Figure,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Floor {
    pub code: String,
    pub name: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rung {
    pub code: String,
    pub name: String,
    pub badge: String,
    pub min_overall: Figure,
    pub min_domain: Figure,
    pub min_confidence: Figure,
    pub min_completeness: Figure,
    pub no_open_contradiction_on_weight: Figure,
    pub independent_assessor: bool,
    pub gate_evidence_max_age_days: Figure,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Domain {
    pub code: String,
    pub title: String,
    pub weight: Figure,
    pub purpose: String,
    pub criteria: Vec<Criterion>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Criterion {
    pub code: String,
    pub title: String,
    pub weight: Figure,
    pub profiles: Vec<String>,
    pub question: String,
    pub anchors: Vec<String>,
    pub gates: Vec<Gate>,
    pub evidence: String,
    pub citations: Vec<String>,
    pub remediation: String,
    pub effort: String,
    pub bindings: Vec<Binding>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Gate {
    pub rung: String,
    pub least: Figure,
}

/// A bound check.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Binding {
    pub id: String,
    pub kind: String,
    pub passes_when: String,
    pub expect: Vec<String>,
    pub fail_cap: Figure,
}

impl Draft {
    /// The least that is valid: one rung, one domain, one criterion with one check.
    pub fn blank() -> Self {
        Self::read(BLANK).expect("the template is tested")
    }

    /// Reads a file that need not be valid. Refused is only what no form could show: what is no TOML, keys that no
    /// framework has, and values of another sort than belongs there.
    pub fn read(source: &str) -> Result<Self, ReadErrors> {
        read::draft(source)
    }

    /// Every criterion in file order.
    pub fn criteria(&self) -> impl Iterator<Item = &Criterion> {
        self.domains.iter().flat_map(|domain| &domain.criteria)
    }

    /// What is cited, asked for or named in two places at once, so that no file could say it: a profile's letter, or a
    /// gate of one criterion for one rung.
    pub fn said_twice(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut twice = |part: Part, field: &str, codes: Vec<&str>| {
            for (position, code) in codes.iter().enumerate() {
                if codes[..position].contains(code) {
                    let spot = Spot { part, field: field.to_owned() };
                    problems.push(Problem { spot, line: None, problem: format!("`{code}` is listed twice") });
                }
            }
        };
        let letters = self.profiles.iter().map(|profile| profile.code.as_str()).collect();
        twice(Part::Head, "profiles", letters);
        for (at, domain) in self.domains.iter().enumerate() {
            for (position, criterion) in domain.criteria.iter().enumerate() {
                let rungs = criterion.gates.iter().map(|gate| gate.rung.as_str()).collect();
                twice(Part::Criterion(at, position), "gates", rungs);
            }
        }
        problems
    }
}
