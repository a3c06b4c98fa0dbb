//! The assessor's ratings beside the organization's answers.

use domain::scoring::Standing;
use domain::{CriterionCode, DomainCode};
use store::AssessmentId;
use store::record::{Answer, AssessmentState, Rater};

use super::not_in;
use crate::answer::AnswerInput;
use crate::{Actor, Error, Service};

impl Service {
    /// Rates a criterion beside the organization's answer, in the review only. A level there is the official answer; so
    /// is *not applicable*, which approves the organization's.
    pub async fn rate(
        &self,
        actor: &Actor,
        id: AssessmentId,
        criterion: &CriterionCode,
        input: AnswerInput,
    ) -> Result<Answer, Error> {
        let found = self.reviewable(actor, id).await?;
        let framework = self.prepared(found.framework).await?.framework;
        let criterion = framework.criterion(criterion).ok_or(Error::NotFound("The criterion"))?;
        if found.state != AssessmentState::InReview {
            return Err(Error::Conflict(not_in(found.state).to_owned()));
        }
        self.keep_answer(actor, &found, criterion, Rater::Assessor, input).await
    }

    /// Takes over every claim of a domain (of all domains without one) that the assessor has not rated, as a rating of
    /// the same level. *Not applicable* is left for a decision of its own. How many there were.
    pub async fn agree(
        &self,
        actor: &Actor,
        id: AssessmentId,
        domain: Option<&DomainCode>,
    ) -> Result<usize, Error> {
        let found = self.reviewable(actor, id).await?;
        if found.state != AssessmentState::InReview {
            return Err(Error::Conflict(not_in(found.state).to_owned()));
        }
        let assessed = self.assessed(actor, id).await?;
        let framework = assessed.framework.clone();
        if domain.is_some_and(|code| framework.domain(code).is_none()) {
            return Err(Error::NotFound("The domain"));
        }
        let mut agreed = 0;
        for asked in framework.domains.iter().filter(|one| domain.is_none_or(|code| one.code == *code)) {
            for criterion in &asked.criteria {
                let standing = assessed.criterion_score(&criterion.code).map(|score| score.standing);
                let Some(claim) = assessed.own_answer(&criterion.code).map(|answer| answer.claim.clone())
                else {
                    continue;
                };
                let unrated = assessed.assessor_answer(&criterion.code).is_none();
                if !unrated || !matches!(standing, Some(Standing::Answered(_))) {
                    continue;
                }
                let input = AnswerInput { claim, rationale: String::new(), revision: 0 };
                match self.keep_answer(actor, &found, criterion, Rater::Assessor, input).await {
                    Ok(_) => agreed += 1,
                    // Somebody rated it in the meantime, and that stays.
                    Err(Error::Stale(_)) => {}
                    // The ratings before it are on the disk: they are what is told.
                    Err(error) if agreed > 0 => {
                        tracing::error!(assessment = %id, ?error, "not every claim was taken over");
                        return Ok(agreed);
                    }
                    Err(other) => return Err(other),
                }
            }
        }
        Ok(agreed)
    }
}
