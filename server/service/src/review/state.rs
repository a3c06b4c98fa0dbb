//! The steps from state to state.

use std::sync::Arc;

use domain::Framework;
use domain::scoring::Score;
use serde_json::json;
use store::record::{Assessment, AssessmentState, Signed, Signing, Snapshot, SnapshotKind, Step};
use store::{AssessmentId, SnapshotId, StepId, UnixMillis};

use super::{OpenGate, not_in, open_gates, settle};
use crate::assessment::{Assessed, input};
use crate::service::{Prepared, org_audit};
use crate::snapshot;
use crate::{Actor, Error, Permission, Service};

/// The longest note to a step, in characters.
const LONGEST_NOTE: usize = 4_000;

/// A submission or a signature.
#[derive(Debug, Clone)]
pub struct Concluded {
    pub assessment: Assessment,
    pub snapshot: Snapshot,
    pub framework: Arc<Framework>,
    /// Gates that count 0 because nobody answered.
    pub open_gates: Vec<OpenGate>,
}

impl Service {
    /// Submits an assessment: a snapshot is made, and the organization's answers and evidence are locked. Unanswered
    /// gates do not keep it from being submitted; they are named.
    pub async fn submit(&self, actor: &Actor, id: AssessmentId, note: &str) -> Result<Concluded, Error> {
        let found = self.assessment_for(actor, id, Permission::Submit).await?;
        if !found.state.is_open() {
            return Err(Error::Conflict(not_in(found.state).to_owned()));
        }
        self.conclude(actor, found, AssessmentState::Submitted, SnapshotKind::Submitted, note).await
    }

    /// Begins the review of what was submitted.
    pub async fn begin_review(&self, actor: &Actor, id: AssessmentId) -> Result<Assessment, Error> {
        let found = self.reviewable(actor, id).await?;
        match found.state {
            AssessmentState::Submitted => self.step(actor, found, AssessmentState::InReview, "").await,
            other => Err(Error::Conflict(not_in(other).to_owned())),
        }
    }

    /// Signs what was reviewed. Refused while a difference between the raters is open.
    pub async fn finalize(&self, actor: &Actor, id: AssessmentId, note: &str) -> Result<Concluded, Error> {
        let found = self.reviewable(actor, id).await?;
        match found.state {
            AssessmentState::InReview => {
                self.conclude(actor, found, AssessmentState::Final, SnapshotKind::Final, note).await
            }
            AssessmentState::Submitted => {
                Err(Error::Conflict("Begin the review before you sign: it locks nothing more.".to_owned()))
            }
            other => Err(Error::Conflict(not_in(other).to_owned())),
        }
    }

    /// Gives the assessment back to the organization. The organization takes back what nobody has begun to review; a
    /// reviewer asks for changes, also of what was final. Every snapshot stays.
    pub async fn reopen(&self, actor: &Actor, id: AssessmentId, note: &str) -> Result<Assessment, Error> {
        let found = self.assessment_for(actor, id, Permission::Read).await?;
        if found.state.is_open() {
            return Err(Error::Conflict("This assessment is open already.".to_owned()));
        }
        let role = self.role(actor, found.org, "The assessment").await?;
        let to = if Permission::Submit.allows(role) && found.state == AssessmentState::Submitted {
            AssessmentState::Draft
        } else {
            self.reviewable(actor, id).await?;
            AssessmentState::ChangesRequested
        };
        self.step(actor, found, to, note).await
    }

    /// The assessment, if the actor may judge it: from outside, by role and by what they did.
    pub(crate) async fn reviewable(&self, actor: &Actor, id: AssessmentId) -> Result<Assessment, Error> {
        let found = self.assessment_for(actor, id, Permission::Judge).await?;
        for user in self.known_as(actor, found.org).await? {
            if self.store().acted_for_organization(id, user).await? {
                return Err(Error::Conflict(
                    "You acted here for the organization (answered, attached evidence or submitted): somebody else has \
                     to review it."
                        .to_owned(),
                ));
            }
        }
        Ok(found)
    }

