//! The Subscription resource, as each release of FHIR writes it.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::kinds::json;
use crate::said::short_line;

/// The heartbeat that is asked for.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(10);
/// A subscription that could not be deleted ends by itself.
const LIFETIME: SignedDuration = SignedDuration::from_hours(1);
const REASON: &str = "Rung health check: a test subscription that is deleted at once";
const BACKPORT: &str = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition";

/// How the server writes subscriptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Release {
    /// R4 and R4B: topics by the R5 backport.
    R4,
    R5,
}

impl Release {
    pub(super) fn of(version: Option<&str>) -> Self {
        match version.and_then(|version| version.split('.').next()?.parse::<u32>().ok()) {
            Some(major) if major >= 5 => Self::R5,
            _ => Self::R4,
        }
    }
}

/// What is subscribed to, and where notifications go.
pub(super) struct Wanted<'a> {
    pub(super) topic: Option<&'a str>,
    pub(super) endpoint: &'a str,
    /// R4's query, where there is no topic.
    pub(super) criteria: String,
    /// The run's beginning.
    pub(super) until: Timestamp,
}

/// A request for notifications without content.
pub(super) fn subscription(release: Release, wanted: &Wanted<'_>) -> Value {
    let end = (wanted.until + LIFETIME).strftime("%FT%TZ").to_string();
    match (release, wanted.topic) {
        (Release::R5, Some(topic)) => json!({
            "resourceType": "Subscription",
            "status": "requested",
            "topic": topic,
            "reason": REASON,
            "end": end,
            "channelType": {
                "system": "http://terminology.hl7.org/CodeSystem/subscription-channel-type",
                "code": "rest-hook",
            },
            "endpoint": wanted.endpoint,
            "heartbeatPeriod": HEARTBEAT.as_secs(),
            "contentType": "application/fhir+json",
            "content": "empty",
        }),
        // The canonical address of the topic stands in `criteria`.
        (Release::R4, Some(topic)) => json!({
            "resourceType": "Subscription",
            "meta": { "profile": [format!("{BACKPORT}/backport-subscription")] },
            "status": "requested",
            "reason": REASON,
            "end": end,
            "criteria": topic,
            "channel": {
                "extension": [{
                    "url": format!("{BACKPORT}/backport-heartbeat-period"),
                    "valueUnsignedInt": HEARTBEAT.as_secs(),
                }],
                "type": "rest-hook",
                "endpoint": wanted.endpoint,
                "payload": "application/fhir+json",
                "_payload": { "extension": [{
                    "url": format!("{BACKPORT}/backport-payload-content"),
                    "valueCode": "empty",
                }] },
            },
        }),
        // Without a payload nothing but the fact is sent.
        (_, None) => json!({
            "resourceType": "Subscription",
            "status": "requested",
            "reason": REASON,
            "end": end,
            "criteria": wanted.criteria,
            "channel": { "type": "rest-hook", "endpoint": wanted.endpoint },
        }),
    }
}

/// What the active subscriptions of a search result are about, without those of this very check.
pub(super) fn topics(bundle: &Value, own: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let subscriptions = json::items(bundle, "entry").iter().map(|entry| &entry["resource"]);
    let others = subscriptions.filter(|subscription| {
        let endpoint =
            json::text(subscription, "endpoint").or(json::text(&subscription["channel"], "endpoint"));
        json::text(subscription, "resourceType") == Some("Subscription") && !endpoint.is_some_and(&own)
    });
    let about = others.filter_map(|subscription| {
        // R4's criteria are a query: what counts is the type of resource that it is about.
        let criteria = json::text(subscription, "criteria").map(|criteria| {
            if criteria.contains("://") { criteria } else { criteria.split('?').next().unwrap_or(criteria) }
        });
        json::text(subscription, "topic").or(criteria)
    });
    about.map(str::to_owned).collect()
}

/// The id at the end of a `Location`, before a version.
pub(super) fn id_in(location: &str) -> Option<&str> {
    let (_, after) = location.rsplit_once("Subscription/")?;
    after.split(['/', '?']).next().filter(|id| !id.is_empty())
}

/// What a subscription says of its last failure.
pub(super) fn error_in(subscription: &Value) -> Option<String> {
    json::text(subscription, "error").map(short_line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_decides_how_a_topic_is_written() {
        let wanted = Wanted {
            topic: Some("http://example.org/topic"),
            endpoint: "https://rung.example.org/x",
            criteria: String::new(),
            until: "2026-11-20T12:00:00Z".parse().unwrap(),
        };
        let old = subscription(Release::of(Some("4.0.1")), &wanted);
        assert_eq!(old["criteria"], "http://example.org/topic");
        assert_eq!(old["channel"]["_payload"]["extension"][0]["valueCode"], "empty");
        let new = subscription(Release::of(Some("5.0.0")), &wanted);
        assert_eq!((&new["topic"], &new["content"]), (&"http://example.org/topic".into(), &"empty".into()));
        assert_eq!(new["end"], "2026-11-20T13:00:00Z");
    }

    #[test]
    fn topics_in_use_are_counted_once_and_without_our_own() {
        let bundle = json!({ "entry": [
            { "resource": { "resourceType": "Subscription", "topic": "http://a" } },
            { "resource": { "resourceType": "Subscription", "criteria": "http://a" } },
            { "resource": { "resourceType": "Subscription", "criteria": "Patient?active=true" } },
            { "resource": { "resourceType": "Subscription", "criteria": "Patient" } },
            { "resource": { "resourceType": "Subscription", "topic": "http://b", "endpoint": "https://rung/1" } },
            { "resource": { "resourceType": "OperationOutcome" } },
        ] });
        let topics = topics(&bundle, |endpoint| endpoint.starts_with("https://rung/"));
        assert_eq!(topics.into_iter().collect::<Vec<_>>(), ["Patient", "http://a"]);
    }

    #[test]
    fn an_id_is_found_in_every_location() {
        assert_eq!(id_in("https://x/fhir/Subscription/1/_history/2"), Some("1"));
        assert_eq!(id_in("Subscription/abc"), Some("abc"));
        assert_eq!(id_in("https://x/fhir"), None);
    }
}
