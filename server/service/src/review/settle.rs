//! Adjudication: where the two raters are too far apart, and how that is settled (`scoring.md` section 4).

use domain::CriterionCode;
use serde_json::json;
use store::record::{Adjudication, Answer};
use store::{AssessmentId, UnixMillis};

use crate::assessment::Assessed;
use crate::service::org_audit;
use crate::{Actor, Error, Service};

/// A criterion on which the raters differ by 2 levels or more, or that only one of them calls not applicable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub criterion: CriterionCode,
    pub own: Answer,
    pub assessor: Answer,
    /// The note that closed it, for these two answers.
    pub settled: Option<Adjudication>,
}

/// Every difference, open ones first, then by code.
pub(super) fn differences(assessed: &Assessed, settled: Vec<Adjudication>) -> Vec<Difference> {
    let codes = assessed.score.adjudications.iter();
    let mut found: Vec<Difference> = codes
        .filter_map(|code| {
            let own = assessed.own_answer(code)?.clone();
            let assessor = assessed.assessor_answer(code)?.clone();
            let holds = |one: &&Adjudication| {
                one.criterion == *code
                    && one.own_revision == own.revision
                    && one.assessor_revision == assessor.revision
            };
            let settled = settled.iter().find(holds).cloned();
            Some(Difference { criterion: code.clone(), own, assessor, settled })
        })
        .collect();
    found.sort_by(|a, b| (a.settled.is_some(), &a.criterion).cmp(&(b.settled.is_some(), &b.criterion)));
    found
}

/// The two answers that somebody looked at, by their revisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenDifference {
    pub own: i64,
    pub assessor: i64,
}

impl Service {
    /// Closes a difference between the two answers that were seen, with a note. It opens again when one of them changes
    /// and they still differ.
    pub async fn settle_difference(
        &self,
        actor: &Actor,
        id: AssessmentId,
        criterion: &CriterionCode,
        seen: SeenDifference,
        note: &str,
    ) -> Result<Adjudication, Error> {
        let found = self.reviewable(actor, id).await?;
        let note = note.trim();
        if !(10..=4000).contains(&note.chars().count()) || note.contains('\0') {
            return Err(Error::invalid(
                "note",
                "Say in 10 to 4,000 characters how the difference was settled.",
            ));
        }
        let assessed = self.assessed(actor, id).await?;
        let difference =
            differences(&assessed, Vec::new()).into_iter().find(|one| one.criterion == *criterion);
        let Some(difference) = difference else {
            return Err(Error::Conflict(format!(
                "The two ratings of {criterion} do not differ by 2 or more: there is nothing to close."
            )));
        };
        let overtaken = || {
            Error::Conflict(format!(
                "One of the two answers to {criterion} changed after you read them. Look at both again before you close \
                 the difference. Nothing was changed."
            ))
        };
        if (difference.own.revision, difference.assessor.revision) != (seen.own, seen.assessor) {
            return Err(overtaken());
        }
        let settled = Adjudication {
            assessment: id,
            criterion: criterion.clone(),
            own_revision: seen.own,
            assessor_revision: seen.assessor,
            note: note.to_owned(),
            by: actor.user(),
            by_name: actor.name().to_owned(),
            at: UnixMillis::now(),
        };
        let details = json!({ "criterion": criterion, "note": note });
        let entry = org_audit(actor, found.org, "difference.settled", id, details);
        if !self.store().settle(settled.clone(), entry).await? {
            return Err(overtaken());
        }
        Ok(settled)
    }
}
