//! The whole assessment: every domain with its progress and score, the rung, and what is in the way of the next.

use domain::scoring::{DomainScore, Exact, RungCondition, Standing, Totals, display};
use leptos::prelude::*;
use service::assessment::Assessed;
use service::record::{AssessmentState, FrameworkEntry, Part};
use service::review::Submission;
use service::timeline::Timeline;
use service::{Permission, UserId};

use super::questionnaire::overall_arithmetic;
use super::review::at_risk_note;
use super::timeline::timeline_section;
use crate::charts::{BarsLegend, BarsLook};
use crate::charts::{DomainBar, DomainBars, Ladder, Threshold};
use crate::ui::{
    ButtonKind, ButtonLink, Column, Disclaimer, Drawer, Note, PageHead, Readout, ReadoutKind, ReadoutRow,
    Readouts, Section, Table, TableLook, day,
};
use crate::words::{Paths, assessment_state_word, ladder, reading, rung_name};

/// The page's content.
pub(crate) fn assessment_page(
    assessed: &Assessed,
    timeline: &Timeline,
    submission: Option<&Submission>,
    newer: Option<&FrameworkEntry>,
    paths: &Paths,
    reader: UserId,
) -> AnyView {
    let assessment = &assessed.bundle.assessment;
    let mine = mine(assessed, paths, reader);
    let under = format!(
        "{} {}, {}",
        assessed.framework.title,
        assessed.framework.version,
        assessment_state_word(assessment.state)
    );
    let open = assessment.state.is_open();
    let go_on = next_unfinished(assessed).filter(|_| open).map(|(code, words)| {
        view! { <ButtonLink kind=ButtonKind::Main href=paths.domain(code)>{words}</ButtonLink> }
    });
    let (findings, report, review) = (paths.findings(), paths.report(), paths.review());
    let submits = open && assessed.may(Permission::Submit);
    // One main button: while something is unanswered, answering it is the next step.
    let kind = if submits && go_on.is_none() { ButtonKind::Main } else { ButtonKind::Second };
    let words = if submits { "Review and submit" } else { "Review" };
    let renames = assessed.may(Permission::Submit) && assessment.state != AssessmentState::Final;
    let rename = renames.then(|| {
        let href = format!("{}/edit", paths.assessment());
        view! { <ButtonLink href kind=ButtonKind::Plain>"Rename"</ButtonLink> }
    });
    let risk = submission.and_then(|submission| at_risk_note(submission, paths));
    let ladder = ladder(assessed, paths);
    let disclaimer = assessed.framework.disclaimer.clone();
    let newer = newer.map(|entry| newer_note(entry, paths));
    view! {
        <PageHead title=assessment.title.clone() under=under>
            {go_on}
            {mine}
            <ButtonLink kind=kind href=review>{words}</ButtonLink>
            <ButtonLink href=findings>"Findings"</ButtonLink>
            <ButtonLink href=report>"Report"</ButtonLink>
            {rename}
        </PageHead>
        <div class="stack-wide">
            {risk}
            {newer}
            {numbers(assessed)}
            {progress(assessed, paths)}
            <Section id="ladder" title="Ladder">
                <Ladder id="lad" ladder=ladder/>
                <Disclaimer words=disclaimer/>
            </Section>
            {scores(assessed, paths)}
            {timeline_section(timeline)}
        </div>
    }
    .into_any()
}

/// The way to what the reader answers for, where that is anything.
fn mine(assessed: &Assessed, paths: &Paths, reader: UserId) -> Option<AnyView> {
    let tasks = assessed.tasks_of(reader);
    let left = tasks.iter().filter(|task| !task.answered).count();
    let words = if left == 0 { "Mine".to_owned() } else { format!("Mine, {left} to answer") };
    (!tasks.is_empty()).then(|| view! { <ButtonLink href=paths.mine()>{words}</ButtonLink> }.into_any())
}

/// The framework has a version that came after this assessment's.
fn newer_note(entry: &FrameworkEntry, paths: &Paths) -> AnyView {
    let title = format!("{} {} is published", entry.code, entry.version);
    let href = format!("{}/next", paths.assessment());
    view! {
        <Note title=title>
            <p>
                "This assessment keeps its own version. "
                <a href=href>"Start the next version"</a>
                ": what changed, and which answers go over, is shown first."
            </p>
        </Note>
    }
    .into_any()
}

