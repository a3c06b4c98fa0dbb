//! One criterion: question, anchors, gates, what proves it, its checks, its sources.

use std::collections::BTreeMap;

use domain::framework::{Binding, Criterion, Effort};
use domain::{Framework, KindCode};
use leptos::prelude::*;

use crate::pages::parts::profile_names;
use crate::ui::{Column, Drawer, Fact, KeyValue, Sign, Table, TableLook, Tag, whole_codes};
use crate::words::{anchor, in_words, phrase};

const fn effort_words(effort: Effort) -> &'static str {
    match effort {
        Effort::S => "small",
        Effort::M => "medium",
        Effort::L => "large",
    }
}

/// What a level asks besides the levels below it: 3 and 4 are cumulative.
const fn cumulative(level: usize) -> Option<&'static str> {
    match level {
        3 => Some("All of 2, and: "),
        4 => Some("All of 2 and 3, and: "),
        _ => None,
    }
}

pub(super) fn criterion_view(
    framework: &Framework,
    criterion: &Criterion,
    kinds: &BTreeMap<KindCode, String>,
) -> AnyView {
    let id = anchor(&criterion.code);
    let heading = format!("{id}-h");
    let labelled = heading.clone();
    let gates = criterion
        .gates
        .iter()
        .map(|gate| {
            let least = gate.least.get();
            view! { <Tag sign=Sign::Gate>{format!("Gates {} at {least}", gate.rung)}</Tag> }
        })
        .collect_view();
    let weight = criterion.weight.get();
    view! {
        <section class="crit" id=id aria-labelledby=labelled>
            <div class="crit-head">
                <span class="crit-code">{criterion.code.to_string()}</span>
                <h3 id=heading>{criterion.title.clone()}</h3>
                <div class="crit-marks"><Tag>"Weight "<b>{weight.to_string()}</b></Tag>{gates}</div>
            </div>
            <div class="crit-body">
                <p class="crit-q">{whole_codes(&criterion.question)}</p>
                {anchors(framework, criterion)}
                {facts(framework, criterion)}
                {checks(criterion, kinds)}
            </div>
        </section>
    }
    .into_any()
}

fn anchors(framework: &Framework, criterion: &Criterion) -> AnyView {
    let rows = criterion
        .anchors
        .iter()
        .zip(&framework.levels)
        .enumerate()
        .map(|(level, (text, name))| {
            let before = cumulative(level).map(|words| view! { <b>{words}</b> });
            view! { <tr>
                <th scope="row" class="nowrap">{format!("{level} {name}")}</th>
                <td class="wide">{before}{whole_codes(&in_words(text))}</td>
            </tr> }
        })
        .collect_view();
    let columns = vec![Column::text("Level"), Column::text("True at this level")];
    let caption = format!("Levels of {}", criterion.code);
    view! { <Table caption columns look=TableLook::Fold>{rows}</Table> }.into_any()
}

fn facts(framework: &Framework, criterion: &Criterion) -> AnyView {
    let sources = criterion
        .citations
        .iter()
        .enumerate()
        .map(|(i, key)| {
            let comma = if i == 0 { "" } else { ", " };
            view! { {comma}<a href=format!("#source-{key}")>{key.to_string()}</a> }
        })
        .collect_view()
        .into_any();
    let facts = vec![
        Fact::new("Asked of", profile_names(framework, &criterion.profiles)),
        Fact::new("What proves it", whole_codes(&criterion.evidence)),
        Fact::new("How to improve", whole_codes(&criterion.remediation)),
        Fact::new("Effort", effort_words(criterion.effort)),
        Fact::new("Sources", sources),
    ];
    view! { <div class="gap-above"><KeyValue facts/></div> }.into_any()
}

fn checks(criterion: &Criterion, kinds: &BTreeMap<KindCode, String>) -> AnyView {
    let columns = vec![
        Column::text("Binding"),
        Column::text("Check"),
        Column::text("Passes when"),
        Column::text("Conditions"),
        Column::number("Fail cap"),
    ];
    let rows = criterion.bindings.iter().map(|binding| binding_row(binding, kinds)).collect_view();
    let caption = format!("Health checks bound to {}", criterion.code);
    view! {
        <Drawer summary=format!("Health checks bound to it: {}", criterion.bindings.len())>
            <Table caption columns look=TableLook::Fold>{rows}</Table>
        </Drawer>
    }
    .into_any()
}

fn binding_row(binding: &Binding, kinds: &BTreeMap<KindCode, String>) -> AnyView {
    let conditions =
        binding.expect.iter().map(|condition| view! { <li>{phrase(&condition.text)}</li> }).collect_view();
    view! {
        <tr>
            <th scope="row"><span class="code">{binding.id.to_string()}</span></th>
            <td>{kinds.get(&binding.kind).cloned()}<span class="sub mono">{binding.kind.to_string()}</span></td>
            <td class="wide">{whole_codes(&in_words(&binding.passes_when))}</td>
            <td class="wide"><ul class="small">{conditions}</ul></td>
            <td class="num" data-label="Fail cap">{binding.fail_cap.get().to_string()}</td>
        </tr>
    }
    .into_any()
}
