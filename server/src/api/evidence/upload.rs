//! Files among the evidence: sent as a form, handed out as they came.

use app::web::{Fields, FileForm, UploadError, attachment};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::CriterionCode;
use jiff::civil::Date;
use rust_decimal::Decimal;
use service::evidence::{NewBody, NewEvidence, Replacement, Upload};
use service::record::EvidenceBody;
use service::{Actor, AssessmentId, EvidenceId, OrgId, Service, UnixMillis};
use utoipa::ToSchema;

use super::super::extract::{Bearer, Segments};
use super::super::organization::{Created, created};
use super::super::paging::{Page, PageQuery, Paging};
use super::super::problem::{FieldProblem, Problem};
use super::{ClassName, Evidence};

/// A new item with its file; one of `file`, `note` and `link`.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes a form that is read part by part")]
pub(in super::super) struct EvidenceForm {
    /// PDF, PNG, JPEG, GIF, WebP, Word, Excel, `PowerPoint`, `OpenDocument`, CSV or text; at most 25 MB.
    #[schema(value_type = Option<String>, format = Binary)]
    file: Option<Vec<u8>>,
    note: Option<String>,
    link: Option<String>,
    /// May come several times, or once with commas between.
    #[schema(example = "PAT-1,PAT-2")]
    criteria: String,
    /// The current one when absent: the latest with an answer, or else the latest.
    #[schema(format = "uuid")]
    assessment: Option<String>,
    /// The file's name when absent.
    title: Option<String>,
    /// `standard` when absent.
    class: Option<ClassName>,
    /// What it shows was true on this day; today when absent.
    #[schema(value_type = Option<String>, format = Date)]
    dated: Option<Date>,
    #[schema(value_type = Option<String>, format = Date)]
    expires: Option<Date>,
    /// The headline percentage that it reports, 0 to 100.
    #[schema(value_type = Option<f64>)]
    reported_pct: Option<Decimal>,
}

/// The next revision of an item; one of `file`, `note` and `link`.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes a form that is read part by part")]
pub(in super::super) struct ReplacementForm {
    #[schema(value_type = Option<String>, format = Binary)]
    file: Option<Vec<u8>>,
    note: Option<String>,
    link: Option<String>,
    /// The revision that you saw.
    revision: i64,
    /// As before when absent.
    title: Option<String>,
    /// Today when absent.
    #[schema(value_type = Option<String>, format = Date)]
    dated: Option<Date>,
    #[schema(value_type = Option<String>, format = Date)]
    expires: Option<Date>,
    /// The headline percentage that it reports, 0 to 100.
    #[schema(value_type = Option<f64>)]
    reported_pct: Option<Decimal>,
}

impl From<UploadError> for Problem {
    fn from(error: UploadError) -> Self {
        let status = match error {
            UploadError::NotMultipart => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            UploadError::TooLarge | UploadError::TooMuchText => StatusCode::PAYLOAD_TOO_LARGE,
            UploadError::BadText | UploadError::Broken => StatusCode::BAD_REQUEST,
            UploadError::Busy => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self::new(status, error.words())
    }
}

/// What both forms have in common.
struct Read {
    fields: Fields,
    file: Option<Upload>,
    problems: Vec<FieldProblem>,
}

impl Read {
    async fn from(request: Request, service: &Service, actor: &Actor) -> Result<Self, Problem> {
        let FileForm { fields, file } = FileForm::read(request, service, actor).await?;
        let file = file.map_err(UploadError::from)?;
        Ok(Self { fields, file, problems: Vec::new() })
    }

    fn text(&self, name: &str) -> Option<String> {
        Some(self.fields.trimmed(name)).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// A field as `T`; what it is not is remembered.
    fn parsed<T: std::str::FromStr>(&mut self, name: &str, words: &str) -> Option<T> {
        let parsed = self.text(name)?.parse().ok();
        if parsed.is_none() {
            self.problems.push(FieldProblem::at(&format!("/{name}"), words));
        }
        parsed
    }

    fn date(&mut self, name: &str) -> Option<Date> {
        self.parsed(name, "Write the day as year, month and day: 2026-11-20.")
    }

    fn body(&mut self) -> Option<NewBody> {
        let file = self.file.take().map(NewBody::File);
        let bodies = [file, self.text("note").map(NewBody::Note), self.text("link").map(NewBody::Link)];
        let mut given = bodies.into_iter().flatten();
        if let (Some(body), None) = (given.next(), given.next()) {
            return Some(body);
        }
        let detail = "Send a `file`, a `note` or a `link`, one of them.";
        self.problems.push(FieldProblem::at("/file", detail));
        None
    }

    fn refused(self) -> Problem {
        Problem::invalid(self.problems)
    }
}

/// Attach a file, a note or a link
#[utoipa::path(
    post, path = "/organizations/{id}/evidence", tag = "evidence", params(("id" = String, Path, format = "uuid")),
    request_body(content = EvidenceForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, body = Evidence), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem),
        (status = 503, body = Problem)
    )
)]
pub(in super::super) async fn create(
    Bearer(actor): Bearer,
    Segments(id): Segments<OrgId>,
    State(service): State<Service>,
    request: Request,
) -> Result<Created<Evidence>, Problem> {
    // Whoever may not see the organization has no file read.
    service.organization(&actor, id).await?;
    let mut read = Read::from(request, &service, &actor).await?;
    let criteria: Vec<CriterionCode> = read
        .fields
        .all("criteria")
        .flat_map(|codes| codes.split(','))
        .map(str::trim)
        .filter(|code| !code.is_empty())
        .map(CriterionCode::from)
        .collect();
    let wanted: Option<AssessmentId> = read.parsed("assessment", "This is no id of an assessment.");
    let class = read.text("class").map(|class| serde_json::from_value::<ClassName>(class.into()));
    if class.as_ref().is_some_and(Result::is_err) {
        read.problems.push(FieldProblem::at("/class", "Write standard, operational or charter."));
    }
    let (dated, expires) = (read.date("dated"), read.date("expires"));
    let reported_pct = read.parsed("reported_pct", "Write a number from 0 to 100.");
    let assessment = service.assessment_asked_for(&actor, id, wanted).await?;
    if assessment.is_none() && read.problems.is_empty() {
        let detail = "The organization has no such assessment. Start one first.";
        read.problems.push(FieldProblem::at("/assessment", detail));
    }
    let title = read.text("title").unwrap_or_default();
    let (Some(body), Some(assessment), true) = (read.body(), assessment, read.problems.is_empty()) else {
        return Err(read.refused());
    };
    let new = NewEvidence {
        criteria,
        title,
        body,
        duration: class.and_then(Result::ok).unwrap_or(ClassName::Standard).into(),
        dated: dated.unwrap_or_else(|| UnixMillis::now().date()),
        expires,
        reported_pct,
    };
    let evidence = service.add_evidence(&actor, assessment, new).await?;
    Ok(created(format!("/api/v1/evidence/{}", evidence.id), evidence.into()))
}

