//! Drafts of frameworks: begun, looked at, compared, published, thrown away.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use domain::FrameworkCode;
use http::StatusCode;
use service::authoring::{Beginning, DraftPage, DraftSaved, NewContents, TOO_LARGE, json_file};
use service::{Actor, DraftId, Error, workbook};

use crate::pages::changes::{changes_section, summary};
use crate::pages::draft::{TextSheet, draft_page, draft_path, text_page};
use crate::pages::drafts::{DraftsSheet, draft_name, drafts_page};
use crate::ui::{ButtonLink, PageHead};
use crate::web::{
    AppState, CurrentActor, Fields, FileTooLarge, Frame, PageError, Posted, Refusal, Segments, Uploaded,
    made_attachment, see_other,
};

mod part;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/drafts/{id}", get(show))
        .route("/drafts/{id}/text", get(text).post(save_text))
        .route("/drafts/{id}/parts/{part}", get(part::show).post(part::save))
        .route("/drafts/{id}/parts/{part}/move", post(part::relocate))
        .route("/drafts/{id}/parts/{part}/remove", post(part::remove))
        .route("/drafts/{id}/add", post(part::add))
        .route("/drafts/{id}/changes", get(changes))
        .route("/drafts/{id}/files/{file}", get(file))
        .route("/drafts/{id}/publish", post(publish))
        .route("/drafts/{id}/discard", post(discard))
}

pub(super) fn upload_router() -> Router<AppState> {
    Router::new().route("/drafts", get(list).post(begin))
}

fn frame(state: &AppState, actor: &Actor, page: &DraftPage, title: &str) -> Frame {
    Frame::new(state, Some(actor), format!("{title}{}", draft_name(page)))
        .crumb("/frameworks", "Frameworks")
        .crumb("/drafts", "Drafts")
        .crumb(draft_path(page), draft_name(page))
}

/// What the form saw; nothing that there is where it says none.
fn seen_revision(fields: &Fields) -> i64 {
    fields.trimmed("revision").parse().unwrap_or(0)
}

async fn list(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
) -> Result<Response, PageError> {
    draw_list(&state, &actor, None).await
}

async fn draw_list(state: &AppState, actor: &Actor, refusal: Option<Refusal>) -> Result<Response, PageError> {
    let drafts = state.service.drafts(actor).await?;
    let frameworks = state.service.frameworks().await?;
    let status = Refusal::status_of(refusal.as_ref());
    let sheet = DraftsSheet { drafts, frameworks, refusal };
    let frame = Frame::new(state, Some(actor), "Drafts of frameworks").crumb("/frameworks", "Frameworks");
    Ok(frame.respond(status, || drafts_page(&sheet)))
}

async fn begin(
    State(state): State<AppState>,
    Uploaded { actor, fields, file }: Uploaded,
) -> Result<Response, PageError> {
    let beginning = match fields.trimmed("from") {
        "blank" => Ok(Beginning::Blank),
        "version" => {
            let (code, version) =
                fields.get("version").split_once(' ').unwrap_or((fields.get("version"), ""));
            let version = (!version.is_empty()).then(|| version.to_owned());
            Ok(Beginning::Version(FrameworkCode::from(code), version))
        }
        _ => match file {
            Ok(Some(file)) => Ok(Beginning::File(file.content)),
            Ok(None) => Err(Error::invalid("file", "Choose a file: a framework as TOML, JSON or XLSX.")),
            Err(FileTooLarge) => Err(Error::invalid("file", TOO_LARGE)),
        },
    };
    let begun = match beginning {
        Ok(beginning) => state.service.begin_draft(&actor, beginning).await,
        Err(error) => Err(error),
    };
    match begun {
        Ok(page) => Ok(see_other(&draft_path(&page))),
        Err(error) => draw_list(&state, &actor, Some(Refusal::of(error)?)).await,
    }
}

async fn show(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments(id): Segments<DraftId>,
) -> Result<Response, PageError> {
    let page = state.service.draft(&actor, id).await?;
    Ok(draw(&state, &actor, &page, None))
}

fn draw(state: &AppState, actor: &Actor, page: &DraftPage, refusal: Option<Refusal>) -> Response {
    let status = Refusal::status_of(refusal.as_ref());
    frame(state, actor, page, "Draft ").respond(status, || draft_page(page, refusal))
}

