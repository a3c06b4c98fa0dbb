//! What the runs of a check add up to.

use axum::Json;
use axum::extract::State;
use domain::check::LatencySketch;
use serde::Serialize;
use service::check::{Uptime, Window};
use service::record::Stretch;
use service::{CheckId, Service};
use utoipa::ToSchema;

use super::extract::{Bearer, Segments};
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

impl From<Uptime> for UptimeShown {
    fn from(uptime: Uptime) -> Self {
        Self {
            window_days: uptime.window.days(),
            covered: uptime.known_from.is_none() && uptime.concluded + uptime.unknown > 0,
            // A percentage with two decimals is JSON's number as it is written.
            answered_pct: uptime.percent().and_then(|share| share.normalize().to_string().parse().ok()),
            concluded: uptime.concluded,
            unknown: uptime.unknown,
            latency: latency(&uptime.latency),
        }
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
/// Uptime and answer times over the last day, 7, 30 and 90 days, each day, and the outages.
#[utoipa::path(
    get, path = "/checks/{id}/history", tag = "checks", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = History), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn get(
    Bearer(actor): Bearer,
    Segments(id): Segments<CheckId>,
    State(service): State<Service>,
) -> Result<Json<History>, Problem> {
    let history = service.check_history(&actor, id).await?;
    let uptime = Window::ALL.map(|window| history.uptime(window).into());
    let outages = history.outages.iter().map(|outage| OutageShown {
        began_at: time::shown(outage.began_at),
        ended_at: outage.ended_at.map(time::shown),
    });
    Ok(Json(History {
        known_from: history.first_run_at.map(time::shown),
        uptime: uptime.into(),
        outages: outages.collect(),
        days: history.days.into_iter().map(Into::into).collect(),
    }))
}
