//! Sends what is in the outbox: claimed with a lease, tried by the schedule of Standard Webhooks 1.0, given up after
//! its last try, three days after the first, and shown as such.

use std::sync::Arc;
use std::time::Duration;

use probe::{Delivery, Mail, MailAddress, MailError};
use store::UnixMillis;
use store::record::{Channel, ClaimedMessage, Message, Target, Tried};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::payload::Payload;
use super::signature::SigningSecret;
use crate::service::audit;
use crate::{Error, Service};

/// Seconds from one try to the next: the example schedule of Standard Webhooks 1.0 after "immediately". After the try
/// that follows the last of them a message is given up.
pub const RETRIES: [i64; 9] =
    [5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600];

/// Tries in all.
pub const GIVEN_UP_AFTER: usize = RETRIES.len() + 1;

/// What a receiver may take ("Request timeouts": 15 to 30 s), and what a mail server may.
pub(crate) const TIME: Duration = Duration::from_secs(30);
/// Longer than any try.
const LEASE_MS: i64 = 90_000;
/// Messages claimed at a time, and tries under way at a time.
const BATCH: u32 = 32;
const AT_ONCE: usize = 16;
/// How often the outbox is looked at when nobody calls.
const TICK: Duration = Duration::from_secs(5);
/// How often attestations that ran out and results of yesterday are looked for.
const REFRESH: Duration = Duration::from_mins(1);
const TIDY_UP: Duration = Duration::from_hours(1);
/// How long messages that ended are kept: 90 days.
const KEPT_MS: i64 = 90 * 24 * 3600 * 1000;

/// How a receiver answered.
enum Answer {
    Taken,
    /// Perhaps later; not before so many seconds, where the receiver says so.
    Later {
        error: String,
        seconds: Option<i64>,
    },
    /// This message never.
    Never(String),
    /// No message any more.
    Gone(String),
}

impl Service {
    /// Announces incidents, sends messages and invitations, and keeps live results up to date until the task is dropped.
    pub async fn tell(&self) {
        let (mut tidied, mut refreshed): (Option<Instant>, Option<Instant>) = (None, None);
        loop {
            let now = UnixMillis::now();
            if let Err(error) = self.tell_at(now).await {
                tracing::error!(?error, "alerts could not be sent");
            }
            if refreshed.is_none_or(|at| at.elapsed() >= REFRESH) {
                refreshed = Some(Instant::now());
                if let Err(error) = self.refresh_out_of_date(now).await {
                    tracing::error!(?error, "live results could not be computed anew");
                }
            }
            if tidied.is_none_or(|at| at.elapsed() >= TIDY_UP) {
                tidied = Some(Instant::now());
                if let Err(error) = self.store().forget_messages(UnixMillis(now.0 - KEPT_MS)).await {
                    tracing::error!(?error, "old messages could not be deleted");
                }
            }
            // Whoever has something to tell calls; the tick is for other nodes and for what waited.
            let _ = tokio::time::timeout(TICK, self.alarmed()).await;
        }
    }

    /// Announces and sends all that is due at `now`, and waits until it was tried.
    pub async fn tell_at(&self, now: UnixMillis) -> Result<(), Error> {
        self.announce(now).await?;
        let places = Arc::new(Semaphore::new(AT_ONCE));
        loop {
            let claimed = self.store().claim_messages(self.node(), now, LEASE_MS, BATCH).await?;
            if claimed.is_empty() {
                return self.send_invitations(now).await;
            }
            let mut tries = JoinSet::new();
            for message in claimed {
                let place = Arc::clone(&places).acquire_owned().await.expect("the places are never closed");
                let service = self.clone();
                tries.spawn(async move {
                    service.try_message(message, now).await;
                    drop(place);
                });
            }
            while tries.join_next().await.is_some() {}
        }
    }

    async fn try_message(&self, claimed: ClaimedMessage, now: UnixMillis) {
        let ClaimedMessage { message, epoch } = claimed;
        let tried = match self.store().channel(message.channel).await {
            // Removed with its messages.
            Ok(None) => return,
            Ok(Some(channel)) => self.tried(&message, &channel, now).await,
            Err(error) => {
                tracing::error!(message = %message.id, %error, "a message's channel could not be read");
                return;
            }
        };
        if let Tried::Dead { error } = &tried {
            tracing::warn!(message = %message.id, channel = %message.channel, error, "a message was given up");
        }
        if let Err(error) = self.store().message_tried(message.id, epoch, tried, now).await {
            tracing::error!(message = %message.id, %error, "how a message was tried could not be noted");
        }
    }

    async fn tried(&self, message: &Message, channel: &Channel, now: UnixMillis) -> Tried {
        if let Some(why) = &channel.paused {
            return Tried::Dead { error: format!("The channel sends nothing: {why}") };
        }
        match self.sent(message, channel, now).await {
            Answer::Taken => Tried::Sent,
            Answer::Never(error) => Tried::Dead { error },
            Answer::Gone(error) => {
                let details = serde_json::json!({ "name": channel.name, "why": error });
                let entry = store::record::Audit {
                    org: Some(channel.org),
                    ..audit(None, "channel.paused", channel.id, details)
                };
                if let Err(error) = self.store().pause_channel(channel.id, &error, entry).await {
                    tracing::error!(channel = %channel.id, %error, "a channel could not be paused");
                }
                Tried::Dead { error }
            }
            Answer::Later { error, seconds } => match next_try(message.attempts, seconds) {
                Some(wait) => Tried::Again { at: UnixMillis(now.0 + wait * 1000), error },
                None => Tried::Dead { error },
            },
        }
    }

