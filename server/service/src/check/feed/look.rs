//! Looking at a feed: the "probe" of a check that waits for reports is to look at the latest one.
//!
//! Before the first report nothing is known (UNKNOWN). A report that is late warns; one that is missing fails the run. A
//! figure that is missing says nothing of what it would measure, so that it decides no criterion (`expected_every` in
//! `check-kinds.toml`); only the arrival of files, where the report is the thing itself, does.

use domain::check::{CheckKind, Message, Observations, Outcome, Parameters, Reach, Severity, Status};
use store::UnixMillis;
use store::record::{Check, Feed};

use super::observe;
use super::schedule::{Cadence, Punctuality, Schedule};
use crate::check::run::inconclusive;
use crate::check::sample;
use crate::{Error, FieldError, Service};

/// A report that brings a new row count is held against so many before it, and itself.
const KEPT: u32 = 50;
/// So often a feed is looked at in which reports come during each look.
const LOOKS: usize = 4;
/// A report that came so much later than the present came by a clock that was set back since: those of two nodes are closer.
const AHEAD_MS: i64 = 60_000;

impl Service {
    /// What the latest report of a feed says, and how old it is.
    ///
    /// A report that comes during the look may be taken for one that says nothing new, and have no look of its own. So what
    /// is noted of a look counts for the reports that it saw; where another one came since, it is looked again.
    pub(in crate::check) async fn look_at_feed(
        &self,
        check: &Check,
        kind: &CheckKind,
        mut now: UnixMillis,
    ) -> Result<Outcome, Error> {
        let parameters = self.open_parameters(check).unwrap_or_default();
        let mut left = LOOKS;
        loop {
            let feed = self.store().feed(check.id).await?.unwrap_or_default();
            let Some(mut reported_at) = feed.reported_at else {
                let text = match feed.token_made_at {
                    Some(_) => "Nothing has reported yet. The check's page has the address to report to.",
                    None => "Nothing can report yet: make a token on the check's page.",
                };
                return Ok(said(Severity::Info, text));
            };
            if reported_at.0 > now.0 + AHEAD_MS {
                // When it came nobody can tell any more. Left as it is, a silent feed would be in time until the clock gets
                // there.
                self.store().set_report_back(check.id, reported_at, now).await?;
                reported_at = now;
            }
            let schedule = match Schedule::read(&feed.timing, cadence(kind, &parameters), now) {
                Ok(schedule) => schedule,
                Err(errors) => return Ok(said(Severity::Error, &unreadable(&errors))),
            };
            let stands = schedule.stands(reported_at, now);
            let outcome =
                self.judged_feed(check, kind, &feed, &parameters, (reported_at, stands, now)).await?;
            let missed = !matches!(stands, Punctuality::InTime { .. });
            left -= 1;
            if feed.missed == missed
                || self.store().note_missed(check.id, missed, feed.reports).await?
                || left == 0
            {
                return Ok(outcome);
            }
            now = UnixMillis::now();
        }
    }

    async fn judged_feed(
        &self,
        check: &Check,
        kind: &CheckKind,
        feed: &Feed,
        parameters: &Parameters,
        (reported_at, stands, now): (UnixMillis, Punctuality, UnixMillis),
    ) -> Result<Outcome, Error> {
        let missing = matches!(stands, Punctuality::Missing { .. });
        let arrives = kind.observation("in_window").is_some();
        let mut figures = match feed.observed_at {
            Some(observed_at) if !missing && counts(kind, observed_at, now) => {
                let mut figures = feed.observations.clone();
                observe::age(kind, &mut figures, observed_at, now);
                observe::overdue_list(parameters, &mut figures);
                if figures.get("row_count").is_some() {
                    observe::row_count(&mut figures, &self.store().feed_reports(check.id, KEPT).await?);
                }
                figures
            }
            _ => Observations::new(),
        };
        let too_small = sample::leave_out_shares(&kind.code, parameters, &mut figures);
        if arrives {
            observe::arrival(&mut figures, stands, reported_at, now);
        }
        let late = lateness(stands, reported_at);
        let mut outcome = Outcome {
            reach: if missing && !arrives { Reach::Inconclusive } else { Reach::Answered },
            status: Status::Pass,
            warned: matches!(stands, Punctuality::Late { .. }),
            observations: figures,
            messages: late.into_iter().collect(),
            checked: format!("report {} of {:.0}", feed.reports, reported_at.timestamp()),
        };
        let (status, messages) = observe::least_asked(&self.bindings_of(&check.kind).await?, kind, &outcome);
        outcome.messages.extend(messages);
        outcome.status = match stands {
            Punctuality::Missing { .. } => Status::Fail,
            Punctuality::Late { .. } if status == Status::Pass => Status::Warn,
            _ => status,
        };
        if let Some(message) = observe::unusual_rows(parameters, &outcome.observations) {
            if outcome.status == Status::Pass {
                outcome.warned = true;
                outcome.status = Status::Warn;
            }
            outcome.messages.push(message);
        }
        if let Some(message) = too_small {
            outcome.status = sample::status_without_shares(outcome.status);
            outcome.messages.push(message);
        }
        Ok(outcome)
    }

