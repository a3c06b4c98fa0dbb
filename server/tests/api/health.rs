//! What watches over the process.

use rstest::rstest;

use super::support::{Backend, TestApp};

#[rstest]
#[tokio::test]
async fn the_process_is_up_and_ready(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let app = TestApp::spawn(backend).await;
    let anonymous = app.anonymous();
    let healthy = anonymous.page("/healthz").await;
    assert_eq!((healthy.status.as_u16(), &healthy.json()["status"]), (200, &"ok".into()));
    let ready = anonymous.page("/readyz").await;
    assert_eq!((ready.status.as_u16(), &ready.json()["status"]), (200, &"ready".into()));
    app.stop().await;
}

#[tokio::test]
async fn every_answer_has_an_id_that_the_client_cannot_choose() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let request = app.anonymous().client.get(format!("{}/healthz", app.url)).header("x-request-id", "forged");
    let answer = super::support::Answer::of(request).await;
    let id = answer.header("x-request-id");
    assert!(id.len() == 36 && id != "forged", "{id}");
}
