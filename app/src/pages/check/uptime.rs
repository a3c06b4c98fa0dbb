//! How much of the time the target answered correctly, and for how long it did not.

use leptos::prelude::*;
use service::check::{CheckHistory, Uptime, Window};

use super::CheckShown;
use crate::ui::{Column, Section, Table, TableLook, day, moment};
use crate::words::plural;

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

pub(super) fn uptime_section(check: &CheckShown) -> Option<AnyView> {
    let history = &check.page.history;
    history.first_run_at?;
    let columns = vec![
        Column::text("Period"),
        Column::number("Answered correctly"),
        Column::number("Runs"),
        Column::number("Without a conclusion"),
    ];
    let rows = Window::ALL.map(|window| row(&history.uptime(window))).into_iter().collect_view();
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
                    {since}
                </div>
            </Section>
        }
        .into_any(),
    )
}

fn row(uptime: &Uptime) -> AnyView {
    let share =
        uptime.percent().map_or_else(|| "unknown".to_owned(), |share| format!("{} %", share.normalize()));
    view! {
        <tr>
            <th scope="row">{window_words(uptime.window)}</th>
            <td class="num" data-label="Answered correctly">{share}</td>
            <td class="num" data-label="Runs">{uptime.concluded.to_string()}</td>
            <td class="num" data-label="Without a conclusion">{uptime.unknown.to_string()}</td>
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
