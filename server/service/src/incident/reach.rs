//! Which answers a check can deny: the criteria that it is tied to in every assessment that is live, with what is claimed
//! there.
//!
//! Of an assessment only the answers are read, and of the checks only this one. What is claimed is read and scored once for
//! all checks that are looked at together ([`Claims`]): where thousands fail in a minute, each costs less than one that
//! fails alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use domain::framework::Binding;
use domain::scoring::{FindingSeverity, Input};
use domain::{BindingId, CriterionCode, Framework, Level};
use store::record::{Check, Integration, Touched};
use store::{FrameworkId, OrgId, UnixMillis};
use tokio::sync::OnceCell;

use crate::assessment::ratings;
use crate::service::Prepared;
use crate::tie::is_tied;
use crate::{Error, Service};

/// What is claimed in the assessments of organizations that a check can still change, as it was when the first check of an
/// organization was looked at. Lives no longer than a batch of runs. An answer may change meanwhile: no incident opens or
/// closes by what was claimed before (`incident/watch.rs`), and the changed answer is weighed by itself
/// (`incident/anew.rs`).
#[derive(Default)]
pub(crate) struct Claims(Mutex<HashMap<OrgId, OfOrganization>>);

/// Read by the first who asks; whoever asks meanwhile waits for it.
type OfOrganization = Arc<OnceCell<Arc<[Live]>>>;

/// An assessment with the level that is claimed for each criterion.
struct Live {
    framework: FrameworkId,
    content: Arc<Framework>,
    claimed: HashMap<CriterionCode, Level>,
}

impl Claims {
    async fn of(&self, service: &Service, org: OrgId) -> Result<Arc<[Live]>, Error> {
        let known = {
            let mut all = self.0.lock().expect("no holder of the lock panics");
            Arc::clone(all.entry(org).or_default())
        };
        known.get_or_try_init(|| service.live_claims(org)).await.cloned()
    }
}

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
        claims: &Claims,
    ) -> Result<Vec<Reached>, Error> {
        let (store, now) = (self.store(), UnixMillis::now());
        let (ties, overrides) = (store.ties_of(check.id).await?, store.overrides_of(check.id).await?);
        let mut all = Vec::new();
        for Live { framework: id, content: framework, claimed } in claims.of(self, check.org).await?.iter() {
            let id = *id;
            let by_hand =
                |binding: &BindingId| ties.iter().find(|tie| tie.framework == id && tie.binding == *binding);
            let overridden = |binding: &BindingId| {
                let mut of_binding =
                    overrides.iter().filter(|one| one.framework == id && one.binding == *binding);
                of_binding.any(|one| one.in_force(now))
            };
            for domain in &framework.domains {
                for criterion in &domain.criteria {
                    let claimed = claimed.get(&criterion.code);
                    let reached = criterion.bindings.iter().filter(|binding| {
                        binding.kind == check.kind && is_tied(&domain.code, integration, by_hand(&binding.id))
                    });
                    let bindings: Vec<_> = reached
                        .map(|binding| Bound {
                            bears: claimed.is_some_and(|level| *level > binding.fail_cap)
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

    async fn live_claims(&self, org: OrgId) -> Result<Arc<[Live]>, Error> {
        let store = self.store();
        let mut all = Vec::new();
        let Some(organization) = store.organization(org).await? else { return Ok(all.into()) };
        for assessment in store.live_assessments_of(org).await? {
            let Prepared { framework, scorer } = self.prepared(assessment.framework).await?;
            let scored = scorer.score(&Input {
                profiles: organization.profiles.clone(),
                answers: ratings(&store.answers_of(assessment.id).await?),
                ..Input::default()
            });
            let claimed = scored.criteria.iter();
            let claimed = claimed.filter_map(|said| Some((said.code.clone(), said.claimed()?))).collect();
            all.push(Live { framework: assessment.framework, content: framework, claimed });
        }
        Ok(all.into())
    }
}

#[cfg(test)]
mod tests {
    use store::record::Claim;

    use super::*;
    use crate::answer::AnswerInput;
    use crate::touch::tests::{answered, world};

    #[tokio::test]
    async fn what_is_claimed_is_read_once_for_checks_that_are_looked_at_together() {
        let folder = tempfile::tempdir().unwrap();
        let (_database, service, owner) = world(folder.path()).await;
        let (org, assessment) = answered(&service, &owner, "Alder").await;
        let claimed = |live: &[Live]| live[0].claimed.get(&CriterionCode::from("PAT-1")).copied();
        let together = Claims::default();
        let before = together.of(&service, org).await.unwrap();
        assert_eq!(claimed(&before), Some(Level::MOST));
        let input = AnswerInput { claim: Claim::Level(Level::ALL[1]), rationale: String::new(), revision: 1 };
        service.save_answer(&owner, assessment, &"PAT-1".into(), input).await.unwrap();
        assert_eq!(claimed(&together.of(&service, org).await.unwrap()), Some(Level::MOST));
        assert_eq!(claimed(&Claims::default().of(&service, org).await.unwrap()), Some(Level::ALL[1]));
    }
}
