//! The score: what an assessment is worth at this instant, and why.
//!
//! Numbers are rounded to one decimal, for showing; the exact fractions stand beside them. Who compares or sorts takes
//! the fractions (`scoring.md` section 1).

mod blocker;

use axum::Json;
use axum::extract::State;
use domain::check::Status;
use domain::explain;
use domain::framework::{Binding, Criterion};
use domain::scoring::{self, Exact, Limit, Standing, Step, fraction};
use serde::Serialize;
use service::assessment::Assessed;
use service::record::{Answer, Claim};
use service::{AssessmentId, Service};
use utoipa::ToSchema;

use super::extract::{Bearer, Segments};
use super::problem::Problem;
use super::time;
use blocker::Blocker;

/// What an assessment is worth.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Score {
    /// Always shown with `sublevel`.
    disclaimer: String,
    /// False when nothing is applicable: the figures are then null.
    rated: bool,
    /// 0 to 100, what the answers say.
    #[schema(example = 61.5)]
    claimed: Option<f64>,
    /// 0 to 100, what counts.
    #[schema(example = 48.2)]
    overall: Option<f64>,
    /// `claimed` less `overall`.
    #[schema(example = 13.3)]
    assurance_gap: Option<f64>,
    /// Percent.
    confidence: Option<f64>,
    /// Percent.
    completeness: Option<f64>,
    exact: Option<ExactFigures>,
    /// The rung reached, or the floor.
    #[schema(example = "8.0")]
    sublevel: Option<String>,
    /// The rung after it; null at the top.
    next: Option<Next>,
    domains: Vec<DomainScore>,
    criteria: Vec<CriterionScore>,
    /// Criteria on which the two raters differ.
    adjudications: Vec<String>,
    /// What to do first, highest first.
    priorities: Vec<Priority>,
    #[schema(format = DateTime)]
    computed_at: String,
}

/// The figures as fractions in lowest terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct ExactFigures {
    #[schema(example = "123/2")]
    claimed: String,
    overall: String,
    assurance_gap: String,
    confidence: String,
    completeness: String,
}

/// The next rung and all that stands before it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
struct Next {
    #[schema(example = "8.1")]
    code: String,
    blockers: Vec<Blocker>,
}

/// A domain's part of the score.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
struct DomainScore {
    #[schema(example = "PAT")]
    code: String,
    /// Null where nothing of it is applicable.
    score: Option<f64>,
    claimed: Option<f64>,
    exact: Option<ExactDomain>,
    /// How many criteria count.
    applicable: usize,
    answered: usize,
    /// Too much of it was taken out as not applicable.
    insufficient_coverage: bool,
}

/// A domain's figures as fractions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct ExactDomain {
    score: String,
    claimed: String,
}

/// A criterion's part of the score.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
struct CriterionScore {
    #[schema(example = "PAT-1")]
    code: String,
    standing: StandingName,
    /// The level that counts as claimed; null where there is none.
    level: Option<u8>,
    /// E0 to E3.
    #[schema(example = "E1")]
    evidence_class: String,
    /// The cap that failing checks put on the answer; null without one.
    fail_cap: Option<u8>,
    contradicted: bool,
    effective: u8,
    /// What keeps `effective` below `level`.
    limit: LimitName,
    /// Percent.
    confidence: u8,
    /// The arithmetic in words, one step a line.
    why: String,
    bindings: Vec<BindingScore>,
}

/// Whether a criterion counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum StandingName {
    OutOfProfile,
    ApprovedNotApplicable,
    PendingNotApplicable,
    Unanswered,
    Answered,
}

/// What lowers an answer below its claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum LimitName {
    None,
    Evidence,
    Check,
}

/// A check binding and its state.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
struct BindingScore {
    #[schema(example = "PAT-1.1")]
    id: String,
    state: StatusName,
    /// Whether it tests something that the answer claims.
    bears: bool,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum StatusName {
    Pass,
    Warn,
    Fail,
    Unknown,
}

impl From<Status> for StatusName {
    fn from(status: Status) -> Self {
        match status {
            Status::Pass => Self::Pass,
            Status::Warn => Self::Warn,
            Status::Fail => Self::Fail,
            Status::Unknown => Self::Unknown,
        }
    }
}

/// A criterion worth working on.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
struct Priority {
    criterion: String,
    /// A fraction.
    #[serde(rename = "priority")]
    value: String,
    /// In points of `overall`, as a fraction.
    gain: String,
    /// The level aimed at.
    target: u8,
    step: StepName,
}

/// What to do first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum StepName {
    RepairCheck,
    Prove,
    Improve,
}

/// One decimal, half up.
pub(super) fn rounded(value: &Exact) -> f64 {
    scoring::display(value).parse().expect("a decimal number is shown")
}

