//! Scoring cases with their expected results (`frameworks/README.md`, "Scoring vectors").
//!
//! Whoever doubts a score, or writes a second implementation of `scoring.md`, compares by such a file: [`run`] puts what
//! Rung computes beside what the file expects.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;

use crate::check::{CheckKinds, Status};
use crate::code::{BindingId, CriterionCode, DomainCode, FrameworkCode, ProfileCode, RungCode};
use crate::framework::Framework;
use crate::level::Level;
use crate::scoring::{EvidenceDuration, EvidenceState, FindingKind, FindingSeverity, Scorer};

mod convert;

/// A file that cannot be run as a whole.
#[derive(Debug, Error)]
pub enum VectorsError {
    #[error("not a scoring vectors file: {0}")]
    Unreadable(#[from] serde_json::Error),
    #[error("format {0} is not known; this version reads format 1")]
    UnknownFormat(u32),
}

/// A scoring vectors file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Vectors {
    pub format: u32,
    #[serde(default)]
    pub about: String,
    pub cases: Vec<Case>,
}

/// One case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Case {
    pub name: String,
    pub input: CaseInput,
    /// Absent where one only wants to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<CaseResult>,
}

/// The input of a case; the names are those of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseInput {
    pub framework: FrameworkCode,
    pub as_of: Date,
    pub profiles: Vec<ProfileCode>,
    #[serde(default = "default_target")]
    pub target_level: Level,
    /// Of criteria with a target of their own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub own_targets: BTreeMap<CriterionCode, Level>,
    #[serde(default)]
    pub independent_signoff: bool,
    #[serde(default)]
    pub answers: BTreeMap<CriterionCode, CaseAnswer>,
    #[serde(default)]
    pub evidence: Vec<CaseEvidence>,
    #[serde(default)]
    pub checks: Vec<CaseCheck>,
}

fn default_target() -> Level {
    crate::scoring::Input::DEFAULT_TARGET
}

/// The two entries of a criterion.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CaseAnswer {
    #[serde(rename = "self")]
    pub own: Option<CaseRating>,
    pub assessor: Option<CaseRating>,
}

/// A level, or `"na"`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub enum CaseRating {
    Level(Level),
    NotApplicable(NotApplicable),
}

/// The word `"na"`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub enum NotApplicable {
    #[serde(rename = "na")]
    Na,
}

impl<'de> Deserialize<'de> for CaseRating {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let found = serde_json::Value::deserialize(deserializer)?;
        if found == "na" {
            return Ok(Self::NotApplicable(NotApplicable::Na));
        }
        let level = found.as_i64().and_then(|whole| Level::try_from(whole).ok());
        level.map(Self::Level).ok_or_else(|| {
            D::Error::custom(format!("level must be 0 to 4 as a whole number, or \"na\", not {found}"))
        })
    }
}

/// An evidence item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseEvidence {
    pub criterion: CriterionCode,
    pub class: EvidenceDuration,
    pub dated: Date,
    #[serde(default)]
    pub expires: Option<Date>,
    pub author: String,
    pub state: EvidenceState,
    #[serde(default)]
    pub reviewer: Option<String>,
}

/// A probe of a binding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseCheck {
    pub check: BindingId,
    pub probe: String,
    /// The latest conclusive status, or UNKNOWN.
    pub status: Status,
    pub consecutive_fails: u32,
    pub age_seconds: Option<u64>,
}

/// What a case expects, or what came out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseResult {
    pub rated: bool,
    pub display: Option<Figures<f64>>,
    pub exact: Option<Figures<String>>,
    pub sublevel: Option<RungCode>,
    pub findings: Vec<(FindingKind, String)>,
    pub severities: Vec<FindingSeverity>,
    pub adjudications: Vec<CriterionCode>,
    /// At most 10.
    pub priorities: Vec<(CriterionCode, String)>,
}

/// The figures of a rated assessment: rounded numbers, or fractions as text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figures<T> {
    pub claimed: T,
    pub overall: T,
    pub assurance_gap: T,
    pub confidence: T,
    pub completeness: T,
    /// Domains that are not empty.
    pub domains: BTreeMap<DomainCode, T>,
}

/// The file again, with what came out beside what was expected.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    pub format: u32,
    pub about: String,
    pub cases: Vec<CaseReport>,
}

/// One case and what came out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaseReport {
    pub name: String,
    pub input: CaseInput,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<CaseResult>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<CaseResult>,
    /// Absent where nothing was expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub equal: Option<bool>,
    /// Why the case could not be scored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Vectors {
    /// Reads a scoring vectors file.
    pub fn read(source: &str) -> Result<Self, VectorsError> {
        let vectors: Self = serde_json::from_str(source)?;
        if vectors.format == 1 { Ok(vectors) } else { Err(VectorsError::UnknownFormat(vectors.format)) }
    }
}

impl Report {
    /// The cases that could not be scored or came out otherwise than expected.
    pub fn different(&self) -> impl Iterator<Item = &CaseReport> {
        self.cases.iter().filter(|case| case.error.is_some() || case.equal == Some(false))
    }
}

/// Scores every case with the framework that it names.
pub fn run<'f>(
    vectors: Vectors,
    frameworks: impl IntoIterator<Item = &'f Framework>,
    kinds: &CheckKinds,
) -> Report {
    let scorers: BTreeMap<&FrameworkCode, (&Framework, Result<Scorer, String>)> = frameworks
        .into_iter()
        .map(|framework| {
            let scorer = Scorer::new(framework, kinds).map_err(|error| error.to_string());
            (&framework.code, (framework, scorer))
        })
        .collect();
    let cases = vectors.cases.into_iter().map(|case| run_case(case, &scorers)).collect();
    Report { format: vectors.format, about: vectors.about, cases }
}

fn run_case(
    case: Case,
    scorers: &BTreeMap<&FrameworkCode, (&Framework, Result<Scorer, String>)>,
) -> CaseReport {
    let Case { name, input, expected } = case;
    let scored = match scorers.get(&input.framework) {
        None => {
            let known: Vec<&str> = scorers.keys().map(|code| code.as_str()).collect();
            Err(format!("there is no framework `{}`; there are {}", input.framework, known.join(", ")))
        }
        Some((_, Err(problem))) => Err(problem.clone()),
        Some((framework, Ok(scorer))) => {
            input.to_scoring(framework).map(|input| CaseResult::of(&scorer.score(&input)))
        }
    };
    let (actual, error) = match scored {
        Ok(actual) => (Some(actual), None),
        Err(error) => (None, Some(error)),
    };
    let equal = expected.as_ref().map(|expected| actual.as_ref() == Some(expected));
    CaseReport { name, input, expected, actual, equal, error }
}
