//! Frameworks over the API, and the document that describes it.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::Value;

use super::support::{Backend, TestApp};

#[rstest]
#[tokio::test]
async fn the_built_in_frameworks_are_there(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let app = TestApp::spawn(backend).await;
    let ada = app.person("ada").await;
    let listed = ada.get("/frameworks").await.expect(200);
    let codes: BTreeSet<&str> =
        listed["items"].as_array().unwrap().iter().map(|entry| entry["code"].as_str().unwrap()).collect();
    assert_eq!(codes, BTreeSet::from(["B7", "BL7", "CCR", "VBR"]));

    let b7 = listed["items"].as_array().unwrap().iter().find(|entry| entry["code"] == "B7").unwrap();
    let version = b7["version"].as_str().unwrap();
    let whole = ada.get(&format!("/frameworks/B7/{version}")).await.expect(200);
    let domains = whole["domains"].as_array().unwrap();
    let criteria: usize = domains.iter().map(|domain| domain["criteria"].as_array().unwrap().len()).sum();
    assert_eq!((domains.len(), criteria), (10, 62));
    let first = &domains[0]["criteria"][0];
    assert_eq!(first["anchors"].as_array().unwrap().len(), 5);
    assert!(first["bindings"][0]["expect"][0].is_string(), "{first}");
    ada.get("/frameworks/B7/0.0.0").await.problem(404);
    ada.get("/frameworks/NONE/1.0.0").await.problem(404);
}

#[tokio::test]
async fn the_document_describes_every_route_with_schemas_that_exist() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let document = app.anonymous().get("/openapi.json").await.expect(200);
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().unwrap();
    for (path, methods) in [
        ("/frameworks", &["get"][..]),
        ("/frameworks/{code}/{version}", &["get"]),
        ("/organizations", &["get", "post"]),
        ("/organizations/{id}", &["get"]),
        ("/organizations/{id}/members", &["get", "post"]),
        ("/organizations/{id}/members/{user}", &["patch", "delete"]),
        ("/organizations/{id}/assessments", &["get", "post"]),
        ("/organizations/{id}/integrations", &["get", "post"]),
        ("/assessments/{id}", &["get", "patch"]),
        ("/assessments/{id}/answers/{criterion}", &["get", "put"]),
        ("/assessments/{id}/score", &["get"]),
        ("/assessments/{id}/findings", &["get"]),
        ("/assessments/{id}/report.docx", &["get"]),
        ("/assessments/{id}/evidence", &["get", "post"]),
        ("/assessments/{id}/submit", &["post"]),
        ("/assessments/{id}/review", &["get", "post"]),
        ("/assessments/{id}/finalize", &["post"]),
        ("/assessments/{id}/reopen", &["post"]),
        ("/assessments/{id}/snapshots", &["get"]),
        ("/snapshots/{id}", &["get"]),
        ("/organizations/{id}/evidence", &["post"]),
        ("/evidence/{id}", &["get", "patch", "delete"]),
        ("/findings/{id}", &["patch"]),
        ("/integrations/{id}", &["get", "patch", "delete"]),
        ("/integrations/{id}/checks", &["get", "post"]),
        ("/checks/{id}", &["get", "patch", "delete"]),
        ("/checks/{id}/runs", &["get", "post"]),
    ] {
        for method in methods {
            let operation = &paths[path][method];
            assert!(operation["summary"].is_string(), "{method} {path}");
            assert!(operation["responses"]["401"].is_object(), "{method} {path}");
            let bare = ["/checks/{id}/runs", "/assessments/{id}/review"];
            let takes_a_body =
                matches!(*method, "put" | "patch") || (*method == "post" && !bare.contains(&path));
            assert_eq!(operation["requestBody"].is_object(), takes_a_body, "{method} {path}");
        }
    }
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut references = BTreeSet::new();
    collect_references(&document, &mut references);
    for reference in references {
        let name = reference.strip_prefix("#/components/schemas/").unwrap();
        assert!(schemas.contains_key(name), "{name} is referred to and not described");
    }
}

#[tokio::test]
async fn what_stands_beside_the_api_answers_as_the_document_says() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let anybody = app.anonymous();
    let document = anybody.get("/openapi.json").await.expect(200);
    let mut answered = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let operation = &methods["get"];
        if operation["servers"][0]["url"] != "/" {
            continue;
        }
        let answer = anybody.page(&path.replace("{id}", "B7-1.0.0")).await;
        let status = answer.status.as_u16();
        let described = &operation["responses"][status.to_string()];
        assert!(described.is_object(), "{path} answers {status}");
        if let Some(content) = described["content"].as_object() {
            let media_type = content.keys().next().unwrap();
            assert!(answer.header("content-type").starts_with(media_type), "{path}");
        }
        answered.insert((path.as_str(), status));
    }
    let expected = [
        ("/fhir/R4/Questionnaire/{id}", 200),
        ("/fhir/R4/QuestionnaireResponse/{id}", 401),
        ("/fhir/R4/metadata", 200),
        ("/healthz", 200),
        ("/readyz", 200),
    ];
    assert_eq!(answered, BTreeSet::from(expected));
    assert!(document["paths"]["/openapi.json"]["get"].is_object());
}

#[tokio::test]
async fn every_body_says_that_it_takes_no_field_that_it_does_not_know() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let document = app.anonymous().get("/openapi.json").await.expect(200);
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.values().flat_map(|methods| methods.as_object().unwrap().values());
    let mut bodies = BTreeSet::new();
    for operation in operations {
        collect_references(&operation["requestBody"]["content"]["application/json"], &mut bodies);
    }
    assert!(bodies.len() > 40, "{bodies:?}");
    for body in bodies {
        let name = body.strip_prefix("#/components/schemas/").unwrap();
        let schema = &document["components"]["schemas"][name];
        assert_eq!(schema["additionalProperties"], false, "{name} says nothing of other fields: {schema}");
    }
}

/// What was reached is a rung with a date, a score or a state beside it; a rung that only gates a criterion is a question.
#[tokio::test]
async fn whatever_says_which_rung_was_reached_has_the_disclaimer_with_it() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let document = app.anonymous().get("/openapi.json").await.expect(200);
    for name in ["Snapshot", "Timeline", "Score", "Roadmap", "CampaignProgress", "Comparison"] {
        let schema = &document["components"]["schemas"][name];
        assert!(schema["properties"]["disclaimer"].is_object(), "{name}: {schema}");
        assert!(schema["required"].as_array().unwrap().contains(&"disclaimer".into()), "{name}: {schema}");
    }
}

fn collect_references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(target) if name == "$ref" => {
                        found.insert(target.clone());
                    }
                    other => collect_references(other, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_references(item, found)),
        _ => {}
    }
}
