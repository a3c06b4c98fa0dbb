//! Which tables of an organization travel, in an order in which each refers to earlier ones only.
//!
//! A new table belongs into [`TABLES`] or into [`LEFT_OUT`]: a test asks for it. A changed column is another version of
//! the file (`service::client`).

mod left_out;

use std::collections::BTreeMap;

use domain::check::{ConditionResult, LatencySketch, Message, Observations, Parameters, Reach, Status};
use domain::incident::Opening;
use domain::live::{LiveDomain, LiveResult};
use domain::scoring::{EvidenceDuration, EvidenceState, FindingKind, FindingSeverity};
use domain::{BindingId, CriterionCode, DomainCode, KindCode, Level, ProfileCode, RungCode};
use jiff::civil::Date;
use rust_decimal::Decimal;

pub use self::left_out::LEFT_OUT;
use super::value::{
    Cell, Column, Kind, action_state, day, fraction, hour, identifier, instant, json, parsed, plain, scope,
    sha256, whole, within, word,
};
use crate::db::{Dialect, Statement};
use crate::history::days_reached;
use crate::record::{
    AssessmentState, Closing, EvidenceBody, FindingChange, Rater, Register, RegisterContent, SizeBand,
    SnapshotKind, StepChoice, Touched,
};
use crate::standings::{now, select_standings, standings_now};

/// One table of an organization.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// By the organization's identifier.
    pub(super) select: &'static str,
    pub(super) insert: &'static str,
    pub(super) columns: &'static [Column],
}

macro_rules! places {
    (5) => {
        "$1, $2, $3, $4, $5"
    };
    (3) => {
        "$1, $2, $3"
    };
    (4) => {
        "$1, $2, $3, $4"
    };
    (6) => {
        concat!(places!(5), ", $6")
    };
    (7) => {
        concat!(places!(6), ", $7")
    };
    (8) => {
        concat!(places!(7), ", $8")
    };
    (9) => {
        concat!(places!(8), ", $9")
    };
    (10) => {
        concat!(places!(9), ", $10")
    };
    (11) => {
        concat!(places!(10), ", $11")
    };
    (12) => {
        concat!(places!(11), ", $12")
    };
    (13) => {
        concat!(places!(12), ", $13")
    };
    (14) => {
        concat!(places!(13), ", $14")
    };
    (15) => {
        concat!(places!(14), ", $15")
    };
    (16) => {
        concat!(places!(15), ", $16")
    };
    (17) => {
        concat!(places!(16), ", $17")
    };
    (19) => {
        concat!(places!(17), ", $18, $19")
    };
    (22) => {
        concat!(places!(19), ", $20, $21, $22")
    };
}

macro_rules! tables {
    ($($name:literal $(of $source:expr)?, $count:tt columns, $where:expr, $order:literal {
        $first:ident: $first_kind:expr $(, $column:ident: $kind:expr)* $(,)?
    })+) => {
        pub(super) const TABLES: &[Table] = &[$(Table {
            name: $name,
            select: tables!(@select tables!(@source $name $(, $source)?), $where, $order, $first $(, $column)*),
            insert: tables!(@insert $name, $count, $first $(, $column)*),
            columns: &[
                Column { name: stringify!($first), kind: $first_kind },
                $(Column { name: stringify!($column), kind: $kind },)*
            ],
        },)+];

        pub(crate) const STATEMENTS: &[Statement] = &[$(
            Statement {
                name: concat!("client, out of ", $name),
                sql: tables!(@select tables!(@source $name $(, $source)?), $where, $order, $first $(, $column)*),
                dialect: Dialect::Both,
            },
            Statement {
                name: concat!("client, into ", $name),
                sql: tables!(@insert $name, $count, $first $(, $column)*),
                dialect: Dialect::Both,
            },
        )+];

        /// The tables that travel with an organization.
        pub const EXPORTED: &[&str] = &[$($name),+];
    };
    (@source $name:literal) => {
        $name
    };
    (@source $name:literal, $source:expr) => {
        $source
    };
    (@select $source:expr, $where:expr, $order:literal, $first:ident $(, $column:ident)*) => {
        concat!(
            "SELECT ", stringify!($first), $(", ", stringify!($column),)* " FROM ", $source, " WHERE ", $where,
            " ORDER BY ", $order
        )
    };
    (@insert $name:literal, $count:tt, $first:ident $(, $column:ident)*) => {
        concat!(
            "INSERT INTO ", $name, " (", stringify!($first), $(", ", stringify!($column),)* ") VALUES (",
            places!($count), ")"
        )
    };
}

