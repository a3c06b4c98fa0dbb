//! What the inventory covers: how many integrations have an owner, an agreement, a review, a check.

use leptos::prelude::*;
use service::inventory::{Coverage, Share};

use crate::charts::Meter;
use crate::ui::{Column, Section, Table, TableLook};
use crate::words::plural;

pub(super) fn coverage_section(coverage: &Coverage) -> AnyView {
    let shares = [
        ("owner", "Owner, business and technical", coverage.owner),
        ("attributes", "Purpose, data, partner, agreement and criticality", coverage.attributes),
        ("agreement", "Agreement that has not expired", coverage.agreement),
        ("reviewed", "Review inside its interval", coverage.reviewed),
        ("runbook", "Runbook exercised within 12 months", coverage.runbook),
        ("brief", "Signed brief of the use case", coverage.brief),
        ("monitored", "Health check that is on", coverage.monitored),
    ];
    let rows = shares.map(|(id, name, share)| row(id, name, share)).collect_view();
    let columns =
        vec![Column::text("Integrations with"), Column::text("0 to 100%"), Column::number("Have it")];
    let unowned = match coverage.unowned_over_30d {
        0 => None,
        count => Some(format!("{} without an owner for more than 30 days.", plural(count, "integration"))),
    };
    view! {
        <Section id="coverage" title="Coverage" aside=view! { <p>"What GOV-2 and its neighbours ask of an inventory"</p> }>
            <Table caption="Share of the integrations that have what an inventory should say" columns look=TableLook::Bars>
                {rows}
            </Table>
            {unowned.map(|words| view! { <p class="small gap-above">{words}</p> })}
        </Section>
    }
    .into_any()
}

fn row(id: &str, name: &'static str, share: Share) -> AnyView {
    let text =
        share.percent().map_or_else(|| "0".to_owned(), |percent| percent.round_dp(1).normalize().to_string());
    let at = text.parse().unwrap_or(0.0);
    let words = format!("{name}: {} of {}, {text} percent", share.have, share.of);
    // Only that a check is on does not rest on what people entered.
    let claimed = id != "monitored";
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td class="bar-cell"><Meter id=format!("coverage-{id}") title=words at claimed/></td>
            <td class="num">{format!("{} of {}", share.have, share.of)}</td>
        </tr>
    }
    .into_any()
}
