//! Mail to real servers (`aiosmtpd`), to servers that mean harm, and messages posted to addresses that users name.

use std::sync::Arc;
use std::time::Duration;

use probe::{AllowList, Delivery, Mail, MailAddress, MailError, Mailer, MailerConfig, Prober, ProberConfig};
use rstest::rstest;
use serde_json::Value;

use crate::support::authority::{Authority, Leaf};
use crate::support::http::{Site, redirect, response};
use crate::support::python::Listener;
use crate::support::tcp::{Server, Step, play};
use crate::support::{Names, config, prober};

const TIME: Duration = Duration::from_secs(20);

fn mailer(url: &str, roots: Option<String>) -> Mailer {
    mailer_at(url, roots, "127.0.0.1")
}

/// One for which every name means this address.
fn mailer_at(url: &str, extra_roots: Option<String>, address: &str) -> Mailer {
    let config = MailerConfig {
        server: url.parse().expect("an address"),
        from: "Rung <rung@clinic.example>".parse().expect("an address"),
        allow: AllowList::default(),
        resolver: Some(Arc::new(Names::always(address))),
        extra_roots,
    };
    Mailer::new(config).expect("a configuration")
}

async fn send(mailer: &Mailer, time: Duration) -> Result<(), MailError> {
    let to: [MailAddress; 2] =
        ["team@clinic.example", "Ana <ana@clinic.example>"].map(|to| to.parse().expect("an address"));
    let text = "Patient API · connection refused\n.a line that begins with a dot\nÉtage 3";
    let mail = Mail { to: &to, subject: "Patient API is broken\r\nBcc: evil@example.org", text, id: "1-2-3" };
    mailer.send(mail, time).await
}

fn taken(listener: &mut Listener) -> Value {
    serde_json::from_str(&listener.message()).expect("JSON")
}

/// Certificate and key as files.
fn files(folder: &tempfile::TempDir, root: &Authority) -> (std::path::PathBuf, std::path::PathBuf) {
    let issued = root.issue(Leaf::named("mail.example.org"));
    let (certificate, key) = (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate, issued.certificate.pem()).expect("a file");
    std::fs::write(&key, issued.key_pem()).expect("a file");
    (certificate, key)
}

#[tokio::test]
async fn a_relay_nearby_takes_mail_for_every_recipient() {
    let mut server = Listener::mail("plain", None);
    send(&mailer(&format!("smtp://127.0.0.1:{}?tls=none", server.port), None), TIME).await.expect("taken");
    let mail = taken(&mut server);
    assert_eq!(mail["from"], "rung@clinic.example");
    assert_eq!(mail["to"], serde_json::json!(["team@clinic.example", "ana@clinic.example"]));
    let content = mail["content"].as_str().expect("text");
    assert!(content.contains("Message-ID: <1-2-3@clinic.example>"), "{content}");
    assert!(
        content.contains("Subject: Patient API is broken  Bcc: evil@example.org"),
        "one header: {content}"
    );
    assert!(!content.contains("\nBcc:"), "{content}");
    assert!(content.contains("\n.a line that begins with a dot"), "{content}");
}

#[rstest]
#[case("starttls", "smtp://mail.example.org", false)]
#[case("tls", "smtps://mail.example.org", false)]
#[case("auth", "smtp://rung:s3cret@mail.example.org", true)]
#[tokio::test]
async fn a_server_behind_tls_is_trusted_by_its_certificate_only(
    #[case] mode: &str,
    #[case] url: &str,
    #[case] authenticated: bool,
) {
    let root = Authority::root("Test root");
    let folder = tempfile::tempdir().expect("a folder");
    let (certificate, key) = files(&folder, &root);
    let mut server = Listener::mail(mode, Some((&certificate, &key)));
    let url = format!("{url}:{}", server.port);

    let stranger = send(&mailer(&url, None), TIME).await.expect_err("an unknown authority");
    assert!(stranger.to_string().contains("not issued by a trusted authority"), "{stranger}");

    send(&mailer(&url, Some(root.pem())), TIME).await.expect("taken");
    let mail = taken(&mut server);
    assert_eq!((&mail["tls"], &mail["authenticated"]), (&Value::Bool(true), &Value::Bool(authenticated)));
}

#[tokio::test]
async fn a_wrong_password_is_said_without_repeating_it() {
    let root = Authority::root("Test root");
    let folder = tempfile::tempdir().expect("a folder");
    let (certificate, key) = files(&folder, &root);
    let server = Listener::mail("auth", Some((&certificate, &key)));
    let url = format!("smtp://rung:hunter2@mail.example.org:{}", server.port);
    let refused = send(&mailer(&url, Some(root.pem())), TIME).await.expect_err("a wrong password");
    assert!(matches!(refused, MailError::Later(_)), "an operator may mend it: {refused:?}");
    assert!(refused.to_string().contains("535") && !refused.to_string().contains("hunter2"), "{refused}");
}