    async fn step(
        &self,
        actor: &Actor,
        found: Assessment,
        to: AssessmentState,
        note: &str,
    ) -> Result<Assessment, Error> {
        let step = step(actor, &found, to, note)?;
        let details = json!({ "title": found.title, "note": step.note });
        let entry = org_audit(actor, found.org, action(to), found.id, details);
        if !self.store().take_step(step, entry).await? {
            return Err(overtaken());
        }
        self.catch_up(found.id).await;
        Ok(Assessment { state: to, independent_signoff: false, ..found })
    }

    async fn conclude(
        &self,
        actor: &Actor,
        found: Assessment,
        to: AssessmentState,
        kind: SnapshotKind,
        note: &str,
    ) -> Result<Concluded, Error> {
        let step = step(actor, &found, to, note)?;
        let at = step.at;
        let signing = Signing { step, kind, snapshot: SnapshotId::new() };
        let prepared = self.prepared(found.framework).await?;
        let settled = self.store().settled(found.id).await?;
        let details = json!({ "title": found.title, "snapshot": signing.snapshot });
        let entry = org_audit(actor, found.org, action(to), found.id, details);
        let Prepared { framework, scorer } = prepared;
        let person = snapshot::Person::of(actor);
        let mut gates = Vec::new();
        let signed = self.store().sign(signing, found.org, entry, |bundle, before| {
            let input = input(bundle, &framework, at);
            let score: Score = scorer.score(&input);
            let role = store::record::Role::Viewer;
            let assessed = Assessed {
                bundle: bundle.clone(),
                framework: framework.clone(),
                score,
                role,
                computed_at: at,
            };
            gates = open_gates(&assessed);
            if kind == SnapshotKind::Final {
                let differences = settle::differences(&assessed, settled);
                let open = differences.iter().filter(|difference| difference.settled.is_none());
                let open: Vec<_> = open.map(|difference| difference.criterion.to_string()).collect();
                if !open.is_empty() {
                    return Err(open);
                }
            }
            Ok(snapshot::seal(&assessed, &input, kind, before, person))
        });
        match signed.await? {
            Signed::Done(made) => {
                self.catch_up(found.id).await;
                let independent_signoff = to == AssessmentState::Final;
                let assessment = Assessment { state: to, independent_signoff, ..found };
                Ok(Concluded { assessment, snapshot: made, framework, open_gates: gates })
            }
            Signed::OtherState => Err(overtaken()),
            Signed::Refused(open) => Err(Error::Conflict(format!(
                "The two ratings differ on {}. Bring them together, or close each difference with a note, and sign then.",
                open.join(", ")
            ))),
        }
    }
}

fn step(actor: &Actor, found: &Assessment, to: AssessmentState, note: &str) -> Result<Step, Error> {
    let note = note.trim();
    if note.chars().count() > LONGEST_NOTE {
        return Err(Error::invalid("note", "Use at most 4,000 characters for the note."));
    }
    if note.contains('\0') {
        return Err(Error::invalid("note", "Leave the NUL character out of the note."));
    }
    Ok(Step {
        id: StepId::new(),
        assessment: found.id,
        at: UnixMillis::now(),
        by: actor.user(),
        by_name: actor.name().to_owned(),
        from: found.state,
        to,
        note: note.to_owned(),
    })
}

const fn action(to: AssessmentState) -> &'static str {
    match to {
        AssessmentState::Draft => "assessment.taken_back",
        AssessmentState::Submitted => "assessment.submitted",
        AssessmentState::InReview => "review.begun",
        AssessmentState::ChangesRequested => "review.changes_requested",
        AssessmentState::Final => "assessment.finalized",
    }
}

fn overtaken() -> Error {
    Error::Conflict("Somebody else changed its state in the meantime. Look at it again.".to_owned())
}
