//! How long the target takes, and how long its certificate has left, over the latest runs.

use domain::check::{Reach, Value};
use leptos::prelude::*;
use service::record::Run;

use super::CheckShown;
use super::status::took;
use crate::charts::{ExpiryPlot, Latency, LatencyPlot, PlotText};
use crate::ui::{Column, Section, Table, clock, day_short};
use crate::words::plural;

/// The certificate's days left, as `tls.certificate` observes them.
const DAYS_LEFT: &str = "days_to_expiry";
/// Time to the answer, where a kind observes it; else the run's own duration stands in.
const LATENCY: &str = "latency_ms";
/// Lengths of one step of a plot in milliseconds: ten minutes, an hour, six hours, a day.
const STEPS: [i64; 4] = [600_000, 3_600_000, 21_600_000, 86_400_000];
/// So many steps make a plot, at most, unless they are days.
const MOST_STEPS: i64 = 60;

/// Runs by stretches of time, oldest first.
struct Stretches<'a> {
    step: i64,
    /// When the first stretch begins, in milliseconds since 1970.
    start: i64,
    runs: Vec<Vec<&'a Run>>,
}

impl<'a> Stretches<'a> {
    /// `runs` are newest first; `None` where there are too few for a line.
    fn of(runs: &'a [Run]) -> Option<Self> {
        let (newest, oldest) = (runs.first()?.started_at.0, runs.last()?.started_at.0);
        let count = |step: i64| newest.div_euclid(step) - oldest.div_euclid(step) + 1;
        let step = STEPS.into_iter().find(|step| count(*step) <= MOST_STEPS).unwrap_or(STEPS[3]);
        let first = oldest.div_euclid(step);
        let length = usize::try_from(count(step)).ok().filter(|length| *length > 1)?;
        let mut stretches = vec![Vec::new(); length];
        for run in runs {
            let position = usize::try_from(run.started_at.0.div_euclid(step) - first).ok();
            if let Some(stretch) = position.and_then(|position| stretches.get_mut(position)) {
                stretch.push(run);
            }
        }
        Some(Self { step, start: first * step, runs: stretches })
    }

    /// Two to four marks from the first stretch to the last. They stand evenly, so that in a short plot they must
    /// divide it.
    fn along(&self) -> Vec<String> {
        let last = self.runs.len() - 1;
        let marks = if last > 12 {
            3
        } else {
            [3, 2].into_iter().find(|marks| last.is_multiple_of(*marks)).unwrap_or(1)
        };
        let mark = |number: usize| {
            let position = i64::try_from(last * number / marks).unwrap_or(0);
            let at = service::UnixMillis(self.start + position * self.step);
            if self.step < STEPS[3] && !self.spans_days() {
                clock(at.timestamp())
            } else {
                day_short(at.date())
            }
        };
        (0..=marks).map(mark).collect()
    }

    fn spans_days(&self) -> bool {
        i64::try_from(self.runs.len()).is_ok_and(|count| count * self.step > 3 * STEPS[3])
    }

    fn step_words(&self) -> &'static str {
        match self.step {
            600_000 => "ten minutes",
            3_600_000 => "hour",
            21_600_000 => "six hours",
            _ => "day",
        }
    }
}

pub(super) fn latency_section(check: &CheckShown) -> Option<AnyView> {
    let observed = check.page.kind.observation(LATENCY).is_some();
    let runs = &check.page.runs;
    let all = Times::of(runs, observed)?;
    let plot = Stretches::of(runs).map(|stretches| {
        let days: Vec<_> = stretches
            .runs
            .iter()
            .map(|runs| Times::of(runs.iter().copied(), observed).map(|times| times.figures))
            .collect();
        let text = PlotText {
            id: "latency".to_owned(),
            title: format!("{} over the latest {}", title(observed), plural(runs.len(), "run")),
            desc: format!(
                "Median {} ms, 95th percentile {} ms, 99th percentile {} ms; one point for every {}.",
                all.figures.median,
                all.figures.p95,
                all.figures.p99,
                stretches.step_words()
            ),
            along: stretches.along(),
        };
        view! { <LatencyPlot text days/> }
    });
    let few: Vec<_> = runs.iter().take(20).collect();
    let few = (runs.len() > few.len()).then(|| Times::of(few.iter().copied(), observed)).flatten();
    let whole = format!("Latest {}", plural(runs.len(), "run"));
    let rows = [few.map(|times| ("Latest 20 runs".to_owned(), times)), Some((whole, all))]
        .into_iter()
        .flatten()
        .map(|(name, times)| times_row(name, &times))
        .collect_view();
    let columns = vec![
        Column::text("Runs"),
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
                    <Table caption=title(observed) columns>{rows}</Table>
                </div>
            </Section>
        }
        .into_any(),
    )
}

fn title(observed: bool) -> &'static str {
    if observed { "Time to the answer" } else { "Duration of a run" }
}

/// Percentiles of some runs.
struct Times {
    count: usize,
    figures: Latency,
}

