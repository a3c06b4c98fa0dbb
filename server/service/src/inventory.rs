//! The inventory as a whole: what it covers, who exchanges what with whom, and the table that goes in and out as CSV.

mod exchange;
mod import;
mod records;
mod table;

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::Date;
use rust_decimal::Decimal;
use store::record::{Glance, Integration};
use store::{IntegrationId, UnixMillis};

pub use exchange::{Direction, Exchange, Exchanges, exchanges};
pub use import::Imported;
pub(crate) use records::{contracts_with_feeds, days_to_change, unused_credentials};
pub use table::{COLUMNS, write};

use crate::check::CheckGlance;
use crate::integration::review_due;

/// Without an owner for longer than this, in days, an integration counts as unowned.
const UNOWNED_AFTER_DAYS: i64 = 30;

/// Which integrations are looked at (parameter `scope` of `inventory.coverage`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    All,
    /// Of criticality `critical`.
    Critical,
    /// Registered in the last 12 months.
    New,
}

impl Scope {
    /// `None` for a word that names no scope.
    pub fn of(word: &str) -> Option<Self> {
        match word.trim().to_lowercase().as_str() {
            "" | "all" => Some(Self::All),
            "critical" => Some(Self::Critical),
            "new" => Some(Self::New),
            _ => None,
        }
    }

    fn holds(self, integration: &Integration, today: Date) -> bool {
        match self {
            Self::All => true,
            Self::Critical => integration.details.criticality == "critical",
            Self::New => integration.created_at.date() >= today.saturating_sub(1.year()),
        }
    }
}

/// So many of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    pub have: usize,
    pub of: usize,
}

impl Share {
    /// `None` of nothing; else 0 to 100, rounded to four places.
    pub fn percent(self) -> Option<Decimal> {
        let of = Decimal::from(self.of);
        (self.of > 0).then(|| (Decimal::from(self.have) * Decimal::ONE_HUNDRED / of).round_dp(4))
    }
}

/// What is known of the integrations in scope: the figures of kind `inventory.coverage`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    pub connections: usize,
    /// With a business owner and a technical owner.
    pub owner: Share,
    /// With purpose, data, partner, agreement and criticality.
    pub attributes: Share,
    /// With an agreement that has not expired.
    pub agreement: Share,
    /// With a last review inside its interval.
    pub reviewed: Share,
    /// With a runbook exercised in the last 12 months.
    pub runbook: Share,
    /// With a signed brief of the use case.
    pub brief: Share,
    /// With a health check that is on.
    pub monitored: Share,
    pub unowned_over_30d: usize,
    /// Of the connections that other lists name, those that are in the inventory; `None` without such lists.
    pub seen: Option<Share>,
}

/// The coverage. `monitored` are the integrations with a check that is on; `seen` the names that engine, gateway and
/// file server have for their connections, each compared with name and system in whatever letter case.
pub fn coverage(
    all: &[Integration],
    scope: Scope,
    monitored: &BTreeSet<IntegrationId>,
    seen: &[String],
    now: UnixMillis,
) -> Coverage {
    let today = now.date();
    let entries: Vec<_> = all.iter().filter(|entry| scope.holds(entry, today)).collect();
    let share = |holds: &dyn Fn(&Integration) -> bool| Share {
        have: entries.iter().filter(|entry| holds(entry)).count(),
        of: entries.len(),
    };
    let a_year_ago = today.saturating_sub(1.year());
    let long_ago = UnixMillis(now.0 - UNOWNED_AFTER_DAYS * 24 * 3600 * 1000);
    let known = known_names(all);
    let named: BTreeSet<String> =
        seen.iter().map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty()).collect();
    Coverage {
        connections: entries.len(),
        owner: share(&|entry| !entry.details.owner.is_empty() && !entry.details.technical_owner.is_empty()),
        attributes: share(&|entry| {
            let details = &entry.details;
            [&details.use_case, &details.data, &details.partner, &details.contract, &details.criticality]
                .iter()
                .all(|text| !text.is_empty())
        }),
        agreement: share(&|entry| {
            !entry.details.contract.is_empty()
                && entry.details.contract_expires.is_none_or(|expires| expires >= today)
        }),
        reviewed: share(&|entry| review_due(&entry.details).is_some_and(|due| due >= today)),
        runbook: share(&|entry| entry.details.runbook_exercised.is_some_and(|day| day >= a_year_ago)),
        brief: share(&|entry| entry.details.brief_signed.is_some_and(|day| day <= today)),
        monitored: share(&|entry| monitored.contains(&entry.id)),
        unowned_over_30d: entries
            .iter()
            .filter(|entry| entry.unowned_since.is_some_and(|since| since < long_ago))
            .count(),
        seen: (!named.is_empty())
            .then(|| Share { have: named.intersection(&known).count(), of: named.len() }),
    }
}

/// Names and systems of the integrations, in lower case.
fn known_names(all: &[Integration]) -> BTreeSet<String> {
    let names = all.iter().flat_map(|entry| [&entry.details.name, &entry.details.system]);
    names.map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty()).collect()
}

