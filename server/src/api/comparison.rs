//! Trend and comparison: assessments by one framework side by side, and how each came to where it stands.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use domain::FrameworkCode;
use domain::compare::{Difference, Distance, Side};
use domain::live::Fraction;
use domain::scoring::{Exact, display, fraction};
use serde::Serialize;
use service::record::{HandedIn, SnapshotKind};
use service::trend::{
    Asked, Choice, Chosen, Compared, ComparedCriterion, ComparedDomain, Comparison, CoursePoint,
    CriterionSide,
};
use service::{AssessmentId, Service};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Bearer, Queried};
use super::paging::{PageQuery, Paging};
use super::problem::Problem;
use super::time;

/// So many stand beside the base at most: what stands around an assessment is large, and all of a part is there at once.
const MOST_BESIDE: u32 = 50;

/// Assessments side by side: the base, and a part of the others. Lists below have one entry for each, in the same order; the
/// first one is the base.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Comparison)]
pub(super) struct Shown {
    /// Always shown with a rung.
    disclaimer: String,
    /// Whether they are by several versions of the framework, each scored by its own weights.
    across_versions: bool,
    /// How many are compared in all, the base with them.
    total: usize,
    /// What to send as `after` for the next part of the others; null at the end.
    next: Option<String>,
    assessments: Vec<ComparedShown>,
    /// Those of the base first.
    domains: Vec<DomainShown>,
    criteria: Vec<CriterionShown>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ComparedAssessment)]
struct ComparedShown {
    #[schema(format = "uuid")]
    id: String,
    title: String,
    #[schema(format = "uuid")]
    organization: String,
    organization_name: String,
    #[schema(example = "B7")]
    framework: String,
    #[schema(example = "1.0.0")]
    version: String,
    /// What counts now, and what the answers say.
    overall: Option<Figure>,
    claimed: Option<Figure>,
    sublevel: Option<String>,
    /// From the base's overall score to this one's, rounded from the exact value; null for the base.
    #[schema(example = "+4.2")]
    difference: Option<String>,
    /// The start, the end of every day (UTC) on which something changed, and now.
    course: Vec<Point>,
    /// What was submitted and signed, oldest first.
    submitted: Vec<Submitted>,
}

/// A score.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ScoreFigure)]
struct Figure {
    /// Rounded to one decimal, for showing.
    #[schema(example = 68.2)]
    rounded: f64,
    /// The fraction in lowest terms, for everything else.
    #[schema(example = "1364/20")]
    exact: String,
}

impl From<&Exact> for Figure {
    fn from(value: &Exact) -> Self {
        let rounded = display(value).parse().expect("a decimal number is shown");
        Self { rounded, exact: fraction(value) }
    }
}

fn figure(value: Option<&Exact>) -> Option<Figure> {
    value.map(Figure::from)
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = CoursePoint)]
struct Point {
    #[schema(format = DateTime)]
    at: String,
    overall: Option<Figure>,
    claimed: Option<Figure>,
    sublevel: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = SubmittedResult)]
struct Submitted {
    #[schema(format = "uuid")]
    snapshot: String,
    /// `submitted` or `final`.
    #[schema(example = "submitted")]
    kind: &'static str,
    #[schema(format = DateTime)]
    at: String,
    overall: Option<Figure>,
    claimed: Option<Figure>,
    sublevel: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ComparedDomain)]
struct DomainShown {
    #[schema(example = "PAT")]
    code: String,
    title: String,
    scores: Vec<DomainScore>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ComparedDomainScore)]
struct DomainScore {
    /// Null where nothing of it applies, or the version has no such domain.
    overall: Option<Figure>,
    claimed: Option<Figure>,
    /// Against the base, rounded from the exact value.
    #[schema(example = "−0.3")]
    difference: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ComparedCriterion)]
struct CriterionShown {
    #[schema(example = "PAT-1")]
    code: String,
    title: String,
    standings: Vec<Standing>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "clients read the field by this name")]
#[schema(as = ComparedStanding)]
struct Standing {
    /// `answered`, `unanswered`, `does_not_apply`, or `absent` where the version has no such criterion.
    #[schema(example = "answered")]
    standing: &'static str,
    claimed: Option<u8>,
    /// The level that counts.
    effective: Option<u8>,
    contradicted: bool,
    /// Against the base.
    differences: Vec<DifferenceShown>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ComparedDifference)]
