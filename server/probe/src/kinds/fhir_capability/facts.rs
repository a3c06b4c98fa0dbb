//! What a capability statement declares, one fact a line, so that two statements can be held against each other: the
//! order of lists, and what changes by itself from day to day, make no difference.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Says when the statement was made, or how it reads, and nothing of what the server does.
const VOLATILE: [&str; 6] = ["date", "id", "meta", "text", "contained", "implicitRules"];
/// By which an entry of a list is known, the first that it has.
const NAMES: [&str; 7] = ["type", "mode", "code", "name", "url", "definition", "reference"];
/// More facts than the largest statements declare.
const MOST: usize = 20_000;
/// Characters of one value that are kept.
const LONGEST: usize = 200;

/// The facts of a statement, sorted, one a line: `rest[server].resource[Patient].interaction = read`.
pub(super) fn facts(statement: &Value) -> String {
    let mut facts = BTreeSet::new();
    if let Value::Object(fields) = statement {
        for (name, value) in fields.iter().filter(|(name, _)| !VOLATILE.contains(&name.as_str())) {
            walk(name, value, &mut facts);
        }
    }
    let mut lines: Vec<String> = facts.into_iter().collect();
    if lines.len() > MOST {
        lines.truncate(MOST);
        lines.push("… and more than Rung compares".to_owned());
    }
    lines.join("\n")
}

fn walk(path: &str, value: &Value, facts: &mut BTreeSet<String>) {
    match value {
        Value::Null => {}
        Value::Object(fields) => object(path, fields, facts),
        Value::Array(items) => {
            for item in items {
                match item {
                    Value::Object(fields) => entry(path, fields, facts),
                    other => walk(path, other, facts),
                }
            }
        }
        Value::Bool(truth) => fact(path, &truth.to_string(), facts),
        Value::Number(number) => fact(path, &number.to_string(), facts),
        Value::String(text) => fact(path, text, facts),
    }
}

fn object(path: &str, fields: &Map<String, Value>, facts: &mut BTreeSet<String>) {
    for (name, value) in fields {
        walk(&format!("{path}.{name}"), value, facts);
    }
}

/// An entry of a list, known by its name rather than by its place.
fn entry(path: &str, fields: &Map<String, Value>, facts: &mut BTreeSet<String>) {
    let name = NAMES.iter().find_map(|name| Some((*name, fields.get(*name)?.as_str()?)));
    let Some((known_by, name)) = name else { return object(path, fields, facts) };
    fact(path, name, facts);
    let path = format!("{path}[{}]", short(name));
    for (field, value) in fields.iter().filter(|(field, _)| field.as_str() != known_by) {
        walk(&format!("{path}.{field}"), value, facts);
    }
}

fn fact(path: &str, value: &str, facts: &mut BTreeSet<String>) {
    facts.insert(format!("{} = {}", one_line(path), short(value)));
}

/// Whatever a server writes, as a line that can be kept: PostgreSQL takes no text with a NUL.
fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// On one line, and not longer than people read.
fn short(text: &str) -> String {
    let line = one_line(text);
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn entries_are_known_by_name_and_codes_stand_for_themselves() {
        let statement = json!({
            "date": "2026-11-20", "fhirVersion": "4.0.1", "software": { "version": "2026.3.0" },
            "rest": [{ "mode": "server", "resource": [
                { "type": "Patient", "interaction": [{ "code": "read" }, { "code": "search-type" }], "versioning": "no" },
            ] }],
        });
        let expected = [
            "fhirVersion = 4.0.1",
            "rest = server",
            "rest[server].resource = Patient",
            "rest[server].resource[Patient].interaction = read",
            "rest[server].resource[Patient].interaction = search-type",
            "rest[server].resource[Patient].versioning = no",
            "software.version = 2026.3.0",
        ];
        assert_eq!(facts(&statement).lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn no_text_brings_a_nul_or_a_line_of_its_own() {
        let statement =
            json!({ "descri\u{0}ption": "a\u{0}b\nc", "rest": [{ "mode": "ser\u{0}ver", "x": 1 }] });
        let expected = ["descri ption = a b c", "rest = ser ver", "rest[ser ver].x = 1"];
        assert_eq!(facts(&statement).lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn the_order_of_lists_and_volatile_fields_make_no_difference() {
        let one =
            json!({ "date": "2026-01-01", "format": ["json", "xml"], "text": { "div": "made at 12:00" } });
        let other = json!({ "date": "2026-01-02", "format": ["xml", "json"], "meta": { "versionId": "7" } });
        assert_eq!(facts(&one), facts(&other));
    }

    #[test]
    fn whatever_json_comes_is_read_as_far_as_it_goes() {
        assert_eq!(facts(&json!([1, 2])), "");
        assert_eq!(facts(&json!({ "rest": [[], null, 7, { "mode": 3 }] })), "rest = 7\nrest.mode = 3");
        let long = "x".repeat(5000);
        assert!(facts(&json!({ "description": long })).len() < 250);
        let wide: Vec<Value> = (0..30_000).map(|n| json!({ "code": n.to_string() })).collect();
        assert_eq!(facts(&json!({ "many": wide })).lines().count(), MOST + 1);
    }
}
