//! What stands behind an answer: evidence, health checks, and where the criterion comes from.

use domain::check::Status;
use domain::framework::{Binding, Criterion};
use domain::scoring::{BindingScore, CriterionScore};
use leptos::prelude::*;
use service::Permission;
use service::record::Evidence;

use super::prepared::{Part, prepared};
use super::{Sheet, Typed};
use crate::pages::evidence::{evidence_fields, evidence_line};
use crate::pages::parts::RefusalNote;
use crate::ui::{Button, ButtonLink, ButtonSize, Sign, StatusBadge};
use crate::words::check_line;

pub(super) fn proof(sheet: &Sheet, criterion: &Criterion, score: &CriterionScore, id: &str) -> AnyView {
    let part = Part::Origin(criterion.code.clone());
    let origin = prepared(sheet.assessed.bundle.assessment.framework, part, || origin(sheet, criterion));
    view! {
        <div class="proof">
            <div id=format!("{id}-evidence")>
                <h3>"Evidence"</h3>
                {evidence(sheet, criterion)}
                {add(sheet, criterion, id)}
            </div>
            <div>
                <h3>"Health checks"</h3>
                {checks(sheet, criterion, score)}
            </div>
        </div>
        <details class="drawer" inner_html=origin></details>
    }
    .into_any()
}

/// The content of the drawer that says what proves the criterion.
fn origin(sheet: &Sheet, criterion: &Criterion) -> AnyView {
    let hint = format!("{}.", criterion.evidence.trim_end_matches('.'));
    view! {
        <summary>"What proves it, and where it comes from"</summary>
        <div class="stack-tight">
            <p class="small measure">{hint}</p>
            {sources(sheet, criterion)}
        </div>
    }
    .into_any()
}

fn evidence(sheet: &Sheet, criterion: &Criterion) -> AnyView {
    let items: Vec<&Evidence> = sheet.assessed.evidence_on(&criterion.code);
    if items.is_empty() {
        return view! { <ul class="lines"><li><span class="dim">"No evidence yet"</span></li></ul> }
            .into_any();
    }
    let today = sheet.assessed.computed_at.date();
    let lines = items.into_iter().map(|item| evidence_line(item, &sheet.paths, today)).collect_view();
    view! { <ul class="lines">{lines}</ul> }.into_any()
}

/// A link that opens the form here, or the form.
fn add(sheet: &Sheet, criterion: &Criterion, id: &str) -> Option<AnyView> {
    if !sheet.may_answer() {
        return None;
    }
    let page = sheet.paths.domain(&sheet.domain().code);
    let Some(typed) = Typed::evidence(sheet.typed.as_ref(), &criterion.code) else {
        let href = format!("{page}?evidence={}#{id}-evidence", criterion.code);
        let subject = format!(" to {}", criterion.code);
        let words = view! { "Add evidence"<span class="vh">{subject}</span> };
        return Some(
            view! {
                <p class="row gap-small"><ButtonLink href=href size=ButtonSize::Small sign=Sign::Plus>{words}</ButtonLink></p>
            }
            .into_any(),
        );
    };
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

fn checks(sheet: &Sheet, criterion: &Criterion, score: &CriterionScore) -> AnyView {
    let lines = criterion
        .bindings
        .iter()
        .filter_map(|binding| {
            let state = score.bindings.iter().find(|state| state.id == binding.id)?;
            Some(check(sheet, binding, state, score))
        })
        .collect_view();
    view! { <ul class="lines">{lines}</ul>{more(sheet, criterion)} }.into_any()
}

/// The way to a check, where a binding of the criterion has none and the reader may add one.
fn more(sheet: &Sheet, criterion: &Criterion) -> Option<AnyView> {
    let checks = &sheet.assessed.bundle.checks;
    let tied = |binding: &Binding| {
        checks.iter().any(|check| check.kind == binding.kind)
            && !sheet.assessed.probes_of(&binding.id).is_empty()
    };
    if !sheet.assessed.may(Permission::Operate) || criterion.bindings.iter().all(tied) {
        return None;
    }
    let words = view! { "Add a check"<span class="vh">{format!(" for {}", criterion.code)}</span> };
    let href = sheet.paths.integrations();
    Some(
        view! {
            <p class="row gap-small"><ButtonLink href=href size=ButtonSize::Small sign=Sign::Plus>{words}</ButtonLink></p>
        }
        .into_any(),
    )
}

fn check(sheet: &Sheet, binding: &Binding, state: &BindingScore, score: &CriterionScore) -> AnyView {
    // Most kinds have no check: finding that out first is cheap.
    let bundle = &sheet.assessed.bundle;
    let tied = if bundle.checks.iter().any(|check| check.kind == binding.kind) {
        sheet.assessed.probes_of(&binding.id)
    } else {
        Vec::new()
    };
    if tied.is_empty() && state.state == Status::Unknown {
        let part = Part::Untied(binding.id.clone());
        let html = prepared(bundle.assessment.framework, part, || {
            line(binding, state.state, None, UNTIED.to_owned())
        });
        return view! { <li inner_html=html></li> }.into_any();
    }
    let href = tied.first().map(|tied| sheet.paths.check(tied.check.id));
    let words = check_line(binding, state, &tied, score.claimed(), &sheet.seen);
    view! { <li>{line(binding, state.state, href, words)}</li> }.into_any()
}

/// What is said of a binding that no check is tied to.
const UNTIED: &str = "No check is tied to it";

/// A binding with its state and a line about it; `href` is the check's page.
fn line(binding: &Binding, state: Status, href: Option<String>, words: String) -> AnyView {
    let name = view! { {binding.id.to_string()}" "<span class="mono">{binding.kind.to_string()}</span> };
    let name = match href {
        Some(href) => view! { <a href=href>{name}</a> }.into_any(),
        None => view! { <span>{name}</span> }.into_any(),
    };
    view! { {name}<StatusBadge status=state/><span class="sub">{words}</span> }.into_any()
}

/// The sources that the criterion cites, as links into the framework's list.
fn sources(sheet: &Sheet, criterion: &Criterion) -> Option<AnyView> {
    if criterion.citations.is_empty() {
        return None;
    }
    let framework = &sheet.assessed.framework;
    let page = format!("/frameworks/{}/{}", framework.code, framework.version);
    let links = criterion.citations.iter().enumerate().map(|(index, key)| {
        let comma = if index == 0 { "" } else { ", " };
        view! { {comma}<a href=format!("{page}#source-{key}")>{key.to_string()}</a> }
    });
    Some(view! { <p class="fine">"Sources: " {links.collect_view()}</p> }.into_any())
}
