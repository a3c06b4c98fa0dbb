//! The basic pages as a browser without scripts meets them: forms, sessions, refusals, error pages.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]
#![allow(clippy::default_trait_access, reason = "the guard's types are not this crate's business")]

#[path = "web/answering.rs"]
mod answering;
#[path = "web/assessment.rs"]
mod assessment;
#[path = "web/once.rs"]
mod once;
#[path = "web/unanswered.rs"]
mod unanswered;

use app::ui::TextArea;
use app::web::AppState;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::middleware::from_fn_with_state;
use http::{Request, StatusCode, header};
use leptos::config::LeptosOptions;
use leptos::prelude::*;
use service::{Config, SecretKey, Service};
use store::Store;
use tempfile::TempDir;
use tower::ServiceExt as _;

const EMAIL: &str = "ana@alder.example";
const PASSWORD: &str = "seventeen quiet herons at noon";

/// A whole site on a database of its own.
struct Site {
    router: Router,
    service: Service,
    store: Store,
    _folder: TempDir,
}

/// A browser: it keeps its cookie, and follows nothing by itself.
struct Browser<'a> {
    site: &'a Site,
    cookie: Option<String>,
}

struct Page {
    status: StatusCode,
    location: Option<String>,
    body: String,
}

impl Site {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store =
            Store::connect(&format!("sqlite://{}", folder.path().join("rung.db").display())).await.unwrap();
        store.migrate().await.unwrap();
        let secret_key = SecretKey::from_base64("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap();
        let config = Config {
            probe_allow: Default::default(),
            probe_roots: None,
            receiver: None,
            secret_keys: secret_key.into(),
            node: "test".to_owned(),
            alerts: service::alert::AlertConfig::default(),
            feeds: service::check::FeedConfig::default(),
            files: None,
        };
        let service = Service::new(store.clone(), config).unwrap();
        service.bring_content().await.unwrap();
        let leptos = LeptosOptions::builder().output_name("rung").build();
        let state = AppState { service: service.clone(), leptos, css: "/pkg/rung.css", demo: None };
        let sessions = app::web::session_layer(store.clone(), false);
        let drawn = from_fn_with_state(state.clone(), app::web::draw_errors);
        let pages = app::router().merge(app::upload_router());
        let router = pages.layer(drawn).layer(sessions).with_state(state);
        Self { router, service, store, _folder: folder }
    }

    fn browser(&self) -> Browser<'_> {
        Browser { site: self, cookie: None }
    }

    /// A site with its first account, and a browser that is signed in as it.
    async fn signed_in(&self) -> Browser<'_> {
        let mut browser = self.browser();
        let form = [("name", "Ana Li"), ("email", EMAIL), ("password", PASSWORD)];
        assert_eq!(browser.post("/sign-up", &form).await.location.as_deref(), Some("/"));
        browser
    }
}

fn encoded(form: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| {
        format!("{}={}", app::web::percent_encoded(name), app::web::percent_encoded(value))
    };
    form.iter().map(pair).collect::<Vec<_>>().join("&")
}

impl Browser<'_> {
    async fn get(&mut self, path: &str) -> Page {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Page {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(encoded(form))).unwrap()).await
    }

    async fn send(&mut self, mut request: Request<Body>) -> Page {
        if let Some(cookie) = &self.cookie {
            request.headers_mut().insert(header::COOKIE, cookie.parse().unwrap());
        }
        let response = self.site.router.clone().oneshot(request).await.unwrap();
        if let Some(cookie) = response.headers().get(header::SET_COOKIE) {
            self.cookie = cookie.to_str().unwrap().split(';').next().map(ToOwned::to_owned);
        }
        let location = response.headers().get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned());
        let status = response.status();
        let body =
            String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap();
        Page { status, location, body }
    }

    async fn add_organization(&mut self, name: &str) -> String {
        let form = [("name", name), ("profiles", "H"), ("profiles", "A"), ("size_band", "151+")];
        self.post("/orgs/new", &form).await.location.unwrap()
    }
}