impl Score {
    pub(super) fn of(assessed: &Assessed, service: &Service) -> Self {
        let score = &assessed.score;
        let totals = score.totals.as_ref();
        let next = totals
            .and_then(|totals| totals.next.as_ref())
            .map(|code| Next { code: code.to_string(), blockers: blocker::before(code, score) });
        // Both are in the order of the framework's file.
        let criteria = assessed.framework.criteria().zip(&score.criteria);
        let criteria = criteria.map(|(asked, scored)| {
            CriterionScore::of(scored, why(asked, scored, assessed, service), assessed)
        });
        Self {
            disclaimer: assessed.framework.disclaimer.clone(),
            rated: totals.is_some(),
            claimed: totals.map(|totals| rounded(&totals.claimed)),
            overall: totals.map(|totals| rounded(&totals.overall)),
            assurance_gap: totals.map(|totals| rounded(&totals.assurance_gap)),
            confidence: totals.map(|totals| rounded(&totals.confidence)),
            completeness: totals.map(|totals| rounded(&totals.completeness)),
            exact: totals.map(|totals| ExactFigures {
                claimed: fraction(&totals.claimed),
                overall: fraction(&totals.overall),
                assurance_gap: fraction(&totals.assurance_gap),
                confidence: fraction(&totals.confidence),
                completeness: fraction(&totals.completeness),
            }),
            sublevel: totals.map(|totals| totals.rung.to_string()),
            next,
            domains: score.domains.iter().map(DomainScore::of).collect(),
            criteria: criteria.collect(),
            adjudications: score.adjudications.iter().map(ToString::to_string).collect(),
            priorities: score.priorities.iter().map(Priority::of).collect(),
            computed_at: time::shown(assessed.computed_at),
        }
    }
}

impl DomainScore {
    fn of(domain: &scoring::DomainScore) -> Self {
        let exact = domain.score.as_ref().zip(domain.claimed.as_ref());
        Self {
            code: domain.code.to_string(),
            score: domain.score.as_ref().map(rounded),
            claimed: domain.claimed.as_ref().map(rounded),
            exact: exact
                .map(|(score, claimed)| ExactDomain { score: fraction(score), claimed: fraction(claimed) }),
            applicable: domain.applicable,
            answered: domain.answered,
            insufficient_coverage: domain.insufficient_coverage,
        }
    }
}

impl CriterionScore {
    fn of(criterion: &scoring::CriterionScore, why: String, assessed: &Assessed) -> Self {
        let (standing, level) = match criterion.standing {
            Standing::OutOfProfile => (StandingName::OutOfProfile, None),
            Standing::ApprovedNotApplicable => (StandingName::ApprovedNotApplicable, None),
            Standing::PendingNotApplicable => (StandingName::PendingNotApplicable, None),
            Standing::Unanswered => (StandingName::Unanswered, None),
            Standing::Answered(level) => (StandingName::Answered, Some(level.get())),
        };
        let class = &assessed.framework.evidence_classes[criterion.evidence_class];
        let bindings = criterion.bindings.iter().map(|binding| BindingScore {
            id: binding.id.to_string(),
            state: binding.state.into(),
            bears: binding.bears,
        });
        Self {
            code: criterion.code.to_string(),
            standing,
            level,
            evidence_class: class.code.clone(),
            fail_cap: criterion.fail_cap.map(domain::Level::get),
            contradicted: criterion.contradicted,
            effective: criterion.effective.get(),
            limit: match criterion.limit {
                Limit::None => LimitName::None,
                Limit::Evidence => LimitName::Evidence,
                Limit::Check => LimitName::Check,
            },
            confidence: criterion.confidence,
            why,
            bindings: bindings.collect(),
        }
    }
}

/// "Why is this 2?", line by line.
fn why(
    asked: &Criterion,
    scored: &scoring::CriterionScore,
    assessed: &Assessed,
    service: &Service,
) -> String {
    let rating = |answer: &Answer| match answer.claim {
        Claim::Level(level) => scoring::Rating::Level(level),
        Claim::NotApplicable { .. } => scoring::Rating::NotApplicable,
    };
    let answer = scoring::Answer {
        own: assessed.own_answer(&asked.code).map(rating),
        assessor: assessed.assessor_answer(&asked.code).map(rating),
    };
    let reasons = explain::criterion(&assessed.framework, service.kinds(), asked, answer, scored);
    reasons.lines().into_iter().chain(attested(asked, assessed)).collect::<Vec<_>>().join("\n")
}

/// Who signed that a failure says nothing against the answer.
fn attested(asked: &Criterion, assessed: &Assessed) -> Vec<String> {
    let in_force = |binding: &&Binding| {
        let mut signed = assessed.bundle.overrides.iter();
        signed.any(|one| one.binding == binding.id && one.in_force(assessed.computed_at))
    };
    let tied = asked.bindings.iter().filter(in_force).flat_map(|binding| assessed.probes_of(&binding.id));
    let lines = tied.filter_map(|tied| tied.overridden).map(|one| {
        let (by, binding, until) = (&one.by_name, &one.binding, one.until.date());
        format!(
            "{by} signed until {until} that the failure of {binding} says nothing against the answer: {}",
            one.reason
        )
    });
    lines.collect()
}

impl Priority {
    fn of(priority: &scoring::Priority) -> Self {
        Self {
            criterion: priority.criterion.to_string(),
            value: fraction(&priority.priority),
            gain: fraction(&priority.gain),
            target: priority.target.get(),
            step: match priority.step {
                Step::RepairCheck => StepName::RepairCheck,
                Step::Prove => StepName::Prove,
                Step::Improve => StepName::Improve,
            },
        }
    }
}

/// What an assessment is worth at this instant, and why
#[utoipa::path(
    get, path = "/assessments/{id}/score", tag = "assessments", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Score), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn get(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    State(service): State<Service>,
) -> Result<Json<Score>, Problem> {
    Ok(Json(Score::of(&service.assessed(&actor, id).await?, &service)))
}
