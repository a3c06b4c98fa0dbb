//! Whose turn it is, and the buttons that hand the assessment on.

use domain::check::Status;
use leptos::prelude::*;
use service::Permission;
use service::record::{AssessmentState, Step};
use service::review::{OpenGate, Submission};

use super::ReviewSheet;
use crate::pages::parts::error_of;
use crate::ui::{Button, ButtonKind, Event, Events, Note, Section, TextArea, date_of, day};
use crate::words::{Paths, assessment_state_word, capitalized, plural};

/// Whose turn it is.
const fn state_sentence(state: AssessmentState) -> &'static str {
    match state {
        AssessmentState::Draft => {
            "The organization answers and attaches evidence. Then an owner or assessor submits it."
        }
        AssessmentState::Submitted => {
            "It is locked as it was submitted. A consultant reviews it; until then the organization can take it back."
        }
        AssessmentState::InReview => {
            "A consultant rates it beside the organization, reviews the evidence, and signs it or asks for changes."
        }
        AssessmentState::ChangesRequested => {
            "The reviewer asks for changes. The organization answers anew where needed and submits it again."
        }
        AssessmentState::Final => {
            "It was reviewed and signed by an assessor from outside. It changes no more."
        }
    }
}

pub(super) fn state_section(sheet: &ReviewSheet) -> AnyView {
    let assessment = &sheet.page.assessed.bundle.assessment;
    let title = capitalized(assessment_state_word(assessment.state));
    let risk = sheet.page.submission.as_ref().and_then(|submission| at_risk_note(submission, &sheet.paths));
    let content = view! {
        <p class="lede measure">{state_sentence(assessment.state)}</p>
        {risk}
        {forms(sheet)}
        {steps(&sheet.page.steps, sheet.page.assessed.computed_at.date().year())}
    }
    .into_any();
    view! { <Section id="state" title=title>{content}</Section> }.into_any()
}

/// The live rung stays below the submitted one; nothing where it does not.
pub(crate) fn at_risk_note(submission: &Submission, paths: &Paths) -> Option<AnyView> {
    let rung = submission.snapshot.rung.as_ref()?;
    let (status, title) = match (submission.at_risk, submission.below_since) {
        (true, _) => (Status::Fail, format!("At risk: the live rung stays below the submitted {rung}")),
        (false, Some(_)) => (Status::Warn, format!("The live rung is below the submitted {rung}")),
        (false, None) => return None,
    };
    let since = match submission.below_since {
        Some(since) => format!("It has been since {}.", day(date_of(since.timestamp()))),
        None => "It is back, and has to stay for one day.".to_owned(),
    };
    let rule = match (submission.at_risk, submission.below_since) {
        (false, _) => " After 14 days without interruption the submission is at risk.",
        (true, Some(_)) => " Once it has been back for one day, the submission is safe again.",
        (true, None) => "",
    };
    let timeline = format!("{}#timeline", paths.assessment());
    Some(
        view! {
            <div class="gap-above gap-below">
                <Note status title><p>{since}{rule}" "<a href=timeline>"How it changed"</a></p></Note>
            </div>
        }
        .into_any(),
    )
}

/// Gates that count 0 because nobody answered.
fn gates_note(gates: &[OpenGate]) -> Option<AnyView> {
    if gates.is_empty() {
        return None;
    }
    let verb = if gates.len() == 1 { "counts" } else { "count" };
    let title = format!("{} without an answer {verb} 0", plural(gates.len(), "gate"));
    let lines = gates.iter().map(|gate| {
        let pending = if gate.pending { ", said not to apply and not approved" } else { "" };
        let words = format!("{}: {} needs {}{pending}", gate.criterion, gate.rung, gate.least.get());
        view! { <li>{words}</li> }
    });
    let lines = lines.collect_view();
    Some(
        view! { <div class="gap-below"><Note status=Status::Warn title><ul>{lines}</ul></Note></div> }
            .into_any(),
    )
}

/// What the reader may do now, if anything.
fn forms(sheet: &ReviewSheet) -> AnyView {
    let assessed = &sheet.page.assessed;
    let state = assessed.bundle.assessment.state;
    let (submits, judges) = (assessed.may(Permission::Submit), assessed.may(Permission::Judge));
    let warned = !sheet.page.open_gates.is_empty();
    let buttons = match state {
        AssessmentState::Draft | AssessmentState::ChangesRequested if submits => {
            let words = if warned { "Submit all the same" } else { "Submit" };
            view! { <Button kind=ButtonKind::Main name="do" value="submit">{words}</Button> }.into_any()
        }
        AssessmentState::Submitted if submits => {
            view! { <Button name="do" value="reopen">"Take the submission back"</Button> }.into_any()
        }
        AssessmentState::Submitted if judges => view! {
            <Button kind=ButtonKind::Main name="do" value="review">"Begin the review"</Button>
            <Button name="do" value="reopen">"Ask for changes"</Button>
        }
        .into_any(),
        AssessmentState::InReview if judges => view! {
            <Button kind=ButtonKind::Main name="do" value="finalize">"Sign"</Button>
            <Button name="do" value="reopen">"Ask for changes"</Button>
        }
        .into_any(),
        AssessmentState::Final if judges => {
            view! { <Button name="do" value="reopen">"Reopen and ask for changes"</Button> }.into_any()
        }
        _ => return ().into_any(),
    };
    let gates = state.is_open().then(|| gates_note(&sheet.page.open_gates));
    let value = if sheet.typed.has("do") { sheet.typed.get("note").to_owned() } else { String::new() };
    let error = if sheet.typed.has("do") { error_of(sheet.refusal.as_ref(), "note") } else { None };
    view! {
        {gates}
        <form method="post" action=sheet.paths.review() class="measure no-print">
            <TextArea
                id="note" name="note" label="Note" rows=2 optional=true value=value error=error
                hint="Stays with this step, for everybody who reads the review"
            />
            <p class="row gap-small">{buttons}</p>
        </form>
    }
    .into_any()
}

fn steps(steps: &[Step], year: i16) -> Option<AnyView> {
    if steps.is_empty() {
        return None;
    }
    let events = steps.iter().map(|step| {
        let deed = match (step.from, step.to) {
            (_, AssessmentState::Submitted) => "submitted it",
            (_, AssessmentState::Draft) => "took the submission back",
            (_, AssessmentState::InReview) => "began the review",
            (_, AssessmentState::ChangesRequested) => "asked for changes",
            (_, AssessmentState::Final) => "signed it",
        };
        let said = if step.note.is_empty() { String::new() } else { format!(": “{}”", step.note) };
        Event::new(date_of(step.at.timestamp()), format!("{} {deed}{said}", step.by_name))
    });
    let events = events.collect();
    Some(view! { <h3 class="gap-above" id="steps">"So far"</h3><Events events year/> }.into_any())
}
