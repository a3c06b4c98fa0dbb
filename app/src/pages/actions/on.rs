//! The actions about a finding or a step, where that stands.

use domain::check::Status;
use leptos::prelude::*;
use service::action::ActionView;

use super::owner;
use crate::ui::{StatusBadge, day};
use crate::words::{Paths, action_state_word, behind_words};

/// The one whose owner and day count in place of what is noted.
pub(crate) fn first_unfinished(
    actions: &[ActionView],
    about: impl Fn(&ActionView) -> bool,
) -> Option<&ActionView> {
    actions.iter().find(|view| view.is_unfinished() && about(view))
}

/// Each with its state, owner and day, and a link to it; nothing where there is none.
pub(crate) fn action_lines(
    actions: &[ActionView],
    paths: &Paths,
    about: impl Fn(&ActionView) -> bool,
) -> Option<AnyView> {
    let lines: Vec<_> = actions.iter().filter(|view| about(view)).map(|view| line(view, paths)).collect();
    (!lines.is_empty()).then(|| view! { <ul class="small">{lines}</ul> }.into_any())
}

fn line(view: &ActionView, paths: &Paths) -> AnyView {
    let action = view.action();
    let content = &action.content;
    let mut facts = vec![action_state_word(&content.state).to_owned(), owner(view)];
    facts.extend(content.due.map(|due| format!("due {}", day(due))));
    let facts = format!(": {}", facts.join(", "));
    // Only where a promise was kept and its cause was not mended.
    let unsettled = match behind_words(view) {
        (Some(Status::Warn), words) => Some(view! { " "<StatusBadge status=Status::Warn label=words/> }),
        _ => None,
    };
    view! { <li>"Action "<a href=paths.action(action.id)>{content.title.clone()}</a>{facts}{unsettled}</li> }
        .into_any()
}
