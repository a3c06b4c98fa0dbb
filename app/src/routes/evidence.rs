//! Evidence: dated notes, links and files on criteria.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use domain::CriterionCode;
use domain::scoring::EvidenceState;
use http::StatusCode;
use service::assessment::Assessed;
use service::evidence::NewEvidence;
use service::record::Evidence;
use service::{Actor, AssessmentId, Error, EvidenceId, FieldError};

use super::assessed_at;
use super::organizations::assessments;
use crate::pages::assessment_form::Wanted;
use crate::pages::evidence::{
    CriteriaSheet, EvidencePage, RevisionsSheet, criteria_page, evidence_page, read_evidence,
    read_replacement, revisions_page,
};
use crate::web::{
    AppState, CurrentActor, Fields, Frame, PageError, Posted, Queried, Refusal, Segments, SentFile, Tab,
    Uploaded, attachment, see_other,
};
use crate::words::Paths;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/orgs/{slug}/evidence/{item}", post(change))
        .route("/orgs/{slug}/evidence/{item}/criteria", get(show_criteria).post(retie))
        .route("/orgs/{slug}/evidence/{item}/file", get(file))
}

pub(super) fn upload_router() -> Router<AppState> {
    Router::new()
        .route("/orgs/{slug}/evidence", get(show).post(add))
        .route("/orgs/{slug}/evidence/{item}/revisions", get(show_revisions).post(replace))
}

async fn show(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments(slug): Segments<String>,
    Queried(query): Queried,
) -> Result<Response, PageError> {
    let typed = query.all("criteria").map(|code| ("criteria".to_owned(), code.to_owned())).collect();
    page(&state, &actor, &slug, query.get("assessment").parse().ok(), typed, None).await
}

/// Draws the page for the assessment asked for, or the current one.
async fn page(
    state: &AppState,
    actor: &Actor,
    slug: &str,
    wanted: Option<AssessmentId>,
    typed: Fields,
    refusal: Option<Refusal>,
) -> Result<Response, PageError> {
    let (org, _) = state.service.organization_by_slug(actor, slug).await?;
    let assessments = assessments(state, actor, org.id).await?;
    let chosen = match state.service.assessment_asked_for(actor, org.id, wanted).await? {
        Some(chosen) => chosen,
        None if wanted.is_some() => return Err(PageError::not_found()),
        None => return Err(PageError::Elsewhere(Wanted::Evidence.form(slug))),
    };
    let assessed = state.service.assessed(actor, chosen).await?;
    let paths = Paths::new(slug, chosen);
    let sheet = EvidencePage { assessed, paths, assessments, reader: actor.user(), typed, refusal };
    let status = Refusal::status_of(sheet.refusal.as_ref());
    let title = format!("Evidence, {}", org.name);
    let frame = Frame::new(state, Some(actor), title).assessment(&sheet.assessed.bundle, Tab::Evidence);
    Ok(frame.respond(status, || evidence_page(&sheet)))
}

async fn add(
    State(state): State<AppState>,
    Segments(slug): Segments<String>,
    Uploaded { actor, fields, file }: Uploaded,
) -> Result<Response, PageError> {
    let Ok(assessment) = fields.get("assessment").parse::<AssessmentId>() else {
        return Err(PageError::not_found());
    };
    assessed_at(&state, &actor, &slug, assessment).await?;
    match add_from(&state, &actor, assessment, &fields, file).await? {
        Ok(item) => Ok(see_other(&format!("/orgs/{slug}/evidence?assessment={assessment}#item-{item}"))),
        Err(refusal) => page(&state, &actor, &slug, Some(assessment), fields, Some(refusal)).await,
    }
}

