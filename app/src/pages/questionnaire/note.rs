//! Why an answer counts for less than it claims, beside the answer.

use std::sync::Arc;

use domain::framework::Criterion;
use domain::scoring::{CriterionScore, Limit};
use leptos::prelude::*;
use service::record::Claim;

use super::Sheet;
use super::prepared::{Part, prepared};
use crate::ui::{Note, moment};
use crate::words::{Cause, Remark, cause};

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
    view! { <p>{remark.text}{link}</p> }.into_any()
}

/// What the assessor said, where it stands beside the organization's own answer.
fn assessor(sheet: &Sheet, criterion: &Criterion) -> Option<AnyView> {
    let rating = sheet.assessed.assessor_answer(&criterion.code)?;
    let said = match &rating.claim {
        Claim::Level(level) => {
            let name = &sheet.assessed.framework.levels[usize::from(level.get())];
            format!("The assessor rates it {} {name}", level.get())
        }
        Claim::NotApplicable { .. } => "The assessor agrees that it does not apply".to_owned(),
    };
    let by = format!("{}, {}. {}", rating.by_name, moment(rating.at.timestamp()), rating.rationale);
    Some(view! { <Note title=said><p>{by}</p></Note> }.into_any())
}
