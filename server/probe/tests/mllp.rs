//! `hl7v2.mllp` against listeners that play a script.

use domain::check::{Outcome, Reach, Status};
use probe::Prober;
use rstest::rstest;
use tokio::io::AsyncReadExt;

use crate::support::tcp::{Server, Step, closed_port, play, read_until};
use crate::support::{error, impatient, prober, run, said, seen};

const KIND: &str = "hl7v2.mllp";
const END: &[u8] = b"\x1c\r";

async fn check(prober: &Prober, server: &Server) -> Outcome {
    let parameters =
        [("host", "127.0.0.1"), ("port", &server.port()), ("tls", "false"), ("message_type", "ADT^A01")];
    run(prober, KIND, &parameters).await
}

/// A listener that makes its answer from the control id of the message.
async fn listener(answer: fn(&str) -> Vec<u8>) -> Server {
    Server::start(move |mut stream| async move {
        let Some(message) = read_until(&mut stream, END).await else { return };
        let message = String::from_utf8_lossy(&message).into_owned();
        let id = message.split('|').nth(9).unwrap_or_default();
        play(stream, &[Step::Send(answer(id)), Step::Hang]).await;
    })
    .await
}

fn frame(text: &str) -> Vec<u8> {
    [b"\x0b", text.as_bytes(), END].concat()
}

fn acknowledge(code: &str, id: &str, more: &str) -> Vec<u8> {
    frame(&format!("MSH|^~\\&|LAB|HOSP|RUNG|RUNG|20250101||ACK|9|T|2.5.1\rMSA|{code}|{id}\r{more}"))
}

#[rstest]
#[case(|id: &str| acknowledge("AA", id, ""))]
#[case(|id: &str| acknowledge("CA", id, ""))]
#[case(|id: &str| { let mut bytes = acknowledge("AA", id, ""); bytes.pop(); bytes })]
#[case(|id: &str| frame(&format!("MSH|^~\\&|LAB|HOSP\r\nMSA|AA|{id}\r\n")))]
#[tokio::test]
async fn an_acceptance_passes(#[case] answer: fn(&str) -> Vec<u8>) {
    let outcome = check(&prober(), &listener(answer).await).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Pass, Reach::Answered), "{outcome:#?}");
    assert_eq!(seen(&outcome, "connected"), "true");
    assert_eq!(seen(&outcome, "ack_accepted"), "true");
    assert!(outcome.observations.get("latency_ms").is_some());
    assert!(said(&outcome).contains("acknowledged by LAB at HOSP"), "{}", said(&outcome));
}

#[rstest]
#[case("AE", "AE (application error)")]
#[case("AR", "AR (application reject)")]
#[case("CE", "CE (commit error)")]
#[case("CR", "CR (commit reject)")]
#[tokio::test]
async fn a_rejection_fails_and_its_reason_is_quoted(#[case] code: &'static str, #[case] meaning: &str) {
    let server = Server::start(move |mut stream| async move {
        let Some(message) = read_until(&mut stream, END).await else { return };
        let message = String::from_utf8_lossy(&message).into_owned();
        let id = message.split('|').nth(9).unwrap_or_default();
        let answer = acknowledge(code, id, "ERR||PID^1^3|101^Required field missing^HL70357|E\r");
        play(stream, &[Step::Send(answer)]).await;
    })
    .await;
    let outcome = check(&prober(), &server).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Fail, Reach::Answered), "{outcome:#?}");
    assert_eq!(seen(&outcome, "ack_code"), code);
    assert_eq!(seen(&outcome, "ack_accepted"), "false");
    assert_eq!(error(&outcome).text, format!("expected AA or CA, got {meaning}"));
    assert!(said(&outcome).contains("PID^1^3|101^Required field missing"), "{}", said(&outcome));
}

