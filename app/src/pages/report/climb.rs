//! The cheapest climb, as the report shows it.

use domain::check::Status;
use domain::roadmap::{Plan, PlannedStep, Roadmap};
use domain::scoring::display;
use leptos::prelude::*;
use service::roadmap::Way;

use super::Report;
use crate::ui::{Column, Note, Section, Table, TableLook};
use crate::words::{plural, rung_name, step_levels};

/// `Cheapest climb to 8.2 Reconciled`.
pub(crate) fn title(report: &Report, way: &Way) -> String {
    let (framework, target) = (&report.page.assessed.framework, &way.target);
    format!("Cheapest climb to {target} {}", rung_name(framework, target))
}

/// How much it is.
pub(crate) fn aside(way: &Way) -> String {
    match &way.plan {
        Plan::Climb(climb) if !climb.steps.is_empty() => {
            format!("{}, effort {}; S counts 1, M 2, L 4", plural(climb.steps.len(), "step"), climb.effort)
        }
        _ => String::new(),
    }
}

/// What there is to say about a climb beside its steps.
pub(crate) fn note(climb: &Roadmap) -> Option<&'static str> {
    match (climb.steps.is_empty(), climb.needs_signature) {
        (true, true) => Some("Nothing but the signature of an independent assessor is missing"),
        (true, false) => Some("The rung is reached already"),
        (false, true) => Some("At the end an assessor from outside the organization has to sign"),
        (false, false) => None,
    }
}

/// The effort of a step: `S`, `M` or `L`; a dash for a mere answer.
pub(crate) fn size(report: &Report, step: &PlannedStep) -> String {
    match report.page.assessed.framework.criterion(&step.criterion) {
        Some(criterion) if step.effort > 0 => format!("{:?}", criterion.effort),
        _ => "–".to_owned(),
    }
}

pub(super) fn climb(report: &Report, way: &Way) -> AnyView {
    let content = match &way.plan {
        Plan::OutOfReach(obstacles) => {
            let lines = obstacles.iter().map(|one| view! { <li>{one.sentence()}</li> }).collect_view();
            view! { <Note status=Status::Warn title="Out of reach"><ul>{lines}</ul></Note> }.into_any()
        }
        Plan::Climb(climb) if climb.steps.is_empty() => {
            note(climb).map(|words| view! { <Note title=words/> }).into_any()
        }
        Plan::Climb(climb) => table(report, way, climb),
    };
    let (title, aside) = (title(report, way), aside(way));
    view! {
        <Section id="roadmap" title=title aside=view! { <p>{aside}</p> }>{content}</Section>
    }
    .into_any()
}

fn table(report: &Report, way: &Way, climb: &Roadmap) -> AnyView {
    let columns = vec![
        Column::number("Step"),
        Column::text("Criterion"),
        Column::text("Action"),
        Column::number("Level"),
        Column::number("Effort"),
        Column::number("Overall then"),
        Column::number("Rung then"),
    ];
    let rows = climb.steps.iter().enumerate().map(|(at, step)| row(report, way, at + 1, step)).collect_view();
    let signature = note(climb).map(|words| view! { <p class="fine">{words}"."</p> });
    view! {
        <Table caption="Steps of the cheapest climb" columns=columns look=TableLook::Fold>{rows}</Table>
        {signature}
    }
    .into_any()
}

fn row(report: &Report, way: &Way, number: usize, step: &PlannedStep) -> AnyView {
    let criterion = report.page.assessed.framework.criterion(&step.criterion);
    let title = criterion.map(|criterion| criterion.title.clone());
    let size = size(report, step);
    let owner = way.decision(&step.criterion).owner;
    let owner = (!owner.is_empty()).then(|| view! { <span class="sub">{owner}</span> });
    view! {
        <tr>
            <td class="num" data-label="Step">{number.to_string()}</td>
            <th scope="row">{step.criterion.to_string()}<span class="sub">{title}</span></th>
            <td>{step.action.word()}{owner}</td>
            <td class="num" data-label="Level">{step_levels(step)}</td>
            <td class="num" data-label="Effort">{size}</td>
            <td class="num" data-label="Then">{display(&step.then.overall)}</td>
            <td class="num strong" data-label="Rung">{step.then.rung.to_string()}</td>
        </tr>
    }
    .into_any()
}
