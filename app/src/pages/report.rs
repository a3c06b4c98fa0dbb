//! The report of an assessment: for a board, a payer or a surveyor, on the screen and on paper.

mod attested;
pub(crate) mod checks;
mod choose;
pub(crate) mod climb;
mod findings;
mod heat;
pub(crate) mod method;
mod summary;
pub(crate) mod trend;
pub(crate) mod words;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use leptos::prelude::*;
use service::Permission;
use service::assessment::Assessed;
use service::finding::FindingsPage;
use service::integration::CheckRow;
use service::logo::Logo;
use service::report::{Point, Section as Part, Sections};
use service::roadmap::Way;
use service::trend::Course;

pub(crate) use choose::{section_choices, section_words};

use words::{Lede, facts, five_numbers, radar_axes};

use super::assessment::{domain_bars, threshold};
use crate::charts::{BarsLegend, BarsLook, CoverLadder, DomainBars, Radar};
use crate::ui::{ButtonKind, ButtonLink, Note, Readout, ReadoutRow, Readouts, Section};
use crate::words::{Paths, ladder};

/// What the report shows.
pub(crate) struct Report {
    pub(crate) page: FindingsPage,
    pub(crate) paths: Paths,
    pub(crate) checks: Vec<CheckRow>,
    pub(crate) way: Option<Way>,
    pub(crate) course: Option<Course>,
    pub(crate) logo: Option<Logo>,
    pub(crate) sections: Sections,
    pub(crate) summary: Vec<Point>,
    /// Where it is to be had as a file.
    files: Option<Files>,
    reader: Reader,
    may_share: bool,
    may_own: bool,
}

/// Addresses of the report as a file that is read like a page.
struct Files {
    pdf: String,
    docx: String,
}

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// A member of the organization.
    Member,
    /// Whoever follows a shared link: sees the report and none of the ways on from it.
    Guest,
}

impl Report {
    /// For a member of the organization.
    pub(crate) fn of_member(report: service::report::Report, paths: Paths) -> Self {
        let may = |permission| report.page.assessed.may(permission);
        let (may_share, may_own) = (may(Permission::Assess), may(Permission::Own));
        let file = |ending| file_address(&paths, &report.sections, ending);
        let files = Some(Files { pdf: file("pdf"), docx: file("docx") });
        Self { files, may_share, may_own, ..Self::read(report, paths, Reader::Member) }
    }

    /// For whoever follows a shared link.
    pub(crate) fn of_guest(report: service::report::Report) -> Self {
        Self::read(report, Paths::inside_report(), Reader::Guest)
    }

    /// The same, which is to be had as a file at this address with an ending.
    pub(crate) fn with_files(self, address: &str) -> Self {
        let files = Files { pdf: format!("{address}.pdf"), docx: format!("{address}.docx") };
        Self { files: Some(files), ..self }
    }

    fn read(report: service::report::Report, paths: Paths, reader: Reader) -> Self {
        let summary = report.summary();
        let service::report::Report { page, checks, way, course, logo, sections, addresses: _ } = report;
        let (files, may_share, may_own) = (None, false, false);
        Self { page, paths, checks, way, course, logo, sections, summary, files, reader, may_share, may_own }
    }

    /// Whether it is for such a reader.
    pub(crate) fn is_of(&self, reader: Reader) -> bool {
        self.reader == reader
    }
}

/// The report as a file, with the same sections.
fn file_address(paths: &Paths, sections: &Sections, ending: &str) -> String {
    let (address, query) = (format!("{}.{ending}", paths.report()), sections.query());
    if query.is_empty() { address } else { format!("{address}?{query}") }
}

/// The page's content.
pub(crate) fn report_page(report: &Report) -> AnyView {
    let assessed = &report.page.assessed;
    let has = |part| report.sections.has(part);
    view! {
        <article class="stack-wide report">
            {cover(report)}
            {report.is_of(Reader::Member).then(|| choose::choose(report))}
            {summary::summary(report)}
            {result(assessed)}
            {has(Part::Domains).then(|| domains(assessed, &report.paths))}
            {has(Part::Criteria).then(|| heat::heat(assessed))}
            {has(Part::Findings).then(|| findings::findings(report))}
            {attested::attested(report)}
            {report.way.as_ref().map(|way| climb::climb(report, way))}
            {has(Part::Checks).then(|| checks::checks(report))}
            {report.course.as_ref().map(|course| trend::trend(report, course))}
            {method::method(report)}
        </article>
    }
    .into_any()
}

