//! Over time: a plot for each assessment on one axis, and the table of all of them.

use domain::live::Fraction;
use domain::scoring::display;
use leptos::prelude::*;
use service::UnixMillis;
use service::record::SnapshotKind;
use service::trend::{Compared, Comparison, CoursePoint};

use crate::charts::{CourseLegend, CourseMark, CoursePlot, CourseStep};
use crate::ui::{Column, Drawer, Moment, Table, TableLook, day};
use crate::words::{Paths, assessment_state_word, reading};

/// Lines of an assessment's table in plain sight; earlier ones are folded away.
const SHOWN: usize = 8;

/// Where instants are on the shared axis.
struct Axis {
    from: i64,
    to: i64,
}

impl Axis {
    fn of(comparison: &Comparison) -> Self {
        let points = || comparison.compared.iter().flat_map(|one| &one.course.points).map(|point| point.at.0);
        let (from, to) = (points().min().unwrap_or(0), points().max().unwrap_or(0));
        Self { from, to: to.max(from + 1) }
    }

    fn share(&self, at: UnixMillis) -> f64 {
        // Milliseconds of centuries are far below what `f64` holds exactly.
        #[allow(clippy::cast_precision_loss, reason = "a place in a drawing")]
        let length = |millis: i64| millis as f64;
        length(at.0 - self.from) / length(self.to - self.from)
    }

    fn along(&self) -> Vec<String> {
        let middle = self.from + (self.to - self.from) / 2;
        let mut days: Vec<String> =
            [self.from, middle, self.to].map(|at| day(UnixMillis(at).date())).to_vec();
        days.dedup();
        days
    }
}

pub(super) fn section(comparison: &Comparison, names: &[String]) -> AnyView {
    let axis = Axis::of(comparison);
    let parts: Vec<_> = comparison
        .compared
        .iter()
        .zip(names)
        .enumerate()
        .map(|(number, (one, name))| part(&axis, one, name, number))
        .collect();
    view! {
        <CourseLegend/>
        <div class="stack-wide gap-above">{parts}</div>
        <p class="fine gap-above">
            "Proven is the live score as it was kept; claimed is computed again from the answers as of the end of each day (UTC). Nothing is smoothed: a score holds until the next change."
        </p>
    }
    .into_any()
}

fn part(axis: &Axis, one: &Compared, name: &str, number: usize) -> AnyView {
    let bundle = &one.assessed.bundle;
    let paths = Paths::new(&bundle.organization.slug, bundle.assessment.id);
    let steps = one.course.points.iter().map(|point| CourseStep {
        at: axis.share(point.at),
        proven: point.proven.as_ref().map(reading),
        claimed: point.claimed.as_ref().map(reading),
    });
    let marks = one.course.handed_in.iter().filter_map(|handed_in| {
        let overall = handed_in.result.overall.as_ref().and_then(Fraction::exact)?;
        Some(CourseMark { at: axis.share(handed_in.snapshot.made_at), overall: reading(&overall) })
    });
    let (steps, marks) = (steps.collect(), marks.collect());
    let state = assessment_state_word(bundle.assessment.state);
    let sample = if bundle.organization.demo { ", demonstration" } else { "" };
    view! {
        <div class="keep">
            <h3>
                <a href=paths.assessment().to_owned()>{name.to_owned()}</a>
                <span class="dim small light">{format!(" {state}{sample}")}</span>
            </h3>
            <div class="grid split gap-small">
                <CoursePlot id=format!("course-{number}") title=words(one, name) steps=steps marks=marks along=axis.along()/>
                {table(one, name)}
            </div>
        </div>
    }
    .into_any()
}

/// The chart in words.
fn words(one: &Compared, name: &str) -> String {
    let score = |point: &CoursePoint| point.proven.as_ref().map_or_else(|| "unrated".to_owned(), display);
    let claim = |point: &CoursePoint| point.claimed.as_ref().map_or_else(|| "unrated".to_owned(), display);
    let points = &one.course.points;
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
    let handed_in = one.course.handed_in.iter().map(|handed_in| {
        let overall = handed_in.result.overall.as_ref().and_then(Fraction::exact);
        let overall = overall.as_ref().map_or_else(|| "unrated".to_owned(), display);
        format!(
            "{} {overall} on {}",
            kind_word(handed_in.snapshot.kind),
            day(handed_in.snapshot.made_at.date())
        )
    });
    std::iter::once(live).chain(handed_in).collect::<Vec<_>>().join("; ")
}

const fn kind_word(kind: SnapshotKind) -> &'static str {
    match kind {
        SnapshotKind::Submitted => "submitted",
        SnapshotKind::Final => "signed",
    }
}

/// A line of the table: when, what, the figures.
struct Line {
    at: UnixMillis,
    what: &'static str,
    proven: String,
    claimed: String,
    rung: String,
}

fn lines(one: &Compared) -> Vec<Line> {
    let points = &one.course.points;
    let shown = |value: Option<&domain::scoring::Exact>| value.map_or_else(|| "–".to_owned(), display);
    let last = points.len().saturating_sub(1);
    let mut lines: Vec<Line> = points
        .iter()
        .enumerate()
        .map(|(place, point)| Line {
            at: point.at,
            what: match place {
                0 => "started",
                place if place == last => "now",
                _ => "changed",
            },
            proven: shown(point.proven.as_ref()),
            claimed: shown(point.claimed.as_ref()),
            rung: point.rung.as_ref().map_or_else(|| "–".to_owned(), ToString::to_string),
        })
        .collect();
    lines.extend(one.course.handed_in.iter().map(|handed_in| {
        let exact = |value: &Option<Fraction>| value.as_ref().and_then(Fraction::exact);
        Line {
            at: handed_in.snapshot.made_at,
            what: kind_word(handed_in.snapshot.kind),
            proven: shown(exact(&handed_in.result.overall).as_ref()),
            claimed: shown(exact(&handed_in.result.claimed).as_ref()),
            rung: handed_in.snapshot.rung.as_ref().map_or_else(|| "–".to_owned(), ToString::to_string),
        }
    }));
    // Latest first; what was handed in comes after what led to it.
    lines.sort_by_key(|line| (line.at, line.what != "changed"));
    lines.reverse();
    lines
}

fn table(one: &Compared, name: &str) -> AnyView {
    let lines = lines(one);
    let (shown, earlier) = lines.split_at(lines.len().min(SHOWN));
    let earlier = (!earlier.is_empty()).then(|| {
        let summary = format!("{} earlier", earlier.len());
        let table = rows(earlier, format!("{name}, earlier"));
        view! { <div class="gap-small"><Drawer summary>{table}</Drawer></div> }
    });
    let table = rows(shown, format!("{name} over time, latest first"));
    view! { <div>{table}{earlier}</div> }.into_any()
}

fn rows(lines: &[Line], caption: String) -> AnyView {
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
            view! {
                <tr>
                    <th scope="row"><Moment at=line.at.timestamp()/></th>
                    <td>{line.what}</td>
                    <td class="num" data-label="Proven">{line.proven.clone()}</td>
                    <td class="num" data-label="Claimed">{line.claimed.clone()}</td>
                    <td class="num" data-label="Rung">{line.rung.clone()}</td>
                </tr>
            }
        })
        .collect_view();
    view! { <Table caption=caption columns=columns look=TableLook::Fold>{rows}</Table> }.into_any()
}
