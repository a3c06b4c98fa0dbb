//! What people decided about criteria that are no step now: what is excluded, and plans that wait.

use domain::roadmap::Plan;
use leptos::prelude::*;
use service::record::{RoadmapStep, StepChoice};

use super::RoadmapSheet;
use super::step::form;
use crate::ui::{Column, Section, Table, TableLook, day};

/// Nothing where nothing was decided.
pub(super) fn left_out(sheet: &RoadmapSheet) -> Option<AnyView> {
    let in_climb = |step: &RoadmapStep| match &sheet.way.plan {
        Plan::Climb(climb) => climb.steps.iter().any(|planned| planned.criterion == step.criterion),
        Plan::OutOfReach(_) => false,
    };
    let said =
        |step: &RoadmapStep| step.choice != StepChoice::Free || !step.owner.is_empty() || step.due.is_some();
    let typed = sheet.typed.as_ref().map(|(code, ..)| domain::CriterionCode::from(code.as_str()));
    let mut others: Vec<RoadmapStep> =
        sheet.way.decided.values().filter(|step| said(step) && !in_climb(step)).cloned().collect();
    // A refused form comes back, whatever was kept.
    if let Some(code) = typed
        && !others.iter().any(|step| step.criterion == code)
        && !in_climb(&sheet.way.decision(&code))
    {
        others.push(sheet.way.decision(&code));
    }
    if others.is_empty() {
        return None;
    }
    let rows = others.iter().filter_map(|step| row(sheet, step)).collect_view();
    let columns = vec![
        Column::text("Criterion"),
        Column::text("Decided"),
        Column::text("Owner"),
        Column::number("Due"),
    ];
    Some(
        view! {
            <Section id="left-out" title="Not part of this climb">
                <Table caption="Decisions on criteria that are no step" columns=columns look=TableLook::Fold>{rows}</Table>
            </Section>
        }
        .into_any(),
    )
}

fn row(sheet: &RoadmapSheet, step: &RoadmapStep) -> Option<AnyView> {
    let framework = &sheet.assessed.framework;
    let domain = framework.domain_of(&step.criterion)?;
    let criterion = framework.criterion(&step.criterion)?;
    let decided = match (step.choice, &sheet.way.plan) {
        (StepChoice::Free, Plan::Climb(_)) => "Not needed for this rung",
        (StepChoice::Pinned, Plan::Climb(_)) => "Pinned; nothing is left to do",
        (StepChoice::Free, Plan::OutOfReach(_)) => "Waits: the rung is out of reach",
        (StepChoice::Pinned, Plan::OutOfReach(_)) => "Pinned; waits: the rung is out of reach",
        (StepChoice::Excluded, _) => "Excluded",
    };
    let owner = if step.owner.is_empty() { "Nobody yet".to_owned() } else { step.owner.clone() };
    let due = step.due.map_or_else(|| "–".to_owned(), day);
    let change = sheet.may_decide().then(|| form(sheet, &criterion.code));
    Some(
        view! {
            <tr>
                <th scope="row">
                    <a href=sheet.paths.criterion(&domain.code, &criterion.code)>{criterion.code.to_string()}</a>
                    <span class="sub">{criterion.title.clone()}</span>
                </th>
                <td class="wide">{decided}{change}</td>
                <td class="dim">{owner}</td>
                <td class="num" data-label="Due">{due}</td>
            </tr>
        }
        .into_any(),
    )
}
