//! Writing frameworks: drafts through the API and through their pages.

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use super::frameworks::{FILE, admin};
use super::support::{Answer, Backend, Person, TestApp, text};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

async fn next_version(root: &Person) -> Value {
    root.post("/drafts", json!({ "framework": "BL7" })).await.expect(201)
}

async fn import(person: &Person, content: impl Into<Vec<u8>>) -> Answer {
    let request =
        person.api(Method::POST, "/drafts/import").header("content-type", "application/octet-stream");
    Answer::of(request.body(content.into())).await
}

/// The bytes of a file that the API hands out.
async fn file(person: &Person, path: &str) -> Vec<u8> {
    let response = person.api(Method::GET, path).send().await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    response.bytes().await.unwrap().to_vec()
}

#[rstest]
#[tokio::test]
async fn a_draft_is_begun_saved_compared_and_published(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::spawn(backend).await;
    let root = admin(&app).await;
    let draft = next_version(&root).await;
    let at = format!("/drafts/{}", text(&draft["id"]));
    assert_eq!(
        (&draft["version"], &draft["base"], &draft["revision"], &draft["valid"]),
        (&json!("1.1.0"), &json!("1.0.0"), &json!(1), &json!(true))
    );

    let mut document = draft["document"].clone();
    document["domains"][0]["weight"] = json!(24);
    document["domains"][0]["criteria"][0]["anchors"][2] = json!("");
    let save = json!({ "revision": 1, "document": document });
    let saved = root.put(&at, save.clone()).await.expect(200);
    assert_eq!((&saved["revision"], &saved["valid"]), (&json!(2), &json!(false)));
    let problems: Vec<_> =
        saved["problems"].as_array().unwrap().iter().map(|one| (&one["part"], &one["field"])).collect();
    assert_eq!(
        problems,
        [(&json!("head"), &json!("domains")), (&json!("criterion-1-1"), &json!("anchors.2"))]
    );
    let refused = root.post(&format!("{at}/publish"), json!({ "revision": 2 })).await.problem(422);
    assert_eq!(refused["errors"].as_array().unwrap().len(), 2, "{refused}");

    let stale = root.put(&at, save).await.problem(409);
    assert_eq!(stale["current"]["revision"], 2);
    assert_eq!(stale["current"]["document"], document);

    document["domains"][0]["weight"] = json!(25);
    document["domains"][0]["criteria"][0]["anchors"][2] = json!("Other words.");
    document["domains"][1]["criteria"][0]["code"] = json!("BL-99");
    for binding in document["domains"][1]["criteria"][0]["bindings"].as_array_mut().unwrap() {
        let number = text(&binding["id"]).rsplit('.').next().unwrap().to_owned();
        binding["id"] = json!(format!("BL-99.{number}"));
    }
    let saved = root.put(&at, json!({ "revision": 2, "document": document })).await.expect(200);
    assert_eq!(saved["problems"], json!([]));
    let changes = root.get(&format!("{at}/changes")).await.expect(200);
    let named: Vec<_> = changes["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (text(&one["subject"]), text(&one["what"])))
        .collect();
    for wanted in
        [("framework", "changed"), ("criterion", "changed"), ("criterion", "added"), ("criterion", "removed")]
    {
        assert!(named.iter().any(|(subject, what)| (subject.as_str(), what.as_str()) == wanted), "{changes}");
    }

    root.post(&format!("{at}/publish"), json!({ "revision": 2 })).await.problem(409);
    let published = root.post(&format!("{at}/publish"), json!({ "revision": 3 })).await;
    assert_eq!(published.expect(201)["version"], "1.1.0");
    assert_eq!(published.location(), "/api/v1/frameworks/BL7/1.1.0");
    let whole = root.get("/frameworks/BL7/1.1.0").await.expect(200);
    assert_eq!(whole, document, "the API shows what was written");
    let between = root.get("/frameworks/BL7/1.1.0/changes?from=1.0.0").await.expect(200);
    assert_eq!(between["changes"], changes["changes"]);
    root.get("/frameworks/BL7/1.1.0/changes").await.problem(422);
    root.get("/frameworks/BL7/1.1.0/changes?from=0.1.0").await.problem(404);

    assert_eq!(root.get("/drafts").await.expect(200)["items"], json!([]));
    assert_eq!(root.get(&at).await.expect(200)["closed"], true);
    root.put(&at, json!({ "revision": 3, "text": "code = 1" })).await.problem(409);
    root.delete(&at).await.problem(409);
    root.post(&format!("{at}/publish"), json!({ "revision": 3 })).await.problem(409);
    app.stop().await;
}

#[rstest]
#[tokio::test]
async fn a_version_that_is_not_higher_is_not_published(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::spawn(backend).await;
    let root = admin(&app).await;
    let made = import(&root, FILE).await;
    let draft = made.expect(201);
    let at = format!("/drafts/{}", text(&draft["id"]));
    assert_eq!(draft["base"], "1.0.0", "a file of a known framework follows its latest version");
    assert_eq!(draft["problems"][0]["field"], "version");
    root.post(&format!("{at}/publish"), json!({ "revision": 1 })).await.problem(422);
    root.delete(&at).await.expect(204);
    root.get(&at).await.problem(404);
    app.stop().await;
}

#[tokio::test]
async fn whoever_does_not_administer_the_installation_writes_nothing() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let root = admin(&app).await;
    let at = format!("/drafts/{}", text(&next_version(&root).await["id"]));
    let ada = app.person("ada").await;
    ada.get("/drafts").await.problem(403);
    ada.get(&at).await.problem(403);
    ada.post("/drafts", json!({})).await.problem(403);
    import(&ada, FILE).await.problem(403);
    ada.put(&at, json!({ "revision": 1, "text": "" })).await.problem(403);
    ada.post(&format!("{at}/publish"), json!({ "revision": 1 })).await.problem(403);
    ada.delete(&at).await.problem(403);
    ada.put("/citations/LOCAL-1", json!({ "title": "x", "status": "read" })).await.problem(403);
    app.anonymous().get("/drafts").await.problem(401);
    ada.sign_in().await;
    assert_eq!(ada.page("/drafts").await.status, 403);
    assert_eq!(ada.submit("/drafts", &[("from", "blank")]).await.status, 403);
    assert!(!ada.page("/frameworks").await.text.contains("/drafts"));
}

