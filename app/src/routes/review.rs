//! The review of an assessment, and what was submitted and signed.

mod decide;
mod rate;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use domain::CriterionCode;
use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use service::review::SeenDifference;
use service::{Actor, AssessmentId, Error, SnapshotId};

use super::assessed_at;
use crate::pages::review::{
    ReviewDomain, ReviewSheet, history_page, review_domain_page, review_page, settle_field, snapshot_page,
};
use crate::web::{
    AppState, CurrentActor, Fields, Frame, PageError, Posted, Refusal, Segments, Tab, see_other,
};
use crate::words::{Paths, anchor};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/orgs/{slug}/assessments/{id}/review", get(show).post(step))
        .route("/orgs/{slug}/assessments/{id}/review/agree", post(agree))
        .route("/orgs/{slug}/assessments/{id}/review/settle", post(settle))
        .route("/orgs/{slug}/assessments/{id}/review/decide", post(decide::decide))
        .route("/orgs/{slug}/assessments/{id}/review/{domain}", get(show_domain).post(rate::rate))
        .route("/orgs/{slug}/assessments/{id}/review/{domain}/evidence", post(decide::decide_in_domain))
        .route("/orgs/{slug}/assessments/{id}/history", get(history))
        .route("/orgs/{slug}/assessments/{id}/history/{snapshot}", get(snapshot))
        .route("/orgs/{slug}/assessments/{id}/history/{snapshot}/file", get(file))
}

type Address = Segments<(String, AssessmentId)>;
type DomainAddress = Segments<(String, AssessmentId, String)>;

/// Reads the review; an assessment under the address of another organization does not exist.
async fn read(
    state: &AppState,
    actor: &Actor,
    slug: &str,
    id: AssessmentId,
    typed: Fields,
    refusal: Option<Refusal>,
) -> Result<ReviewSheet, PageError> {
    let page = state.service.review(actor, id).await?;
    if page.assessed.bundle.organization.slug != slug {
        return Err(PageError::not_found());
    }
    let (paths, reader) = (Paths::new(slug, id), actor.user());
    Ok(ReviewSheet { page, paths, reader, typed, refusal, decided: None })
}

fn draw(state: &AppState, actor: &Actor, sheet: &ReviewSheet) -> Response {
    let status = Refusal::status_of(sheet.refusal.as_ref());
    let bundle = &sheet.page.assessed.bundle;
    let title = format!("Review, {}", bundle.organization.name);
    let frame = Frame::new(state, Some(actor), title).assessment(bundle, Tab::Assessment);
    frame.respond(status, || review_page(sheet))
}

async fn show(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id)): Address,
) -> Result<Response, PageError> {
    let sheet = read(&state, &actor, &slug, id, Fields::default(), None).await?;
    Ok(draw(&state, &actor, &sheet))
}

async fn step(
    State(state): State<AppState>,
    Segments((slug, id)): Address,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let sheet = read(&state, &actor, &slug, id, Fields::default(), None).await?;
    let note = fields.get("note");
    let done = match fields.get("do") {
        "submit" => state.service.submit(&actor, id, note).await.map(drop),
        "review" => state.service.begin_review(&actor, id).await.map(drop),
        "finalize" => state.service.finalize(&actor, id, note).await.map(drop),
        "reopen" => state.service.reopen(&actor, id, note).await.map(drop),
        _ => Err(Error::Conflict("Use one of the buttons of the page.".to_owned())),
    };
    match done {
        Ok(()) => Ok(see_other(&sheet.paths.review())),
        Err(error) => {
            let sheet = read(&state, &actor, &slug, id, fields, Some(Refusal::of(error)?)).await?;
            Ok(draw(&state, &actor, &sheet))
        }
    }
}

async fn agree(
    State(state): State<AppState>,
    Segments((slug, id)): Address,
    Posted { actor, .. }: Posted,
) -> Result<Response, PageError> {
    let sheet = read(&state, &actor, &slug, id, Fields::default(), None).await?;
    state.service.agree(&actor, id, None).await?;
    Ok(see_other(&format!("{}#domains", sheet.paths.review())))
}

