//! What is shown once after a form.

use axum::body::Body;
use http::{Request, StatusCode};
use service::Actor;
use service::account::SignUp;

use super::{EMAIL, PASSWORD, Site};

#[tokio::test]
async fn a_token_is_shown_once() {
    let site = Site::new().await;
    let mut browser = site.signed_in().await;
    let made = browser.post("/settings/tokens", &[("name", "nightly export")]).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "reloading the page must not make another");
    assert_eq!(made.location.as_deref(), Some("/settings"));
    let other = browser.get("/orgs/new").await;
    assert!(!other.body.contains("nightly export"), "it waits for its own page");
    let page = browser.get("/settings").await;
    let secret = page.body.split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(site.service.actor_of_token(&secret).await.is_ok(), "{secret}");
    let page = browser.get("/settings").await;
    assert!(page.body.contains("nightly export") && !page.body.contains(&secret));
}

/// What stands in the page's boxes to be copied.
fn secrets(page: &str) -> Vec<String> {
    page.split("<code>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn two_tokens_made_before_the_page_comes_are_both_shown_there() {
    let site = Site::new().await;
    let mut browser = site.signed_in().await;
    for name in ["nightly export", "morning report"] {
        assert_eq!(browser.post("/settings/tokens", &[("name", name)]).await.status, StatusCode::SEE_OTHER);
    }
    let page = browser.get("/settings").await;
    let shown = secrets(&page.body);
    assert_eq!(shown.len(), 2, "{}", page.body);
    assert_ne!(shown[0], shown[1]);
    for (secret, name) in shown.iter().zip(["nightly export", "morning report"]) {
        assert!(page.body.contains(&format!("Token {name} is created")), "{}", page.body);
        assert!(site.service.actor_of_token(secret).await.is_ok(), "{secret}");
    }
    assert!(secrets(&browser.get("/settings").await.body).is_empty(), "shown once");
}

#[tokio::test]
async fn asking_for_a_page_without_its_content_leaves_what_waits_for_it() {
    let site = Site::new().await;
    let mut browser = site.signed_in().await;
    browser.post("/settings/tokens", &[("name", "nightly export")]).await;
    let head = browser.send(Request::head("/settings").body(Body::empty()).unwrap()).await;
    assert_eq!((head.status, head.body.as_str()), (StatusCode::OK, ""));
    assert_eq!(secrets(&browser.get("/settings").await.body).len(), 1);
}

#[tokio::test]
async fn what_waits_to_be_shown_once_opens_for_its_reader_at_its_page_only() {
    let site = Site::new().await;
    let mut browser = site.signed_in().await;
    browser.post("/settings/tokens", &[("name", "nightly export")]).await;
    let secret = secrets(&browser.get("/settings").await.body).remove(0);
    let ana = site.service.actor_of_token(&secret).await.unwrap();
    let session = site.service.sessions(&ana, "").await.unwrap().remove(0).key;
    site.service.keep_once(&ana, &session, "/settings", "hunter2").await.unwrap();
    let sign_up =
        SignUp { name: "Bo".to_owned(), email: "bo@alder.example".to_owned(), password: PASSWORD.to_owned() };
    site.service.create_account_as_operator(sign_up, false).await.unwrap();
    let token = site.service.create_token_as_operator("bo@alder.example").await.unwrap();
    let bo = site.service.actor_of_token(&token.secret).await.unwrap();
    let waiting = async |actor: &Actor, session: &str, place: &str| {
        let waiting = site.service.waiting_once(actor, session, place).await.unwrap();
        waiting.into_iter().map(|(_, text)| text).collect::<Vec<_>>()
    };
    assert!(waiting(&bo, &session, "/settings").await.is_empty());
    assert!(waiting(&ana, "another session", "/settings").await.is_empty());
    assert!(waiting(&ana, &session, "/orgs/alder/alerts").await.is_empty());
    assert_eq!(waiting(&ana, &session, "/settings").await, ["hunter2"]);
}

#[tokio::test]
async fn what_a_page_that_is_refused_should_have_shown_once_goes_on_waiting() {
    let site = Site::new().await;
    let mut browser = site.signed_in().await;
    let token = site.service.create_token_as_operator(EMAIL).await.unwrap();
    let ana = site.service.actor_of_token(&token.secret).await.unwrap();
    let session = site.service.sessions(&ana, "").await.unwrap().remove(0).key;
    // The page looks for its campaign after what it is to show once, and there is none.
    let place = "/portfolio/campaigns/0193e2f0-5b7c-7c3e-8a51-2b1f0c9d7e10";
    let started = r#"{"done":1,"refused":[]}"#;
    site.service.keep_once(&ana, &session, place, started).await.unwrap();
    assert_eq!(browser.get(place).await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.service.waiting_once(&ana, &session, place).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_waits_in_a_session_that_ended_meanwhile_is_no_fault() {
    let site = Site::new().await;
    site.signed_in().await;
    let token = site.service.create_token_as_operator(EMAIL).await.unwrap();
    let ana = site.service.actor_of_token(&token.secret).await.unwrap();
    site.service.keep_once(&ana, "ended", "/settings", "hunter2").await.unwrap();
    assert!(site.service.waiting_once(&ana, "ended", "/settings").await.unwrap().is_empty());
}
