//! Where somebody is signed in, and signing out there.

use rstest::rstest;

use super::commands::{err, rung};
use super::support::{Answer, Backend, PASSWORD, Person, TestApp};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const SAFARI: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1";

/// Another browser of the same person, signed in.
async fn browser(app: &TestApp, person: &Person, agent: &str) -> Person {
    let mut there = app.anonymous();
    there.email.clone_from(&person.email);
    let fields = [("sign-in.email", there.email.as_str()), ("sign-in.password", PASSWORD)];
    let answer = Answer::of(there.form("/sign-in", &fields).header("user-agent", agent)).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    there
}

async fn is_signed_in(person: &Person) -> bool {
    person.page("/settings").await.status == 200
}

/// The key in the form that signs out at the place with this button.
fn key_beside(page: &str, browser: &str) -> String {
    let button =
        page.find(&format!("({browser})")).unwrap_or_else(|| panic!("no button for {browser}: {page}"));
    let before = &page[..button];
    let value = &before[before.rfind("name=\"session\" value=\"").unwrap() + 22..];
    value[..value.find('"').unwrap()].to_owned()
}

#[rstest]
#[tokio::test]
async fn somebody_sees_where_they_are_signed_in_and_ends_it_there(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::spawn(backend).await;
    let ada = app.person("ada").await;
    let desk = browser(&app, &ada, FIREFOX).await;
    let phone = browser(&app, &ada, SAFARI).await;
    let bob = browser(&app, &app.person("bob").await, FIREFOX).await;

    let page = desk.page("/settings").await.text;
    for words in ["Where you are signed in", "Firefox on Linux", "This one", "Safari on iPhone"] {
        assert!(page.contains(words), "{words}");
    }
    let key = key_beside(&page, "Safari on iPhone");

    assert_eq!(bob.submit("/settings/sessions/end", &[("session", &key)]).await.status, 404);
    assert!(is_signed_in(&phone).await, "nobody ends the session of another");
    assert_eq!(desk.submit("/settings/sessions/end", &[("session", &key)]).await.status, 303);
    assert!(!is_signed_in(&phone).await);
    assert!(is_signed_in(&desk).await && is_signed_in(&bob).await);
    app.stop().await;
}

#[rstest]
#[tokio::test]
async fn signing_out_everywhere_else_spares_the_session_that_asks(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::spawn(backend).await;
    let ada = app.person("ada").await;
    let (desk, phone) = (browser(&app, &ada, FIREFOX).await, browser(&app, &ada, SAFARI).await);
    let answer = desk.submit_on("/settings/sessions/end-others", &[]).await;
    assert_eq!(answer.status, 200);
    assert!(answer.text.contains("You are signed out at 1 other place"), "{}", answer.text);
    assert!(is_signed_in(&desk).await);
    assert!(!is_signed_in(&phone).await);
    app.stop().await;
}

/// What stands in the page's boxes to be copied.
fn shown_secrets(page: &Answer) -> Vec<String> {
    page.text.split("<code>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

#[rstest]
#[tokio::test]
async fn what_forms_of_one_session_make_at_the_same_instant_is_all_shown(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::spawn(backend).await;
    let ada = app.person("ada").await;
    let desk = browser(&app, &ada, FIREFOX).await;
    let make = async |name: &str| desk.submit("/settings/tokens", &[("name", name)]).await.status.as_u16();
    let statuses = tokio::join!(make("first"), make("second"), make("third"), make("fourth"));
    assert_eq!(<[u16; 4]>::from(statuses), [303; 4]);
    let page = desk.page("/settings").await;
    assert_eq!(shown_secrets(&page).len(), 4, "{}", page.text);
    assert!(shown_secrets(&desk.page("/settings").await).is_empty(), "shown once");
    app.stop().await;
}

#[tokio::test]
async fn what_a_page_that_failed_should_have_shown_once_is_on_the_next_one() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let ada = app.person("ada").await;
    let desk = browser(&app, &ada, FIREFOX).await;
    desk.submit("/settings/tokens", &[("name", "nightly export")]).await;
    // The page reads them after what it is to show once.
    app.lose("api_tokens").await;
    assert_eq!(desk.page("/settings").await.status, 500);
    app.find("api_tokens").await;
    assert_eq!(shown_secrets(&desk.page("/settings").await).len(), 1);
    app.stop().await;
}

#[tokio::test]
async fn a_new_password_ends_every_other_session() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let ada = app.person("ada").await;
    let (desk, phone) = (browser(&app, &ada, FIREFOX).await, browser(&app, &ada, SAFARI).await);
    let fields = [("current", PASSWORD), ("password", "heron-violet-canyon-77")];
    let answer = desk.submit_on("/settings/password", &fields).await;
    assert_eq!(answer.status, 200);
    for part in ["The password is changed", "This one"] {
        assert!(answer.text.contains(part), "{part}: {}", answer.text);
    }
    assert!(is_signed_in(&desk).await);
    assert!(!is_signed_in(&phone).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_replaces_a_forgotten_password_beside_a_running_server() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let ada = app.person("ada").await;
    ada.sign_in().await;
    let url = app.config.database.url.clone();
    let reset = |email: &str, password: &str| {
        let arguments =
            ["user", "reset-password", "--database-url", &url, "--email", email, "--password-stdin"];
        rung(&arguments, password)
    };
    let new = "copper lantern violet ridge";
    let unknown = reset("bob@example.org", new);
    assert_eq!(unknown.status.code(), Some(1), "{unknown:?}");
    assert!(err(&unknown).contains("No account has this e-mail."), "{unknown:?}");
    let weak = reset(&ada.email, "password\n");
    assert_eq!(weak.status.code(), Some(1), "{weak:?}");
    assert_eq!(ada.page("/settings").await.status, 200, "nothing was changed");

    let done = reset("ADA@example.org", &format!("{new}\n"));
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    assert_eq!(ada.page("/settings").await.location(), "/sign-in?next=/settings");
    let sign_in = async |password: &str| {
        let fields = [("sign-in.email", ada.email.as_str()), ("sign-in.password", password)];
        ada.submit("/sign-in", &fields).await.status.as_u16()
    };
    assert_eq!(sign_in(PASSWORD).await, 401);
    assert_eq!(sign_in(new).await, 303);
    assert!(app.deeds().await.contains(&"account.password_reset".to_owned()));
}

#[test]
fn a_command_that_speaks_of_an_account_makes_no_database_beside_a_mistyped_address() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mistyped").join("rung.db");
    let url = format!("sqlite://{}", file.display());
    for command in [
        &["token", "create"][..],
        &["user", "reset-password", "--password-stdin"],
        &["user", "reset-second-factor"],
    ] {
        let mut arguments = command.to_vec();
        arguments.extend(["--database-url", &url, "--email", "ada@example.org"]);
        let refused = rung(&arguments, "copper lantern violet ridge");
        assert_eq!(refused.status.code(), Some(1), "{command:?}: {refused:?}");
        assert!(err(&refused).contains("there is no database at"), "{command:?}: {refused:?}");
    }
    let copy = folder.path().join("client.zip");
    let export = ["client", "export", "--database-url", &url, "alder", copy.to_str().unwrap()];
    assert!(err(&rung(&export, "")).contains("there is no database at"));
    assert!(!file.parent().unwrap().exists(), "nothing was made");
}
