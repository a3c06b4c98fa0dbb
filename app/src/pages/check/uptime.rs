//! How much of the time the target answered correctly, and for how long it did not.

use leptos::prelude::*;
use service::check::{CheckHistory, PeriodHistory, Uptime, Window};

use super::CheckShown;
use crate::pages::parts::error_of;
use crate::ui::{Button, ButtonKind, Column, InputLook, Section, Table, TableLook, TextInput, day, moment};
use crate::web::Refusal;
use crate::words::{counted, plural};

const MINUTE: i64 = 60_000;

/// `Last 24 hours`.
pub(super) const fn window_words(window: Window) -> &'static str {
    match window {
        Window::Day => "Last 24 hours",
        Window::Week => "Last 7 days",
        Window::Month => "Last 30 days",
        Window::Quarter => "Last 90 days",
    }
}

/// A period that somebody asked for.
pub(crate) struct Asked {
    /// As they were typed.
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) found: Result<PeriodHistory, Refusal>,
}

pub(super) fn uptime_section(check: &CheckShown) -> Option<AnyView> {
    let history = &check.page.history;
    history.first_run_at?;
    let columns = vec![
        Column::text("Period"),
        Column::number("Answered correctly"),
        Column::number("Runs"),
        Column::number("Without a conclusion"),
    ];
    let found = check.asked.as_ref().and_then(|asked| asked.found.as_ref().ok());
    let mut rows: Vec<AnyView> = Window::ALL
        .map(|window| row(window_words(window).to_owned(), &history.uptime(window)))
        .into_iter()
        .collect();
    rows.extend(found.map(|found| row(period_words(found), &found.uptime)));
    let found = found.map(|found| view! { <p class="small">{found_words(found)}</p> });
    let form = period_form(check);
    let outage = outage_words(history).map(|words| view! { <p class="small">{words}</p> });
    let since = history.uptime(Window::Quarter).known_from.map(|from| {
        let words = format!("Known since {}: an earlier part of a period does not count.", day(from.date()));
        view! { <p class="small dim">{words}</p> }
    });
    Some(
        view! {
            <Section id="uptime" title="Uptime">
                <div class="stack">
                    <Table caption="Share of runs answered correctly" columns look=TableLook::Fold>{rows}</Table>
                    {outage}
                    {found}
                    {since}
                    {form}
                </div>
            </Section>
        }
        .into_any(),
    )
}

fn period_words(found: &PeriodHistory) -> String {
    format!("{} to {}", day(found.period.from()), day(found.period.to()))
}

/// From when on the period is known, and the longest outage within it.
fn found_words(found: &PeriodHistory) -> String {
    let outage = match found.longest_outage_ms {
        Some(length) => format!("the longest stretch without a correct answer: {}", lasting(length)),
        None => "no stretch without a correct answer".to_owned(),
    };
    let known = found.uptime.known_from.map(|from| format!(" Known since {}.", day(from.date())));
    format!("{}: {outage}.{}", period_words(found), known.unwrap_or_default())
}

/// Asks for any period.
fn period_form(check: &CheckShown) -> AnyView {
    let asked = check.asked.as_ref();
    let refusal = asked.and_then(|asked| asked.found.as_ref().err());
    let (from, to) = asked.map(|asked| (asked.from.clone(), asked.to.clone())).unwrap_or_default();
    view! {
        <form class="filters no-print" method="get" action=format!("{}#uptime", check.at())>
            <TextInput
                id="from" name="from" label="From" kind="date" look=InputLook::Short value=from
                error=error_of(refusal, "from")
            />
            <TextInput
                id="to" name="to" label="To, inclusive" kind="date" look=InputLook::Short value=to
                error=error_of(refusal, "to")
            />
            <Button kind=ButtonKind::Second>"Show this period"</Button>
        </form>
    }
    .into_any()
}

fn row(period: String, uptime: &Uptime) -> AnyView {
    let share =
        uptime.percent().map_or_else(|| "unknown".to_owned(), |share| format!("{}%", share.normalize()));
    view! {
        <tr>
            <th scope="row">{period}</th>
            <td class="num" data-label="Answered correctly">{share}</td>
            <td class="num" data-label="Runs">{counted(uptime.concluded)}</td>
            <td class="num" data-label="Without a conclusion">{counted(uptime.unknown)}</td>
        </tr>
    }
    .into_any()
}

/// What is broken now, else the longest that it was.
fn outage_words(history: &CheckHistory) -> Option<String> {
    if let Some(open) = history.open_outage() {
        let lasted = lasting(history.at.0 - open.began_at.0);
        return Some(format!("No correct answer since {}, for {lasted}.", moment(open.began_at.timestamp())));
    }
    let longest = history.longest_outage_ms()?;
    Some(format!("The longest stretch without a correct answer in 90 days: {}.", lasting(longest)))
}

/// `5 hours 10 minutes`.
fn lasting(milliseconds: i64) -> String {
    let minutes = usize::try_from(milliseconds.max(0) / MINUTE).unwrap_or(0);
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => "less than a minute".to_owned(),
        (0, 0, minutes) => plural(minutes, "minute"),
        (0, hours, 0) => plural(hours, "hour"),
        (0, hours, minutes) => format!("{} {}", plural(hours, "hour"), plural(minutes, "minute")),
        (days, 0, _) => plural(days, "day"),
        (days, hours, _) => format!("{} {}", plural(days, "day"), plural(hours, "hour")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_said_in_its_two_largest_units() {
        let said = [0, 59, 1, 60, 310, 1440, 1501, 3000].map(|minutes: i64| lasting(minutes * MINUTE));
        let expected = [
            "less than a minute",
            "59 minutes",
            "1 minute",
            "1 hour",
            "5 hours 10 minutes",
            "1 day",
            "1 day 1 hour",
            "2 days 2 hours",
        ];
        assert_eq!(said, expected);
    }
}
