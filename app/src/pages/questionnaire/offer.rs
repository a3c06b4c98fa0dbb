//! A colleague's answer that came while the page was open: offered, so that nothing on the page changes by itself.

use leptos::prelude::*;
use service::record::AnswerRevision;

use super::{Sheet, own_update};
use crate::answer::level_and_reason;
use crate::api::{Offer, Update};
use crate::ui::clock;
use crate::words::{anchor, claim_words};

/// What a form holds once the offer is taken; all empty for a withdrawal.
struct OnFile {
    level: String,
    reason: String,
    rationale: String,
    revision: i64,
}

/// The answer on file to the criterion at `index`, to be offered, or that it was withdrawn; `None` where there is neither.
pub(super) fn offer(sheet: &Sheet, index: usize, withdrawals: &[AnswerRevision]) -> Option<Offer> {
    let code = &sheet.domain().criteria[index].code;
    let (title, on_file) = if let Some(answer) = sheet.assessed.own_answer(code) {
        let claim = claim_words(&sheet.assessed.framework, &answer.claim);
        let title = format!("{} answered this at {}: {claim}", answer.by_name, clock(answer.at.timestamp()));
        let (level, reason) = level_and_reason(&answer.claim);
        let (rationale, revision) = (answer.rationale.clone(), answer.revision);
        (title, OnFile { level, reason, rationale, revision })
    } else {
        let gone = withdrawals.iter().find(|gone| gone.criterion == *code)?;
        let title = format!("{} withdrew the answer at {}", gone.by_name, clock(gone.at.timestamp()));
        let (level, reason, rationale) = Default::default();
        (title, OnFile { level, reason, rationale, revision: gone.revision })
    };
    let said = (!on_file.rationale.is_empty()).then(|| format!("“{}”", on_file.rationale));
    Some(Offer {
        criterion: code.to_string(),
        update: Update { revision: on_file.revision, ..own_update(sheet, index) },
        untouched: untouched(sheet, index, on_file, title.clone(), said.clone()).to_html(),
        touched: note(title, said, view! {
            <p class="small">"What you entered is still here. Saving it shows both answers to choose from."</p>
        }.into_any()).to_html(),
    })
}

/// The island reads the answer from the form's data. Without it, which is never, the form would load the page again.
fn untouched(sheet: &Sheet, index: usize, on_file: OnFile, title: String, said: Option<String>) -> AnyView {
    let criterion = &sheet.domain().criteria[index];
    let OnFile { level, reason, rationale, revision } = on_file;
    let here = format!("{}#{}", sheet.paths.domain(&sheet.domain().code), anchor(&criterion.code));
    let words = view! { "Show it"<span class="vh">{format!(", the answer to {}", criterion.code)}</span> };
    let form = view! {
        <form
            method="get"
            action=here
            class="gap-small"
            data-choice="file"
            data-level=level
            data-reason=reason
            data-rationale=rationale
            data-revision=revision.to_string()
        >
            <button class="btn btn-small" type="submit">{words}</button>
        </form>
    };
    note(title, said, form.into_any())
}

fn note(title: String, said: Option<String>, rest: AnyView) -> AnyView {
    view! {
        <div class="note gap-below">
            <p class="note-title">{title}</p>
            {said.map(|said| view! { <p class="small">{said}</p> })}
            {rest}
        </div>
    }
    .into_any()
}
