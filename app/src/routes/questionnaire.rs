//! The questionnaire: one domain per page.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use domain::CriterionCode;
use http::StatusCode;
use service::record::Rater;
use service::{Actor, AssessmentId, Error};

use super::evidence::add_from;
use crate::answer::{CRITERION, Sent, sheet};
use crate::pages::questionnaire::{Sheet, Typed, TypedAnswer, TypedEvidence, questionnaire};
use crate::web::{
    AppState, CurrentActor, Fields, Frame, PageError, Posted, Queried, Segments, Tab, Uploaded, see_other,
};
use crate::words::anchor;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/orgs/{slug}/assessments/{id}/{domain}", get(show).post(answer))
}

pub(super) fn upload_router() -> Router<AppState> {
    Router::new().route("/orgs/{slug}/assessments/{id}/{domain}/evidence", post(evidence))
}

type Address = Segments<(String, AssessmentId, String)>;

async fn show(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id, domain)): Address,
    Queried(query): Queried,
) -> Result<Response, PageError> {
    let open = query.has("evidence").then(|| {
        let criterion = CriterionCode::from(query.get("evidence"));
        TypedEvidence { criterion, fields: Fields::default(), refusal: None }
    });
    let typed = open.map(Typed::evidence).unwrap_or_default();
    let sheet = read(&state, &actor, &slug, id, &domain, typed).await?;
    Ok(draw(&state, &actor, StatusCode::OK, &sheet))
}

async fn read(
    state: &AppState,
    actor: &Actor,
    slug: &str,
    id: AssessmentId,
    code: &str,
    typed: Typed,
) -> Result<Sheet, PageError> {
    let sheet = sheet(&state.service, actor, id, |domain| domain.code.as_str() == code, typed).await?;
    sheet.filter(|sheet| sheet.assessed.bundle.organization.slug == slug).ok_or_else(PageError::not_found)
}

/// Saves every answer of the form that its writer gave or changed, each by itself: one that is not taken comes back, and
/// keeps none of the others.
async fn answer(
    State(state): State<AppState>,
    Segments((slug, id, domain)): Address,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    // The address must be right before anything is written.
    let mut sheet = read(&state, &actor, &slug, id, &domain, Typed::default()).await?;
    let sent_from = CriterionCode::from(fields.get("save"));
    let sent = Sent::all(&fields);
    if sent.is_empty() {
        // As from a page that was loaded before an update.
        let words =
            "No answer arrived. Go back, copy what you typed, load the page again and answer once more.";
        return Err(Error::Conflict(words.to_owned()).into());
    }
    let new = given(&state, &actor, &sheet, sent, &sent_from).await?;
    let shown = new.iter().find(|sent| sent.criterion == sent_from).or(new.first());
    let shown = shown.map_or_else(|| sent_from.clone(), |sent| sent.criterion.clone());
    let mut status = StatusCode::OK;
    let mut refused: Vec<TypedAnswer> = Vec::new();
    for sent in new {
        let Err(error) = save(&state, &actor, &sheet, &sent).await else { continue };
        let why = match &error {
            Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::Forbidden(_) => StatusCode::FORBIDDEN,
            Error::NotFound(_) => StatusCode::NOT_FOUND,
            _ => StatusCode::CONFLICT,
        };
        refused.push(sent.refused(error)?);
        if refused.len() == 1 {
            status = why;
        }
    }
    if refused.is_empty() {
        return Ok(see_other(&format!("{}#{}", sheet.paths.domain_page(&domain), anchor(&shown))));
    }
    // The others are saved, or somebody answered after this was read.
    sheet = read(&state, &actor, &slug, id, &domain, Typed::answers(refused)).await?;
    sheet.typed.sent_from = Some(sent_from);
    Ok(draw(&state, &actor, status, &sheet))
}

/// What the form's writer gave or changed. Where that is nothing, the answer whose button was pressed, if it has none yet:
/// what it lacks is said there.
async fn given(
    state: &AppState,
    actor: &Actor,
    sheet: &Sheet,
    sent: Vec<Sent>,
    sent_from: &CriterionCode,
) -> Result<Vec<Sent>, Error> {
    let mut given = Vec::new();
    let mut empty = None;
    for sent in sent {
        if is_new(state, actor, sheet, &sent).await? {
            given.push(sent);
        } else if sent.criterion == *sent_from && sent.level.is_empty() {
            empty = Some(sent);
        }
    }
    Ok(if given.is_empty() { empty.into_iter().collect() } else { given })
}

/// Whether an answer says something else than what its writer saw, even if somebody else answered since.
async fn is_new(state: &AppState, actor: &Actor, sheet: &Sheet, sent: &Sent) -> Result<bool, Error> {
    if !asks(sheet, &sent.criterion) {
        return Ok(true);
    }
    let on_file = sheet.assessed.own_answer(&sent.criterion);
    if on_file.map_or(0, |answer| answer.revision) == sent.revision {
        return Ok(sent.differs(on_file.map(|answer| (&answer.claim, answer.rationale.as_str()))));
    }
    let id = sheet.assessed.bundle.assessment.id;
    let history = state.service.answer_history(actor, id, &sent.criterion).await?;
    let seen = history.iter().find(|answer| answer.rater == Rater::Own && answer.revision == sent.revision);
    let seen = seen.and_then(|answer| Some((answer.claim.as_ref()?, answer.rationale.as_str())));
    Ok(sent.differs(seen))
}

/// Whether the criterion is one of the domain's.
fn asks(sheet: &Sheet, criterion: &CriterionCode) -> bool {
    let criteria = &sheet.assessed.framework.domains[sheet.domain].criteria;
    criteria.iter().any(|own| own.code == *criterion)
}

async fn save(state: &AppState, actor: &Actor, sheet: &Sheet, sent: &Sent) -> Result<(), Error> {
    if !asks(sheet, &sent.criterion) {
        return Err(Error::NotFound(CRITERION));
    }
    let id = sheet.assessed.bundle.assessment.id;
    state.service.save_answer(actor, id, &sent.criterion, sent.input()?).await.map(|_| ())
}

async fn evidence(
    State(state): State<AppState>,
    Segments((slug, id, domain)): Address,
    Uploaded { actor, fields, file }: Uploaded,
) -> Result<Response, PageError> {
    let mut sheet = read(&state, &actor, &slug, id, &domain, Typed::default()).await?;
    let criterion = CriterionCode::from(fields.get("criteria"));
    match add_from(&state, &actor, id, &fields, file).await? {
        Ok(_) => Ok(see_other(&format!("{}#{}", sheet.paths.domain_page(&domain), anchor(&criterion)))),
        Err(refusal) => {
            let status = refusal.status;
            sheet.typed = Typed::evidence(TypedEvidence { criterion, fields, refusal: Some(refusal) });
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
