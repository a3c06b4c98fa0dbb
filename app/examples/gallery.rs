//! Every part and chart on one page, to look at: `cargo run -p app --features ssr --example gallery --
//! FOLDER` writes `index.html` and `style.css` there.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use app::charts::{
    BarsLegend, Conditions, CoverLadder, DomainBar, DomainBars, ExpiryPlot, Floor, Ladder, LadderData,
    Latency, LatencyPlot, Meter, Obstacle, PlotText, Radar, RadarAxis, Reading, Rung, Spark, StatusStrip,
    Threshold, strip_counts,
};
use app::ui::{
    Account, Banner, Button, ButtonKind, ButtonLink, ButtonSize, Checkbox, CheckboxGroup, Choice, ChoiceLook,
    Column, Drawer, Drawing, Empty, ErrorSummary, Event, Events, EvidenceBadge, Fact, FormErrors, InputLook,
    KeyValue, Layout, NavLink, Navigation, Note, Order, PageHead, Pager, Paging, RadioGroup, Readout,
    ReadoutKind, ReadoutRow, Readouts, SaveState, Saving, Section, Select, SeverityBadge, Sign, SignLadder,
    StatusBadge, StatusSize, Table, TableLook, Tabs, Tag, TagKind, TextArea, TextInput, Underway, Width,
};
use domain::check::Status;
use domain::scoring::FindingSeverity;
use jiff::civil::date;
use leptos::prelude::*;

/// Code, name, weight, proven, claimed, gap.
type Row = (&'static str, &'static str, &'static str, f64, f64, &'static str);

const DOMAINS: [Row; 10] = [
    ("PAT", "Patient access and patient-contributed data", "10", 59.1, 77.3, "+18.2"),
    ("PPA", "Payer and provider API access and workflow automation", "11", 53.8, 61.5, "+7.7"),
    ("GOV", "Governance, transparency and third-party audit", "11", 78.1, 81.3, "+3.1"),
    ("NET", "Networks and clinical document exchange", "10", 80.8, 86.5, "+5.8"),
    ("EVT", "Event notification, orders and results", "10", 77.1, 83.3, "+6.3"),
    ("PUB", "Public health exchange", "7", 81.3, 84.4, "+3.1"),
    ("SEM", "Semantic quality and patient identity", "11", 67.9, 75.0, "+7.1"),
    ("VBC", "Contract-driven design and clinical-claims reconciliation", "12", 67.5, 82.5, "+15.0"),
    ("OPS", "Operations, security, maintenance and ownership", "10", 65.0, 78.3, "+13.3"),
    ("COM", "Care continuum, workforce and finance", "8", 52.5, 62.5, "+10.0"),
];

fn reading(at: f64) -> Reading {
    Reading::new(at, format!("{at:.1}"))
}

fn ladder() -> LadderData {
    let rung = |code: &str, name: &str, [met, contradicted, open]: [usize; 3], note: &str| Rung {
        code: code.into(),
        name: name.into(),
        conditions: Conditions { met, contradicted, open },
        note: (!note.is_empty()).then(|| note.to_owned()),
        ..Rung::default()
    };
    let obstacle = |subject: &str| Obstacle {
        subject: subject.into(),
        text: "counts 1, needs 2".into(),
        contradicted: true,
        href: Some("#ladder".into()),
    };
    LadderData {
        rungs: vec![
            rung("8.3", "Assured", [18, 2, 15], "11 gates, overall 86, an independent assessor"),
            rung("8.2", "Reconciled", [20, 2, 10], "9 gates, overall 72 (now 68.2), every domain 55"),
            Rung {
                mark: Some("Submitted here 30 Sep 2026".into()),
                ..rung("8.1", "Governed", [17, 2, 0], "Same two gates, at level 3")
            },
            Rung {
                next: true,
                obstacles: vec![obstacle("PAT-1"), obstacle("OPS-4")],
                ..rung("8.0", "Connected", [8, 2, 0], "")
            },
        ],
        floor: Floor {
            code: "Pre-8".into(),
            name: "Building".into(),
            here: Some("Live rung, since 19 Nov".into()),
        },
    }
}

