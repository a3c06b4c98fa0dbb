//! Files among the evidence: taken by what they hold, handed out locked up.

use reqwest::Method;
use rstest::rstest;
use serde_json::json;
use server::config::EvidenceConfig;

use super::support::{Answer, Backend, Person, World, text};

pub(super) const BOUNDARY: &str = "rung-test-boundary-7d1";
pub(super) const PDF: &[u8] = b"%PDF-1.7\nThe interface passed.\n%%EOF\n";

/// A form as browsers send it; a file is a name and its content.
pub(super) fn form(fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part =
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.as_bytes());
    }
    if let Some((name, content)) = file {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: \
             application/pdf\r\n\r\n"
        );
        body.extend(head.as_bytes());
        body.extend(content);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

pub(super) async fn send(person: &Person, path: &str, body: Vec<u8>) -> Answer {
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    Answer::of(person.api(Method::POST, path).header("content-type", kind).body(body)).await
}

pub(super) async fn attach(world: &World, name: &str, content: &[u8]) -> Answer {
    let fields = [("criteria", "PAT-1, PAT-2"), ("dated", "2026-01-01")];
    send(&world.owner, &world.org("/evidence"), form(&fields, Some((name, content)))).await
}

#[rstest]
#[tokio::test]
async fn a_file_is_kept_by_its_content_and_handed_out_as_an_attachment(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let item = attach(&world, "../../etc/Go-live \u{202e}report.pdf", PDF).await.expect(201);
    assert_eq!(item["file"]["name"], "Go-live report.pdf");
    assert_eq!((&item["title"], &item["revision"]), (&json!("Go-live report.pdf"), &json!(1)));
    assert_eq!(item["criteria"], json!(["PAT-1", "PAT-2"]));
    assert_eq!(
        (&item["file"]["media_type"], &item["file"]["bytes"]),
        (&json!("application/pdf"), &json!(PDF.len()))
    );
    let listed = world.owner.get(&world.at("/evidence")).await.expect(200);
    assert_eq!(listed["items"], json!([item]));

    let path = format!("/evidence/{}", text(&item["id"]));
    let viewer = world.member("viewer").await;
    let file = viewer.get(&path).await;
    assert_eq!((file.status.as_u16(), file.text.as_bytes()), (200, PDF));
    assert_eq!(file.header("content-type"), "application/pdf");
    let disposition = file.header("content-disposition");
    assert!(disposition.starts_with("attachment; filename=\"Go-live_report.pdf\""), "{disposition}");
    let policy = file.header("content-security-policy");
    assert!(policy.starts_with("sandbox;") && policy.contains("default-src 'none'"), "{policy}");
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    world.app.person("outsider").await.get(&path).await.problem(404);
    world.app.anonymous().get(&path).await.problem(401);

    // What a browser gets is locked up alike, and belongs to its organization.
    world.owner.sign_in().await;
    let page = world.owner.page(&format!("/orgs/{}/evidence", world.slug)).await.text;
    let href = format!("/orgs/{}{path}/file", world.slug);
    assert!(page.contains(&href) && page.contains("Go-live report.pdf"), "{page}");
    let file = world.owner.page(&href).await;
    assert_eq!((file.status.as_u16(), file.text.as_bytes()), (200, PDF));
    assert!(file.header("content-security-policy").starts_with("sandbox;"), "{file:?}");
    world.owner.delete(&path).await.expect(204);
    world.owner.get(&path).await.problem(404);
    let EvidenceConfig::Folder(folder) = &world.app.config.evidence else {
        panic!("tests keep files in a folder")
    };
    let left = files_below(folder);
    assert!(left.is_empty(), "a removed item leaves no file: {left:?}");
}

pub(super) fn files_below(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files
}

