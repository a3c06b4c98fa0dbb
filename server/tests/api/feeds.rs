//! Checks that wait for reports: the token, the reports, and what becomes of a feed that falls silent.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use store::Store;

use super::support::{Answer, Backend, Person, World, text};

/// A check of a kind that waits for reports: its path, and that of its heartbeats.
pub(super) async fn feed(world: &World, kind: &str, parameters: Value) -> (String, String) {
    let integration = world.integration(&[]).await;
    let body = json!({ "kind": kind, "parameters": parameters });
    let made = world.owner.post(&format!("/integrations/{integration}/checks"), body).await.expect(201);
    let token = text(&made["heartbeat"]["token"]);
    assert!(text(&made["heartbeat"]["url"]).ends_with(&format!("/api/v1/heartbeats/{token}")), "{made}");
    (format!("/checks/{}", text(&made["id"])), format!("/heartbeats/{token}"))
}

pub(super) async fn flow(world: &World, every: &str) -> (String, String) {
    feed(world, "hl7v2.flow", json!({ "feed_name": "ADT", "expected_every": every })).await
}

/// Anybody who has the address.
pub(super) async fn report(world: &World, path: &str, body: &str) -> Answer {
    let request = world.app.anonymous().api(Method::POST, path).body(body.to_owned());
    Answer::of(request).await
}

pub(super) async fn latest(person: &Person, check: &str) -> Value {
    person.get(check).await.expect(200)["latest"].clone()
}

pub(super) async fn until(holds: impl AsyncFn() -> bool) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), waiting).await.expect("it comes to pass within a minute");
}

#[rstest]
#[tokio::test]
async fn a_report_becomes_a_run_and_is_judged(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let (check, heartbeats) = flow(&world, "15m").await;
    let silent = world.owner.post(&format!("{check}/runs"), Value::Null).await.expect(201);
    assert_eq!(
        (&silent["status"], &silent["reach"]),
        (&json!("UNKNOWN"), &json!("inconclusive")),
        "{silent}"
    );

    let good = json!({ "observations": { "nack_pct": 0.2, "p95_lag_minutes": 3, "silence_ratio": 0.5 } });
    let answer = report(&world, &heartbeats, &good.to_string()).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (202, ""));
    assert_eq!(report(&world, &heartbeats, "[]").await.pointers(), [""], "a list is no report");
    until(async || latest(&world.owner, &check).await["status"] == "PASS").await;
    let run = latest(&world.owner, &check).await;
    assert_eq!(run["observations"], json!({ "nack_pct": 0.2, "p95_lag_minutes": 3.0, "silence_ratio": 0.5 }));
    let read = world.owner.get(&check).await.expect(200);
    let bindings = read["bindings"].as_array().unwrap();
    let status = |binding: &str| {
        let found = bindings.iter().find(|tie| tie["binding"] == binding && tie["framework"] == "BL7");
        found.unwrap_or_else(|| panic!("{binding} in {read}"))["status"].clone()
    };
    let bound = bindings.iter().find(|tie| tie["framework"] == "BL7").unwrap();
    assert_eq!(status(bound["binding"].as_str().unwrap()), "PASS", "{read}");

    // A figure far beyond what any criterion asks for.
    let bad = json!({ "observations": { "nack_pct": 40 } });
    assert_eq!(report(&world, &heartbeats, &bad.to_string()).await.status, 202);
    let looked = world.owner.post(&format!("{check}/runs"), Value::Null).await.expect(201);
    assert_eq!((&looked["status"], &looked["observations"]), (&json!("FAIL"), &json!({ "nack_pct": 40.0 })));
    assert!(looked["messages"][0]["text"].as_str().unwrap().contains("nack_pct"), "{looked}");

    let shown = world.owner.get(&format!("{check}/feed")).await.expect(200);
    assert_eq!(
        (&shown["reports"], &shown["state"], &shown["every"]),
        (&json!(2), &json!("in_time"), &json!(900))
    );
    assert_eq!(shown["latest"][0]["observations"], json!({ "nack_pct": 40.0 }), "{shown}");
}

