//! Who exchanges what with whom: the integrations by partner.

use std::collections::BTreeMap;

use domain::DomainCode;
use domain::check::Status;
use store::IntegrationId;
use store::record::Integration;

use crate::check::CheckGlance;

/// Which way data goes, seen from the organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    In,
    Out,
    Both,
}

impl Direction {
    /// From what people write; `None` where it says neither.
    pub fn of(text: &str) -> Option<Self> {
        match text.trim().to_lowercase().as_str() {
            "in" | "inbound" | "incoming" | "receive" | "receives" => Some(Self::In),
            "out" | "outbound" | "outgoing" | "send" | "sends" => Some(Self::Out),
            "both" | "in and out" | "in/out" | "bidirectional" | "two-way" => Some(Self::Both),
            _ => None,
        }
    }

    fn with(self, other: Self) -> Self {
        if self == other { self } else { Self::Both }
    }
}

/// What goes to and from one partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    pub partner: String,
    pub direction: Direction,
    /// What travels, each once.
    pub data: Vec<String>,
    /// Domains served, each once; empty where an integration serves all.
    pub domains: Vec<DomainCode>,
    pub integrations: usize,
    /// The worst of the checks; UNKNOWN without any.
    pub worst: Status,
}

/// All of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exchanges {
    /// Most integrations first, then by name.
    pub partners: Vec<Exchange>,
    /// Integrations that name no partner or no direction.
    pub unplaced: usize,
}

/// Groups the integrations by partner, whatever the letter case.
pub fn exchanges(integrations: &[Integration], checks: &[CheckGlance]) -> Exchanges {
    let mut worst: BTreeMap<IntegrationId, Status> = BTreeMap::new();
    for glance in checks.iter().filter(|glance| glance.check.enabled) {
        let state = worst.entry(glance.check.integration).or_insert(Status::Pass);
        *state = worse(*state, glance.urgency());
    }
    let mut partners: BTreeMap<String, Exchange> = BTreeMap::new();
    let mut unplaced = 0;
    for integration in integrations {
        let details = &integration.details;
        let Some(direction) = Direction::of(&details.direction).filter(|_| !details.partner.is_empty())
        else {
            unplaced += 1;
            continue;
        };
        let seen = worst.get(&integration.id).copied();
        let exchange = partners.entry(details.partner.to_lowercase()).or_insert_with(|| Exchange {
            partner: details.partner.clone(),
            direction,
            data: Vec::new(),
            domains: Vec::new(),
            integrations: 0,
            worst: Status::Pass,
        });
        exchange.direction = exchange.direction.with(direction);
        exchange.integrations += 1;
        exchange.worst = worse(exchange.worst, seen.unwrap_or(Status::Unknown));
        if !details.data.is_empty() && !exchange.data.contains(&details.data) {
            exchange.data.push(details.data.clone());
        }
        for code in &details.serves {
            if !exchange.domains.contains(code) {
                exchange.domains.push(code.clone());
            }
        }
    }
    let mut partners: Vec<_> = partners.into_values().collect();
    partners.sort_by(|a, b| b.integrations.cmp(&a.integrations).then_with(|| a.partner.cmp(&b.partner)));
    Exchanges { partners, unplaced }
}

fn worse(a: Status, b: Status) -> Status {
    let badness = |status| match status {
        Status::Fail => 3,
        Status::Warn => 2,
        Status::Unknown => 1,
        Status::Pass => 0,
    };
    if badness(a) >= badness(b) { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::record::IntegrationDetails;
    use store::{OrgId, UnixMillis};

    fn integration(partner: &str, direction: &str, data: &str) -> Integration {
        let details = IntegrationDetails {
            name: format!("{partner} {data}"),
            partner: partner.to_owned(),
            direction: direction.to_owned(),
            data: data.to_owned(),
            ..IntegrationDetails::default()
        };
        let (id, org) = (IntegrationId::new(), OrgId::new());
        Integration { id, org, details, created_at: UnixMillis(0), unowned_since: None }
    }

    #[test]
    fn integrations_with_one_partner_are_one_exchange() {
        let all = [
            integration("Payer A", "in", "claims"),
            integration("PAYER A", "out", "documents"),
            integration("Payer A", "Inbound", "claims"),
            integration("Registry", "out", "immunizations"),
            integration("", "out", "nothing"),
            integration("Laboratory", "sideways", "results"),
        ];
        let found = exchanges(&all, &[]);
        assert_eq!(found.unplaced, 2);
        let [payer, registry] = found.partners.as_slice() else { panic!("{found:?}") };
        assert_eq!(
            (payer.partner.as_str(), payer.direction, payer.integrations),
            ("Payer A", Direction::Both, 3)
        );
        assert_eq!(payer.data, ["claims", "documents"]);
        assert_eq!((registry.direction, registry.worst), (Direction::Out, Status::Unknown));
    }
}
