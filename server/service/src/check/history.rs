//! What the runs of a check add up to, for its page and the API.

use domain::check::LatencySketch;
use rust_decimal::{Decimal, RoundingStrategy};
use store::record::{Aimed, Check, Declaration, Outage, Stretch, Tally};
use store::{CheckId, UnixMillis};

use crate::{Actor, Error, Permission, Service};

const HOUR_MS: i64 = 3600 * 1000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Hours and days that are read.
const HOURS: i64 = 72;
const DAYS: i64 = 90;
/// Declarations that are read: enough for the latest changes.
const DECLARATIONS: u32 = 4;
/// Changes of the target that are read.
const AIMS: u32 = 20;

/// A stretch of time until now. The hours and days at its beginning count as a whole, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    Day,
    Week,
    Month,
    Quarter,
}

impl Window {
    pub const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::Quarter];

    pub const fn days(self) -> u32 {
        match self {
            Self::Day => 1,
            Self::Week => 7,
            Self::Month => 30,
            Self::Quarter => 90,
        }
    }
}

/// What the runs within a stretch of time say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uptime {
    /// Runs that were answered correctly, and those that came to a conclusion.
    pub good: u32,
    pub concluded: u32,
    /// Runs that came to none.
    pub unknown: u32,
    pub latency: LatencySketch,
    /// The first run is younger than the stretch: it is known from then on.
    pub known_from: Option<UnixMillis>,
}

impl Uptime {
    pub(super) fn of(sum: Tally, known_from: Option<UnixMillis>) -> Self {
        Self {
            good: sum.answered(),
            concluded: sum.concluded(),
            unknown: sum.unknown,
            latency: sum.latency,
            known_from,
        }
    }

    /// Whether there were runs from its beginning on.
    pub fn is_covered(&self) -> bool {
        self.known_from.is_none() && self.concluded + self.unknown > 0
    }

    /// Good runs in percent with two decimals, never rounded up: 100 means all. `None` where no run came to a
    /// conclusion.
    pub fn percent(&self) -> Option<Decimal> {
        let share = || Decimal::from(self.good) * Decimal::ONE_HUNDRED / Decimal::from(self.concluded);
        (self.concluded > 0).then(|| share().round_dp_with_strategy(2, RoundingStrategy::ToZero))
    }
}

/// What the runs of a check add up to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckHistory {
    pub at: UnixMillis,
    /// The last three days by the hour, oldest first; hours without a run are left out.
    pub hours: Vec<Stretch>,
    /// The last ninety days, oldest first; days without a run are left out.
    pub days: Vec<Stretch>,
    /// Those that lasted into the last ninety days, oldest first.
    pub outages: Vec<Outage>,
    /// When the hour or day of the first run began.
    pub first_run_at: Option<UnixMillis>,
    /// What the target declared of itself, latest first.
    pub declarations: Vec<Declaration>,
    /// When it was aimed at another target, latest first.
    pub aims: Vec<Aimed>,
}

impl CheckHistory {
    pub fn uptime(&self, window: Window) -> Uptime {
        let days = i64::from(window.days()) - 1;
        let (stretches, begin) = if window == Window::Day {
            (&self.hours, (self.at.0 - DAY_MS).div_euclid(HOUR_MS) * HOUR_MS)
        } else {
            (&self.days, (self.at.0.div_euclid(DAY_MS) - days) * DAY_MS)
        };
        let mut sum = Tally::default();
        for stretch in stretches.iter().filter(|stretch| stretch.began_at.0 >= begin) {
            sum.merge(&stretch.tally);
        }
        Uptime::of(sum, self.first_run_at.filter(|first| first.0 > begin))
    }

    /// The outage that lasts.
    pub fn open_outage(&self) -> Option<&Outage> {
        self.outages.iter().rev().find(|outage| outage.ended_at.is_none())
    }

    /// The longest outage of the last ninety days, in milliseconds; one that lasts is counted until now.
    pub fn longest_outage_ms(&self) -> Option<i64> {
        let since = self.at.0 - DAYS * DAY_MS;
        let lengths = self
            .outages
            .iter()
            .map(|outage| outage.ended_at.unwrap_or(self.at).0.min(self.at.0) - outage.began_at.0.max(since));
        lengths.max().map(|length| length.max(0))
    }
}

impl Service {
    /// What the runs of a check add up to.
    pub async fn check_history(&self, actor: &Actor, id: CheckId) -> Result<CheckHistory, Error> {
        let check = self.check_for(actor, id, Permission::Read).await?;
        self.history_of(&check).await
    }

    pub(super) async fn history_of(&self, check: &Check) -> Result<CheckHistory, Error> {
        let (store, at) = (self.store(), UnixMillis::now());
        let since = UnixMillis(at.0 - DAYS * DAY_MS);
        Ok(CheckHistory {
            at,
            hours: store.hours(check.id, UnixMillis(at.0 - HOURS * HOUR_MS)).await?,
            days: store.days(check.id, since).await?,
            outages: store.outages(check.id, since).await?,
            first_run_at: store.first_run_at(check.id).await?,
            declarations: store.declarations(check.id, DECLARATIONS).await?,
            aims: store.aims(check.id, AIMS).await?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-20T10:30:00Z.
    const NOW: UnixMillis = UnixMillis(1_795_170_600_000);

    fn stretch(ago_ms: i64, pass: u32, fail: u32) -> Stretch {
        Stretch { began_at: UnixMillis(NOW.0 - ago_ms), tally: Tally { pass, fail, ..Tally::default() } }
    }

    fn history(hours: Vec<Stretch>, days: Vec<Stretch>) -> CheckHistory {
        let first_run_at = days.first().map(|day| day.began_at);
        let (outages, declarations, aims) = (Vec::new(), Vec::new(), Vec::new());
        CheckHistory { at: NOW, hours, days, outages, first_run_at, declarations, aims }
    }

    #[test]
    fn uptime_is_never_rounded_up_and_absent_without_a_conclusion() {
        let half = HOUR_MS / 2;
        let history = history(vec![stretch(half, 99_999, 1)], vec![stretch(half + 10 * HOUR_MS, 0, 0)]);
        assert_eq!(history.uptime(Window::Day).percent(), Some("99.99".parse().unwrap()));
        assert_eq!(history.uptime(Window::Week).percent(), None);
    }

    #[test]
    fn a_window_says_from_when_on_it_is_known() {
        let midnight = 10 * HOUR_MS + HOUR_MS / 2;
        let days = vec![stretch(midnight + 8 * DAY_MS, 0, 5), stretch(midnight, 24, 0)];
        let history = history(Vec::new(), days);
        let week = history.uptime(Window::Week);
        assert_eq!((week.percent(), week.known_from), (Some(Decimal::ONE_HUNDRED), None));
        let month = history.uptime(Window::Month);
        assert_eq!((month.good, month.concluded, month.known_from), (24, 29, history.first_run_at));
    }

    #[test]
    fn an_outage_that_lasts_is_counted_until_now() {
        let mut history = history(Vec::new(), Vec::new());
        assert_eq!(history.longest_outage_ms(), None);
        let ago = |hours: i64| UnixMillis(NOW.0 - hours * HOUR_MS);
        history.outages = vec![
            Outage { began_at: ago(9), ended_at: Some(ago(7)) },
            Outage { began_at: ago(3), ended_at: None },
        ];
        assert_eq!(history.longest_outage_ms(), Some(3 * HOUR_MS));
        assert_eq!(history.open_outage(), Some(&history.outages[1]));
    }
}