#[tokio::test]
async fn a_new_installation_leads_to_the_first_account_and_on_to_an_assessment() {
    let site = Site::new().await;
    let mut browser = site.browser();
    assert_eq!(browser.get("/").await.location.as_deref(), Some("/sign-up"));
    assert_eq!(browser.get("/sign-in").await.location.as_deref(), Some("/sign-up"));
    let mut browser = site.signed_in().await;
    assert!(browser.get("/").await.body.contains("Add your organization"));
    let at = browser.add_organization("Alder Regional Hospital").await;
    assert_eq!(at, "/orgs/alder-regional-hospital");
    let overview = browser.get(&at).await;
    assert_eq!(overview.status, StatusCode::OK);
    assert!(overview.body.contains("Start assessment"), "{}", overview.body);
    let start = format!("{at}/assessments/new");
    assert!(!browser.get(&start).await.body.contains("none has been started"), "nothing else was asked for");
    for (page, reason) in [
        ("findings", "There are no findings yet: they come from an assessment"),
        ("evidence", "There is no evidence yet"),
        ("report", "There is no report yet"),
    ] {
        let form = browser.get(&format!("{at}/{page}")).await.location.unwrap();
        assert!(form.starts_with(&start), "{page} leads to {form}");
        let form = browser.get(&form).await;
        assert!(form.status == StatusCode::OK && form.body.contains(reason), "{page}: {}", form.body);
    }
    let form = [("framework", "B7 1.0.0"), ("title", "Readiness 2026")];
    let assessment = browser.post(&format!("{at}/assessments/new"), &form).await.location.unwrap();
    assert_eq!(browser.get(&format!("{at}/report")).await.location.unwrap(), format!("{assessment}/report"));
    let overview = browser.get(&at).await;
    for expected in
        ["Ladder of rungs", "Claimed and proven", "Health checks", "What changed", "Ana Li started"]
    {
        assert!(overview.body.contains(expected), "{expected}");
    }
}

