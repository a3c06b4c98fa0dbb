//! What a message says: a sentence for the subject, a text for people, data for machines.

use domain::incident::Opening;
use domain::scoring::FindingSeverity;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::UnixMillis;
use store::record::{AlertEvent, Channel, Closing, Incident, Organization};

/// A message, ready to be put into a channel's own form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Payload {
    pub(super) subject: String,
    pub(super) text: String,
    /// When what it tells of happened.
    pub(super) at: UnixMillis,
    pub(super) data: Value,
}

impl Payload {
    pub(super) fn written(&self) -> String {
        serde_json::to_string(self).expect("texts and JSON are JSON")
    }

    /// The body of a webhook: type, timestamp, data (Standard Webhooks 1.0, "Payload structure").
    pub(super) fn webhook(&self, event: AlertEvent) -> String {
        json!({ "type": event, "timestamp": instant(self.at), "data": self.data }).to_string()
    }

    /// The body of a Slack-compatible webhook. `&`, `<` and `>` are control characters there.
    pub(super) fn slack(&self) -> String {
        let plain = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        json!({ "text": format!("*{}*\n{}", plain(&self.subject).replace('*', "∗"), plain(&self.text)) })
            .to_string()
    }
}

/// What happened to an incident. `link` is the address of its page.
pub(super) fn of_incident(
    event: AlertEvent,
    organization: &Organization,
    incident: &Incident,
    link: Option<&str>,
    now: UnixMillis,
) -> Payload {
    // An integration may have many checks, and mail programs put messages of one subject together.
    let name = format!("{} ({})", incident.integration, incident.kind);
    let severity = severity_word(incident.severity);
    // Nothing is out then, and so nothing recovers.
    let contradiction = incident.opening == Opening::Contradiction;
    let (subject, at) = match event {
        AlertEvent::Closed => {
            let ended = match incident.closing {
                Some(Closing::CheckRemoved) => "ended, its check was removed",
                Some(Closing::AimedElsewhere) => "ended, its check looks at another target now",
                Some(Closing::ReplacedByOutage) => "contradicted an answer until an outage took its place",
                Some(Closing::Recovered) | None if contradiction => "contradicts no answer any more",
                Some(Closing::Recovered) | None => "has recovered",
            };
            (format!("{name} {ended}"), incident.closed_at.unwrap_or(now))
        }
        AlertEvent::Reminder if contradiction => (format!("{name} still contradicts an answer"), now),
        AlertEvent::Reminder => (format!("Still broken: {name}"), now),
        AlertEvent::Opened | AlertEvent::Test => match incident.opening {
            Opening::Failures => (format!("{name} is broken"), incident.opened_at),
            Opening::Flapping => (format!("{name} comes and goes"), incident.opened_at),
            Opening::Contradiction => (format!("{name} contradicts an answer"), incident.opened_at),
        },
    };
    let mut lines = vec![format!("{}, {severity}: {}", incident.kind, incident.cause)];
    let what = if contradiction { "run" } else { "failure" };
    let failures = match incident.failures {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    };
    lines.push(match incident.closed_at {
        Some(closed) => format!("From {} to {}, {failures}", shown(incident.began_at), shown(closed)),
        None => format!("Since {}, {failures} until now", shown(incident.began_at)),
    });
    let named = |contradicted: bool| {
        let codes = incident.touches.iter().filter(|touched| touched.contradicted == contradicted);
        let mut codes: Vec<_> = codes.map(|touched| touched.criterion.to_string()).collect();
        codes.dedup();
        codes.join(", ")
    };
    let (contradicted, tied) = (named(true), named(false));
    if !contradicted.is_empty() {
        lines.push(format!("It contradicts the answers to {contradicted}"));
    }
    if !tied.is_empty() {
        lines.push(format!("It is tied to {tied}"));
    }
    lines.extend(link.map(ToOwned::to_owned));
    lines.push(organization.name.clone());
    let criteria: Vec<_> = incident
        .touches
        .iter()
        .map(|touched| {
            json!({
                "framework": touched.framework, "domain": touched.domain, "criterion": touched.criterion,
                "contradicted": touched.contradicted,
            })
        })
        .collect();
    let data = json!({
        "organization": { "id": organization.id, "name": organization.name, "slug": organization.slug },
        "incident": {
            "id": incident.id, "check": incident.check, "integration": incident.integration,
            "kind": incident.kind, "severity": incident.severity, "opening": incident.opening, "cause": incident.cause,
            "failures": incident.failures, "flapped": incident.flapped, "criteria": criteria,
            "began_at": instant(incident.began_at), "opened_at": instant(incident.opened_at),
            "closed_at": incident.closed_at.map(instant), "closing": incident.closing,
        },
        "url": link,
    });
    Payload { subject, text: lines.join("\n"), at, data }
}

