//! Which criteria an item speaks to, changed after it was attached.

use domain::CriterionCode;
use domain::scoring::EvidenceState;
use serde_json::json;
use store::EvidenceId;
use store::record::{Assessment, Evidence};

use crate::answer::must_be_open;
use crate::service::org_audit;
use crate::{Actor, Error, FieldError, Permission, Service, UnixMillis};

impl Service {
    /// What is wrong with criteria that an item is to speak to: they are not of the framework, or not asked of the
    /// organization, which cannot answer them either.
    pub(super) async fn problems_of_criteria(
        &self,
        found: &Assessment,
        criteria: &[CriterionCode],
    ) -> Result<Vec<FieldError>, Error> {
        let framework = self.prepared(found.framework).await?.framework;
        let organization =
            self.store().organization(found.org).await?.ok_or(Error::NotFound("The organization"))?;
        let problem = |code: &CriterionCode| match framework.criterion(code) {
            None => Some(format!("{code} is not a criterion of this framework.")),
            Some(criterion) => {
                let asked = criterion.profiles.iter().any(|profile| organization.profiles.contains(profile));
                (!asked).then(|| format!("{code} does not apply to this organization's profiles."))
            }
        };
        Ok(criteria.iter().filter_map(problem).map(|problem| FieldError::new("criteria", problem)).collect())
    }

    /// Ties an item to these criteria and to no others. Its content and its author stay; it is a next revision, which
    /// has to be reviewed again: a reviewer said what it proves, and not what else it might.
    pub async fn retie_evidence(
        &self,
        actor: &Actor,
        id: EvidenceId,
        seen_revision: i64,
        mut criteria: Vec<CriterionCode>,
    ) -> Result<Evidence, Error> {
        let known = self.evidence_for(actor, id, Permission::Answer).await?;
        let found = self.assessment_for(actor, known.assessment, Permission::Answer).await?;
        must_be_open(&found)?;
        criteria.sort();
        criteria.dedup();
        // What it was tied to before the organization's profiles were others may stay.
        let new: Vec<_> = criteria.iter().filter(|code| !known.criteria.contains(code)).cloned().collect();
        let mut problems = self.problems_of_criteria(&found, &new).await?;
        if criteria.is_empty() {
            problems.push(FieldError::new("criteria", "Choose at least one criterion."));
        } else if criteria == known.criteria {
            problems.push(FieldError::new("criteria", "It is tied to exactly these criteria already."));
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let overtaken =
            || Error::Conflict("Somebody else changed it in the meantime. Look at it again.".to_owned());
        if known.revision != seen_revision {
            return Err(overtaken());
        }
        let details = json!({
            "title": known.title, "before": known.criteria, "criteria": criteria, "revision": seen_revision + 1,
            "assessment": found.id,
        });
        let entry = org_audit(actor, known.org, "evidence.retied", id, details);
        let evidence = Evidence {
            criteria,
            state: EvidenceState::Submitted,
            reviewer: None,
            revision: seen_revision + 1,
            created_at: UnixMillis::now(),
            ..known
        };
        if !self.store().replace_evidence(evidence.clone(), entry).await? {
            return Err(overtaken());
        }
        self.follow_evidence(&found).await;
        Ok(evidence)
    }
}
