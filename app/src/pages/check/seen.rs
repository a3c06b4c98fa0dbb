//! What the latest run saw, and what each tied binding expected of it.

use domain::check::{ConditionResult, Status, Value};
use leptos::prelude::*;
use service::check::ConditionSeen;

use super::CheckShown;
use crate::ui::{Column, Drawer, Section, StatusBadge, Table, TableLook, moment};
use crate::words::{in_columns, seen_words};

/// Longer lists are folded away.
const ITEMS_SHOWN: usize = 6;
/// And so are wider ones.
const LETTERS_SHOWN: usize = 48;

/// A condition with every binding that asks for it.
struct Asked<'a> {
    condition: &'a ConditionSeen,
    by: Vec<String>,
}

pub(super) fn conditions_section(check: &CheckShown) -> AnyView {
    let asked = asked(check);
    let latest = check.page.present_runs().first();
    let has_run = latest.is_some();
    let aside = latest.map(|run| moment(run.started_at.timestamp()));
    let content = if asked.is_empty() {
        view! { <p>"No criterion that it is tied to expects anything in particular."</p> }.into_any()
    } else {
        let mut columns = vec![Column::text("Condition"), Column::text("Expected")];
        if has_run {
            columns.extend([Column::text("Seen"), Column::text("Result")]);
        }
        columns.push(Column::text("Asked by"));
        let rows = asked.iter().map(|asked| row(asked, has_run)).collect_view();
        view! {
            <Table caption="Conditions of the tied criteria with the value expected and the value seen" columns look=TableLook::Fold>
                {rows}
            </Table>
        }
        .into_any()
    };
    view! {
        <Section id="conditions" title="Expected and seen" aside=view! { <p>{aside}</p> }>{content}</Section>
    }
    .into_any()
}

/// Every condition once, in the bindings' order.
fn asked(check: &CheckShown) -> Vec<Asked<'_>> {
    let mut asked: Vec<Asked<'_>> = Vec::new();
    for bound in check.tied() {
        for condition in &bound.conditions {
            let by = bound.binding.id.to_string();
            // A kind may see something else for each binding.
            let same = |known: &&mut Asked<'_>| {
                let known = known.condition;
                known.expected == condition.expected
                    && known.seen == condition.seen
                    && known.result == condition.result
            };
            match asked.iter_mut().find(same) {
                Some(known) => known.by.push(by),
                None => asked.push(Asked { condition, by: vec![by] }),
            }
        }
    }
    asked
}

fn row(asked: &Asked<'_>, has_run: bool) -> AnyView {
    let text = &asked.condition.expected;
    let (name, expected) = in_columns(text);
    let seen = has_run.then(|| {
        let (status, word) = match asked.condition.result {
            ConditionResult::Fulfilled => (Status::Pass, "Holds"),
            ConditionResult::NearMiss => (Status::Warn, "Near miss"),
            ConditionResult::Broken => (Status::Fail, "Broken"),
            ConditionResult::Undecided => (Status::Unknown, "Not seen"),
        };
        let seen = seen_value(asked.condition);
        view! {
            <td class="mono strong" data-label="Seen">{breakable(&seen)}</td>
            <td><StatusBadge status label=word.to_owned()/></td>
        }
    });
    let by = asked.by.iter().map(|by| view! { <span class="nowrap">{by.clone()}</span>" " }).collect_view();
    view! {
        <tr>
            <th scope="row">{name}<span class="sub mono">{breakable(text)}</span></th>
            <td class="mono wide" data-label="Expected">{breakable(&expected)}</td>
            {seen}
            <td class="dim" data-label="Asked by">{by}</td>
        </tr>
    }
    .into_any()
}

/// A long address may break after each slash.
fn breakable(text: &str) -> AnyView {
    let parts = text.split_inclusive('/').map(|part| view! { {part.to_owned()}<wbr/> });
    parts.collect_view().into_any()
}

/// A long list is not said whole: whether the wanted item is in it is what matters.
fn seen_value(condition: &ConditionSeen) -> String {
    let seen = condition.seen.as_deref().unwrap_or_default();
    // Only what is looked through for an item is a list; another text may have commas of its own.
    let items = if condition.expected.contains(" contains ") { seen.split(", ").count() } else { 1 };
    let long = items > ITEMS_SHOWN || (items > 1 && seen.chars().count() > LETTERS_SHOWN);
    if long { format!("{items} entries") } else { seen_words(condition) }
}

pub(super) fn observations_section(check: &CheckShown) -> AnyView {
    let Some(run) = check.page.present_runs().first() else {
        return view! {
            <Section id="observations" title="Observations"><p class="dim">"The first run brings them."</p></Section>
        }
        .into_any();
    };
    let kind = &check.page.kind;
    // In the kind's order, then whatever else was seen.
    let declared = kind
        .observations
        .iter()
        .filter_map(|spec| Some((spec.name.as_str(), run.observations.get(&spec.name)?, spec.unit.as_str())));
    let others = run.observations.iter().filter(|(name, _)| kind.observation(name).is_none());
    let others = others.map(|(name, value)| (name, value, ""));
    let rows: Vec<_> =
        declared.chain(others).map(|(name, value, unit)| observation(name, value, unit)).collect();
    let content = if rows.is_empty() {
        view! { <p>"The latest run saw nothing that could be measured."</p> }.into_any()
    } else {
        let columns = vec![Column::text("Name"), Column::text("Value"), Column::text("Unit")];
        view! { <Table caption="Observations of the latest run" columns>{rows}</Table> }.into_any()
    };
    view! { <Section id="observations" title="Observations">{content}</Section> }.into_any()
}

fn shown_length(items: &[String]) -> usize {
    items.iter().map(|item| item.chars().count()).sum()
}

fn observation(name: &str, value: &Value, unit: &str) -> AnyView {
    let shown = match value {
        Value::List(items) if items.is_empty() => "none".into_any(),
        Value::List(items) if items.len() > ITEMS_SHOWN || shown_length(items) > LETTERS_SHOWN => {
            let lines = items.iter().map(|item| view! { <li>{breakable(item)}</li> }).collect_view();
            view! { <Drawer summary=format!("{} entries", items.len())><ul>{lines}</ul></Drawer> }.into_any()
        }
        Value::Text(text) if text.is_empty() => "empty".into_any(),
        other => breakable(&other.shown()),
    };
    view! {
        <tr>
            <th scope="row" class="mono">{name.to_owned()}</th>
            <td class="mono">{shown}</td>
            <td class="dim">{unit.to_owned()}</td>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_is_counted_rather_than_said() {
        let condition = |seen: &str| ConditionSeen {
            expected: "interactions contains Patient.read".to_owned(),
            seen: Some(seen.to_owned()),
            result: ConditionResult::Fulfilled,
        };
        assert_eq!(seen_value(&condition("a, b")), "a, b");
        assert_eq!(seen_value(&condition("a, b, c, d, e, f, g")), "7 entries");
        let address = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient";
        assert_eq!(seen_value(&condition(&format!("{address}, {address}"))), "2 entries");
        let many = vec!["Observation.search-type"; 200].join(", ");
        assert_eq!(seen_value(&condition(&many)), "200 entries");
    }
}
