//! Kinds of group *register*: they look at nothing but Rung's own records.
//!
//! To add one: a file here that makes figures of the records, its code in [`KINDS`] and its arm in `observe`. Figures
//! are made by pure functions of the records and the present.

mod consent;
mod evidence;
mod incident;
mod inventory;
mod measure;

use std::borrow::Cow;

use domain::check::{CheckKind, Message, Observations, Outcome, Parameters, Reach, Severity, Status};
use domain::framework::Binding;
use domain::{BindingId, Framework, KindCode};
use rust_decimal::Decimal;
use store::OrgId;
use store::record::{Check, Register, RegisterContent, RegisterEntry};

use crate::{Error, Service};

const DAY_MS: i64 = 24 * 3600 * 1000;

const KINDS: [&str; 5] =
    ["inventory.coverage", "incident.sla", "measure.validation", "consent.test", evidence::KIND];

/// The kind that is computed from evidence.
pub(crate) const ON_EVIDENCE: &str = evidence::KIND;

/// Whether a kind is one of these.
pub(crate) fn supports(kind: &KindCode) -> bool {
    KINDS.contains(&kind.as_str())
}

/// What of a run a binding is judged by: all of it, but for a kind that sees something else for each binding.
pub(super) fn part_of<'o>(
    outcome: &'o Outcome,
    kind: &KindCode,
    framework: &Framework,
    binding: &BindingId,
) -> Cow<'o, Outcome> {
    if kind.as_str() == evidence::KIND {
        Cow::Owned(evidence::part_of(outcome, framework, binding))
    } else {
        Cow::Borrowed(outcome)
    }
}

/// Under which name a run keeps an observation of a binding.
pub(super) fn name_of<'n>(framework: &Framework, binding: &Binding, observation: &'n str) -> Cow<'n, str> {
    if binding.kind.as_str() == evidence::KIND {
        Cow::Owned(evidence::name_of(framework, &binding.id, observation))
    } else {
        Cow::Borrowed(observation)
    }
}

/// What the records tell.
struct Figures {
    observations: Observations,
    messages: Vec<Message>,
    /// What was looked at, in one line.
    checked: String,
}

impl Figures {
    fn of(checked: String) -> Self {
        Self { observations: Observations::new(), messages: Vec::new(), checked }
    }

    fn say(&mut self, severity: Severity, text: impl Into<String>) {
        self.messages.push(Message::new(severity, text));
    }

    /// So many of so many in percent; nothing of nothing.
    fn share(&mut self, name: &str, part: usize, whole: usize) {
        if whole > 0 {
            let share = Decimal::from(part) * Decimal::ONE_HUNDRED / Decimal::from(whole);
            self.observations.set(name, share.round_dp(4));
        }
    }

    fn count(&mut self, name: &str, count: usize) {
        self.observations.set(name, i64::try_from(count).unwrap_or(i64::MAX));
    }

    fn outcome(self, status: Status) -> Outcome {
        Outcome {
            reach: Reach::Answered,
            status,
            warned: false,
            observations: self.observations,
            messages: self.messages,
            checked: self.checked,
        }
    }
}

impl Service {
    /// Runs a check of a register kind on the records of its organization.
    pub(super) async fn observe(
        &self,
        check: &Check,
        kind: &CheckKind,
        parameters: &Parameters,
    ) -> Result<Outcome, Error> {
        match kind.code.as_str() {
            "inventory.coverage" => self.inventory_coverage(check, kind, parameters).await,
            "incident.sla" => self.incident_sla(check, kind, parameters).await,
            "measure.validation" => self.measure_validation(check, kind, parameters).await,
            "consent.test" => self.consent_test(check, parameters).await,
            evidence::KIND => self.doc_attestation(check, kind, parameters).await,
            _ => Err(Error::NotFound("The kind of the check")),
        }
    }

    /// Figures stand as the least demanding criteria make of them.
    async fn judged(&self, kind: &CheckKind, figures: Figures) -> Result<Outcome, Error> {
        let mut outcome = figures.outcome(Status::Unknown);
        self.let_stand(kind, &mut outcome).await?;
        Ok(outcome)
    }

    /// The entries of a register that count, the latest first.
    async fn entries(&self, org: OrgId, register: Register) -> Result<Vec<RegisterContent>, Error> {
        let all = self.store().register_entries(org, register, None, u32::MAX).await?;
        Ok(all.into_iter().filter(RegisterEntry::counts).map(|entry| entry.content).collect())
    }

    /// Runs the organization's checks of a kind at once: what they are computed from has changed. The change stands
    /// whatever becomes of them; the next run by schedule sees it too.
    pub(crate) async fn run_checks_on_records(&self, org: OrgId, kind: &KindCode) {
        if let Err(error) = self.run_all_of(org, kind).await {
            tracing::error!(%org, %kind, ?error, "checks were not run after their records had changed");
        }
    }

    /// Runs a check whose ties have changed, if it looks at nothing but what it is tied to.
    pub(crate) async fn look_again(&self, check: &Check) {
        if check.enabled
            && check.kind.as_str() == ON_EVIDENCE
            && let Err(error) = self.run_once_more(check).await
        {
            tracing::error!(check = %check.id, ?error, "a check was not run after its ties had changed");
        }
    }

    async fn run_once_more(&self, check: &Check) -> Result<(), Error> {
        let (ended, _) = self.run_to_end(check, None).await?;
        self.keep_asked(check, ended, None).await?;
        Ok(())
    }

    async fn run_all_of(&self, org: OrgId, kind: &KindCode) -> Result<(), Error> {
        let checks = self.store().checks_of(org).await?;
        for check in checks.into_iter().filter(|check| check.enabled && check.kind == *kind) {
            self.run_once_more(&check).await?;
        }
        Ok(())
    }
}

/// The records say nothing.
fn unknown(text: String, checked: &str) -> Outcome {
    Outcome {
        reach: Reach::Inconclusive,
        status: Status::Unknown,
        warned: false,
        observations: Observations::new(),
        messages: vec![Message::new(Severity::Warning, text)],
        checked: checked.to_owned(),
    }
}
