//! One client as a file: out of one installation and into another.

use std::path::PathBuf;

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use server::config::EvidenceConfig;
use service::snapshot::{Recomputed, verify};
use tempfile::TempDir;

use super::checks::{Target, add};
use super::logos;
use super::spoiled_clients::{entries, sha256, zipped};
use super::support::{Answer, Backend, Person, TestApp, World, text};
use super::uploads::{PDF, attach, files_below};

pub(super) const SECRET: &str = "walnut-secret-9917";

/// A client with something of everything, submitted, reviewed and signed.
pub(super) async fn rich(backend: Backend) -> World {
    let world = World::new(backend).await;
    let consultant = world.member("consultant").await;
    let owner = &world.owner;
    for (revision, level) in [(0, 3), (1, 2)] {
        let answer = json!({ "level": level, "rationale": "Because.\nTwo lines.", "revision": revision });
        owner.put(&world.answer_to("PAT-1"), answer).await.expect(200);
    }
    let absent = json!({ "not_applicable": true, "reason": "Nobody asks for it here.", "revision": 0 });
    owner.put(&world.answer_to("PAT-2"), absent).await.expect(200);
    owner.put(&world.answer_to("GOV-1"), json!({ "level": 4, "revision": 0 })).await.expect(200);
    attach(&world, "Go-live report.pdf", PDF).await.expect(201);
    let note = json!({ "title": "Note", "criteria": ["GOV-1"], "note": "As asked.", "dated": "2026-01-05" });
    let note = owner.post(&world.at("/evidence"), note).await.expect(201);
    let accept = json!({ "state": "accepted", "revision": 1 });
    consultant.patch(&format!("/evidence/{}", text(&note["id"])), accept).await.expect(200);

    let target = Target::start().await;
    let integration = world.integration(&["PAT"]).await;
    let check =
        add(owner, &integration, "cdshooks.discovery", json!({ "base_url": target.url })).await.expect(201);
    let check = format!("/checks/{}", text(&check["id"]));
    owner.post(&format!("{check}/runs"), Value::Null).await.expect(201);
    target.set_up(false);
    owner.post(&format!("{check}/runs"), Value::Null).await.expect(201);
    let secret = json!({ "base_url": target.url, "bearer_token": SECRET });
    add(owner, &integration, "fhir.capability", secret).await.expect(201);
    let page = add(owner, &integration, "portal.doc_link", json!({ "url": target.url })).await.expect(201);
    let page = format!("/checks/{}", text(&page["id"]));
    owner.post(&format!("{page}/runs"), Value::Null).await.expect(201);
    let moved = json!({ "parameters": { "url": format!("{}/developers", target.url) } });
    owner.patch(&page, moved).await.expect(200);
    let ties = owner.get(&format!("{check}/ties?limit=200")).await.expect(200);
    let tie = ties["items"].as_array().unwrap().iter().find(|tie| tie["framework"] == "B7").unwrap();
    let at = format!("{check}/ties/B7/{}/{}", text(&tie["framework_version"]), text(&tie["binding"]));
    owner.put(&at, json!({ "tied": true, "reason": "It speaks of it all the same." })).await.expect(200);
    let step = json!({ "choice": "pinned", "owner": "Quality board", "due": "2027-01-31" });
    owner.patch(&world.at("/roadmap/steps/GOV-2"), step).await.expect(200);
    owner.put(&world.at("/target-levels/PAT-3"), json!({ "level": 4 })).await.expect(204);
    beside(&world, &text(&note["id"])).await;

    assert_eq!(logos::send(owner, &world, &logos::picture(300, 100)).await.status, 204);
    owner.post(&world.at("/submit"), json!({})).await.expect(200);
    consultant.post(&world.at("/review"), json!({})).await.expect(200);
    consultant.put(&world.at("/ratings/PAT-1"), json!({ "level": 0, "revision": 0 })).await.expect(200);
    let settled = json!({ "note": "We looked at it together.", "own_revision": 2, "assessor_revision": 1 });
    consultant.post(&world.at("/differences/PAT-1"), settled).await.expect(200);
    consultant.post(&world.at("/finalize"), json!({ "note": "Signed." })).await.expect(200);
    // Another client of the same installation, which stays where it is.
    let other = json!({ "name": "Birch Clinic", "profiles": ["A"], "size_band": "1-6" });
    owner.post("/organizations", other).await.expect(201);
    world
}

