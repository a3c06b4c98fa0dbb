//! The first account, signing in and out, sessions, throttling.

use rstest::rstest;
use server::config::PublicUrl;
use service::account::SignUp;

use super::support::{Answer, Backend, PASSWORD, Person, TestApp};

const FIRST: [(&str, &str); 3] = [("name", "Ada"), ("email", "ada@example.org"), ("password", PASSWORD)];

fn cookie(answer: &Answer) -> String {
    let cookie = answer.header("set-cookie").to_owned();
    assert!(cookie.starts_with("rung="), "{cookie:?} of {answer:?}");
    cookie
}

fn value(cookie: &str) -> String {
    cookie.split(';').next().unwrap().to_owned()
}

#[rstest]
#[tokio::test]
async fn the_first_visitor_creates_the_first_account_and_nobody_a_second(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::spawn(backend).await;
    let ada = app.anonymous();
    assert_eq!(ada.page("/").await.location(), "/sign-up");
    let page = ada.page("/sign-up").await;
    assert_eq!(page.status, 200);
    for words in ["Name", "E-mail", "Password", "Create account"] {
        assert!(page.text.contains(words), "{words}");
    }
    assert_eq!(ada.submit("/sign-up", &FIRST).await.status, 303);
    assert_eq!(ada.page("/").await.status, 200);

    let second = app.anonymous();
    let fields = [("name", "Bob"), ("email", "bob@example.org"), ("password", PASSWORD)];
    assert_eq!(second.submit("/sign-up", &fields).await.status, 409);
    assert_eq!(second.page("/").await.location(), "/sign-in");
    app.stop().await;
}

#[tokio::test]
async fn a_weak_password_is_refused_and_what_was_typed_stays() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let ada = app.anonymous();
    for password in ["", "short", "password1234", "ada@example.org"] {
        let fields = [("name", "Ada <b>"), ("email", "ada@example.org"), ("password", password)];
        let answer = ada.submit("/sign-up", &fields).await;
        assert_eq!(answer.status, 422, "{password}");
        assert!(answer.text.contains("value=\"ada@example.org\""), "{}", answer.text);
        assert!(answer.text.contains("Ada &lt;b&gt;"), "{}", answer.text);
    }
    assert!(app.service.needs_first_account().await.unwrap());
}

#[rstest]
#[tokio::test]
async fn two_addresses_that_differ_in_letter_case_are_one_account(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::spawn(backend).await;
    let ada = app.person("ada").await;
    let again = SignUp {
        name: "Ada again".to_owned(),
        email: "ADA@Example.ORG".to_owned(),
        password: PASSWORD.to_owned(),
    };
    let refused = app.service.create_account_as_operator(again, false).await.unwrap_err();
    assert!(matches!(&refused, service::Error::Invalid(fields) if fields[0].field == "email"), "{refused:?}");
    let fields = [("sign-in.email", " ADA@example.org "), ("sign-in.password", PASSWORD)];
    assert_eq!(ada.submit("/sign-in", &fields).await.status, 303);
}

#[rstest]
#[tokio::test]
async fn signing_in_renews_the_session_and_signing_out_ends_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::spawn(backend).await;
    let ada = app.person("ada").await;
    let first = cookie(&ada.sign_in().await);
    let second = cookie(&ada.sign_in().await);
    assert_ne!(value(&first), value(&second), "the id is renewed");

    let with = |cookie: String| {
        let thief = app.anonymous();
        let request = thief.client.get(format!("{}/orgs/new", app.url)).header("cookie", cookie);
        async move { Answer::of(request).await.status.as_u16() }
    };
    assert_eq!(with(value(&first)).await, 303, "the old id is worth nothing");
    assert_eq!(with(value(&second)).await, 200);
    assert_eq!(with("rung=AAAAAAAAAAAAAAAAAAAAAA".to_owned()).await, 303);
    assert_eq!(with("rung=nonsense".to_owned()).await, 303);

    assert_eq!(ada.submit("/sign-out", &[]).await.status, 303);
    assert_eq!(with(value(&second)).await, 303, "signing out destroys the session");
    app.stop().await;
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let flags = cookie(&app.person("ada").await.sign_in().await).to_lowercase();
    for flag in ["httponly", "samesite=lax", "path=/", "max-age=1209600"] {
        assert!(flags.contains(flag), "{flag} in {flags}");
    }
    assert!(!flags.contains("secure"), "{flags}");
}

#[tokio::test]
async fn behind_https_the_cookie_is_secure_and_browsers_stay_with_https() {
    let app = TestApp::spawn_with(Backend::Sqlite, |config| {
        config.listen.public_url = Some("https://rung.example.org".parse::<PublicUrl>().unwrap());
    })
    .await;
    let ada = app.person("ada").await;
    let fields = [("sign-in.email", ada.email.as_str()), ("sign-in.password", PASSWORD)];
    let form = ada.client.post(format!("{}/sign-in", app.url)).form(&fields);
    let answer = Answer::of(form.header("origin", "https://rung.example.org")).await;
    assert_eq!(answer.status, 303);
    assert!(cookie(&answer).contains("Secure"), "{answer:?}");
    assert!(answer.header("strict-transport-security").starts_with("max-age="));
}

#[tokio::test]
async fn no_session_is_made_for_who_only_looks() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    app.person("ada").await;
    let answer = app.anonymous().page("/sign-in").await;
    assert_eq!((answer.status.as_u16(), answer.header("set-cookie")), (200, ""));
}

