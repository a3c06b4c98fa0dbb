//! The attestations in force: failures that somebody signed say nothing against an answer. They belong to the checks.

use leptos::prelude::*;

use super::Report;
use crate::ui::{Column, Moment, Section, Table, TableLook};
use crate::words::plural;

/// Nothing where nobody signed, or where the checks were not chosen.
pub(super) fn attested(report: &Report) -> Option<AnyView> {
    let in_force = report.sections.attested(&report.page.assessed)?;
    let bundle = &report.page.assessed.bundle;
    if in_force.is_empty() {
        return None;
    }
    let rows = in_force
        .iter()
        .map(|one| {
            let check = bundle.checks.iter().find(|check| check.id == one.check);
            let integration = check
                .and_then(|check| bundle.integrations.iter().find(|entry| entry.id == check.integration))
                .map_or_else(String::new, |entry| entry.details.name.clone());
            let kind = check.map_or_else(String::new, |check| check.kind.to_string());
            view! {
                <tr>
                    <th scope="row">
                        {one.binding.to_string()}
                        <span class="sub">{integration}", "<span class="mono">{kind}</span></span>
                    </th>
                    <td class="wide">{one.reason.clone()}</td>
                    <td>{one.by_name.clone()}</td>
                    <td class="num" data-label="Signed"><Moment at=one.at.timestamp()/></td>
                    <td class="num" data-label="Until"><Moment at=one.until.timestamp()/></td>
                </tr>
            }
        })
        .collect_view();
    let columns = vec![
        Column::text("Check"),
        Column::text("Why its failure says nothing against the answer"),
        Column::text("Signed by"),
        Column::number("Signed"),
        Column::number("Until"),
    ];
    let aside =
        format!("{}: the failure counts as a warning meanwhile", plural(in_force.len(), "attestation"));
    Some(
        view! {
            <Section id="attested" title="Attested overrides" aside=view! { <p>{aside}</p> }>
                <Table caption="Attestations in force" columns=columns look=TableLook::Fold>{rows}</Table>
            </Section>
        }
        .into_any(),
    )
}