#[tokio::test]
async fn a_file_that_lies_or_could_harm_is_refused_in_words() {
    let world = World::new(Backend::Sqlite).await;
    let empty = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    let (bomb, macros) = (workbook("xl/worksheets/sheet1.xml", 64), workbook("xl/vbaProject.bin", 1));
    assert!(bomb.len() < 1 << 20, "64 MB in {} bytes", bomb.len());
    let lying = understated(bomb.clone());
    let astray = workbook("../../etc/cron.d/sheet1.xml", 1);
    let png = b"\x89PNG\r\n\x1a\nrest";
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    let cases: [(&str, &[u8], &str); 13] = [
        ("report.pdf", png, "PNG"),
        ("picture.png", svg, "markup"),
        ("picture.svg", svg, "markup"),
        ("page.txt", b"\n<html><script>alert(1)</script>", "markup"),
        ("empty.xlsx", empty, "archive"),
        ("bomb.xlsx", &bomb, "unpack"),
        ("lying.xlsx", &lying, "unpack"),
        ("macros.xlsx", &macros, "macros"),
        ("astray.xlsx", &astray, "outside"),
        ("program.exe", b"MZ\x90\0\x03\0", "none of PDF"),
        ("table.exe", b"a,b\n1,2\n", "plain text"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "2007"),
        ("empty.pdf", b"", "empty"),
    ];
    for (name, content, word) in cases {
        let refused = attach(&world, name, content).await;
        assert_eq!(refused.pointers(), ["/file"], "{name}");
        assert!(refused.text.contains(word), "{name}: {}", refused.text);
    }
    let fields = [("criteria", "PAT-1")];
    let path = world.org("/evidence");
    let pdf = Some(("a.pdf", PDF));
    let sent = async |fields: &[(&str, &str)], file: Option<(&str, &[u8])>| {
        send(&world.owner, &path, form(fields, file)).await.pointers()
    };
    assert_eq!(sent(&fields, None).await, ["/file"]);
    assert_eq!(sent(&[("note", "x"), ("criteria", "PAT-1")], pdf).await, ["/file"]);
    assert_eq!(sent(&[], pdf).await, ["/criteria"]);
    let wrong = [("criteria", "PAT-1"), ("dated", "soon"), ("class", "eternal"), ("assessment", "x")];
    let mut pointers = sent(&wrong, pdf).await;
    pointers.sort();
    assert_eq!(pointers, ["/assessment", "/class", "/dated"]);
    let plain = world.owner.api(Method::POST, &world.org("/evidence")).json(&json!({}));
    Answer::of(plain).await.problem(415);
    let mut cut = form(&fields, Some(("a.pdf", PDF)));
    cut.truncate(cut.len() - 40);
    send(&world.owner, &path, cut).await.problem(400);
    let large = vec![b'a'; (25 << 20) + 1];
    attach(&world, "large.txt", &large).await.problem(413);
    assert_eq!(world.owner.get(&world.at("/evidence")).await.expect(200)["items"], json!([]));
    attach(&world, "largest.txt", &large[1..]).await.expect(201);
}

#[rstest]
#[tokio::test]
async fn a_file_for_no_named_assessment_goes_to_the_one_that_the_page_is_about(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let new = json!({ "framework": "B7", "title": "Just begun" });
    let begun = world.owner.post(&world.org("/assessments"), new).await.expect(201);
    let goes_to = async || text(&attach(&world, "report.pdf", PDF).await.expect(201)["assessment"]);
    assert_eq!(goes_to().await, text(&begun["id"]), "the latest where none has an answer");
    world.owner.put(&world.answer_to("PAT-1"), json!({ "level": 1, "revision": 0 })).await.expect(200);
    assert_eq!(goes_to().await, world.assessment);
    world.owner.sign_in().await;
    let page = world.owner.page(&format!("/orgs/{}/evidence", world.slug)).await;
    assert!(page.text.contains("report.pdf"), "{}", page.text);

    let other = json!({ "name": "Birch", "profiles": ["A"], "size_band": "1-6" });
    let other = text(&world.owner.post("/organizations", other).await.expect(201)["id"]);
    let fields = [("criteria", "PAT-1"), ("assessment", &*world.assessment)];
    let path = format!("/organizations/{other}/evidence");
    let refused = send(&world.owner, &path, form(&fields, Some(("a.pdf", PDF)))).await;
    assert_eq!(refused.pointers(), ["/assessment"]);
    world.app.stop().await;
}

#[tokio::test]
async fn only_who_may_answer_attaches_and_a_locked_assessment_takes_nothing() {
    let world = World::new(Backend::Sqlite).await;
    let path = world.org("/evidence");
    let body = || form(&[("criteria", "PAT-1")], Some(("a.pdf", PDF)));
    for role in ["viewer", "consultant"] {
        send(&world.member(role).await, &path, body()).await.problem(403);
    }
    send(&world.app.person("outsider").await, &path, body()).await.problem(404);
    send(&world.app.anonymous(), &path, body()).await.problem(401);
    let item = text(&send(&world.owner, &path, body()).await.expect(201)["id"]);
    world.owner.post(&world.at("/submit"), json!({})).await.expect(200);
    send(&world.owner, &path, body()).await.problem(409);
    world.owner.delete(&format!("/evidence/{item}")).await.problem(409);
    let EvidenceConfig::Folder(folder) = &world.app.config.evidence else {
        panic!("tests keep files in a folder")
    };
    assert_eq!(files_below(folder).len(), 1, "what was refused leaves no file");
}

