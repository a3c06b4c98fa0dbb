//! One step of the climb: what is to be done, what it gains, who does it.

use domain::roadmap::PlannedStep;
use domain::scoring::display;
use leptos::prelude::*;
use service::action::ActionView;
use service::record::StepChoice;

use super::RoadmapSheet;
use crate::pages::actions::{action_lines, first_unfinished};
use crate::pages::parts::{error_of, owner_and_due};
use crate::ui::{Button, ButtonSize, Choice, ChoiceLook, Drawer, RadioGroup, Tag, day};
use crate::words::{anchor, step_levels};

/// `S`, `M` or `L`; `–` for an answer alone.
pub(super) fn size(sheet: &RoadmapSheet, planned: &PlannedStep) -> String {
    let criterion = sheet.assessed.framework.criterion(&planned.criterion);
    match criterion {
        Some(criterion) if planned.effort > 0 => format!("{:?}", criterion.effort),
        _ => "–".to_owned(),
    }
}

pub(super) fn step(sheet: &RoadmapSheet, planned: &PlannedStep) -> Option<AnyView> {
    let framework = &sheet.assessed.framework;
    let domain = framework.domain_of(&planned.criterion)?;
    let criterion = framework.criterion(&planned.criterion)?;
    let levels = step_levels(planned);
    let effort = match planned.effort {
        0 => "no effort".to_owned(),
        _ => format!("effort {}", size(sheet, planned)),
    };
    let facts = format!("{levels} · {effort} · then {}", display(&planned.then.overall));
    let lines = planned
        .lines(criterion)
        .into_iter()
        .map(|line| view! { <p class="small measure">{line}</p> })
        .collect_view();
    let href = sheet.paths.criterion(&domain.code, &criterion.code);
    let action = planned.action.word();
    let decision = sheet.way.decision(&criterion.code);
    let pinned = (decision.choice == StepChoice::Pinned).then(|| view! { " "<Tag>"pinned"</Tag> });
    let about = |view: &ActionView| view.is_for_step(&criterion.code);
    let actions = action_lines(&sheet.actions, &sheet.paths, about);
    // An action's owner and day count in place of those noted here.
    let decision = match first_unfinished(&sheet.actions, about) {
        Some(_) => service::record::RoadmapStep { owner: String::new(), due: None, ..decision },
        None => decision,
    };
    let make = sheet.may_decide().then(|| {
        let from = format!("step={}&target={}", criterion.code, sheet.way.target);
        let words = format!("Make {} an action", criterion.code);
        view! { <p class="small no-print"><a class="link-row" href=sheet.paths.new_action(&from)>{words}</a></p> }
    });
    let due = decision.due.map(|due| format!("due {}", day(due)));
    let owner = (!decision.owner.is_empty()).then(|| decision.owner.clone());
    let who: Vec<String> = owner.into_iter().chain(due).collect();
    let who = (!who.is_empty()).then(|| view! { <p class="small dim">{who.join(", ")}</p> });
    let form = sheet.may_decide().then(|| form(sheet, &criterion.code));
    Some(
        view! {
            <li id=anchor(&criterion.code)>
                <div>
                    <div class="row row-apart">
                        <h3>
                            <a href=href>{criterion.code.to_string()}</a>
                            {format!(" {} ", criterion.title)}
                            <Tag>{action}</Tag>
                            {pinned}
                        </h3>
                        <span class="small dim nowrap">{facts}</span>
                    </div>
                    {lines}
                    {who}
                    {actions}
                    {make}
                    {form}
                </div>
            </li>
        }
        .into_any(),
    )
}

/// Pin, exclude, assign, date.
pub(super) fn form(sheet: &RoadmapSheet, criterion: &domain::CriterionCode) -> AnyView {
    let id = anchor(criterion);
    let returned = sheet.typed.as_ref().filter(|(code, ..)| code == criterion.as_str());
    let refusal = returned.map(|(.., refusal)| refusal);
    let decision = sheet.way.decision(criterion);
    let value = |name: &str, kept: String| returned.map_or(kept, |(_, typed, _)| typed.get(name).to_owned());
    let kept = match decision.choice {
        StepChoice::Free => "free",
        StepChoice::Pinned => "pinned",
        StepChoice::Excluded => "excluded",
    };
    let chosen = value("choice", kept.to_owned());
    let choices = [("free", "Where it is cheapest"), ("pinned", "Pin"), ("excluded", "Exclude")];
    let choices = choices.map(|(value, words)| Choice::new(value, words).chosen_if(value == chosen)).to_vec();
    let due = decision.due.map(|due| due.to_string()).unwrap_or_default();
    let named = sheet.named.as_ref().map(|named| {
        view! { <input type="hidden" name="target" value=named.to_string()/> }
    });
    let promised = first_unfinished(&sheet.actions, |view| view.is_for_step(criterion)).is_some();
    let who = if promised {
        // Kept as they are: the action says who and until when.
        view! {
            <input type="hidden" name="owner" value=decision.owner.clone()/>
            <input type="hidden" name="due" value=due/>
        }
        .into_any()
    } else {
        owner_and_due(&id, value("owner", decision.owner.clone()), value("due", due), refusal)
    };
    let content = view! {
        <form method="post" action=format!("{}/steps/{criterion}", sheet.paths.roadmap()) class="gap-small">
            {named}
            <RadioGroup
                id=format!("choice-{id}")
                name="choice"
                legend="Part of the climb"
                choices=choices
                look=ChoiceLook::Segments
                error=error_of(refusal, "choice")
            />
            {who}
            <p class="gap-small"><Button size=ButtonSize::Small>"Save plan"</Button></p>
        </form>
    }
    .into_any();
    view! { <Drawer summary=format!("Plan {criterion}") open=returned.is_some()>{content}</Drawer> }
        .into_any()
}
