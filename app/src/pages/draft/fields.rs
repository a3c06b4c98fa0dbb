//! From a part of a draft to the fields of its form, and back. What was typed is kept as it is; whether it is valid the
//! reader of frameworks says.

use std::collections::BTreeMap;

use domain::framework::draft::{
    Binding, Class, Criterion, Domain, Draft, Figure, Floor, Gate, Part, Profile, Rung,
};

use crate::web::Fields;

/// What stands in a list's field: codes with commas, texts on lines of their own.
const COMMA: &str = ", ";

/// The fields of a part; `None` where the draft has no such part.
pub(crate) fn fields_of(draft: &Draft, part: Part) -> Option<Fields> {
    let mut form = Form::default();
    match part {
        Part::Head => form.head(draft),
        Part::Rung(rung) => form.rung(draft.sublevels.get(rung)?),
        Part::Domain(domain) => form.domain(draft.domains.get(domain)?),
        Part::Criterion(domain, criterion) => {
            form.criterion(draft.domains.get(domain)?.criteria.get(criterion)?);
        }
    }
    Some(form.0.into_iter().collect())
}

/// The draft with the part as its form says; `None` where the draft has no such part.
pub(crate) fn apply(draft: &Draft, part: Part, fields: &Fields) -> Option<Draft> {
    let mut draft = draft.clone();
    match part {
        Part::Head => read_head(&mut draft, fields),
        Part::Rung(rung) => *draft.sublevels.get_mut(rung)? = read_rung(fields),
        Part::Domain(domain) => {
            let domain = draft.domains.get_mut(domain)?;
            let criteria = std::mem::take(&mut domain.criteria);
            *domain = Domain { criteria, ..read_domain(fields) };
        }
        Part::Criterion(domain, criterion) => {
            *draft.domains.get_mut(domain)?.criteria.get_mut(criterion)? = read_criterion(fields);
        }
    }
    Some(draft)
}

/// Fields being collected.
#[derive(Default)]
struct Form(Vec<(String, String)>);

impl Form {
    fn put(&mut self, name: impl Into<String>, value: impl ToString) {
        self.0.push((name.into(), value.to_string()));
    }

    fn head(&mut self, draft: &Draft) {
        self.put("code", &draft.code);
        self.put("version", &draft.version);
        self.put("title", &draft.title);
        self.put("description", &draft.description);
        self.put("levels", draft.levels.join("\n"));
        self.put("disclaimer", &draft.disclaimer);
        let profiles = draft.profiles.iter().map(|profile| format!("{} = {}", profile.code, profile.name));
        self.put("profiles", profiles.collect::<Vec<_>>().join("\n"));
        for (position, class) in draft.evidence_classes.iter().enumerate() {
            let name = |field: &str| format!("evidence_classes.{position}.{field}");
            self.put(name("code"), &class.code);
            self.put(name("name"), &class.name);
            self.put(name("meaning"), &class.meaning);
            self.put(name("level_cap"), &class.level_cap);
            self.put(name("confidence"), &class.confidence);
        }
        self.put("floor.code", &draft.floor.code);
        self.put("floor.name", &draft.floor.name);
    }

    fn rung(&mut self, rung: &Rung) {
        self.put("code", &rung.code);
        self.put("name", &rung.name);
        self.put("badge", &rung.badge);
        self.put("min_overall", &rung.min_overall);
        self.put("min_domain", &rung.min_domain);
        self.put("min_confidence", &rung.min_confidence);
        self.put("min_completeness", &rung.min_completeness);
        self.put("no_open_contradiction_on_weight", &rung.no_open_contradiction_on_weight);
        if rung.independent_assessor {
            self.put("independent_assessor", "on");
        }
        self.put("gate_evidence_max_age_days", &rung.gate_evidence_max_age_days);
    }

    fn domain(&mut self, domain: &Domain) {
        self.put("code", &domain.code);
        self.put("title", &domain.title);
        self.put("weight", &domain.weight);
        self.put("purpose", &domain.purpose);
    }

