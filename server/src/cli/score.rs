//! `rung score FILE`: Rung's arithmetic beside somebody's expectation.
//!
//! Exit codes: 0 all cases equal, 1 some differ or cannot be scored, 64 where a file is not readable.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use domain::Framework;
use domain::builtin;
use domain::vectors::{self, Vectors};

use super::{NOT_UNDERSTOOD, not_written, print};

/// What `rung score` can be told.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Take the frameworks (and check-kinds.toml and citations.toml, where they are) from this folder
    #[arg(long, value_name = "DIR")]
    framework_dir: Option<PathBuf>,
    /// Cases in the format of scoring-vectors.json
    file: PathBuf,
}

impl Options {
    pub(super) fn run(self) -> ExitCode {
        let report = match self.report() {
            Ok(report) => report,
            Err(problem) => {
                eprintln!("error: {problem}");
                return ExitCode::from(NOT_UNDERSTOOD);
            }
        };
        let text = serde_json::to_string_pretty(&report).expect("texts and finite numbers are JSON");
        if let Err(error) = print(&text) {
            return not_written(&error);
        }
        let different: Vec<_> = report.different().collect();
        let (cases, equal) = (report.cases.len(), report.cases.len() - different.len());
        eprintln!("{equal} of {cases} cases equal");
        for case in &different {
            match &case.error {
                Some(why) => eprintln!("not scored: {}: {why}", case.name),
                None => eprintln!("different: {}", case.name),
            }
        }
        if different.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn report(&self) -> Result<vectors::Report, String> {
        let named = |problem: &dyn std::fmt::Display| format!("{}: {problem}", self.file.display());
        let vectors = Vectors::read(&read(&self.file)?).map_err(|error| named(&error))?;
        match &self.framework_dir {
            None => Ok(vectors::run(vectors, builtin::frameworks(), builtin::check_kinds())),
            Some(folder) => {
                let content = Content::read(folder)?;
                Ok(vectors::run(vectors, &content.frameworks, &content.kinds))
            }
        }
    }
}

/// The content of a folder.
struct Content {
    frameworks: Vec<Framework>,
    kinds: domain::check::CheckKinds,
}

impl Content {
    fn read(folder: &Path) -> Result<Self, String> {
        const KINDS: &str = "check-kinds.toml";
        const CITATIONS: &str = "citations.toml";
        let optional = |name: &str, built_in: &str| {
            let path = folder.join(name);
            if path.is_file() { read(&path) } else { Ok(built_in.to_owned()) }
        };
        let in_file =
            |name: &str, errors: &dyn std::fmt::Display| format!("{}: {errors}", folder.join(name).display());
        let kinds = domain::check::CheckKinds::read(&optional(KINDS, builtin::CHECK_KINDS_SOURCE)?)
            .map_err(|errors| in_file(KINDS, &errors))?;
        let citations = domain::framework::Citations::read(&optional(CITATIONS, builtin::CITATIONS_SOURCE)?)
            .map_err(|errors| in_file(CITATIONS, &errors))?;
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .map_err(|error| format!("{}: {error}", folder.display()))?
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "toml"))
            .filter(|name| name != KINDS && name != CITATIONS)
            .collect();
        names.sort();
        let frameworks = names.iter().map(|name| {
            let source = read(&folder.join(name))?;
            Framework::read(&source, &kinds, &citations).map_err(|errors| in_file(name, &errors))
        });
        Ok(Self { frameworks: frameworks.collect::<Result<_, _>>()?, kinds })
    }
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}
