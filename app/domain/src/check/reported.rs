//! Observations that somebody reports, where Rung does not look itself: read against what their kind declares.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::{CheckKind, ObservationSpec, ObservationType, Observations, Value};

/// The longest text, in bytes, and the most items of a list.
const LONGEST: usize = 200;
const MOST: usize = 100;

/// A reported observation that its kind does not accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedError {
    pub name: String,
    /// A sentence: what is wrong and what is wanted.
    pub problem: String,
}

impl Observations {
    /// Reads reported observations. A number may come as text, as forms send it; an empty text or null is not reported.
    /// Names everything that is wrong.
    pub fn read(kind: &CheckKind, raw: &BTreeMap<String, Json>) -> Result<Self, Vec<ReportedError>> {
        let mut observations = Self::new();
        let mut errors = Vec::new();
        for (name, json) in raw {
            let value = if let Some(spec) = kind.observation(name) {
                value(spec, json)
            } else {
                let known: Vec<&str> = kind.observations.iter().map(|spec| spec.name.as_str()).collect();
                Err(format!("{} does not observe this; it observes {}.", kind.code, known.join(", ")))
            };
            match value {
                Ok(Some(value)) => observations.set(name, value),
                Ok(None) => {}
                Err(problem) => errors.push(ReportedError { name: name.clone(), problem }),
            }
        }
        if errors.is_empty() { Ok(observations) } else { Err(errors) }
    }
}

fn value(spec: &ObservationSpec, json: &Json) -> Result<Option<Value>, String> {
    let wanted = || match spec.kind {
        ObservationType::Integer => "Write a whole number, 0 or more.".to_owned(),
        ObservationType::Number if spec.unit == "%" => "Write a number from 0 to 100.".to_owned(),
        ObservationType::Number => "Write a number, 0 or more.".to_owned(),
        ObservationType::Boolean => "Write true or false.".to_owned(),
        ObservationType::String => format!("Write a text of at most {LONGEST} bytes."),
        ObservationType::List => format!("Write at most {MOST} texts of at most {LONGEST} bytes each."),
    };
    let text = match json {
        Json::Null => return Ok(None),
        Json::String(text) if text.trim().is_empty() => return Ok(None),
        Json::String(text) => text.trim().to_owned(),
        Json::Number(number) => number.to_string(),
        Json::Bool(truth) => truth.to_string(),
        Json::Array(items) => return list(spec, items).map(Some).ok_or_else(wanted),
        Json::Object(_) => return Err(wanted()),
    };
    let short = text.len() <= LONGEST;
    let value = match spec.kind {
        ObservationType::Integer => text.parse().ok().filter(|number| *number >= 0).map(Value::Integer),
        ObservationType::Number => decimal(&text)
            .filter(|number| !number.is_sign_negative() || number.is_zero())
            .filter(|number| spec.unit != "%" || *number <= Decimal::ONE_HUNDRED)
            .map(Value::Number),
        ObservationType::Boolean => text.parse().ok().map(Value::Boolean),
        ObservationType::String => short.then_some(Value::Text(text)),
        ObservationType::List => {
            let items = text.split(['\n', ',']).map(|item| Json::String(item.trim().to_owned()));
            list(spec, &items.collect::<Vec<_>>())
        }
    };
    value.map(Some).ok_or_else(wanted)
}

fn decimal(text: &str) -> Option<Decimal> {
    Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text)).ok()
}

fn list(spec: &ObservationSpec, items: &[Json]) -> Option<Value> {
    if spec.kind != ObservationType::List || items.len() > MOST {
        return None;
    }
    let texts =
        items.iter().map(|item| item.as_str().filter(|text| text.len() <= LONGEST).map(str::to_owned));
    let texts: Option<Vec<String>> = texts.collect();
    Some(Value::List(texts?.into_iter().filter(|text| !text.is_empty()).collect()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::builtin;
    use crate::code::KindCode;

    fn read(raw: &Json) -> Result<Observations, Vec<ReportedError>> {
        let kind = builtin::check_kinds().get(&KindCode::from("recon.claims_clinical")).unwrap();
        let raw = raw.as_object().unwrap().clone().into_iter().collect();
        Observations::read(kind, &raw)
    }

    #[test]
    fn figures_come_as_json_or_as_a_form_types_them() {
        let typed =
            json!({ "member_match_pct": "97.5", "categories": "encounters, pharmacy", "run_age_days": "" });
        let sent = json!({ "member_match_pct": 97.5, "categories": ["encounters", "pharmacy"] });
        assert_eq!(read(&typed).unwrap(), read(&sent).unwrap());
        assert_eq!(read(&sent).unwrap().get("run_age_days"), None);
    }

    #[test]
    fn what_the_kind_does_not_declare_or_cannot_be_is_named() {
        let wrong = json!({
            "member_match_pct": 101, "encounter_match_pct": -1, "run_age_days": 1.5, "categories": {}, "rows": 3
        });
        let errors = read(&wrong).unwrap_err();
        let names: Vec<_> = errors.iter().map(|error| error.name.as_str()).collect();
        assert_eq!(names, ["categories", "encounter_match_pct", "member_match_pct", "rows", "run_age_days"]);
        assert!(errors[3].problem.contains("does not observe this"), "{errors:?}");
    }
}
