//! `tls.certificate`: what is said of handshakes, old protocols and STARTTLS.

use domain::check::{Outcome, Reach, Status};
use rstest::rstest;
use rustls::version::{TLS12, TLS13};
use tokio_rustls::TlsAcceptor;

use crate::support::authority::{Authority, Leaf, serve};
use crate::support::http::{Site, json};
use crate::support::tcp::{Server, Step, closed_port, play};
use crate::support::{error, impatient, prober, run, said, seen, trusting};

const KIND: &str = "tls.certificate";
const HOST: &str = "fhir.example.org";

/// A fatal alert `protocol_version`, and the beginning of a server's greeting in TLS 1.0 and 1.1.
const PROTOCOL_VERSION: [u8; 7] = [21, 3, 1, 0, 2, 2, 70];
const HELLO_1_0: [u8; 11] = [22, 3, 1, 0, 81, 2, 0, 0, 77, 3, 1];
const HELLO_1_1: [u8; 11] = [22, 3, 2, 0, 81, 2, 0, 0, 77, 3, 2];

/// Answers greetings that offer TLS 1.2 or later with an alert, older ones with a greeting, as old servers do.
async fn legacy(hello: [u8; 11]) -> Server {
    Server::start(move |mut stream| async move {
        use tokio::io::AsyncReadExt;
        let mut head = [0; 11];
        if stream.read_exact(&mut head).await.is_err() {
            return;
        }
        let offered = [head[9], head[10]];
        let answer = if offered > [3, 2] { PROTOCOL_VERSION.to_vec() } else { hello.to_vec() };
        play(stream, &[Step::Send(answer), Step::Hang]).await;
    })
    .await
}

async fn check(server: &Server) -> Outcome {
    run(&impatient(), KIND, &[("host", HOST), ("port", &server.port())]).await
}

#[rstest]
#[case(HELLO_1_0, "1.0")]
#[case(HELLO_1_1, "1.1")]
#[tokio::test]
async fn a_server_of_old_protocols_alone_shows_as_such(#[case] hello: [u8; 11], #[case] version: &str) {
    let outcome = check(&legacy(hello).await).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Fail, Reach::NoAnswer), "{outcome:#?}");
    assert_eq!(seen(&outcome, "handshake_ok"), "false");
    assert_eq!(seen(&outcome, "tls_version"), version);
    assert!(error(&outcome).text.contains(&format!("speaks only TLS {version}")), "{}", said(&outcome));
}

#[tokio::test]
async fn a_server_that_refuses_every_version_is_told_by_its_alert() {
    let outcome = check(&Server::playing(vec![Step::Send(PROTOCOL_VERSION.to_vec())]).await).await;
    assert_eq!(outcome.status, Status::Fail);
    assert_eq!(seen(&outcome, "handshake_ok"), "false");
    assert!(error(&outcome).text.contains("speaks neither TLS 1.2 nor TLS 1.3"), "{}", said(&outcome));
}

#[tokio::test]
async fn tls_1_2_alone_is_enough() {
    let root = Authority::root("Test root");
    let server = serve(root.issue(Leaf::named(HOST)).config(&[], &[&TLS12])).await;
    let parameters = [("host", HOST), ("port", &*server.port()), ("private_ca", &root.pem())];
    let outcome = run(&prober(), KIND, &parameters).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert_eq!(seen(&outcome, "tls_version"), "1.2");
}

#[rstest]
#[case(vec![Step::Send(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec())], "something that is not TLS")]
#[case(vec![], "closed the connection")]
#[case(vec![Step::Hang], "did not finish the TLS handshake within 700 ms")]
#[tokio::test]
async fn a_port_that_speaks_no_tls_is_told(#[case] steps: Vec<Step>, #[case] told: &str) {
    let outcome = check(&Server::playing(steps).await).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Fail, Reach::NoAnswer), "{outcome:#?}");
    assert_eq!(error(&outcome).at.as_deref(), Some("TLS"));
    assert!(said(&outcome).contains(told), "{}", said(&outcome));
}

#[tokio::test]
async fn a_refused_connection_is_no_handshake() {
    let port = closed_port().await;
    let outcome = run(&prober(), KIND, &[("host", "127.0.0.1"), ("port", &port.to_string())]).await;
    assert_eq!(error(&outcome).text, format!("connection refused by 127.0.0.1:{port}"));
    assert_eq!(seen(&outcome, "handshake_ok"), "false");
}