fn bars() -> Vec<DomainBar> {
    DOMAINS
        .into_iter()
        .map(|(code, name, weight, proven, claimed, gap)| DomainBar {
            code: code.into(),
            name: name.into(),
            href: Some("#domains".into()),
            weight: weight.into(),
            proven: Some(reading(proven)),
            claimed: Some(reading(claimed)),
            gap: Some(gap.into()),
        })
        .collect()
}

fn days() -> Vec<Status> {
    let mut days = vec![Status::Unknown; 8];
    days.resize(60, Status::Pass);
    days.resize(70, Status::Warn);
    days.resize(85, Status::Pass);
    days.resize(90, Status::Fail);
    days
}

fn score() -> AnyView {
    let threshold = Some(Threshold { least: 20, rung: "8.0".into() });
    let action = view! { <ButtonLink href="#">"Open the check"</ButtonLink> };
    view! {
        <Banner id="b" title="One certificate holds the live rung at Pre-8" action=action
            text="The patient API certificate expires in 4 days. It contradicts PAT-1 and OPS-4."/>
        <div class="grid split">
            <Section id="ladder" title="Where we stand" aside=view! { <p>"Live, 20 Nov 2026 at 12:05"</p> }>
                <Ladder id="r" ladder=ladder()/>
            </Section>
            <Section id="score" title="Claimed and proven">
                <Readouts row=ReadoutRow::Main>
                    <Readout label="Proven" value="68.2" kind=ReadoutKind::ProvenMain
                        sub="of 100, what evidence and checks carry"/>
                    <Readout label="Claimed" value="77.3" kind=ReadoutKind::Claimed sub="what answers say"/>
                    <Readout label="Assurance gap" value="9.1" sub="2.8 wider than on 30 Sep"/>
                </Readouts>
                <table class="t gap-above"><tbody><tr>
                    <th scope="row">"Confidence"</th>
                    <td class="bar-cell">
                        <Meter id="m" title="Confidence 75.9; 8.1 needs 55" at=75.9 threshold=Some(55)/>
                    </td>
                    <td class="num strong">"75.9"</td>
                </tr></tbody></table>
            </Section>
            <Section id="domains" title="Domains" width=Width::Span
                aside=view! { <BarsLegend threshold=threshold.clone()/> }>
                <DomainBars id="bar" bars=bars() threshold=threshold/>
            </Section>
        </div>
    }
    .into_any()
}

fn report() -> AnyView {
    let axes = DOMAINS.map(|(code, _, _, proven, claimed, _)| RadarAxis {
        code: code.into(),
        proven: reading(proven),
        claimed: reading(claimed),
    });
    view! {
        <header class="cover">
            <div class="stack"><h1>"Alder Regional Hospital"</h1></div>
            <figure class="figure"><CoverLadder id="lad" ladder=ladder()/></figure>
        </header>
        <div class="grid two"><Radar id="rad" axes=axes.to_vec()/></div>
    }
    .into_any()
}

fn check() -> AnyView {
    let text = |id: &str, title: &str| PlotText {
        id: id.into(),
        title: title.into(),
        desc: "Made up.".into(),
        along: ["23 Aug", "22 Sep", "22 Oct", "20 Nov"].map(String::from).to_vec(),
    };
    let latency: Vec<_> = (0..90_u32)
        .map(|day| {
            let wave = (day * 37) % 60;
            let peak = if (41..44).contains(&day) { 180 } else { 0 };
            (day % 31 != 9).then_some(Latency {
                median: 170 + wave + peak,
                p95: 300 + 2 * wave + peak,
                p99: 450 + 3 * wave + 2 * peak,
            })
        })
        .collect();
    let left: Vec<_> = (0..90_u32).map(|day| Some(if day < 70 { 94 - day } else { 93 - day })).collect();
    let title = view! { <StatusBadge status=Status::Fail label="Fail, 3rd running" size=StatusSize::Big/> };
    let counts = strip_counts(&days());
    view! {
        <div class="grid split">
            <Section id="state" title=title>
                <KeyValue facts=vec![Fact::new("Layer", "TLS"), Fact::new("Owner", "Integration owner")]/>
            </Section>
            <Section id="incidents" title="Incidents">
                <Events year=2026 events=vec![
                    Event::new(date(2026, 11, 19), "Expiry within the limit"),
                    Event::new(date(2025, 11, 20), "Renewed after 2 days"),
                ]/>
            </Section>
            <Section id="strip" title="Ninety days" width=Width::Span aside=view! { <p>{counts}</p> }>
                <StatusStrip id="st" what="TLS certificate" span="90 days to 20 Nov 2026" statuses=days()/>
            </Section>
            <Section id="time" title="How long it takes">
                <LatencyPlot text=text("lat", "Handshake time over 90 days") days=latency/>
            </Section>
            <Section id="expiry" title="Days to expiry">
                <ExpiryPlot text=text("exp", "Days to expiry over 90 days") days=left least=Some(30)/>
            </Section>
        </div>
    }
    .into_any()
}

