//! Health checks: setting them up, running them, reading what they saw.

mod aside;
mod asked;
mod bindings;
mod feed;
mod glance;
mod grid;
mod hand;
mod history;
mod lag;
mod lease;
mod page;
mod parameters;
mod past;
mod period;
mod recorder;
mod register;
mod reported;
mod run;
mod sample;
mod tabled;
mod work;

use domain::check::{CheckKind, Group};
use domain::{BindingId, KindCode};
use probe::Aim;
use serde_json::json;
use store::record::{Aimed, Check, Role};
use store::{CheckId, IntegrationId, UnixMillis};

pub use aside::{Aside, asides};
pub(crate) use asked::Asked;
pub(crate) use bindings::KnownBindings;
pub use feed::{FeedConfig, FeedPage, FeedToken, Punctuality};
pub(crate) use feed::{Listening, News, Pace, look_at_news};
pub use glance::CheckGlance;
pub use history::{CheckHistory, Uptime, Window};
pub use lag::ReportedItem;
pub(crate) use page::seen_by;
pub use page::{BoundTo, CheckPage, ConditionSeen};
pub use parameters::{RawParameters, is_descriptive};
pub(crate) use past::Past;
pub use period::{Period, PeriodHistory};
pub(crate) use register::{ON_EVIDENCE, supports as is_register};
pub use reported::Reconciliation;
pub use tabled::{TableWanted, Tabled, figures_of, table_of};

use crate::service::org_audit;
use crate::{Actor, Error, Permission, Service};

/// The shortest and the longest time between two scheduled runs, in seconds: a minute and a year.
const INTERVALS: std::ops::RangeInclusive<i64> = 60..=366 * 24 * 3600;

/// A new check.
#[derive(Debug, Clone)]
pub struct NewCheck {
    pub kind: KindCode,
    pub parameters: RawParameters,
    /// The kind's own when absent.
    pub interval_seconds: Option<i64>,
}

/// A change of a check.
#[derive(Debug, Clone)]
pub struct ChangedCheck {
    /// A secret that is absent or empty stays as it was, unless the check is aimed at another server.
    pub parameters: RawParameters,
    pub interval_seconds: i64,
    pub enabled: bool,
}

impl Service {
    /// Adds a check to an integration. A target that the guard refuses by its address alone is refused at once.
    pub async fn create_check(
        &self,
        actor: &Actor,
        integration: IntegrationId,
        mut new: NewCheck,
    ) -> Result<Check, Error> {
        let (integration, _) = self.integration_for(actor, integration, Permission::Operate).await?;
        let kind = self.kind(&new.kind).filter(|kind| self.supports(&kind.code));
        let kind = kind.ok_or_else(|| Error::invalid("kind", "Choose one of the kinds of health checks."))?;
        let id = CheckId::new();
        let token = self.chosen_token(actor, id, kind, &mut new.parameters).await?;
        let parameters = self.read_parameters(kind, &new.parameters, None)?;
        let interval_seconds =
            interval(new.interval_seconds.unwrap_or_else(|| i64::from(kind.default_interval)))?;
        let now = UnixMillis::now();
        let check = Check {
            id,
            org: integration.org,
            integration: integration.id,
            kind: kind.code.clone(),
            parameters: self.seal_parameters(id, &parameters),
            interval_seconds,
            enabled: true,
            created_at: now,
            next_due_at: soon(kind, id, interval_seconds, now),
        };
        let details = json!({ "kind": check.kind, "integration": integration.details.name });
        let entry = org_audit(actor, check.org, "check.added", check.id, details);
        let token = token.map(|chosen| feed::token_made(actor, check.org, id, &chosen));
        self.store().create_check(check.clone(), token, entry).await.map_err(feed::unless_taken)?;
        Ok(check)
    }

    pub async fn update_check(
        &self,
        actor: &Actor,
        id: CheckId,
        mut change: ChangedCheck,
    ) -> Result<Check, Error> {
        let found = self.check_for(actor, id, Permission::Operate).await?;
        let kind = self.kind_of(&found)?;
        let kept = self.open_parameters(&found)?;
        let token = self.chosen_token(actor, id, kind, &mut change.parameters).await?;
        let parameters = self.read_parameters(kind, &change.parameters, Some(&kept))?;
        let interval_seconds = interval(change.interval_seconds)?;
        let paused = found.enabled && !change.enabled;
        // Between two runs so far apart what the first saw counts no more: as good as paused.
        let put_off = interval_seconds > found.interval_seconds.max(i64::from(kind.freshness));
        let silenced = if paused || put_off || !parameters.probes_alike(&kept) {
            self.may_silence(actor, &found).await?
        } else {
            Vec::new()
        };
        let (aim, before) = (Aim::of(kind, &parameters), Aim::of(kind, &kept));
        let aimed_anew = aim != before;
        let now = UnixMillis::now();
        let due = if aimed_anew {
            soon(kind, id, interval_seconds, now)
        } else {
            grid::next_due(id, interval_seconds, now)
        };
        let changed = Check {
            parameters: self.seal_parameters(id, &parameters),
            interval_seconds,
            enabled: change.enabled,
            next_due_at: due.min(found.next_due_at),
            ..found
        };
        let mut details = json!({ "kind": changed.kind, "enabled": changed.enabled });
        note_silenced(&mut details, &silenced);
        if aimed_anew {
            details["target"] = json!("changed");
        }
        let entry = org_audit(actor, changed.org, "check.changed", id, details);
        let token = token.map(|chosen| feed::token_made(actor, changed.org, id, &chosen));
        let kept = if aimed_anew {
            let aimed = Aimed { at: now, target: aim.to_string(), before: before.to_string() };
            self.store().aim_check(changed.clone(), &aimed, token, entry).await
        } else {
            self.store().update_check(changed.clone(), token, entry).await
        };
        kept.map_err(feed::unless_taken)?;
        if changed.enabled && self.is_feed(&changed) {
            // Its parameters say when a report is late.
            self.tell_news(id).await;
        }
        if aimed_anew {
            // Whoever was told that an incident opened is told that it ended.
            self.alarm();
            self.catch_up_organization(changed.org).await;
        }
        Ok(changed)
    }

