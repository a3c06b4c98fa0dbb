//! The line of tags under a criterion's title: weight, gates, evidence class, who is to answer.

use std::mem::discriminant;
use std::sync::Arc;

use domain::framework::Criterion;
use domain::scoring::{CriterionScore, Standing};
use leptos::prelude::*;

use super::Sheet;
use super::prepared::{Part, prepared};
use crate::ui::{EvidenceBadge, Sign, Tag, TagKind, day};

/// Who is to answer and, while nobody has, until when.
fn duty(sheet: &Sheet, criterion: &Criterion) -> Option<AnyView> {
    if sheet.assessed.bundle.assignments.is_empty() {
        return None;
    }
    let duty = sheet.assessed.duty(&sheet.domain().code, &criterion.code);
    let owner = duty.owner.map(|owner| owner.name.clone());
    let owner = owner.map(|name| view! { <Tag>"Owner " <b>{name}</b></Tag> });
    let unanswered = sheet.assessed.own_answer(&criterion.code).is_none();
    let due = duty.due.filter(|_| unanswered).map(|due| {
        if due < sheet.assessed.computed_at.date() {
            let words = format!("Overdue since {}", day(due));
            view! { <Tag kind=TagKind::Fail sign=Sign::Warn>{words}</Tag> }.into_any()
        } else {
            view! { <Tag sign=Sign::Clock>{format!("Due {}", day(due))}</Tag> }.into_any()
        }
    });
    Some(view! { {owner}{due} }.into_any())
}

/// The tags as HTML.
pub(super) fn marks(sheet: &Sheet, criterion: &Criterion, score: &CriterionScore) -> Arc<str> {
    if !sheet.assessed.bundle.assignments.is_empty() {
        return draw(sheet, criterion, score).to_html().into();
    }
    let part = Part::Marks {
        criterion: criterion.code.clone(),
        standing: discriminant(&score.standing),
        evidence_class: score.evidence_class,
    };
    prepared(sheet.assessed.bundle.assessment.framework, part, || draw(sheet, criterion, score))
}

fn draw(sheet: &Sheet, criterion: &Criterion, score: &CriterionScore) -> AnyView {
    let gates: Vec<_> =
        criterion.gates.iter().map(|gate| format!("{} at {}", gate.rung, gate.least.get())).collect();
    let gates = (!gates.is_empty())
        .then(|| view! { <Tag sign=Sign::Gate>{format!("Gates {}", gates.join(", "))}</Tag> });
    let standing = match score.standing {
        Standing::Answered(_) => {
            let name = sheet.assessed.framework.evidence_classes[score.evidence_class.min(3)].name.clone();
            view! { <EvidenceBadge class=score.evidence_class name=name/> }.into_any()
        }
        Standing::ApprovedNotApplicable => view! { <Tag>"Approved N/A"</Tag> }.into_any(),
        Standing::PendingNotApplicable => view! { <Tag>"N/A, not yet approved"</Tag> }.into_any(),
        Standing::Unanswered | Standing::OutOfProfile => view! { <Tag>"Unanswered"</Tag> }.into_any(),
    };
    let weight = criterion.weight.get().to_string();
    view! {
        <Tag>"Weight " <b>{weight}</b></Tag>
        {gates}
        {standing}
        {duty(sheet, criterion)}
    }
    .into_any()
}
