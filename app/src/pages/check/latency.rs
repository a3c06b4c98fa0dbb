//! How long the target takes, and how long its certificate has left, over hours or days.

use leptos::prelude::*;
use service::UnixMillis;
use service::check::{CheckHistory, Window};
use service::record::Tally;

use super::CheckShown;
use super::status::took;
use super::uptime::window_words;
use crate::charts::{ExpiryPlot, Latency, LatencyPlot, PlotText};
use crate::ui::{Column, Section, Table, clock, day_short};
use crate::words::counted;

/// The certificate's days left, as `tls.certificate` observes them.
const DAYS_LEFT: &str = "days_to_expiry";
/// Time to the answer, where a kind observes it; else the run's own duration stands in.
const LATENCY: &str = "latency_ms";

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// A history shorter than this is drawn by the hour.
const SHORT: i64 = 2 * DAY;

/// The history cut into hours or days, oldest first, with gaps where nothing ran.
struct Line<'a> {
    step: i64,
    /// When the first stretch begins.
    start: UnixMillis,
    tallies: Vec<Option<&'a Tally>>,
}

impl<'a> Line<'a> {
    /// `None` where there are too few stretches for a line.
    fn of(history: &'a CheckHistory) -> Option<Self> {
        let first = history.first_run_at?;
        let (step, stretches) =
            if history.at.0 - first.0 < SHORT { (HOUR, &history.hours) } else { (DAY, &history.days) };
        let start = UnixMillis(stretches.first()?.began_at.0);
        let length =
            usize::try_from((history.at.0 - start.0) / step + 1).ok().filter(|length| *length > 1)?;
        let mut tallies = vec![None; length];
        for stretch in stretches {
            let place = usize::try_from((stretch.began_at.0 - start.0) / step).ok();
            if let Some(tally) = place.and_then(|place| tallies.get_mut(place)) {
                *tally = Some(&stretch.tally);
            }
        }
        Some(Self { step, start, tallies })
    }

    /// Two to four marks from the first stretch to the last. They stand evenly, so that in a short plot they must
    /// divide it.
    fn along(&self) -> Vec<String> {
        let last = self.tallies.len() - 1;
        let marks = if last > 12 {
            3
        } else {
            [3, 2].into_iter().find(|marks| last.is_multiple_of(*marks)).unwrap_or(1)
        };
        let mark = |number: usize| {
            let position = i64::try_from(last * number / marks).unwrap_or(0);
            let at = UnixMillis(self.start.0 + position * self.step);
            if self.step == HOUR { clock(at.timestamp()) } else { day_short(at.date()) }
        };
        (0..=marks).map(mark).collect()
    }

    fn step_words(&self) -> &'static str {
        if self.step == HOUR { "hour" } else { "day" }
    }
}

fn percentiles(tally: &Tally) -> Option<Latency> {
    let at = |percent| tally.latency.percentile(percent);
    Some(Latency { median: at(50)?, p95: at(95)?, p99: at(99)? })
}

pub(super) fn latency_section(check: &CheckShown) -> Option<AnyView> {
    let history = &check.page.history;
    let title = title(check.page.kind.observation(LATENCY).is_some());
    let rows: Vec<_> = Window::ALL.iter().filter_map(|window| window_row(history, *window)).collect();
    if rows.is_empty() {
        return None;
    }
    let plot = Line::of(history).map(|line| {
        let days: Vec<_> = line.tallies.iter().map(|tally| tally.and_then(percentiles)).collect();
        let all = history.uptime(Window::Quarter).latency;
        let said = |percent| all.percentile(percent).map_or_else(|| "?".to_owned(), |time| time.to_string());
        let text = PlotText {
            id: "latency".to_owned(),
            title: format!("{title} since {}", day_short(line.start.date())),
            desc: format!(
                "Median {} ms, 95th percentile {} ms, 99th percentile {} ms; one point for every {}.",
                said(50),
                said(95),
                said(99),
                line.step_words()
            ),
            along: line.along(),
        };
        view! { <LatencyPlot text days/> }
    });
    let columns = vec![
        Column::text("Period"),
        Column::number("Answered"),
        Column::number("Median"),
        Column::number("95th"),
        Column::number("99th"),
    ];
    Some(
        view! {
            <Section id="latency-section" title="How long it takes">
                <div class="stack">
                    {plot}
                    <Table caption=title columns>{rows}</Table>
                </div>
            </Section>
        }
        .into_any(),
    )
}

