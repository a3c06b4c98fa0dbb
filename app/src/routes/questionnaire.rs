//! The questionnaire: one domain per page.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use domain::CriterionCode;
use domain::framework::Criterion;
use http::StatusCode;
use service::{Actor, AssessmentId, Error};

use super::evidence::add_from;
use crate::answer::{CRITERION, Sent, sheet};
use crate::pages::questionnaire::{Sheet, Typed, TypedAnswer, TypedEvidence, questionnaire};
use crate::web::{
    AppState, CurrentActor, Fields, Frame, PageError, Posted, Queried, Segments, Tab, Uploaded, see_other,
};
use crate::words::anchor;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/orgs/{slug}/assessments/{id}/{domain}", get(show).post(answer))
        .route("/orgs/{slug}/assessments/{id}/{domain}/evidence", post(evidence))
}

type Address = Segments<(String, AssessmentId, String)>;

async fn show(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id, domain)): Address,
    Queried(query): Queried,
) -> Result<Response, PageError> {
    let typed = query.has("evidence").then(|| {
        let criterion = CriterionCode::from(query.get("evidence"));
        Typed::Evidence(TypedEvidence { criterion, fields: Fields::default(), refusal: None })
    });
    let sheet = read(&state, &actor, &slug, id, &domain, typed).await?;
    Ok(draw(&state, &actor, StatusCode::OK, &sheet))
}

async fn read(
    state: &AppState,
    actor: &Actor,
    slug: &str,
    id: AssessmentId,
    code: &str,
    typed: Option<Typed>,
) -> Result<Sheet, PageError> {
    let sheet = sheet(&state.service, actor, id, |domain| domain.code.as_str() == code, typed).await?;
    sheet.filter(|sheet| sheet.assessed.bundle.organization.slug == slug).ok_or_else(PageError::not_found)
}

async fn answer(
    State(state): State<AppState>,
    Segments((slug, id, domain)): Address,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let sent = Sent {
        criterion: CriterionCode::from(fields.get("criterion")),
        level: fields.get("level").to_owned(),
        reason: fields.get("reason").to_owned(),
        rationale: fields.get("rationale").to_owned(),
        revision: fields.get("revision").parse().unwrap_or(0),
    };
    // The address must be right before anything is written.
    let mut sheet = read(&state, &actor, &slug, id, &domain, None).await?;
    let domain_asks = |criterion: &Criterion| criterion.code == sent.criterion;
    let asked = sheet.assessed.framework.domains[sheet.domain].criteria.iter().any(domain_asks);
    let saved = match sent.input() {
        _ if !asked => Err(Error::NotFound(CRITERION)),
        Ok(input) => state.service.save_answer(&actor, id, &sent.criterion, input).await,
        Err(error) => Err(error),
    };
    let Err(error) = saved else {
        return Ok(see_other(&format!("{}#{}", sheet.paths.domain_page(&domain), anchor(&sent.criterion))));
    };
    let status = match &error {
        Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Forbidden(_) => StatusCode::FORBIDDEN,
        Error::NotFound(_) => StatusCode::NOT_FOUND,
        _ => StatusCode::CONFLICT,
    };
    let typed: TypedAnswer = sent.refused(error)?;
    if typed.stale {
        // Somebody answered after this was read.
        sheet = read(&state, &actor, &slug, id, &domain, None).await?;
    }
    sheet.typed = Some(Typed::Answer(typed));
    Ok(draw(&state, &actor, status, &sheet))
}

async fn evidence(
    State(state): State<AppState>,
    Segments((slug, id, domain)): Address,
    Uploaded { actor, fields, file }: Uploaded,
) -> Result<Response, PageError> {
    let mut sheet = read(&state, &actor, &slug, id, &domain, None).await?;
    let criterion = CriterionCode::from(fields.get("criteria"));
    match add_from(&state, &actor, id, &fields, file).await? {
        Ok(_) => Ok(see_other(&format!("{}#{}", sheet.paths.domain_page(&domain), anchor(&criterion)))),
        Err(refusal) => {
            let status = refusal.status;
            sheet.typed = Some(Typed::Evidence(TypedEvidence { criterion, fields, refusal: Some(refusal) }));
            Ok(draw(&state, &actor, status, &sheet))
        }
    }
}

fn draw(state: &AppState, actor: &Actor, status: StatusCode, sheet: &Sheet) -> Response {
    let bundle = &sheet.assessed.bundle;
    let title =
        format!("{}, {}", sheet.assessed.framework.domains[sheet.domain].code, bundle.organization.name);
    let frame = Frame::new(state, Some(actor), title).assessment(bundle, Tab::Assessment).with_islands();
    frame.respond(status, || questionnaire(sheet))
}
