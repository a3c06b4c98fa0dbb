//! What comes out of two files becomes a run: judged, and never with a value of a row.

use domain::reconcile::{Column, ComparedField, Plan, Side, SideReader, join};
use rstest::rstest;
use serde_json::{Value, json};

use super::feeds::until;
use super::support::{Backend, World, text};

/// Claims and encounters of `matched` and one more on either side, in the engine's own words.
fn aggregate(matched: usize) -> Value {
    let file = |from: usize| {
        let header = "member,encounter,charge".to_owned();
        let rows = (from..=from + matched).map(|row| format!("m{row},e{row},{row}"));
        std::iter::once(header).chain(rows).collect::<Vec<_>>().join("\n")
    };
    let key = ["member", "encounter"].map(|name| Column::read(name).unwrap()).to_vec();
    let fields = vec![ComparedField::read("charge:cents=5").unwrap()];
    let plan = Plan::new(key, Some(Column::read("member").unwrap()), fields, 5).unwrap();
    let read = |side, file: String| {
        let mut reader = SideReader::new(&plan, side);
        reader.feed(file.as_bytes()).unwrap();
        reader.finish().unwrap()
    };
    let (left, right) = (read(Side::Left, file(0)), read(Side::Right, file(1)));
    serde_json::to_value(join(&plan, &left, &right)).unwrap()
}

async fn check(world: &World, kind: &str, parameters: Value) -> String {
    let integration = world.integration(&[]).await;
    let body = json!({ "kind": kind, "parameters": parameters });
    let made = world.owner.post(&format!("/integrations/{integration}/checks"), body).await.expect(201);
    format!("/checks/{}", text(&made["id"]))
}

async fn claims(world: &World) -> String {
    check(world, "recon.claims_clinical", json!({ "source": "claims of the quarter" })).await
}

#[rstest]
#[tokio::test]
async fn an_aggregate_becomes_a_run_and_is_judged(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let check = claims(&world).await;
    let reports = format!("{check}/reports");
    let good = json!({
        "aggregate": aggregate(199), "observations": { "contracts_covered_pct": 100, "categories": ["encounters"] }
    });
    let run = world.owner.post(&reports, good).await.expect(201);
    assert_eq!((&run["status"], &run["reach"]), (&json!("PASS"), &json!("answered")), "{run}");
    let seen = &run["observations"];
    assert_eq!(
        (&seen["member_match_pct"], &seen["encounter_match_pct"]),
        (&json!(99.5), &json!(99.5)),
        "{run}"
    );
    assert_eq!((&seen["unexplained_variance_pct"], &seen["run_age_days"]), (&json!(0.0), &json!(0)), "{run}");
    assert_eq!(run["checked"], "200 and 200 rows by member, encounter; compared charge (cents=5)");

    let poor = world.owner.post(&reports, json!({ "aggregate": aggregate(3) })).await.expect(201);
    assert_eq!(poor["status"], "FAIL", "{poor}");
    let read = world.owner.get(&check).await.expect(200);
    assert_eq!(read["latest"], poor);
    let binding = read["bindings"].as_array().unwrap().iter().find(|tie| tie["status"] == "FAIL");
    assert!(binding.is_some(), "{read}");
}

