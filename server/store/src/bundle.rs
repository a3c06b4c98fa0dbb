//! Everything of an assessment at once: what the pages and the score of an assessment are made from.

use crate::assessments::assessment_columns;
use crate::column::from_row;
use crate::db::{Store, row, statements};
use crate::error::StoreError;
use crate::ids::AssessmentId;
use crate::organizations::organization_columns;
use crate::record::{Assessment, AssessmentBundle, Organization};
use crate::{answers, checks, evidence, integrations, runs, ties};

statements! {
    Both HEAD = concat!(
        "SELECT ", assessment_columns!(), ", ", organization_columns!(),
        " FROM assessments a JOIN frameworks f ON f.id = a.framework_id \
        JOIN organizations o ON o.id = a.org_id WHERE a.id = $1"
    );
}

from_row! {
    Head { assessment: flat, organization: flat }
}

struct Head {
    assessment: Assessment,
    organization: Organization,
}

impl Store {
    /// The assessment with its organization, answers, evidence and checks, read over one connection.
    pub async fn bundle(&self, assessment: AssessmentId) -> Result<Option<AssessmentBundle>, StoreError> {
        let mut lease = self.read().await?;
        let link = &mut lease.link();
        let Some(Head { assessment, organization }) = row!(link, Head, HEAD, assessment)? else {
            return Ok(None);
        };
        let answers = answers::all(link, assessment.id).await?;
        let evidence = evidence::all(link, assessment.id).await?;
        let checks = checks::all(link, organization.id).await?;
        let integrations = integrations::all(link, organization.id, None, i32::MAX.unsigned_abs()).await?;
        // Without checks there is nothing to stand or to be tied.
        let (standings, ties) = if checks.is_empty() {
            (Vec::new(), Vec::new())
        } else {
            (
                runs::standings(link, organization.id, assessment.framework).await?,
                ties::all(link, organization.id, assessment.framework).await?,
            )
        };
        Ok(Some(AssessmentBundle {
            assessment,
            organization,
            answers,
            evidence,
            checks,
            integrations,
            standings,
            ties,
        }))
    }
}
