//! Answers: one criterion at a time, never overwritten in silence.

use domain::CriterionCode;
use domain::framework::Criterion;
use serde_json::json;
use store::record::{Answer, AnswerRevision, Assessment, Claim, Rater, SaveAnswer, Saved, WithdrawAnswer};
use store::{AssessmentId, UnixMillis};

use crate::service::org_audit;
use crate::{Actor, Error, FieldError, Permission, Service};

/// The longest rationale and the longest reason, in characters.
pub const LONGEST_RATIONALE: usize = 20_000;
pub const LONGEST_REASON: usize = 2_000;

/// What somebody answers, and which revision was on the screen.
#[derive(Debug, Clone)]
pub struct AnswerInput {
    pub claim: Claim,
    pub rationale: String,
    /// 0, or that of a withdrawal, where there was no answer.
    pub revision: i64,
}

/// How an answer came about.
#[derive(Clone, Copy)]
enum Deed {
    Answered,
    Rated,
    /// What revision `earlier` said was brought back.
    Restored {
        earlier: i64,
    },
}

impl Deed {
    const fn rater(self) -> Rater {
        match self {
            Self::Answered | Self::Restored { .. } => Rater::Own,
            Self::Rated => Rater::Assessor,
        }
    }
}

impl Service {
    /// Saves the organization's own answer; durable when this returns. A stale revision changes nothing.
    pub async fn save_answer(
        &self,
        actor: &Actor,
        assessment: AssessmentId,
        criterion: &CriterionCode,
        input: AnswerInput,
    ) -> Result<Answer, Error> {
        let found = self.assessment_for(actor, assessment, Permission::Answer).await?;
        let framework = self.prepared(found.framework).await?.framework;
        let criterion = framework.criterion(criterion).ok_or(Error::NotFound("The criterion"))?;
        must_be_open(&found)?;
        self.keep_answer(actor, &found, criterion, Rater::Own, input).await
    }

    /// Brings back what the organization answered in an earlier revision, as a new one: what was said in between stays
    /// on record. `seen` is the revision that was on the screen.
    pub async fn restore_answer(
        &self,
        actor: &Actor,
        assessment: AssessmentId,
        criterion: &CriterionCode,
        earlier: i64,
        seen: i64,
    ) -> Result<Answer, Error> {
        let found = self.assessment_for(actor, assessment, Permission::Answer).await?;
        let framework = self.prepared(found.framework).await?.framework;
        let criterion = framework.criterion(criterion).ok_or(Error::NotFound("The criterion"))?;
        must_be_open(&found)?;
        let history = self.store().answer_history(assessment, &criterion.code).await?;
        let mut own = history.into_iter().filter(|answer| answer.rater == Rater::Own);
        let wanted = own.find(|answer| answer.revision == earlier).ok_or(Error::NotFound("The revision"))?;
        let Some(claim) = wanted.claim else {
            let words =
                format!("Revision {earlier} is a withdrawal: there is no answer in it to bring back.");
            return Err(Error::Conflict(words));
        };
        if earlier == seen {
            let words = format!("Revision {earlier} is the answer on file already.");
            return Err(Error::Conflict(words));
        }
        let input = AnswerInput { claim, rationale: wanted.rationale, revision: seen };
        self.keep_deed(actor, &found, criterion, Deed::Restored { earlier }, input).await
    }

    /// Takes the organization's answer back: the criterion is unanswered again, and what was said stays on record. `seen`
    /// is the revision that was on the screen.
    pub async fn withdraw_answer(
        &self,
        actor: &Actor,
        assessment: AssessmentId,
        criterion: &CriterionCode,
        seen: i64,
    ) -> Result<AnswerRevision, Error> {
        let found = self.assessment_for(actor, assessment, Permission::Answer).await?;
        let framework = self.prepared(found.framework).await?.framework;
        let criterion = framework.criterion(criterion).ok_or(Error::NotFound("The criterion"))?;
        must_be_open(&found)?;
        let withdraw = WithdrawAnswer {
            assessment,
            criterion: criterion.code.clone(),
            seen_revision: seen,
            by: actor.user(),
            at: UnixMillis::now(),
        };
        let details = json!({ "criterion": criterion.code, "revision": seen.saturating_add(1) });
        let entry = org_audit(actor, found.org, "answer.withdrawn", assessment, details);
        match self.store().withdraw_answer(withdraw.clone(), entry).await? {
            Saved::Revision(revision) => {
                self.touch(assessment);
                Ok(AnswerRevision {
                    criterion: withdraw.criterion,
                    rater: Rater::Own,
                    claim: None,
                    rationale: String::new(),
                    revision,
                    by: withdraw.by,
                    by_name: actor.name().to_owned(),
                    at: withdraw.at,
                })
            }
            Saved::Stale(current) => Err(Error::Stale(Box::new(current))),
        }
    }

    /// Keeps what a rater says; who may say it was asked before.
    pub(crate) async fn keep_answer(
        &self,
        actor: &Actor,
        found: &Assessment,
        criterion: &Criterion,
        rater: Rater,
        input: AnswerInput,
    ) -> Result<Answer, Error> {
        let deed = match rater {
            Rater::Own => Deed::Answered,
            Rater::Assessor => Deed::Rated,
        };
        self.keep_deed(actor, found, criterion, deed, input).await
    }

