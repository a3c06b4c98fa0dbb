//! The sources that criteria name: read by everybody, added by whoever administers the installation.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use domain::CitationKey;
use domain::framework::Citation;
use service::{Actor, UnixMillis};

use crate::pages::citations::{CitationsSheet, citations_page, typed_of};
use crate::web::{AppState, Fields, Frame, MaybeActor, PageError, Posted, Queried, Refusal, see_other};

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/citations", get(list).post(keep))
}

async fn list(
    State(state): State<AppState>,
    MaybeActor(actor): MaybeActor,
    Queried(query): Queried,
) -> Result<Response, PageError> {
    let key = CitationKey::from(query.trimmed("key"));
    let citations = state.service.citations().await?;
    let typed = citations.iter().find(|citation| citation.key == key).map(typed_of).unwrap_or_default();
    Ok(draw(&state, actor.as_ref(), citations, typed, None))
}

async fn keep(
    State(state): State<AppState>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let refusal = match understood(&fields) {
        Err(refusal) => refusal,
        Ok(citation) => match state.service.keep_citation(&actor, citation).await {
            Ok(citation) => return Ok(see_other(&format!("/citations#source-{}", citation.key))),
            Err(error) => Refusal::of(error)?,
        },
    };
    let citations = state.service.citations().await?;
    Ok(draw(&state, Some(&actor), citations, fields, Some(refusal)))
}

fn understood(fields: &Fields) -> Result<Citation, Refusal> {
    let mut problems = Vec::new();
    let mut day = |name: &str| {
        fields.day(name).unwrap_or_else(|problem| {
            problems.push(problem);
            None
        })
    };
    let (valid_from, valid_to) = (day("valid_from"), day("valid_to"));
    if !problems.is_empty() {
        return Err(Refusal::invalid(problems));
    }
    Ok(Citation {
        key: CitationKey::from(fields.trimmed("key")),
        title: fields.trimmed("title").to_owned(),
        urls: fields.get("urls").lines().map(str::to_owned).collect(),
        status: fields.trimmed("status").to_owned(),
        valid_from,
        valid_to,
        binds: Some(fields.trimmed("binds").to_owned()).filter(|binds| !binds.is_empty()),
    })
}

fn draw(
    state: &AppState,
    actor: Option<&Actor>,
    citations: Vec<Citation>,
    typed: Fields,
    refusal: Option<Refusal>,
) -> Response {
    let status = Refusal::status_of(refusal.as_ref());
    let form = actor.is_some_and(Actor::is_admin).then_some(typed);
    let sheet = CitationsSheet { citations, today: UnixMillis::now().date(), form, refusal };
    let frame = Frame::new(state, actor, "Sources").crumb("/frameworks", "Frameworks");
    frame.respond(status, || citations_page(&sheet))
}
