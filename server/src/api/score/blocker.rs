//! What exactly stands before the next rung.

use domain::RungCode;
use domain::scoring::{ConditionStanding, RungCondition, Score, display};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// A condition of the next rung, or of one below it, that does not hold.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Blocker {
    /// Which condition of `scoring.md` section 9.
    condition: ConditionName,
    /// The criterion, for a gate.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "PAT-1")]
    criterion: Option<String>,
    /// The domain, for a domain's least score.
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<String>,
    /// What is asked: percent, a level, a weight or days.
    #[serde(skip_serializing_if = "Option::is_none")]
    least: Option<u32>,
    /// What there is: a figure, a level, or the codes concerned.
    seen: Value,
    /// A check contradicts the answer: repairing it is enough.
    contradicted: bool,
    /// The same in a sentence.
    text: String,
}

/// The conditions of section 9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ConditionName {
    MinOverall,
    MinDomain,
    MinConfidence,
    MinCompleteness,
    Gate,
    NoOpenContradiction,
    IndependentAssessor,
    GateEvidenceAge,
    Coverage,
}

/// Everything that stands before the rung `next`: its own conditions, since all lower rungs are reached.
pub(super) fn before(next: &RungCode, score: &Score) -> Vec<Blocker> {
    let rung = score.ladder.iter().find(|rung| rung.code == *next);
    let conditions = rung.map(|rung| rung.conditions.as_slice()).unwrap_or_default();
    let open = conditions.iter().filter(|(_, standing)| *standing != ConditionStanding::Met);
    open.map(|(condition, standing)| Blocker::of(condition, *standing)).collect()
}

impl Blocker {
    fn of(condition: &RungCondition, standing: ConditionStanding) -> Self {
        use ConditionName as Name;
        let figure = |name, least: u8, seen: &domain::scoring::Exact, text: String| {
            let shown: f64 = display(seen).parse().expect("a decimal number is shown");
            Self::new(name, Some(u32::from(least)), json!(shown), text)
        };
        let named = match condition {
            RungCondition::Overall { least, seen } => figure(
                Name::MinOverall,
                *least,
                seen,
                format!("Overall is {}, and {least} is asked.", display(seen)),
            ),
            RungCondition::Confidence { least, seen } => {
                let text = format!("Confidence is {}%, and {least}% is asked.", display(seen));
                figure(Name::MinConfidence, *least, seen, text)
            }
            RungCondition::Completeness { least, seen } => {
                let text = format!("Completeness is {}%, and {least}% is asked.", display(seen));
                figure(Name::MinCompleteness, *least, seen, text)
            }
            RungCondition::Domain { code, least, seen } => {
                let text = format!("{code} scores {}, and {least} is asked of every domain.", display(seen));
                Self { domain: Some(code.to_string()), ..figure(Name::MinDomain, *least, seen, text) }
            }
            RungCondition::Gate { criterion, least, seen } => {
                let text = format!("{criterion} counts for {}, and {} is asked.", seen.get(), least.get());
                let blocker = Self::new(Name::Gate, Some(u32::from(least.get())), json!(seen.get()), text);
                Self { criterion: Some(criterion.to_string()), ..blocker }
            }
            RungCondition::NoContradiction { weight, contradicted } => {
                let text = format!("Checks contradict {}.", listed(contradicted));
                Self::new(Name::NoOpenContradiction, Some(u32::from(*weight)), json!(contradicted), text)
            }
            RungCondition::IndependentAssessor => {
                let text = "An assessor from outside the organization has to sign.".to_owned();
                Self::new(Name::IndependentAssessor, None, json!(false), text)
            }
            RungCondition::GateEvidence { max_age_days, missing } => {
                let text =
                    format!("No valid evidence of the last {max_age_days} days on {}.", listed(missing));
                Self::new(Name::GateEvidenceAge, Some(*max_age_days), json!(missing), text)
            }
            RungCondition::Coverage { domains } => {
                let text = format!("Too much is not applicable in {}.", listed(domains));
                Self::new(Name::Coverage, None, json!(domains), text)
            }
        };
        Self { contradicted: standing == ConditionStanding::Contradicted, ..named }
    }

    fn new(condition: ConditionName, least: Option<u32>, seen: Value, text: String) -> Self {
        Self { condition, criterion: None, domain: None, least, seen, contradicted: false, text }
    }
}

fn listed<T: ToString>(codes: &[T]) -> String {
    let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
    codes.join(", ")
}
