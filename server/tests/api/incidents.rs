//! Incidents from the failures that open one to the success that closes it, and how a check's alerts are set.

use axum::http::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};

use super::checks::{Target, add};
use super::support::{Backend, World, text};

#[rstest]
#[tokio::test]
async fn failures_running_open_an_incident_and_a_success_closes_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let target = Target::start().await;
    let integration = world.integration(&[]).await;
    let made = add(&world.owner, &integration, "cdshooks.discovery", json!({ "base_url": target.url })).await;
    let check = format!("/checks/{}", text(&made.expect(201)["id"]));
    let run = async || world.owner.post(&format!("{check}/runs"), Value::Null).await.expect(201);
    let incidents = async || world.owner.get(&world.org("/incidents")).await.expect(200)["items"].clone();

    target.set_up(false);
    run().await;
    assert_eq!(incidents().await, json!([]), "one failure is none yet");
    run().await;
    let open = incidents().await;
    let incident = &open[0];
    assert_eq!((&incident["kind"], &incident["opening"]), (&json!("cdshooks.discovery"), &json!("failures")));
    assert_eq!((&incident["failures"], &incident["closed_at"]), (&json!(2), &Value::Null));
    assert!(text(&incident["cause"]).contains("404"), "{incident}");
    let criteria = incident["criteria"].as_array().unwrap();
    assert!(!criteria.is_empty(), "{incident}");
    run().await;
    let alerting = world.owner.get(&format!("{check}/alerting")).await.expect(200);
    assert_eq!((&alerting["failing"], &alerting["incident"]["failures"]), (&json!(3), &json!(3)));

    world.owner.sign_in().await;
    let page = world.owner.page(&format!("/orgs/{}{check}", world.slug)).await.text;
    assert_eq!(page.matches("Open for ").count(), 1, "an open incident is said once: {page}");

    target.set_up(true);
    run().await;
    let closed = world.owner.get(&format!("/incidents/{}", text(&incident["id"]))).await.expect(200);
    assert_eq!((&closed["closing"], &closed["failures"]), (&json!("recovered"), &json!(3)));
    assert!(closed["closed_at"].is_string());

    for page in [format!("/orgs/{}", world.slug), format!("/orgs/{}/incidents", world.slug)] {
        assert_eq!(world.owner.page(&page).await.status, StatusCode::OK, "{page}");
    }
    let page = world.owner.page(&format!("/orgs/{}/incidents", world.slug)).await.text;
    assert!(page.contains("Nothing is broken now") && page.contains("Lasted"), "{page}");
}

#[rstest]
#[tokio::test]
async fn a_removed_check_ends_its_incident(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = World::new(backend).await;
    let target = Target::start().await;
    target.set_up(false);
    let integration = world.integration(&["PAT"]).await;
    let made = add(&world.owner, &integration, "cdshooks.discovery", json!({ "base_url": target.url })).await;
    let check = format!("/checks/{}", text(&made.expect(201)["id"]));
    for _ in 0..2 {
        world.owner.post(&format!("{check}/runs"), Value::Null).await.expect(201);
    }
    world.owner.delete(&check).await.expect(204);
    let items = world.owner.get(&world.org("/incidents")).await.expect(200)["items"].clone();
    assert_eq!((&items[0]["check"], &items[0]["closing"]), (&Value::Null, &json!("check_removed")));
}

#[rstest]
#[tokio::test]
async fn thresholds_and_snooze_are_for_owners_and_assessors(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let target = Target::start().await;
    let integration = world.integration(&["PAT"]).await;
    let made = add(&world.owner, &integration, "cdshooks.discovery", json!({ "base_url": target.url })).await;
    let check = format!("/checks/{}", text(&made.expect(201)["id"]));
    let alerting = format!("{check}/alerting");
    let snooze = format!("{check}/snooze");
    let body = json!({ "open_after": 3, "close_after": 2 });
    for role in ["viewer", "contributor", "consultant"] {
        let member = world.member(role).await;
        member.put(&alerting, body.clone()).await.problem(403);
        member.delete(&snooze).await.problem(403);
        member.get(&alerting).await.expect(200);
    }
    let outsider = world.app.person("outsider").await;
    outsider.put(&alerting, body.clone()).await.problem(404);
    outsider.get(&world.org("/incidents")).await.problem(404);

    let assessor = world.member("assessor").await;
    assessor.put(&alerting, body).await.expect(204);
    let read = assessor.get(&alerting).await.expect(200);
    assert_eq!((&read["open_after"], &read["close_after"]), (&json!(3), &json!(2)));
    let wrong = world.owner.put(&alerting, json!({ "open_after": 0, "close_after": 21 })).await;
    assert_eq!(wrong.pointers(), ["/open_after", "/close_after"]);

    for (until, reason, pointer) in [
        ("2020-01-01T00:00:00Z", "past", "/until"),
        ("2099-01-01T00:00:00Z", "too far", "/until"),
        ("tomorrow", "no instant", "/until"),
    ] {
        let refused = world.owner.put(&snooze, json!({ "until": until, "reason": reason })).await;
        assert_eq!(refused.pointers(), [pointer], "{until}");
    }
    let until = (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(2)).to_string();
    world.owner.put(&snooze, json!({ "until": until, "reason": "They move" })).await.expect(204);
    assert_eq!(world.owner.get(&alerting).await.expect(200)["snooze_reason"], "They move");
    world.owner.delete(&snooze).await.expect(204);
    assert_eq!(world.owner.get(&alerting).await.expect(200)["snoozed_until"], Value::Null);
}

#[rstest]
#[tokio::test]
async fn a_refused_form_of_a_check_comes_back_with_what_was_typed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let integration = world.integration(&["PAT"]).await;
    let made =
        add(&world.owner, &integration, "cdshooks.discovery", json!({ "base_url": "https://example.org" }));
    let id = text(&made.await.expect(201)["id"]);
    world.owner.sign_in().await;
    let at = format!("/orgs/{}/checks/{id}", world.slug);
    let refused = world
        .owner
        .submit(&format!("{at}/thresholds"), &[("open_after", "many"), ("close_after", "2")])
        .await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.text.contains("Choose a number from 1 to 20.") && refused.text.contains("value=\"many\"")
    );
    let refused =
        world.owner.submit(&format!("{at}/snooze"), &[("until", "4"), ("snooze-reason", " ")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("why nobody is told"));
    let done =
        world.owner.submit(&format!("{at}/snooze"), &[("until", "4"), ("snooze-reason", "They move")]).await;
    assert_eq!((done.status.as_u16(), done.location()), (303, &*format!("{at}#incidents")));
    let page = world.owner.page(&at).await.text;
    assert!(page.contains("Nobody is told until") && page.contains("They move"), "{page}");
}
