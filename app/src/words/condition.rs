//! Conditions of a check in words.
//!
//! `days_to_expiry >= 30` is written *days to expiry ≥ 30*, `chain_valid == true` *chain valid: yes*.

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

/// How many decimals of a number are shown: as many as of an uptime.
const DECIMALS: usize = 2;

/// A number with two decimals at most, cut rather than rounded up: 99.996 is not 100. `beside` is what it is compared
/// with: where the number that was cut would read as that, it is said whole. Any other text stays.
pub fn cut<'a>(number: &'a str, beside: Option<&str>) -> &'a str {
    let Some((whole, decimals)) = number.split_once('.') else { return number };
    let digits = |text: &str| text.bytes().all(|letter| letter.is_ascii_digit());
    if decimals.len() <= DECIMALS || !digits(whole.trim_start_matches('-')) || !digits(decimals) {
        return number;
    }
    let plain = |number: &'a str| number.trim_end_matches('0').trim_end_matches('.');
    let short = plain(&number[..=whole.len() + DECIMALS]);
    let misread = beside.is_some_and(|beside| match beside.split_once('.') {
        Some(_) => short == beside.trim_end_matches('0').trim_end_matches('.'),
        None => short == beside,
    });
    if misread || short == "-0" { number } else { short }
}

/// What was seen for a condition: `4`, `no`, or that nothing was.
pub fn seen_words(condition: &ConditionSeen) -> String {
    let Some(seen) = &condition.seen else { return "nothing".to_owned() };
    if seen.is_empty() {
        return "nothing in it".to_owned();
    }
    let unit = condition.expected.split(' ').next().map_or("", |observation| name_and_unit(observation).1);
    let seen = cut(value_words(seen), condition.expected.splitn(3, ' ').nth(2));
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
    fn a_number_is_cut_to_two_decimals_but_never_to_what_it_misses() {
        assert_eq!(cut("99.7679", None), "99.76");
        assert_eq!(cut("99.996", Some("100")), "99.99");
        assert_eq!(cut("12.0031", None), "12");
        assert_eq!(cut("1.0031", Some("1")), "1.0031");
        assert_eq!(cut("2.5009", Some("2.50")), "2.5009");
        for whole in ["4.0.1", "99.5", "41", "RS384", "-0.0001", "3.1415 of 4"] {
            assert_eq!(cut(whole, None), whole);
        }
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
        let share = "availability_30d_pct >= 99.5";
        assert_eq!(words(share, Some("97.7679")), "availability over 30 days: saw 97.76%, needs ≥ 99.5%");
        let long = "Patient.read, ".repeat(30);
        assert!(
            words("interactions contains Group.read", Some(&long))
                .ends_with("…, needs to contain Group.read")
        );
    }
}
