//! Peers: how an organization's submitted result stands among those of its like.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::FrameworkCode;
use domain::benchmark::{LEAST_OTHERS, Measure, Summary};
use domain::scoring::{Exact, display, fraction};
use serde::{Deserialize, Serialize};
use service::benchmark::{Benchmark, GroupView};
use service::{OrgId, Service};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Bearer, Body, Queried, Segments};
use super::organization::SizeBandName;
use super::problem::Problem;
use super::time;

/// The organization among its like.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Benchmark)]
pub(super) struct Shown {
    /// Whether the organization takes part: it contributes and reads, or does neither.
    takes_part: bool,
    #[schema(format = DateTime)]
    since: Option<String>,
    #[schema(example = "B7")]
    framework: String,
    #[schema(example = "1.0.0")]
    version: String,
    /// Organizations that have to be in whatever is shown, those that you belong to not counted.
    #[schema(example = 5)]
    least_others: usize,
    /// The organization's latest submitted result; null while it has none.
    own: Option<Own>,
    /// The organization's groups, the narrow ones first. Empty while it does not take part or has submitted nothing.
    groups: Vec<Group>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = BenchmarkOwn)]
struct Own {
    #[schema(format = DateTime)]
    submitted_at: String,
    /// Null where the assessment was unrated.
    overall: Option<Value>,
    domains: Vec<DomainValue>,
}

/// A score.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = BenchmarkValue)]
struct Value {
    /// Rounded to one decimal, for showing.
    rounded: f64,
    /// The fraction in lowest terms.
    exact: String,
}

impl From<&Exact> for Value {
    fn from(value: &Exact) -> Self {
        let rounded = display(value).parse().expect("a decimal number is shown");
        Self { rounded, exact: fraction(value) }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = BenchmarkDomainValue)]
struct DomainValue {
    #[schema(example = "PAT")]
    domain: String,
    value: Value,
}

/// Organizations of one profile, of one size or of any.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = BenchmarkGroup)]
struct Group {
    #[schema(example = "H")]
    profile: String,
    /// Physicians; null for any.
    #[schema(example = "21-150")]
    size_band: Option<SizeBandName>,
    /// Null where nothing may be shown: too few organizations, or a difference to what was shown elsewhere or before
    /// would tell of one.
    figures: Option<Figures>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = BenchmarkFigures)]
struct Figures {
    /// When they were published; they stay until enough results are others.
    #[schema(format = DateTime)]
    published_at: String,
    overall: Spread,
    /// Those domains that may be shown.
    domains: Vec<DomainSpread>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = BenchmarkDomainSpread)]
struct DomainSpread {
    #[schema(example = "PAT")]
    domain: String,
    #[serde(flatten)]
    spread: Spread,
}

/// Quartiles by definition 7 of Hyndman and Fan (1996).
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = BenchmarkSpread)]
struct Spread {
    /// Organizations, your own included.
    n: usize,
    min: Value,
    first_quartile: Value,
    median: Value,
    third_quartile: Value,
    max: Value,
}

impl From<&Summary> for Spread {
    fn from(summary: &Summary) -> Self {
        Self {
            n: summary.count,
            min: (&summary.least).into(),
            first_quartile: (&summary.first_quartile).into(),
            median: (&summary.median).into(),
            third_quartile: (&summary.third_quartile).into(),
            max: (&summary.most).into(),
        }
    }
}

impl From<&GroupView> for Group {
    fn from(view: &GroupView) -> Self {
        let figures = view.shown.as_ref().and_then(|shown| {
            let domains = shown.figures.iter().filter_map(|(measure, summary)| match measure {
                Measure::Overall => None,
                Measure::Domain(code) => {
                    Some(DomainSpread { domain: code.to_string(), spread: summary.into() })
                }
            });
            Some(Figures {
                published_at: time::shown(shown.made_at),
                overall: shown.figures.get(&Measure::Overall)?.into(),
                domains: domains.collect(),
            })
        });
        let size_band = view.group.size_band.map(SizeBandName::from);
        Self { profile: view.group.profile.to_string(), size_band, figures }
    }
}

impl From<&Benchmark> for Shown {
    fn from(benchmark: &Benchmark) -> Self {
        let own = benchmark.own.as_ref().map(|own| {
            let domains = own.values.iter().filter_map(|(measure, value)| match measure {
                Measure::Overall => None,
                Measure::Domain(code) => Some(DomainValue { domain: code.to_string(), value: value.into() }),
            });
            Own {
                submitted_at: time::shown(own.submitted_at),
                overall: own.values.get(&Measure::Overall).map(Value::from),
                domains: domains.collect(),
            }
        });
        Self {
            takes_part: benchmark.member.is_some(),
            since: benchmark.member.as_ref().map(|member| time::shown(member.since)),
            framework: benchmark.framework.code.to_string(),
            version: benchmark.framework.version.clone(),
            least_others: LEAST_OTHERS,
            own,
            groups: benchmark.groups.iter().map(Group::from).collect(),
        }
    }
}

/// By which framework version.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct VersionQuery {
    /// When absent, the one that the organization submitted by last.
    #[param(example = "B7")]
    framework: Option<String>,
    #[param(example = "1.0.0")]
    version: Option<String>,
}

/// Whether the organization takes part.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BenchmarkDecision, example = json!({ "takes_part": true }))]
pub(super) struct Decision {
    takes_part: bool,
}

/// An organization among its like
#[utoipa::path(
    get, path = "/organizations/{id}/benchmark", tag = "benchmark",
    params(("id" = String, Path, format = "uuid"), VersionQuery),
    responses(
        (status = 200, body = Shown), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem)
    )
)]
pub(super) async fn get(
    Bearer(actor): Bearer,
    Segments(id): Segments<OrgId>,
    Queried(query): Queried<VersionQuery>,
    State(service): State<Service>,
) -> Result<Json<Shown>, Problem> {
    let framework = match (query.framework, query.version) {
        (Some(code), Some(version)) => Some((FrameworkCode::from(code), version)),
        (None, None) => None,
        _ => {
            let detail = "Name a framework and its version, or neither.";
            return Err(Problem::new(StatusCode::BAD_REQUEST, detail));
        }
    };
    let framework = framework.as_ref().map(|(code, version)| (code, version.as_str()));
    Ok(Json(Shown::from(&service.benchmark(&actor, id, framework).await?)))
}

/// Take part, or no longer: an owner's decision
#[utoipa::path(
    put, path = "/organizations/{id}/benchmark", tag = "benchmark",
    params(("id" = String, Path, format = "uuid")), request_body = Decision,
    responses(
        (status = 200, body = Shown), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn put(
    Bearer(actor): Bearer,
    Segments(id): Segments<OrgId>,
    State(service): State<Service>,
    Body(body): Body<Decision>,
) -> Result<Json<Shown>, Problem> {
    if body.takes_part {
        service.join_benchmark(&actor, id).await?;
    } else {
        service.leave_benchmark(&actor, id).await?;
    }
    Ok(Json(Shown::from(&service.benchmark(&actor, id, None).await?)))
}