/// Reads the form and adds the item; the inner error is for the form.
pub(super) async fn add_from(
    state: &AppState,
    actor: &Actor,
    assessment: AssessmentId,
    fields: &Fields,
    file: SentFile,
) -> Result<Result<EvidenceId, Refusal>, PageError> {
    if let Err(error) = fields.nothing_left_out() {
        return Refusal::of(error).map(Err);
    }
    let new: NewEvidence = match read_evidence(fields, file) {
        Ok(new) => new,
        Err(problems) => return Ok(Err(Refusal::invalid(problems))),
    };
    match state.service.add_evidence(actor, assessment, new).await {
        Ok(item) => Ok(Ok(item.id)),
        Err(Error::Invalid(problems)) => {
            Ok(Err(Refusal::invalid(problems.into_iter().map(named_as_typed).collect())))
        }
        Err(error) => Refusal::of(error).map(Err),
    }
}

/// Link and note are one field of the form.
fn named_as_typed(problem: FieldError) -> FieldError {
    match problem.field.as_str() {
        "link" | "note" => FieldError::new("body", problem.problem),
        _ => problem,
    }
}

async fn file(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, item)): Segments<(String, EvidenceId)>,
    Queried(query): Queried,
) -> Result<Response, PageError> {
    let (organization, _) = state.service.organization_by_slug(&actor, &slug).await?;
    if state.service.evidence_item(&actor, item).await?.org != organization.id {
        return Err(PageError::not_found());
    }
    let (file, content) = match query.get("revision") {
        "" => state.service.evidence_file(&actor, item).await?,
        earlier => {
            let earlier = earlier.parse::<i64>().map_err(|_| PageError::not_found())?;
            state.service.evidence_file_of_revision(&actor, item, earlier).await?
        }
    };
    Ok(attachment(&file, content))
}

/// The item's assessment and the item; under the address of another organization it does not exist.
async fn item_of(
    state: &AppState,
    actor: &Actor,
    slug: &str,
    item: EvidenceId,
) -> Result<(Assessed, Evidence), PageError> {
    let item = state.service.evidence_item(actor, item).await?;
    let assessed = assessed_at(state, actor, slug, item.assessment).await?;
    Ok((assessed, item))
}

async fn show_criteria(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, item)): Segments<(String, EvidenceId)>,
) -> Result<Response, PageError> {
    let (assessed, item) = item_of(&state, &actor, &slug, item).await?;
    let chosen = item.criteria.clone();
    Ok(draw_criteria(&state, &actor, &slug, (assessed, item), chosen, None))
}

async fn retie(
    State(state): State<AppState>,
    Segments((slug, item)): Segments<(String, EvidenceId)>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let (assessed, known) = item_of(&state, &actor, &slug, item).await?;
    let chosen: Vec<CriterionCode> = fields.all("criteria").map(CriterionCode::from).collect();
    let revision = fields.get("revision").parse().unwrap_or(0);
    match state.service.retie_evidence(&actor, item, revision, chosen.clone()).await {
        Ok(item) => {
            let (assessment, item) = (item.assessment, item.id);
            Ok(see_other(&format!("/orgs/{slug}/evidence?assessment={assessment}#item-{item}")))
        }
        Err(error) => {
            let refusal = Some(Refusal::of(error)?);
            Ok(draw_criteria(&state, &actor, &slug, (assessed, known), chosen, refusal))
        }
    }
}

fn draw_criteria(
    state: &AppState,
    actor: &Actor,
    slug: &str,
    (assessed, item): (Assessed, Evidence),
    chosen: Vec<CriterionCode>,
    refusal: Option<Refusal>,
) -> Response {
    let status = Refusal::status_of(refusal.as_ref());
    let paths = Paths::new(slug, item.assessment);
    let title = format!("Criteria of {}, {}", item.title, assessed.bundle.organization.name);
    let frame = Frame::new(state, Some(actor), title)
        .assessment(&assessed.bundle, Tab::Evidence)
        .crumb(paths.evidence(), "Evidence");
    let sheet = CriteriaSheet { assessed, paths, item, chosen, refusal };
    frame.respond(status, || criteria_page(&sheet))
}

async fn show_revisions(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, item)): Segments<(String, EvidenceId)>,
) -> Result<Response, PageError> {
    let (assessed, item) = item_of(&state, &actor, &slug, item).await?;
    let typed = [("title".to_owned(), item.title.clone())].into_iter().collect();
    draw_revisions(&state, &actor, &slug, (assessed, item), typed, None).await
}