#[tokio::test]
async fn figures_alone_are_a_report_and_their_age_counts() {
    let world = World::new(Backend::Sqlite).await;
    let check = check(&world, "terminology.coverage", json!({ "source": "laboratory" })).await;
    let reports = format!("{check}/reports");
    let young = json!({ "observations": { "loinc_pct": 96.5, "domains_measured": 6, "min_valid_pct": 97 } });
    let run = world.owner.post(&reports, young).await.expect(201);
    assert_eq!(run["observations"]["loinc_pct"], 96.5);
    // What only a higher level asks for breaks nothing by itself.
    let loinc = async |pct: u32| {
        world.owner.post(&reports, json!({ "observations": { "loinc_pct": pct } })).await.expect(201)
    };
    assert_eq!(loinc(85).await["status"], "PASS");
    let poor = loinc(60).await;
    assert_eq!(poor["status"], "FAIL");
    let told = "expected loinc_pct >= 80, the least that any criterion asks for, got 60";
    assert!(poor["messages"].to_string().contains(told), "{poor}");
    // A criterion that asks for more may stand before the one that asks for the least.
    let valid = json!({ "observations": { "min_valid_pct": 80 } });
    let poor = world.owner.post(&reports, valid).await.expect(201);
    let told = "expected min_valid_pct >= 90, the least that any criterion asks for, got 80";
    assert!(poor["messages"].to_string().contains(told), "{poor}");
    // Another run finds nothing new, and says so.
    let again = world.owner.post(&format!("{check}/runs"), Value::Null).await.expect(201);
    assert_eq!((&again["status"], &again["reach"]), (&json!("UNKNOWN"), &json!("inconclusive")), "{again}");

    let check = self::check(&world, "terminology.coverage", json!({ "source": "archive" })).await;
    let reports = format!("{check}/reports");
    let old = json!({ "observations": { "domains_measured": 1 }, "computed_at": "2025-01-31T00:00:00Z" });
    let run = world.owner.post(&reports, old).await.expect(201);
    assert!(run["observations"]["run_age_days"].as_i64().unwrap() > 35, "{run}");
    assert_eq!(run["status"], "FAIL", "{run}");
    let overdue = world.owner.post(&format!("{check}/runs"), Value::Null).await.expect(201);
    assert_eq!(overdue["status"], "FAIL", "{overdue}");
}

#[tokio::test]
async fn a_sample_smaller_than_asked_for_proves_nothing_and_one_that_breaks_a_condition_fails() {
    let world = World::new(Backend::Sqlite).await;
    let parameters = json!({ "source": "quarterly parity sample", "min_charts": 30 });
    let check = check(&world, "recon.portal_api_parity", parameters).await;
    let report = async |charts: u32| {
        let body = json!({ "observations": { "charts": charts, "match_pct": 99 } });
        world.owner.post(&format!("{check}/reports"), body).await.expect(201)
    };
    let small = report(29).await;
    assert_eq!(small["status"], "UNKNOWN", "{small}");
    assert_eq!(small["observations"], json!({ "charts": 29, "run_age_days": 0 }), "its share is left out");
    assert!(small.to_string().contains("29 charts, and 30 are asked for"), "{small}");
    let short = report(24).await;
    assert_eq!(
        (&short["status"], &short["reach"]),
        (&json!("FAIL"), &json!("answered")),
        "the criterion asks for 25"
    );
    assert_eq!(report(30).await["status"], "PASS");
}

#[tokio::test]
async fn a_form_says_from_which_parameters_nothing_is_computed() {
    let world = World::new(Backend::Sqlite).await;
    let integration = world.integration(&[]).await;
    world.owner.sign_in().await;
    for (kind, descriptive) in [
        ("recon.referral_loop", 1),
        ("recon.claims_clinical", 1),
        ("recon.cross_team_counts", 2),
        ("identity.match", 1),
        ("hl7v2.flow", 2),
        ("direct.delivery", 1),
        ("xca.query", 1),
        ("recon.portal_api_parity", 0),
    ] {
        let page = format!("/orgs/{}/integrations/{integration}/checks/new?kind={kind}", world.slug);
        let shown = world.owner.page(&page).await;
        assert_eq!(shown.status, 200, "{kind}");
        assert_eq!(shown.text.matches("nothing is computed from it here").count(), descriptive, "{kind}");
    }
}

/// So many days ago, as the API takes it.
fn ago(days: i64) -> String {
    let at = service::UnixMillis::now().0 - days * 86_400_000;
    service::UnixMillis(at).timestamp().to_string()
}

