//! Who is told of incidents: through the API, and through plain forms.

use rstest::rstest;
use serde_json::{Value, json};

use super::support::{Backend, TestApp, World, text};

#[rstest]
#[tokio::test]
async fn channels_rules_and_windows_come_and_go_through_the_api(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let owner = &world.owner;
    let new = json!({ "name": "Team", "kind": "webhook", "url": "https://hooks.example.org/rung" });
    let made = owner.post(&world.org("/alert-channels"), new.clone()).await.expect(201);
    assert!(text(&made["secret"]).starts_with("whsec_"), "{made}");
    assert_eq!((&made["kind"], &made["paused"]), (&json!("webhook"), &Value::Null));
    let listed = owner.get(&world.org("/alert-channels")).await.expect(200);
    assert_eq!(listed["items"][0]["secret"], Value::Null, "shown once: {listed}");
    let channel = format!("/alert-channels/{}", text(&made["id"]));
    let paused = owner.patch(&channel, json!({ "paused": true })).await.expect(200);
    assert!(text(&paused["paused"]).contains("owner"), "{paused}");
    owner.patch(&channel, json!({ "paused": false, "name": "Night shift" })).await.expect(200);

    let rule = json!({ "channel": made["id"], "domain": "PAT", "severity": "high", "remind_hours": 24 });
    let rule = owner.post(&world.org("/alert-rules"), rule).await.expect(201);
    assert_eq!((&rule["domain"], &rule["severity"]), (&json!("PAT"), &json!("high")));
    let wrong = json!({ "channel": made["id"], "criterion": "NOPE-9", "remind_hours": 0 });
    assert_eq!(
        owner.post(&world.org("/alert-rules"), wrong).await.pointers(),
        ["/remind_hours", "/criterion"]
    );

    let window = json!({
        "starts_at": "2026-01-01T00:00:00Z", "ends_at": "2020-01-01T00:00:00Z", "reason": "They move",
    });
    assert_eq!(owner.post(&world.org("/maintenance-windows"), window).await.pointers(), ["/ends_at"]);
    let hours = |hours| (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(hours)).to_string();
    let window = json!({ "starts_at": hours(1), "ends_at": hours(3), "reason": "They move" });
    let window = owner.post(&world.org("/maintenance-windows"), window).await.expect(201);
    owner.delete(&format!("/maintenance-windows/{}", text(&window["id"]))).await.expect(204);

    owner.post(&format!("{channel}/test"), Value::Null).await.expect(202);
    let messages = owner.get(&world.org("/alert-messages")).await.expect(200);
    assert_eq!(
        (&messages["items"][0]["event"], &messages["items"][0]["attempts"]),
        (&json!("channel.test"), &json!(0))
    );
    let message = format!("/alert-messages/{}/again", text(&messages["items"][0]["id"]));
    owner.post(&message, Value::Null).await.problem(409);

    let mail = json!({ "name": "Mail", "kind": "email", "to": ["team@clinic.example"] });
    let refused = owner.post(&world.org("/alert-channels"), mail).await;
    assert_eq!(refused.pointers(), ["/to"], "no mail server is set up");
    let slack = json!({ "name": "Chat", "kind": "slack", "url": "http://10.0.0.1/secret" });
    assert_eq!(owner.post(&world.org("/alert-channels"), slack).await.pointers(), ["/url"]);

    let viewer = world.member("viewer").await;
    viewer.post(&world.org("/alert-channels"), new).await.problem(403);
    viewer.delete(&channel).await.problem(403);
    let outsider = world.app.person("outsider").await;
    outsider.delete(&channel).await.problem(404);
    outsider.get(&world.org("/alert-messages")).await.problem(404);

    owner.delete(&format!("/alert-rules/{}", text(&rule["id"]))).await.expect(204);
    owner.delete(&channel).await.expect(204);
    assert_eq!(owner.get(&world.org("/alert-channels")).await.expect(200)["items"], json!([]));
}

