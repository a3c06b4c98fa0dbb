//! Figures from files: by the command line on this machine, sent to a check, and by the table that a report holds.

use std::process::{Command, Output};

use rstest::rstest;
use serde_json::{Value, json};

use super::support::{Backend, World, text};

const CODES: &str = "domain,system,code,count\nresults,http://loinc.org,2345-7,96\nresults,LAB,GLU,4\n";

async fn check(world: &World, kind: &str, parameters: Value) -> String {
    let integration = world.integration(&[]).await;
    let body = json!({ "kind": kind, "parameters": parameters });
    let made = world.owner.post(&format!("/integrations/{integration}/checks"), body).await.expect(201);
    format!("/checks/{}", text(&made["id"]))
}

/// Runs the program in a folder with these files.
async fn rung(files: &[(&str, String)], arguments: &[&str], token: Option<&str>) -> Output {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_rung"));
    command.args(arguments).current_dir(folder.path()).env_remove("RUNG_TOKEN");
    if let Some(token) = token {
        command.env("RUNG_TOKEN", token);
    }
    tokio::task::spawn_blocking(move || {
        let _kept = folder;
        command.output().unwrap()
    })
    .await
    .unwrap()
}

fn printed(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[rstest]
#[tokio::test]
async fn a_table_of_codes_or_overlays_becomes_a_run_of_its_check(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let terms =
        check(&world, "terminology.coverage", json!({ "source": "laboratory", "domains": ["results"] }))
            .await;
    let never = world.owner.post(&format!("{terms}/runs"), json!({})).await.expect(201);
    assert_eq!(never["status"], "UNKNOWN", "{never}");
    let run = world.owner.post(&format!("{terms}/reports"), json!({ "table": CODES })).await.expect(201);
    let seen = &run["observations"];
    assert_eq!((&seen["loinc_pct"], &seen["unmapped_codes"]), (&json!(96.0), &json!(1)), "{run}");
    assert_eq!(run["checked"], "100 coded entries in 1 domains");
    let poor = CODES.replace("96", "2");
    let run = world.owner.post(&format!("{terms}/reports"), json!({ "table": poor })).await.expect(201);
    assert_eq!(run["status"], "FAIL", "{run}");
    let wrong = json!({ "table": "domain,system,code,count\nresults,LOINC,2345-7,many\n" });
    let problem = world.owner.post(&format!("{terms}/reports"), wrong).await.problem(422);
    assert_eq!((&problem["errors"][0]["line"], &problem["errors"][0]["key"]), (&json!(2), &json!("count")));

    let matching = check(&world, "identity.match", json!({ "source": "index report" })).await;
    let report = json!({
        "table": "opened,closed\n2026-01-05,2026-01-06\n", "observations": { "duplicate_pct": 0.5, "match_pct": 99 }
    });
    let run = world.owner.post(&format!("{matching}/reports"), report).await.expect(201);
    assert_eq!(
        (&run["status"], &run["observations"]["overlay_max_days"]),
        (&json!("PASS"), &json!(1.0)),
        "{run}"
    );
    let report = json!({ "table": "opened,closed\n2026-01-05,\n", "observations": { "match_pct": 99 } });
    let run = world.owner.post(&format!("{matching}/reports"), report).await.expect(201);
    assert_eq!((&run["status"], &run["observations"]["overlays_open"]), (&json!("FAIL"), &json!(1)), "{run}");
    let twice = json!({ "table": "opened,closed\n", "observations": { "overlays_open": 0 } });
    assert_eq!(
        world.owner.post(&format!("{matching}/reports"), twice).await.pointers(),
        ["/observations/overlays_open"]
    );
    world.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_computed_here_and_only_they_are_sent() {
    let world = World::new(Backend::Sqlite).await;
    let check = check(&world, "terminology.coverage", json!({ "source": "laboratory" })).await;
    let address = format!("{}/api/v1{check}/reports", world.app.url);
    let files = [("codes.csv", CODES.to_owned())];
    let arguments = ["figures", "terminology.coverage", "codes.csv", "--report-to", &address];
    let done = rung(&files, &arguments, world.owner.token.as_deref()).await;
    assert_eq!(printed(&done)["observations"]["loinc_pct"], 96.0);
    let runs = world.owner.get(&format!("{check}/runs")).await.expect(200);
    assert_eq!(runs["items"][0]["observations"]["loinc_pct"], 96.0, "{runs}");

    let refused = rung(&files, &arguments, Some("wrong")).await;
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("the token is missing, wrong"), "{said}");
    let alone = rung(&files, &arguments[..3], None).await;
    assert_eq!(printed(&alone)["observations"]["domains_measured"], 1);
}

#[tokio::test]
async fn conformance_is_counted_from_outcomes_or_from_a_sample_and_a_profile() {
    let outcome = |severity: &str| {
        json!({
            "resourceType": "OperationOutcome",
            "issue": [{ "severity": severity, "expression": ["Patient.name[0].family"], "diagnostics": "Miller" }]
        })
    };
    let lines = format!("{}\n{}\n", outcome("error"), outcome("warning"));
    let files = [("outcomes.ndjson", lines)];
    let found = rung(&files, &["figures", "fhir.profile_conformance", "outcomes.ndjson"], None).await;
    let figures = printed(&found);
    assert_eq!(figures["observations"], json!({ "resources_checked": 2, "error_pct": 50.0 }));
    assert!(!figures.to_string().contains("Miller"), "{figures}");

    let element = |path: &str| json!({ "id": path, "path": path, "min": 1, "mustSupport": true });
    let profile = json!({
        "resourceType": "StructureDefinition", "type": "Patient",
        "snapshot": { "element": [element("Patient.name"), element("Patient.gender")] }
    });
    let sample = "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Miller\"}]}\n{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"x\"}],\"gender\":\"other\"}\n";
    let files = [("sample.ndjson", sample.to_owned()), ("patient.json", profile.to_string())];
    let arguments = ["figures", "fhir.profile_conformance", "sample.ndjson", "--profile", "patient.json"];
    let figures = printed(&rung(&files, &arguments, None).await);
    assert_eq!(figures["observations"]["error_pct"], 50.0, "{figures}");
    assert_eq!(figures["observations"]["must_support_fill_pct"], 75.0, "{figures}");
    assert!(!figures.to_string().contains("Miller"), "{figures}");

    let bare = rung(&files, &arguments[..3], None).await;
    assert_eq!(bare.status.code(), Some(64), "{bare:?}");
    let broken = [("outcomes.ndjson", "{\"name\": \"Miller".to_owned())];
    let broken = rung(&broken, &["figures", "fhir.profile_conformance", "outcomes.ndjson"], None).await;
    assert_eq!(broken.status.code(), Some(64));
    let said = String::from_utf8(broken.stderr).unwrap();
    assert!(said.contains("value 1 is not JSON") && !said.contains("Miller"), "{said}");
}
