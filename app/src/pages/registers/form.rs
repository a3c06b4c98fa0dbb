//! The form of an entry, made from its register's columns.

use leptos::prelude::*;
use service::record::{Incident, Register, RegisterContent};
use service::register::{Column, Look, Typed, columns, shown};

use crate::pages::parts::error_of;
use crate::ui::{InputLook, Select, TextArea, TextInput, moment};
use crate::web::{Fields, Refusal};

/// An incident that a check saw, to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SeenChoice {
    pub(crate) id: String,
    pub(crate) words: String,
}

impl From<&Incident> for SeenChoice {
    fn from(incident: &Incident) -> Self {
        let at = moment(incident.began_at.timestamp());
        Self {
            id: incident.id.to_string(),
            words: format!("{}, {}, {at}", incident.integration, incident.kind),
        }
    }
}

/// What the form says, by the columns of the register.
pub(crate) fn typed_of(register: Register, fields: &Fields) -> Typed {
    columns(register)
        .iter()
        .map(|column| (column.name.to_owned(), fields.get(column.name).to_owned()))
        .collect()
}

/// An entry as its form shows it.
pub(super) fn fields_of(content: &RegisterContent) -> Fields {
    shown(content).into_iter().map(|(name, text)| (name.to_owned(), text)).collect()
}

/// Every field, as typed.
pub(super) fn entry_fields(
    register: Register,
    typed: &Fields,
    refusal: Option<&Refusal>,
    seen: &[SeenChoice],
) -> AnyView {
    let fields = columns(register)
        .iter()
        .map(|column| field(column, typed.get(column.name), error_of(refusal, column.name), seen))
        .collect_view();
    view! { <div class="fields">{fields}</div> }.into_any()
}

fn field(column: &Column, value: &str, error: Option<String>, seen: &[SeenChoice]) -> AnyView {
    let (name, label, hint) = (column.name, column.label.to_owned(), column.hint.to_owned());
    let (value, optional) = (value.to_owned(), !column.needed);
    let choices = match column.look {
        Look::Choice(known) => {
            let known = known.iter().map(|(value, words)| ((*value).to_owned(), (*words).to_owned()));
            Some(std::iter::once(first(column.needed, "Not said")).chain(known).collect::<Vec<_>>())
        }
        Look::Incident => {
            let known = seen.iter().map(|seen| (seen.id.clone(), seen.words.clone()));
            let other = (!value.is_empty() && seen.iter().all(|seen| seen.id != value))
                .then(|| (value.clone(), "An earlier one".to_owned()));
            Some(std::iter::once(first(false, "No check saw it")).chain(known).chain(other).collect())
        }
        _ => None,
    };
    if let Some(choices) = choices {
        return view! {
            <Select id=name name=name label=label choices=choices chosen=value optional=optional hint=hint error=error/>
        }
        .into_any();
    }
    if column.look == Look::Text {
        return view! {
            <TextArea id=name name=name label=label value=value optional=optional rows=3 hint=hint error=error/>
        }
        .into_any();
    }
    let (kind, look, value) = match column.look {
        Look::Day => ("date", InputLook::Short, value),
        // The control has no zone: its hint says UTC.
        Look::Moment => ("datetime-local", InputLook::Short, value.trim_end_matches('Z').to_owned()),
        Look::Count | Look::Number | Look::Percent => ("text", InputLook::Short, value),
        _ => ("text", InputLook::Full, value),
    };
    view! {
        <TextInput
            id=name name=name label=label kind=kind look=look value=value optional=optional hint=hint error=error
        />
    }
    .into_any()
}

/// The choice of nothing; where one must be chosen it asks for it.
fn first(needed: bool, nothing: &str) -> (String, String) {
    (String::new(), if needed { "Choose one".to_owned() } else { nothing.to_owned() })
}
