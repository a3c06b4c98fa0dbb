//! Puts into the outbox what has to be told: incidents that opened and closed, reminders. Once each, whoever else
//! tries: the transaction that puts a message in also says that it was put in.
//!
//! While a check is snoozed or its integration is under maintenance nothing is told; what is still so afterwards is
//! told then. An incident that opened and closed in silence is never told of.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use store::record::{
    AlertEvent, AlertRule, Channel, Incident, MaintenanceWindow, Organization, Recipient, Telling,
    Unannounced,
};
use store::{ChannelId, CheckId, IncidentId, IntegrationId, OrgId, StoreError, UnixMillis};
use tokio::task::JoinSet;

use super::payload;
use crate::{Error, Service};

/// Announcements under way at a time: on SQLite they share a transaction.
const TOGETHER: usize = 64;

/// What an organization's messages need, read once in a round.
struct Around {
    organization: Organization,
    channels: Vec<Channel>,
    rules: Vec<AlertRule>,
    windows: Vec<MaintenanceWindow>,
}

impl Around {
    fn under_maintenance(&self, integration: Option<IntegrationId>, now: UnixMillis) -> bool {
        self.windows.iter().any(|window| {
            window.starts_at <= now
                && now < window.ends_at
                && window.integration.is_none_or(|concerned| Some(concerned) == integration)
        })
    }
}

/// Waits until there is a place for one more.
async fn make_room(telling: &mut JoinSet<()>) {
    while telling.len() >= TOGETHER {
        telling.join_next().await;
    }
}

#[derive(Default)]
struct Round(BTreeMap<OrgId, Option<Around>>);

impl Round {
    /// `None` for an organization that is gone.
    async fn of(&mut self, service: &Service, org: OrgId, now: UnixMillis) -> Result<Option<&Around>, Error> {
        if let Entry::Vacant(unread) = self.0.entry(org) {
            unread.insert(match service.store().organization(org).await? {
                None => None,
                Some(organization) => Some(Around {
                    organization,
                    channels: service.store().channels_of(org).await?,
                    rules: service.store().rules_of(org).await?,
                    windows: service.store().windows_of(org, now).await?,
                }),
            });
        }
        Ok(self.0.get(&org).and_then(Option::as_ref))
    }
}

impl Service {
    /// Announces all that is to be announced at `now`. Each by itself: one that cannot be announced keeps no other back.
    pub(super) async fn announce(&self, now: UnixMillis) -> Result<(), Error> {
        let mut round = Round::default();
        let mut after = None;
        loop {
            let waiting = self.store().unannounced(after).await?;
            let Some(last) = waiting.last() else { break };
            after = Some(last.incident.id);
            let mut telling = JoinSet::new();
            for unannounced in waiting {
                let (incident, org) = (unannounced.incident.id, unannounced.incident.org);
                match self.announcement(&mut round, unannounced, now).await {
                    Ok(Some(what)) => {
                        make_room(&mut telling).await;
                        let service = self.clone();
                        telling.spawn(async move { service.tell_of(incident, org, what, now).await });
                    }
                    Ok(None) => {}
                    Err(error) => tracing::error!(%incident, ?error, "an incident could not be announced"),
                }
            }
            while telling.join_next().await.is_some() {}
        }
        self.remind(&mut round, now).await
    }

    async fn tell_of(
        &self,
        incident: IncidentId,
        org: OrgId,
        (event, tellings): (AlertEvent, Vec<Telling>),
        now: UnixMillis,
    ) {
        match self.store().announce(incident, org, event, tellings, now).await {
            // A channel was removed meanwhile: the next round sees it.
            Ok(_) | Err(StoreError::NotFound { .. }) => {}
            Err(error) => tracing::error!(%incident, ?error, "an incident could not be announced"),
        }
    }

    /// What is to be told of an incident, and to whom; `None` while nothing is.
    async fn announcement(
        &self,
        round: &mut Round,
        unannounced: Unannounced,
        now: UnixMillis,
    ) -> Result<Option<(AlertEvent, Vec<Telling>)>, Error> {
        let Unannounced { incident, integration, snoozed_until } = unannounced;
        let Some(around) = round.of(self, incident.org, now).await? else { return Ok(None) };
        let silent =
            snoozed_until.is_some_and(|until| until > now) || around.under_maintenance(integration, now);
        let told = !incident.is_open() && incident.announced_at.is_some();
        if silent && (incident.is_open() || told) {
            return Ok(None);
        }
        Ok(Some(if incident.is_open() {
            (AlertEvent::Opened, self.to_tell(around, &incident, now))
        } else {
            (AlertEvent::Closed, self.told(around, &incident, now).await?)
        }))
    }

