//! `rung figures KIND FILE…`: what a health check observes, computed on this machine from files that stay on it.
//!
//! Prints `{ "observations", "messages" }`: counts and shares, no value of a row. With `--report-to` the observations are
//! sent to the check. Exit codes: 0 done, 1 not taken by who it was reported to, 64 where the arguments or a file were not
//! understood.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use domain::KindCode;
use domain::check::{Message, Observations};
use domain::conformance::{Outcomes, Profile, Sample};
use serde_json::{Value, json};
use service::UnixMillis;
use service::check::{figures_of, table_of};

use super::report::ReportTo;
use super::{NOT_UNDERSTOOD, not_written, print};

const CONFORMANCE: &str = "fhir.profile_conformance";

/// Whether a kind's figures are computed from files by this command.
pub(super) fn computes(kind: &KindCode) -> bool {
    kind.as_str() == CONFORMANCE || table_of(kind).is_some()
}

/// What `rung figures` can be told.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// `terminology.coverage` (counts of codes, CSV), `identity.match` (suspected overlays, CSV) or
    /// `fhir.profile_conformance` (a validator's outcomes, or with --profile a sample; JSON or NDJSON)
    #[arg(value_name = "KIND")]
    kind: String,
    /// What to compute from, in the form that the kind says
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Of `fhir.profile_conformance`: a `StructureDefinition` whose required and must-support elements the sample is
    /// held against; several for several types
    #[arg(long, value_name = "FILE")]
    profile: Vec<PathBuf>,
    /// Of `terminology.coverage`: the domains measured; all where none is named
    #[arg(long, value_delimiter = ',', value_name = "DOMAIN")]
    domains: Vec<String>,
    #[command(flatten)]
    report: ReportTo,
}

impl Options {
    pub(super) async fn run(self) -> ExitCode {
        match self.figures() {
            Ok((observations, messages)) => {
                let shown = json!({ "observations": observations, "messages": messages });
                let text = serde_json::to_string_pretty(&shown).expect("counts and texts are JSON");
                if let Err(error) = print(&text) {
                    return not_written(&error);
                }
                self.report.send(&json!({ "observations": observations })).await
            }
            Err(problem) => {
                eprintln!("error: {problem}");
                ExitCode::from(NOT_UNDERSTOOD)
            }
        }
    }

    fn figures(&self) -> Result<(Observations, Vec<Message>), String> {
        let kind = KindCode::from(self.kind.as_str());
        if self.kind == CONFORMANCE {
            return self.conformance();
        }
        if !self.profile.is_empty() {
            return Err(format!("--profile belongs to {CONFORMANCE}"));
        }
        let ([file], Some(_)) = (self.files.as_slice(), table_of(&kind)) else {
            return Err(format!(
                "{kind} is not computed from such a file; write terminology.coverage, identity.match or {CONFORMANCE}, and one table"
            ));
        };
        let bytes = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let today = UnixMillis::now().date();
        let tabled = figures_of(&kind, &self.domains, &bytes, today).map_err(|problems| {
            let said = problems.iter().map(|problem| match problem.line {
                Some(line) if !problem.field.is_empty() => {
                    format!("line {line}, {}: {}", problem.field, problem.problem)
                }
                _ => problem.problem.clone(),
            });
            format!("{}: {}", file.display(), said.collect::<Vec<_>>().join("\n  "))
        })?;
        Ok((tabled.observations, tabled.messages))
    }

    /// Without a profile the files are a validator's outcomes, with one the sample itself.
    fn conformance(&self) -> Result<(Observations, Vec<Message>), String> {
        if self.profile.is_empty() {
            let (mut outcomes, mut found) = (Outcomes::default(), 0);
            for file in &self.files {
                each(file, &mut |json| found += outcomes.add(json))?;
            }
            if found == 0 {
                return Err(
                    "the files hold no OperationOutcome; a sample of resources needs --profile".to_owned()
                );
            }
            return Ok((outcomes.observed(), outcomes.messages()));
        }
        let mut profiles = Vec::new();
        for file in &self.profile {
            let named = |problem: &dyn std::fmt::Display| format!("{}: {problem}", file.display());
            let text = std::fs::read_to_string(file).map_err(|error| named(&error))?;
            let json: Value = serde_json::from_str(&text).map_err(|error| named(&error))?;
            profiles.push(Profile::read(&json).map_err(|error| named(&error))?);
        }
        let mut sample = Sample::default();
        for file in &self.files {
            each(file, &mut |json| {
                let entries = json["entry"].as_array().filter(|_| json["resourceType"] == "Bundle");
                match entries {
                    Some(entries) => {
                        for entry in entries {
                            sample.add(&profiles, &entry["resource"]);
                        }
                    }
                    None => sample.add(&profiles, json),
                }
            })?;
        }
        Ok((sample.observed(), sample.messages()))
    }
}

/// Every JSON value of a file: one, or one a line. One is read at a time.
fn each(path: &Path, take: &mut dyn FnMut(&Value)) -> Result<(), String> {
    let named = |problem: &dyn std::fmt::Display| format!("{}: {problem}", path.display());
    let mut reader = BufReader::new(File::open(path).map_err(|error| named(&error))?);
    let begins = reader.fill_buf().map_err(|error| named(&error))?;
    if begins.starts_with(b"\xEF\xBB\xBF") {
        reader.consume(3);
    }
    let mut any = false;
    for (place, json) in serde_json::Deserializer::from_reader(reader).into_iter::<Value>().enumerate() {
        // What is wrong is said by its place: a parser's words may hold what stands there.
        let json = json.map_err(|error| {
            format!("{}: value {} is not JSON (line {})", path.display(), place + 1, error.line())
        })?;
        any = true;
        take(&json);
    }
    if any { Ok(()) } else { Err(format!("{}: the file is empty", path.display())) }
}
