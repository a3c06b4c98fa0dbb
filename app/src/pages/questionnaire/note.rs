//! Why an answer counts for less than it claims, beside the answer.

use std::sync::Arc;

use domain::framework::Criterion;
use domain::scoring::{CriterionScore, Limit};
use leptos::prelude::*;

use super::Sheet;
use super::prepared::{Part, prepared};
use crate::ui::{Note, moment, whole_codes};
use crate::words::{Cause, Remark, cause, overruling, rating_words};

/// The notes on a criterion as HTML: the cause of what it counts for, and the assessor's rating.
pub(super) fn note(sheet: &Sheet, criterion: &Criterion, score: &CriterionScore) -> Arc<str> {
    let claimed = score.claimed().filter(|_| score.limit == Limit::Evidence);
    match claimed.filter(|_| sheet.assessed.assessor_answer(&criterion.code).is_none()) {
        Some(claimed) => {
            let part = Part::Capped {
                criterion: criterion.code.clone(),
                claimed: claimed.get(),
                counts: score.effective.get(),
                evidence_class: score.evidence_class,
            };
            prepared(sheet.assessed.bundle.assessment.framework, part, || draw(sheet, criterion, score))
        }
        None => draw(sheet, criterion, score).to_html().into(),
    }
}

fn draw(sheet: &Sheet, criterion: &Criterion, score: &CriterionScore) -> AnyView {
    let cause = cause(&sheet.assessed, criterion, score, &sheet.seen, &sheet.paths).map(cause_note);
    let rating = assessor(sheet, criterion);
    if cause.is_none() && rating.is_none() {
        return ().into_any();
    }
    view! { <div class="stack gap-below">{cause}{rating}</div> }.into_any()
}

/// A cause as a note.
fn cause_note(cause: Cause) -> AnyView {
    let remarks = cause.remarks.into_iter().map(remark).collect_view();
    match cause.status {
        Some(status) => view! { <Note status=status title=cause.title>{remarks}</Note> }.into_any(),
        None => view! { <Note title=cause.title>{remarks}</Note> }.into_any(),
    }
}

fn remark(remark: Remark) -> AnyView {
    let link = remark.link.map(|(href, words)| view! { " "<a href=href>{words}</a>"." });
    view! { <p>{whole_codes(&remark.text)}{link}</p> }.into_any()
}

/// What the assessor said, where it stands beside the organization's own answer.
fn assessor(sheet: &Sheet, criterion: &Criterion) -> Option<AnyView> {
    let rating = sheet.assessed.assessor_answer(&criterion.code)?;
    let own = sheet.assessed.own_answer(&criterion.code).map(|own| &own.claim);
    let said = rating_words(&sheet.assessed.framework, &rating.claim, own);
    let counts = overruling(&sheet.assessed, &criterion.code)
        .map(|_| view! { <p>"The rating takes the place of the organization's answer in every sum."</p> });
    let by = format!("{}, {}. {}", rating.by_name, moment(rating.at.timestamp()), rating.rationale);
    Some(view! { <Note title=said>{counts}<p>{by}</p></Note> }.into_any())
}
