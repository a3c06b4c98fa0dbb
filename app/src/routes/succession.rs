//! The next assessment by a newer version of the framework: shown before it is started.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use service::succession::{NewSuccessor, suggested_title};
use service::{Actor, AssessmentId, Error};

use super::assessed_at;
use crate::pages::succession::{SuccessionSheet, succession_page};
use crate::web::{
    AppState, CurrentActor, Fields, Frame, PageError, Posted, Queried, Refusal, Segments, Tab, see_other,
};
use crate::words::Paths;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/orgs/{slug}/assessments/{id}/next", get(show).post(start))
}

async fn show(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id)): Segments<(String, AssessmentId)>,
    Queried(query): Queried,
) -> Result<Response, PageError> {
    draw(&state, &actor, &slug, id, query, None).await
}

async fn start(
    State(state): State<AppState>,
    Segments((slug, id)): Segments<(String, AssessmentId)>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    // The address names the organization, and must name the assessment's.
    assessed_at(&state, &actor, &slug, id).await?;
    let title = fields.get("title").to_owned();
    let new = match title.trim() {
        "" => Err(Error::invalid("title", "Give the assessment a title, for example its year.")),
        _ => Ok(NewSuccessor { version: version(&fields), title }),
    };
    let started = match new {
        Ok(new) => state.service.start_successor(&actor, id, new).await,
        Err(error) => Err(error),
    };
    match started {
        Ok(assessment) => Ok(see_other(Paths::new(&slug, assessment.id).assessment())),
        Err(error) => draw(&state, &actor, &slug, id, fields, Some(Refusal::of(error)?)).await,
    }
}

fn version(fields: &Fields) -> Option<String> {
    Some(fields.trimmed("version").to_owned()).filter(|version| !version.is_empty())
}

async fn draw(
    state: &AppState,
    actor: &Actor,
    slug: &str,
    id: AssessmentId,
    fields: Fields,
    refusal: Option<Refusal>,
) -> Result<Response, PageError> {
    let succession = state.service.succession(actor, id, version(&fields).as_deref()).await?;
    let bundle = &succession.assessed.bundle;
    if bundle.organization.slug != slug {
        return Err(PageError::not_found());
    }
    let title = if fields.has("title") {
        fields.get("title").to_owned()
    } else {
        suggested_title(&bundle.assessment, &succession.next.entry)
    };
    let status = Refusal::status_of(refusal.as_ref());
    let frame = Frame::new(state, Some(actor), format!("Next version, {}", bundle.organization.name))
        .assessment(bundle, Tab::Assessment);
    let sheet = SuccessionSheet { paths: Paths::new(slug, id), succession, title, refusal };
    Ok(frame.respond(status, || succession_page(&sheet)))
}
