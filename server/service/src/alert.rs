//! Who is told of incidents, and how: channels, rules, maintenance windows, and the messages on their way.

mod announce;
mod channel;
mod payload;
mod round;
mod send;
mod signature;

use domain::scoring::FindingSeverity;
use domain::{CriterionCode, DomainCode};
use probe::{MailAddress, Mailer, MailerConfig, SmtpUrl};
use serde_json::json;
use store::record::{AlertRule, Channel, Integration, MaintenanceWindow, Message, Organization, Role};
use store::{AlertRuleId, ChannelId, IntegrationId, MaintenanceId, MessageId, OrgId, UnixMillis};

pub use channel::{ChannelChange, NewChannel, NewTarget};
pub(crate) use round::Alarm;
pub use send::{GIVEN_UP_AFTER, RETRIES};
pub(crate) use send::{TIME, next_try};

use crate::error::OrFull as _;
use crate::service::org_audit;
use crate::{Actor, Error, FieldError, Permission, Service};

const HOUR: i64 = 3600;
const DAY_MS: i64 = 24 * HOUR * 1000;

/// More would be a mistake, or a way to send mail to the world.
const MOST_CHANNELS: u32 = 50;
const MOST_RULES: u32 = 200;

/// The longest maintenance window, and how far ahead it may end: 90 days and a year.
const LONGEST_WINDOW: i64 = 90 * DAY_MS;
const FARTHEST_WINDOW: i64 = 366 * DAY_MS;

/// Messages that the page shows.
const MESSAGES_SHOWN: u32 = 50;

/// Integrations that a maintenance window can be chosen for.
const INTEGRATIONS_OFFERED: u32 = 500;

/// What an operator sets for alerts.
#[derive(Debug, Clone, Default)]
pub struct AlertConfig {
    /// Without it no mail is sent.
    pub mail: Option<MailConfig>,
    /// The address by which people know the server, for links in messages: no slash at the end.
    pub public_url: Option<String>,
}

/// The mail server, and whose name mail is in.
#[derive(Debug, Clone)]
pub struct MailConfig {
    pub server: SmtpUrl,
    pub from: MailAddress,
}

/// How alerts leave this process.
pub(crate) struct Outgoing {
    mailer: Option<Mailer>,
    pub(crate) public_url: Option<String>,
}

impl Outgoing {
    /// `probes` says where checks may go: mail may go there too.
    pub(crate) fn new(
        config: AlertConfig,
        allow: probe::AllowList,
        extra_roots: Option<String>,
    ) -> Result<Self, Error> {
        let mailer = config.mail.map(|mail| {
            let settings =
                MailerConfig { server: mail.server, from: mail.from, allow, resolver: None, extra_roots };
            Mailer::new(settings).map_err(|why| Error::internal(std::io::Error::other(why)))
        });
        Ok(Self { mailer: mailer.transpose()?, public_url: config.public_url })
    }

    pub(crate) fn mailer(&self) -> Option<&Mailer> {
        self.mailer.as_ref()
    }

    /// Whether a mail can be sent whose link leads back here.
    pub(crate) fn can_mail(&self) -> bool {
        self.mailer.is_some() && self.public_url.is_some()
    }
}

/// A rule to be made.
#[derive(Debug, Clone)]
pub struct NewRule {
    pub channel: ChannelId,
    /// Only incidents that touch it; `None` for all.
    pub criterion: Option<CriterionCode>,
    /// Only incidents that touch it; `None` for all.
    pub domain: Option<DomainCode>,
    /// Only those at least this severe.
    pub severity: FindingSeverity,
    /// Hours between two reminders, 1 to 720; `None` for none.
    pub remind_hours: Option<u32>,
}

/// A maintenance window to be made.
#[derive(Debug, Clone)]
pub struct NewWindow {
    /// `None` for every integration.
    pub integration: Option<IntegrationId>,
    pub reason: String,
    pub starts_at: UnixMillis,
    pub ends_at: UnixMillis,
}

