//! The roadmap: the cheapest climb to a rung, and what people decide about its steps.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use domain::roadmap::{Obstacle, Plan, PlannedStep, Roadmap as Climb, Standpoint};
use domain::scoring::{Exact, display, fraction};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use service::record::{RoadmapStep, StepChoice};
use service::roadmap::RoadmapPage;
use service::{AssessmentId, Service};
use utoipa::{IntoParams, ToSchema};

use super::assessment::Assessment;
use super::extract::{Bearer, Body, Change, Queried, Segments};
use super::problem::Problem;

/// The least effort that lifts an assessment to a rung.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Roadmap {
    /// Always shown with a rung.
    disclaimer: String,
    #[schema(example = "8.2")]
    target: String,
    /// Whether any work reaches the rung. Where none does, `obstacles` say why and there are no steps.
    reachable: bool,
    /// Most gained for the effort first.
    steps: Vec<Step>,
    /// Of all steps together; no other steps reach the rung with less.
    #[schema(example = 18)]
    total_effort: u32,
    /// An assessor from outside the organization has to sign at the end.
    needs_signature: bool,
    /// Where the assessment stands today; null while it is unrated.
    start: Option<Stand>,
    /// The score with every step done, by the scoring rule itself; null where the rung is out of reach.
    proof: Option<Proof>,
    obstacles: Vec<String>,
    /// What was decided, by criterion.
    decisions: BTreeMap<String, Decision>,
}

/// Work on one criterion.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = RoadmapStep)]
struct Step {
    #[schema(example = "PAT-1")]
    criterion: String,
    /// The level that counts today.
    from: u8,
    /// The level that counts then.
    to: u8,
    /// S 1, M 2, L 4, once for the step; 0 for an answer alone.
    #[schema(example = 2)]
    effort: u8,
    /// `answer`, `repair`, `prove` or `improve`.
    #[schema(example = "improve")]
    action: &'static str,
    /// What is to be done, a sentence for each thing.
    what: Vec<String>,
    /// The level to claim; null where the answer says enough.
    claim: Option<u8>,
    /// Whether evidence is to be brought.
    evidence: bool,
    /// The bound checks that have to pass because they contradict the answer or lower its confidence.
    repair: Vec<String>,
    /// The bound check that has to pass to verify the answer.
    verify: Option<String>,
    /// In points of overall score, as a fraction.
    #[schema(example = "13/20")]
    gain: String,
    /// Where the assessment stands after this step and all before it.
    then: Stand,
}

/// Where an assessment stands.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = RoadmapStand)]
struct Stand {
    #[schema(example = 70.5)]
    overall: f64,
    /// Percent.
    confidence: f64,
    #[schema(example = "8.1")]
    sublevel: String,
}

/// The result of the scoring rule when everything is done.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = RoadmapProof)]
struct Proof {
    /// The rung reached, or one above it.
    #[schema(example = "8.2")]
    sublevel: String,
    /// Whether the target's conditions and those of every lower rung hold.
    reaches_target: bool,
    overall: f64,
    /// Percent.
    confidence: f64,
    /// Percent.
    completeness: f64,
    /// The same as fractions.
    exact: ExactProof,
}

/// The figures as fractions in lowest terms.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
struct ExactProof {
    overall: String,
    confidence: String,
    completeness: String,
}

/// What people decided about the step on a criterion.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = RoadmapDecision)]
pub(super) struct Decision {
    choice: ChoiceName,
    /// Who does it; empty for nobody yet.
    owner: String,
    #[schema(format = Date)]
    due: Option<String>,
}

/// Whether a criterion is part of the climb.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = RoadmapChoice)]
enum ChoiceName {
    /// Where it is cheapest.
    Free,
    /// In any case.
    Pinned,
    /// In no case.
    Excluded,
}

impl From<StepChoice> for ChoiceName {
    fn from(choice: StepChoice) -> Self {
        match choice {
            StepChoice::Free => Self::Free,
            StepChoice::Pinned => Self::Pinned,
            StepChoice::Excluded => Self::Excluded,
        }
    }
}

impl From<ChoiceName> for StepChoice {
    fn from(choice: ChoiceName) -> Self {
        match choice {
            ChoiceName::Free => Self::Free,
            ChoiceName::Pinned => Self::Pinned,
            ChoiceName::Excluded => Self::Excluded,
        }
    }
}

impl From<&RoadmapStep> for Decision {
    fn from(step: &RoadmapStep) -> Self {
        Self {
            choice: step.choice.into(),
            owner: step.owner.clone(),
            due: step.due.map(|date| date.to_string()),
        }
    }
}

fn rounded(value: &Exact) -> f64 {
    display(value).parse().expect("a decimal number is shown")
}

impl From<&Standpoint> for Stand {
    fn from(stand: &Standpoint) -> Self {
        Self {
            overall: rounded(&stand.overall),
            confidence: rounded(&stand.confidence),
            sublevel: stand.rung.to_string(),
        }
    }
}

impl Step {
    fn of(step: &PlannedStep, page: &RoadmapPage) -> Self {
        let criterion = page.assessed.framework.criterion(&step.criterion);
        Self {
            criterion: step.criterion.to_string(),
            from: step.from.get(),
            to: step.to.get(),
            effort: step.effort,
            action: step.action.word(),
            what: criterion.map(|criterion| step.lines(criterion)).unwrap_or_default(),
            claim: step.claim.map(domain::Level::get),
            evidence: step.evidence.is_some(),
            repair: step.repair.iter().map(ToString::to_string).collect(),
            verify: step.verify.as_ref().map(ToString::to_string),
            gain: fraction(&step.gain),
            then: (&step.then).into(),
        }
    }
}