#[rstest]
#[tokio::test]
async fn a_promised_run_that_does_not_come_fails_the_check_until_it_comes(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let check =
        check(&world, "terminology.coverage", json!({ "source": "laboratory", "cadence_days": 30 })).await;
    let (reports, runs) = (format!("{check}/reports"), format!("{check}/runs"));
    let look = async || world.owner.post(&runs, Value::Null).await.expect(201);
    let said = |run: &Value| text(&run["messages"][0]["text"]);
    let none = look().await;
    assert_eq!(none["status"], "UNKNOWN");
    assert!(said(&none).contains("Nothing was reconciled yet"), "{none}");

    let figures = json!({ "loinc_pct": 97, "domains_measured": 6, "domains_at_75": 6, "min_valid_pct": 97 });
    let report = async |days| {
        let body = json!({ "observations": figures, "computed_at": ago(days) });
        world.owner.post(&reports, body).await.expect(201)
    };
    report(45).await;
    for _ in 0..2 {
        let overdue = look().await;
        assert_eq!(overdue["status"], "FAIL", "{overdue}");
        assert_eq!(overdue["observations"]["run_age_days"], 45);
        assert!(said(&overdue).contains("45 days old; one every 30 days was promised"), "{overdue}");
    }
    let failing = async || {
        let read = world.owner.get(&check).await.expect(200);
        read["bindings"].as_array().unwrap().iter().filter(|tie| tie["status"] == "FAIL").count()
    };
    assert!(failing().await > 0);
    report(1).await;
    assert_eq!(failing().await, 0, "computed before the look that found none, and newer than all before");
    let young = look().await;
    assert_eq!(young["status"], "UNKNOWN", "{young}");
    assert!(said(&young).contains("the latest run is 1 day old and stands"), "{young}");
    assert_eq!(failing().await, 0);
}

#[tokio::test]
async fn a_run_that_is_as_young_as_promised_may_be_too_old_for_a_criterion() {
    let world = World::new(Backend::Sqlite).await;
    let check =
        check(&world, "recon.claims_clinical", json!({ "source": "warehouse", "cadence_days": 30 })).await;
    let figures = json!({ "member_match_pct": 99, "encounter_match_pct": 98, "unexplained_variance_pct": 1 });
    let body = json!({ "observations": figures, "computed_at": ago(20) });
    world.owner.post(&format!("{check}/reports"), body.clone()).await.expect(201);
    // Every 30 days was promised; one criterion asks for a run in 8.
    let look = world.owner.post(&format!("{check}/runs"), Value::Null).await.expect(201);
    assert_eq!((&look["status"], &look["reach"]), (&json!("UNKNOWN"), &json!("answered")), "{look}");
    assert_eq!(look["observations"], json!({ "run_age_days": 20 }), "{look}");
    let read = world.owner.get(&check).await.expect(200);
    let failing = read["bindings"].as_array().unwrap().iter().filter(|tie| tie["status"] == "FAIL").count();
    assert!(failing > 0, "{read}");

    // What was older than promised when it came is no better than what turns so.
    let often =
        self::check(&world, "recon.claims_clinical", json!({ "source": "mart", "cadence_days": 7 })).await;
    let late = world.owner.post(&format!("{often}/reports"), body).await.expect(201);
    assert_eq!(late["status"], "FAIL", "{late}");
    assert!(late["messages"].to_string().contains("20 days old; one every 7 days was promised"), "{late}");
}

/// Lets so many days pass since the latest report of a check.
async fn days_pass(world: &World, check: &str, days: i64) {
    let (id, time) = (check.rsplit('/').next().unwrap(), days * 86_400_000);
    let aged = format!("UPDATE checks SET reported_at = reported_at - {time} WHERE id = '{id}'");
    world.app.execute(&aged).await;
}

/// The incidents of the organization, the latest first: what opened each, and what closed it.
async fn incidents(world: &World) -> Vec<(String, Option<String>)> {
    let listed = world.owner.get(&world.org("/incidents")).await.expect(200);
    let items = listed["items"].as_array().unwrap().iter();
    items.map(|one| (text(&one["opening"]), one["closing"].as_str().map(str::to_owned))).collect()
}

fn incident(opening: &str, closing: Option<&str>) -> (String, Option<String>) {
    (opening.to_owned(), closing.map(str::to_owned))
}

