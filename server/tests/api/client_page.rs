//! A client's file through the page of whoever administers an installation.

use rstest::rstest;

use super::clients::{Exported, file_among_evidence, rich};
use super::frameworks::admin;
use super::support::{Answer, Backend, Person, TestApp, World};
use super::uploads::{PDF, form};

/// Sends the form with a client's file, as a browser does.
async fn bring(person: &Person, app: &TestApp, file: Option<(&str, &[u8])>) -> Answer {
    let request = person.client.post(format!("{}/admin/clients", app.url));
    let request = request.header("origin", &app.url).header("sec-fetch-site", "same-origin");
    let kind = "multipart/form-data; boundary=rung-test-boundary-7d1";
    Answer::of(request.header("content-type", kind).body(form(&[("other", "x")], file))).await
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_brings_a_client_by_the_page_and_owns_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(Backend::Sqlite).await;
    let exported = Exported::of(&world).await;
    let app = TestApp::spawn(backend).await;
    let root = admin(&app).await;
    root.sign_in().await;
    let page = root.page("/admin").await;
    assert!(page.text.contains("Bring the client"), "{}", page.text);

    let none = bring(&root, &app, Some(("", b""))).await;
    assert_eq!(none.status, 422, "{}", none.text);
    assert!(none.text.contains("Choose the file of a client."), "{}", none.text);
    // Larger than any other form may be, and no client.
    let large = vec![b'x'; 30 << 20];
    let wrong = bring(&root, &app, Some(("client.zip", &large))).await;
    assert_eq!(wrong.status, 409, "{}", wrong.text);
    assert!(wrong.text.contains("no file of a client"), "{}", wrong.text);

    let brought = bring(&root, &app, Some(("client.zip", &exported.bytes))).await;
    assert_eq!((brought.status.as_u16(), brought.location()), (303, "/admin/clients"), "{}", brought.text);
    let brought = root.page(brought.location()).await;
    assert_eq!(brought.status, 200, "{}", brought.text);
    for words in [
        "Alder Regional Hospital is here",
        "/orgs/alder-regional-hospital",
        "owner, owner",
        "the same e-mail",
    ] {
        assert!(brought.text.contains(words), "{words}: {}", brought.text);
    }
    assert_eq!(root.page(&format!("/orgs/{}", world.slug)).await.status, 200);
    let twice = bring(&root, &app, Some(("client.zip", &exported.bytes))).await;
    assert_eq!(twice.status, 409);
    assert!(twice.text.contains("is here already"), "{}", twice.text);
    assert!(app.deeds().await.contains(&"client.imported".to_owned()));
    app.stop().await;
    world.app.stop().await;
}

#[tokio::test]
async fn nobody_else_brings_a_client() {
    let world = World::new(Backend::Sqlite).await;
    world.owner.sign_in().await;
    assert_eq!(bring(&world.owner, &world.app, Some(("client.zip", b"x"))).await.status, 404);
    assert_eq!(world.owner.page("/admin/clients").await.status, 404);
    let anonymous = world.app.anonymous();
    let sent = bring(&anonymous, &world.app, Some(("client.zip", b"x"))).await;
    assert!(sent.status == 303 && sent.location().starts_with("/sign-in"), "{sent:?}");
    world.app.stop().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn two_who_bring_the_same_client_at_once_take_no_file_from_each_other(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = rich(Backend::Sqlite).await;
    let exported = Exported::of(&world).await;
    let app = TestApp::spawn(backend).await;
    let keeper = app.person("keeper").await;
    let path = exported.path();
    let bring = || app.service.import_client_as_operator(&path, "keeper@example.org");
    let (one, other) = tokio::join!(bring(), bring());
    let ((Ok(_), Err(refused)) | (Err(refused), Ok(_))) = (one, other) else {
        panic!("one of the two comes first")
    };
    assert!(refused.to_string().contains("is here already"), "{refused}");
    let (_, file) = file_among_evidence(&keeper, &world).await;
    assert_eq!((file.status.as_u16(), file.text.as_bytes()), (200, PDF));
    app.stop().await;
    world.app.stop().await;
}
