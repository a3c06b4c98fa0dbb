//! One evidence item in a line.

use domain::CriterionCode;
use domain::scoring::{EvidenceItem, EvidenceState, expiry};
use jiff::civil::Date;
use leptos::prelude::*;
use service::record::{Evidence, EvidenceBody};

use crate::ui::{EvidenceBadge, day};
use crate::words::Paths;

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
pub(super) fn title(item: &Evidence, paths: &Paths) -> AnyView {
    title_at(item, paths.evidence_file(item.id))
}

/// The same, where its file is at another address.
pub(super) fn title_at(item: &Evidence, href: String) -> AnyView {
    match &item.body {
        EvidenceBody::Link(address) => {
            view! { <a href=address.clone() rel="noreferrer">{item.title.clone()}</a> }.into_any()
        }
        EvidenceBody::File(file) => {
            let facts = format!(" ({}, {})", file.name, size(file.bytes));
            view! { <a href=href>{item.title.clone()}</a><span class="sub">{facts}</span> }.into_any()
        }
        EvidenceBody::Note(_) => view! { <span>{item.title.clone()}</span> }.into_any(),
    }
}

/// What a note says; nothing for a link.
pub(super) fn note_text(item: &Evidence) -> Option<String> {
    match &item.body {
        EvidenceBody::Note(text) => Some(text.clone()),
        EvidenceBody::Link(_) | EvidenceBody::File(_) => None,
    }
}

/// `14 kB`, `2.5 MB`.
fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} kB", bytes.div_ceil(1024)),
        _ => format!("{}.{} MB", bytes >> 20, ((bytes & 0xf_ffff) * 10) >> 20),
    }
}

/// An item among the evidence of a criterion: what it is, what it is worth, until when.
pub(crate) fn evidence_line(item: &Evidence, paths: &Paths, today: Date) -> AnyView {
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
    if let Some(share) = item.reported_pct {
        let reported = format!(", reports {}%", share.normalize());
        facts.push_str(&reported);
    }
    if reviewed {
        facts.push_str(", accepted by a reviewer");
    }
    if item.revision > 1 {
        let revision = format!(", revision {}", item.revision);
        facts.push_str(&revision);
    }
    view! { <li>{title(item, paths)}{badge}<span class="sub">{facts}</span></li> }.into_any()
}
