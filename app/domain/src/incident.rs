//! Incidents: from the runs of a check to the stretches in which it is broken (`health-checks.md`, *What a run is*).
//!
//! So many failures running open an incident, so many successes running close it, and UNKNOWN does neither: it says
//! nothing about the target. A target that comes and goes is *flapping*: its incident opens with the next failure and
//! stays open until the target has calmed down, so that what is one trouble is one incident, opened once and closed
//! once, however often it changes its mind.
//!
//! A good run that denies an answer counts as a failure too, but it is no outage: what opens so is a *contradiction*, and
//! an outage takes its place as soon as it has reached the threshold by itself.

use serde::{Deserialize, Serialize};

use crate::check::{CheckKind, Status};

/// How many failures running open an incident, and how many successes running close it: 1 to [`Thresholds::MOST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thresholds {
    open_after: u32,
    close_after: u32,
}

impl Thresholds {
    /// More would outlast the memory of a [`Watch`].
    pub const MOST: u32 = 20;

    /// One success closes an incident, because one success also lifts the cap from the answers (`scoring.md` section
    /// 6.2): the alert and the score say the same at the same time. What comes and goes is met by the recognition of
    /// flapping, not by waiting for a second success, which a daily check would bring a day late.
    pub const CLOSE_AFTER: u32 = 1;

    /// `None` where one of the numbers is 0 or more than [`Self::MOST`].
    pub fn new(open_after: u32, close_after: u32) -> Option<Self> {
        let fits = |count: u32| (1..=Self::MOST).contains(&count);
        (fits(open_after) && fits(close_after)).then_some(Self { open_after, close_after })
    }

    /// What holds unless somebody says otherwise: the kind's own `fail_after`, and [`Self::CLOSE_AFTER`].
    pub fn of(kind: &CheckKind) -> Self {
        Self { open_after: kind.fail_after.clamp(1, Self::MOST), close_after: Self::CLOSE_AFTER }
    }

    pub const fn open_after(self) -> u32 {
        self.open_after
    }

    pub const fn close_after(self) -> u32 {
        self.close_after
    }

    /// What a run did to the incident in the end, where only the latest `own` of the failures running failed by their
    /// kind's own rule and the others are good runs that deny an answer. `open` is what the open incident was opened by.
    ///
    /// An outage is what reached the threshold by runs that fail. It takes the place of an open contradiction, so that
    /// whoever was told of less than is claimed is told of it too.
    #[must_use]
    pub fn told(self, moved: Option<Transition>, open: Option<Opening>, own: u32) -> Option<Transition> {
        let outage = own >= self.open_after;
        match (moved, open) {
            (Some(Transition::Opened(Opening::Failures)), _) if !outage => {
                Some(Transition::Opened(Opening::Contradiction))
            }
            (Some(Transition::Opened(Opening::Flapping)), _) if own == 0 => {
                Some(Transition::Opened(Opening::Contradiction))
            }
            (None, Some(Opening::Contradiction)) if outage => Some(Transition::Replaced),
            _ => moved,
        }
    }
}

/// What an incident was opened by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Opening {
    /// So many failures running.
    Failures,
    /// A failure of a check that comes and goes.
    Flapping,
    /// So many runs running that contradict an answer, of which too few for an outage fail by their kind's own rule:
    /// what is there is less than what is claimed.
    Contradiction,
}

impl Opening {
    /// Something is out. Runs that are good by their kind's own rule end it, whatever they deny.
    #[must_use]
    pub const fn is_outage(self) -> bool {
        matches!(self, Self::Failures | Self::Flapping)
    }
}

/// What a run did to the check's incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transition {
    Opened(Opening),
    Closed,
    /// An outage took the place of an open contradiction: the one closed, and one of [`Opening::Failures`] opened.
    Replaced,
}

/// The latest conclusive results of a check: PASS and WARN are successes, FAIL is a failure.
///
/// Flapping is told by the rule of Nagios Core ("Detection and Handling of State Flapping"): of the latest 21 results,
/// the share of the 20 steps from one to the next at which the state changed, the newest step weighing half as much
/// again as the oldest (1.2 to 0.8). The thresholds are those of Icinga 2: flapping begins at 30 % and ends below 25 %.
/// In practice six changes in a row begin it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// A 1 for each failure, the newest in the lowest bit.
    failures: u32,
    /// How many results are known, at most [`Self::RESULTS`].
    known: u32,
}