#[rstest]
#[tokio::test]
async fn a_run_that_turns_too_old_for_an_answer_is_an_incident_until_the_next_comes(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let new = json!({ "framework": "CCR", "title": "Continuity" });
    let assessment = world.owner.post(&world.org("/assessments"), new).await.expect(201);
    let answer = format!("/assessments/{}/answers/CC-10", text(&assessment["id"]));
    let claim = async |level: u8, revision: i64| {
        world.owner.put(&answer, json!({ "level": level, "revision": revision })).await.expect(200)
    };
    claim(4, 0).await;
    let check =
        check(&world, "recon.claims_clinical", json!({ "source": "warehouse", "cadence_days": 30 })).await;
    let report = async || {
        let figures =
            json!({ "member_match_pct": 99, "encounter_match_pct": 98, "unexplained_variance_pct": 1 });
        let body = json!({ "observations": figures });
        world.owner.post(&format!("{check}/reports"), body).await.expect(201)
    };
    let look = async || world.owner.post(&format!("{check}/runs"), Value::Null).await.expect(201);

    assert_eq!(report().await["status"], "PASS");
    assert_eq!(look().await["status"], "UNKNOWN");
    assert!(incidents(&world).await.is_empty(), "what stands is no news");
    // As young as promised; the highest level asks for a run in 8 days.
    days_pass(&world, &check, 20).await;
    for _ in 0..2 {
        let old = look().await;
        assert_eq!((&old["status"], &old["reach"]), (&json!("UNKNOWN"), &json!("answered")), "{old}");
        assert_eq!(incidents(&world).await, [incident("contradiction", None)]);
    }
    // Whoever claims less is not denied.
    claim(3, 1).await;
    until(async || incidents(&world).await == [incident("contradiction", Some("recovered"))]).await;
    claim(4, 2).await;
    until(async || incidents(&world).await[0] == incident("contradiction", None)).await;
    report().await;
    assert_eq!(incidents(&world).await[0], incident("contradiction", Some("recovered")));
}

#[tokio::test]
async fn a_run_that_turns_too_old_for_every_criterion_fails() {
    let world = World::new(Backend::Sqlite).await;
    let check =
        check(&world, "terminology.coverage", json!({ "source": "laboratory", "cadence_days": 90 })).await;
    let report = async || {
        let body = json!({ "observations": { "domains_at_75": 6, "domains_measured": 6 } });
        world.owner.post(&format!("{check}/reports"), body).await.expect(201)
    };
    assert_eq!(report().await["status"], "PASS");
    days_pass(&world, &check, 40).await;
    let old = world.owner.post(&format!("{check}/runs"), Value::Null).await.expect(201);
    assert_eq!(old["status"], "FAIL", "{old}");
    assert!(text(&old["messages"][0]["text"]).contains("expected run_age_days <= 35"), "{old}");
    assert_eq!(incidents(&world).await, [incident("failures", None)]);
    report().await;
    assert_eq!(incidents(&world).await, [incident("failures", Some("recovered"))]);
}

#[tokio::test]
async fn a_run_that_is_reported_after_a_later_one_is_history() {
    let world = World::new(Backend::Sqlite).await;
    let check =
        check(&world, "recon.claims_clinical", json!({ "source": "warehouse", "cadence_days": 7 })).await;
    let report = async |matched: i64, days: i64| {
        let figures = json!({
            "member_match_pct": matched, "encounter_match_pct": matched, "unexplained_variance_pct": 1,
        });
        let body = json!({ "observations": figures, "computed_at": ago(days) });
        world.owner.post(&format!("{check}/reports"), body).await.expect(201)["status"].clone()
    };
    assert_eq!(report(99, 1).await, "PASS");
    assert_eq!(report(99, 20).await, "PASS", "the promise is kept by the later one");
    assert_eq!(report(10, 21).await, "FAIL");
    assert!(incidents(&world).await.is_empty());
    assert_eq!(report(10, 0).await, "FAIL");
    assert_eq!(incidents(&world).await, [incident("failures", None)]);
    assert_eq!(report(99, 2).await, "PASS");
    assert_eq!(incidents(&world).await, [incident("failures", None)], "what was before ends nothing");
}

