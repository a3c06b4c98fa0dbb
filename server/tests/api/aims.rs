//! A check that is aimed at another target: what goes along with it, who may do so, and what is left of the one before.

use rstest::rstest;
use serde_json::{Value, json};
use store::Store;

use super::checks::{Target, add};
use super::schedule;
use super::support::{Backend, World, text};

const ENTER_AGAIN: &str = "The target changed: enter the secret again.";

#[rstest]
#[tokio::test]
async fn a_secret_goes_nowhere_but_where_it_was_entered_for(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let contributor = world.member("contributor").await;
    let integration = world.integration(&["PAT"]).await;
    let new = json!({ "base_url": "https://fhir.example.org/r4", "bearer_token": "open-sesame-41" });
    let made = add(&world.owner, &integration, "fhir.capability", new).await.expect(201);
    let check = format!("/checks/{}", text(&made["id"]));
    let aim = async |parameters: Value| contributor.patch(&check, json!({ "parameters": parameters })).await;
    for elsewhere in [
        "https://fhir.example.com/r4",
        "https://fhir.example.org:8443/r4",
        "http://fhir.example.org/r4",
        "https://fhir.example.org.example.com/r4",
    ] {
        let answer = aim(json!({ "base_url": elsewhere })).await;
        assert_eq!(answer.pointers(), ["/parameters/bearer_token"], "{elsewhere}");
        assert_eq!(answer.json()["detail"], ENTER_AGAIN);
    }
    // The form.
    contributor.sign_in().await;
    let edit = format!("/orgs/{}{check}/edit", world.slug);
    let fields = [
        ("parameters.base_url", "https://fhir.example.com/r4"),
        ("parameters.bearer_token", " "),
        ("interval", "1d"),
        ("enabled", "on"),
    ];
    let page = contributor.submit(&edit, &fields).await;
    assert_eq!(page.status, 422, "{}", page.text);
    assert!(page.text.contains(ENTER_AGAIN), "{}", page.text);
    let kept = world.owner.get(&check).await.expect(200);
    assert_eq!(kept["parameters"]["base_url"], "https://fhir.example.org/r4", "nothing was changed");

    let beside = aim(json!({ "base_url": "https://fhir.example.org/r5" })).await.expect(200);
    assert_eq!(beside["parameters"]["bearer_token"], made["parameters"]["bearer_token"], "{beside}");
    let anew = json!({ "base_url": "https://fhir.example.com/r4", "bearer_token": "another-secret-17" });
    aim(anew).await.expect(200);
    // To go without it one says so.
    let without = json!({ "base_url": "https://fhir.example.net/r4", "bearer_token": null });
    let without = aim(without).await.expect(200);
    assert_eq!(without["parameters"].get("bearer_token"), None, "{without}");
}

#[tokio::test]
async fn an_export_has_a_whole_client_or_none() {
    let world = World::new(Backend::Sqlite).await;
    let integration = world.integration(&[]).await;
    let open = json!({ "base_url": "https://fhir.example.org/r4", "group_id": "g1" });
    let made = add(&world.owner, &integration, "fhir.bulk_export", open.clone()).await.expect(201);
    let check = format!("/checks/{}", text(&made["id"]));
    let change =
        async |parameters: &Value| world.owner.patch(&check, json!({ "parameters": parameters })).await;
    let mut half = open.clone();
    half["client_id"] = json!("rung");
    half["scopes"] = json!(["system/*.rs"]);
    let missing = ["/parameters/token_url", "/parameters/private_key"];
    let refused = change(&half).await;
    assert_eq!(refused.pointers(), missing);
    assert!(
        refused.json()["errors"][0]["detail"].as_str().unwrap().contains("an open server none"),
        "{refused:?}"
    );
    assert_eq!(add(&world.owner, &integration, "fhir.bulk_export", half.clone()).await.pointers(), missing);

    let mut whole = half;
    whole["token_url"] = json!("https://fhir.example.org/token");
    whole["private_key"] = json!(include_str!("../../probe/tests/fixtures/keys/p384-sec1.pem"));
    change(&whole).await.expect(200);
    // The key is on file, and goes with the rest of the client.
    let mut keyless = whole.clone();
    keyless.as_object_mut().unwrap().remove("private_key");
    let kept = change(&keyless).await.expect(200);
    assert_eq!(kept["parameters"]["private_key"], "set", "{kept}");
    keyless.as_object_mut().unwrap().remove("scopes");
    assert_eq!(change(&keyless).await.pointers(), ["/parameters/scopes"]);
    let without = change(&open).await.expect(200);
    assert_eq!(without["parameters"].get("private_key"), None, "{without}");

    // The form leaves all of it empty.
    change(&whole).await.expect(200);
    world.owner.sign_in().await;
    let fields = [
        ("parameters.base_url", "https://fhir.example.org/r4"),
        ("parameters.group_id", "g1"),
        ("parameters.token_url", ""),
        ("parameters.client_id", " "),
        ("parameters.private_key", ""),
        ("parameters.scopes", ""),
        ("interval", "7d"),
        ("enabled", "on"),
    ];
    let saved = world.owner.submit(&format!("/orgs/{}{check}/edit", world.slug), &fields).await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    let without = world.owner.get(&check).await.expect(200);
    assert_eq!(without["parameters"].get("private_key"), None, "{without}");
}