async fn settle(
    State(state): State<AppState>,
    Segments((slug, id)): Address,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let sheet = read(&state, &actor, &slug, id, Fields::default(), None).await?;
    let criterion = CriterionCode::from(fields.get("settle"));
    // A form without them was not drawn from the answers as they are.
    let revision = |name: &str| fields.get(name).parse().unwrap_or(0);
    let seen = SeenDifference { own: revision("own"), assessor: revision("assessor") };
    match state.service.settle_difference(&actor, id, &criterion, seen, fields.get("note")).await {
        Ok(_) => Ok(see_other(&format!("{}#difference-{}", sheet.paths.review(), anchor(&criterion)))),
        Err(error) => {
            let mut refusal = Refusal::of(error)?;
            // The only field that the form has.
            refusal.errors = refusal.errors.renamed(|_| settle_field(&criterion));
            let sheet = read(&state, &actor, &slug, id, fields, Some(refusal)).await?;
            Ok(draw(&state, &actor, &sheet))
        }
    }
}

async fn read_domain(
    state: &AppState,
    actor: &Actor,
    (slug, id, code): (&str, AssessmentId, &str),
    typed: Fields,
    refusal: Option<Refusal>,
) -> Result<ReviewDomain, PageError> {
    let sheet = read(state, actor, slug, id, typed, refusal).await?;
    let domains = &sheet.page.assessed.framework.domains;
    let domain = domains.iter().position(|domain| domain.code.as_str() == code);
    let domain = domain.ok_or_else(PageError::not_found)?;
    Ok(ReviewDomain { sheet, domain })
}

fn draw_domain(state: &AppState, actor: &Actor, page: &ReviewDomain, code: &str) -> Response {
    let status = Refusal::status_of(page.sheet.refusal.as_ref());
    let bundle = &page.sheet.page.assessed.bundle;
    let title = format!("Review of {code}, {}", bundle.organization.name);
    let frame = Frame::new(state, Some(actor), title).assessment(bundle, Tab::Assessment);
    frame.respond(status, || review_domain_page(page))
}

async fn show_domain(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id, code)): DomainAddress,
) -> Result<Response, PageError> {
    let page = read_domain(&state, &actor, (&slug, id, &code), Fields::default(), None).await?;
    Ok(draw_domain(&state, &actor, &page, &code))
}

async fn history(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id)): Address,
) -> Result<Response, PageError> {
    let assessed = assessed_at(&state, &actor, &slug, id).await?;
    let snapshots = state.service.snapshots(&actor, id).await?;
    let title = format!("History, {}", assessed.bundle.organization.name);
    let frame = Frame::new(&state, Some(&actor), title).assessment(&assessed.bundle, Tab::Assessment);
    let paths = Paths::new(&slug, id);
    Ok(frame.respond(StatusCode::OK, || history_page(&assessed, &snapshots, &paths)))
}

type SnapshotAddress = Segments<(String, AssessmentId, SnapshotId)>;

async fn snapshot(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id, snapshot)): SnapshotAddress,
) -> Result<Response, PageError> {
    let found = state.service.snapshot(&actor, snapshot).await?;
    let assessed = assessed_at(&state, &actor, &slug, id).await?;
    if found.snapshot.assessment != id {
        return Err(PageError::not_found());
    }
    let title = format!("Snapshot {}, {}", found.snapshot.number, assessed.bundle.organization.name);
    let frame = Frame::new(&state, Some(&actor), title).assessment(&assessed.bundle, Tab::Assessment);
    let paths = Paths::new(&slug, id);
    Ok(frame.respond(StatusCode::OK, || snapshot_page(&found, &paths)))
}

async fn file(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id, snapshot)): SnapshotAddress,
) -> Result<Response, PageError> {
    let found = state.service.snapshot(&actor, snapshot).await?;
    let (organization, _) = state.service.organization_by_slug(&actor, &slug).await?;
    if found.snapshot.assessment != id || found.snapshot.org != organization.id {
        return Err(PageError::not_found());
    }
    let headers = [
        (CONTENT_TYPE, "application/json".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", found.name())),
    ];
    Ok((headers, found.file).into_response())
}
