//! Health checks of an integration.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::check::{CheckKind, ParameterType};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use service::check::{BoundTo, ChangedCheck, CheckPage, NewCheck, RawParameters};
use service::{CheckId, IntegrationId, Service, record};
use utoipa::ToSchema;

use super::extract::{Bearer, Body, Change, Segments, lasting};
use super::feed::Heartbeat;
use super::finding::ConditionShown;
use super::organization::{Created, created};
use super::paging::{Page, PageQuery, Paging};
use super::problem::Problem;
use super::run::Run;
use super::score::StatusName;
use super::time;

/// A health check: a kind and its parameters.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Check {
    #[schema(format = "uuid")]
    id: String,
    #[schema(format = "uuid")]
    integration: String,
    #[schema(example = "fhir.capability")]
    kind: String,
    /// By name; a secret only says `set`.
    #[schema(value_type = BTreeMap<String, Value>, example = json!({ "base_url": "https://fhir.example.org/r4" }))]
    parameters: BTreeMap<String, Value>,
    /// Seconds between two runs.
    #[schema(example = 900)]
    interval: i64,
    enabled: bool,
    #[schema(format = DateTime)]
    next_due_at: String,
    #[schema(format = DateTime)]
    created_at: String,
    /// Where its reports go: only in the answer that creates a feed for which no token was chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    heartbeat: Option<Heartbeat>,
}

/// A check, its latest run, and what it bears on.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct WithTies {
    #[serde(flatten)]
    check: Check,
    /// Of the present target.
    latest: Option<Run>,
    /// Every binding of its kind, tied or not.
    bindings: Vec<Tie>,
}

/// A binding of a criterion and how the check stands for it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Tie {
    #[schema(example = "B7")]
    framework: String,
    framework_version: String,
    #[schema(example = "PAT-1")]
    criterion: String,
    #[schema(example = "PAT-1.1")]
    binding: String,
    tied: bool,
    /// Why somebody tied or untied it by hand; null where the rule decides.
    by_hand: Option<String>,
    /// The latest conclusive status for this binding; null before the first run.
    status: Option<StatusName>,
    consecutive_fails: u32,
    fail_cap: u8,
    conditions: Vec<ConditionShown>,
}

impl Check {
    pub(super) fn of(check: &record::Check, service: &Service) -> Self {
        let kind = service.kind(&check.kind);
        let shown = service.shown_parameters(check).into_iter();
        Self {
            id: check.id.to_string(),
            integration: check.integration.to_string(),
            kind: check.kind.to_string(),
            parameters: shown.map(|(name, text)| typed(kind, name, text)).collect(),
            interval: check.interval_seconds,
            enabled: check.enabled,
            next_due_at: time::shown(check.next_due_at),
            created_at: time::shown(check.created_at),
            heartbeat: None,
        }
    }
}

/// A shown parameter as the JSON that would set it.
fn typed(kind: Option<&CheckKind>, name: String, text: String) -> (String, Value) {
    let spec = kind.and_then(|kind| kind.parameter(&name));
    let value = match spec.map(|spec| spec.kind) {
        Some(ParameterType::Integer | ParameterType::Number | ParameterType::Boolean) => {
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        }
        Some(ParameterType::List) => text.lines().map(str::to_owned).collect(),
        _ => Value::String(text),
    };
    (name, value)
}

impl From<BoundTo> for Tie {
    fn from(bound: BoundTo) -> Self {
        let standing = bound.standing.as_ref();
        Self {
            framework: bound.framework_code.to_string(),
            framework_version: bound.framework_version,
            criterion: bound.criterion.to_string(),
            binding: bound.binding.id.to_string(),
            tied: bound.tied,
            by_hand: bound.by_hand.map(|tie| tie.reason),
            status: standing.map(|standing| standing.status.into()),
            consecutive_fails: standing.map_or(0, |standing| standing.consecutive_fails),
            fail_cap: bound.binding.fail_cap.get(),
            conditions: bound.conditions.into_iter().map(Into::into).collect(),
        }
    }
}

/// A new check.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "kind": "fhir.capability", "parameters": { "base_url": "https://fhir.example.org/r4" }, "interval": 900
}))]
pub(super) struct NewCheckBody {
    kind: String,
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Value>)]
    parameters: BTreeMap<String, Value>,
    /// Seconds between two runs, or a text such as `15m`; the kind's own when absent.
    interval: Option<Interval>,
}

/// A change; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "enabled": false }))]
pub(super) struct CheckChange {
    /// All of them; only an absent secret stays as it was, and not where the check is aimed at another server, or where all
    /// is left out that goes with it: an export without token endpoint, client and scopes goes without a key.
    #[serde(default, deserialize_with = "lasting")]
    #[schema(value_type = BTreeMap<String, Value>)]
    parameters: Option<BTreeMap<String, Value>>,
    /// Seconds between two runs, or a text such as `15m`; null for the kind's own.
    #[serde(default)]
    #[schema(value_type = Option<Interval>)]
    interval: Change<Interval>,
    #[serde(default, deserialize_with = "lasting")]
    #[schema(nullable = false)]
    enabled: Option<bool>,
}

/// A time between two runs.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged, expecting = "an interval is a whole number of seconds, or a text such as 15m")]
enum Interval {
    Seconds(i64),
    Text(String),
}

