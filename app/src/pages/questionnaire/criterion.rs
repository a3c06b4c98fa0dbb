//! One criterion: its question, the answer's form, what proves it, and how its saving stands.

use std::sync::Arc;

use domain::framework::Criterion;
use domain::scoring::CriterionScore;
use domain::{CriterionCode, Framework};
use leptos::prelude::*;

use super::card::{Card, Shown};
use super::prepared::{Part, prepared};
use super::{Sheet, TypedAnswer, anchors, conflict, proof};
use crate::answer::field_name;
use crate::islands::FORM;
use crate::ui::{Icon, SaveState, Sign, inside_textarea};
use crate::words::anchor;

/// What came back with a form that was not taken, or was opened.
#[derive(Default)]
struct Back<'a> {
    answer: Option<&'a TypedAnswer>,
    /// The other criteria that came back with this one.
    beside: Vec<&'a CriterionCode>,
    /// The choice between two answers.
    conflict: Option<AnyView>,
    /// The form of new evidence.
    evidence: Option<AnyView>,
}

/// The criterion as a group of the page.
pub(super) fn criterion(sheet: &Sheet, criterion: &Criterion, score: &CriterionScore) -> AnyView {
    let id = anchor(&criterion.code);
    let framework = &sheet.assessed.framework;
    let answer = sheet.typed.answer(&criterion.code);
    let beside = sheet.typed.beside(&criterion.code);
    let evidence = proof::form(sheet, criterion);
    let card = Arc::new(Card::of(sheet, criterion, score));
    let html = if answer.is_none() && beside.is_empty() && evidence.is_none() {
        let part = Part::Card { criterion: criterion.code.clone(), card: card.clone() };
        let draw = || draw(framework, criterion, &card, Back::default());
        prepared(sheet.assessed.bundle.assessment.framework, part, draw)
    } else {
        let stale = answer.filter(|typed| typed.stale);
        let conflict = stale.map(|typed| conflict::conflict(sheet, criterion, typed));
        draw(framework, criterion, &card, Back { answer, beside, conflict, evidence }).to_html().into()
    };
    view! {
        <section class="crit" id=id.clone() role="group" aria-labelledby=format!("{id}-c {id}-h") inner_html=html>
        </section>
    }
    .into_any()
}

/// What is inside the group.
fn draw(framework: &Framework, criterion: &Criterion, card: &Card, back: Back<'_>) -> AnyView {
    let id = anchor(&criterion.code);
    let problem = back.answer.and_then(|typed| typed.note.clone());
    view! {
        <div class="crit-head">
            <span class="crit-code" id=format!("{id}-c")>{criterion.code.to_string()}</span>
            <h2 id=format!("{id}-h")>{criterion.title.clone()}</h2>
            <span role="status" id=format!("{id}-save")><SaveState saving=card.saving.clone()/></span>
            <div class="crit-marks" id=format!("{id}-marks") inner_html=card.marks.clone()></div>
        </div>
        <div class="crit-body">
            <div id=format!("{id}-problem")>{problem.map(problem_note)}{elsewhere(&back.beside)}</div>
            <div id=format!("{id}-note") inner_html=card.note.clone()></div>
            <div id=format!("{id}-conflict")>{back.conflict}</div>
            {fields(framework, criterion, card, back.answer)}
            {proof::proof(framework, criterion, card, back.evidence)}
            {about(criterion, card)}
        </div>
    }
    .into_any()
}

/// The ways to what was said about the criterion and to its earlier answers.
fn about(criterion: &Criterion, card: &Card) -> AnyView {
    let at = &card.about;
    let on = format!(" on {}", criterion.code);
    view! {
        <p class="row gap-small no-print">
            <a class="link-row small" href=format!("{at}#comments")>
                {card.comments.clone()}<span class="vh">{on.clone()}</span>
            </a>
            <a class="link-row small" href=format!("{at}#history")>"History"<span class="vh">{on}</span></a>
        </p>
    }
    .into_any()
}

