//! Conditions of a binding's `expect` list, and how they judge a run (`scoring.md` section 6.1).

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{CheckKind, ObservationSpec, ObservationType, Outcome, Reach, Status, Value};

/// A comparison of `frameworks/README.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operator {
    #[serde(rename = ">=")]
    AtLeast,
    #[serde(rename = "<=")]
    AtMost,
    #[serde(rename = ">")]
    Above,
    #[serde(rename = "<")]
    Below,
    #[serde(rename = "==")]
    Equals,
    #[serde(rename = "!=")]
    Differs,
    #[serde(rename = "contains")]
    Contains,
    #[serde(rename = "startswith")]
    StartsWith,
}

/// `observation op value`, typed by the kind's declaration of the observation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    pub observation: String,
    pub operator: Operator,
    pub value: Value,
    /// As written in the framework file.
    pub text: String,
}

/// A condition that the kind's observations cannot answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct ConditionError(pub String);

impl Operator {
    /// As a framework file writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AtLeast => ">=",
            Self::AtMost => "<=",
            Self::Above => ">",
            Self::Below => "<",
            Self::Equals => "==",
            Self::Differs => "!=",
            Self::Contains => "contains",
            Self::StartsWith => "startswith",
        }
    }

    fn read(text: &str) -> Option<Self> {
        [
            Self::AtLeast,
            Self::AtMost,
            Self::Above,
            Self::Below,
            Self::Equals,
            Self::Differs,
            Self::Contains,
            Self::StartsWith,
        ]
        .into_iter()
        .find(|operator| operator.as_str() == text)
    }

    /// Whether the operator means anything for such an observation.
    const fn suits(self, kind: ObservationType) -> bool {
        match self {
            Self::AtLeast | Self::AtMost | Self::Above | Self::Below => {
                matches!(kind, ObservationType::Integer | ObservationType::Number)
            }
            Self::Equals | Self::Differs => !matches!(kind, ObservationType::List),
            Self::Contains => matches!(kind, ObservationType::String | ObservationType::List),
            Self::StartsWith => matches!(kind, ObservationType::String),
        }
    }
}

impl Condition {
    /// Reads a condition, split at the first two spaces, against the kind's declared observations.
    pub fn read(text: &str, kind: &CheckKind) -> Result<Self, ConditionError> {
        let mut parts = text.splitn(3, ' ');
        let (Some(name), Some(operator), Some(value)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(ConditionError(format!("`{text}` is not a condition: write `observation op value`")));
        };
        let Some(spec) = kind.observation(name) else {
            return Err(ConditionError(format!("`{text}`: {} does not observe `{name}`", kind.code)));
        };
        let Some(operator) = Operator::read(operator) else {
            let problem = "is not an operator; use >=, <=, >, <, ==, !=, contains or startswith";
            return Err(ConditionError(format!("`{text}`: `{operator}` {problem}")));
        };
        if !operator.suits(spec.kind) {
            let (operator, kind) = (operator.as_str(), spec.kind.with_article());
            return Err(ConditionError(format!("`{text}`: `{operator}` does not fit `{name}`, {kind}")));
        }
        let Some(value) = read_value(value, spec.kind) else {
            let kind = spec.kind.with_article();
            return Err(ConditionError(format!("`{text}`: `{value}` is not {kind}, which `{name}` is")));
        };
        Ok(Self { observation: name.to_owned(), operator, value, text: text.to_owned() })
    }

    /// Evaluates the condition on what a run observed; step 3 of section 6.1.
    fn evaluate(&self, spec: Option<&ObservationSpec>, observed: Option<&Value>) -> ConditionResult {
        let margin = spec.and_then(|spec| spec.warn_within);
        match (observed, &self.value) {
            (None, _) => ConditionResult::Undecided,
            (Some(Value::List(items)), Value::Text(wanted)) => {
                fulfilled_if(self.operator == Operator::Contains && items.contains(wanted))
            }
            (Some(Value::Text(seen)), Value::Text(wanted)) => fulfilled_if(match self.operator {
                Operator::Equals => seen == wanted,
                Operator::Differs => seen != wanted,
                Operator::Contains => seen.contains(wanted.as_str()),
                Operator::StartsWith => seen.starts_with(wanted.as_str()),
                _ => false,
            }),
            (Some(Value::Boolean(seen)), Value::Boolean(wanted)) => {
                fulfilled_if((seen == wanted) == (self.operator == Operator::Equals))
            }
            (Some(seen), wanted) => match (seen.number(), wanted.number()) {
                (Some(seen), Some(wanted)) => compare(self.operator, seen, wanted, margin),
                // A value of another type than declared says nothing about the target.
                _ => ConditionResult::Undecided,
            },
        }
    }
}

fn fulfilled_if(holds: bool) -> ConditionResult {
    if holds { ConditionResult::Fulfilled } else { ConditionResult::Broken }
}

