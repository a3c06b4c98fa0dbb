//! What is broken now.

use domain::check::Status;
use leptos::prelude::*;
use service::UnixMillis;
use service::record::Incident;

use crate::ui::{Section, SeverityBadge, StatusBadge, Width};
use crate::words::{incident_opening, incident_span};

/// Incidents on the overview; all others are on their own page.
const SHOWN: usize = 5;

/// Nothing where no incident is open.
pub(super) fn incidents_section(open: &[Incident], at: &str, now: UnixMillis) -> Option<AnyView> {
    if open.is_empty() {
        return None;
    }
    let lines = open
        .iter()
        .take(SHOWN)
        .map(|incident| {
            let href = incident
                .check
                .map_or_else(|| format!("{at}/incidents"), |check| format!("{at}/checks/{check}#incidents"));
            view! {
                <li>
                    <a href=href>{incident.integration.clone()}</a>
                    <span class="row">
                        <SeverityBadge severity=incident.severity/>
                        <StatusBadge status=Status::Fail label=incident_span(incident, now)/>
                    </span>
                    <span class="sub">{format!("{}; {}", incident.cause, incident_opening(incident))}</span>
                </li>
            }
        })
        .collect_view();
    let all = view! { <p><a href=format!("{at}/incidents")>"All incidents"</a></p> };
    Some(
        view! {
            <Section id="incidents" title="Open incidents" aside=all width=Width::Span>
                <ul class="lines">{lines}</ul>
            </Section>
        }
        .into_any(),
    )
}
