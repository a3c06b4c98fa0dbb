//! The feed of a check: the address to report to, when reports are expected, and what came.

use domain::check::{CheckKind, ObservationType, Status};
use leptos::prelude::*;
use service::check::{FeedPage, FeedToken, Punctuality};
use service::record::KeptReport;

use super::CheckShown;
use crate::pages::check_form::{every, written_interval};
use crate::pages::parts::error_of;
use crate::ui::{
    Button, ButtonKind, Column, Drawer, Fact, InputLook, KeyValue, Moment, Note, PostButton, Section,
    StatusBadge, Table, TableLook, TextInput, Width,
};
use crate::web::{Fields, Refusal};

/// Where the token stands in an example.
const PLACE: &str = "TOKEN";

/// The token that was made just now, shown this once.
pub(super) fn made_note(kind: &CheckKind, made: &FeedToken) -> AnyView {
    let call = call(&made.address, kind);
    view! {
        <div class="gap-below">
            <Note status=Status::Pass title="The token is made" alert=true>
                <p>"Copy it now: only its fingerprint is kept, and it is not shown again. The system that reports calls:"</p>
                <pre class="raw" tabindex="0"><code>{call}</code></pre>
            </Note>
        </div>
    }
    .into_any()
}

/// Nothing for a check that looks by itself.
pub(super) fn feed_section(check: &CheckShown, typed: &Fields, refusal: Option<&Refusal>) -> Option<AnyView> {
    let feed = check.feed.as_ref()?;
    let title = view! { <StatusBadge status=sign(feed.stands) label=words(feed.stands)/> };
    let example = call(&format!("{}{PLACE}", feed.address), &check.page.kind);
    let facts = facts(feed);
    let reports = (!feed.reports.is_empty()).then(|| reports_table(&feed.reports));
    let changes = check.may_operate.then(|| changes(check, feed, typed, refusal));
    Some(
        view! {
            <Section id="feed" title="Reports" aside=title width=Width::Span>
                <KeyValue facts/>
                <p class="label gap-above">"How a system reports"</p>
                <pre class="raw" tabindex="0"><code>{example}</code></pre>
                <p class="small dim">
                    {format!("{PLACE} stands for the token. The figures may be left out: then the report says that the feed is alive.")}
                </p>
                {reports}
                {changes}
            </Section>
        }
        .into_any(),
    )
}

const fn sign(stands: Option<Punctuality>) -> Status {
    match stands {
        None => Status::Unknown,
        Some(Punctuality::InTime { .. }) => Status::Pass,
        Some(Punctuality::Late { .. }) => Status::Warn,
        Some(Punctuality::Missing { .. }) => Status::Fail,
    }
}

const fn words(stands: Option<Punctuality>) -> &'static str {
    match stands {
        None => "Nothing reported yet",
        Some(Punctuality::InTime { .. }) => "In time",
        Some(Punctuality::Late { .. }) => "Late",
        Some(Punctuality::Missing { .. }) => "Missing",
    }
}

fn facts(page: &FeedPage) -> Vec<Fact> {
    let FeedPage { feed, stands, .. } = page;
    let last = match feed.reported_at {
        Some(at) => view! { <Moment at=at.timestamp()/>{format!(", number {}", feed.reports)} }.into_any(),
        None => view! { <span class="dim">"none yet"</span> }.into_any(),
    };
    let mut facts = vec![Fact::new("Last report", last)];
    match stands {
        None => {}
        Some(Punctuality::InTime { next, .. }) => {
            facts.push(Fact::new("Next expected by", view! { <Moment at=next.timestamp()/> }));
        }
        Some(Punctuality::Late { expected, until }) => {
            facts.push(Fact::new("Was expected by", view! { <Moment at=expected.timestamp()/> }));
            facts.push(Fact::new("Missing from", view! { <Moment at=until.timestamp()/> }));
        }
        Some(Punctuality::Missing { expected }) => {
            facts.push(Fact::new("Was expected by", view! { <Moment at=expected.timestamp()/> }));
        }
    }
    facts.push(Fact::new("Expected", expectation(page)));
    let token = match feed.token_made_at {
        Some(at) => view! { "made "<Moment at=at.timestamp()/> }.into_any(),
        None => view! { <span class="dim">"none yet: nothing can report"</span> }.into_any(),
    };
    facts.push(Fact::new("Token", token));
    facts
}

