//! What to do first: the priorities of `scoring.md` section 11.

use domain::scoring::{Priority, Step, display};
use leptos::prelude::*;
use service::assessment::Assessed;

use crate::ui::{Section, Tag, whole_codes};
use crate::words::{Paths, step_word};

/// How many steps are shown.
const SHOWN: usize = 7;

/// The steps that gain most for their effort, most first. Nothing where nothing can be gained.
pub(super) fn first(assessed: &Assessed, paths: &Paths) -> Option<AnyView> {
    let priorities = &assessed.score.priorities;
    if priorities.is_empty() {
        return None;
    }
    let steps =
        priorities.iter().take(SHOWN).filter_map(|priority| step(assessed, paths, priority)).collect_view();
    Some(
        view! {
            <Section id="first" title="What to do first" aside=view! { <p>"Most gained for the effort; S counts 1, M 2, L 4"</p> }>
                <ol class="climb">{steps}</ol>
            </Section>
        }
        .into_any(),
    )
}

fn step(assessed: &Assessed, paths: &Paths, priority: &Priority) -> Option<AnyView> {
    let domain = assessed.framework.domain_of(&priority.criterion)?;
    let criterion = domain.criteria.iter().find(|criterion| criterion.code == priority.criterion)?;
    let counts = assessed.criterion_score(&criterion.code)?.effective.get();
    let text = match priority.step {
        Step::RepairCheck => "Mend what the failing check saw, and run it again.".to_owned(),
        Step::Prove => format!("Attach evidence: {}.", criterion.evidence.trim_end_matches('.')),
        Step::Improve => criterion.remediation.clone(),
    };
    let facts = format!(
        "{counts} to {} · effort {:?} · gains {} points",
        priority.target.get(),
        criterion.effort,
        display(&priority.gain)
    );
    let href = paths.criterion(&domain.code, &criterion.code);
    let step = step_word(priority.step);
    Some(
        view! {
            <li>
                <div>
                    <div class="row row-apart">
                        <h3>
                            <a href=href>{criterion.code.to_string()}</a>
                            {format!(" {} ", criterion.title)}
                            <Tag>{step}</Tag>
                        </h3>
                        <span class="small dim nowrap">{facts}</span>
                    </div>
                    <p class="small measure">{whole_codes(&text)}</p>
                </div>
            </li>
        }
        .into_any(),
    )
}