#[tokio::test]
async fn a_feed_that_falls_silent_is_late_then_missing_then_back() {
    let world = World::new(Backend::Sqlite).await;
    let (check, heartbeats) = flow(&world, "1s").await;
    world.owner.put(&format!("{check}/feed"), json!({ "grace": 2 })).await.expect(200);
    let state = async || world.owner.get(&format!("{check}/feed")).await.expect(200)["state"].clone();
    let run = async || world.owner.post(&format!("{check}/runs"), Value::Null).await.expect(201);
    assert_eq!(state().await, "silent");
    let figures = json!({ "observations": { "nack_pct": 0.1 } }).to_string();
    assert_eq!(report(&world, &heartbeats, &figures).await.status, 202);
    until(async || state().await == "late").await;
    let late = run().await;
    // It may have turned missing since.
    assert!(late["status"] == "WARN" || late["status"] == "FAIL", "{late}");
    until(async || state().await == "missing").await;
    let missing = run().await;
    assert_eq!(
        (&missing["status"], &missing["reach"]),
        (&json!("FAIL"), &json!("inconclusive")),
        "{missing}"
    );
    assert_eq!(missing["observations"], json!({}), "what is missing measures nothing");
    assert!(missing["messages"][0]["text"].as_str().unwrap().contains("No report since"), "{missing}");
    // The same figures again are news now.
    assert_eq!(report(&world, &heartbeats, &figures).await.status, 202);
    until(async || latest(&world.owner, &check).await["observations"]["nack_pct"] == 0.1).await;
}

#[tokio::test]
async fn the_arrival_of_a_file_is_judged_by_its_report() {
    let world = World::new(Backend::Sqlite).await;
    let parameters = json!({ "pattern": "claims_*.csv", "cadence": "1d", "grace": "2h" });
    let (check, heartbeats) = feed(&world, "file.freshness", parameters).await;
    assert_eq!(report(&world, &heartbeats, "").await.status, 202);
    until(async || latest(&world.owner, &check).await["status"] == "PASS").await;
    let seen = latest(&world.owner, &check).await["observations"].clone();
    assert_eq!(
        (&seen["in_window"], &seen["overdue_hours"], &seen["age_hours"]),
        (&json!(true), &json!(0.0), &json!(0.0)),
        "{seen}"
    );

    let parameters = json!({ "pattern": "claims_*.csv", "cadence": "1s", "grace": "0s" });
    let (check, heartbeats) = feed(&world, "file.freshness", parameters).await;
    assert_eq!(report(&world, &heartbeats, "{}").await.status, 202);
    let state = async || world.owner.get(&format!("{check}/feed")).await.expect(200)["state"].clone();
    until(async || state().await == "missing").await;
    let run = world.owner.post(&format!("{check}/runs"), Value::Null).await.expect(201);
    assert_eq!((&run["status"], &run["observations"]["in_window"]), (&json!("FAIL"), &json!(false)), "{run}");
    let read = world.owner.get(&check).await.expect(200);
    let failed = read["bindings"].as_array().unwrap().iter().any(|tie| tie["status"] == "FAIL");
    assert!(failed, "a file that is missing contradicts: {read}");
}

#[tokio::test]
async fn the_times_of_a_feed_that_fails_are_a_reviewers_to_change() {
    let world = World::new(Backend::Sqlite).await;
    let parameters = json!({ "pattern": "claims_*.csv", "cadence": "1s", "grace": "0s" });
    let (check, heartbeats) = feed(&world, "file.freshness", parameters).await;
    let (at, contributor) = (format!("{check}/feed"), world.member("contributor").await);
    contributor.put(&at, json!({ "grace": 0 })).await.expect(200);
    assert_eq!(report(&world, &heartbeats, "{}").await.status, 202);
    until(async || world.owner.get(&at).await.expect(200)["state"] == "missing").await;
    for _ in 0..2 {
        let run = world.owner.post(&format!("{check}/runs"), Value::Null).await.expect(201);
        assert_eq!(run["status"], "FAIL", "{run}");
    }
    contributor.put(&at, json!({ "grace": 31_000_000 })).await.problem(403);
    contributor.put(&at, json!({ "grace": 0 })).await.expect(200);
    world.owner.put(&at, json!({ "grace": 31_000_000 })).await.expect(200);
}

