//! `rung snapshot verify FILE…`: whether files are the snapshots that they say they are. Needs no database.
//!
//! Exit codes: 0 all are, 1 one is not or the chain is broken, 64 where a file cannot be read. A link whose other end is
//! not among the files breaks nothing: it is said not to have been checked.

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
        /// Files of snapshots, as *History* and the API hand them out
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
        let mut chains: BTreeMap<String, Chain> = BTreeMap::new();
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
                    let Verified { document, sha256, .. } = verified;
                    let chain = chains.entry(document.organization.id).or_default();
                    let link = Link { file, sha256, previous: document.previous };
                    good &= unique(chain, document.number, &link);
                    chain.insert(document.number, link);
                }
                Err(error) => {
                    good = false;
                    eprintln!("{}: NOT VERIFIED: {error}", file.display());
                }
            }
        }
        for chain in chains.values() {
            for (number, link) in chain {
                match chained(chain, *number, link) {
                    Ok(words) => println!("{}: chain: {words}", link.file.display()),
                    Err(words) => {
                        good = false;
                        eprintln!("{}: chain: {words}", link.file.display());
                    }
                }
            }
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

/// An organization's snapshots by their numbers, which have no gap: 1, 2, 3.
type Chain = BTreeMap<i64, Link>;

/// What of a snapshot makes it part of a chain.
struct Link {
    file: PathBuf,
    sha256: String,
    /// The hash of the one before it, as it says.
    previous: Option<String>,
}

/// Two different snapshots in one place of a chain: one of them is made up.
fn unique(chain: &Chain, number: i64, link: &Link) -> bool {
    match chain.get(&number) {
        Some(known) if known.sha256 != link.sha256 => {
            eprintln!(
                "{} and {} are both number {number}, and differ",
                known.file.display(),
                link.file.display()
            );
            false
        }
        _ => true,
    }
}

/// Whether it names the one before it, or what is wrong with what it names. Where that one is not among the files, what it
/// names can still be another one.
fn chained(chain: &Chain, number: i64, link: &Link) -> Result<String, String> {
    let previous = match (number, &link.previous) {
        (1, None) => return Ok("the first".to_owned()),
        (1, Some(_)) => return Err("it is the first and names one before it".to_owned()),
        (_, None) => return Err(format!("it is number {number} and names none before it")),
        (_, Some(previous)) => previous,
    };
    let before = number - 1;
    if let Some(known) = chain.get(&before) {
        return if known.sha256 == *previous {
            Ok(format!("follows number {before}"))
        } else {
            Err(format!("it does not follow {}, number {before}", known.file.display()))
        };
    }
    if let Some((other, _)) = chain.iter().find(|(_, other)| other.sha256 == *previous) {
        return Err(format!("it follows number {other} where number {before} belongs"));
    }
    let mut others = chain.iter().filter(|(other, _)| **other != number);
    if let Some((other, _)) = others.find(|(_, other)| other.previous.as_ref() == Some(previous)) {
        return Err(format!("it follows the same one as number {other} does"));
    }
    Ok(format!("number {before} is not among the files: its link was not checked"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of the last of these, each a number, a hash and that of the one before it.
    fn last(links: &[(i64, &str, Option<&str>)]) -> Result<String, String> {
        let link = |(number, hash, previous): &(i64, &str, Option<&str>)| {
            let previous = previous.map(ToOwned::to_owned);
            (*number, Link { file: format!("{number}.json").into(), sha256: (*hash).to_owned(), previous })
        };
        let chain: Chain = links.iter().map(link).collect();
        let (number, link) = chain.last_key_value().unwrap();
        chained(&chain, *number, link)
    }

    #[test]
    fn a_link_is_checked_or_said_not_to_be() {
        assert_eq!(last(&[(1, "a", None)]).unwrap(), "the first");
        assert_eq!(last(&[(1, "a", None), (2, "b", Some("a"))]).unwrap(), "follows number 1");
        for links in [&[(3, "c", Some("b"))][..], &[(1, "a", None), (3, "c", Some("b"))]] {
            assert_eq!(last(links).unwrap(), "number 2 is not among the files: its link was not checked");
        }
    }

    #[test]
    fn a_chain_that_cannot_be_is_found_across_a_gap_too() {
        let broken = [
            (&[(1, "a", Some("z"))][..], "names one before it"),
            (&[(3, "c", None)], "names none"),
            (&[(1, "a", None), (2, "b", Some("z"))], "does not follow 1.json"),
            (&[(1, "a", None), (3, "c", Some("a"))], "follows number 1 where number 2 belongs"),
            (&[(3, "c", Some("c"))], "follows number 3"),
            (&[(2, "b", Some("a")), (4, "d", Some("a"))], "the same one as number 2"),
        ];
        for (links, words) in broken {
            let said = last(links).unwrap_err();
            assert!(said.contains(words), "{links:?}: {said}");
        }
    }
}
