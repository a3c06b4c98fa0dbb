//! Runs that people ask for: one of a check at a time, and each to its end.

use rstest::rstest;
use serde_json::{Value, json};
use store::Store;

use super::checks::add;
use super::schedule::{Target, runs, until};
use super::support::{Backend, World, text};

/// A check of a page that answers when it is let.
async fn of_a_slow_page(world: &World) -> (Target, String) {
    let target = Target::start().await;
    let integration = world.integration(&["PAT"]).await;
    let made = add(&world.owner, &integration, "portal.doc_link", json!({ "url": target.url() })).await;
    (target, text(&made.expect(201)["id"]))
}

#[tokio::test]
async fn a_check_that_runs_is_not_run_beside_itself() {
    let world = World::new(Backend::Sqlite).await;
    let (target, check) = of_a_slow_page(&world).await;
    let path = format!("/checks/{check}/runs");
    let (owner, asked) = (world.owner.clone(), path.clone());
    let first = tokio::spawn(async move { owner.post(&asked, Value::Null).await });
    target.asked(1).await;
    let again = world.owner.post(&path, Value::Null).await;
    let problem = again.problem(429);
    assert!(text(&problem["detail"]).contains("running already"), "{problem}");
    assert!(again.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0));
    world.owner.sign_in().await;
    let page = world.owner.submit(&format!("/orgs/{}/checks/{check}/run", world.slug), &[]).await;
    assert_eq!(page.status, 429, "{}", page.text);
    assert!(page.text.contains("The check is running already"), "{}", page.text);

    target.answers.add_permits(2);
    first.await.unwrap().expect(201);
    world.owner.post(&path, Value::Null).await.expect(201);
}

#[tokio::test]
async fn a_run_is_kept_although_whoever_asked_for_it_has_gone() {
    let world = World::new(Backend::Sqlite).await;
    let (target, check) = of_a_slow_page(&world).await;
    let (owner, path) = (world.owner.clone(), format!("/checks/{check}/runs"));
    let request = tokio::spawn(async move { owner.post(&path, Value::Null).await });
    target.asked(1).await;
    request.abort();
    assert!(request.await.unwrap_err().is_cancelled());
    // Long enough for the server to see that nobody is there.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    target.answers.add_permits(1);
    let store = Store::connect(&world.app.config.database.url).await.unwrap();
    until(async || runs(&store, check.parse().unwrap()).await.len() == 1).await;
    let audit = store.audit_of(world.organization.parse().unwrap(), None, 1).await.unwrap();
    assert_eq!(audit[0].action, "check.run");
    store.close().await;
}

#[rstest]
#[tokio::test]
async fn a_check_removed_while_it_runs_leaves_no_run_and_no_incident(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let (target, check) = of_a_slow_page(&world).await;
    let (owner, path) = (world.owner.clone(), format!("/checks/{check}/runs"));
    let asked = tokio::spawn(async move { owner.post(&path, Value::Null).await });
    target.asked(1).await;
    world.owner.delete(&format!("/checks/{check}")).await.expect(204);
    target.answers.add_permits(1);
    let gone = asked.await.unwrap().problem(404);
    assert_eq!(gone["detail"], "The check was not found.", "{gone}");
    let store = Store::connect(&world.app.config.database.url).await.unwrap();
    assert!(runs(&store, check.parse().unwrap()).await.is_empty());
    store.close().await;
    assert!(!world.app.deeds().await.contains(&"check.run".to_owned()));
    assert_eq!(world.owner.get(&world.org("/incidents")).await.expect(200)["items"], json!([]));
    world.app.stop().await;
}
