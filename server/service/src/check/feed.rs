//! Feeds: checks of which Rung asks nothing, but to which a system of the organization reports.
//!
//! The system posts to an address with a token in it, with figures or without. The scheduler looks at the latest report
//! when the next one is due, and right after one that says something new (`news.rs`); each look is a run.

mod arrivals;
mod cron;
mod hear;
mod hours;
mod limit;
mod look;
mod news;
mod observe;
mod schedule;
pub(super) mod token;

use std::path::PathBuf;

use domain::check::{CheckKind, Group, Parameters};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::record::{Check, Feed, FeedTiming, KeptReport, TokenMade};
use store::{CheckId, OrgId, StoreError, UnixMillis};

pub(super) use arrivals::{Gap, gaps, in_window};
pub(crate) use hear::Listening;
pub(crate) use limit::Pace;
pub(crate) use news::{News, look_at_news};
pub(super) use observe::least_asked;
pub use schedule::Punctuality;
use schedule::Schedule;

use super::note_silenced;
use crate::service::{hash_of, org_audit};
use crate::{Actor, Error, Permission, Service};

/// Reports that the page shows one by one.
const SHOWN: u32 = 10;

/// How feeds may be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedConfig {
    /// Reports that one feed may send in a minute, at any pace within it.
    pub reports_per_minute: u32,
    /// The folder of this machine in which each organization has one of its own, named by its identifier, that its checks
    /// may list.
    pub root: Option<PathBuf>,
}

impl Default for FeedConfig {
    fn default() -> Self {
        Self { reports_per_minute: 300, root: None }
    }
}

/// A feed as its page shows it.
#[derive(Debug, Clone)]
pub struct FeedPage {
    pub feed: Feed,
    /// How the latest report stands; `None` before the first.
    pub stands: Option<Punctuality>,
    /// Seconds between two reports by the check's parameters, where no cron line stands in their place.
    pub every: i64,
    /// The latest on file, newest first: those that brought other figures than the one before, and each that has a row count.
    pub reports: Vec<KeptReport>,
    /// The address to report to, without the token at its end.
    pub address: String,
}

/// A token and the address to report to, shown this once.
#[derive(Serialize, Deserialize)]
pub struct FeedToken {
    pub secret: String,
    pub address: String,
}

/// Whether a check waits for reports; one that looks at a location itself does not.
pub(super) fn is_fed(kind: &CheckKind, parameters: &Parameters) -> bool {
    kind.group == Group::Feed && parameters.text("location").is_none()
}

impl Service {
    /// Whether a check waits for reports.
    pub fn is_feed(&self, check: &Check) -> bool {
        self.kind(&check.kind).is_some_and(|kind| is_fed(kind, &look::open(check)))
    }

    pub async fn feed(&self, actor: &Actor, id: CheckId) -> Result<FeedPage, Error> {
        let check = self.fed_check(actor, id, Permission::Read).await?;
        let every = look::cadence(self.kind_of(&check)?, &look::open(&check)).every;
        let feed = self.store().feed(id).await?.unwrap_or_default();
        let stands = self.feed_stands(&check, UnixMillis::now()).await?.map(|(_, stands)| stands);
        let reports = self.store().feed_reports(id, SHOWN).await?;
        Ok(FeedPage { feed, stands, every, reports, address: self.feed_address("") })
    }

    /// Says when reports are expected. Where the check fails that may end its failure as other parameters may, and needs
    /// a reviewer as those do.
    pub async fn set_feed_timing(&self, actor: &Actor, id: CheckId, timing: FeedTiming) -> Result<(), Error> {
        let check = self.fed_check(actor, id, Permission::Operate).await?;
        let cadence = look::cadence(self.kind_of(&check)?, &look::open(&check));
        Schedule::read(&timing, cadence, UnixMillis::now()).map_err(Error::Invalid)?;
        let mut details = json!({ "cron": timing.cron, "zone": timing.zone, "hours": timing.hours });
        if self.store().feed(id).await?.unwrap_or_default().timing != timing {
            note_silenced(&mut details, &self.may_silence(actor, &check).await?);
        }
        let entry = org_audit(actor, check.org, "feed.timed", id, details);
        self.store().put_feed_timing(id, timing, entry).await?;
        self.tell_news(id).await;
        Ok(())
    }

    /// A new token; the one before is worth nothing from then on.
    pub async fn renew_feed_token(&self, actor: &Actor, id: CheckId) -> Result<FeedToken, Error> {
        let check = self.fed_check(actor, id, Permission::Operate).await?;
        let secret = token::new();
        let made = token_made(actor, check.org, id, &secret);
        self.store().put_feed_token(id, &made).await.map_err(unless_taken)?;
        let address = self.feed_address(&secret);
        Ok(FeedToken { secret, address })
    }

    /// Refuses a chosen token that another check has. That tells of a token that it is in use, so nobody may ask more often
    /// than report by a guessed one.
    pub(super) async fn may_choose(&self, actor: &Actor, check: CheckId, secret: &str) -> Result<(), Error> {
        self.listening().choose(actor.user(), UnixMillis::now())?;
        match self.store().reporter(&hash_of(secret)).await? {
            Some(other) if other.check != check => Err(taken()),
            _ => Ok(()),
        }
    }

    fn feed_address(&self, token: &str) -> String {
        let site = self.outgoing().public_url.as_deref().unwrap_or_default();
        format!("{}/api/v1/heartbeats/{token}", site.trim_end_matches('/'))
    }

    async fn fed_check(&self, actor: &Actor, id: CheckId, permission: Permission) -> Result<Check, Error> {
        let check = self.check_for(actor, id, permission).await?;
        if self.is_feed(&check) {
            Ok(check)
        } else {
            Err(Error::Conflict("This check waits for no reports: it looks by itself.".to_owned()))
        }
    }
}

/// A token as it is kept, with its line in the log.
pub(super) fn token_made(actor: &Actor, org: OrgId, check: CheckId, secret: &str) -> TokenMade {
    let audit = org_audit(actor, org, "feed.token_made", check, json!({}));
    TokenMade { hash: hash_of(secret), at: UnixMillis::now(), audit }
}

/// Somebody chose the same token in the meantime; nothing was kept.
pub(super) fn unless_taken(error: StoreError) -> Error {
    match error {
        StoreError::Duplicate { .. } => taken(),
        other => other.into(),
    }
}

fn taken() -> Error {
    Error::invalid(format!("parameters.{}", token::PARAMETER), "Choose another token, or leave it out.")
}
