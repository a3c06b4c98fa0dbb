//! `hl7v2.mllp`: an HL7 v2 listener acknowledges a synthetic message.
//!
//! One connection, one message framed by the Minimal Lower Layer Protocol, one frame back. The message is marked as a
//! test (`MSH-11 = T`), carries a fresh control id (`MSH-10`) and a patient that is plainly made up, or is the template that
//! the check brings along.

mod acknowledgment;
mod frame;
mod message;
mod template;

use domain::check::{Message, Outcome, Parameters, Reach, Severity};
use rustls::pki_types::CertificateDer;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::time::Instant;
use url::Host;

use super::required;
use super::tls_certificate::{port, private_ca};
use crate::failure::{Failure, Layer};
use crate::given::{self, Unusable};
use crate::guard::Guard;
use crate::prober::Context;
use crate::report::Report;
use crate::tls;
use acknowledgment::Acknowledgment;
use message::{Synthetic, Trigger};

pub(crate) const CODE: &str = "hl7v2.mllp";

/// The port that IANA registered for HL7; the parameter is required, so it is only ever a last resort.
const HL7_PORT: u16 = 2575;

const ACKNOWLEDGMENT_CODES: &str = "https://terminology.hl7.org/CodeSystem-v2-0008.html";

pub(crate) async fn run(context: &Context<'_>) -> Outcome {
    let (target, synthetic) = match Target::read(context) {
        Ok(read) => read,
        Err(failure) => return Report::new("HL7 v2 message").stop(&failure),
    };
    let mut report = Report::new(target.describe(&synthetic));
    let started = Instant::now();
    let connected = match context.connector.open(&target.host, target.port, context.deadline).await {
        Ok(connected) => connected,
        Err(failure) => return unconnected(report, &failure),
    };
    let peer = connected.peer.to_string();
    let exchanged = if target.tls {
        let name = match tls::server_name(&target.host) {
            Ok(name) => name,
            Err(failure) => return unconnected(report, &failure),
        };
        let config = context.trust.plain_with(&target.private_ca);
        match tls::handshake(connected, &config, &name, context.deadline).await {
            Ok(stream) => {
                report.observe("connected", true);
                exchange(context, stream, &synthetic, &peer).await
            }
            Err(failure) => return unconnected(report, &failure.into()),
        }
    } else {
        report.observe("connected", true);
        exchange(context, connected.stream, &synthetic, &peer).await
    };
    let connecting = started.elapsed();
    match exchanged {
        Ok(answer) => {
            report.observe_millis("latency_ms", answer.waited);
            let total = connecting.as_millis();
            report.note(format!(
                "first byte after {} ms, acknowledged after {} ms, {total} ms with connecting",
                answer.first_byte.as_millis(),
                answer.waited.as_millis()
            ));
            judge(&mut report, &synthetic, &answer.frame);
            report.close()
        }
        Err(failure) => {
            report.observe("ack_accepted", false);
            report.stop(&failure)
        }
    }
}

fn unconnected(mut report: Report, failure: &Failure) -> Outcome {
    if failure.reach != Reach::Inconclusive {
        report.observe("connected", false);
    }
    report.stop(failure)
}

/// What of the parameters no run could read.
pub(super) fn unusable(parameters: &Parameters) -> [Option<Unusable>; 2] {
    let asked = given::text(parameters, message::NAME);
    [private_ca(parameters).err(), asked.and_then(|text| Trigger::read(text).err())]
}

/// Where the message goes.
struct Target {
    host: Host,
    port: u16,
    tls: bool,
    private_ca: Vec<CertificateDer<'static>>,
}

impl Target {
    fn read(context: &Context<'_>) -> Result<(Self, Synthetic), Failure> {
        let host = Guard::read_host(required(context, "host")?)?;
        let trigger = Trigger::read(required(context, message::NAME)?)?;
        let text = |name| context.parameters.text(name).unwrap_or_default();
        let synthetic =
            Synthetic::new(trigger, text("receiving_application"), text("receiving_facility"), context.now);
        let tls = context.parameters.boolean("tls").unwrap_or(true);
        let private_ca = private_ca(context.parameters)?;
        Ok((Self { host, port: port(context, HL7_PORT)?, tls, private_ca }, synthetic))
    }

    fn describe(&self, synthetic: &Synthetic) -> String {
        let over = if self.tls { "MLLP over TLS" } else { "MLLP" };
        let (trigger, id) = (synthetic.trigger().code(), synthetic.control_id());
        format!("{trigger} (MSH-11 T, MSH-10 {id}) to {}:{} by {over}", self.host, self.port)
    }
}

/// One frame back, and how long it took from the message sent.
struct Answer {
    frame: Vec<u8>,
    first_byte: std::time::Duration,
    waited: std::time::Duration,
}

async fn exchange<S>(
    context: &Context<'_>,
    mut stream: S,
    synthetic: &Synthetic,
    peer: &str,
) -> Result<Answer, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let framed = frame::wrap(&synthetic.text());
    let sent = async {
        stream.write_all(&framed).await?;
        stream.flush().await
    };
    match context.deadline.bound(sent).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            let text = format!("{peer} closed the connection while the message was sent ({error})");
            return Err(Failure::no_answer(Layer::Mllp, text));
        }
        Err(time) => {
            return Err(Failure::no_answer(
                Layer::Mllp,
                format!("{peer} did not take the message within {time}"),
            ));
        }
    }
    let sent = Instant::now();
    let mut reader = frame::Reader::new(context.limits.acknowledgment_bytes);
    match context.deadline.bound(reader.read(&mut stream, peer)).await {
        Ok(read) => {
            let frame = read?;
            let first_byte = reader.first_byte().map_or(sent.elapsed(), |at| at.duration_since(sent));
            Ok(Answer { frame, first_byte, waited: sent.elapsed() })
        }
        Err(time) => Err(reader.out_of_time(peer, &time.to_string())),
    }
}

fn judge(report: &mut Report, synthetic: &Synthetic, frame: &[u8]) {
    let acknowledgment = match Acknowledgment::read(frame) {
        Ok(acknowledgment) => acknowledgment,
        Err(failure) => {
            report.observe("ack_accepted", false);
            report.fail(failure.message());
            return;
        }
    };
    report.observe("ack_code", acknowledgment.code.clone());
    if let Some(application) = &acknowledgment.application {
        report.note(format!("acknowledged by {application}"));
    }
    let ours = acknowledgment.control_id == synthetic.control_id();
    report.observe("ack_accepted", acknowledgment.accepted() && ours);
    if !ours {
        let seen = &acknowledgment.control_id;
        let text =
            format!("expected the acknowledgment of message {}, got one of {seen:?}", synthetic.control_id());
        report.fail(Message::new(Severity::Error, text).at("MSA-2"));
    }
    if !acknowledgment.accepted() {
        let text = format!("expected AA or CA, got {}", acknowledgment.meaning());
        let message = Message::new(Severity::Error, text).at("MSA-1");
        report.fail(message.requirement("HL7 table 0008", ACKNOWLEDGMENT_CODES));
    }
    for (index, error) in acknowledgment.errors.iter().enumerate() {
        let severity = if acknowledgment.accepted() { Severity::Warning } else { Severity::Error };
        report.say(Message::new(severity, error.clone()).at(format!("ERR[{}]", index + 1)));
    }
}
