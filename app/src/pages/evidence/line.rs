//! One evidence item in a line.

use domain::CriterionCode;
use domain::scoring::{EvidenceItem, EvidenceState, expiry};
use jiff::civil::Date;
use leptos::prelude::*;
use service::record::{Evidence, EvidenceBody};

use crate::ui::{EvidenceBadge, day};

/// The last day on which the item is good.
pub(crate) fn evidence_expiry(item: &Evidence) -> Date {
    expiry(&EvidenceItem {
        criterion: CriterionCode::from(""),
        duration: item.duration,
        dated: item.dated,
        expires: item.expires,
        author: String::new(),
        state: item.state,
        reviewer: None,
    })
}

/// The item's title, as a link where it is one.
pub(super) fn title(item: &Evidence) -> AnyView {
    match &item.body {
        EvidenceBody::Link(address) => {
            view! { <a href=address.clone() rel="noreferrer">{item.title.clone()}</a> }.into_any()
        }
        EvidenceBody::Note(_) => view! { <span>{item.title.clone()}</span> }.into_any(),
    }
}

/// What a note says; nothing for a link.
pub(super) fn note_text(item: &Evidence) -> Option<String> {
    match &item.body {
        EvidenceBody::Note(text) => Some(text.clone()),
        EvidenceBody::Link(_) => None,
    }
}

/// An item among the evidence of a criterion: what it is, what it is worth, until when.
pub(crate) fn evidence_line(item: &Evidence, today: Date) -> AnyView {
    let until = evidence_expiry(item);
    let reviewed = item.state == EvidenceState::Accepted
        && item.reviewer.is_some_and(|reviewer| reviewer != item.author);
    let valid = item.state != EvidenceState::Rejected && item.dated <= today && today <= until;
    let badge = valid.then(|| view! { <EvidenceBadge class=if reviewed { 2 } else { 1 }/> });
    let dated = day(item.dated);
    let until = day(until);
    let mut facts = match (item.state, valid) {
        (EvidenceState::Rejected, _) => format!("Dated {dated}, rejected by a reviewer"),
        (_, true) => format!("Dated {dated}, valid to {until}"),
        (_, false) => format!("Dated {dated}, expired on {until}"),
    };
    if reviewed {
        facts.push_str(", accepted by a reviewer");
    }
    view! { <li>{title(item)}{badge}<span class="sub">{facts}</span></li> }.into_any()
}
