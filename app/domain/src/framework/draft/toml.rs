//! From a draft to its file, in the layout of the built-in ones, and from a line of the file back to its field.

use std::fmt::Write;

use super::{Binding, Class, Criterion, Domain, Draft, Figure, Part, Problem, Rung, Spot};
use crate::check::CheckKinds;
use crate::framework::{Citations, Framework};

impl Draft {
    /// The draft as a file, which [`Draft::read`] reads back equal unless something is [`said twice`](Draft::said_twice).
    pub fn write(&self) -> String {
        File::of(self).text
    }

    /// The framework, or all that is wrong with it, each problem with the part and the field that it concerns.
    pub fn check(&self, kinds: &CheckKinds, citations: &Citations) -> Result<Framework, Vec<Problem>> {
        let twice = self.said_twice();
        if !twice.is_empty() {
            return Err(twice);
        }
        let file = File::of(self);
        Framework::read(&file.text, kinds, citations).map_err(|errors| {
            let problem = |error: crate::ReadError| Problem {
                spot: file.spot(error.line, &error.key),
                line: Some(error.line),
                problem: error.problem,
            };
            errors.0.into_iter().map(problem).collect()
        })
    }
}

/// A file being written, with what stands in each of its lines.
struct File {
    text: String,
    spots: Vec<Spot>,
    part: Part,
    /// Of the fields that are written now.
    prefix: String,
}

impl File {
    fn of(draft: &Draft) -> Self {
        let mut file =
            Self { text: String::new(), spots: Vec::new(), part: Part::Head, prefix: String::new() };
        file.text("code", &draft.code);
        file.text("version", &draft.version);
        file.text("title", &draft.title);
        file.text("description", &draft.description);
        file.texts("levels", &draft.levels);
        file.text("disclaimer", &draft.disclaimer);
        file.table("[profiles]");
        for profile in &draft.profiles {
            let (key, name) = (key(&profile.code), quoted(&profile.name));
            file.line("profiles", format_args!("{key} = {name}"));
        }
        for (position, class) in draft.evidence_classes.iter().enumerate() {
            file.prefix = format!("evidence_classes.{position}.");
            file.class(class);
        }
        "floor.".clone_into(&mut file.prefix);
        file.table("[floor]");
        file.text("code", &draft.floor.code);
        file.text("name", &draft.floor.name);
        file.prefix.clear();
        for (position, rung) in draft.sublevels.iter().enumerate() {
            file.part = Part::Rung(position);
            file.rung(rung);
        }
        for (position, domain) in draft.domains.iter().enumerate() {
            file.domain(position, domain);
        }
        file
    }

    /// The field that a problem with a key in a line concerns.
    fn spot(&self, line: usize, key: &str) -> Spot {
        let whole = |field: &str| Spot { part: Part::Head, field: field.to_owned() };
        match key {
            "domain" => return whole("domains"),
            "sublevel" => return whole("rungs"),
            "evidence_class" => return whole("evidence_classes"),
            _ => {}
        }
        let Some(spot) = line.checked_sub(1).and_then(|line| self.spots.get(line)) else { return whole("") };
        let Spot { part, field } = spot.clone();
        let field = if field.is_empty() || field.ends_with('.') {
            // The head of a table: a key is missing in it.
            match key.rsplit('.').next().unwrap_or_default() {
                "criterion" => "criteria".to_owned(),
                name => field + name,
            }
        } else if let Some(rung) = key.strip_prefix("domain.criterion.gates.") {
            format!("gates.{rung}")
        } else {
            field
        };
        Spot { part, field }
    }

    fn line(&mut self, field: &str, line: std::fmt::Arguments<'_>) {
        self.text.write_fmt(line).expect("writing to a text cannot fail");
        self.text.push('\n');
        self.spots.push(Spot { part: self.part, field: format!("{}{field}", self.prefix) });
    }

    fn table(&mut self, header: &str) {
        self.line("", format_args!(""));
        self.line("", format_args!("{header}"));
    }