#[rstest]
#[case("toml")]
#[case("json")]
#[case("xlsx")]
#[tokio::test]
async fn what_is_exported_begins_a_draft_that_says_the_same(#[case] ending: &str) {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let root = admin(&app).await;
    for code in ["B7", "BL7"] {
        let content = file(&root, &format!("/frameworks/{code}/1.0.0/framework.{ending}")).await;
        let draft = import(&root, content).await.expect(201);
        let whole = root.get(&format!("/frameworks/{code}/1.0.0")).await.expect(200);
        assert_eq!(draft["document"], whole, "{code}");
    }
}

#[tokio::test]
async fn a_file_that_is_no_framework_says_where_it_is_wrong() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let root = admin(&app).await;
    for (content, words) in [
        (&b""[..], "empty"),
        (b"{ \"code\": [] }", "Line 1, column"),
        (b"PK\x03\x04nothing", "is no workbook"),
        (b"\xFF\xD8\xFF", "UTF-8"),
    ] {
        let problem = import(&root, content).await.problem(422);
        assert!(text(&problem["detail"]).contains(words), "{problem}");
    }
    // A text file is kept as it is, to be mended.
    let draft = import(&root, "code = \"X\"\ncolour = \"red\"\n").await.expect(201);
    assert_eq!((&draft["document"], &draft["valid"]), (&Value::Null, &json!(false)));
    assert_eq!(draft["problems"][0]["line"], 2);
    assert!(text(&draft["text"]).contains("colour"));
    let at = format!("/drafts/{}", text(&draft["id"]));
    root.get(&format!("{at}/changes")).await.problem(409);
    root.put(&at, json!({ "revision": 1 })).await.problem(422);
    root.put(&at, json!({ "revision": 1, "text": "", "document": {} })).await.problem(422);
    let unknown = root.put(&at, json!({ "revision": 1, "document": { "colour": 1 } })).await.problem(422);
    assert!(text(&unknown["detail"]).contains("There is no \"colour\" here."), "{unknown}");
    root.post("/drafts", json!({ "framework": "NOPE" })).await.problem(422);
    root.post("/drafts", json!({ "version": "1.0.0" })).await.problem(422);
}

