//! Running a check: probe, judge for every binding of its kind, record, and bring the findings up to date.

use std::time::{Duration, Instant};

use domain::check::{CheckKind, Group, Message, Outcome, Reach, Severity, Status, Value, judge};
use jiff::Timestamp;
use probe::{Aim, Beside, Occasion};
use serde_json::json;
use store::record::{Audit, Check, Ended, Judged, Origin, Recorded, Run};
use store::{CheckId, RunId, StoreError, UnixMillis};
use tracing::Instrument as _;

use super::asked::Turn;
use super::past::LATENCY;
use super::register;
use crate::incident::Claims;
use crate::service::org_audit;
use crate::{Actor, Error, Permission, Service};

/// What a person waits for at most, whatever the kind allows.
const LONGEST_ASKED: Duration = Duration::from_mins(2);
/// What a run may take beyond its own deadline before it is given up from outside.
const OVER: Duration = Duration::from_secs(5);

/// Observed by the kinds that ask for changes since the last success.
const INCREMENTAL: &str = "incremental_used";

/// The one number that a kind is watched for, in the kinds that have one.
const GAUGES: [&str; 1] = ["days_to_expiry"];

/// Whose failure it is that a run came to no conclusion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The target's, or nobody's.
    NotOurs,
    /// This machine's: it has no network, no name server, or no time.
    Ours,
}

/// When a run was due, began, and how long it took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timing {
    pub(super) scheduled_for: Option<UnixMillis>,
    pub(super) started_at: UnixMillis,
    pub(super) duration_ms: i64,
}

impl Service {
    /// Runs a check now and answers with the run. What has begun at the target goes on and is kept even if nobody waits
    /// for it any more.
    pub async fn run_check(&self, actor: &Actor, id: CheckId) -> Result<Run, Error> {
        let check = self.check_for(actor, id, Permission::Operate).await?;
        let turn = self.asked().begin(&check)?;
        self.run_in_turn(actor, check, turn).await
    }

    /// The same in a turn that was begun.
    pub(super) async fn run_in_turn(&self, actor: &Actor, check: Check, turn: Turn) -> Result<Run, Error> {
        let (service, actor) = (self.clone(), actor.clone());
        let run = async move {
            let run = service.run_asked(&actor, &check).await;
            drop(turn);
            run
        };
        tokio::spawn(run.in_current_span()).await.map_err(Error::internal)?
    }

    async fn run_asked(&self, actor: &Actor, check: &Check) -> Result<Run, Error> {
        let (ended, _) = self.run_to_end(check, None).await?;
        self.still_aimed(check).await?;
        let details = json!({ "run": ended.run.id, "status": ended.run.status });
        let entry = org_audit(actor, check.org, "check.run", check.id, details);
        self.keep_asked(check, ended, Some(entry)).await
    }

    /// Refuses what a run saw of a target that the check looks at no longer.
    async fn still_aimed(&self, check: &Check) -> Result<(), Error> {
        let now = self.store().check(check.id).await?.ok_or(Error::NotFound("The check"))?;
        let kind = self.kind_of(check)?;
        let aim = |check: &Check| Ok::<_, Error>(Aim::of(kind, &self.open_parameters(check)?));
        if now.parameters == check.parameters || aim(&now)? == aim(check)? {
            return Ok(());
        }
        let text = "The check was aimed at another target while it ran, so nothing was kept. Run it again.";
        Err(Error::Conflict(text.to_owned()))
    }

    /// Past runs, newest first, before the one given.
    pub async fn runs(
        &self,
        actor: &Actor,
        id: CheckId,
        before: Option<RunId>,
        limit: u32,
    ) -> Result<Vec<Run>, Error> {
        self.check_for(actor, id, Permission::Read).await?;
        Ok(self.store().runs(id, before, limit).await?)
    }