async fn text(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments(id): Segments<DraftId>,
) -> Result<Response, PageError> {
    let page = state.service.draft(&actor, id).await?;
    let sheet = TextSheet { page, typed: None, stale: false, refusal: None };
    Ok(draw_text(&state, &actor, StatusCode::OK, &sheet))
}

fn draw_text(state: &AppState, actor: &Actor, status: StatusCode, sheet: &TextSheet) -> Response {
    frame(state, actor, &sheet.page, "Text of ").respond(status, || text_page(sheet))
}

async fn save_text(
    State(state): State<AppState>,
    Segments(id): Segments<DraftId>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let typed = fields.get("text").to_owned();
    let contents = NewContents::Text(typed.clone());
    match state.service.save_draft(&actor, id, seen_revision(&fields), contents).await {
        Ok(DraftSaved::Kept(page)) => Ok(see_other(&format!("{}/text", draft_path(&page)))),
        Ok(DraftSaved::Stale(page)) => {
            let sheet = TextSheet { page, typed: Some(typed), stale: true, refusal: None };
            Ok(draw_text(&state, &actor, StatusCode::CONFLICT, &sheet))
        }
        Err(error) => {
            let refusal = Refusal::of(error)?;
            let page = state.service.draft(&actor, id).await?;
            let status = refusal.status;
            let sheet = TextSheet { page, typed: Some(typed), stale: false, refusal: Some(refusal) };
            Ok(draw_text(&state, &actor, status, &sheet))
        }
    }
}

async fn changes(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments(id): Segments<DraftId>,
) -> Result<Response, PageError> {
    use leptos::prelude::*;

    let page = state.service.draft(&actor, id).await?;
    let (Some(base), Some(diff)) = (&page.base, page.changes()) else {
        return Err(PageError::conflict(
            "This draft follows no published version, or its text cannot be read: there is nothing to compare.",
        ));
    };
    let title = format!("{}, changed since {} {}", draft_name(&page), base.code, base.version);
    let at = draft_path(&page);
    Ok(frame(&state, &actor, &page, "Changes in ").respond(StatusCode::OK, || {
        view! {
            <PageHead title=title under=summary(&diff)><ButtonLink href=at>"Overview"</ButtonLink></PageHead>
            {changes_section(&diff)}
        }
        .into_any()
    }))
}

async fn file(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((id, file)): Segments<(DraftId, String)>,
) -> Result<Response, PageError> {
    let page = state.service.draft(&actor, id).await?;
    let draft = page.document().ok_or_else(PageError::not_found)?;
    let name = |ending: &str| format!("draft-{}.{ending}", draft_name(&page).replace(' ', "-"));
    match file.as_str() {
        "draft.toml" => {
            Ok(made_attachment(&name("toml"), "application/toml", page.record.text.clone().into_bytes()))
        }
        "draft.json" => Ok(made_attachment(&name("json"), "application/json", json_file(draft)?)),
        "draft.xlsx" => Ok(made_attachment(&name("xlsx"), workbook::MEDIA_TYPE, workbook::write(draft)?)),
        _ => Err(PageError::not_found()),
    }
}

async fn publish(
    State(state): State<AppState>,
    Segments(id): Segments<DraftId>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    match state.service.publish_draft(&actor, id, seen_revision(&fields)).await {
        Ok(entry) => Ok(see_other(&format!("/frameworks/{}/{}", entry.code, entry.version))),
        Err(error) => {
            let refusal = match Refusal::of(error)? {
                // The page names every problem with its place already.
                refusal if !refusal.errors.is_empty() => Refusal {
                    errors: crate::ui::FormErrors::new(),
                    note: Some("Something in the draft is wrong, so it was not published.".to_owned()),
                    ..refusal
                },
                refusal => refusal,
            };
            let page = state.service.draft(&actor, id).await?;
            Ok(draw(&state, &actor, &page, Some(refusal)))
        }
    }
}

async fn discard(
    State(state): State<AppState>,
    Segments(id): Segments<DraftId>,
    Posted { actor, .. }: Posted,
) -> Result<Response, PageError> {
    state.service.discard_draft(&actor, id).await?;
    Ok(see_other("/drafts"))
}