struct DifferenceShown {
    /// `counts_more`, `counts_less`, `claims_more`, `claims_less`, `contradicted`, `no_longer_contradicted`, `answered`,
    /// `unanswered`, `applies`, `does_not_apply`, `new`, `gone` or `reworded`.
    #[schema(example = "counts_more")]
    name: &'static str,
    /// By how many levels.
    levels: Option<u8>,
    #[schema(example = "counts 2 more")]
    words: String,
}

impl Shown {
    fn of(chosen: &Chosen, comparison: &Comparison, next: Option<String>) -> Self {
        let assessments = comparison.compared.iter().enumerate();
        let assessments = assessments.map(|(place, one)| {
            let difference = comparison.overall_distance(place).filter(|_| place > 0);
            ComparedShown::of(one, difference.as_ref())
        });
        Self {
            disclaimer: comparison.base().disclaimer.clone(),
            across_versions: chosen.across_versions(),
            total: chosen.all().len(),
            next,
            assessments: assessments.collect(),
            domains: comparison.domains.iter().map(DomainShown::from).collect(),
            criteria: comparison.criteria.iter().map(CriterionShown::from).collect(),
        }
    }
}

impl ComparedShown {
    fn of(compared: &Compared, difference: Option<&Distance>) -> Self {
        let bundle = &compared.assessed.bundle;
        let totals = compared.assessed.score.totals.as_ref();
        Self {
            id: bundle.assessment.id.to_string(),
            title: bundle.assessment.title.clone(),
            organization: bundle.organization.id.to_string(),
            organization_name: bundle.organization.name.clone(),
            framework: compared.assessed.framework.code.to_string(),
            version: compared.assessed.framework.version.clone(),
            overall: figure(totals.map(|totals| &totals.overall)),
            claimed: figure(totals.map(|totals| &totals.claimed)),
            sublevel: totals.map(|totals| totals.rung.to_string()),
            difference: difference.map(Distance::words),
            course: compared.course.points.iter().map(Point::from).collect(),
            submitted: compared.course.handed_in.iter().map(Submitted::from).collect(),
        }
    }
}

impl From<&CoursePoint> for Point {
    fn from(point: &CoursePoint) -> Self {
        Self {
            at: time::shown(point.at),
            overall: figure(point.proven.as_ref()),
            claimed: figure(point.claimed.as_ref()),
            sublevel: point.rung.as_ref().map(ToString::to_string),
        }
    }
}

impl From<&HandedIn> for Submitted {
    fn from(handed_in: &HandedIn) -> Self {
        let exact = |value: &Option<Fraction>| value.as_ref().and_then(Fraction::exact);
        Self {
            snapshot: handed_in.snapshot.id.to_string(),
            kind: match handed_in.snapshot.kind {
                SnapshotKind::Submitted => "submitted",
                SnapshotKind::Final => "final",
            },
            at: time::shown(handed_in.snapshot.made_at),
            overall: figure(exact(&handed_in.result.overall).as_ref()),
            claimed: figure(exact(&handed_in.result.claimed).as_ref()),
            sublevel: handed_in.snapshot.rung.as_ref().map(ToString::to_string),
        }
    }
}

impl From<&ComparedDomain> for DomainShown {
    fn from(domain: &ComparedDomain) -> Self {
        let scores = domain.scores.iter().enumerate().map(|(place, side)| DomainScore {
            overall: figure(side.proven.as_ref()),
            claimed: figure(side.claimed.as_ref()),
            difference: side.distance.as_ref().filter(|_| place > 0).map(Distance::words),
        });
        Self { code: domain.code.to_string(), title: domain.title.clone(), scores: scores.collect() }
    }
}

impl From<&ComparedCriterion> for CriterionShown {
    fn from(criterion: &ComparedCriterion) -> Self {
        Self {
            code: criterion.code.to_string(),
            title: criterion.title.clone(),
            standings: criterion.sides.iter().map(Standing::from).collect(),
        }
    }
}

