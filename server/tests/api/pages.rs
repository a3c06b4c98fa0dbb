//! Around every page: who may post, what a browser may load, how refusals look, and what survives an expired session.

use super::support::{Answer, Backend, TestApp, World};

const POLICY: &str = "content-security-policy";

#[tokio::test]
async fn a_form_of_another_site_changes_nothing() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let ada = app.person("ada").await;
    ada.sign_in().await;
    let fields = [("name", "Forged"), ("profiles", "H"), ("size_band", "1-6")];
    let post = || ada.client.post(format!("{}/orgs/new", app.url)).form(&fields);
    let forged = [
        post().header("sec-fetch-site", "cross-site").header("origin", "https://evil.example"),
        post().header("sec-fetch-site", "same-site").header("origin", "https://other.example.org"),
        post().header("origin", "https://evil.example"),
        post().header("origin", "null"),
    ];
    for request in forged {
        let answer = Answer::of(request).await;
        assert_eq!(answer.status, 403);
        assert!(answer.text.contains("did not come from here"), "{}", answer.text);
    }
    assert_eq!(ada.get("/organizations").await.expect(200)["items"], serde_json::json!([]));
    let answer = ada.submit("/orgs/new", &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
}

#[tokio::test]
async fn the_cookie_alone_opens_nothing_of_the_api() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let mut ada = app.person("ada").await;
    ada.sign_in().await;
    ada.token = None;
    ada.get("/organizations").await.problem(401);
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let anonymous = app.anonymous();
    for path in
        ["/sign-up", "/no-such-page", "/healthz", "/favicon.svg", "/api/v1/organizations", "/api/v1/none"]
    {
        let answer = anonymous.page(path).await;
        let policy = answer.header(POLICY);
        assert!(policy.starts_with("default-src 'none'; "), "{path}: {policy}");
        for part in ["frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{path}: {policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
        assert!(answer.header("permissions-policy").contains("camera=()"), "{path}");
        assert_eq!(answer.header("strict-transport-security"), "", "{path}");
    }
}

#[tokio::test]
async fn a_page_with_an_island_runs_its_own_script_by_a_nonce_that_is_never_the_same() {
    let world = World::new(Backend::Sqlite).await;
    world.owner.sign_in().await;
    let path = format!("/orgs/{}/assessments/{}/PAT", world.slug, world.assessment);
    let mut nonces = Vec::new();
    for _ in 0..2 {
        let page = world.owner.page(&path).await;
        assert_eq!(page.status, 200);
        let policy = page.header(POLICY);
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        assert!(page.text.contains(&format!("nonce=\"{nonce}\"")), "{policy}");
        assert_eq!(
            page.text.matches("<script").count(),
            page.text.matches("nonce=\"").count(),
            "{}",
            page.text
        );
        nonces.push(nonce);
    }
    assert_ne!(nonces[0], nonces[1]);
    let without = world.owner.page(&format!("/orgs/{}", world.slug)).await;
    assert!(!without.text.contains("<script"), "a page without an island loads no code");
    assert!(without.header(POLICY).contains("script-src 'none'"));
}

