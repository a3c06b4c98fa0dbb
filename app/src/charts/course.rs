//! The course of an assessment: claimed and proven over time, and what was submitted.

use leptos::prelude::*;

use super::scale::{Reading, number};

/// The drawing is this wide and high before it is stretched.
const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 200.0;
/// Half the height of the tick that marks a submission.
const TICK: f64 = 14.0;

/// From when on the scores were these.
#[derive(Debug, Clone, PartialEq)]
pub struct CourseStep {
    /// 0 to 1, from the left end of the axis to the right one.
    pub at: f64,
    /// `None` while there was no score.
    pub proven: Option<Reading>,
    pub claimed: Option<Reading>,
}

/// What was submitted or signed.
#[derive(Debug, Clone, PartialEq)]
pub struct CourseMark {
    /// As in [`CourseStep`].
    pub at: f64,
    pub overall: Reading,
}

/// Scores over time as stairs: proven solid, claimed dashed, an ink tick where something was submitted and a dotted line as
/// high as that result until the next one. Several of these share one axis. `title` says the numbers in words; a table
/// beside it has them all. Nothing before the first step.
#[component]
pub fn CoursePlot(
    #[prop(into)] id: String,
    #[prop(into)] title: String,
    /// In the order of time.
    steps: Vec<CourseStep>,
    marks: Vec<CourseMark>,
    /// Below the axis, evenly spread: `1 Mar 2026`, `20 Nov 2026`.
    along: Vec<String>,
) -> impl IntoView {
    let Some(last) = steps.last() else { return ().into_any() };
    let end = last.at;
    let claimed = lines("c-claim", claimed_stairs(&steps));
    let proven = lines("c-line", proven_stairs(&steps));
    let until = marks.iter().skip(1).map(|mark| mark.at).chain([end]);
    let submitted = marks
        .iter()
        .zip(until)
        .map(|(mark, until)| {
            let (x, y) = (across(mark.at), up(&mark.overall));
            let (top, bottom) = (number((y - TICK).max(0.0)), number((y + TICK).min(HEIGHT)));
            let (x, y, until) = (number(x), number(y), number(across(until.max(mark.at))));
            view! {
                <line class="c-line-3" x1=x.clone() x2=until y1=y.clone() y2=y></line>
                <line class="c-mark" x1=x.clone() x2=x y1=top y2=bottom></line>
            }
        })
        .collect_view();
    let grid = [("c-grid", "0"), ("c-grid", "50"), ("c-grid", "100"), ("c-grid", "150"), ("c-axis", "200")]
        .map(|(class, y)| view! { <line class=class x1="0" x2="900" y1=y y2=y></line> })
        .into_iter()
        .collect_view();
    let along = along.into_iter().map(|label| view! { <span>{label}</span> }).collect_view();
    let desc = format!("{id}-desc");
    view! {
        <div class="plot">
            <div class="plot-y" aria-hidden="true">
                <span>"100"</span><span>"75"</span><span>"50"</span><span>"25"</span><span>"0"</span>
            </div>
            <svg
                viewBox="0 0 900 200"
                preserveAspectRatio="none"
                role="img"
                aria-labelledby=id
                aria-describedby=desc
            >
                <title id=id.clone()>{title}</title>
                <desc id=desc.clone()>"Stairs over time, 0 to 100 upwards: proven solid, claimed dashed, a tick where a result was submitted. The table beside it has the numbers."</desc>
                {grid}
                {claimed}
                {submitted}
                {proven}
            </svg>
            <div class="plot-x" aria-hidden="true">{along}</div>
        </div>
    }
    .into_any()
}

fn across(at: f64) -> f64 {
    WIDTH * at.clamp(0.0, 1.0)
}

fn up(reading: &Reading) -> f64 {
    height(reading.at)
}

fn height(value: f64) -> f64 {
    HEIGHT * (1.0 - value / 100.0)
}

/// A corner of stairs: where along the axis, 0 to 1, and how high, 0 to 100.
pub(crate) type Corner = (f64, f64);

/// What was proven, as unbroken stairs.
pub(crate) fn proven_stairs(steps: &[CourseStep]) -> Vec<Vec<Corner>> {
    stairs(steps.iter().map(|step| (step.at, step.proven.as_ref())))
}

/// What was claimed, as unbroken stairs.
pub(crate) fn claimed_stairs(steps: &[CourseStep]) -> Vec<Vec<Corner>> {
    stairs(steps.iter().map(|step| (step.at, step.claimed.as_ref())))
}

/// A value holds until the next one; where there is none, the line is broken.
fn stairs<'a>(values: impl Iterator<Item = (f64, Option<&'a Reading>)>) -> Vec<Vec<Corner>> {
    let mut runs: Vec<Vec<Corner>> = Vec::new();
    let mut before: Option<f64> = None;
    for (at, value) in values {
        let value = value.map(|reading| reading.at);
        match (before, value) {
            (Some(from), Some(to)) => {
                let run = runs.last_mut().expect("a value before began a run");
                run.push((at, from));
                if (from - to).abs() > f64::EPSILON {
                    run.push((at, to));
                }
            }
            (None, Some(to)) => runs.push(vec![(at, to)]),
            (Some(from), None) => {
                let run = runs.last_mut().expect("a value before began a run");
                run.push((at, from));
            }
            (None, None) => {}
        }
        before = value;
    }
    runs
}

fn lines(class: &'static str, runs: Vec<Vec<Corner>>) -> AnyView {
    let place = |(at, value): &Corner| format!("{},{}", number(across(*at)), number(height(*value)));
    runs.into_iter()
        .map(|run| {
            let points: Vec<String> = run.iter().map(place).collect();
            view! { <polyline class=class points=points.join(" ")></polyline> }
        })
        .collect_view()
        .into_any()
}

/// What the lines of [`CoursePlot`] mean, once for all that share an axis.
#[component]
pub fn CourseLegend() -> impl IntoView {
    let key = |class: &'static str, path: &'static str, words: &'static str| {
        view! {
            <li>
                <svg class="key-line" viewBox="0 0 24 8" aria-hidden="true"><path class=class d=path></path></svg>
                {words}
            </li>
        }
    };
    view! {
        <ul class="legend">
            {key("c-line", "M0 4h24", "proven, live")}
            {key("c-claim", "M0 4h24", "claimed, live")}
            {key("c-mark", "M12 0v8", "submitted or signed")}
            {key("c-line-3", "M0 4h24", "as submitted")}
        </ul>
    }
    .into_any()
}