    /// Each channel that a rule names, once, with the shortest of its rules' reminders.
    fn to_tell(&self, around: &Around, incident: &Incident, now: UnixMillis) -> Vec<Telling> {
        let mut chosen: BTreeMap<ChannelId, Option<i64>> = BTreeMap::new();
        for rule in around.rules.iter().filter(|rule| rule.matches(incident.severity, &incident.touches)) {
            let known = chosen.entry(rule.channel).or_default();
            *known = match (*known, rule.remind_seconds) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
        }
        let payload = self.payload(around, AlertEvent::Opened, incident, now);
        let in_use = |id: ChannelId| {
            around.channels.iter().any(|channel| channel.id == id && channel.paused.is_none())
        };
        let tellings = chosen
            .into_iter()
            .filter(|(channel, _)| in_use(*channel))
            .map(|(channel, remind_seconds)| Telling { channel, payload: payload.clone(), remind_seconds });
        tellings.collect()
    }

    /// Whoever was told that it opened.
    async fn told(
        &self,
        around: &Around,
        incident: &Incident,
        now: UnixMillis,
    ) -> Result<Vec<Telling>, Error> {
        let payload = self.payload(around, AlertEvent::Closed, incident, now);
        let recipients = self.store().recipients(incident.id).await?;
        let tellings = recipients.into_iter().map(|recipient| Telling {
            channel: recipient.channel,
            payload: payload.clone(),
            remind_seconds: None,
        });
        Ok(tellings.collect())
    }

    async fn remind(&self, round: &mut Round, now: UnixMillis) -> Result<(), Error> {
        let mut telling = JoinSet::new();
        for recipient in self.store().to_remind(now).await? {
            let incident = recipient.incident;
            match self.reminder(round, &recipient, now).await {
                Ok(Some((org, reminder))) => {
                    make_room(&mut telling).await;
                    let service = self.clone();
                    telling.spawn(async move {
                        if let Err(error) = service.store().remind(recipient, org, reminder, now).await {
                            tracing::error!(%incident, ?error, "nobody could be reminded of an incident");
                        }
                    });
                }
                Ok(None) => {}
                Err(error) => tracing::error!(%incident, ?error, "nobody could be reminded of an incident"),
            }
        }
        while telling.join_next().await.is_some() {}
        Ok(())
    }

    /// What somebody is to be reminded of; `None` while nobody is.
    async fn reminder(
        &self,
        round: &mut Round,
        recipient: &Recipient,
        now: UnixMillis,
    ) -> Result<Option<(OrgId, Telling)>, Error> {
        let Some(incident) = self.store().incident(recipient.incident).await? else { return Ok(None) };
        let (integration, snoozed) = match incident.check {
            Some(check) => self.silence_of(check, now).await?,
            None => (None, false),
        };
        let Some(around) = round.of(self, incident.org, now).await? else { return Ok(None) };
        let paused = around.channels.iter().any(|c| c.id == recipient.channel && c.paused.is_some());
        if snoozed || paused || around.under_maintenance(integration, now) {
            return Ok(None);
        }
        let payload = self.payload(around, AlertEvent::Reminder, &incident, now);
        let telling = Telling { channel: recipient.channel, payload, remind_seconds: None };
        Ok(Some((incident.org, telling)))
    }

    async fn silence_of(
        &self,
        check: CheckId,
        now: UnixMillis,
    ) -> Result<(Option<IntegrationId>, bool), Error> {
        let integration = self.store().check(check).await?.map(|check| check.integration);
        let alerting = self.store().watched(check).await?.map(|(_, alerting)| alerting);
        let snoozed = alerting.and_then(|alerting| alerting.snooze).is_some_and(|snooze| snooze.until > now);
        Ok((integration, snoozed))
    }

    fn payload(&self, around: &Around, event: AlertEvent, incident: &Incident, now: UnixMillis) -> String {
        let link = self.link_to(&around.organization, incident.check);
        payload::of_incident(event, &around.organization, incident, link.as_deref(), now).written()
    }

    fn link_to(&self, organization: &Organization, check: Option<CheckId>) -> Option<String> {
        let site = self.outgoing().public_url.as_deref()?;
        Some(match check {
            Some(check) => format!("{site}/orgs/{}/checks/{check}#incidents", organization.slug),
            None => format!("{site}/orgs/{}/incidents", organization.slug),
        })
    }
}
