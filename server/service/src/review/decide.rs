//! Many decisions of a review at once. Each is authorized and refused as if it came singly; the others are done.

use domain::CriterionCode;
use domain::scoring::{EvidenceState, Standing};
use store::AssessmentId;
use store::record::{Claim, SeenEvidence};

use crate::answer::AnswerInput;
use crate::assessment::Assessed;
use crate::{Actor, Error, Permission, Service};

/// More in one form would be a mistake.
const MOST: usize = 500;

/// What is to be decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decisions {
    /// Items in the revision that was read.
    pub accept: Vec<SeenEvidence>,
    pub reject: Vec<SeenEvidence>,
    /// Criteria that the organization calls not applicable, to agree with.
    pub approve: Vec<CriterionCode>,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decided {
    pub done: usize,
    /// In the order in which they were asked for.
    pub refused: Vec<RefusedDecision>,
}

/// One decision that was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedDecision {
    /// The criterion's code, the item's title, or its id where there is no such item.
    pub what: String,
    pub why: String,
}

impl Service {
    /// Accepts and rejects evidence and approves claims of *not applicable*, one by one.
    pub async fn decide(
        &self,
        actor: &Actor,
        id: AssessmentId,
        decisions: Decisions,
    ) -> Result<Decided, Error> {
        let found = self.assessment_for(actor, id, Permission::Read).await?;
        let Decisions { accept, reject, approve } = decisions;
        match accept.len() + reject.len() + approve.len() {
            0 => return Err(Error::invalid("items", "Choose at least one line.")),
            1..=MOST => {}
            _ => return Err(Error::invalid("items", format!("Choose at most {MOST} lines at a time."))),
        }
        let known = self.store().evidence_of(id).await?;
        let accepted = accept.into_iter().map(|item| (item, EvidenceState::Accepted));
        let rejected = reject.into_iter().map(|item| (item, EvidenceState::Rejected));
        let mut decided = Decided::default();
        let mut reviewed = false;
        for (seen, state) in accepted.chain(rejected) {
            let Some(evidence) = known.iter().find(|one| one.id == seen.id) else {
                decided.refuse(seen.id.to_string(), "There is no such item in this assessment.".to_owned());
                continue;
            };
            let done = self.judge_evidence(actor, &found, seen, state).await;
            reviewed |= done.is_ok();
            decided.note(&evidence.title, done)?;
        }
        if reviewed {
            self.follow_evidence(&found).await;
        }
        if !approve.is_empty() {
            let assessed = self.assessed(actor, id).await?;
            for criterion in approve {
                let done = self.approve(actor, &assessed, &criterion).await;
                decided.note(criterion.as_str(), done)?;
            }
        }
        Ok(decided)
    }

    /// Rates a criterion as not applicable for the organization's own reason.
    async fn approve(
        &self,
        actor: &Actor,
        assessed: &Assessed,
        criterion: &CriterionCode,
    ) -> Result<(), Error> {
        let standing = assessed.criterion_score(criterion).map(|score| score.standing);
        match standing {
            Some(Standing::PendingNotApplicable) => {}
            None => return Err(Error::NotFound("The criterion")),
            Some(Standing::ApprovedNotApplicable) => {
                return Err(Error::Conflict("It is approved already.".to_owned()));
            }
            Some(_) => {
                return Err(Error::Conflict("The organization does not call it not applicable.".to_owned()));
            }
        }
        let own = assessed.own_answer(criterion).ok_or(Error::NotFound("The answer"))?;
        let claim @ Claim::NotApplicable { .. } = own.claim.clone() else {
            return Err(Error::Conflict("The organization does not call it not applicable.".to_owned()));
        };
        let revision = assessed.assessor_answer(criterion).map_or(0, |rating| rating.revision);
        let input = AnswerInput { claim, rationale: String::new(), revision };
        self.rate(actor, assessed.bundle.assessment.id, criterion, input).await.map(drop)
    }
}

impl Decided {
    fn refuse(&mut self, what: String, why: String) {
        self.refused.push(RefusedDecision { what, why });
    }

    /// Counts what was done and keeps why something was not; what is our own fault ends it all.
    fn note(&mut self, what: &str, done: Result<(), Error>) -> Result<(), Error> {
        match done {
            Ok(()) => self.done += 1,
            Err(error) if error.own_fault().is_some() => return Err(error),
            Err(Error::Stale(_)) => {
                self.refuse(what.to_owned(), "Somebody else rated it in the meantime.".to_owned());
            }
            Err(other) => self.refuse(what.to_owned(), sentence(&other)),
        }
        Ok(())
    }
}

fn sentence(error: &Error) -> String {
    let words = error.to_string();
    if words.ends_with('.') { words } else { format!("{words}.") }
}
