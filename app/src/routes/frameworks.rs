//! The frameworks, readable by everybody: the content is public.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use domain::FrameworkCode;
use http::StatusCode;
use leptos::prelude::*;

use crate::pages::framework::FrameworkPage;
use crate::pages::frameworks::FrameworksPage;
use crate::pages::methods::MethodsPage;
use crate::web::{AppState, Frame, MaybeActor, PageError, Segments};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/frameworks", get(list))
        .route("/frameworks/{code}/{version}", get(one))
        .route("/frameworks/{code}/{version}/methods", get(methods))
}

async fn list(State(state): State<AppState>, MaybeActor(actor): MaybeActor) -> Result<Response, PageError> {
    let frameworks = state.service.frameworks().await?;
    let frame = Frame::new(&state, actor.as_ref(), "Frameworks");
    Ok(frame.respond(StatusCode::OK, || view! { <FrameworksPage frameworks/> }.into_any()))
}

async fn one(
    State(state): State<AppState>,
    MaybeActor(actor): MaybeActor,
    Segments((code, version)): Segments<(String, String)>,
) -> Result<Response, PageError> {
    let framework = state.service.framework(&FrameworkCode::from(code), Some(&version)).await?;
    let citations = state.service.citations().await?;
    let kinds = framework
        .criteria()
        .flat_map(|criterion| &criterion.bindings)
        .filter_map(|binding| Some((binding.kind.clone(), state.service.kind(&binding.kind)?.title.clone())))
        .collect();
    let frame = Frame::new(&state, actor.as_ref(), format!("{} {}", framework.code, framework.version))
        .crumb("/frameworks", "Frameworks")
        .crumb(format!("/frameworks/{}/{}", framework.code, framework.version), framework.code.to_string())
        .source(format!("Framework {} {}", framework.code, framework.version));
    Ok(frame.respond(StatusCode::OK, || view! { <FrameworkPage framework citations kinds/> }.into_any()))
}

async fn methods(
    State(state): State<AppState>,
    MaybeActor(actor): MaybeActor,
    Segments((code, version)): Segments<(String, String)>,
) -> Result<Response, PageError> {
    let framework = state.service.framework(&FrameworkCode::from(code), Some(&version)).await?;
    let example = state.service.worked_example(&framework.code, &version).await?;
    let citations = state.service.citations().await?;
    let at = format!("/frameworks/{}/{}", framework.code, framework.version);
    let frame =
        Frame::new(&state, actor.as_ref(), format!("Methods, {} {}", framework.code, framework.version))
            .crumb("/frameworks", "Frameworks")
            .crumb(at, framework.code.to_string())
            .source(format!("Framework {} {}", framework.code, framework.version));
    Ok(frame.respond(StatusCode::OK, || view! { <MethodsPage framework example citations/> }.into_any()))
}
