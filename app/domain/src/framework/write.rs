//! From a [`Framework`] to a framework file, in the layout of the built-in ones. Reads back equal.

use std::fmt::Write;

use super::{Binding, Criterion, Domain, EvidenceClass, Framework, Sublevel};

impl Framework {
    /// The framework as a file that [`Framework::read`] reads back equal.
    pub fn write(&self) -> String {
        let mut file = File::default();
        file.text("code", self.code.as_str());
        file.text("version", &self.version);
        file.text("title", &self.title);
        file.text("description", &self.description);
        file.texts("levels", self.levels.iter().map(String::as_str));
        file.text("disclaimer", &self.disclaimer);
        file.table("[profiles]");
        for profile in &self.profiles {
            file.text(profile.code.as_str(), &profile.name);
        }
        for class in &self.evidence_classes {
            file.evidence_class(class);
        }
        file.table("[floor]");
        file.text("code", self.floor.code.as_str());
        file.text("name", &self.floor.name);
        for sublevel in &self.sublevels {
            file.sublevel(sublevel);
        }
        for domain in &self.domains {
            file.domain(domain);
        }
        file.0
    }
}

/// A file being written.
#[derive(Default)]
struct File(String);

impl File {
    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        self.0.write_fmt(line).expect("writing to a text cannot fail");
        self.0.push('\n');
    }

    fn table(&mut self, header: &str) {
        self.line(format_args!("\n{header}"));
    }

    fn text(&mut self, key: &str, text: &str) {
        self.line(format_args!("{key} = {}", quoted(text)));
    }

    fn number(&mut self, key: &str, number: impl Into<u32>) {
        self.line(format_args!("{key} = {}", number.into()));
    }

    fn optional(&mut self, key: &str, number: Option<impl Into<u32>>) {
        if let Some(number) = number {
            self.number(key, number);
        }
    }

    fn texts<'t>(&mut self, key: &str, texts: impl Iterator<Item = &'t str>) {
        let texts: Vec<String> = texts.map(quoted).collect();
        self.line(format_args!("{key} = [{}]", texts.join(", ")));
    }

    fn evidence_class(&mut self, class: &EvidenceClass) {
        self.table("[[evidence_class]]");
        self.text("code", &class.code);
        self.text("name", &class.name);
        self.text("meaning", &class.meaning);
        self.number("level_cap", class.level_cap.get());
        self.number("confidence", class.confidence);
    }

    fn sublevel(&mut self, sublevel: &Sublevel) {
        self.table("[[sublevel]]");
        self.text("code", sublevel.code.as_str());
        self.text("name", &sublevel.name);
        self.text("badge", &sublevel.badge);
        self.optional("min_overall", sublevel.min_overall);
        self.optional("min_domain", sublevel.min_domain);
        self.optional("min_confidence", sublevel.min_confidence);
        self.optional("min_completeness", sublevel.min_completeness);
        let weight = sublevel.no_open_contradiction_on_weight.map(crate::level::Weight::get);
        self.optional("no_open_contradiction_on_weight", weight);
        if sublevel.independent_assessor {
            self.line(format_args!("independent_assessor = true"));
        }
        self.optional("gate_evidence_max_age_days", sublevel.gate_evidence_max_age_days);
    }

    fn domain(&mut self, domain: &Domain) {
        self.table("[[domain]]");
        self.text("code", domain.code.as_str());
        self.text("title", &domain.title);
        self.number("weight", domain.weight);
        self.text("purpose", &domain.purpose);
        for criterion in &domain.criteria {
            self.criterion(criterion);
        }
    }

    fn criterion(&mut self, criterion: &Criterion) {
        self.table("[[domain.criterion]]");
        self.text("code", criterion.code.as_str());
        self.text("title", &criterion.title);
        self.number("weight", criterion.weight.get());
        self.texts("profiles", criterion.profiles.iter().map(crate::code::ProfileCode::as_str));
        self.text("question", &criterion.question);
        self.line(format_args!("anchors = ["));
        for anchor in &criterion.anchors {
            self.line(format_args!("  {},", quoted(anchor)));
        }
        self.line(format_args!("]"));
        if !criterion.gates.is_empty() {
            let gates: Vec<String> = criterion
                .gates
                .iter()
                .map(|gate| format!("{} = {}", quoted(gate.rung.as_str()), gate.least.get()))
                .collect();
            self.line(format_args!("gates = {{ {} }}", gates.join(", ")));
        }
        self.text("evidence", &criterion.evidence);
        self.texts("citations", criterion.citations.iter().map(crate::code::CitationKey::as_str));
        self.text("remediation", &criterion.remediation);
        self.line(format_args!("effort = \"{:?}\"", criterion.effort));
        for binding in &criterion.bindings {
            self.binding(binding);
        }
    }

    fn binding(&mut self, binding: &Binding) {
        self.line(format_args!("[[domain.criterion.check]]"));
        self.text("id", binding.id.as_str());
        self.text("kind", binding.kind.as_str());
        self.text("passes_when", &binding.passes_when);
        self.texts("expect", binding.expect.iter().map(|condition| condition.text.as_str()));
        self.number("fail_cap", binding.fail_cap.get());
    }
}

/// A TOML basic string on one line.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            control if control.is_control() => {
                write!(quoted, "\\u{:04X}", u32::from(control)).expect("writing to a text cannot fail");
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
