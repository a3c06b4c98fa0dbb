//! The HTML of parts and charts: what is drawn, what is said to who cannot see it.

use app::charts::{
    Bar, Conditions, CoverLadder, DomainBar, DomainBars, ExpiryPlot, Floor, Ladder, LadderData, Latency,
    LatencyPlot, Meter, Obstacle, PlotText, Radar, RadarAxis, Reading, Rung, StatusStrip,
};
use app::ui::{
    Account, Banner, Column, ErrorSummary, EvidenceBadge, FormErrors, Layout, NavLink, Navigation, Note,
    Order, Pager, Paging, SeverityBadge, StatusBadge, Table, TextInput,
};
use domain::check::Status;
use domain::scoring::{ConditionStanding, FindingSeverity};
use leptos::prelude::*;

/// The HTML of a view, one element a line, without the marks that separate texts.
fn html<V: IntoView + 'static>(view: impl FnOnce() -> V) -> String {
    let html = Owner::new().with(|| view().into_view().to_html());
    html.replace("<!>", "").replace("<!--<() />-->", "").replace("><", ">\n<")
}

fn count(html: &str, needle: &str) -> usize {
    html.matches(needle).count()
}

fn rung() -> Rung {
    Rung {
        code: "8.0".into(),
        name: "Connected".into(),
        conditions: Conditions { met: 2, contradicted: 1, open: 1 },
        next: true,
        obstacles: vec![Obstacle {
            subject: "PAT-1".into(),
            text: "counts 1, needs 2".into(),
            contradicted: true,
            href: Some("/findings".into()),
        }],
        ..Rung::default()
    }
}

fn ladder() -> LadderData {
    let floor =
        Floor { code: "Pre-8".into(), name: "Building".into(), here: Some("Live rung, since 19 Nov".into()) };
    LadderData { rungs: vec![rung()], floor }
}

fn text() -> PlotText {
    PlotText {
        id: "lat".into(),
        title: "Handshake time".into(),
        desc: "Steady.".into(),
        along: vec!["23 Aug".into(), "20 Nov".into()],
    }
}

#[test]
fn a_ladder_draws_one_segment_per_condition_met_then_contradicted_then_open() {
    insta::assert_snapshot!(html(|| view! { <Ladder id="r" ladder=ladder()/> }));
}

#[test]
fn the_cover_ladder_says_in_words_what_it_draws() {
    insta::assert_snapshot!(html(|| view! { <CoverLadder id="lad" ladder=ladder()/> }));
}

#[test]
fn conditions_are_counted_by_their_standing() {
    use ConditionStanding::{Contradicted, Met, Open};
    let counted: Conditions = [Open, Met, Contradicted, Met].into_iter().collect();
    assert_eq!(counted, Conditions { met: 2, contradicted: 1, open: 1 });
    assert_eq!(counted.sentence(), "2 of 4 conditions hold");
}

#[test]
fn a_bar_has_claimed_behind_proven_and_a_tick_at_the_threshold() {
    let (proven, claimed) = (Reading::new(59.09, "59.1"), Reading::new(77.27, "77.3"));
    insta::assert_snapshot!(html(|| view! { <Bar id="bar" code="PAT" proven claimed threshold=Some(20)/> }));
}

#[test]
fn a_domain_without_a_score_says_so_instead_of_drawing_a_zero() {
    let bar = DomainBar {
        code: "PUB".into(),
        name: "Public health exchange".into(),
        href: None,
        weight: "7".into(),
        proven: None,
        claimed: None,
        gap: None,
    };
    let html = html(|| view! { <DomainBars id="bar" bars=vec![bar]/> });
    assert!(html.contains("No criterion applies"), "{html}");
    assert_eq!(count(&html, "<svg"), 0);
}

