//! The test event: the server's own heartbeat, or a test patient that is changed.

use http::Method;
use http::header::ETAG;
use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::Subscribing;
use super::notification::Notice;
use crate::failure::{Failure, Layer};
use crate::given::Unusable;
use crate::http::Request;
use crate::kinds::{fhir, json};
use crate::report::Report;

/// Who may be changed: patients that are marked as test data (HL7 `ActReason`, HTEST).
const TESTS: &str = "http://terminology.hl7.org/CodeSystem/v3-ActReason|HTEST";
/// The identifier by which a change shows: the last check's.
const MARK: &str = "urn:rung:health-check";

/// The parameter.
pub(super) const NAME: &str = "test_event";
/// FHIR's `id` is no longer.
const LONGEST_ID: usize = 64;

/// How the event is caused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TestEvent {
    Heartbeat,
    /// Of the patient with this id, or of the first that is marked as test data.
    Update(Option<String>),
}

impl TestEvent {
    /// `heartbeat`; or `test-patient update`, which may name the patient: `test-patient update Patient/123`.
    pub(super) fn read(text: &str) -> Result<Self, Unusable> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("heartbeat") {
            return Ok(Self::Heartbeat);
        }
        let unknown = || {
            let problem = format!("it is \"{text}\"; write heartbeat, or test-patient update Patient/123");
            Unusable::new(NAME, problem)
        };
        let (event, patient) = text.split_once("Patient/").unwrap_or((text, ""));
        if !event.trim().replace(' ', "-").eq_ignore_ascii_case("test-patient-update") {
            return Err(unknown());
        }
        let patient = patient.trim();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
        if patient.len() > LONGEST_ID || !patient.bytes().all(plain) {
            return Err(unknown());
        }
        Ok(Self::Update((!patient.is_empty()).then(|| patient.to_owned())))
    }

    pub(super) fn describe(&self) -> String {
        match self {
            Self::Heartbeat => "heartbeat".to_owned(),
            Self::Update(Some(id)) => format!("update of the test patient {id}"),
            Self::Update(None) => "update of a test patient".to_owned(),
        }
    }

    /// R4's criteria for the event.
    pub(super) fn criteria(&self) -> String {
        match self {
            Self::Update(Some(id)) => format!("Patient?_id={id}"),
            Self::Update(None) => format!("Patient?_tag={TESTS}"),
            Self::Heartbeat => String::new(),
        }
    }

    /// Whether a notification is the one that this event causes.
    pub(super) fn is_answered_by(&self, notice: Notice) -> bool {
        match self {
            Self::Heartbeat => matches!(notice, Notice::Heartbeat | Notice::Bare),
            Self::Update(_) => matches!(notice, Notice::Event | Notice::Bare),
        }
    }
}

/// Changes the test patient; answers with when the change was sent.
pub(super) async fn update(run: &mut Subscribing<'_, '_>) -> Result<Instant, Failure> {
    let TestEvent::Update(patient) = run.event.clone() else { return Ok(Instant::now()) };
    let (mut resource, tag) =
        find(run, patient.as_deref()).await.map_err(|failure| failure.context("test patient"))?;
    let id = json::text(&resource, "id").unwrap_or_default().to_owned();
    mark(&mut resource);
    let body = resource.to_string();
    let url = fhir::below(run.context, &format!("Patient/{}", fhir::encoded(&id)))?;
    let token = run.client.token(run.context, &mut run.report).await?;
    let request = Request::new(Method::PUT, &url, fhir::ACCEPT, run.working)
        .content(fhir::CONTENT, body.as_bytes())
        .if_match(tag.as_deref())
        .bearer(Some(&token));
    let sent = Instant::now();
    let answer = run.context.http.send(&request).await.map_err(|failure| failure.context("test event"))?;
    if answer.status.is_success() {
        run.report.note(format!("the test patient {id} was marked as checked"));
        return Ok(sent);
    }
    let text = format!(
        "the test event could not be caused: expected 200 from PUT Patient/{id}, got {}",
        fhir::status_and_reason(&answer)
    );
    Err(Failure::inconclusive(Layer::Http, text))
}

/// The test patient and its version. One that is not marked as test data is not touched.
async fn find(run: &mut Subscribing<'_, '_>, id: Option<&str>) -> Result<(Value, Option<String>), Failure> {
    let relative = match id {
        Some(id) => format!("Patient/{id}"),
        None => format!("Patient?_tag={}&_count=1", fhir::encoded(TESTS)),
    };
    let url = fhir::below(run.context, &relative)?;
    let answer = run.get(&url).await?;
    let tag = id.and_then(|_| answer.header(ETAG)).map(str::to_owned);
    let found = fhir::resource(&answer, &mut Report::new("")).map_err(|failure| {
        // Whether a test patient is there says nothing about subscriptions.
        Failure::inconclusive(failure.layer, failure.text)
    })?;
    let patient = match json::text(&found, "resourceType") {
        Some("Bundle") => json::items(&found, "entry")
            .iter()
            .map(|entry| entry["resource"].clone())
            .find(|resource| json::text(resource, "resourceType") == Some("Patient")),
        Some("Patient") => Some(found),
        _ => None,
    };
    let refuse = |text: &str| Failure::inconclusive(Layer::Guard, text);
    let patient = patient.ok_or_else(|| {
        refuse("no patient is tagged as test data (HTEST): tag one, or name it in test_event")
    })?;
    let tagged = json::items(&patient["meta"], "tag").iter().any(|tag| tag["code"] == "HTEST");
    if !tagged {
        let text = "the patient is not tagged as test data (HTEST), and is not changed";
        return Err(refuse(text));
    }
    Ok((patient, tag))
}

/// Puts this run's identifier in the place of the last one's, so that the content changes and nothing piles up.
fn mark(patient: &mut Value) {
    let mut identifiers: Vec<_> = json::items(patient, "identifier")
        .iter()
        .filter(|identifier| json::text(identifier, "system") != Some(MARK))
        .cloned()
        .collect();
    identifiers.push(json!({ "system": MARK, "value": Uuid::new_v4() }));
    patient["identifier"] = Value::Array(identifiers);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_is_read_as_it_is_written() {
        assert_eq!(TestEvent::read(" Heartbeat "), Ok(TestEvent::Heartbeat));
        let described = |text: &str| TestEvent::read(text).map(|event| event.describe());
        assert_eq!(described("test-patient update").unwrap(), "update of a test patient");
        assert_eq!(described("test-patient update Patient/p-1").unwrap(), "update of the test patient p-1");
        for text in ["", "nothing", "test-patient update Patient/a?b", "test-patient update Observation/1"] {
            assert!(TestEvent::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_mark_replaces_the_last_one() {
        let mut patient = json!({ "identifier": [{ "system": "a", "value": "1" }] });
        mark(&mut patient);
        let first = patient.clone();
        mark(&mut patient);
        assert_ne!(patient, first);
        assert_eq!(patient["identifier"].as_array().map(Vec::len), Some(2));
    }
}
