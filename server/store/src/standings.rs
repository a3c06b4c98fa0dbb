//! How each check stands for the bindings of the frameworks.
//!
//! Most runs are judged as the run before was. Such a run raises `repeats` of its check and leaves the rows here
//! alone; whoever reads a standing adds the two up, which `select_standings!` does.

use std::collections::BTreeMap;

use domain::BindingId;
use domain::check::{ConditionResult, Status};
use serde::Deserialize;

use crate::column::{Json, Text, from_row};
use crate::db::{Link, Store, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{CheckId, FrameworkId, RunId, UnixMillis};
use crate::record::{Judged, Run, Standing};

/// What stands with the runs that were judged as the run before.
macro_rules! now {
    (fails) => {
        "s.consecutive_fails + CASE WHEN s.last_status = 'FAIL' THEN c.repeats ELSE 0 END"
    };
    (concluded) => {
        "CASE WHEN c.repeats = 0 OR s.last_status = 'UNKNOWN' THEN s.concluded_at ELSE c.last_started_at END"
    };
    (run) => {
        "CASE WHEN c.repeats = 0 THEN s.last_run ELSE c.last_run END"
    };
}

macro_rules! select_standings {
    ($rest:literal) => {
        concat!(
            "SELECT s.check_id, s.framework_id, s.binding, s.status, ",
            now!(fails),
            " AS consecutive_fails, ",
            now!(concluded),
            " AS concluded_at, s.last_status, ",
            now!(run),
            " AS last_run, s.conditions, s.passed_at FROM standings s JOIN checks c ON c.id = s.check_id ",
            $rest
        )
    };
}

/// The standings as they are now, in place of their table.
macro_rules! standings_now {
    () => {
        concat!("(", select_standings!(""), ") standings")
    };
}
pub(crate) use {now, select_standings, standings_now};

/// All that bears on an assessment in one row, as [`Columns`] in JSON: a thousand checks have thousands of standings, and
/// a row of its own for each costs many times as much.
macro_rules! list {
    ($open:literal, $conditions:literal, $close:literal) => {
        concat!(
            "SELECT ",
            $open,
            "s.check_id, s.binding, s.status, ",
            now!(fails),
            ", ",
            now!(concluded),
            ", s.last_status, ",
            now!(run),
            ", ",
            $conditions,
            ") ORDER BY s.check_id, s.binding)",
            $close,
            " AS standings FROM standings s JOIN checks c ON c.id = s.check_id \
             JOIN assessments a ON a.org_id = c.org_id AND a.framework_id = s.framework_id WHERE a.id = $1"
        )
    };
}

statements! {
    Both STAND = "INSERT INTO standings (check_id, framework_id, binding, status, consecutive_fails, concluded_at, \
        last_status, last_run, conditions, passed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
        ON CONFLICT (check_id, framework_id, binding) DO UPDATE SET status = excluded.status, \
        consecutive_fails = excluded.consecutive_fails, concluded_at = excluded.concluded_at, \
        last_status = excluded.last_status, last_run = excluded.last_run, conditions = excluded.conditions, \
        passed_at = excluded.passed_at";
    Both OF_CHECK = select_standings!("WHERE s.check_id = $1 ORDER BY s.framework_id, s.binding");
    Sqlite BESIDE_SQLITE = list!("json_group_array(json_array(", "json(s.conditions)", "");
    Postgres BESIDE_POSTGRES = list!("coalesce(json_agg(json_build_array(", "s.conditions::json", ", '[]')::text");
}

from_row! {
    Standing {
        check = "check_id", framework = "framework_id", binding: text, status: text, consecutive_fails: int,
        concluded_at, last_status: text, last_run, conditions: json,
    }
    Kept { standing: flat, passed_at }
}

from_row! {
    Listed { standings: json }
}

/// The standings that bear on an assessment, by check and binding.
#[derive(Default)]
pub(crate) struct Listed {
    standings: Vec<Columns>,
}

/// A standing's columns as `list!` names them.
#[derive(Deserialize)]
struct Columns(CheckId, BindingId, Status, u32, Option<UnixMillis>, Status, RunId, Vec<ConditionResult>);

impl Listed {
    /// Those for the bindings of a framework: the one that was asked for.
    pub(crate) fn of(self, framework: FrameworkId) -> Vec<Standing> {
        let standing = |columns: Columns| {
            let Columns(
                check,
                binding,
                status,
                consecutive_fails,
                concluded_at,
                last_status,
                last_run,
                conditions,
            ) = columns;
            Standing {
                check,
                framework,
                binding,
                status,
                consecutive_fails,
                concluded_at,
                last_status,
                last_run,
                conditions,
            }
        };
        self.standings.into_iter().map(standing).collect()
    }
}

/// A standing with what only its keeping needs.
struct Kept {
    standing: Standing,
    /// Start of the latest run that fulfilled the binding, while the status is FAIL.
    passed_at: Option<UnixMillis>,
}

impl Kept {
    /// A binding that the check was never judged for.
    fn never_judged(run: &Run, judged: &Judged) -> Self {
        let standing = Standing {
            check: run.check,
            framework: judged.framework,
            binding: judged.binding.clone(),
            status: Status::Unknown,
            consecutive_fails: 0,
            concluded_at: None,
            last_status: Status::Unknown,
            last_run: run.id,
            conditions: Vec::new(),
        };
        Self { standing, passed_at: None }
    }

    /// Takes in a run, by the table of `scoring.md` section 6.2. Runs are taken in the order in which they started;
    /// one that ended late counts where it belongs, as far as the order can still be told.
    fn take(&mut self, run: &Run, judged: &Judged, order: Order) {
        let standing = &mut self.standing;
        let at = run.started_at;
        if order == Order::LatestAgain {
            // What is known was seen before this run, whatever the clock said then.
            standing.concluded_at = standing.concluded_at.min(Some(at));
            self.passed_at = self.passed_at.min(Some(at));
        }
        let passed_at = if standing.status == Status::Fail { self.passed_at } else { standing.concluded_at };
        match judged.status {
            Status::Fail if passed_at.is_none_or(|passed| at >= passed) => {
                standing.status = Status::Fail;
                standing.consecutive_fails = standing.consecutive_fails.saturating_add(1);
                standing.concluded_at = standing.concluded_at.max(Some(at));
                self.passed_at = passed_at;
            }
            good @ (Status::Pass | Status::Warn)
                if standing.concluded_at <= Some(at) || order == Order::Answers =>
            {
                standing.status = good;
                standing.consecutive_fails = 0;
                standing.concluded_at = Some(at);
                self.passed_at = None;
            }
            // It passed before the latest failure: of the failures counted, at least that one came after.
            Status::Pass | Status::Warn if standing.status == Status::Fail && passed_at < Some(at) => {
                standing.consecutive_fails = standing.consecutive_fails.min(1);
                self.passed_at = Some(at);
            }
            // UNKNOWN replaces nothing, and neither does what came before a pass that is known already.
            Status::Pass | Status::Warn | Status::Fail | Status::Unknown => {}
        }
        if order != Order::Late {
            standing.last_status = judged.status;
            standing.last_run = run.id;
            standing.conditions.clone_from(&judged.conditions);
        }
    }
}

/// Where a run stands among the others of its check, by when they started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// After all others.
    Latest,
    /// The same, although others are said to have started later: the clock was set back since.
    LatestAgain,
    /// It tells what the runs since then waited for: figures newer than all reported before, computed before somebody
    /// looked and found none.
    Answers,
    /// Before another one, which ended sooner.
    Late,
}

