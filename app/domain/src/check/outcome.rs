//! What one run of a health check brought back (`scoring.md` section 6.1, `health-checks.md` "What a run is").

use serde::{Deserialize, Serialize};

use super::Observations;

/// The result of a run, and the state of a binding. Ordered from best to worst news is *not* implied: see
/// [`BindingState::worst`](super::BindingState::worst) for the order of section 6.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    Pass,
    Warn,
    Fail,
    /// Says nothing about the target: never run, no credentials, our own network down.
    Unknown,
}

impl Status {
    /// The word on the wire and on the screen: `PASS`, `WARN`, `FAIL`, `UNKNOWN`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Warn => "WARN",
            Self::Fail => "FAIL",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// Whether the run reached what it was aimed at; decides steps 1 and 2 of section 6.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// The target answered, well or badly.
    Answered,
    /// The target did not answer: refused, timed out, no name, no TLS handshake.
    NoAnswer,
    /// The run could not conclude: not configured, credentials missing or refused, blocked by the guard.
    Inconclusive,
}

/// How much a message matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Info,
    Warning,
    Error,
}

/// The rule behind a message: its id in the specification and where to read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    pub id: String,
    pub link: String,
}

/// One sentence about a run: what was expected and what was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub severity: Severity,
    pub text: String,
    /// Where it was seen: a JSON path, an HL7 field, a certificate subject, a layer of the connection.
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirement: Option<Requirement>,
}

impl Message {
    pub fn new(severity: Severity, text: impl Into<String>) -> Self {
        Self { severity, text: text.into(), at: None, requirement: None }
    }

    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.at = Some(place.into());
        self
    }

    #[must_use]
    pub fn requirement(mut self, id: impl Into<String>, link: impl Into<String>) -> Self {
        self.requirement = Some(Requirement { id: id.into(), link: link.into() });
        self
    }
}

/// What a run of a check brought back, before any binding judges it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub reach: Reach,
    /// By the kind's own rule (`pass`, `warn`, `fail` of `check-kinds.toml`), independent of any binding.
    pub status: Status,
    /// The kind's own warning (its `warn` text), beyond any condition.
    pub warned: bool,
    pub observations: Observations,
    pub messages: Vec<Message>,
    /// What was sent, secrets removed, for example `GET https://fhir.example.org/metadata`.
    pub checked: String,
}
