//! The findings of the report, each with its checks.

use leptos::prelude::*;
use service::finding::FindingView;

use super::Report;
use crate::pages::findings::{due_or_dash, severity_counts};
use crate::ui::{Column, Note, Section, SeverityBadge, Table, TableLook, Tag, whole_codes};
use crate::words::{check_place, expected, finding_cause, finding_kind_word, plural};

/// How many of the less severe findings are listed; critical and high ones always are.
const SHOWN: usize = 12;

pub(super) fn findings(report: &Report) -> AnyView {
    let all = &report.page.findings;
    if all.is_empty() {
        return view! { <Section id="findings" title="Findings"><Note title="No open finding"/></Section> }
            .into_any();
    }
    let severe = all
        .iter()
        .filter(|finding| finding.record.severity >= domain::scoring::FindingSeverity::High)
        .count();
    let shown = severe.max(SHOWN).min(all.len());
    let aside = if shown == all.len() {
        format!("{}: {}", plural(all.len(), "open finding"), severity_counts(all))
    } else {
        format!("{shown} of {} open findings: {}", all.len(), severity_counts(all))
    };
    let named = all.iter().take(shown).any(|finding| !finding.record.owner.is_empty());
    let mut columns =
        vec![Column::text("Severity"), Column::text("Criterion"), Column::text("Cause and checks")];
    if named {
        columns.push(Column::text("Owner"));
    }
    columns.push(Column::number("Due"));
    let rows = all.iter().take(shown).map(|finding| row(report, finding, named)).collect_view();
    view! {
        <Section id="findings" title="Findings that matter most" aside=view! { <p>{aside}</p> }>
            <Table caption="Findings that matter most" columns=columns look=TableLook::Fold>{rows}</Table>
        </Section>
    }
    .into_any()
}

/// `named`: somebody is named for one of the findings.
fn row(report: &Report, finding: &FindingView, named: bool) -> AnyView {
    let framework = &report.page.assessed.framework;
    let of_domain = || framework.domains.iter().find(|domain| domain.code.as_str() == finding.record.subject);
    let title = match &finding.criterion {
        Some(code) => framework.criterion(code).map(|criterion| criterion.title.clone()),
        None => of_domain().map(|domain| domain.title.clone()),
    };
    let checks = finding
        .checks
        .iter()
        .map(|check| {
            let seen: Vec<_> = check
                .conditions
                .iter()
                .filter(|condition| condition.result != domain::check::ConditionResult::Fulfilled)
                .map(expected)
                .collect();
            let seen = if seen.is_empty() { String::new() } else { format!(": {}", seen.join("; ")) };
            let line = format!("{}, {} of {}{seen}", check.binding, check.kind, check_place(check));
            view! { <span class="sub">{whole_codes(&line)}</span> }
        })
        .collect_view();
    let kind = finding_kind_word(finding.record.kind);
    let owner = named.then(|| view! { <td class="dim">{finding.record.owner.clone()}</td> });
    view! {
        <tr>
            <td><SeverityBadge severity=finding.record.severity/></td>
            <th scope="row">
                {finding.record.subject.clone()}" "<Tag>{kind}</Tag>
                <span class="sub">{title}</span>
            </th>
            <td class="wide">{whole_codes(&finding_cause(&report.page.assessed, finding))}{checks}</td>
            {owner}
            <td class="num" data-label="Due">{due_or_dash(finding)}</td>
        </tr>
    }
    .into_any()
}
