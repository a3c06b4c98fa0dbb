//! One criterion: its question, the answer's form, what proves it, and how its saving stands.

use std::sync::Arc;

use domain::framework::Criterion;
use domain::scoring::CriterionScore;
use leptos::prelude::*;
use service::record::{Answer, Claim};

use super::prepared::{Part, prepared};
use super::{Sheet, Typed, TypedAnswer, anchors, conflict, marks, note, proof};
use crate::ui::{Button, Icon, SaveState, Saving, Sign, clock, date_of, day, inside_textarea};
use crate::words::anchor;

/// What the form shows: the answer on file, or what was typed and not taken.
struct Shown {
    level: String,
    reason: String,
    rationale: String,
    revision: i64,
}

impl Shown {
    fn of(answer: Option<&Answer>, typed: Option<&TypedAnswer>) -> Self {
        if let Some(typed) = typed {
            // With the revision that the writer saw: sent again as it is, it is as stale as before.
            let TypedAnswer { level, reason, rationale, revision, .. } = typed.clone();
            return Self { level, reason, rationale, revision };
        }
        let revision = answer.map_or(0, |answer| answer.revision);
        let (level, reason) = answer.map(|answer| level_and_reason(&answer.claim)).unwrap_or_default();
        Self {
            level,
            reason,
            rationale: answer.map(|answer| answer.rationale.clone()).unwrap_or_default(),
            revision,
        }
    }
}

/// A claim as the form sends it: the chosen value, and the reason of *Not applicable*.
pub(super) fn level_and_reason(claim: &Claim) -> (String, String) {
    match claim {
        Claim::Level(level) => (level.get().to_string(), String::new()),
        Claim::NotApplicable { reason } => ("na".to_owned(), reason.clone()),
    }
}

/// `Saved 14:02`, or the day of an earlier save.
pub(super) fn save_state(sheet: &Sheet, answer: Option<&Answer>) -> AnyView {
    let saving = answer.map_or(Saving::Not, |answer| {
        let at = answer.at.timestamp();
        let today = date_of(at) == date_of(sheet.assessed.computed_at.timestamp());
        Saving::Saved(if today { clock(at) } else { day(date_of(at)) })
    });
    view! { <SaveState saving/> }.into_any()
}

/// The criterion as a group of the page.
pub(super) fn criterion(sheet: &Sheet, criterion: &Criterion, score: &CriterionScore) -> AnyView {
    let id = anchor(&criterion.code);
    let answer = sheet.assessed.own_answer(&criterion.code);
    let typed = Typed::answer(sheet.typed.as_ref(), &criterion.code);
    let state = match typed {
        Some(typed) if typed.stale => not_saved("Not saved: choose below"),
        Some(_) => not_saved("Not saved"),
        None => save_state(sheet, answer),
    };
    let conflict = typed.filter(|typed| typed.stale).map(|typed| conflict::conflict(sheet, criterion, typed));
    let problem = typed.and_then(|typed| typed.note.clone());
    view! {
        <section class="crit" id=id.clone() role="group" aria-labelledby=format!("{id}-c {id}-h")>
            <div class="crit-head">
                <span class="crit-code" id=format!("{id}-c")>{criterion.code.to_string()}</span>
                <h2 id=format!("{id}-h")>{criterion.title.clone()}</h2>
                <span role="status" id=format!("{id}-save")>{state}</span>
                <div class="crit-marks" id=format!("{id}-marks") inner_html=marks::marks(sheet, criterion, score)></div>
            </div>
            <div class="crit-body">
                <div id=format!("{id}-problem")>{problem.map(problem_note)}</div>
                <div id=format!("{id}-note") inner_html=note::note(sheet, criterion, score)></div>
                <div id=format!("{id}-conflict")>{conflict}</div>
                {form(sheet, criterion, score, &id, Shown::of(answer, typed), typed)}
                {proof::proof(sheet, criterion, score, &id)}
                {about(sheet, criterion)}
            </div>
        </section>
    }
    .into_any()
}