    fn criterion(&mut self, criterion: &Criterion) {
        self.put("code", &criterion.code);
        self.put("title", &criterion.title);
        self.put("weight", &criterion.weight);
        for profile in &criterion.profiles {
            self.put("profiles", profile);
        }
        self.put("question", &criterion.question);
        for (level, anchor) in criterion.anchors.iter().enumerate() {
            self.put(format!("anchors.{level}"), anchor);
        }
        for gate in &criterion.gates {
            self.put(format!("gates.{}", gate.rung), &gate.least);
        }
        self.put("evidence", &criterion.evidence);
        self.put("citations", criterion.citations.join(COMMA));
        self.put("remediation", &criterion.remediation);
        self.put("effort", &criterion.effort);
        for (position, binding) in criterion.bindings.iter().enumerate() {
            let name = |field: &str| format!("checks.{position}.{field}");
            self.put(name("id"), &binding.id);
            self.put(name("kind"), &binding.kind);
            self.put(name("passes_when"), &binding.passes_when);
            self.put(name("expect"), binding.expect.join("\n"));
            self.put(name("fail_cap"), &binding.fail_cap);
        }
    }
}

fn text(fields: &Fields, name: &str) -> String {
    fields.trimmed(name).to_owned()
}

fn figure(fields: &Fields, name: &str) -> Figure {
    Figure::new(fields.get(name))
}

/// Lines that say something.
fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn read_head(draft: &mut Draft, fields: &Fields) {
    draft.code = text(fields, "code");
    draft.version = text(fields, "version");
    draft.title = text(fields, "title");
    draft.description = text(fields, "description");
    draft.levels = lines(fields.get("levels"));
    draft.disclaimer = text(fields, "disclaimer");
    draft.profiles = lines(fields.get("profiles")).iter().map(|line| read_profile(line)).collect();
    draft.evidence_classes =
        numbered(fields, "evidence_classes.").into_iter().map(|at| read_class(fields, &at)).collect();
    draft.floor = Floor { code: text(fields, "floor.code"), name: text(fields, "floor.name") };
}

/// `H = Hospital`.
fn read_profile(line: &str) -> Profile {
    let (code, name) = line.split_once('=').unwrap_or((line, ""));
    Profile { code: code.trim().to_owned(), name: name.trim().to_owned() }
}

/// The beginnings of numbered fields in the order of their numbers: `checks.0.`, `checks.1.`.
fn numbered(fields: &Fields, prefix: &str) -> Vec<String> {
    let mut numbers: BTreeMap<usize, String> = BTreeMap::new();
    for (name, _) in fields.below(prefix) {
        let number = name.split('.').next().unwrap_or_default();
        if let Ok(position) = number.parse() {
            numbers.insert(position, format!("{prefix}{number}."));
        }
    }
    numbers.into_values().collect()
}

fn read_class(fields: &Fields, at: &str) -> Class {
    let name = |field: &str| format!("{at}{field}");
    Class {
        code: text(fields, &name("code")),
        name: text(fields, &name("name")),
        meaning: text(fields, &name("meaning")),
        level_cap: figure(fields, &name("level_cap")),
        confidence: figure(fields, &name("confidence")),
    }
}

fn read_rung(fields: &Fields) -> Rung {
    Rung {
        code: text(fields, "code"),
        name: text(fields, "name"),
        badge: text(fields, "badge"),
        min_overall: figure(fields, "min_overall"),
        min_domain: figure(fields, "min_domain"),
        min_confidence: figure(fields, "min_confidence"),
        min_completeness: figure(fields, "min_completeness"),
        no_open_contradiction_on_weight: figure(fields, "no_open_contradiction_on_weight"),
        independent_assessor: fields.has("independent_assessor"),
        gate_evidence_max_age_days: figure(fields, "gate_evidence_max_age_days"),
    }
}