    async fn keep_deed(
        &self,
        actor: &Actor,
        found: &Assessment,
        criterion: &Criterion,
        deed: Deed,
        input: AnswerInput,
    ) -> Result<Answer, Error> {
        let assessment = found.id;
        let organization =
            self.store().organization(found.org).await?.ok_or(Error::NotFound("The organization"))?;
        if !criterion.profiles.iter().any(|profile| organization.profiles.contains(profile)) {
            let problem = format!("{} does not apply to this organization's profiles.", criterion.code);
            return Err(Error::invalid("criterion", problem));
        }
        let save = checked(actor, assessment, criterion, deed.rater(), input)?;
        let mut details =
            json!({ "criterion": criterion.code, "claim": save.claim, "revision": save.seen_revision + 1 });
        let action = match deed {
            Deed::Answered => "answer.saved",
            Deed::Rated => "rating.saved",
            Deed::Restored { earlier } => {
                details["restored"] = earlier.into();
                "answer.restored"
            }
        };
        let entry = org_audit(actor, found.org, action, assessment, details);
        match self.store().save_answer(save.clone(), entry).await? {
            Saved::Revision(revision) => {
                self.touch(assessment);
                Ok(Answer {
                    criterion: save.criterion,
                    rater: save.rater,
                    claim: save.claim,
                    rationale: save.rationale,
                    revision,
                    by: save.by,
                    by_name: actor.name().to_owned(),
                    at: save.at,
                })
            }
            Saved::Stale(current) => Err(Error::Stale(Box::new(current))),
        }
    }

    /// Every revision of both raters' answers, newest first, withdrawals too.
    pub async fn answer_history(
        &self,
        actor: &Actor,
        assessment: AssessmentId,
        criterion: &CriterionCode,
    ) -> Result<Vec<AnswerRevision>, Error> {
        self.assessment_for(actor, assessment, Permission::Read).await?;
        Ok(self.store().answer_history(assessment, criterion).await?)
    }

    /// The withdrawals of the organization's answers that stand.
    pub async fn withdrawals(
        &self,
        actor: &Actor,
        assessment: AssessmentId,
    ) -> Result<Vec<AnswerRevision>, Error> {
        self.assessment_for(actor, assessment, Permission::Read).await?;
        Ok(self.store().withdrawals_of(assessment).await?)
    }

    /// The assessment, if the actor's role in its organization allows what is asked.
    pub(crate) async fn assessment_for(
        &self,
        actor: &Actor,
        id: AssessmentId,
        permission: Permission,
    ) -> Result<Assessment, Error> {
        let found = self.store().assessment(id).await?.ok_or(Error::NotFound("The assessment"))?;
        self.authorize(actor, found.org, permission, "The assessment").await?;
        Ok(found)
    }
}

/// A submitted assessment is locked for the organization. Asked again where the change is written.
pub(crate) fn must_be_open(assessment: &Assessment) -> Result<(), Error> {
    if assessment.state.is_open() {
        return Ok(());
    }
    Err(Error::Conflict(crate::review::not_in(assessment.state).to_owned()))
}

/// Why a rationale is not taken.
pub fn rationale_problem(text: &str) -> Option<&'static str> {
    let text = text.trim();
    if text.chars().count() > LONGEST_RATIONALE {
        return Some("Use at most 20,000 characters for the rationale. Attach longer texts as evidence.");
    }
    text.contains('\0').then_some("Leave the NUL character out of the rationale.")
}

/// Why a number is no revision that somebody saw.
pub fn revision_problem(seen: i64) -> Option<&'static str> {
    (seen < 0).then_some("The revision is the one last read: 0 or more.")
}

fn checked(
    actor: &Actor,
    assessment: AssessmentId,
    criterion: &Criterion,
    rater: Rater,
    input: AnswerInput,
) -> Result<SaveAnswer, Error> {
    let mut problems = Vec::new();
    let rationale = input.rationale.trim().to_owned();
    problems.extend(rationale_problem(&rationale).map(|problem| FieldError::new("rationale", problem)));
    let claim = match input.claim {
        Claim::NotApplicable { reason } => {
            let reason = reason.trim().to_owned();
            if reason.is_empty() {
                problems.push(FieldError::new("reason", "Say why this criterion does not apply."));
            } else if reason.chars().count() > LONGEST_REASON {
                problems.push(FieldError::new("reason", "Use at most 2,000 characters for the reason."));
            } else if reason.contains('\0') {
                problems.push(FieldError::new("reason", "Leave the NUL character out of the reason."));
            }
            Claim::NotApplicable { reason }
        }
        level @ Claim::Level(_) => level,
    };
    problems.extend(revision_problem(input.revision).map(|problem| FieldError::new("revision", problem)));
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    Ok(SaveAnswer {
        assessment,
        criterion: criterion.code.clone(),
        rater,
        claim,
        rationale,
        seen_revision: input.revision,
        by: actor.user(),
        at: UnixMillis::now(),
    })
}
