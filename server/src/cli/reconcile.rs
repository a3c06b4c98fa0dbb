//! `rung reconcile LEFT.csv RIGHT.csv --key … --compare …`: two row-level files against each other, on this machine.
//!
//! Each file is read on a thread of its own and streams through; no row is kept and no value is printed
//! (`domain::reconcile`). Exit codes: 0 done, 64 where the arguments or a file were not understood.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use clap::Args;
use domain::reconcile::{
    Aggregate, BUCKETS, Column, ComparedField, Plan, Rates, Side, SideReader, SideTable, join_buckets,
};
use serde::Serialize;
use serde_json::json;

use super::report::ReportTo;
use super::{NOT_UNDERSTOOD, not_written, print};

/// Bytes read at a time.
const CHUNK: usize = 1 << 18;

/// What `rung reconcile` can be told.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The first file, for example the clinical system's encounters; its first line names the columns
    #[arg(value_name = "CLINICAL.csv")]
    left: PathBuf,
    /// The second file, for example the claims
    #[arg(value_name = "CLAIMS.csv")]
    right: PathBuf,
    /// Columns that together name one thing in both files; LEFT=RIGHT where the files name it differently
    #[arg(long, required = true, value_delimiter = ',', value_name = "COLUMN")]
    key: Vec<String>,
    /// Fields to compare, each with its rule: exact (the default), days=1, cents=5, code, code=icd10
    #[arg(long, value_delimiter = ',', value_name = "COLUMN[:RULE]")]
    compare: Vec<String>,
    /// A column that names the person: also count the rows whose person the other file knows
    #[arg(long, value_name = "COLUMN")]
    member: Option<String>,
    /// How many row numbers of each sort to list
    #[arg(long, default_value_t = Plan::SAMPLES, value_name = "N")]
    samples: usize,
    #[command(flatten)]
    report: ReportTo,
}

/// What is printed.
#[derive(Serialize)]
struct Report<'a> {
    rates: Rates,
    #[serde(flatten)]
    aggregate: &'a Aggregate,
}

impl Options {
    pub(super) async fn run(self) -> ExitCode {
        match self.aggregate() {
            Ok(aggregate) => {
                let report = Report { rates: aggregate.rates(), aggregate: &aggregate };
                let text = serde_json::to_string_pretty(&report).expect("counts and texts are JSON");
                if let Err(error) = print(&text) {
                    return not_written(&error);
                }
                self.report.send(&json!({ "aggregate": aggregate })).await
            }
            Err(problem) => {
                eprintln!("error: {problem}");
                ExitCode::from(NOT_UNDERSTOOD)
            }
        }
    }

    fn plan(&self) -> Result<Plan, String> {
        let columns =
            |names: &[String]| names.iter().map(|name| Column::read(name)).collect::<Result<_, _>>();
        let key = columns(&self.key).map_err(|error| format!("--key: {error}"))?;
        let member = self.member.as_deref().map(Column::read).transpose();
        let member = member.map_err(|error| format!("--member: {error}"))?;
        let fields = self.compare.iter().map(|field| ComparedField::read(field)).collect::<Result<_, _>>();
        let fields = fields.map_err(|error| format!("--compare: {error}"))?;
        Plan::new(key, member, fields, self.samples).map_err(|error| error.to_string())
    }

    fn aggregate(&self) -> Result<Aggregate, String> {
        let plan = &self.plan()?;
        let (left, right) =
            at_once(|| read(plan, Side::Left, &self.left), || read(plan, Side::Right, &self.right));
        let (left, right) = (&left?, &right?);
        let half = BUCKETS / 2;
        let (one, other) = at_once(
            || join_buckets(plan, left, right, 0..half),
            || join_buckets(plan, left, right, half..BUCKETS),
        );
        Ok(one.merge(other).finish(plan, left, right))
    }
}

/// Does two things at once, one of them on a thread of its own.
fn at_once<A, B: Send>(one: impl FnOnce() -> A, other: impl FnOnce() -> B + Send) -> (A, B) {
    thread::scope(|scope| {
        let other = scope.spawn(other);
        let one = one();
        (one, other.join().expect("reading and joining do not panic"))
    })
}

fn read(plan: &Plan, side: Side, path: &Path) -> Result<SideTable, String> {
    let named = |problem: &dyn std::fmt::Display| format!("{}: {problem}", path.display());
    let mut file = File::open(path).map_err(|error| named(&error))?;
    let mut reader = SideReader::new(plan, side);
    let mut chunk = vec![0; CHUNK];
    loop {
        match file.read(&mut chunk) {
            Ok(0) => return reader.finish().map_err(|error| named(&error)),
            Ok(length) => reader.feed(&chunk[..length]).map_err(|error| named(&error))?,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(named(&error)),
        }
    }
}