fn problem_note(text: String) -> AnyView {
    view! { <p class="error gap-below" role="alert"><Icon sign=Sign::Fail/>{text}</p> }.into_any()
}

/// What came back further up or down the page, for who looks at this criterion.
fn elsewhere(beside: &[&CriterionCode]) -> Option<AnyView> {
    let link = |code: &&CriterionCode| {
        view! { " "<a href=format!("#{}", anchor(code))>{code.to_string()}</a> }
    };
    let links = beside.iter().map(link).collect_view();
    (!beside.is_empty()).then(|| {
        view! { <p class="error gap-below" role="alert"><Icon sign=Sign::Fail/>"Not saved, see there:"{links}</p> }
            .into_any()
    })
}

/// The answer: fields of the page's one form.
fn fields(framework: &Framework, criterion: &Criterion, card: &Card, typed: Option<&TypedAnswer>) -> AnyView {
    let id = anchor(&criterion.code);
    let Shown { level, reason, rationale, revision } = &card.shown;
    let error = |field: &str| typed.and_then(|typed| typed.errors.of(field));
    let save = card.open.then(|| save_button(criterion, &format!("{}#{id}", card.page)));
    let name = |field: &str| field_name(&criterion.code, field);
    let why = "Why it does not apply.";
    let whose = if card.rated { "As the organization wrote it." } else { "" };
    view! {
        <div data-answer=criterion.code.to_string() data-unsaved=typed.map(|_| "")>
            <input type="hidden" form=FORM name=name("revision") value=revision.to_string()/>
            <p class="crit-q" id=format!("{id}-q")>{anchors::in_words(&criterion.question)}</p>
            <fieldset disabled=!card.open role="presentation">
                <div id=format!("{id}-level-error")>{error("level").map(field_error)}</div>
                {anchors::anchors(criterion, &framework.levels, &id, card.rails, level)}
                <div class="reason">{text_field(criterion, "reason", "Reason", why, reason, error("reason"))}</div>
                {text_field(criterion, "rationale", "Rationale", whose, rationale, error("rationale"))}
                {save}
            </fieldset>
        </div>
    }
    .into_any()
}

/// Sends the form to where it was filled in: one that comes back is not shown at the top of a long page.
fn save_button(criterion: &Criterion, here: &str) -> AnyView {
    view! {
        <div class="gap-small" data-by-hand="">
            <button
                class="btn" type="submit" form=FORM formaction=here.to_owned() name="save"
                value=criterion.code.to_string()
            >
                "Save answer"
            </button>
        </div>
    }
    .into_any()
}

/// What is wrong with a field.
pub(super) fn field_error(text: String) -> AnyView {
    view! { <span class="error"><Icon sign=Sign::Fail/>{text}</span> }.into_any()
}

/// A text of the answer. The place of its error is always there, for the island to write into.
fn text_field(
    criterion: &Criterion,
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    value: &str,
    error: Option<String>,
) -> AnyView {
    let field = format!("{}-{name}", anchor(&criterion.code));
    let (hint_id, error_id) = (format!("{field}-hint"), format!("{field}-error"));
    let described = if hint.is_empty() { error_id.clone() } else { format!("{hint_id} {error_id}") };
    let hint = (!hint.is_empty()).then(|| view! { <span class="hint" id=hint_id>{hint}</span> });
    let invalid = error.is_some().then_some("true");
    view! {
        <div class="field gap-above">
            <label class="label" for=field.clone()>{label}</label>
            {hint}
            <div id=error_id>{error.map(field_error)}</div>
            <textarea
                class="input" id=field form=FORM name=field_name(&criterion.code, name) rows="2"
                aria-describedby=described aria-invalid=invalid inner_html=inside_textarea(value)
            ></textarea>
        </div>
    }
    .into_any()
}
