//! Registers: entries come, are corrected and withdrawn, and the checks computed from them follow at once.

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use super::support::{Answer, Backend, Person, World, text};

/// A check of this kind; its address.
async fn check(world: &World, kind: &str, parameters: Value) -> String {
    let integration = world.integration(&[]).await;
    let body = json!({ "kind": kind, "parameters": parameters });
    let made = world.owner.post(&format!("/integrations/{integration}/checks"), body).await.expect(201);
    format!("/checks/{}", text(&made["id"]))
}

async fn latest(world: &World, check: &str) -> Value {
    world.owner.get(check).await.expect(200)["latest"].clone()
}

#[track_caller]
fn says(run: &Value, words: &str) {
    let messages = run["messages"].as_array().unwrap().iter();
    let texts: Vec<&str> = messages.map(|message| message["text"].as_str().unwrap()).collect();
    assert!(texts.iter().any(|text| text.contains(words)), "{words:?} is not in {texts:?}");
}

async fn add(person: &Person, world: &World, register: &str, cells: Value) -> Answer {
    person.post(&world.org(&format!("/registers/{register}")), json!({ "cells": cells })).await
}

fn days_ago(days: i64) -> String {
    let today = store::UnixMillis::now();
    store::UnixMillis(today.0 - days * 86_400_000).date().to_string()
}

fn hours_ago(hours: i64) -> String {
    let now = store::UnixMillis::now();
    store::UnixMillis(now.0 - hours * 3_600_000).timestamp().to_string()
}

fn consent_test(deny_passed: u32) -> Value {
    json!({
        "suite": "Part 2", "ran": days_ago(3), "release": "2026.2", "production_release": "2026.2",
        "permit_cases": 6, "permit_passed": 6, "deny_cases": 4, "deny_passed": deny_passed, "tester": "Privacy office"
    })
}

#[rstest]
#[tokio::test]
async fn consent_tests_pass_fail_and_are_unknown_as_their_register_says(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let check = check(&world, "consent.test", json!({ "suite": "part 2" })).await;
    let run = world.owner.post(&format!("{check}/runs"), json!({})).await.expect(201);
    assert_eq!((&run["status"], &run["reach"]), (&json!("UNKNOWN"), &json!("inconclusive")), "{run}");
    says(&run, "holds no test of the suite \"part 2\"");

    let entry = add(&world.owner, &world, "consent-tests", consent_test(4)).await.expect(201);
    assert_eq!((&entry["revision"], &entry["cells"]["deny_cases"]), (&json!(1), &json!(4)), "{entry}");
    let run = latest(&world, &check).await;
    assert_eq!((&run["status"], &run["observations"]["cases"]), (&json!("PASS"), &json!(10)), "{run}");
    let read = world.owner.get(&check).await.expect(200);
    let bindings = read["bindings"].as_array().unwrap();
    assert!(bindings.iter().any(|tie| tie["status"] == "PASS"), "{read}");

    let at = format!("/register-entries/{}", text(&entry["id"]));
    let correction = json!({ "cells": consent_test(3), "revision": 1 });
    let corrected = world.owner.put(&at, correction.clone()).await.expect(200);
    assert_eq!(corrected["revision"], 2);
    let run = latest(&world, &check).await;
    assert_eq!((&run["status"], &run["observations"]["passed_pct"]), (&json!("FAIL"), &json!(90.0)), "{run}");
    says(&run, "refused in all 4 cases");
    world.owner.put(&at, correction).await.problem(409);

    let why = json!({ "reason": "Another suite's record" });
    let gone = world.owner.post(&format!("{at}/withdrawal"), why.clone()).await.expect(200);
    assert_eq!(gone["withdrawn_reason"], "Another suite's record");
    assert_eq!(latest(&world, &check).await["status"], "UNKNOWN");
    world.owner.post(&format!("{at}/withdrawal"), why).await.problem(409);
    let list = world.owner.get(&world.org("/registers/consent-tests")).await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "it stays in the register: {list}");
    world.app.stop().await;
}

fn validation(measure: &str, agreeing: u32) -> Value {
    json!({
        "measure": measure, "contract": "MA 12", "version": "2026", "specification_dated": days_ago(200),
        "validator": "Quality team", "validated": days_ago(20), "charts": 50, "agreeing": agreeing,
        "test_deck": "passed", "payer_compared": days_ago(10), "completeness_pct": 98.5, "gaps_recomputed": days_ago(0)
    })
}

