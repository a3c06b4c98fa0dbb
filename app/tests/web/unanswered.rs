//! What a browser is told while the database does not answer.

use app::web::AppState;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use http::{Request, StatusCode, header};
use leptos::config::LeptosOptions;
use tower::ServiceExt as _;
use tower_sessions::Session;

use super::Site;

#[tokio::test]
async fn a_database_that_does_not_answer_is_told_and_nobody_is_signed_out_for_it() {
    let site = Site::new().await;
    let mut browser = site.signed_in().await;
    site.store.close().await;
    let page = browser.get("/settings").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.body.contains("The database does not answer at the moment"), "{}", page.body);
    assert!(!page.body.contains("pool"), "{}", page.body);
}

#[tokio::test]
async fn an_island_is_told_when_to_try_again() {
    let site = Site::new().await;
    let browser = site.signed_in().await;
    site.store.close().await;
    for (function, form) in [
        ("save_answer", "assessment=1&criterion=PAT-1&level=3&reason=&rationale=&revision=0"),
        ("look_again", "assessment=1&domain=PAT&criteria=PAT-1"),
    ] {
        let request = Request::post(format!("/api/ui/{function}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::COOKIE, browser.cookie.as_deref().unwrap());
        let response = site.router.clone().oneshot(request.body(Body::from(form)).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE, "{function}");
        assert_eq!(response.headers()[header::RETRY_AFTER], "30", "{function}");
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert_eq!(String::from_utf8_lossy(&body), r#"{"Later":{"seconds":30}}"#, "{function}");
    }
}

#[tokio::test]
async fn a_page_whose_session_cannot_be_written_says_when_to_try_again() {
    let site = Site::new().await;
    let store = site.store.clone();
    let changed = move |session: Session| async move {
        session.insert("seen", 1).await.unwrap();
        store.close().await;
        "Done."
    };
    let leptos = LeptosOptions::builder().output_name("rung").build();
    let state = AppState { service: site.service.clone(), leptos, css: "/pkg/rung.css", demo: None };
    let router: Router = Router::new()
        .route("/", get(changed))
        .layer(from_fn_with_state(state, app::web::draw_errors))
        .layer(app::web::session_layer(site.store.clone(), false));
    let response = router.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.headers()[header::RETRY_AFTER], "30");
    assert!(response.headers().get(header::SET_COOKIE).is_none(), "no session was kept");
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let body = String::from_utf8_lossy(&body);
    assert!(body.contains("The database does not answer at the moment") && !body.contains("Done."), "{body}");
}