/// What people arranged beside answers and checks: comments, owners, actions, registers, windows, a replaced item.
async fn beside(world: &World, item: &str) {
    let owner = &world.owner;
    let thread = owner.post(&world.at("/comments/PAT-1"), json!({ "text": "Who has the letter?" })).await;
    let thread = text(&thread.expect(201)["id"]);
    let reply = json!({ "text": "I have.", "thread": thread });
    let reply = text(&owner.post(&world.at("/comments/PAT-1"), reply).await.expect(201)["id"]);
    let changed = json!({ "text": "I have it here.", "revision": 1 });
    owner.patch(&format!("/comments/{reply}"), changed).await.expect(200);
    owner.post(&format!("/comments/{thread}/resolve"), json!({})).await.expect(200);
    let members = owner.get(&world.org("/members")).await.expect(200);
    let mut members = members["items"].as_array().unwrap().iter();
    let own = members.find(|member| member["email"] == owner.email.as_str()).unwrap()["user"].clone();
    let domain = json!({ "owner": own, "due": "2027-02-01" });
    owner.put(&world.at("/owners/domains/PAT"), domain).await.expect(200);
    let findings = owner.get(&world.at("/findings?limit=200")).await.expect(200);
    let cost = json!({ "amount": 1200, "currency": "EUR", "hours": 8 });
    let action = json!({
        "finding": findings["items"][0]["id"], "title": "Mend it", "due": "2027-01-31", "owner": own, "cost": cost,
    });
    owner.post(&world.at("/actions"), action).await.expect(201);
    let test = json!({
        "suite": "Part 2", "ran": "2026-01-10", "release": "2026.2", "production_release": "2026.2",
        "permit_cases": 6, "permit_passed": 6, "deny_cases": 4, "deny_passed": 4, "tester": "Privacy office",
    });
    owner.post(&world.org("/registers/consent-tests"), json!({ "cells": test })).await.expect(201);
    let hours = |hours| (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(hours)).to_string();
    let window = json!({ "starts_at": hours(1), "ends_at": hours(3), "reason": "They move" });
    owner.post(&world.org("/maintenance-windows"), window).await.expect(201);
    let fields = [("revision", "1"), ("note", "As asked, and more."), ("dated", "2026-01-06")];
    let next = super::uploads::form(&fields, None);
    super::uploads::send(owner, &format!("/evidence/{item}/revisions"), next).await.expect(200);
}

/// The item of evidence that has a file, and the file as it is handed out.
pub(super) async fn file_among_evidence(person: &Person, world: &World) -> (Value, Answer) {
    let kept = person.get(&world.at("/evidence")).await.expect(200);
    let item = kept["items"].as_array().unwrap().iter().find(|item| !item["file"].is_null()).unwrap();
    let file = person.get(&format!("/evidence/{}", text(&item["id"]))).await;
    (item.clone(), file)
}

/// The exported client, in a file.
pub(super) struct Exported {
    folder: TempDir,
    pub(super) bytes: Vec<u8>,
}

impl Exported {
    pub(super) async fn of(world: &World) -> Self {
        let answer = world.owner.api(Method::POST, &world.org("/export")).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "application/zip");
        let disposition = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
        assert!(disposition.starts_with("attachment; filename=\"alder-regional-hospital-"), "{disposition}");
        Self { folder: tempfile::tempdir().unwrap(), bytes: answer.bytes().await.unwrap().to_vec() }
    }

    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub(super) fn path(&self) -> PathBuf {
        self.write("client.rung.zip", &self.bytes)
    }
}

/// What a reader of the API sees of a client, without what names people by accounts or instants of reading.
async fn seen(person: &Person, world: &World) -> Vec<(String, Value)> {
    let mut seen = Vec::new();
    for path in [
        world.at("/score"),
        world.at("/findings?limit=200"),
        world.at("/snapshots"),
        world.at("/evidence"),
        world.at("/answers/PAT-1"),
        world.at("/timeline"),
        world.at("/roadmap"),
        world.at(""),
        world.at("/comments/PAT-1"),
        world.at("/owners"),
        world.org("/actions"),
        world.org("/registers/consent-tests"),
        world.org("/maintenance-windows"),
        world.org("/integrations"),
        world.org("/incidents"),
        world.org("/assessments"),
    ] {
        let mut value = person.get(&path).await.expect(200);
        anonymous(&mut value);
        seen.push((path, value));
    }
    seen
}

/// Takes out accounts' identifiers and the instant of the computation.
fn anonymous(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for name in [
                "by",
                "made_by",
                "author",
                "reviewer",
                "created_by",
                "computed_at",
                "as_of",
                "owner",
                "owner_name",
                "resolved_by",
            ] {
                members.remove(name);
            }
            members.values_mut().for_each(anonymous);
        }
        Value::Array(items) => items.iter_mut().for_each(anonymous),
        _ => {}
    }
}

