//! How many of the files that were expected came in time: `on_time_30d_pct` of `file.freshness`.
//!
//! **The rule.** A file is expected every cadence, or when the cron line of a feed fires, and is in time until its grace is
//! over: as long as `in_window` holds. Of the last 30 days it is counted how many files were expected, whole cadences and
//! one at least, and how many of them were late. A stretch in which runs saw the newest file out of its window makes one
//! late file, that whose grace was over when it began, and one more for each whose grace was over before it ended. So a
//! file that comes an hour late is one, however often the check looks, and one that is missing for three days is three.
//!
//! - A check that lists a place sees both ends of a stretch up to an interval too late, so that half an interval of it
//!   makes no file. A feed is looked at when a report comes and when one is missing: its stretches are as long as they
//!   seem.
//! - A check that looks less often than files are expected sees one of them each time: its interval stands in the place
//!   of the cadence.
//! - A place that does not answer tells nothing of its files. With more than a tenth of the 30 days so, nothing is said.
//! - Of a stretch whose runs are no longer kept one by one, all of it counts as out of the window.

use domain::check::{CheckKind, Observations, Value};
use rust_decimal::Decimal;
use store::UnixMillis;
use store::record::{Check, FeedTiming, Outage};

use super::look;
use super::schedule::{Cadence, Schedule};
use crate::{Error, Service};

const IN_WINDOW: &str = "in_window";
const WINDOW_MS: i64 = 30 * 24 * 3600 * 1000;

/// A stretch in which runs failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::check) struct Gap {
    began_at: UnixMillis,
    /// Since when the newest file is known to be out of its window; `None` where no run saw that.
    late_from: Option<UnixMillis>,
    /// `None` while it lasts.
    ended_at: Option<UnixMillis>,
}

/// Outages with what their runs saw; `failed` are those that failed from `since` on, oldest first, as far as they are kept.
pub(in crate::check) fn gaps(
    outages: &[Outage],
    failed: &[(UnixMillis, Observations)],
    since: UnixMillis,
) -> Vec<Gap> {
    let until = |instant: UnixMillis| failed.partition_point(|(at, _)| *at < instant);
    let gap = |outage: &Outage| {
        let first = until(outage.began_at);
        let end = outage.ended_at.map_or(failed.len(), until).max(first);
        let kept = &failed[first..end];
        let late_from = match kept.first() {
            // With the run that it began with, all that are asked for are kept.
            Some((at, _)) if *at == outage.began_at || outage.began_at < since => {
                kept.iter().find(|(_, seen)| in_window(seen) == Some(false)).map(|(at, _)| *at)
            }
            _ => Some(outage.began_at),
        };
        Gap { began_at: outage.began_at, late_from, ended_at: outage.ended_at }
    };
    outages.iter().map(gap).collect()
}

/// Whether a run saw the newest file in its window; `None` where it saw neither.
pub(in crate::check) fn in_window(seen: &Observations) -> Option<bool> {
    if let Some(Value::Boolean(truth)) = seen.get(IN_WINDOW) { Some(*truth) } else { None }
}

/// When the files of a check are expected, and how closely it looks.
#[derive(Debug, Clone)]
pub(in crate::check) struct Arrivals {
    schedule: Schedule,
    /// So much of a stretch may be due to when runs were.
    blur_ms: i64,
}

impl Arrivals {
    /// Of a check that lists a place once an interval.
    fn listed(expected: Cadence, interval_seconds: i64, now: UnixMillis) -> Option<Self> {
        let every = expected.every.max(interval_seconds);
        let schedule = Schedule::read(&FeedTiming::default(), Cadence { every, ..expected }, now).ok()?;
        Some(Self { schedule, blur_ms: interval_seconds * 1000 / 2 })
    }

    /// Of a feed. `None` where when it reports cannot be read.
    fn reported(timing: &FeedTiming, expected: Cadence, now: UnixMillis) -> Option<Self> {
        Some(Self { schedule: Schedule::read(timing, expected, now).ok()?, blur_ms: 0 })
    }