#[rstest]
#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_read_the_same(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::spawn(backend).await;
    let ada = app.person("ada").await;
    let attempt = |email: &'static str| {
        let ada = ada.clone();
        async move {
            let fields = [("sign-in.email", email), ("sign-in.password", "wrong")];
            let answer = ada.submit("/sign-in", &fields).await;
            (answer.status.as_u16(), answer.text.replace(email, ""))
        }
    };
    let wrong = attempt("ada@example.org").await;
    assert_eq!(wrong.0, 401);
    assert_eq!(wrong, attempt("bob@example.org").await);
}

#[rstest]
#[tokio::test]
async fn guessing_is_throttled_for_the_right_password_too(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::spawn(backend).await;
    let ada = app.person("ada").await;
    let attempt = async |person: &Person, password: &str| {
        let fields = [("sign-in.email", person.email.as_str()), ("sign-in.password", password)];
        person.submit("/sign-in", &fields).await.status.as_u16()
    };
    let mut statuses = Vec::new();
    for guess in 0..11 {
        statuses.push(attempt(&ada, &format!("guess {guess}")).await);
    }
    assert_eq!(statuses[0], 401);
    assert_eq!(statuses[10], 429, "{statuses:?}");
    assert_eq!(attempt(&ada, PASSWORD).await, 429);
    let bob = app.person("bob").await;
    assert_eq!(attempt(&bob, PASSWORD).await, 303, "others are let in");
}

#[rstest]
#[tokio::test]
async fn what_is_no_address_reads_like_an_unknown_one_and_counts_against_its_client_alone(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::spawn(backend).await;
    let ada = app.person("ada").await;
    // Longer than a key of PostgreSQL's index may be, and nothing that it could compress.
    let digits = (1_u64..600).map(|n| format!("{:016x}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
    let long = format!("{}@example.org", digits.collect::<String>());
    let attempt = async |email: &str| {
        let fields = [("sign-in.email", email), ("sign-in.password", "wrong")];
        let answer = ada.submit("/sign-in", &fields).await;
        (answer.status.as_u16(), answer.text.replace(email, ""))
    };
    let unknown = attempt("bob@example.org").await;
    for _ in 0..3 {
        assert_eq!(attempt(&long).await, unknown);
    }
    // Fifty failures of a client are too many.
    for _ in 0..46 {
        assert_eq!(attempt("no address").await.0, 401);
    }
    assert_eq!(attempt(&long).await.0, 429);
    app.stop().await;
}

#[tokio::test]
async fn a_burst_of_guesses_gets_no_further_than_one_after_the_other() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let ada = app.person("ada").await;
    let mut guesses = tokio::task::JoinSet::new();
    for guess in 0..30 {
        let ada = ada.clone();
        guesses.spawn(async move {
            let wrong = format!("guess {guess}");
            let fields = [("sign-in.email", ada.email.as_str()), ("sign-in.password", wrong.as_str())];
            ada.submit("/sign-in", &fields).await.status.as_u16()
        });
    }
    let statuses = guesses.join_all().await;
    let tried = statuses.iter().filter(|status| **status == 401).count();
    // Two may be under way when the tenth failure is noted.
    assert!((10..=11).contains(&tried), "{tried} of 30 guesses were tried: {statuses:?}");
}

#[rstest]
#[tokio::test]
async fn guessing_the_current_password_from_an_open_session_is_throttled(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::spawn(backend).await;
    let ada = app.person("ada").await;
    ada.sign_in().await;
    let attempt = async |current: &str| {
        let fields = [("current", current), ("password", "heron-violet-canyon-77")];
        ada.submit("/settings/password", &fields).await
    };
    for guess in 0..10 {
        assert_eq!(attempt(&format!("guess {guess}")).await.status, 422);
    }
    let refused = attempt(PASSWORD).await;
    assert_eq!(refused.status, 429, "the right one too");
    assert!(refused.text.contains("Too many attempts"), "{}", refused.text);
    // The password is the old one still, and the door is another matter.
    assert_eq!(ada.sign_in().await.status, 303);
    app.stop().await;
}

#[rstest]
#[tokio::test]
async fn signing_in_and_out_are_on_the_audit_log(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::spawn(backend).await;
    let ada = app.person("ada").await;
    ada.sign_in().await;
    assert_eq!(ada.submit("/sign-out", &[]).await.status, 303);
    assert_eq!(ada.submit("/sign-out", &[]).await.status, 303, "nobody is signed in any more");
    let deeds = app.deeds().await;
    let of_account: Vec<_> = deeds.iter().filter(|deed| deed.contains(".signed_")).collect();
    assert_eq!(of_account, ["account.signed_in", "account.signed_out"]);
    app.stop().await;
}

#[tokio::test]
async fn signing_out_leaves_no_page_to_go_back_to() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let ada = app.person("ada").await;
    ada.sign_in().await;
    let answer = ada.submit("/sign-out", &[]).await;
    assert_eq!((answer.status.as_u16(), answer.header("clear-site-data")), (303, "\"cache\""));
}

#[tokio::test]
async fn a_changed_password_counts_at_once() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let ada = app.person("ada").await;
    ada.sign_in().await;
    let wrong = [("current", "not it"), ("password", "heron-violet-canyon-77")];
    assert_eq!(ada.submit("/settings/password", &wrong).await.status, 422);
    let right = [("current", PASSWORD), ("password", "heron-violet-canyon-77")];
    let changed = ada.submit("/settings/password", &right).await;
    assert!(changed.status.is_success() || changed.status == 303, "{changed:?}");
    let old = [("sign-in.email", ada.email.as_str()), ("sign-in.password", PASSWORD)];
    assert_eq!(app.anonymous().submit("/sign-in", &old).await.status, 401);
}