#[rstest]
#[tokio::test]
async fn a_source_is_added_and_named_by_a_draft(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::spawn(backend).await;
    let root = admin(&app).await;
    let draft = next_version(&root).await;
    let at = format!("/drafts/{}", text(&draft["id"]));
    let mut document = draft["document"].clone();
    document["domains"][0]["criteria"][0]["citations"] = json!(["LOCAL-1"]);
    let saved = root.put(&at, json!({ "revision": 1, "document": document })).await.expect(200);
    assert_eq!(saved["problems"][0]["field"], "citations");
    let source = json!({
        "title": "A local rule", "urls": ["https://rules.example/1"], "status": "to verify",
        "valid_from": "2026-01-01", "valid_to": "2027-12-31", "binds": "hospitals",
    });
    let kept = root.put("/citations/LOCAL-1", source.clone()).await.expect(200);
    assert_eq!((&kept["built_in"], &kept["valid_to"]), (&json!(false), &json!("2027-12-31")));
    assert_eq!(root.get(&at).await.expect(200)["valid"], true);
    root.put("/citations/TEFCA", source.clone()).await.problem(409);
    let wrong = json!({ "title": "", "status": "seen", "urls": ["javascript:1"] });
    assert_eq!(root.put("/citations/LOCAL-1", wrong).await.pointers(), ["/title", "/urls", "/status"]);
    let listed = root.get("/citations?limit=200").await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 74);
    root.sign_in().await;
    let page = root.page("/citations").await;
    assert!(page.text.contains("LOCAL-1") && page.text.contains("Change LOCAL-1"), "{}", page.text);
    assert!(!page.text.contains("Change TEFCA"));
    let fields =
        [("key", "LOCAL-1"), ("title", "Renamed"), ("urls", ""), ("status", "read"), ("valid_to", "soon")];
    let refused = root.submit("/citations", &fields).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("Renamed") && refused.text.contains("Give the day as year"));
    app.stop().await;
}

#[rstest]
#[tokio::test]
async fn the_forms_write_a_framework_without_scripts(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::spawn(backend).await;
    let root = admin(&app).await;
    root.sign_in().await;
    let begun = root.submit("/drafts", &[("from", "blank")]).await;
    assert_eq!(begun.status, 303);
    let at = begun.location().to_owned();
    let overview = root.page(&at).await;
    for words in ["Nothing is wrong", "Publish NEW 0.1.0", "Weights sum to 100", "Add a rung"] {
        assert!(overview.text.contains(words), "{words} in {}", overview.text);
    }
    let phrase = "<span class=\"strong\">Names, levels, profiles";
    assert!(overview.text.contains(phrase), "a phrase may break, a code may not: {}", overview.text);

    let added = root.submit(&format!("{at}/add"), &[("revision", "1"), ("what", "domain-1")]).await;
    assert_eq!(added.location(), format!("{at}/parts/criterion-1-2"));
    let form = root.page(&format!("{at}/parts/criterion-1-2")).await;
    assert!(form.text.contains("value=\"D1-2\"") && form.text.contains("Anchor 2 Defined"), "{}", form.text);
    let fields = [
        ("revision", "2"),
        ("code", "D1-2"),
        ("title", "Second"),
        ("weight", "7"),
        ("profiles", "H"),
        ("question", "Is it there?"),
        ("anchors.0", "No."),
        ("anchors.1", "Some."),
        ("anchors.2", "More."),
        ("anchors.3", "Most."),
        ("anchors.4", ""),
        ("gates.N.1", "2"),
        ("citations", "TEFCA, NOWHERE"),
        ("effort", "S"),
        ("checks.0.id", "D1-2.1"),
        ("checks.0.kind", "tls.certificate"),
        ("checks.0.passes_when", "It is valid."),
        ("checks.0.expect", "seen == 1"),
        ("checks.0.fail_cap", "1"),
    ];
    let path = format!("{at}/parts/criterion-1-2");
    let saved = root.submit(&path, &fields).await;
    assert_eq!((saved.status.as_u16(), saved.location()), (303, format!("{path}?saved=1").as_str()));
    let form = root.page(&format!("{path}?saved=1")).await;
    for words in [
        "Must be a whole number between 1 and 3, not 7.",
        "Holds an empty text.",
        "“NOWHERE” is not a known citation",
        "does not observe “seen”",
        "seen == 1",
        "7 (is not allowed)",
        "aria-invalid=\"true\"",
    ] {
        assert!(form.text.contains(words), "{words} in {}", form.text);
    }
    let overview = root.page(&at).await;
    assert!(overview.text.contains(&format!("{at}/parts/criterion-1-2#anchors.4")), "{}", overview.text);
    assert!(!overview.text.contains("Publish NEW 0.1.0"));
    assert_eq!(root.submit(&format!("{at}/publish"), &[("revision", "3")]).await.status, 422);

    // Somebody else saved in between: both are shown, nothing is lost.
    let late = [("revision", "2"), ("code", "D1-2"), ("title", "Mine"), ("anchors.0", "No.")];
    let conflict = root.submit(&path, &late).await;
    assert_eq!(conflict.status, 409);
    for words in
        ["saved this draft in the meantime", "value=\"Mine\"", "Second", "name=\"revision\" value=\"3\""]
    {
        assert!(conflict.text.contains(words), "{words} in {}", conflict.text);
    }
    let stale = root.submit(&format!("{path}/remove"), &[("revision", "1")]).await;
    assert_eq!(stale.status, 409);
    let moved = root.submit(&format!("{path}/move"), &[("revision", "3"), ("direction", "earlier")]).await;
    assert_eq!(moved.location(), format!("{at}/parts/criterion-1-1"));
    let removed = root.submit(&format!("{at}/parts/criterion-1-1/remove"), &[("revision", "4")]).await;
    assert_eq!(removed.location(), format!("{at}#domains"));
    for gone in ["criterion-1-9", "rung-4", "nonsense"] {
        assert_eq!(root.page(&format!("{at}/parts/{gone}")).await.status, 404, "{gone}");
    }

    let twice = [("revision", "5"), ("code", "NEW"), ("version", "0.1.0"), ("profiles", "H = One\nH = Two")];
    let refused = root.submit(&format!("{at}/parts/head"), &twice).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("is listed twice") && refused.text.contains("H = Two"), "{}", refused.text);
    let published = root.submit(&format!("{at}/publish"), &[("revision", "5")]).await;
    assert_eq!((published.status.as_u16(), published.location()), (303, "/frameworks/NEW/0.1.0"));
    assert!(root.page("/frameworks/NEW/0.1.0").await.text.contains("First criterion"));
    app.stop().await;
}

