//! What a run saw: named, typed values.

use std::collections::BTreeMap;
use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// One observed value. Numbers are exact decimals: they are compared, never rounded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    Boolean(bool),
    Integer(i64),
    /// Before numbers: a decimal reads from text too, and a version such as `4.0` is no number.
    Text(String),
    Number(#[serde(with = "rust_decimal::serde::float")] Decimal),
    List(Vec<String>),
}

impl Value {
    /// The exact number, where the value is one.
    pub fn number(&self) -> Option<Decimal> {
        match self {
            Self::Integer(whole) => Some(Decimal::from(*whole)),
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// As a table shows it: a number with two decimals at most.
    pub fn shown(&self) -> String {
        match self {
            Self::Number(number) => readable(*number, None).to_string(),
            other => other.to_string(),
        }
    }
}

/// A number with two decimals at most; with all that it has where rounding would leave none of them, or take it to `limit`
/// or across it.
fn readable(number: Decimal, limit: Option<Decimal>) -> Decimal {
    let short = number.round_dp(2);
    let across = limit.is_some_and(|limit| short.cmp(&limit) != number.cmp(&limit));
    let misleads = across || (short != number && short.fract().is_zero());
    if misleads { number.normalize() } else { short.normalize() }
}

/// What was seen of a number, held against the one that is asked for, with two decimals at most: `99.77` for `99.7679`.
/// Nothing where what was seen is no number.
pub fn readable_number(seen: &str, asked: &str) -> Option<String> {
    Some(readable(seen.parse().ok()?, asked.parse().ok()).to_string())
}

/// As people read it: numbers without trailing zeros, lists with commas.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(truth) => write!(f, "{truth}"),
            Self::Integer(whole) => write!(f, "{whole}"),
            Self::Number(number) => write!(f, "{}", number.normalize()),
            Self::Text(text) => f.write_str(text),
            Self::List(items) => f.write_str(&items.join(", ")),
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<Decimal> for Value {
    fn from(value: Decimal) -> Self {
        Self::Number(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<Vec<String>> for Value {
    fn from(value: Vec<String>) -> Self {
        Self::List(value)
    }
}

/// The observations of a run by name; a missing name was not observed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Observations(BTreeMap<String, Value>);

impl Observations {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// As if it had not been observed.
    pub fn unset(&mut self, name: &str) {
        self.0.remove(name);
    }

    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_shown_with_two_decimals_unless_they_mislead() {
        let shown = |seen, asked| readable_number(seen, asked);
        assert_eq!(shown("99.7679", "99.5").as_deref(), Some("99.77"));
        assert_eq!(shown("99.7000", "").as_deref(), Some("99.7"));
        assert_eq!(shown("100", "99").as_deref(), Some("100"));
        assert_eq!(shown("99.9999", "99").as_deref(), Some("99.9999"), "not quite 100");
        assert_eq!(shown("99.4999", "99.5").as_deref(), Some("99.4999"), "below what is asked");
        assert_eq!(shown("99.4975", "99.499").as_deref(), Some("99.4975"), "nor above it");
        assert_eq!(shown("0.125", "0.125").as_deref(), Some("0.125"), "just what is asked");
        assert_eq!(shown("TLSv1.3", "1.2"), None);
        assert_eq!(Value::Number("99.8607".parse().unwrap()).shown(), "99.86");
        assert_eq!(Value::Text("1.2345".to_owned()).shown(), "1.2345");
    }

    #[test]
    fn a_value_keeps_its_type_as_json() {
        let number = |text: &str| Value::Number(text.parse().unwrap());
        for value in [
            Value::Boolean(true),
            Value::Integer(100),
            number("99.4"),
            number("100"),
            Value::Text("4.0".to_owned()),
            Value::Text("200".to_owned()),
            Value::List(vec!["1.2".to_owned()]),
        ] {
            let json = serde_json::to_string(&value).unwrap();
            assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), value, "{json}");
        }
    }
}
