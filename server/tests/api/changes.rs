//! Changes of a part through the API, as RFC 7396 has them: what is absent stays, null clears, and what has to be there
//! cannot be cleared.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::{Value, json};

use super::checks::{Target, add};
use super::support::{Backend, TestApp, World, text};

/// The finding about a level without proof.
async fn finding(world: &World) -> String {
    world.owner.put(&world.answer_to("PAT-1"), json!({ "level": 3, "revision": 0 })).await.expect(200);
    let findings = world.owner.get(&world.at("/findings?limit=200")).await.expect(200);
    let mut found = findings["items"].as_array().unwrap().iter();
    let found = found.find(|one| one["criterion"] == "PAT-1" && one["kind"] == "unsupported");
    text(&found.expect("it is raised")["id"])
}

#[rstest]
#[tokio::test]
async fn a_null_clears_and_what_is_absent_stays(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let owner = &world.owner;
    let finding = finding(&world).await;
    let path = format!("/findings/{finding}");
    let promised = json!({ "owner": "Portal team", "due": "2027-01-31" });
    owner.patch(&path, promised).await.expect(200);
    let kept = owner.patch(&path, json!({ "owner": null })).await.expect(200);
    assert_eq!((&kept["owner"], &kept["due"]), (&json!(""), &json!("2027-01-31")));

    let step = world.at("/roadmap/steps/PAT-1");
    owner.patch(&step, json!({ "choice": "pinned", "owner": "Ana", "due": "2027-01-31" })).await.expect(200);
    let kept = owner.patch(&step, json!({ "choice": null, "owner": null })).await.expect(200);
    assert_eq!(kept, json!({ "choice": "free", "owner": "", "due": "2027-01-31" }));

    let integration = format!("/integrations/{}", world.integration(&["PAT"]).await);
    let known = json!({ "partner": "Payer", "owner": "Portal team", "criticality": "critical" });
    owner.patch(&integration, known).await.expect(200);
    let kept = owner.patch(&integration, json!({ "partner": null, "serves": null })).await.expect(200);
    assert_eq!((&kept["partner"], &kept["serves"]), (&json!(""), &json!([])));
    assert_eq!((&kept["owner"], &kept["criticality"]), (&json!("Portal team"), &json!("critical")));

    let cost = json!({ "amount": 1200, "currency": "USD", "hours": 8 });
    let new = json!({ "finding": finding, "title": "Prove it", "note": "Soon", "cost": cost });
    let made = owner.post(&world.at("/actions"), new).await.expect(201);
    let action = format!("/actions/{}", text(&made["id"]));
    let cleared = json!({ "revision": 1, "note": null, "cost": null, "reason": null });
    let kept = owner.patch(&action, cleared).await.expect(200);
    assert_eq!((&kept["note"], &kept["title"]), (&json!(""), &json!("Prove it")));
    assert_eq!(kept["cost"], json!({ "amount": null, "currency": null, "hours": null }));
    world.app.stop().await;
}

#[tokio::test]
async fn a_check_whose_interval_is_cleared_has_that_of_its_kind() {
    let world = World::new(Backend::Sqlite).await;
    let target = Target::start().await;
    let integration = world.integration(&["PAT"]).await;
    let made = add(&world.owner, &integration, "cdshooks.discovery", json!({ "base_url": target.url })).await;
    let made = made.expect(201);
    let check = format!("/checks/{}", text(&made["id"]));
    let other = world.owner.patch(&check, json!({ "interval": 7200 })).await.expect(200);
    assert_ne!(other["interval"], made["interval"]);
    let cleared = world.owner.patch(&check, json!({ "interval": null })).await.expect(200);
    assert_eq!(cleared["interval"], made["interval"]);
    for field in ["enabled", "parameters"] {
        let refused = world.owner.patch(&check, json!({ field: null })).await;
        assert_eq!(refused.pointers(), [format!("/{field}")]);
    }
    assert_eq!(world.owner.get(&check).await.expect(200)["enabled"], json!(true));
}

#[tokio::test]
async fn what_has_to_be_there_is_not_cleared() {
    let world = World::new(Backend::Sqlite).await;
    let owner = &world.owner;
    let integration = format!("/integrations/{}", world.integration(&[]).await);
    let item = json!({ "title": "Seen", "criteria": ["PAT-1"], "note": "Seen.", "dated": "2026-01-31" });
    let item = owner.post(&world.at("/evidence"), item).await.expect(201);
    let item = format!("/evidence/{}", text(&item["id"]));
    for (path, body, field) in [
        (world.org(""), json!({ "name": null }), "/name"),
        (world.org(""), json!({ "profiles": null }), "/profiles"),
        (world.org(""), json!({ "size_band": null }), "/size_band"),
        (world.at(""), json!({ "title": null }), "/title"),
        (integration, json!({ "name": null }), "/name"),
        (item.clone(), json!({ "state": null, "revision": 1 }), "/state"),
        (item, json!({ "criteria": null, "revision": 1 }), "/criteria"),
    ] {
        assert_eq!(owner.patch(&path, body).await.pointers(), [field], "{path}");
    }
    assert_eq!(owner.get(&world.at("")).await.expect(200)["title"], json!("Spring"));
}

fn may_be_null(schema: &Value) -> bool {
    let null = json!("null");
    schema["type"] == null
        || schema["type"].as_array().is_some_and(|types| types.contains(&null))
        || schema["oneOf"].as_array().is_some_and(|one_of| one_of.iter().any(may_be_null))
}

#[tokio::test]
async fn the_document_says_which_fields_of_a_change_null_clears() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let document = app.anonymous().get("/openapi.json").await.expect(200);
    let paths = document["paths"].as_object().unwrap().values();
    let mut lasting = BTreeSet::new();
    for operation in paths.map(|methods| &methods["patch"]).filter(|operation| operation.is_object()) {
        let body = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
        let name = text(body).replace("#/components/schemas/", "");
        let schema = &document["components"]["schemas"][&name];
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        for (field, described) in schema["properties"].as_object().unwrap() {
            if !required.contains(&json!(field)) && !may_be_null(described) {
                lasting.insert(format!("{name}.{field}"));
            }
        }
    }
    let expected = [
        "ActionChange.state",
        "ActionChange.title",
        "AssessmentChange.title",
        "ChannelChangeBody.name",
        "ChannelChangeBody.paused",
        "ChannelChangeBody.secret",
        "CheckChange.enabled",
        "CheckChange.parameters",
        "EvidenceChange.criteria",
        "EvidenceChange.state",
        "IntegrationChange.name",
        "OrganizationChange.name",
        "OrganizationChange.profiles",
        "OrganizationChange.size_band",
    ];
    assert_eq!(lasting, BTreeSet::from(expected.map(str::to_owned)));
}