    async fn sent(&self, message: &Message, channel: &Channel, now: UnixMillis) -> Answer {
        let payload: Payload = match serde_json::from_str(&message.payload) {
            Ok(payload) => payload,
            Err(error) => {
                tracing::error!(message = %message.id, %error, "a message is not readable");
                return Answer::Never("The message is not readable; see the server's log.".to_owned());
            }
        };
        let secret = match self.opened_secret(channel).transpose() {
            Ok(secret) => secret,
            Err(error) => {
                tracing::error!(channel = %channel.id, ?error, "the secret of a channel could not be opened");
                let error = "The channel's secret could not be opened. Make the channel anew.".to_owned();
                return Answer::Later { error, seconds: None };
            }
        };
        match (&channel.target, secret) {
            (Target::Email { to }, _) => self.mailed(message, &payload, to).await,
            (Target::Webhook { url }, Some(secret)) => {
                let Ok(secret) = SigningSecret::read(&secret) else {
                    return Answer::Never("The channel's signing secret is none. Enter it again.".to_owned());
                };
                let (id, timestamp) = (format!("msg_{}", message.id), now.0 / 1000);
                let body = payload.webhook(message.event);
                let signature = secret.sign(&id, timestamp, &body);
                let timestamp = timestamp.to_string();
                let headers = [
                    ("webhook-id", id.as_str()),
                    ("webhook-timestamp", timestamp.as_str()),
                    ("webhook-signature", signature.as_str()),
                ];
                self.delivered(url, &headers, &body).await
            }
            (Target::Slack { .. }, Some(url)) => self.delivered(&url, &[], &payload.slack()).await,
            (_, None) => Answer::Never("The channel has no secret. Make it anew.".to_owned()),
        }
    }

    async fn mailed(&self, message: &Message, payload: &Payload, to: &[String]) -> Answer {
        let Some(mailer) = &self.outgoing().mailer else {
            let error =
                "No mail server is set up: the operator sets RUNG_SMTP_URL and RUNG_MAIL_FROM.".to_owned();
            return Answer::Later { error, seconds: None };
        };
        let to: Result<Vec<MailAddress>, _> = to.iter().map(|address| address.parse()).collect();
        let to = match to {
            Ok(to) => to,
            Err(error) => return Answer::Never(error.to_string()),
        };
        let id = message.id.to_string();
        let mail = Mail { to: &to, subject: &payload.subject, text: &payload.text, id: &id };
        match mailer.send(mail, TIME).await {
            Ok(()) => Answer::Taken,
            Err(MailError::Later(error)) => Answer::Later { error, seconds: None },
            Err(MailError::Refused(error)) => Answer::Never(error),
        }
    }

    /// What a status means: "Delivery success and failure" of Standard Webhooks 1.0.
    async fn delivered(&self, url: &str, headers: &[(&'static str, &str)], body: &str) -> Answer {
        let answer = match self.prober().deliver(Delivery { url, headers, body, time: TIME }).await {
            Ok(answer) => answer,
            Err(failure) => {
                let error = format!("{}: {}", failure.layer.as_str(), failure.text);
                return Answer::Later { error, seconds: None };
            }
        };
        let said = format!("The receiver answered {}", answer.status);
        match answer.status.as_u16() {
            200..=299 => Answer::Taken,
            410 => Answer::Gone(format!("{said}: it wants no messages any more")),
            300..=399 => Answer::Later {
                error: format!("{said}: redirects are not followed, mend the address"),
                seconds: None,
            },
            _ => {
                let seconds = answer.retry_after.and_then(|wait| i64::try_from(wait.as_secs()).ok());
                Answer::Later { error: said, seconds }
            }
        }
    }
}

/// Seconds until the next try after so many before this one; `None` after the last. Up to a tenth is added by chance,
/// so that what failed together does not come again together; a receiver that asks for more time gets up to a day.
pub(crate) fn next_try(attempts: u32, asked: Option<i64>) -> Option<i64> {
    let scheduled = *RETRIES.get(usize::try_from(attempts).ok()?)?;
    let jitter = rand::random_range(0..=scheduled / 10);
    let longest = RETRIES[RETRIES.len() - 1];
    Some((scheduled + jitter).max(asked.unwrap_or(0).clamp(0, longest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_follow_the_schedule_and_end() {
        for (attempts, scheduled) in (0_u32..).zip(RETRIES) {
            let wait = next_try(attempts, None).unwrap();
            assert!((scheduled..=scheduled + scheduled / 10).contains(&wait), "{attempts}: {wait}");
        }
        assert_eq!(next_try(9, None), None, "ten tries, and no more");
        assert_eq!(RETRIES.iter().sum::<i64>(), 75 * 3600 + 35 * 60 + 5);
    }

    #[test]
    fn a_receiver_that_asks_for_time_gets_it_up_to_a_day() {
        assert_eq!(next_try(0, Some(600)), Some(600));
        assert!(next_try(2, Some(1)).unwrap() >= 1800);
        assert_eq!(next_try(0, Some(i64::MAX)), Some(86_400));
    }
}
