//! The parameters of one check, validated against its kind.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{CheckKind, ParameterSpec};

mod read;
mod rules;

/// A validated parameter.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "lowercase")]
pub enum Parameter {
    /// Absolute, `http` or `https`, without a trailing slash.
    Url(String),
    /// A host name or an IP literal, without a port.
    Host(String),
    Integer(i64),
    Number(#[serde(with = "rust_decimal::serde::float")] Decimal),
    String(String),
    Boolean(bool),
    List(Vec<String>),
    /// In seconds.
    Duration(u64),
    Secret(String),
}

/// A secret prints as `***`, so that no log line and no failed assertion carries it.
impl std::fmt::Debug for Parameter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Secret(_) => f.write_str("Secret(***)"),
            Self::Url(text) | Self::Host(text) | Self::String(text) => write!(f, "{text:?}"),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Boolean(truth) => write!(f, "{truth}"),
            Self::List(items) => write!(f, "{items:?}"),
            Self::Duration(seconds) => write!(f, "{seconds}s"),
        }
    }
}

impl Parameter {
    /// The text that a form shows and that [`Parameters::from_text`] reads back; `None` for a secret, which is never
    /// shown again.
    pub fn shown(&self) -> Option<String> {
        match self {
            Self::Secret(_) => None,
            Self::Url(text) | Self::Host(text) | Self::String(text) => Some(text.clone()),
            Self::Integer(number) => Some(number.to_string()),
            Self::Number(number) => Some(number.to_string()),
            Self::Boolean(truth) => Some(truth.to_string()),
            // A lone item with a comma needs a line break to stay one item.
            Self::List(items) => match items.as_slice() {
                [item] if item.contains(',') => Some(format!("{item}\n")),
                items => Some(items.join("\n")),
            },
            Self::Duration(seconds) => Some(shown_duration(*seconds)),
        }
    }
}

/// Seconds in the largest unit that divides them.
fn shown_duration(seconds: u64) -> String {
    let units = [(86_400, 'd'), (3_600, 'h'), (60, 'm')];
    let unit = units.into_iter().find(|(length, _)| seconds > 0 && seconds.is_multiple_of(*length));
    let (length, letter) = unit.unwrap_or((1, 's'));
    format!("{}{letter}", seconds / length)
}

/// In what way an input is wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Fault {
    /// Nothing was given at all.
    Missing,
    /// What was given does not do.
    #[default]
    Unfit,
}

/// A parameter that its kind does not accept.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{name}: {problem}")]
pub struct ParameterError {
    pub name: String,
    pub fault: Fault,
    /// A sentence in the user's words: what is wrong and what is wanted. Never repeats a secret's value.
    pub problem: String,
}

impl ParameterError {
    /// Said of a parameter that is missing, before what it is.
    pub const MISSING: &str = "A value is required.";

    /// A parameter that must be given and was not.
    fn missing(spec: &ParameterSpec) -> Self {
        let problem = format!("{} {}", Self::MISSING, spec.help);
        Self { fault: Fault::Missing, ..Self::new(&spec.name, problem.trim_end()) }
    }

    /// Makes a sentence of `problem`: a capital at its beginning, a stop at its end.
    pub fn new(name: &str, problem: &str) -> Self {
        let mut letters = problem.chars();
        let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
        let stop = if problem.ends_with('.') { "" } else { "." };
        let problem = format!("{first}{}{stop}", letters.as_str());
        Self { name: name.to_owned(), fault: Fault::Unfit, problem }
    }
}

/// The parameters of a check: every required one is there, every one has its kind's type, defaults are filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Parameters(BTreeMap<String, Parameter>);

impl Parameters {
    /// Reads parameters from JSON values; null and empty values are absent. Names every parameter that is wrong.
    pub fn from_json(
        kind: &CheckKind,
        raw: &BTreeMap<String, serde_json::Value>,
    ) -> Result<Self, Vec<ParameterError>> {
        Self::read(kind, raw, read::from_json)
    }

    /// Reads parameters from text, as a form or `key=value` on the command line gives them. An empty text is absent;
    /// a list is separated by line breaks or, where it has none, by commas.
    pub fn from_text(kind: &CheckKind, raw: &BTreeMap<String, String>) -> Result<Self, Vec<ParameterError>> {
        Self::read(kind, raw, |spec, text| read::from_text(spec, text))
    }

