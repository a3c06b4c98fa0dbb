//! `rung check KIND key=value …`: one health check, from this machine, without a database.
//!
//! Exit codes: 0 PASS, 1 WARN, 2 FAIL, 3 UNKNOWN, 64 where the kind or a parameter is wrong, 74 where the result cannot be
//! written.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use domain::KindCode;
use domain::check::{CheckKind, Message, Observations, Outcome, Parameters, Status};
use probe::{AllowList, Prober, ProberConfig};
use serde::Serialize;

use super::{NOT_UNDERSTOOD, not_written, print, receiver};

/// What `rung check` can be told.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The kind of check, for example `fhir.capability`
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
            let known: Vec<&str> = kinds.iter().map(|kind| kind.code.as_str()).collect();
            return Err(vec![format!(
                "there is no kind of check `{}`; there are {}",
                self.kind,
                known.join(", ")
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
