//! Plots over time that stretch to their column: latency, days to expiry, and how many scores are spread. Labels are HTML,
//! outside the drawing.

use leptos::prelude::*;

use super::scale::{ceiling, length, number};

/// The drawing is this wide and high before it is stretched.
const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 200.0;

/// Latency of one day (or run), in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Latency {
    pub median: u32,
    pub p95: u32,
    pub p99: u32,
}

/// What a plot is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlotText {
    /// Begins the ids inside.
    pub id: String,
    /// With the numbers in words.
    pub title: String,
    /// What the shape is.
    pub desc: String,
    /// Below the axis, evenly spread, first and last day included: `23 Aug`, `22 Sep`.
    pub along: Vec<String>,
}

struct Line {
    class: &'static str,
    values: Vec<Option<f64>>,
}

/// One polyline per unbroken run of values; a day without a value leaves a gap.
fn polylines(line: &Line, top: f64) -> AnyView {
    let step = WIDTH / length(line.values.len().saturating_sub(1).max(1));
    let mut runs: Vec<Vec<String>> = vec![Vec::new()];
    for (i, value) in line.values.iter().enumerate() {
        match value {
            Some(value) => {
                let place = format!("{},{}", number(length(i) * step), number(HEIGHT * (1.0 - value / top)));
                runs.last_mut().expect("there is always a run").push(place);
            }
            None => runs.push(Vec::new()),
        }
    }
    runs.into_iter()
        .filter(|run| !run.is_empty())
        .map(|mut run| {
            // A day alone is a dash, else nothing would be drawn of it.
            if let [only] = run.as_slice()
                && let Some((x, y)) = only.split_once(',')
            {
                let x: f64 = x.parse().unwrap_or_default();
                run = vec![format!("{},{y}", number((x - 3.0).max(0.0))), format!("{},{y}", number(x + 3.0))];
            }
            view! { <polyline class=line.class points=run.join(" ")></polyline> }
        })
        .collect_view()
        .into_any()
}

fn plot(text: PlotText, unit: &'static str, top: f64, threshold: Option<f64>, lines: &[Line]) -> AnyView {
    let heights = [1.0, 0.75, 0.5, 0.25, 0.0].map(|share| share * top);
    let up = heights
        .iter()
        .enumerate()
        .map(|(i, height)| {
            let unit = if i == 0 { unit } else { "" };
            view! { <span>{format!("{}{unit}", number(*height))}</span> }
        })
        .collect_view();
    let grid = [("c-grid", "0"), ("c-grid", "50"), ("c-grid", "100"), ("c-grid", "150"), ("c-axis", "200")]
        .map(|(class, y)| view! { <line class=class x1="0" x2="900" y1=y y2=y></line> })
        .into_iter()
        .collect_view();
    let threshold = threshold.map(|value| {
        let y = number(HEIGHT * (1.0 - value / top));
        view! { <line class="c-mark" x1="0" x2="900" y1=y.clone() y2=y></line> }
    });
    let drawn = lines.iter().map(|line| polylines(line, top)).collect_view();
    let along = text.along.into_iter().map(|label| view! { <span>{label}</span> }).collect_view();
    let desc_id = format!("{}-desc", text.id);
    view! {
        <div class="plot">
            <div class="plot-y" aria-hidden="true">{up}</div>
            <svg
                viewBox="0 0 900 200"
                preserveAspectRatio="none"
                role="img"
                aria-labelledby=text.id
                aria-describedby=desc_id
            >
                <title id=text.id.clone()>{text.title}</title>
                <desc id=desc_id.clone()>{text.desc}</desc>
                {grid}
                {threshold}
                {drawn}
            </svg>
            <div class="plot-x" aria-hidden="true">{along}</div>
        </div>
    }
    .into_any()
}

fn highest(lines: &[Line]) -> f64 {
    lines
        .iter()
        .flat_map(|line| line.values.iter().flatten())
        .fold(0.0, |highest: f64, value| highest.max(*value))
}