    /// The share of the files of the last 30 days that came in time, in percent, by the rule above. `gaps` are those until
    /// `now`, and `present` is whether the present run, which is none of theirs, saw the newest file in its window.
    pub(in crate::check) fn on_time(
        &self,
        gaps: &[Gap],
        present: Option<bool>,
        now: UnixMillis,
    ) -> Option<Decimal> {
        let since = UnixMillis(now.0 - WINDOW_MS);
        let (mut late, mut unseen_ms, mut still_late) = (0, 0, false);
        for gap in gaps {
            let began_at = gap.began_at.max(since);
            let ended_at = gap.ended_at.unwrap_or(now).min(now);
            if ended_at <= since {
                continue;
            }
            let late_from = gap.late_from.map(|at| at.max(since));
            unseen_ms += late_from.unwrap_or(ended_at).0 - began_at.0;
            if let Some(late_from) = late_from {
                late += 1 + self.schedule.due_within(late_from, UnixMillis(ended_at.0 - self.blur_ms));
                still_late |= gap.ended_at.is_none();
            }
        }
        if present == Some(false) && !still_late {
            late += 1;
        }
        if unseen_ms * 10 > WINDOW_MS {
            return None;
        }
        let expected = self.schedule.due_within(since, now).max(1);
        let in_time = Decimal::from(expected - late.min(expected));
        Some((in_time * Decimal::ONE_HUNDRED / Decimal::from(expected)).round_dp(4))
    }
}

