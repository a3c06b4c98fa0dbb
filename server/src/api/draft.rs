//! Drafts of frameworks: begun, saved whatever they say, compared and published. Only for administrators.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::framework::draft as source;
use serde::{Deserialize, Serialize};
use service::authoring::{Beginning, Contents, DraftPage, DraftSaved, NewContents};
use service::{DraftId, Service};
use utoipa::ToSchema;

use super::changes::Changes;
use super::extract::{Bearer, Body, File, MaybeBody, Segments};
use super::framework::Listed;
use super::organization::created;
use super::paging::{Page, PageQuery, Paging};
use super::problem::Problem;
use super::time;

/// A framework as its author has it so far.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = FrameworkDraft)]
pub(super) struct Draft {
    #[schema(format = "uuid")]
    id: String,
    /// Sent back with a save: one that is stale is refused.
    revision: i64,
    /// What the draft says of itself; empty where its text cannot be read.
    #[schema(example = "B7")]
    code: String,
    #[schema(example = "1.1.0")]
    version: String,
    title: String,
    /// The published version that it is to follow.
    #[schema(example = "1.0.0")]
    base: Option<String>,
    changed_by: String,
    #[schema(format = DateTime)]
    changed_at: String,
    /// Whether it is published, and so closed.
    closed: bool,
    /// Whether it can be published as it is.
    valid: bool,
    /// What keeps it from being published.
    problems: Vec<DraftProblem>,
}

/// The same with what it says.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = WholeFrameworkDraft)]
pub(super) struct WholeDraft {
    #[serde(flatten)]
    draft: Draft,
    /// As TOML.
    text: String,
    /// In the form of a framework, whether or not it is valid; null where the text cannot be read.
    #[schema(value_type = Option<Object>)]
    document: Option<source::Draft>,
}

/// Something that keeps a draft from being published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct DraftProblem {
    /// `head`, `rung-1`, `domain-2`, `criterion-2-3`; null where the text cannot be read at all.
    #[schema(example = "criterion-2-3")]
    part: Option<String>,
    /// The field of the part.
    #[schema(example = "anchors.2")]
    field: String,
    /// In the draft's text as the forms write it, from 1.
    line: Option<usize>,
    detail: String,
}

impl From<&DraftPage> for Draft {
    fn from(page: &DraftPage) -> Self {
        let problems = match &page.contents {
            Contents::Unreadable(errors) => errors
                .iter()
                .map(|error| DraftProblem {
                    part: None,
                    field: error.key.clone(),
                    line: Some(error.line),
                    detail: error.problem.clone(),
                })
                .collect(),
            Contents::Document { problems, .. } => problems.iter().map(Into::into).collect(),
        };
        let said = |of: fn(&source::Draft) -> &String| page.document().map(of).cloned().unwrap_or_default();
        Self {
            id: page.record.id.to_string(),
            revision: page.record.revision,
            code: said(|draft| &draft.code),
            version: said(|draft| &draft.version),
            title: said(|draft| &draft.title),
            base: page.base.as_ref().map(|base| base.version.clone()),
            changed_by: page.record.changed_by_name.clone(),
            changed_at: time::shown(page.record.changed_at),
            closed: page.record.published.is_some(),
            valid: page.is_valid(),
            problems,
        }
    }
}

impl From<&source::Problem> for DraftProblem {
    fn from(problem: &source::Problem) -> Self {
        Self {
            part: Some(problem.spot.part.to_string()),
            field: problem.spot.field.clone(),
            line: problem.line,
            detail: problem.problem.clone(),
        }
    }
}

impl From<&DraftPage> for WholeDraft {
    fn from(page: &DraftPage) -> Self {
        Self { draft: page.into(), text: page.record.text.clone(), document: page.document().cloned() }
    }
}

/// The version that a draft is to follow; without one, the draft begins with the least that is valid.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewDraft {
    #[schema(example = "B7")]
    framework: Option<String>,
    /// The newest when absent.
    #[schema(example = "1.0.0")]
    version: Option<String>,
}

/// What a draft is to say: its text, or the document.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DraftSave {
    /// The revision that was read.
    revision: i64,
    /// TOML; kept as it is, valid or not.
    text: Option<String>,
    #[schema(value_type = Option<Object>)]
    document: Option<source::Draft>,
}

/// The draft as its publisher read it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DraftRevision {
    revision: i64,
}

fn made(page: &DraftPage) -> Response {
    created(format!("/api/v1/drafts/{}", page.record.id), WholeDraft::from(page)).into_response()
}

/// The open drafts, newest first
#[utoipa::path(
    get, path = "/drafts", tag = "frameworks", params(PageQuery),
    responses((status = 200, body = Page<Draft>), (status = 401, body = Problem), (status = 403, body = Problem))
)]
pub(super) async fn list(
    Bearer(actor): Bearer,
    paging: Paging<String>,
    State(service): State<Service>,
) -> Result<Json<Page<Draft>>, Problem> {
    let drafts = service.drafts(&actor).await?.iter().map(Draft::from).collect();
    Ok(Json(paging.slice(drafts, |draft: &Draft| draft.id.clone(), |draft| draft)?))
}