fn lede(assessed: &Assessed) -> AnyView {
    match Lede::of(assessed) {
        Lede::Unrated => view! { <p class="lede">{Lede::Unrated.text()}</p> }.into_any(),
        Lede::Rated { day, rung, rest } => view! {
            <p class="lede">"On " {day} " the live rung is " <strong>{rung}</strong> ". " {rest}</p>
        }
        .into_any(),
    }
}

/// The logo inside the page: it is never served as a document of its own.
pub(crate) fn logo_picture(logo: &Logo, organization: &str) -> AnyView {
    let source = format!("data:image/png;base64,{}", STANDARD.encode(&logo.png));
    let (width, height) = (logo.width.to_string(), logo.height.to_string());
    view! { <img class="logo" src=source alt=format!("Logo of {organization}") width=width height=height/> }
        .into_any()
}

fn cover(report: &Report) -> AnyView {
    let assessed = &report.page.assessed;
    let bundle = &assessed.bundle;
    let framework = &assessed.framework;
    let facts = facts(assessed).map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> }).collect_view();
    let (findings, roadmap) = (report.paths.findings(), report.paths.roadmap());
    let assessment = report.paths.assessment().to_owned();
    let files = report.files.as_ref().map(|Files { pdf, docx }| {
        view! {
            <ButtonLink kind=ButtonKind::Main href=pdf.clone()>"Download the PDF"</ButtonLink>
            <ButtonLink href=docx.clone()>"Word document"</ButtonLink>
        }
    });
    let ways_on = report.is_of(Reader::Member).then(|| {
        view! {
            <ButtonLink kind=ButtonKind::Plain href=findings>"Findings"</ButtonLink>
            <ButtonLink kind=ButtonKind::Plain href=roadmap>"Cheapest climb"</ButtonLink>
            <ButtonLink kind=ButtonKind::Plain href=assessment>"Assessment"</ButtonLink>
        }
    });
    let logo = report.logo.as_ref().map(|logo| logo_picture(logo, &bundle.organization.name));
    view! {
        <header class="cover">
            <div class="stack">
                {logo}
                <p class="small dim">{format!("Interoperability maturity report · {}", bundle.assessment.title)}</p>
                <h1>{bundle.organization.name.clone()}</h1>
                {lede(assessed)}
                <dl class="kv">{facts}</dl>
                <p class="fine">{framework.disclaimer.clone()}</p>
                <p class="row no-print">{files}{ways_on}</p>
            </div>
            <figure class="figure">
                <CoverLadder id="cover-ladder" ladder=ladder(assessed, &report.paths)/>
                <figcaption>
                    "Each segment is one condition of the rung: solid holds, red and hatched is contradicted by a check, hollow is not met."
                </figcaption>
            </figure>
        </header>
    }
    .into_any()
}

fn result(assessed: &Assessed) -> AnyView {
    let Some(totals) = &assessed.score.totals else {
        return view! { <Section id="result" title="The result"><Note title="There is no score"/></Section> }
            .into_any();
    };
    let readouts = five_numbers(assessed, totals)
        .map(|(label, value, kind, sub)| view! { <Readout label value kind sub/> })
        .collect_view();
    view! {
        <Section id="result" title="The result in five numbers" keep=true>
            <Readouts row=ReadoutRow::Row>{readouts}</Readouts>
        </Section>
    }
    .into_any()
}

fn domains(assessed: &Assessed, paths: &Paths) -> AnyView {
    let threshold = threshold(assessed);
    let axes = radar_axes(assessed);
    let legend = view! { <BarsLegend threshold=threshold.clone()/> };
    let bars = domain_bars(assessed, paths);
    view! {
        <Section id="domains" title="Domains" aside=legend keep=true>
            <div class="grid rep-dom">
                <Radar id="radar" axes=axes/>
                <DomainBars id="bar" bars=bars threshold=threshold look=BarsLook::Brief/>
            </div>
        </Section>
    }
    .into_any()
}
