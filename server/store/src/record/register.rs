//! What people enter into the registers: incidents, validations of measures, consent tests, credentials, feeds of
//! contracts, changes of logic.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::ids::{IncidentId, OrgId, RegisterEntryId, UnixMillis, UserId};

/// Which register; as a text, the last part of its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Register {
    Incidents,
    MeasureValidations,
    ConsentTests,
    Credentials,
    ContractFeeds,
    LogicChanges,
}

impl Register {
    pub const ALL: [Self; 6] = [
        Self::Incidents,
        Self::MeasureValidations,
        Self::ConsentTests,
        Self::Credentials,
        Self::ContractFeeds,
        Self::LogicChanges,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Incidents => "incidents",
            Self::MeasureValidations => "measure-validations",
            Self::ConsentTests => "consent-tests",
            Self::Credentials => "credentials",
            Self::ContractFeeds => "contract-feeds",
            Self::LogicChanges => "logic-changes",
        }
    }
}

impl std::str::FromStr for Register {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|register| register.as_str() == text).ok_or(())
    }
}

/// What an entry says, by its register.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "register", rename_all = "kebab-case")]
pub enum RegisterContent {
    Incidents(ReportedIncident),
    MeasureValidations(MeasureValidation),
    ConsentTests(ConsentTest),
    Credentials(Credential),
    ContractFeeds(ContractFeeds),
    LogicChanges(LogicChange),
}

impl RegisterContent {
    pub const fn register(&self) -> Register {
        match self {
            Self::Incidents(_) => Register::Incidents,
            Self::MeasureValidations(_) => Register::MeasureValidations,
            Self::ConsentTests(_) => Register::ConsentTests,
            Self::Credentials(_) => Register::Credentials,
            Self::ContractFeeds(_) => Register::ContractFeeds,
            Self::LogicChanges(_) => Register::LogicChanges,
        }
    }
}

/// How much depended on what failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Criticality {
    Critical,
    Normal,
}

/// What an incident came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IncidentCause {
    /// An expired certificate or key.
    Certificate,
    Software,
    Network,
    Partner,
    Data,
    Other,
}

/// An incident that somebody tells of: one that no check saw, or more about one that a check did.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ReportedIncident {
    pub title: String,
    /// What failed, in the organization's words; may be empty.
    pub integration: String,
    pub criticality: Criticality,
    pub cause: IncidentCause,
    pub began_at: UnixMillis,
    /// When monitoring raised it; `None` when it never did. One of the two is known.
    pub detected_at: Option<UnixMillis>,
    /// When the first user reported it; `None` when nobody did.
    pub reported_at: Option<UnixMillis>,
    /// `None` while it lasts.
    pub restored_at: Option<UnixMillis>,
    /// Within which it should have been restored, in hours.
    pub objective_hours: Option<Decimal>,
    /// The incident that a check saw and that this one tells more of: it counts once.
    pub seen: Option<IncidentId>,
    pub notes: String,
}

/// A measure whose computed result was compared with charts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MeasureValidation {
    /// Its code or name, for example `CBP`.
    pub measure: String,
    /// May be empty.
    pub contract: String,
    /// Of the specification that was validated against.
    pub version: String,
    /// The day from which the measure's current specification is in force.
    pub specification_dated: Option<Date>,
    /// The day on which the logic was changed last.
    pub logic_changed: Option<Date>,
    pub validator: String,
    pub validated: Date,
    /// Charts looked at, and those that agree with the computed result; at most as many.
    pub charts: u32,
    pub agreeing: u32,
    /// Whether the synthetic test deck passed; `None` where it was not run.
    pub test_deck: Option<bool>,
    /// When the result was last compared with the payer's or CMS's number.
    pub payer_compared: Option<Date>,
    /// Lowest completeness among the data elements that the measure needs, 0 to 100.
    pub completeness_pct: Option<Decimal>,
    /// When the gaps were last recomputed.
    pub gaps_recomputed: Option<Date>,
    /// What differed, and why.
    pub differences: String,
}

/// A run of scripted cases in which access must be permitted or refused.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ConsentTest {
    pub suite: String,
    pub ran: Date,
    /// What it ran on.
    pub release: String,
    /// The release now in production; empty where nobody said.
    pub production_release: String,
    /// Cases in which access must be permitted, and those that passed; at most as many.
    pub permit_cases: u32,
    pub permit_passed: u32,
    /// The same for cases in which it must be refused.
    pub deny_cases: u32,
    pub deny_passed: u32,
    pub tester: String,
    pub notes: String,
}

/// Where a credential works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialKind {
    ApiClient,
    FileAccount,
    EngineChannel,
    Other,
}

/// With what somebody or something may exchange data. Its secret is never entered.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Credential {
    /// As the system that gave it out names it, for example a client id.
    pub credential: String,
    pub kind: CredentialKind,
    /// What it is for, as the inventory names it; may be empty.
    pub integration: String,
    pub issued: Date,
    pub last_used: Option<Date>,
    /// `None` while it is enabled.
    pub disabled: Option<Date>,
    pub notes: String,
}

/// A feed that a contract provides, or does not.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProvidedFeed {
    pub provided: bool,
    /// The integration that brings it, as the inventory names it; empty while there is none.
    pub integration: String,
}

/// Which feeds a contract provides, and what brings them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ContractFeeds {
    pub contract: String,
    pub attribution: ProvidedFeed,
    pub claims: ProvidedFeed,
    pub quality: ProvidedFeed,
    pub notes: String,
}

/// What a change of logic followed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeSource {
    Contract,
    Specification,
}

/// A change of a contract or a specification, and when the logic followed it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LogicChange {
    pub change: String,
    pub source: ChangeSource,
    /// When the contract or the specification changed.
    pub dated: Date,
    /// When the changed logic went into production, not before; `None` while it has not.
    pub in_production: Option<Date>,
    pub notes: String,
}

/// An entry of a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterEntry {
    pub id: RegisterEntryId,
    pub org: OrgId,
    pub content: RegisterContent,
    /// 1 for a new one; one more with every correction.
    pub revision: i64,
    pub by: UserId,
    pub by_name: String,
    pub created_at: UnixMillis,
    pub changed_at: UnixMillis,
    /// It counts no more.
    pub withdrawn_at: Option<UnixMillis>,
    pub withdrawn_reason: Option<String>,
}

impl RegisterEntry {
    pub fn counts(&self) -> bool {
        self.withdrawn_at.is_none()
    }
}
