//! Over time: a plot for each assessment on one axis, and the table of all of them. The report has the same for its
//! own.

use domain::live::Fraction;
use domain::scoring::display;
use leptos::prelude::*;
use service::UnixMillis;
use service::trend::{Compared, Course, CourseLine, CoursePoint, Turn};

use super::{Part, Shown, TrendSheet, spread};
use crate::charts::{CourseLegend, CourseMark, CoursePlot, CourseStep};
use crate::ui::{Column, Drawer, Moment, Table, TableLook, day};
use crate::words::{Paths, assessment_state_word, reading};

/// Lines of an assessment's table in plain sight; earlier ones are folded away.
const SHOWN: usize = 8;

/// Where the figures are from.
pub(crate) const METHOD: &str = "Proven is the live score as it was kept; claimed is computed again from the answers as of the end of each day (UTC). Nothing is smoothed: a score holds until the next change.";

/// Where instants are on the shared axis.
pub(crate) struct Axis {
    from: i64,
    to: i64,
}

impl Axis {
    pub(crate) fn of<'c>(courses: impl Iterator<Item = &'c Course> + Clone) -> Self {
        let points = || courses.clone().flat_map(|course| &course.points).map(|point| point.at.0);
        let (from, to) = (points().min().unwrap_or(0), points().max().unwrap_or(0));
        Self { from, to: to.max(from + 1) }
    }

    fn share(&self, at: UnixMillis) -> f64 {
        // Milliseconds of centuries are far below what `f64` holds exactly.
        #[allow(clippy::cast_precision_loss, reason = "a place in a drawing")]
        let length = |millis: i64| millis as f64;
        length(at.0 - self.from) / length(self.to - self.from)
    }

    pub(crate) fn along(&self) -> Vec<String> {
        let middle = self.from + (self.to - self.from) / 2;
        let mut days: Vec<String> =
            [self.from, middle, self.to].map(|at| day(UnixMillis(at).date())).to_vec();
        days.dedup();
        days
    }

    /// What the table says, oldest first: on a day that ends elsewhere, too, the line goes through what was handed in.
    pub(crate) fn steps(&self, course: &Course) -> Vec<CourseStep> {
        let steps = course.lines().into_iter().rev().map(|line| CourseStep {
            at: self.share(line.at),
            proven: line.proven.as_ref().map(reading),
            claimed: line.claimed.as_ref().map(reading),
        });
        steps.collect()
    }

    pub(crate) fn marks(&self, course: &Course) -> Vec<CourseMark> {
        let marks = course.handed_in.iter().filter_map(|handed_in| {
            let overall = handed_in.result.overall.as_ref().and_then(Fraction::exact)?;
            Some(CourseMark { at: self.share(handed_in.snapshot.made_at), overall: reading(&overall) })
        });
        marks.collect()
    }
}

pub(super) fn section(sheet: &TrendSheet, shown: &Shown, names: &[String]) -> AnyView {
    let compared = &shown.comparison.compared;
    let axis = Axis::of(compared.iter().map(|one| &one.course));
    let count = shown.chosen.all().len();
    let together = shown.spread.as_ref().map(|spread| spread::all_together(spread, count));
    let courses = compared.iter().zip(names).enumerate().map(|(number, (one, name))| {
        let id = one.assessed.bundle.assessment.id;
        let base = Part { base: Some(id), page: 1, ..sheet.part };
        let base = (number > 0).then(|| sheet.address(base));
        course(&axis, one, name, number, base)
    });
    let courses: Vec<_> = courses.collect();
    let pager = sheet.pager(shown, "Others over time", "course");
    view! {
        {together}
        <div class="gap-above"><CourseLegend/></div>
        <div class="stack-wide gap-above">{courses}</div>
        {pager}
        <p class="fine gap-above">{METHOD}</p>
    }
    .into_any()
}

/// `base` is the address at which the others are held against this one, where they are not.
fn course(axis: &Axis, one: &Compared, name: &str, number: usize, base: Option<String>) -> AnyView {
    let bundle = &one.assessed.bundle;
    let paths = Paths::new(&bundle.organization.slug, bundle.assessment.id);
    let state = assessment_state_word(bundle.assessment.state);
    let sample = if bundle.organization.demo { ", demonstration" } else { "" };
    let drawn = plot_and_table(axis, &one.course, &format!("course-{number}"), name);
    let base = base.map(|href| {
        let name = view! { <span class="vh">{format!(": {name}")}</span> };
        view! { <p class="small gap-small no-print"><a href=href>"Hold the others against this one"{name}</a></p> }
    });
    view! {
        <div class="keep">
            <h3>
                <a href=paths.assessment().to_owned()>{name.to_owned()}</a>
                <span class="dim small light">{format!(" {state}{sample}")}</span>
            </h3>
            {drawn}
            {base}
        </div>
    }
    .into_any()
}

/// A course drawn, and its table beside it.
pub(crate) fn plot_and_table(axis: &Axis, course: &Course, id: &str, name: &str) -> AnyView {
    let (steps, marks) = (axis.steps(course), axis.marks(course));
    view! {
        <div class="grid split gap-small">
            <CoursePlot id=id title=words(course, name) steps=steps marks=marks along=axis.along()/>
            {table(course, name)}
        </div>
    }
    .into_any()
}

