//! What the runs of a check add up to.

use axum::Json;
use axum::extract::State;
use domain::check::LatencySketch;
use serde::{Deserialize, Serialize};
use service::check::{Period, PeriodHistory, Uptime, Window};
use service::record::{Aimed, Outage, Stretch};
use service::{CheckId, Service, UnixMillis};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Bearer, Queried, Segments};
use super::problem::Problem;
use super::time;

/// What the runs of a check add up to. Days are days in UTC.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct History {
    /// When the hour or day of the first run began; null before the first run.
    #[schema(format = DateTime)]
    known_from: Option<String>,
    /// The last day, 7, 30 and 90 days.
    uptime: Vec<UptimeShown>,
    /// The last ninety days, oldest first; days without a run are left out.
    days: Vec<DayShown>,
    /// Stretches without a correct answer that lasted into the last ninety days, oldest first.
    outages: Vec<OutageShown>,
    /// When it was aimed at another target, latest first: what it saw before says nothing of the present one.
    aims: Vec<AimShown>,
    /// The period asked for with `from` and `to`; null without them.
    period: Option<PeriodShown>,
}

/// Which period is asked for beside the usual ones.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PeriodQuery {
    /// Its first day in UTC; `to` is needed with it.
    #[param(value_type = Option<String>, example = "2026-01-01")]
    from: Option<String>,
    /// Its last day.
    #[param(value_type = Option<String>, example = "2026-03-31")]
    to: Option<String>,
}

/// What the runs within a period say, as far back as days are kept.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Period)]
struct PeriodShown {
    #[schema(format = Date)]
    from: String,
    #[schema(format = Date)]
    to: String,
    /// Whether the first run is at least as old as the period.
    covered: bool,
    /// Share of the runs that came to a conclusion and were answered correctly, never rounded up; null where none did.
    #[schema(value_type = Option<f64>, example = 99.98)]
    answered_pct: Option<serde_json::Number>,
    /// Runs that came to a conclusion.
    concluded: u32,
    /// Runs that came to none.
    unknown: u32,
    latency: Option<LatencyShown>,
    /// Those of which a part lies within it, oldest first.
    outages: Vec<OutageShown>,
    /// The longest of their parts within it, in seconds; null where there is none.
    longest_outage_seconds: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Uptime)]
struct UptimeShown {
    /// 1, 7, 30 or 90.
    window_days: u32,
    /// Whether the first run is at least as old as the window.
    covered: bool,
    /// Share of the runs that came to a conclusion and were answered correctly, never rounded up; null where none did.
    #[schema(value_type = Option<f64>, example = 99.98)]
    answered_pct: Option<serde_json::Number>,
    /// Runs that came to a conclusion.
    concluded: u32,
    /// Runs that came to none.
    unknown: u32,
    latency: Option<LatencyShown>,
}

/// Percentiles of the time to the answer in milliseconds: at most one part in 32 above the true ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Latency)]
struct LatencyShown {
    #[serde(rename = "p50_ms")]
    p50: u32,
    #[serde(rename = "p95_ms")]
    p95: u32,
    #[serde(rename = "p99_ms")]
    p99: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = HistoryDay)]
struct DayShown {
    #[schema(format = Date)]
    date: String,
    pass: u32,
    warn: u32,
    fail: u32,
    unknown: u32,
    latency: Option<LatencyShown>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Aim)]
struct AimShown {
    #[schema(format = DateTime)]
    since: String,
    #[schema(example = "https://fhir.example.org/r4")]
    target: String,
    before: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Outage)]
struct OutageShown {
    #[schema(format = DateTime)]
    began_at: String,
    /// Null while it lasts.
    #[schema(format = DateTime)]
    ended_at: Option<String>,
}

fn latency(sketch: &LatencySketch) -> Option<LatencyShown> {
    let at = |percent| sketch.percentile(percent);
    Some(LatencyShown { p50: at(50)?, p95: at(95)?, p99: at(99)? })
}

/// A percentage with two decimals is JSON's number as it is written.
fn percent(uptime: &Uptime) -> Option<serde_json::Number> {
    uptime.percent().and_then(|share| share.normalize().to_string().parse().ok())
}

impl UptimeShown {
    fn of(window: Window, uptime: &Uptime) -> Self {
        Self {
            window_days: window.days(),
            covered: uptime.is_covered(),
            answered_pct: percent(uptime),
            concluded: uptime.concluded,
            unknown: uptime.unknown,
            latency: latency(&uptime.latency),
        }
    }
}

impl From<PeriodHistory> for PeriodShown {
    fn from(history: PeriodHistory) -> Self {
        let PeriodHistory { period, uptime, outages, longest_outage_ms } = history;
        Self {
            from: period.from().to_string(),
            to: period.to().to_string(),
            covered: uptime.is_covered(),
            answered_pct: percent(&uptime),
            concluded: uptime.concluded,
            unknown: uptime.unknown,
            latency: latency(&uptime.latency),
            outages: outages.iter().map(Into::into).collect(),
            longest_outage_seconds: longest_outage_ms.map(|length| length / 1000),
        }
    }
}

impl From<&Outage> for OutageShown {
    fn from(outage: &Outage) -> Self {
        Self { began_at: time::shown(outage.began_at), ended_at: outage.ended_at.map(time::shown) }
    }
}

impl From<Aimed> for AimShown {
    fn from(Aimed { at, target, before }: Aimed) -> Self {
        Self { since: time::shown(at), target, before }
    }
}

impl From<Stretch> for DayShown {
    fn from(day: Stretch) -> Self {
        let tally = day.tally;
        Self {
            date: day.began_at.date().to_string(),
            pass: tally.pass,
            warn: tally.warn,
            fail: tally.fail,
            unknown: tally.unknown,
            latency: latency(&tally.latency),
        }
    }
}

/// What the runs of a check add up to
///
/// Uptime and answer times over the last day, 7, 30 and 90 days, each day, and the outages; over any period too, where
/// `from` and `to` name it.
#[utoipa::path(
    get, path = "/checks/{id}/history", tag = "checks", params(("id" = String, Path, format = "uuid"), PeriodQuery),
    responses(
        (status = 200, body = History), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn get(
    Bearer(actor): Bearer,
    Segments(id): Segments<CheckId>,
    Queried(query): Queried<PeriodQuery>,
    State(service): State<Service>,
) -> Result<Json<History>, Problem> {
    let history = service.check_history(&actor, id).await?;
    let period = match (query.from, query.to) {
        (None, None) => None,
        (from, to) => {
            let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default());
            let period = Period::read(&from, &to, UnixMillis::now()).map_err(service::Error::Invalid)?;
            Some(service.check_period(&actor, id, period).await?.into())
        }
    };
    let uptime = Window::ALL.map(|window| UptimeShown::of(window, &history.uptime(window)));
    Ok(Json(History {
        known_from: history.first_run_at.map(time::shown),
        uptime: uptime.into(),
        outages: history.outages.iter().map(Into::into).collect(),
        aims: history.aims.into_iter().map(Into::into).collect(),
        period,
        days: history.days.into_iter().map(Into::into).collect(),
    }))
}