/// All that says who is told, and the latest messages.
pub struct AlertsPage {
    pub organization: Organization,
    pub role: Role,
    /// Oldest first.
    pub channels: Vec<Channel>,
    /// Oldest first.
    pub rules: Vec<AlertRule>,
    /// Those that have not ended, the next first.
    pub windows: Vec<MaintenanceWindow>,
    /// Latest first.
    pub messages: Vec<Message>,
    pub integrations: Vec<Integration>,
    /// Domains of the frameworks with their titles, each code once.
    pub domains: Vec<(DomainCode, String)>,
    /// The operator has set up a mail server.
    pub mail: bool,
}

impl Service {
    pub async fn alerts_page(&self, actor: &Actor, org: OrgId) -> Result<AlertsPage, Error> {
        let role = self.authorize(actor, org, Permission::Read, "The organization").await?;
        let organization =
            self.store().organization(org).await?.ok_or(Error::NotFound("The organization"))?;
        let mut domains: Vec<(DomainCode, String)> = Vec::new();
        for entry in self.store().frameworks().await? {
            for domain in &self.prepared(entry.id).await?.framework.domains {
                if domains.iter().all(|(code, _)| *code != domain.code) {
                    domains.push((domain.code.clone(), domain.title.clone()));
                }
            }
        }
        Ok(AlertsPage {
            organization,
            role,
            channels: self.store().channels_of(org).await?,
            rules: self.store().rules_of(org).await?,
            windows: self.store().windows_of(org, UnixMillis::now()).await?,
            messages: self.store().messages_of(org, None, MESSAGES_SHOWN).await?,
            integrations: self.store().integrations_of(org, None, INTEGRATIONS_OFFERED).await?,
            domains,
            mail: self.outgoing().mailer.is_some(),
        })
    }

