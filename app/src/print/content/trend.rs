//! How the assessment came to where it stands: drawn, and its latest lines.

use serde_json::{Value, json};
use service::trend::Course;

use crate::charts::{claimed_stairs, proven_stairs};
use crate::pages::report::Report;
use crate::pages::report::trend::{NOTHING_YET, aside};
use crate::pages::trend::course::{Axis, METHOD, figures, words};
use crate::ui::moment;

/// More lines than this are counted and not listed.
const MOST_LINES: usize = 14;

pub(super) fn trend(report: &Report, course: &Course) -> Value {
    if !course.has_moved() {
        return json!({ "aside": null, "notes": [NOTHING_YET], "plot": null, "rows": [] });
    }
    let axis = Axis::of(std::iter::once(course));
    let steps = axis.steps(course);
    let marks: Vec<_> = axis.marks(course).into_iter().map(|mark| [mark.at, mark.overall.at]).collect();
    let lines = course.lines();
    let rows: Vec<_> = lines
        .iter()
        .take(MOST_LINES)
        .map(|line| {
            let [proven, claimed, rung] = figures(line);
            json!({
                "at": moment(line.at.timestamp()), "what": line.turn.word(), "proven": proven, "claimed": claimed,
                "rung": rung,
            })
        })
        .collect();
    let mut notes = vec![METHOD.to_owned()];
    if lines.len() > MOST_LINES {
        notes.push(format!("{} earlier lines. The live report lists all.", lines.len() - MOST_LINES));
    }
    json!({
        "aside": aside(course),
        "notes": notes,
        "plot": {
            "alt": words(course, &report.page.assessed.bundle.assessment.title),
            "proven": proven_stairs(&steps), "claimed": claimed_stairs(&steps), "marks": marks,
            "along": axis.along(),
        },
        "rows": rows,
    })
}