/// The integrations with a check that is on and looks at more than Rung's own records.
pub(crate) fn monitored<'c>(checks: impl IntoIterator<Item = &'c Glance>) -> BTreeSet<IntegrationId> {
    let looking = checks.into_iter().filter(|check| check.enabled && !crate::check::is_register(&check.kind));
    looking.map(|check| check.integration).collect()
}

/// The whole inventory's coverage, from what its pages have read.
pub fn coverage_of(integrations: &[Integration], checks: &[CheckGlance], now: UnixMillis) -> Coverage {
    let monitored = monitored(checks.iter().map(|glance| &glance.check));
    coverage(integrations, Scope::All, &monitored, &[], now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::OrgId;
    use store::record::IntegrationDetails;

    const DAY: i64 = 24 * 3600 * 1000;

    fn now() -> UnixMillis {
        // 20 Nov 2026.
        UnixMillis(1_795_132_800_000)
    }

    fn entry(change: impl FnOnce(&mut Integration)) -> Integration {
        let details = IntegrationDetails { name: "ADT feed".to_owned(), ..IntegrationDetails::default() };
        let mut entry = Integration {
            id: IntegrationId::new(),
            org: OrgId::new(),
            details,
            created_at: UnixMillis(now().0 - 800 * DAY),
            unowned_since: None,
        };
        change(&mut entry);
        entry
    }

    fn of(entries: &[Integration]) -> Coverage {
        coverage(entries, Scope::All, &BTreeSet::new(), &[], now())
    }

    #[test]
    fn an_owner_is_one_for_the_business_and_one_for_the_wire() {
        let both = entry(|entry| {
            entry.details.owner = "Lab manager".to_owned();
            entry.details.technical_owner = "Interface team".to_owned();
        });
        let one = entry(|entry| entry.details.owner = "Lab manager".to_owned());
        assert_eq!(of(&[both, one]).owner, Share { have: 1, of: 2 });
    }

    #[test]
    fn an_agreement_counts_until_the_day_it_expires() {
        let until = |day: Option<Date>| {
            entry(|entry| {
                entry.details.contract = "BAA 7".to_owned();
                entry.details.contract_expires = day;
            })
        };
        let today = now().date();
        assert_eq!(of(&[until(None), until(Some(today))]).agreement, Share { have: 2, of: 2 });
        assert_eq!(of(&[until(Some(today.yesterday().unwrap()))]).agreement, Share { have: 0, of: 1 });
        assert_eq!(of(&[entry(|_| {})]).agreement, Share { have: 0, of: 1 });
    }

    #[test]
    fn a_review_counts_inside_its_own_interval() {
        let reviewed = |months, days: i32| {
            entry(|entry| {
                entry.details.review_months = months;
                entry.details.last_review = Some(now().date().saturating_sub(days.days()));
            })
        };
        assert_eq!(of(&[reviewed(None, 360), reviewed(None, 370)]).reviewed, Share { have: 1, of: 2 });
        assert_eq!(of(&[reviewed(Some(3), 80), reviewed(Some(3), 100)]).reviewed, Share { have: 1, of: 2 });
        assert_eq!(of(&[entry(|_| {})]).reviewed.percent(), Some(Decimal::ZERO));
    }

    #[test]
    fn only_what_has_no_owner_for_longer_than_thirty_days_is_unowned() {
        let since = |days: i64| entry(|entry| entry.unowned_since = Some(UnixMillis(now().0 - days * DAY)));
        assert_eq!(of(&[since(29), since(31), entry(|_| {})]).unowned_over_30d, 1);
    }

    #[test]
    fn a_scope_leaves_the_others_out() {
        let entries = [
            entry(|entry| entry.details.criticality = "critical".to_owned()),
            entry(|entry| entry.created_at = UnixMillis(now().0 - 10 * DAY)),
            entry(|_| {}),
        ];
        let count = |scope| coverage(&entries, scope, &BTreeSet::new(), &[], now()).connections;
        assert_eq!((count(Scope::All), count(Scope::Critical), count(Scope::New)), (3, 1, 1));
        assert_eq!(Scope::of("Critical"), Some(Scope::Critical));
        assert_eq!(Scope::of("some"), None);
    }

    #[test]
    fn what_other_lists_name_is_covered_by_name_or_system_once() {
        let entries = [entry(|entry| entry.details.system = "Engine channel 4".to_owned())];
        let seen = ["adt FEED", "ADT feed ", "engine channel 4", "Unknown client", ""].map(ToOwned::to_owned);
        let found = coverage(&entries, Scope::All, &BTreeSet::new(), &seen, now()).seen;
        assert_eq!(found, Some(Share { have: 2, of: 3 }));
        assert_eq!(of(&entries).seen, None);
        assert_eq!(Share { have: 2, of: 3 }.percent(), Some(Decimal::new(666_667, 4)));
        assert_eq!(Share::default().percent(), None);
    }
}
