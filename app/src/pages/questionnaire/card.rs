//! All that is drawn of a criterion besides the framework's own text, as data.

use std::sync::Arc;

use domain::check::Status;
use domain::framework::Criterion;
use domain::scoring::CriterionScore;
use service::record::Answer;

use super::anchors::Rails;
use super::{Sheet, TypedAnswer, marks, note, proof};
use crate::answer::level_and_reason;
use crate::ui::{Saving, clock, date_of, day};
use crate::words::overruling;

/// A criterion as it stands. What is drawn from it depends on nothing else, so it can be kept.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Card {
    pub(super) saving: Saving,
    pub(super) shown: Shown,
    /// The form is locked and shows the assessor's rating in place of the organization's answer.
    pub(super) rated: bool,
    pub(super) rails: Rails,
    /// The tags under the title, as HTML.
    pub(super) marks: Arc<str>,
    /// What is to be said of what it counts for, as HTML.
    pub(super) note: Arc<str>,
    /// The domain's page.
    pub(super) page: String,
    /// The page of what was said and answered before.
    pub(super) about: String,
    pub(super) comments: String,
    /// The reader may answer.
    pub(super) open: bool,
    /// The lines of its evidence, as HTML; empty where there is none.
    pub(super) evidence: String,
    pub(super) checks: Vec<CheckLine>,
    /// Where a check is added, if one is missing and the reader may.
    pub(super) add_check: Option<String>,
}

/// What the form shows: the answer on file, or what was typed and not taken.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Shown {
    pub(super) level: String,
    pub(super) reason: String,
    pub(super) rationale: String,
    pub(super) revision: i64,
}

/// How a binding stands.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct CheckLine {
    /// Its place in the criterion.
    pub(super) binding: usize,
    pub(super) state: Status,
    /// The check's page.
    pub(super) href: Option<String>,
    pub(super) words: String,
}

impl Card {
    pub(super) fn of(sheet: &Sheet, criterion: &Criterion, score: &CriterionScore) -> Self {
        let answer = sheet.assessed.own_answer(&criterion.code);
        let typed = sheet.typed.answer(&criterion.code);
        // What counts, and not what could be changed: nothing can.
        let rating = (typed.is_none() && !sheet.is_open())
            .then(|| overruling(&sheet.assessed, &criterion.code))
            .flatten();
        Self {
            saving: match typed {
                Some(typed) if typed.stale => Saving::Failed("Not saved: choose below".to_owned()),
                Some(_) => Saving::Failed("Not saved".to_owned()),
                None => saving(sheet, answer),
            },
            shown: Shown::of(answer, typed).rated(rating),
            rated: rating.is_some(),
            rails: Rails::of(&sheet.assessed, score),
            marks: marks::marks(sheet, criterion, score),
            note: note::note(sheet, criterion, score),
            page: sheet.paths.domain(&sheet.domain().code),
            about: sheet.paths.about(&criterion.code),
            comments: comments(sheet, criterion),
            open: sheet.may_answer(),
            evidence: proof::evidence(sheet, criterion),
            checks: proof::checks(sheet, criterion, score),
            add_check: proof::add_check(sheet, criterion),
        }
    }
}

impl Shown {
    fn of(answer: Option<&Answer>, typed: Option<&TypedAnswer>) -> Self {
        if let Some(typed) = typed {
            // With the revision that the writer saw: sent again as it is, it is as stale as before.
            let TypedAnswer { level, reason, rationale, revision, .. } = typed.clone();
            return Self { level, reason, rationale, revision };
        }
        let revision = answer.map_or(0, |answer| answer.revision);
        let (level, reason) = answer.map(|answer| level_and_reason(&answer.claim)).unwrap_or_default();
        let rationale = answer.map(|answer| answer.rationale.clone()).unwrap_or_default();
        Self { level, reason, rationale, revision }
    }

    /// With the assessor's choice; the rationale stays the organization's.
    fn rated(self, rating: Option<&Answer>) -> Self {
        let Some(rating) = rating else { return self };
        let (level, reason) = level_and_reason(&rating.claim);
        Self { level, reason, ..self }
    }
}

/// `Saved 14:02`, or the day of an earlier save.
pub(super) fn saving(sheet: &Sheet, answer: Option<&Answer>) -> Saving {
    answer.map_or(Saving::Not, |answer| {
        let at = answer.at.timestamp();
        let today = date_of(at) == date_of(sheet.assessed.computed_at.timestamp());
        Saving::Saved(if today { clock(at) } else { day(date_of(at)) })
    })
}

fn comments(sheet: &Sheet, criterion: &Criterion) -> String {
    let said = sheet.assessed.bundle.comments.iter().find(|count| count.criterion == criterion.code);
    match said.map(|count| (count.comments, count.open)) {
        None | Some((0, _)) => "Comments".to_owned(),
        Some((1, 0)) => "1 comment".to_owned(),
        Some((1, _)) => "1 comment, open".to_owned(),
        Some((comments, 0)) => format!("{comments} comments"),
        Some((comments, open)) => format!("{comments} comments, {open} open"),
    }
}