async fn replace(
    State(state): State<AppState>,
    Segments((slug, item)): Segments<(String, EvidenceId)>,
    Uploaded { actor, fields, file }: Uploaded,
) -> Result<Response, PageError> {
    let (assessed, known) = item_of(&state, &actor, &slug, item).await?;
    match replace_from(&state, &actor, item, &fields, file).await? {
        Ok(item) => {
            let (assessment, item) = (item.assessment, item.id);
            Ok(see_other(&format!("/orgs/{slug}/evidence?assessment={assessment}#item-{item}")))
        }
        Err(refusal) => draw_revisions(&state, &actor, &slug, (assessed, known), fields, Some(refusal)).await,
    }
}

/// Reads the form and replaces the item; the inner error is for the form.
async fn replace_from(
    state: &AppState,
    actor: &Actor,
    item: EvidenceId,
    fields: &Fields,
    file: SentFile,
) -> Result<Result<Evidence, Refusal>, PageError> {
    if let Err(error) = fields.nothing_left_out() {
        return Refusal::of(error).map(Err);
    }
    let next = match read_replacement(fields, file) {
        Ok(next) => next,
        Err(problems) => return Ok(Err(Refusal::invalid(problems))),
    };
    // A form without it, or with another's, was not drawn from the item as it is.
    let revision = fields.get("revision").parse().unwrap_or(0);
    match state.service.replace_evidence(actor, item, revision, next).await {
        Ok(item) => Ok(Ok(item)),
        Err(Error::Invalid(problems)) => {
            Ok(Err(Refusal::invalid(problems.into_iter().map(named_as_typed).collect())))
        }
        Err(error) => Refusal::of(error).map(Err),
    }
}

async fn draw_revisions(
    state: &AppState,
    actor: &Actor,
    slug: &str,
    (assessed, item): (Assessed, Evidence),
    typed: Fields,
    refusal: Option<Refusal>,
) -> Result<Response, PageError> {
    let status = Refusal::status_of(refusal.as_ref());
    let earlier = state.service.earlier_evidence(actor, item.id).await?;
    let paths = Paths::new(slug, item.assessment);
    let title = format!("Revisions of {}, {}", item.title, assessed.bundle.organization.name);
    let frame = Frame::new(state, Some(actor), title)
        .assessment(&assessed.bundle, Tab::Evidence)
        .crumb(paths.evidence(), "Evidence");
    let sheet = RevisionsSheet { assessed, paths, item, earlier, typed, refusal };
    Ok(frame.respond(status, || revisions_page(&sheet)))
}

async fn change(
    State(state): State<AppState>,
    Segments((slug, item)): Segments<(String, EvidenceId)>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let Ok(assessment) = fields.get("assessment").parse::<AssessmentId>() else {
        return Err(PageError::not_found());
    };
    let assessed = assessed_at(&state, &actor, &slug, assessment).await?;
    if !assessed.bundle.evidence.iter().any(|found| found.id == item) {
        return Err(PageError::not_found());
    }
    // A form without it, or with another's, was not drawn from the item as it is.
    let revision = fields.get("revision").parse().unwrap_or(0);
    let review = async |to| state.service.review_evidence(&actor, item, revision, to).await.map(drop);
    let done = match fields.get("do") {
        "accept" => review(EvidenceState::Accepted).await,
        "reject" => review(EvidenceState::Rejected).await,
        "remove" => state.service.remove_evidence(&actor, item).await,
        _ => {
            return Err(PageError::problem(
                StatusCode::UNPROCESSABLE_ENTITY,
                "Nothing was changed",
                "Use one of the buttons Accept, Reject or Remove.",
            ));
        }
    };
    match done {
        Ok(()) => Ok(see_other(&format!("/orgs/{slug}/evidence?assessment={assessment}"))),
        // The page shows the item as it is now.
        Err(error) => {
            let refusal = Some(Refusal::of(error)?);
            page(&state, &actor, &slug, Some(assessment), Fields::default(), refusal).await
        }
    }
}