#[tokio::test]
async fn a_refused_form_comes_back_with_its_errors_and_everything_typed() {
    let site = Site::new().await;
    let mut browser = site.browser();
    let form = [("name", "Ana <Li>"), ("email", "nowhere"), ("password", "1234")];
    let page = browser.post("/sign-up", &form).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for expected in
        ["Two fields need a change", "value=\"Ana &lt;Li&gt;\"", "value=\"nowhere\"", "href=\"#email\""]
    {
        assert!(page.body.contains(expected), "{expected} in {}", page.body);
    }
    assert!(!page.body.contains("1234"), "a password is never sent back");
    let mut browser = site.signed_in().await;
    let page = browser.post("/orgs/new", &[("name", "Alder"), ("size_band", "7-20")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("id=\"profiles-error\""), "{}", page.body);
    let page = browser.post("/orgs/new", &[("name", "Alder"), ("profiles", "H"), ("size_band", "9")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("value=\"Alder\""));
}

#[tokio::test]
async fn a_form_that_meets_an_expired_session_is_posted_again_after_signing_in() {
    let site = Site::new().await;
    site.signed_in().await;
    let mut browser = site.browser();
    let form = [("name", "Alder \"North\""), ("profiles", "H"), ("profiles", "A"), ("size_band", "7-20")];
    let page = browser.post("/orgs/new", &form).await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    for expected in
        ["name=\"sign-in.next\" value=\"/orgs/new\"", "value=\"Alder &quot;North&quot;\"", "value=\"A\""]
    {
        assert!(page.body.contains(expected), "{expected} in {}", page.body);
    }
    let mut again = vec![("sign-in.email", EMAIL), ("sign-in.next", "/orgs/new"), ("sign-in.repeat", "on")];
    again.extend(form);
    let wrong = [again.clone(), vec![("sign-in.password", "wrong")]].concat();
    let page = browser.post("/sign-in", &wrong).await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    assert!(page.body.contains("value=\"7-20\""), "a wrong password loses nothing");
    again.push(("sign-in.password", PASSWORD));
    let page = browser.post("/sign-in", &again).await;
    assert_eq!(page.status, StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(page.location.as_deref(), Some("/orgs/new"));
    // What a browser does with a 307: the same body, to the new address.
    let page = browser.post("/orgs/new", &again).await;
    assert_eq!(page.location.as_deref(), Some("/orgs/alder-north"));
}

#[tokio::test]
async fn a_password_is_not_put_into_the_sign_in_page() {
    let site = Site::new().await;
    site.signed_in().await;
    let form = [("current", PASSWORD), ("password", "another good long one")];
    let page = site.browser().post("/settings/password", &form).await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    assert!(!page.body.contains(PASSWORD) && !page.body.contains("another good long one"));
}

#[tokio::test]
async fn who_is_not_signed_in_comes_back_to_the_page_asked_for_and_to_no_other_site() {
    let site = Site::new().await;
    site.signed_in().await;
    let mut browser = site.browser();
    let page = browser.get("/orgs/alder?sort=name").await;
    assert_eq!(page.location.as_deref(), Some("/sign-in?next=/orgs/alder%3Fsort%3Dname"));
    let page = browser.get("/sign-in?next=/orgs/alder%3Fsort%3Dname").await;
    assert!(page.body.contains("value=\"/orgs/alder?sort=name\""), "{}", page.body);
    let form = [("sign-in.email", EMAIL), ("sign-in.password", PASSWORD), ("sign-in.next", "//evil.example")];
    assert_eq!(browser.post("/sign-in", &form).await.location.as_deref(), Some("/"));
}

#[tokio::test]
async fn signing_in_gives_a_new_session_and_signing_out_ends_it() {
    let site = Site::new().await;
    let mut browser = site.signed_in().await;
    let old = browser.cookie.clone();
    let form = [("sign-in.email", "ANA@alder.example"), ("sign-in.password", PASSWORD)];
    assert_eq!(browser.post("/sign-in", &form).await.location.as_deref(), Some("/"));
    assert_ne!(browser.cookie, old);
    assert_eq!(browser.post("/sign-out", &[]).await.location.as_deref(), Some("/sign-in"));
    browser.cookie = old;
    assert_eq!(browser.get("/").await.location.as_deref(), Some("/sign-in"));
}

#[tokio::test]
async fn an_organization_of_others_does_not_exist() {
    let site = Site::new().await;
    let mut owner = site.signed_in().await;
    let at = owner.add_organization("Alder").await;
    let stranger = service::account::SignUp {
        name: "Bo".to_owned(),
        email: "bo@birch.example".to_owned(),
        password: PASSWORD.to_owned(),
    };
    site.service.create_account_as_operator(stranger, false).await.unwrap();
    let mut browser = site.browser();
    let form = [("sign-in.email", "bo@birch.example"), ("sign-in.password", PASSWORD)];
    browser.post("/sign-in", &form).await;
    let foreign = browser.get(&at).await;
    let absent = browser.get("/orgs/nothing").await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    assert_eq!(foreign.body, absent.body);
    assert_eq!(
        browser.post(&format!("{at}/members"), &[("email", EMAIL)]).await.status,
        StatusCode::NOT_FOUND
    );
    // A viewer sees the organization, and is told why nothing can be changed.
    let page =
        owner.post(&format!("{at}/members"), &[("email", "bo@birch.example"), ("role", "viewer")]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.get(&at).await.status, StatusCode::OK);
    let start = browser.get(&format!("{at}/assessments/new?for=findings")).await;
    assert_eq!(start.status, StatusCode::FORBIDDEN);
    assert!(start.body.contains("There are no findings yet"), "{}", start.body);
    let refused =
        browser.post(&format!("{at}/members"), &[("email", "cy@x.example"), ("role", "owner")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains("Your role here is viewer"));
}

#[tokio::test]
async fn the_last_owner_stays_and_the_page_says_so() {
    let site = Site::new().await;
    let mut browser = site.signed_in().await;
    let at = browser.add_organization("Alder").await;
    let body = browser.get(&format!("{at}/members")).await.body;
    let user = body.split("name=\"user\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let page = browser.post(&format!("{at}/members/remove"), &[("user", &user)]).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.body.contains("An organization needs an owner"));
}

#[tokio::test]
async fn every_framework_can_be_read_without_an_account() {
    let site = Site::new().await;
    let mut browser = site.browser();
    assert!(browser.get("/frameworks").await.body.contains("/frameworks/B7/1.0.0"));
    let page = browser.get("/frameworks/B7/1.0.0").await;
    assert_eq!(page.status, StatusCode::OK);
    for expected in
        ["PAT-1", "COM-", "days to expiry ≥ 30", "Pre-8 Building", "not a HIMSS stage", "source-USCDI"]
    {
        assert!(page.body.contains(expected), "{expected}");
    }
    assert_eq!(browser.get("/frameworks/B7/9.9.9").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_wrong_address_a_wrong_method_and_an_unreadable_form_have_their_page() {
    let site = Site::new().await;
    let mut browser = site.signed_in().await;
    assert_eq!(browser.get("/nowhere").await.status, StatusCode::NOT_FOUND);
    let page = browser.get("/sign-out").await;
    assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(page.body.contains("<h1>This address only takes a form"), "{}", page.body);
    assert!(!page.body.contains("Open the page with the form"), "there is none: {}", page.body);
    let page = browser.get("/settings/tokens/revoke").await;
    assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED);
    let form = "href=\"/settings\" class=\"btn btn-main\">";
    assert!(page.body.contains(form) && page.body.contains("Open the page with the form"), "{}", page.body);
    let request =
        Request::post("/orgs/new").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let page = browser.send(request.body(Body::from("name=%FF%FE")).unwrap()).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("not valid UTF-8"));
}

#[tokio::test]
async fn what_people_type_stays_text() {
    let hostile = "Alder & </title></textarea><script>alert(1)</script>";
    let site = Site::new().await;
    let mut browser = site.signed_in().await;
    let at = browser.add_organization(hostile).await;
    for path in [&at, "/", &format!("{at}/members"), &format!("{at}/integrations/new")] {
        let body = browser.get(path).await.body;
        assert!(!body.contains("<script") && !body.contains("</title></"), "{path}: {body}");
    }
    let form = [("name", ""), ("contract", hostile), ("data", hostile), ("use_case", hostile)];
    let body = browser.post(&format!("{at}/integrations/new"), &form).await.body;
    assert!(
        body.contains("&lt;script") && !body.contains("<script") && !body.contains("</textarea></"),
        "{body}"
    );
    let area = Owner::new().with(|| {
        view! { <TextArea id="a" name="a" label="A" value="\n\n</textarea><b>&amp;"/> }.into_any().to_html()
    });
    assert!(area.contains(">\n\n\n&lt;/textarea>&lt;b>&amp;amp;</textarea>"), "{area}");
}

#[tokio::test]
async fn no_page_has_inline_styles_or_handlers_or_browser_code_it_does_not_need() {
    let site = Site::new().await;
    let mut browser = site.signed_in().await;
    let at = browser.add_organization("Alder").await;
    let members = format!("{at}/members");
    for path in
        ["/", "/settings", "/frameworks", "/frameworks/B7/1.0.0", "/orgs/new", &at, &members, "/nowhere"]
    {
        let body = browser.get(path).await.body;
        for unwanted in [" style=", "<style", "<script", " onclick=", "javascript:"] {
            assert!(!body.contains(unwanted), "{unwanted} on {path}");
        }
        assert_eq!(body.matches("<h1").count(), 1, "{path}");
        let title = body.split("<title>").nth(1).unwrap().split("</title>").next().unwrap();
        assert!(title.ends_with(" · Rung") && !title.contains('<'), "{title}");
        assert!(body.starts_with("<!DOCTYPE html><html lang=\"en\">"), "{path}");
    }
}
