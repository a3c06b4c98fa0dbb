//! The HTTP API below `/api/v1`: JSON, bearer tokens, RFC 9457 problems, and the `OpenAPI` document of all that.
//!
//! A handler parses, calls one use case and maps its error; authorization is the use case's. The structs here are the
//! wire format and nothing else: what the domain calls something may change, what a client reads may not. A framework
//! alone is sent as the document that the domain reads and writes.

mod action;
mod alert;
mod answer;
mod assessment;
mod assignment;
mod attest;
mod benchmark;
mod campaign;
mod changes;
mod channel;
mod check;
mod citation;
mod client;
mod comment;
mod comparison;
mod document;
mod draft;
mod evidence;
mod extract;
mod feed;
mod finalized;
mod finding;
mod framework;
mod framework_file;
mod heartbeat;
mod history;
mod incident;
mod integration;
mod inventory;
mod invitation;
mod logo;
mod member;
mod organization;
mod paging;
mod problem;
mod reconciliation;
mod register;
mod report;
mod review;
mod roadmap;
mod run;
mod score;
mod snapshot;
mod succession;
mod target;
mod tie;
mod time;
mod timeline;
mod view;

use std::any::Any;

use axum::Router;
use axum::extract::{OriginalUri, Request};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use service::Service;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use document::openapi_json;
pub(crate) use extract::Bearer;
pub(crate) use problem::Problem;

/// The routes below `/api/v1`.
pub(crate) fn router(service: Service) -> Router {
    let (router, _) = described_routes().split_for_parts();
    router
        .route("/openapi.json", axum::routing::get(document::serve))
        .fallback(no_such_address)
        .method_not_allowed_fallback(wrong_method)
        .with_state(service)
}

