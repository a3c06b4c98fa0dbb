//! How the assessment came to where it stands: drawn, and its latest lines.

use service::report::Section;
use service::trend::Course;

use crate::charts::{claimed_stairs, proven_stairs};
use crate::pages::report::trend::{NOTHING_YET, aside};
use crate::pages::report::{Report, section_words};
use crate::pages::trend::course::{Axis, METHOD, figures, words};
use crate::print::model::{Listing, Plot, Trend, TrendRow};
use crate::ui::moment;

/// More lines than this are counted and not listed.
const MOST_LINES: usize = 14;

pub(super) fn trend(report: &Report, course: &Course) -> Trend {
    let listing = |aside, notes, rows| Listing {
        title: section_words(Section::Trend).to_owned(),
        aside,
        notes,
        heads: &["When", "What", "Proven", "Claimed", "Rung"],
        rows,
    };
    if !course.has_moved() {
        return Trend { lines: listing(None, vec![NOTHING_YET.to_owned()], Vec::new()), plot: None };
    }
    let axis = Axis::of(std::iter::once(course));
    let steps = axis.steps(course);
    let lines = course.lines();
    let rows = lines.iter().take(MOST_LINES).map(|line| {
        let [proven, claimed, rung] = figures(line);
        TrendRow { at: moment(line.at.timestamp()), what: line.turn.word(), proven, claimed, rung }
    });
    let mut notes = vec![METHOD.to_owned()];
    if lines.len() > MOST_LINES {
        notes.push(format!("{} earlier lines. The live report lists all.", lines.len() - MOST_LINES));
    }
    let plot = Plot {
        alt: words(course, &report.page.assessed.bundle.assessment.title),
        proven: proven_stairs(&steps),
        claimed: claimed_stairs(&steps),
        marks: axis.marks(course).into_iter().map(|mark| (mark.at, mark.overall.at)).collect(),
        along: axis.along(),
    };
    Trend { lines: listing(Some(aside(course)), notes, rows.collect()), plot: Some(plot) }
}
