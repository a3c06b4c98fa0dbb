//! Charts of trend and peers: where things are drawn, and what is said to who cannot see it.

use app::charts::{BoxNumbers, BoxPlot, CourseMark, CoursePlot, CourseStep, PlotText, Reading, SpreadPlot};
use leptos::prelude::*;

fn html<V: IntoView + 'static>(view: impl FnOnce() -> V) -> String {
    let html = Owner::new().with(|| view().into_view().to_html());
    html.replace("<!>", "").replace("<!--<() />-->", "")
}

fn reading(value: u8) -> Reading {
    Reading::new(f64::from(value), format!("{value}.0"))
}

fn course(steps: Vec<CourseStep>, marks: Vec<CourseMark>) -> String {
    let along = vec!["1 Mar 2026".to_owned(), "20 Nov 2026".to_owned()];
    html(
        || view! { <CoursePlot id="c" title="Spring: proven 0.0, then 50.0" steps=steps marks=marks along=along/> },
    )
}

fn step(at: f64, proven: Option<u8>, claimed: Option<u8>) -> CourseStep {
    CourseStep { at, proven: proven.map(reading), claimed: claimed.map(reading) }
}

#[test]
fn a_score_holds_until_it_changes_and_claimed_is_dashed_beside_proven() {
    let steps =
        vec![step(0.0, Some(0), Some(25)), step(0.5, Some(50), Some(75)), step(1.0, Some(50), Some(75))];
    let html = course(steps, Vec::new());
    assert!(html.contains(r#"points="0,200 450,200 450,100 900,100" class="c-line""#), "{html}");
    assert!(html.contains(r#"points="0,150 450,150 450,50 900,50" class="c-claim""#), "{html}");
    assert!(html.contains("<title id=\"c\">Spring: proven 0.0, then 50.0</title>"), "{html}");
}

#[test]
fn where_there_is_no_score_the_line_is_broken() {
    let steps = vec![
        step(0.0, Some(20), None),
        step(0.25, None, None),
        step(0.75, Some(40), Some(40)),
        step(1.0, Some(40), Some(40)),
    ];
    let html = course(steps, Vec::new());
    assert_eq!(html.matches("class=\"c-line\"").count(), 2, "{html}");
    assert!(
        html.contains(r#"points="0,160 225,160""#) && html.contains(r#"points="675,120 900,120""#),
        "{html}"
    );
    assert_eq!(html.matches("class=\"c-claim\"").count(), 1, "{html}");
    assert_eq!(course(Vec::new(), Vec::new()), "");
}

#[test]
fn what_was_submitted_holds_until_the_next_submission() {
    let steps = vec![step(0.0, Some(0), Some(0)), step(1.0, Some(60), Some(80))];
    let marks =
        vec![CourseMark { at: 0.5, overall: reading(60) }, CourseMark { at: 0.75, overall: reading(100) }];
    let html = course(steps, marks);
    assert!(html.contains(r#"<line x1="450" x2="675" y1="80" y2="80" class="c-line-3">"#), "{html}");
    assert!(html.contains(r#"<line x1="675" x2="900" y1="0" y2="0" class="c-line-3">"#), "{html}");
    assert!(html.contains(r#"<line x1="450" x2="450" y1="66" y2="94" class="c-mark">"#), "{html}");
}

#[test]
fn a_box_plot_says_its_five_numbers_and_marks_the_own_value() {
    let numbers = || BoxNumbers {
        least: reading(10),
        first_quartile: reading(20),
        median: reading(30),
        third_quartile: reading(60),
        most: reading(90),
    };
    let with = html(
        || view! { <BoxPlot id="b" what="PAT, 8 organizations" numbers=numbers() own=Some(reading(50))/> },
    );
    let title = "PAT, 8 organizations: least 10.0, quartiles 20.0, 30.0 and 60.0, most 90.0; yours 50.0";
    assert!(with.contains(title), "{with}");
    assert!(with.contains(r#"<rect x="20%" y="3" width="40%" height="12" class="c-node""#), "{with}");
    assert!(with.contains(r#"<rect x="49.5%" y="0" width="1%" height="18" class="c-proven""#), "{with}");
    let without = html(|| view! { <BoxPlot id="b" what="PAT" numbers=numbers() own=None/> });
    assert!(!without.contains("yours") && !without.contains("c-proven"), "{without}");
}

#[test]
fn how_many_scores_are_spread_is_drawn_as_five_lines_from_when_there_is_a_score() {
    let text = PlotText {
        id: "s".to_owned(),
        title: "Proven scores of 40 assessments".to_owned(),
        desc: "Lines over time".to_owned(),
        along: vec!["1 Mar 2026".to_owned()],
    };
    let instants = vec![None, Some([0.0, 25.0, 50.0, 75.0, 100.0]), Some([10.0, 25.0, 60.0, 75.0, 90.0])];
    let html = html(|| view! { <SpreadPlot text=text instants=instants/> });
    assert_eq!(html.matches("<polyline").count(), 5, "{html}");
    for line in [
        r#"points="450,100 900,80" class="c-line""#,
        r#"points="450,150 900,150" class="c-line-2""#,
        r#"points="450,200 900,180" class="c-line-3""#,
        r#"points="450,0 900,20" class="c-line-3""#,
    ] {
        assert!(html.contains(line), "{line} in {html}");
    }
    assert!(html.contains("<title id=\"s\">Proven scores of 40 assessments</title>"), "{html}");
}