fn key(class: &'static str, words: impl Into<String>) -> AnyView {
    view! {
        <li>
            <svg class="key-line" viewBox="0 0 24 8" aria-hidden="true">
                <path class=class d="M0 4h24"></path>
            </svg>
            {words.into()}
        </li>
    }
    .into_any()
}

/// How long a check takes: median solid, 95th percentile dashed, 99th dotted. `None` is a day without a run.
#[component]
pub fn LatencyPlot(text: PlotText, days: Vec<Option<Latency>>) -> impl IntoView {
    let line = |class, value: fn(&Latency) -> u32| Line {
        class,
        values: days.iter().map(|day| day.as_ref().map(|day| f64::from(value(day)))).collect(),
    };
    let lines =
        [line("c-line-3", |day| day.p99), line("c-line-2", |day| day.p95), line("c-line", |day| day.median)];
    let top = ceiling(highest(&lines));
    view! {
        <figure class="figure">
            {plot(text, " ms", top, None, &lines)}
            <figcaption class="row">
                <ul class="legend">
                    {key("c-line", "median")}
                    {key("c-line-2", "95th percentile")}
                    {key("c-line-3", "99th percentile")}
                </ul>
            </figcaption>
        </figure>
    }
    .into_any()
}

/// Days left of a certificate, day by day, and how many are asked. An expired one counts 0.
#[component]
pub fn ExpiryPlot(
    text: PlotText,
    /// Days left; `None` is a day without a run.
    days: Vec<Option<u32>>,
    /// At least so many are asked.
    #[prop(optional_no_strip)]
    least: Option<u32>,
) -> impl IntoView {
    let lines = [Line { class: "c-line", values: days.into_iter().map(|day| day.map(f64::from)).collect() }];
    let least = least.map(f64::from);
    let top = ceiling(highest(&lines).max(least.unwrap_or_default()));
    let threshold_key = least.map(|least| key("c-mark", format!("{}, at least asked", number(least))));
    view! {
        <figure class="figure">
            {plot(text, " days", top, least, &lines)}
            <figcaption class="row">
                <ul class="legend">{key("c-line", "days left")}{threshold_key}</ul>
            </figcaption>
        </figure>
    }
    .into_any()
}

/// How the scores of many are spread over time, 0 to 100 upwards: the median solid, the quartiles dashed, the lowest and the
/// highest dotted. Each instant has these five numbers, the lowest first; `None` where there was no score.
#[component]
pub fn SpreadPlot(text: PlotText, instants: Vec<Option<[f64; 5]>>) -> impl IntoView {
    let line = |class, place: usize| Line {
        class,
        values: instants.iter().map(|numbers| numbers.map(|numbers| numbers[place])).collect(),
    };
    let lines = [
        line("c-line-3", 0),
        line("c-line-3", 4),
        line("c-line-2", 1),
        line("c-line-2", 3),
        line("c-line", 2),
    ];
    view! {
        <figure class="figure">
            {plot(text, "", 100.0, None, &lines)}
            <figcaption class="row">
                <ul class="legend">
                    {key("c-line", "median")}
                    {key("c-line-2", "quartiles")}
                    {key("c-line-3", "lowest and highest")}
                </ul>
            </figcaption>
        </figure>
    }
    .into_any()
}

/// A line as high as the text around it; `title` says what it shows (`Latency over 30 days, steady near 200
/// ms`).
#[component]
pub fn Spark(#[prop(into)] id: String, #[prop(into)] title: String, values: Vec<f64>) -> impl IntoView {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let range = if most > least { most - least } else { 1.0 };
    let step = 100.0 / length(values.len().saturating_sub(1).max(1));
    let points: Vec<_> = values
        .iter()
        .enumerate()
        .map(|(i, value)| {
            format!("{},{}", number(length(i) * step), number(22.0 - 20.0 * (value - least) / range))
        })
        .collect();
    view! {
        <svg class="spark" viewBox="0 0 100 24" preserveAspectRatio="none" role="img" aria-labelledby=id>
            <title id=id.clone()>{title}</title>
            <polyline class="c-line" points=points.join(" ")></polyline>
        </svg>
    }
    .into_any()
}
