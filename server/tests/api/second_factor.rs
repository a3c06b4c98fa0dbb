//! The second factor on the pages: set up, asked for at sign-in, turned off; and the command that resets it.

use rstest::rstest;
use service::UnixMillis;
use service::account::{TotpSecret, step_at};

use super::commands::{err, rung};
use super::support::{Answer, Backend, PASSWORD, Person, TestApp};

/// The secret that the settings show.
fn shown_secret(page: &str) -> TotpSecret {
    let (_, after) = page.split_once("<code class=\"mono\">").unwrap_or_else(|| panic!("no secret: {page}"));
    let (grouped, _) = after.split_once("</code>").unwrap();
    TotpSecret::from_base32(&grouped.replace("<!>", "").replace(' ', "")).unwrap()
}

/// The recovery codes that a page shows.
fn shown_codes(page: &str) -> Vec<String> {
    let (_, after) = page.split_once("<pre tabindex=\"0\" class=\"raw\"><code>").unwrap();
    let (codes, _) = after.split_once("</code>").unwrap();
    codes.replace("<!>", "").lines().map(str::to_owned).collect()
}

/// Signed in, with a second factor that was turned on in this step.
async fn turned_on(person: &Person) -> (TotpSecret, i64, Vec<String>) {
    person.sign_in().await;
    let begun = person.submit("/settings/second-factor/begin", &[]).await;
    assert_eq!(begun.location(), "/settings#second-factor");
    let secret = shown_secret(&person.page("/settings").await.text);
    let step = step_at(UnixMillis::now());
    let fields = [("second-code", &*secret.code(step))];
    let on = person.submit_on("/settings/second-factor/confirm", &fields).await;
    assert_eq!(on.status, 200, "{}", on.text);
    (secret, step, shown_codes(&on.text))
}

async fn password(person: &Person) -> Answer {
    let fields = [("sign-in.email", person.email.as_str()), ("sign-in.password", PASSWORD)];
    person.submit("/sign-in", &fields).await
}

fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

#[rstest]
#[tokio::test]
async fn it_is_set_up_on_the_settings_page_and_asked_for_at_the_next_sign_in(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::spawn(backend).await;
    let ada = app.person("ada").await;
    ada.sign_in().await;
    assert!(ada.page("/settings").await.text.contains("Set up a second factor"));
    ada.submit("/settings/second-factor/begin", &[]).await;
    let page = ada.page("/settings").await;
    assert_eq!(page.header("cache-control"), "no-store", "the page holds a secret");
    let secret = shown_secret(&page.text);
    let address = format!("otpauth://totp/Rung:ada%40example.org?secret={}&amp;issuer=Rung", secret.base32());
    assert!(page.text.contains(&address), "{}", page.text);
    assert!(page.text.contains("class=\"qr\""), "{}", page.text);

    let wrong = ada.submit("/settings/second-factor/confirm", &[("second-code", "12345")]).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(shown_secret(&wrong.text), secret, "the secret stays");
    let step = step_at(UnixMillis::now());
    let fields = [("second-code", &*secret.code(step))];
    let on = ada.submit_on("/settings/second-factor/confirm", &fields).await;
    assert_eq!((on.status.as_u16(), on.header("cache-control")), (200, "no-store"));
    let codes = shown_codes(&on.text);
    assert_eq!(codes.len(), 8);
    let page = ada.page("/settings").await.text;
    assert!(page.contains("8 of 8 left") && page.contains("Turn off"), "{page}");
    assert!(!codes.iter().any(|code| page.contains(code)), "codes are shown once");

    assert_eq!(ada.submit("/sign-out", &[]).await.status, 303);
    let first = password(&ada).await;
    assert_eq!((first.status.as_u16(), first.location()), (303, "/sign-in/code?next=/"));
    assert!(first.header("set-cookie").contains("Max-Age=300"), "{first:?}");
    assert_eq!(ada.page("/settings").await.location(), "/sign-in?next=/settings", "nobody is signed in yet");
    let asks = ada.page("/sign-in/code?next=/settings").await;
    assert!(asks.text.contains("Second step") && asks.text.contains("value=\"/settings\""), "{}", asks.text);

    let wrong = ada.submit("/sign-in/code", &[("sign-in.code", "12345")]).await;
    assert_eq!(wrong.status, 401);
    assert!(wrong.text.contains("This code is not right"), "{}", wrong.text);
    let used = ada.submit("/sign-in/code", &[("sign-in.code", &secret.code(step))]).await;
    assert_eq!(used.status, 401);
    assert!(used.text.contains("used already"), "{}", used.text);
    let fields = [("sign-in.code", &*secret.code(step + 1)), ("sign-in.next", "/settings")];
    let entered = ada.submit("/sign-in/code", &fields).await;
    assert_eq!((entered.status.as_u16(), entered.location()), (303, "/settings"));
    assert_ne!(cookie(&first), cookie(&entered), "the id is renewed");
    assert!(entered.header("set-cookie").contains("Max-Age=1209600"), "{entered:?}");
    assert_eq!(ada.page("/settings").await.status, 200);
    ada.get("/organizations").await.expect(200);
    app.stop().await;
}

