//! The status strip: one bar per day (or run), oldest first. Height is the status, so it reads in grey.

use domain::check::Status;
use leptos::prelude::*;

use super::scale::{length, percent};
use crate::ui::status_word;

/// How many of each, in words: `87 pass · 0 warn · 3 fail · 0 unknown`.
pub fn strip_counts(statuses: &[Status]) -> String {
    let count = |wanted: Status| statuses.iter().filter(|&&status| status == wanted).count();
    let parts = [Status::Pass, Status::Warn, Status::Fail, Status::Unknown]
        .map(|status| format!("{} {}", count(status), status_word(status).to_lowercase()));
    parts.join(" · ")
}

/// One bar per entry. `what` and `span` begin the words: `Patient API gateway`, `90 days from 23 Aug to 20
/// Nov 2026`.
#[component]
pub fn StatusStrip(
    #[prop(into)] id: String,
    #[prop(into)] what: String,
    #[prop(into)] span: String,
    statuses: Vec<Status>,
) -> impl IntoView {
    let pitch = 100.0 / length(statuses.len().max(1));
    let width = percent(pitch * 0.72);
    let title = format!("{what}, {span}: {}", strip_counts(&statuses).replace(" · ", ", "));
    let bars = statuses
        .into_iter()
        .enumerate()
        .map(|(i, status)| {
            let (class, y, height) = match status {
                Status::Pass => ("c-proven", "14", "8"),
                Status::Warn => ("c-warn", "8", "14"),
                Status::Fail => ("c-fail", "1", "21"),
                Status::Unknown => ("c-axis", "20.5", "1"),
            };
            let x = percent(length(i) * pitch);
            view! { <rect class=class x=x y=y width=width.clone() height=height></rect> }
        })
        .collect_view();
    view! {
        <svg class="strip" role="img" aria-labelledby=id>
            <title id=id.clone()>{title}</title>
            {bars}
            <line class="c-grid" x1="0" x2="100%" y1="23" y2="23"></line>
        </svg>
    }
    .into_any()
}
