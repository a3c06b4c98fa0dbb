//! What the log may not hold: whatever opens something to whoever knows it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};

use serde_json::json;

use super::shares::share;
use super::support::{Backend, World, text};

/// The binary, serving a database and saying all that it can of itself; killed when dropped.
struct Process {
    child: Child,
    base: String,
    /// Read from the beginning: what nobody reads keeps a process from going on.
    log: Option<JoinHandle<String>>,
}

impl Process {
    fn start(database: &str, settings: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rung"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("RUNG_")) {
            command.env_remove(name);
        }
        command.envs(settings.iter().copied());
        command.args(["serve", "--addr", "127.0.0.1:0", "--no-worker", "--database-url", database]);
        command.args(["--log", "debug,app=trace,server=trace,service=trace,store=trace"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let log = thread::spawn(move || {
            let mut log = String::new();
            stderr.read_to_string(&mut log).unwrap();
            log
        });
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, base: line.trim().rsplit(' ').next().unwrap().to_owned(), log: Some(log) }
    }

    /// Asks it to stop; what it logged.
    fn stop(mut self) -> String {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let log = self.log.take().unwrap().join().unwrap();
        assert!(self.child.wait().unwrap().success(), "{log}");
        log
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_token_of_an_address_is_logged() {
    let world = World::new(Backend::Sqlite).await;
    let shared = share(&world, &["findings"]).await;
    let new = json!({ "kind": "hl7v2.flow", "parameters": { "feed_name": "ADT" } });
    let integration = world.integration(&[]).await;
    let made = world.owner.post(&format!("/integrations/{integration}/checks"), new).await.expect(201);
    let feed = text(&made["heartbeat"]["token"]);
    let database = world.app.config.database.url.clone();
    let client = world.app.anonymous().client;
    let _folder = world.app.halt().await;

    let process = Process::start(&database, &[]);
    let get = async |path: &str| client.get(format!("{}{path}", process.base)).send().await.unwrap().status();
    let post =
        async |path: &str| client.post(format!("{}{path}", process.base)).send().await.unwrap().status();
    assert_eq!(get(&shared).await, 200);
    // Mistyped, an address still holds its token.
    assert_eq!(get(&format!("{shared}/")).await, 404);
    post(&shared).await;
    assert_eq!(post(&format!("/api/v1/heartbeats/{feed}")).await, 202);
    assert_eq!(get(&format!("/api/v1/heartbeats/{feed}")).await, 405);
    assert_eq!(post(&format!("/api/v1/heartbeats/{feed}/")).await, 404);
    assert_eq!(post(&format!("/api/v1/heartbeat/{feed}")).await, 404);
    let log = tokio::task::spawn_blocking(move || process.stop()).await.unwrap();

    assert!(log.contains("/shared/{token}") && log.contains("/api/v1/heartbeats/{token}"), "{log}");
    let token = shared.rsplit('/').next().unwrap();
    for secret in [token, &feed] {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret} is in the log");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_of_feeds_that_is_not_there_is_warned_of_once_when_the_server_starts() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}", folder.path().join("rung.db").display());
    let missing = folder.path().join("drop");
    let log = tokio::task::spawn_blocking(move || {
        Process::start(&database, &[("RUNG_FEED_ROOT", missing.to_str().unwrap())]).stop()
    });
    let log = log.await.unwrap();
    let warned: Vec<&str> = log.lines().filter(|line| line.contains("RUNG_FEED_ROOT")).collect();
    let [line] = warned.as_slice() else { panic!("one line: {log}") };
    assert!(line.contains("WARN") && line.contains("/drop") && line.contains("No such file"), "{line}");
}
