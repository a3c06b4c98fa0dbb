//! What the runs of a check say of any period, as far back as days are kept.

use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use store::record::{Outage, Tally};
use store::{CheckId, UnixMillis};

use super::history::Uptime;
use crate::{Actor, Error, FieldError, Permission, Service};

/// Days in UTC, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    from: Date,
    to: Date,
}

impl Period {
    /// Reads both ends, or says what is wrong with them.
    pub fn read(from: &str, to: &str, now: UnixMillis) -> Result<Self, Vec<FieldError>> {
        let day = |name: &str, text: &str| {
            let day = text.trim().parse::<Date>().ok().filter(|day| day.year() >= 1970);
            day.ok_or_else(|| FieldError::new(name, "Write year, month and day: 2026-11-20."))
        };
        let (from, to) = match (day("from", from), day("to", to)) {
            (Ok(from), Ok(to)) => (from, to),
            (from, to) => return Err([from.err(), to.err()].into_iter().flatten().collect()),
        };
        let mut problems = Vec::new();
        if from > now.date() {
            problems.push(FieldError::new("from", "This day lies in the future."));
        }
        if to < from {
            problems.push(FieldError::new("to", "This day lies before the first one."));
        }
        if problems.is_empty() { Ok(Self { from, to }) } else { Err(problems) }
    }

    pub const fn from(self) -> Date {
        self.from
    }

    pub const fn to(self) -> Date {
        self.to
    }

    fn begin(self) -> UnixMillis {
        midnight(self.from)
    }

    /// The instant after its last one.
    fn end(self) -> UnixMillis {
        midnight(self.to.saturating_add(1.day()))
    }
}

fn midnight(day: Date) -> UnixMillis {
    let instant = day.to_zoned(TimeZone::UTC).map(|midnight| midnight.timestamp().as_millisecond());
    UnixMillis(instant.unwrap_or(i64::MAX))
}

/// What the runs within a period say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodHistory {
    pub period: Period,
    pub uptime: Uptime,
    /// Those of which a part lies within it, oldest first, whole.
    pub outages: Vec<Outage>,
    /// The longest of their parts within it, in milliseconds; one that lasts is counted until now.
    pub longest_outage_ms: Option<i64>,
}

impl Service {
    pub async fn check_period(
        &self,
        actor: &Actor,
        id: CheckId,
        period: Period,
    ) -> Result<PeriodHistory, Error> {
        self.check_for(actor, id, Permission::Read).await?;
        let (store, now) = (self.store(), UnixMillis::now());
        let (begin, end) = (period.begin(), period.end());
        let mut sum = Tally::default();
        for day in store.days(id, begin).await?.iter().filter(|day| day.began_at < end) {
            sum.merge(&day.tally);
        }
        let outages: Vec<_> =
            store.outages(id, begin).await?.into_iter().filter(|outage| outage.began_at < end).collect();
        let first_run_at = store.first_run_at(id).await?;
        let uptime = Uptime::of(sum, first_run_at.filter(|first| *first > begin));
        let longest_outage_ms = longest_within(&outages, begin, end.min(now), now);
        Ok(PeriodHistory { period, uptime, outages, longest_outage_ms })
    }
}

fn longest_within(outages: &[Outage], begin: UnixMillis, end: UnixMillis, now: UnixMillis) -> Option<i64> {
    let parts = outages
        .iter()
        .map(|outage| outage.ended_at.unwrap_or(now).0.min(end.0) - outage.began_at.0.max(begin.0));
    parts.max().map(|length| length.max(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_795_170_600_000); // 2026-11-20T10:30:00Z

    fn problems(from: &str, to: &str) -> Vec<String> {
        let problems = Period::read(from, to, NOW).unwrap_err();
        problems.into_iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn a_period_has_two_days_in_their_order() {
        let period = Period::read("2026-10-01", " 2026-10-31", NOW).unwrap();
        assert_eq!(period.begin().timestamp().to_string(), "2026-10-01T00:00:00Z");
        assert_eq!(period.end().timestamp().to_string(), "2026-11-01T00:00:00Z");
        assert!(
            Period::read("2026-11-20", "2027-01-01", NOW).is_ok(),
            "an end that is to come is as good as today"
        );
        assert_eq!(problems("2026-10-31", "2026-10-01"), ["to"]);
        assert_eq!(problems("2026-11-21", "2026-11-22"), ["from"]);
        assert_eq!(problems("autumn", ""), ["from", "to"]);
        assert_eq!(problems("1969-12-31", "2026-10-01"), ["from"]);
    }

    #[test]
    fn an_outage_is_cut_at_both_ends_of_the_period() {
        let ago = |hours: i64| UnixMillis(NOW.0 - hours * 3_600_000);
        let outages = [
            Outage { began_at: ago(50), ended_at: Some(ago(45)) },
            Outage { began_at: ago(3), ended_at: None },
        ];
        let hours = |begin, end| longest_within(&outages, ago(begin), ago(end), NOW).map(|ms| ms / 3_600_000);
        assert_eq!(hours(48, 0), Some(3));
        assert_eq!(hours(60, 2), Some(5));
        assert_eq!(hours(47, 2), Some(2));
        assert_eq!(longest_within(&[], ago(9), ago(0), NOW), None);
    }
}
