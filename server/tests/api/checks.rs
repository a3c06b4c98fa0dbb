//! Health checks from the first parameter to the finding that clears.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rstest::rstest;
use serde_json::{Value, json};
use server::config::ProbeConfig;

use super::support::{Backend, Person, World, text};

/// A CDS Hooks discovery that can be taken down.
pub(super) struct Target {
    pub(super) url: String,
    up: Arc<AtomicBool>,
}

impl Target {
    pub(super) async fn start() -> Self {
        let up = Arc::new(AtomicBool::new(true));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = axum::Router::new().fallback(page).with_state(up.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, up }
    }

    pub(super) fn set_up(&self, up: bool) {
        self.up.store(up, Ordering::Relaxed);
    }
}

async fn page(State(up): State<Arc<AtomicBool>>) -> Response {
    if !up.load(Ordering::Relaxed) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let service =
        json!({ "id": "coverage", "hook": "order-sign", "title": "Coverage", "description": "Rules" });
    axum::Json(json!({ "services": [service] })).into_response()
}

pub(super) async fn add(
    person: &Person,
    integration: &str,
    kind: &str,
    parameters: Value,
) -> super::support::Answer {
    person
        .post(
            &format!("/integrations/{integration}/checks"),
            json!({ "kind": kind, "parameters": parameters }),
        )
        .await
}

/// Whether the check runs by itself soon.
fn within_a_minute(check: &Value) -> bool {
    let due: jiff::Timestamp = text(&check["next_due_at"]).parse().unwrap();
    (due.as_second() - jiff::Timestamp::now().as_second()) <= 60
}

#[rstest]
#[tokio::test]
async fn a_check_runs_and_keeps_its_history(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = World::new(backend).await;
    let target = Target::start().await;
    let integration = world.integration(&["PAT"]).await;
    let made = add(&world.owner, &integration, "cdshooks.discovery", json!({ "base_url": target.url }))
        .await
        .expect(201);
    assert_eq!((&made["kind"], &made["enabled"]), (&json!("cdshooks.discovery"), &json!(true)));
    assert_eq!(made["parameters"]["base_url"], target.url);
    let check = format!("/checks/{}", text(&made["id"]));
    let run = world.owner.post(&format!("{check}/runs"), Value::Null).await.expect(201);
    assert_eq!((&run["status"], &run["reach"]), (&json!("PASS"), &json!("answered")), "{run}");
    assert!(run["observations"].as_object().is_some_and(|seen| !seen.is_empty()), "{run}");
    target.up.store(false, Ordering::Relaxed);
    let failed = world.owner.post(&format!("{check}/runs"), Value::Null).await.expect(201);
    assert_eq!(failed["status"], "FAIL", "{failed}");
    assert!(!failed["messages"].as_array().unwrap().is_empty());
    let runs = world.owner.get(&format!("{check}/runs?limit=1")).await.expect(200);
    assert_eq!(runs["items"], json!([failed]));
    let older = format!("{check}/runs?after={}", text(&runs["next"]));
    assert_eq!(world.owner.get(&older).await.expect(200)["items"], json!([run]));
    let read = world.owner.get(&check).await.expect(200);
    assert_eq!(read["latest"], failed);
}

