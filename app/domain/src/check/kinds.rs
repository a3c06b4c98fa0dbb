//! All kinds of health checks, and the reader of `frameworks/check-kinds.toml`.

use std::collections::BTreeMap;

use toml::de::DeValue;

use super::{
    CheckKind, Group, ObservationSpec, ObservationType, ParameterSpec, ParameterType, Parameters, Value,
};
use crate::code::KindCode;
use crate::document::{Document, Fields, ReadErrors, decimal};

/// The kinds of health checks, in the order of their file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckKinds {
    kinds: Vec<CheckKind>,
    positions: BTreeMap<KindCode, usize>,
}

impl CheckKinds {
    /// Collects kinds; of two with one code the first counts.
    pub fn new(kinds: Vec<CheckKind>) -> Self {
        let mut positions = BTreeMap::new();
        for (position, kind) in kinds.iter().enumerate() {
            positions.entry(kind.code.clone()).or_insert(position);
        }
        Self { kinds, positions }
    }

    /// Reads a check kind file (`frameworks/README.md`, "Check kinds").
    pub fn read(source: &str) -> Result<Self, ReadErrors> {
        Document::read(source, |document, root| {
            let mut kinds: Vec<CheckKind> = Vec::new();
            for mut fields in root.tables("kind") {
                let kind = read_kind(document, &mut fields);
                if kinds.iter().any(|earlier| earlier.code == kind.code) {
                    fields.report("code", format!("`{}` is used twice", kind.code));
                }
                kinds.push(kind);
            }
            Self::new(kinds)
        })
    }

    pub fn get(&self, code: &KindCode) -> Option<&CheckKind> {
        self.positions.get(code).map(|position| &self.kinds[*position])
    }

    /// In the order of the file.
    pub fn iter(&self) -> std::slice::Iter<'_, CheckKind> {
        self.kinds.iter()
    }

    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }
}

impl<'a> IntoIterator for &'a CheckKinds {
    type Item = &'a CheckKind;
    type IntoIter = std::slice::Iter<'a, CheckKind>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

fn read_kind(document: &Document, fields: &mut Fields<'_, '_>) -> CheckKind {
    let mut seconds = |name, least| {
        let whole = fields.whole(name, least..=i64::from(u32::MAX));
        u32::try_from(whole).unwrap_or_default()
    };
    let [default_interval, timeout, freshness, fail_after] = [
        seconds("default_interval", 1),
        seconds("timeout", 1),
        seconds("freshness", 0),
        seconds("fail_after", 1),
    ];
    let kind = CheckKind {
        code: KindCode::new(fields.code("code")),
        title: fields.filled_text("title"),
        group: read_word(fields, "group", &GROUPS).unwrap_or(Group::Register),
        method: fields.text("method"),
        default_schedule: fields.text("default_schedule"),
        default_interval,
        timeout,
        freshness,
        fail_after,
        verifies: fields.truth("verifies"),
        pass: fields.text("pass"),
        warn: fields.text("warn"),
        fail: fields.text("fail"),
        needs: fields.text("needs"),
        parameters: read_parameters(document, fields),
        observations: read_observations(document, fields),
    };
    fields.refuse_unknown();
    // Filling in every default finds those that do not fit their type.
    for error in Parameters::from_text(&kind, &BTreeMap::new()).err().into_iter().flatten() {
        if kind.parameter(&error.name).is_some_and(|spec| spec.default.is_some()) {
            fields.report("parameters", format!("the default of `{}`: {}", error.name, error.problem));
        }
    }
    kind
}

fn read_parameters(document: &Document, fields: &mut Fields<'_, '_>) -> Vec<ParameterSpec> {
    let Some(table) = fields.table("parameters") else { return Vec::new() };
    let mut parameters = Vec::new();
    for entry in table.entries() {
        let Some(mut spec) = Fields::of_entry(document, &entry, table.key(entry.name)) else { continue };
        let kind = read_word(&mut spec, "type", &PARAMETER_TYPES).unwrap_or(ParameterType::String);
        parameters.push(ParameterSpec {
            name: entry.name.to_owned(),
            kind,
            required: spec.truth("required"),
            default: read_default(&mut spec),
            help: spec.text("help"),
        });
        spec.refuse_unknown();
    }
    parameters
}

fn read_observations(document: &Document, fields: &mut Fields<'_, '_>) -> Vec<ObservationSpec> {
    let Some(table) = fields.table("observations") else { return Vec::new() };
    let mut observations = Vec::new();
    for entry in table.entries() {
        let Some(mut spec) = Fields::of_entry(document, &entry, table.key(entry.name)) else { continue };
        let kind = read_word(&mut spec, "type", &OBSERVATION_TYPES).unwrap_or(ObservationType::String);
        let warn_within = spec.optional_decimal("warn_within");
        let numeric = matches!(kind, ObservationType::Integer | ObservationType::Number);
        if warn_within.is_some_and(|margin| margin.is_sign_negative() || !numeric) {
            spec.report("warn_within", "needs a number of 0 or more, on an integer or a number");
        }
        observations.push(ObservationSpec {
            name: entry.name.to_owned(),
            kind,
            unit: spec.text("unit"),
            help: spec.text("help"),
            warn_within,
        });
        spec.refuse_unknown();
    }
    observations
}

fn read_default(spec: &mut Fields<'_, '_>) -> Option<Value> {
    let value = match spec.value("default")? {
        DeValue::Boolean(truth) => Some(Value::Boolean(*truth)),
        DeValue::String(text) => Some(Value::Text(text.to_string())),
        DeValue::Array(items) => items
            .iter()
            .map(|item| item.get_ref().as_str().map(str::to_owned))
            .collect::<Option<Vec<String>>>()
            .map(Value::List),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).ok().map(Value::Integer)
        }
        number => decimal(number).map(Value::Number),
    };
    if value.is_none() {
        spec.report("default", "must be a text, a number, true, false or a list of texts");
    }
    value
}

const GROUPS: [(&str, Group); 4] = [
    ("network probe", Group::NetworkProbe),
    ("feed", Group::Feed),
    ("reconciliation", Group::Reconciliation),
    ("register", Group::Register),
];

const PARAMETER_TYPES: [(&str, ParameterType); 9] = [
    ("url", ParameterType::Url),
    ("host", ParameterType::Host),
    ("integer", ParameterType::Integer),
    ("number", ParameterType::Number),
    ("string", ParameterType::String),
    ("boolean", ParameterType::Boolean),
    ("list", ParameterType::List),
    ("duration", ParameterType::Duration),
    ("secret", ParameterType::Secret),
];

const OBSERVATION_TYPES: [(&str, ObservationType); 5] = [
    ("integer", ObservationType::Integer),
    ("number", ObservationType::Number),
    ("string", ObservationType::String),
    ("boolean", ObservationType::Boolean),
    ("list", ObservationType::List),
];

/// A required text that must be one of the given words.
fn read_word<T: Copy>(fields: &mut Fields<'_, '_>, name: &'static str, words: &[(&str, T)]) -> Option<T> {
    let text = fields.filled_text(name);
    let found = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
    if found.is_none() && !text.trim().is_empty() {
        let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        fields.report(name, format!("`{text}` must be one of {}", words.join(", ")));
    }
    found
}