/// Replace an item's content by a next revision
///
/// It has to be reviewed again; the one before is remembered. 409 where somebody else replaced it in the meantime.
#[utoipa::path(
    post, path = "/evidence/{id}/revisions", tag = "evidence", params(("id" = String, Path, format = "uuid")),
    request_body(content = ReplacementForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, body = Evidence), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem),
        (status = 503, body = Problem)
    )
)]
pub(in super::super) async fn replace(
    Bearer(actor): Bearer,
    Segments(id): Segments<EvidenceId>,
    State(service): State<Service>,
    request: Request,
) -> Result<Json<Evidence>, Problem> {
    service.evidence_item(&actor, id).await?;
    let mut read = Read::from(request, &service, &actor).await?;
    let words = "Send the `revision` that you saw, a whole number.";
    let revision: Option<i64> = read.parsed("revision", words);
    if revision.is_none() && read.problems.is_empty() {
        read.problems.push(FieldProblem::at("/revision", words));
    }
    let (dated, expires) = (read.date("dated"), read.date("expires"));
    let reported_pct = read.parsed("reported_pct", "Write a number from 0 to 100.");
    let title = read.text("title").unwrap_or_default();
    let (Some(body), Some(revision), true) = (read.body(), revision, read.problems.is_empty()) else {
        return Err(read.refused());
    };
    let dated = dated.unwrap_or_else(|| UnixMillis::now().date());
    let replacement = Replacement { title, body, dated, expires, reported_pct };
    Ok(Json(service.replace_evidence(&actor, id, revision, replacement).await?.into()))
}

/// The file of an item, as an attachment; a note or a link as JSON
#[utoipa::path(
    get, path = "/evidence/{id}", tag = "evidence", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, content((Evidence = "application/json"), (Vec<u8> = "*/*"))), (status = 401, body = Problem),
        (status = 404, body = Problem)
    )
)]
pub(in super::super) async fn get(
    Bearer(actor): Bearer,
    Segments(id): Segments<EvidenceId>,
    State(service): State<Service>,
) -> Result<Response, Problem> {
    let item = service.evidence_item(&actor, id).await?;
    if !matches!(item.body, EvidenceBody::File(_)) {
        return Ok(Json(Evidence::from(item)).into_response());
    }
    let (file, content) = service.evidence_file(&actor, id).await?;
    Ok(attachment(&file, content))
}

/// The revisions of an item before the present one, the latest first
///
/// Each with the criteria that the item has now.
#[utoipa::path(
    get, path = "/evidence/{id}/revisions", tag = "evidence",
    params(("id" = String, Path, format = "uuid"), PageQuery),
    responses((status = 200, body = Page<Evidence>), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(in super::super) async fn earlier(
    Bearer(actor): Bearer,
    Segments(id): Segments<EvidenceId>,
    paging: Paging<i64>,
    State(service): State<Service>,
) -> Result<Json<Page<Evidence>>, Problem> {
    let found = service.earlier_evidence(&actor, id).await?;
    Ok(Json(paging.slice(found, |item| item.revision, Evidence::from)?))
}

/// The file of an earlier revision, as an attachment; a note or a link as JSON
#[utoipa::path(
    get, path = "/evidence/{id}/revisions/{revision}", tag = "evidence",
    params(("id" = String, Path, format = "uuid"), ("revision" = i64, Path)),
    responses(
        (status = 200, content((Evidence = "application/json"), (Vec<u8> = "*/*"))), (status = 401, body = Problem),
        (status = 404, body = Problem)
    )
)]
pub(in super::super) async fn earlier_file(
    Bearer(actor): Bearer,
    Segments((id, revision)): Segments<(EvidenceId, i64)>,
    State(service): State<Service>,
) -> Result<Response, Problem> {
    let item = service.evidence_revision(&actor, id, revision).await?;
    if !matches!(item.body, EvidenceBody::File(_)) {
        return Ok(Json(Evidence::from(item)).into_response());
    }
    let (file, content) = service.evidence_file_of_revision(&actor, id, revision).await?;
    Ok(attachment(&file, content))
}