#[rstest]
#[tokio::test]
async fn a_replaced_item_waits_for_a_review_again(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let consultant = world.member("consultant").await;
    let item = attach(&world, "report.pdf", PDF).await.expect(201);
    let path = format!("/evidence/{}", text(&item["id"]));
    let accept = async |revision: i64| {
        consultant.patch(&path, json!({ "state": "accepted", "revision": revision })).await
    };
    accept(1).await.expect(200);
    let replace = async |revision: &str, content: &[u8]| {
        let fields = [("revision", revision), ("dated", "2026-02-01")];
        send(&world.owner, &format!("{path}/revisions"), form(&fields, Some(("new.txt", content)))).await
    };
    let replaced = replace("1", b"It still works.").await.expect(200);
    assert_eq!((&replaced["revision"], &replaced["state"]), (&json!(2), &json!("submitted")));
    assert_eq!((&replaced["title"], &replaced["dated"]), (&item["title"], &json!("2026-02-01")));
    assert_eq!(world.owner.get(&path).await.text, "It still works.");
    replace("1", b"It works for me.").await.problem(409);
    assert_eq!(replace("x", b"It works.").await.pointers(), ["/revision"]);
    let unread = accept(1).await.problem(409);
    assert!(text(&unread["detail"]).contains("revision 2"), "{unread}");
    let listed = world.owner.get(&world.at("/evidence")).await.expect(200);
    assert_eq!(listed["items"], json!([replaced]), "what nobody read is not accepted");
    assert_eq!(accept(2).await.expect(200)["state"], "accepted");
    assert_eq!(world.owner.get(&path).await.text, "It still works.");
}

#[tokio::test]
async fn a_file_is_attached_by_a_plain_form() {
    let world = World::new(Backend::Sqlite).await;
    world.owner.sign_in().await;
    let at = format!("/orgs/{}/assessments/{}/PAT", world.slug, world.assessment);
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
    let fields = [
        ("criteria", "PAT-1"),
        ("title", "Log"),
        ("body", ""),
        ("duration", "standard"),
        ("dated", &*today),
        ("expires", ""),
    ];
    let post = async |file| {
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let request = world.owner.client.post(format!("{}{at}/evidence", world.app.url));
        let request = request.header("origin", &world.app.url).header("sec-fetch-site", "same-origin");
        Answer::of(request.header("content-type", kind).body(form(&fields, file))).await
    };
    let refused = post(Some(("log.pdf", &b"plain text"[..]))).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(
        refused.text.contains("holds plain text") && refused.text.contains("value=\"Log\""),
        "{}",
        refused.text
    );
    let again = "One that was chosen before has to be chosen again.";
    assert!(refused.text.contains(again), "{}", refused.text);
    let fresh = world.owner.page(&format!("{at}?evidence=PAT-1")).await.text;
    assert!(fresh.contains("No data of patients.") && !fresh.contains(again), "{fresh}");
    assert_eq!(post(None).await.status, 422);
    assert_eq!(post(Some(("log.txt", &b"plain text"[..]))).await.status, 303);
    let page = world.owner.page(&at).await.text;
    assert!(page.contains("log.txt, 10 bytes"), "{page}");
}