/// The ways to what was said about the criterion and to its earlier answers.
fn about(sheet: &Sheet, criterion: &Criterion) -> AnyView {
    let at = sheet.paths.about(&criterion.code);
    let said = sheet.assessed.bundle.comments.iter().find(|count| count.criterion == criterion.code);
    let comments = match said.map(|count| (count.comments, count.open)) {
        None | Some((0, _)) => "Comments".to_owned(),
        Some((1, 0)) => "1 comment".to_owned(),
        Some((1, _)) => "1 comment, open".to_owned(),
        Some((comments, 0)) => format!("{comments} comments"),
        Some((comments, open)) => format!("{comments} comments, {open} open"),
    };
    let on = format!(" on {}", criterion.code);
    view! {
        <p class="row gap-small">
            <a class="link-row small" href=format!("{at}#comments")>{comments}<span class="vh">{on.clone()}</span></a>
            <a class="link-row small" href=format!("{at}#history")>"History"<span class="vh">{on}</span></a>
        </p>
    }
    .into_any()
}

fn not_saved(words: &'static str) -> AnyView {
    view! { <SaveState saving=Saving::Failed(words.to_owned())/> }.into_any()
}

fn problem_note(text: String) -> AnyView {
    view! { <p class="error gap-below" role="alert"><Icon sign=Sign::Fail/>{text}</p> }.into_any()
}

fn form(
    sheet: &Sheet,
    criterion: &Criterion,
    score: &CriterionScore,
    id: &str,
    shown: Shown,
    typed: Option<&TypedAnswer>,
) -> AnyView {
    let error = |field: &str| typed.and_then(|typed| typed.errors.of(field));
    let open = sheet.may_answer();
    // A form that comes back is shown where it was filled in, not at the top of a long page.
    let action = format!("{}#{id}", sheet.paths.domain(&sheet.domain().code));
    let described = format!("{id}-q {id}-level-error");
    let save =
        open.then(|| view! { <div class="gap-small" data-by-hand=""><Button>"Save answer"</Button></div> });
    view! {
        <form
            method="post" action=action id=format!("{id}-form") autocomplete="off"
            data-answer=criterion.code.to_string() data-unsaved=typed.map(|_| "")
        >
            <input type="hidden" name="criterion" value=criterion.code.to_string()/>
            <input type="hidden" name="revision" value=shown.revision.to_string()/>
            <p class="crit-q" id=format!("{id}-q")>{anchors::in_words(&criterion.question)}</p>
            <fieldset disabled=!open role="presentation">
                <div id=format!("{id}-level-error")>{error("level").map(field_error)}</div>
                {anchors::anchors(sheet, criterion, id, score, &shown.level, described)}
                {reason(sheet, criterion, id, shown.reason, error("reason"))}
                {text_field(id, "rationale", "Rationale", "", shown.rationale, error("rationale"))}
                {save}
            </fieldset>
        </form>
    }
    .into_any()
}

/// The field for the reason of *Not applicable*.
fn reason(sheet: &Sheet, criterion: &Criterion, id: &str, value: String, error: Option<String>) -> AnyView {
    let empty = value.is_empty() && error.is_none();
    let draw = || text_field(id, "reason", "Reason", "Why it does not apply.", value, error);
    let html: Arc<str> = if empty {
        let part = Part::Reason(criterion.code.clone());
        prepared(sheet.assessed.bundle.assessment.framework, part, draw)
    } else {
        draw().to_html().into()
    };
    view! { <div class="reason" inner_html=html></div> }.into_any()
}

/// What is wrong with a field.
pub(super) fn field_error(text: String) -> AnyView {
    view! { <span class="error"><Icon sign=Sign::Fail/>{text}</span> }.into_any()
}

/// A text of the answer. The place of its error is always there, for the island to write into.
fn text_field(
    id: &str,
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    value: String,
    error: Option<String>,
) -> AnyView {
    let field = format!("{id}-{name}");
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
                class="input" id=field name=name rows="2" aria-describedby=described aria-invalid=invalid
                inner_html=inside_textarea(&value)
            ></textarea>
        </div>
    }
    .into_any()
}
