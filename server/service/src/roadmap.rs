//! The roadmap of an assessment: the rung aimed at, the cheapest climb to it, and what people decide about its steps.
//!
//! Nothing here changes a score: answers, evidence and checks do.

use std::collections::{BTreeMap, BTreeSet};

use domain::roadmap::{Plan, Wishes};
use domain::{CriterionCode, Level, RungCode};
use serde_json::json;
use store::record::{Assessment, AssessmentState, RoadmapStep, StepChoice};
use store::{AssessmentId, UnixMillis};

use crate::assessment::{Assessed, input};
use crate::service::{Prepared, org_audit};
use crate::{Actor, Error, FieldError, Permission, Service};

/// The longest name of who does a step.
const OWNER_LENGTH: usize = 120;

/// An assessment and the way to a rung.
pub struct RoadmapPage {
    pub assessed: Assessed,
    pub way: Way,
}

/// The way to a rung.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    pub target: RungCode,
    pub plan: Plan,
    /// What was decided, by criterion.
    pub decided: BTreeMap<CriterionCode, RoadmapStep>,
}

impl Way {
    /// What was decided about a criterion; nothing, where nobody said anything.
    pub fn decision(&self, criterion: &CriterionCode) -> RoadmapStep {
        self.decided.get(criterion).cloned().unwrap_or_else(|| undecided(criterion))
    }
}

fn undecided(criterion: &CriterionCode) -> RoadmapStep {
    RoadmapStep { criterion: criterion.clone(), choice: StepChoice::Free, owner: String::new(), due: None }
}

impl Service {
    /// The cheapest climb to a rung: the one named, else the one aimed at, else the next one.
    pub async fn roadmap(
        &self,
        actor: &Actor,
        id: AssessmentId,
        target: Option<RungCode>,
    ) -> Result<RoadmapPage, Error> {
        let assessed = self.assessed(actor, id).await?;
        let way = self.way(&assessed, target).await?;
        Ok(RoadmapPage { assessed, way })
    }

    /// The same for an assessment that was read already.
    pub(crate) async fn way(&self, assessed: &Assessed, target: Option<RungCode>) -> Result<Way, Error> {
        let assessment = &assessed.bundle.assessment;
        let Prepared { framework, scorer } = self.prepared(assessment.framework).await?;
        let decided = self.store().roadmap_steps(assessment.id).await?;
        let decided: BTreeMap<_, _> =
            decided.into_iter().map(|step| (step.criterion.clone(), step)).collect();
        let chosen = |choice: StepChoice| -> BTreeSet<CriterionCode> {
            let steps = decided.values().filter(|step| step.choice == choice);
            steps.map(|step| step.criterion.clone()).collect()
        };
        let next = || assessed.score.totals.as_ref().and_then(|totals| totals.next.clone());
        let top = || framework.sublevels.last().map(|rung| rung.code.clone());
        let target = target.or_else(|| assessment.target.clone()).or_else(next).or_else(top);
        let target = target.ok_or(Error::NotFound("The rung"))?;
        let wishes = Wishes {
            target: target.clone(),
            pinned: chosen(StepChoice::Pinned),
            excluded: chosen(StepChoice::Excluded),
        };
        let input = input(&assessed.bundle, &framework, assessed.computed_at);
        let service = self.clone();
        // Milliseconds of arithmetic: more than a request's share of a thread that others wait for.
        let solving = tokio::task::spawn_blocking(move || {
            domain::roadmap::plan(&framework, service.kinds(), &scorer, &input, &wishes)
        });
        let plan = solving.await.map_err(Error::internal)?;
        let plan = plan.map_err(|unknown| unknown_rung(assessed, &unknown.0))?;
        Ok(Way { target, plan, decided })
    }

    /// What was decided about the step on a criterion.
    pub async fn roadmap_decision(
        &self,
        actor: &Actor,
        id: AssessmentId,
        criterion: &CriterionCode,
    ) -> Result<RoadmapStep, Error> {
        let assessment = self.assessment_for(actor, id, Permission::Read).await?;
        let framework = self.prepared(assessment.framework).await?.framework;
        let known = framework.criterion(criterion).ok_or(Error::NotFound("The criterion"))?;
        let decided = self.store().roadmap_steps(id).await?;
        let decided = decided.into_iter().find(|step| step.criterion == known.code);
        Ok(decided.unwrap_or_else(|| undecided(&known.code)))
    }

