//! The review of an assessment: draft › submitted › in review › changes requested or final.
//!
//! Who submits belongs to the organization (owner, assessor); who reviews and signs comes from outside (consultant), and
//! never acted for the organization in it: no answer, no evidence, no submission, whatever became of them. What is submitted and what is signed becomes a
//! [`snapshot`](crate::snapshot).

mod decide;
mod rate;
mod risk;
mod settle;
mod state;

use domain::scoring::{EvidenceState, Standing};
use domain::{CriterionCode, Level, RungCode};
use store::record::{AssessmentState, Snapshot, Step};

use crate::assessment::Assessed;
use crate::{Actor, AssessmentId, Error, Permission, Service};

pub use decide::{Decided, Decisions, RefusedDecision};
pub use risk::Submission;
pub use settle::{Difference, SeenDifference};
pub use state::Concluded;

/// A gate that counts 0 because nobody answered, named before a submission and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenGate {
    pub criterion: CriterionCode,
    /// The lowest rung that asks for it.
    pub rung: RungCode,
    pub least: Level,
    /// Called not applicable, and not approved yet.
    pub pending: bool,
}

/// All that the page of a review shows.
pub struct ReviewPage {
    pub assessed: Assessed,
    /// Latest first.
    pub steps: Vec<Step>,
    /// Latest first.
    pub snapshots: Vec<Snapshot>,
    pub submission: Option<Submission>,
    /// Where the raters differ by 2 levels or more, or only one of them says that it does not apply; open ones first.
    pub differences: Vec<Difference>,
    pub open_gates: Vec<OpenGate>,
}

impl ReviewPage {
    /// Criteria that the organization calls not applicable and the assessor has not answered.
    pub fn pending_not_applicable(&self) -> Vec<&CriterionCode> {
        let pending =
            self.assessed.score.criteria.iter().filter(|one| one.standing == Standing::PendingNotApplicable);
        pending.map(|one| &one.code).collect()
    }

    /// How many items nobody reviewed.
    pub fn waiting_evidence(&self) -> usize {
        let waiting = self.assessed.bundle.evidence.iter();
        waiting.filter(|item| item.state == EvidenceState::Submitted).count()
    }
}

impl Service {
    /// How the review of an assessment stands.
    pub async fn review(&self, actor: &Actor, id: AssessmentId) -> Result<ReviewPage, Error> {
        let assessed = self.assessed(actor, id).await?;
        self.review_of(actor, assessed).await
    }

    /// The same for an assessment that was read already.
    pub async fn review_of(&self, actor: &Actor, assessed: Assessed) -> Result<ReviewPage, Error> {
        let id = assessed.bundle.assessment.id;
        self.assessment_for(actor, id, Permission::Read).await?;
        Ok(ReviewPage {
            steps: self.store().steps_of(id).await?,
            snapshots: self.store().snapshots_of(id).await?,
            submission: self.submission_of(actor, &assessed).await?,
            differences: settle::differences(&assessed, self.store().settled(id).await?),
            open_gates: open_gates(&assessed),
            assessed,
        })
    }
}

/// The unanswered criteria that gate a rung up to the assessment's target, or the next rung where it has none.
pub fn open_gates(assessed: &Assessed) -> Vec<OpenGate> {
    let next = assessed.score.totals.as_ref().and_then(|totals| totals.next.as_ref());
    let Some(aim) = assessed.bundle.assessment.target.as_ref().or(next) else { return Vec::new() };
    let ladder: Vec<&RungCode> = assessed.framework.sublevels.iter().map(|rung| &rung.code).collect();
    let Some(place) = ladder.iter().position(|rung| *rung == aim) else { return Vec::new() };
    let criteria = assessed.framework.criteria().zip(&assessed.score.criteria);
    let open = criteria.filter_map(|(criterion, score)| {
        let pending = match score.standing {
            Standing::Unanswered => false,
            Standing::PendingNotApplicable => true,
            _ => return None,
        };
        let gate = criterion.gates.iter().find(|gate| {
            gate.least > Level::LEAST && ladder[..=place].iter().any(|rung| **rung == gate.rung)
        })?;
        Some(OpenGate {
            criterion: criterion.code.clone(),
            rung: gate.rung.clone(),
            least: gate.least,
            pending,
        })
    });
    open.collect()
}

/// Why a state does not take a change, and what to do.
pub(crate) const fn not_in(state: AssessmentState) -> &'static str {
    match state {
        AssessmentState::Draft | AssessmentState::ChangesRequested => {
            "This assessment is with the organization. It can be reviewed once it was submitted."
        }
        AssessmentState::Submitted => {
            "This assessment was submitted and is locked. Take the submission back to change it, or begin the review."
        }
        AssessmentState::InReview => {
            "This assessment is in review and locked for the organization until the reviewer asks for changes."
        }
        AssessmentState::Final => {
            "This assessment is final and locked. Start a new one, or have the reviewer reopen it."
        }
    }
}
