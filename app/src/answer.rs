//! How an answer is read from a form or from the island, the same for both.

use domain::{CriterionCode, Level};
use service::answer::AnswerInput;
use service::assessment::Assessed;
use service::record::Claim;
use service::{Actor, AssessmentId, Error, FieldError, Service};

use crate::pages::questionnaire::{Sheet, Typed, TypedAnswer};
use crate::ui::FormErrors;
use crate::words::{Paths, Seen};

/// What [`Error::NotFound`] names where a criterion is not asked.
pub(crate) const CRITERION: &str = "The criterion";

/// An answer as it was typed.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) criterion: CriterionCode,
    /// `0` to `4`, `na`, or empty where nothing was chosen.
    pub(crate) level: String,
    pub(crate) reason: String,
    pub(crate) rationale: String,
    pub(crate) revision: i64,
}

impl Sent {
    /// What the use case takes.
    pub(crate) fn input(&self) -> Result<AnswerInput, Error> {
        let claim = match self.level.as_str() {
            "" => return Err(Error::invalid("level", "Choose a level, or Not applicable.")),
            "na" => Claim::NotApplicable { reason: self.reason.clone() },
            level => {
                let level = level.parse::<i64>().ok().and_then(|level| Level::try_from(level).ok());
                let level = level.ok_or_else(|| Error::invalid("level", "Choose a level from 0 to 4."))?;
                Claim::Level(level)
            }
        };
        Ok(AnswerInput { claim, rationale: self.rationale.clone(), revision: self.revision })
    }

    /// The answer as it comes back when it was not taken; an error that no form can mend stays one.
    pub(crate) fn refused(self, error: Error) -> Result<TypedAnswer, Error> {
        let mut errors = FormErrors::new();
        let mut note = None;
        let mut stale = false;
        match error {
            Error::Stale(_) => stale = true,
            Error::Invalid(problems) => {
                for FieldError { field, problem, .. } in problems {
                    match field.as_str() {
                        "level" | "reason" | "rationale" => errors.add(field, problem),
                        _ => note = Some(problem),
                    }
                }
            }
            Error::Conflict(words) | Error::Forbidden(words) => note = Some(words),
            Error::NotFound(CRITERION) => {
                note =
                    Some("This question is not asked here. Load the page again, then answer it.".to_owned());
            }
            other => return Err(other),
        }
        let Self { criterion, level, reason, rationale, revision } = self;
        Ok(TypedAnswer { criterion, level, reason, rationale, revision, errors, note, stale })
    }
}

/// Reads what the page of a domain shows. `domain` is a criterion's code or a domain's; `None` where it does not exist.
pub(crate) async fn sheet(
    service: &Service,
    actor: &Actor,
    id: AssessmentId,
    domain: impl Fn(&domain::framework::Domain) -> bool,
    typed: Option<Typed>,
) -> Result<Option<Sheet>, Error> {
    let mut assessed = service.assessed(actor, id).await?;
    let Some(domain) = assessed.framework.domains.iter().position(domain) else { return Ok(None) };
    let mut seen = Seen::default();
    if contradicted(&assessed, domain) {
        // What the failing checks saw is with the findings; pages without a contradiction need not read them.
        let page = service.findings(actor, id).await?;
        seen = Seen::of(&page.findings);
        assessed = page.assessed;
    }
    let paths = Paths::new(&assessed.bundle.organization.slug, id);
    Ok(Some(Sheet { assessed, domain, paths, seen, typed }))
}

fn contradicted(assessed: &Assessed, domain: usize) -> bool {
    let codes = &assessed.framework.domains[domain].criteria;
    codes
        .iter()
        .any(|criterion| assessed.criterion_score(&criterion.code).is_some_and(|score| score.contradicted))
}
