//! Forms of the questionnaire that came back, with what was typed.

use domain::CriterionCode;

use crate::ui::FormErrors;
use crate::web::{Fields, Refusal};

/// A form that was not taken.
pub(crate) enum Typed {
    Answer(TypedAnswer),
    Evidence(TypedEvidence),
}

/// An answer that was not saved.
#[derive(Debug, Clone)]
pub(crate) struct TypedAnswer {
    pub(crate) criterion: CriterionCode,
    /// `0` to `4`, `na`, or empty where nothing was chosen.
    pub(crate) level: String,
    pub(crate) reason: String,
    pub(crate) rationale: String,
    /// The revision that the writer saw.
    pub(crate) revision: i64,
    pub(crate) errors: FormErrors,
    /// What is wrong as a whole.
    pub(crate) note: Option<String>,
    /// Somebody else answered in between: both are shown.
    pub(crate) stale: bool,
}

/// Evidence that is about to be added: the form is open.
#[derive(Debug, Clone)]
pub(crate) struct TypedEvidence {
    pub(crate) criterion: CriterionCode,
    pub(crate) fields: Fields,
    /// Why it was not taken, if it was sent.
    pub(crate) refusal: Option<Refusal>,
}

impl Typed {
    /// The answer that was typed for a criterion.
    pub(super) fn answer<'a>(typed: Option<&'a Self>, criterion: &CriterionCode) -> Option<&'a TypedAnswer> {
        match typed {
            Some(Self::Answer(answer)) if answer.criterion == *criterion => Some(answer),
            _ => None,
        }
    }

    /// The evidence that was typed for a criterion.
    pub(super) fn evidence<'a>(
        typed: Option<&'a Self>,
        criterion: &CriterionCode,
    ) -> Option<&'a TypedEvidence> {
        match typed {
            Some(Self::Evidence(evidence)) if evidence.criterion == *criterion => Some(evidence),
            _ => None,
        }
    }
}
