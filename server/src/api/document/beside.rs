//! What answers beside the routes of the API, so that one document describes all of it.

use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, ParameterBuilder, ParameterIn, PathItem,
};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::server::Server;
use utoipa::openapi::{Content, Required, ResponseBuilder};

const JSON: &str = "application/json";
const FHIR: &str = "application/fhir+json";
const UNKNOWN: (&str, &str) = ("404", "There is no such resource, or it is not yours to read");

/// An address that is read and takes no body.
struct Address {
    path: &'static str,
    /// `/` where it does not stand below `/api/v1`.
    server: Option<&'static str>,
    name: &'static str,
    tag: &'static str,
    summary: &'static str,
    media_type: &'static str,
    refusals: &'static [(&'static str, &'static str)],
    /// Whether it wants to know who asks.
    token: bool,
}

static ADDRESSES: [Address; 6] = [
    Address {
        path: "/openapi.json",
        server: None,
        name: "getOpenapi",
        tag: "service",
        summary: "This document",
        media_type: JSON,
        refusals: &[],
        token: false,
    },
    Address {
        path: "/healthz",
        server: Some("/"),
        name: "getHealth",
        tag: "service",
        summary: "Whether the process is up",
        media_type: JSON,
        refusals: &[],
        token: false,
    },
    Address {
        path: "/readyz",
        server: Some("/"),
        name: "getReadiness",
        tag: "service",
        summary: "Whether the database answers and its schema is this program's",
        media_type: JSON,
        refusals: &[("503", "It does not, or is not")],
        token: false,
    },
    Address {
        path: "/fhir/R4/metadata",
        server: Some("/"),
        name: "getFhirMetadata",
        tag: "fhir",
        summary: "The CapabilityStatement",
        media_type: FHIR,
        refusals: &[],
        token: false,
    },
    Address {
        path: "/fhir/R4/Questionnaire/{id}",
        server: Some("/"),
        name: "getFhirQuestionnaire",
        tag: "fhir",
        summary: "A framework as a Questionnaire; its id is code and version, for example `B7-1.0.0`",
        media_type: FHIR,
        refusals: &[UNKNOWN],
        token: false,
    },
    Address {
        path: "/fhir/R4/QuestionnaireResponse/{id}",
        server: Some("/"),
        name: "getFhirQuestionnaireResponse",
        tag: "fhir",
        summary: "The answers of an assessment as a QuestionnaireResponse; its id is the assessment's",
        media_type: FHIR,
        refusals: &[("401", "Unauthorized"), UNKNOWN],
        token: true,
    },
];

pub(super) fn beside() -> impl Iterator<Item = (String, PathItem)> {
    ADDRESSES
        .iter()
        .map(|address| (address.path.to_owned(), PathItem::new(HttpMethod::Get, operation(address))))
}

fn operation(address: &Address) -> Operation {
    let object = Content::new(Some(ObjectBuilder::new()));
    let answer = ResponseBuilder::new().description("OK").content(address.media_type, object);
    let mut operation = OperationBuilder::new()
        .tag(address.tag)
        .summary(Some(address.summary))
        .operation_id(Some(address.name))
        .response("200", answer);
    for (status, why) in address.refusals {
        operation = operation.response(*status, ResponseBuilder::new().description(*why));
    }
    if address.path.ends_with("{id}") {
        let id = ParameterBuilder::new()
            .name("id")
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)));
        operation = operation.parameter(id);
    }
    if let Some(server) = address.server {
        operation = operation.server(Server::new(server));
    }
    if !address.token {
        operation = operation.security(SecurityRequirement::default());
    }
    operation.build()
}