fn title(observed: bool) -> &'static str {
    if observed { "Time to the answer" } else { "Duration of a run" }
}

fn window_row(history: &CheckHistory, window: Window) -> Option<AnyView> {
    let times = history.uptime(window).latency;
    let shown = |percent| times.percentile(percent).map(|time| took(i64::from(time)));
    let (median, p95, p99) = (shown(50)?, shown(95)?, shown(99)?);
    let row = view! {
        <tr>
            <th scope="row">{window_words(window)}</th>
            <td class="num">{counted(times.count())}</td>
            <td class="num">{median}</td>
            <td class="num">{p95}</td>
            <td class="num">{p99}</td>
        </tr>
    };
    Some(row.into_any())
}

pub(super) fn expiry_section(check: &CheckShown) -> Option<AnyView> {
    check.page.kind.observation(DAYS_LEFT)?;
    let line = Line::of(&check.page.history)?;
    let days: Vec<Option<u32>> = line.tallies.iter().map(|tally| days_left((*tally)?)).collect();
    let now = days.iter().rev().find_map(|days| *days)?;
    let least = check.tied().flat_map(|bound| &bound.binding.expect).find_map(|condition| {
        let asked = condition.observation == DAYS_LEFT;
        asked.then(|| condition.value.number())?.and_then(|number| number.to_string().parse().ok())
    });
    let asked = least.map(|least: u32| format!(", at least {least} asked")).unwrap_or_default();
    let text = PlotText {
        id: "expiry".to_owned(),
        title: format!("Days until the certificate expires: {now} at the latest run{asked}"),
        desc: format!("One point for every {}; a jump up is a renewal.", line.step_words()),
        along: line.along(),
    };
    Some(
        view! { <Section id="expiry-section" title="Days left"><ExpiryPlot text days least/></Section> }
            .into_any(),
    )
}

/// An expired certificate has no day left.
fn days_left(tally: &Tally) -> Option<u32> {
    u32::try_from(tally.gauge?.max(0)).ok()
}

#[cfg(test)]
mod tests {
    use service::record::Stretch;

    use super::*;

    fn history(began: &[i64], step: i64, now: i64) -> CheckHistory {
        let stretch = |at: &i64| Stretch { began_at: UnixMillis(at * step), tally: Tally::default() };
        let stretches: Vec<_> = began.iter().map(stretch).collect();
        CheckHistory {
            at: UnixMillis(now),
            first_run_at: stretches.first().map(|first| first.began_at),
            hours: stretches.clone(),
            days: stretches,
            outages: Vec::new(),
            declarations: Vec::new(),
            aims: Vec::new(),
        }
    }

    #[test]
    fn a_young_history_is_drawn_by_the_hour_with_gaps_where_nothing_ran() {
        let history = history(&[1, 2, 5], HOUR, 5 * HOUR + 60_000);
        let line = Line::of(&history).unwrap();
        let ran: Vec<_> = line.tallies.iter().map(Option::is_some).collect();
        assert_eq!(ran, [true, true, false, false, true]);
        assert_eq!(line.along(), ["01:00", "03:00", "05:00"]);
    }

    #[test]
    fn a_long_history_is_drawn_by_the_day() {
        let history = history(&[0, 39], DAY, 39 * DAY + HOUR);
        let line = Line::of(&history).unwrap();
        assert_eq!((line.tallies.len(), line.along().last().unwrap().as_str()), (40, "9 Feb"));
    }

    #[test]
    fn one_hour_makes_no_line() {
        assert!(Line::of(&history(&[7], HOUR, 7 * HOUR + 1)).is_none());
        assert!(Line::of(&history(&[], HOUR, 7)).is_none());
    }
}
