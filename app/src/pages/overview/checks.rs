//! Health checks with ninety days of runs, the ones that need a look first.

use domain::check::{Severity, Status};
use jiff::civil::Date;
use leptos::prelude::*;
use service::integration::CheckRow;
use service::record::Run;

use super::urgency;
use crate::pages::days::{first_day, strip};
use crate::pages::parts::CheckState;
use crate::ui::{ButtonLink, Column, Section, StatusBadge, Table, TableLook, day_short, moment, status_word};

/// Rows on the overview; all others are with the integrations.
const SHOWN: usize = 8;

pub(super) fn checks_section(checks: &[CheckRow], at: &str, today: Date) -> AnyView {
    if checks.is_empty() {
        let content = view! {
            <p>"None yet. List the interfaces that you run; checks come with them."</p>
            <p class="row gap-above"><ButtonLink href=format!("{at}/integrations")>"Open the integrations"</ButtonLink></p>
        }
        .into_any();
        return view! {
            <Section id="checks" title="Health checks">{content}</Section>
        }
        .into_any();
    }
    let counts = [Status::Pass, Status::Warn, Status::Fail, Status::Unknown]
        .into_iter()
        .map(|status| {
            let count = checks.iter().filter(|row| row.status() == status).count();
            let label = format!("{count} {}", status_word(status).to_lowercase());
            view! { <li><StatusBadge status label=label/></li> }
        })
        .collect_view();
    let mut order: Vec<&CheckRow> = checks.iter().collect();
    order.sort_by_key(|row| urgency(row.urgency()));
    let left = order.len().saturating_sub(SHOWN);
    let rows = order.into_iter().take(SHOWN).map(|row| check_row(row, at, today)).collect_view();
    let first = first_day(today);
    let columns = vec![
        Column::text("Integration and kind"),
        Column::text("State"),
        Column::text("Seen last"),
        Column::text(format!("{} to {}, one bar a day", day_short(first), day_short(today))),
    ];
    let more = (left > 0).then(|| {
        view! { <p class="small gap-above"><a href=format!("{at}/integrations")>{format!("{left} more with the integrations")}</a></p> }
    });
    let content = view! {
        <Table caption="Checks that need a look first, with 90 days of runs" columns look=TableLook::Bars>{rows}</Table>
        {more}
    }
    .into_any();
    view! {
        <Section id="checks" title="Health checks" aside=view! { <ul class="legend">{counts}</ul> }>{content}</Section>
    }
    .into_any()
}

fn check_row(row: &CheckRow, at: &str, today: Date) -> AnyView {
    let href = format!("{at}/checks/{}", row.check.id);
    let name = row.integration.details.name.clone();
    let (id, what) = (format!("strip-{}", row.check.id), format!("{name}, {}", row.check.kind));
    view! {
        <tr>
            <th scope="row">
                <a href=href>{name}</a>
                <span class="sub mono">{row.check.kind.to_string()}</span>
            </th>
            <td><CheckState row=row.clone()/></td>
            <td class="dim">{seen(row)}</td>
            <td class="bar-cell">
                {strip(id, what, &row.days, today)}
            </td>
        </tr>
    }
    .into_any()
}

/// The gravest thing that the latest run says, else when it was.
fn seen(row: &CheckRow) -> String {
    let Some(run) = &row.latest else {
        return if row.check.enabled { "never run".to_owned() } else { "paused, never run".to_owned() };
    };
    grave(run).map_or_else(|| moment(run.started_at.timestamp()), ToOwned::to_owned)
}

fn grave(run: &Run) -> Option<&str> {
    let of = |severity| run.messages.iter().find(|message| message.severity == severity);
    of(Severity::Error).or_else(|| of(Severity::Warning)).map(|message| message.text.as_str())
}