/// The value of a condition, typed as its observation is.
fn read_value(text: &str, kind: ObservationType) -> Option<Value> {
    match kind {
        // A threshold between two whole numbers is allowed: `p95_days <= 1.5`.
        ObservationType::Integer => text
            .parse()
            .map(Value::Integer)
            .or_else(|_| Decimal::from_str_exact(text).map(Value::Number))
            .ok(),
        ObservationType::Number => Decimal::from_str_exact(text).map(Value::Number).ok(),
        ObservationType::Boolean => match text {
            "true" => Some(Value::Boolean(true)),
            "false" => Some(Value::Boolean(false)),
            _ => None,
        },
        ObservationType::String | ObservationType::List => Some(Value::Text(text.to_owned())),
    }
}

/// Compares exact numbers; a threshold missed by at most `margin` is a near miss.
fn compare(operator: Operator, seen: Decimal, wanted: Decimal, margin: Option<Decimal>) -> ConditionResult {
    let holds = match operator {
        Operator::AtLeast => seen >= wanted,
        Operator::AtMost => seen <= wanted,
        Operator::Above => seen > wanted,
        Operator::Below => seen < wanted,
        Operator::Equals => seen == wanted,
        Operator::Differs => seen != wanted,
        Operator::Contains | Operator::StartsWith => false,
    };
    if holds {
        return ConditionResult::Fulfilled;
    }
    let missed_by = match operator {
        Operator::AtLeast | Operator::Above => wanted.checked_sub(seen),
        Operator::AtMost | Operator::Below => seen.checked_sub(wanted),
        Operator::Equals => seen.checked_sub(wanted).map(|distance| distance.abs()),
        Operator::Differs | Operator::Contains | Operator::StartsWith => None,
    };
    match (missed_by, margin) {
        (Some(missed_by), Some(margin)) if missed_by <= margin => ConditionResult::NearMiss,
        _ => ConditionResult::Broken,
    }
}

/// How one condition came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConditionResult {
    Fulfilled,
    NearMiss,
    Broken,
    /// The observation is missing.
    Undecided,
}

/// How a binding judges a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    pub status: Status,
    /// One result for each condition, in the binding's order.
    pub conditions: Vec<ConditionResult>,
}

/// Observations that no answer brings: what only the past of a check tells, and what others report of a target. Where one of
/// them is missing, that is not because the target did not answer. When a check last succeeded is none of them: it is missing
/// as long as no answer was good.
const NOT_BY_ANSWER: [(&str, &str); 7] = [
    ("fhir.capability", "availability_30d_pct"),
    ("fhir.capability", "availability_90d_pct"),
    ("fhir.capability", "longest_outage_hours"),
    ("fhir.bulk_export", "success_90d_pct"),
    ("fhir.subscription", "delivery_30d_pct"),
    ("cdshooks.discovery", "p95_latency_ms"),
    ("file.freshness", "on_time_30d_pct"),
];

/// Judges a run by a binding's conditions: steps 1 to 3 of section 6.1.
pub fn judge(expect: &[Condition], kind: &CheckKind, outcome: &Outcome) -> Judgement {
    let conditions: Vec<ConditionResult> = expect
        .iter()
        .map(|condition| {
            let name = condition.observation.as_str();
            condition.evaluate(kind.observation(name), outcome.observations.get(name))
        })
        .collect();
    let by_answer = |name: &str| !NOT_BY_ANSWER.contains(&(kind.code.as_str(), name));
    let missing = || {
        let mut names = expect.iter().map(|condition| condition.observation.as_str());
        names.any(|name| by_answer(name) && outcome.observations.get(name).is_none())
    };
    let any = |result| conditions.contains(&result);
    let status = match outcome.reach {
        Reach::Inconclusive => Status::Unknown,
        Reach::NoAnswer if missing() => Status::Fail,
        Reach::NoAnswer | Reach::Answered => {
            if any(ConditionResult::Broken) {
                Status::Fail
            } else if any(ConditionResult::Undecided) {
                Status::Unknown
            } else if any(ConditionResult::NearMiss) || outcome.warned {
                Status::Warn
            } else {
                Status::Pass
            }
        }
    };
    Judgement { status, conditions }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin;
    use crate::check::Observations;

    #[test]
    fn no_answer_decides_nothing_of_what_only_the_past_or_a_report_tells() {
        let unanswered = |code: &str, text: &str| {
            let kind = builtin::check_kinds().get(&code.into()).unwrap();
            let outcome = Outcome {
                reach: Reach::NoAnswer,
                status: Status::Fail,
                warned: false,
                observations: Observations::new(),
                messages: Vec::new(),
                checked: String::new(),
            };
            judge(&[Condition::read(text, kind).unwrap()], kind, &outcome).status
        };
        for (code, observation) in NOT_BY_ANSWER {
            let kind = builtin::check_kinds().get(&code.into());
            assert!(kind.and_then(|kind| kind.observation(observation)).is_some(), "{code} {observation}");
        }
        for (code, text) in [
            ("fhir.capability", "availability_90d_pct >= 99.5"),
            ("fhir.capability", "longest_outage_hours <= 24"),
            ("cdshooks.discovery", "p95_latency_ms <= 1000"),
            ("file.freshness", "on_time_30d_pct >= 95"),
        ] {
            assert_eq!(unanswered(code, text), Status::Unknown, "{text}");
        }
        assert_eq!(unanswered("fhir.capability", "http_status == 200"), Status::Fail);
        assert_eq!(unanswered("fhir.read_search", "p95_latency_ms <= 1000"), Status::Fail);
    }
}
