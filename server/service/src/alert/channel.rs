//! Channels: mail, webhooks, Slack-compatible addresses.

use probe::MailAddress;
use serde_json::json;
use store::record::{Channel, Target, Telling};
use store::{ChannelId, OrgId, UnixMillis};

use super::signature::SigningSecret;
use super::{MOST_CHANNELS, payload};
use crate::error::OrFull as _;
use crate::seals::{AT_ONCE, Tally};
use crate::service::org_audit;
use crate::{Actor, Error, FieldError, Permission, Service};

/// Test messages to one channel that may wait at a time.
const MOST_TESTS: u32 = 3;

/// Addresses of one mail channel.
const MOST_ADDRESSES: usize = 20;

/// A channel to be made.
#[derive(Debug, Clone)]
pub struct NewChannel {
    pub name: String,
    pub target: NewTarget,
}

/// Where a new channel leads.
#[derive(Clone)]
pub enum NewTarget {
    Email {
        to: Vec<String>,
    },
    Webhook {
        url: String,
        /// `whsec_…`; one is made where there is none.
        secret: Option<String>,
    },
    Slack {
        url: String,
    },
}

/// Secrets are not printed.
impl std::fmt::Debug for NewTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Email { to } => f.debug_tuple("Email").field(to).finish(),
            Self::Webhook { url, .. } => f.debug_tuple("Webhook").field(url).finish(),
            Self::Slack { .. } => f.write_str("Slack(***)"),
        }
    }
}

/// A change of a channel; what is `None` stays.
#[derive(Clone, Default)]
pub struct ChannelChange {
    pub name: Option<String>,
    /// `Some(true)` sends nothing until it is resumed.
    pub paused: Option<bool>,
    /// A new signing secret, for a webhook.
    pub secret: Option<String>,
}

impl Service {
    /// Adds a channel. The text is the signing secret where one was made: it is shown this once.
    pub async fn create_channel(
        &self,
        actor: &Actor,
        org: OrgId,
        new: NewChannel,
    ) -> Result<(Channel, Option<String>), Error> {
        self.authorize(actor, org, Permission::Alert, "The organization").await?;
        let id = ChannelId::new();
        let mut problems = name_problems(&new.name);
        let (target, secret, made) = match new.target {
            NewTarget::Email { to } => (self.mail_target(&to, &mut problems), None, None),
            NewTarget::Webhook { url, secret } => {
                let given = secret.as_deref().map(str::trim).filter(|secret| !secret.is_empty());
                let read = given.map(SigningSecret::read).transpose();
                let read = read.unwrap_or_else(|problem| {
                    problems.push(FieldError::new("secret", problem));
                    None
                });
                let made = read.is_none().then(SigningSecret::random);
                let secret = read.as_ref().or(made.as_ref()).map(SigningSecret::written);
                let url = self.vetted(&url, "url", &mut problems);
                (Target::Webhook { url }, secret, made.map(|made| made.written()))
            }
            NewTarget::Slack { url } => {
                let url = self.vetted(&url, "slack_url", &mut problems);
                let host = host_of(&url);
                (Target::Slack { host }, Some(url), None)
            }
        };
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let channel = Channel {
            id,
            org,
            name: new.name.trim().to_owned(),
            target,
            secret: secret.map(|secret| self.sealed(id, &secret)),
            paused: None,
            created_at: UnixMillis::now(),
        };
        let details = json!({ "name": channel.name, "target": channel.target });
        let entry = org_audit(actor, org, "channel.added", id, details);
        let full =
            || Error::Conflict(format!("There are {MOST_CHANNELS} channels already. Remove one first."));
        self.store().create_channel(channel.clone(), MOST_CHANNELS, entry).await.or_full(full)?;
        Ok((channel, made))
    }