#[rstest]
#[tokio::test]
async fn a_confirmed_failure_caps_the_answer_until_the_check_passes_again(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let target = Target::start().await;
    let integration = world.integration(&[]).await;
    let made = add(&world.owner, &integration, "cdshooks.discovery", json!({ "base_url": target.url }))
        .await
        .expect(201);
    let check = format!("/checks/{}", text(&made["id"]));
    let read = world.owner.get(&check).await.expect(200);
    let bindings = read["bindings"].as_array().unwrap();
    let tie = bindings
        .iter()
        .find(|tie| tie["framework"] == "B7" && tie["tied"] == true)
        .expect("tied by itself")
        .clone();
    let criterion = text(&tie["criterion"]);
    world.owner.put(&world.answer_to(&criterion), json!({ "level": 4, "revision": 0 })).await.expect(200);

    let contradiction = async || {
        let findings = world.owner.get(&world.at("/findings?limit=200")).await.expect(200);
        let mut items = findings["items"].as_array().unwrap().clone().into_iter();
        items.find(|finding| finding["kind"] == "contradiction" && finding["criterion"] == criterion.as_str())
    };
    let score = async || {
        let score = world.owner.get(&world.at("/score")).await.expect(200);
        let mut criteria = score["criteria"].as_array().unwrap().clone().into_iter();
        criteria.find(|one| one["code"] == criterion.as_str()).unwrap()
    };
    target.up.store(false, Ordering::Relaxed);
    let mut fails = 0;
    while contradiction().await.is_none() {
        assert!(fails < 5, "five failures running are no contradiction yet");
        world.owner.post(&format!("{check}/runs"), Value::Null).await.expect(201);
        fails += 1;
    }
    assert!(fails >= 2, "one failure alone confirms nothing");
    let found = contradiction().await.unwrap();
    assert_eq!((&found["status"], &found["severity"].is_string()), (&json!("open"), &true));
    assert_eq!(found["checks"][0]["id"], made["id"]);
    assert_eq!(found["checks"][0]["status"], "FAIL");
    assert!(!found["checks"][0]["conditions"].as_array().unwrap().is_empty(), "{found}");
    let capped = score().await;
    assert_eq!(capped["contradicted"], json!(true), "{capped}");
    assert!(capped["effective"].as_i64() <= capped["fail_cap"].as_i64(), "{capped}");
    assert!(capped["why"].as_str().unwrap().contains("contradicts"), "{capped}");

    let change = json!({ "owner": "Portal team", "due": "2027-01-31" });
    let path = format!("/findings/{}", text(&found["id"]));
    world.owner.patch(&path, change).await.expect(200);
    let kept = world.owner.patch(&path, json!({ "due": null })).await.expect(200);
    assert_eq!((&kept["owner"], &kept["due"]), (&json!("Portal team"), &Value::Null));
    assert_eq!(kept, contradiction().await.unwrap(), "as the list shows it, with its checks");

    target.up.store(true, Ordering::Relaxed);
    let passed = world.owner.post(&format!("{check}/runs"), Value::Null).await.expect(201);
    assert_eq!(passed["status"], "PASS", "{passed}");
    let cleared = contradiction().await.unwrap();
    assert_eq!((&cleared["status"], &cleared["id"]), (&json!("cleared"), &found["id"]));
    assert_eq!(score().await["contradicted"], false);
}