/// The first domain with something unanswered, and what the button to it says.
fn next_unfinished(assessed: &Assessed) -> Option<(&domain::DomainCode, String)> {
    let begun = assessed.score.domains.iter().any(|domain| domain.answered > 0);
    let open = assessed.score.domains.iter().find(|domain| domain.answered < domain.applicable)?;
    let words = if begun { format!("Go on with {}", open.code) } else { format!("Begin with {}", open.code) };
    Some((&open.code, words))
}

/// Rung and totals; what follows from them is on the report too.
pub(crate) fn numbers(assessed: &Assessed) -> AnyView {
    let Some(totals) = &assessed.score.totals else {
        return view! { <Note title="Nothing applies to this organization's profiles, so there is no score"/> }.into_any();
    };
    let next = next_rung(assessed, totals);
    let needs = |least: Option<u8>| match (&totals.next, least) {
        (Some(rung), Some(least)) => format!("of 100; {rung} needs {least}"),
        _ => "of 100".to_owned(),
    };
    let answered: usize = assessed.score.domains.iter().map(|domain| domain.answered).sum();
    let applicable: usize = assessed.score.domains.iter().map(|domain| domain.applicable).sum();
    let rung = rung_name(&assessed.framework, &totals.rung).to_owned();
    let confidence = needs(next.and_then(|rung| rung.min_confidence).filter(|least| *least > 0));
    let answered = format!("{answered} of {applicable} answered");
    let readouts = view! {
        <Readout label="Rung" value=totals.rung.to_string() sub=rung/>
        <Readout label="Proven" value=display(&totals.overall) kind=ReadoutKind::Proven sub="what evidence and checks carry"/>
        <Readout label="Claimed" value=display(&totals.claimed) kind=ReadoutKind::Claimed sub="what the answers say"/>
        <Readout label="Confidence" value=display(&totals.confidence) sub=confidence/>
        <Readout label="Completeness" value=display(&totals.completeness) sub=answered/>
    };
    view! { <Readouts row=ReadoutRow::Row>{readouts}</Readouts> }.into_any()
}

/// The next rung with its thresholds.
pub(crate) fn next_rung<'a>(
    assessed: &'a Assessed,
    totals: &Totals,
) -> Option<&'a domain::framework::Sublevel> {
    let next = totals.next.as_ref()?;
    assessed.framework.sublevels.iter().find(|rung| rung.code == *next)
}

/// What the next rung asks of every domain, as the tick in the bars.
pub(crate) fn threshold(assessed: &Assessed) -> Option<Threshold> {
    let next = next_rung(assessed, assessed.score.totals.as_ref()?)?;
    let least = next.min_domain.filter(|least| *least > 0)?;
    Some(Threshold { least, rung: next.code.to_string() })
}

/// The domains as bars, claimed and proven.
pub(crate) fn domain_bars(assessed: &Assessed, paths: &Paths) -> Vec<DomainBar> {
    let bars = assessed.framework.domains.iter().zip(&assessed.score.domains).map(|(domain, score)| {
        let gap = score.claimed.zip(score.score).map(|(claimed, proven)| gap(&(claimed - proven)));
        DomainBar {
            code: domain.code.to_string(),
            name: domain.title.clone(),
            href: Some(paths.domain(&domain.code)),
            weight: domain.weight.to_string(),
            proven: score.score.as_ref().map(reading),
            claimed: score.claimed.as_ref().map(reading),
            gap,
        }
    });
    bars.collect()
}

/// `+18.2`; nothing between claimed and proven has no sign.
fn gap(gap: &Exact) -> String {
    let shown = display(gap);
    if shown == "0.0" { shown } else { format!("+{shown}") }
}

