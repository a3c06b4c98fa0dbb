//! How often somebody may report or read, and how often guess a token. Counted in this process alone: what is counted protects it.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use store::UnixMillis;

const MINUTE_MS: i64 = 60_000;
/// Unknown tokens that an address may name in a minute.
const GUESSES: u32 = 60;
/// The most addresses that are remembered.
const ADDRESSES: usize = 10_000;

/// So many in a minute, at any pace within it: the generic cell rate algorithm (ITU-T I.371).
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// When all that came would have come at an even pace, in microseconds.
    even: AtomicI64,
}

impl Pace {
    /// Whether one more is in the limit; else after how many seconds it will be.
    pub(crate) fn take(&self, per_minute: u32, now: UnixMillis) -> Result<(), u64> {
        let now = now.0 * 1000;
        let burst = MINUTE_MS * 1000;
        let step = burst / i64::from(per_minute.max(1));
        let taken = self.even.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |even| {
            // A clock that was set back begins anew.
            let even = if even > now + 2 * burst { now } else { even.max(now) };
            (even + step <= now + burst).then_some(even + step)
        });
        taken.map(drop).map_err(|even| {
            let wait = (even + step - now - burst).max(0);
            u64::try_from(wait).unwrap_or(0).div_ceil(1_000_000)
        })
    }
}

/// Who named unknown tokens lately.
#[derive(Debug, Default)]
pub(super) struct Strangers(Mutex<HashMap<String, (UnixMillis, u32)>>);

impl Strangers {
    /// Seconds until an address may name a token again that is not known here; `None` where it may now.
    pub(super) fn wait(&self, address: &str, now: UnixMillis) -> Option<u64> {
        let seen = self.0.lock().expect("no holder of the lock panics");
        let (since, count) = seen.get(address).copied()?;
        let left = since.0 + MINUTE_MS - now.0;
        (count >= GUESSES && (1..=MINUTE_MS).contains(&left))
            .then(|| u64::try_from(left).unwrap_or(0).div_ceil(1000))
    }

    /// Notes an unknown token.
    pub(super) fn note(&self, address: &str, now: UnixMillis) {
        let mut seen = self.0.lock().expect("no holder of the lock panics");
        if seen.len() >= ADDRESSES {
            seen.clear();
        }
        let entry = seen.entry(address.to_owned()).or_insert((now, 0));
        if !(0..MINUTE_MS).contains(&(now.0 - entry.0.0)) {
            *entry = (now, 0);
        }
        entry.1 += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minutes_worth_may_come_at_once_and_the_rest_at_its_pace() {
        let (pace, now) = (Pace::default(), UnixMillis(1_750_000_000_000));
        assert!((0..60).all(|_| pace.take(60, now).is_ok()));
        assert_eq!(pace.take(60, now), Err(1));
        let second = UnixMillis(now.0 + 1000);
        assert_eq!([pace.take(60, second), pace.take(60, second)], [Ok(()), Err(1)]);
        // Set back by an hour, the clock stops nobody.
        assert_eq!(pace.take(60, UnixMillis(now.0 - 3_600_000)), Ok(()));
    }

    #[test]
    fn whoever_guesses_waits_and_others_do_not() {
        let (strangers, now) = (Strangers::default(), UnixMillis(1_750_000_000_000));
        for _ in 0..GUESSES {
            assert_eq!(strangers.wait("192.0.2.1", now), None);
            strangers.note("192.0.2.1", now);
        }
        assert_eq!(strangers.wait("192.0.2.1", UnixMillis(now.0 + 20_000)), Some(40));
        assert_eq!(strangers.wait("192.0.2.2", now), None);
        assert_eq!(strangers.wait("192.0.2.1", UnixMillis(now.0 + MINUTE_MS)), None);
    }
}
