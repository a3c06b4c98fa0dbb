//! Messages on their way: put in together with what they tell of, claimed with a lease and a fence, tried until they
//! are sent or given up.
//!
//! A message is due at an instant, and it is remembered when that was decided. On a clock that was set back to before,
//! it is due at once rather than an hour late; a lease that reaches further than any lease does is none. Clocks of two
//! nodes are never quite the same, so what lies ahead by less than [`APART_MS`] is another node's present.

use crate::column::{Text, from_row};
use crate::db::{Link, Store, row, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{IncidentId, MessageId, OrgId, UnixMillis};
use crate::organizations::HOLD;
use crate::queue::Job;
use crate::record::{
    AlertEvent, Audit, ClaimedMessage, Message, MessageState, Recipient, Telling, Tried, Unannounced,
};
use crate::{audit, page, room};

/// How far the clocks of two nodes may be apart, in milliseconds. What lies further ahead was written before a clock was
/// set back.
pub(crate) const APART_MS: i64 = 5 * 60 * 1000;

macro_rules! columns {
    () => {
        "id, org_id, channel_id, incident_id, event, payload, state, attempts, created_at, due_at, last_error, ended_at"
    };
}

mod claim;

pub(crate) use claim::STATEMENTS as CLAIM_STATEMENTS;

statements! {
    Both TRIED = "UPDATE outbox SET state = $3, attempts = attempts + 1, due_at = $4, decided_at = $5, \
        last_error = $6, ended_at = $7, lease_owner = NULL, lease_until = 0 WHERE id = $1 AND lease_epoch = $2 \
        AND lease_until > 0";
    Both PUT = "INSERT INTO outbox (id, org_id, channel_id, incident_id, event, payload, state, attempts, created_at, \
        due_at, decided_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $8, $8)";
    Both HURRY = "UPDATE outbox SET due_at = $3, decided_at = $3 WHERE incident_id = $1 AND channel_id = $2 \
        AND state = 'waiting' AND due_at > $3";
    Both OF_ORGANIZATION = concat!(
        "SELECT ", columns!(), " FROM outbox WHERE org_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"
    );
    Both BY_ID = concat!("SELECT ", columns!(), " FROM outbox WHERE id = $1");
    Both AGAIN = "UPDATE outbox SET state = $2, attempts = 0, due_at = $3, decided_at = $3, ended_at = NULL \
        WHERE id = $1 AND state = $4";
    Both WAITING_TESTS = "SELECT COUNT(*) FROM outbox WHERE channel_id = $1 AND event = $2 AND state = $3";
    Both FORGET = "DELETE FROM outbox WHERE state <> $1 AND ended_at < $2";
    Both UNANNOUNCED = "SELECT i.id, i.org_id, i.check_id, i.integration, i.kind, i.severity, i.touches, i.opening, \
        i.cause, i.failures, i.flapped, i.began_at, i.opened_at, i.closed_at, i.closing, i.announced_at, \
        i.closing_announced_at, c.integration_id, a.snoozed_until FROM incidents i \
        LEFT JOIN checks c ON c.id = i.check_id LEFT JOIN check_alerting a ON a.check_id = i.check_id \
        WHERE i.closing_announced_at IS NULL AND (i.announced_at IS NULL OR i.closed_at IS NOT NULL) \
        AND i.id > $1 ORDER BY i.id LIMIT 200";
    Both ANNOUNCE = "UPDATE incidents SET announced_at = $2 WHERE id = $1 AND announced_at IS NULL \
        AND closed_at IS NULL";
    Both ANNOUNCE_CLOSING = "UPDATE incidents SET closing_announced_at = $2 WHERE id = $1 \
        AND closing_announced_at IS NULL AND closed_at IS NOT NULL";
    Both TELL = "INSERT INTO incident_recipients (incident_id, channel_id, remind_seconds, told_at) \
        VALUES ($1, $2, $3, $4)";
    Both TOLD = "SELECT incident_id, channel_id, remind_seconds, told_at FROM incident_recipients \
        WHERE incident_id = $1 ORDER BY channel_id";
    // From what is open, of which there is little: SQLite keeps to the order of a cross join.
    Both TO_REMIND = "SELECT r.incident_id, r.channel_id, r.remind_seconds, r.told_at FROM incidents i \
        CROSS JOIN incident_recipients r WHERE i.closed_at IS NULL AND r.incident_id = i.id \
        AND r.remind_seconds IS NOT NULL AND (r.told_at + r.remind_seconds * 1000 <= $1 OR r.told_at > $2) ORDER BY r.told_at LIMIT 500";
    Both REMIND = "UPDATE incident_recipients SET told_at = $4 WHERE incident_id = $1 AND channel_id = $2 \
        AND told_at = $3";
}

from_row! {
    Message {
        id, org = "org_id", channel = "channel_id", incident = "incident_id", event: text, payload, state: text,
        attempts: int, created_at, due_at, last_error, ended_at,
    }
    ClaimedMessage { message: flat, epoch = "lease_epoch" }
    Unannounced { incident: flat, integration = "integration_id", snoozed_until }
    Recipient { incident = "incident_id", channel = "channel_id", remind_seconds, told_at }
}

/// Puts messages of an incident into the outbox, in the transaction that says that they were.
struct Announcing {
    incident: IncidentId,
    org: OrgId,
    event: AlertEvent,
    tellings: Vec<Telling>,
    at: UnixMillis,
}

impl Job for Announcing {
    type Done = bool;

    async fn run(&self, link: &mut Link<'_>) -> Result<bool, StoreError> {
        let statement = if self.event == AlertEvent::Opened { ANNOUNCE } else { ANNOUNCE_CLOSING };
        if run!(link, statement, self.incident, self.at)? == 0 {
            return Ok(false);
        }
        for telling in &self.tellings {
            if self.event == AlertEvent::Opened {
                run!(link, TELL, self.incident, telling.channel, telling.remind_seconds, self.at)
                    .or_missing("channel")?;
            } else {
                // What could not be told of its beginning yet is tried now: the end waits for it.
                run!(link, HURRY, self.incident, telling.channel, self.at)?;
            }
            put(link, self.org, telling, Some(self.incident), self.event, self.at).await?;
        }
        Ok(true)
    }
}

struct Reminding {
    recipient: Recipient,
    org: OrgId,
    telling: Telling,
    at: UnixMillis,
}

impl Job for Reminding {
    type Done = bool;

    async fn run(&self, link: &mut Link<'_>) -> Result<bool, StoreError> {
        let Recipient { incident, channel, told_at, .. } = self.recipient;
        if run!(link, REMIND, incident, channel, told_at, self.at)? == 0 {
            return Ok(false);
        }
        put(link, self.org, &self.telling, Some(incident), AlertEvent::Reminder, self.at).await?;
        Ok(true)
    }
}

/// How a try ended, under the lease that it was made under.
struct Trying {
    id: MessageId,
    epoch: i64,
    state: MessageState,
    due: UnixMillis,
    now: UnixMillis,
    error: Option<String>,
    ended: Option<UnixMillis>,
}

impl Job for Trying {
    type Done = bool;

    async fn run(&self, link: &mut Link<'_>) -> Result<bool, StoreError> {
        let Self { id, epoch, state, due, now, error, ended } = self;
        let noted = run!(link, TRIED, *id, *epoch, Text(*state), *due, *now, error.as_deref(), *ended)?;
        Ok(noted > 0)
    }
}

async fn put(
    link: &mut Link<'_>,
    org: OrgId,
    telling: &Telling,
    incident: Option<IncidentId>,
    event: AlertEvent,
    at: UnixMillis,
) -> Result<MessageId, StoreError> {
    let id = MessageId::new();
    run!(
        link,
        PUT,
        id,
        org,
        telling.channel,
        incident,
        Text(event),
        &*telling.payload,
        Text(MessageState::Waiting),
        at
    )
    .or_missing("channel")?;
    Ok(id)
}

impl Store {
    /// Incidents whose opening or closing nobody was told of yet, the oldest first, from the one after `after`; a part
    /// of them, empty at the end.
    pub async fn unannounced(&self, after: Option<IncidentId>) -> Result<Vec<Unannounced>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Unannounced, UNANNOUNCED, page::after(after))?)
    }

    /// Tells of an incident that opened (while it is open) or closed: once, whoever else tries. `false` where it was
    /// told already.
    pub async fn announce(
        &self,
        incident: IncidentId,
        org: OrgId,
        event: AlertEvent,
        tellings: Vec<Telling>,
        at: UnixMillis,
    ) -> Result<bool, StoreError> {
        self.perform(Announcing { incident, org, event, tellings, at }).await
    }

    /// Who was told that an incident opened.
    pub async fn recipients(&self, incident: IncidentId) -> Result<Vec<Recipient>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Recipient, TOLD, incident)?)
    }

    /// Who is to be reminded of an open incident.
    pub async fn to_remind(&self, now: UnixMillis) -> Result<Vec<Recipient>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Recipient, TO_REMIND, now, UnixMillis(now.0 + APART_MS))?)
    }

    /// Reminds a recipient as it was read: once, whoever else tries.
    pub async fn remind(
        &self,
        recipient: Recipient,
        org: OrgId,
        telling: Telling,
        at: UnixMillis,
    ) -> Result<bool, StoreError> {
        self.perform(Reminding { recipient, org, telling, at }).await
    }

    /// Puts a test message into the outbox. [`StoreError::Full`] where `most` of the channel wait already.
    pub async fn put_test(
        &self,
        org: OrgId,
        telling: Telling,
        most: u32,
        at: UnixMillis,
        audit: Audit,
    ) -> Result<MessageId, StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        run!(link, HOLD, org)?;
        let (event, state) = (Text(AlertEvent::Test), Text(MessageState::Waiting));
        room::for_one(row!(link, (i64,), WAITING_TESTS, telling.channel, event, state)?, most)?;
        let id = put(link, org, &telling, None, AlertEvent::Test, at).await?;
        audit::append(link, &audit).await?;
        writing.commit().await?;
        Ok(id)
    }

    /// Notes how a try ended. `false`, and nothing changes, when the lease ran out and somebody else has it.
    pub async fn message_tried(
        &self,
        id: MessageId,
        epoch: i64,
        tried: Tried,
        now: UnixMillis,
    ) -> Result<bool, StoreError> {
        let (state, due, error, ended) = match tried {
            Tried::Sent => (MessageState::Sent, now, None, Some(now)),
            Tried::Again { at, error } => (MessageState::Waiting, at, Some(error), None),
            Tried::Dead { error } => (MessageState::Dead, now, Some(error), Some(now)),
        };
        self.perform(Trying { id, epoch, state, due, now, error, ended }).await
    }

    /// Tries a message again that was given up; whether it had been.
    pub async fn revive_message(
        &self,
        id: MessageId,
        at: UnixMillis,
        audit: Audit,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        let revived = run!(link, AGAIN, id, Text(MessageState::Waiting), at, Text(MessageState::Dead))?;
        audit::commit_change(writing, revived, &audit).await
    }

    pub async fn message(&self, id: MessageId) -> Result<Option<Message>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), Message, BY_ID, id)?)
    }

    /// Latest first, from the one before `before`.
    pub async fn messages_of(
        &self,
        org: OrgId,
        before: Option<MessageId>,
        limit: u32,
    ) -> Result<Vec<Message>, StoreError> {
        let mut lease = self.read().await?;
        let before = page::before(before);
        Ok(rows!(&mut lease.link(), Message, OF_ORGANIZATION, org, &*before, i64::from(limit))?)
    }

    /// Deletes messages that ended before `before`.
    pub async fn forget_messages(&self, before: UnixMillis) -> Result<u64, StoreError> {
        let mut writing = self.write().await?;
        let forgotten = run!(&mut writing.link(), FORGET, Text(MessageState::Waiting), before)?;
        writing.commit().await?;
        Ok(forgotten)
    }
}
