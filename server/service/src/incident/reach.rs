//! Which answers a check can deny: the criteria that it is tied to in every assessment that is live, with what is claimed
//! there.
//!
//! Of an assessment only the answers are read, and of the checks only this one: where thousands fail in a minute, each
//! costs as much as one that fails alone.

use domain::BindingId;
use domain::framework::Binding;
use domain::scoring::{CriterionScore, FindingSeverity, Input};
use store::record::{Check, Integration, Touched};
use store::{FrameworkId, UnixMillis};

use crate::assessment::ratings;
use crate::service::Prepared;
use crate::tie::is_tied;
use crate::{Error, Service};

/// A criterion of an assessment, with the bindings by which the check reaches it.
pub(super) struct Reached {
    framework: FrameworkId,
    touched: Touched,
    weight: u8,
    bindings: Vec<Bound>,
}

struct Bound {
    binding: Binding,
    /// The answer claims more than a failure leaves of it, and nobody signed that the failure says nothing against it.
    bears: bool,
}

impl Reached {
    /// The assessment's.
    pub(super) fn framework(&self) -> FrameworkId {
        self.framework
    }

    /// The first binding that denies the answer, where those that `fails` names do not hold.
    pub(super) fn denied_by(&self, fails: impl Fn(FrameworkId, &BindingId) -> bool) -> Option<&Binding> {
        let bearing = self.bindings.iter().filter(|bound| bound.bears).map(|bound| &bound.binding);
        bearing.into_iter().find(|binding| fails(self.framework, &binding.id))
    }

    /// What an incident keeps of it, and how much the incident matters for it: as much as the contradiction that it is
    /// (`scoring.md` section 10), medium where it contradicts no answer.
    pub(super) fn weighed(
        self,
        fails: impl Fn(FrameworkId, &BindingId) -> bool,
    ) -> (FindingSeverity, Touched) {
        let contradicted = self.denied_by(fails).is_some();
        let severity = match (contradicted, self.weight) {
            (false, _) => FindingSeverity::Medium,
            (true, 3) => FindingSeverity::Critical,
            (true, _) => FindingSeverity::High,
        };
        (severity, Touched { contradicted, ..self.touched })
    }
}

impl Service {
    /// Every criterion that the check is tied to, in every assessment of its organization that a check can still change.
    pub(super) async fn reach_of(
        &self,
        check: &Check,
        integration: &Integration,
    ) -> Result<Vec<Reached>, Error> {
        let (store, now) = (self.store(), UnixMillis::now());
        let Some(organization) = store.organization(check.org).await? else { return Ok(Vec::new()) };
        let (ties, overrides) = (store.ties_of(check.id).await?, store.overrides_of(check.id).await?);
        let mut all = Vec::new();
        for assessment in store.live_assessments_of(check.org).await? {
            let id = assessment.framework;
            let Prepared { framework, scorer } = self.prepared(id).await?;
            let claims = scorer.score(&Input {
                profiles: organization.profiles.clone(),
                answers: ratings(&store.answers_of(assessment.id).await?),
                ..Input::default()
            });
            let by_hand =
                |binding: &BindingId| ties.iter().find(|tie| tie.framework == id && tie.binding == *binding);
            let overridden = |binding: &BindingId| {
                let mut of_binding =
                    overrides.iter().filter(|one| one.framework == id && one.binding == *binding);
                of_binding.any(|one| one.in_force(now))
            };
            for domain in &framework.domains {
                for criterion in &domain.criteria {
                    let said = claims.criteria.iter().find(|said| said.code == criterion.code);
                    let claimed = said.and_then(CriterionScore::claimed);
                    let reached = criterion.bindings.iter().filter(|binding| {
                        binding.kind == check.kind && is_tied(&domain.code, integration, by_hand(&binding.id))
                    });
                    let bindings: Vec<_> = reached
                        .map(|binding| Bound {
                            bears: claimed.is_some_and(|level| level > binding.fail_cap)
                                && !overridden(&binding.id),
                            binding: binding.clone(),
                        })
                        .collect();
                    if bindings.is_empty() {
                        continue;
                    }
                    let touched = Touched {
                        framework: framework.code.clone(),
                        domain: domain.code.clone(),
                        criterion: criterion.code.clone(),
                        contradicted: false,
                    };
                    all.push(Reached { framework: id, touched, weight: criterion.weight.get(), bindings });
                }
            }
        }
        Ok(all)
    }
}