impl Times {
    /// `None` where no run was answered.
    fn of<'a>(runs: impl IntoIterator<Item = &'a Run>, observed: bool) -> Option<Self> {
        let mut times: Vec<u32> = runs.into_iter().filter_map(|run| time_of(run, observed)).collect();
        times.sort_unstable();
        let at = |percent: usize| {
            // Nearest rank: the least value that so many percent do not exceed.
            let rank = (times.len() * percent).div_ceil(100).max(1);
            times.get(rank - 1).copied()
        };
        let figures = Latency { median: at(50)?, p95: at(95)?, p99: at(99)? };
        Some(Self { count: times.len(), figures })
    }
}

fn time_of(run: &Run, observed: bool) -> Option<u32> {
    match run.observations.get(LATENCY) {
        Some(Value::Integer(time)) => u32::try_from(*time).ok(),
        _ if observed || run.reach != Reach::Answered => None,
        _ => u32::try_from(run.duration_ms).ok(),
    }
}

fn times_row(name: String, times: &Times) -> AnyView {
    let shown = |time: u32| took(i64::from(time));
    let Latency { median, p95, p99 } = times.figures;
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td class="num">{times.count.to_string()}</td>
            <td class="num">{shown(median)}</td>
            <td class="num">{shown(p95)}</td>
            <td class="num">{shown(p99)}</td>
        </tr>
    }
    .into_any()
}

pub(super) fn expiry_section(check: &CheckShown) -> Option<AnyView> {
    check.page.kind.observation(DAYS_LEFT)?;
    let stretches = Stretches::of(&check.page.runs)?;
    let days: Vec<Option<u32>> =
        stretches.runs.iter().map(|runs| runs.iter().filter_map(|run| days_left(run)).min()).collect();
    let now = days.iter().rev().find_map(|days| *days)?;
    let least = check.tied().flat_map(|bound| &bound.binding.expect).find_map(|condition| {
        let asked = condition.observation == DAYS_LEFT;
        asked.then(|| condition.value.number())?.and_then(|number| number.to_string().parse().ok())
    });
    let asked = least.map(|least: u32| format!(", at least {least} asked")).unwrap_or_default();
    let text = PlotText {
        id: "expiry".to_owned(),
        title: format!("Days until the certificate expires: {now} at the latest run{asked}"),
        desc: format!("One point for every {}; a jump up is a renewal.", stretches.step_words()),
        along: stretches.along(),
    };
    Some(
        view! { <Section id="expiry-section" title="Days left"><ExpiryPlot text days least/></Section> }
            .into_any(),
    )
}

/// An expired certificate has no day left.
fn days_left(run: &Run) -> Option<u32> {
    match run.observations.get(DAYS_LEFT)? {
        Value::Integer(days) => u32::try_from((*days).max(0)).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use domain::check::{Observations, Status};
    use service::record::Run;
    use service::{CheckId, RunId, UnixMillis};

    use super::*;

    fn run(minute: i64, latency: Option<i64>) -> Run {
        let mut observations = Observations::new();
        if let Some(latency) = latency {
            observations.set(LATENCY, latency);
        }
        Run {
            id: RunId::new(),
            check: CheckId::new(),
            scheduled_for: None,
            started_at: UnixMillis(minute * 60_000),
            duration_ms: 7,
            status: Status::Pass,
            reach: Reach::Answered,
            warned: false,
            observations,
            messages: Vec::new(),
            checked: String::new(),
        }
    }

    #[test]
    fn runs_are_put_into_stretches_of_time_with_gaps_where_nothing_ran() {
        let runs = [run(45, None), run(3, None), run(1, None)];
        let stretches = Stretches::of(&runs).unwrap();
        let counts: Vec<_> = stretches.runs.iter().map(Vec::len).collect();
        assert_eq!(counts, [2, 0, 0, 0, 1]);
        assert_eq!(stretches.along(), ["00:00", "00:20", "00:40"]);
        assert!(Stretches::of(&runs[1..]).is_none());
    }

    #[test]
    fn a_long_history_is_plotted_by_days() {
        let runs: Vec<_> = (0..40).rev().map(|day| run(day * 1440, None)).collect();
        let stretches = Stretches::of(&runs).unwrap();
        assert_eq!((stretches.runs.len(), stretches.along().last().unwrap().as_str()), (40, "9 Feb"));
    }

    #[test]
    fn percentiles_are_of_the_runs_that_were_answered() {
        let runs: Vec<_> = (1..=100).map(|time| run(time, Some(time))).chain([run(0, None)]).collect();
        let times = Times::of(&runs, true).unwrap();
        let Latency { median, p95, p99 } = times.figures;
        assert_eq!((times.count, median, p95, p99), (100, 50, 95, 99));
        assert!(Times::of(&[run(0, None)], true).is_none());
        assert_eq!(Times::of(&[run(0, None)], false).unwrap().figures.median, 7);
    }
}
