//! Evidence: dated notes, links and files that stand behind answers (`scoring.md` section 5).

mod criteria;
mod file;
mod name;
mod room;
mod sniff;

use domain::scoring::{EvidenceDuration, EvidenceState};
use domain::{CriterionCode, KindCode};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::json;
use store::record::{
    Assessment, AssessmentState, Evidence, EvidenceBody, EvidenceReview, EvidenceReviewed, SeenEvidence,
};
use store::{AssessmentId, EvidenceId, UnixMillis};

pub use self::file::{LARGEST_FILE, Replacement, Upload};
pub(crate) use self::name::{clean as clean_name, opaque as opaque_name};
pub use self::room::FileRoom;
pub(crate) use self::room::Room;
pub(crate) use self::sniff::{FileKind, sniff};
use crate::answer::must_be_open;
use crate::check::ON_EVIDENCE;
use crate::service::org_audit;
use crate::{Actor, Error, FieldError, Permission, Service};

/// A new item.
#[derive(Debug, Clone)]
pub struct NewEvidence {
    /// At least one.
    pub criteria: Vec<CriterionCode>,
    /// A file without one is called by its name.
    pub title: String,
    pub body: NewBody,
    pub duration: EvidenceDuration,
    /// What it shows was true on this day.
    pub dated: Date,
    /// Earlier than the class gives; a later one has no effect.
    pub expires: Option<Date>,
    /// The headline percentage that it reports: a coverage, a share, favorable answers.
    pub reported_pct: Option<Decimal>,
}

/// What a new item is made of.
#[derive(Debug, Clone)]
pub enum NewBody {
    Note(String),
    Link(String),
    File(Upload),
}

impl Service {
    /// Attaches an item to criteria of an assessment.
    pub async fn add_evidence(
        &self,
        actor: &Actor,
        assessment: AssessmentId,
        new: NewEvidence,
    ) -> Result<Evidence, Error> {
        let found = self.assessment_for(actor, assessment, Permission::Answer).await?;
        must_be_open(&found)?;
        let now = UnixMillis::now();
        let NewEvidence { criteria, title, body, duration, dated, expires, reported_pct } = new;
        let (body, upload, mut problems) = file::understood(body).await?;
        let title = file::title(&title, &body);
        let new = Described { criteria, title, duration, dated, expires, reported_pct };
        problems.extend(problems_of(&new, &body, now.date()));
        problems.extend(self.problems_of_criteria(&found, &new.criteria).await?);
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let mut criteria = new.criteria;
        criteria.sort();
        criteria.dedup();
        let evidence = Evidence {
            id: EvidenceId::new(),
            org: found.org,
            assessment,
            criteria,
            title: new.title,
            body,
            duration: new.duration,
            dated: new.dated,
            expires: new.expires,
            reported_pct: new.reported_pct,
            author: actor.user(),
            author_name: actor.name().to_owned(),
            state: EvidenceState::Submitted,
            reviewer: None,
            revision: 1,
            created_at: now,
        };
        let details =
            json!({ "title": evidence.title, "criteria": evidence.criteria, "assessment": assessment });
        let entry = org_audit(actor, found.org, "evidence.added", evidence.id, details);
        self.add_with_file(evidence.clone(), upload, entry).await?;
        self.follow_evidence(&found).await;
        Ok(evidence)
    }

    /// Accepts or rejects an item in the revision that was read. Nobody reviews what they attached themselves; once the
    /// assessment was submitted, only somebody from outside does who did nothing for the organization.
    pub async fn review_evidence(
        &self,
        actor: &Actor,
        id: EvidenceId,
        seen_revision: i64,
        state: EvidenceState,
    ) -> Result<Evidence, Error> {
        let evidence = self.evidence_for(actor, id, Permission::Review).await?;
        let found = self.assessment_for(actor, evidence.assessment, Permission::Review).await?;
        let seen = SeenEvidence { id, revision: seen_revision };
        if evidence.seen() != seen {
            return Err(replaced(&evidence));
        }
        self.judge_evidence(actor, &found, seen, state).await?;
        self.follow_evidence(&found).await;
        Ok(Evidence { state, reviewer: Some(actor.user()), ..evidence })
    }

    /// Says it of an item, if the actor may; without what follows from it ([`Service::follow_evidence`]).
    pub(crate) async fn judge_evidence(
        &self,
        actor: &Actor,
        found: &Assessment,
        seen: SeenEvidence,
        state: EvidenceState,
    ) -> Result<(), Error> {
        let during = self.reviews_evidence_during(actor, found).await?;
        // Whoever attached it elsewhere, before the organization came here, attached it; the store looks at accounts.
        if let Some(item) = self.store().evidence(seen.id).await?
            && item.seen() == seen
            && item.author != actor.user()
            && self.known_as(actor, found.org).await?.contains(&item.author)
        {
            return Err(own(&item));
        }
        let details = json!({ "state": state, "revision": seen.revision });
        let entry = org_audit(actor, found.org, "evidence.reviewed", seen.id, details);
        let review = EvidenceReview { assessment: found.id, seen, state, reviewer: actor.user(), during };
        match self.store().review_evidence(review, entry).await? {
            EvidenceReviewed::Done => Ok(()),
            EvidenceReviewed::Missing => Err(Error::NotFound("The evidence")),
            EvidenceReviewed::Own(item) => Err(own(&item)),
            EvidenceReviewed::Replaced(item) => Err(replaced(&item)),
        }
    }

