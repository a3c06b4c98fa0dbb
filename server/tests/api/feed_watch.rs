//! Feeds that the worker watches by itself, and folders that it lists for one organization and not for another.

use std::fs::File;

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use server::config::Worker;

use super::feeds::{flow, latest, report, until};
use super::support::{Answer, Backend, Person, World, text};

async fn turns(person: &Person, check: &str, status: &str) {
    until(async || latest(person, check).await["status"] == status).await;
}

async fn watching(backend: Backend) -> World {
    World::with(backend, |config| config.worker = Worker::On).await
}

#[rstest]
#[tokio::test]
async fn silence_is_seen_by_itself_after_the_first_report_and_after_a_recovery(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = watching(backend).await;
    // Late after three seconds, missing after six; its interval is far longer.
    let (check, heartbeats) = flow(&world, "3s").await;
    let good = json!({ "observations": { "nack_pct": 0.1 } }).to_string();
    for _ in 0..2 {
        assert_eq!(report(&world, &heartbeats, &good).await.status, 202);
        turns(&world.owner, &check, "PASS").await;
        turns(&world.owner, &check, "FAIL").await;
    }
    world.app.stop().await;
}

#[tokio::test]
async fn a_feed_that_is_to_report_more_often_is_late_by_its_new_time() {
    let world = watching(Backend::Sqlite).await;
    let (check, heartbeats) = flow(&world, "1d").await;
    assert_eq!(report(&world, &heartbeats, "").await.status, 202);
    turns(&world.owner, &check, "PASS").await;
    let often = json!({ "parameters": { "feed_name": "ADT", "expected_every": "8s" } });
    world.owner.patch(&check, often).await.expect(200);
    world.owner.put(&format!("{check}/feed"), json!({ "grace": 1 })).await.expect(200);
    turns(&world.owner, &check, "FAIL").await;
    world.app.stop().await;
}

/// A run of a check that lists a folder.
async fn listed(person: &Person, integration: &str, location: &str) -> Value {
    let parameters = json!({ "location": location, "pattern": "*.csv" });
    let new = json!({ "kind": "file.freshness", "parameters": parameters });
    let made = person.post(&format!("/integrations/{integration}/checks"), new).await.expect(201);
    person.post(&format!("/checks/{}/runs", text(&made["id"])), Value::Null).await.expect(201)
}

#[tokio::test]
async fn one_organization_lists_no_folder_of_another() {
    let opened = tempfile::tempdir().unwrap();
    let root = opened.path().to_owned();
    let world = World::with(Backend::Sqlite, |config| config.probes.feeds.root = Some(root)).await;
    let folder = opened.path().join(&world.organization).join("out");
    std::fs::create_dir_all(&folder).unwrap();
    File::create(folder.join("claims_2026.csv")).unwrap();
    File::create(opened.path().join("everybody.csv")).unwrap();

    let own = listed(&world.owner, &world.integration(&[]).await, "file:///out").await;
    assert_eq!((&own["status"], &own["observations"]["files_found"]), (&json!("PASS"), &json!(1)), "{own}");

    let other = world.app.person("other").await;
    let new = json!({ "name": "Birch Clinic", "profiles": ["A"], "size_band": "1-6" });
    let organization = text(&other.post("/organizations", new).await.expect(201)["id"]);
    let at = format!("/organizations/{organization}/integrations");
    let integration = text(&other.post(&at, json!({ "name": "Drop", "serves": [] })).await.expect(201)["id"]);
    let others = format!("file:///{}/out", world.organization);
    for location in ["file:///out", others.as_str(), "file:///"] {
        let run = listed(&other, &integration, location).await;
        assert_eq!(run["status"], "UNKNOWN", "{location}: {run}");
        let said = text(&run["messages"][0]["text"]);
        assert!(said.contains(&organization) && !run.to_string().contains("claims_2026"), "{run}");
    }
    // With a folder of its own it lists that, and climbs no higher.
    std::fs::create_dir(opened.path().join(&organization)).unwrap();
    for (location, status) in [("file:///", "FAIL"), (others.as_str(), "FAIL")] {
        let run = listed(&other, &integration, location).await;
        assert_eq!(run["status"], status, "{location}: {run}");
        assert!(!run.to_string().contains("everybody") && !run.to_string().contains("claims"), "{run}");
    }
    let parameters = json!({ "location": format!("file:///../{}", world.organization), "pattern": "*" });
    let new = json!({ "kind": "file.freshness", "parameters": parameters });
    let request = other.api(Method::POST, &format!("/integrations/{integration}/checks")).json(&new);
    assert_eq!(Answer::of(request).await.pointers(), ["/parameters/location"]);
}

#[rstest]
#[tokio::test]
async fn a_clock_set_back_an_hour_delays_no_word_of_a_silent_feed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let (check, heartbeats) = flow(&world, "1s").await;
    world.owner.put(&format!("{check}/feed"), json!({ "grace": 2 })).await.expect(200);
    let figures = json!({ "observations": { "nack_pct": 0.1 } }).to_string();
    assert_eq!(report(&world, &heartbeats, &figures).await.status, 202);
    // It came by a clock that was an hour ahead.
    world.app.execute("UPDATE feeds SET reported_at = reported_at + 3600000").await;
    world.owner.post(&format!("{check}/runs"), Value::Null).await.expect(201);
    let state = async || world.owner.get(&format!("{check}/feed")).await.expect(200)["state"].clone();
    until(async || state().await == "missing").await;
}