/// The chart in words.
pub(crate) fn words(course: &Course, name: &str) -> String {
    let score = |point: &CoursePoint| point.proven.as_ref().map_or_else(|| "unrated".to_owned(), display);
    let claim = |point: &CoursePoint| point.claimed.as_ref().map_or_else(|| "unrated".to_owned(), display);
    let points = &course.points;
    let live = match (points.first(), points.last()) {
        (Some(first), Some(last)) => format!(
            "{name}: proven {} on {}, {} on {}; claimed {} then, {} now",
            score(first),
            day(first.at.date()),
            score(last),
            day(last.at.date()),
            claim(first),
            claim(last)
        ),
        _ => name.to_owned(),
    };
    let handed_in = course.handed_in.iter().map(|handed_in| {
        let overall = handed_in.result.overall.as_ref().and_then(Fraction::exact);
        let overall = overall.as_ref().map_or_else(|| "unrated".to_owned(), display);
        let turn = Turn::from(handed_in.snapshot.kind);
        format!("{} {overall} on {}", turn.word(), day(handed_in.snapshot.made_at.date()))
    });
    std::iter::once(live).chain(handed_in).collect::<Vec<_>>().join("; ")
}

/// A line's figures in words: proven, claimed, rung.
pub(crate) fn figures(line: &CourseLine) -> [String; 3] {
    let shown = |value: Option<&domain::scoring::Exact>| value.map_or_else(|| "–".to_owned(), display);
    let rung = line.rung.as_ref().map_or_else(|| "–".to_owned(), ToString::to_string);
    [shown(line.proven.as_ref()), shown(line.claimed.as_ref()), rung]
}

fn table(course: &Course, name: &str) -> AnyView {
    let lines = course.lines();
    let (shown, earlier) = lines.split_at(lines.len().min(SHOWN));
    let earlier = (!earlier.is_empty()).then(|| {
        let summary = format!("{} earlier", earlier.len());
        let table = rows(earlier, format!("{name}, earlier"));
        view! { <div class="gap-small"><Drawer summary>{table}</Drawer></div> }
    });
    let table = rows(shown, format!("{name} over time, latest first"));
    view! { <div>{table}{earlier}</div> }.into_any()
}

fn rows(lines: &[CourseLine], caption: String) -> AnyView {
    let columns = vec![
        Column::text("When"),
        Column::text("What"),
        Column::number("Proven"),
        Column::number("Claimed"),
        Column::number("Rung"),
    ];
    let rows = lines
        .iter()
        .map(|line| {
            let [proven, claimed, rung] = figures(line);
            view! {
                <tr>
                    <th scope="row"><Moment at=line.at.timestamp()/></th>
                    <td>{line.turn.word()}</td>
                    <td class="num" data-label="Proven">{proven}</td>
                    <td class="num" data-label="Claimed">{claimed}</td>
                    <td class="num" data-label="Rung">{rung}</td>
                </tr>
            }
        })
        .collect_view();
    view! { <Table caption=caption columns=columns look=TableLook::Fold>{rows}</Table> }.into_any()
}

#[cfg(test)]
mod tests {
    use domain::scoring::Exact;
    use service::record::{HandedIn, SizeBand, Snapshot, SnapshotKind, SnapshotResult};
    use service::{AssessmentId, OrgId, SnapshotId, UserId};

    use super::*;

    fn handed_in(at: i64, overall: i128) -> HandedIn {
        let id = SnapshotId::new();
        let figure = || Some(Exact::from_integer(overall).into());
        HandedIn {
            snapshot: Snapshot {
                id,
                org: OrgId::new(),
                assessment: AssessmentId::new(),
                number: 1,
                kind: SnapshotKind::Submitted,
                rung: None,
                sha256: "0".repeat(64),
                previous: None,
                made_by: UserId::new(),
                made_by_name: "Ana".to_owned(),
                made_at: UnixMillis(at),
            },
            result: SnapshotResult {
                snapshot: id,
                overall: figure(),
                claimed: figure(),
                domains: [].into(),
                profiles: Vec::new(),
                size_band: SizeBand::UpTo6,
            },
        }
    }

    #[test]
    fn the_line_goes_through_what_was_handed_in_on_a_day_that_ends_elsewhere() {
        let point = |at, overall| CoursePoint {
            at: UnixMillis(at),
            proven: Some(Exact::from_integer(overall)),
            claimed: Some(Exact::from_integer(overall)),
            rung: None,
        };
        let points = vec![point(0, 0), point(80, 10), point(100, 10)];
        let course = Course { points, handed_in: vec![handed_in(50, 61)] };
        let steps = Axis::of(std::iter::once(&course)).steps(&course);
        let expected = [(0.0, 0), (0.5, 61), (0.8, 10), (1.0, 10)].map(|(at, overall)| CourseStep {
            at,
            proven: Some(reading(&Exact::from_integer(overall))),
            claimed: Some(reading(&Exact::from_integer(overall))),
        });
        assert_eq!(steps, expected);
    }
}
