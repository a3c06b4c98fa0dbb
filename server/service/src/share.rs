//! Shared reports: a link that lets whoever has it read chosen sections of a report, until a day, with a log of who did.
//!
//! The link's token is 256 random bits, shown once and kept as a hash. What is read is the live report of the instant.

use std::collections::HashMap;
use std::sync::Mutex;

use serde_json::json;
use store::record::{Role, Share, ShareVisit};
use store::{AssessmentId, ShareId, UnixMillis};

use crate::check::Pace;
use crate::finding::FindingsPage;
use crate::report::{Report, Section, Sections};
use crate::service::{hash_of, org_audit, random_token};
use crate::{Actor, Error, FieldError, Permission, Service};

/// The longest that a link can be open: a year.
pub const LONGEST_SHARE: i64 = 366 * 24 * 3600 * 1000;

/// Readings that the log shows.
const VISITS: u32 = 200;

/// The longest address and browser that the log keeps, in characters.
const VISITOR: usize = 120;

/// Readings of one link in a minute, at any pace within it: a room of people who open it at once, and no more work than
/// that for anybody who has it.
const READINGS: u32 = 60;

/// The most links whose readings are counted.
const COUNTED: usize = 10_000;

/// How often links were read lately, in this process alone: what is counted protects it.
#[derive(Debug, Default)]
pub(crate) struct Readings(Mutex<HashMap<ShareId, Pace>>);

impl Readings {
    /// Whether one more is in the limit; else after how many seconds it will be.
    fn take(&self, share: ShareId, now: UnixMillis) -> Result<(), u64> {
        let mut paces = self.0.lock().expect("no holder of the lock panics");
        if paces.len() >= COUNTED {
            paces.clear();
        }
        paces.entry(share).or_default().take(READINGS, now)
    }
}

/// What a new link is to show, and for how long.
#[derive(Debug, Clone)]
pub struct NewShare {
    /// For whom it is.
    pub label: String,
    pub sections: Sections,
    pub expires_at: UnixMillis,
}

/// A link and the token that is shown this once.
pub struct SharedLink {
    pub share: Share,
    pub token: String,
}

/// The links of an assessment, and who read them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharesPage {
    /// Newest first.
    pub shares: Vec<Share>,
    /// How often each was read; one that is not here never was.
    pub readings: HashMap<ShareId, u64>,
    /// The latest, latest first.
    pub visits: Vec<ShareVisit>,
}

/// What is behind a link.
pub enum Shared {
    Open(Box<Report>),
    /// It has expired or was revoked.
    Ended,
}

impl Service {
    /// Makes a link to the report.
    pub async fn share_report(
        &self,
        actor: &Actor,
        id: AssessmentId,
        new: NewShare,
    ) -> Result<SharedLink, Error> {
        let assessment = self.assessment_for(actor, id, Permission::Read).await?;
        let role = self.authorize(actor, assessment.org, Permission::Assess, "The assessment").await?;
        let now = UnixMillis::now();
        let label = new.label.trim().to_owned();
        let mut problems = Vec::new();
        if label.is_empty() || label.chars().count() > 120 {
            problems.push(FieldError::new("label", "Say in 1 to 120 characters for whom the link is."));
        }
        problems.extend(crate::name::unprintable("label", &label));
        if new.expires_at <= now || new.expires_at.0 - now.0 > LONGEST_SHARE {
            problems.push(FieldError::new("expires", "Choose a day after today, at most a year ahead."));
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let names: Vec<&str> = new.sections.iter().map(Section::name).collect();
        let token = random_token();
        let share = Share {
            id: ShareId::new(),
            assessment: id,
            label,
            sections: names.join(","),
            by: actor.user(),
            by_name: actor.name().to_owned(),
            created_at: now,
            expires_at: new.expires_at,
            revoked_at: None,
        };
        let details = json!({
            "assessment": id, "label": share.label, "sections": share.sections, "until": share.expires_at,
        });
        let entry = org_audit(actor, assessment.org, "report.shared", share.id, details);
        let maker = (assessment.org, role);
        if !self.store().create_share(share.clone(), maker, &hash_of(&token), entry).await? {
            return Err(crate::member::role_changed());
        }
        Ok(SharedLink { share, token })
    }

    /// The links of an assessment with the log of their readings.
    pub async fn shares(&self, actor: &Actor, id: AssessmentId) -> Result<SharesPage, Error> {
        let assessment = self.assessment_for(actor, id, Permission::Read).await?;
        self.authorize(actor, assessment.org, Permission::Assess, "The assessment").await?;
        let shares = self.store().shares_of(id).await?;
        let visits = self.store().share_visits(id, VISITS).await?;
        let readings = self.store().share_readings(id).await?.into_iter().collect();
        Ok(SharesPage { shares, readings, visits })
    }

    /// Ends a link at once.
    pub async fn revoke_share(&self, actor: &Actor, id: ShareId) -> Result<(), Error> {
        let missing = || Error::NotFound("The link");
        let share = self.store().share(id).await?.ok_or_else(missing)?;
        let org = self.store().assessment_org(share.assessment).await?.ok_or_else(missing)?;
        self.authorize(actor, org, Permission::Assess, "The link").await?;
        let entry = org_audit(actor, org, "share.revoked", id, json!({ "label": share.label }));
        if !self.store().revoke_share(id, UnixMillis::now(), actor.user(), entry).await? {
            return Err(Error::Conflict("This link was revoked already.".to_owned()));
        }
        Ok(())
    }

    /// The report behind a link, for whoever has it; the reading is noted.
    pub async fn shared_report(&self, token: &str, address: &str, browser: &str) -> Result<Shared, Error> {
        let missing = || Error::NotFound("The link");
        let share = self.store().share_by_hash(&hash_of(token)).await?.ok_or_else(missing)?;
        let now = UnixMillis::now();
        if !share.open(now) {
            return Ok(Shared::Ended);
        }
        if let Err(retry_after_seconds) = self.readings().take(share.id, now) {
            return Err(Error::Throttled { retry_after_seconds });
        }
        let short = |text: &str| text.chars().take(VISITOR).collect::<String>();
        let visit = ShareVisit { share: share.id, at: now, address: short(address), browser: short(browser) };
        self.store().note_share_visit(&visit).await?;
        let bundle = self.store().bundle(share.assessment, None).await?.ok_or_else(missing)?;
        // Whoever follows a link reads and does nothing else.
        let assessed = self.assess(bundle, Role::Viewer).await?;
        let sections = Sections::named([share.sections.as_str()])?;
        let page = if sections.has(Section::Findings) {
            self.findings_of(assessed).await?
        } else {
            FindingsPage { assessed, findings: Vec::new(), cleared: Vec::new() }
        };
        Ok(Shared::Open(Box::new(self.report_of(page, None, sections).await?.for_guests())))
    }
}
