//! An assessment that follows another by a newer version of the framework: made with all that goes over, or not at all.

use crate::column::{Int, Text};
use crate::db::{Link, Store, run, statements};
use crate::error::{Naming, StoreError};
use crate::record::{AssessmentState, Audit, Claim, SaveAnswer, Successor};
use crate::{answers, assessments, audit, evidence, overrides, roadmap};

statements! {
    // What somebody decided for the newer version already stays.
    Both TIE = "INSERT INTO manual_ties (check_id, framework_id, binding, tied, reason, by_id, at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (check_id, framework_id, binding) DO NOTHING";
}

impl Store {
    /// Starts the assessment with its answers, its evidence, its ties and its attestations, in one transaction.
    pub async fn start_successor(&self, successor: Successor, audit: Audit) -> Result<(), StoreError> {
        let Successor { assessment, answers, evidence, ties, attestations, targets } = successor;
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        // First, since this holds the organization.
        overrides::carry(link, assessment.org, &attestations).await?;
        assessments::insert(link, &assessment).await?;
        for answer in &answers {
            copy_answer(link, answer).await?;
        }
        for item in &evidence {
            evidence::insert(link, item).await?;
        }
        for (criterion, level) in targets {
            let (by, at) = (assessment.created_by, assessment.created_at);
            roadmap::keep_target(link, assessment.id, &criterion, level, by, at).await?;
        }
        for tie in ties {
            run!(
                link,
                TIE,
                tie.check,
                tie.framework,
                Text(&tie.binding),
                tie.tied,
                &*tie.reason,
                tie.by,
                tie.at
            )
            .or_missing("check or binding")?;
        }
        audit::append(link, &audit).await?;
        writing.commit().await
    }
}

async fn copy_answer(link: &mut Link<'_>, answer: &SaveAnswer) -> Result<(), StoreError> {
    let (level, reason) = match &answer.claim {
        Claim::Level(level) => (Some(*level), None),
        Claim::NotApplicable { reason } => (None, Some(reason.as_str())),
    };
    let [state, other_state] = AssessmentState::OPEN;
    macro_rules! write {
        ($statement:expr $(, $more:expr)*) => {
            run!(
                link,
                $statement,
                answer.assessment,
                Text(&answer.criterion),
                Text(answer.rater),
                level.map(Int),
                reason,
                &*answer.rationale,
                answer.by,
                answer.at
                $(, $more)*
            )
            .or_missing("criterion in this assessment")
        };
    }
    write!(answers::INSERT, Text(state), Text(other_state), 0_i64)?;
    write!(answers::REMEMBER, 1_i64)?;
    Ok(())
}