    /// Aims the assessment at a rung, or at none in particular.
    pub async fn set_target(
        &self,
        actor: &Actor,
        id: AssessmentId,
        target: Option<RungCode>,
    ) -> Result<Assessment, Error> {
        let assessment = self.may_aim(actor, id).await?;
        let framework = self.prepared(assessment.framework).await?.framework;
        if let Some(target) = &target
            && !framework.sublevels.iter().any(|rung| rung.code == *target)
        {
            return Err(Error::invalid("target", "Choose a rung of the framework as target."));
        }
        let entry = org_audit(actor, assessment.org, "assessment.aimed", id, json!({ "target": target }));
        self.store().set_target(id, target.as_ref(), entry).await?;
        Ok(Assessment { target, ..assessment })
    }

    /// Sets the level that the assessment aims at for every criterion without one of its own (`scoring.md` section 2).
    pub async fn set_target_level(
        &self,
        actor: &Actor,
        id: AssessmentId,
        level: Level,
    ) -> Result<Assessment, Error> {
        let assessment = self.may_aim(actor, id).await?;
        let entry = org_audit(actor, assessment.org, "assessment.aimed", id, json!({ "level": level }));
        self.store().set_target_level(id, level, entry).await?;
        self.touch(id);
        Ok(Assessment { target_level: level, ..assessment })
    }

    /// Sets the level that the assessment aims at for one criterion; `None` for that of the assessment.
    pub async fn set_criterion_target(
        &self,
        actor: &Actor,
        id: AssessmentId,
        criterion: &CriterionCode,
        level: Option<Level>,
    ) -> Result<(), Error> {
        let assessment = self.may_aim(actor, id).await?;
        let framework = self.prepared(assessment.framework).await?.framework;
        framework.criterion(criterion).ok_or(Error::NotFound("The criterion"))?;
        let details = json!({ "criterion": criterion, "level": level });
        let entry = org_audit(actor, assessment.org, "criterion.aimed", id, details);
        let now = UnixMillis::now();
        self.store().set_criterion_target(id, criterion, level, actor.user(), now, entry).await?;
        self.touch(id);
        Ok(())
    }

    /// The assessment, if the actor may say what it aims at.
    async fn may_aim(&self, actor: &Actor, id: AssessmentId) -> Result<Assessment, Error> {
        let assessment = self.assessment_for(actor, id, Permission::Read).await?;
        self.authorize(actor, assessment.org, Permission::Assess, "The assessment").await?;
        refuse_final(&assessment)?;
        Ok(assessment)
    }

    /// Pins a step, leaves it out, or says who does it and until when.
    pub async fn decide_step(
        &self,
        actor: &Actor,
        id: AssessmentId,
        step: RoadmapStep,
    ) -> Result<RoadmapStep, Error> {
        let assessment = self.assessment_for(actor, id, Permission::Read).await?;
        self.authorize(actor, assessment.org, Permission::Operate, "The assessment").await?;
        refuse_final(&assessment)?;
        let framework = self.prepared(assessment.framework).await?.framework;
        if framework.criterion(&step.criterion).is_none() {
            return Err(Error::NotFound("The criterion"));
        }
        let step = RoadmapStep { owner: step.owner.trim().to_owned(), ..step };
        if step.owner.chars().count() > OWNER_LENGTH {
            let problem = format!("Use at most {OWNER_LENGTH} characters for the owner.");
            return Err(Error::Invalid(vec![FieldError::new("owner", problem)]));
        }
        let details = json!({
            "criterion": step.criterion, "choice": step.choice, "owner": step.owner, "due": step.due,
        });
        let entry = org_audit(actor, assessment.org, "roadmap.step.decided", id, details);
        self.store().keep_roadmap_step(id, &step, actor.user(), UnixMillis::now(), entry).await?;
        Ok(step)
    }
}

fn refuse_final(assessment: &Assessment) -> Result<(), Error> {
    if assessment.state == AssessmentState::Final {
        let words = "This assessment is final. Plan the climb in the one that follows it.";
        return Err(Error::Conflict(words.to_owned()));
    }
    Ok(())
}

fn unknown_rung(assessed: &Assessed, rung: &RungCode) -> Error {
    let rungs: Vec<&str> = assessed.framework.sublevels.iter().map(|rung| rung.code.as_str()).collect();
    let problem =
        format!("{} has no rung {rung}. Choose one of {}.", assessed.framework.code, rungs.join(", "));
    Error::invalid("target", problem)
}
