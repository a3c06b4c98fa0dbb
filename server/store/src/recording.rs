//! Keeping a run: the run itself, what it makes of the check's standings and of its history, and when the check is
//! due next, all in one transaction.
//!
//! **Invariants.** Everything is decided while the check's row is held, so that two runs of one check that end at the
//! same instant are taken in one after the other. A run that was due is kept only under the lease it ran under, and
//! once for an instant: a worker that was killed, or given up, neither loses a run nor doubles one.

use std::sync::Arc;

use domain::check::Status;

use crate::audit;
use crate::column::{Json, Text, from_row};
use crate::db::{Link, Store, row, run, statements};
use crate::error::{Naming, StoreError};
use crate::history;
use crate::ids::{CheckId, RunId, UnixMillis};
use crate::queue::Job;
use crate::record::{Audit, Completion, Ended, Judged, Origin, Recorded, Run};
use crate::standings::{self, Order};

macro_rules! hold {
    ($lock:literal) => {
        concat!(
            "SELECT lease_epoch, lease_until, last_run, last_started_at, last_status, good_at, reported_at, judged, \
             repeats, own_failures, twice_until FROM checks WHERE id = $1",
            $lock
        )
    };
}

statements! {
    Sqlite HOLD_SQLITE = hold!("");
    Postgres HOLD_POSTGRES = hold!(" FOR UPDATE");
    Both INSERT = "INSERT INTO runs (id, check_id, scheduled_for, started_at, duration_ms, status, reach, warned, \
        observations, messages, checked) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
        ON CONFLICT (check_id, scheduled_for) DO NOTHING";
    Both NOTE = "UPDATE checks SET last_run = $2, last_started_at = $3, last_status = $4, good_at = $5, judged = $6, \
        repeats = $7, own_failures = $8, twice_until = $9, reported_at = $10 WHERE id = $1";
    Both NOTE_AND_COMPLETE = "UPDATE checks SET last_run = $2, last_started_at = $3, last_status = $4, good_at = $5, \
        judged = $6, repeats = $7, own_failures = $8, twice_until = $9, next_due_at = $10, host = $11, \
        lease_owner = NULL, lease_until = 0 WHERE id = $1";
    Both REPORTED_AT = "SELECT reported_at FROM checks WHERE id = $1";
    Both COMPLETE = "UPDATE checks SET next_due_at = $2, lease_owner = NULL, lease_until = 0 WHERE id = $1";
}

from_row! {
    Held {
        lease_epoch, lease_until, last_run, last_started_at, last_status: maybe_text, good_at, reported_at, judged,
        repeats: int, own_failures: int, twice_until,
    }
}

/// What is known of a check before the run.
struct Held {
    lease_epoch: i64,
    /// 0 while nobody holds the check.
    lease_until: i64,
    last_run: Option<RunId>,
    last_started_at: UnixMillis,
    last_status: Option<Status>,
    good_at: Option<UnixMillis>,
    reported_at: Option<UnixMillis>,
    judged: Option<String>,
    repeats: u32,
    own_failures: u32,
    /// Instants up to this one come a second time, because the clock was set back; 0 where it never was.
    twice_until: UnixMillis,
}

impl Held {
    async fn of(link: &mut Link<'_>, check: CheckId) -> Result<Option<Self>, StoreError> {
        let hold = link.dialect(HOLD_SQLITE, HOLD_POSTGRES);
        Ok(row!(link, Self, hold, check)?)
    }

    /// Whether somebody ran the check under this epoch and nobody took it over since.
    fn is_under(&self, epoch: i64) -> bool {
        self.lease_epoch == epoch && self.lease_until > 0
    }