macro_rules! of_assessment {
    () => {
        "assessment_id IN (SELECT id FROM assessments WHERE org_id = $1)"
    };
}
macro_rules! of_evidence {
    () => {
        "evidence_id IN (SELECT id FROM evidence WHERE org_id = $1)"
    };
}
macro_rules! of_check {
    () => {
        "check_id IN (SELECT id FROM checks WHERE org_id = $1)"
    };
}

/// Tables that files of an earlier form do not have, and the first form that does; they are empty then.
pub const LATER: &[(&str, u32)] = &[("criterion_targets", 2), ("aims", 3), ("run_hours", 5)];

const TEXT: Kind = Kind::Text(plain);
const MAYBE_TEXT: Kind = Kind::MaybeText(plain);
const DATE: Kind = Kind::Text(word::<Date>);
const MAYBE_DATE: Kind = Kind::MaybeText(word::<Date>);
const AT: Kind = Kind::Number(instant);
const MAYBE_AT: Kind = Kind::MaybeNumber(instant);
const NUMBER: Kind = Kind::Number(whole);
const HOUR_NUMBER: Kind = Kind::Number(hour);
const DAY_NUMBER: Kind = Kind::Number(day);
const COUNT: Kind = Kind::Number(within::<u32>);
const MAYBE_COUNT: Kind = Kind::MaybeNumber(within::<u32>);
const CRITERION: Kind = Kind::Text(word::<CriterionCode>);
const BINDING: Kind = Kind::Text(word::<BindingId>);
const STATUS: Kind = Kind::Text(word::<Status>);
const SEVERITY: Kind = Kind::Text(word::<FindingSeverity>);
const MAYBE_RUNG: Kind = Kind::MaybeText(word::<RungCode>);
const OF_ASSESSMENT: Kind = Kind::Refers("assessments");
const OF_EVIDENCE: Kind = Kind::Refers("evidence");
const OF_CHECK: Kind = Kind::Refers("checks");

