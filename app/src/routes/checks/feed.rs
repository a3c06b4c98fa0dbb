//! The feed of a check: when reports are expected, and its token.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use service::record::FeedTiming;
use service::{CheckId, Error};
use tower_sessions::Session;

use super::{check_page, page, place};
use crate::pages::check_form::read_interval;
use crate::web::{AppState, PageError, Posted, Refusal, Segments, see_other, show_once};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/orgs/{slug}/checks/{id}/feed", post(set_timing))
        .route("/orgs/{slug}/checks/{id}/feed/token", post(renew))
}

async fn set_timing(
    State(state): State<AppState>,
    Segments((slug, id)): Segments<(String, CheckId)>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    check_page(&state, &actor, &slug, id).await?;
    let grace = match fields.trimmed("feed-grace") {
        "" => Ok(None),
        text => read_interval(text).map(Some).ok_or_else(|| {
            Error::invalid("grace", "Write a whole number with s, m, h or d, for example 15m or 1d.")
        }),
    };
    let done = match grace {
        Err(error) => Err(error),
        Ok(grace_seconds) => {
            let timing = FeedTiming {
                cron: fields.trimmed("feed-cron").to_owned(),
                zone: fields.trimmed("feed-zone").to_owned(),
                hours: fields.trimmed("feed-hours").to_owned(),
                grace_seconds,
            };
            state.service.set_feed_timing(&actor, id, timing).await
        }
    };
    match done.map_err(own_names) {
        Ok(()) => Ok(see_other(&format!("{}#feed", place(&slug, id)))),
        Err(error) => page(&state, &actor, &slug, id, fields, Some(Refusal::of(error)?)).await,
    }
}

/// The page has other fields of these names.
fn own_names(error: Error) -> Error {
    let Error::Invalid(mut errors) = error else { return error };
    for error in &mut errors {
        error.field = format!("feed-{}", error.field);
    }
    Error::Invalid(errors)
}

async fn renew(
    State(state): State<AppState>,
    session: Session,
    Segments((slug, id)): Segments<(String, CheckId)>,
    Posted { actor, fields: _ }: Posted,
) -> Result<Response, PageError> {
    check_page(&state, &actor, &slug, id).await?;
    let made = state.service.renew_feed_token(&actor, id).await?;
    show_once(&state, &session, &actor, &place(&slug, id), &made).await
}