/// That a channel works.
pub(super) fn test(organization: &Organization, channel: &Channel, who: &str, now: UnixMillis) -> Payload {
    let text = format!(
        "{who} tries the channel \"{}\" of {}. Nothing is broken; incidents will come this way.",
        channel.name, organization.name
    );
    let data = json!({
        "organization": { "id": organization.id, "name": organization.name, "slug": organization.slug },
        "channel": { "id": channel.id, "name": channel.name },
    });
    Payload { subject: "Test message from Rung".to_owned(), text, at: now, data }
}

fn severity_word(severity: FindingSeverity) -> &'static str {
    match severity {
        FindingSeverity::Low => "low",
        FindingSeverity::Medium => "medium",
        FindingSeverity::High => "high",
        FindingSeverity::Critical => "critical",
    }
}

/// RFC 3339 in UTC, to the millisecond.
fn instant(at: UnixMillis) -> String {
    format!("{:.3}", at.timestamp())
}

/// `20 Nov 2026, 14:02 UTC`.
fn shown(at: UnixMillis) -> String {
    at.timestamp().to_zoned(TimeZone::UTC).strftime("%-d %b %Y, %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use store::record::SizeBand;
    use store::{IncidentId, OrgId};

    use super::*;

    fn told(event: AlertEvent, incident: &Incident) -> Payload {
        let organization = Organization {
            id: incident.org,
            slug: "alder".to_owned(),
            name: "Alder".to_owned(),
            profiles: Vec::new(),
            size_band: SizeBand::UpTo6,
            demo: false,
            created_at: UnixMillis(0),
        };
        of_incident(event, &organization, incident, None, UnixMillis(0))
    }

    #[test]
    fn what_contradicts_an_answer_is_neither_broken_nor_does_it_recover() {
        let broken = Incident {
            id: IncidentId::new(),
            org: OrgId::new(),
            check: None,
            integration: "Patient API".to_owned(),
            kind: "fhir.capability".into(),
            severity: FindingSeverity::High,
            touches: Vec::new(),
            opening: Opening::Failures,
            cause: "expected HTTP 200, got 404".to_owned(),
            failures: 3,
            flapped: false,
            began_at: UnixMillis(0),
            opened_at: UnixMillis(0),
            closed_at: Some(UnixMillis(60_000)),
            closing: Some(Closing::Recovered),
            announced_at: None,
            closing_announced_at: None,
        };
        let less = Incident { opening: Opening::Contradiction, ..broken.clone() };
        for (event, of_failures, of_contradiction) in [
            (
                AlertEvent::Opened,
                "Patient API (fhir.capability) is broken",
                "Patient API (fhir.capability) contradicts an answer",
            ),
            (
                AlertEvent::Reminder,
                "Still broken: Patient API (fhir.capability)",
                "Patient API (fhir.capability) still contradicts an answer",
            ),
            (
                AlertEvent::Closed,
                "Patient API (fhir.capability) has recovered",
                "Patient API (fhir.capability) contradicts no answer any more",
            ),
        ] {
            assert_eq!(told(event, &broken).subject, of_failures);
            assert_eq!(told(event, &less).subject, of_contradiction);
        }
        let replaced = Incident { closing: Some(Closing::ReplacedByOutage), ..less.clone() };
        assert_eq!(
            told(AlertEvent::Closed, &replaced).subject,
            "Patient API (fhir.capability) contradicted an answer until an outage took its place"
        );
        assert!(told(AlertEvent::Closed, &broken).text.contains(", 3 failures"));
        assert!(told(AlertEvent::Closed, &less).text.contains(", 3 runs"));
    }
}
