//! Looks at feeds that reported something new, soon after it came.
//!
//! Many reports make one look, and a check is looked at no more often than every few seconds, and in the long run than
//! any check is by schedule: each look is a run that is kept. What came meanwhile waits on the disk. A process that is
//! killed before it looked loses nothing: the next look by schedule sees the report.

use std::collections::HashMap;
use std::sync::Weak;
use std::time::Duration;

use store::CheckId;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::service::Inner;
use crate::{Error, Service};

/// The time between two looks at a check.
const APART: Duration = Duration::from_secs(5);
/// The time between two looks at a check that never stops saying something new: the shortest interval of any check.
const APART_LONG: Duration = Duration::from_mins(1);
/// So many looks may follow each other quickly.
const QUICK: u32 = 10;
/// Looks at the same time.
const AT_ONCE: usize = 8;
/// With more in line than these nobody waits for a look.
const SHORT_LINE: usize = 2 * AT_ONCE;

/// What the task that looks is told.
pub(crate) enum News {
    /// A check has a new report. `looked` is answered when it was looked at, and dropped when that is put off.
    Of { check: CheckId, looked: oneshot::Sender<()> },
    /// Whoever asks waits until nothing is being looked at; nothing is taken after.
    Settle(oneshot::Sender<()>),
}

/// A check in line.
struct InLine {
    due: Instant,
    callers: Vec<oneshot::Sender<()>>,
}

/// When a check was looked at.
#[derive(Debug, Clone, Copy)]
struct Looked {
    last: Instant,
    /// When all looks would be over at [`APART_LONG`] (the generic cell rate algorithm, ITU-T I.371).
    even: Instant,
}

impl Looked {
    fn first(now: Instant) -> Self {
        Self { last: now, even: now + APART_LONG }
    }

    fn again(self, now: Instant) -> Self {
        Self { last: now, even: self.even.max(now) + APART_LONG }
    }

    /// When it may be looked at next.
    fn next(self) -> Instant {
        let quick = self.last + APART;
        // Soon after a machine's start there may be no instant so long ago.
        self.even.checked_sub(QUICK * APART_LONG).map_or(quick, |even| even.max(quick))
    }
}

#[derive(Default)]
struct Line {
    waiting: HashMap<CheckId, InLine>,
    looked_at: HashMap<CheckId, Looked>,
    settled: Option<oneshot::Sender<()>>,
}

impl Line {
    fn take(&mut self, news: News) {
        let (check, looked) = match news {
            News::Settle(settled) => {
                self.settled = Some(settled);
                return;
            }
            News::Of { check, looked } => (check, looked),
        };
        let now = Instant::now();
        let due = self.looked_at.get(&check).map_or(now, |looked| looked.next()).max(now);
        let full = self.waiting.len() >= SHORT_LINE;
        let entry = self.waiting.entry(check).or_insert_with(|| InLine { due, callers: Vec::new() });
        if !full && entry.due <= now {
            entry.callers.push(looked);
        }
    }

    fn next(&self) -> Option<Instant> {
        self.waiting.values().map(|one| one.due).min()
    }

    /// Those that are due, a few at a time.
    fn due(&mut self) -> Vec<(CheckId, Vec<oneshot::Sender<()>>)> {
        let now = Instant::now();
        let due = self.waiting.iter().filter(|(_, one)| one.due <= now).map(|(check, _)| *check);
        let due: Vec<CheckId> = due.take(AT_ONCE).collect();
        self.looked_at.retain(|_, looked| looked.even.max(looked.last + APART) > now);
        due.into_iter()
            .filter_map(|check| {
                let looked = self.looked_at.get(&check);
                let looked = looked.map_or_else(|| Looked::first(now), |looked| looked.again(now));
                self.looked_at.insert(check, looked);
                Some((check, self.waiting.remove(&check)?.callers))
            })
            .collect()
    }
}

/// Looks at what is told until the service is gone.
pub(crate) async fn look_at_news(inner: Weak<Inner>, mut news: UnboundedReceiver<News>) {
    let mut line = Line::default();
    loop {
        let next = line.next();
        tokio::select! {
            told = news.recv() => match told {
                Some(told) => line.take(told),
                None => return,
            },
            () = tokio::time::sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => {}
        }
        while let Ok(more) = news.try_recv() {
            line.take(more);
        }
        if let Some(settled) = line.settled.take() {
            // Nobody waits any more: that is fine.
            let _ = settled.send(());
            return;
        }
        let Some(inner) = inner.upgrade() else { return };
        let mut looks = JoinSet::new();
        for (check, callers) in line.due() {
            let service = Service::of(inner.clone());
            looks.spawn(async move {
                if let Err(error) = service.look_at(check).await {
                    tracing::error!(%check, ?error, "a feed that reported could not be looked at");
                }
                for caller in callers {
                    // Whoever asked may have gone.
                    let _ = caller.send(());
                }
            });
        }
        // Together, so that what they keep shares transactions.
        while let Some(looked) = looks.join_next().await {
            if let Err(error) = looked {
                tracing::error!(%error, "looking at a feed broke off");
            }
        }
    }
}

impl Service {
    /// Looks at a feed and keeps what it saw as a run.
    async fn look_at(&self, id: CheckId) -> Result<(), Error> {
        match self.store().check(id).await? {
            Some(check) if check.enabled => self.keep_look(&check).await,
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// A check that says something new every second, for so many seconds; how often it is looked at.
    fn looks(looked: &mut Option<Looked>, now: &mut Instant, seconds: u32) -> u32 {
        let mut looks = 0;
        for _ in 0..seconds {
            if looked.is_none_or(|looked| looked.next() <= *now) {
                looks += 1;
                *looked = Some(looked.map_or_else(|| Looked::first(*now), |looked| looked.again(*now)));
            }
            *now += SECOND;
        }
        looks
    }

    #[test]
    fn a_check_that_always_says_something_new_is_looked_at_once_a_minute_in_the_long_run() {
        let (mut looked, mut now) = (None, Instant::now() + 3600 * SECOND);
        assert_eq!(looks(&mut looked, &mut now, 60), 11, "ten and one more quickly, five seconds apart");
        assert_eq!(looks(&mut looked, &mut now, 1800), 30);
        // A rest makes up for it.
        now += 1200 * SECOND;
        assert_eq!(looks(&mut looked, &mut now, 60), 11);
    }
}