#[rstest]
#[tokio::test]
async fn a_form_that_met_an_expired_session_is_sent_again_after_the_second_step(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::spawn(backend).await;
    let ada = app.person("ada").await;
    let (_, _, codes) = turned_on(&ada).await;
    ada.submit("/sign-out", &[]).await;
    let kept = ada.submit("/settings/tokens", &[("name", "nightly")]).await;
    assert_eq!(kept.status, 401);
    let mut fields = vec![
        ("name", "nightly"),
        ("sign-in.next", "/settings/tokens"),
        ("sign-in.repeat", "on"),
        ("sign-in.email", &*ada.email),
        ("sign-in.password", PASSWORD),
    ];
    let asks = ada.submit("/sign-in", &fields).await;
    assert_eq!(asks.status, 200, "{}", asks.text);
    for part in ["Second step", "name=\"name\" value=\"nightly\"", "name=\"sign-in.repeat\""] {
        assert!(asks.text.contains(part), "{part} in {}", asks.text);
    }
    assert!(!asks.text.contains(PASSWORD));
    fields.truncate(3);
    fields.push(("sign-in.code", &codes[0]));
    let entered = ada.submit("/sign-in/code", &fields).await;
    assert_eq!((entered.status.as_u16(), entered.location()), (307, "/settings/tokens"));
    let sent = ada.submit_on("/settings/tokens", &fields).await;
    assert!(sent.text.contains("Token nightly is created"), "{}", sent.text);
    app.stop().await;
}

#[rstest]
#[tokio::test]
async fn a_step_that_was_left_too_long_begins_with_the_password_again(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::spawn(backend).await;
    let ada = app.person("ada").await;
    let (secret, step, _) = turned_on(&ada).await;
    ada.submit("/sign-out", &[]).await;
    assert_eq!(ada.page("/sign-in/code?next=/settings").await.location(), "/sign-in?next=/settings");
    let fields = [("sign-in.code", &*secret.code(step + 1)), ("sign-in.next", "/settings")];
    let nothing = ada.submit("/sign-in/code", &fields).await;
    assert_eq!(nothing.status, 401, "no password was given");

    password(&ada).await;
    app.execute("UPDATE sessions SET expires_at = 0").await;
    let late = ada.submit("/sign-in/code", &fields).await;
    assert_eq!(late.status, 401);
    assert!(late.text.contains("within five minutes"), "{}", late.text);
    assert!(late.text.contains("value=\"/settings\""), "{}", late.text);
    assert_eq!(ada.page("/settings").await.location(), "/sign-in?next=/settings");
    app.stop().await;
}

#[rstest]
#[tokio::test]
async fn new_codes_and_the_end_of_it_take_password_and_code(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::spawn(backend).await;
    let ada = app.person("ada").await;
    let (_, _, codes) = turned_on(&ada).await;
    let change = async |password: &str, code: &str, act: &str| {
        let fields = [("second-password", password), ("second-code", code), ("second-act", act)];
        ada.submit("/settings/second-factor", &fields).await
    };
    for (password, code) in [("guess", &*codes[0]), (PASSWORD, "12345")] {
        let refused = change(password, code, "off").await;
        assert_eq!(refused.status, 422);
        assert!(!refused.text.contains(&codes[0]), "a code is not put into the page");
    }
    assert_eq!(change(PASSWORD, &codes[0], "").await.status, 422);
    assert_eq!(change(PASSWORD, &codes[0], "codes").await.location(), "/settings");
    let renewed = ada.page("/settings").await;
    assert_eq!((renewed.status.as_u16(), renewed.header("cache-control")), (200, "no-store"));
    let new = shown_codes(&renewed.text);
    assert_eq!(change(PASSWORD, &codes[1], "off").await.status, 422, "the old ones are void");
    assert_eq!(change(PASSWORD, &new[0], "off").await.location(), "/settings");
    let off = ada.page("/settings").await;
    assert!(off.text.contains("Your second factor is off"), "{}", off.text);
    assert_eq!(password(&ada).await.location(), "/");
    app.stop().await;
}

#[rstest]
#[tokio::test]
async fn signing_in_as_another_ends_the_session_before_the_second_step(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::spawn(backend).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    turned_on(&ada).await;
    bob.sign_in().await;
    let fields = [("sign-in.email", ada.email.as_str()), ("sign-in.password", PASSWORD)];
    assert_eq!(bob.submit("/sign-in", &fields).await.location(), "/sign-in/code?next=/");
    assert_eq!(bob.page("/settings").await.location(), "/sign-in?next=/settings");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_resets_it_beside_a_running_server() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let ada = app.person("ada").await;
    turned_on(&ada).await;
    let reset = |email: &str| {
        let url = app.config.database.url.clone();
        rung(&["user", "reset-second-factor", "--database-url", &url, "--email", email], "")
    };
    let unknown = reset("bob@example.org");
    assert_eq!(unknown.status.code(), Some(1), "{unknown:?}");
    let done = reset("ADA@example.org");
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    assert_eq!(password(&ada).await.location(), "/");
    let twice = reset("ada@example.org");
    assert_eq!(twice.status.code(), Some(1), "{twice:?}");
    assert!(err(&twice).contains("no second factor"), "{twice:?}");
    assert!(app.deeds().await.contains(&"second_factor.reset".to_owned()));
}