#[tokio::test]
async fn the_text_is_kept_as_it_is_and_its_problems_name_their_lines() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let root = admin(&app).await;
    root.sign_in().await;
    let at =
        root.submit("/drafts", &[("from", "version"), ("version", "BL7 1.0.0")]).await.location().to_owned();
    let text_at = format!("{at}/text");
    let broken = "# mine\ncode = \"X\"\ncolour = \"<red>\"\n";
    let saved = root.submit(&text_at, &[("revision", "1"), ("text", broken)]).await;
    assert_eq!(saved.status, 303);
    let page = root.page(&text_at).await;
    for words in ["# mine", "is not a key of this table", "colour = \"&lt;red>\""] {
        assert!(page.text.contains(words), "{words} in {}", page.text);
    }
    let overview = root.page(&at).await;
    assert!(
        overview.text.contains("cannot be read as a framework") && overview.text.contains("line 3, colour")
    );
    assert_eq!(root.page(&format!("{at}/parts/head")).await.status, 409);
    assert_eq!(root.page(&format!("{at}/changes")).await.status, 409);
    let late = root.submit(&text_at, &[("revision", "1"), ("text", "code = \"MINE\"")]).await;
    assert_eq!(late.status, 409);
    assert!(late.text.contains("MINE") && late.text.contains("# mine"), "{}", late.text);
    let long = "x".repeat((1 << 20) + 1);
    let refused = root.submit(&text_at, &[("revision", "2"), ("text", &long)]).await;
    assert_eq!(refused.status, 422);
    assert_eq!(root.submit(&format!("{at}/discard"), &[]).await.location(), "/drafts");
    assert_eq!(root.page(&at).await.status, 404);
}

#[tokio::test]
async fn a_workbook_is_downloaded_edited_and_sent_back_through_the_page() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let root = admin(&app).await;
    root.sign_in().await;
    let response =
        root.client.get(format!("{}/frameworks/BL7/1.0.0/framework.xlsx", app.url)).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], XLSX);
    assert!(response.headers()["content-disposition"].to_str().unwrap().contains("BL7-1.0.0.xlsx"));
    let bytes = response.bytes().await.unwrap().to_vec();
    let send = async |content: Vec<u8>| {
        let mut body = b"--edge\r\nContent-Disposition: form-data; name=\"from\"\r\n\r\nfile\r\n".to_vec();
        body.extend(b"--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.xlsx\"\r\n\r\n");
        body.extend(content);
        body.extend(b"\r\n--edge--\r\n");
        let kind = "multipart/form-data; boundary=edge";
        let request = root.client.post(format!("{}/drafts", app.url)).header("origin", &app.url);
        Answer::of(request.header("sec-fetch-site", "same-origin").header("content-type", kind).body(body))
            .await
    };
    let begun = send(bytes).await;
    assert_eq!(begun.status, 303, "{}", begun.text);
    let changes = root.page(&format!("{}/changes", begun.location())).await;
    assert!(changes.text.contains("Nothing changed."), "{}", changes.text);
    for ending in ["toml", "json", "xlsx"] {
        let path = format!("{}/files/draft.{ending}", begun.location());
        let response = root.client.get(format!("{}{path}", app.url)).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
    }
    let refused = send(b"PK\x03\x04nothing".to_vec()).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("The file is no workbook"), "{}", refused.text);
    let none = root.submit("/drafts", &[("from", "file")]).await;
    assert_eq!(none.status, 422);
    assert!(none.text.contains("Choose a file"));
}
