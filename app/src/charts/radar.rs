//! The radar of the report: proven as an area, claimed as a dashed line around it.

use std::f64::consts::TAU;

use leptos::prelude::*;

use super::scale::{Reading, length, number};

/// One axis of the radar.
#[derive(Debug, Clone, PartialEq)]
pub struct RadarAxis {
    /// `PAT`.
    pub code: String,
    pub proven: Reading,
    pub claimed: Reading,
}

const CENTRE: f64 = 210.0;
/// Where 100 is.
const RADIUS: f64 = 140.0;

/// A point at `share` of 100 on axis `i` of `count`, clockwise from the top.
fn place(i: usize, count: usize, share: f64) -> (f64, f64) {
    let angle = TAU * length(i) / length(count);
    let radius = RADIUS * share / 100.0;
    (CENTRE + radius * angle.sin(), CENTRE - radius * angle.cos())
}

fn polygon(places: impl Iterator<Item = (f64, f64)>) -> String {
    let places: Vec<_> = places.map(|(x, y)| format!("{},{}", number(x), number(y))).collect();
    places.join(" ")
}

fn grid(count: usize) -> AnyView {
    let rings = [25.0, 50.0, 75.0, 100.0].map(|share| {
        let points = polygon((0..count).map(|i| place(i, count, share)));
        view! { <polygon class="c-grid" points=points></polygon> }
    });
    let spokes = (0..count).map(|i| {
        let (x, y) = place(i, count, 100.0);
        view! { <line class="c-grid" x1="210" y1="210" x2=number(x) y2=number(y)></line> }
    });
    view! { {rings.into_iter().collect_view()}{spokes.collect_view()} }.into_any()
}

fn point(i: usize, count: usize, axis: &RadarAxis) -> AnyView {
    let (cx, cy) = place(i, count, axis.proven.at);
    // Labels stand on an ellipse a little higher than wide, since they have two lines.
    let (x, _) = place(i, count, 110.0);
    let (_, y) = place(i, count, 121.0);
    let side = x - CENTRE;
    let anchor = if side.abs() < 1.0 {
        "middle"
    } else if side > 0.0 {
        "start"
    } else {
        "end"
    };
    view! {
        <circle class="c-proven" cx=number(cx) cy=number(cy) r="3.5"></circle>
        <text class="c-text" x=number(x) y=number(y) text-anchor=anchor>{axis.code.clone()}</text>
        <text class="c-text-2" x=number(x) y=number(y + 15.0) text-anchor=anchor>
            {axis.proven.text.clone()}
        </text>
    }
    .into_any()
}

/// What the radar says, in words.
pub fn radar_in_words(axes: &[RadarAxis]) -> String {
    let numbers: Vec<_> = axes
        .iter()
        .map(|axis| format!("{} proven {}, claimed {}", axis.code, axis.proven.text, axis.claimed.text))
        .collect();
    format!("Radar of {} domain scores of 100: {}", axes.len(), numbers.join("; "))
}

/// The radar; nothing with fewer than three axes, which would be no area.
#[component]
pub fn Radar(#[prop(into)] id: String, axes: Vec<RadarAxis>) -> impl IntoView {
    let count = axes.len();
    if count < 3 {
        return ().into_any();
    }
    let claimed = polygon(axes.iter().enumerate().map(|(i, axis)| place(i, count, axis.claimed.at)));
    let proven = polygon(axes.iter().enumerate().map(|(i, axis)| place(i, count, axis.proven.at)));
    let words = radar_in_words(&axes);
    let points = axes.iter().enumerate().map(|(i, axis)| point(i, count, axis)).collect_view();
    let desc_id = format!("{id}-desc");
    view! {
        <figure class="figure">
            <svg
                class="radar"
                viewBox="0 0 420 420"
                role="img"
                aria-labelledby=id
                aria-describedby=desc_id
            >
                <title id=id.clone()>{words}</title>
                <desc id=desc_id.clone()>"Solid area: proven. Dashed line: claimed."</desc>
                {grid(count)}
                <polygon class="c-claim" points=claimed></polygon>
                <polygon class="c-area" points=proven></polygon>
                {points}
            </svg>
            <figcaption>"Area: proven. Dashed: claimed."</figcaption>
        </figure>
    }
    .into_any()
}
