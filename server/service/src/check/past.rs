//! What only the past of a check can tell: shares and outages over days.
//!
//! **The rule.** A window of days is known when the check's first run is at least as old as the window, and when at
//! least nine of ten days on which a run was due brought one that came to a conclusion. Of a window that is not known
//! nothing is said: the observation stays absent, and what it would decide stays UNKNOWN. Days are days in UTC; the
//! window ends with the present run. A check that was aimed elsewhere begins anew on the next day: what it saw of another
//! target says nothing of this one.
//!
//! Most shares are of runs. How many files came in time is a share of files, by the rule in `feed/arrivals.rs`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::check::{CheckKind, Outcome, Status};
use jiff::ToSpan as _;
use jiff::civil::Date;
use rust_decimal::Decimal;
use store::UnixMillis;
use store::record::{Check, DaySummary, Outage};

use super::feed::{Gap, gaps, in_window};
use crate::{Error, Service};

/// Time to the answer, where a kind observes it; else the run's own duration stands in.
pub(super) const LATENCY: &str = "latency_ms";

const DAY_MS: i64 = 24 * 3600 * 1000;
/// The longest window.
const WINDOW: i32 = 90;
/// How long the past of a check that runs often is used before it is read again.
const FRESH: Duration = Duration::from_mins(5);
/// A check that runs less often than this has its past read for every run.
const OFTEN_SECONDS: i64 = 1800;

/// Observations that are a share of good runs, and their windows in days.
const SHARES: [(&str, i32); 4] = [
    ("availability_30d_pct", 30),
    ("availability_90d_pct", 90),
    ("success_90d_pct", 90),
    ("delivery_30d_pct", 30),
];
/// The share of files that came in time, and its window in days.
const ON_TIME: (&str, i32) = ("on_time_30d_pct", 30);
const LONGEST_OUTAGE: &str = "longest_outage_hours";
const SINCE_SUCCESS: &str = "days_since_success";

/// What is known of a check before a run.
pub(crate) struct Past {
    read: Instant,
    /// The parameters that it was read for: with others it may be of another target.
    parameters: String,
    /// Of the longest window, oldest first; days without a run are left out.
    days: Vec<DaySummary>,
    first_run: Option<Date>,
    outages: Vec<Outage>,
    /// The outages with what their runs saw, for the kind that counts files.
    gaps: Vec<Gap>,
    good_at: Option<UnixMillis>,
}

impl Past {
    /// Whether a window of so many days until `today` is known, by the rule above.
    fn knows(&self, window: i32, today: Date, interval_seconds: i64) -> bool {
        let Some(begin) = today.checked_sub(window.days()).ok() else { return false };
        if self.first_run.is_none_or(|first| first > begin) {
            return false;
        }
        let due = (i64::from(window) * 24 * 3600 / interval_seconds.max(1)).clamp(1, i64::from(window));
        let concluded = self.within(window, today).filter(|day| day.pass + day.warn + day.fail > 0).count();
        i64::try_from(concluded).unwrap_or(i64::MAX) * 10 >= due * 9
    }

    fn within(&self, window: i32, today: Date) -> impl Iterator<Item = &DaySummary> {
        let begin = today.checked_sub(window.days()).unwrap_or(today);
        self.days.iter().filter(move |day| day.date > begin && day.date <= today)
    }

    /// Good runs among those that came to a conclusion, the present one included, in percent.
    fn share(&self, window: i32, today: Date, now: Status) -> Option<Decimal> {
        let (mut good, mut all) = (0_u64, 0_u64);
        for day in self.within(window, today) {
            good += u64::from(day.pass + day.warn);
            all += u64::from(day.pass + day.warn + day.fail);
        }
        good += u64::from(is_good(now));
        all += u64::from(now != Status::Unknown);
        (all > 0).then(|| (Decimal::from(good) * Decimal::ONE_HUNDRED / Decimal::from(all)).round_dp(4))
    }

    /// The longest stretch without a correct answer in the longest window, in hours. A run that fails now lasts until
    /// now; one that is good now ends what was open.
    fn longest_outage(&self, now: UnixMillis) -> Decimal {
        let since = now.0 - i64::from(WINDOW) * DAY_MS;
        let lengths = self.outages.iter().map(|outage| {
            let end = outage.ended_at.unwrap_or(now).0.min(now.0);
            (end - outage.began_at.0.max(since)).max(0)
        });
        (Decimal::from(lengths.max().unwrap_or(0)) / Decimal::from(3_600_000)).round_dp(2)
    }
}

fn is_good(status: Status) -> bool {
    matches!(status, Status::Pass | Status::Warn)
}

impl Service {
    /// Adds what only the past can tell to what a run saw. What the run observed by itself stays.
    pub(super) async fn add_history(
        &self,
        check: &Check,
        kind: &CheckKind,
        now: UnixMillis,
        outcome: &mut Outcome,
    ) -> Result<(), Error> {
        let others = [ON_TIME.0, LONGEST_OUTAGE, SINCE_SUCCESS];
        let names = SHARES.map(|(name, _)| name).into_iter().chain(others);
        let open = |name: &&str| kind.observation(name).is_some() && outcome.observations.get(name).is_none();
        let asked: Vec<&str> = names.filter(open).collect();
        if asked.is_empty() {
            return Ok(());
        }
        let past = self.past_of(check, kind, now).await?;
        let today = now.date();
        let (seen, status) = (&mut outcome.observations, outcome.status);
        for (name, window) in SHARES.into_iter().filter(|(name, _)| asked.contains(name)) {
            if past.knows(window, today, check.interval_seconds)
                && let Some(share) = past.share(window, today, status)
            {
                seen.set(name, share);
            }
        }
        if asked.contains(&ON_TIME.0)
            && past.knows(ON_TIME.1, today, check.interval_seconds)
            && let Some(arrivals) = self.arrivals(check, kind, now).await?
            && let Some(share) = arrivals.on_time(&past.gaps, in_window(seen), now)
        {
            seen.set(ON_TIME.0, share);
        }
        if asked.contains(&LONGEST_OUTAGE) && past.knows(WINDOW, today, check.interval_seconds) {
            seen.set(LONGEST_OUTAGE, past.longest_outage(now));
        }
        let good_at = if is_good(status) { Some(now) } else { past.good_at };
        if asked.contains(&SINCE_SUCCESS)
            && let Some(good_at) = good_at
        {
            seen.set(SINCE_SUCCESS, (now.0 - good_at.0).max(0) / DAY_MS);
        }
        Ok(())
    }

