//! Findings of an assessment: what is wrong, what was expected and seen, who mends it; and what to do first.

mod filter;
mod first;
mod row;

use domain::scoring::FindingSeverity;
use leptos::prelude::*;
use service::Permission;
use service::action::ActionView;
use service::finding::{FindingView, FindingsPage};
use service::record::Finding;

pub(crate) use filter::FindingFilter;
pub(crate) use row::due_or_dash;

use crate::ui::{
    ButtonLink, Column, Empty, Note, PageHead, Section, SeverityBadge, Table, TableLook, date_of, day,
};
use crate::web::{Fields, Refusal};
use crate::words::{Paths, finding_kind_word, plural, severity_word};

/// What the page shows.
pub(crate) struct FindingsSheet {
    pub(crate) page: FindingsPage,
    pub(crate) actions: Vec<ActionView>,
    pub(crate) paths: Paths,
    pub(crate) filter: FindingFilter,
    /// A note on a finding that was not taken: its id, what was typed, and why.
    pub(crate) typed: Option<(String, Fields, Refusal)>,
}

impl FindingsSheet {
    fn may_note(&self) -> bool {
        self.page.assessed.may(Permission::Operate)
    }
}

/// `2 critical, 3 high`, without those that there are none of.
pub(crate) fn severity_counts(findings: &[FindingView]) -> String {
    let order =
        [FindingSeverity::Critical, FindingSeverity::High, FindingSeverity::Medium, FindingSeverity::Low];
    let counts = order.into_iter().filter_map(|severity| {
        let count = findings.iter().filter(|finding| finding.record.severity == severity).count();
        (count > 0).then(|| format!("{count} {}", severity_word(severity)))
    });
    counts.collect::<Vec<_>>().join(", ")
}

/// The page's content.
pub(crate) fn findings_page(sheet: &FindingsSheet) -> AnyView {
    let open = &sheet.page.findings;
    let under = if open.is_empty() {
        "No open finding.".to_owned()
    } else {
        let counts = severity_counts(open);
        format!(
            "{}: {counts}. They clear by themselves when the cause does.",
            plural(open.len(), "open finding")
        )
    };
    let (roadmap, report, actions) = (sheet.paths.roadmap(), sheet.paths.report(), sheet.paths.actions());
    let title = if sheet.filter.shows_open() { "Open findings" } else { "Findings" };
    let (filter, table) = (filter::form(sheet), table(sheet));
    view! {
        <PageHead title="Findings" under=under>
            <ButtonLink href=roadmap>"Cheapest climb"</ButtonLink>
            <ButtonLink href=actions>"Actions"</ButtonLink>
            <ButtonLink href=report>"Report"</ButtonLink>
        </PageHead>
        <div class="stack-wide">
            <Section id="open" title=title>
                {filter}
                {table}
            </Section>
            {first::first(&sheet.page.assessed, &sheet.paths)}
            {cleared(sheet)}
        </div>
    }
    .into_any()
}

fn table(sheet: &FindingsSheet) -> AnyView {
    let chosen = sheet.filter.choose(&sheet.page);
    if !sheet.filter.shows_open() {
        return ().into_any();
    }
    if chosen.is_empty() {
        return if sheet.page.findings.is_empty() {
            view! {
                <Empty>
                    <p class="lede">"Nothing is in the way that a finding could name."</p>
                    <p>"Findings appear by themselves: a check that contradicts an answer, a claim without proof, a gate not met."</p>
                </Empty>
            }
            .into_any()
        } else {
            view! { <Note title="No open finding fits this choice"/> }.into_any()
        };
    }
    let columns = vec![
        Column::text("Severity")
            .sorted(sheet.filter.sorted_by(sheet, "severity"), sheet.filter.order_of("severity")),
        Column::text("Criterion"),
        Column::text("Cause"),
        Column::text("Owner"),
        Column::number("Due").sorted(sheet.filter.sorted_by(sheet, "due"), sheet.filter.order_of("due")),
    ];
    let rows = chosen.into_iter().map(|finding| row::row(sheet, finding)).collect_view();
    view! { <Table caption="Open findings" columns=columns look=TableLook::Fold>{rows}</Table> }.into_any()
}

fn cleared(sheet: &FindingsSheet) -> Option<AnyView> {
    let framework = &sheet.page.assessed.framework;
    let chosen: Vec<_> =
        sheet.page.cleared.iter().filter(|finding| sheet.filter.keeps(framework, finding)).collect();
    if sheet.page.cleared.is_empty() {
        return None;
    }
    if !sheet.filter.shows_cleared() {
        let words = format!("{} cleared, each with its history", sheet.page.cleared.len());
        let href = format!("{}?status=cleared", sheet.paths.findings());
        return Some(view! { <p><a href=href>{words}</a></p> }.into_any());
    }
    if chosen.is_empty() {
        return Some(view! { <Note title="No cleared finding fits this choice"/> }.into_any());
    }
    let columns = vec![
        Column::text("Severity"),
        Column::text("Criterion"),
        Column::text("Owner"),
        Column::number("Opened"),
        Column::number("Cleared"),
        Column::number("Times open"),
    ];
    let count = plural(chosen.len(), "finding");
    let rows = chosen.into_iter().map(|finding| cleared_row(sheet, finding)).collect_view();
    Some(
        view! {
            <Section id="cleared" title="Cleared" aside=view! { <p>{count}", each with its history"</p> }>
                <Table caption="Cleared findings, latest first" columns=columns look=TableLook::Fold>{rows}</Table>
            </Section>
        }
        .into_any(),
    )
}

fn cleared_row(sheet: &FindingsSheet, finding: &Finding) -> AnyView {
    let cleared = finding.cleared_at.map_or_else(|| "–".to_owned(), |at| day(date_of(at.timestamp())));
    view! {
        <tr>
            <td><SeverityBadge severity=finding.severity/></td>
            <th scope="row">{row::subject(sheet, &finding.subject, finding_kind_word(finding.kind))}</th>
            <td class="dim">{finding.owner.clone()}</td>
            <td class="num" data-label="Opened">{day(date_of(finding.opened_at.timestamp()))}</td>
            <td class="num" data-label="Cleared">{cleared}</td>
            <td class="num" data-label="Times open">{finding.times_opened.to_string()}</td>
        </tr>
    }
    .into_any()
}
