//! Tries a message that was claimed: by the schedule of Standard Webhooks 1.0, given up after its last try, three days
//! after the first, and shown as such.

use std::time::Duration;

use probe::{Delivery, Mail, MailAddress, MailError, one_line};
use store::UnixMillis;
use store::record::{Channel, ClaimedMessage, Message, Target, Tried};

use super::payload::Payload;
use super::round::Clock;
use super::signature::SigningSecret;
use crate::Service;
use crate::service::audit;

/// Seconds from one try to the next: the example schedule of Standard Webhooks 1.0 after "immediately". After the try
/// that follows the last of them a message is given up.
pub const RETRIES: [i64; 9] =
    [5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600];

/// Tries in all.
pub const GIVEN_UP_AFTER: usize = RETRIES.len() + 1;

/// What a receiver may take ("Request timeouts": 15 to 30 s), and what a mail server may.
pub(crate) const TIME: Duration = Duration::from_secs(30);
/// Longer than any try.
pub(super) const LEASE_MS: i64 = 90_000;

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
    pub(super) async fn try_message(&self, claimed: ClaimedMessage, clock: Clock) {
        let ClaimedMessage { message, epoch } = claimed;
        let tried = match self.store().channel(message.channel).await {
            // Removed with its messages.
            Ok(None) => return,
            Ok(Some(channel)) => self.tried(&message, &channel, clock).await,
            Err(error) => {
                tracing::error!(message = %message.id, %error, "a message's channel could not be read");
                return;
            }
        };
        if let Tried::Dead { error } = &tried {
            tracing::warn!(message = %message.id, channel = %message.channel, error, "a message was given up");
        }
        if let Err(error) = self.store().message_tried(message.id, epoch, tried, clock.now()).await {
            tracing::error!(message = %message.id, %error, "how a message was tried could not be noted");
        }
    }

    async fn tried(&self, message: &Message, channel: &Channel, clock: Clock) -> Tried {
        if let Some(why) = &channel.paused {
            return Tried::Dead { error: format!("The channel sends nothing: {why}") };
        }
        match self.sent(message, channel, clock).await {
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
                Some(wait) => Tried::Again { at: UnixMillis(clock.now().0 + wait * 1000), error },
                None => Tried::Dead { error },
            },
        }
    }

    async fn sent(&self, message: &Message, channel: &Channel, clock: Clock) -> Answer {
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
                let (id, timestamp) = (format!("msg_{}", message.id), clock.now().0 / 1000);
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
            // The server's own words may be in it.
            Err(MailError::Later(error)) => Answer::Later { error: one_line(&error), seconds: None },
            Err(MailError::Refused(error)) => Answer::Never(one_line(&error)),
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
