//! The report of an assessment: for a board, a payer or a surveyor, on the screen and on paper.

mod attested;
mod checks;
mod choose;
mod climb;
mod findings;
mod heat;
mod method;

use domain::framework::Profile;
use domain::scoring::Totals;
use leptos::prelude::*;
use service::Permission;
use service::assessment::Assessed;
use service::finding::FindingsPage;
use service::integration::CheckRow;
use service::report::{Section as Part, Sections};
use service::roadmap::Way;

pub(crate) use choose::{section_choices, section_words};

use super::assessment::{domain_bars, next_rung, threshold};
use crate::charts::{BarsLegend, BarsLook, CoverLadder, DomainBars, Radar, RadarAxis};
use crate::ui::{ButtonLink, Note, Readout, ReadoutKind, ReadoutRow, Readouts, Section, clock, date_of, day};
use crate::words::{Paths, assessment_state_word, ladder, plural, reading, rung_name, size_words};

/// What the report shows.
pub(crate) struct Report {
    pub(crate) page: FindingsPage,
    pub(crate) paths: Paths,
    pub(crate) checks: Vec<CheckRow>,
    pub(crate) way: Option<Way>,
    pub(crate) sections: Sections,
    /// Whoever follows a shared link sees the report and none of the ways on from it.
    member: bool,
    may_share: bool,
}

impl Report {
    /// For a member of the organization.
    pub(crate) fn of_member(report: service::report::Report, paths: Paths) -> Self {
        let may_share = report.page.assessed.may(Permission::Assess);
        let service::report::Report { page, checks, way, sections } = report;
        Self { page, paths, checks, way, sections, member: true, may_share }
    }

    /// For whoever follows a shared link.
    pub(crate) fn of_guest(report: service::report::Report) -> Self {
        let service::report::Report { page, checks, way, sections } = report;
        Self { page, paths: Paths::inside_report(), checks, way, sections, member: false, may_share: false }
    }
}

/// The page's content.
pub(crate) fn report_page(report: &Report) -> AnyView {
    let assessed = &report.page.assessed;
    let has = |part| report.sections.has(part);
    view! {
        <article class="stack-wide report">
            {cover(report)}
            {report.member.then(|| choose::choose(report))}
            {result(assessed)}
            {has(Part::Domains).then(|| domains(assessed, &report.paths))}
            {has(Part::Criteria).then(|| heat::heat(assessed))}
            {has(Part::Findings).then(|| findings::findings(report))}
            {attested::attested(report)}
            {report.way.as_ref().map(|way| climb::climb(report, way))}
            {has(Part::Checks).then(|| checks::checks(report))}
            {method::method(report)}
        </article>
    }
    .into_any()
}

/// The result in a sentence or two.
fn lede(report: &Report) -> AnyView {
    let assessed = &report.page.assessed;
    let Some(totals) = &assessed.score.totals else {
        return view! { <p class="lede">"Nothing applies to this organization's profiles, so there is no score."</p> }.into_any();
    };
    let rung = format!("{} {}", totals.rung, rung_name(&assessed.framework, &totals.rung));
    let contradicted = assessed.score.criteria.iter().filter(|score| score.contradicted).count();
    let checks = match contradicted {
        0 => " No check contradicts an answer.".to_owned(),
        1 => " A check contradicts one answer.".to_owned(),
        many => format!(" Checks contradict {many} answers."),
    };
    let next = match next_in_words(assessed, totals) {
        Some(words) => format!(" {words}"),
        None => " There is no rung above it.".to_owned(),
    };
    view! {
        <p class="lede">
            "On " {day(assessed.computed_at.date())} " the live rung is " <strong>{rung}</strong> "." {checks}{next}
        </p>
    }
    .into_any()
}

