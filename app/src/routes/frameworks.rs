//! The frameworks, readable by everybody: the content is public.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use domain::framework::diff::Diff;
use domain::framework::draft::Draft;
use domain::{Framework, FrameworkCode};
use http::StatusCode;
use leptos::prelude::*;
use service::authoring::json_file;
use service::workbook;

use crate::pages::changes::{ChangesSheet, changes_page};
use crate::pages::framework::FrameworkPage;
use crate::pages::frameworks::{Author, FrameworksPage};
use crate::pages::methods::MethodsPage;
use crate::web::{AppState, Frame, MaybeActor, PageError, Queried, Segments, made_attachment};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/frameworks", get(list))
        .route("/frameworks/{code}/{version}", get(one))
        .route("/frameworks/{code}/{version}/methods", get(methods))
        .route("/frameworks/{code}/{version}/changes", get(changes))
        .route("/frameworks/{code}/{version}/framework.toml", get(toml))
        .route("/frameworks/{code}/{version}/framework.json", get(json))
        .route("/frameworks/{code}/{version}/framework.xlsx", get(xlsx))
}

async fn list(State(state): State<AppState>, MaybeActor(actor): MaybeActor) -> Result<Response, PageError> {
    let frameworks = state.service.frameworks().await?;
    let frame = Frame::new(&state, actor.as_ref(), "Frameworks");
    let author = Author::of(actor.as_ref());
    Ok(frame.respond(StatusCode::OK, || view! { <FrameworksPage frameworks author/> }.into_any()))
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
    let author = Author::of(actor.as_ref());
    // The list is in the order of versions.
    let earlier = versions(&state, &framework.code).await?;
    let earlier = earlier.into_iter().take_while(|other| *other != framework.version).last();
    Ok(frame.respond(StatusCode::OK, || {
        view! { <FrameworkPage framework citations kinds earlier author/> }.into_any()
    }))
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

/// Every version of a framework, oldest first.
async fn versions(state: &AppState, code: &FrameworkCode) -> Result<Vec<String>, PageError> {
    let all = state.service.frameworks().await?.into_iter().filter(|entry| entry.code == *code);
    Ok(all.map(|entry| entry.version).collect())
}

async fn changes(
    State(state): State<AppState>,
    MaybeActor(actor): MaybeActor,
    Segments((code, version)): Segments<(String, String)>,
    Queried(query): Queried,
) -> Result<Response, PageError> {
    let code = FrameworkCode::from(code);
    let newer = state.service.framework(&code, Some(&version)).await?;
    let versions = versions(&state, &code).await?;
    let others: Vec<String> = versions.into_iter().filter(|other| *other != version).collect();
    let from = match query.trimmed("from") {
        "" => others.last().cloned().ok_or_else(PageError::not_found)?,
        from => from.to_owned(),
    };
    let older = state.service.framework(&code, Some(&from)).await?;
    let diff = Diff::between(&Draft::from(&*older), &Draft::from(&*newer));
    let at = format!("/frameworks/{code}/{version}");
    let frame = Frame::new(&state, actor.as_ref(), format!("Changes, {code} {version}"))
        .crumb("/frameworks", "Frameworks")
        .crumb(at, code.to_string())
        .source(format!("Framework {code} {version}"));
    let sheet = ChangesSheet { code: code.to_string(), from, to: version, versions: others, diff };
    Ok(frame.respond(StatusCode::OK, || changes_page(&sheet)))
}

/// The framework and the name of its file.
async fn named(
    state: &AppState,
    code: String,
    version: &str,
    ending: &str,
) -> Result<(Arc<Framework>, String), PageError> {
    let framework = state.service.framework(&FrameworkCode::from(code), Some(version)).await?;
    let name = format!("{}-{}.{ending}", framework.code, framework.version);
    Ok((framework, name))
}

async fn toml(
    State(state): State<AppState>,
    Segments((code, version)): Segments<(String, String)>,
) -> Result<Response, PageError> {
    let (framework, name) = named(&state, code, &version, "toml").await?;
    Ok(made_attachment(&name, "application/toml", framework.write().into_bytes()))
}

async fn json(
    State(state): State<AppState>,
    Segments((code, version)): Segments<(String, String)>,
) -> Result<Response, PageError> {
    let (framework, name) = named(&state, code, &version, "json").await?;
    Ok(made_attachment(&name, "application/json", json_file(&Draft::from(&*framework))?))
}

async fn xlsx(
    State(state): State<AppState>,
    Segments((code, version)): Segments<(String, String)>,
) -> Result<Response, PageError> {
    let (framework, name) = named(&state, code, &version, "xlsx").await?;
    Ok(made_attachment(&name, workbook::MEDIA_TYPE, workbook::write(&Draft::from(&*framework))?))
}
