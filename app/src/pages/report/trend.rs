//! How the assessment came to where it stands.

use leptos::prelude::*;
use service::trend::Course;

use super::Report;
use crate::charts::CourseLegend;
use crate::pages::trend::course::{Axis, METHOD, plot_and_table};
use crate::ui::Section;
use crate::words::plural;

/// What is said where nothing happened yet.
pub(crate) const NOTHING_YET: &str =
    "Nothing has changed since the assessment was started: there is no trend yet.";

/// `On 4 days something changed; submitted or signed 1 time`.
pub(crate) fn aside(course: &Course) -> String {
    let days = plural(course.points.len().saturating_sub(2), "day");
    let changed = format!("On {days} something changed");
    match course.handed_in.len() {
        0 => changed,
        count => format!("{changed}; submitted or signed {}", plural(count, "time")),
    }
}

pub(super) fn trend(report: &Report, course: &Course) -> AnyView {
    if !course.has_moved() {
        return view! { <Section id="trend" title="Trend"><p class="measure">{NOTHING_YET}</p></Section> }
            .into_any();
    }
    let name = &report.page.assessed.bundle.assessment.title;
    let axis = Axis::of(std::iter::once(course));
    let drawn = plot_and_table(&axis, course, "trend-plot", name);
    let aside = aside(course);
    view! {
        <Section id="trend" title="Trend" aside=view! { <p>{aside}</p> }>
            <CourseLegend/>
            {drawn}
            <p class="fine gap-above">{METHOD}</p>
        </Section>
    }
    .into_any()
}
