//! Ties over the API: which criteria a check bears on, and deciding that by hand.

use rstest::rstest;
use serde_json::{Value, json};

use super::support::{Backend, World, text};

async fn check(world: &World) -> String {
    let integration = world.integration(&["PAT"]).await;
    let new = json!({ "kind": "tls.certificate", "parameters": { "host": "127.0.0.1", "port": 9 } });
    let made = world.owner.post(&format!("/integrations/{integration}/checks"), new).await.expect(201);
    text(&made["id"])
}

fn find<'v>(ties: &'v Value, binding: &str) -> &'v Value {
    let mut items = ties["items"].as_array().unwrap().iter();
    let found = items.find(|tie| tie["framework"] == "B7" && tie["binding"] == binding);
    found.unwrap_or_else(|| panic!("no {binding} in {ties}"))
}

#[rstest]
#[tokio::test]
async fn a_tie_is_removed_and_added_with_a_reason_and_given_back_to_the_rule(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let check = check(&world).await;
    let list = format!("/checks/{check}/ties?limit=200");
    let ties = world.owner.get(&list).await.expect(200);
    let first =
        ties["items"].as_array().unwrap().iter().find(|tie| tie["framework"] == "B7" && tie["tied"] == true);
    let (version, binding) = (text(&first.unwrap()["framework_version"]), text(&first.unwrap()["binding"]));
    let at = format!("/checks/{check}/ties/B7/{version}/{binding}");

    for (body, pointers) in [
        (json!({ "tied": false, "reason": "  " }), ["/reason"]),
        (json!({ "tied": false }), ["/reason"]),
        (json!({ "tied": "no", "reason": "A test endpoint." }), ["/tied"]),
    ] {
        assert_eq!(world.owner.put(&at, body).await.pointers(), pointers);
    }
    assert_eq!(world.owner.get(&list).await.expect(200), ties, "nothing changed");

    let untied =
        world.owner.put(&at, json!({ "tied": false, "reason": "A test endpoint." })).await.expect(200);
    assert_eq!((&untied["tied"], &untied["by_hand"]), (&json!(false), &json!("A test endpoint.")));
    let tied =
        world.owner.put(&at, json!({ "tied": true, "reason": "It counts after all." })).await.expect(200);
    assert_eq!((&tied["tied"], &tied["by_hand"]), (&json!(true), &json!("It counts after all.")));
    world.owner.delete(&at).await.expect(204);
    let ties = world.owner.get(&list).await.expect(200);
    assert_eq!(find(&ties, &binding)["by_hand"], Value::Null);
    world.app.stop().await;
}

#[tokio::test]
async fn only_a_reviewer_changes_ties_and_an_outsider_finds_no_check() {
    let world = World::new(Backend::Sqlite).await;
    let check = check(&world).await;
    let ties = world.owner.get(&format!("/checks/{check}/ties")).await.expect(200);
    let at = format!("/checks/{check}/ties/B7/1.0.0/{}", text(&ties["items"][0]["binding"]));
    let decision = || json!({ "tied": false, "reason": "A test endpoint." });
    let contributor = world.member("contributor").await;
    contributor.put(&at, decision()).await.problem(403);
    contributor.delete(&at).await.problem(403);
    let outsider = world.app.person("outsider").await;
    outsider.put(&at, decision()).await.problem(404);
    outsider.get(&format!("/checks/{check}/ties")).await.problem(404);
    for unknown in ["B7/1.0.0/XXX-9.9", "B7/9.9.9/PAT-1.1", "XX/1.0.0/PAT-1.1"] {
        world.owner.put(&format!("/checks/{check}/ties/{unknown}"), decision()).await.problem(404);
    }
}
