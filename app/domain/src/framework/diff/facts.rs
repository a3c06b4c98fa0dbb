//! What there is to compare of each part of a framework.

use super::super::draft::{Binding, Class, Criterion, Domain, Draft, Figure, Floor, Profile, Rung};
use super::Edit;

/// The part that says in which domain a criterion stands.
const DOMAIN: &str = "domain";

/// The part that is another in every draft of a next version.
pub(super) const VERSION: &str = "version";

/// Parts that say in which order others stand.
const ORDERS: [&str; 2] = ["order of gates", "order of checks"];

/// Something with a code. Where a draft uses a code twice, the second has another key.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// The code, and how many stand before it with the same.
    pub(super) key: (String, usize),
    pub(super) title: String,
    pub(super) facts: Facts,
}

impl Entry {
    pub(super) fn name(&self) -> String {
        name(&self.key)
    }
}

/// The code; `PAT (2)` for a second use of it.
fn name((code, earlier): &(String, usize)) -> String {
    if *earlier == 0 { code.clone() } else { format!("{code} ({})", earlier + 1) }
}

fn key_among(code: &str, before: impl Iterator<Item = impl AsRef<str>>) -> (String, usize) {
    (code.to_owned(), before.filter(|other| other.as_ref() == code).count())
}

pub(super) fn entries<'a, T>(list: &'a [T], what: impl Fn(&'a T) -> (&'a str, &'a str, Facts)) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::with_capacity(list.len());
    for one in list {
        let (code, title, facts) = what(one);
        let key = key_among(code, entries.iter().map(|entry| entry.key.0.as_str()));
        entries.push(Entry { key, title: title.to_owned(), facts });
    }
    entries
}

/// The names of those that are on the other side too, in the order of this one.
pub(super) fn order(list: &[Entry], other: &[Entry]) -> Vec<String> {
    let both = list.iter().filter(|one| other.iter().any(|same| same.key == one.key));
    both.map(Entry::name).collect()
}

/// Parts by name; no name stands twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Facts(Vec<(String, Vec<String>)>);

impl Facts {
    pub(super) fn list(&mut self, part: impl Into<String>, values: Vec<String>) {
        self.0.push((part.into(), values));
    }

    fn text(&mut self, part: impl Into<String>, text: &str) {
        self.list(part, vec![text.to_owned()]);
    }

    fn figure(&mut self, part: impl Into<String>, figure: &Figure) {
        self.text(part, figure.as_str());
    }

    fn get(&self, part: &str) -> Option<&Vec<String>> {
        self.0.iter().find(|(name, _)| name == part).map(|(_, values)| values)
    }

    pub(super) fn domain(&self) -> Option<&str> {
        self.get(DOMAIN)?.first().map(String::as_str)
    }

    /// The parts that differ, in the order of these facts, and then those that came to them. Of lists whose members
    /// have parts of their own only the order counts.
    pub(super) fn edits(&self, after: &Self) -> Vec<Edit> {
        let edit = |part: &str, before: Option<&Vec<String>>, after: Option<&Vec<String>>| {
            let shown =
                |values: Option<&Vec<String>>| values.map(|values| values.join(", ")).unwrap_or_default();
            (before != after).then(|| Edit {
                part: part.to_owned(),
                before: shown(before),
                after: shown(after),
            })
        };
        let same_members = |part: &str| {
            let sorted = |facts: &Self| {
                let mut members = facts.get(part).cloned().unwrap_or_default();
                members.sort();
                members
            };
            sorted(self) == sorted(after)
        };
        let own = |part: &&(String, Vec<String>)| !ORDERS.contains(&part.0.as_str()) || same_members(&part.0);
        let known = self.0.iter().filter(own);
        let known = known.filter_map(|(part, before)| edit(part, Some(before), after.get(part)));
        let new = after.0.iter().filter(|(part, _)| self.get(part).is_none());
        known.chain(new.filter_map(|(part, after)| edit(part, None, Some(after)))).collect()
    }

