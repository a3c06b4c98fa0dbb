//! The ratings of a domain as its form sends them: all at once, so that none is lost when another one is saved.

use domain::CriterionCode;

use crate::answer::Sent;
use crate::web::Fields;

/// What the form says of one criterion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TypedRating {
    pub(crate) criterion: String,
    pub(super) revision: String,
    /// `0` to `4`, `na`, or empty.
    pub(super) level: String,
    pub(super) note: String,
    /// Level and note as the form was drawn; `None` where it does not say.
    drawn: Option<(String, String)>,
}

impl TypedRating {
    /// One for every criterion of the form, in its order.
    pub(crate) fn all(fields: &Fields) -> Vec<Self> {
        let column = |name: &str| -> Vec<String> { fields.all(name).map(str::to_owned).collect() };
        let (revisions, levels, notes) = (column("revision"), column("level"), column("note"));
        let (drawn_levels, drawn_notes) = (column("drawn-level"), column("drawn-note"));
        let at = |column: &[String], row: usize| column.get(row).cloned().unwrap_or_default();
        let rating = |(row, criterion)| Self {
            criterion,
            revision: at(&revisions, row),
            level: at(&levels, row),
            note: at(&notes, row),
            drawn: drawn_levels.get(row).map(|level| (level.clone(), at(&drawn_notes, row))),
        };
        column("criterion").into_iter().enumerate().map(rating).collect()
    }

    /// What the form says of this criterion.
    pub(super) fn of(fields: &Fields, criterion: &CriterionCode) -> Option<Self> {
        Self::all(fields).into_iter().find(|typed| typed.criterion == criterion.as_str())
    }

    /// Whether somebody wrote it: what stands as it was drawn says nothing new.
    pub(crate) fn is_new(&self) -> bool {
        let as_drawn =
            |(level, note): &(String, String)| *level == self.level && note.trim() == self.note.trim();
        !self.drawn.as_ref().is_some_and(as_drawn)
    }

    /// As it is read and saved. Where it does not apply, the note is the reason.
    pub(crate) fn sent(&self) -> Sent {
        let note = self.note.clone();
        let (reason, rationale) =
            if self.level == "na" { (note, String::new()) } else { (String::new(), note) };
        Sent {
            criterion: CriterionCode::from(self.criterion.as_str()),
            level: self.level.clone(),
            reason,
            rationale,
            revision: self.revision.parse().unwrap_or(0),
        }
    }

    /// The fields that it was read from, for a form that comes back.
    pub(crate) fn into_fields(self) -> [(String, String); 4] {
        let Self { criterion, revision, level, note, drawn: _ } = self;
        [("criterion", criterion), ("revision", revision), ("level", level), ("note", note)]
            .map(|(name, value)| (name.to_owned(), value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[[&str; 6]]) -> Vec<TypedRating> {
        let names = ["criterion", "revision", "drawn-level", "drawn-note", "level", "note"];
        let fields = rows
            .iter()
            .flat_map(|row| names.into_iter().zip(*row))
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        TypedRating::all(&fields.collect())
    }

    #[test]
    fn only_what_differs_from_what_the_form_showed_is_new() {
        let found = rows(&[
            ["PAT-1", "2", "3", "Seen.", "3", "Seen. "],
            ["PAT-2", "0", "", "", "1", ""],
            ["PAT-3", "1", "3", "Seen.", "3", "Seen twice."],
            ["PAT-4", "0", "", "", "", ""],
        ]);
        let new: Vec<_> =
            found.iter().filter(|typed| typed.is_new()).map(|typed| typed.criterion.as_str()).collect();
        assert_eq!(new, ["PAT-2", "PAT-3"]);
        assert_eq!(found[2].sent().rationale, "Seen twice.");
    }

    #[test]
    fn a_form_that_comes_back_holds_what_was_typed_as_something_new() {
        let typed = rows(&[["PAT-1", "2", "", "", "na", "No such patients."]]).remove(0);
        assert_eq!(typed.sent().reason, "No such patients.");
        let back: Fields = typed.clone().into_fields().into_iter().collect();
        let found = TypedRating::of(&back, &"PAT-1".into()).expect("it is there");
        assert!(found.is_new() && found.note == typed.note && found.revision == "2", "{found:?}");
        assert_eq!(TypedRating::of(&back, &"PAT-2".into()), None);
    }
}
