//! `rung check KIND key=value …`: one health check, from this machine, without a database. Kinds that look at nothing by
//! themselves are told where they belong.
//!
//! Exit codes: 0 PASS, 1 WARN, 2 FAIL, 3 UNKNOWN, 64 where the kind or a parameter is wrong, 74 where the result cannot be
//! written.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use domain::KindCode;
use domain::check::{CheckKind, Group, Message, Observations, Outcome, Parameters, Status};
use probe::{AllowList, Prober, ProberConfig};
use serde::Serialize;

use super::{NOT_UNDERSTOOD, figures, not_written, print, receiver};

/// What `rung check` can be told.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The kind of check, for example `fhir.capability`. What is reported to Rung, reconciled from files or kept in Rung
    /// has no system to look at, and is not checked from here
    kind: String,
    /// The check's parameters, for example `base_url=https://fhir.example.org/r4`
    #[arg(value_name = "KEY=VALUE")]
    parameters: Vec<String>,
    /// A network, beyond public addresses, that may be connected to, for example 127.0.0.0/8
    #[arg(long, env = "RUNG_PROBE_ALLOW", value_name = "CIDR", value_delimiter = ',')]
    allow: Vec<AllowList>,
    /// The folder that `file.freshness` may list, with what is below it
    #[arg(long, env = "RUNG_FEED_ROOT", value_name = "FOLDER")]
    feed_root: Option<PathBuf>,
    #[command(flatten)]
    receiver: receiver::Receiving,
}

/// What is printed.
#[derive(Debug, Serialize)]
struct Report<'a> {
    kind: &'a KindCode,
    status: Status,
    duration_ms: u64,
    observations: &'a Observations,
    messages: &'a [Message],
    checked: &'a str,
}

impl Options {
    pub(super) async fn run(self) -> ExitCode {
        let (kind, parameters) = match self.read() {
            Ok(read) => read,
            Err(problems) => {
                for problem in problems {
                    eprintln!("error: {problem}");
                }
                return ExitCode::from(NOT_UNDERSTOOD);
            }
        };
        let mut allow = AllowList::default();
        self.allow.into_iter().for_each(|more| allow.extend(more));
        let receiver = match self.receiver.config().map(|receiver| receiver.listen()).transpose() {
            Ok(receiver) => receiver,
            Err(error) => {
                eprintln!("error: {error}");
                return ExitCode::from(NOT_UNDERSTOOD);
            }
        };
        let prober = match Prober::new(ProberConfig {
            allow,
            receiver,
            feed_root: self.feed_root,
            ..ProberConfig::default()
        }) {
            Ok(prober) => prober,
            Err(error) => {
                eprintln!("error: {error}");
                return ExitCode::from(exit_code(Status::Unknown));
            }
        };
        let started = Instant::now();
        let outcome = prober.run(kind, &parameters).await;
        let elapsed = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        match print(&printed(kind, &outcome, elapsed)) {
            Ok(()) => ExitCode::from(exit_code(outcome.status)),
            Err(error) => not_written(&error),
        }
    }

    /// The kind and its parameters, or everything that is wrong with them.
    fn read(&self) -> Result<(&'static CheckKind, Parameters), Vec<String>> {
        let kinds = domain::builtin::check_kinds();
        let Some(kind) = kinds.get(&KindCode::new(self.kind.as_str())) else {
            let ours = kinds.iter().filter(|kind| Prober::supports(&kind.code));
            let ours: Vec<&str> = ours.map(|kind| kind.code.as_str()).collect();
            return Err(vec![format!(
                "there is no kind of check `{}`; checked from here are {}",
                self.kind,
                ours.join(", ")
            )]);
        };
        let mut raw = BTreeMap::new();
        let mut problems = Vec::new();
        for pair in &self.parameters {
            match pair.split_once('=') {
                Some((name, value)) => {
                    if raw.insert(name.to_owned(), value.to_owned()).is_some() {
                        problems.push(format!("{name}: this parameter is given twice"));
                    }
                }
                None => problems.push(format!("`{pair}` is not a parameter: write key=value")),
            }
        }
        if let Some(told) = elsewhere(kind, &raw) {
            return Err(vec![told]);
        }
        let read = Parameters::from_text(kind, &raw).and_then(|parameters| {
            let mut wrong = parameters.problems(kind);
            wrong.extend(probe::unreadable(&kind.code, &parameters));
            if wrong.is_empty() { Ok(parameters) } else { Err(wrong) }
        });
        match read {
            Ok(parameters) if problems.is_empty() => Ok((kind, parameters)),
            Ok(_) => Err(problems),
            Err(errors) => Err(problems.into_iter().chain(errors.iter().map(ToString::to_string)).collect()),
        }
    }
}

