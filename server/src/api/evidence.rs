//! Evidence: dated notes, links and files behind answers.

pub(super) mod upload;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::scoring::{EvidenceDuration, EvidenceState};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use service::evidence::{NewBody, NewEvidence};
use service::record::{self, EvidenceBody};
use service::{AssessmentId, EvidenceId, Service};
use utoipa::ToSchema;

use super::extract::{Bearer, Body, Segments, lasting};
use super::organization::{Created, created};
use super::paging::{Page, PageQuery, Paging};
use super::problem::{FieldProblem, Problem};
use super::time;

/// A dated item behind one or more answers.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Evidence {
    #[schema(format = "uuid")]
    id: String,
    #[schema(format = "uuid")]
    assessment: String,
    #[schema(example = json!(["PAT-1", "PAT-2"]))]
    criteria: Vec<String>,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<File>,
    class: ClassName,
    /// What it shows was true on this day.
    #[schema(format = Date)]
    dated: String,
    /// Earlier than the class gives.
    #[schema(format = Date)]
    expires: Option<String>,
    /// The headline percentage that it reports.
    #[schema(value_type = Option<f64>)]
    reported_pct: Option<Decimal>,
    state: StateName,
    /// The account that attached it.
    #[schema(format = "uuid")]
    author: String,
    author_name: String,
    #[schema(format = "uuid")]
    reviewer: Option<String>,
    /// 1 at first; one more each time that it is replaced.
    revision: i64,
    /// When this revision was attached.
    #[schema(format = DateTime)]
    created_at: String,
}

/// A file; its content comes from `GET /evidence/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = EvidenceFile)]
pub(super) struct File {
    #[schema(example = "report.pdf")]
    name: String,
    /// As its content says.
    #[schema(example = "application/pdf")]
    media_type: String,
    bytes: u64,
    /// In hexadecimal digits.
    sha256: String,
}

impl From<record::EvidenceFile> for File {
    fn from(file: record::EvidenceFile) -> Self {
        Self { name: file.name, media_type: file.media_type, bytes: file.bytes, sha256: file.sha256 }
    }
}

/// How long it is good for: 12, 6 or 24 months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = EvidenceDuration)]
pub(super) enum ClassName {
    Standard,
    Operational,
    Charter,
}

/// Whether a reviewer looked at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = EvidenceState)]
pub(super) enum StateName {
    Submitted,
    Accepted,
    Rejected,
}

impl From<ClassName> for EvidenceDuration {
    fn from(name: ClassName) -> Self {
        match name {
            ClassName::Standard => Self::Standard,
            ClassName::Operational => Self::Operational,
            ClassName::Charter => Self::Charter,
        }
    }
}

impl From<StateName> for EvidenceState {
    fn from(name: StateName) -> Self {
        match name {
            StateName::Submitted => Self::Submitted,
            StateName::Accepted => Self::Accepted,
            StateName::Rejected => Self::Rejected,
        }
    }
}

impl From<record::Evidence> for Evidence {
    fn from(evidence: record::Evidence) -> Self {
        let (note, link, file) = match evidence.body {
            EvidenceBody::Note(note) => (Some(note), None, None),
            EvidenceBody::Link(link) => (None, Some(link), None),
            EvidenceBody::File(file) => (None, None, Some(file.into())),
        };
        Self {
            id: evidence.id.to_string(),
            assessment: evidence.assessment.to_string(),
            criteria: evidence.criteria.iter().map(ToString::to_string).collect(),
            title: evidence.title,
            note,
            link,
            file,
            class: match evidence.duration {
                EvidenceDuration::Standard => ClassName::Standard,
                EvidenceDuration::Operational => ClassName::Operational,
                EvidenceDuration::Charter => ClassName::Charter,
            },
            dated: evidence.dated.to_string(),
            expires: evidence.expires.map(|date| date.to_string()),
            reported_pct: evidence.reported_pct,
            state: match evidence.state {
                EvidenceState::Submitted => StateName::Submitted,
                EvidenceState::Accepted => StateName::Accepted,
                EvidenceState::Rejected => StateName::Rejected,
            },
            author: evidence.author.to_string(),
            author_name: evidence.author_name,
            reviewer: evidence.reviewer.map(|user| user.to_string()),
            revision: evidence.revision,
            created_at: time::shown(evidence.created_at),
        }
    }
}

/// A new item: a note or a link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "criteria": ["PAT-1"], "title": "Go-live report", "link": "https://example.org/report.pdf",
    "class": "standard", "dated": "2026-10-01"
}))]
pub(super) struct NewEvidenceBody {
    criteria: Vec<String>,
    title: String,
    note: Option<String>,
    link: Option<String>,
    /// `standard` when absent.
    class: Option<ClassName>,
    #[schema(value_type = String, format = Date)]
    dated: Date,
    #[schema(value_type = Option<String>, format = Date)]
    expires: Option<Date>,
    /// The headline percentage that it reports, 0 to 100.
    #[schema(value_type = Option<f64>)]
    reported_pct: Option<Decimal>,
}

