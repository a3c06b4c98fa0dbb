//! A colleague's answer that came while the page was open: offered, so that nothing on the page changes by itself.

use leptos::prelude::*;
use service::record::Answer;

use super::criterion::level_and_reason;
use super::{Sheet, own_update};
use crate::api::Offer;
use crate::ui::clock;
use crate::words::{anchor, claim_words};

/// The answer on file to the criterion at `index`, to be offered; `None` where there is none.
pub(super) fn offer(sheet: &Sheet, index: usize) -> Option<Offer> {
    let criterion = &sheet.domain().criteria[index];
    let answer = sheet.assessed.own_answer(&criterion.code)?;
    let claim = claim_words(&sheet.assessed.framework, &answer.claim);
    let title = format!("{} answered this at {}: {claim}", answer.by_name, clock(answer.at.timestamp()));
    let said = (!answer.rationale.is_empty()).then(|| format!("“{}”", answer.rationale));
    Some(Offer {
        criterion: criterion.code.to_string(),
        update: own_update(sheet, index),
        untouched: untouched(sheet, index, answer, title.clone(), said.clone()).to_html(),
        touched: note(title, said, view! {
            <p class="small">"What you entered is still here. Saving it shows both answers to choose from."</p>
        }.into_any()).to_html(),
    })
}

/// The island reads the answer from the form's data. Without it, which is never, the form would load the page again.
fn untouched(sheet: &Sheet, index: usize, answer: &Answer, title: String, said: Option<String>) -> AnyView {
    let criterion = &sheet.domain().criteria[index];
    let (level, reason) = level_and_reason(&answer.claim);
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
            data-rationale=answer.rationale.clone()
            data-revision=answer.revision.to_string()
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
