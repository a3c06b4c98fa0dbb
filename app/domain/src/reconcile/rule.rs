//! How two values of a field are compared.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::codes::CodeSystem;

/// The rule of one compared field. Space around a value never counts, and two empty values agree under every rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Rule {
    /// The same text, letter by letter.
    Exact,
    /// Dates at most so many days apart. Read are `2026-11-20`, `20261120` (with or without a time after them),
    /// `11/20/2026` and `20.11.2026`.
    Days(u32),
    /// Amounts at most so many hundredths apart. Read are `1234.5`, `1,234.50`, `$1,234.50`, `-3` and `(3.00)`.
    Cents(u32),
    /// The same code, however it is written: see [`CodeSystem`].
    Code(CodeSystem),
}

/// A text that is no rule.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not a rule: write exact, days=1, cents=5, code, or code=SYSTEM with one of {systems}", systems = CodeSystem::NAMES.join(", "))]
pub struct RuleError(String);

impl Rule {
    /// Whether differences of the field have a size.
    pub const fn is_amount(self) -> bool {
        matches!(self, Self::Cents(_))
    }
}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let wrong = || RuleError(text.to_owned());
        let (name, argument) = match text.split_once('=') {
            Some((name, argument)) => (name.trim(), Some(argument.trim())),
            None => (text.trim(), None),
        };
        let number = |argument: Option<&str>| match argument {
            None => Ok(0),
            Some(argument) => argument.parse().map_err(|_| wrong()),
        };
        match name {
            "exact" if argument.is_none() => Ok(Self::Exact),
            "days" => Ok(Self::Days(number(argument)?)),
            "cents" => Ok(Self::Cents(number(argument)?)),
            "code" => match argument {
                None => Ok(Self::Code(CodeSystem::Any)),
                Some(system) => CodeSystem::named(system).map(Self::Code).ok_or_else(wrong),
            },
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact => f.write_str("exact"),
            Self::Days(days) => write!(f, "days={days}"),
            Self::Cents(cents) => write!(f, "cents={cents}"),
            Self::Code(CodeSystem::Any) => f.write_str("code"),
            Self::Code(system) => write!(f, "code={}", system.name()),
        }
    }
}

impl TryFrom<String> for Rule {
    type Error = RuleError;

    fn try_from(text: String) -> Result<Self, RuleError> {
        text.parse()
    }
}

impl From<Rule> for String {
    fn from(rule: Rule) -> Self {
        rule.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_reads_back_as_it_is_written() {
        for text in ["exact", "days=0", "days=3", "cents=5", "code", "code=icd10", "code=ndc"] {
            assert_eq!(text.parse::<Rule>().unwrap().to_string(), text);
        }
        assert_eq!("days".parse(), Ok(Rule::Days(0)));
    }

    #[test]
    fn what_is_no_rule_is_named_with_the_rules_there_are() {
        for text in ["", "day=1", "days=x", "days=-1", "cents=1.5", "exact=1", "code=klingon"] {
            let error = text.parse::<Rule>().unwrap_err().to_string();
            assert!(error.contains("days=1") && error.contains("loinc"), "{error}");
        }
    }
}