    fn read<V>(
        kind: &CheckKind,
        raw: &BTreeMap<String, V>,
        read: impl Fn(&ParameterSpec, &V) -> Result<Option<Parameter>, String>,
    ) -> Result<Self, Vec<ParameterError>> {
        let mut parameters = BTreeMap::new();
        let mut errors = Vec::new();
        for spec in &kind.parameters {
            let read = raw.get(&spec.name).map_or(Ok(None), |value| read(spec, value));
            let result = match (read, &spec.default) {
                (Ok(None), Some(default)) => read::from_default(spec, default).map(Some),
                (Ok(None), None) if spec.required => {
                    errors.push(ParameterError::missing(spec));
                    continue;
                }
                (read, _) => read,
            };
            match result {
                Ok(Some(parameter)) => {
                    parameters.insert(spec.name.clone(), parameter);
                }
                Ok(None) => {}
                Err(problem) => errors.push(ParameterError::new(&spec.name, &problem)),
            }
        }
        for name in raw.keys().filter(|name| kind.parameter(name).is_none()) {
            let known: Vec<&str> = kind.parameters.iter().map(|spec| spec.name.as_str()).collect();
            let problem =
                format!("the kind {} has no such parameter; it has {}", kind.code, known.join(", "));
            errors.push(ParameterError::new(name, &problem));
        }
        if errors.is_empty() { Ok(Self(parameters)) } else { Err(errors) }
    }

    /// What is wrong with values that have the right type: words that their kind does not know, numbers below 0, days that
    /// are none, half a client. Nobody sets a check up with them; one that was set up before says so when it runs.
    pub fn problems(&self, kind: &CheckKind) -> Vec<ParameterError> {
        let problem = |(name, value): (&str, &Parameter)| {
            let problem = rules::problem(&kind.code, name, value)?;
            Some(ParameterError::new(name, &problem))
        };
        let missing = rules::missing(&kind.code, |name| self.0.contains_key(name)).into_iter();
        let missing = missing.map(|name| ParameterError::new(name, rules::MISSING));
        self.iter().filter_map(problem).chain(missing).collect()
    }

    /// The parameters of a kind that are given with one, or left out with it; none for most.
    pub fn companions(kind: &CheckKind, name: &str) -> Vec<&'static str> {
        rules::companions(&kind.code, name)
    }

    /// The same parameters with every secret replaced: sealed for keeping, opened for a run.
    pub fn map_secrets<E>(
        &self,
        mut replace: impl FnMut(&str, &str) -> Result<String, E>,
    ) -> Result<Self, E> {
        let mapped = self.0.iter().map(|(name, parameter)| {
            let parameter = match parameter {
                Parameter::Secret(secret) => Parameter::Secret(replace(name, secret)?),
                open => open.clone(),
            };
            Ok((name.clone(), parameter))
        });
        mapped.collect::<Result<_, E>>().map(Self)
    }

    /// Whether a check looks at the same with these: everything but the secrets is equal.
    pub fn probes_alike(&self, other: &Self) -> bool {
        let open = |(_, parameter): &(&str, &Parameter)| !matches!(parameter, Parameter::Secret(_));
        self.iter().filter(open).eq(other.iter().filter(open))
    }

    pub fn get(&self, name: &str) -> Option<&Parameter> {
        self.0.get(name)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Parameter)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The text of a URL, host, string or secret parameter.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.0.get(name)? {
            Parameter::Url(text)
            | Parameter::Host(text)
            | Parameter::String(text)
            | Parameter::Secret(text) => Some(text),
            _ => None,
        }
    }

    /// The number of an integer parameter.
    pub fn integer(&self, name: &str) -> Option<i64> {
        match self.0.get(name)? {
            Parameter::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// The truth of a boolean parameter.
    pub fn boolean(&self, name: &str) -> Option<bool> {
        match self.0.get(name)? {
            Parameter::Boolean(truth) => Some(*truth),
            _ => None,
        }
    }

    /// The number of an integer or number parameter.
    pub fn number(&self, name: &str) -> Option<Decimal> {
        match self.0.get(name)? {
            Parameter::Integer(number) => Some(Decimal::from(*number)),
            Parameter::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The seconds of a duration parameter.
    pub fn seconds(&self, name: &str) -> Option<u64> {
        match self.0.get(name)? {
            Parameter::Duration(seconds) => Some(*seconds),
            _ => None,
        }
    }

    /// The items of a list parameter; empty when absent.
    pub fn list(&self, name: &str) -> &[String] {
        match self.0.get(name) {
            Some(Parameter::List(items)) => items,
            _ => &[],
        }
    }
}
