//! Organizations, members, assessments.

use rstest::rstest;
use serde_json::json;

use super::support::{Backend, TestApp, World, text};

#[rstest]
#[tokio::test]
async fn an_organization_is_made_and_found_by_its_owner_alone(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::spawn(backend).await;
    let (owner, other) = (app.person("owner").await, app.person("other").await);
    let new = json!({ "name": "Alder Regional Hospital", "profiles": ["H", "A"], "size_band": "151+" });
    let answer = owner.post("/organizations", new).await;
    let made = answer.expect(201);
    assert_eq!(answer.location(), format!("/api/v1/organizations/{}", text(&made["id"])));
    assert_eq!(made["profiles"], json!(["H", "A"]));
    assert_eq!((&made["size_band"], &made["demo"]), (&json!("151+"), &json!(false)));
    let path = format!("/organizations/{}", text(&made["id"]));
    assert_eq!(owner.get(&path).await.expect(200), made);
    assert_eq!(owner.get("/organizations").await.expect(200)["items"], json!([made]));
    other.get(&path).await.problem(404);
    assert_eq!(other.get("/organizations").await.expect(200)["items"], json!([]));
}

#[rstest]
#[tokio::test]
async fn members_come_change_and_go_but_an_owner_stays(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let viewer = world.member("viewer").await;
    let listed = world.owner.get(&world.org("/members")).await.expect(200);
    let member = |email: &str| {
        listed["items"].as_array().unwrap().iter().find(|member| member["email"] == email).unwrap().clone()
    };
    assert_eq!(member(&viewer.email)["role"], "viewer");
    let of = |member: &serde_json::Value| world.org(&format!("/members/{}", text(&member["user"])));

    let unknown = json!({ "email": "nobody@example.org", "role": "viewer" });
    assert_eq!(world.owner.post(&world.org("/members"), unknown).await.pointers(), ["/email"]);
    let wrong = json!({ "email": viewer.email, "role": "king" });
    assert_eq!(world.owner.post(&world.org("/members"), wrong).await.pointers(), ["/role"]);

    world.owner.patch(&of(&member(&viewer.email)), json!({ "role": "contributor" })).await.expect(204);
    viewer.put(&world.answer_to("PAT-1"), json!({ "level": 1, "revision": 0 })).await.expect(200);
    let own = of(&member(&world.owner.email));
    world.owner.patch(&own, json!({ "role": "viewer" })).await.problem(409);
    world.owner.delete(&own).await.problem(409);
    world.owner.delete(&of(&member(&viewer.email))).await.expect(204);
    viewer.get(&world.org("")).await.problem(404);
}

#[rstest]
#[tokio::test]
async fn an_assessment_pins_its_framework(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = World::new(backend).await;
    let read = world.owner.get(&world.at("")).await.expect(200);
    assert_eq!(
        (&read["framework"], &read["state"], &read["target"], &read["answers"]),
        (&json!("B7"), &json!("draft"), &json!("8.1"), &json!([]))
    );
    assert!(read["framework_version"].is_string());
    let refused = async |body| world.owner.post(&world.org("/assessments"), body).await.pointers();
    assert_eq!(refused(json!({ "framework": "NONE", "title": "x" })).await, ["/framework"]);
    assert_eq!(refused(json!({ "framework": "B7", "title": "" })).await, ["/title"]);
    assert_eq!(refused(json!({ "framework": "B7", "title": "x", "target": "9.9" })).await, ["/target"]);
    let listed = world.owner.get(&world.org("/assessments")).await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
}