/// `every 15 minutes, in Mon-Fri 08:00-18:00 (Europe/Berlin)`.
fn expectation(page: &FeedPage) -> String {
    let timing = &page.feed.timing;
    let mut parts = vec![match timing.cron.as_str() {
        "" => every(page.every),
        line => format!("by the cron line {line}"),
    }];
    if !timing.hours.is_empty() {
        parts.push(format!(", in {}", timing.hours));
    }
    if !timing.cron.is_empty() || !timing.hours.is_empty() {
        parts.push(format!(" ({})", timing.zone));
    }
    if let Some(grace) = timing.grace_seconds {
        parts.push(format!("; late for {} before it is missing", written_interval(grace)));
    }
    parts.concat()
}

/// The call that reports, with two of the kind's figures.
fn call(address: &str, kind: &CheckKind) -> String {
    let figures = kind.observations.iter().filter_map(|spec| {
        let value = match spec.kind {
            ObservationType::Integer => "0",
            ObservationType::Number => "1.5",
            ObservationType::Boolean => "true",
            ObservationType::String | ObservationType::List => return None,
        };
        Some(format!("\"{}\": {value}", spec.name))
    });
    let figures: Vec<_> = figures.take(2).collect();
    format!(
        "curl -X POST '{address}' \\\n  -H 'Content-Type: application/json' \\\n  -d '{{\"observations\": {{{}}}}}'",
        figures.join(", ")
    )
}

fn reports_table(reports: &[KeptReport]) -> AnyView {
    let columns = vec![Column::number("Number"), Column::number("Came"), Column::text("Figures")];
    let rows = reports
        .iter()
        .map(|report| {
            let figures = report.observations.iter().map(|(name, value)| format!("{name} {value}"));
            let figures = figures.collect::<Vec<_>>().join(", ");
            view! {
                <tr>
                    <th scope="row" class="num">{report.number}</th>
                    <td class="num" data-label="Came"><Moment at=report.reported_at.timestamp()/></td>
                    <td class="wide mono">{figures}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="gap-above">
            <Table caption="The latest reports with other figures than the one before, or with a row count" columns look=TableLook::Fold>
                {rows}
            </Table>
        </div>
    }
    .into_any()
}

/// The forms: when reports are expected, and a new token.
fn changes(check: &CheckShown, page: &FeedPage, typed: &Fields, refusal: Option<&Refusal>) -> AnyView {
    let at = check.at();
    let (renew, hint) = if page.feed.token_made_at.is_some() {
        ("Make a new token", "The present one stops working at once.")
    } else {
        ("Make a token", "It is shown once.")
    };
    let times = times_form(&at, page, typed, refusal);
    let open = typed.get("form") == "feed";
    view! {
        <div class="gap-above no-print">
            <Drawer summary="When reports are expected" open=open id="feed-times">{times}</Drawer>
        </div>
        <div class="row gap-above no-print">
            <PostButton action=format!("{at}/feed/token") kind=ButtonKind::Second>{renew}</PostButton>
            <span class="small dim">{hint}</span>
        </div>
    }
    .into_any()
}

fn times_form(at: &str, page: &FeedPage, typed: &Fields, refusal: Option<&Refusal>) -> AnyView {
    let timing = &page.feed.timing;
    let back = typed.get("form") == "feed";
    let value = |name: &str, kept: String| if back { typed.get(name).to_owned() } else { kept };
    let error = |name: &str| if back { error_of(refusal, name) } else { None };
    let grace = timing.grace_seconds.map(written_interval).unwrap_or_default();
    let usual = format!(
        "A line of five fields, for example 30 6 * * 1-5. Without one a report is expected {} after the one before.",
        every(page.every).trim_start_matches("every ")
    );
    view! {
        <form method="post" action=format!("{at}/feed") novalidate=true>
            <input type="hidden" name="form" value="feed"/>
            <TextInput
                id="feed-cron" name="feed-cron" label="Cron line" look=InputLook::Mono optional=true
                value=value("feed-cron", timing.cron.clone()) hint=usual error=error("feed-cron") autocomplete="off"
            />
            <TextInput
                id="feed-hours" name="feed-hours" label="Business hours" optional=true
                value=value("feed-hours", timing.hours.clone())
                hint="For example Mon-Fri 08:00-18:00; outside of them no report is expected. Empty for around the clock."
                error=error("feed-hours") autocomplete="off"
            />
            <TextInput
                id="feed-zone" name="feed-zone" label="Time zone"
                value=value("feed-zone", timing.zone.clone())
                hint="Of the cron line and the business hours, for example Europe/Berlin"
                error=error("feed-zone") autocomplete="off"
            />
            <TextInput
                id="feed-grace" name="feed-grace" label="Grace" look=InputLook::Short optional=true
                value=value("feed-grace", grace)
                hint="How long a report is late before it is missing: a whole number with s, m, h or d"
                error=error("feed-grace") autocomplete="off"
            />
            <p class="row gap-above"><Button>"Save when reports are expected"</Button></p>
        </form>
    }
    .into_any()
}