#[rstest]
#[tokio::test]
async fn measure_validations_pass_fail_and_are_unknown_as_their_register_says(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let check = check(&world, "measure.validation", json!({})).await;
    let run = world.owner.post(&format!("{check}/runs"), json!({})).await.expect(201);
    assert_eq!(run["status"], "UNKNOWN", "{run}");
    says(&run, "holds no validation in scope");

    add(&world.owner, &world, "measure-validations", validation("CBP", 50)).await.expect(201);
    let run = latest(&world, &check).await;
    assert_eq!(run["status"], "PASS", "{run}");
    assert_eq!(run["observations"]["min_agreement_pct"], 100.0, "{run}");
    assert_eq!(run["observations"]["gap_refresh_days"], 0, "{run}");

    add(&world.owner, &world, "measure-validations", validation("HBD", 40)).await.expect(201);
    let run = latest(&world, &check).await;
    assert_eq!((&run["status"], &run["observations"]["measures"]), (&json!("FAIL"), &json!(2)), "{run}");
    says(&run, "lowest agreement is 80% in HBD");
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn incidents_told_of_make_the_figures_of_detection_and_restoring(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let check = check(&world, "incident.sla", json!({})).await;
    let run = world.owner.post(&format!("{check}/runs"), json!({})).await.expect(201);
    assert_eq!(run["status"], "UNKNOWN", "{run}");
    says(&run, "Nothing is watched");

    let told = |began: i64, detected: Option<i64>, restored: i64| {
        json!({
            "title": "ADT feed silent", "criticality": "critical", "cause": "software", "began_at": hours_ago(began),
            "detected_at": detected.map(hours_ago), "reported_at": hours_ago(began - 1),
            "restored_at": hours_ago(restored), "objective_hours": 4
        })
    };
    // A year of records: without it nobody knows that no certificate expired.
    let early = told(24 * 400, Some(24 * 400), 24 * 400 - 2);
    add(&world.owner, &world, "incidents", early).await.expect(201);
    add(&world.owner, &world, "incidents", told(50, Some(50), 48)).await.expect(201);
    let run = latest(&world, &check).await;
    assert_eq!(run["status"], "PASS", "{run}");
    let seen = &run["observations"];
    for (name, expected) in
        [("detected_by_monitor_pct", 100.0), ("median_restore_hours", 2.0), ("objective_met_pct", 100.0)]
    {
        let number = seen[name].as_f64().unwrap_or_else(|| panic!("{name} in {run}"));
        assert!((number - expected).abs() < 0.01, "{name}: {run}");
    }
    assert_eq!((&seen["incidents"], &seen["certificate_outages"]), (&json!(1), &json!(0)), "{run}");

    add(&world.owner, &world, "incidents", told(40, None, 10)).await.expect(201);
    let run = latest(&world, &check).await;
    assert_eq!((&run["status"], &run["observations"]["incidents"]), (&json!("FAIL"), &json!(2)), "{run}");
    says(&run, "1 of 2 incidents were reported by users first");
    let refused = add(
        &world.owner,
        &world,
        "incidents",
        json!({
            "title": "x", "criticality": "normal", "cause": "other", "began_at": hours_ago(1), "detected_at": hours_ago(1),
            "seen": "0190a000-0000-7000-8000-000000000000"
        }),
    );
    assert_eq!(refused.await.pointers(), ["/cells/seen"]);
    // Of a table every line is told in its place, whoever finds the fault.
    let began = hours_ago(1);
    let table = format!(
        "title,criticality,cause,began_at,detected_at,seen\n\
         x,normal,other,{began},{began},0190a000-0000-7000-8000-000000000000\n\
         y,normal,other,soon,{began},\n\
         z,normal,other,{began},{began},0190a000-0000-7000-8000-000000000001\n"
    );
    let request = world.owner.api(Method::POST, &world.org("/registers/incidents/import"));
    let problem = Answer::of(request.header("content-type", "text/csv").body(table)).await.problem(422);
    let errors = problem["errors"].as_array().unwrap().iter();
    let places: Vec<_> = errors.map(|error| (error["line"].as_u64().unwrap(), text(&error["key"]))).collect();
    let expected = [(2, "seen"), (3, "began_at"), (4, "seen")];
    assert_eq!(places, expected.map(|(line, key)| (line, key.to_owned())), "{problem}");
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn evidence_passes_fails_and_is_unknown_by_criterion(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let check = check(&world, "doc.attestation", json!({})).await;
    // PAT-4.2 caps what is claimed above 3; GOV-1 claims nothing, so nothing is missing there.
    let claim = json!({ "level": 4, "rationale": "", "revision": 0 });
    world.owner.put(&world.answer_to("PAT-4"), claim).await.expect(200);
    let run = world.owner.post(&format!("{check}/runs"), json!({})).await.expect(201);
    assert_eq!(run["status"], "FAIL", "{run}");
    says(&run, "Expected an item of evidence on file; there is none.");
    says(&run, "0 of 2 requirements");
    let status = async |binding: &str| {
        let read = world.owner.get(&check).await.expect(200);
        let found =
            read["bindings"].as_array().unwrap().iter().find(|tie| tie["binding"] == binding).cloned();
        found.unwrap_or_else(|| panic!("{binding} in {read}"))["status"].clone()
    };
    assert_eq!((status("PAT-4.1").await, status("PAT-4.2").await), (json!("FAIL"), json!("FAIL")));

    let item = |reported: Value| {
        json!({
            "criteria": ["PAT-4"], "title": "Export test", "note": "All rows came.", "dated": days_ago(40),
            "reported_pct": reported
        })
    };
    let silent = world.owner.post(&world.at("/evidence"), item(Value::Null)).await.expect(201);
    // What nobody says decides nothing: the latest conclusive status stands.
    assert_eq!((status("PAT-4.1").await, status("PAT-4.2").await), (json!("PASS"), json!("FAIL")));
    says(&latest(&world, &check).await, "nobody entered the figure that \"Export test\" reports");

    let good = world.owner.post(&world.at("/evidence"), item(json!(99.7))).await.expect(201);
    assert_eq!(good["reported_pct"], 99.7);
    let run = latest(&world, &check).await;
    assert_eq!((&run["status"], status("PAT-4.2").await), (&json!("PASS"), json!("PASS")), "{run}");
    assert_eq!(run["observations"]["B7 1.0.0 PAT-4.2 reported_pct"], 99.7, "{run}");
    world.owner.post(&world.at("/evidence"), item(json!(101))).await.problem(422);

    world.owner.delete(&format!("/evidence/{}", text(&good["id"]))).await.expect(204);
    let poor = item(json!(90));
    world.owner.post(&world.at("/evidence"), poor).await.expect(201);
    world.owner.delete(&format!("/evidence/{}", text(&silent["id"]))).await.expect(204);
    assert_eq!((status("PAT-4.1").await, status("PAT-4.2").await), (json!("PASS"), json!("FAIL")));
    says(&latest(&world, &check).await, "reported figure: 90");
    world.app.stop().await;
}

#[tokio::test]
async fn only_who_operates_enters_and_nobody_elsewhere_reads() {
    let world = World::new(Backend::Sqlite).await;
    let entry = add(&world.owner, &world, "consent-tests", consent_test(4)).await.expect(201);
    let at = format!("/register-entries/{}", text(&entry["id"]));
    let viewer = world.member("viewer").await;
    viewer.get(&at).await.expect(200);
    add(&viewer, &world, "consent-tests", consent_test(4)).await.problem(403);
    viewer.put(&at, json!({ "cells": consent_test(4), "revision": 1 })).await.problem(403);
    viewer.post(&format!("{at}/withdrawal"), json!({ "reason": "x" })).await.problem(403);
    let outsider = world.app.person("outsider").await;
    outsider.get(&at).await.problem(404);
    outsider.get(&world.org("/registers/consent-tests")).await.problem(404);
    add(&outsider, &world, "consent-tests", consent_test(4)).await.problem(404);
    outsider.post(&format!("{at}/withdrawal"), json!({ "reason": "x" })).await.problem(404);
    world.owner.get(&world.org("/registers/gossip")).await.problem(404);
    let wrong = add(&world.owner, &world, "consent-tests", json!({ "suite": ["x"] })).await;
    assert_eq!(wrong.pointers(), ["/cells/suite"]);
}

#[tokio::test]
async fn a_table_goes_in_whole_or_not_at_all_and_comes_out_again() {
    let world = World::new(Backend::Sqlite).await;
    let import = async |file: &str| {
        let path = world.org("/registers/measure-validations/import");
        let request = world.owner.api(Method::POST, &path).header("content-type", "text/csv");
        Answer::of(request.body(file.to_owned())).await
    };
    let file = "Measure;Version;Validator;Validated;Charts;Agreeing\nCBP;2026;Quality;2026-03-01;30;29\nHBD;2026;Quality;2026-03-02;31;31\n";
    assert_eq!(import(file).await.expect(200), json!({ "added": 2, "changed": 0, "unchanged": 0 }));
    assert_eq!(import(file).await.expect(200), json!({ "added": 0, "changed": 0, "unchanged": 2 }));
    let broken = "measure,version,validator,validated,charts,agreeing\nAWV,2026,Quality,2026-03-01,30,29\n,2026,Quality,spring,30,31\n";
    let problem = import(broken).await.problem(422);
    let errors = problem["errors"].as_array().unwrap().iter();
    let places: Vec<_> = errors.map(|error| (error["line"].as_u64().unwrap(), text(&error["key"]))).collect();
    assert_eq!(
        places,
        [(3, "measure"), (3, "validated"), (3, "agreeing")].map(|(line, key)| (line, key.to_owned()))
    );
    let csv = world.owner.get(&world.org("/registers/measure-validations/table")).await;
    assert_eq!(csv.text.lines().count(), 3, "{}", csv.text);
    assert_eq!(import(&csv.text).await.expect(200)["unchanged"], 2, "{}", csv.text);
}

#[tokio::test]
async fn the_pages_work_as_plain_forms() {
    let world = World::new(Backend::Sqlite).await;
    let owner = &world.owner;
    owner.sign_in().await;
    let at = format!("/orgs/{}/registers", world.slug);
    let index = owner.page(&at).await;
    assert!(
        index.text.contains("Consent tests") && index.text.contains("Measure validations"),
        "{}",
        index.text
    );
    let fields = [
        ("title", "Portal down"),
        ("criticality", "critical"),
        ("cause", "certificate"),
        ("began_at", "2026-01-05T08:00"),
        ("reported_at", "2026-01-05T09:00"),
        ("restored_at", "2026-01-05T07:00"),
    ];
    let refused = owner.submit(&format!("{at}/incidents"), &fields).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.text.contains("This lies before the incident began.") && refused.text.contains("Portal down")
    );
    let mut good = fields;
    good[5].1 = "2026-01-05T10:00";
    let done = owner.submit(&format!("{at}/incidents"), &good).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let list = owner.page(done.location()).await.text;
    assert!(list.contains("Portal down") && list.contains("An expired certificate or key"), "{list}");

    let entries = owner.get(&world.org("/registers/incidents")).await.expect(200);
    let entry = format!("{at}/incidents/{}", text(&entries["items"][0]["id"]));
    let shown = owner.page(&entry).await;
    assert!(shown.text.contains("2026-01-05T08:00:00"), "{}", shown.text);
    let mut corrected = good.to_vec();
    corrected[0].1 = "Portal not reachable";
    corrected.extend([("do", "correct"), ("revision", "1")]);
    assert_eq!(owner.submit(&entry, &corrected).await.status, 303);
    let stale = owner.submit(&entry, &corrected).await;
    assert_eq!(stale.status, 409, "{}", stale.text);
    let refused = owner.submit(&entry, &[("do", "withdraw"), ("reason", " ")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("Portal not reachable"), "the entry is there still: {}", refused.text);
    let gone = owner.submit(&entry, &[("do", "withdraw"), ("reason", "Entered twice")]).await;
    assert_eq!(gone.status, 303);
    let shown = owner.page(&entry).await.text;
    assert!(shown.contains("Entered twice") && !shown.contains("Save the correction"), "{shown}");
    let pasted = owner.submit(&format!("{at}/incidents/import"), &[("table", "title\nx\n")]).await;
    assert_eq!(pasted.status, 422);
    assert!(pasted.text.contains("must name the column"), "{}", pasted.text);
    assert_eq!(owner.page(&format!("{at}/gossip")).await.status, 404);
}
