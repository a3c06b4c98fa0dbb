//! Behind a reverse proxy, and without one: whose word counts for who asks and how.

use super::support::{Answer, Backend, PASSWORD, Person, TestApp};

async fn behind(trusted: &str) -> TestApp {
    TestApp::spawn_with(Backend::Sqlite, |config| {
        config.listen.trusted_proxies = trusted.parse().unwrap();
    })
    .await
}

/// A sign-in as a proxy would pass it on.
async fn sign_in(person: &Person, email: &str, password: &str, headers: &[(&str, &str)]) -> Answer {
    let fields = [("sign-in.email", email), ("sign-in.password", password)];
    let form = person.form("/sign-in", &fields);
    Answer::of(headers.iter().fold(form, |form, (name, value)| form.header(*name, *value))).await
}

/// Statuses of 51 guesses, each at another account and with its own `X-Forwarded-For`; 50 are let through per client.
async fn guesses(app: &TestApp, address: impl Fn(usize) -> String) -> Vec<u16> {
    let thief = app.anonymous();
    let mut statuses = Vec::new();
    for guess in 0..51 {
        let (email, from) = (format!("nobody{guess}@example.org"), address(guess));
        let answer = sign_in(&thief, &email, "wrong", &[("x-forwarded-for", &from)]).await;
        statuses.push(answer.status.as_u16());
    }
    statuses
}

#[tokio::test]
async fn a_header_that_no_trusted_proxy_wrote_does_not_get_around_the_throttle() {
    for trusted in ["", "192.0.2.0/24"] {
        let app = behind(trusted).await;
        let statuses = guesses(&app, |guess| format!("203.0.113.{guess}")).await;
        assert_eq!(statuses[49..], [401, 429], "trusting {trusted:?}");
    }
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_client_is_throttled_for_itself() {
    let app = behind("127.0.0.0/8").await;
    // What a client writes itself stands left of what the proxy adds.
    let statuses = guesses(&app, |guess| format!("198.51.100.{guess}, 203.0.113.9")).await;
    assert_eq!(statuses[49..], [401, 429]);
    let ada = app.person("ada").await;
    let elsewhere = [("x-forwarded-for", "203.0.113.10")];
    assert_eq!(sign_in(&ada, &ada.email, PASSWORD, &elsewhere).await.status, 303, "others are let in");
    let same = [("x-forwarded-for", "203.0.113.9")];
    assert_eq!(sign_in(&ada, &ada.email, PASSWORD, &same).await.status, 429);
}

#[tokio::test]
async fn https_at_a_trusted_proxy_makes_the_cookie_secure_and_elsewhere_changes_nothing() {
    let https = [("x-forwarded-proto", "https")];
    for (trusted, encrypted) in [("127.0.0.1", true), ("", false)] {
        let app = behind(trusted).await;
        let ada = app.person("ada").await;
        let answer = sign_in(&ada, &ada.email, PASSWORD, &https).await;
        assert_eq!(answer.status, 303);
        assert_eq!(answer.header("set-cookie").contains("Secure"), encrypted, "{answer:?}");
        assert_eq!(answer.headers.contains_key("strict-transport-security"), encrypted);
        let plain = sign_in(&ada, &ada.email, PASSWORD, &[("x-forwarded-proto", "http")]).await;
        assert!(!plain.header("set-cookie").contains("Secure"), "{plain:?}");
    }
}

#[tokio::test]
async fn the_origin_of_a_form_is_compared_with_the_host_that_a_trusted_proxy_names() {
    for (trusted, status) in [("127.0.0.1", 303), ("", 403)] {
        let app = behind(trusted).await;
        let ada = app.person("ada").await;
        let fields = [("sign-in.email", ada.email.as_str()), ("sign-in.password", PASSWORD)];
        let form = ada.client.post(format!("{}/sign-in", app.url)).form(&fields);
        let form = form.header("origin", "https://rung.example.org");
        let answer = Answer::of(form.header("x-forwarded-host", "rung.example.org")).await;
        assert_eq!(answer.status, status, "trusting {trusted:?}");
    }
}