    /// Where a run that has just ended stands among the others of its check. One that is said to have started after the
    /// present did so by a clock that was set back since.
    fn order_of(&self, ended: &Ended, now: UnixMillis) -> Order {
        let started_at = ended.run.started_at;
        if self.last_run.is_none() || self.last_started_at <= started_at {
            Order::Latest
        } else if self.last_started_at > now {
            Order::LatestAgain
        } else if ended.origin == Origin::Reported && self.reported_at <= Some(started_at) {
            Order::Answers
        } else {
            Order::Late
        }
    }
}

/// How a run was judged and what the target declared, shortened: equal where those are.
fn fingerprint(ended: &Ended) -> String {
    // FNV-1a: stable over versions and machines, and nobody gains by a collision.
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut take = |text: &str| {
        for byte in text.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    take(ended.run.status.as_str());
    take(ended.declared.as_deref().unwrap_or_default());
    for Judged { framework, binding, status, conditions } in &ended.judged {
        take(&framework.to_string());
        take(binding.as_str());
        take(status.as_str());
        take(&format!("{conditions:?}"));
    }
    format!("{hash:016x}")
}

struct Recording {
    ended: Ended,
    completion: Option<Completion>,
    audit: Option<Audit>,
}

impl Job for Recording {
    type Done = Recorded;

    async fn run(&self, link: &mut Link<'_>) -> Result<Recorded, StoreError> {
        let done = record(link, &self.ended, self.completion.as_ref()).await?;
        if done == Recorded::Superseded {
            return Err(StoreError::NotFound { what: "check" });
        }
        if let (Some(audit), Recorded::Stored { .. }) = (&self.audit, done) {
            audit::append(link, audit).await?;
        }
        Ok(done)
    }
}

struct Completing(Arc<[(Ended, Completion)]>);

impl Job for Completing {
    type Done = Vec<Recorded>;

    async fn run(&self, link: &mut Link<'_>) -> Result<Vec<Recorded>, StoreError> {
        let mut done = Vec::with_capacity(self.0.len());
        for (ended, completion) in self.0.iter() {
            done.push(record(link, ended, Some(completion)).await?);
        }
        Ok(done)
    }
}

async fn record(
    link: &mut Link<'_>,
    ended: &Ended,
    completion: Option<&Completion>,
) -> Result<Recorded, StoreError> {
    let run = &ended.run;
    let Some(held) = Held::of(link, run.check).await? else { return Ok(Recorded::Superseded) };
    if completion.is_some_and(|completion| !held.is_under(completion.epoch)) {
        return Ok(Recorded::Superseded);
    }
    let order = held.order_of(ended, UnixMillis::now());
    let twice_until = match order {
        Order::LatestAgain => held.twice_until.max(held.last_started_at),
        Order::Latest | Order::Answers | Order::Late => held.twice_until,
    };
    if !insert(link, run, twice_until).await? {
        if let Some(completion) = completion {
            run!(link, COMPLETE, run.check, completion.next_due_at)?;
        }
        return Ok(Recorded::Duplicate);
    }
    let print = fingerprint(ended);
    let alike = order == Order::Latest
        && held.last_run.is_some()
        && held.judged.as_ref() == Some(&print)
        && held.last_started_at >= ended.fresh_since;
    if !alike {
        standings::bring_up_to_date(link, run, &ended.judged, order).await?;
        if order != Order::Late {
            let at = match order {
                Order::Answers => held.last_started_at,
                Order::Latest | Order::LatestAgain | Order::Late => run.started_at,
            };
            history::follow_outage(link, run, at, held.last_status).await?;
            history::follow_declaration(link, run, ended.declared.as_deref()).await?;
        }
    }
    history::count(link, ended).await?;
    let repeats = if alike { held.repeats + 1 } else { 0 };
    note(link, ended, completion, &Held { twice_until, ..held }, order, repeats, print).await
}

/// Whether the run is new: `false` where there is one for its instant already. An instant that comes a second time has a
/// second run, kept beside the first as due when it started.
async fn insert(link: &mut Link<'_>, run: &Run, twice_until: UnixMillis) -> Result<bool, StoreError> {
    if insert_for(link, run, run.scheduled_for).await? {
        return Ok(true);
    }
    if run.scheduled_for.is_none_or(|instant| instant > twice_until) {
        return Ok(false);
    }
    insert_for(link, run, Some(UnixMillis(run.started_at.0 + 1))).await
}

async fn insert_for(
    link: &mut Link<'_>,
    run: &Run,
    scheduled_for: Option<UnixMillis>,
) -> Result<bool, StoreError> {
    let inserted = run!(
        link,
        INSERT,
        run.id,
        run.check,
        scheduled_for,
        run.started_at,
        run.duration_ms,
        Text(run.status),
        Text(run.reach),
        run.warned,
        Json(&run.observations),
        Json(&run.messages),
        &*run.checked
    )
    .or_missing("check")?;
    Ok(inserted > 0)
}

/// Writes on the check what this run was, and gives the check back where it was claimed.
async fn note(
    link: &mut Link<'_>,
    ended: &Ended,
    completion: Option<&Completion>,
    held: &Held,
    order: Order,
    repeats: u32,
    print: String,
) -> Result<Recorded, StoreError> {
    let run = &ended.run;
    let good = matches!(run.status, Status::Pass | Status::Warn).then_some(run.started_at);
    let good_at = match order {
        Order::LatestAgain => held.good_at.min(Some(run.started_at)),
        Order::Latest | Order::Answers | Order::Late => held.good_at,
    };
    let good_at = good_at.max(good);
    let reported_at = held.reported_at.max((ended.origin == Origin::Reported).then_some(run.started_at));
    let own_failures = completion.as_ref().map_or(held.own_failures, |completion| completion.own_failures);
    // After a run that ended late the next one looks at the standings again.
    let (last_run, last_started_at, last_status, judged) = match order {
        Order::Latest | Order::LatestAgain | Order::Answers => {
            (Some(run.id), run.started_at, Some(run.status), Some(print))
        }
        Order::Late => (held.last_run, held.last_started_at, held.last_status, None),
    };
    let (check, repeats_kept, own_failures) = (run.check, i64::from(repeats), i64::from(own_failures));
    match completion {
        None => run!(
            link,
            NOTE,
            check,
            last_run,
            last_started_at,
            last_status.map(Text),
            good_at,
            judged,
            repeats_kept,
            own_failures,
            held.twice_until,
            reported_at
        )?,
        Some(Completion { next_due_at, host, .. }) => run!(
            link,
            NOTE_AND_COMPLETE,
            check,
            last_run,
            last_started_at,
            last_status.map(Text),
            good_at,
            judged,
            repeats_kept,
            own_failures,
            held.twice_until,
            *next_due_at,
            host.as_deref()
        )?,
    };
    Ok(Recorded::Stored { repeats })
}

impl Store {
    /// For when the figures were computed that were reported last, however long ago; `None` before the first report.
    pub async fn reported_at(&self, check: CheckId) -> Result<Option<UnixMillis>, StoreError> {
        let mut lease = self.read().await?;
        let found = row!(&mut lease.link(), (Option<i64>,), REPORTED_AT, check)?;
        Ok(found.and_then(|(at,)| at).map(UnixMillis))
    }

    /// Keeps a run that a person asked for. A run that was due at an instant for which there is one already changes
    /// nothing.
    pub async fn record_run(&self, ended: Ended, audit: Option<Audit>) -> Result<Recorded, StoreError> {
        self.perform(Recording { ended, completion: None, audit }).await
    }

    /// Keeps runs that were due and gives their checks back, all or none; what became of each, in order. Whoever keeps
    /// several names them in the order of their checks, so that two workers never wait for each other.
    pub async fn complete_runs(
        &self,
        ended: Arc<[(Ended, Completion)]>,
    ) -> Result<Vec<Recorded>, StoreError> {
        self.perform(Completing(ended)).await
    }
}
