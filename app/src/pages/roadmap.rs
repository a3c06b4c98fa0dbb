//! The roadmap: the cheapest climb to a rung, its steps in order, a picture of it, and what people decide.

mod left_out;
mod step;
mod targets;

use domain::RungCode;
use domain::check::Status;
use domain::roadmap::{Obstacle, Plan, Roadmap};
use domain::scoring::display;
use leptos::prelude::*;
use service::Permission;
use service::action::ActionView;
use service::assessment::Assessed;
use service::record::AssessmentState;
use service::roadmap::Way;

use super::parts::RefusalNote;
use crate::charts::{ClimbPlot, ClimbPoint};
use crate::ui::{
    Button, ButtonLink, ButtonSize, Choice, ChoiceLook, Column, Disclaimer, Note, PageHead, PostButton,
    RadioGroup, Section, Table,
};
use crate::web::{Fields, Refusal};
use crate::words::{Paths, plural, reading, rung_name};

/// What the page shows.
pub(crate) struct RoadmapSheet {
    pub(crate) assessed: Assessed,
    pub(crate) way: Way,
    pub(crate) actions: Vec<ActionView>,
    pub(crate) paths: Paths,
    /// The rung that the address names; what is decided leads back to it.
    pub(crate) named: Option<RungCode>,
    /// A decision that was not taken: the criterion, what was typed, and why.
    pub(crate) typed: Option<(String, Fields, Refusal)>,
}

impl RoadmapSheet {
    fn may_decide(&self) -> bool {
        self.may(Permission::Operate)
    }

    /// What is final is planned no more, by nobody.
    fn may(&self, permission: Permission) -> bool {
        self.assessed.bundle.assessment.state != AssessmentState::Final && self.assessed.may(permission)
    }

    fn name_of(&self, rung: &RungCode) -> String {
        format!("{rung} {}", rung_name(&self.assessed.framework, rung))
    }
}

/// The page's content.
pub(crate) fn roadmap_page(sheet: &RoadmapSheet) -> AnyView {
    let (findings, report, actions) = (sheet.paths.findings(), sheet.paths.report(), sheet.paths.actions());
    let content = match &sheet.way.plan {
        Plan::Climb(climb) => climb_view(sheet, climb),
        Plan::OutOfReach(obstacles) => out_of_reach(sheet, obstacles),
    };
    // A decision on a step that is shown comes back beside it; any other stands on top.
    let refusal = sheet.typed.as_ref().map(|(.., refusal)| refusal.clone());
    let (aside, aim, left_out) = (choose(sheet), aim(sheet), left_out::left_out(sheet));
    let targets = targets::targets(sheet);
    let title = format!("To {}", sheet.name_of(&sheet.way.target));
    view! {
        <PageHead title="Cheapest climb" under=summary(sheet)>
            <ButtonLink href=findings>"Findings"</ButtonLink>
            <ButtonLink href=actions>"Actions"</ButtonLink>
            <ButtonLink href=report>"Report"</ButtonLink>
        </PageHead>
        <RefusalNote refusal=refusal/>
        <div class="stack-wide">
            <Section id="climb" title=title aside=aside>
                {aim}
                {content}
            </Section>
            {left_out}
            {targets}
            <Disclaimer words=sheet.assessed.framework.disclaimer.clone()/>
        </div>
    }
    .into_any()
}

fn summary(sheet: &RoadmapSheet) -> String {
    let target = sheet.name_of(&sheet.way.target);
    match &sheet.way.plan {
        Plan::OutOfReach(_) => format!("No work that is not excluded reaches {target}."),
        Plan::Climb(climb) if climb.steps.is_empty() && climb.needs_signature => {
            format!("Nothing but the signature of an independent assessor is missing to {target}.")
        }
        Plan::Climb(climb) if climb.steps.is_empty() => format!("{target} is reached already."),
        Plan::Climb(climb) => {
            let reach = if climb.steps.len() == 1 { "reaches" } else { "reach" };
            format!(
                "{}, effort {}, {reach} {target}. No set of steps with less effort does.",
                plural(climb.steps.len(), "step"),
                climb.effort
            )
        }
    }
}

/// The form that looks at another rung.
fn choose(sheet: &RoadmapSheet) -> AnyView {
    let choices = sheet.assessed.framework.sublevels.iter().map(|rung| {
        Choice::new(rung.code.to_string(), rung.code.to_string()).chosen_if(rung.code == sheet.way.target)
    });
    let choices: Vec<_> = choices.collect();
    view! {
        <form class="row no-print" method="get" action=sheet.paths.roadmap()>
            <RadioGroup id="reach" name="target" legend="Rung to reach" choices=choices look=ChoiceLook::Segments/>
            <Button>"Compute"</Button>
        </form>
    }
    .into_any()
}

/// What the assessment aims at, and a button to aim at the rung in view.
fn aim(sheet: &RoadmapSheet) -> AnyView {
    let aimed = sheet.assessed.bundle.assessment.target.as_ref();
    if aimed == Some(&sheet.way.target) {
        return view! { <p class="small dim">"This assessment aims at this rung."</p> }.into_any();
    }
    let words = match aimed {
        Some(aimed) => format!("This assessment aims at {}.", sheet.name_of(aimed)),
        None => "This assessment aims at no rung yet.".to_owned(),
    };
    let button = sheet.may(Permission::Assess).then(|| {
        let fields = vec![("target".to_owned(), sheet.way.target.to_string())];
        let action = format!("{}/target", sheet.paths.roadmap());
        let words = format!("Aim at {}", sheet.way.target);
        view! { <PostButton action=action fields=fields size=ButtonSize::Small>{words}</PostButton> }
    });
    view! { <div class="row no-print"><p class="small dim">{words}</p>{button}</div> }.into_any()
}

