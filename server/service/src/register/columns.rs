//! What each register asks for: the columns of its table, of its form, of its CSV file and of its JSON.

use store::record::Register;

/// How a column is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// At most 200 characters on one line.
    Line,
    /// At most 2,000 characters.
    Text,
    /// `2026-11-20`, not in the future.
    Day,
    /// `2026-11-20T12:03:00Z`, not in the future.
    Moment,
    /// A whole number, 0 or more.
    Count,
    /// A number, 0 or more.
    Number,
    /// A number from 0 to 100.
    Percent,
    /// A word of the list, each with what people read.
    Choice(&'static [(&'static str, &'static str)]),
    /// The id of an incident that a check saw.
    Incident,
}

/// A column of a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    pub label: &'static str,
    /// A phrase, without a full stop.
    pub hint: &'static str,
    pub look: Look,
    /// It is never empty.
    pub needed: bool,
}

const fn needed(name: &'static str, label: &'static str, hint: &'static str, look: Look) -> Column {
    Column { name, label, hint, look, needed: true }
}

const fn maybe(name: &'static str, label: &'static str, hint: &'static str, look: Look) -> Column {
    Column { name, label, hint, look, needed: false }
}

const CRITICALITIES: [(&str, &str); 2] = [("critical", "Critical"), ("normal", "Normal")];
const CAUSES: [(&str, &str); 6] = [
    ("certificate", "An expired certificate or key"),
    ("software", "Software or a release"),
    ("network", "Network"),
    ("partner", "The partner's side"),
    ("data", "Data"),
    ("other", "Something else"),
];
const TEST_DECK: [(&str, &str); 2] = [("passed", "Passed"), ("failed", "Failed")];

const INCIDENTS: [Column; 11] = [
    needed("title", "What happened", "In a few words, for example ADT feed silent", Look::Line),
    maybe("integration", "Integration", "What failed, as the inventory names it", Look::Line),
    needed("criticality", "Criticality", "How much depended on it", Look::Choice(&CRITICALITIES)),
    needed("cause", "Cause", "What it came from", Look::Choice(&CAUSES)),
    needed("began_at", "Began", "UTC", Look::Moment),
    maybe("detected_at", "Raised by monitoring", "UTC; empty if monitoring never raised it", Look::Moment),
    maybe("reported_at", "First reported by a user", "UTC; empty if no user reported it", Look::Moment),
    maybe("restored_at", "Restored", "UTC; empty while it lasts", Look::Moment),
    maybe(
        "objective_hours",
        "Recovery objective",
        "Hours within which it should have been restored",
        Look::Number,
    ),
    maybe(
        "seen",
        "Seen by a check",
        "The incident that a check opened and that this entry tells more of; it counts once",
        Look::Incident,
    ),
    maybe("notes", "Notes", "What was done, what changed since", Look::Text),
];

const MEASURES: [Column; 14] = [
    needed("measure", "Measure", "Its code or name, for example CBP", Look::Line),
    maybe("contract", "Contract", "The contract that asks for it", Look::Line),
    needed("version", "Version", "Of the specification that was validated against", Look::Line),
    maybe(
        "specification_dated",
        "Specification in force since",
        "The day of the measure's current specification",
        Look::Day,
    ),
    maybe("logic_changed", "Logic last changed", "In production", Look::Day),
    needed("validator", "Validator", "Who compared: a person or a role", Look::Line),
    needed("validated", "Validated", "The day of the comparison", Look::Day),
    needed("charts", "Charts", "How many charts were looked at", Look::Count),
    needed("agreeing", "Charts that agree", "With the computed result", Look::Count),
    maybe("test_deck", "Test deck", "The measure's synthetic test deck", Look::Choice(&TEST_DECK)),
    maybe("payer_compared", "Compared with the payer", "Or with CMS's number: the day", Look::Day),
    maybe(
        "completeness_pct",
        "Completeness of inputs",
        "The lowest share among the data elements that the measure needs",
        Look::Percent,
    ),
    maybe("gaps_recomputed", "Gaps recomputed", "The day of the last computation", Look::Day),
    maybe("differences", "Differences", "What did not agree, and why", Look::Text),
];

