//! Three months that the demonstration's checks never lived: quiet nights, busy mornings, an outage here and there.

use service::UnixMillis;
use service::record::{MadeUpPast, Outage, Stretch, Tally};

const HOUR: i64 = 3_600_000;
const HOURS: i64 = 92 * 24;
/// A run a minute.
const RUNS: u32 = 60;

/// What a check would have seen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Past {
    /// The time of an answer in a quiet hour, in milliseconds.
    pub(super) quiet: u32,
    /// Outages: how many hours ago each began, and how many it lasted.
    pub(super) outages: &'static [(i64, i64)],
    /// Hours since when nothing answers.
    pub(super) down: Option<i64>,
    /// Of a certificate.
    pub(super) certificate: Option<Certificate>,
}

/// How a certificate aged: what it has left today, and of how many days it is renewed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Certificate {
    pub(super) left: i64,
    pub(super) renewed_every: i64,
}

/// Days left below which a certificate is a warning (`check-kinds.toml`, `tls.certificate`).
const WARNING: i64 = 30;

impl Past {
    pub(super) const fn steady(quiet: u32) -> Self {
        Self { quiet, outages: &[], down: None, certificate: None }
    }

    pub(super) const fn with_outages(self, outages: &'static [(i64, i64)]) -> Self {
        Self { outages, ..self }
    }

    pub(super) const fn down_for(self, hours: i64) -> Self {
        Self { down: Some(hours), ..self }
    }

    pub(super) const fn certificate(self, left: i64, renewed_every: i64) -> Self {
        Self { certificate: Some(Certificate { left, renewed_every }), ..self }
    }

    /// The hours until the present one, which the check itself will fill.
    pub(super) fn until(&self, now: UnixMillis) -> MadeUpPast {
        let present = now.0.div_euclid(HOUR);
        let hours = (1..=HOURS).rev().map(|ago| Stretch {
            began_at: UnixMillis((present - ago) * HOUR),
            tally: self.hour(present - ago, ago),
        });
        let at = |ago: i64| UnixMillis((present - ago) * HOUR);
        let over = self
            .outages
            .iter()
            .map(|(ago, length)| Outage { began_at: at(*ago), ended_at: Some(at(ago - length)) });
        let lasting = self.down.map(|ago| Outage { began_at: at(ago), ended_at: None });
        MadeUpPast { hours: hours.collect(), outages: over.chain(lasting).collect() }
    }

    fn hour(&self, hour: i64, ago: i64) -> Tally {
        let out = self.outages.iter().any(|(began, length)| ago <= *began && ago > began - length);
        if out || self.down.is_some_and(|since| ago <= since) {
            return Tally { fail: RUNS, ..Tally::default() };
        }
        let left = self.certificate.map(|certificate| certificate.left_ago(ago));
        let times = (0..i64::from(RUNS)).map(|minute| self.time(hour, minute));
        let tally = Tally { gauge: left, ..Tally::of_times(times) };
        match left {
            Some(left) if left < WARNING => Tally { warn: RUNS, ..tally },
            _ => Tally { pass: RUNS, ..tally },
        }
    }

    /// Longer by day than by night (UTC), and never twice the same.
    fn time(&self, hour: i64, minute: i64) -> u32 {
        let busy = if (8..18).contains(&hour.rem_euclid(24)) { self.quiet / 3 } else { 0 };
        // Any mixing will do: the same hour always comes out the same.
        let mixed = (hour * 61 + minute).wrapping_mul(2_654_435_761).rem_euclid(1_009);
        let spread = u32::try_from(mixed).unwrap_or(0) * self.quiet / 2_018;
        let slow = if mixed > 1_000 { self.quiet } else { 0 };
        self.quiet + busy + spread + slow
    }
}

impl Certificate {
    /// Whole days left so many hours ago.
    fn left_ago(self, hours: i64) -> i64 {
        let lowest = 30;
        let days = (hours + 23) / 24;
        match self.left + days {
            left if left <= self.renewed_every => left,
            // An earlier one, renewed when it came down to the lowest.
            beyond => lowest + (beyond - self.renewed_every - 1) % (self.renewed_every - lowest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_795_000_000_000);

    #[test]
    fn the_past_ends_before_the_present_hour_and_counts_a_run_a_minute() {
        let past = Past::steady(120).with_outages(&[(100, 3)]).down_for(5).until(NOW);
        assert_eq!(past.hours.len(), 92 * 24);
        assert!(past.hours.windows(2).all(|two| two[0].began_at.0 + HOUR == two[1].began_at.0));
        assert!(past.hours.last().unwrap().began_at.0 + HOUR <= NOW.0);
        assert!(past.hours.iter().all(|hour| hour.tally.concluded() == RUNS));
        assert_eq!(past.hours.iter().filter(|hour| hour.tally.fail > 0).count(), 3 + 5);
        let [over, lasting] = past.outages[..] else { panic!("{:?}", past.outages) };
        assert_eq!(over.ended_at.unwrap().0 - over.began_at.0, 3 * HOUR);
        assert_eq!(lasting.ended_at, None);
    }

    #[test]
    fn a_certificate_ages_to_what_it_has_left_and_warns_in_its_last_month() {
        let past = Past::steady(40).certificate(20, 90).until(NOW);
        let left: Vec<_> = past.hours.iter().map(|hour| hour.tally.gauge.unwrap()).collect();
        assert_eq!(left.last(), Some(&21));
        assert!(left.iter().all(|left| (21..=90).contains(left)), "{left:?}");
        assert!(past.hours.iter().all(|hour| (hour.tally.warn > 0) == (hour.tally.gauge.unwrap() < WARNING)));
    }
}