    pub(super) fn of_framework(draft: &Draft) -> Self {
        let mut facts = Self::default();
        facts.text("code", &draft.code);
        facts.text(VERSION, &draft.version);
        facts.text("title", &draft.title);
        facts.text("description", &draft.description);
        for (level, name) in draft.levels.iter().enumerate() {
            facts.text(format!("name of level {level}"), name);
        }
        facts.text("disclaimer", &draft.disclaimer);
        facts
    }

    pub(super) fn of_profile(profile: &Profile) -> Self {
        let mut facts = Self::default();
        facts.text("name", &profile.name);
        facts
    }

    pub(super) fn of_class(class: &Class) -> Self {
        let mut facts = Self::default();
        facts.text("name", &class.name);
        facts.text("meaning", &class.meaning);
        facts.figure("level cap", &class.level_cap);
        facts.figure("confidence", &class.confidence);
        facts
    }

    pub(super) fn of_floor(floor: &Floor) -> Self {
        let mut facts = Self::default();
        facts.text("code", &floor.code);
        facts.text("name", &floor.name);
        facts
    }

    pub(super) fn of_rung(rung: &Rung) -> Self {
        let mut facts = Self::default();
        facts.text("name", &rung.name);
        facts.text("badge", &rung.badge);
        facts.figure("overall at least", &rung.min_overall);
        facts.figure("every domain at least", &rung.min_domain);
        facts.figure("confidence at least", &rung.min_confidence);
        facts.figure("completeness at least", &rung.min_completeness);
        facts.figure("no contradiction from weight", &rung.no_open_contradiction_on_weight);
        facts.text("independent assessor", if rung.independent_assessor { "yes" } else { "no" });
        facts.figure("gate evidence at most days old", &rung.gate_evidence_max_age_days);
        facts
    }

    pub(super) fn of_domain(domain: &Domain) -> Self {
        let mut facts = Self::default();
        facts.text("title", &domain.title);
        facts.figure("weight", &domain.weight);
        facts.text("purpose", &domain.purpose);
        facts
    }

    pub(super) fn of_criterion(domain: &str, criterion: &Criterion) -> Self {
        let mut facts = Self::default();
        facts.text("title", &criterion.title);
        facts.text(DOMAIN, domain);
        facts.figure("weight", &criterion.weight);
        facts.list("profiles", criterion.profiles.clone());
        facts.text("question", &criterion.question);
        for (level, anchor) in criterion.anchors.iter().enumerate() {
            facts.text(format!("anchor {level}"), anchor);
        }
        for (position, gate) in criterion.gates.iter().enumerate() {
            let key = key_among(&gate.rung, criterion.gates[..position].iter().map(|gate| &gate.rung));
            facts.figure(format!("gate {}", name(&key)), &gate.least);
        }
        let gates = criterion.gates.iter().map(|gate| gate.rung.clone());
        facts.list(ORDERS[0], gates.collect());
        facts.text("evidence", &criterion.evidence);
        facts.list("citations", criterion.citations.clone());
        facts.text("remediation", &criterion.remediation);
        facts.text("effort", &criterion.effort);
        for (position, binding) in criterion.bindings.iter().enumerate() {
            let key = key_among(&binding.id, criterion.bindings[..position].iter().map(|other| &other.id));
            facts.binding(&name(&key), binding);
        }
        let checks = criterion.bindings.iter().map(|binding| binding.id.clone());
        facts.list(ORDERS[1], checks.collect());
        facts
    }

    fn binding(&mut self, id: &str, binding: &Binding) {
        self.text(format!("check {id}, kind"), &binding.kind);
        self.text(format!("check {id}, passes when"), &binding.passes_when);
        self.list(format!("check {id}, conditions"), binding.expect.clone());
        self.figure(format!("check {id}, fail cap"), &binding.fail_cap);
    }
}
