//! Snapshots: what was submitted and what was signed.

use axum::Json;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, ETAG};
use axum::response::IntoResponse;
use domain::Framework;
use serde::Serialize;
use service::record::{self, SnapshotKind};
use service::{AssessmentId, Service, SnapshotId};
use utoipa::ToSchema;

use super::extract::{Bearer, Segments};
use super::paging::{Page, PageQuery, Paging};
use super::problem::Problem;
use super::time;

/// What was submitted or signed, without its file.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Snapshot {
    #[schema(format = "uuid")]
    id: String,
    #[schema(format = "uuid")]
    assessment: String,
    /// Its place in the organization's chain, from 1.
    number: i64,
    kind: KindName,
    /// Null where the assessment was unrated.
    #[schema(example = "8.1")]
    rung: Option<String>,
    /// Belongs wherever the rung is shown.
    disclaimer: String,
    /// Of its document in canonical form (RFC 8785), in hexadecimal digits.
    sha256: String,
    /// The hash of the one before in the chain.
    previous: Option<String>,
    #[schema(format = "uuid")]
    made_by: String,
    made_by_name: String,
    #[schema(format = DateTime)]
    made_at: String,
}

/// What a snapshot was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SnapshotKind)]
enum KindName {
    Submitted,
    Final,
}

impl Snapshot {
    /// `framework` is that of its assessment.
    pub(super) fn of(snapshot: record::Snapshot, framework: &Framework) -> Self {
        Self {
            id: snapshot.id.to_string(),
            assessment: snapshot.assessment.to_string(),
            number: snapshot.number,
            kind: match snapshot.kind {
                SnapshotKind::Submitted => KindName::Submitted,
                SnapshotKind::Final => KindName::Final,
            },
            rung: snapshot.rung.map(|rung| rung.to_string()),
            disclaimer: framework.disclaimer.clone(),
            sha256: snapshot.sha256,
            previous: snapshot.previous,
            made_by: snapshot.made_by.to_string(),
            made_by_name: snapshot.made_by_name,
            made_at: time::shown(snapshot.made_at),
        }
    }
}

/// The snapshots of an assessment, the latest first
#[utoipa::path(
    get, path = "/assessments/{id}/snapshots", tag = "review",
    params(("id" = String, Path, format = "uuid"), PageQuery),
    responses((status = 200, body = Page<Snapshot>), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn list(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    paging: Paging<SnapshotId>,
    State(service): State<Service>,
) -> Result<Json<Page<Snapshot>>, Problem> {
    let found = service.snapshots(&actor, id).await?;
    let framework = service.framework_of(&actor, id).await?;
    let shown = |snapshot| Snapshot::of(snapshot, &framework);
    Ok(Json(paging.slice(found, |snapshot| snapshot.id, shown)?))
}

/// A snapshot's file
///
/// Canonical JSON with the members `document` and `sha256`; `rung snapshot verify FILE` checks it without this server.
#[utoipa::path(
    get, path = "/snapshots/{id}", tag = "review", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, content_type = "application/json", body = serde_json::Value), (status = 401, body = Problem),
        (status = 404, body = Problem)
    )
)]
pub(super) async fn get(
    Bearer(actor): Bearer,
    Segments(id): Segments<SnapshotId>,
    State(service): State<Service>,
) -> Result<impl IntoResponse, Problem> {
    let found = service.snapshot(&actor, id).await?;
    let headers = [
        (CONTENT_TYPE, "application/json".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", found.name())),
        (ETAG, format!("\"{}\"", found.snapshot.sha256)),
    ];
    Ok((headers, found.file))
}
