//! The scheduler in a process of its own, and in several: killed, started again, asked to stop.

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use rstest::rstest;
use serde_json::json;
use server::config::Worker;
use service::UnixMillis;
use service::record::{Check, Run};
use store::{CheckId, Store};
use tokio::sync::Semaphore;

use super::support::{Backend, World, text};

/// A page that answers when it is let.
pub(super) struct Target {
    addr: SocketAddr,
    asked: Arc<AtomicUsize>,
    pub(super) answers: Arc<Semaphore>,
}

impl Target {
    pub(super) async fn start() -> Self {
        let (asked, answers) = (Arc::new(AtomicUsize::new(0)), Arc::new(Semaphore::new(0)));
        let (count, let_go) = (Arc::clone(&asked), Arc::clone(&answers));
        let page = move || {
            let (count, let_go) = (Arc::clone(&count), Arc::clone(&let_go));
            async move {
                count.fetch_add(1, Ordering::SeqCst);
                let_go.acquire().await.unwrap().forget();
                "a page"
            }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/", get(page))).await });
        Self { addr, asked, answers }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/", self.addr)
    }

    /// Waits until it was asked so often.
    pub(super) async fn asked(&self, times: usize) {
        until(async || self.asked.load(Ordering::SeqCst) >= times).await;
    }
}

pub(super) async fn until(holds: impl AsyncFn() -> bool) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), waiting).await.expect("it comes to pass within a minute");
}

/// The binary, working on a database; killed when dropped.
struct Process(Child);

impl Process {
    /// `rung serve`, which works itself.
    fn start(url: &str) -> Self {
        Self::run(&["serve", "--addr", "127.0.0.1:0"], url, &[])
    }

    /// `rung worker`, with the key that all nodes of a database share.
    fn worker(url: &str) -> Self {
        Self::run(&["worker"], url, &[("RUNG_SECRET_KEY", "c2V2ZW4gcnVuZ3MgYWJvdmUgdGhlIHNldmVudGggb24=")])
    }