impl Service {
    /// When the files of a check are expected. `None` where that cannot be read.
    pub(in crate::check) async fn arrivals(
        &self,
        check: &Check,
        kind: &CheckKind,
        now: UnixMillis,
    ) -> Result<Option<Arrivals>, Error> {
        let expected = look::cadence(kind, &look::open(check));
        if !self.is_feed(check) {
            return Ok(Arrivals::listed(expected, check.interval_seconds, now));
        }
        let timing = self.store().feed(check.id).await?.unwrap_or_default().timing;
        Ok(Arrivals::reported(&timing, expected, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600;
    const DAY: i64 = 24 * HOUR;
    /// Friday, 2026-11-20T10:30:00Z.
    const NOW: UnixMillis = UnixMillis(1_795_170_600_000);

    fn ago(seconds: i64) -> UnixMillis {
        UnixMillis(NOW.0 - seconds * 1000)
    }

    /// A stretch out of the window that began so long ago and lasted so long, in seconds.
    fn late(began: i64, lasted: i64) -> Gap {
        Gap { began_at: ago(began), late_from: Some(ago(began)), ended_at: Some(ago(began - lasted)) }
    }

    /// A stretch without an answer.
    fn dumb(began: i64, lasted: i64) -> Gap {
        Gap { late_from: None, ..late(began, lasted) }
    }

    fn listed(cadence: i64, interval: i64) -> Arrivals {
        Arrivals::listed(Cadence { every: cadence, grace: Some(2 * HOUR) }, interval, NOW).unwrap()
    }

    fn share(arrivals: &Arrivals, gaps: &[Gap], present: bool) -> String {
        let share = arrivals.on_time(gaps, Some(present), NOW).unwrap();
        share.normalize().to_string()
    }

    #[test]
    fn a_file_that_is_late_is_one_file_however_often_the_check_looks() {
        let gaps = [late(25 * DAY, HOUR), late(10 * DAY, HOUR), late(3 * DAY, HOUR)];
        for interval in [300, HOUR, 6 * HOUR] {
            assert_eq!(share(&listed(DAY, interval), &gaps, true), "90", "three of thirty: {interval}");
        }
        assert_eq!(share(&listed(HOUR, HOUR), &gaps[..1], true), "99.8611", "one of 720");
        assert_eq!(share(&listed(DAY, HOUR), &[], true), "100");
    }

    #[test]
    fn a_file_that_is_missing_for_three_days_is_three_files() {
        // Out of the window two hours after the first was expected, until the fourth came.
        assert_eq!(share(&listed(DAY, HOUR), &[late(9 * DAY, 3 * DAY - 2 * HOUR)], true), "90");
        // Runs come an interval apart, and not to the second.
        assert_eq!(share(&listed(DAY, HOUR), &[late(9 * DAY, 3 * DAY + 5)], true), "90");
        assert_eq!(share(&listed(DAY, DAY), &[late(9 * DAY, 3 * DAY + 5)], true), "90");
        // With a whole day of grace the third is still in time when the fourth comes.
        assert_eq!(share(&listed(DAY, HOUR), &[late(9 * DAY, 2 * DAY)], true), "93.3333");
    }

    #[test]
    fn a_weekly_file_is_one_of_four() {
        let weekly = listed(7 * DAY, HOUR);
        assert_eq!(share(&weekly, &[late(9 * DAY, 5 * HOUR)], true), "75");
        assert_eq!(share(&weekly, &[late(20 * DAY, 14 * DAY - 2 * HOUR)], true), "50");
        let monthly = listed(31 * DAY, HOUR);
        assert_eq!(share(&monthly, &[late(9 * DAY, HOUR)], true), "0", "the one that was expected");
        assert_eq!(share(&monthly, &[], true), "100");
    }

    #[test]
    fn a_check_that_looks_less_often_than_files_come_sees_one_each_time() {
        let daily = listed(HOUR, DAY);
        assert_eq!(share(&daily, &[late(9 * DAY, DAY)], true), "96.6667", "one run of thirty");
        assert_eq!(share(&daily, &[late(9 * DAY, 3 * DAY)], true), "90", "three runs");
    }

    #[test]
    fn what_is_late_now_counts_once() {
        let daily = listed(DAY, HOUR);
        assert_eq!(share(&daily, &[], false), "96.6667", "since this run");
        let lasting = Gap { ended_at: None, ..late(HOUR, 0) };
        assert_eq!(share(&daily, &[lasting], false), "96.6667");
        assert_eq!(share(&daily, &[Gap { ended_at: None, ..late(3 * DAY - HOUR, 0) }], false), "90");
        assert_eq!(share(&daily, &[Gap { ended_at: None, ..late(80 * DAY, 0) }], false), "0");
        assert_eq!(share(&daily, &[late(31 * DAY, DAY / 2)], true), "100", "before the 30 days");
    }

    #[test]
    fn a_place_that_does_not_answer_tells_nothing_of_its_files() {
        let daily = listed(DAY, HOUR);
        let nights: Vec<Gap> = (1..=30).map(|night| dumb(night * DAY, HOUR)).collect();
        assert_eq!(share(&daily, &nights, true), "100", "an hour each night");
        assert!(daily.on_time(&[dumb(9 * DAY, 3 * DAY + HOUR)], Some(true), NOW).is_none());
        let lasting = Gap { ended_at: None, ..dumb(40 * DAY, 0) };
        assert!(daily.on_time(&[lasting], None, NOW).is_none());
        let then_late = Gap { late_from: Some(ago(9 * DAY - HOUR)), ..late(9 * DAY, 2 * HOUR) };
        assert_eq!(share(&daily, &[then_late], true), "96.6667");
    }

    #[test]
    fn a_feed_with_a_cron_line_is_held_against_when_it_fires() {
        let timing = FeedTiming { cron: "0 6 * * 1-5".to_owned(), ..FeedTiming::default() };
        let cadence = Cadence { every: DAY, grace: Some(HOUR) };
        let workdays = Arrivals::reported(&timing, cadence, NOW).unwrap();
        // Friday's was missing from seven on: a week and three hours and a half ago.
        let friday = 7 * DAY + 3 * HOUR + HOUR / 2;
        assert_eq!(share(&workdays, &[late(friday, 3 * DAY - HOUR)], true), "95.4545", "one of 22");
        assert_eq!(
            share(&workdays, &[late(friday, 3 * DAY + HOUR)], true),
            "90.9091",
            "Monday's was late too"
        );
    }

    #[test]
    fn an_outage_is_told_apart_by_what_its_runs_saw() {
        let seen = |in_window: Option<bool>| {
            let mut seen = Observations::new();
            if let Some(truth) = in_window {
                seen.set(IN_WINDOW, truth);
            }
            seen
        };
        let failed = [
            (ago(50), seen(None)),
            (ago(40), seen(Some(false))),
            (ago(30), seen(None)),
            (ago(20), seen(None)),
            (ago(10), seen(Some(false))),
        ];
        let outage = |began, ended: Option<i64>| Outage { began_at: ago(began), ended_at: ended.map(ago) };
        let outages = [outage(90, Some(80)), outage(50, Some(35)), outage(30, Some(15)), outage(10, None)];
        let late_from = |outages: &[Outage], since: i64| -> Vec<Option<UnixMillis>> {
            gaps(outages, &failed, ago(since)).into_iter().map(|gap| gap.late_from).collect()
        };
        assert_eq!(late_from(&outages, 100), [Some(ago(90)), Some(ago(40)), None, Some(ago(10))]);
        // Its first runs are forgotten, or older than what is asked for.
        let older = [outage(70, Some(35))];
        assert_eq!(
            (late_from(&older, 100), late_from(&older, 60)),
            (vec![Some(ago(70))], vec![Some(ago(40))])
        );
    }
}
