//! The kinds of health checks, as `frameworks/check-kinds.toml` describes them.

use serde::{Deserialize, Serialize};

use super::Value;
use crate::code::KindCode;

/// How a kind comes to its observations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Group {
    /// Rung connects to the target.
    #[serde(rename = "network probe")]
    NetworkProbe,
    /// The organization's systems report in, or Rung lists a drop location.
    #[serde(rename = "feed")]
    Feed,
    /// Computed from uploaded or streamed files, or from their aggregates.
    #[serde(rename = "reconciliation")]
    Reconciliation,
    /// Computed from records kept in Rung.
    #[serde(rename = "register")]
    Register,
}

/// What kinds observe beside what their file declares. No condition can ask for it; pages show it after the rest.
const EXTRA: [(&str, &str); 1] = [
    // The instant that `days_to_expiry` counts whole days to: no day of the calendar follows from those.
    ("tls.certificate", "expires_at"),
];

/// A kind of health check: its identity, its timing, its parameters and what it observes. Times are in seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckKind {
    pub code: KindCode,
    pub title: String,
    pub group: Group,
    pub method: String,
    pub default_schedule: String,
    pub default_interval: u32,
    pub timeout: u32,
    /// How long a PASS or WARN counts.
    pub freshness: u32,
    /// Consecutive FAILs before an answer is contradicted.
    pub fail_after: u32,
    /// Whether a PASS makes an answer verified (E3); false where the kind only looks at the evidence itself.
    pub verifies: bool,
    pub pass: String,
    pub warn: String,
    pub fail: String,
    pub needs: String,
    /// In the order of the file.
    pub parameters: Vec<ParameterSpec>,
    /// In the order of the file.
    pub observations: Vec<ObservationSpec>,
}

impl CheckKind {
    pub fn parameter(&self, name: &str) -> Option<&ParameterSpec> {
        self.parameters.iter().find(|spec| spec.name == name)
    }

    pub fn observation(&self, name: &str) -> Option<&ObservationSpec> {
        self.observations.iter().find(|spec| spec.name == name)
    }

    /// Whether it observes such a thing: what the file declares, and what is listed beside it.
    pub fn observes(&self, name: &str) -> bool {
        self.observation(name).is_some() || EXTRA.contains(&(self.code.as_str(), name))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ParameterType {
    Url,
    Host,
    Integer,
    Number,
    String,
    Boolean,
    List,
    /// A whole number with `s`, `m`, `h` or `d`.
    Duration,
    /// Write-only: encrypted at rest, never shown, never logged.
    Secret,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterSpec {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: ParameterType,
    pub required: bool,
    pub default: Option<Value>,
    pub help: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ObservationType {
    Integer,
    Number,
    String,
    Boolean,
    List,
}

impl ObservationType {
    /// The word of a check kind file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::Number => "number",
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::List => "list",
        }
    }

    /// The word as a sentence needs it.
    pub(super) const fn with_article(self) -> &'static str {
        match self {
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Boolean => "a boolean",
            Self::List => "a list",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservationSpec {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: ObservationType,
    pub unit: String,
    pub help: String,
    /// Margin inside which a missed condition is a near miss (WARN), in the observation's unit.
    #[serde(default, with = "rust_decimal::serde::float_option")]
    pub warn_within: Option<rust_decimal::Decimal>,
}

#[cfg(test)]
mod tests {
    use super::EXTRA;

    #[test]
    fn what_is_observed_beside_the_file_is_of_a_kind_that_does_not_declare_it() {
        for (code, name) in EXTRA {
            let kind = crate::builtin::check_kinds().get(&code.into()).unwrap();
            assert!(kind.observation(name).is_none() && kind.observes(name), "{code}: {name}");
            assert!(!kind.observes("anything"));
        }
    }
}
