//! The climb: how far the overall score gets with what effort, step by step.

use leptos::prelude::*;

use super::scale::{Reading, number};

/// The drawing is this wide and high before it is stretched.
const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 200.0;

/// Where the climb is after a step.
#[derive(Debug, Clone, PartialEq)]
pub struct ClimbPoint {
    /// Spent so far.
    pub effort: u32,
    pub overall: Reading,
    /// The rung that this step reaches first; `None` for all other steps.
    pub reaches: Option<String>,
}

/// A staircase: effort to the right, overall score upwards; solid what is proven today, dashed what is planned, a petrol
/// rung where one is reached. `title` says the numbers in words; the list beside it says what the steps are. Nothing
/// without effort.
#[component]
pub fn ClimbPlot(
    #[prop(into)] id: String,
    #[prop(into)] title: String,
    start: Reading,
    points: Vec<ClimbPoint>,
    /// The overall score that the rung asks.
    #[prop(optional_no_strip)]
    least: Option<u8>,
) -> impl IntoView {
    let total = points.last().map_or(0, |point| point.effort);
    if total == 0 {
        return ().into_any();
    }
    let across = |effort: u32| WIDTH * f64::from(effort) / f64::from(total);
    let up = |reading: &Reading| HEIGHT * (1.0 - reading.at / 100.0);
    let mut places = vec![format!("0,{}", number(up(&start)))];
    let mut before = up(&start);
    for point in &points {
        let (x, y) = (number(across(point.effort)), up(&point.overall));
        places.push(format!("{x},{}", number(before)));
        places.push(format!("{x},{}", number(y)));
        before = y;
    }
    let rungs = points
        .iter()
        .filter(|point| point.reaches.is_some())
        .map(|point| {
            let (x, y) = (across(point.effort), number(up(&point.overall)));
            let (from, to) = (number((x - 18.0).max(0.0)), number((x + 18.0).min(WIDTH)));
            view! { <line class="c-line" x1=from x2=to y1=y.clone() y2=y></line> }
        })
        .collect_view();
    let grid = [("c-grid", "0"), ("c-grid", "50"), ("c-grid", "100"), ("c-grid", "150"), ("c-axis", "200")]
        .map(|(class, y)| view! { <line class=class x1="0" x2="900" y1=y y2=y></line> })
        .into_iter()
        .collect_view();
    let threshold = least.map(|least| {
        let y = number(HEIGHT * (1.0 - f64::from(least) / 100.0));
        view! { <line class="c-mark" x1="0" x2="900" y1=y.clone() y2=y></line> }
    });
    // Effort comes in whole numbers: as many marks as divide it evenly.
    let parts = (1..=4).rev().find(|parts| total.is_multiple_of(*parts)).unwrap_or(1);
    let along = (0..=parts)
        .map(|part| {
            let words = if part == 0 { "effort 0".to_owned() } else { (total / parts * part).to_string() };
            view! { <span>{words}</span> }
        })
        .collect_view();
    let asked = least.map(|least| key("c-mark", format!("overall {least}, asked")));
    let desc = format!("{id}-desc");
    view! {
        <figure class="figure">
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
                    <desc id=desc.clone()>"A staircase: effort to the right, overall score upwards. The table beside it lists the same steps."</desc>
                    {grid}
                    <rect class="c-proven" x="0" y=number(up(&start)) width="5" height=number(HEIGHT - up(&start))></rect>
                    <polyline class="c-claim" points=places.join(" ")></polyline>
                    {threshold}
                    {rungs}
                </svg>
                <div class="plot-x" aria-hidden="true">{along}</div>
            </div>
            <figcaption class="row">
                <ul class="legend">
                    <li>
                        <svg class="key-line" viewBox="0 0 24 8" aria-hidden="true">
                            <rect class="c-proven" x="9" y="0" width="5" height="8"></rect>
                        </svg>
                        "proven today"
                    </li>
                    {key("c-claim", "overall score as planned".to_owned())}
                    {key("c-line", "reaches a rung".to_owned())}
                    {asked}
                </ul>
            </figcaption>
        </figure>
    }
    .into_any()
}

fn key(class: &'static str, words: String) -> AnyView {
    view! {
        <li>
            <svg class="key-line" viewBox="0 0 24 8" aria-hidden="true"><path class=class d="M0 4h24"></path></svg>
            {words}
        </li>
    }
    .into_any()
}
