//! The command line, as a shell runs it.

use std::io::{Read as _, Write as _};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use server::config::EvidenceConfig;
use store::testing::TestDatabase;

use super::support::{Backend, PASSWORD, TestApp, World};

pub(super) fn rung(arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rung"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("RUNG_")) {
        command.env_remove(name);
    }
    let mut child = command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

pub(super) fn out(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

pub(super) fn err(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

#[test]
fn whoever_reads_a_document_may_stop_early() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rung"))
        .arg("openapi")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Far more than a pipe holds is still to come.
    let mut begin = [0; 8];
    child.stdout.take().unwrap().read_exact(&mut begin).unwrap();
    assert_eq!(begin[0], b'{');
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), err(&output)), (Some(0), ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_and_its_token_are_made_beside_a_running_server() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let url = app.config.database.url.clone();
    let create = |email: &str, password: &str| {
        let arguments =
            ["user", "create", "--database-url", &url, "--email", email, "--name", "Ada", "--password-stdin"];
        rung(&arguments, password)
    };
    let weak = create("ada@example.org", "password\n");
    assert_eq!(weak.status.code(), Some(1), "{weak:?}");
    assert!(err(&weak).contains("password"), "{weak:?}");
    let made = create("ada@example.org", &format!("{PASSWORD}\n"));
    assert_eq!(made.status.code(), Some(0), "{made:?}");
    let twice = create("ADA@example.org", PASSWORD);
    assert_eq!(twice.status.code(), Some(1), "{twice:?}");

    let token = rung(&["token", "create", "--database-url", &url, "--email", "ada@example.org"], "");
    assert_eq!(token.status.code(), Some(0), "{token:?}");
    let mut ada = app.anonymous();
    ada.token = Some(out(&token).trim().to_owned());
    ada.get("/organizations").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_framework_goes_out_and_comes_in_again() {
    let database = TestDatabase::create(Backend::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let on = |arguments: &[&str]| {
        let (command, rest) = arguments.split_at(2);
        rung(&[command, &["--database-url", database.url()], rest].concat(), "")
    };
    let listed = on(&["framework", "list"]);
    let line = out(&listed).lines().find(|line| line.starts_with("BL7\t")).unwrap().to_owned();
    let version = line.split('\t').nth(1).unwrap().to_owned();
    let exported = on(&["framework", "export", "BL7", &version]);
    assert_eq!(exported.status.code(), Some(0), "{exported:?}");

    let file = folder.path().join("changed.toml");
    let path = file.to_str().unwrap();
    std::fs::write(&file, out(&exported)).unwrap();
    assert_eq!(on(&["framework", "import", path]).status.code(), Some(0), "the same content is no change");
    let title = "title = \"Another title\"";
    let with_title = |text: &str| {
        let mut titled = false;
        let lines = text.lines().map(|line| {
            let first = !titled && line.starts_with("title = ");
            titled |= first;
            if first { title } else { line }
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    std::fs::write(&file, with_title(out(&exported))).unwrap();
    let conflict = on(&["framework", "import", path]);
    assert_eq!(conflict.status.code(), Some(1), "{conflict:?}");
    assert!(err(&conflict).contains("version"), "{conflict:?}");

    std::fs::write(&file, out(&exported).replacen("\nweight = ", "\nwait = ", 1)).unwrap();
    let broken = on(&["framework", "import", path]);
    assert_eq!(broken.status.code(), Some(1), "{broken:?}");
    assert!(err(&broken).contains(": line ") && err(&broken).contains("wait"), "{broken:?}");
    assert_eq!(on(&["framework", "export", "BL7", "0.0.0"]).status.code(), Some(1));
}

#[test]
fn a_check_says_how_it_went_by_its_exit_code() {
    let silent = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let port = format!("port={silent}");
    let arguments = ["check", "tls.certificate", "host=127.0.0.1", port.as_str()];
    let refused = rung(&[&arguments[..], &["--allow", "127.0.0.0/8"]].concat(), "");
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    let report: Value = serde_json::from_str(out(&refused)).unwrap();
    assert_eq!(report["status"], "FAIL");
    assert!(
        report["observations"].is_object() && !report["messages"].as_array().unwrap().is_empty(),
        "{report}"
    );

    let guarded = rung(&arguments, "");
    assert_eq!(guarded.status.code(), Some(3), "{guarded:?}");
    assert_eq!(serde_json::from_str::<Value>(out(&guarded)).unwrap()["status"], "UNKNOWN");
    for wrong in [
        &["check", "no.such_kind"][..],
        &["check", "tls.certificate"],
        &["check", "tls.certificate", "host=127.0.0.1", "port=many"],
        &["check", "tls.certificate", "host"],
        &["check", "tls.certificate", "host=a.example", "colour=blue"],
        &["check", "tls.certificate", "host=a.example", "private_ca=hunter2"],
        &["check", "tls.certificate", "host=a.example", "--allow", "nowhere"],
        &["check", "fhir.bulk_export", "base_url=https://a.example", "group_id=g", "client_id=c"],
        &["check"],
    ] {
        let output = rung(wrong, "");
        assert_eq!(output.status.code(), Some(64), "{wrong:?}: {output:?}");
        assert!(!err(&output).is_empty() && !err(&output).contains("hunter2"), "{wrong:?}");
    }
}

#[test]
fn the_document_of_the_api_is_printed() {
    let printed = rung(&["openapi"], "");
    assert_eq!(printed.status.code(), Some(0));
    let document: Value = serde_json::from_str(out(&printed)).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    assert!(document["paths"]["/assessments/{id}/score"]["get"].is_object());
}

#[test]
fn what_is_not_understood_is_said_and_has_its_own_code() {
    assert_eq!(rung(&["serf"], "").status.code(), Some(64));
    assert_eq!(rung(&["serve", "--addr", "nowhere"], "").status.code(), Some(64));
    assert_eq!(rung(&["--help"], "").status.code(), Some(0));
    let unknown = rung(&["migrate", "--database-url", "mysql://localhost/rung"], "");
    assert_eq!(unknown.status.code(), Some(1), "{unknown:?}");
    assert!(err(&unknown).contains("sqlite://"), "{unknown:?}");
}

#[test]
fn two_files_are_reconciled_without_a_value_coming_out() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let clinical = file("clinical.csv", "mrn,visit,seen,charge\n17,a,2026-01-01,10\n18,b,2026-01-02,20\n");
    let claims = file("claims.csv", "visit,member,seen,charge\na,17,01/02/2026,10.04\nc,19,01/03/2026,5\n");
    let on = |compare: &str| {
        let key = "mrn=member,visit";
        rung(&["reconcile", &clinical, &claims, "--key", key, "--compare", compare], "")
    };
    let found = on("seen:days=1,charge:cents=3");
    assert_eq!(found.status.code(), Some(0), "{found:?}");
    let report: Value = serde_json::from_slice(&found.stdout).unwrap();
    assert_eq!(report["matched"], 1);
    assert_eq!(report["left"]["samples"]["only"], serde_json::json!([3]));
    assert_eq!(report["fields"][0]["agreeing"], 1);
    assert_eq!(report["fields"][1]["differing"], 1);
    assert_eq!(report["rates"]["match_pct"], 33.3333);
    assert!(!out(&found).contains("2026"), "{found:?}");

    let wrong = on("seen:about=1");
    assert_eq!(wrong.status.code(), Some(64), "{wrong:?}");
    assert!(err(&wrong).contains("about=1") && err(&wrong).contains("days=1"), "{wrong:?}");
    let missing = on("total");
    assert_eq!(missing.status.code(), Some(64), "{missing:?}");
    assert!(err(&missing).contains("clinical.csv: there is no column `total`"), "{missing:?}");
}

#[test]
fn a_file_of_two_gigabytes_without_a_line_is_refused_at_its_first_row() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge.csv");
    std::fs::write(&path, "id,name\n1,\"").unwrap();
    // It takes no room on the disk: what was never written reads as zeros.
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(2 << 30).unwrap();
    let small = folder.path().join("small.csv");
    std::fs::write(&small, "id,name\n1,a\n").unwrap();
    let (huge, small) = (path.to_str().unwrap(), small.to_str().unwrap());
    let refused = rung(&["reconcile", huge, small, "--key", "id", "--compare", "name"], "");
    assert_eq!(refused.status.code(), Some(64), "{refused:?}");
    assert!(err(&refused).contains("huge.csv") && err(&refused).contains("longer than 1 MiB"), "{refused:?}");
}

#[test]
fn a_worker_apart_is_refused_on_sqlite_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("rung.db").display());
    let refused = rung(&["worker", "--database-url", &url], "");
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(err(&refused).contains("PostgreSQL") && err(&refused).contains("rung serve"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn snapshots_are_verified_from_the_terminal() {
    let world = World::new(Backend::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for deed in ["/submit", "/reopen", "/submit"] {
        let done = world.owner.post(&world.at(deed), serde_json::json!({})).await.expect(200);
        let Some(id) = done["snapshot"]["id"].as_str() else { continue };
        let path = folder.path().join(format!("{}.json", files.len()));
        std::fs::write(&path, world.owner.get(&format!("/snapshots/{id}")).await.text).unwrap();
        files.push((
            path.to_str().unwrap().to_owned(),
            done["snapshot"]["sha256"].as_str().unwrap().to_owned(),
        ));
    }
    let [(one, _), (two, hash)] = &files[..] else { panic!("{files:?}") };
    let verify = |arguments: &[&str]| rung(&[&["snapshot", "verify"], arguments].concat(), "");
    let both = verify(&[two, one]);
    assert_eq!(both.status.code(), Some(0), "{both:?}");
    assert!(out(&both).contains(hash.as_str()) && out(&both).contains("the score follows"), "{both:?}");
    assert!(out(&both).contains("chain: follows number 1"), "{both:?}");
    let alone = verify(&[two, "--sha256", hash]);
    assert_eq!(alone.status.code(), Some(0));
    assert!(out(&alone).contains("number 1 is not among the files: its link was not checked"), "{alone:?}");
    assert_eq!(verify(&[one, "--sha256", hash]).status.code(), Some(1));

    let content = std::fs::read_to_string(one).unwrap();
    let changed = folder.path().join("changed.json");
    std::fs::write(&changed, content.replacen("Alder", "Older", 1)).unwrap();
    let refused = verify(&[changed.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(err(&refused).contains("NOT VERIFIED"), "{refused:?}");
    assert_eq!(verify(&["/nowhere.json"]).status.code(), Some(64));
    assert_eq!(verify(&[]).status.code(), Some(64));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_taken_along_by_two_commands() {
    let world = World::new(Backend::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("alder.rung.zip");
    let path = file.to_str().unwrap();
    let from = world.app.config.database.url.clone();
    let export = |slug: &str| rung(&["client", "export", "--database-url", &from, slug, path], "");
    let unknown = export("nowhere");
    assert_eq!(unknown.status.code(), Some(1), "{unknown:?}");
    assert!(!file.exists());
    let written = export(&world.slug);
    assert_eq!(written.status.code(), Some(0), "beside a running server: {written:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no half file is left");
    // Somebody else may be writing there.
    let part = folder.path().join("alder.rung.zip.part");
    std::fs::write(&part, "half").unwrap();
    let again = export(&world.slug);
    assert_eq!(again.status.code(), Some(1), "{again:?}");
    assert!(err(&again).contains("exists already"), "{again:?}");
    assert_eq!(std::fs::read(&part).unwrap(), b"half");
    let deeds = world.app.deeds().await;
    assert_eq!(deeds.iter().filter(|deed| *deed == "client.exported").count(), 1, "{deeds:?}");

    let to = format!("sqlite://{}", folder.path().join("new/rung.db").display());
    let arguments = [
        "user",
        "create",
        "--database-url",
        &to,
        "--email",
        "kim@example.org",
        "--name",
        "Kim",
        "--password-stdin",
    ];
    assert_eq!(rung(&arguments, PASSWORD).status.code(), Some(0));
    let import =
        || rung(&["client", "import", "--database-url", &to, "--owner", "kim@example.org", path], "");
    let imported = import();
    assert_eq!(imported.status.code(), Some(0), "{imported:?}");
    assert!(
        out(&imported).contains("as /orgs/alder-regional-hospital, owned by kim@example.org"),
        "{imported:?}"
    );
    let twice = import();
    assert_eq!(twice.status.code(), Some(1), "{twice:?}");
    assert!(err(&twice).contains("is here already"), "{twice:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_database_is_backed_up_whole_and_comes_back() {
    let world = World::new(Backend::Sqlite).await;
    super::uploads::attach(&world, "Go-live report.pdf", super::uploads::PDF).await.expect(201);
    let EvidenceConfig::Folder(evidence) = &world.app.config.evidence else { panic!("a folder in tests") };
    let evidence = format!("file://{}", evidence.display());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rung.backup.zip");
    let path = file.to_str().unwrap();
    let from = world.app.config.database.url.clone();
    let back_up = || rung(&["backup", "--database-url", &from, "--evidence-url", &evidence, path], "");
    let written = back_up();
    assert_eq!(written.status.code(), Some(0), "beside a running server: {written:?}");
    assert!(out(&written).contains("Files of evidence: 1."), "{written:?}");
    assert!(err(&back_up()).contains("exists already"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
    world
        .owner
        .put(&world.answer_to("PAT-1"), serde_json::json!({ "level": 1, "revision": 0 }))
        .await
        .expect(200);

    let there = folder.path().join("new/rung.db");
    let to = format!("sqlite://{}", there.display());
    let restore = |file: &str| rung(&["restore", "--database-url", &to, file], "");
    let bytes = std::fs::read(&file).unwrap();
    let half = folder.path().join("half.zip");
    std::fs::write(&half, &bytes[..bytes.len() / 2]).unwrap();
    let broken_off = restore(half.to_str().unwrap());
    assert_eq!(broken_off.status.code(), Some(1), "{broken_off:?}");
    assert!(err(&broken_off).contains("This is no backup, or not all of one."), "{broken_off:?}");
    // One byte of the compressed database: CRC and hash notice.
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 3] ^= 0x55;
    std::fs::write(&half, &flipped).unwrap();
    let damaged = restore(half.to_str().unwrap());
    assert_eq!(damaged.status.code(), Some(1), "{damaged:?}");
    assert!(err(&damaged).contains("damaged") && !there.exists(), "{damaged:?}");
    assert!(!folder.path().join("new/evidence").exists());

    let restored = restore(path);
    assert_eq!(restored.status.code(), Some(0), "{restored:?}");
    assert!(err(&restore(path)).contains("is there already"));
    let files = super::uploads::files_below(&folder.path().join("new/evidence"));
    assert_eq!(std::fs::read(&files[0]).unwrap(), super::uploads::PDF);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = folder.path().join("new/evidence").metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "nobody else looks into it");
    }
    let listed = rung(
        &[
            "client",
            "export",
            "--database-url",
            &to,
            &world.slug,
            folder.path().join("a.zip").to_str().unwrap(),
        ],
        "",
    );
    assert_eq!(listed.status.code(), Some(0), "what came back works: {listed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_before_an_update_leaves_the_database_as_it_is() {
    let (database, store) = TestDatabase::behind().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("before.zip");
    let written = rung(&["backup", "--database-url", database.url(), file.to_str().unwrap()], "");
    assert_eq!(written.status.code(), Some(0), "{written:?}");
    assert!(!store.migrations_current().await.unwrap(), "its schema is the earlier one still");
    assert!(store.frameworks().await.unwrap().is_empty(), "nothing was brought into it");
    store.close().await;

    let there = format!("sqlite://{}", folder.path().join("new/rung.db").display());
    let restored = rung(&["restore", "--database-url", &there, file.to_str().unwrap()], "");
    assert_eq!(restored.status.code(), Some(0), "{restored:?}");
    // What opens it next brings it up to date.
    let listed = rung(&["framework", "list", "--database-url", &there], "");
    assert!(out(&listed).contains("B7\t"), "{listed:?}");
}