#[tokio::test]
async fn what_was_typed_beside_a_file_outlives_an_expired_session() {
    let world = World::new(Backend::Sqlite).await;
    let path = format!("/orgs/{}/evidence", world.slug);
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
    let before = [("assessment", &*world.assessment), ("title", "The \"log\"")];
    let after = [("body", "It works."), ("duration", "standard"), ("dated", &*today), ("criteria", "PAT-1")];
    // As browsers send it: the file stands between the texts.
    let mut whole = form(&before, Some(("log.txt", b"what is in the file")));
    whole.truncate(whole.len() - format!("--{BOUNDARY}--\r\n").len());
    whole.extend(form(&after, None));
    let post = async |body: Vec<u8>| {
        let request = world.owner.client.post(format!("{}{path}", world.app.url));
        let request = request.header("origin", &world.app.url).header("sec-fetch-site", "same-origin");
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        Answer::of(request.header("content-type", kind).body(body)).await
    };
    let page = post(whole).await;
    assert_eq!(page.status, 401);
    let left_out = "name=\"sign-in.left-out\" value=\"file\"";
    for expected in
        ["value=\"The &quot;log&quot;\"", "value=\"It works.\"", "name=\"sign-in.repeat\"", left_out]
    {
        assert!(page.text.contains(expected), "{expected} in {}", page.text);
    }
    assert!(page.text.contains(&world.assessment) && !page.text.contains("what is in the file"));
    let long = "x".repeat(900_000);
    let much = form(&[("title", &*long), ("body", &*long), ("note", &*long)], None);
    assert_eq!(post(much).await.status, 413, "nobody fills the memory without signing in");

    let mut again = vec![
        ("sign-in.email", world.owner.email.as_str()),
        ("sign-in.password", super::support::PASSWORD),
        ("sign-in.next", &*path),
        ("sign-in.repeat", "on"),
    ];
    again.extend(before);
    again.extend(after);
    let signed_in = world.owner.submit("/sign-in", &again).await;
    assert_eq!((signed_in.status.as_u16(), signed_in.location()), (307, &*path));
    // The item is not made without its file: the form comes back and asks for it.
    let carried = [&again[..], &[("sign-in.left-out", "file")][..]].concat();
    let asked = world.owner.submit(&path, &carried).await;
    assert_eq!(asked.status, 422);
    for expected in ["value=\"The &quot;log&quot;\"", "Enter this again"] {
        assert!(asked.text.contains(expected), "{expected} in {}", asked.text);
    }
    assert_eq!(world.owner.get(&world.at("/evidence")).await.expect(200)["items"], json!([]));
    assert_eq!(world.owner.submit(&path, &again).await.status, 303);
    let kept = world.owner.get(&world.at("/evidence")).await.expect(200);
    assert_eq!(
        (&kept["items"][0]["title"], &kept["items"][0]["note"]),
        (&json!("The \"log\""), &json!("It works."))
    );
}

#[tokio::test]
async fn without_a_place_for_files_links_and_notes_are_taken() {
    let world = World::with(Backend::Sqlite, |config| config.evidence = EvidenceConfig::Nowhere).await;
    let refused = attach(&world, "report.pdf", PDF).await.problem(409);
    assert!(refused["detail"].as_str().unwrap().contains("RUNG_EVIDENCE_URL"), "{refused}");
    let fields = [("criteria", "PAT-1"), ("title", "Report"), ("link", "https://example.org/report.pdf")];
    let item = send(&world.owner, &world.org("/evidence"), form(&fields, None)).await.expect(201);
    let read = world.owner.get(&format!("/evidence/{}", text(&item["id"]))).await.expect(200);
    assert_eq!(read, item);
}

/// A workbook with a part of so many MB that packs to nearly nothing.
fn workbook(part: &str, megabytes: usize) -> Vec<u8> {
    use std::io::Write as _;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for name in ["[Content_Types].xml", "xl/workbook.xml"] {
        zip.start_file(name, options).unwrap();
        zip.write_all(b"<x/>").unwrap();
    }
    zip.start_file(part, options).unwrap();
    let nothing = vec![0_u8; 1 << 20];
    for _ in 0..megabytes {
        zip.write_all(&nothing).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The same where the directory says of its last part that it holds a thousand bytes.
fn understated(mut workbook: Vec<u8>) -> Vec<u8> {
    for (begin, size) in [(b"PK\x01\x02", 24), (b"PK\x03\x04", 22)] {
        let at = workbook.windows(4).rposition(|window| window == begin).unwrap() + size;
        workbook[at..at + 4].copy_from_slice(&1000_u32.to_le_bytes());
    }
    workbook
}

#[tokio::test]
async fn a_workbook_is_kept_and_handed_out_as_it_came_and_never_unpacked() {
    let world = World::new(Backend::Sqlite).await;
    let workbook = workbook("xl/worksheets/sheet1.xml", 9);
    assert!(workbook.len() < 1 << 16, "9 MB in {} bytes", workbook.len());
    let item = attach(&world, "Volumes.xlsx", &workbook).await.expect(201);
    assert_eq!(item["file"]["bytes"], json!(workbook.len()), "as it came, not as it would unpack");
    let path = format!("/evidence/{}", text(&item["id"]));
    let answer = world.owner.api(Method::GET, &path).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.headers()["content-disposition"].to_str().unwrap().starts_with("attachment;"));
    assert_eq!(answer.headers().get("content-encoding"), None);
    assert_eq!(answer.bytes().await.unwrap(), workbook);
    // What lies in the store is what came: nothing was unpacked beside it.
    let EvidenceConfig::Folder(folder) = &world.app.config.evidence else {
        panic!("tests keep files in a folder")
    };
    let kept: Vec<_> = files_below(folder).iter().map(|file| std::fs::read(file).unwrap()).collect();
    assert_eq!(kept, [workbook]);
    world.app.stop().await;
}