impl From<&CriterionSide> for Standing {
    fn from(side: &CriterionSide) -> Self {
        let (standing, levels, contradicted) = match side.side {
            Side::Absent => ("absent", None, false),
            Side::DoesNotApply => ("does_not_apply", None, false),
            Side::Unanswered => ("unanswered", None, false),
            Side::Answered { claimed, counts, contradicted } => {
                ("answered", Some((claimed.get(), counts.get())), contradicted)
            }
        };
        let shown = |difference: &Difference| DifferenceShown {
            name: difference.name(),
            levels: difference.levels(),
            words: difference.words(),
        };
        Self {
            standing,
            claimed: levels.map(|(claimed, _)| claimed),
            effective: levels.map(|(_, counts)| counts),
            contradicted,
            differences: side.differences.iter().map(shown).collect(),
        }
    }
}

/// Which assessments are compared: those that are named, or all of an organization, or all of yours by a framework. At most
/// 1,000 at once.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "describes what is read as pairs")]
pub(super) struct ComparedQuery {
    /// Once for each; the first one is the base. All by one framework, of any version.
    assessment: Option<Vec<String>>,
    /// In place of naming each: all of this organization, by the framework that is named, or that of its current assessment.
    #[param(value_type = Option<String>, format = "uuid")]
    organization: Option<String>,
    /// Without an organization: all of your organizations, by this framework.
    #[param(example = "B7")]
    framework: Option<String>,
    /// What the others are held against: one of those that are compared. The oldest where many are chosen at once.
    #[param(value_type = Option<String>, format = "uuid")]
    base: Option<String>,
}

/// What a query chooses.
fn asked(query: &[(String, String)]) -> Result<Asked, Problem> {
    let unknown = || Problem::new(StatusCode::NOT_FOUND, "The query names no assessment: look at its ids.");
    let all = |wanted: &'static str| {
        query.iter().filter(move |(name, _)| name == wanted).map(|(_, value)| value.as_str())
    };
    let one = |wanted| all(wanted).next().filter(|value| !value.is_empty());
    let ids: Vec<AssessmentId> =
        all("assessment").map(str::parse).collect::<Result<_, _>>().map_err(|_| unknown())?;
    let framework = one("framework").map(FrameworkCode::from);
    let choice = match (one("organization"), framework) {
        _ if !ids.is_empty() => Choice::These(ids),
        (Some(id), framework) => Choice::Organization { org: id.parse().map_err(|_| unknown())?, framework },
        (None, Some(framework)) => Choice::Organizations { framework, name: String::new(), only: None },
        (None, None) => Choice::These(ids),
    };
    let base = one("base").map(str::parse).transpose().map_err(|_| unknown())?;
    Ok(Asked { choice, base })
}

/// Compare assessments by domain and by criterion, with how each came to where it stands
///
/// The base comes first in every part; `limit`, above 50 as 50, and `after` page through the others, the latest first where
/// many were chosen at once.
#[utoipa::path(
    get, path = "/comparison", tag = "assessments", params(ComparedQuery, PageQuery),
    responses(
        (status = 200, body = Shown), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn get(
    Bearer(actor): Bearer,
    paging: Paging<AssessmentId>,
    Queried(query): Queried<Vec<(String, String)>>,
    State(service): State<Service>,
) -> Result<Json<Shown>, Problem> {
    let chosen = service.chosen(&actor, &asked(&query)?).await?;
    let part = paging.at_most(MOST_BESIDE).slice(chosen.others().to_vec(), |one| one.id, |one| one)?;
    let comparison = service.compare(&actor, &chosen, &part.items).await?;
    Ok(Json(Shown::of(&chosen, &comparison, part.next)))
}

/// All that is compared as CSV, a line for each assessment, the base first
///
/// The scores of every domain, proven and claimed; of every criterion the level that is claimed and the one that counts. A
/// cell that a spreadsheet would take for a formula begins with an apostrophe.
#[utoipa::path(
    get, path = "/comparison.csv", tag = "assessments", params(ComparedQuery),
    responses(
        (status = 200, body = String, content_type = "text/csv"), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn table(
    Bearer(actor): Bearer,
    Queried(query): Queried<Vec<(String, String)>>,
    State(service): State<Service>,
) -> Result<Response, Problem> {
    let chosen = service.chosen(&actor, &asked(&query)?).await?;
    let csv = service.comparison_table(&actor, &chosen).await?;
    Ok(([(CONTENT_TYPE, "text/csv; charset=utf-8; header=present")], csv).into_response())
}