#[tokio::test]
async fn a_check_is_due_when_its_report_turns_older_than_promised() {
    let world = World::new(Backend::Sqlite).await;
    let integration = world.integration(&[]).await;
    let parameters = json!({ "source": "warehouse", "cadence_days": 7 });
    let body = json!({ "kind": "recon.claims_clinical", "parameters": parameters, "interval": "366d" });
    let made = world.owner.post(&format!("/integrations/{integration}/checks"), body).await.expect(201);
    let check = format!("/checks/{}", text(&made["id"]));
    let body = json!({ "observations": { "member_match_pct": 99 }, "computed_at": ago(6) });
    world.owner.post(&format!("{check}/reports"), body).await.expect(201);
    let due = text(&world.owner.get(&check).await.expect(200)["next_due_at"]);
    // A week and a day after it was computed, long before any criterion asks for another.
    let until = due.parse::<jiff::Timestamp>().unwrap().as_millisecond() - service::UnixMillis::now().0;
    assert!(until <= 2 * 86_400_000, "in {until} ms");
}

#[tokio::test]
async fn what_cannot_have_come_out_is_refused_and_changes_nothing() {
    let world = World::new(Backend::Sqlite).await;
    let check = claims(&world).await;
    let reports = format!("{check}/reports");
    let mut wrong = aggregate(3);
    wrong["matched"] = json!(4);
    for (body, pointer) in [
        (json!({ "aggregate": wrong }), "/aggregate"),
        (json!({ "aggregate": { "rows": [["17", "Miller"]] } }), "/aggregate"),
        (json!({ "observations": { "member_match_pct": 120 } }), "/observations/member_match_pct"),
        (json!({ "observations": { "rows": 1 } }), "/observations/rows"),
        (json!({ "observations": { "run_age_days": 1 } }), "/observations/run_age_days"),
        (
            json!({ "aggregate": aggregate(3), "observations": { "encounter_match_pct": 99 } }),
            "/observations/encounter_match_pct",
        ),
        (
            json!({ "observations": { "member_match_pct": 99 }, "computed_at": "2999-01-01T00:00:00Z" }),
            "/computed_at",
        ),
        (json!({ "observations": { "member_match_pct": 99 }, "computed_at": "yesterday" }), "/computed_at"),
        (json!({}), "/aggregate"),
    ] {
        assert_eq!(world.owner.post(&reports, body).await.pointers(), [pointer]);
    }
    assert_eq!(world.owner.get(&format!("{check}/runs")).await.expect(200)["items"], json!([]));
    world.member("viewer").await.post(&reports, json!({ "aggregate": aggregate(3) })).await.expect(403);
    world.app.person("outsider").await.post(&reports, json!({ "aggregate": aggregate(3) })).await.expect(404);
    let probed = self::check(&world, "tls.certificate", json!({ "host": "fhir.example.org" })).await;
    world.owner.post(&format!("{probed}/reports"), json!({ "aggregate": aggregate(3) })).await.expect(409);
}

#[tokio::test]
async fn the_page_serves_without_scripts_and_keeps_what_was_typed() {
    let world = World::new(Backend::Sqlite).await;
    let check = claims(&world).await;
    world.owner.sign_in().await;
    let page = format!("/orgs/{}{check}/reconcile", world.slug);
    let shown = world.owner.page(&page).await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    assert!(shown.text.contains("rung reconcile") && shown.text.contains("-worker.js"), "{}", shown.text);
    assert!(shown.text.contains("Contracts covered"), "{}", shown.text);

    let refused = world
        .owner
        .submit(&page, &[("aggregate", "{\"matched\": 1}"), ("observations.categories", "pharmacy")]);
    let refused = refused.await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(refused.text.contains("not what the engine prints") && refused.text.contains("pharmacy"));
    let json = aggregate(99).to_string();
    let sent = world
        .owner
        .submit(&page, &[("aggregate", &json), ("observations.contracts_covered_pct", "100")])
        .await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let shown = world.owner.page(sent.location()).await;
    assert!(shown.text.contains("Reconcile files") && shown.text.contains("99"), "{}", shown.text);
    let runs = world.owner.get(&format!("{check}/runs")).await.expect(200);
    assert_eq!(runs["items"][0]["observations"]["contracts_covered_pct"], 100.0, "{runs}");
}