#[tokio::test]
async fn a_failure_that_counts_nowhere_is_silenced_by_whoever_set_the_check_up() {
    let world = World::new(Backend::Sqlite).await;
    let contributor = world.member("contributor").await;
    let broken = Target::start().await;
    broken.set_up(false);
    for (domains, expected) in [(&["PUB"][..], 200_u16), (&["PUB", "PPA"][..], 403)] {
        let integration = world.integration(domains).await;
        let made = add(&contributor, &integration, "cdshooks.discovery", json!({ "base_url": broken.url }));
        let check = format!("/checks/{}", text(&made.await.expect(201)["id"]));
        for _ in 0..3 {
            contributor.post(&format!("{check}/runs"), Value::Null).await.expect(201);
        }
        let paused = contributor.patch(&check, json!({ "enabled": false })).await;
        assert_eq!(paused.status, expected, "{domains:?}: {}", paused.text);
    }
}

#[rstest]
#[tokio::test]
async fn a_confirmed_failure_is_not_aimed_away_by_whoever_may_not_silence_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let contributor = world.member("contributor").await;
    let (broken, good) = (Target::start().await, Target::start().await);
    broken.set_up(false);
    let integration = world.integration(&[]).await;
    let made = add(&contributor, &integration, "cdshooks.discovery", json!({ "base_url": broken.url }));
    let check = format!("/checks/{}", text(&made.await.expect(201)["id"]));
    let elsewhere = json!({ "parameters": { "base_url": good.url } });
    // Nothing is confirmed yet: whoever mistyped an address corrects it.
    contributor.post(&format!("{check}/runs"), Value::Null).await.expect(201);
    contributor.patch(&check, elsewhere.clone()).await.expect(200);
    contributor.patch(&check, json!({ "parameters": { "base_url": broken.url } })).await.expect(200);

    let bindings = world.owner.get(&check).await.expect(200)["bindings"].clone();
    let mut ties = bindings.as_array().unwrap().iter();
    let criterion = text(
        &ties.find(|tie| tie["framework"] == "B7" && tie["tied"] == true).expect("tied by itself")["criterion"],
    );
    world.owner.put(&world.answer_to(&criterion), json!({ "level": 4, "revision": 0 })).await.expect(200);
    let contradicted = async || {
        let findings = world.owner.get(&world.at("/findings?limit=200")).await.expect(200);
        let items = findings["items"].as_array().unwrap().clone();
        items.iter().any(|finding| finding["kind"] == "contradiction" && finding["status"] == "open")
    };
    for _ in 0..3 {
        contributor.post(&format!("{check}/runs"), Value::Null).await.expect(201);
    }
    assert!(contradicted().await, "the failure is confirmed");
    contributor.patch(&check, elsewhere.clone()).await.problem(403);
    let laxer = json!({ "parameters": { "base_url": broken.url, "max_latency_ms": 60_000 } });
    contributor.patch(&check, laxer).await.problem(403);
    // Stale before it is seen again, it would count no more.
    contributor.patch(&check, json!({ "interval": 5 * 86_400 })).await.problem(403);
    contributor.patch(&check, json!({ "interval": 7200 })).await.expect(200);
    assert!(contradicted().await);

    world.owner.patch(&check, elsewhere).await.expect(200);
    assert!(!contradicted().await, "it says nothing of the new target");
    let read = world.owner.get(&check).await.expect(200);
    let bindings = read["bindings"].as_array().unwrap();
    assert!(bindings.iter().all(|binding| binding["status"].is_null()), "{read}");
    let store = Store::connect(&world.app.config.database.url).await.unwrap();
    let log = store.audit_of(world.organization.parse().unwrap(), None, 2).await.unwrap();
    let actions: Vec<_> = log.iter().map(|line| (line.action.as_str(), &line.details["target"])).collect();
    assert_eq!(actions, [("incident.closed", &Value::Null), ("check.changed", &json!("changed"))]);
    assert!(log[1].details["silenced"][0].is_string(), "what no longer counts is on record: {log:?}");
    store.close().await;
    let run = world.owner.post(&format!("{check}/runs"), Value::Null).await.expect(201);
    assert_eq!(run["status"], "PASS");
}

