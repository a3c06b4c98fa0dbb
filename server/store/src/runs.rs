//! Runs of health checks, one by one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::check::{Observations, Status};

use crate::column::{Json, Text, from_row};
use crate::db::{Store, row, rows, statements};
use crate::error::StoreError;
use crate::ids::{CheckId, OrgId, RunId, UnixMillis};
use crate::record::{CheckPage, Run};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT r.id, r.check_id, r.scheduled_for, r.started_at, r.duration_ms, r.status, r.reach, r.warned, \
             r.observations, r.messages, r.checked FROM ",
            $rest
        )
    };
}

statements! {
    Both BY_ID = select!("runs r WHERE r.id = $1");
    Sqlite OF_LIST_SQLITE = select!("runs r WHERE r.id IN (SELECT value FROM json_each($1))");
    Postgres OF_LIST_POSTGRES = select!("runs r WHERE r.id IN (SELECT json_array_elements_text($1::json))");
    Both LATEST_OF_CHECK = select!("runs r WHERE r.check_id = $1 ORDER BY r.started_at DESC, r.id DESC LIMIT $2");
    Both BEFORE = select!(
        "runs r JOIN runs b ON b.id = $2 WHERE r.check_id = $1 \
         AND (r.started_at, r.id) < (b.started_at, b.id) ORDER BY r.started_at DESC, r.id DESC LIMIT $3"
    );
    Both CONCLUSIVE = "SELECT r.status, r.started_at FROM runs r JOIN runs b ON b.id = $2 WHERE r.check_id = $1 \
        AND (r.started_at, r.id) <= (b.started_at, b.id) AND r.status <> $3 \
        ORDER BY r.started_at DESC, r.id DESC LIMIT $4";
    Both FAILED = "SELECT started_at, observations FROM runs WHERE check_id = $1 AND started_at >= $2 \
        AND status = $3 ORDER BY started_at, id";
    Both LATEST_OF_PAGE = select!(
        "checks c JOIN runs r ON r.id = c.last_run WHERE c.integration_id = $1 AND c.id >= $2 AND c.id <= $3"
    );
    Both LATEST_OF_ORGANIZATION = select!("checks c JOIN runs r ON r.id = c.last_run WHERE c.org_id = $1");
}

from_row! {
    Run {
        id, check = "check_id", scheduled_for, started_at, duration_ms, status: text, reach: text, warned,
        observations: json, messages: json, checked,
    }
    Conclusive { status: text, started_at }
    Failed { started_at, observations: json }
}

struct Conclusive {
    status: Status,
    started_at: UnixMillis,
}

struct Failed {
    started_at: UnixMillis,
    observations: Observations,
}

impl Store {
    /// Newest first, from the one before `before`.
    pub async fn runs(
        &self,
        check: CheckId,
        before: Option<RunId>,
        limit: u32,
    ) -> Result<Vec<Run>, StoreError> {
        let mut lease = self.read().await?;
        let link = &mut lease.link();
        Ok(match before {
            None => rows!(link, Run, LATEST_OF_CHECK, check, i64::from(limit))?,
            Some(before) => rows!(link, Run, BEFORE, check, before, i64::from(limit))?,
        })
    }

    /// How the runs of a check came out that said something, and when they started: newest first, from `until` on.
    pub async fn conclusive_runs(
        &self,
        check: CheckId,
        until: RunId,
        limit: u32,
    ) -> Result<Vec<(Status, UnixMillis)>, StoreError> {
        let mut lease = self.read().await?;
        let link = &mut lease.link();
        let silent = Status::Unknown;
        let found = rows!(link, Conclusive, CONCLUSIVE, check, until, Text(silent), i64::from(limit))?;
        Ok(found.into_iter().map(|run| (run.status, run.started_at)).collect())
    }

    /// What the runs of a check saw that failed, and when they started: oldest first, from `since` on, as far as they are
    /// kept one by one.
    pub async fn failed_runs(
        &self,
        check: CheckId,
        since: UnixMillis,
    ) -> Result<Vec<(UnixMillis, Observations)>, StoreError> {
        let mut lease = self.read().await?;
        let found = rows!(&mut lease.link(), Failed, FAILED, check, since, Text(Status::Fail))?;
        Ok(found.into_iter().map(|run| (run.started_at, run.observations)).collect())
    }

    /// The latest run of each check of an organization that ever ran.
    pub async fn latest_runs(&self, org: OrgId) -> Result<BTreeMap<CheckId, Run>, StoreError> {
        let mut lease = self.read().await?;
        let latest = rows!(&mut lease.link(), Run, LATEST_OF_ORGANIZATION, org)?;
        Ok(latest.into_iter().map(|run| (run.check, run)).collect())
    }

    /// The latest run of each check of a page that ever ran.
    pub async fn latest_runs_of_page(&self, page: CheckPage) -> Result<BTreeMap<CheckId, Run>, StoreError> {
        let mut lease = self.read().await?;
        let CheckPage { integration, from, to } = page;
        let latest = rows!(&mut lease.link(), Run, LATEST_OF_PAGE, integration, from, to)?;
        Ok(latest.into_iter().map(|run| (run.check, run)).collect())
    }

    pub async fn run(&self, id: RunId) -> Result<Option<Run>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), Run, BY_ID, id)?)
    }

    /// Those of the runs that are still on record.
    pub async fn runs_of_list(&self, ids: &BTreeSet<RunId>) -> Result<HashMap<RunId, Run>, StoreError> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let ids: Vec<String> = ids.iter().map(RunId::to_string).collect();
        let mut lease = self.read().await?;
        let link = &mut lease.link();
        let list = link.dialect(OF_LIST_SQLITE, OF_LIST_POSTGRES);
        let found = rows!(link, Run, list, Json(&ids))?;
        Ok(found.into_iter().map(|run| (run.id, run)).collect())
    }
}
