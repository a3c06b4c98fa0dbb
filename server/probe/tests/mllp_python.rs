//! `hl7v2.mllp` against the MLLP server of the Python package `hl7`, which parses what it gets by its own lights.

use domain::check::{Outcome, Status};
use rstest::rstest;

use crate::support::authority::{Authority, Leaf};
use crate::support::python::Listener;
use crate::support::{error, prober, run, said, seen, trusting};

async fn check(listener: &Listener, message_type: &str) -> Outcome {
    let parameters = [
        ("host", "127.0.0.1"),
        ("port", &*listener.port),
        ("tls", "false"),
        ("message_type", message_type),
        ("receiving_application", "LAB"),
        ("receiving_facility", "NORTH"),
    ];
    run(&prober(), "hl7v2.mllp", &parameters).await
}

#[rstest]
#[case("ADT^A01", &["EVN|A01|", "PID|1|", "PV1|1|"])]
#[case("ORU^R01", &["PID|1|", "OBR|1|", "OBX|1|NM|"])]
#[case(
    "MSH|^~\\&|EHR|CLINIC|||||ORM^O01^ORM_O01|17|P|2.5.1|||AL\nPID|1||RUNG-TEST-0001\nORC|NW|RUNG-ORDER-0001",
    &["|ORM^O01^ORM_O01|RUNG", "|EHR|CLINIC|LAB|NORTH|", "PID|1|", "ORC|NW|"]
)]
#[tokio::test]
async fn a_synthetic_message_is_understood_and_accepted(
    #[case] message_type: &str,
    #[case] segments: &[&str],
) {
    let mut listener = Listener::start("AA", None);
    let outcome = check(&listener, message_type).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert_eq!(seen(&outcome, "ack_code"), "AA");
    assert!(said(&outcome).contains("acknowledged by LAB at NORTH"), "{}", said(&outcome));
    let message = listener.message();
    assert!(message.contains("|T|2.5.1|"), "it is marked as a test: {message}");
    for segment in segments {
        assert!(message.contains(segment), "{message}");
    }
}

#[tokio::test]
async fn a_rejection_fails() {
    let listener = Listener::start("AR", None);
    let outcome = check(&listener, "ADT^A01").await;
    assert_eq!(outcome.status, Status::Fail);
    assert_eq!(error(&outcome).at.as_deref(), Some("MSA-1"));
}

#[tokio::test]
async fn a_listener_behind_tls_is_reached_by_a_trusted_certificate_only() {
    let root = Authority::root("Test root");
    let issued = root.issue(Leaf::named("mllp.example.org"));
    let folder = tempfile::tempdir().expect("a folder");
    let (certificate, key) = (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate, issued.certificate.pem()).expect("a file");
    std::fs::write(&key, issued.key_pem()).expect("a file");
    let listener = Listener::start("AA", Some((&certificate, &key)));
    let parameters = [("host", "mllp.example.org"), ("port", &*listener.port), ("message_type", "ADT^A01")];

    let trusted = run(&trusting(&root.pem()), "hl7v2.mllp", &parameters).await;
    assert_eq!(trusted.status, Status::Pass, "{trusted:#?}");

    let stranger = run(&prober(), "hl7v2.mllp", &parameters).await;
    assert_eq!(stranger.status, Status::Fail);
    assert!(error(&stranger).text.contains("not issued by a trusted authority"), "{}", said(&stranger));

    // The partner's own authority, named by the check alone.
    let naming = async |authority: &Authority| {
        let pem = authority.pem();
        let parameters = [&parameters[..], &[("private_ca", pem.as_str())]].concat();
        run(&prober(), "hl7v2.mllp", &parameters).await
    };
    let named = naming(&root).await;
    assert_eq!(named.status, Status::Pass, "{named:#?}");
    assert_eq!(seen(&named, "connected"), "true");
    assert_eq!(naming(&Authority::root("Another root")).await.status, Status::Fail);
}
