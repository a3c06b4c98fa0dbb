//! Forms of the questionnaire that came back, with what was typed.

use domain::CriterionCode;

use crate::ui::FormErrors;
use crate::web::{Fields, Refusal};

/// What came back with the page.
#[derive(Debug, Default)]
pub(crate) struct Typed {
    /// Answers that were not saved, in the order of their criteria's codes.
    pub(crate) answers: Vec<TypedAnswer>,
    /// The criterion whose button sent them.
    pub(crate) sent_from: Option<CriterionCode>,
    pub(crate) evidence: Option<TypedEvidence>,
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
    pub(crate) fn answers(answers: Vec<TypedAnswer>) -> Self {
        Self { answers, ..Self::default() }
    }

    pub(crate) fn evidence(evidence: TypedEvidence) -> Self {
        Self { evidence: Some(evidence), ..Self::default() }
    }

    /// The answer that was typed for a criterion.
    pub(super) fn answer(&self, criterion: &CriterionCode) -> Option<&TypedAnswer> {
        self.answers.iter().find(|answer| answer.criterion == *criterion)
    }

    /// The evidence that was typed for a criterion.
    pub(super) fn evidence_of(&self, criterion: &CriterionCode) -> Option<&TypedEvidence> {
        self.evidence.as_ref().filter(|evidence| evidence.criterion == *criterion)
    }

    /// The other criteria whose answers came back with that of the criterion: its writer looks at this one.
    pub(super) fn beside(&self, criterion: &CriterionCode) -> Vec<&CriterionCode> {
        if self.sent_from.as_ref() != Some(criterion) {
            return Vec::new();
        }
        self.answers.iter().map(|answer| &answer.criterion).filter(|other| *other != criterion).collect()
    }
}
