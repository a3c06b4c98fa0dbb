//! A source tells what it finalized; the check looks how soon a FHIR server shows it.

use axum::routing::{get, post};
use rstest::rstest;
use serde_json::{Value, json};

use super::checks::add;
use super::support::{Backend, World, text};

const KEY: &str = include_str!("../../probe/tests/fixtures/keys/p384-sec1.pem");

/// A FHIR server with one test patient and one observation, and its token endpoint.
async fn fhir() -> String {
    let resource = |body: Value| async move { axum::Json(body) };
    let router = axum::Router::new()
        .route(
            "/token",
            post(move || resource(json!({ "access_token": "t", "token_type": "bearer", "expires_in": 300 }))),
        )
        .route("/Patient/p1", get(move || resource(json!({ "resourceType": "Patient", "id": "p1" }))))
        .route(
            "/Observation/o1",
            get(move || resource(json!({ "resourceType": "Observation", "id": "o1" }))),
        );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

async fn check(world: &World, source: Option<&str>) -> String {
    let url = fhir().await;
    let parameters = json!({
        "base_url": url, "token_url": format!("{url}/token"), "client_id": "rung", "private_key": KEY,
        "scopes": ["system/*.rs"], "patient_ids": ["p1"], "queries": ["Patient/{id}"], "samples": 1,
        "lag_source": source,
    });
    let integration = world.integration(&[]).await;
    let made = add(&world.owner, &integration, "fhir.read_search", parameters).await.expect(201);
    format!("/checks/{}", text(&made["id"]))
}

fn ago(hours: i64) -> String {
    let at = service::UnixMillis::now().0 - hours * 3_600_000;
    service::UnixMillis(at).timestamp().to_string()
}

#[rstest]
#[tokio::test]
async fn what_a_source_finalized_is_judged_by_the_next_runs(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let check = check(&world, Some("release log")).await;
    let runs = format!("{check}/runs");
    let before = world.owner.post(&runs, Value::Null).await.expect(201);
    assert_eq!(before["observations"].get("visible_within_24h_pct"), None, "{before}");
    let report = json!({
        "source": "release log",
        "items": [
            { "reference": "Observation/o1", "finalized_at": ago(3) },
            { "reference": "Observation/lost", "finalized_at": ago(25) },
            { "reference": "Observation/young", "finalized_at": ago(1) },
        ]
    });
    let kept = world.owner.post(&format!("{check}/finalized"), report).await.expect(200);
    assert_eq!(kept["items"], 3);
    for _ in 0..2 {
        let run = world.owner.post(&runs, Value::Null).await.expect(201);
        assert_eq!(run["observations"]["visible_within_24h_pct"], 50.0, "{run}");
    }
}

#[tokio::test]
async fn a_report_that_cannot_be_is_refused_at_its_field() {
    let world = World::new(Backend::Sqlite).await;
    let check = check(&world, Some("release log")).await;
    let at = format!("{check}/finalized");
    let one = |reference: &str, finalized_at: &str| json!({ "source": "release log", "items": [{ "reference": reference, "finalized_at": finalized_at }] });
    for (body, pointer) in [
        (one("../Patient", &ago(1)), "/items/0/reference"),
        (one("Observation/1", &ago(24 * 31)), "/items/0/finalized_at"),
        (one("Observation/1", &ago(-1)), "/items/0/finalized_at"),
        (one("Observation/1", "yesterday"), "/items/0/finalized_at"),
        (json!({ "source": "release log", "items": [] }), "/items"),
        (
            json!({ "source": "other", "items": [{ "reference": "Observation/1", "finalized_at": ago(1) }] }),
            "/source",
        ),
    ] {
        assert_eq!(world.owner.post(&at, body).await.pointers(), [pointer]);
    }
    let good = one("Observation/1", &ago(1));
    world.member("viewer").await.post(&at, good.clone()).await.expect(403);
    world.app.person("outsider").await.post(&at, good.clone()).await.expect(404);
    let without = self::check(&world, None).await;
    world.owner.post(&format!("{without}/finalized"), good).await.expect(409);
}
