//! Changes of contracts and specifications, and when the logic followed.

use store::record::{ChangeSource, LogicChange};

use super::reading::{Reading, day_text, word_of};

const SOURCES: [(&str, ChangeSource); 2] =
    [("contract", ChangeSource::Contract), ("specification", ChangeSource::Specification)];

pub(super) fn read(reading: &mut Reading<'_>) -> LogicChange {
    let change = LogicChange {
        change: reading.text("change"),
        source: reading.choice("source", &SOURCES).unwrap_or(ChangeSource::Contract),
        dated: reading.needed_day("dated"),
        in_production: reading.day("in_production"),
        notes: reading.text("notes"),
    };
    if change.in_production.is_some_and(|day| day < change.dated) {
        reading.problem("in_production", "This day lies before the change that the logic follows.");
    }
    change
}

pub(super) fn shown(change: &LogicChange) -> Vec<String> {
    vec![
        change.change.clone(),
        word_of(&SOURCES, &change.source),
        day_text(Some(change.dated)),
        day_text(change.in_production),
        change.notes.clone(),
    ]
}