#[tokio::test]
async fn what_is_no_report_is_refused_and_changes_nothing() {
    let world = World::new(Backend::Sqlite).await;
    let (check, heartbeats) = flow(&world, "15m").await;
    report(&world, "/heartbeats/feed_nobody", "").await.problem(404);
    report(&world, "/heartbeats/%00", "").await.problem(404);
    for (body, pointer) in [
        (json!({ "observations": { "nack_pct": "many" } }), "/observations/nack_pct"),
        (json!({ "observations": { "messages_24h": 1.5 } }), "/observations/messages_24h"),
        (json!({ "observations": { "rows": 1 } }), "/observations/rows"),
        (json!({ "observations": [1] }), "/observations"),
    ] {
        assert_eq!(report(&world, &heartbeats, &body.to_string()).await.pointers(), [pointer]);
    }
    report(&world, &heartbeats, r#"{"observatons":{}}"#).await.problem(422);
    report(&world, &heartbeats, "{").await.problem(400);
    report(&world, &heartbeats, &" ".repeat(70_000)).await.problem(413);
    let request = world.app.anonymous().api(Method::GET, &heartbeats);
    Answer::of(request).await.problem(405);
    let shown = world.owner.get(&format!("{check}/feed")).await.expect(200);
    assert_eq!((&shown["reports"], &shown["state"]), (&json!(0), &json!("silent")), "{shown}");
}

#[tokio::test]
async fn a_token_is_shown_once_and_its_successor_replaces_it() {
    let world = World::new(Backend::Sqlite).await;
    let (check, old) = flow(&world, "15m").await;
    let secret = old.rsplit('/').next().unwrap().to_owned();
    for path in [check.clone(), format!("{check}/feed")] {
        assert!(!world.owner.get(&path).await.text.contains(&secret), "{path}");
    }
    assert_eq!(report(&world, &old, "").await.status, 202);
    let made = world.owner.post(&format!("{check}/feed/token"), Value::Null).await.expect(201);
    let new = format!("/heartbeats/{}", text(&made["token"]));
    report(&world, &old, "").await.problem(404);
    assert_eq!(report(&world, &new, "").await.status, 202);
    world.member("viewer").await.post(&format!("{check}/feed/token"), Value::Null).await.problem(403);
    world.app.person("outsider").await.get(&format!("{check}/feed")).await.problem(404);

    // A token that somebody chooses: long enough, and nobody else's.
    let integration = world.integration(&[]).await;
    let with = |token: &str| json!({ "kind": "hl7v2.flow", "parameters": { "feed_name": "ORU", "feed_token": token } });
    let checks = format!("/integrations/{integration}/checks");
    assert_eq!(world.owner.post(&checks, with("short")).await.pointers(), ["/parameters/feed_token"]);
    let chosen = "a-token-of-our-own-engine";
    let made = world.owner.post(&checks, with(chosen)).await.expect(201);
    assert!(made.get("heartbeat").is_none() && !made.to_string().contains(chosen), "{made}");
    assert_eq!(report(&world, &format!("/heartbeats/{chosen}"), "").await.status, 202);
    assert_eq!(world.owner.post(&checks, with(chosen)).await.pointers(), ["/parameters/feed_token"]);
    // A change of the check leaves the token alone.
    let path = format!("/checks/{}", text(&made["id"]));
    world.owner.patch(&path, json!({ "parameters": { "feed_name": "ORU 2" } })).await.expect(200);
    assert_eq!(report(&world, &format!("/heartbeats/{chosen}"), "").await.status, 202);
}

#[tokio::test]
async fn who_reports_too_often_or_guesses_is_told_to_wait() {
    let world = World::with(Backend::Sqlite, |config| config.probes.feeds.reports_per_minute = 3).await;
    let (_, heartbeats) = flow(&world, "15m").await;
    for _ in 0..3 {
        assert_eq!(report(&world, &heartbeats, "").await.status, 202);
    }
    let refused = report(&world, &heartbeats, "").await;
    refused.problem(429);
    assert!(refused.header("retry-after").parse::<u64>().unwrap() <= 20, "{refused:?}");
    let guess = async |number: usize| report(&world, &format!("/heartbeats/feed_{number}"), "").await.status;
    let mut answers = Vec::new();
    for number in 0..80 {
        answers.push(guess(number).await.as_u16());
    }
    assert_eq!((answers[0], answers[79]), (404, 429), "{answers:?}");

    // Choosing a token tells whether another check has it: that is no way to guess faster.
    let integration = world.integration(&[]).await;
    let checks = format!("/integrations/{integration}/checks");
    let with = |token: &str| json!({ "kind": "hl7v2.flow", "parameters": { "feed_name": "ORU", "feed_token": token } });
    let made = world.owner.post(&checks, with("a-token-of-our-own-engine")).await.expect(201);
    let path = format!("/checks/{}", text(&made["id"]));
    let mut answers = Vec::new();
    for number in 0..70 {
        let guess = format!("a-token-of-our-own-{number}");
        let change = json!({ "parameters": { "feed_name": "ORU", "feed_token": guess } });
        answers.push(world.owner.patch(&path, change).await.status.as_u16());
    }
    assert_eq!((answers[0], answers[69]), (200, 429), "{answers:?}");
    // Whoever chooses none goes on.
    let change = json!({ "parameters": { "feed_name": "ORU 2" } });
    world.owner.patch(&path, change).await.expect(200);
}

#[tokio::test]
async fn the_times_of_a_feed_are_set_and_wrong_ones_refused() {
    let world = World::new(Backend::Sqlite).await;
    let (check, heartbeats) = flow(&world, "15m").await;
    let path = format!("{check}/feed");
    for (body, pointer) in [
        (json!({ "cron": "0 6 30 2 *" }), "/cron"),
        (json!({ "cron": "0 6 * *" }), "/cron"),
        (json!({ "cron": "0 3 * * *", "hours": "Mon-Fri 08:00-18:00" }), "/cron"),
        (json!({ "cron": "0 6 * * *", "zone": "Europe/Atlantis" }), "/zone"),
        (json!({ "hours": "nine to five" }), "/hours"),
        (json!({ "grace": -1 }), "/grace"),
    ] {
        assert_eq!(world.owner.put(&path, body).await.pointers(), [pointer]);
    }
    let times = json!({ "cron": "30 6 * * *", "zone": "Europe/Berlin", "grace": 600 });
    let set = world.owner.put(&path, times).await.expect(200);
    assert_eq!(
        (&set["cron"], &set["zone"], &set["grace"]),
        (&json!("30 6 * * *"), &json!("Europe/Berlin"), &json!(600))
    );
    assert_eq!(report(&world, &heartbeats, "").await.status, 202);
    let expected = text(&world.owner.get(&path).await.expect(200)["expected_at"]);
    assert!(expected.ends_with("T05:30:00.000Z") || expected.ends_with("T04:30:00.000Z"), "{expected}");
    world.member("viewer").await.put(&path, json!({})).await.problem(403);
    let integration = world.integration(&[]).await;
    let probed = json!({ "kind": "tls.certificate", "parameters": { "host": "fhir.example.org" } });
    let made = world.owner.post(&format!("/integrations/{integration}/checks"), probed).await.expect(201);
    world.owner.get(&format!("/checks/{}/feed", text(&made["id"]))).await.problem(409);
}

#[tokio::test]
async fn the_page_serves_without_scripts() {
    let world = World::new(Backend::Sqlite).await;
    let integration = world.integration(&[]).await;
    world.owner.sign_in().await;
    let new = format!("/orgs/{}/integrations/{integration}/checks/new", world.slug);
    let form = world.owner.page(&format!("{new}?kind=publichealth.ack")).await;
    assert!(form.text.contains("Receiving agency") && !form.text.contains("feed_token"), "{}", form.text);
    let fields = [
        ("kind", "publichealth.ack"),
        ("parameters.program", "immunization"),
        ("parameters.agency", "State registry"),
        ("parameters.expected_every", "1d"),
        ("interval", "1d"),
    ];
    let made = world.owner.submit_on(&new, &fields).await;
    assert_eq!((made.status.as_u16(), made.header("cache-control")), (200, "no-store"), "{}", made.text);
    let at = made.text.find("/api/v1/heartbeats/feed_").expect("the address is shown");
    let token: String =
        made.text[at + 19..].chars().take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c)).collect();
    assert_eq!(report(&world, &format!("/heartbeats/{token}"), "").await.status, 202);
    let checks = world.owner.get(&format!("/integrations/{integration}/checks")).await.expect(200);
    let page = format!("/orgs/{}/checks/{}", world.slug, text(&checks["items"][0]["id"]));
    let shown = world.owner.page(&page).await;
    assert!(shown.text.contains("number 1") && shown.text.contains("Next expected by"), "{}", shown.text);
    assert!(!shown.text.contains(&token), "the token is shown once");

    let times =
        [("form", "feed"), ("feed-cron", "0 6 30 2 *"), ("feed-zone", "Europe/Berlin"), ("feed-hours", "")];
    let refused = world.owner.submit(&format!("{page}/feed"), &times).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("never fires") && refused.text.contains("0 6 30 2 *"), "{}", refused.text);
    let times =
        [("form", "feed"), ("feed-cron", "0 6 * * *"), ("feed-zone", "Europe/Berlin"), ("feed-grace", "2h")];
    let set = world.owner.submit(&format!("{page}/feed"), &times).await;
    assert_eq!(set.status, 303, "{}", set.text);
    assert!(world.owner.page(&page).await.text.contains("by the cron line 0 6 * * * (Europe/Berlin)"));
    let renewed = world.owner.submit_on(&format!("{page}/feed/token"), &[]).await;
    assert!(renewed.status == 200 && renewed.text.contains("/api/v1/heartbeats/feed_"), "{}", renewed.text);
    report(&world, &format!("/heartbeats/{token}"), "").await.problem(404);
}