#[rstest]
#[case(Backend::Sqlite, Backend::Sqlite)]
#[case(Backend::Postgres, Backend::Postgres)]
#[case(Backend::Sqlite, Backend::Postgres)]
#[case(Backend::Postgres, Backend::Sqlite)]
#[tokio::test(flavor = "multi_thread")]
async fn a_client_goes_out_and_comes_in_elsewhere_with_the_same_score_and_the_same_hashes(
    #[case] from: Backend,
    #[case] to: Backend,
) {
    let world = rich(from).await;
    let exported = Exported::of(&world).await;
    for hidden in [SECRET, "argon2", "owner@example.org", "Birch Clinic"] {
        let entries = entries(&exported.bytes);
        let holds = |content: &[u8]| content.windows(hidden.len()).any(|window| window == hidden.as_bytes());
        let found = entries.iter().find(|(_, content)| holds(content));
        assert!(found.is_none(), "{hidden} is in {}", found.unwrap().0);
    }

    let app = TestApp::spawn(to).await;
    let keeper = app.person("keeper").await;
    let imported =
        app.service.import_client_as_operator(&exported.path(), "keeper@example.org").await.unwrap();
    assert_eq!((imported.slug.as_str(), imported.files, imported.snapshots), (world.slug.as_str(), 1, 2));
    assert!(imported.members.contains(&("consultant".to_owned(), "consultant".to_owned())));
    for ((path, there), (_, here)) in
        seen(&world.owner, &world).await.into_iter().zip(seen(&keeper, &world).await)
    {
        assert_eq!(there, here, "{path}");
    }
    let snapshots = keeper.get(&world.at("/snapshots")).await.expect(200);
    for snapshot in snapshots["items"].as_array().unwrap() {
        let file = keeper.get(&format!("/snapshots/{}", text(&snapshot["id"]))).await.text;
        let verified = verify(file.as_bytes()).unwrap();
        assert_eq!(
            (verified.sha256.as_str(), verified.recomputed),
            (text(&snapshot["sha256"]).as_str(), Recomputed::Equal)
        );
    }
    assert_eq!(file_among_evidence(&keeper, &world).await.1.text.as_bytes(), PDF);

    assert_eq!(keeper.get(&world.org("/logo")).await.status, 200, "the logo came along");

    // The check that had a secret is paused and has none; the others go on where they were.
    let integrations = keeper.get(&world.org("/integrations")).await.expect(200);
    let checks = format!("/integrations/{}/checks", text(&integrations["items"][0]["id"]));
    let checks = keeper.get(&checks).await.expect(200);
    for check in checks["items"].as_array().unwrap() {
        assert_eq!(check["enabled"], check["kind"] != "fhir.capability", "{check}");
        assert_eq!(check["parameters"].get("bearer_token"), None, "{check}");
    }
    let names = keeper.get(&world.org("/members")).await.expect(200);
    assert_eq!(names["items"].as_array().unwrap().len(), 1, "nobody of there has access here: {names}");

    let twice =
        app.service.import_client_as_operator(&exported.path(), "keeper@example.org").await.unwrap_err();
    assert!(twice.to_string().contains("is here already"), "{twice}");
    assert_eq!(keeper.get("/organizations").await.expect(200)["items"].as_array().unwrap().len(), 1);
    let home = world.app.service.import_client_as_operator(&exported.path(), "owner@example.org").await;
    assert!(home.unwrap_err().to_string().contains("is here already"));
    assert_eq!(keeper.get(&world.at("/score")).await.status, 200, "a refused import takes nothing away");
    app.stop().await;
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn only_an_owner_takes_a_client_along(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = World::new(backend).await;
    let (assessor, outsider) = (world.member("assessor").await, world.app.person("outsider").await);
    assessor.post(&world.org("/export"), Value::Null).await.problem(403);
    outsider.post(&world.org("/export"), Value::Null).await.problem(404);
    world.owner.sign_in().await;
    let members = world.owner.page(&format!("/orgs/{}/members", world.slug)).await;
    assert!(members.text.contains("Download the organization"), "{}", members.text);
    let file = world.owner.form(&format!("/orgs/{}/export", world.slug), &[]).send().await.unwrap();
    assert_eq!(file.status(), 200);
    let entries = entries(&file.bytes().await.unwrap());
    assert_eq!(entries.last().unwrap().0, "manifest.json");
    assessor.sign_in().await;
    let page = assessor.page(&format!("/orgs/{}/members", world.slug)).await;
    assert!(!page.text.contains("Download the organization"));
    assert_eq!(assessor.submit(&format!("/orgs/{}/export", world.slug), &[]).await.status, 403);
    world.app.stop().await;
}

/// Whatever an organization can have, the client of these tests has: otherwise nobody would notice what stays behind.
#[tokio::test(flavor = "multi_thread")]
async fn the_client_of_these_tests_has_something_in_every_table() {
    // What a plain client has none of: it would take days, or a feed, or a withdrawn check.
    const EMPTY: [&str; 10] = [
        "check_alerting",
        "declarations",
        "feed_reports",
        "feeds",
        "incidents",
        "live_changes",
        "outages",
        "overrides",
        "run_days",
        "watches",
    ];
    let world = rich(Backend::Sqlite).await;
    let exported = Exported::of(&world).await;
    for (name, content) in entries(&exported.bytes) {
        let Some(table) = name.strip_prefix("tables/").and_then(|name| name.strip_suffix(".json")) else {
            continue;
        };
        let rows: Value = serde_json::from_slice(&content).unwrap();
        assert!(EMPTY.contains(&table) || rows["rows"] != json!([]), "{table} is empty");
    }
    world.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn days_that_nobody_has_gathered_yet_travel_too() {
    let world = rich(Backend::Sqlite).await;
    world.app.execute("UPDATE run_hours SET hour = hour - 48").await;
    let entries = entries(&Exported::of(&world).await.bytes);
    let (_, days) = entries.iter().find(|(name, _)| name == "tables/run_days.json").unwrap();
    let days: Value = serde_json::from_slice(days).unwrap();
    assert_ne!(days["rows"], json!([]), "{days}");
    world.app.stop().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_client_whose_file_of_evidence_is_gone_travels_and_says_so(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = rich(Backend::Sqlite).await;
    let EvidenceConfig::Folder(folder) = &world.app.config.evidence else {
        panic!("tests keep files in a folder")
    };
    for file in files_below(folder) {
        std::fs::remove_file(file).unwrap();
    }
    let exported = Exported::of(&world).await;
    let (_, manifest) = entries(&exported.bytes).pop().unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest["missing"][0]["sha256"], sha256(PDF));
    let app = TestApp::spawn(backend).await;
    let keeper = app.person("keeper").await;
    // One that is missing without a word is a damaged file all the same.
    let mut silent = entries(&exported.bytes);
    let mut named = manifest.clone();
    named.as_object_mut().unwrap().remove("missing");
    silent.last_mut().unwrap().1 = named.to_string().into_bytes();
    let path = exported.write("silent.zip", &zipped(&silent));
    let refused = app.service.import_client_as_operator(&path, "keeper@example.org").await.unwrap_err();
    assert!(refused.to_string().contains("has a file that is missing"), "{refused}");

    let imported =
        app.service.import_client_as_operator(&exported.path(), "keeper@example.org").await.unwrap();
    assert_eq!(
        (imported.files, imported.missing_files.as_slice()),
        (0, &["Go-live report.pdf".to_owned()][..])
    );
    let kept = keeper.get(&world.at("/evidence")).await.expect(200);
    let item = kept["items"].as_array().unwrap().iter().find(|item| !item["file"].is_null()).unwrap();
    assert_eq!(item["file"]["sha256"], sha256(PDF));
    app.stop().await;
    world.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_the_first_form_is_read_without_the_tables_that_came_later() {
    let world = rich(Backend::Sqlite).await;
    let exported = Exported::of(&world).await;
    let later = ["tables/criterion_targets.json", "tables/aims.json", "tables/run_hours.json"];
    // Of an earlier form, with what came with it.
    let with_version = |version: u32, later: &[&str]| {
        let mut first = entries(&exported.bytes);
        first.retain(|(name, _)| !later.contains(&name.as_str()));
        let (_, manifest) = first.last_mut().unwrap();
        let mut read: Value = serde_json::from_slice(manifest).unwrap();
        read["version"] = json!(version);
        let entries = read["entries"].as_array_mut().unwrap();
        entries.retain(|one| later.iter().all(|later| one["name"] != *later));
        *manifest = read.to_string().into_bytes();
        zipped(&first)
    };
    let fourth = TestApp::spawn(Backend::Sqlite).await;
    fourth.person("keeper").await;
    let path = exported.write("fourth.zip", &with_version(4, &later[2..]));
    fourth.service.import_client_as_operator(&path, "keeper@example.org").await.unwrap();
    fourth.stop().await;
    let app = TestApp::spawn(Backend::Sqlite).await;
    let keeper = app.person("keeper").await;
    let path = exported.write("second.zip", &with_version(2, &later));
    let refused = app.service.import_client_as_operator(&path, "keeper@example.org").await.unwrap_err();
    assert!(refused.to_string().contains("criterion_targets"), "{refused}");
    let path = exported.write("first.zip", &with_version(1, &later));
    app.service.import_client_as_operator(&path, " Keeper@Example.org ").await.unwrap();
    let whole = keeper.get(&world.at("")).await.expect(200);
    assert_eq!(whole["criterion_targets"], json!({}));
    app.stop().await;
    world.app.stop().await;
}
