//! Who exchanges what with whom: the map, and the same as a table.

use domain::DomainCode;
use leptos::prelude::*;
use service::inventory::{Direction, Exchange, Exchanges};

use crate::charts::{ExchangeMap, MapPartner, Way};
use crate::ui::{Column, Drawer, Section, StatusBadge, Table, TableLook, Width};
use crate::words::plural;

/// Nothing where no integration names a partner and a direction.
pub(crate) fn exchange_section(organization: &str, exchanges: &Exchanges) -> Option<AnyView> {
    if exchanges.partners.is_empty() {
        return None;
    }
    let partners: Vec<_> = exchanges.partners.iter().map(on_map).collect();
    let unplaced = match exchanges.unplaced {
        0 => None,
        count => Some(format!(
            "{} without a partner or a direction (in, out, both) not drawn.",
            plural(count, "integration")
        )),
    };
    let columns = vec![
        Column::text("Partner"),
        Column::text("Direction"),
        Column::text("Data"),
        Column::text("Domains"),
        Column::number("Integrations"),
        Column::text("Worst check"),
    ];
    let rows = exchanges.partners.iter().map(row).collect_view();
    let table =
        view! { <Table caption="Exchange partners" columns look=TableLook::Fold>{rows}</Table> }.into_any();
    let center = organization.to_owned();
    let section = view! {
        <Section
            id="exchange" title="Who exchanges what with whom" width=Width::Span
            aside=view! { <p>"Line width: number of integrations. Mark: worst check"</p> }
        >
            <figure class="figure">
                <div class="t-scroll" tabindex="0" role="region" aria-label="Exchange map, scrolls sideways">
                    <ExchangeMap id="exchange-map" center partners/>
                </div>
                <figcaption>
                    <Drawer summary="The same as a table">{table}</Drawer>
                    {unplaced.map(|words| view! { <p class="small dim">{words}</p> })}
                </figcaption>
            </figure>
        </Section>
    };
    Some(section.into_any())
}

fn on_map(exchange: &Exchange) -> MapPartner {
    let what = [exchange.data.join(", "), codes(&exchange.domains, " ")];
    MapPartner {
        name: exchange.partner.clone(),
        way: match exchange.direction {
            Direction::In => Way::In,
            Direction::Out => Way::Out,
            Direction::Both => Way::Both,
        },
        what: what.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · "),
        integrations: exchange.integrations,
        worst: exchange.worst,
    }
}

fn codes(domains: &[DomainCode], between: &str) -> String {
    domains.iter().map(DomainCode::as_str).collect::<Vec<_>>().join(between)
}

fn row(exchange: &Exchange) -> AnyView {
    let way = match exchange.direction {
        Direction::In => "sends to us",
        Direction::Out => "receives from us",
        Direction::Both => "both ways",
    };
    view! {
        <tr>
            <th scope="row">{exchange.partner.clone()}</th>
            <td>{way}</td>
            <td class="wide">{exchange.data.join(", ")}</td>
            <td>{if exchange.domains.is_empty() { "all".to_owned() } else { codes(&exchange.domains, ", ") }}</td>
            <td class="num" data-label="Integrations">{exchange.integrations}</td>
            <td><StatusBadge status=exchange.worst/></td>
        </tr>
    }
    .into_any()
}