    pub async fn update_channel(
        &self,
        actor: &Actor,
        id: ChannelId,
        change: ChannelChange,
    ) -> Result<Channel, Error> {
        let found = self.channel_for(actor, id).await?;
        let mut problems = change.name.as_deref().map(name_problems).unwrap_or_default();
        let mut secret = found.secret.clone();
        if let Some(new) = &change.secret {
            match (&found.target, SigningSecret::read(new.trim())) {
                (Target::Webhook { .. }, Ok(read)) => secret = Some(self.sealed(id, &read.written())),
                (Target::Webhook { .. }, Err(problem)) => problems.push(FieldError::new("secret", problem)),
                _ => problems.push(FieldError::new("secret", "Only a webhook has a signing secret.")),
            }
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let paused = match change.paused {
            None => found.paused.clone(),
            Some(false) => None,
            Some(true) => Some(format!("Paused by {}", actor.name())),
        };
        let name = change.name.map_or_else(|| found.name.clone(), |name| name.trim().to_owned());
        let changed = Channel { name, secret, paused, ..found };
        let details = json!({
            "name": changed.name, "paused": changed.paused.is_some(), "new_secret": change.secret.is_some(),
        });
        let entry = org_audit(actor, changed.org, "channel.changed", id, details);
        self.store().update_channel(changed.clone(), entry).await?;
        Ok(changed)
    }

    /// Removes a channel with its rules and messages.
    pub async fn remove_channel(&self, actor: &Actor, id: ChannelId) -> Result<(), Error> {
        let found = self.channel_for(actor, id).await?;
        let entry = org_audit(actor, found.org, "channel.removed", id, json!({ "name": found.name }));
        self.store().delete_channel(id, entry).await?;
        Ok(())
    }

    /// Sends a message through a channel that says nothing but that it works.
    pub async fn test_channel(&self, actor: &Actor, id: ChannelId) -> Result<(), Error> {
        let found = self.channel_for(actor, id).await?;
        let organization =
            self.store().organization(found.org).await?.ok_or(Error::NotFound("The channel"))?;
        let now = UnixMillis::now();
        let payload = payload::test(&organization, &found, actor.name(), now).written();
        let telling = Telling { channel: id, payload, remind_seconds: None };
        let entry = org_audit(actor, found.org, "channel.tested", id, json!({ "name": found.name }));
        let words = "Test messages are on their way already. Wait until they have arrived or failed.";
        let full = || Error::Conflict(words.to_owned());
        self.store().put_test(found.org, telling, MOST_TESTS, now, entry).await.or_full(full)?;
        self.alarm();
        Ok(())
    }

    async fn channel_for(&self, actor: &Actor, id: ChannelId) -> Result<Channel, Error> {
        let found = self.store().channel(id).await?.ok_or(Error::NotFound("The channel"))?;
        self.authorize(actor, found.org, Permission::Alert, "The channel").await?;
        Ok(found)
    }

    fn mail_target(&self, to: &[String], problems: &mut Vec<FieldError>) -> Target {
        if self.outgoing().mailer.is_none() {
            problems.push(FieldError::new(
                "to",
                "No mail server is set up here. The operator sets RUNG_SMTP_URL and RUNG_MAIL_FROM.",
            ));
        }
        let to: Vec<_> =
            to.iter().map(|address| address.trim()).filter(|address| !address.is_empty()).collect();
        if to.is_empty() || to.len() > MOST_ADDRESSES {
            problems
                .push(FieldError::new("to", format!("Give 1 to {MOST_ADDRESSES} addresses, one on a line.")));
        }
        for wrong in to.iter().filter_map(|address| address.parse::<MailAddress>().err()) {
            problems.push(FieldError::new("to", format!("{wrong}.")));
        }
        Target::Email { to: to.into_iter().map(ToOwned::to_owned).collect() }
    }

    /// An address that the guard does not refuse by itself; a name that means a refused one is found when sending.
    fn vetted(&self, url: &str, field: &str, problems: &mut Vec<FieldError>) -> String {
        if url.trim().is_empty() {
            problems.push(FieldError::new(field, "Give the address that messages are posted to."));
            return String::new();
        }
        match self.prober().guard().vet_url(url) {
            Ok(url) => url.to_string(),
            Err(refusal) => {
                problems.push(FieldError::new(field, format!("{refusal}.")));
                String::new()
            }
        }
    }

    fn sealed(&self, id: ChannelId, secret: &str) -> String {
        self.secret_keys().seal(secret, &place(id))
    }

    /// Tries the keys on the secrets of channels, as [`Service::try_seals`] says.
    pub(crate) async fn try_channels(&self) -> Result<Tally, Error> {
        let mut tally = Tally::default();
        let mut after = None;
        loop {
            let channels = self.store().sealed_channels_after(after, AT_ONCE).await?;
            let Some(last) = channels.last() else { return Ok(tally) };
            after = Some(last.id);
            for channel in &channels {
                let Some(sealed) = channel.secret.as_deref() else { continue };
                let Some(anew) = tally.renew(self.secret_keys(), sealed, &place(channel.id)) else {
                    continue;
                };
                // Somebody who changed the channel meanwhile sealed with the key in use.
                let done = self.store().replace_channel_secret(channel.id, sealed, &anew).await?;
                tally.resealed += u32::from(done);
            }
            if !tally.goes_on(self.secret_keys()) {
                return Ok(tally);
            }
        }
    }

    /// The secret of a channel, for sending.
    pub(super) fn opened_secret(&self, channel: &Channel) -> Option<Result<String, Error>> {
        let sealed = channel.secret.as_deref()?;
        Some(self.secret_keys().open(sealed, &place(channel.id)).map_err(Error::internal))
    }
}

/// What a channel's secret is sealed for.
fn place(id: ChannelId) -> String {
    format!("channel/{id}")
}

fn name_problems(name: &str) -> Vec<FieldError> {
    let length = name.trim().chars().count();
    if (1..=120).contains(&length) {
        crate::name::unprintable("name", name.trim()).into_iter().collect()
    } else {
        vec![FieldError::new("name", "Give the channel a name of 1 to 120 characters.")]
    }
}

/// The host of an address that the guard has read.
fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest).to_owned()
}
