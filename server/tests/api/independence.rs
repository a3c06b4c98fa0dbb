//! Who judges an assessment did nothing for the organization in it.

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use super::clients::Exported;
use super::frameworks::admin;
use super::review::post;
use super::spoiled_clients::entries;
use super::succession::publish;
use super::support::{Backend, Person, TestApp, World, text};

/// Gives a member another role.
pub(super) async fn turn(world: &World, person: &Person, role: &str) {
    let members = world.owner.get(&world.org("/members")).await.expect(200);
    let user = members["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["email"] == person.email.as_str())
        .unwrap();
    let member = world.org(&format!("/members/{}", text(&user["user"])));
    world.owner.patch(&member, json!({ "role": role })).await.expect(204);
}

#[tokio::test]
async fn nobody_reviews_what_they_answered_themselves() {
    let world = World::new(Backend::Sqlite).await;
    let turned = world.member("assessor").await;
    turned.put(&world.answer_to("PAT-1"), json!({ "level": 3, "revision": 0 })).await.expect(200);
    post(&world.owner, &world.at("/submit")).await.expect(200);
    turn(&world, &turned, "consultant").await;
    let refused = post(&turned, &world.at("/review")).await.problem(409);
    assert!(refused["detail"].as_str().unwrap().contains("somebody else"), "{refused}");
}

#[rstest]
#[tokio::test]
async fn who_starts_the_next_version_has_answered_nothing_in_it_and_who_answered_has(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let root = admin(&world.app).await;
    let (turned, consultant) = (world.member("assessor").await, world.member("consultant").await);
    turned.put(&world.answer_to("PAT-3"), json!({ "level": 3, "revision": 0 })).await.expect(200);
    publish(&root).await;
    let started = consultant.post(&world.at("/next"), json!({})).await.expect(201);
    let next = format!("/assessments/{}", text(&started["id"]));
    post(&world.owner, &format!("{next}/submit")).await.expect(200);
    turn(&world, &turned, "consultant").await;
    let refused = post(&turned, &format!("{next}/review")).await.problem(409);
    assert!(text(&refused["detail"]).contains("somebody else"), "{refused}");
    post(&consultant, &format!("{next}/review")).await.expect(200);
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn nobody_reviews_who_acted_for_the_organization_whatever_became_of_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values("submitted", "took back", "was replaced", "replaced", "was removed", "removed", "nothing")]
    deed: &str,
) {
    let world = World::new(backend).await;
    let turned = world.member("assessor").await;
    let attach = async |person: &Person, at: &str| {
        let new =
            json!({ "criteria": ["PAT-1"], "title": "One", "note": "It works.", "dated": "2026-01-01" });
        text(&person.post(at, new).await.expect(201)["id"])
    };
    let replace = async |person: &Person, item: &str, revision: &str| {
        let fields = [("revision", revision), ("note", "It works better."), ("dated", "2026-01-01")];
        let form = super::uploads::form(&fields, None);
        super::uploads::send(person, &format!("/evidence/{item}/revisions"), form).await.expect(200);
    };
    match deed {
        "submitted" => {
            post(&turned, &world.at("/submit")).await.expect(200);
        }
        "took back" => {
            post(&world.owner, &world.at("/submit")).await.expect(200);
            post(&turned, &world.at("/reopen")).await.expect(200);
        }
        "was replaced" => {
            let item = attach(&turned, &world.at("/evidence")).await;
            replace(&world.owner, &item, "1").await;
        }
        "replaced" => {
            let item = attach(&world.owner, &world.at("/evidence")).await;
            replace(&turned, &item, "1").await;
            world.owner.delete(&format!("/evidence/{item}")).await.expect(204);
        }
        "was removed" => {
            let item = attach(&turned, &world.at("/evidence")).await;
            world.owner.delete(&format!("/evidence/{item}")).await.expect(204);
        }
        "removed" => {
            let item = attach(&world.owner, &world.at("/evidence")).await;
            turned.delete(&format!("/evidence/{item}")).await.expect(204);
        }
        // In another assessment they may have done what they liked.
        _ => {
            let new = json!({ "framework": "B7", "title": "Autumn" });
            let other = world.owner.post(&world.org("/assessments"), new).await.expect(201);
            let other = format!("/assessments/{}", text(&other["id"]));
            let item = attach(&turned, &format!("{other}/evidence")).await;
            turned.delete(&format!("/evidence/{item}")).await.expect(204);
            attach(&turned, &format!("{other}/evidence")).await;
            post(&turned, &format!("{other}/submit")).await.expect(200);
        }
    }
    if deed != "submitted" {
        post(&world.owner, &world.at("/submit")).await.expect(200);
    }
    turn(&world, &turned, "consultant").await;
    let begun = post(&turned, &world.at("/review")).await;
    if deed == "nothing" {
        begun.expect(200);
    } else {
        assert!(text(&begun.problem(409)["detail"]).contains("somebody else"), "{begun:?}");
    }
}

/// By what the file of a client knows somebody.
fn mark_of(file: &[u8], name: &str) -> Value {
    let (_, people) = entries(file).into_iter().find(|(entry, _)| entry == "people.json").unwrap();
    let people: Value = serde_json::from_slice(&people).unwrap();
    let named = people["people"].as_array().unwrap().iter().find(|person| person["name"] == name);
    named.unwrap()["mark"].clone()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_reviews_here_what_they_answered_where_the_client_comes_from(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(Backend::Sqlite).await;
    let there = world.member("assessor").await;
    there.put(&world.answer_to("PAT-1"), json!({ "level": 3, "revision": 0 })).await.expect(200);
    let note = json!({ "criteria": ["PAT-1"], "title": "One", "note": "It works.", "dated": "2026-01-01" });
    let item = text(&there.post(&world.at("/evidence"), note).await.expect(201)["id"]);
    let exported = Exported::of(&world).await;

    let app = TestApp::spawn(backend).await;
    let keeper = app.person("keeper").await;
    let (same, other) = (app.person("assessor").await, app.person("consultant").await);
    let imported =
        app.service.import_client_as_operator(&exported.path(), "keeper@example.org").await.unwrap();
    assert!(!imported.unmarked && imported.same_people().contains("the same e-mail address"));
    for person in [&same, &other] {
        let new = json!({ "email": person.email, "role": "consultant" });
        keeper.post(&world.org("/members"), new).await.expect(201);
    }
    let accept = async |person: &Person| {
        let accepted = json!({ "state": "accepted", "revision": 1 });
        person.patch(&format!("/evidence/{item}"), accepted).await
    };
    let refused = accept(&same).await.problem(409);
    assert!(text(&refused["detail"]).contains("You attached"), "{refused}");
    accept(&other).await.expect(200);
    post(&keeper, &world.at("/submit")).await.expect(200);
    let refused = post(&same, &world.at("/review")).await.problem(409);
    assert!(text(&refused["detail"]).contains("somebody else"), "{refused}");
    post(&other, &world.at("/review")).await.expect(200);

    // Who goes on to a third installation is found again there too.
    let mark = mark_of(&exported.bytes, "assessor");
    let again = keeper.api(Method::POST, &world.org("/export")).send().await.unwrap();
    assert_eq!(mark_of(&again.bytes().await.unwrap(), "assessor"), mark);
    assert!(!text(&mark).contains('@'), "{mark}");
    app.stop().await;
    world.app.stop().await;
}