#[tokio::test]
async fn no_page_needs_an_inline_style_or_handler() {
    let world = World::new(Backend::Sqlite).await;
    world.owner.sign_in().await;
    let org = format!("/orgs/{}", world.slug);
    let assessment = format!("{org}/assessments/{}", world.assessment);
    let paths = [
        "/".to_owned(),
        "/orgs/new".to_owned(),
        "/settings".to_owned(),
        "/frameworks".to_owned(),
        "/frameworks/B7/1.0.0".to_owned(),
        org.clone(),
        assessment.clone(),
        format!("{assessment}/PAT"),
        format!("{assessment}/findings"),
        format!("{assessment}/report"),
        format!("{org}/assessments/new"),
        format!("{org}/integrations"),
        format!("{org}/evidence"),
        format!("{org}/members"),
    ];
    for path in paths {
        let page = world.owner.page(&path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(!page.text.contains(" style=\"") && !page.text.contains(" onclick="), "{path}");
        assert_eq!(page.text.matches("<h1").count(), 1, "{path}");
    }
}

#[tokio::test]
async fn every_page_has_its_landmarks() {
    let world = World::new(Backend::Sqlite).await;
    let anonymous = world.app.anonymous();
    world.owner.sign_in().await;
    let organization = format!("/orgs/{}", world.slug);
    let pages = [
        (&anonymous, "/sign-in"),
        (&anonymous, "/frameworks"),
        (&anonymous, "/frameworks/B7/1.0.0"),
        (&anonymous, "/nowhere"),
        (&world.owner, "/"),
        (&world.owner, "/nowhere"),
        (&world.owner, "/settings"),
        (&world.owner, organization.as_str()),
    ];
    for (person, path) in pages {
        let page = person.page(path).await.text;
        for mark in ["<header", "<h1"] {
            assert!(page.contains(mark), "{path}: {mark} in {page}");
        }
        let around = page.split("<main").next().unwrap();
        let navigation = around.split("<nav").find(|nav| nav.contains("aria-label=\"Rung\"")).unwrap();
        assert!(navigation.contains("href=\"/frameworks\""), "{path}: {navigation}");
        assert_eq!(page.matches("<main").count(), 1, "{path}");
    }
}

#[tokio::test]
async fn refusals_are_pages_with_words() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let ada = app.person("ada").await;
    ada.sign_in().await;
    for (path, status) in [("/no-such-page", 404), ("/orgs/no-such-org", 404), ("/sign-out", 405)] {
        let answer = ada.page(path).await;
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.header("content-type").starts_with("text/html"), "{path}");
        assert!(answer.text.contains("<h1"), "{path}");
    }
}

#[tokio::test]
async fn where_something_broke_the_page_says_what_to_report_and_nothing_of_the_cause() {
    let world = World::new(Backend::Sqlite).await;
    world.owner.sign_in().await;
    world.app.lose("findings").await;
    let path = format!("/orgs/{}/assessments/{}/findings", world.slug, world.assessment);
    let answer = world.owner.page(&path).await;
    assert_eq!(answer.status, 500, "{}", answer.text);
    let reference = answer.header("x-request-id");
    assert!(!reference.is_empty() && answer.text.contains(reference), "{}", answer.text);
    for words in ["Something broke on our side", "whoever runs this installation"] {
        assert!(answer.text.contains(words), "{words} in {}", answer.text);
    }
    assert!(!answer.text.contains("no such table"), "{}", answer.text);
}

#[tokio::test]
async fn a_form_that_is_no_utf_8_or_far_too_large_is_refused_in_words() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let ada = app.person("ada").await;
    ada.sign_in().await;
    let post = |body: Vec<u8>| {
        let request = ada.client.post(format!("{}/orgs/new", app.url)).header("origin", &app.url).body(body);
        Answer::of(request.header("content-type", "application/x-www-form-urlencoded"))
    };
    let answer = post(b"name=%FF%FE&profiles=H&size_band=1-6".to_vec()).await;
    assert!(matches!(answer.status.as_u16(), 400 | 422), "{}", answer.status);
    assert!(answer.text.contains("UTF-8"), "{}", answer.text);
    let answer = post([b"name=".as_slice(), &vec![b'a'; 9 << 20]].concat()).await;
    assert_eq!(answer.status, 413);
    assert!(answer.text.contains("<h1"), "{}", answer.text);
    assert_eq!(ada.get("/organizations").await.expect(200)["items"], serde_json::json!([]));
}

#[tokio::test]
async fn an_answer_typed_while_the_session_expired_is_saved_after_signing_in() {
    let world = World::new(Backend::Sqlite).await;
    let path = format!("/orgs/{}/assessments/{}/PAT", world.slug, world.assessment);
    let typed = [
        ("PAT-1.level", "3"),
        ("PAT-1.rationale", "Live since May."),
        ("PAT-1.revision", "0"),
        ("PAT-2.level", "2"),
        ("PAT-2.revision", "0"),
        ("save", "PAT-1"),
    ];
    let answer = world.owner.submit(&path, &typed).await;
    assert_eq!(answer.status, 401);
    assert!(answer.text.contains("Live since May."), "what was typed is on the page: {}", answer.text);

    let mut fields = vec![
        ("sign-in.email", world.owner.email.as_str()),
        ("sign-in.password", super::support::PASSWORD),
        ("sign-in.next", path.as_str()),
        ("sign-in.repeat", "1"),
    ];
    fields.extend(typed);
    let answer = world.owner.submit("/sign-in", &fields).await;
    assert_eq!(
        (answer.status.as_u16(), answer.location()),
        (307, path.as_str()),
        "the browser posts it again"
    );
    assert_eq!(world.owner.submit(&path, &fields).await.status, 303);
    let saved = world.owner.get(&world.at("")).await.expect(200);
    assert_eq!(saved["answers"][0]["rationale"], "Live since May.");
    assert_eq!(saved["answers"][1]["level"], 2);
}

