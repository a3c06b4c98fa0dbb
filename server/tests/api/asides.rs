//! A system reports what a check cannot see of its target; the check takes it in beside what it sees.

use rstest::rstest;
use serde_json::{Value, json};

use super::checks::{Target, add};
use super::support::{Backend, World, text};

fn ago(days: i64) -> String {
    service::UnixMillis(service::UnixMillis::now().0 - days * 86_400_000).timestamp().to_string()
}

#[rstest]
#[tokio::test]
async fn a_reported_p95_of_the_hooks_counts_for_seven_days_beside_what_the_check_sees(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let target = Target::start().await;
    let integration = world.integration(&[]).await;
    let made = add(&world.owner, &integration, "cdshooks.discovery", json!({ "base_url": target.url }));
    let check = format!("/checks/{}", text(&made.await.expect(201)["id"]));
    let run = async || world.owner.post(&format!("{check}/runs"), Value::Null).await.expect(201);
    let report = async |milliseconds: i64, computed_at: Option<String>| {
        let body = json!({ "observations": { "p95_latency_ms": milliseconds }, "computed_at": computed_at });
        world.owner.post(&format!("{check}/reports"), body).await.expect(201)
    };
    let judged = async || {
        let read = world.owner.get(&check).await.expect(200);
        let bindings = read["bindings"].as_array().unwrap().clone();
        let asked = bindings.into_iter().find(|one| one["binding"] == "PPA-6.3").unwrap();
        asked["status"].clone()
    };
    assert_eq!(run().await["observations"].get("p95_latency_ms"), None);
    assert_eq!(judged().await, "UNKNOWN");

    let seen = report(640, None).await;
    assert_eq!((&seen["status"], &seen["observations"]["p95_latency_ms"]), (&json!("PASS"), &json!(640)));
    assert_eq!(seen["observations"]["services"], 1, "what the check saw is there as well: {seen}");
    assert!(text(&seen["checked"]).starts_with("GET "), "{seen}");
    assert_eq!(judged().await, "PASS");
    assert_eq!(run().await["observations"]["p95_latency_ms"], 640, "later runs take it in");

    // What was computed before is no news, and what is slower than asked for warns.
    assert_eq!(report(90, Some(ago(2))).await["observations"]["p95_latency_ms"], 640);
    let slower = report(1200, None).await;
    assert_eq!(slower["status"], "WARN", "{slower}");
    assert_eq!(judged().await, "WARN");
    target.set_up(false);
    assert_eq!(run().await["status"], "FAIL", "a good figure hides no failure");

    target.set_up(true);
    let table = "UPDATE reported_figures SET computed_at = computed_at - 604800001";
    world.app.execute(table).await;
    assert_eq!(run().await["observations"].get("p95_latency_ms"), None, "it is too old");
}

#[tokio::test]
async fn only_what_a_check_cannot_see_is_reported_to_it() {
    let world = World::new(Backend::Sqlite).await;
    let target = Target::start().await;
    let integration = world.integration(&[]).await;
    let made = add(&world.owner, &integration, "cdshooks.discovery", json!({ "base_url": target.url }));
    let id = text(&made.await.expect(201)["id"]);
    let at = format!("/checks/{id}/reports");
    let good = json!({ "observations": { "p95_latency_ms": 640 } });
    for (body, pointer) in [
        (json!({ "observations": { "services": 4 } }), "/observations/services"),
        (json!({ "observations": { "p95_latency_ms": -1 } }), "/observations/p95_latency_ms"),
        (json!({ "observations": {} }), "/observations"),
        (json!({ "observations": { "p95_latency_ms": 640 }, "table": "a,b" }), "/table"),
        (json!({ "observations": { "p95_latency_ms": 640 }, "computed_at": ago(8) }), "/computed_at"),
        (json!({ "observations": { "p95_latency_ms": 640 }, "computed_at": ago(-1) }), "/computed_at"),
    ] {
        assert_eq!(world.owner.post(&at, body.clone()).await.pointers(), [pointer], "{body}");
    }
    world.member("viewer").await.post(&at, good.clone()).await.problem(403);
    world.app.person("outsider").await.post(&at, good.clone()).await.problem(404);
    let tls = add(&world.owner, &integration, "tls.certificate", json!({ "host": "fhir.example.org" })).await;
    let tls = format!("/checks/{}/reports", text(&tls.expect(201)["id"]));
    world.owner.post(&tls, good).await.problem(409);

    world.owner.sign_in().await;
    let page = world.owner.page(&format!("/orgs/{}/checks/{id}", world.slug)).await.text;
    assert!(page.contains(&format!("/api/v1/checks/{id}/reports")), "{page}");
    assert!(page.contains("p95_latency_ms"), "{page}");
}
