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

#[rstest]
#[tokio::test]
async fn an_owner_changes_what_the_organization_is_and_its_address_stays(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let path = world.org("");
    let before = world.owner.get(&path).await.expect(200);
    let asked = async || {
        let score = world.owner.get(&world.at("/score")).await.expect(200);
        let domains = score["domains"].as_array().unwrap().clone();
        domains.iter().map(|domain| domain["applicable"].as_u64().unwrap()).sum::<u64>()
    };
    let hospital = asked().await;
    let change = json!({ "name": " Alder Clinics ", "profiles": ["A", "H"] });
    let changed = world.owner.patch(&path, change).await.expect(200);
    assert_eq!((&changed["name"], &changed["profiles"]), (&json!("Alder Clinics"), &json!(["H", "A"])));
    for kept in ["id", "slug", "size_band", "created_at"] {
        assert_eq!(changed[kept], before[kept], "{kept}");
    }
    assert_eq!(world.owner.get(&path).await.expect(200), changed);
    assert!(asked().await > hospital, "other profiles ask other questions");

    let wrong = json!({ "name": "", "profiles": ["Z"] });
    assert_eq!(world.owner.patch(&path, wrong).await.pointers(), ["/name", "/profiles"]);
    world.member("assessor").await.patch(&path, json!({ "name": "Mine" })).await.problem(403);
    world.app.person("stranger").await.patch(&path, json!({ "name": "Mine" })).await.problem(404);

    world.owner.post(&world.at("/submit"), json!({})).await.expect(200);
    world.owner.patch(&path, json!({ "profiles": ["H"] })).await.problem(409);
    let smaller = world.owner.patch(&path, json!({ "size_band": "1-6", "profiles": ["H", "A"] })).await;
    assert_eq!(smaller.expect(200)["size_band"], "1-6");
}

#[rstest]
#[tokio::test]
async fn an_assessment_takes_another_title_until_it_is_final(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let (owner, consultant, path) = (&world.owner, world.member("consultant").await, world.at(""));
    let renamed = owner.patch(&path, json!({ "title": " Autumn " })).await.expect(200);
    assert_eq!((&renamed["title"], &renamed["state"]), (&json!("Autumn"), &json!("draft")));
    assert_eq!(owner.get(&path).await.expect(200)["title"], "Autumn");
    assert_eq!(owner.patch(&path, json!({})).await.expect(200), renamed, "what is absent stays");
    assert_eq!(owner.patch(&path, json!({ "title": " " })).await.pointers(), ["/title"]);
    assert_eq!(owner.patch(&path, json!({ "title": "a\u{202e}b" })).await.pointers(), ["/title"]);
    consultant.patch(&path, json!({ "title": "Mine" })).await.problem(403);

    owner.post(&world.at("/submit"), json!({})).await.expect(200);
    owner.patch(&path, json!({ "title": "Autumn 2027" })).await.expect(200);
    consultant.post(&world.at("/review"), json!({})).await.expect(200);
    consultant.post(&world.at("/finalize"), json!({})).await.expect(200);
    owner.patch(&path, json!({ "title": "Winter" })).await.problem(409);
    assert_eq!(owner.get(&path).await.expect(200)["title"], "Autumn 2027");
    let deeds = world.app.deeds().await;
    assert_eq!(deeds.iter().filter(|deed| *deed == "assessment.renamed").count(), 2, "{deeds:?}");
}

#[tokio::test]
async fn the_title_of_an_assessment_has_a_form() {
    let world = World::new(Backend::Sqlite).await;
    let owner = &world.owner;
    owner.sign_in().await;
    let at = format!("/orgs/{}/assessments/{}", world.slug, world.assessment);
    let edit = format!("{at}/edit");
    assert!(owner.page(&at).await.text.contains(&edit));
    assert!(owner.page(&edit).await.text.contains("value=\"Spring\""));
    let refused = owner.submit(&edit, &[("title", "")]).await;
    assert!(
        refused.status == 422 && refused.text.contains("Give the assessment a title"),
        "{}",
        refused.text
    );
    assert_eq!(owner.submit(&edit, &[("title", "Spring & autumn")]).await.location(), at);
    assert!(owner.page(&at).await.text.contains("Spring &amp; autumn"));
    let overview = owner.page(&format!("/orgs/{}", world.slug)).await.text;
    assert!(overview.contains("owner renamed the assessment Spring to Spring &amp; autumn"), "{overview}");
    assert_eq!(
        owner.page(&format!("/orgs/elsewhere/assessments/{}/edit", world.assessment)).await.status,
        404
    );

    let viewer = world.member("viewer").await;
    viewer.sign_in().await;
    assert!(!viewer.page(&at).await.text.contains(&edit));
    assert_eq!(viewer.page(&edit).await.status, 403);
}

#[tokio::test]
async fn the_form_for_an_organization_names_all_its_faults_at_once() {
    let world = World::new(Backend::Sqlite).await;
    world.owner.sign_in().await;
    for path in ["/orgs/new".to_owned(), format!("/orgs/{}/edit", world.slug)] {
        let refused = world.owner.submit(&path, &[("name", " "), ("size_band", "")]).await;
        assert_eq!(refused.status, 422, "{path}");
        let mut from = 0;
        for fault in ["Enter the organization", "Choose at least one profile", "Choose a size from the list."]
        {
            let place = refused.text[from..].find(fault);
            from += place.unwrap_or_else(|| panic!("{path}: {fault} in its turn: {}", refused.text));
        }
    }
}

#[tokio::test]
async fn the_page_of_the_organization_is_its_owners() {
    let world = World::new(Backend::Sqlite).await;
    world.owner.sign_in().await;
    let edit = format!("/orgs/{}/edit", world.slug);
    assert!(world.owner.page(&format!("/orgs/{}/members", world.slug)).await.text.contains(&edit));
    assert!(world.owner.page(&edit).await.text.contains("value=\"Alder Regional Hospital\""));
    let refused = world.owner.submit(&edit, &[("name", "Alder & Birch"), ("size_band", "7-20")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("value=\"Alder &amp; Birch\""), "{}", refused.text);
    let saved = [("name", "Alder & Birch"), ("profiles", "H"), ("size_band", "7-20")];
    assert_eq!(world.owner.submit(&edit, &saved).await.location(), format!("/orgs/{}", world.slug));
    assert_eq!(world.owner.get(&world.org("")).await.expect(200)["name"], "Alder & Birch");

    let viewer = world.member("viewer").await;
    viewer.sign_in().await;
    assert_eq!(viewer.page(&edit).await.status, 403);
    assert!(!viewer.page(&format!("/orgs/{}/members", world.slug)).await.text.contains(&edit));
}
