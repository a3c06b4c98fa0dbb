//! When a check is due: a grid of its own in time.
//!
//! Checks made together would run together for ever. So each has its own offset within its interval, drawn from its
//! identifier: the same on every node and after every restart, and spread evenly over all checks.

use store::{CheckId, UnixMillis};

/// The first wait after a run that failed on this side.
const BACKOFF_MS: i64 = 60_000;

/// The longest wait of a new check, over which many that are made together are spread.
const FIRST_WITHIN_SECONDS: i64 = 60;

/// The first instant of the check's grid after `after`: at most an interval later. Missed runs are not made up for.
pub(super) fn next_due(check: CheckId, interval_seconds: i64, after: UnixMillis) -> UnixMillis {
    let interval = interval_seconds.max(1) * 1000;
    let offset = offset(check, interval);
    UnixMillis((after.0 - offset).div_euclid(interval) * interval + interval + offset)
}

/// When a target that was never asked is asked: within a minute, however long the interval. Whoever adds a check wants to know
/// whether it works, and an answer waits for what it proves.
pub(super) fn first_due(check: CheckId, interval_seconds: i64, after: UnixMillis) -> UnixMillis {
    next_due(check, interval_seconds.min(FIRST_WITHIN_SECONDS), after)
}

/// The next instant after a run that failed on this side for the nth time in a row: sooner than the grid's, since
/// such a run says nothing of the target, but less and less soon.
pub(super) fn next_due_after_own(
    failures: u32,
    check: CheckId,
    interval_seconds: i64,
    after: UnixMillis,
) -> UnixMillis {
    let wait = BACKOFF_MS << failures.saturating_sub(1).min(12);
    next_due(check, interval_seconds, after).min(UnixMillis(after.0 + wait))
}

/// In milliseconds, below `interval`.
fn offset(check: CheckId, interval: i64) -> i64 {
    // FNV-1a over the text, mixed so that every bit tells: identifiers of one second differ in their last bits only.
    let hash = check.to_string().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mixed = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let interval = u64::try_from(interval).unwrap_or(1);
    i64::try_from((mixed >> 1) % interval).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_come_an_interval_apart_and_missed_ones_are_skipped() {
        let check = CheckId::new();
        let first = next_due(check, 60, UnixMillis(1_750_000_000_000));
        assert_eq!(next_due(check, 60, first), UnixMillis(first.0 + 60_000));
        assert_eq!(next_due(check, 60, UnixMillis(first.0 - 1)), first);
        assert_eq!(next_due(check, 60, UnixMillis(first.0 + 3_599_999)), UnixMillis(first.0 + 3_600_000));
    }

    #[test]
    fn checks_made_together_are_spread_over_their_interval() {
        let now = UnixMillis(1_750_000_000_000);
        let mut tenths = [0_u32; 10];
        for _ in 0..10_000 {
            let wait = next_due(CheckId::new(), 60, now).0 - now.0;
            assert!((1..=60_000).contains(&wait));
            tenths[usize::try_from((wait - 1) / 6000).unwrap()] += 1;
        }
        assert!(tenths.iter().all(|count| (850..1150).contains(count)), "{tenths:?}");
    }

    #[test]
    fn a_new_check_waits_no_longer_than_a_minute_and_not_for_the_others() {
        let now = UnixMillis(1_750_000_000_000);
        let waits: Vec<_> = (0..100).map(|_| first_due(CheckId::new(), 86_400, now).0 - now.0).collect();
        assert!(waits.iter().all(|wait| (1..=60_000).contains(wait)), "{waits:?}");
        let (soonest, latest) = (waits.iter().min(), waits.iter().max());
        assert!(latest.zip(soonest).is_some_and(|(latest, soonest)| latest - soonest > 20_000), "{waits:?}");
        let check = CheckId::new();
        assert_eq!(first_due(check, 30, now), next_due(check, 30, now));
    }

    #[test]
    fn after_a_failure_of_our_own_the_wait_doubles_up_to_the_grid() {
        let (check, now) = (CheckId::new(), UnixMillis(1_750_000_000_000));
        let day = 86_400;
        let grid = next_due(check, day, now);
        let wait = |failures| next_due_after_own(failures, check, day, now);
        assert_eq!(
            [wait(1), wait(2), wait(3)].map(|at| at.min(grid)),
            [60_000, 120_000, 240_000].map(|wait| UnixMillis(now.0 + wait).min(grid))
        );
        assert_eq!(wait(40), grid);
    }
}
