//! What went wrong, and at which layer: DNS › connect › TLS › HTTP › content type › parse › rule.

use domain::check::{Message, Reach, Severity};

use crate::guard::{GuardError, ResolveError};

/// The layer at which a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// Parameters that no run can use, or a target that the guard refuses: nothing was sent.
    Guard,
    Dns,
    Connect,
    Tls,
    Ssh,
    Http,
    /// HL7 v2's Minimal Lower Layer Protocol: the framing of messages.
    Mllp,
    ContentType,
    Parse,
    Rule,
}

impl Layer {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Guard => "guard",
            Self::Dns => "DNS",
            Self::Connect => "connect",
            Self::Tls => "TLS",
            Self::Ssh => "SSH",
            Self::Http => "HTTP",
            Self::Mllp => "MLLP",
            Self::ContentType => "content type",
            Self::Parse => "parse",
            Self::Rule => "rule",
        }
    }
}

/// Why a run ended before it could judge: the layer, a sentence, and whether that says something about the target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Failure {
    pub layer: Layer,
    pub text: String,
    pub reach: Reach,
}

impl Failure {
    /// The target gave no usable answer.
    pub(crate) fn no_answer(layer: Layer, text: impl Into<String>) -> Self {
        Self { layer, text: text.into(), reach: Reach::NoAnswer }
    }

    /// The target answered, badly.
    pub(crate) fn answered(layer: Layer, text: impl Into<String>) -> Self {
        Self { layer, text: text.into(), reach: Reach::Answered }
    }

    /// Nothing was learned about the target.
    pub(crate) fn inconclusive(layer: Layer, text: impl Into<String>) -> Self {
        Self { layer, text: text.into(), reach: Reach::Inconclusive }
    }

    /// The same failure, its sentence introduced by where it happened.
    pub(crate) fn context(mut self, introduction: &str) -> Self {
        self.text = format!("{introduction}: {}", self.text);
        self
    }

    pub(crate) fn message(&self) -> Message {
        Message::new(Severity::Error, self.text.clone()).at(self.layer.as_str())
    }
}

impl From<GuardError> for Failure {
    fn from(error: GuardError) -> Self {
        let text = error.to_string();
        match error {
            GuardError::Unresolved(ResolveError::NoNameServer { .. }) => Self::inconclusive(Layer::Dns, text),
            GuardError::Unresolved(_) => Self::no_answer(Layer::Dns, text),
            GuardError::Refused { .. } | GuardError::BadHost { .. } | GuardError::BadUrl { .. } => {
                Self::inconclusive(Layer::Guard, text)
            }
        }
    }
}
