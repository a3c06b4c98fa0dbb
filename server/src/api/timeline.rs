//! The live rung over time.

use axum::Json;
use axum::extract::State;
use domain::live::{ChangeCause, Fraction};
use serde::Serialize;
use service::timeline::{Cause, LiveChange};
use service::{AssessmentId, LiveChangeId, Service};
use utoipa::ToSchema;

use super::extract::{Bearer, Segments};
use super::paging::{PageQuery, Paging};
use super::problem::Problem;
use super::time;

/// The live rung as it stands, and the changes of rung and score, the latest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Timeline {
    /// Null while the assessment is unrated, or before it was computed.
    #[schema(example = "8.1")]
    rung: Option<String>,
    /// Belongs wherever a rung is shown.
    disclaimer: String,
    /// Since when the rung is this one.
    #[schema(format = DateTime)]
    since: Option<String>,
    items: Vec<Change>,
    /// What to send as `after` for the next part; null at the end.
    next: Option<String>,
}

/// A change of the rung or of the overall score.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = LiveChange)]
struct Change {
    #[schema(format = DateTime)]
    at: String,
    from: Reached,
    to: Reached,
    /// Every criterion that changed.
    causes: Vec<CauseShown>,
}

/// A rung and an overall score.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
struct Reached {
    rung: Option<String>,
    /// An exact fraction.
    #[schema(example = "1364/20")]
    overall: Option<String>,
}

/// What a change came from.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = LiveCause)]
struct CauseShown {
    #[schema(example = "PAT-1")]
    criterion: String,
    /// `answer`, `check` or `evidence`.
    #[schema(value_type = String, example = "check")]
    cause: ChangeCause,
    /// Null where it is not answered any more.
    claimed: Option<u8>,
    /// What it counted for before and after.
    before: u8,
    after: u8,
    contradicted: bool,
    /// The check behind it.
    #[schema(format = "uuid")]
    check: Option<String>,
    consecutive_fails: Option<u32>,
    #[schema(format = DateTime)]
    seen_at: Option<String>,
}

impl From<Cause> for CauseShown {
    fn from(cause: Cause) -> Self {
        let (change, check) = (cause.change, cause.check);
        Self {
            criterion: change.criterion.to_string(),
            cause: change.cause,
            claimed: change.claimed.map(domain::Level::get),
            before: change.before.get(),
            after: change.after.get(),
            contradicted: change.contradicted,
            check: check.as_ref().map(|check| check.id.to_string()),
            consecutive_fails: check.as_ref().map(|check| check.consecutive_fails),
            seen_at: check.and_then(|check| check.seen_at).map(time::shown),
        }
    }
}

impl From<LiveChange> for Change {
    fn from(change: LiveChange) -> Self {
        let record = change.record;
        let reached = |rung: Option<domain::RungCode>, overall: Option<Fraction>| Reached {
            rung: rung.map(|rung| rung.to_string()),
            overall: overall.map(|overall| overall.as_str().to_owned()),
        };
        Self {
            at: time::shown(record.at),
            from: reached(record.from_rung, record.from_overall),
            to: reached(record.to_rung, record.to_overall),
            causes: change.causes.into_iter().map(Into::into).collect(),
        }
    }
}

/// Since when the live rung is what it is, and how it came to that
#[utoipa::path(
    get, path = "/assessments/{id}/timeline", tag = "assessments",
    params(("id" = String, Path, format = "uuid"), PageQuery),
    responses((status = 200, body = Timeline), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn get(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    paging: Paging<LiveChangeId>,
    State(service): State<Service>,
) -> Result<Json<Timeline>, Problem> {
    let found = service.timeline(&actor, id, paging.after, paging.wanted()).await?;
    let page = paging.page(found.changes, |change| change.record.id.to_string(), Change::from);
    let live = found.live;
    let framework = service.framework_of(&actor, id).await?;
    Ok(Json(Timeline {
        rung: live.as_ref().and_then(|live| live.result.rung.as_ref().map(ToString::to_string)),
        disclaimer: framework.disclaimer.clone(),
        since: live.filter(|live| live.result.rung.is_some()).map(|live| time::shown(live.since)),
        items: page.items,
        next: page.next,
    }))
}