    /// Probes and judges; nothing is kept yet.
    pub(super) async fn run_to_end(
        &self,
        check: &Check,
        scheduled_for: Option<UnixMillis>,
    ) -> Result<(Ended, Fault), Error> {
        let kind = self.kind_of(check)?;
        let started_at = UnixMillis::now();
        let clock = Instant::now();
        // Somebody waits for a run by hand; one by schedule has its kind's own time.
        let time_limit = scheduled_for.is_none().then_some(LONGEST_ASKED);
        let (mut outcome, beside, fault) = if kind.group == Group::Reconciliation {
            (self.awaited(check, kind, started_at).await?, Beside::default(), Fault::NotOurs)
        } else if self.is_feed(check) {
            (self.look_at_feed(check, kind, started_at).await?, Beside::default(), Fault::NotOurs)
        } else {
            let occasion = Occasion {
                time_limit,
                last_success: self.last_success(check, kind).await?,
                feed_folder: Some(check.org.to_string().into()),
                finalized: self.finalized(check).await?,
            };
            self.probe(check, kind, &occasion).await
        };
        let duration_ms = i64::try_from(clock.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.add_history(check, kind, started_at, &mut outcome).await?;
        self.add_asides(check, kind, started_at, &mut outcome).await?;
        let timing = Timing { scheduled_for, started_at, duration_ms };
        let Beside { declared, sightings } = beside;
        self.store().note_sightings(check.id, sightings).await?;
        Ok((self.ended(check, kind, timing, (outcome, declared), Origin::Made).await?, fault))
    }

    /// A run with all that is kept of it, judged for every binding of its kind.
    async fn ended(
        &self,
        check: &Check,
        kind: &CheckKind,
        timing: Timing,
        (outcome, declared): (Outcome, Option<String>),
        origin: Origin,
    ) -> Result<Ended, Error> {
        let Timing { scheduled_for, started_at, duration_ms } = timing;
        let bindings = self.bindings_of(&check.kind).await?;
        let mut judged = Vec::with_capacity(bindings.len());
        for (framework, binding) in bindings.iter() {
            let of = self.prepared(*framework).await?.framework;
            let part = register::part_of(&outcome, &check.kind, &of, &binding.id);
            let judgement = judge(&binding.expect, kind, &part);
            judged.push(Judged {
                framework: *framework,
                binding: binding.id.clone(),
                status: judgement.status,
                conditions: judgement.conditions,
            });
        }
        let gauge = GAUGES.iter().find_map(|name| whole(outcome.observations.get(name)?));
        Ok(Ended {
            latency_ms: latency(kind, &outcome, duration_ms),
            gauge,
            judged,
            fresh_since: UnixMillis(started_at.0 - i64::from(kind.freshness) * 1000),
            declared,
            origin,
            run: Run {
                id: RunId::new(),
                check: check.id,
                scheduled_for,
                started_at,
                duration_ms,
                status: outcome.status,
                reach: outcome.reach,
                warned: outcome.warned,
                observations: outcome.observations,
                messages: outcome.messages,
                checked: probe::one_line(&outcome.checked),
            },
        })
    }

    /// Keeps a run that was reported, judged for every binding, and brings incidents and findings up to date.
    pub(super) async fn keep_reported(
        &self,
        check: &Check,
        kind: &CheckKind,
        timing: Timing,
        outcome: Outcome,
        audit: Option<Audit>,
    ) -> Result<Run, Error> {
        let ended = self.ended(check, kind, timing, (outcome, None), Origin::Reported).await?;
        self.keep_asked(check, ended, audit).await
    }

    /// Keeps a run that somebody asked for. Incidents and findings are up to date when it is kept; where they cannot follow,
    /// the run stands all the same.
    pub(super) async fn keep_asked(
        &self,
        check: &Check,
        ended: Ended,
        audit: Option<Audit>,
    ) -> Result<Run, Error> {
        let (run, judged) = (ended.run.clone(), ended.judged.clone());
        let is_history = ended.origin == Origin::Reported && self.is_history(check, run.started_at).await?;
        let recorded = self.store().record_run(ended, audit).await?;
        if !is_history {
            self.hold_against_incidents(check, &run, &judged, &Claims::default()).await;
        }
        if self.moves_findings(check, &judged, recorded) {
            self.catch_up_organization(check.org).await;
        }
        Ok(run)
    }

    /// Runs a check that something reported to; the findings that it touches follow soon. It is due again when that report
    /// turns late, if nothing comes. A check that is gone by then needs no run.
    pub(super) async fn keep_look(&self, check: &Check) -> Result<(), Error> {
        let (ended, _) = self.run_to_end(check, None).await?;
        let (run, judged) = (ended.run.clone(), ended.judged.clone());
        let recorded = match self.store().record_run(ended, None).await {
            Err(StoreError::NotFound { .. }) => return Ok(()),
            recorded => recorded?,
        };
        self.hold_against_incidents(check, &run, &judged, &Claims::default()).await;
        if self.moves_findings(check, &judged, recorded) {
            self.touch_organization(check.org);
        }
        let now = UnixMillis::now();
        let due = self.next_due(check, now).await;
        if !self.store().bring_forward(check.id, due, now).await? {
            // The worker runs it right now, and may have looked before the report came.
            self.look_once_more(check.id);
        }
        Ok(())
    }

    /// Opens, continues or closes the check's incident by a run that is on the disk. A failure is on the log: the run
    /// stands, and the next one is held against incidents as well.
    pub(super) async fn hold_against_incidents(
        &self,
        check: &Check,
        run: &Run,
        judged: &[Judged],
        claims: &Claims,
    ) {
        if let Err(error) = self.watch_run(check, run, judged, claims).await {
            tracing::error!(check = %check.id, ?error, "a run was not held against incidents");
        }
    }

    /// Whether a run may have opened, changed or cleared a finding: judged as the runs before were, only the failure
    /// that confirms one does.
    pub(super) fn moves_findings(&self, check: &Check, judged: &[Judged], recorded: Recorded) -> bool {
        let Recorded::Stored { repeats } = recorded else { return false };
        let fail_after = self.kind(&check.kind).map_or(u32::MAX, |kind| kind.fail_after);
        repeats == 0 || (repeats < fail_after && judged.iter().any(|judged| judged.status == Status::Fail))
    }

    /// When the check last passed, for the kinds that ask only for what changed since.
    async fn last_success(&self, check: &Check, kind: &CheckKind) -> Result<Option<Timestamp>, Error> {
        if kind.observation(INCREMENTAL).is_none() {
            return Ok(None);
        }
        Ok(self.store().good_at(check.id).await?.map(UnixMillis::timestamp))
    }

    async fn probe(&self, check: &Check, kind: &CheckKind, occasion: &Occasion) -> (Outcome, Beside, Fault) {
        let parameters = match self.open_parameters(check) {
            Ok(parameters) => parameters,
            Err(error) => {
                tracing::error!(check = %check.id, ?error, "the parameters of a check could not be read");
                let text = "The check's secret could not be opened. Enter it again.";
                return (inconclusive(text), Beside::default(), Fault::NotOurs);
            }
        };
        if register::supports(&kind.code) {
            let outcome = self.observe(check, kind, &parameters).await.unwrap_or_else(|error| {
                tracing::error!(check = %check.id, ?error, "the records of a check could not be read");
                inconclusive("Rung's own records could not be read. Run the check again.")
            });
            return (outcome, Beside::default(), Fault::NotOurs);
        }
        let own = Duration::from_secs(u64::from(kind.timeout));
        let most = occasion.time_limit.map_or(own, |limit| limit.min(own)) + OVER;
        let run = self.prober().run_reading(kind, &parameters, occasion);
        let Ok((outcome, beside)) = tokio::time::timeout(most, run).await else {
            let outcome = inconclusive("The run did not end in time and was given up.");
            return (outcome, Beside::default(), Fault::Ours);
        };
        let fault = fault(&outcome);
        (outcome, beside, fault)
    }
}

/// A run that ends before the target was spoken to, at a layer that lies on this side.
fn fault(outcome: &Outcome) -> Fault {
    let here = |message: &Message| matches!(message.at.as_deref(), Some("DNS" | "connect"));
    if outcome.reach == Reach::Inconclusive && outcome.messages.iter().any(here) {
        Fault::Ours
    } else {
        Fault::NotOurs
    }
}

/// Time to the answer in milliseconds, as the kind observes it; else how long a run took that was answered.
fn latency(kind: &CheckKind, outcome: &Outcome, duration_ms: i64) -> Option<u32> {
    let time = match outcome.observations.get(LATENCY) {
        Some(seen) => whole(seen),
        None if kind.observation(LATENCY).is_some() || outcome.reach != Reach::Answered => None,
        // Looking at a report says nothing of the feed's time.
        None if kind.group == Group::Feed => None,
        None => Some(duration_ms),
    };
    time.and_then(|time| u32::try_from(time).ok())
}

fn whole(value: &Value) -> Option<i64> {
    if let Value::Integer(number) = value { Some(*number) } else { None }
}

pub(super) fn inconclusive(text: &str) -> Outcome {
    Outcome {
        reach: Reach::Inconclusive,
        status: Status::Unknown,
        warned: false,
        observations: domain::check::Observations::new(),
        messages: vec![Message::new(Severity::Error, text)],
        checked: String::new(),
    }
}
