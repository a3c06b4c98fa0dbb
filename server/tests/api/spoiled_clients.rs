//! Files of clients that are damaged or made up: refused in words, and nothing changes.

use rstest::rstest;
use serde_json::{Value, json};
use server::config::EvidenceConfig;

use super::clients::{Exported, file_among_evidence, rich};
use super::support::{Backend, TestApp};
use super::uploads::{PDF, files_below};

/// The entries of a zip, in order.
pub(super) fn entries(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    use std::io::Read as _;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    (0..zip.len())
        .map(|index| {
            let mut entry = zip.by_index(index).unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            (entry.name().unwrap().into_owned(), content)
        })
        .collect()
}

pub(super) fn zipped(entries: &[(String, Vec<u8>)]) -> Vec<u8> {
    use std::io::Write as _;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in entries {
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file(name.as_str(), options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub(super) fn sha256(content: &[u8]) -> String {
    use sha2::Digest as _;
    use std::fmt::Write as _;
    sha2::Sha256::digest(content).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// The same file with a change, and with a manifest that names what is in it then.
pub(super) fn changed(bytes: &[u8], change: impl FnOnce(&mut Vec<(String, Vec<u8>)>)) -> Vec<u8> {
    let mut entries = entries(bytes);
    let (_, manifest) = entries.pop().unwrap();
    change(&mut entries);
    let mut manifest: Value = serde_json::from_slice(&manifest).unwrap();
    manifest["entries"] = entries
        .iter()
        .map(|(name, content)| json!({ "name": name, "bytes": content.len(), "sha256": sha256(content) }))
        .collect();
    entries.push(("manifest.json".to_owned(), manifest.to_string().into_bytes()));
    zipped(&entries)
}

/// The same with a cell of the first row of a table set.
fn with_cell(bytes: &[u8], table: &str, column: &str, cell: &Value) -> Vec<u8> {
    changed(bytes, |entries| {
        let name = format!("tables/{table}.json");
        let (_, content) = entries.iter_mut().find(|(entry, _)| *entry == name).unwrap();
        let mut rows: Value = serde_json::from_slice(content).unwrap();
        let columns = rows["columns"].as_array().unwrap();
        let place = columns.iter().position(|known| known == column).unwrap();
        rows["rows"][0][place] = cell.clone();
        *content = rows.to_string().into_bytes();
    })
}

/// The parts of a client's file: their names and contents.
type Parts = Vec<(String, Vec<u8>)>;

/// A file that is not taken, and a word of the reason.
fn spoiled(good: &[u8]) -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let raw = |change: &dyn Fn(&mut Parts)| {
        let mut entries = entries(good);
        change(&mut entries);
        zipped(&entries)
    };
    let manifest = |change: &dyn Fn(&mut Value)| {
        raw(&|entries| {
            let (_, content) = entries.last_mut().unwrap();
            let mut manifest: Value = serde_json::from_slice(content).unwrap();
            change(&mut manifest);
            *content = manifest.to_string().into_bytes();
        })
    };
    let stranger = json!("0193e2f0-5b7c-7c3e-8a51-2b1f0c9d7e10");
    vec![
        ("cut off", good[..good.len() / 2].to_vec(), "no file of a client"),
        ("no zip", b"PK nothing".to_vec(), "no file of a client"),
        ("another zip", zipped(&[("a.txt".to_owned(), b"a".to_vec())]), "no readable manifest"),
        (
            "newer",
            manifest(&|manifest| manifest["version"] = json!(manifest["version"].as_u64().unwrap() + 1)),
            "newer Rung",
        ),
        ("of something else", manifest(&|manifest| manifest["format"] = json!("other")), "something else"),
        (
            "an answer changed",
            raw(&|entries| {
                let (_, content) =
                    entries.iter_mut().find(|(name, _)| name == "tables/answers.json").unwrap();
                *content = String::from_utf8_lossy(content).replace("Because", "Becauze").into_bytes();
            }),
            "not what the manifest says",
        ),
        (
            "something added",
            raw(&|entries| entries.insert(0, ("../evil".to_owned(), vec![1]))),
            "not in its manifest",
        ),
        (
            "something missing",
            raw(&|entries| entries.retain(|(name, _)| name != "tables/findings.json")),
            "is missing",
        ),
        (
            "a bomb",
            raw(&|entries| {
                let (_, content) = entries.iter_mut().find(|(name, _)| name == "people.json").unwrap();
                *content = vec![b' '; 4 << 20];
            }),
            "unpacks to more than it says",
        ),
        (
            "an unknown table",
            changed(good, |entries| entries.push(("tables/users.json".to_owned(), b"{}".to_vec()))),
            "does not know",
        ),
        (
            "a folder in a name",
            changed(good, |entries| entries.push((format!("files/../{}", "a".repeat(64)), PDF.to_vec()))),
            "no name of a file of evidence",
        ),
        (
            "a logo that is none",
            changed(good, |entries| {
                let logo = entries.iter_mut().find(|(name, _)| name == "logo.png").unwrap();
                logo.1 = b"<svg><script>alert(1)</script></svg>".to_vec();
            }),
            "neither PNG nor JPEG",
        ),
        (
            "a mark that is none",
            changed(good, |entries| {
                let (_, people) = entries.iter_mut().find(|(name, _)| name == "people.json").unwrap();
                let mut named: Value = serde_json::from_slice(people).unwrap();
                named["people"][0]["mark"] = json!("owner@example.org");
                *people = named.to_string().into_bytes();
            }),
            "a mark that is none",
        ),
        ("an assessment of others", with_cell(good, "answers", "assessment_id", &stranger), "does not hold"),
        ("a person of others", with_cell(good, "answers", "by_id", &stranger), "names nobody of the file"),
        (
            "another organization",
            with_cell(good, "integrations", "org_id", &stranger),
            "names another organization",
        ),
        (
            "an unknown framework",
            with_cell(good, "assessments", "framework_id", &json!("B7 9.9.9")),
            "framework",
        ),
        (
            "an unknown state",
            with_cell(good, "assessments", "state", &json!("perfect")),
            "does not understand",
        ),
        ("a level beyond", with_cell(good, "answer_history", "level", &json!(7)), "does not understand"),
        ("an hour beyond", with_cell(good, "run_hours", "hour", &json!(i64::MAX)), "does not understand"),
        ("a snapshot changed", with_cell(good, "snapshots", "file", &json!("{}")), "Snapshot 1"),
        ("another hash", with_cell(good, "snapshots", "sha256", &json!("a".repeat(64))), "Snapshot 1"),
        ("another place", with_cell(good, "snapshots", "number", &json!(2)), "Snapshot 1"),
        (
            "a link that runs",
            with_cell(good, "evidence", "body", &json!("{\"link\":\"javascript:alert(1)\"}")),
            "not on the web",
        ),
        (
            "a file that lies",
            changed(good, |entries| {
                let file = entries.iter_mut().find(|(name, _)| name.starts_with("files/")).unwrap();
                file.1 = b"<html><script>alert(1)</script></html>".to_vec();
            }),
            "not the file that it is named after",
        ),
    ]
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_or_made_up_file_changes_nothing_and_is_refused_in_words(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = rich(Backend::Sqlite).await;
    let exported = Exported::of(&world).await;
    let app = TestApp::spawn(backend).await;
    let keeper = app.person("keeper").await;
    for (what, bytes, words) in spoiled(&exported.bytes) {
        let path = exported.write("spoiled.zip", &bytes);
        let refused = app.service.import_client_as_operator(&path, "keeper@example.org").await;
        let refused = refused.err().unwrap_or_else(|| panic!("{what} was imported")).to_string();
        assert!(refused.contains(words), "{what}: {refused}");
        assert!(refused.ends_with("Nothing was changed."), "{what}: {refused}");
        assert_eq!(keeper.get("/organizations").await.expect(200)["items"], json!([]), "{what}");
    }
    let EvidenceConfig::Folder(folder) = &app.config.evidence else { panic!("tests keep files in a folder") };
    assert!(files_below(folder).is_empty(), "no file of evidence is left");
    let nobody = app.service.import_client_as_operator(&exported.path(), "nobody@example.org").await;
    assert!(nobody.unwrap_err().to_string().contains("No account"));
    app.service.import_client_as_operator(&exported.path(), "keeper@example.org").await.unwrap();
    app.stop().await;
    world.app.stop().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_fails_takes_no_file_from_one_that_is_under_way(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = rich(Backend::Sqlite).await;
    let exported = Exported::of(&world).await;
    let app = TestApp::spawn(backend).await;
    let keeper = app.person("keeper").await;
    let good = exported.path();
    // Found out after the files were kept.
    let bad = with_cell(&exported.bytes, "answer_history", "level", &json!(7));
    let bad = exported.write("bad.zip", &bad);
    let (service, owner) = (&app.service, "keeper@example.org");
    let (first, second, done) = tokio::join!(
        service.import_client_as_operator(&bad, owner),
        service.import_client_as_operator(&bad, owner),
        service.import_client_as_operator(&good, owner),
    );
    assert!(first.is_err() && second.is_err());
    done.unwrap();
    let (_, file) = file_among_evidence(&keeper, &world).await;
    assert_eq!((file.status.as_u16(), file.text.as_bytes()), (200, PDF));
    app.stop().await;
    world.app.stop().await;
}

/// The same with other content in its file of evidence, and with records that name it.
fn with_file(bytes: &[u8], content: &[u8]) -> Vec<u8> {
    let (old, new) = (sha256(PDF), sha256(content));
    changed(bytes, |entries| {
        for (name, held) in entries.iter_mut() {
            if name.starts_with("files/") {
                *name = name.replace(&old, &new);
                *held = content.to_vec();
            } else if name == "tables/evidence.json" {
                *held = String::from_utf8_lossy(held).replace(&old, &new).into_bytes();
            }
        }
    })
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn evidence_that_would_not_be_taken_here_comes_along_and_opens_nothing(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = rich(Backend::Sqlite).await;
    let exported = Exported::of(&world).await;
    let page = b"<html><script>alert(1)</script></html>";
    let path = exported.write("odd.zip", &with_file(&exported.bytes, page));
    let app = TestApp::spawn(backend).await;
    let keeper = app.person("keeper").await;
    let imported = app.service.import_client_as_operator(&path, "keeper@example.org").await.unwrap();
    assert_eq!(imported.untaken_files, ["Go-live report.pdf"]);
    let (item, file) = file_among_evidence(&keeper, &world).await;
    assert_eq!(item["file"]["name"], "Go-live report.pdf.bin");
    assert_eq!(item["file"]["media_type"], "application/octet-stream");
    assert_eq!(item["file"]["bytes"], json!(page.len()));
    assert_eq!((file.status.as_u16(), file.text.as_bytes()), (200, &page[..]));
    assert_eq!(file.header("content-type"), "application/octet-stream");
    assert!(file.header("content-disposition").starts_with("attachment;"), "{file:?}");
    assert!(file.header("content-security-policy").starts_with("sandbox;"), "{file:?}");
    app.stop().await;
    world.app.stop().await;
}