    /// When a feed's check is to be looked at although nothing comes: when the next report turns late, and missing.
    pub(in crate::check) async fn feed_changes_at(
        &self,
        check: &Check,
        now: UnixMillis,
    ) -> Result<Option<UnixMillis>, Error> {
        Ok(self.feed_stands(check, now).await?.and_then(|(_, stands)| stands.changes_at()))
    }

    /// The feed with how it stands; the latter is unknown before the first report.
    pub(super) async fn feed_stands(
        &self,
        check: &Check,
        now: UnixMillis,
    ) -> Result<Option<(UnixMillis, Punctuality)>, Error> {
        let kind = self.kind_of(check)?;
        let Some(feed) = self.store().feed(check.id).await? else { return Ok(None) };
        let Some(reported_at) = feed.reported_at else { return Ok(None) };
        let schedule = Schedule::read(&feed.timing, cadence(kind, &open(check)), now);
        Ok(schedule.ok().map(|schedule| (reported_at, schedule.stands(reported_at, now))))
    }
}

/// The parameters as they are kept, secrets sealed.
pub(super) fn open(check: &Check) -> Parameters {
    serde_json::from_str(&check.parameters).unwrap_or_default()
}

/// How often a feed reports by the parameters of its check; by its kind's interval, where they do not say.
pub(super) fn cadence(kind: &CheckKind, parameters: &Parameters) -> Cadence {
    let seconds = |name: &str| parameters.seconds(name).and_then(|seconds| i64::try_from(seconds).ok());
    let every = seconds("expected_every").or_else(|| seconds("cadence"));
    Cadence {
        every: every.unwrap_or_else(|| i64::from(kind.default_interval)).max(1),
        grace: seconds("grace"),
    }
}

/// Whether figures are young enough for their kind.
fn counts(kind: &CheckKind, observed_at: UnixMillis, now: UnixMillis) -> bool {
    now.0 - observed_at.0 <= i64::from(kind.freshness) * 1000
}

fn lateness(stands: Punctuality, reported_at: UnixMillis) -> Option<Message> {
    let instant = |at: UnixMillis| format!("{:.0}", at.timestamp());
    match stands {
        Punctuality::InTime { .. } => None,
        Punctuality::Late { expected, until } => {
            let text = format!(
                "A report was expected by {} and has not come; from {} on it is missing.",
                instant(expected),
                instant(until)
            );
            Some(Message::new(Severity::Warning, text).at("report"))
        }
        Punctuality::Missing { expected } => {
            let text = format!(
                "No report since {}; one was expected by {}.",
                instant(reported_at),
                instant(expected)
            );
            Some(Message::new(Severity::Error, text).at("report"))
        }
    }
}

fn unreadable(errors: &[FieldError]) -> String {
    let problem = errors.first().map_or("", |error| error.problem.as_str());
    format!("When reports are expected cannot be read: {problem} Set it on the check's page.")
}

fn said(severity: Severity, text: &str) -> Outcome {
    Outcome { messages: vec![Message::new(severity, text)], ..inconclusive("") }
}
