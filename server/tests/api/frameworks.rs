//! Importing a framework over the API.

use reqwest::Method;
use rstest::rstest;
use serde_json::json;
use service::account::SignUp;

use super::support::{Answer, Backend, PASSWORD, Person, TestApp, text};

pub(super) const FILE: &str = include_str!("../../../app/domain/frameworks/bl7.toml");

pub(super) async fn admin(app: &TestApp) -> Person {
    let sign_up = SignUp {
        name: "Root".to_owned(),
        email: "root@example.org".to_owned(),
        password: PASSWORD.to_owned(),
    };
    app.service.create_account_as_operator(sign_up, true).await.unwrap();
    let mut root = app.anonymous();
    "root@example.org".clone_into(&mut root.email);
    root.token = Some(app.service.create_token_as_operator("root@example.org").await.unwrap().secret);
    root
}

async fn import(person: &Person, text: &str) -> Answer {
    let request = person.api(Method::POST, "/frameworks").header("content-type", "application/toml");
    Answer::of(request.body(text.to_owned())).await
}

fn changed(from: &str, to: &str) -> String {
    assert!(FILE.contains(from), "{from}");
    FILE.replacen(from, to, 1)
}

#[rstest]
#[tokio::test]
async fn an_administrator_imports_a_version_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::spawn(backend).await;
    let root = admin(&app).await;
    let file = changed("version = \"1.0.0\"", "version = \"2.0.0\"");
    let made = import(&root, &file).await;
    assert_eq!(made.expect(201)["version"], "2.0.0");
    assert_eq!(made.location(), "/api/v1/frameworks/BL7/2.0.0");
    import(&root, &file).await.expect(200);
    let other = file.replacen("title = \"", "title = \"Other ", 1);
    import(&root, &other).await.problem(409);
    let kept = root.get("/frameworks/BL7/2.0.0").await.expect(200);
    assert!(!kept["title"].as_str().unwrap().starts_with("Other"), "{kept}");
    app.stop().await;
}

#[tokio::test]
async fn whoever_does_not_administer_the_installation_imports_nothing() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let file = changed("version = \"1.0.0\"", "version = \"2.0.0\"");
    import(&app.person("ada").await, &file).await.problem(403);
    import(&app.anonymous(), &file).await.problem(401);
    admin(&app).await.get("/frameworks/BL7/2.0.0").await.problem(404);
}

#[tokio::test]
async fn every_problem_of_a_file_names_its_line_and_its_key() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let root = admin(&app).await;
    let line_of = |text: &str, mark: &str| text[..text.find(mark).unwrap()].matches('\n').count() + 1;
    let code = |text: &str| {
        let start = text.find("[[domain.criterion]]\ncode = \"").unwrap() + 29;
        text[start..start + text[start..].find('"').unwrap()].to_owned()
    };
    let first = code(FILE);
    let rest = FILE.rfind("[[domain.criterion]]\ncode = \"").unwrap() + 29;
    let last = &FILE[rest..rest + FILE[rest..].find('"').unwrap()];

    let twice = FILE.replacen(&format!("code = \"{last}\""), &format!("code = \"{first}\""), 1);
    let citation = FILE.replacen("citations = [\"", "citations = [\"no-such-source\", \"", 1);
    let gate = FILE.replacen("gates = { \"", "gates = { \"9.9\" = 1, \"", 1);
    for (file, said, mark) in [
        (&twice, first.as_str(), None),
        (&citation, "no-such-source", Some("no-such-source")),
        (&gate, "9.9", Some("9.9")),
    ] {
        assert_ne!(file, FILE);
        let problem = import(&root, file).await.problem(422);
        let errors = problem["errors"].as_array().unwrap();
        let error = errors.iter().find(|error| error["detail"].as_str().unwrap().contains(said));
        let error = error.unwrap_or_else(|| panic!("{said} in {problem}"));
        assert!(!error["key"].as_str().unwrap().is_empty(), "{error}");
        assert!(error.get("pointer").is_none(), "{error}");
        if let Some(mark) = mark {
            assert_eq!(error["line"], line_of(file, mark), "{error}");
        }
    }
    let nonsense = import(&root, "code = [").await.problem(422);
    assert_eq!(nonsense["errors"][0]["line"], 1);
    let listed = root.get("/frameworks?limit=200").await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 4, "nothing was imported");
}

#[tokio::test]
async fn what_is_no_toml_by_name_or_no_utf_8_is_refused() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let root = admin(&app).await;
    root.post("/frameworks", json!({})).await.problem(415);
    let request = root.api(Method::POST, "/frameworks").header("content-type", "application/toml");
    Answer::of(request.body(vec![b'c', 0xFF])).await.problem(400);
}

#[tokio::test]
async fn the_disclaimer_of_a_framework_stands_wherever_a_rung_of_it_does() {
    const WORDS: &str = "For our own use: this certifies nothing.";
    let app = TestApp::spawn(Backend::Sqlite).await;
    let root = admin(&app).await;
    let line = FILE.lines().find(|line| line.starts_with("disclaimer = ")).unwrap();
    let file = changed("version = \"1.0.0\"", "version = \"2.0.0\"");
    let file = file.replacen(line, &format!("disclaimer = \"{WORDS}\""), 1);
    import(&root, &file).await.expect(201);
    let new = json!({ "name": "Alder", "profiles": ["H"], "size_band": "1-6" });
    let organization = root.post("/organizations", new).await.expect(201);
    let new = json!({ "framework": "BL7", "title": "Spring" });
    let path = format!("/organizations/{}/assessments", text(&organization["id"]));
    let assessment = root.post(&path, new).await.expect(201);
    assert_eq!(assessment["framework_version"], "2.0.0");
    let id = text(&assessment["id"]);
    let score = root.get(&format!("/assessments/{id}/score")).await.expect(200);
    assert_eq!(score["disclaimer"], WORDS);

    root.sign_in().await;
    let org = format!("/orgs/{}", text(&organization["slug"]));
    let at = format!("{org}/assessments/{id}");
    let domain = text(&score["domains"][0]["code"]);
    for page in [
        "/".to_owned(),
        org,
        format!("{at}/{domain}"),
        format!("{at}/roadmap"),
        format!("{at}/report"),
        format!("{at}/history"),
        at,
        format!("/trend?assessment={id}"),
        "/portfolio?framework=BL7+2.0.0".to_owned(),
        "/frameworks/BL7/2.0.0".to_owned(),
        "/frameworks/BL7/2.0.0/methods".to_owned(),
    ] {
        let shown = root.page(&page).await;
        assert_eq!(shown.status, 200, "{page}");
        assert!(shown.text.contains(WORDS), "{page}: {}", shown.text);
    }
}