#[tokio::test]
async fn what_a_run_sees_of_a_target_that_was_left_meanwhile_is_not_kept() {
    let world = World::new(Backend::Sqlite).await;
    let target = schedule::Target::start().await;
    let integration = world.integration(&["PAT"]).await;
    let made = add(&world.owner, &integration, "portal.doc_link", json!({ "url": target.url() })).await;
    let check = format!("/checks/{}", text(&made.expect(201)["id"]));
    let (owner, path) = (world.owner.clone(), format!("{check}/runs"));
    let run = tokio::spawn(async move { owner.post(&path, Value::Null).await });
    target.asked(1).await;
    let elsewhere = json!({ "parameters": { "url": format!("{}elsewhere", target.url()) } });
    world.owner.patch(&check, elsewhere).await.expect(200);
    target.answers.add_permits(1);
    run.await.unwrap().problem(409);
    let kept = world.owner.get(&format!("{check}/runs")).await.expect(200);
    assert_eq!(kept["items"], json!([]));
}

#[rstest]
#[tokio::test]
async fn the_history_says_where_the_new_target_begins(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let (broken, good) = (Target::start().await, Target::start().await);
    broken.set_up(false);
    let integration = world.integration(&[]).await;
    let made = add(&world.owner, &integration, "cdshooks.discovery", json!({ "base_url": broken.url }));
    let check = format!("/checks/{}", text(&made.await.expect(201)["id"]));
    for _ in 0..2 {
        world.owner.post(&format!("{check}/runs"), Value::Null).await.expect(201);
    }
    world.owner.patch(&check, json!({ "parameters": { "base_url": good.url } })).await.expect(200);
    let read = world.owner.get(&check).await.expect(200);
    assert_eq!(read["latest"], Value::Null, "no run of the present target");
    let history = world.owner.get(&format!("{check}/history")).await.expect(200);
    let aims = history["aims"].as_array().unwrap();
    assert_eq!(aims.len(), 1, "{history}");
    assert_eq!((&aims[0]["target"], &aims[0]["before"]), (&json!(good.url), &json!(broken.url)));
    assert!(history["outages"][0]["ended_at"].is_string(), "the outage was of the target before: {history}");
    let incidents = world.owner.get(&world.org("/incidents")).await.expect(200);
    assert_eq!(incidents["items"][0]["closing"], "aimed_elsewhere", "{incidents}");

    world.owner.sign_in().await;
    let page = format!("/orgs/{}{check}", world.slug);
    let shown = world.owner.page(&page).await.text;
    assert!(shown.contains("Not run yet") && shown.contains("Aimed at "), "{shown}");
    world.owner.post(&format!("{check}/runs"), Value::Null).await.expect(201);
    for at in [page.clone(), format!("{page}/runs")] {
        let shown = world.owner.page(&at).await.text;
        let runs = shown.rfind("Started").expect("a table of runs");
        let mark = shown[runs..].find("Aimed at ").expect("a mark among them");
        let first_failure = shown[runs..].find("Fail").expect("runs of the target before");
        assert!(mark < first_failure, "the mark stands above what came before: {shown}");
        assert!(shown.contains(&good.url) && shown.contains(&broken.url), "{shown}");
    }
}

#[tokio::test]
async fn figures_of_other_files_prove_nothing_of_these() {
    let world = World::new(Backend::Sqlite).await;
    let integration = world.integration(&[]).await;
    let parameters = |source: &str| json!({ "source": source, "cadence_days": 30 });
    let made = add(&world.owner, &integration, "recon.claims_clinical", parameters("claims of 2025")).await;
    let check = format!("/checks/{}", text(&made.expect(201)["id"]));
    let report = json!({ "observations": { "contracts_covered_pct": 100 } });
    world.owner.post(&format!("{check}/reports"), report).await.expect(201);
    let standing = async || {
        let read = world.owner.get(&check).await.expect(200);
        read["bindings"].as_array().unwrap().iter().any(|binding| !binding["status"].is_null())
    };
    assert!(standing().await);
    let slower = json!({ "parameters": { "source": "claims of 2025", "cadence_days": 90 } });
    world.owner.patch(&check, slower).await.expect(200);
    assert!(standing().await, "how often they are promised says nothing else of them");
    world.owner.patch(&check, json!({ "parameters": parameters("claims of 2026") })).await.expect(200);
    assert!(!standing().await);
    let run = world.owner.post(&format!("{check}/runs"), Value::Null).await.expect(201);
    assert!(text(&run["messages"][0]["text"]).contains("Nothing was reconciled yet"), "{run}");
}
