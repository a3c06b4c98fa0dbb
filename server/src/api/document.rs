//! The `OpenAPI` document: every route with what it takes and answers.

use std::sync::LazyLock;

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::server::Server;
use utoipa::openapi::{Components, Info, License, OpenApi, Tag};

/// The document, as text: it never changes while the program runs.
static DOCUMENT: LazyLock<String> =
    LazyLock::new(|| document().to_pretty_json().expect("a document made of texts is JSON"));

/// The document of `/api/v1`.
pub(crate) fn openapi_json() -> &'static str {
    &DOCUMENT
}

/// Anybody may read it.
pub(super) async fn serve() -> Response {
    ([(CONTENT_TYPE, "application/json")], openapi_json()).into_response()
}

fn document() -> OpenApi {
    let mut document = super::described_routes().into_openapi();
    let mut info = Info::new("Rung", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "How far a health-care organization's interoperability reaches, and proof of it. Authorize with \
         `Authorization: Bearer TOKEN`; errors are RFC 9457 problems; lists page with `limit` and `after`."
            .to_owned(),
    );
    let mut license = License::new("Apache-2.0");
    license.identifier = Some("Apache-2.0".to_owned());
    info.license = Some(license);
    document.info = info;
    document.servers = Some(vec![Server::new("/api/v1")]);
    document.security = Some(vec![SecurityRequirement::new("bearer", Vec::<String>::new())]);
    let components = document.components.get_or_insert_with(Components::new);
    components.add_security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    document.tags = Some(
        [
            ("frameworks", "What is asked and how it counts"),
            ("organizations", "Who is assessed"),
            ("members", "Who may do what"),
            ("portfolio", "Many organizations at once"),
            ("assessments", "Answers and what they are worth"),
            ("together", "Who answers what, and what people say about it"),
            ("reports", "An assessment as a file"),
            ("roadmap", "The cheapest climb to a rung"),
            ("evidence", "What stands behind answers"),
            ("findings", "What keeps an assessment from counting in full"),
            ("actions", "What an organization undertakes"),
            ("benchmark", "An organization among its like"),
            ("integrations", "The inventory"),
            ("checks", "What the wire says"),
            ("registers", "What people enter that no probe can see"),
            ("feeds", "Checks that systems report to"),
        ]
        .map(|(name, description)| {
            let mut tag = Tag::new(name);
            tag.description = Some(description.to_owned());
            tag
        })
        .into(),
    );
    document
}