fn forms() -> AnyView {
    let mut errors = FormErrors::new();
    errors.add("f-url", "Leave out the trailing slash: https://fhir.alder.example/r4");
    errors.add("f-serves", "Choose at least one domain");
    let choices =
        || vec![Choice::new("a", "PAT Patient access").chosen_if(true), Choice::new("b", "NET Networks")];
    let options =
        vec![("tls".to_owned(), "TLS certificate".to_owned()), ("fhir".to_owned(), "FHIR".to_owned())];
    view! {
        <Section id="fields" title="Fields">
            <form method="post">
                <ErrorSummary errors=errors.clone()/>
                <TextInput id="f-url" name="url" label="FHIR base address" kind="url" look=InputLook::Mono
                    value="https://fhir.example/r4/" hint="No slash at its end" error=errors.of("f-url")/>
                <TextInput id="f-ms" name="ms" label="Slowest answer" look=InputLook::Short optional=true/>
                <Select id="f-kind" name="kind" label="Kind of check" choices=options chosen="fhir"/>
                <TextArea id="f-why" name="why" label="Rationale" optional=true value="Live since March."/>
                <TextInput id="f-ro" name="ro" label="Heartbeat address" value="/heartbeats/…" readonly=true/>
                <CheckboxGroup id="f-serves" name="serves" legend="Domains that it serves" choices=choices()
                    error=errors.of("f-serves")/>
                <RadioGroup id="f-env" name="env" legend="Use" look=ChoiceLook::Segments choices=choices()/>
                <Checkbox id="f-sign" name="sign" label="I sign this as assessor"/>
                <p class="row gap-above">
                    <Button kind=ButtonKind::Main>"Save"</Button>
                    <Button sign=Sign::Run>"Try it now"</Button>
                    <Button kind=ButtonKind::Stop>"Remove"</Button>
                    <Button disabled=true>"Disabled"</Button>
                    <ButtonLink href="#" kind=ButtonKind::Plain>"Cancel"</ButtonLink>
                    <ButtonLink href="#" size=ButtonSize::Small sign=Sign::Plus>"Add evidence"</ButtonLink>
                </p>
            </form>
        </Section>
    }
    .into_any()
}