impl Proof {
    fn of(climb: &Climb) -> Option<Self> {
        let totals = climb.proof.totals.as_ref()?;
        let reached = |rung: &domain::scoring::RungStanding| rung.code == climb.target && rung.reached;
        Some(Self {
            sublevel: totals.rung.to_string(),
            reaches_target: climb.proof.ladder.iter().any(reached),
            overall: rounded(&totals.overall),
            confidence: rounded(&totals.confidence),
            completeness: rounded(&totals.completeness),
            exact: ExactProof {
                overall: fraction(&totals.overall),
                confidence: fraction(&totals.confidence),
                completeness: fraction(&totals.completeness),
            },
        })
    }
}

impl From<&RoadmapPage> for Roadmap {
    fn from(page: &RoadmapPage) -> Self {
        let climb = match &page.way.plan {
            Plan::Climb(climb) => Some(climb),
            Plan::OutOfReach(_) => None,
        };
        let obstacles = match &page.way.plan {
            Plan::Climb(_) => Vec::new(),
            Plan::OutOfReach(obstacles) => obstacles.iter().map(Obstacle::sentence).collect(),
        };
        let totals = page.assessed.score.totals.as_ref();
        let steps = climb.map(|climb| climb.steps.iter().map(|step| Step::of(step, page)).collect());
        let decided = page.way.decided.iter();
        Self {
            disclaimer: page.assessed.framework.disclaimer.clone(),
            target: page.way.target.to_string(),
            reachable: climb.is_some(),
            steps: steps.unwrap_or_default(),
            total_effort: climb.map_or(0, |climb| climb.effort),
            needs_signature: climb.is_some_and(|climb| climb.needs_signature),
            start: totals.map(|totals| Stand {
                overall: rounded(&totals.overall),
                confidence: rounded(&totals.confidence),
                sublevel: totals.rung.to_string(),
            }),
            proof: climb.and_then(|climb| Proof::of(climb)),
            obstacles,
            decisions: decided.map(|(criterion, step)| (criterion.to_string(), step.into())).collect(),
        }
    }
}

/// Where to climb.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct TargetQuery {
    /// A rung of the framework; when absent the one aimed at, else the next one.
    #[param(example = "8.2")]
    target: Option<String>,
}

/// A rung to aim at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "target": "8.2" }))]
pub(super) struct NewTarget {
    /// Null for none in particular.
    #[serde(default)]
    target: Option<String>,
}

/// What is decided about the step on a criterion; what is absent stays, and null clears.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RoadmapDecisionChange, example = json!({ "choice": "pinned", "owner": "Integration team", "due": "2027-01-31" }))]
pub(super) struct DecisionChange {
    /// Null for `free`.
    #[serde(default)]
    #[schema(value_type = Option<ChoiceName>)]
    choice: Change<ChoiceName>,
    /// Null or empty for nobody.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    owner: Change<String>,
    /// Null for none.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    due: Change<Date>,
}

/// The cheapest climb to a rung
#[utoipa::path(
    get, path = "/assessments/{id}/roadmap", tag = "roadmap",
    params(("id" = String, Path, format = "uuid"), TargetQuery),
    responses(
        (status = 200, body = Roadmap), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn get(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    Queried(query): Queried<TargetQuery>,
    State(service): State<Service>,
) -> Result<Json<Roadmap>, Problem> {
    let page = service.roadmap(&actor, id, query.target.map(Into::into)).await?;
    Ok(Json(Roadmap::from(&page)))
}

/// Aim at a rung
#[utoipa::path(
    put, path = "/assessments/{id}/target", tag = "roadmap", params(("id" = String, Path, format = "uuid")),
    request_body = NewTarget,
    responses(
        (status = 200, body = Assessment), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn aim(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    State(service): State<Service>,
    Body(body): Body<NewTarget>,
) -> Result<Json<Assessment>, Problem> {
    Ok(Json(service.set_target(&actor, id, body.target.map(Into::into)).await?.into()))
}

/// Pin a step, leave it out, or say who does it and until when
#[utoipa::path(
    patch, path = "/assessments/{id}/roadmap/steps/{criterion}", tag = "roadmap",
    params(("id" = String, Path, format = "uuid"), ("criterion" = String, Path, example = "PAT-1")),
    request_body = DecisionChange,
    responses(
        (status = 200, body = Decision), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn decide(
    Bearer(actor): Bearer,
    Segments((id, criterion)): Segments<(AssessmentId, String)>,
    State(service): State<Service>,
    Body(body): Body<DecisionChange>,
) -> Result<Json<Decision>, Problem> {
    let known = service.roadmap_decision(&actor, id, &criterion.as_str().into()).await?;
    let step = RoadmapStep {
        choice: body.choice.over(Some(known.choice.into())).map_or(StepChoice::Free, Into::into),
        owner: body.owner.over_empty(known.owner),
        due: body.due.over(known.due),
        criterion: known.criterion,
    };
    Ok(Json((&service.decide_step(&actor, id, step).await?).into()))
}
