//! Links to a report: making and ending them, and what is behind one.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get, post};
use http::{HeaderName, HeaderValue, StatusCode, header};
use service::report::Sections;
use service::share::{NewShare, Shared};
use service::{Actor, AssessmentId, Error, ShareId, UnixMillis};
use tower_sessions::Session;

use super::assessed_at;
use super::checks::end_of;
use crate::pages::report::{Report, report_page};
use crate::pages::shares::{MadeShare, SharesSheet, shares_page};
use crate::print::Reader;
use crate::report_file::{ReportFile, ReportForm};
use crate::web::{
    AppState, Browser, ClientAddress, CurrentActor, Fields, Frame, Once, PageError, Posted, Refusal,
    Segments, Tab, kept_nowhere, see_other, show_once, shown_once,
};
use crate::words::Paths;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/orgs/{slug}/assessments/{id}/shares", get(list).post(create))
        .route("/orgs/{slug}/assessments/{id}/shares/{share}/revoke", post(revoke))
        .route("/shared/{token}", get(shared))
        .route("/shared/{token}/report.pdf", shared_in(ReportForm::Pdf(Reader::Guest)))
        .route("/shared/{token}/report.docx", shared_in(ReportForm::Docx(Reader::Guest)))
}

async fn list(
    State(state): State<AppState>,
    once: Once,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id)): Segments<(String, AssessmentId)>,
) -> Result<Response, PageError> {
    let made = shown_once(&state, &once, &actor, &Paths::new(&slug, id).shares()).await?;
    draw(&state, &actor, &slug, id, made, None).await
}

async fn create(
    State(state): State<AppState>,
    session: Session,
    Segments((slug, id)): Segments<(String, AssessmentId)>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let made = match understood(&fields) {
        Ok(new) => state.service.share_report(&actor, id, new).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(link) => {
            let address = state.service.public_address(&format!("/shared/{}", link.token));
            let made = MadeShare { label: link.share.label, address };
            show_once(&state, &session, &actor, &Paths::new(&slug, id).shares(), &made).await
        }
        Err(error) => draw(&state, &actor, &slug, id, Vec::new(), Some((fields, Refusal::of(error)?))).await,
    }
}

fn understood(fields: &Fields) -> Result<NewShare, Error> {
    let sections = Sections::named(fields.all("section"))?;
    let expires_at = end_of(fields.trimmed("expires")).unwrap_or(UnixMillis(0));
    Ok(NewShare { label: fields.get("label").to_owned(), sections, expires_at })
}

async fn revoke(
    State(state): State<AppState>,
    Segments((slug, id, share)): Segments<(String, AssessmentId, ShareId)>,
    Posted { actor, .. }: Posted,
) -> Result<Response, PageError> {
    state.service.revoke_share(&actor, share).await?;
    Ok(see_other(&Paths::new(&slug, id).shares()))
}

async fn draw(
    state: &AppState,
    actor: &Actor,
    slug: &str,
    id: AssessmentId,
    made: Vec<MadeShare>,
    typed: Option<(Fields, Refusal)>,
) -> Result<Response, PageError> {
    let assessed = assessed_at(state, actor, slug, id).await?;
    let bundle = &assessed.bundle;
    let page = state.service.shares(actor, id).await?;
    let status = typed.as_ref().map_or(StatusCode::OK, |(_, refusal)| refusal.status);
    let sheet = SharesSheet {
        page,
        paths: Paths::new(slug, id),
        organization: bundle.organization.name.clone(),
        now: UnixMillis::now(),
        made,
        typed,
    };
    let frame = Frame::new(state, Some(actor), format!("Shared links, {}", bundle.organization.name))
        .assessment(bundle, Tab::Report)
        .crumb(sheet.paths.report(), "Report");
    // The page may hold a token.
    Ok(kept_nowhere(frame.respond(status, || shares_page(&sheet))))
}

/// What a reader without an account is behind: a link that never was and one that is another's look alike.
async fn opened(
    state: &AppState,
    token: &str,
    address: &str,
    browser: &Browser,
) -> Result<service::report::Report, PageError> {
    match state.service.shared_report(token, address, browser.words()).await? {
        Shared::Open(report) => Ok(*report),
        Shared::Ended => Err(PageError::problem(
            StatusCode::GONE,
            "This link has ended",
            "It was open until a day that has passed, or somebody ended it. Ask whoever sent it for a new one.",
        )),
    }
}

/// Nobody but the reader keeps it, no search engine finds it, and no other site learns the link.
fn lock_up(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// The report behind a link.
async fn shared(
    State(state): State<AppState>,
    Segments(token): Segments<String>,
    ClientAddress(address): ClientAddress,
    browser: Browser,
) -> Result<Response, PageError> {
    let report = opened(&state, &token, &address, &browser).await?;
    let report = Report::of_guest(report).with_files(&format!("/shared/{token}/report"));
    let bundle = &report.page.assessed.bundle;
    let framework =
        format!("Framework {} {}", bundle.assessment.framework_code, bundle.assessment.framework_version);
    let title = format!("Report, {}", bundle.organization.name);
    let frame = Frame::new(&state, None, title).source(framework).demonstration_if(bundle.organization.demo);
    Ok(lock_up(frame.respond(StatusCode::OK, || report_page(&report))))
}

/// The same as a file.
fn shared_in(form: ReportForm) -> MethodRouter<AppState> {
    get(
        move |State(state): State<AppState>,
              Segments(token): Segments<String>,
              ClientAddress(address): ClientAddress,
              browser: Browser| async move {
            let report = opened(&state, &token, &address, &browser).await?;
            let file = ReportFile::made(report, form, &state.service).await?;
            Ok::<_, PageError>(lock_up(file.into_response()))
        },
    )
}