#[rstest]
#[case(|_: &str| acknowledge("AA", "SOMEBODY-ELSES", ""), "got one of \"SOMEBODY-ELSES\"", "MSA-2")]
#[case(|_: &str| frame("MSH|^~\\&|LAB|HOSP|RUNG|RUNG|20250101||ADT^A01|9|T|2.5.1\r"), "without one", "parse")]
#[case(|_: &str| frame("hello"), "expected an HL7 v2 message", "parse")]
#[case(|_: &str| frame(""), "expected an HL7 v2 message", "parse")]
#[case(|_: &str| b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), "expected a frame that begins with VT", "MLLP")]
#[case(|id: &str| acknowledge("ZZ", id, ""), "ZZ (not a code of HL7 table 0008)", "MSA-1")]
#[tokio::test]
async fn an_answer_that_acknowledges_nothing_fails(
    #[case] answer: fn(&str) -> Vec<u8>,
    #[case] told: &str,
    #[case] place: &str,
) {
    let outcome = check(&prober(), &listener(answer).await).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Fail, Reach::Answered), "{outcome:#?}");
    assert_eq!(seen(&outcome, "ack_accepted"), "false");
    assert!(error(&outcome).text.contains(told), "{}", said(&outcome));
    assert_eq!(error(&outcome).at.as_deref(), Some(place));
}

#[rstest]
#[case(vec![Step::Await(END), Step::Hang], "sent no acknowledgment within 700 ms")]
#[case(vec![Step::Await(END)], "closed the connection without an acknowledgment")]
#[case(vec![Step::Await(END), Step::Send(b"\x0bMSH|^~".to_vec())], "in the middle of the acknowledgment, after 7 bytes")]
#[case(vec![Step::Await(END), Step::Send(b"\x0b".to_vec()), Step::Drip(b'M')], "was not complete after 700 ms")]
#[tokio::test]
async fn a_listener_that_does_not_finish_is_no_answer(#[case] steps: Vec<Step>, #[case] told: &str) {
    let outcome = check(&impatient(), &Server::playing(steps).await).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Fail, Reach::NoAnswer), "{outcome:#?}");
    assert_eq!(seen(&outcome, "connected"), "true");
    assert_eq!(seen(&outcome, "ack_accepted"), "false");
    assert!(error(&outcome).text.contains(told), "{}", said(&outcome));
}

#[tokio::test]
async fn an_acknowledgment_without_end_is_cut_off() {
    let steps = vec![Step::Await(END), Step::Send(b"\x0b".to_vec()), Step::Flood(vec![b'x'; 65536])];
    let outcome = check(&prober(), &Server::playing(steps).await).await;
    assert_eq!(outcome.status, Status::Fail);
    assert!(
        error(&outcome).text.contains("more than 1024 kB without ending the frame"),
        "{}",
        said(&outcome)
    );
}

#[tokio::test]
async fn a_refused_connection_is_named_with_its_address() {
    let port = closed_port().await.to_string();
    let parameters = [("host", "127.0.0.1"), ("port", &*port), ("tls", "false"), ("message_type", "ADT^A01")];
    let outcome = run(&prober(), KIND, &parameters).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Fail, Reach::NoAnswer));
    assert_eq!(error(&outcome).text, format!("connection refused by 127.0.0.1:{port}"));
    assert_eq!(seen(&outcome, "connected"), "false");
}

#[tokio::test]
async fn a_listener_without_tls_is_told_where_tls_is_asked_for() {
    let server = Server::start(|mut stream| async move {
        let mut greeting = [0; 64];
        let _ = stream.read(&mut greeting).await;
        play(stream, &[Step::Send(frame("MSH|what is this"))]).await;
    })
    .await;
    let parameters = [("host", "127.0.0.1"), ("port", &*server.port()), ("message_type", "ADT^A01")];
    let outcome = run(&prober(), KIND, &parameters).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Fail, Reach::NoAnswer));
    assert_eq!(error(&outcome).at.as_deref(), Some("TLS"));
    assert_eq!(seen(&outcome, "connected"), "false");
}

#[tokio::test]
async fn a_message_type_that_cannot_be_made_is_a_matter_of_configuration() {
    let parameters = [("host", "127.0.0.1"), ("port", "2575"), ("message_type", "MDM^T02")];
    let outcome = run(&prober(), KIND, &parameters).await;
    assert_eq!(outcome.status, Status::Unknown);
    assert!(error(&outcome).text.contains("use ADT^A01 or ORU^R01"));
}