impl History {
    pub const RESULTS: u32 = 21;
    const STEPS: u32 = Self::RESULTS - 1;

    /// From what [`Self::failures`] and [`Self::known`] gave; bits beyond the known results are dropped.
    pub fn restored(failures: u32, known: u32) -> Self {
        let known = known.min(Self::RESULTS);
        Self { failures: failures & ((1 << known) - 1), known }
    }

    /// A 1 for each failure, the newest in the lowest bit.
    pub const fn failures(self) -> u32 {
        self.failures
    }

    /// How many results are known.
    pub const fn known(self) -> u32 {
        self.known
    }

    fn with(self, failed: bool) -> Self {
        Self::restored(self.failures << 1 | u32::from(failed), self.known + 1)
    }

    /// The same where the newest result turns out otherwise.
    fn corrected(self, failed: bool) -> Self {
        Self::restored(self.failures & !1 | u32::from(failed), self.known.max(1))
    }

    /// The weighted changes in 38,000ths: a step's weight is 0.8 to 1.2 in 1,900ths, and there are 20 steps.
    fn changes(self) -> u32 {
        let steps = 0..self.known.saturating_sub(1);
        let changed = steps.filter(|age| (self.failures >> age ^ self.failures >> (age + 1)) & 1 == 1);
        changed.map(|age| 1520 + 40 * (Self::STEPS - 1 - age)).sum()
    }

    /// Whether it flaps, given whether it flapped before.
    fn flaps(self, flapped: bool) -> bool {
        let percent = if flapped { 25 } else { 30 };
        100 * self.changes() >= percent * 38_000
    }
}

/// What is remembered of a check between two runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// Failures running; UNKNOWN does not interrupt them.
    pub fails: u32,
    /// Successes running, counted up to [`Thresholds::MOST`].
    pub successes: u32,
    pub history: History,
    pub flapping: bool,
    /// An incident is open.
    pub open: bool,
}

impl Watch {
    /// Takes a run's status into account.
    #[must_use]
    pub fn after(self, status: Status, thresholds: Thresholds) -> (Self, Option<Transition>) {
        let failed = match status {
            Status::Unknown => return (self, None),
            Status::Fail => true,
            Status::Pass | Status::Warn => false,
        };
        let history = self.history.with(failed);
        let next = Self {
            fails: if failed { self.fails.saturating_add(1) } else { 0 },
            successes: if failed { 0 } else { (self.successes + 1).min(Thresholds::MOST) },
            flapping: history.flaps(self.flapping),
            history,
            open: self.open,
        };
        next.moved(failed, thresholds)
    }

    /// Takes into account that the latest runs count otherwise than they did, because an answer claims more or less than
    /// before: as many as `running` of them, at least one. They are no further results.
    #[must_use]
    pub fn anew(self, failed: bool, running: u32, thresholds: Thresholds) -> (Self, Option<Transition>) {
        let (running, history) = (running.max(1), self.history.corrected(failed));
        let next = Self {
            fails: if failed { self.fails.max(running) } else { 0 },
            successes: if failed { 0 } else { self.successes.max(running).min(Thresholds::MOST) },
            flapping: history.flaps(self.flapping),
            history,
            open: self.open,
        };
        next.moved(failed, thresholds)
    }

    /// Opens or closes the incident where the thresholds say so.
    fn moved(self, failed: bool, thresholds: Thresholds) -> (Self, Option<Transition>) {
        let transition = match (self.open, failed) {
            (false, true) if self.fails >= thresholds.open_after => {
                Some(Transition::Opened(Opening::Failures))
            }
            (false, true) if self.flapping => Some(Transition::Opened(Opening::Flapping)),
            (true, false) if self.successes >= thresholds.close_after && !self.flapping => {
                Some(Transition::Closed)
            }
            _ => None,
        };
        let open = match transition {
            Some(Transition::Opened(_) | Transition::Replaced) => true,
            Some(Transition::Closed) => false,
            None => self.open,
        };
        (Self { open, ..self }, transition)
    }
}