#[tokio::test]
async fn a_refusal_is_for_good_and_a_later_is_not() {
    let server = Listener::mail("refuse", None);
    let url = format!("smtp://127.0.0.1:{}?tls=none", server.port);
    let refused = send(&mailer(&url, None), TIME).await.expect_err("no such mailbox");
    assert!(matches!(&refused, MailError::Refused(text) if text.contains("no such mailbox")), "{refused:?}");
    let server = Listener::mail("later", None);
    let url = format!("smtp://127.0.0.1:{}?tls=none", server.port);
    let later = send(&mailer(&url, None), TIME).await.expect_err("not now");
    assert!(matches!(&later, MailError::Later(text) if text.contains("451")), "{later:?}");
}

#[rstest]
#[case::never_greets(vec![Step::Hang])]
#[case::greets_and_hangs(vec![Step::Send(b"220 hello\r\n".to_vec()), Step::Hang])]
#[tokio::test]
async fn a_server_that_hangs_is_given_up_in_time(#[case] steps: Vec<Step>) {
    let server = Server::start(move |stream| {
        let steps = steps.clone();
        async move { play(stream, &steps).await }
    })
    .await;
    for url in [format!("smtp://{}?tls=none", server.address), format!("smtp://{}", server.address)] {
        let late =
            send(&mailer(&url, None), Duration::from_millis(400)).await.expect_err("a server that hangs");
        assert!(matches!(&late, MailError::Later(text) if text.contains("within 400 ms")), "{url}: {late:?}");
    }
}

#[rstest]
#[case("169.254.169.254", "link-local")]
#[case("100.64.0.1", "")]
#[tokio::test]
async fn a_name_that_means_a_forbidden_address_is_not_connected_to(
    #[case] address: &str,
    #[case] what: &str,
) {
    let refused =
        send(&mailer_at("smtp://mail.example.org", None, address), TIME).await.expect_err("a refusal");
    let text = refused.to_string();
    assert!(text.starts_with("guard:") && text.contains(address) && text.contains(what), "{text}");
}

#[test]
fn an_address_with_a_line_break_is_none() {
    for wrong in ["", "nobody", "a@b\r\nBcc: c@d", "a b@c", "<script>@"] {
        assert!(wrong.parse::<MailAddress>().is_err(), "{wrong:?}");
    }
}

fn delivery<'a>(url: &'a str, headers: &'a [(&'static str, &'a str)]) -> Delivery<'a> {
    Delivery { url, headers, body: r#"{"text":"hello"}"#, time: Duration::from_millis(700) }
}

#[tokio::test]
async fn a_message_is_posted_and_its_status_comes_back() {
    let site = Site::always(response("503 Service Unavailable", "Retry-After: 120\r\n", b"busy")).await;
    let url = format!("{}/hook?a=b", site.url());
    let answer = prober().deliver(delivery(&url, &[("webhook-id", "msg_1")])).await.expect("an answer");
    assert_eq!((answer.status.as_u16(), answer.retry_after), (503, Some(Duration::from_mins(2))));
    let head = site.requests().remove(0);
    assert!(head.starts_with("POST /hook?a=b HTTP/1.1\r\n"), "{head}");
    for header in ["webhook-id: msg_1", "content-type: application/json", "content-length: 16"] {
        assert!(head.to_lowercase().contains(header), "{head}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let site = Site::always(redirect("/elsewhere")).await;
    let answer = prober().deliver(delivery(&site.url(), &[])).await.expect("an answer");
    assert_eq!((answer.status.as_u16(), site.requests().len()), (302, 1));
}

#[tokio::test]
async fn a_receiver_that_hangs_is_given_up_in_time() {
    let site = Site::always(vec![Step::Hang]).await;
    let late = prober().deliver(delivery(&site.url(), &[])).await.expect_err("no answer");
    assert!(late.text.contains("did not answer the request within 700 ms"), "{late}");
}

#[tokio::test]
async fn a_message_goes_to_no_address_that_the_guard_refuses() {
    let site = Site::always(response("200 OK", "", b"")).await;
    let guarded = Prober::new(ProberConfig { allow: AllowList::default(), ..config() }).expect("a prober");
    let by_name = format!("http://hooks.example.org:{}/", site.port());
    for url in [
        site.url().as_str(),
        "http://0x7f.1/",
        "http://[::ffff:127.0.0.1]/",
        by_name.as_str(),
        "ftp://a.example",
    ] {
        let refused = guarded.deliver(delivery(url, &[])).await.expect_err("a refusal");
        assert_eq!(refused.layer.as_str(), "guard", "{url}: {refused}");
    }
    assert!(site.requests().is_empty());
}