    fn run(arguments: &[&str], url: &str, variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rung"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("RUNG_")) {
            command.env_remove(name);
        }
        command.args(arguments).args(["--probe-allow", "127.0.0.0/8", "--database-url", url]);
        command.envs(variables.iter().copied());
        Self(command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap())
    }

    /// As a machine that loses its power would.
    fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Asks it to stop; what it logged.
    fn stop(mut self) -> String {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let mut log = String::new();
        std::io::Read::read_to_string(&mut self.0.stderr.take().unwrap(), &mut log).unwrap();
        assert!(self.0.wait().unwrap().success(), "{log}");
        log
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A check of the page that is due every second, which people cannot ask for.
async fn every_second(world: &World, target: &Target) -> CheckId {
    let integration = world.integration(&["PAT"]).await;
    let new = json!({ "kind": "portal.doc_link", "parameters": { "url": target.url() } });
    let made = world.owner.post(&format!("/integrations/{integration}/checks"), new).await.expect(201);
    let id: CheckId = text(&made["id"]).parse().unwrap();
    let store = Store::connect(&world.app.config.database.url).await.unwrap();
    due_now(&store, id, Some(1)).await;
    store.close().await;
    id
}

/// Has a check be due now, and so many seconds apart where it is said.
async fn due_now(store: &Store, id: CheckId, interval_seconds: Option<i64>) {
    let check = store.check(id).await.unwrap().unwrap();
    let interval_seconds = interval_seconds.unwrap_or(check.interval_seconds);
    let due = Check { interval_seconds, next_due_at: UnixMillis::now(), ..check };
    let audit = store::record::Audit {
        at: UnixMillis::now(),
        actor: None,
        org: None,
        action: "check.changed",
        subject: id.to_string(),
        details: serde_json::Value::Null,
    };
    assert!(store.update_check(due, None, audit).await.unwrap());
}

pub(super) async fn runs(store: &Store, check: CheckId) -> Vec<Run> {
    let mut runs = store.runs(check, None, 1000).await.unwrap();
    runs.reverse();
    runs
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_killed_in_the_middle_of_a_run_loses_no_instant_and_doubles_none() {
    let world = World::new(Backend::Sqlite).await;
    let target = Target::start().await;
    let check = every_second(&world, &target).await;
    let database = world.app.config.database.url.clone();
    let store = Store::connect(&database).await.unwrap();
    let _folder = world.app.halt().await;

    let process = Process::start(&database);
    target.answers.add_permits(2);
    target.asked(3).await;
    until(async || runs(&store, check).await.len() == 2).await;
    // The third run is under way.
    process.kill();
    let due = store.check(check).await.unwrap().unwrap().next_due_at;
    assert!(runs(&store, check).await.iter().all(|run| run.scheduled_for != Some(due)), "not recorded yet");

    let process = Process::start(&database);
    target.asked(4).await;
    target.answers.add_permits(1000);
    until(async || runs(&store, check).await.len() >= 4).await;
    let log = process.stop();
    assert!(!log.contains("ERROR"), "{log}");
    let runs = runs(&store, check).await;
    let instants: Vec<i64> = runs.iter().map(|run| run.scheduled_for.unwrap().0).collect();
    assert_eq!(instants[2], due.0, "what was under way ran again");
    assert!(instants.windows(2).all(|pair| pair[0] < pair[1]), "{instants:?}");
    assert!(instants.iter().all(|at| (at - due.0) % 1000 == 0 || *at == instants[0]), "{instants:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_asked_to_stop_ends_what_is_under_way_and_gives_back_the_rest() {
    let world = World::new(Backend::Sqlite).await;
    let target = Target::start().await;
    let check = every_second(&world, &target).await;
    let database = world.app.config.database.url.clone();
    let store = Store::connect(&database).await.unwrap();
    let _folder = world.app.halt().await;

    let process = Process::start(&database);
    target.asked(1).await;
    let answers = Arc::clone(&target.answers);
    tokio::spawn(async move {
        // After the signal.
        tokio::time::sleep(Duration::from_millis(700)).await;
        answers.add_permits(1);
    });
    let log = tokio::task::spawn_blocking(move || process.stop()).await.unwrap();
    assert!(!log.contains("ERROR") && !log.contains("WARN  runs were still"), "{log}");
    let runs = runs(&store, check).await;
    assert_eq!(runs.len(), 1, "the run that was under way is kept: {log}");
    assert_eq!(store.release_all_leases().await.unwrap(), 0, "nothing is held");
    assert!(store.workers(UnixMillis(0)).await.unwrap().is_empty());
}

/// `feeds`: the run itself fails. `runs`: what it brought is not taken.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_check_whose_run_met_a_database_that_failed_runs_again_without_a_restart(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values("feeds", "runs")] table: &'static str,
) {
    let world = World::with(backend, |config| config.worker = Worker::On).await;
    let integration = world.integration(&["PAT"]).await;
    let parameters = json!({ "expected_every": "1d", "feed_name": "ADT" });
    let new = json!({ "kind": "hl7v2.flow", "parameters": parameters });
    let made = world.owner.post(&format!("/integrations/{integration}/checks"), new).await.expect(201);
    let check: CheckId = text(&made["id"]).parse().unwrap();
    let store = Store::connect(&world.app.config.database.url).await.unwrap();
    world.app.lose(table).await;
    due_now(&store, check, None).await;
    until(async || {
        let figures = store.schedule_figures(UnixMillis::now()).await.unwrap();
        (figures.failing_here, figures.held) == (1, 0)
    })
    .await;
    world.app.find(table).await;
    assert!(store.check(check).await.unwrap().unwrap().next_due_at > UnixMillis::now(), "not at once");
    due_now(&store, check, None).await;
    until(async || runs(&store, check).await.iter().any(|run| run.scheduled_for.is_some())).await;
    let figures = store.schedule_figures(UnixMillis::now()).await.unwrap();
    assert_eq!(figures.failing_here, 0);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_on_postgresql_share_the_checks_and_one_takes_over_from_another_that_is_killed() {
    let world = World::new(Backend::Postgres).await;
    let target = Target::start().await;
    target.answers.add_permits(100_000);
    let mut checks = Vec::new();
    for _ in 0..6 {
        checks.push(every_second(&world, &target).await);
    }
    let database = world.app.config.database.url.clone();
    let store = Store::connect(&database).await.unwrap();
    let kept = world.app.halt().await;

    let (killed, stays) = (Process::worker(&database), Process::worker(&database));
    // Both work: neither holds all of the checks for itself.
    until(async || {
        let workers = store.workers(UnixMillis(0)).await.unwrap();
        workers.len() == 2 && workers.iter().all(|worker| worker.recorded > 0)
    })
    .await;
    killed.kill();
    let at = UnixMillis::now();
    // What it held comes due again when its lease has run out.
    for check in &checks {
        until(async || runs(&store, *check).await.last().is_some_and(|run| run.started_at.0 > at.0 + 1000))
            .await;
    }
    let log = tokio::task::spawn_blocking(move || stays.stop()).await.unwrap();
    assert!(log.contains("running the health checks that are due") && !log.contains("ERROR"), "{log}");
    for check in checks {
        let runs = runs(&store, check).await;
        let instants: Vec<i64> = runs.iter().map(|run| run.scheduled_for.unwrap().0).collect();
        assert!(instants.windows(2).all(|pair| pair[0] < pair[1]), "each instant once: {instants:?}");
    }
    store.close().await;
    drop(kept);
}