#[tokio::test]
async fn parameters_of_a_wrong_type_are_pointed_to() {
    let world = World::new(Backend::Sqlite).await;
    let integration = world.integration(&["PAT"]).await;
    let refused = async |kind: &str, parameters: Value| {
        add(&world.owner, &integration, kind, parameters).await.pointers()
    };
    assert_eq!(refused("no.such_kind", json!({})).await, ["/kind"]);
    // As the form asks for them, whoever found the fault.
    let wrong =
        json!({ "base_url": "https://fhir.example.org", "bearer_token": "a\nb", "max_latency_ms": -1 });
    let pointers = ["/parameters/bearer_token", "/parameters/max_latency_ms"];
    assert_eq!(refused("fhir.capability", wrong).await, pointers);
    assert_eq!(refused("fhir.capability", json!({})).await, ["/parameters/base_url"]);
    assert_eq!(refused("fhir.capability", json!({ "base_url": 7 })).await, ["/parameters/base_url"]);
    assert_eq!(
        refused("fhir.capability", json!({ "base_url": "not a url" })).await,
        ["/parameters/base_url"]
    );
    let unknown = json!({ "base_url": "https://fhir.example.org", "colour": "blue" });
    assert_eq!(refused("fhir.capability", unknown).await, ["/parameters/colour"]);
    let port = json!({ "host": "fhir.example.org", "port": "many" });
    assert_eq!(refused("tls.certificate", port).await, ["/parameters/port"]);
    let starttls = json!({ "host": "mail.example.org", "starttls": "xmpp" });
    assert_eq!(refused("tls.certificate", starttls).await, ["/parameters/starttls"]);
    assert_eq!(refused("incident.sla", json!({ "window_days": -4 })).await, ["/parameters/window_days"]);
    assert_eq!(refused("fhir.capability", json!([])).await, ["/parameters"]);
    let new = |interval: Value| {
        let parameters = json!({ "base_url": "https://fhir.example.org" });
        let body = json!({ "kind": "fhir.capability", "parameters": parameters, "interval": interval });
        let path = format!("/integrations/{integration}/checks");
        let owner = world.owner.clone();
        async move { owner.post(&path, body).await }
    };
    for interval in [json!(1), json!("never"), json!(true), json!("5s")] {
        assert_eq!(new(interval).await.pointers(), ["/interval"]);
    }
    assert_eq!(new(json!("15m")).await.expect(201)["interval"], 900);
    let listed = world.owner.get(&format!("/integrations/{integration}/checks")).await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_key_or_an_anchor_that_no_run_could_read_is_refused_when_it_is_made() {
    let world = World::new(Backend::Sqlite).await;
    let integration = world.integration(&[]).await;
    let client = |key: &str| {
        json!({
            "base_url": "https://fhir.example.org/r4", "token_url": "https://fhir.example.org/token",
            "client_id": "rung", "private_key": key, "scopes": ["system/*.rs"], "group_id": "g1",
        })
    };
    let anchor = json!({ "base_url": "https://fhir.example.org/r4", "trust_anchors": ["hunter2"] });
    let place = json!({
        "location": "sftp://files.example.org/out", "pattern": "*", "credentials": "hunter2", "cadence": "1d",
    });
    for (kind, parameters, pointer) in [
        ("fhir.bulk_export", client("hunter2"), "/parameters/private_key"),
        ("udap.metadata", anchor, "/parameters/trust_anchors"),
        (
            "tls.certificate",
            json!({ "host": "fhir.example.org", "private_ca": "hunter2" }),
            "/parameters/private_ca",
        ),
        ("file.freshness", place, "/parameters/credentials"),
    ] {
        let answer = add(&world.owner, &integration, kind, parameters).await;
        assert_eq!(answer.pointers(), [pointer], "{kind}");
        assert!(!answer.problem(422).to_string().contains("hunter2"), "{kind}");
    }
    let key = include_str!("../../probe/tests/fixtures/keys/p384-sec1.pem");
    let made = add(&world.owner, &integration, "fhir.bulk_export", client(key)).await.expect(201);
    let check = format!("/checks/{}", text(&made["id"]));
    assert_eq!(
        world.owner.patch(&check, json!({ "parameters": client("hunter2") })).await.pointers(),
        ["/parameters/private_key"]
    );

    world.owner.sign_in().await;
    let typed = [
        ("kind", "fhir.bulk_export"),
        ("parameters.base_url", "https://fhir.example.org/r4"),
        ("parameters.token_url", "https://fhir.example.org/token"),
        ("parameters.client_id", "rung"),
        ("parameters.private_key", "hunter2"),
        ("parameters.scopes", "system/*.rs"),
        ("parameters.group_id", "g1"),
    ];
    let form = format!("/orgs/{}/integrations/{integration}/checks/new", world.slug);
    let page = world.owner.submit(&form, &typed).await;
    assert_eq!(page.status, 422, "{}", page.text);
    for told in [">It is neither a PEM", ">Private key: it is neither a PEM"] {
        assert!(page.text.contains(told), "the field and the note on top say it: {}", page.text);
    }
    assert!(!page.text.contains("hunter2"));
}

#[tokio::test]
async fn a_key_id_that_the_kept_keys_do_not_have_is_refused() {
    let world = World::new(Backend::Sqlite).await;
    let integration = world.integration(&[]).await;
    let key = include_str!("../../probe/tests/fixtures/keys/p384.jwk.json");
    let client = |key_id: &str| {
        json!({
            "base_url": "https://fhir.example.org/r4", "token_url": "https://fhir.example.org/token",
            "client_id": "rung", "key_id": key_id, "scopes": ["system/*.rs"], "group_id": "g1",
        })
    };
    let mut first = client("rung-ec");
    first["private_key"] = json!(format!(r#"{{"keys":[{key}]}}"#));
    let made = add(&world.owner, &integration, "fhir.bulk_export", first).await.expect(201);
    let check = format!("/checks/{}", text(&made["id"]));
    let other = world.owner.patch(&check, json!({ "parameters": client("another") })).await;
    assert_eq!(other.pointers(), ["/parameters/private_key"]);
    world.owner.patch(&check, json!({ "parameters": client("rung-ec") })).await.expect(200);
}

#[tokio::test]
async fn a_check_of_a_place_inside_is_refused_when_it_is_made() {
    let app =
        super::support::TestApp::spawn_with(Backend::Sqlite, |config| config.probes = ProbeConfig::default())
            .await;
    let owner = app.person("owner").await;
    let new = json!({ "name": "Alder", "profiles": ["H"], "size_band": "1-6" });
    let organization = text(&owner.post("/organizations", new).await.expect(201)["id"]);
    let new = json!({ "name": "Inside" });
    let integration =
        owner.post(&format!("/organizations/{organization}/integrations"), new).await.expect(201);
    let integration = text(&integration["id"]);
    for url in [
        "http://127.0.0.1/fhir",
        "http://10.0.0.1/fhir",
        "http://169.254.169.254/latest/meta-data",
        "http://0x7f.1/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::1]/",
        "http://localhost/",
        "http://2130706433/",
    ] {
        let answer = add(&owner, &integration, "fhir.capability", json!({ "base_url": url })).await;
        assert_eq!(answer.pointers(), ["/parameters/base_url"], "{url}");
    }
    let listed = owner.get(&format!("/integrations/{integration}/checks")).await.expect(200);
    assert_eq!(listed["items"], json!([]));
}

#[tokio::test]
async fn a_check_is_changed_in_part_and_removed() {
    let world = World::new(Backend::Sqlite).await;
    let target = Target::start().await;
    let integration = world.integration(&["PAT"]).await;
    let made = add(&world.owner, &integration, "cdshooks.discovery", json!({ "base_url": target.url }))
        .await
        .expect(201);
    let check = format!("/checks/{}", text(&made["id"]));
    assert!(within_a_minute(&made), "nobody waits a day for the first run: {made}");
    let paused = world.owner.patch(&check, json!({ "enabled": false })).await.expect(200);
    assert_eq!((&paused["enabled"], &paused["parameters"]), (&json!(false), &made["parameters"]));
    let slower = world.owner.patch(&check, json!({ "interval": 7200 })).await.expect(200);
    assert_eq!((&slower["enabled"], &slower["interval"]), (&json!(false), &json!(7200)));
    let moved = json!({ "parameters": { "base_url": format!("{}/hooks", target.url) } });
    let moved = world.owner.patch(&check, moved).await.expect(200);
    assert_eq!(moved["parameters"]["base_url"], format!("{}/hooks", target.url));
    assert!(within_a_minute(&moved), "nor for that at another target: {moved}");
    world.owner.delete(&check).await.expect(204);
    world.owner.get(&check).await.problem(404);
}

#[tokio::test]
async fn an_integration_is_changed_in_part() {
    let world = World::new(Backend::Sqlite).await;
    let path = format!("/integrations/{}", world.integration(&["PAT"]).await);
    let change = json!({ "owner": "Integration team", "last_review": "2026-10-01" });
    let changed = world.owner.patch(&path, change).await.expect(200);
    assert_eq!((&changed["name"], &changed["serves"]), (&json!("Patient access API"), &json!(["PAT"])));
    let changed = world.owner.patch(&path, json!({ "last_review": null, "serves": [] })).await.expect(200);
    assert_eq!((&changed["owner"], &changed["last_review"]), (&json!("Integration team"), &Value::Null));
    assert_eq!(world.owner.get(&path).await.expect(200), changed);
    let refused = |body| world.owner.patch(&path, body);
    assert_eq!(refused(json!({ "serves": ["NONE"] })).await.pointers(), ["/serves"]);
    assert_eq!(refused(json!({ "name": "" })).await.pointers(), ["/name"]);
}

#[rstest]
#[tokio::test]
async fn of_many_who_choose_one_token_at_once_one_gets_a_check_and_the_others_nothing(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let integration = world.integration(&[]).await;
    let checks = format!("/integrations/{integration}/checks");
    let parameters = json!({ "feed_name": "ORU", "feed_token": "a-token-of-our-own-engine" });
    let body = json!({ "kind": "hl7v2.flow", "parameters": parameters });
    let tries: Vec<_> = (0..8)
        .map(|_| {
            let (owner, checks, body) = (world.owner.clone(), checks.clone(), body.clone());
            tokio::spawn(async move { owner.post(&checks, body).await })
        })
        .collect();
    let mut made = 0;
    for answer in tries {
        let answer = answer.await.unwrap();
        if answer.status == 201 {
            made += 1;
        } else {
            assert_eq!(answer.pointers(), ["/parameters/feed_token"], "{}", answer.text);
        }
    }
    let listed = world.owner.get(&checks).await.expect(200);
    assert_eq!((made, listed["items"].as_array().unwrap().len()), (1, 1), "{listed}");
}

#[tokio::test]
async fn findings_are_listed_by_kind_and_then_by_code() {
    let world = World::new(Backend::Sqlite).await;
    let framework = world.owner.get("/frameworks/B7/1.0.0").await.expect(200);
    let patient_access =
        framework["domains"].as_array().unwrap().iter().find(|domain| domain["code"] == "PAT");
    for criterion in patient_access.unwrap()["criteria"].as_array().unwrap() {
        let answer = world.answer_to(criterion["code"].as_str().unwrap());
        world.owner.put(&answer, json!({ "level": 1, "revision": 0 })).await.expect(200);
    }
    let listed = world.owner.get(&world.at("/findings?limit=200")).await.expect(200);
    let part = |name: &str| -> Vec<String> {
        let items = listed["items"].as_array().unwrap().iter();
        items.map(|finding| text(&finding[name])).collect()
    };
    let order: Vec<_> = part("kind").into_iter().zip(part("criterion")).collect();
    assert!(order.is_sorted(), "{order:?}");
    // The gaps, which weigh less, stand before the gates.
    let (kinds, severities) = (part("kind"), part("severity"));
    let of = |kind: &str| severities[kinds.iter().position(|one| one == kind).unwrap()].as_str();
    assert!(matches!(of("gap"), "medium" | "low") && of("gate") == "high", "{order:?}");
}
