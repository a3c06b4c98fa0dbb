//! What the runs of a check add up to, and how the scheduler does.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::routing::get;
use rstest::rstest;
use serde_json::json;
use service::account::SignUp;

use super::support::{Backend, PASSWORD, World, text};

/// A FHIR server whose statement has a new date each time, and from the third time on says another version.
async fn fhir_server() -> SocketAddr {
    let asked = Arc::new(AtomicUsize::new(0));
    let metadata = move || {
        let number = asked.fetch_add(1, Ordering::SeqCst);
        let version = if number < 2 { "2026.2" } else { "2026.3" };
        let statement = json!({
            "resourceType": "CapabilityStatement", "status": "active", "kind": "instance", "fhirVersion": "4.0.1",
            "date": format!("2026-11-{:02}", number + 1), "software": { "name": "Alder", "version": version },
            "implementation": { "description": "test" }, "format": ["json"],
            "rest": [{ "mode": "server", "resource": [{ "type": "Patient", "interaction": [{ "code": "read" }] }] }],
        });
        async move { ([("content-type", "application/fhir+json")], statement.to_string()) }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/metadata", get(metadata))).await });
    addr
}

async fn check(world: &World, kind: &str, parameters: serde_json::Value) -> String {
    let integration = world.integration(&["PAT"]).await;
    let new = json!({ "kind": kind, "parameters": parameters });
    let made = world.owner.post(&format!("/integrations/{integration}/checks"), new).await.expect(201);
    text(&made["id"])
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_history_tells_uptime_days_and_outages(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let check = check(&world, "portal.doc_link", json!({ "url": format!("http://{nobody}/") })).await;
    let history = async || world.owner.get(&format!("/checks/{check}/history")).await.expect(200);
    let empty = history().await;
    assert_eq!(empty["known_from"], json!(null));
    assert_eq!(empty["uptime"][0]["answered_pct"], json!(null));
    assert_eq!(empty["uptime"][0]["covered"], false);

    for _ in 0..2 {
        world.owner.post(&format!("/checks/{check}/runs"), json!({})).await.expect(201);
    }
    let told = history().await;
    let windows: Vec<_> =
        told["uptime"].as_array().unwrap().iter().map(|uptime| &uptime["window_days"]).collect();
    assert_eq!(windows, [1, 7, 30, 90]);
    for uptime in told["uptime"].as_array().unwrap() {
        let seen = (&uptime["concluded"], &uptime["unknown"], &uptime["answered_pct"], &uptime["latency"]);
        assert_eq!(seen, (&json!(2), &json!(0), &json!(0), &json!(null)));
    }
    let days = told["days"].as_array().unwrap();
    assert_eq!(days.iter().map(|day| day["fail"].as_u64().unwrap()).sum::<u64>(), 2);
    assert_eq!(told["outages"].as_array().unwrap().len(), 1);
    assert_eq!(told["outages"][0]["ended_at"], json!(null));
    let stranger = world.app.person("stranger").await;
    stranger.get(&format!("/checks/{check}/history")).await.problem(404);

    world.owner.sign_in().await;
    let at = format!("/orgs/{}/checks/{check}", world.slug);
    let page = world.owner.page(&at).await;
    let today = service::UnixMillis::now().date();
    let tomorrow = today.tomorrow().unwrap();
    let period = async |query: &str| world.owner.get(&format!("/checks/{check}/history?{query}")).await;
    assert_eq!(told["period"], json!(null));
    let found = period(&format!("from=2023-01-01&to={tomorrow}")).await.expect(200)["period"].clone();
    assert_eq!((&found["concluded"], &found["answered_pct"]), (&json!(2), &json!(0)), "{found}");
    assert_eq!((&found["from"], &found["covered"]), (&json!("2023-01-01"), &json!(false)), "{found}");
    assert_eq!(found["outages"].as_array().unwrap().len(), 1, "{found}");
    let before = period("from=2023-01-01&to=2024-12-31").await.expect(200)["period"].clone();
    assert_eq!((&before["concluded"], &before["answered_pct"]), (&json!(0), &json!(null)), "{before}");
    assert_eq!((&before["outages"], &before["longest_outage_seconds"]), (&json!([]), &json!(null)));
    assert_eq!(period("from=2024-01-02&to=2024-01-01").await.pointers(), ["/to"]);
    assert_eq!(period("from=2024-01-02").await.pointers(), ["/to"]);
    let shown = world.owner.page(&format!("{at}?from=2023-01-01&to={tomorrow}")).await;
    let text = shown.text.replace("<!>", "");
    assert!(shown.status == 200 && text.contains("1 Jan 2023 to"), "{text}");
    let refused = world.owner.page(&format!("{at}?from=2023-01-01&to=never")).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("Write year, month and day"), "{}", refused.text);

    assert!(
        page.text.contains("Last 90 days") && page.text.contains("No correct answer since"),
        "{}",
        page.text
    );
    let earlier = world.owner.page(&format!("{at}/runs")).await;
    assert!(earlier.status.is_success() && earlier.text.contains("Earlier runs"), "{}", earlier.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_capability_statement_is_shown_fact_by_fact_and_a_new_date_is_no_change() {
    let world = World::new(Backend::Sqlite).await;
    let addr = fhir_server().await;
    let check = check(&world, "fhir.capability", json!({ "base_url": format!("http://{addr}") })).await;
    world.owner.sign_in().await;
    let at = format!("/orgs/{}/checks/{check}", world.slug);
    let run = async || world.owner.post(&format!("/checks/{check}/runs"), json!({})).await.expect(201);
    for _ in 0..2 {
        run().await;
    }
    let page = world.owner.page(&at).await;
    assert!(page.text.contains("no change seen yet"), "{}", page.text);
    run().await;
    let page = world.owner.page(&at).await.text;
    for part in ["− removed", "software.version = 2026.2", "+ added", "software.version = 2026.3"] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    assert!(!page.contains("software.name = Alder"), "what stayed is no change");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn how_the_scheduler_does_is_for_administrators(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    check(&world, "portal.doc_link", json!({ "url": "https://www.example.org/" })).await;
    let email = "operator@example.org".to_owned();
    let sign_up = SignUp { name: "Operator".to_owned(), email: email.clone(), password: PASSWORD.to_owned() };
    world.app.service.create_account_as_operator(sign_up, true).await.unwrap();
    let mut operator = world.app.anonymous();
    operator.email = email;
    operator.sign_in().await;
    let page = operator.page("/admin").await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("No worker has reported"), "{}", page.text);
    assert!(!page.text.contains("Alder Regional"), "nothing of what is an organization's");
    world.owner.sign_in().await;
    assert_eq!(world.owner.page("/admin").await.status, 404);
}
