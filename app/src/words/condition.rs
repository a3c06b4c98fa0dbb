//! Conditions of a check in words.
//!
//! `days_to_expiry >= 30` is written *days to expiry ≥ 30*, `chain_valid == true` *chain valid: yes*.

use service::check::ConditionSeen;

/// An observation's name in words, and the unit that its name carries.
fn name_and_unit(observation: &str) -> (String, &'static str) {
    let units = [("_pct", "%"), ("_ms", " ms"), ("_minutes", " minutes"), ("_hours", " hours")];
    let found = units.into_iter().find_map(|(suffix, unit)| Some((observation.strip_suffix(suffix)?, unit)));
    let (name, unit) = found.unwrap_or((observation, ""));
    (name.replace('_', " "), unit)
}

/// A value as people say it: `true` is *yes*.
fn value_words(value: &str) -> &str {
    match value {
        "true" => "yes",
        "false" => "no",
        other => other,
    }
}

/// A condition as a framework writes it (`observation op value`), in words.
pub fn phrase(condition: &str) -> String {
    let mut parts = condition.splitn(3, ' ');
    let (Some(observation), Some(operator), Some(value)) = (parts.next(), parts.next(), parts.next()) else {
        return condition.to_owned();
    };
    let (name, unit) = name_and_unit(observation);
    let words = match operator {
        ">=" => "≥",
        "<=" => "≤",
        "==" if matches!(value, "true" | "false") => return format!("{name}: {}", value_words(value)),
        "==" => "is",
        "!=" => "is not",
        "startswith" => "starts with",
        other => other,
    };
    format!("{name} {words} {value}{unit}")
}

/// What was seen for a condition: `4`, `no`, or that nothing was.
pub fn seen_words(condition: &ConditionSeen) -> String {
    let Some(seen) = &condition.seen else {
        return "nothing".to_owned();
    };
    let unit = condition.expected.split(' ').next().map_or("", |observation| name_and_unit(observation).1);
    if seen.is_empty() { "empty".to_owned() } else { format!("{}{unit}", value_words(seen)) }
}

/// One condition with what was seen: `days to expiry ≥ 30, seen 4`.
pub fn expected(condition: &ConditionSeen) -> String {
    format!("{}, seen {}", phrase(&condition.expected), seen_words(condition))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_read_as_words() {
        assert_eq!(phrase("days_to_expiry >= 30"), "days to expiry ≥ 30");
        assert_eq!(phrase("chain_valid == true"), "chain valid: yes");
        assert_eq!(phrase("availability_30d_pct >= 99.0"), "availability 30d ≥ 99.0%");
        assert_eq!(phrase("fhir_version startswith 4.0"), "fhir version starts with 4.0");
        assert_eq!(
            phrase("capabilities contains launch-standalone"),
            "capabilities contains launch-standalone"
        );
    }
}
