//! What registers tell of the inventory beyond its integrations: credentials, feeds of contracts, changes of logic.
//! Figures of kind `inventory.coverage`; the latest entry of each thing counts.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;
use rust_decimal::Decimal;
use store::record::{ContractFeeds, Credential, CredentialKind, Integration, LogicChange};

use super::{Share, known_names};

/// A credential that nobody used for so many days is unused.
const UNUSED_AFTER: i32 = 90;

/// How many credentials are enabled and were not used for 90 days; `None` where the register holds none.
pub(crate) fn unused_credentials(latest_first: &[Credential], today: Date) -> Option<usize> {
    let mut each: BTreeMap<(CredentialKind, String), &Credential> = BTreeMap::new();
    for credential in latest_first {
        each.entry((credential.kind, folded(&credential.credential))).or_insert(credential);
    }
    let unused = |credential: &&&Credential| {
        let used = credential.last_used.unwrap_or(credential.issued);
        credential.disabled.is_none() && used < today.saturating_sub(UNUSED_AFTER.days())
    };
    (!each.is_empty()).then(|| each.values().filter(unused).count())
}

/// The contracts of which every feed that they provide comes by an integration of the inventory.
pub(crate) fn contracts_with_feeds(latest_first: &[ContractFeeds], inventory: &[Integration]) -> Share {
    let known = known_names(inventory);
    let mut each: BTreeMap<String, &ContractFeeds> = BTreeMap::new();
    for contract in latest_first {
        each.entry(folded(&contract.contract)).or_insert(contract);
    }
    let linked = |contract: &&&ContractFeeds| {
        [&contract.attribution, &contract.claims, &contract.quality]
            .iter()
            .all(|feed| !feed.provided || known.contains(&folded(&feed.integration)))
    };
    Share { have: each.values().filter(linked).count(), of: each.len() }
}

/// The median of days from a change to its logic in production, of the logic that went live in the last 12 months;
/// `None` where none did.
pub(crate) fn days_to_change(latest_first: &[LogicChange], today: Date) -> Option<Decimal> {
    let a_year_ago = today.saturating_sub(1.year());
    let mut each: BTreeMap<(String, Date), &LogicChange> = BTreeMap::new();
    for change in latest_first {
        each.entry((folded(&change.change), change.dated)).or_insert(change);
    }
    let days = each.values().filter_map(|change| {
        let live = change.in_production.filter(|day| *day >= a_year_ago && *day <= today)?;
        Some((live - change.dated).get_days().max(0))
    });
    let mut days: Vec<i32> = days.collect();
    days.sort_unstable();
    let upper = *days.get(days.len() / 2)?;
    let lower = days[(days.len() - 1) / 2];
    Some(((Decimal::from(lower) + Decimal::from(upper)) / Decimal::TWO).normalize())
}

fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use store::record::{ChangeSource, IntegrationDetails, ProvidedFeed};
    use store::{IntegrationId, OrgId, UnixMillis};

    use super::*;

    const TODAY: Date = date(2026, 11, 20);

    fn ago(days: i32) -> Date {
        TODAY.saturating_sub(days.days())
    }

    fn credential(name: &str, used: Option<i32>) -> Credential {
        Credential {
            credential: name.to_owned(),
            kind: CredentialKind::ApiClient,
            integration: String::new(),
            issued: ago(400),
            last_used: used.map(ago),
            disabled: None,
            notes: String::new(),
        }
    }

    #[test]
    fn a_credential_is_unused_after_90_days_while_it_is_enabled() {
        assert_eq!(unused_credentials(&[], TODAY), None, "nobody said");
        let disabled = Credential { disabled: Some(ago(1)), ..credential("d", None) };
        let all = [credential("a", Some(90)), credential("b", Some(91)), credential("c", None), disabled];
        assert_eq!(unused_credentials(&all, TODAY), Some(2));
        let corrected = [credential("B ", Some(3)), credential("b", Some(91))];
        assert_eq!(unused_credentials(&corrected, TODAY), Some(0), "the latest entry counts");
    }

    #[test]
    fn a_contract_counts_when_every_feed_that_it_provides_is_in_the_inventory() {
        let details = IntegrationDetails { name: "Roster".to_owned(), ..IntegrationDetails::default() };
        let inventory = [Integration {
            id: IntegrationId::new(),
            org: OrgId::new(),
            details,
            created_at: UnixMillis(0),
            unowned_since: None,
        }];
        let feed = |provided, by: &str| ProvidedFeed { provided, integration: by.to_owned() };
        let contract = |name: &str, attribution, claims| ContractFeeds {
            contract: name.to_owned(),
            attribution,
            claims,
            quality: feed(false, ""),
            notes: String::new(),
        };
        let all = [
            contract("linked", feed(true, "roster"), feed(false, "")),
            contract("half", feed(true, "Roster"), feed(true, "")),
            contract("elsewhere", feed(true, "A feed that is not there"), feed(false, "")),
            contract("LINKED", feed(true, ""), feed(true, "")),
        ];
        assert_eq!(contracts_with_feeds(&all, &inventory), Share { have: 1, of: 3 });
        assert_eq!(contracts_with_feeds(&[], &inventory).percent(), None);
    }

    #[test]
    fn the_median_is_of_what_went_live_in_the_last_year() {
        let change = |name: &str, dated: i32, live: Option<i32>| LogicChange {
            change: name.to_owned(),
            source: ChangeSource::Contract,
            dated: ago(dated),
            in_production: live.map(ago),
            notes: String::new(),
        };
        assert_eq!(days_to_change(&[change("open", 10, None)], TODAY), None);
        let mut all = vec![
            change("a", 100, Some(90)),
            change("b", 100, Some(75)),
            change("old", 500, Some(400)),
            change("open", 10, None),
        ];
        assert_eq!(days_to_change(&all, TODAY), Some("17.5".parse().unwrap()));
        all.push(change("c", 200, Some(100)));
        assert_eq!(days_to_change(&all, TODAY), Some(Decimal::from(25)));
    }
}