/// Brings a check's standings up to date with a run. Whoever calls holds the check's row, so that runs that end at
/// the same instant come one after the other.
pub(crate) async fn bring_up_to_date(
    link: &mut Link<'_>,
    run: &Run,
    judged: &[Judged],
    order: Order,
) -> Result<(), StoreError> {
    let found = rows!(link, Kept, OF_CHECK, run.check)?;
    let key = |kept: Kept| ((kept.standing.framework, kept.standing.binding.clone()), kept);
    let mut kept: BTreeMap<(FrameworkId, BindingId), Kept> = found.into_iter().map(key).collect();
    for judged in judged {
        kept.entry((judged.framework, judged.binding.clone()))
            .or_insert_with(|| Kept::never_judged(run, judged))
            .take(run, judged, order);
    }
    for Kept { standing, passed_at } in kept.into_values() {
        run!(
            link,
            STAND,
            standing.check,
            standing.framework,
            Text(&standing.binding),
            Text(standing.status),
            i64::from(standing.consecutive_fails),
            standing.concluded_at,
            Text(standing.last_status),
            standing.last_run,
            Json(&standing.conditions),
            passed_at
        )
        .or_missing("binding")?;
    }
    Ok(())
}

impl Store {
    /// In every framework.
    pub async fn standings_of(&self, check: CheckId) -> Result<Vec<Standing>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Standing, OF_CHECK, check)?)
    }
}
