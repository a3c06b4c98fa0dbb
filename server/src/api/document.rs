//! The `OpenAPI` document: every route with what it takes and answers.

mod beside;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::server::Server;
use utoipa::openapi::{Components, Content, Info, License, OpenApi, RefOr, Tag};

use super::problem::MEDIA_TYPE;

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
         `Authorization: Bearer TOKEN`; errors are RFC 9457 problems; lists page with `limit` and `after`; \
         of what a `PATCH` sends (RFC 7396), what is absent stays and null clears."
            .to_owned(),
    );
    let mut license = License::new("Apache-2.0");
    license.identifier = Some("Apache-2.0".to_owned());
    info.license = Some(license);
    document.info = info;
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            operation.operation_id =
                operation.operation_id.take().map(|named| identifier(method, path, &named));
            complete(operation);
        }
    }
    document.paths.paths.extend(beside::beside());
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
            ("fhir", "Frameworks and answers as FHIR R4 resources"),
            ("service", "Whether it is up, and what it offers"),
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

/// The operations of a path, by their methods.
fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    let by_method = [("get", get), ("put", put), ("post", post), ("delete", delete), ("patch", patch)];
    by_method.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// What `OpenAPI` requires of a response and the handlers leave unsaid: a description, and that every refusal is a problem.
/// Bytes have no schema: what is derived for them is an array of numbers.
fn complete(operation: &mut Operation) {
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        if body.content.contains_key("application/json") {
            of_json(&mut operation.responses.responses);
        }
        for (media_type, content) in &mut body.content {
            if is_bytes(media_type) {
                *content = RefOr::T(Content::default());
            }
        }
    }
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        let status = StatusCode::from_bytes(status.as_bytes()).ok();
        if response.description.is_empty() {
            let reason = status.and_then(|status| status.canonical_reason());
            reason.unwrap_or("The answer").clone_into(&mut response.description);
        }
        if status.is_some_and(|status| status.is_client_error() || status.is_server_error())
            && let Some(content) = response.content.shift_remove("application/json")
        {
            response.content.insert(MEDIA_TYPE.to_owned(), content);
        }
        for (media_type, content) in &mut response.content {
            if is_bytes(media_type) {
                *content = RefOr::T(Content::default());
            }
        }
    }
}

/// What a body in JSON can meet before a use case sees it: it cannot be read, is too large, or says that it is another
/// kind.
fn of_json(responses: &mut BTreeMap<String, RefOr<utoipa::openapi::Response>>) {
    let refusal =
        responses.iter().find(|(status, _)| status.starts_with('4')).map(|(_, refusal)| refusal.clone());
    let Some(RefOr::T(mut refusal)) = refusal else { return };
    refusal.description.clear();
    for status in ["400", "413", "415"] {
        responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(refusal.clone()));
    }
}

/// Neither JSON nor text nor a form.
fn is_bytes(media_type: &str) -> bool {
    let text_or_form = media_type.starts_with("text/") || media_type.starts_with("multipart/");
    !text_or_form && !["application/json", "application/toml", MEDIA_TYPE].contains(&media_type)
}

/// What clients that are made from the document call an operation, for example `getAssessment`: what the handler does, and
/// to what, as the path says it. Handlers' own names are those of their module only.
fn identifier(method: &str, path: &str, handler: &str) -> String {
    let verb = match (method, handler) {
        ("get", "list") => "list",
        ("get", _) => "get",
        _ => handler.split('_').next().unwrap_or(handler),
    };
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let mut nouns: Vec<String> = Vec::new();
    for (place, segment) in segments.iter().enumerate() {
        let last = place + 1 == segments.len();
        if segment.starts_with('{') || (last && *segment == verb) {
            continue;
        }
        let of_one = segments.get(place + 1).is_some_and(|next| next.starts_with('{'));
        let one = of_one || (last && matches!(verb, "create" | "add"));
        for word in segment.split(['-', '.']) {
            let noun = if one { singular(word) } else { word.to_owned() };
            if nouns.last() != Some(&noun) {
                nouns.push(noun);
            }
        }
    }
    // `put_criterion` beside a `put` says of what.
    for word in handler.split('_').skip(1) {
        if !nouns.iter().any(|noun| noun == word) {
            nouns.push(word.to_owned());
        }
    }
    let nouns = nouns.iter().map(|noun| noun[..1].to_uppercase() + &noun[1..]);
    nouns.fold(verb.to_owned(), |identifier, noun| identifier + &noun)
}

