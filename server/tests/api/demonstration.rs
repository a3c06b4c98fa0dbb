//! The demonstration: loaded whole, once, and broken only by who may.

use std::net::IpAddr;

use serde_json::json;
use server::config::Demonstration;

use super::support::{Backend, Person, TestApp};

const ALDER: &str = "/orgs/alder-regional-hospital";

/// A server whose sandbox has a loopback address of its own: its ports are always the same.
async fn with_sandbox(address: [u8; 4]) -> TestApp {
    TestApp::spawn_with(Backend::Sqlite, |config| {
        config.demonstration = Demonstration::On(IpAddr::from(address));
    })
    .await
}

async fn signed_in(app: &TestApp, name: &str) -> Person {
    let person = app.person(name).await;
    person.sign_in().await;
    person
}

/// Names of what a list of the API holds.
async fn names(person: &Person, path: &str) -> Vec<String> {
    let list = person.get(path).await.expect(200);
    list["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn loading_again_brings_back_what_is_missing_and_makes_nothing_twice() {
    let app = with_sandbox([127, 0, 77, 1]).await;
    let ada = signed_in(&app, "ada").await;
    assert_eq!(ada.submit("/demo/load", &[]).await.location(), ALDER);
    let organizations = ada.get("/organizations").await.expect(200);
    let names_of_all = names(&ada, "/organizations").await;
    assert_eq!(
        names_of_all,
        ["Alder Regional Hospital", "Harbor Clinic Network", "Maple Street Family Practice"]
    );
    assert!(
        organizations["items"].as_array().unwrap().iter().all(|organization| organization["demo"] == true)
    );
    let fixed = ada.page(&format!("{ALDER}/edit")).await;
    assert!(fixed.status == 409 && fixed.text.contains("it stays as it is"), "{}", fixed.text);
    let alder = organizations["items"][0]["id"].as_str().unwrap();
    let integrations = names(&ada, &format!("/organizations/{alder}/integrations")).await;
    let first = ada.get(&format!("/organizations/{alder}/integrations")).await.expect(200);
    let checks = format!("/integrations/{}/checks", first["items"][0]["id"].as_str().unwrap());
    let before = ada.get(&checks).await.expect(200);
    let gone = &before["items"][0];

    ada.delete(&format!("/checks/{}", gone["id"].as_str().unwrap())).await.expect(204);
    // A table knows it by its name in whatever case, and so does this.
    let one = format!("/integrations/{}", first["items"][0]["id"].as_str().unwrap());
    ada.patch(&one, json!({ "name": integrations[0].to_uppercase() })).await.expect(200);
    let integrations = names(&ada, &format!("/organizations/{alder}/integrations")).await;
    assert_eq!(ada.submit("/demo/load", &[]).await.location(), ALDER);
    assert_eq!(names(&ada, "/organizations").await, names_of_all);
    assert_eq!(names(&ada, &format!("/organizations/{alder}/integrations")).await, integrations);
    let after = ada.get(&checks).await.expect(200);
    let kinds = |list: &serde_json::Value| {
        let items = list["items"].as_array().unwrap().iter();
        let mut kinds: Vec<_> = items.map(|check| check["kind"].as_str().unwrap().to_owned()).collect();
        kinds.sort();
        kinds
    };
    assert_eq!(kinds(&after), kinds(&before));
    app.stop().await;
}

#[tokio::test]
async fn an_organization_that_a_loading_left_half_made_is_completed() {
    let app = with_sandbox([127, 0, 77, 2]).await;
    let ada = signed_in(&app, "ada").await;
    let actor = app.service.actor_of_token(ada.token.as_deref().unwrap()).await.unwrap();
    let half = service::organization::NewOrganization {
        name: "Alder Regional Hospital".to_owned(),
        profiles: vec!["H".into(), "A".into()],
        size_band: service::record::SizeBand::Above150,
        demo: true,
    };
    let half = app.service.create_organization(&actor, half).await.unwrap();
    ada.submit("/demo/load", &[]).await;
    assert_eq!(names(&ada, "/organizations").await.len(), 3);
    let assessments = ada.get(&format!("/organizations/{}/assessments", half.id)).await.expect(200);
    let assessment = assessments["items"][0]["id"].as_str().unwrap();
    let whole = ada.get(&format!("/assessments/{assessment}")).await.expect(200);
    assert_eq!(whole["answers"].as_array().unwrap().len(), 61);
    app.stop().await;
}

#[tokio::test]
async fn only_who_has_a_say_in_a_demonstration_breaks_an_endpoint() {
    let app = with_sandbox([127, 0, 77, 3]).await;
    let ada = signed_in(&app, "ada").await;
    ada.submit("/demo/load", &[]).await;
    let alder = ada.get("/organizations").await.expect(200)["items"][0]["id"].as_str().unwrap().to_owned();
    let stranger = signed_in(&app, "stranger").await;
    let viewer = signed_in(&app, "viewer").await;
    let new = json!({ "email": viewer.email, "role": "viewer" });
    ada.post(&format!("/organizations/{alder}/members"), new).await.expect(201);

    let broken = async || ada.page("/demo").await.text.contains("Mend FHIR server");
    for (person, status) in [(&stranger, 404), (&viewer, 403)] {
        let page = person.page("/demo").await;
        assert!(page.status == 200 && !page.text.contains("Break FHIR server"), "{}", page.text);
        assert_eq!(person.submit("/demo/fhir", &[("broken", "yes")]).await.status, status);
        assert!(!broken().await);
    }
    assert_eq!(app.anonymous().submit("/demo/fhir", &[("broken", "yes")]).await.status, 401);
    assert!(!broken().await);
    assert_eq!(ada.submit("/demo/fhir", &[("broken", "yes")]).await.status, 303);
    assert!(broken().await);
    assert_eq!(ada.submit("/demo/fhir", &[("broken", "no")]).await.status, 303);
    assert!(!broken().await);
    let deeds = app.deeds().await;
    let switched: Vec<_> = deeds.iter().filter(|deed| deed.starts_with("sandbox.")).collect();
    assert_eq!(switched, ["sandbox.broken", "sandbox.mended"]);
    app.stop().await;
}
