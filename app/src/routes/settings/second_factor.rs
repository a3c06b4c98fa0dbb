//! The second factor of the signed-in person: setting it up, recovery codes, turning it off.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use service::Error;
use tower_sessions::Session;

use super::{PAGE, page};
use crate::pages::settings::News;
use crate::web::{AppState, PageError, Posted, Refusal, see_other, show_once};

const SECTION: &str = "/settings#second-factor";

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/settings/second-factor", post(change))
        .route("/settings/second-factor/begin", post(begin))
        .route("/settings/second-factor/abandon", post(abandon))
        .route("/settings/second-factor/confirm", post(confirm))
}

async fn begin(
    State(state): State<AppState>,
    Posted { actor, fields: _ }: Posted,
) -> Result<Response, PageError> {
    state.service.begin_second_factor(&actor).await?;
    Ok(see_other(SECTION))
}

async fn abandon(
    State(state): State<AppState>,
    Posted { actor, fields: _ }: Posted,
) -> Result<Response, PageError> {
    state.service.abandon_second_factor(&actor).await?;
    Ok(see_other(SECTION))
}

async fn confirm(
    State(state): State<AppState>,
    session: Session,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let done = state.service.turn_on_second_factor(&actor, fields.get("second-code")).await;
    let done = done.map(|codes| News::SecondFactorOn { codes });
    answer(&state, &session, Posted { actor, fields }, done).await
}

/// One form with two buttons.
async fn change(
    State(state): State<AppState>,
    session: Session,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let (password, code) = (fields.get("second-password"), fields.get("second-code"));
    let done = match fields.get("second-act") {
        "codes" => {
            let codes = state.service.renew_recovery_codes(&actor, password, code).await;
            codes.map(|codes| News::RecoveryCodes { codes })
        }
        "off" => {
            let done = state.service.turn_off_second_factor(&actor, password, code).await;
            done.map(|()| News::SecondFactorOff)
        }
        _ => return Err(PageError::unreadable("It does not say which of its buttons was pressed.")),
    };
    answer(&state, &session, Posted { actor, fields }, done).await
}

async fn answer(
    state: &AppState,
    session: &Session,
    Posted { actor, fields }: Posted,
    done: Result<News, Error>,
) -> Result<Response, PageError> {
    match done {
        Ok(news) => show_once(state, session, &actor, PAGE, &news).await,
        Err(error) => page(state, session, actor, fields, Vec::new(), Some(Refusal::of(error)?)).await,
    }
}
