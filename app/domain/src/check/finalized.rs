//! Items that a source finalized, and how soon a FHIR server showed them (`fhir.read_search`, `visible_within_24h_pct`).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How soon an item has to be visible.
const IN_TIME: SignedDuration = SignedDuration::from_hours(24);

/// How an item stands. What was seen in time or late stays so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sighting {
    /// Nobody looked yet, or whoever looked can tell neither.
    Awaited,
    /// Somebody looked in time, and it was not there.
    Missing,
    InTime,
    Late,
}

/// An item that a source reported as finalized.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finalized {
    /// `Type/id`.
    pub reference: String,
    pub at: Timestamp,
    pub sighting: Sighting,
}

impl Finalized {
    /// Whether `reference` is a resource type and an id as FHIR writes them (R4, 2.24.0.1 and 2.3.0).
    pub fn is_reference(reference: &str) -> bool {
        let Some((kind, id)) = reference.split_once('/') else { return false };
        let of_id = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
        kind.starts_with(|first: char| first.is_ascii_uppercase())
            && (2..=64).contains(&kind.len())
            && kind.bytes().all(|byte| byte.is_ascii_alphabetic())
            && (1..=64).contains(&id.len())
            && id.bytes().all(of_id)
            && !id.bytes().all(|byte| byte == b'.')
    }

    /// Whether another look can still tell something.
    pub fn is_open(&self) -> bool {
        matches!(self.sighting, Sighting::Awaited | Sighting::Missing)
    }

    /// What a look at `now` makes of it that found it. `updated` is when the server says that it changed it last: by then
    /// it was there.
    pub fn found(&self, updated: Option<Timestamp>, now: Timestamp) -> Sighting {
        let there_since = updated.filter(|updated| *updated <= now).unwrap_or(now);
        match self.sighting {
            _ if there_since <= self.latest() => Sighting::InTime,
            Sighting::Missing => Sighting::Late,
            // Nobody looked in time, and what the server changed since hides when it came.
            other => other,
        }
    }

    /// What a look at `now` makes of it that did not find it.
    pub fn not_found(&self, now: Timestamp) -> Sighting {
        if now > self.latest() { Sighting::Late } else { Sighting::Missing }
    }

    fn latest(&self) -> Timestamp {
        self.at.saturating_add(IN_TIME).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    fn item(sighting: Sighting) -> Finalized {
        Finalized { reference: "Observation/1".to_owned(), at: at(0), sighting }
    }

    #[test]
    fn an_item_is_in_time_when_a_look_or_the_server_says_that_it_was_there_within_a_day() {
        let awaited = item(Sighting::Awaited);
        assert_eq!(awaited.found(None, at(24)), Sighting::InTime);
        assert_eq!(awaited.found(Some(at(3)), at(40)), Sighting::InTime);
        assert_eq!(
            awaited.found(Some(at(99)), at(3)),
            Sighting::InTime,
            "a clock that is ahead tells nothing"
        );
        assert_eq!(awaited.found(Some(at(30)), at(40)), Sighting::Awaited, "it may have been changed since");
        assert_eq!(awaited.found(None, at(25)), Sighting::Awaited);
    }

    #[test]
    fn an_item_is_late_when_it_was_missed_and_is_not_there_within_a_day() {
        assert_eq!(item(Sighting::Awaited).not_found(at(24)), Sighting::Missing);
        assert_eq!(item(Sighting::Awaited).not_found(at(25)), Sighting::Late);
        assert_eq!(item(Sighting::Missing).found(Some(at(30)), at(40)), Sighting::Late);
        assert_eq!(item(Sighting::Missing).found(Some(at(23)), at(40)), Sighting::InTime);
        assert!(!item(Sighting::Late).is_open() && !item(Sighting::InTime).is_open());
    }

    #[test]
    fn a_reference_is_a_type_and_an_id() {
        for good in ["Observation/1", "DocumentReference/a-b.C"] {
            assert!(Finalized::is_reference(good), "{good}");
        }
        for bad in [
            "",
            "Observation",
            "Observation/",
            "observation/1",
            "Observation/a/b",
            "Observation/a?b",
            "Observation/..",
            "../1",
            "O/1",
            "Observation/a b",
        ] {
            assert!(!Finalized::is_reference(bad), "{bad}");
        }
    }
}
