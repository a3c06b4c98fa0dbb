//! What the reader chooses for each column: its partner in the other file, what it is, and by which rule it is compared.

use domain::reconcile::{Column, ComparedField, Rule};
use serde_json::json;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement, HtmlSelectElement};

use super::parts::{by_id, each, escaped};

/// Value and words of what a column may be used as.
const USES: [(&str, &str); 8] = [
    ("", "Not used"),
    ("key", "Key"),
    ("key-member", "Key, and names the person"),
    ("member", "Names the person"),
    ("exact", "Compare: the same text"),
    ("days", "Compare: dates"),
    ("cents", "Compare: amounts"),
    ("code", "Compare: codes"),
];

/// A row for each column of the left file.
pub(super) fn table(left: &[String], right: &[String]) -> String {
    let rows: String = left.iter().map(|name| row(name, right)).collect();
    format!(
        r#"<div class="t-scroll" tabindex="0" role="region" aria-label="Table: columns"><table class="t t-fold"><caption class="vh">Columns of the two files</caption><thead><tr><th scope="col">Column</th><th scope="col">In the other file</th><th scope="col">Use</th><th scope="col">Allowed difference</th></tr></thead><tbody>{rows}</tbody></table></div>"#
    )
}

fn row(name: &str, right: &[String]) -> String {
    let partner = partner(name, right);
    let others = right
        .iter()
        .map(|other| {
            let selected = if partner == Some(other) { " selected" } else { "" };
            let other = escaped(other);
            format!(r#"<option value="{other}"{selected}>{other}</option>"#)
        })
        .collect::<Vec<_>>()
        .concat();
    let guess = if partner.is_some() { guess(name) } else { "" };
    let uses = USES
        .iter()
        .map(|(value, words)| {
            let selected = if *value == guess { " selected" } else { "" };
            format!(r#"<option value="{value}"{selected}>{words}</option>"#)
        })
        .collect::<Vec<_>>()
        .concat();
    let hidden = if measure(guess).is_empty() { " hidden" } else { "" };
    let (name, unit) = (escaped(name), measure(guess));
    format!(
        r#"<tr data-column="{name}"><th scope="row">{name}</th><td class="wide" data-label="In the other file"><select class="input" data-with aria-label="{name} in the other file"><option value="">none</option>{others}</select></td><td class="wide" data-label="Use"><select class="input" data-use aria-label="Use of {name}">{uses}</select></td><td class="wide"><span data-label="Allowed difference" data-allowed{hidden}><input class="input input-short" type="number" min="0" step="1" value="0" data-tolerance aria-label="Allowed difference of {name}"> <span class="small dim" data-unit>{unit}</span></span></td></tr>"#
    )
}

/// The column of the other file with the same name, but for case and what is neither letter nor digit.
fn partner<'a>(name: &str, right: &'a [String]) -> Option<&'a String> {
    right
        .iter()
        .find(|other| *other == name)
        .or_else(|| right.iter().find(|other| letters(other) == letters(name)))
}

fn letters(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What a column of this name is likely used as; its reader decides.
fn guess(name: &str) -> &'static str {
    let name = letters(name);
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    match () {
        () if has(&["date", "dob"]) => "days",
        () if has(&["amount", "charge", "paid", "cost", "price"]) || name.ends_with("count") => "cents",
        () if has(&["code", "diagnosis", "procedure", "icd", "cpt", "ndc", "loinc"]) || name == "dx" => {
            "code"
        }
        () if has(&["patient", "member", "person", "mrn"]) => "key-member",
        () if name.ends_with("id") || has(&["number", "key"]) => "key",
        () => "",
    }
}

/// The unit of what may differ; empty where nothing may.
fn measure(choice: &str) -> &'static str {
    match choice {
        "days" => "days",
        "cents" => "cents",
        _ => "",
    }
}

/// Shows the field for the allowed difference where the use has one.
pub(super) fn used(select: &HtmlSelectElement) {
    let unit = measure(&select.value());
    let Some(row) = select.closest("tr").ok().flatten() else { return };
    if let Ok(Some(allowed)) = row.query_selector("[data-allowed]") {
        let _ = if unit.is_empty() {
            allowed.set_attribute("hidden", "")
        } else {
            allowed.remove_attribute("hidden")
        };
    }
    if let Ok(Some(place)) = row.query_selector("[data-unit]") {
        place.set_text_content(Some(unit));
    }
}

/// The plan as JSON, or what is missing.
pub(super) fn plan() -> Result<String, String> {
    let (mut key, mut members, mut fields) = (Vec::new(), Vec::new(), Vec::new());
    let rows = by_id("mapping").map(|mapping| each::<Element>(mapping.query_selector_all("tr[data-column]")));
    for row in rows.unwrap_or_default() {
        let select = |what: &str| {
            let found = row.query_selector(what).ok().flatten();
            found.and_then(|found| found.dyn_into::<HtmlSelectElement>().ok()).map(|select| select.value())
        };
        let chosen = select("[data-use]").unwrap_or_default();
        if chosen.is_empty() {
            continue;
        }
        let left = row.get_attribute("data-column").unwrap_or_default();
        let right = select("[data-with]").unwrap_or_default();
        if right.is_empty() {
            return Err(format!(
                "Choose the column of the other file that {left} is compared with, or do not use it."
            ));
        }
        let column = Column { left, right };
        match chosen.as_str() {
            "key" => key.push(column),
            "member" => members.push(column),
            "key-member" => {
                members.push(column.clone());
                key.push(column);
            }
            choice => {
                let rule = rule(choice, &row)
                    .ok_or_else(|| format!("Write a whole number for what may differ in {}.", column.left))?;
                fields.push(ComparedField { column, rule });
            }
        }
    }
    if key.is_empty() {
        return Err("Choose at least one column as the key.".to_owned());
    }
    if members.len() > 1 {
        return Err("Only one column can name the person.".to_owned());
    }
    Ok(json!({ "key": key, "member": members.first(), "fields": fields }).to_string())
}

fn rule(choice: &str, row: &Element) -> Option<Rule> {
    let tolerance = || {
        let field = row.query_selector("[data-tolerance]").ok()??;
        field.dyn_into::<HtmlInputElement>().ok()?.value().trim().parse().ok()
    };
    match choice {
        "days" => tolerance().map(Rule::Days),
        "cents" => tolerance().map(Rule::Cents),
        other => other.parse().ok(),
    }
}
