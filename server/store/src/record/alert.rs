//! Who is told of incidents, how, and the messages on their way.

use domain::scoring::FindingSeverity;
use domain::{CriterionCode, DomainCode};
use serde::{Deserialize, Serialize};

use super::{Incident, Touched};
use crate::ids::{
    AlertRuleId, ChannelId, IncidentId, IntegrationId, MaintenanceId, MessageId, OrgId, UnixMillis, UserId,
};

/// Where messages go: the kind of channel, and of its address what may be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Target {
    Email {
        to: Vec<String>,
    },
    /// Standard Webhooks 1.0; its signing secret is kept sealed.
    Webhook {
        url: String,
    },
    /// A Slack-compatible address, which is a secret itself: only its host is shown.
    Slack {
        host: String,
    },
}

/// A channel. `secret` is what `service` sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    pub id: ChannelId,
    pub org: OrgId,
    pub name: String,
    pub target: Target,
    pub secret: Option<String>,
    /// Why nothing is sent; `None` while it is in use.
    pub paused: Option<String>,
    pub created_at: UnixMillis,
}

/// Which incidents go to a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertRule {
    pub id: AlertRuleId,
    pub org: OrgId,
    pub channel: ChannelId,
    /// Those that touch this criterion; `None` for all.
    pub criterion: Option<CriterionCode>,
    /// Those that touch this domain; `None` for all.
    pub domain: Option<DomainCode>,
    /// Those at least this severe.
    pub severity: FindingSeverity,
    /// Seconds between two reminders while it is open; `None` for none.
    pub remind_seconds: Option<i64>,
    pub created_at: UnixMillis,
}

impl AlertRule {
    pub fn matches(&self, severity: FindingSeverity, touches: &[Touched]) -> bool {
        let any = |wanted: &dyn Fn(&Touched) -> bool| touches.iter().any(wanted);
        severity >= self.severity
            && self.criterion.as_ref().is_none_or(|code| any(&|touched| touched.criterion == *code))
            && self.domain.as_ref().is_none_or(|code| any(&|touched| touched.domain == *code))
    }
}

/// A time in which nobody is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaintenanceWindow {
    pub id: MaintenanceId,
    pub org: OrgId,
    /// `None` for every integration.
    pub integration: Option<IntegrationId>,
    pub reason: String,
    pub starts_at: UnixMillis,
    pub ends_at: UnixMillis,
    pub by: UserId,
    pub created_at: UnixMillis,
}

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AlertEvent {
    #[serde(rename = "incident.opened")]
    Opened,
    #[serde(rename = "incident.closed")]
    Closed,
    #[serde(rename = "incident.reminder")]
    Reminder,
    /// Somebody tries a channel.
    #[serde(rename = "channel.test")]
    Test,
}

/// How a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageState {
    Waiting,
    Sent,
    /// Given up after the last try, or because the receiver wants none.
    Dead,
}

/// A message on its way, sent or given up. `payload` is JSON that `service` writes and reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub id: MessageId,
    pub org: OrgId,
    pub channel: ChannelId,
    pub incident: Option<IncidentId>,
    pub event: AlertEvent,
    pub payload: String,
    pub state: MessageState,
    /// Tries until now.
    pub attempts: u32,
    pub created_at: UnixMillis,
    /// When the next try is due, while it waits.
    pub due_at: UnixMillis,
    pub last_error: Option<String>,
    pub ended_at: Option<UnixMillis>,
}

/// A message with the lease under which it is tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedMessage {
    pub message: Message,
    pub epoch: i64,
}

/// At most so many messages are claimed; and with those that anybody holds already, at most so many of one channel and
/// of one organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Portion {
    pub messages: u32,
    pub of_channel: u32,
    pub of_organization: u32,
}

/// How a try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    Sent,
    /// To be tried again then.
    Again {
        at: UnixMillis,
        error: String,
    },
    Dead {
        error: String,
    },
}

/// A message to be put into the outbox, and when its receiver wants to be reminded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    pub channel: ChannelId,
    pub payload: String,
    /// Of the rule by which the channel is told first; `None` for no reminders.
    pub remind_seconds: Option<i64>,
}

/// What is to be told of an incident, and has not been.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unannounced {
    pub incident: Incident,
    /// Of its check, while there is one.
    pub integration: Option<IntegrationId>,
    pub snoozed_until: Option<UnixMillis>,
}

/// A channel that was told of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    pub incident: IncidentId,
    pub channel: ChannelId,
    pub remind_seconds: Option<i64>,
    pub told_at: UnixMillis,
}
