//! Who is told of incidents: channels, rules, maintenance windows, and the messages on their way.

mod channels;
mod messages;
mod rules;
mod windows;

use domain::check::Status;
use domain::scoring::FindingSeverity;
use leptos::prelude::*;
use service::UnixMillis;
use service::alert::AlertsPage;

use self::channels::channels_section;
use self::messages::messages_section;
use self::rules::rules_section;
use self::windows::windows_section;
use super::parts::RefusalNote;
use crate::ui::{ButtonLink, Note, PageHead};
use crate::web::{Fields, Refusal};

/// Every severity as (value on the wire, words), the least first.
pub(crate) const SEVERITIES: [(&str, &str, FindingSeverity); 4] = [
    ("low", "Low: every incident", FindingSeverity::Low),
    ("medium", "Medium: of a check that is tied to a criterion", FindingSeverity::Medium),
    ("high", "High: that contradicts an answer", FindingSeverity::High),
    ("critical", "Critical: that contradicts an answer of weight 3", FindingSeverity::Critical),
];

/// What the page shows.
pub(crate) struct AlertsShown {
    pub(crate) page: AlertsPage,
    /// May change anything.
    pub(crate) may_alert: bool,
    /// Signing secrets that were just made, with their channels' names: shown this once.
    pub(crate) made: Vec<(String, String)>,
    pub(crate) now: UnixMillis,
}

impl AlertsShown {
    fn at(&self) -> String {
        format!("/orgs/{}/alerts", self.page.organization.slug)
    }

    fn channel_name(&self, id: service::ChannelId) -> String {
        let channel = self.page.channels.iter().find(|channel| channel.id == id);
        channel.map(|channel| channel.name.clone()).unwrap_or_default()
    }
}

/// `typed` and `refusal` belong to the form named by the field `form`.
#[component]
pub(crate) fn AlertsView(
    shown: AlertsShown,
    typed: Fields,
    #[prop(optional_no_strip)] refusal: Option<Refusal>,
) -> impl IntoView {
    let under = if shown.page.channels.is_empty() {
        "Nobody is told of an incident yet: add a channel, then a rule."
    } else if shown.page.rules.is_empty() {
        "No rule sends an incident anywhere yet."
    } else {
        "One message when an incident opens, one when it closes, and reminders if asked for."
    };
    let incidents = format!("/orgs/{}/incidents", shown.page.organization.slug);
    let made = shown.made.iter().cloned().map(|(name, secret)| {
        view! {
            <div class="gap-below">
                <Note status=Status::Warn title=format!("The signing secret of {name}, shown this once") alert=true>
                    <p><code class="mono">{secret}</code></p>
                    <p>"Give it to the receiver, which checks with it that messages come from here."</p>
                </Note>
            </div>
        }
    });
    let made = made.collect_view();
    let sections = view! {
        {channels_section(&shown, &typed, refusal.as_ref())}
        {rules_section(&shown, &typed, refusal.as_ref())}
        {windows_section(&shown, &typed, refusal.as_ref())}
        {messages_section(&shown)}
    };
    view! {
        <PageHead title="Alerts" under=under><ButtonLink href=incidents>"Incidents"</ButtonLink></PageHead>
        {made}
        <RefusalNote refusal/>
        <div class="grid">{sections}</div>
    }
    .into_any()
}

/// Whether a form came back: it stays open then.
fn came_back(typed: &Fields, form: &str) -> bool {
    typed.get("form") == form
}