fn signs() -> AnyView {
    use FindingSeverity::{Critical, High, Low, Medium};
    let statuses = || [Status::Pass, Status::Warn, Status::Fail, Status::Unknown];
    let names = ["attested", "documented", "reviewed", "verified"];
    let columns = vec![
        Column::text("State").sorted("#", Some(Order::Descending)),
        Column::text("Kind"),
        Column::number("Latency").sorted("#", None),
    ];
    let tabs = vec![NavLink::new("#", "Checks").current_if(true), NavLink::new("#", "History")];
    let paging = Paging { page: 1, per_page: 4, total: 9 };
    let rungs = ["8.3 Assured", "8.2 Reconciled", "8.1 Governed", "8.0 Connected"].map(String::from).to_vec();
    view! {
        <Section id="signs" title="Signs, notes, lists">
            <div class="stack">
                <p class="row">
                    {statuses().map(|status| view! { <StatusBadge status/> }).into_iter().collect_view()}
                    <Underway words="Running"/>
                </p>
                <p class="row">
                    {[Critical, High, Medium, Low].map(|severity| view! { <SeverityBadge severity/> })
                        .into_iter().collect_view()}
                </p>
                <p class="row">
                    {names.into_iter().enumerate().map(|(class, name)| view! { <EvidenceBadge class name/> })
                        .collect_view()}
                </p>
                <p class="row">
                    <Tag>"Weight "<b>"3"</b></Tag><Tag sign=Sign::Gate>"Gates 8.1 at 3"</Tag>
                    <Tag kind=TagKind::Ghost>"Claimed"</Tag><Tag kind=TagKind::Ink>"Claimed and counts"</Tag>
                    <Tag kind=TagKind::Proven sign=Sign::Pass>"Proven"</Tag>
                    <Tag kind=TagKind::Fail sign=Sign::Fail>"Counts"</Tag>
                </p>
                <p class="row">
                    <SaveState saving=Saving::Saved("14:02".into())/><SaveState saving=Saving::Underway/>
                    <SaveState saving=Saving::Failed("Not saved, trying again in 5 s".into())/>
                </p>
                <Note title="For information"><p>"Ties follow the domains served."</p></Note>
                {statuses().map(|status| view! {
                    <Note status title="Claimed 3, counts 1"><p>"A check contradicts the answer."</p></Note>
                }).into_iter().collect_view()}
                <Tabs label="Integration" links=tabs/>
                <Table caption="Checks, worst first" columns look=TableLook::Fold>
                    <tr>
                        <td><StatusBadge status=Status::Warn/></td>
                        <th scope="row"><a href="#">"fhir.read_search"</a></th>
                        <td class="num" data-label="Latency">
                            <Spark id="sp" title="Latency, rising" values=vec![2.0, 3.0, 9.0]/>" 1,840 ms"
                        </td>
                    </tr>
                </Table>
                <Pager label="Pages" paging href=Box::new(|page: usize| format!("?page={page}"))/>
                <Drawer summary="Open drawer" open=true><p class="small">"Content."</p></Drawer>
                <Drawer summary="Closed drawer"><p class="small">"Content."</p></Drawer>
                <div class="sign-side"><SignLadder rungs/></div>
            </div>
        </Section>
    }
    .into_any()
}

fn page() -> AnyView {
    let crumbs = vec![NavLink::new("#", "Portfolio"), NavLink::new("#", "Alder Regional Hospital")];
    let links = ["Overview", "Assessment", "Findings", "Integrations", "Evidence", "Report", "Members"];
    let links = links.map(|words| NavLink::new("#", words).current_if(words == "Overview")).to_vec();
    let account = Account { name: "Integration owner".into(), href: "#".into(), sign_out: "#".into() };
    view! {
        <Layout crumbs navigation=Some(Navigation { label: "Organization".into(), links })
            ends=vec![NavLink::new("#", "Frameworks")] account=Some(account) demonstration=true
            source=Some("Framework B7 1.0.0".to_owned())>
            <PageHead title="Alder Regional Hospital" under="Hospital and ambulatory clinics">
                <ButtonLink href="#">"Report"</ButtonLink>
                <ButtonLink href="#" kind=ButtonKind::Main>"Continue the assessment"</ButtonLink>
            </PageHead>
            <div class="stack-wide">
                {score()}{report()}{check()}
                <div class="grid two">{forms()}{signs()}</div>
                <Empty><p class="lede">"Start with your own organization, or look around."</p></Empty>
                <Empty drawing=Drawing::Broken><h1>"This page does not exist"</h1></Empty>
            </div>
        </Layout>
    }
    .into_any()
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env::args().nth(1).ok_or("name the folder to write to")?);
    let style = Path::new(env!("CARGO_MANIFEST_DIR")).join("../style");
    let order = fs::read_to_string(style.join("ORDER"))?;
    let sheets =
        order.lines().map(|name| fs::read_to_string(style.join(name))).collect::<Result<Vec<_>, _>>()?;
    fs::create_dir_all(folder.join("fonts"))?;
    let font = "fonts/ibm-plex-sans-latin-standard-normal.woff2";
    fs::write(folder.join(font), fs::read(style.join(font))?)?;
    fs::write(folder.join("style.css"), sheets.concat().replace("/fonts/", "fonts/"))?;
    let body = Owner::new().with(|| page().to_html());
    let head = concat!(
        r#"<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">"#,
        r#"<title>Gallery</title><link rel="stylesheet" href="style.css">"#
    );
    fs::write(
        folder.join("index.html"),
        format!("<!doctype html><html lang=en><head>{head}</head><body>{body}"),
    )?;
    Ok(())
}
