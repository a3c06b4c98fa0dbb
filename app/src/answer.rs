//! How an answer is read from a form or from the island, the same for both.

use std::collections::BTreeSet;

use domain::{CriterionCode, Level};
use service::answer::AnswerInput;
use service::assessment::Assessed;
use service::record::{Answer, Claim};
use service::{Actor, AssessmentId, Error, FieldError, Service};

use crate::pages::questionnaire::{Sheet, Typed, TypedAnswer};
use crate::ui::FormErrors;
use crate::web::Fields;
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

/// The name under which the questionnaire's form sends a field of one criterion's answer: `PAT-1.level`.
pub(crate) fn field_name(criterion: &CriterionCode, field: &str) -> String {
    format!("{criterion}.{field}")
}

/// A claim as the form sends it: the chosen value, and the reason of *Not applicable*.
pub(crate) fn level_and_reason(claim: &Claim) -> (String, String) {
    match claim {
        Claim::Level(level) => (level.get().to_string(), String::new()),
        Claim::NotApplicable { reason } => ("na".to_owned(), reason.clone()),
    }
}

impl Sent {
    /// The answers of a form, in the order of their criteria's codes: one for each that it names a revision of.
    pub(crate) fn all(fields: &Fields) -> Vec<Self> {
        let codes: BTreeSet<_> =
            fields.iter().filter_map(|(name, _)| name.strip_suffix(".revision")).collect();
        let sent = |criterion: CriterionCode| {
            let field = |name: &str| fields.get(&field_name(&criterion, name)).to_owned();
            Self {
                level: field("level"),
                reason: field("reason"),
                rationale: field("rationale"),
                revision: field("revision").parse().unwrap_or(0),
                criterion,
            }
        };
        codes.into_iter().map(|code| sent(CriterionCode::from(code))).collect()
    }

    /// Whether this says something else than what stood in the form when its writer got it.
    pub(crate) fn differs(&self, drawn: Option<(&Claim, &str)>) -> bool {
        let ((level, reason), rationale) =
            drawn.map(|(claim, rationale)| (level_and_reason(claim), rationale)).unwrap_or_default();
        // The reason belongs to *Not applicable*: beside a level nobody asks for it.
        let reason_counts = self.level.is_empty() || self.level == "na";
        self.level != level
            || self.rationale.trim() != rationale.trim()
            || (reason_counts && self.reason.trim() != reason.trim())
    }

    /// Whether this is what is on file, by the same person.
    pub(crate) fn is(&self, on_file: &Answer, sender: &Actor) -> bool {
        on_file.by == sender.user() && !self.differs(Some((&on_file.claim, &on_file.rationale)))
    }

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
    typed: Typed,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(level: &str, reason: &str, rationale: &str) -> Sent {
        let [level, reason, rationale] = [level, reason, rationale].map(str::to_owned);
        Sent { criterion: "PAT-1".into(), level, reason, rationale, revision: 1 }
    }

    #[test]
    fn a_form_gives_the_answer_of_every_criterion_that_it_has() {
        let fields = [
            ("PAT-1.revision", "2"),
            ("PAT-1.level", "3"),
            ("PAT-1.rationale", "Seen."),
            ("PAT-2.revision", "0"),
            ("save", "PAT-2"),
        ];
        let fields: Fields =
            fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let [first, second] = Sent::all(&fields).try_into().expect("two criteria");
        assert_eq!((first.criterion.as_str(), first.level.as_str(), first.revision), ("PAT-1", "3", 2));
        assert_eq!((second.criterion.as_str(), second.level.as_str(), second.revision), ("PAT-2", "", 0));
        assert_eq!(first.rationale, "Seen.");
    }

    #[test]
    fn only_what_differs_from_what_the_form_held_was_answered() {
        let three = Claim::Level(Level::ALL[3]);
        let left_out = Claim::NotApplicable { reason: "None here.".to_owned() };
        assert!(!sent("3", "", "Seen. ").differs(Some((&three, "Seen."))));
        assert!(!sent("3", "typed and not asked for", "").differs(Some((&three, ""))));
        assert!(sent("3", "", "Seen twice.").differs(Some((&three, "Seen."))));
        assert!(sent("2", "", "").differs(Some((&three, ""))));
        assert!(!sent("na", "None here.", "").differs(Some((&left_out, ""))));
        assert!(sent("na", "None.", "").differs(Some((&left_out, ""))));
        assert!(!sent("", "", " ").differs(None));
        assert!(sent("", "", "typed before a level was chosen").differs(None));
        assert!(sent("0", "", "").differs(None));
    }
}
