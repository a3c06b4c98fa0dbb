//! What is due: what was missed and what comes next, with who answers for it.

use jiff::civil::Date;
use leptos::prelude::*;
use service::due::{Due, What};

use crate::ui::{Event, Events, Section};
use crate::words::Paths;

/// Lines on the overview.
const SHOWN: usize = 8;
/// Criteria that a line names before it counts the rest.
const NAMED: usize = 4;

pub(super) fn due_section(due: &[Due], paths: Option<&Paths>, at: &str, today: Date) -> AnyView {
    let left = due.len().saturating_sub(SHOWN);
    let events: Vec<_> =
        due.iter().take(SHOWN).map(|due| Event::new(due.on, line(due, paths, at, today))).collect();
    let more = (left > 0).then(|| view! { <p class="small gap-above">{format!("and {left} more")}</p> });
    let content = if events.is_empty() {
        view! { <p class="dim">"Nothing within 45 days."</p> }.into_any()
    } else {
        view! { <Events events year=today.year()/>{more} }.into_any()
    };
    view! { <Section id="due" title="What is due">{content}</Section> }.into_any()
}

fn line(due: &Due, paths: Option<&Paths>, at: &str, today: Date) -> AnyView {
    let missed = due.on < today;
    let (href, name, rest) = match &due.what {
        What::Answers { domain, left, owner } => {
            let rest = match left {
                1 => format!(": 1 criterion is to be answered.{}", owned_by(owner)),
                left => format!(": {left} criteria are to be answered.{}", owned_by(owner)),
            };
            (paths.map(|paths| paths.domain(domain)), domain.to_string(), rest)
        }
        What::Action { action, title, owner } => {
            let rest = format!(": to be done.{}", owned_by(owner));
            (Some(format!("{at}/actions/{action}")), title.clone(), rest)
        }
        What::Certificate { check, integration, owner } => {
            let verb = if missed { "expired" } else { "expires" };
            let rest = format!(": its certificate {verb}.{}", owned_by(owner));
            (Some(format!("{at}/checks/{check}")), integration.clone(), rest)
        }
        What::Evidence { title, criteria, .. } => {
            let verb = if missed { "expired" } else { "expires" };
            (
                Some(format!("{at}/evidence")),
                title.clone(),
                format!(": evidence {verb} for {}", named(criteria)),
            )
        }
        What::Finding { subject, owner } => {
            let href = paths.map(Paths::findings);
            (href, subject.clone(), format!(": the finding is to be mended.{}", owned_by(owner)))
        }
        What::Review { integration, name, owner } => {
            let href = format!("{at}/integrations/{integration}");
            (Some(href), name.clone(), format!(": yearly review.{}", owned_by(owner)))
        }
        What::Stale { check, integration, kind } => {
            let rest = format!(": {kind} has no fresh result, so it proves nothing");
            (Some(format!("{at}/checks/{check}")), integration.clone(), rest)
        }
    };
    let name = match href {
        Some(href) => view! { <a href=href>{name}</a> }.into_any(),
        None => name.into_any(),
    };
    let overdue = missed.then(|| view! { <strong>"Overdue. "</strong> });
    view! { {overdue}{name}{rest} }.into_any()
}

fn owned_by(owner: &str) -> String {
    if owner.is_empty() { " Nobody is named for it".to_owned() } else { format!(" Owner: {owner}") }
}

/// The first few, and how many more.
fn named(codes: &[String]) -> String {
    match codes.len().checked_sub(NAMED) {
        None | Some(0) => codes.join(", "),
        Some(more) => format!("{} and {more} more", codes[..NAMED].join(", ")),
    }
}
