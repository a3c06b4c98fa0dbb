//! The line of tags under a criterion's title: weight, gates, evidence class.

use domain::framework::Criterion;
use domain::scoring::{CriterionScore, Standing};
use leptos::prelude::*;

use super::Sheet;
use crate::ui::{EvidenceBadge, Sign, Tag};

pub(super) fn marks(sheet: &Sheet, criterion: &Criterion, score: &CriterionScore) -> AnyView {
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
    }
    .into_any()
}