/// A reviewer's word on an item, or the criteria that it speaks to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EvidenceChange, examples(
    json!({ "state": "accepted", "revision": 1 }),
    json!({ "criteria": ["PAT-1", "PAT-3"], "revision": 1 }),
))]
pub(super) struct ItemChange {
    #[serde(default, deserialize_with = "lasting")]
    #[schema(nullable = false)]
    state: Option<StateName>,
    /// In place of those that it has.
    #[serde(default, deserialize_with = "lasting")]
    #[schema(nullable = false)]
    criteria: Option<Vec<String>>,
    /// The revision that you read.
    #[schema(minimum = 1)]
    revision: i64,
}

impl NewEvidenceBody {
    fn understood(self) -> Result<NewEvidence, Problem> {
        let body = match (self.note, self.link) {
            (Some(note), None) => NewBody::Note(note),
            (None, Some(link)) => NewBody::Link(link),
            _ => {
                let detail = "Send a `note` or a `link`, one of them.".to_owned();
                let at = |pointer: &str| FieldProblem::at(pointer, detail.clone());
                return Err(Problem::invalid(vec![at("/note"), at("/link")]));
            }
        };
        Ok(NewEvidence {
            criteria: self.criteria.into_iter().map(Into::into).collect(),
            title: self.title,
            body,
            duration: self.class.unwrap_or(ClassName::Standard).into(),
            dated: self.dated,
            expires: self.expires,
            reported_pct: self.reported_pct,
        })
    }
}

/// The evidence of an assessment
#[utoipa::path(
    get, path = "/assessments/{id}/evidence", tag = "evidence",
    params(("id" = String, Path, format = "uuid"), PageQuery),
    responses((status = 200, body = Page<Evidence>), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn list(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    paging: Paging<EvidenceId>,
    State(service): State<Service>,
) -> Result<Json<Page<Evidence>>, Problem> {
    let evidence = service.assessed(&actor, id).await?.bundle.evidence;
    Ok(Json(paging.slice(evidence, |item| item.id, Evidence::from)?))
}

/// Attach a note or a link
#[utoipa::path(
    post, path = "/assessments/{id}/evidence", tag = "evidence", params(("id" = String, Path, format = "uuid")),
    request_body = NewEvidenceBody,
    responses(
        (status = 201, body = Evidence), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn create(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    State(service): State<Service>,
    Body(body): Body<NewEvidenceBody>,
) -> Result<Created<Evidence>, Problem> {
    let evidence = service.add_evidence(&actor, id, body.understood()?).await?;
    Ok(created(format!("/api/v1/evidence/{}", evidence.id), evidence.into()))
}

/// Accept or reject an item, or tie it to other criteria
///
/// Nobody reviews what they attached. A `revision` that somebody replaced changes nothing: 409. Once the assessment was
/// submitted, only a consultant reviews who did nothing for the organization. With other criteria an item is a next
/// revision, which has to be reviewed again.
#[utoipa::path(
    patch, path = "/evidence/{id}", tag = "evidence", params(("id" = String, Path, format = "uuid")),
    request_body = ItemChange,
    responses(
        (status = 200, body = Evidence), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn change(
    Bearer(actor): Bearer,
    Segments(id): Segments<EvidenceId>,
    State(service): State<Service>,
    Body(body): Body<ItemChange>,
) -> Result<Json<Evidence>, Problem> {
    let changed = match (body.state, body.criteria) {
        (Some(state), None) => service.review_evidence(&actor, id, body.revision, state.into()).await?,
        (None, Some(criteria)) => {
            let criteria = criteria.into_iter().map(Into::into).collect();
            service.retie_evidence(&actor, id, body.revision, criteria).await?
        }
        _ => {
            let detail = "Send a `state` or `criteria`, one of them.";
            let at = |pointer: &str| FieldProblem::at(pointer, detail);
            return Err(Problem::invalid(vec![at("/state"), at("/criteria")]));
        }
    };
    Ok(Json(changed.into()))
}

/// Remove an item
///
/// One that a reviewer accepted, as it is or in an earlier revision, is removed by who may review evidence: otherwise 403.
#[utoipa::path(
    delete, path = "/evidence/{id}", tag = "evidence", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)
    )
)]
pub(super) async fn remove(
    Bearer(actor): Bearer,
    Segments(id): Segments<EvidenceId>,
    State(service): State<Service>,
) -> Result<StatusCode, Problem> {
    service.remove_evidence(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