#[rstest]
#[case("smtp", vec![
    Step::Send(b"220-mail\r\n220 ready\r\n".to_vec()), Step::Await(b"\n"),
    Step::Send(b"250-mail\r\n250 STARTTLS\r\n".to_vec()), Step::Await(b"STARTTLS\r\n"),
    Step::Send(b"220 go ahead\r\n".to_vec()),
])]
#[case("imap", vec![
    Step::Send(b"* OK ready\r\n".to_vec()), Step::Await(b"r1 STARTTLS\r\n"),
    Step::Send(b"* CAPABILITY IMAP4\r\nr1 OK go ahead\r\n".to_vec()),
])]
#[case("pop3", vec![
    Step::Send(b"+OK ready\r\n".to_vec()), Step::Await(b"STLS\r\n"), Step::Send(b"+OK go ahead\r\n".to_vec()),
])]
#[tokio::test]
async fn a_mail_server_is_asked_to_go_over_to_tls(#[case] protocol: &str, #[case] steps: Vec<Step>) {
    let root = Authority::root("Test root");
    let acceptor = TlsAcceptor::from(root.issue(Leaf::named(HOST)).config(&[], &[&TLS13]));
    let server = Server::start(move |mut stream| {
        let (acceptor, steps) = (acceptor.clone(), steps.clone());
        async move {
            talk(&mut stream, &steps).await;
            if let Ok(stream) = acceptor.accept(stream).await {
                play(stream, &[Step::Hang]).await;
            }
        }
    })
    .await;
    let port = server.port();
    let parameters = [("host", HOST), ("port", &*port), ("starttls", protocol), ("private_ca", &root.pem())];
    let outcome = run(&prober(), KIND, &parameters).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
}

async fn talk(stream: &mut tokio::net::TcpStream, steps: &[Step]) {
    use tokio::io::AsyncWriteExt;
    for step in steps {
        match step {
            Step::Send(bytes) => stream.write_all(bytes).await.expect("a client that listens"),
            Step::Await(end) => {
                crate::support::tcp::read_until(stream, end).await.expect("a client that speaks");
            }
            other => panic!("{other:?} is no part of a talk"),
        }
    }
}

#[tokio::test]
async fn a_mail_server_that_refuses_starttls_is_quoted() {
    let steps = vec![
        Step::Send(b"220 ready\r\n".to_vec()),
        Step::Await(b"\n"),
        Step::Send(b"502 no\r\n".to_vec()),
        Step::Hang,
    ];
    let server = Server::playing(steps).await;
    let outcome =
        run(&impatient(), KIND, &[("host", HOST), ("port", &server.port()), ("starttls", "smtp")]).await;
    assert_eq!(outcome.status, Status::Fail);
    assert!(error(&outcome).text.contains("expected 250, got \"502 no\""), "{}", said(&outcome));
}

#[tokio::test]
async fn an_unknown_starttls_protocol_is_a_matter_of_configuration() {
    let outcome = run(&prober(), KIND, &[("host", HOST), ("starttls", "xmpp")]).await;
    assert_eq!(outcome.status, Status::Unknown);
    assert!(error(&outcome).text.contains("use smtp, imap or pop3"), "{}", said(&outcome));
}

#[rstest]
#[case(Leaf::named(HOST).days(-1), "expired on")]
#[case(Leaf::named("other.example.org"), "is not for fhir.example.org but for other.example.org")]
#[tokio::test]
async fn https_is_refused_for_the_reason_that_it_has(#[case] leaf: Leaf, #[case] told: &str) {
    let root = Authority::root("Test root");
    let site = Site::over_tls(root.issue(leaf).config(&[], &[&TLS13]), |_| json(b"{}")).await;
    let base = format!("https://{HOST}:{}", site.port());
    let outcome = run(&trusting(&root.pem()), "fhir.capability", &[("base_url", &base)]).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Fail, Reach::NoAnswer), "{outcome:#?}");
    assert_eq!(error(&outcome).at.as_deref(), Some("TLS"));
    assert!(error(&outcome).text.contains(told), "{}", said(&outcome));
}

#[tokio::test]
async fn https_by_a_trusted_certificate_is_read() {
    let root = Authority::root("Test root");
    let statement = br#"{"resourceType":"CapabilityStatement","rest":[{"mode":"server"}]}"#;
    let site =
        Site::over_tls(root.issue(Leaf::named(HOST)).config(&[], &[&TLS13]), |_| json(statement)).await;
    let base = format!("https://{HOST}:{}", site.port());
    let outcome = run(&trusting(&root.pem()), "fhir.capability", &[("base_url", &base)]).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert!(!crate::support::broken_rules(&outcome).contains(&"tlsVersion"));
}
