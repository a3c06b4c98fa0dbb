//! `rung snapshot verify FILE…`: whether files are the snapshots that they say they are. Needs no database.
//!
//! Exit codes: 0 all are, 1 one is not or the chain is broken, 64 where a file cannot be read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use service::record::SnapshotKind;
use service::snapshot::{Document, Recomputed, Verified, verify};

use super::NOT_UNDERSTOOD;

/// What can be done with snapshots.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check form, hash and score of each file, and of several files of one organization the chain
    Verify {
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// The hash that the file must have, for example one from a printed report; for one file
        #[arg(long, value_name = "HASH")]
        sha256: Option<String>,
    },
}

impl Command {
    pub(super) fn run(self) -> ExitCode {
        let Self::Verify { files, sha256 } = self;
        if sha256.is_some() && files.len() > 1 {
            eprintln!("error: --sha256 is the hash of one file");
            return ExitCode::from(NOT_UNDERSTOOD);
        }
        let mut good = true;
        let mut chains: BTreeMap<String, BTreeMap<i64, (PathBuf, Verified)>> = BTreeMap::new();
        for file in files {
            let content = match std::fs::read(&file) {
                Ok(content) => content,
                Err(error) => {
                    eprintln!("error: {}: {error}", file.display());
                    return ExitCode::from(NOT_UNDERSTOOD);
                }
            };
            match verify(&content) {
                Ok(verified)
                    if sha256
                        .as_ref()
                        .is_some_and(|wanted| !wanted.eq_ignore_ascii_case(&verified.sha256)) =>
                {
                    good = false;
                    eprintln!("{}: NOT VERIFIED: its hash is {}", file.display(), verified.sha256);
                }
                Ok(verified) => {
                    said(&file, &verified);
                    let document = &verified.document;
                    let chain = chains.entry(document.organization.id.clone()).or_default();
                    good &= unique(chain, &file, &verified);
                    chain.insert(document.number, (file, verified));
                }
                Err(error) => {
                    good = false;
                    eprintln!("{}: NOT VERIFIED: {error}", file.display());
                }
            }
        }
        for chain in chains.values() {
            good &= chained(chain);
        }
        if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn said(file: &Path, verified: &Verified) {
    let Document { kind, number, made_at, made_by, organization, assessment, framework, .. } =
        &verified.document;
    let kind = match kind {
        SnapshotKind::Submitted => "submitted",
        SnapshotKind::Final => "signed",
    };
    let rung = verified.document.output["totals"]["rung"].as_str().unwrap_or("unrated");
    println!("{}: verified", file.display());
    println!("  sha256 {}", verified.sha256);
    println!(
        "  {}, {}: number {number}, {kind} on {made_at} by {}",
        organization.name, assessment.title, made_by.name
    );
    let score = match verified.recomputed {
        Recomputed::Equal => "the score follows from what went into it",
        Recomputed::UnknownFramework => {
            "the score was not computed again: this program has no such framework"
        }
    };
    println!("  {} {}, rung {rung}; {score}", framework.code, framework.version);
    println!("  {}", verified.document.disclaimer);
}

/// Two different snapshots in one place of a chain: one of them is made up.
fn unique(chain: &BTreeMap<i64, (PathBuf, Verified)>, file: &Path, verified: &Verified) -> bool {
    let number = verified.document.number;
    match chain.get(&number) {
        Some((other, known)) if known.sha256 != verified.sha256 => {
            eprintln!("{} and {} are both number {number}, and differ", other.display(), file.display());
            false
        }
        _ => true,
    }
}

/// Each names the hash of the one before it, where that is among the files.
fn chained(chain: &BTreeMap<i64, (PathBuf, Verified)>) -> bool {
    let mut good = true;
    for (number, (file, verified)) in chain {
        let previous = verified.document.previous.as_deref();
        if *number == 1 && previous.is_some() {
            eprintln!("{}: it is the first of its chain and names one before it", file.display());
            good = false;
        }
        let Some((before, known)) = chain.get(&(number - 1)) else { continue };
        if previous != Some(known.sha256.as_str()) {
            eprintln!("{}: it does not follow {}", file.display(), before.display());
            good = false;
        }
    }
    good
}