impl Interval {
    fn seconds(&self) -> Result<i64, Problem> {
        match self {
            Self::Seconds(seconds) => Ok(*seconds),
            Self::Text(text) => read_interval(text.trim()).ok_or_else(|| {
                Problem::field(
                    "/interval",
                    "Write a whole number with s, m, h or d, for example 15m, or seconds.",
                )
            }),
        }
    }
}

fn read_interval(text: &str) -> Option<i64> {
    let unit = text.chars().last()?;
    let length = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return None,
    };
    let count = text.strip_suffix(unit)?;
    let whole = !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
    count.parse::<i64>().ok().filter(|_| whole)?.checked_mul(length)
}

/// The checks of an integration
#[utoipa::path(
    get, path = "/integrations/{id}/checks", tag = "checks",
    params(("id" = String, Path, format = "uuid"), PageQuery),
    responses((status = 200, body = Page<Check>), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn list(
    Bearer(actor): Bearer,
    Segments(id): Segments<IntegrationId>,
    paging: Paging<CheckId>,
    State(service): State<Service>,
) -> Result<Json<Page<Check>>, Problem> {
    let rows = service.integration_page(&actor, id, paging.after, paging.wanted()).await?.checks;
    Ok(Json(paging.page(rows, |row| row.check.id.to_string(), |row| Check::of(&row.check, &service))))
}

/// Add a check to an integration
#[utoipa::path(
    post, path = "/integrations/{id}/checks", tag = "checks", params(("id" = String, Path, format = "uuid")),
    request_body = NewCheckBody,
    responses(
        (status = 201, body = Check), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn create(
    Bearer(actor): Bearer,
    Segments(id): Segments<IntegrationId>,
    State(service): State<Service>,
    Body(body): Body<NewCheckBody>,
) -> Result<Created<Check>, Problem> {
    let new = NewCheck {
        kind: body.kind.into(),
        parameters: RawParameters::Json(body.parameters),
        interval_seconds: body.interval.as_ref().map(Interval::seconds).transpose()?,
    };
    let check = service.create_check(&actor, id, new).await?;
    let mut shown = Check::of(&check, &service);
    if service.is_feed(&check) && service.feed(&actor, check.id).await?.feed.token_made_at.is_none() {
        shown.heartbeat = Some(service.renew_feed_token(&actor, check.id).await?.into());
    }
    Ok(created(format!("/api/v1/checks/{}", check.id), shown))
}

/// A check with its latest run and what it bears on
#[utoipa::path(
    get, path = "/checks/{id}", tag = "checks", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = WithTies), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn get(
    Bearer(actor): Bearer,
    Segments(id): Segments<CheckId>,
    State(service): State<Service>,
) -> Result<Json<WithTies>, Problem> {
    let page = service.check_page(&actor, id).await?;
    let latest = page.present_runs().first().cloned().map(Into::into);
    let CheckPage { check, bindings, .. } = page;
    Ok(Json(WithTies {
        check: Check::of(&check, &service),
        latest,
        bindings: bindings.into_iter().map(Into::into).collect(),
    }))
}

/// Change a check
#[utoipa::path(
    patch, path = "/checks/{id}", tag = "checks", params(("id" = String, Path, format = "uuid")),
    request_body = CheckChange,
    responses(
        (status = 200, body = Check), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn update(
    Bearer(actor): Bearer,
    Segments(id): Segments<CheckId>,
    State(service): State<Service>,
    Body(body): Body<CheckChange>,
) -> Result<Json<Check>, Problem> {
    let CheckPage { check, kind, .. } = service.check_page(&actor, id).await?;
    let interval_seconds = match &body.interval {
        Change::Keep => check.interval_seconds,
        Change::Clear => i64::from(kind.default_interval),
        Change::Set(interval) => interval.seconds()?,
    };
    let parameters = match body.parameters {
        Some(parameters) => RawParameters::Json(parameters),
        None => RawParameters::Text(known_parameters(&service, &check, &kind)),
    };
    let change =
        ChangedCheck { parameters, interval_seconds, enabled: body.enabled.unwrap_or(check.enabled) };
    let changed = service.update_check(&actor, id, change).await?;
    Ok(Json(Check::of(&changed, &service)))
}

/// Everything but the secrets, which stay where they are absent.
fn known_parameters(service: &Service, check: &record::Check, kind: &CheckKind) -> BTreeMap<String, String> {
    let secret = |name: &str| kind.parameter(name).is_some_and(|spec| spec.kind == ParameterType::Secret);
    service.shown_parameters(check).into_iter().filter(|(name, _)| !secret(name)).collect()
}

/// Remove a check with its runs
#[utoipa::path(
    delete, path = "/checks/{id}", tag = "checks", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)
    )
)]
pub(super) async fn remove(
    Bearer(actor): Bearer,
    Segments(id): Segments<CheckId>,
    State(service): State<Service>,
) -> Result<StatusCode, Problem> {
    service.remove_check(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_seconds_or_a_short_text() {
        assert_eq!(read_interval("15m"), Some(900));
        assert_eq!(read_interval("2d"), Some(172_800));
        for text in ["", "m", "-5m", "1.5h", "5 m", "5w", "99999999999999999999d", "15µ"] {
            assert_eq!(read_interval(text), None, "{text}");
        }
    }
}
