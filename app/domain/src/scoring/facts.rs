//! What the input says of each criterion and binding: evidence (section 5) and checks (section 6.2).

use jiff::civil::Date;

use super::{Answer, EvidenceDuration, EvidenceItem, EvidenceState, Input, ProbeInput, Scorer};
use crate::check::Status;

/// The input by position.
pub(super) struct Facts {
    /// By criterion.
    pub(super) answers: Vec<Answer>,
    /// By criterion.
    pub(super) evidence: Vec<EvidenceFacts>,
    /// By criterion: one of its bindings is stale.
    pub(super) stale_check: Vec<bool>,
    /// By binding: a probe has a conclusive result older than the kind's freshness.
    pub(super) stale_bindings: Vec<bool>,
    /// By binding; `None` without probes.
    states: Vec<Option<Status>>,
}

/// The evidence items of one criterion, summed up.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct EvidenceFacts {
    /// There is an item that is not rejected.
    pub(super) any: bool,
    /// Among those not rejected, one is past its expiry.
    pub(super) expired: bool,
    /// A valid item was accepted by someone else than its author.
    pub(super) reviewed: bool,
    /// The latest date of a valid item; `None` when none is valid.
    pub(super) latest: Option<Date>,
}

impl Facts {
    pub(super) fn gather(scorer: &Scorer, input: &Input) -> Self {
        let criteria = scorer.criteria.len();
        let mut facts = Self {
            answers: vec![Answer::default(); criteria],
            evidence: vec![EvidenceFacts::default(); criteria],
            stale_check: vec![false; criteria],
            stale_bindings: vec![false; scorer.bindings.len()],
            states: vec![None; scorer.bindings.len()],
        };
        let mut criterion = scorer.find_criteria();
        for (code, answer) in &input.answers {
            if let Some(position) = criterion.position(code) {
                facts.answers[position] = *answer;
            }
        }
        for item in &input.evidence {
            if let Some(position) = criterion.position(&item.criterion) {
                facts.evidence[position].add(item, input.as_of);
            }
        }
        let mut binding = scorer.find_bindings();
        for probe in &input.probes {
            if let Some(position) = binding.position(&probe.binding) {
                facts.add_probe(scorer, position, probe);
            }
        }
        facts
    }

    fn add_probe(&mut self, scorer: &Scorer, position: usize, probe: &ProbeInput) {
        let binding = &scorer.bindings[position];
        let state = match probe.record.state(binding.freshness, binding.fail_after) {
            Status::Fail if probe.overridden => Status::Warn,
            state => state,
        };
        let worst = &mut self.states[position];
        *worst = Some(worst.map_or(state, |earlier| earlier.worse(state)));
        if probe.record.is_stale(binding.freshness) {
            self.stale_check[binding.criterion] = true;
            self.stale_bindings[position] = true;
        }
    }

    /// The state of a binding; UNKNOWN without probes.
    pub(super) fn state(&self, binding: usize) -> Status {
        self.states[binding].unwrap_or(Status::Unknown)
    }
}

impl EvidenceFacts {
    fn add(&mut self, item: &EvidenceItem, as_of: Date) {
        if item.state == EvidenceState::Rejected {
            return;
        }
        self.any = true;
        let expired = as_of > expiry(item);
        self.expired |= expired;
        if expired || item.dated > as_of {
            return;
        }
        self.latest = self.latest.max(Some(item.dated));
        let reviewer = item.reviewer.as_deref().filter(|_| item.state == EvidenceState::Accepted);
        self.reviewed |= reviewer.is_some_and(|reviewer| reviewer != item.author);
    }
}

/// The last day on which an item is valid.
pub fn expiry(item: &EvidenceItem) -> Date {
    valid_until(item.dated, item.duration, item.expires)
}

/// The last day on which evidence is valid: so many calendar months after its date, on the same day of the month or its
/// last day; or the earlier expiry that it carries.
pub fn valid_until(dated: Date, duration: EvidenceDuration, expires: Option<Date>) -> Date {
    let by_class = months_after(dated, duration.months());
    expires.map_or(by_class, |own| own.min(by_class))
}

impl EvidenceDuration {
    /// Calendar months until an item of this class expires.
    pub const fn months(self) -> i16 {
        match self {
            Self::Standard => 12,
            Self::Operational => 6,
            Self::Charter => 24,
        }
    }
}

/// The same day of the month so many months later, or that month's last day; never past the calendar's end.
fn months_after(date: Date, months: i16) -> Date {
    let month = i16::from(date.month()) - 1 + months;
    let (year, month) = (date.year() + month / 12, month % 12 + 1);
    i8::try_from(month)
        .ok()
        .and_then(|month| Date::new(year, month, 1).ok())
        .and_then(|first| Date::new(year, first.month(), date.day().min(first.days_in_month())).ok())
        .unwrap_or(Date::MAX)
}