/// The binary, serving a database; killed when dropped.
struct Process(Child);

impl Process {
    fn start(database: &str) -> (Self, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rung"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("RUNG_")) {
            command.env_remove(name);
        }
        let arguments = ["serve", "--addr", "127.0.0.1:0", "--log", "warn", "--database-url", database];
        // As much as comes: the limit is not what is tried.
        command.args(arguments).args(["--heartbeat-limit", "60000000"]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        (Self(child), line.trim().rsplit(' ').next().unwrap().to_owned())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_report_that_was_answered_is_lost_when_the_process_is_killed() {
    let world = World::new(Backend::Sqlite).await;
    let (check, heartbeats) = flow(&world, "15m").await;
    let database = world.app.config.database.url.clone();
    let client = world.app.anonymous().client;
    let _folder = world.app.halt().await;

    let (process, base) = Process::start(&database);
    let answered = Arc::new(AtomicI64::new(0));
    let url = format!("{base}/api/v1{heartbeats}");
    let reporters: Vec<_> = (0..16)
        .map(|reporter| {
            let (client, url, answered) = (client.clone(), url.clone(), Arc::clone(&answered));
            tokio::spawn(async move {
                for number in 0_i64.. {
                    let body = json!({ "observations": { "messages_24h": 1000 * number + reporter } });
                    match client.post(&url).body(body.to_string()).send().await {
                        Ok(answer) if answer.status() == 202 => answered.fetch_add(1, Ordering::SeqCst),
                        _ => break,
                    };
                }
            })
        })
        .collect();
    until(async || answered.load(Ordering::SeqCst) > 300).await;
    // As a machine that loses its power would.
    drop(process);
    for reporter in reporters {
        reporter.await.unwrap();
    }
    let store = Store::connect(&database).await.unwrap();
    let feed = store.feed(check.rsplit('/').next().unwrap().parse().unwrap()).await.unwrap().unwrap();
    let answered = answered.load(Ordering::SeqCst);
    assert!(feed.reports >= answered, "{} kept of {answered} answered", feed.reports);
    assert!(feed.reports <= answered + 16, "{} kept of {answered} answered", feed.reports);
    store.close().await;
}