    /// Removes a check with its runs.
    pub async fn remove_check(&self, actor: &Actor, id: CheckId) -> Result<(), Error> {
        let found = self.check_for(actor, id, Permission::Operate).await?;
        let mut details = json!({ "kind": found.kind });
        note_silenced(&mut details, &self.may_silence(actor, &found).await?);
        let entry = org_audit(actor, found.org, "check.removed", id, details);
        self.store().delete_check(id, entry).await?;
        if let Err(error) = self.close_incidents_without_check(found.org).await {
            tracing::error!(check = %id, ?error, "the incidents of a check that was removed were not closed");
        }
        self.catch_up_organization(found.org).await;
        Ok(())
    }

    /// The check, if the actor's role in its organization allows what is asked.
    pub(crate) async fn check_for(
        &self,
        actor: &Actor,
        id: CheckId,
        permission: Permission,
    ) -> Result<Check, Error> {
        Ok(self.check_and_role(actor, id, permission).await?.0)
    }

    pub(crate) async fn check_and_role(
        &self,
        actor: &Actor,
        id: CheckId,
        permission: Permission,
    ) -> Result<(Check, Role), Error> {
        let found = self.store().check(id).await?.ok_or(Error::NotFound("The check"))?;
        let role = self.authorize(actor, found.org, permission, "The check").await?;
        Ok((found, role))
    }

    pub(crate) fn kind_of(&self, check: &Check) -> Result<&CheckKind, Error> {
        self.kind(&check.kind).ok_or(Error::NotFound("The kind of the check"))
    }

    /// The token of a feed that somebody chose among the parameters; it never stays there.
    async fn chosen_token(
        &self,
        actor: &Actor,
        id: CheckId,
        kind: &CheckKind,
        parameters: &mut RawParameters,
    ) -> Result<Option<String>, Error> {
        if kind.group != Group::Feed {
            return Ok(None);
        }
        let chosen = feed::token::take_chosen(parameters).map_err(|error| Error::Invalid(vec![error]))?;
        if let Some(chosen) = &chosen {
            self.may_choose(actor, id, chosen).await?;
        }
        Ok(chosen)
    }

    /// Pausing or removing a check whose failure is confirmed needs a reviewer (`scoring.md` section 6.2), and so does
    /// having it look at something else. The bindings that it is tied to and whose failure is silenced so: they are on
    /// record.
    async fn may_silence(&self, actor: &Actor, check: &Check) -> Result<Vec<BindingId>, Error> {
        let integration = self.store().integration(check.integration).await?;
        let integration = integration.ok_or(Error::NotFound("The check"))?;
        let failing = self.failing_of(check).await?.into_iter().filter(|one| one.is_tied(&integration));
        let mut failing: Vec<BindingId> = failing.map(|one| one.binding).collect();
        failing.sort();
        failing.dedup();
        let role = self.role(actor, check.org, "The check").await?;
        if failing.is_empty() || Permission::Review.allows(role) {
            return Ok(failing);
        }
        let bindings: Vec<_> = failing.iter().map(BindingId::as_str).collect();
        Err(Error::Forbidden(format!(
            "This check fails, and would no longer count where it does ({}). {}",
            bindings.join(", "),
            Permission::Review.refusal(role)
        )))
    }
}

/// What a change silenced goes into its audit line.
fn note_silenced(details: &mut serde_json::Value, silenced: &[BindingId]) {
    if !silenced.is_empty() {
        details["silenced"] = json!(silenced);
    }
}

/// When a check runs for the first time, or for the first time at another target. What systems report and what records say
/// is looked at when it comes: it can wait for its instant.
fn soon(kind: &CheckKind, check: CheckId, interval_seconds: i64, now: UnixMillis) -> UnixMillis {
    if kind.group == Group::NetworkProbe {
        grid::first_due(check, interval_seconds, now)
    } else {
        grid::next_due(check, interval_seconds, now)
    }
}

fn interval(seconds: i64) -> Result<i64, Error> {
    if INTERVALS.contains(&seconds) {
        Ok(seconds)
    } else {
        Err(Error::invalid("interval", "Choose an interval between one minute and 366 days."))
    }
}