tables! {
    "organizations", 7 columns, "id = $1", "id" {
        id: Kind::Id, slug: TEXT, name: TEXT, profiles: Kind::Text(json::<Vec<ProfileCode>>),
        size_band: Kind::Text(word::<SizeBand>), demo: Kind::Flag, created_at: AT,
    }
    "assessments", 10 columns, "org_id = $1", "id" {
        id: Kind::Id, org_id: Kind::Org, framework_id: Kind::Framework, title: TEXT,
        state: Kind::Text(word::<AssessmentState>), target: MAYBE_RUNG, target_level: Kind::Number(within::<Level>),
        independent_signoff: Kind::Flag, created_by: Kind::Person, created_at: AT,
    }
    "answers", 10 columns, of_assessment!(), "assessment_id, criterion, rater" {
        assessment_id: OF_ASSESSMENT, criterion: CRITERION, rater: Kind::Text(word::<Rater>),
        framework_id: Kind::Framework, level: Kind::MaybeNumber(within::<Level>), not_applicable_reason: MAYBE_TEXT,
        rationale: TEXT, revision: NUMBER, by_id: Kind::Person, at: AT,
    }
    "answer_history", 9 columns, of_assessment!(), "assessment_id, criterion, rater, revision" {
        assessment_id: OF_ASSESSMENT, criterion: CRITERION, rater: Kind::Text(word::<Rater>), revision: NUMBER,
        level: Kind::MaybeNumber(within::<Level>), not_applicable_reason: MAYBE_TEXT, rationale: TEXT,
        by_id: Kind::Person, at: AT,
    }
    "evidence", 14 columns, "org_id = $1", "id" {
        id: Kind::Id, org_id: Kind::Org, assessment_id: OF_ASSESSMENT, title: TEXT,
        body: Kind::Text(json::<EvidenceBody>), duration: Kind::Text(word::<EvidenceDuration>), dated: DATE,
        expires: MAYBE_DATE, author_id: Kind::Person, state: Kind::Text(word::<EvidenceState>),
        reviewer_id: Kind::MaybePerson, created_at: AT, reported_pct: Kind::MaybeText(parsed::<Decimal>),
        revision: NUMBER,
    }
    "evidence_criteria", 4 columns, of_evidence!(), "evidence_id, position" {
        evidence_id: OF_EVIDENCE, position: NUMBER, framework_id: Kind::Framework, criterion: CRITERION,
    }
    "evidence_revisions", 11 columns, of_evidence!(), "evidence_id, revision" {
        evidence_id: OF_EVIDENCE, revision: NUMBER, title: TEXT, body: Kind::Text(json::<EvidenceBody>), dated: DATE,
        expires: MAYBE_DATE, author_id: Kind::Person, state: Kind::Text(word::<EvidenceState>),
        reviewer_id: Kind::MaybePerson, created_at: AT, reported_pct: Kind::MaybeText(parsed::<Decimal>),
    }
    "findings", 11 columns, of_assessment!(), "id" {
        id: Kind::Id, assessment_id: OF_ASSESSMENT, kind: Kind::Text(word::<FindingKind>), subject: TEXT,
        severity: SEVERITY, is_open: Kind::Flag, owner: TEXT, due: MAYBE_DATE, opened_at: AT, cleared_at: MAYBE_AT,
        times_opened: COUNT,
    }
    "finding_events", 6 columns, of_assessment!(), "id" {
        id: Kind::Text(identifier), finding_id: Kind::Refers("findings"), assessment_id: OF_ASSESSMENT,
        event: Kind::Text(word::<FindingChange>), severity: SEVERITY, at: AT,
    }
    "integrations", 22 columns, "org_id = $1", "id" {
        id: Kind::Id, org_id: Kind::Org, name: TEXT, partner: TEXT, system: TEXT, standard: TEXT, direction: TEXT,
        data: TEXT, contract: TEXT, use_case: TEXT, owner: TEXT, last_review: MAYBE_DATE, environment: TEXT,
        serves: Kind::Text(json::<Vec<DomainCode>>), created_at: AT, technical_owner: TEXT, criticality: TEXT,
        contract_expires: MAYBE_DATE, review_months: Kind::MaybeNumber(whole), runbook_exercised: MAYBE_DATE,
        brief_signed: MAYBE_DATE, unowned_since: MAYBE_AT,
    }
    // Without lease, without what only saves work (a fingerprint, a host), and without secrets.
    "checks", 14 columns, "org_id = $1", "id" {
        id: Kind::Id, org_id: Kind::Org, integration_id: Kind::Refers("integrations"),
        kind: Kind::Text(word::<KindCode>), parameters: Kind::Text(json::<Parameters>), interval_seconds: NUMBER,
        enabled: Kind::Flag, created_at: AT, next_due_at: AT, last_run: Kind::MaybeText(identifier),
        last_started_at: AT, last_status: Kind::MaybeText(word::<Status>), good_at: MAYBE_AT,
        reported_at: MAYBE_AT,
    }
    // Those that a standing or a check names; of the others, the tallies by day speak.
    "runs", 11 columns, concat!(
        of_check!(), " AND (id IN (SELECT last_run FROM standings WHERE ", of_check!(),
        ") OR id IN (SELECT last_run FROM checks WHERE org_id = $1))"
    ), "check_id, started_at, id" {
        id: Kind::Id, check_id: OF_CHECK, scheduled_for: MAYBE_AT, started_at: AT, duration_ms: NUMBER,
        status: STATUS, reach: Kind::Text(word::<Reach>), warned: Kind::Flag,
        observations: Kind::Text(json::<Observations>), messages: Kind::Text(json::<Vec<Message>>), checked: TEXT,
    }
    // With the runs that were judged as the run before, which the check's own row counts.
    "standings" of standings_now!(), 10 columns, of_check!(), "check_id, framework_id, binding" {
        check_id: OF_CHECK, framework_id: Kind::Framework, binding: BINDING, status: STATUS, consecutive_fails: COUNT,
        concluded_at: MAYBE_AT, last_status: STATUS, last_run: Kind::Refers("runs"),
        conditions: Kind::Text(json::<Vec<ConditionResult>>), passed_at: MAYBE_AT,
    }
    "manual_ties", 7 columns, of_check!(), "check_id, framework_id, binding" {
        check_id: OF_CHECK, framework_id: Kind::Framework, binding: BINDING, tied: Kind::Flag, reason: TEXT,
        by_id: Kind::Person, at: AT,
    }
    "overrides", 10 columns, of_check!(), "id" {
        id: Kind::Id, check_id: OF_CHECK, framework_id: Kind::Framework, binding: BINDING, reason: TEXT,
        by_id: Kind::Person, at: AT, until_at: AT, withdrawn_at: MAYBE_AT, withdrawn_by: Kind::MaybePerson,
    }
    "run_days", 12 columns, of_check!(), "check_id, day" {
        check_id: OF_CHECK, day: DAY_NUMBER, pass: COUNT, warn: COUNT, fail: COUNT, unknown: COUNT, timed: COUNT,
        latency_sum: NUMBER, latency_min: MAYBE_COUNT, latency_max: MAYBE_COUNT,
        latency: Kind::Text(parsed::<LatencySketch>), gauge: Kind::MaybeNumber(whole),
    }
    // Those of the days that may still be gathered: the days before speak for theirs.
    "run_hours", 12 columns, concat!(of_check!(), " AND hour >= 24 * (", days_reached!(), " - 2)"), "check_id, hour" {
        check_id: OF_CHECK, hour: HOUR_NUMBER, pass: COUNT, warn: COUNT, fail: COUNT, unknown: COUNT, timed: COUNT,
        latency_sum: NUMBER, latency_min: MAYBE_COUNT, latency_max: MAYBE_COUNT,
        latency: Kind::Text(parsed::<LatencySketch>), gauge: Kind::MaybeNumber(whole),
    }
    "outages", 3 columns, of_check!(), "check_id, began_at" {
        check_id: OF_CHECK, began_at: AT, ended_at: MAYBE_AT,
    }
    "aims", 4 columns, of_check!(), "check_id, at" {
        check_id: OF_CHECK, at: AT, target: TEXT, target_before: TEXT,
    }
    "declarations", 3 columns, of_check!(), "check_id, seen_at" {
        check_id: OF_CHECK, seen_at: AT, facts: TEXT,
    }
    "incidents", 17 columns, "org_id = $1", "id" {
        id: Kind::Id, org_id: Kind::Org, check_id: Kind::MaybeRefers("checks"), integration: TEXT,
        kind: Kind::Text(word::<KindCode>), severity: SEVERITY, touches: Kind::Text(json::<Vec<Touched>>),
        opening: Kind::Text(word::<Opening>), cause: TEXT, failures: COUNT, flapped: Kind::Flag, began_at: AT,
        opened_at: AT, closed_at: MAYBE_AT, closing: Kind::MaybeText(word::<Closing>), announced_at: MAYBE_AT,
        closing_announced_at: MAYBE_AT,
    }
    "watches", 10 columns, of_check!(), "check_id" {
        check_id: OF_CHECK, fails: COUNT, successes: COUNT, history: COUNT, known: COUNT, flapping: Kind::Flag,
        failing_since: MAYBE_AT, incident_id: Kind::MaybeRefers("incidents"), last_run: Kind::Text(identifier),
        revision: NUMBER,
    }
    "check_alerting", 6 columns, of_check!(), "check_id" {
        check_id: OF_CHECK, open_after: MAYBE_COUNT, close_after: MAYBE_COUNT, snoozed_until: MAYBE_AT,
        snooze_reason: MAYBE_TEXT, snoozed_by: Kind::MaybePerson,
    }
    "maintenance_windows", 8 columns, "org_id = $1", "id" {
        id: Kind::Id, org_id: Kind::Org, integration_id: Kind::MaybeRefers("integrations"), reason: TEXT,
        starts_at: AT, ends_at: AT, by_id: Kind::Person, created_at: AT,
    }
    // Without the token: a new one is made where reports are to arrive.
    "feeds", 11 columns, of_check!(), "check_id" {
        check_id: OF_CHECK, cron: TEXT, zone: TEXT, hours: TEXT, grace_seconds: Kind::MaybeNumber(whole),
        reports: NUMBER, reported_at: MAYBE_AT, observations: Kind::Text(json::<Observations>),
        observed_at: MAYBE_AT, changed: Kind::Flag, missed: Kind::Flag,
    }
    "feed_reports", 5 columns, of_check!(), "check_id, number" {
        check_id: OF_CHECK, place: NUMBER, number: NUMBER, reported_at: AT, observations: Kind::Text(json::<Observations>),
    }
    "register_entries", 10 columns, "org_id = $1", "id" {
        id: Kind::Id, org_id: Kind::Org, register: Kind::Text(word::<Register>),
        content: Kind::Text(json::<RegisterContent>), revision: NUMBER, by_id: Kind::Person, created_at: AT,
        changed_at: AT, withdrawn_at: MAYBE_AT, withdrawn_reason: MAYBE_TEXT,
    }
    "assessment_steps", 7 columns, of_assessment!(), "id" {
        id: Kind::Id, assessment_id: OF_ASSESSMENT, at: AT, by_id: Kind::Person,
        from_state: Kind::Text(word::<AssessmentState>), to_state: Kind::Text(word::<AssessmentState>), note: TEXT,
    }
    "adjudications", 8 columns, of_assessment!(), "assessment_id, criterion" {
        assessment_id: OF_ASSESSMENT, criterion: CRITERION, framework_id: Kind::Framework, own_revision: NUMBER,
        assessor_revision: NUMBER, note: TEXT, by_id: Kind::Person, at: AT,
    }
    "roadmap_steps", 8 columns, of_assessment!(), "assessment_id, criterion" {
        assessment_id: OF_ASSESSMENT, criterion: CRITERION, framework_id: Kind::Framework, choice: Kind::Text(word::<StepChoice>), owner: TEXT,
        due: MAYBE_DATE, changed_by: Kind::Person, changed_at: AT,
    }
    "criterion_targets", 6 columns, of_assessment!(), "assessment_id, criterion" {
        assessment_id: OF_ASSESSMENT, criterion: CRITERION, framework_id: Kind::Framework,
        level: Kind::Number(within::<Level>), changed_by: Kind::Person, changed_at: AT,
    }
    "assignments", 7 columns, of_assessment!(), "assessment_id, scope, subject" {
        assessment_id: OF_ASSESSMENT, scope: Kind::Text(scope), subject: TEXT, owner_id: Kind::MaybePerson,
        due: MAYBE_DATE, changed_by: Kind::Person, changed_at: AT,
    }
    "comments", 14 columns, of_assessment!(), "id" {
        id: Kind::Id, assessment_id: OF_ASSESSMENT, framework_id: Kind::Framework, criterion: CRITERION,
        thread_id: Kind::MaybeRefers("comments"), text: TEXT, revision: NUMBER, by_id: Kind::Person, at: AT,
        edited_at: MAYBE_AT, withdrawn_at: MAYBE_AT, withdrawn_by: Kind::MaybePerson, resolved_at: MAYBE_AT,
        resolved_by: Kind::MaybePerson,
    }
    "comment_revisions", 4 columns, concat!(
        "comment_id IN (SELECT id FROM comments WHERE ", of_assessment!(), ")"
    ), "comment_id, revision" {
        comment_id: Kind::Refers("comments"), revision: NUMBER, text: TEXT, at: AT,
    }
    "actions", 19 columns, "org_id = $1", "id" {
        id: Kind::Id, org_id: Kind::Org, assessment_id: OF_ASSESSMENT,
        finding_kind: Kind::MaybeText(word::<FindingKind>), subject: TEXT, aim: Kind::MaybeNumber(within::<Level>),
        title: TEXT, note: TEXT, owner_id: Kind::MaybePerson, due: MAYBE_DATE, cost: Kind::MaybeNumber(whole),
        currency: MAYBE_TEXT, hours: MAYBE_COUNT, state: Kind::Text(action_state), dropped_because: MAYBE_TEXT,
        revision: NUMBER, created_by: Kind::Person, created_at: AT, since: AT,
    }
    "live_results", 9 columns, of_assessment!(), "assessment_id" {
        assessment_id: OF_ASSESSMENT, rung: MAYBE_RUNG, since: AT, result: Kind::Text(json::<LiveResult>),
        computed_at: AT, revision: NUMBER, overall: Kind::MaybeText(fraction), domains: Kind::MaybeText(json::<BTreeMap<DomainCode, LiveDomain>>),
        contradicted: NUMBER,
    }
    "live_changes", 8 columns, of_assessment!(), "id" {
        id: Kind::Id, assessment_id: OF_ASSESSMENT, at: AT, from_rung: MAYBE_RUNG, to_rung: MAYBE_RUNG,
        from_overall: Kind::MaybeText(fraction), to_overall: Kind::MaybeText(fraction),
        causes: Kind::Text(json::<serde_json::Value>),
    }
    "snapshots", 11 columns, "org_id = $1", "number" {
        id: Kind::Id, org_id: Kind::Org, assessment_id: OF_ASSESSMENT, number: NUMBER,
        kind: Kind::Text(word::<SnapshotKind>), rung: MAYBE_RUNG, sha256: Kind::Text(sha256),
        previous: Kind::MaybeText(sha256), file: TEXT, made_by: Kind::Person, made_at: AT,
    }
}

/// Takes the secrets out of a check's parameters, and pauses a check that had one: it would only fail without.
pub(super) fn without_secrets(table: &Table, row: &mut [Cell]) {
    if table.name != "checks" {
        return;
    }
    let at = |name: &str| table.columns.iter().position(|column| column.name == name);
    let (Some(parameters), Some(enabled)) = (at("parameters"), at("enabled")) else { return };
    let Cell::Text(text) = &row[parameters] else { return };
    // What is no object of parameters may hide anything: it stays here.
    let read = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).unwrap_or_default();
    let before = read.len();
    let open: serde_json::Map<_, _> =
        read.into_iter().filter(|(_, parameter)| parameter["type"] != "secret").collect();
    let had_secrets = open.len() < before;
    row[parameters] = Cell::Text(serde_json::Value::Object(open).to_string());
    if had_secrets {
        row[enabled] = Cell::Flag(false);
    }
}