#[tokio::test]
async fn a_secret_typed_while_the_session_expired_is_asked_for_before_anything_is_saved() {
    let world = World::new(Backend::Sqlite).await;
    let integration = world.integration(&[]).await;
    let path = format!("/orgs/{}/integrations/{integration}/checks/new", world.slug);
    let open = [
        ("kind", "fhir.capability"),
        ("parameters.base_url", "https://fhir.example.org/r4"),
        ("interval", "1d"),
    ];
    let typed = [&open[..], &[("parameters.bearer_token", "hush-hush")][..]].concat();
    let answer = world.owner.submit(&path, &typed).await;
    assert_eq!(answer.status, 401);
    let left_out = "name=\"sign-in.left-out\" value=\"parameters.bearer_token\"";
    assert!(answer.text.contains(left_out) && !answer.text.contains("hush-hush"), "{}", answer.text);

    // Signing in posts what the page carried.
    world.owner.sign_in().await;
    let carried = [&open[..], &[("sign-in.left-out", "parameters.bearer_token")][..]].concat();
    let answer = world.owner.submit(&path, &carried).await;
    assert_eq!(answer.status, 422);
    for part in ["value=\"https://fhir.example.org/r4\"", "Enter this again"] {
        assert!(answer.text.contains(part), "{part} in {}", answer.text);
    }
    let checks = format!("/integrations/{integration}/checks");
    assert_eq!(world.owner.get(&checks).await.expect(200)["items"], serde_json::json!([]));

    assert_eq!(world.owner.submit(&path, &typed).await.status, 303);
    assert_eq!(world.owner.get(&checks).await.expect(200)["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn signing_in_leads_to_no_other_site() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let ada = app.person("ada").await;
    for next in ["https://evil.example", "//evil.example", "/\\evil.example"] {
        let fields = [
            ("sign-in.email", ada.email.as_str()),
            ("sign-in.password", super::support::PASSWORD),
            ("sign-in.next", next),
        ];
        assert_eq!(ada.submit("/sign-in", &fields).await.location(), "/", "{next}");
    }
}

#[tokio::test]
async fn a_browser_keeps_no_page_of_answers_and_every_page_with_a_form_alone() {
    let world = World::new(Backend::Sqlite).await;
    world.owner.sign_in().await;
    let at = format!("/orgs/{}/assessments/{}", world.slug, world.assessment);
    let organization = format!("/orgs/{}", world.slug);
    for path in ["/", "/portfolio", &organization, &at, &format!("{at}/PAT"), &format!("{at}/findings")] {
        assert_eq!(world.owner.page(path).await.header("cache-control"), "private, no-store", "{path}");
    }
    for path in ["/orgs/new", "/settings", &format!("{organization}/integrations")] {
        assert_eq!(world.owner.page(path).await.header("cache-control"), "private, no-cache", "{path}");
    }
}

#[tokio::test]
async fn the_overview_asks_only_those_to_continue_who_may_answer() {
    let world = World::new(Backend::Sqlite).await;
    let viewer = world.member("viewer").await;
    world.owner.sign_in().await;
    viewer.sign_in().await;
    let at = format!("/orgs/{}", world.slug);
    assert!(world.owner.page(&at).await.text.contains("Continue the assessment"));
    assert!(viewer.page(&at).await.text.contains("Open the assessment"));
    world.owner.post(&world.at("/submit"), serde_json::json!({})).await.expect(200);
    let locked = world.owner.page(&at).await.text;
    assert!(
        locked.contains("Open the assessment") && !locked.contains("Continue the assessment"),
        "{locked}"
    );
}
