//! Claimed and proven, open findings by severity, the domains as bars.

use domain::scoring::{Exact, FindingSeverity, Standing, display};
use leptos::prelude::*;
use service::assessment::Assessed;
use service::finding::FindingsPage;

use crate::charts::{BarsLegend, DomainBars, Meter};
use crate::pages::assessment::{domain_bars, threshold};
use crate::ui::{Note, Readout, ReadoutKind, ReadoutRow, Readouts, Section, SeverityBadge, Width};
use crate::words::{Paths, finding_kind_word, reading};

pub(super) fn score_section(page: &FindingsPage, paths: &Paths) -> AnyView {
    let assessed = &page.assessed;
    let content = view! {
        {numbers(assessed)}
        <h3 class="gap-above">"Open findings"</h3>
        {findings_table(page, paths)}
    }
    .into_any();
    view! {
        <Section id="score" title="Claimed and proven">{content}</Section>
    }
    .into_any()
}

fn numbers(assessed: &Assessed) -> AnyView {
    let Some(totals) = &assessed.score.totals else {
        return view! {
            <Note title="Unrated">
                <p>"No criterion of the framework applies to the organization's profiles, so there is no score."</p>
            </Note>
        }
        .into_any();
    };
    let next = totals
        .next
        .as_ref()
        .and_then(|next| assessed.framework.sublevels.iter().find(|rung| rung.code == *next));
    let meter = |id: &'static str, name: &'static str, value: &Exact, least: Option<u8>| {
        let shown = reading(value);
        let needs = match (next, least) {
            (Some(next), Some(least)) => format!("; {} needs {least}", next.code),
            _ => String::new(),
        };
        let title = format!("{name} {} of 100{needs}", shown.text);
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td class="bar-cell"><Meter id=id title at=shown.at threshold=least/></td>
                <td class="num strong">{shown.text}</td>
            </tr>
        }
        .into_any()
    };
    let least =
        |read: fn(&domain::framework::Sublevel) -> Option<u8>| next.and_then(read).filter(|least| *least > 0);
    let confidence = meter("m-conf", "Confidence", &totals.confidence, least(|rung| rung.min_confidence));
    let completeness =
        meter("m-comp", "Completeness", &totals.completeness, least(|rung| rung.min_completeness));
    let (proven, claimed, gap) =
        (display(&totals.overall), display(&totals.claimed), display(&totals.assurance_gap));
    view! {
        <Readouts row=ReadoutRow::Main>
            <Readout
                label="Proven" value=proven kind=ReadoutKind::ProvenMain
                sub="of 100, what evidence and checks carry"
            />
            <Readout
                label="Claimed" value=claimed kind=ReadoutKind::Claimed sub="what the answers say"
            />
            <Readout label="Assurance gap" value=gap sub="claimed, not proven"/>
        </Readouts>
        <table class="t gap-above">
            <caption class="vh">"Confidence, completeness and evidence"</caption>
            <tbody>{confidence}{completeness}{verified(assessed)}</tbody>
        </table>
    }
    .into_any()
}

/// How many of the applicable criteria are verified by a check.
fn verified(assessed: &Assessed) -> AnyView {
    let applicable = |standing| {
        matches!(standing, Standing::Answered(_) | Standing::Unanswered | Standing::PendingNotApplicable)
    };
    let criteria = assessed.score.criteria.iter().filter(|criterion| applicable(criterion.standing));
    let (mut all, mut verified) = (0_u32, 0_u32);
    for criterion in criteria {
        all += 1;
        verified +=
            u32::from(matches!(criterion.standing, Standing::Answered(_)) && criterion.evidence_class == 3);
    }
    let at = 100.0 * f64::from(verified) / f64::from(all.max(1));
    let title = format!("{verified} of {all} criteria are verified by a check");
    view! {
        <tr>
            <th scope="row">"Verified, E3"</th>
            <td class="bar-cell"><Meter id="m-e3" title at=at/></td>
            <td class="num strong">{format!("{verified} of {all}")}</td>
        </tr>
    }
    .into_any()
}

fn findings_table(page: &FindingsPage, paths: &Paths) -> AnyView {
    if page.findings.is_empty() {
        return view! { <p class="dim">"None: every answer is supported and no check contradicts one."</p> }
            .into_any();
    }
    let severities =
        [FindingSeverity::Critical, FindingSeverity::High, FindingSeverity::Medium, FindingSeverity::Low];
    let rows = severities
        .into_iter()
        .map(|severity| {
            let of: Vec<_> =
                page.findings.iter().filter(|finding| finding.record.severity == severity).collect();
            let mut kinds: Vec<_> = of.iter().map(|finding| finding_kind_word(finding.record.kind)).collect();
            kinds.sort_unstable();
            kinds.dedup();
            let what = if kinds.is_empty() { "–".to_owned() } else { kinds.join(", ") };
            view! {
                <tr>
                    <th scope="row"><a href=paths.findings()><SeverityBadge severity/></a></th>
                    <td class="dim">{what}</td>
                    <td class="num strong">{of.len().to_string()}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="t">
            <caption class="vh">"Open findings by severity"</caption>
            <thead>
                <tr>
                    <th scope="col">"Severity"</th>
                    <th scope="col">"What they are"</th>
                    <th scope="col" class="num">"Open"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

pub(super) fn domains_section(assessed: &Assessed, paths: &Paths) -> AnyView {
    let threshold = threshold(assessed);
    let bars = domain_bars(assessed, paths);
    let legend = view! { <BarsLegend threshold=threshold.clone()/> };
    view! {
        <Section id="domains" title="Domains" width=Width::Span aside=legend>
            <DomainBars id="dom" bars threshold/>
        </Section>
    }
    .into_any()
}