/// Every route together with its description.
fn described_routes() -> OpenApiRouter<Service> {
    OpenApiRouter::new()
        .routes(routes!(framework::list, framework::create))
        .routes(routes!(framework::get))
        .routes(routes!(framework_file::toml))
        .routes(routes!(framework_file::json))
        .routes(routes!(framework_file::xlsx))
        .routes(routes!(changes::get))
        .routes(routes!(draft::list, draft::create))
        .routes(routes!(draft::import))
        .routes(routes!(draft::get, draft::put, draft::discard))
        .routes(routes!(draft::changes))
        .routes(routes!(draft::publish))
        .routes(routes!(citation::list))
        .routes(routes!(citation::put))
        .routes(routes!(organization::list, organization::create))
        .routes(routes!(organization::get, organization::update))
        .routes(routes!(client::export))
        .routes(routes!(logo::get, logo::put, logo::remove))
        .routes(routes!(member::list, member::add))
        .routes(routes!(member::change, member::remove))
        .routes(routes!(invitation::list, invitation::create))
        .routes(routes!(invitation::revoke))
        .routes(routes!(invitation::accept))
        .routes(routes!(campaign::list, campaign::create))
        .routes(routes!(campaign::get, campaign::change, campaign::remove))
        .routes(routes!(campaign::extend))
        .routes(routes!(view::list, view::create))
        .routes(routes!(view::remove))
        .routes(routes!(assessment::list, assessment::create))
        .routes(routes!(assessment::get, assessment::update))
        .routes(routes!(succession::get, succession::start))
        .routes(routes!(answer::put, answer::history))
        .routes(routes!(answer::restore))
        .routes(routes!(answer::withdraw))
        .routes(routes!(assignment::list))
        .routes(routes!(assignment::put_domain))
        .routes(routes!(assignment::put_criterion))
        .routes(routes!(assignment::mine))
        .routes(routes!(comment::list, comment::create))
        .routes(routes!(comment::update, comment::withdraw))
        .routes(routes!(comment::resolve))
        .routes(routes!(comment::reopen))
        .routes(routes!(review::get))
        .routes(routes!(review::submit))
        .routes(routes!(review::begin))
        .routes(routes!(review::finalize))
        .routes(routes!(review::reopen))
        .routes(routes!(review::rating::put))
        .routes(routes!(review::rating::agree))
        .routes(routes!(review::rating::settle))
        .routes(routes!(review::decide::create))
        .routes(routes!(snapshot::list))
        .routes(routes!(snapshot::get))
        .routes(routes!(score::get))
        .routes(routes!(timeline::get))
        .routes(routes!(comparison::get))
        .routes(routes!(comparison::table))
        .routes(routes!(benchmark::get, benchmark::put))
        .routes(routes!(report::json))
        .routes(routes!(report::csv))
        .routes(routes!(report::xlsx))
        .routes(routes!(report::pdf))
        .routes(routes!(report::docx))
        .routes(routes!(roadmap::get))
        .routes(routes!(roadmap::aim))
        .routes(routes!(roadmap::decide))
        .routes(routes!(target::put))
        .routes(routes!(target::put_criterion))
        .routes(routes!(evidence::list, evidence::create))
        .routes(routes!(evidence::upload::create))
        .routes(routes!(evidence::upload::get, evidence::change, evidence::remove))
        .routes(routes!(evidence::upload::earlier, evidence::upload::replace))
        .routes(routes!(evidence::upload::earlier_file))
        .routes(routes!(finding::list))
        .routes(routes!(finding::update))
        .routes(routes!(action::list))
        .routes(routes!(action::create))
        .routes(routes!(action::get, action::update))
        .routes(routes!(integration::list, integration::create))
        .routes(routes!(inventory::export))
        .routes(routes!(inventory::import))
        .routes(routes!(integration::get, integration::update, integration::remove))
        .routes(routes!(register::list, register::add))
        .routes(routes!(register::export))
        .routes(routes!(register::import))
        .routes(routes!(register::get, register::correct))
        .routes(routes!(register::withdraw))
        .routes(routes!(check::list, check::create))
        .routes(routes!(check::get, check::update, check::remove))
        .routes(routes!(feed::get, feed::put))
        .routes(routes!(feed::renew))
        .routes(routes!(heartbeat::create))
        .routes(routes!(tie::list))
        .routes(routes!(tie::put, tie::clear))
        .routes(routes!(run::list, run::create))
        .routes(routes!(attest::list, attest::create))
        .routes(routes!(attest::withdraw))
        .routes(routes!(reconciliation::create))
        .routes(routes!(finalized::create))
        .routes(routes!(history::get))
        .routes(routes!(incident::list))
        .routes(routes!(incident::get))
        .routes(routes!(incident::alerting, incident::set_thresholds))
        .routes(routes!(incident::snooze, incident::end_snooze))
        .routes(routes!(channel::list, channel::create))
        .routes(routes!(channel::update, channel::remove))
        .routes(routes!(channel::test))
        .routes(routes!(alert::rule::list, alert::rule::create))
        .routes(routes!(alert::rule::remove))
        .routes(routes!(alert::window::list, alert::window::create))
        .routes(routes!(alert::window::end))
        .routes(routes!(alert::message::list))
        .routes(routes!(alert::message::resend))
}

async fn no_such_address(OriginalUri(uri): OriginalUri) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, format!("There is nothing at {}.", uri.path()))
}

async fn wrong_method(method: Method, OriginalUri(uri): OriginalUri) -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, format!("{} does not take {method}.", uri.path()))
}

/// The answer where a handler broke. The panic itself is on the log, written by its hook.
pub(crate) fn panicked(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("an API handler panicked");
    Problem::internal().into_response()
}

/// Gives a request that ran out of time its words.
pub(crate) async fn explain_timeout(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if response.status() == StatusCode::SERVICE_UNAVAILABLE && !problem::is_problem(&response) {
        return Problem::new(StatusCode::SERVICE_UNAVAILABLE, "This took too long and was given up.")
            .into_response();
    }
    response
}