/// Where a kind belongs that has nothing to look at from here; `None` where it has.
fn elsewhere(kind: &CheckKind, raw: &BTreeMap<String, String>) -> Option<String> {
    let code = &kind.code;
    let listed = raw.get("location").is_some_and(|location| !location.is_empty());
    let computed = format!("`rung figures {code} FILE` computes its figures on this machine");
    let told = match kind.group {
        Group::NetworkProbe => return None,
        Group::Feed if Prober::supports(code) && listed => return None,
        Group::Feed => {
            let fed = "it is a feed, to which your system reports. Set it up in Rung, whose page of the check \
                       shows the address for the reports, /api/v1/heartbeats/TOKEN";
            if Prober::supports(code) {
                format!("{fed}; or name a location, which is listed from here")
            } else if figures::computes(code) {
                format!("{fed}; {computed}, and with --report-to sends them there")
            } else {
                fed.to_owned()
            }
        }
        Group::Reconciliation if figures::computes(code) => {
            format!(
                "it is computed from files. {computed}, and with --report-to sends them to the check in Rung"
            )
        }
        Group::Reconciliation => {
            "it reconciles two files. `rung reconcile` does that on this machine, and with --report-to sends \
             the counts to the check in Rung"
                .to_owned()
        }
        Group::Register => {
            "it is computed from a register, which is kept in Rung. Set it up and look at it there".to_owned()
        }
    };
    Some(format!("{code} is not checked from here: {told}"))
}

fn exit_code(status: Status) -> u8 {
    match status {
        Status::Pass => 0,
        Status::Warn => 1,
        Status::Fail => 2,
        Status::Unknown => 3,
    }
}

fn printed(kind: &CheckKind, outcome: &Outcome, duration_ms: u64) -> String {
    let report = Report {
        kind: &kind.code,
        status: outcome.status,
        duration_ms,
        observations: &outcome.observations,
        messages: &outcome.messages,
        checked: &outcome.checked,
    };
    serde_json::to_string_pretty(&report).expect("texts and finite numbers are JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(code: &str, parameters: &[(&str, &str)]) -> Option<String> {
        let kind = domain::builtin::check_kinds().get(&KindCode::from(code)).unwrap();
        let raw = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let raw: BTreeMap<String, String> = raw.collect();
        elsewhere(kind, &raw)
    }

    #[test]
    fn whoever_checks_what_is_not_looked_at_from_here_learns_what_to_use() {
        for (code, words) in [
            ("hl7v2.flow", "/api/v1/heartbeats/TOKEN"),
            ("fhir.profile_conformance", "rung figures fhir.profile_conformance"),
            ("file.freshness", "name a location"),
            ("recon.claims_clinical", "`rung reconcile`"),
            ("terminology.coverage", "rung figures terminology.coverage"),
            ("measure.validation", "kept in Rung"),
        ] {
            let told = told(code, &[]).unwrap();
            assert!(told.starts_with(code) && told.contains(words), "{told}");
            assert!(!told.contains("feed_token"), "{told}");
        }
    }

    #[test]
    fn every_kind_is_looked_at_from_here_or_told_where_it_belongs() {
        for kind in domain::builtin::check_kinds() {
            let location = [("location", "https://files.example.org/drop/")];
            let told = told(kind.code.as_str(), &location);
            assert_eq!(told.is_none(), Prober::supports(&kind.code), "{}: {told:?}", kind.code);
        }
    }
}