/// Begin a draft: a new framework, or the next version of one
#[utoipa::path(
    post, path = "/drafts", tag = "frameworks", request_body = NewDraft,
    responses(
        (status = 201, body = WholeDraft), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn create(
    Bearer(actor): Bearer,
    State(service): State<Service>,
    MaybeBody(new): MaybeBody<NewDraft>,
) -> Result<Response, Problem> {
    let beginning = match new.framework {
        Some(code) => Beginning::Version(code.into(), new.version),
        None if new.version.is_some() => {
            return Err(Problem::field("/framework", "Say which framework the version is of."));
        }
        None => Beginning::Blank,
    };
    Ok(made(&service.begin_draft(&actor, beginning).await?))
}

/// Begin a draft from a file
///
/// A framework in TOML, JSON or XLSX; which of them it is, its content says. A TOML file is kept as it is and may be
/// mended in the draft; a problem of a workbook names its sheet, row and column.
#[utoipa::path(
    post, path = "/drafts/import", tag = "frameworks",
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "A framework file"),
    responses(
        (status = 201, body = WholeDraft), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 413, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn import(
    Bearer(actor): Bearer,
    State(service): State<Service>,
    File(content): File,
) -> Result<Response, Problem> {
    Ok(made(&service.begin_draft(&actor, Beginning::File(content)).await?))
}

/// A draft with what it says and what is wrong with it
#[utoipa::path(
    get, path = "/drafts/{id}", tag = "frameworks", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = WholeDraft), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)
    )
)]
pub(super) async fn get(
    Bearer(actor): Bearer,
    Segments(id): Segments<DraftId>,
    State(service): State<Service>,
) -> Result<Json<WholeDraft>, Problem> {
    Ok(Json(WholeDraft::from(&service.draft(&actor, id).await?)))
}

/// Save a draft, valid or not
///
/// A stale `revision` answers 409 with the draft on file as `current`; nothing is changed.
#[utoipa::path(
    put, path = "/drafts/{id}", tag = "frameworks", params(("id" = String, Path, format = "uuid")),
    request_body = DraftSave,
    responses(
        (status = 200, body = WholeDraft), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn put(
    Bearer(actor): Bearer,
    Segments(id): Segments<DraftId>,
    State(service): State<Service>,
    Body(save): Body<DraftSave>,
) -> Result<Json<WholeDraft>, Problem> {
    let contents = match (save.text, save.document) {
        (Some(text), None) => NewContents::Text(text),
        (None, Some(document)) => NewContents::Document(document),
        _ => return Err(Problem::field("/text", "Send either `text` or `document`.")),
    };
    match service.save_draft(&actor, id, save.revision, contents).await? {
        DraftSaved::Kept(page) => Ok(Json(WholeDraft::from(&page))),
        DraftSaved::Stale(page) => {
            let words = "Somebody else saved the draft in the meantime.";
            let current = serde_json::to_value(WholeDraft::from(&page)).map_err(|_| Problem::internal())?;
            Err(Problem::new(StatusCode::CONFLICT, words).with_current(current))
        }
    }
}

/// Throw a draft away
#[utoipa::path(
    delete, path = "/drafts/{id}", tag = "frameworks", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)
    )
)]
pub(super) async fn discard(
    Bearer(actor): Bearer,
    Segments(id): Segments<DraftId>,
    State(service): State<Service>,
) -> Result<StatusCode, Problem> {
    service.discard_draft(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What changed since the version that a draft follows
#[utoipa::path(
    get, path = "/drafts/{id}/changes", tag = "frameworks", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = Changes), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)
    )
)]
pub(super) async fn changes(
    Bearer(actor): Bearer,
    Segments(id): Segments<DraftId>,
    State(service): State<Service>,
) -> Result<Json<Changes>, Problem> {
    let page = service.draft(&actor, id).await?;
    let (Some(base), Some(draft), Some(diff)) = (&page.base, page.document(), page.changes()) else {
        let words = "The draft follows no version, or its text cannot be read: there is nothing to compare.";
        return Err(Problem::new(StatusCode::CONFLICT, words));
    };
    Ok(Json(Changes::of(&base.version, &draft.version, &diff)))
}

/// Publish a draft as a version that never changes
///
/// 422 with every problem of a draft that is not valid, 409 where the version is not higher than all that are published or
/// the revision is stale.
#[utoipa::path(
    post, path = "/drafts/{id}/publish", tag = "frameworks", params(("id" = String, Path, format = "uuid")),
    request_body = DraftRevision,
    responses(
        (status = 201, body = Listed), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn publish(
    Bearer(actor): Bearer,
    Segments(id): Segments<DraftId>,
    State(service): State<Service>,
    Body(seen): Body<DraftRevision>,
) -> Result<Response, Problem> {
    let entry = service.publish_draft(&actor, id, seen.revision).await?;
    let at = format!("/api/v1/frameworks/{}/{}", entry.code, entry.version);
    Ok(created(at, Listed::from(entry)).into_response())
}