const CONSENT_TESTS: [Column; 10] = [
    needed("suite", "Suite", "The name of the scripted suite, as its check names it", Look::Line),
    needed("ran", "Ran on", "The day", Look::Day),
    needed("release", "Release tested", "For example 2026.2", Look::Line),
    maybe(
        "production_release",
        "Release in production",
        "Correct it when a new release goes live: the test must then run again",
        Look::Line,
    ),
    needed("permit_cases", "Permit cases", "In which access must be permitted", Look::Count),
    needed("permit_passed", "Permit cases passed", "", Look::Count),
    needed("deny_cases", "Deny cases", "In which access must be refused", Look::Count),
    needed("deny_passed", "Deny cases passed", "", Look::Count),
    needed("tester", "Tester", "Who ran it: a person or a role", Look::Line),
    maybe("notes", "Notes", "Cases that failed, and what became of them", Look::Text),
];

const CREDENTIAL_KINDS: [(&str, &str); 4] = [
    ("api-client", "API client"),
    ("file-account", "File account"),
    ("engine-channel", "Engine channel"),
    ("other", "Something else"),
];

const CREDENTIALS: [Column; 7] = [
    needed(
        "credential",
        "Credential",
        "As the system that gave it out names it, for example a client id; never the secret",
        Look::Line,
    ),
    needed("kind", "Kind", "Where it works", Look::Choice(&CREDENTIAL_KINDS)),
    maybe("integration", "Integration", "What it is for, as the inventory names it", Look::Line),
    needed("issued", "Issued", "The day", Look::Day),
    maybe("last_used", "Last used", "The day; empty if it never was", Look::Day),
    maybe("disabled", "Disabled", "The day; empty while it is enabled", Look::Day),
    maybe("notes", "Notes", "Who holds it, why it is kept", Look::Text),
];

const PROVIDED: [(&str, &str); 2] = [("yes", "Yes"), ("no", "No")];
const BROUGHT_BY: &str = "The integration, as the inventory names it; empty while there is none";

const CONTRACT_FEEDS: [Column; 8] = [
    needed("contract", "Contract", "As the organization names it, for example MA 12", Look::Line),
    needed("attribution", "Attribution list", "Whether the contract provides it", Look::Choice(&PROVIDED)),
    maybe("attribution_feed", "Attribution comes by", BROUGHT_BY, Look::Line),
    needed("claims", "Claims", "Whether the contract provides them", Look::Choice(&PROVIDED)),
    maybe("claims_feed", "Claims come by", BROUGHT_BY, Look::Line),
    needed("quality", "Quality results", "Whether the contract provides them", Look::Choice(&PROVIDED)),
    maybe("quality_feed", "Quality results come by", BROUGHT_BY, Look::Line),
    maybe("notes", "Notes", "What was agreed, and from when", Look::Text),
];

const SOURCES: [(&str, &str); 2] = [("contract", "A contract"), ("specification", "A specification")];

const LOGIC_CHANGES: [Column; 5] = [
    needed("change", "Change", "In a few words, for example CBP 2027 denominators", Look::Line),
    needed("source", "Source", "What changed first", Look::Choice(&SOURCES)),
    needed("dated", "Changed on", "The day of the contract's or the specification's change", Look::Day),
    maybe(
        "in_production",
        "In production since",
        "The day on which the changed logic went live; empty while it has not",
        Look::Day,
    ),
    maybe("notes", "Notes", "What had to follow: measures, reports, feeds", Look::Text),
];

/// The columns of a register, in the order of its table.
pub fn columns(register: Register) -> &'static [Column] {
    match register {
        Register::Incidents => &INCIDENTS,
        Register::MeasureValidations => &MEASURES,
        Register::ConsentTests => &CONSENT_TESTS,
        Register::Credentials => &CREDENTIALS,
        Register::ContractFeeds => &CONTRACT_FEEDS,
        Register::LogicChanges => &LOGIC_CHANGES,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_is_a_phrase_without_a_full_stop() {
        for register in Register::ALL {
            for column in columns(register) {
                let hint = column.hint;
                assert!(!hint.ends_with('.') && !hint.contains(". "), "{}: {hint}", column.name);
            }
        }
    }
}