fn read_domain(fields: &Fields) -> Domain {
    Domain {
        code: text(fields, "code"),
        title: text(fields, "title"),
        weight: figure(fields, "weight"),
        purpose: text(fields, "purpose"),
        criteria: Vec::new(),
    }
}

fn read_criterion(fields: &Fields) -> Criterion {
    let gates = fields.below("gates.").filter(|(_, least)| !least.trim().is_empty());
    let citations = fields.get("citations").split([',', '\n']).map(str::trim).filter(|key| !key.is_empty());
    Criterion {
        code: text(fields, "code"),
        title: text(fields, "title"),
        weight: figure(fields, "weight"),
        profiles: fields.all("profiles").map(str::to_owned).collect(),
        question: text(fields, "question"),
        anchors: (0..5).map(|level| text(fields, &format!("anchors.{level}"))).collect(),
        gates: gates.map(|(rung, least)| Gate { rung: rung.to_owned(), least: Figure::new(least) }).collect(),
        evidence: text(fields, "evidence"),
        citations: citations.map(str::to_owned).collect(),
        remediation: text(fields, "remediation"),
        effort: text(fields, "effort"),
        bindings: numbered(fields, "checks.").iter().filter_map(|at| read_binding(fields, at)).collect(),
    }
}

/// A bound check; none where it is to be removed, or where the empty one for a new check stayed empty.
fn read_binding(fields: &Fields, at: &str) -> Option<Binding> {
    let name = |field: &str| format!("{at}{field}");
    let binding = Binding {
        id: text(fields, &name("id")),
        kind: text(fields, &name("kind")),
        passes_when: text(fields, &name("passes_when")),
        expect: lines(fields.get(&name("expect"))),
        fail_cap: figure(fields, &name("fail_cap")),
    };
    let empty = binding.kind.is_empty() && binding.passes_when.is_empty() && binding.expect.is_empty();
    (!empty && !fields.has(&name("remove"))).then_some(binding)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_part(draft: &Draft) -> Vec<Part> {
        let rungs = (0..draft.sublevels.len()).map(Part::Rung);
        let domains = draft.domains.iter().enumerate().flat_map(|(number, domain)| {
            let criteria = (0..domain.criteria.len()).map(move |position| Part::Criterion(number, position));
            std::iter::once(Part::Domain(number)).chain(criteria)
        });
        std::iter::once(Part::Head).chain(rungs).chain(domains).collect()
    }

    #[test]
    fn a_form_that_is_sent_as_it_was_drawn_changes_nothing() {
        for framework in domain::builtin::frameworks() {
            let draft = Draft::from(framework);
            for part in every_part(&draft) {
                let fields = fields_of(&draft, part).unwrap();
                assert_eq!(apply(&draft, part, &fields).as_ref(), Some(&draft), "{part}");
            }
        }
    }

    #[test]
    fn what_no_rule_allows_is_kept_as_it_was_typed() {
        let draft = Draft::from(&domain::builtin::frameworks()[1]);
        let part = Part::Criterion(0, 0);
        let typed =
            [("code", "BL 1"), ("weight", " heavy "), ("gates.B.1", "9"), ("checks.3.kind", "no.such")];
        let typed: Fields =
            typed.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let after = apply(&draft, part, &typed).unwrap();
        let criterion = &after.domains[0].criteria[0];
        assert_eq!((criterion.code.as_str(), criterion.weight.as_str()), ("BL 1", "heavy"));
        assert_eq!(criterion.gates[0].least.as_str(), "9");
        assert_eq!((criterion.bindings.len(), criterion.bindings[0].kind.as_str()), (1, "no.such"));
        assert_eq!(after.domains[1..], draft.domains[1..]);
    }

    #[test]
    fn a_part_that_is_gone_is_none() {
        let draft = Draft::blank();
        for part in [Part::Rung(1), Part::Domain(1), Part::Criterion(0, 1), Part::Criterion(1, 0)] {
            assert_eq!(fields_of(&draft, part), None);
            assert_eq!(apply(&draft, part, &Fields::default()), None);
        }
    }
}
