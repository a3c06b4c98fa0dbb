//! What stands behind an answer: evidence, health checks, and where the criterion comes from.

use domain::Framework;
use domain::framework::{Binding, Criterion};
use domain::scoring::CriterionScore;
use leptos::prelude::*;
use service::Permission;

use super::Sheet;
use super::card::{Card, CheckLine};
use crate::pages::evidence::{evidence_fields, evidence_line};
use crate::pages::parts::RefusalNote;
use crate::ui::{Button, ButtonLink, ButtonSize, Sign, StatusBadge};
use crate::words::{anchor, check_line};

/// `form` is that of new evidence, where it is open.
pub(super) fn proof(
    framework: &Framework,
    criterion: &Criterion,
    card: &Card,
    form: Option<AnyView>,
) -> AnyView {
    let id = anchor(&criterion.code);
    let lines = if card.evidence.is_empty() {
        view! { <ul class="lines"><li><span class="dim">"No evidence yet"</span></li></ul> }.into_any()
    } else {
        view! { <ul class="lines" inner_html=card.evidence.clone()></ul> }.into_any()
    };
    let add = form.or_else(|| card.open.then(|| add_evidence(criterion, card)));
    let checks = card.checks.iter().map(|line| check(&criterion.bindings[line.binding], line)).collect_view();
    let hint = format!("{}.", criterion.evidence.trim_end_matches('.'));
    view! {
        <div class="proof">
            <div id=format!("{id}-evidence")>
                <h3>"Evidence"</h3>
                {lines}
                {add}
            </div>
            <div>
                <h3>"Health checks"</h3>
                <ul class="lines">{checks}</ul>
                {card.add_check.clone().map(|href| add_button(href, "Add a check", format!(" for {}", criterion.code)))}
            </div>
        </div>
        <details class="drawer">
            <summary>"What proves it, and where it comes from"</summary>
            <div class="stack-tight">
                <p class="small measure">{hint}</p>
                {sources(framework, criterion)}
            </div>
        </details>
    }
    .into_any()
}

/// A link that opens the form of new evidence here.
fn add_evidence(criterion: &Criterion, card: &Card) -> AnyView {
    let id = anchor(&criterion.code);
    let href = format!("{}?evidence={}#{id}-evidence", card.page, criterion.code);
    add_button(href, "Add evidence", format!(" to {}", criterion.code))
}

fn add_button(href: String, words: &'static str, subject: String) -> AnyView {
    let words = view! { {words}<span class="vh">{subject}</span> };
    view! {
        <p class="row gap-small"><ButtonLink href=href size=ButtonSize::Small sign=Sign::Plus>{words}</ButtonLink></p>
    }
    .into_any()
}

/// The lines of the criterion's evidence, as HTML.
pub(super) fn evidence(sheet: &Sheet, criterion: &Criterion) -> String {
    let items = sheet.assessed.evidence_on(&criterion.code);
    let today = sheet.assessed.computed_at.date();
    items.into_iter().map(|item| evidence_line(item, &sheet.paths, today).to_html()).collect()
}

/// The form of new evidence, where it is open for the criterion.
pub(super) fn form(sheet: &Sheet, criterion: &Criterion) -> Option<AnyView> {
    let typed = sheet.typed.evidence_of(&criterion.code).filter(|_| sheet.may_answer())?;
    let id = anchor(&criterion.code);
    let page = sheet.paths.domain(&sheet.domain().code);
    let today = sheet.assessed.computed_at.date();
    let refusal = typed.refusal.as_ref();
    let fields = evidence_fields(&typed.fields, refusal, today);
    let cancel = format!("{page}#{id}");
    Some(
        view! {
            <form
                method="post" action=format!("{page}/evidence#{id}-evidence") enctype="multipart/form-data"
                class="gap-above" aria-label="Add evidence"
            >
                <RefusalNote refusal=refusal.cloned()/>
                <input type="hidden" name="criteria" value=criterion.code.to_string()/>
                {fields}
                <p class="row gap-above">
                    <Button>"Add evidence"</Button>
                    <ButtonLink href=cancel>"Cancel"</ButtonLink>
                </p>
            </form>
        }
        .into_any(),
    )
}

/// How each binding of the criterion stands.
pub(super) fn checks(sheet: &Sheet, criterion: &Criterion, score: &CriterionScore) -> Vec<CheckLine> {
    let lines = criterion.bindings.iter().enumerate().filter_map(|(place, binding)| {
        let state = score.bindings.iter().find(|state| state.id == binding.id)?;
        let tied =
            if any_of_kind(sheet, binding) { sheet.assessed.probes_of(&binding.id) } else { Vec::new() };
        let href = tied.first().map(|tied| sheet.paths.check(tied.check.id));
        let words = check_line(binding, state, &tied, score.claimed(), &sheet.seen);
        Some(CheckLine { binding: place, state: state.state, href, words })
    });
    lines.collect()
}

/// Most kinds have no check: finding that out first is cheap.
fn any_of_kind(sheet: &Sheet, binding: &Binding) -> bool {
    sheet.assessed.bundle.checks.iter().any(|check| check.kind == binding.kind)
}

/// Where a check is added, where a binding of the criterion has none and the reader may add one.
pub(super) fn add_check(sheet: &Sheet, criterion: &Criterion) -> Option<String> {
    let tied =
        |binding: &Binding| any_of_kind(sheet, binding) && !sheet.assessed.probes_of(&binding.id).is_empty();
    let wanted = sheet.assessed.may(Permission::Operate) && !criterion.bindings.iter().all(tied);
    wanted.then(|| sheet.paths.integrations())
}

/// A binding with its state and a line about it.
fn check(binding: &Binding, line: &CheckLine) -> AnyView {
    let id = view! { <span class="nowrap">{binding.id.to_string()}</span> };
    let name = view! { {id}" "<span class="mono">{binding.kind.to_string()}</span> };
    let name = match line.href.clone() {
        Some(href) => view! { <a href=href>{name}</a> }.into_any(),
        None => view! { <span>{name}</span> }.into_any(),
    };
    view! { <li>{name}<StatusBadge status=line.state/><span class="sub">{line.words.clone()}</span></li> }
        .into_any()
}

/// The sources that the criterion cites, as links into the framework's list.
fn sources(framework: &Framework, criterion: &Criterion) -> Option<AnyView> {
    if criterion.citations.is_empty() {
        return None;
    }
    let page = format!("/frameworks/{}/{}", framework.code, framework.version);
    let links = criterion.citations.iter().enumerate().map(|(index, key)| {
        let comma = if index == 0 { "" } else { ", " };
        view! { {comma}<a href=format!("{page}#source-{key}")>{key.to_string()}</a> }
    });
    Some(view! { <p class="fine">"Sources: " {links.collect_view()}</p> }.into_any())
}
