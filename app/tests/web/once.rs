//! What is shown once after a form.

use http::StatusCode;
use service::account::SignUp;

use super::{PASSWORD, Site};

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

#[tokio::test]
async fn what_waits_to_be_shown_once_opens_for_its_reader_at_its_page_only() {
    let site = Site::new().await;
    let mut browser = site.signed_in().await;
    browser.post("/settings/tokens", &[("name", "nightly export")]).await;
    let page = browser.get("/settings").await;
    let secret = page.body.split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let ana = site.service.actor_of_token(&secret).await.unwrap();
    let sealed = site.service.seal_once(&ana, "/settings", &secret);
    assert!(!sealed.contains(&secret));
    assert_eq!(site.service.open_once(&ana, "/settings", &sealed), Some(secret));
    assert_eq!(site.service.open_once(&ana, "/orgs/alder/alerts", &sealed), None);
    let sign_up =
        SignUp { name: "Bo".to_owned(), email: "bo@alder.example".to_owned(), password: PASSWORD.to_owned() };
    site.service.create_account_as_operator(sign_up, false).await.unwrap();
    let token = site.service.create_token_as_operator("bo@alder.example").await.unwrap();
    let bo = site.service.actor_of_token(&token.secret).await.unwrap();
    assert_eq!(site.service.open_once(&bo, "/settings", &sealed), None);
}
