//! Conditions of a check in words.
//!
//! `days_to_expiry >= 30` is written *days to expiry ≥ 30*, `chain_valid == true` *chain valid: yes*.

use domain::check::readable_number;
use service::check::ConditionSeen;

/// An observation's name in words, and the unit that its name carries.
fn name_and_unit(observation: &str) -> (String, &'static str) {
    let units = [("_pct", "%"), ("_ms", " ms"), ("_minutes", " minutes"), ("_hours", " hours")];
    let found = units.into_iter().find_map(|(suffix, unit)| Some((observation.strip_suffix(suffix)?, unit)));
    let (name, unit) = found.unwrap_or((observation, ""));
    let mut words: Vec<String> = Vec::new();
    for word in name.split('_') {
        match word.strip_suffix('d').filter(|days| days.parse::<u16>().is_ok()) {
            Some(days) if words.last().is_some_and(|last| last == "within" || last == "over") => {
                words.push(format!("{days} days"));
            }
            Some(days) => words.push(format!("over {days} days")),
            None => words.push(super::spelled(word)),
        }
    }
    (words.join(" "), unit)
}

/// A value as people say it: `true` is *yes*.
fn value_words(value: &str) -> &str {
    match value {
        "true" => "yes",
        "false" => "no",
        other => other,
    }
}

/// A condition taken apart: the observation in words, what is asked of it (`≥ 30`), and the unit.
fn parts(condition: &str) -> Option<(String, String)> {
    let mut parts = condition.splitn(3, ' ');
    let (observation, operator, value) = (parts.next()?, parts.next()?, parts.next()?);
    let (name, unit) = name_and_unit(observation);
    let value = value_words(value);
    let asked = match operator {
        "==" => format!("{value}{unit}"),
        "!=" => format!("anything but {value}{unit}"),
        "contains" => format!("to contain {value}"),
        "startswith" => format!("to start with {value}"),
        other => format!("{} {value}{unit}", super::in_words(other)),
    };
    Some((name, asked))
}

/// A condition as a framework writes it (`observation op value`), in words.
pub fn phrase(condition: &str) -> String {
    let Some((name, asked)) = parts(condition) else { return condition.to_owned() };
    match condition.split(' ').nth(1) {
        Some("==" | "!=") => format!("{name}: {asked}"),
        Some("contains") => format!("{name} contains {}", asked.trim_start_matches("to contain ")),
        Some("startswith") => format!("{name} starts with {}", asked.trim_start_matches("to start with ")),
        _ => format!("{name} {asked}"),
    }
}

/// A condition for a table: `Days to expiry` and `≥ 30`.
pub fn in_columns(condition: &str) -> (String, String) {
    let Some((name, asked)) = parts(condition) else { return (condition.to_owned(), String::new()) };
    let asked = match condition.split(' ').nth(1) {
        Some("contains") => asked.replacen("to contain", "contains", 1),
        Some("startswith") => asked.replacen("to start with", "starts with", 1),
        _ => asked,
    };
    (super::capitalized(&name), asked)
}

/// The longest value that is shown in full.
const LONGEST_SEEN: usize = 120;

/// What was seen for a condition: `4`, `no`, or that nothing was.
pub fn seen_words(condition: &ConditionSeen) -> String {
    let Some(seen) = &condition.seen else { return "nothing".to_owned() };
    if seen.is_empty() {
        return "nothing in it".to_owned();
    }
    let mut expected = condition.expected.splitn(3, ' ');
    let unit = expected.next().map_or("", |observation| name_and_unit(observation).1);
    // Without a unit it may be a version, which is no number.
    let number =
        if unit.is_empty() { None } else { readable_number(seen, expected.nth(1).unwrap_or_default()) };
    let seen = number.as_deref().unwrap_or_else(|| value_words(seen));
    match seen.char_indices().nth(LONGEST_SEEN) {
        Some((end, _)) => format!("{}…", &seen[..end]),
        None => format!("{seen}{unit}"),
    }
}

/// One condition with what was seen: `days to expiry: saw 4, needs ≥ 30`.
pub fn expected(condition: &ConditionSeen) -> String {
    match parts(&condition.expected) {
        Some((name, asked)) => format!("{name}: saw {}, needs {asked}", seen_words(condition)),
        None => condition.expected.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_read_as_words() {
        assert_eq!(phrase("days_to_expiry >= 30"), "days to expiry ≥ 30");
        assert_eq!(phrase("chain_valid == true"), "chain valid: yes");
        assert_eq!(phrase("availability_30d_pct >= 99.0"), "availability over 30 days ≥ 99.0%");
        assert_eq!(phrase("fhir_version startswith 4.0"), "FHIR version starts with 4.0");
        assert_eq!(
            phrase("capabilities contains launch-standalone"),
            "capabilities contains launch-standalone"
        );
        assert_eq!(phrase("http_status == 200"), "HTTP status: 200");
        assert_eq!(phrase("closed_within_30d_pct >= 90"), "closed within 30 days ≥ 90%");
    }

    #[test]
    fn a_condition_is_split_into_what_is_looked_at_and_what_is_expected() {
        let columns = |condition| {
            let (name, asked) = in_columns(condition);
            format!("{name}|{asked}")
        };
        assert_eq!(columns("days_to_expiry >= 30"), "Days to expiry|≥ 30");
        assert_eq!(columns("chain_valid == true"), "Chain valid|yes");
        assert_eq!(columns("latency_ms <= 10000"), "Latency|≤ 10000 ms");
        assert_eq!(columns("operations contains export"), "Operations|contains export");
        assert_eq!(columns("fhir_version startswith 4.0"), "FHIR version|starts with 4.0");
    }

    #[test]
    fn what_was_seen_stands_before_what_is_needed() {
        let words = |condition: &str, seen: Option<&str>| {
            let (text, seen) = (condition.to_owned(), seen.map(ToOwned::to_owned));
            let result = domain::check::ConditionResult::Broken;
            expected(&ConditionSeen { expected: text, seen, result })
        };
        assert_eq!(words("days_to_expiry >= 30", Some("4")), "days to expiry: saw 4, needs ≥ 30");
        assert_eq!(words("connected == true", Some("false")), "connected: saw no, needs yes");
        assert_eq!(words("latency_ms <= 10000", None), "latency: saw nothing, needs ≤ 10000 ms");
        let share = |seen| words("availability_90d_pct >= 99.5", Some(seen));
        assert_eq!(share("99.7679"), "availability over 90 days: saw 99.77%, needs ≥ 99.5%");
        assert_eq!(share("99.4999"), "availability over 90 days: saw 99.4999%, needs ≥ 99.5%");
        assert_eq!(share("99.9999"), "availability over 90 days: saw 99.9999%, needs ≥ 99.5%");
        assert_eq!(
            words("software_version == 1.2345", Some("1.2345")),
            "software version: saw 1.2345, needs 1.2345"
        );
        let long = "Patient.read, ".repeat(30);
        assert!(
            words("interactions contains Group.read", Some(&long))
                .ends_with("…, needs to contain Group.read")
        );
    }
}