    /// The states of the assessment in which the actor may go on reviewing evidence, from the one that it is in.
    async fn reviews_evidence_during(
        &self,
        actor: &Actor,
        found: &Assessment,
    ) -> Result<&'static [AssessmentState], Error> {
        const LOCKED: [AssessmentState; 2] = [AssessmentState::Submitted, AssessmentState::InReview];
        match found.state {
            AssessmentState::Draft | AssessmentState::ChangesRequested => {
                self.authorize(actor, found.org, Permission::Review, "The assessment").await?;
                Ok(&AssessmentState::OPEN)
            }
            AssessmentState::Submitted | AssessmentState::InReview => {
                self.reviewable(actor, found.id).await?;
                Ok(&LOCKED)
            }
            AssessmentState::Final => Err(Error::Conflict(crate::review::not_in(found.state).to_owned())),
        }
    }

    /// What follows from a change of an assessment's evidence.
    pub(crate) async fn follow_evidence(&self, found: &Assessment) {
        self.run_checks_on_records(found.org, &KindCode::from(ON_EVIDENCE)).await;
        self.catch_up(found.id).await;
    }

    /// Takes an item away. One that a reviewer accepted needs somebody who may review: else whoever attached it would unsay
    /// what the reviewer said.
    pub async fn remove_evidence(&self, actor: &Actor, id: EvidenceId) -> Result<(), Error> {
        let evidence = self.evidence_for(actor, id, Permission::Answer).await?;
        let assessment = self.assessment_for(actor, evidence.assessment, Permission::Answer).await?;
        must_be_open(&assessment)?;
        let details = json!({ "title": evidence.title, "assessment": assessment.id });
        let entry = org_audit(actor, evidence.org, "evidence.removed", id, details);
        let role = self.role(actor, evidence.org, "The evidence").await?;
        let removed = if Permission::Review.allows(role) {
            self.store().remove_evidence(assessment.id, id, entry).await?
        } else {
            self.store().remove_unaccepted_evidence(assessment.id, id, entry).await?
        };
        if !removed {
            let still = self.store().evidence(id).await?.ok_or(Error::NotFound("The evidence"))?;
            return Err(Error::Forbidden(format!(
                "A reviewer accepted \"{}\" as it is or was, so it stays. {}",
                still.title,
                Permission::Review.refusal(role)
            )));
        }
        // What a snapshot names by its hash stays where it can be fetched for whoever has to show it.
        match self.store().latest_snapshot(assessment.id).await {
            Ok(None) => self.forget_files(&evidence).await,
            Ok(Some(_)) => {}
            Err(error) => tracing::error!(%error, evidence = %id, "files of evidence were not removed"),
        }
        self.follow_evidence(&assessment).await;
        Ok(())
    }

    pub(crate) async fn evidence_for(
        &self,
        actor: &Actor,
        id: EvidenceId,
        permission: Permission,
    ) -> Result<Evidence, Error> {
        let evidence = self.store().evidence(id).await?.ok_or(Error::NotFound("The evidence"))?;
        self.authorize(actor, evidence.org, permission, "The evidence").await?;
        Ok(evidence)
    }
}

fn own(item: &Evidence) -> Error {
    Error::Conflict(format!(
        "You attached \"{}\": somebody else has to review it. Nothing was changed.",
        item.title
    ))
}

fn replaced(item: &Evidence) -> Error {
    Error::Conflict(format!(
        "Somebody replaced \"{}\" after you read it: it is in revision {} now. Look at that one before you review it. \
         Nothing was changed.",
        item.title, item.revision
    ))
}

/// A new item but for its content, as it is kept.
struct Described {
    criteria: Vec<CriterionCode>,
    title: String,
    duration: EvidenceDuration,
    dated: Date,
    expires: Option<Date>,
    reported_pct: Option<Decimal>,
}

fn problems_of(new: &Described, body: &EvidenceBody, today: Date) -> Vec<FieldError> {
    let mut problems = Vec::new();
    let title = new.title.trim();
    if title.is_empty() {
        problems.push(FieldError::new("title", "Give the item a title."));
    } else if title.chars().count() > 200 {
        problems.push(FieldError::new("title", "Use at most 200 characters for the title."));
    }
    problems.extend(crate::name::unprintable("title", title));
    match body {
        EvidenceBody::Note(text) if text.trim().is_empty() => {
            problems.push(FieldError::new("note", "Write what the note says."));
        }
        EvidenceBody::Note(text) if text.chars().count() > 20_000 => {
            problems.push(FieldError::new("note", "Use at most 20,000 characters for the note."));
        }
        EvidenceBody::Link(address) if !is_web_address(address.trim()) => {
            problems.push(FieldError::new("link", "Enter an address that begins with https:// or http://."));
        }
        EvidenceBody::Note(_) | EvidenceBody::Link(_) | EvidenceBody::File(_) => {}
    }
    if new.dated > today {
        problems.push(FieldError::new(
            "dated",
            "The date lies in the future. Use the day that the item speaks of.",
        ));
    }
    if new.expires.is_some_and(|expires| expires < new.dated) {
        problems.push(FieldError::new("expires", "The expiry lies before the item's own date."));
    }
    if new.reported_pct.is_some_and(|share| share.is_sign_negative() || share > Decimal::ONE_HUNDRED) {
        problems.push(FieldError::new("reported_pct", "Write a number from 0 to 100."));
    }
    if new.criteria.is_empty() {
        problems.push(FieldError::new("criteria", "Choose at least one criterion."));
    }
    problems
}

/// A link is shown as a link: no `javascript:` and its kind.
fn is_web_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    text.len() <= 2000
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
        && rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::is_web_address;

    #[test]
    fn only_web_addresses_become_links() {
        assert!(is_web_address("https://clinic.example/report.pdf"));
        for bad in
            ["javascript:alert(1)", "https://", "https:///x", "ftp://a", "data:text/html,x", "https://a b"]
        {
            assert!(!is_web_address(bad), "{bad}");
        }
    }
}