    async fn past_of(&self, check: &Check, kind: &CheckKind, now: UnixMillis) -> Result<Arc<Past>, Error> {
        let often = check.interval_seconds < OFTEN_SECONDS;
        let known = self
            .known_past(check.id)
            .filter(|past| often && past.read.elapsed() < FRESH && past.parameters == check.parameters);
        if let Some(known) = known {
            return Ok(known);
        }
        let store = self.store();
        let aimed = store.aims(check.id, 1).await?.pop();
        let begin = aimed.map(|aimed| UnixMillis((aimed.at.0.div_euclid(DAY_MS) + 1) * DAY_MS));
        let since = UnixMillis(now.0 - i64::from(WINDOW) * DAY_MS).max(begin.unwrap_or(UnixMillis(0)));
        let first_run = store.first_run_at(check.id).await?;
        let outages = store.outages(check.id, since).await?;
        let on_time_since = since.max(UnixMillis(now.0 - i64::from(ON_TIME.1) * DAY_MS));
        let lasts_until = |outage: &&Outage| outage.ended_at.is_none_or(|ended| ended >= on_time_since);
        let gaps = match outages.iter().find(lasts_until) {
            // No run failed before it.
            Some(first) if kind.observation(ON_TIME.0).is_some() => {
                let failed = store.failed_runs(check.id, on_time_since.max(first.began_at)).await?;
                gaps(&outages, &failed, on_time_since)
            }
            _ => Vec::new(),
        };
        let past = Arc::new(Past {
            read: Instant::now(),
            parameters: check.parameters.clone(),
            days: store.day_summary(check.id, since).await?,
            first_run: first_run.map(|first| begin.map_or(first, |begin| begin.max(first)).date()),
            outages,
            gaps,
            good_at: store.good_at(check.id).await?,
        });
        if often {
            self.know_past(check.id, Arc::clone(&past));
        }
        Ok(past)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2026, 11, 20);

    /// One good run a day for so many days until yesterday, but for the days named.
    fn past(days: i32, without: &[i32]) -> Past {
        let ran = (1..=days).rev().filter(|ago| !without.contains(ago)).map(|ago| DaySummary {
            date: TODAY.checked_sub(ago.days()).unwrap(),
            pass: 1,
            warn: 0,
            fail: 0,
            unknown: 0,
        });
        let days: Vec<_> = ran.collect();
        Past {
            read: Instant::now(),
            parameters: String::new(),
            first_run: days.first().map(|day| day.date),
            days,
            outages: Vec::new(),
            gaps: Vec::new(),
            good_at: None,
        }
    }

    #[test]
    fn a_window_is_known_once_the_first_run_is_as_old_as_it() {
        assert!(past(30, &[]).knows(30, TODAY, 86_400));
        assert!(!past(29, &[]).knows(30, TODAY, 86_400));
        assert!(!past(0, &[]).knows(30, TODAY, 86_400));
    }

    #[test]
    fn a_window_with_more_than_a_tenth_of_its_days_missing_is_not_known() {
        assert!(past(30, &[3, 5]).knows(30, TODAY, 86_400));
        assert!(!past(30, &[3, 4, 5, 6]).knows(30, TODAY, 86_400));
        // Once a week is enough for a check that runs once a week.
        let weekly: Vec<i32> = (1..=90).filter(|ago| ago % 7 != 0 && *ago != 90).collect();
        assert!(past(90, &weekly).knows(90, TODAY, 7 * 86_400));
        assert!(!past(90, &weekly).knows(90, TODAY, 86_400));
    }

    #[test]
    fn a_share_counts_the_present_run_and_leaves_out_what_came_to_no_conclusion() {
        let mut past = past(30, &[]);
        past.days[10].pass = 0;
        past.days[10].fail = 1;
        past.days[11].unknown = 7;
        // 28 good of 29 days within the window (the thirtieth day back is outside), and the present run.
        assert_eq!(past.share(30, TODAY, Status::Pass), Some("96.6667".parse().unwrap()));
        assert_eq!(past.share(30, TODAY, Status::Fail), Some("93.3333".parse().unwrap()));
        assert_eq!(past.share(30, TODAY, Status::Unknown), Some("96.5517".parse().unwrap()));
    }

    #[test]
    fn the_longest_outage_is_cut_at_the_window_and_lasts_until_now_while_it_is_open() {
        let mut past = past(90, &[]);
        let now = UnixMillis(1_795_000_000_000);
        let ago = |hours: i64| UnixMillis(now.0 - hours * 3_600_000);
        assert_eq!(past.longest_outage(now), Decimal::ZERO);
        past.outages = vec![
            Outage { began_at: ago(90 * 24 + 50), ended_at: Some(ago(90 * 24 - 3)) },
            Outage { began_at: ago(2), ended_at: None },
        ];
        assert_eq!(past.longest_outage(now), Decimal::from(3));
        past.outages[1].began_at = ago(5);
        assert_eq!(past.longest_outage(now), Decimal::from(5));
    }
}
