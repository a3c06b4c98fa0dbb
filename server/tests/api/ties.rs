//! Ties over the API: which criteria a check bears on, and deciding that by hand.

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use super::checks::{Target, add};
use super::support::{Answer, Backend, Person, World, text};

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

/// Whether the answer to a criterion is contradicted.
async fn contradicted(world: &World, criterion: &str) -> Value {
    let score = world.owner.get(&world.at("/score")).await.expect(200);
    let mut criteria = score["criteria"].as_array().unwrap().iter();
    criteria.find(|one| one["code"] == criterion).unwrap()["contradicted"].clone()
}

#[rstest]
#[tokio::test]
async fn a_failing_check_is_untied_by_no_contributor_and_no_table(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let contributor = world.member("contributor").await;
    let target = Target::start().await;
    let integration = world.integration(&["PPA"]).await;
    let made = add(&world.owner, &integration, "cdshooks.discovery", json!({ "base_url": target.url })).await;
    let check = format!("/checks/{}", text(&made.expect(201)["id"]));
    let read = world.owner.get(&check).await.expect(200);
    let tie = read["bindings"].as_array().unwrap().iter().find(|tie| tie["tied"] == true).unwrap();
    let criterion = text(&tie["criterion"]);
    world.owner.put(&world.answer_to(&criterion), json!({ "level": 4, "revision": 0 })).await.expect(200);
    let at = format!("/integrations/{integration}");
    let serves = |domains: &[&str]| json!({ "serves": domains });
    contributor.patch(&at, serves(&["NET"])).await.expect(200);
    contributor.patch(&at, serves(&["PPA"])).await.expect(200);

    target.set_up(false);
    for _ in 0..5 {
        world.owner.post(&format!("{check}/runs"), Value::Null).await.expect(201);
    }
    assert_eq!(contradicted(&world, &criterion).await, true);
    let refused = contributor.patch(&at, serves(&["NET"])).await.problem(403);
    assert!(text(&refused["detail"]).contains("Patient access API"), "{refused}");
    let import = async |person: &Person, table: &'static str| {
        let request = person.api(Method::POST, &world.org("/integrations/import"));
        Answer::of(request.header("content-type", "text/csv").body(table)).await
    };
    import(&contributor, "name,serves\nNew,NET\nPatient access API,NET\n").await.problem(403);
    let known = world.owner.get(&world.org("/integrations")).await.expect(200);
    assert_eq!(known["items"].as_array().unwrap().len(), 1, "all of a table or nothing");
    assert_eq!(known["items"][0]["serves"], json!(["PPA"]));
    contributor.sign_in().await;
    let form = [("name", "Patient access API"), ("serves", "NET")];
    let page = contributor.submit(&format!("/orgs/{}/integrations/{integration}", world.slug), &form).await;
    assert_eq!(page.status, 403, "{}", page.text);
    assert_eq!(contradicted(&world, &criterion).await, true);

    // What unties nothing that fails is still theirs to change, and a reviewer may do either.
    contributor.patch(&at, json!({ "serves": ["PPA", "NET"], "owner": "Portal team" })).await.expect(200);
    import(&contributor, "name,serves\nPatient access API,\n").await.expect(200);
    assert_eq!(contradicted(&world, &criterion).await, true);
    import(&world.owner, "name,serves\nPatient access API,NET\n").await.expect(200);
    assert_eq!(contradicted(&world, &criterion).await, false);
    let store = store::Store::connect(&world.app.config.database.url).await.unwrap();
    let log = store.audit_of(world.organization.parse().unwrap(), None, 1).await.unwrap();
    assert_eq!(log[0].action, "integrations.imported");
    assert!(log[0].details["silenced"]["Patient access API"][0].is_string(), "{log:?}");
    store.close().await;
}