fn out_of_reach(sheet: &RoadmapSheet, obstacles: &[Obstacle]) -> AnyView {
    let lines = obstacles.iter().map(|obstacle| view! { <li>{obstacle.sentence()}</li> }).collect_view();
    let title = format!("Out of reach: {}", sheet.name_of(&sheet.way.target));
    view! { <div class="gap-above"><Note status=Status::Warn title=title><ul>{lines}</ul></Note></div> }
        .into_any()
}

fn climb_view(sheet: &RoadmapSheet, climb: &Roadmap) -> AnyView {
    if climb.steps.is_empty() {
        let words = if climb.needs_signature {
            "An assessor from outside the organization has to sign; then the rung is reached."
        } else {
            "There is nothing to do for this rung. Choose a higher one to see the way there."
        };
        return view! { <p class="lede gap-above">{words}</p> }.into_any();
    }
    let mut spent = 0;
    let mut rung = &climb.start.rung;
    let mut steps = Vec::new();
    for planned in &climb.steps {
        spent += u32::from(planned.effort);
        steps.extend(step::step(sheet, planned));
        if planned.then.rung != *rung {
            rung = &planned.then.rung;
            steps.push(reached(sheet, climb, planned, spent));
        }
    }
    if climb.needs_signature {
        steps.push(signature(sheet));
    }
    view! {
        <div class="grid split gap-above">
            <ol class="climb">{steps}</ol>
            <div class="stack">
                {picture(sheet, climb)}
                <h3>"What each step adds"</h3>
                {table(sheet, climb)}
                <p class="fine">
                    "A step counts its criterion's effort once, S 1, M 2, L 4, however many levels it climbs; an answer alone counts nothing. Solved exactly, and proven by the scoring rule with every step done. Pinned steps stay in, excluded ones stay out."
                </p>
            </div>
        </div>
    }
    .into_any()
}

fn reached(
    sheet: &RoadmapSheet,
    climb: &Roadmap,
    planned: &domain::roadmap::PlannedStep,
    spent: u32,
) -> AnyView {
    let facts = format!(
        " overall {}, confidence {}, effort so far {spent} of {}",
        display(&planned.then.overall),
        display(&planned.then.confidence),
        climb.effort
    );
    let words = format!("Reaches {}", sheet.name_of(&planned.then.rung));
    view! {
        <li class="reached">
            <p class="strong proven-text">{words}<span class="dim small light">{facts}</span></p>
        </li>
    }
    .into_any()
}

fn signature(sheet: &RoadmapSheet) -> AnyView {
    let words = format!("Reaches {} ", sheet.name_of(&sheet.way.target));
    view! {
        <li class="reached">
            <p class="strong proven-text">
                {words}<span class="dim small light">"once an independent assessor has signed"</span>
            </p>
        </li>
    }
    .into_any()
}

fn picture(sheet: &RoadmapSheet, climb: &Roadmap) -> AnyView {
    let mut effort = 0;
    let mut rung = &climb.start.rung;
    let points: Vec<ClimbPoint> = climb
        .steps
        .iter()
        .map(|planned| {
            effort += u32::from(planned.effort);
            let reaches = (planned.then.rung != *rung).then(|| planned.then.rung.to_string());
            rung = &planned.then.rung;
            ClimbPoint { effort, overall: reading(&planned.then.overall), reaches }
        })
        .collect();
    let rungs = &sheet.assessed.framework.sublevels;
    let up_to = rungs.iter().position(|rung| rung.code == climb.target).map_or(0, |position| position + 1);
    let least = rungs[..up_to].iter().filter_map(|rung| rung.min_overall).max();
    let end = climb.steps.last().map_or(&climb.start.overall, |planned| &planned.then.overall);
    let title = format!(
        "The climb: overall from {} to {} with effort {}",
        display(&climb.start.overall),
        display(end),
        climb.effort
    );
    view! { <ClimbPlot id="way" title=title start=reading(&climb.start.overall) points=points least=least/> }
        .into_any()
}

fn table(sheet: &RoadmapSheet, climb: &Roadmap) -> AnyView {
    let columns = vec![
        Column::text("After"),
        Column::number("Effort"),
        Column::number("Overall"),
        Column::number("Confidence"),
        Column::number("Rung"),
    ];
    let row = |after: String, effort: String, then: &domain::roadmap::Standpoint| {
        view! {
            <tr>
                <th scope="row">{after}</th>
                <td class="num">{effort}</td>
                <td class="num">{display(&then.overall)}</td>
                <td class="num">{display(&then.confidence)}</td>
                <td class="num strong">{then.rung.to_string()}</td>
            </tr>
        }
    };
    let today = row("Today".to_owned(), "0".to_owned(), &climb.start);
    let rows = climb
        .steps
        .iter()
        .map(|planned| row(planned.criterion.to_string(), step::size(sheet, planned), &planned.then))
        .collect_view();
    view! { <Table caption="Overall score after each step" columns=columns>{today}{rows}</Table> }.into_any()
}