#[rstest]
#[tokio::test]
async fn the_forms_work_without_scripts_and_show_a_secret_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let owner = &world.owner;
    owner.sign_in().await;
    let at = format!("/orgs/{}/alerts", world.slug);
    assert!(owner.page(&at).await.text.contains("Nobody is told of an incident yet"));
    let wrong = [
        ("form", "channel"),
        ("channel-name", ""),
        ("kind", "webhook"),
        ("url", "ftp://x"),
        ("secret", "hunter2"),
    ];
    let refused = owner.submit(&format!("{at}/channels"), &wrong).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("Give the channel a name") && refused.text.contains("ftp://x"));
    assert!(!refused.text.contains("hunter2"), "a secret is not sent back");

    let good = [
        ("form", "channel"),
        ("channel-name", "Team"),
        ("kind", "webhook"),
        ("url", "https://hooks.example.org/"),
    ];
    let made = owner.submit_on(&format!("{at}/channels"), &good).await;
    assert_eq!((made.status.as_u16(), made.header("cache-control")), (200, "no-store"));
    assert!(made.text.contains("whsec_") && made.text.contains("shown this once"));
    let page = owner.page(&at).await.text;
    assert!(!page.contains("shown this once") && page.contains("Send a test message to Team"), "{page}");

    let channels = owner.get(&world.org("/alert-channels")).await.expect(200);
    let id = text(&channels["items"][0]["id"]);
    let rule = [
        ("form", "rule"),
        ("channel", &*id),
        ("severity", "low"),
        ("criterion", "pat-1"),
        ("remind_hours", ""),
    ];
    assert_eq!(owner.submit(&format!("{at}/rules"), &rule).await.location(), format!("{at}#rules"));
    let wrong = [("form", "rule"), ("channel", &*id), ("severity", "low"), ("remind_hours", "soon")];
    assert_eq!(owner.submit(&format!("{at}/rules"), &wrong).await.status, 422);
    let wrong = [("form", "window"), ("starts_at", "now"), ("ends_at", ""), ("window-reason", "They move")];
    assert_eq!(owner.submit(&format!("{at}/windows"), &wrong).await.status, 422);
    let tested = owner.submit(&format!("{at}/channels/{id}/test"), &[]).await;
    assert_eq!(tested.location(), format!("{at}#messages"));
    let page = owner.page(&at).await.text;
    assert!(page.contains("PAT-1") && page.contains("Test message") && page.contains("Waits"), "{page}");
    owner.submit(&format!("{at}/channels/{id}/remove"), &[]).await;
    assert!(owner.page(&at).await.text.contains("Nobody is told of an incident yet"));

    let viewer = world.member("viewer").await;
    viewer.sign_in().await;
    let page = viewer.page(&at).await;
    assert_eq!(page.status, 200);
    assert!(!page.text.contains("Add channel"), "who may not change anything sees no form");
    assert_eq!(viewer.submit(&format!("{at}/channels"), &good).await.status, 403);
}

#[tokio::test]
async fn a_mail_server_that_the_operator_sets_up_allows_mail_channels() {
    let app = TestApp::spawn_with(Backend::Sqlite, |config| {
        config.mail = Some(server::config::MailConfig {
            server: "smtp://127.0.0.1:1?tls=none".parse().unwrap(),
            from: "Rung <rung@clinic.example>".parse().unwrap(),
        });
    })
    .await;
    let owner = app.person("owner").await;
    let new = json!({ "name": "Clinic", "profiles": ["H"], "size_band": "1-6" });
    let organization = text(&owner.post("/organizations", new).await.expect(201)["id"]);
    let channels = format!("/organizations/{organization}/alert-channels");
    let wrong = json!({ "name": "Mail", "kind": "email", "to": ["nobody", "a@b\r\nBcc: c@d.example"] });
    assert_eq!(owner.post(&channels, wrong).await.pointers(), ["/to", "/to"]);
    let mail = json!({ "name": "Mail", "kind": "email", "to": ["team@clinic.example"] });
    let made = owner.post(&channels, mail).await.expect(201);
    assert_eq!(made["to"], json!(["team@clinic.example"]));
    owner.post(&format!("/alert-channels/{}/test", text(&made["id"])), Value::Null).await.expect(202);
    app.service.tell_at(service::UnixMillis::now()).await.unwrap();
    let messages = owner.get(&format!("/organizations/{organization}/alert-messages")).await.expect(200);
    let message = &messages["items"][0];
    assert_eq!((&message["state"], &message["attempts"]), (&json!("waiting"), &json!(1)));
    assert!(text(&message["last_error"]).contains("connection refused"), "{message}");
}