    /// Says which incidents go to a channel.
    pub async fn create_rule(&self, actor: &Actor, org: OrgId, new: NewRule) -> Result<AlertRule, Error> {
        self.authorize(actor, org, Permission::Alert, "The organization").await?;
        let mut problems = Vec::new();
        let channel = self.store().channel(new.channel).await?.filter(|channel| channel.org == org);
        if channel.is_none() {
            problems.push(FieldError::new("channel", "Choose one of the channels."));
        }
        if new.remind_hours.is_some_and(|hours| !(1..=720).contains(&hours)) {
            problems.push(FieldError::new("remind_hours", "Choose 1 to 720 hours, or leave it empty."));
        }
        let (mut criterion_known, mut domain_known) = (new.criterion.is_none(), new.domain.is_none());
        for entry in self.store().frameworks().await? {
            for domain in &self.prepared(entry.id).await?.framework.domains {
                domain_known |= new.domain.as_ref() == Some(&domain.code);
                criterion_known |=
                    domain.criteria.iter().any(|criterion| new.criterion.as_ref() == Some(&criterion.code));
            }
        }
        if !criterion_known {
            problems.push(FieldError::new(
                "criterion",
                "No framework has this criterion: write its code, for example PAT-1.",
            ));
        }
        if !domain_known {
            problems.push(FieldError::new(
                "domain",
                "No framework has this domain: write its code, for example PAT.",
            ));
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let rule = AlertRule {
            id: AlertRuleId::new(),
            org,
            channel: new.channel,
            criterion: new.criterion,
            domain: new.domain,
            severity: new.severity,
            remind_seconds: new.remind_hours.map(|hours| i64::from(hours) * HOUR),
            created_at: UnixMillis::now(),
        };
        let details = json!({
            "channel": channel.map(|channel| channel.name), "criterion": rule.criterion, "domain": rule.domain,
            "severity": rule.severity,
        });
        let entry = org_audit(actor, org, "alert_rule.added", rule.id, details);
        let full = || Error::Conflict(format!("There are {MOST_RULES} rules already. Remove one first."));
        self.store().create_rule(rule.clone(), MOST_RULES, entry).await.or_full(full)?;
        Ok(rule)
    }

    pub async fn remove_rule(&self, actor: &Actor, id: AlertRuleId) -> Result<(), Error> {
        let found = self.store().rule(id).await?.ok_or(Error::NotFound("The rule"))?;
        self.authorize(actor, found.org, Permission::Alert, "The rule").await?;
        let entry = org_audit(actor, found.org, "alert_rule.removed", id, json!({}));
        self.store().delete_rule(id, entry).await?;
        Ok(())
    }

    /// Plans a time in which nobody is told. What checks see then is recorded all the same, and an incident that is
    /// still open afterwards is told of.
    pub async fn create_window(
        &self,
        actor: &Actor,
        org: OrgId,
        new: NewWindow,
    ) -> Result<MaintenanceWindow, Error> {
        self.authorize(actor, org, Permission::Alert, "The organization").await?;
        let now = UnixMillis::now();
        let mut problems = Vec::new();
        if new.ends_at <= new.starts_at {
            problems.push(FieldError::new("ends_at", "The end lies before the beginning."));
        } else if new.ends_at <= now {
            problems.push(FieldError::new("ends_at", "The end has passed already."));
        } else if new.ends_at.0 - new.starts_at.0 > LONGEST_WINDOW || new.ends_at.0 - now.0 > FARTHEST_WINDOW
        {
            problems
                .push(FieldError::new("ends_at", "A window lasts 90 days at most, and ends within a year."));
        }
        let reason = new.reason.trim().to_owned();
        if reason.is_empty() || reason.chars().count() > 500 {
            problems.push(FieldError::new("reason", "Say in 1 to 500 characters what is being done."));
        }
        if let Some(id) = new.integration {
            let found = self.store().integration(id).await?;
            if found.is_none_or(|found| found.org != org) {
                problems.push(FieldError::new("integration", "Choose one of the integrations."));
            }
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let window = MaintenanceWindow {
            id: MaintenanceId::new(),
            org,
            integration: new.integration,
            reason,
            starts_at: new.starts_at,
            ends_at: new.ends_at,
            by: actor.user(),
            created_at: now,
        };
        let details = json!({
            "reason": window.reason, "from": window.starts_at, "until": window.ends_at,
            "integration": window.integration,
        });
        let entry = org_audit(actor, org, "maintenance.planned", window.id, details);
        self.store().create_window(window.clone(), entry).await?;
        Ok(window)
    }

    /// Ends a window now.
    pub async fn end_window(&self, actor: &Actor, id: MaintenanceId) -> Result<(), Error> {
        let found = self.store().window(id).await?.ok_or(Error::NotFound("The maintenance window"))?;
        self.authorize(actor, found.org, Permission::Alert, "The maintenance window").await?;
        let entry = org_audit(actor, found.org, "maintenance.ended", id, json!({ "reason": found.reason }));
        self.store().end_window(id, UnixMillis::now(), entry).await?;
        Ok(())
    }

    /// Messages on their way, sent and given up, latest first, before the one given.
    pub async fn messages(
        &self,
        actor: &Actor,
        org: OrgId,
        before: Option<MessageId>,
        limit: u32,
    ) -> Result<Vec<Message>, Error> {
        self.authorize(actor, org, Permission::Read, "The organization").await?;
        Ok(self.store().messages_of(org, before, limit).await?)
    }

    /// Tries a message again that was given up.
    pub async fn resend_message(&self, actor: &Actor, id: MessageId) -> Result<(), Error> {
        let found = self.store().message(id).await?.ok_or(Error::NotFound("The message"))?;
        self.authorize(actor, found.org, Permission::Alert, "The message").await?;
        let entry = org_audit(actor, found.org, "message.sent_again", id, json!({ "event": found.event }));
        if !self.store().revive_message(id, UnixMillis::now(), entry).await? {
            return Err(Error::Conflict("Only a message that was given up can be sent again.".to_owned()));
        }
        self.alarm();
        Ok(())
    }
}