/// One of what a path's word names many of.
fn singular(word: &str) -> String {
    match word {
        "criteria" => "criterion".to_owned(),
        "ties" => "tie".to_owned(),
        word => match (word.strip_suffix("ries"), word.strip_suffix('s')) {
            (Some(stem), _) => format!("{stem}ry"),
            (None, Some(stem)) => stem.to_owned(),
            (None, None) => word.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// Every operation with its method and path.
    fn described() -> Vec<(String, Value)> {
        let document: Value = serde_json::from_str(openapi_json()).unwrap();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1."), "{}", document["openapi"]);
        let paths = document["paths"].as_object().unwrap();
        let all = paths.iter().flat_map(|(path, item)| {
            let operations = item.as_object().unwrap().iter();
            operations.map(move |(method, operation)| (format!("{method} {path}"), operation.clone()))
        });
        all.collect()
    }

    #[test]
    fn every_operation_has_a_name_of_its_own() {
        let mut named: BTreeMap<String, String> = BTreeMap::new();
        for (route, operation) in described() {
            let name = operation["operationId"].as_str().unwrap().to_owned();
            assert!(name.chars().all(|c| c.is_ascii_alphanumeric()), "{route}: {name}");
            if let Some(other) = named.insert(name.clone(), route.clone()) {
                panic!("{route} and {other} are both called {name}");
            }
        }
        for (name, route) in [
            ("getAssessment", "get /assessments/{id}"),
            ("listOrganizations", "get /organizations"),
            ("createOrganization", "post /organizations"),
            ("putAssessmentAnswer", "put /assessments/{id}/answers/{criterion}"),
            ("submitAssessment", "post /assessments/{id}/submit"),
            ("getFrameworkToml", "get /frameworks/{code}/{version}/framework.toml"),
            ("getRegisterEntry", "get /register-entries/{id}"),
        ] {
            assert_eq!(named.get(name).map(String::as_str), Some(route), "{name}");
        }
    }

    #[test]
    fn whatever_takes_json_says_what_becomes_of_a_body_that_is_none() {
        for (route, operation) in described() {
            if operation["requestBody"]["content"]["application/json"].is_object() {
                for status in ["400", "413", "415"] {
                    assert!(operation["responses"][status].is_object(), "{route}: {status}");
                }
            }
        }
    }

    #[test]
    fn bytes_are_no_array_of_numbers() {
        let mut seen = 0;
        for (route, operation) in described() {
            let responses = operation["responses"].as_object().unwrap().values();
            let holders = responses.chain([&operation["requestBody"]]);
            for (media_type, content) in holders.filter_map(|holder| holder["content"].as_object()).flatten()
            {
                seen += usize::from(is_bytes(media_type) && content["schema"].is_null());
                assert_ne!(content["schema"]["items"]["format"], "int32", "{route}: {media_type}");
            }
        }
        assert!(seen >= 7, "{seen}");
    }

    #[test]
    fn every_response_is_described_and_every_refusal_is_a_problem() {
        for (route, operation) in described() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                let said = response["description"].as_str().unwrap_or_default();
                assert!(!said.is_empty(), "{route}: {status} is not described");
                let Some(content) = response["content"].as_object() else { continue };
                if status.starts_with(['4', '5']) {
                    assert_eq!(
                        content.keys().collect::<Vec<_>>(),
                        ["application/problem+json"],
                        "{route}: {status}"
                    );
                } else {
                    assert!(!content.contains_key("application/problem+json"), "{route}: {status}");
                }
            }
        }
    }
}
