//! What is on the disk is answered as done, whatever goes wrong with what follows from it.

use rstest::rstest;
use serde_json::json;

use super::support::{Backend, World, text};
use super::uploads::{form, send};

#[rstest]
#[tokio::test]
async fn nobody_is_told_that_nothing_was_changed_when_only_the_findings_could_not_follow(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let consultant = world.member("consultant").await;
    let integration = world.integration(&["PAT"]).await;
    let new = json!({ "kind": "tls.certificate", "parameters": { "host": "127.0.0.1", "port": 9 } });
    let check = world.owner.post(&format!("/integrations/{integration}/checks"), new).await.expect(201);
    let ties = format!("/checks/{}/ties", text(&check["id"]));
    let listed = world.owner.get(&format!("{ties}?limit=200")).await.expect(200);
    let tie = listed["items"].as_array().unwrap().iter().find(|tie| tie["framework"] == "B7").unwrap();
    let tie = format!("{ties}/B7/{}/{}", text(&tie["framework_version"]), text(&tie["binding"]));
    world.app.lose("findings").await;

    let new = json!({ "criteria": ["PAT-1"], "title": "One", "note": "It works.", "dated": "2026-01-01" });
    let first = world.owner.post(&world.at("/evidence"), new.clone()).await.expect(201);
    let path = format!("/evidence/{}", text(&first["id"]));
    consultant.patch(&path, json!({ "state": "accepted", "revision": 1 })).await.expect(200);
    let seen = json!([{ "id": first["id"], "revision": 1 }]);
    let decided = consultant.post(&world.at("/decisions"), json!({ "reject": seen })).await.expect(200);
    assert_eq!(decided["done"], 1, "{decided}");
    let next = form(&[("revision", "1"), ("note", "It works better.")], None);
    send(&world.owner, &format!("{path}/revisions"), next).await.expect(200);
    world.owner.delete(&path).await.expect(204);
    world
        .owner
        .patch(&format!("/integrations/{integration}"), json!({ "serves": ["NET"] }))
        .await
        .expect(200);
    world.owner.put(&tie, json!({ "tied": true, "reason": "It counts." })).await.expect(200);
    world.owner.delete(&tie).await.expect(204);
    let path = format!("/checks/{}", text(&check["id"]));
    world.owner.post(&format!("{path}/runs"), json!(null)).await.expect(201);
    let elsewhere = json!({ "parameters": { "host": "127.0.0.1", "port": 10 } });
    world.owner.patch(&path, elsewhere).await.expect(200);
    world.owner.delete(&path).await.expect(204);
    world.owner.post(&world.at("/submit"), json!({})).await.expect(200);
    consultant.post(&world.at("/review"), json!({})).await.expect(200);
    consultant.post(&world.at("/reopen"), json!({})).await.expect(200);
    world.owner.post(&world.at("/submit"), json!({})).await.expect(200);
    consultant.post(&world.at("/review"), json!({})).await.expect(200);
    consultant.post(&world.at("/finalize"), json!({})).await.expect(200);
    // What needs them still says so.
    world.owner.get(&world.at("/findings")).await.problem(500);
}

#[rstest]
#[tokio::test]
async fn a_run_and_a_removal_stand_when_the_incidents_could_not_follow(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let integration = world.integration(&["PAT"]).await;
    let new = json!({ "kind": "tls.certificate", "parameters": { "host": "127.0.0.1", "port": 9 } });
    let check = world.owner.post(&format!("/integrations/{integration}/checks"), new).await.expect(201);
    let path = format!("/checks/{}", text(&check["id"]));
    world.app.lose("watches").await;
    let run = world.owner.post(&format!("{path}/runs"), json!(null)).await.expect(201);
    let kept = world.owner.get(&format!("{path}/runs")).await.expect(200);
    assert_eq!(kept["items"], json!([run]));
    world.app.find("watches").await;
    world.app.lose("incidents").await;
    world.owner.delete(&path).await.expect(204);
    world.owner.get(&path).await.problem(404);
}

// On SQLite alone: the fault is made by a trigger in its dialect.
#[tokio::test]
async fn ratings_that_were_taken_over_are_told_although_a_later_one_could_not_be() {
    let world = World::new(Backend::Sqlite).await;
    let consultant = world.member("consultant").await;
    for criterion in ["PAT-1", "PAT-2"] {
        world.owner.put(&world.answer_to(criterion), json!({ "level": 2, "revision": 0 })).await.expect(200);
    }
    world.owner.post(&world.at("/submit"), json!({})).await.expect(200);
    consultant.post(&world.at("/review"), json!({})).await.expect(200);
    let fault = "CREATE TRIGGER fault BEFORE INSERT ON answers WHEN NEW.criterion = 'PAT-2' \
                 BEGIN SELECT RAISE(ABORT, 'a fault'); END";
    world.app.execute(fault).await;
    let agreed = consultant.post(&world.at("/ratings"), json!({})).await.expect(200);
    assert_eq!(agreed["count"], 1);
    world.app.execute("DROP TRIGGER fault").await;
    let agreed = consultant.post(&world.at("/ratings"), json!({})).await.expect(200);
    assert_eq!(agreed["count"], 1, "the one that was left");
}
