//! When what is to be told is told. Announcing, sending, inviting and bringing results up to date go on beside each
//! other, and few messages of one channel and of one organization are under way at a time: a receiver that hangs delays
//! nobody but itself.

use std::time::Duration;

use store::UnixMillis;
use store::record::Portion;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::send::LEASE_MS;
use crate::{Error, Service};

/// Tries under way at a time on this node.
const AT_ONCE: usize = 64;
/// Of them, of one channel and of one organization, with those of other nodes.
const PER_CHANNEL: u32 = 2;
const PER_ORGANIZATION: u32 = 8;
/// How often everything is looked at when nobody calls.
const TICK: Duration = Duration::from_secs(5);
/// How long incidents are gathered before they are announced: where a network dies, thousands open within a minute.
const GATHER: Duration = Duration::from_millis(500);
/// How often attestations that ran out and results of yesterday are looked for.
const REFRESH: Duration = Duration::from_mins(1);
const TIDY_UP: Duration = Duration::from_hours(1);
/// How long messages that ended are kept: 90 days.
const KEPT_MS: i64 = 90 * 24 * 3600 * 1000;

/// The present, going on from the instant at which it was set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    set_to: UnixMillis,
    at: Instant,
}

impl Clock {
    fn set_to(now: UnixMillis) -> Self {
        Self { set_to: now, at: Instant::now() }
    }

    pub(super) fn now(self) -> UnixMillis {
        let passed = i64::try_from(self.at.elapsed().as_millis()).unwrap_or(i64::MAX);
        UnixMillis(self.set_to.0.saturating_add(passed))
    }
}

/// Calls those that wait for something to tell; each hears it, however busy it is.
#[derive(Default)]
pub(crate) struct Alarm {
    announcing: Notify,
    sending: Notify,
    inviting: Notify,
}

impl Alarm {
    pub(crate) fn ring(&self) {
        for bell in [&self.announcing, &self.sending, &self.inviting] {
            bell.notify_one();
        }
    }
}

impl Service {
    /// Announces incidents, sends messages and invitations, and keeps live results up to date until the task is dropped.
    pub async fn tell(&self) {
        tokio::join!(
            self.keep_announcing(),
            self.keep_sending(),
            self.keep_inviting(),
            self.keep_refreshing(),
            self.keep_tidy()
        );
    }

    /// Announces and sends all that is due at `now`, and waits until it was tried.
    pub async fn tell_at(&self, now: UnixMillis) -> Result<(), Error> {
        let clock = Clock::set_to(now);
        self.announce(clock.now()).await?;
        let mut tries = JoinSet::new();
        loop {
            self.start_tries(&mut tries, clock).await?;
            if tries.join_next().await.is_none() {
                return self.send_invitations(clock.now()).await;
            }
        }
    }

    async fn keep_announcing(&self) {
        loop {
            match self.announce(UnixMillis::now()).await {
                Ok(()) => self.bells().sending.notify_one(),
                Err(error) => tracing::error!(?error, "incidents could not be announced"),
            }
            // Whoever has something to tell calls; the tick is for other nodes and for what waited.
            let _ = timeout(TICK, self.bells().announcing.notified()).await;
            tokio::time::sleep(GATHER).await;
        }
    }

    async fn keep_sending(&self) {
        let mut tries = JoinSet::new();
        loop {
            if let Err(error) = self.start_tries(&mut tries, Clock::set_to(UnixMillis::now())).await {
                tracing::error!(?error, "messages could not be claimed");
            }
            tokio::select! {
                Some(_) = tries.join_next() => {}
                () = self.bells().sending.notified() => {}
                () = tokio::time::sleep(TICK) => {}
            }
            while tries.try_join_next().is_some() {}
        }
    }

    async fn keep_inviting(&self) {
        loop {
            if let Err(error) = self.send_invitations(UnixMillis::now()).await {
                tracing::error!(?error, "invitations could not be sent");
            }
            let _ = timeout(TICK, self.bells().inviting.notified()).await;
        }
    }

    async fn keep_refreshing(&self) {
        let mut ticks = interval(REFRESH);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = self.refresh_out_of_date(UnixMillis::now()).await {
                tracing::error!(?error, "live results could not be computed anew");
            }
        }
    }

    async fn keep_tidy(&self) {
        let mut ticks = interval(TIDY_UP);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let before = UnixMillis(UnixMillis::now().0 - KEPT_MS);
            if let Err(error) = self.store().forget_messages(before).await {
                tracing::error!(?error, "old messages could not be deleted");
            }
        }
    }

    /// Claims what is due, as far as there are places, and begins to try it at once.
    async fn start_tries(&self, tries: &mut JoinSet<()>, clock: Clock) -> Result<(), Error> {
        let free = u32::try_from(AT_ONCE.saturating_sub(tries.len())).unwrap_or(0);
        if free == 0 {
            return Ok(());
        }
        let portion = Portion { messages: free, of_channel: PER_CHANNEL, of_organization: PER_ORGANIZATION };
        for message in self.store().claim_messages(self.node(), clock.now(), LEASE_MS, portion).await? {
            let service = self.clone();
            tries.spawn(async move { service.try_message(message, clock).await });
        }
        Ok(())
    }
}