#[test]
fn a_meter_never_leaves_its_track() {
    let html = html(|| view! { <Meter id="m" title="Completeness" at=120.0/> });
    assert!(html.contains(r#"<rect class="c-proven" width="100%" height="8">"#), "{html}");
}

#[test]
fn a_meter_of_what_is_only_said_is_drawn_as_claimed() {
    let html = html(|| view! { <Meter id="m" title="Owners" at=40.0 claimed=true/> });
    assert!(html.contains(r#"<rect class="c-ghost" width="40%" height="8">"#), "{html}");
    assert!(!html.contains("c-proven"), "{html}");
}

#[test]
fn a_strip_differs_by_height_and_says_how_many_of_each() {
    let statuses = vec![Status::Unknown, Status::Pass, Status::Warn, Status::Fail];
    insta::assert_snapshot!(html(
        || view! { <StatusStrip id="st" what="TLS" span="4 days" statuses=statuses/> }
    ));
}

#[test]
fn a_radar_says_every_number_and_needs_three_axes() {
    let axis = |code: &str| RadarAxis {
        code: code.into(),
        proven: Reading::new(50.0, "50.0"),
        claimed: Reading::new(100.0, "100.0"),
    };
    let three = vec![axis("PAT"), axis("PPA"), axis("GOV")];
    let two = three[..2].to_vec();
    insta::assert_snapshot!(html(|| view! { <Radar id="rad" axes=three/> }));
    assert_eq!(html(|| view! { <Radar id="rad" axes=two/> }), "");
}

#[test]
fn a_day_without_a_run_leaves_a_gap_in_the_plot() {
    let day = |median| Some(Latency { median, p95: 300, p99: 400 });
    let days = vec![day(100), day(110), None, day(120), day(130)];
    let html = html(|| view! { <LatencyPlot text=text() days=days/> });
    assert_eq!(count(&html, "class=\"c-line\">\n</polyline>"), 2, "{html}");
    assert_eq!(count(&html, "class=\"c-line-3\">\n</polyline>"), 2, "{html}");
}

#[test]
fn days_to_expiry_are_drawn_against_what_is_asked() {
    let days = vec![Some(6), Some(5), Some(4)];
    let html = html(|| view! { <ExpiryPlot text=text() days=days least=Some(30)/> });
    assert!(html.contains(r#"<line x1="0" x2="900" y1="50" y2="50" class="c-mark">"#), "30 of 40: {html}");
    assert!(html.contains("30, at least asked"), "{html}");
}

#[test]
fn a_status_has_a_sign_and_a_word_and_a_severity_has_bars() {
    insta::assert_snapshot!(html(|| view! {
        <StatusBadge status=Status::Fail label="Contradicted"/>
        <StatusBadge status=Status::Unknown/>
        <SeverityBadge severity=FindingSeverity::High/>
        <EvidenceBadge class=2 name="reviewed"/>
        <Banner id="b" title="Held" text="Why"/>
        <Note title="For information"/>
    }));
}

#[test]
fn a_wrong_field_is_named_by_its_control_and_linked_from_the_summary() {
    let mut errors = FormErrors::new();
    errors.add("f-url", "Leave out the slash");
    insta::assert_snapshot!(html(|| view! {
        <ErrorSummary errors=errors.clone()/>
        <TextInput id="f-url" name="url" label="Address" kind="url" value="a\"/" hint="Short"
            error=errors.of("f-url")/>
    }));
    assert_eq!(html(|| view! { <ErrorSummary errors=FormErrors::new()/> }), "");
}

#[test]
fn a_password_is_never_sent_back_to_the_page() {
    let html =
        html(|| view! { <TextInput id="p" name="p" label="Password" kind="password" value="hunter2"/> });
    assert!(!html.contains("hunter2"), "{html}");
}

#[test]
fn what_people_typed_is_text_never_markup() {
    let html = html(|| view! { <Note title="<script>alert(1)</script>"/> });
    assert!(!html.contains("<script"), "{html}");
}

#[test]
fn a_sorted_column_says_its_order_and_links_to_another() {
    let columns =
        vec![Column::text("State").sorted("?by=state", Some(Order::Descending)), Column::number("Latency")];
    insta::assert_snapshot!(html(|| view! { <Table caption="Checks" columns><tr></tr></Table> }));
}

#[test]
fn a_pager_names_the_entries_shown_and_is_absent_when_one_page_holds_all() {
    let pager = |page, total| {
        let paging = Paging { page, per_page: 4, total };
        html(
            move || view! { <Pager label="Pages" paging href=Box::new(|page: usize| format!("?page={page}"))/> },
        )
    };
    assert!(pager(3, 9).contains("9 to 9 of 9"), "{}", pager(3, 9));
    assert!(!pager(3, 9).contains("Next"));
    assert!(pager(1, 9).contains(r#"<a href="?page=2">Next"#), "{}", pager(1, 9));
    assert_eq!(pager(1, 4), "");
}

#[test]
fn a_page_has_its_landmarks_and_the_disclaimer_and_no_inline_style() {
    let html = html(|| {
        let navigation = Navigation {
            label: "Organization".into(),
            links: vec![NavLink::new("/", "Overview").current_if(true)],
        };
        let crumbs = vec![NavLink::new("/", "Portfolio")];
        view! { <Layout crumbs navigation=Some(navigation) demonstration=true>"Content"</Layout> }
    });
    for part in [
        "<header",
        "<main id=\"main\"",
        "<footer",
        "href=\"#main\"",
        "Demonstration data",
        "not a HIMSS stage",
    ] {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
    assert_eq!(count(&html, "aria-current=\"page\""), 1);
    assert_eq!(count(&html, "style="), 0);
}

#[test]
fn who_is_signed_in_opens_the_links_of_the_header_without_scripts_and_anybody_else_sees_them() {
    let header = |account: Option<Account>| {
        html(move || {
            let ends = vec![NavLink::new("/frameworks", "Frameworks")];
            view! { <Layout ends account>"Content"</Layout> }
        })
    };
    let ada = Account { name: "Ada Steps".into(), href: "/settings".into(), sign_out: "/sign-out".into() };
    let signed_in = header(Some(ada));
    for part in ["popovertarget=\"places\"", "id=\"places\"", "popover=\"auto\"", "Frameworks", "Sign out"] {
        assert_eq!(count(&signed_in, part), 1, "{part} in {signed_in}");
    }
    let anybody = header(None);
    assert!(anybody.contains("Frameworks"), "{anybody}");
    assert!(!anybody.contains("popover"), "{anybody}");
}