fn next_in_words(assessed: &Assessed, totals: &Totals) -> Option<String> {
    let next = totals.next.as_ref()?;
    let rung = assessed.score.ladder.iter().find(|rung| rung.code == *next)?;
    let open = rung
        .conditions
        .iter()
        .filter(|(_, standing)| *standing != domain::scoring::ConditionStanding::Met)
        .count();
    let name = rung_name(&assessed.framework, next);
    let verb = if open == 1 { "is" } else { "are" };
    Some(format!("{} {verb} in the way of {next} {name}.", plural(open, "condition")))
}

fn cover(report: &Report) -> AnyView {
    let assessed = &report.page.assessed;
    let bundle = &assessed.bundle;
    let framework = &assessed.framework;
    let of_organization = |profile: &&Profile| bundle.organization.profiles.contains(&profile.code);
    let profiles: Vec<_> =
        framework.profiles.iter().filter(of_organization).map(|profile| profile.name.as_str()).collect();
    let at = assessed.computed_at.timestamp();
    let state = format!(
        "{}, live on {}, {} UTC",
        assessment_state_word(bundle.assessment.state),
        day(date_of(at)),
        clock(at)
    );
    let profiles = format!("{}; {}", profiles.join(", "), size_words(bundle.organization.size_band));
    let (findings, roadmap) = (report.paths.findings(), report.paths.roadmap());
    let assessment = report.paths.assessment().to_owned();
    let ways_on = report.member.then(|| {
        view! {
            <p class="row no-print">
                <ButtonLink href=findings>"Findings"</ButtonLink>
                <ButtonLink href=roadmap>"Cheapest climb"</ButtonLink>
                <ButtonLink href=assessment>"Assessment"</ButtonLink>
            </p>
        }
    });
    view! {
        <header class="cover">
            <div class="stack">
                <p class="small dim">{format!("Interoperability maturity report · {}", bundle.assessment.title)}</p>
                <h1>{bundle.organization.name.clone()}</h1>
                {lede(report)}
                <dl class="kv">
                    <dt>"Framework"</dt><dd>{format!("{} {}", framework.title, framework.version)}</dd>
                    <dt>"Profiles"</dt><dd>{profiles}</dd>
                    <dt>"State"</dt><dd>{state}</dd>
                </dl>
                <p class="fine">{framework.disclaimer.clone()}</p>
                {ways_on}
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
    let next = next_rung(assessed, totals);
    let confidence = match next
        .and_then(|rung| Some((rung.code.as_str(), rung.min_confidence.filter(|least| *least > 0)?)))
    {
        Some((rung, least)) => format!("of 100; {rung} needs {least}"),
        None => "of 100".to_owned(),
    };
    let answered: usize = assessed.score.domains.iter().map(|domain| domain.answered).sum();
    let applicable: usize = assessed.score.domains.iter().map(|domain| domain.applicable).sum();
    let number = domain::scoring::display;
    let readouts = view! {
                <Readout label="Proven" value=number(&totals.overall) kind=ReadoutKind::Proven sub="what evidence and checks carry"/>
                <Readout label="Claimed" value=number(&totals.claimed) kind=ReadoutKind::Claimed sub="what the answers say"/>
                <Readout label="Assurance gap" value=number(&totals.assurance_gap) sub="points claimed, not proven"/>
                <Readout label="Confidence" value=number(&totals.confidence) sub=confidence/>
                <Readout
                    label="Completeness"
                    value=number(&totals.completeness)
                    sub=format!("of 100; {answered} of {applicable} answered")
                />
    };
    view! {
        <Section id="result" title="The result in five numbers" keep=true>
            <Readouts row=ReadoutRow::Row>{readouts}</Readouts>
        </Section>
    }
    .into_any()
}

fn domains(assessed: &Assessed, paths: &Paths) -> AnyView {
    let threshold = threshold(assessed);
    let axes = assessed
        .score
        .domains
        .iter()
        .filter_map(|domain| {
            Some(RadarAxis {
                code: domain.code.to_string(),
                proven: reading(domain.score.as_ref()?),
                claimed: reading(domain.claimed.as_ref()?),
            })
        })
        .collect();
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
