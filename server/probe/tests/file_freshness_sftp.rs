//! `file.freshness` over SFTP, against the server of the Python package `asyncssh`.

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use domain::check::{Outcome, Reach, Status};
use jiff::Timestamp;
use probe::Prober;
use rstest::rstest;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::python::Listener;
use crate::support::tcp::{Server, Step, closed_port};
use crate::support::{error, impatient, prober, run, said, seen};

const KIND: &str = "file.freshness";
const PASSWORD: &str = "s3:cret@x";

/// An SFTP server with a folder `out` that holds a file five hours old.
struct Drop {
    _folder: TempDir,
    server: Listener,
    host_key: String,
    client_key: String,
}

impl Drop {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let out = folder.path().join("out");
        fs::create_dir(&out).expect("a folder in it");
        fs::create_dir(out.join("claims_old.csv")).expect("a folder that is named like a file");
        for (name, hours) in [("claims_1.csv", 100), ("claims_2.csv", 5), ("claims_3.csv.part", 0)] {
            let file = File::create(out.join(name)).expect("a file");
            file.set_modified(SystemTime::from(Timestamp::now() - Duration::from_secs(hours * 3600)))
                .expect("a time");
        }
        let mut server = Listener::sftp(folder.path().to_str().expect("a path in UTF-8"));
        let keys: Value = serde_json::from_str(&server.message()).expect("JSON");
        let key = |name: &str| keys[name].as_str().expect("a key").to_owned();
        Self { host_key: key("host"), client_key: key("client"), _folder: folder, server }
    }

    async fn listed(&self, folder: &str, credentials: &str) -> Outcome {
        listed(&prober(), &self.server.port, folder, credentials).await
    }

    /// The next password that somebody showed to the server.
    fn shown(&mut self) -> String {
        self.server.message()
    }
}

async fn listed(prober: &Prober, port: &str, folder: &str, credentials: &str) -> Outcome {
    let location = format!("sftp://files.example.org:{port}{folder}");
    let asked = [("location", location.as_str()), ("pattern", "claims_*.csv"), ("credentials", credentials)];
    run(prober, KIND, &asked).await
}

#[rstest]
#[case("/out")]
#[case("/~/out")]
#[tokio::test]
async fn a_folder_is_listed_with_a_password(#[case] folder: &str) {
    let server = Drop::start();
    let outcome = server.listed(folder, &format!("reader:{PASSWORD}@{}", server.host_key)).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Pass, Reach::Answered), "{outcome:#?}");
    assert_eq!((seen(&outcome, "files_found").as_str(), seen(&outcome, "age_hours").as_str()), ("2", "5"));
    assert!(said(&outcome).contains("claims_2.csv"), "{}", said(&outcome));
    assert!(!format!("{outcome:?}").contains(PASSWORD));
}

#[rstest]
#[case::as_it_is(false)]
#[case::without_its_line_breaks(true)]
#[tokio::test]
async fn a_folder_is_listed_with_a_private_key(#[case] one_line: bool) {
    let server = Drop::start();
    let key = if one_line { server.client_key.replace('\n', "") } else { server.client_key.clone() };
    let outcome = server.listed("/out", &format!("reader:{key}@{}", server.host_key)).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Pass, Reach::Answered), "{outcome:#?}");
}

#[tokio::test]
async fn a_password_is_shown_to_no_server_but_the_one_it_is_for() {
    let mut server = Drop::start();
    // Nobody said which server is meant: the fingerprint is named for somebody to compare.
    let unknown = server.listed("/out", "reader:not-this").await;
    assert_eq!((unknown.status, unknown.reach), (Status::Unknown, Reach::Inconclusive), "{unknown:#?}");
    assert!(error(&unknown).text.contains(&server.host_key), "{unknown:#?}");
    let other = "SHA256:uNiVztksCsDhcc0u9e8BrrlwXs1Ek6ZIOnjyKQwpzgY";
    let wrong = server.listed("/out", &format!("reader:nor-this@{other}")).await;
    assert_eq!((wrong.status, wrong.reach), (Status::Fail, Reach::NoAnswer), "{wrong:#?}");
    assert!(error(&wrong).text.contains(other) && error(&wrong).text.contains(&server.host_key));
    // The first that the server gets to see is the one that is meant for it.
    server.listed("/out", &format!("reader:for-you@{}", server.host_key)).await;
    assert_eq!(server.shown(), "for-you");
}

#[tokio::test]
async fn refused_credentials_say_nothing_and_a_missing_folder_fails() {
    let server = Drop::start();
    let refused = server.listed("/out", &format!("reader:wrong@{}", server.host_key)).await;
    assert_eq!((refused.status, refused.reach), (Status::Unknown, Reach::Inconclusive), "{refused:#?}");
    assert!(error(&refused).text.contains("refused the credentials of reader"), "{refused:#?}");
    let gone = server.listed("/in", &format!("reader:{PASSWORD}@{}", server.host_key)).await;
    assert_eq!((gone.status, gone.reach), (Status::Fail, Reach::Answered), "{gone:#?}");
    assert!(error(&gone).text.contains("is not there"), "{gone:#?}");
}

#[rstest]
#[case::silence(vec![Step::Hang])]
#[case::a_web_server(vec![Step::Send(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec())])]
#[case::a_greeting_without_end(vec![Step::Flood(b"welcome to the files\r\n".to_vec())])]
#[case::garbage_after_the_greeting(vec![Step::Send(b"SSH-2.0-x\r\n".to_vec()), Step::Flood(vec![0xff; 4096])])]
#[case::a_drip(vec![Step::Send(b"SSH-2.0-x\r\n".to_vec()), Step::Drip(0)])]
#[tokio::test]
async fn what_is_no_ssh_server_fails_in_time(#[case] steps: Vec<Step>) {
    let server = Server::playing(steps).await;
    let outcome = listed(&impatient(), &server.port(), "/out", "reader:pass").await;
    assert_eq!((outcome.status, outcome.reach), (Status::Fail, Reach::NoAnswer), "{outcome:#?}");
    assert!(!error(&outcome).text.is_empty() && !said(&outcome).contains("pass"), "{outcome:#?}");
}

#[tokio::test]
async fn a_closed_port_and_an_address_that_is_not_public_are_named() {
    let closed = listed(&prober(), &closed_port().await.to_string(), "/out", "reader:pass").await;
    assert_eq!(closed.status, Status::Fail);
    assert!(error(&closed).text.contains("refused"), "{closed:#?}");
    let guarded = Prober::new(probe::ProberConfig::default()).expect("a configuration");
    let asked = [("location", "sftp://127.0.0.1/out"), ("pattern", "*"), ("credentials", "reader:pass")];
    let outcome = run(&guarded, KIND, &asked).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Unknown, Reach::Inconclusive), "{outcome:#?}");
}
