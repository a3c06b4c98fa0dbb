//! Incidents: the stretches in which a check is broken, and how each check's alerts are set.

mod anew;
mod reach;
mod watch;

use domain::check::CheckKind;
use domain::incident::Thresholds;
use serde_json::json;
use store::record::{CheckAlerting, Incident, Role, Snooze, Watched};
use store::{CheckId, IncidentId, OrgId, UnixMillis};

pub(crate) use self::reach::Claims;
pub(crate) use self::watch::may_deny;
use crate::service::org_audit;
use crate::{Actor, Error, FieldError, Permission, Service};

const DAY: i64 = 24 * 3600 * 1000;

/// The longest that alerts about a check can be put off.
const LONGEST_SNOOZE: i64 = 30 * DAY;

/// Incidents that the page of a check shows.
const SHOWN: u32 = 20;

/// How a check's alerts stand.
pub struct CheckIncidents {
    pub role: Role,
    pub watched: Watched,
    pub alerting: CheckAlerting,
    /// What counts: as set, else as the kind says.
    pub thresholds: Thresholds,
    /// What the kind says.
    pub usual: Thresholds,
    /// The latest first.
    pub incidents: Vec<Incident>,
}

impl CheckIncidents {
    /// The open one.
    pub fn open(&self) -> Option<&Incident> {
        self.incidents.iter().find(|incident| incident.is_open())
    }

    /// In force at `now`.
    pub fn snooze(&self, now: UnixMillis) -> Option<&Snooze> {
        self.alerting.snooze.as_ref().filter(|snooze| snooze.until > now)
    }
}

impl Service {
    /// The organization's incidents, open and closed, latest first, before the one given.
    pub async fn incidents(
        &self,
        actor: &Actor,
        org: OrgId,
        before: Option<IncidentId>,
        limit: u32,
    ) -> Result<Vec<Incident>, Error> {
        self.authorize(actor, org, Permission::Read, "The organization").await?;
        Ok(self.store().incidents_of(org, before, limit).await?)
    }

    /// Those that are open, latest first.
    pub async fn open_incidents(&self, actor: &Actor, org: OrgId) -> Result<Vec<Incident>, Error> {
        self.authorize(actor, org, Permission::Read, "The organization").await?;
        Ok(self.store().open_incidents_of(org).await?)
    }

    pub async fn incident(&self, actor: &Actor, id: IncidentId) -> Result<Incident, Error> {
        let found = self.store().incident(id).await?.ok_or(Error::NotFound("The incident"))?;
        self.authorize(actor, found.org, Permission::Read, "The incident").await?;
        Ok(found)
    }

    /// A check's incidents and how its alerts are set.
    pub async fn check_incidents(&self, actor: &Actor, id: CheckId) -> Result<CheckIncidents, Error> {
        let (check, role) = self.check_and_role(actor, id, Permission::Read).await?;
        let usual = Thresholds::of(self.kind_of(&check)?);
        let (watched, alerting) = self.store().watched(id).await?.ok_or(Error::NotFound("The check"))?;
        let incidents = self.store().incidents_of_check(id, SHOWN).await?;
        let thresholds = as_set(&alerting, usual);
        Ok(CheckIncidents { role, watched, alerting, thresholds, usual, incidents })
    }

    /// Says how many failures running open an incident of this check and how many successes close it; `None` leaves
    /// it to the kind.
    pub async fn set_thresholds(
        &self,
        actor: &Actor,
        id: CheckId,
        open_after: Option<u32>,
        close_after: Option<u32>,
    ) -> Result<(), Error> {
        let check = self.check_for(actor, id, Permission::Alert).await?;
        let within = |count: Option<u32>| count.is_none_or(|count| (1..=Thresholds::MOST).contains(&count));
        let problem = |field: &str| FieldError::new(field, "Choose a number from 1 to 20.");
        let problems: Vec<_> = [("open_after", open_after), ("close_after", close_after)]
            .into_iter()
            .filter(|(_, count)| !within(*count))
            .map(|(field, _)| problem(field))
            .collect();
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let details = json!({ "open_after": open_after, "close_after": close_after });
        let entry = org_audit(actor, check.org, "check.thresholds_changed", id, details);
        Ok(self.store().set_thresholds(id, open_after, close_after, entry).await?)
    }

    /// Puts off all alerts about a check. What it sees is recorded all the same, and an incident that is still open
    /// then is told of.
    pub async fn snooze(
        &self,
        actor: &Actor,
        id: CheckId,
        until: UnixMillis,
        reason: &str,
    ) -> Result<(), Error> {
        let check = self.check_for(actor, id, Permission::Alert).await?;
        let now = UnixMillis::now();
        let mut problems = Vec::new();
        if until <= now || until.0 > now.0 + LONGEST_SNOOZE {
            problems.push(FieldError::new("until", "Choose a time within the next 30 days."));
        }
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().count() > 500 {
            problems.push(FieldError::new("reason", "Say in 1 to 500 characters why nobody is told."));
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let snooze = Snooze { until, reason: reason.to_owned(), by: actor.user() };
        let details = json!({ "until": until, "reason": reason });
        let entry = org_audit(actor, check.org, "check.snoozed", id, details);
        Ok(self.store().set_snooze(id, Some(snooze), entry).await?)
    }

    /// Lets a check alert again.
    pub async fn end_snooze(&self, actor: &Actor, id: CheckId) -> Result<(), Error> {
        let check = self.check_for(actor, id, Permission::Alert).await?;
        let entry = org_audit(actor, check.org, "check.snooze_ended", id, json!({}));
        Ok(self.store().set_snooze(id, None, entry).await?)
    }
}

/// The thresholds of a check of this kind.
fn thresholds(alerting: &CheckAlerting, kind: &CheckKind) -> Thresholds {
    as_set(alerting, Thresholds::of(kind))
}

fn as_set(alerting: &CheckAlerting, usual: Thresholds) -> Thresholds {
    let open_after = alerting.open_after.unwrap_or(usual.open_after());
    let close_after = alerting.close_after.unwrap_or(usual.close_after());
    Thresholds::new(open_after, close_after).unwrap_or(usual)
}