    fn text(&mut self, key: &str, text: &str) {
        self.line(key, format_args!("{key} = {}", quoted(text)));
    }

    /// A number bare, anything else that was typed as a text, nothing not at all.
    fn figure(&mut self, key: &str, figure: &Figure) {
        if !figure.is_empty() {
            self.line(key, format_args!("{key} = {}", number(figure)));
        }
    }

    fn texts(&mut self, key: &str, texts: &[String]) {
        let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
        self.line(key, format_args!("{key} = [{}]", texts.join(", ")));
    }

    fn class(&mut self, class: &Class) {
        self.table("[[evidence_class]]");
        self.text("code", &class.code);
        self.text("name", &class.name);
        self.text("meaning", &class.meaning);
        self.figure("level_cap", &class.level_cap);
        self.figure("confidence", &class.confidence);
    }

    fn rung(&mut self, rung: &Rung) {
        self.table("[[sublevel]]");
        self.text("code", &rung.code);
        self.text("name", &rung.name);
        self.text("badge", &rung.badge);
        self.figure("min_overall", &rung.min_overall);
        self.figure("min_domain", &rung.min_domain);
        self.figure("min_confidence", &rung.min_confidence);
        self.figure("min_completeness", &rung.min_completeness);
        self.figure("no_open_contradiction_on_weight", &rung.no_open_contradiction_on_weight);
        if rung.independent_assessor {
            self.line("independent_assessor", format_args!("independent_assessor = true"));
        }
        self.figure("gate_evidence_max_age_days", &rung.gate_evidence_max_age_days);
    }

    fn domain(&mut self, position: usize, domain: &Domain) {
        self.part = Part::Domain(position);
        self.table("[[domain]]");
        self.text("code", &domain.code);
        self.text("title", &domain.title);
        self.figure("weight", &domain.weight);
        self.text("purpose", &domain.purpose);
        for (number, criterion) in domain.criteria.iter().enumerate() {
            self.part = Part::Criterion(position, number);
            self.criterion(criterion);
        }
    }

    fn criterion(&mut self, criterion: &Criterion) {
        self.table("[[domain.criterion]]");
        self.text("code", &criterion.code);
        self.text("title", &criterion.title);
        self.figure("weight", &criterion.weight);
        self.texts("profiles", &criterion.profiles);
        self.text("question", &criterion.question);
        self.line("anchors", format_args!("anchors = ["));
        for (level, anchor) in criterion.anchors.iter().enumerate() {
            self.line(&format!("anchors.{level}"), format_args!("  {},", quoted(anchor)));
        }
        self.line("anchors", format_args!("]"));
        if !criterion.gates.is_empty() {
            let gates = criterion.gates.iter();
            let gates: Vec<String> =
                gates.map(|gate| format!("{} = {}", quoted(&gate.rung), number(&gate.least))).collect();
            self.line("gates", format_args!("gates = {{ {} }}", gates.join(", ")));
        }
        self.text("evidence", &criterion.evidence);
        self.texts("citations", &criterion.citations);
        self.text("remediation", &criterion.remediation);
        self.text("effort", &criterion.effort);
        for (position, binding) in criterion.bindings.iter().enumerate() {
            self.prefix = format!("checks.{position}.");
            self.binding(binding);
            self.prefix.clear();
        }
    }

    fn binding(&mut self, binding: &Binding) {
        self.line("", format_args!("[[domain.criterion.check]]"));
        self.text("id", &binding.id);
        self.text("kind", &binding.kind);
        self.text("passes_when", &binding.passes_when);
        self.texts("expect", &binding.expect);
        self.figure("fail_cap", &binding.fail_cap);
    }
}

/// A key; in quotes where it could not stand bare.
fn key(key: &str) -> String {
    let bare = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if bare { key.to_owned() } else { quoted(key) }
}

/// A value in a number's place.
fn number(figure: &Figure) -> String {
    if figure.whole().is_some() { figure.to_string() } else { quoted(figure.as_str()) }
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