fn scores(assessed: &Assessed, paths: &Paths) -> AnyView {
    let threshold = threshold(assessed);
    let bars = domain_bars(assessed, paths);
    let why = assessed.score.totals.as_ref().map(|totals| {
        let summary = format!("Why is the whole {}?", display(&totals.overall));
        let sum = overall_arithmetic(assessed, paths);
        view! { <Drawer summary=summary id="why">{sum}</Drawer> }
    });
    let legend = view! { <BarsLegend threshold=threshold.clone()/> };
    view! {
        <Section id="scores" title="Scores" aside=legend>
            <DomainBars id="bar" bars=bars threshold=threshold look=BarsLook::Full/>
            {why}
        </Section>
    }
    .into_any()
}

fn progress(assessed: &Assessed, paths: &Paths) -> AnyView {
    let columns = vec![
        Column::text("Domain"),
        Column::number("Answered"),
        Column::text("State"),
        Column::text("Owner"),
        Column::text("In the way"),
    ];
    let rows = assessed
        .framework
        .domains
        .iter()
        .zip(&assessed.score.domains)
        .map(|(domain, score)| {
            let name = view! { <a href=paths.domain(&domain.code)><span class="code">{domain.code.to_string()}</span></a>" " };
            view! {
                <tr>
                    <th scope="row">{name}<span class="sub">{domain.title.clone()}</span></th>
                    <td class="num" data-label="Answered">{format!("{} of {}", score.answered, score.applicable)}</td>
                    <td>{state(score)}</td>
                    <td>{owner(assessed, domain)}</td>
                    <td class="wide">{in_the_way(assessed, paths, domain)}</td>
                </tr>
            }
        })
        .collect_view();
    let owners = view! { <p><a href=paths.owners()>"Owners and due dates"</a></p> };
    view! {
        <Section id="domains" title="Domains" aside=owners>
            <Table caption="Domains and their progress" columns=columns look=TableLook::Fold>{rows}</Table>
        </Section>
    }
    .into_any()
}

/// Who answers the domain, and until when while something is left to answer.
fn owner(assessed: &Assessed, domain: &domain::framework::Domain) -> AnyView {
    let Some(whole) = assessed.assignment(&Part::Domain(domain.code.clone())) else {
        return "Nobody yet".into_any();
    };
    let left = domain.criteria.iter().any(|criterion| {
        let score = assessed.criterion_score(&criterion.code);
        score.is_some_and(|score| score.standing == Standing::Unanswered)
    });
    let owner = whole.owner.as_ref().map_or_else(|| "Nobody yet".to_owned(), |owner| owner.name.clone());
    let due = whole.due.filter(|_| left).map(|due| {
        let missed = due < assessed.computed_at.date();
        let words = if missed { format!("Overdue since {}", day(due)) } else { format!("Due {}", day(due)) };
        let class = if missed { "sub fail-text" } else { "sub" };
        view! { <span class=class>{words}</span> }
    });
    view! { {owner}{due} }.into_any()
}

fn state(score: &DomainScore) -> &'static str {
    match (score.applicable, score.answered) {
        (0, _) => "Nothing applies",
        (_, 0) => "Not begun",
        (applicable, answered) if answered < applicable => "Begun",
        _ => "All answered",
    }
}

/// What of this domain is in the way of the next rung.
fn in_the_way(assessed: &Assessed, paths: &Paths, domain: &domain::framework::Domain) -> Option<AnyView> {
    let next = assessed.score.totals.as_ref()?.next.as_ref()?;
    let rung = assessed.score.ladder.iter().find(|rung| rung.code == *next)?;
    let gates: Vec<_> = rung
        .conditions
        .iter()
        .filter(|(_, standing)| *standing != domain::scoring::ConditionStanding::Met)
        .filter_map(|(condition, _)| match condition {
            RungCondition::Gate { criterion, least, seen } => {
                let own = domain.criteria.iter().any(|own| own.code == *criterion);
                own.then(|| {
                    let words = format!("{criterion} counts {}, needs {}", seen.get(), least.get());
                    (paths.criterion(&domain.code, criterion), words)
                })
            }
            RungCondition::Domain { code, least, seen } if *code == domain.code => {
                Some((paths.domain(code), format!("scores {}, needs {least}", display(seen))))
            }
            _ => None,
        })
        .collect();
    let links =
        gates.into_iter().map(|(href, words)| view! { <li><a href=href>{words}</a></li> }).collect_view();
    Some(view! { <ul class="small">{links}</ul> }.into_any())
}
