//! How the health checks stand that bear on this assessment.

use std::collections::BTreeMap;

use domain::check::Status;
use leptos::prelude::*;
use service::CheckId;

use super::Report;
use crate::ui::{Column, Note, Section, StatusBadge, Table, TableLook, moment, whole_codes};
use crate::words::{counted, plural};

/// The criteria that each check is tied to, and the worst state among its bindings.
pub(crate) fn ties(report: &Report) -> BTreeMap<CheckId, (Vec<String>, Status)> {
    let assessed = &report.page.assessed;
    let mut ties: BTreeMap<CheckId, (Vec<String>, Status)> = BTreeMap::new();
    if assessed.bundle.checks.is_empty() {
        return ties;
    }
    for (criterion, score) in assessed.framework.criteria().zip(&assessed.score.criteria) {
        for binding in &score.bindings {
            for tied in assessed.probes_of(&binding.id) {
                let (criteria, worst) =
                    ties.entry(tied.check.id).or_insert_with(|| (Vec::new(), Status::Pass));
                let code = criterion.code.to_string();
                if !criteria.contains(&code) {
                    criteria.push(code);
                }
                if badness(binding.state) > badness(*worst) {
                    *worst = binding.state;
                }
            }
        }
    }
    ties
}

/// The order of `scoring.md` section 6.2: FAIL, WARN, UNKNOWN, PASS.
const fn badness(status: Status) -> u8 {
    match status {
        Status::Fail => 3,
        Status::Warn => 2,
        Status::Unknown => 1,
        Status::Pass => 0,
    }
}

/// `31 pass, 4 warn, 2 fail, 3 unknown`, by the latest run of each check.
pub(crate) fn counts(report: &Report) -> String {
    let words = [
        (Status::Pass, "pass"),
        (Status::Warn, "warn"),
        (Status::Fail, "fail"),
        (Status::Unknown, "unknown"),
    ];
    let counts = words.map(|(status, word)| {
        format!("{} {word}", report.checks.iter().filter(|row| row.status() == status).count())
    });
    counts.join(", ")
}

pub(super) fn checks(report: &Report) -> AnyView {
    if report.checks.is_empty() {
        return view! {
            <Section id="checks" title="Check health">
                <Note title="No health check is set up: every answer rests on what people say and attach"/>
            </Section>
        }
        .into_any();
    }
    let ties = ties(report);
    let columns = vec![
        Column::text("Integration"),
        Column::text("Check"),
        Column::text("Latest run"),
        Column::number("90 days"),
        Column::text("Bears on"),
    ];
    let rows = report
        .checks
        .iter()
        .map(|row| {
            let latest = row
                .latest
                .as_ref()
                .map_or_else(|| "Never run".to_owned(), |run| moment(run.started_at.timestamp()));
            let (pass, all) = row.days.iter().fold((0, 0), |(pass, all), day| {
                (pass + day.pass, all + day.pass + day.warn + day.fail + day.unknown)
            });
            let share = if all == 0 {
                "–".to_owned()
            } else {
                format!("{} of {} pass", counted(pass), counted(all))
            };
            let criteria =
                ties.get(&row.check.id).map(|(criteria, _)| criteria.join(", ")).unwrap_or_default();
            let worst =
                ties.get(&row.check.id).map(|(_, worst)| *worst).filter(|worst| *worst != row.status());
            let worst = worst.map(|worst| {
                view! { <span class="sub">"Worst for a criterion: "<StatusBadge status=worst/></span> }
            });
            view! {
                <tr>
                    <th scope="row">
                        <a href=report.paths.check(row.check.id)>{row.integration.details.name.clone()}</a>
                    </th>
                    <td><span class="mono">{row.check.kind.to_string()}</span></td>
                    <td><StatusBadge status=row.status()/><span class="sub nowrap">{latest}</span></td>
                    <td class="num" data-label="90 days">{share}</td>
                    <td class="wide">{whole_codes(&criteria)}{worst}</td>
                </tr>
            }
        })
        .collect_view();
    let aside = format!("{}: {}", plural(report.checks.len(), "check"), counts(report));
    view! {
        <Section id="checks" title="Check health" aside=view! { <p>{aside}</p> }>
            <Table caption="Health checks and what they bear on" columns=columns look=TableLook::Fold>{rows}</Table>
        </Section>
    }
    .into_any()
}
