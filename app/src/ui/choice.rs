//! Boxes to tick, buttons to choose by, and the list of what a form got wrong.

use domain::check::{Fault, Status};
use leptos::prelude::*;

use super::field::hint_and_error;
use super::icon::Icon;
use super::note::status_text_class;

/// One box or button of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub words: String,
    pub chosen: bool,
}

impl Choice {
    pub fn new(value: impl Into<String>, words: impl Into<String>) -> Self {
        Self { value: value.into(), words: words.into(), chosen: false }
    }

    /// The same, chosen if `chosen`.
    #[must_use]
    pub fn chosen_if(mut self, chosen: bool) -> Self {
        self.chosen = chosen;
        self
    }
}

/// How a group of choices is drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ChoiceLook {
    /// One below the other.
    #[default]
    List,
    /// Side by side in one frame; for radio buttons with short words.
    Segments,
}

struct Group {
    id: String,
    kind: &'static str,
    look: ChoiceLook,
    legend: String,
    hint: Option<String>,
    error: Option<String>,
}

impl Group {
    fn view(self, name: &str, choices: Vec<Choice>) -> AnyView {
        let (hint_id, error_id) = (format!("{}-hint", self.id), format!("{}-error", self.id));
        let said =
            [self.hint.as_ref().map(|_| hint_id.as_str()), self.error.as_ref().map(|_| error_id.as_str())];
        let said: Vec<_> = said.into_iter().flatten().collect();
        let described = (!said.is_empty()).then(|| said.join(" "));
        let class = (self.look == ChoiceLook::List).then_some("choice");
        let choices = choices
            .into_iter()
            .map(|choice| {
                view! {
                    <label class=class>
                        <input type=self.kind name=name.to_owned() value=choice.value checked=choice.chosen/>
                        {format!(" {}", choice.words)}
                    </label>
                }
            })
            .collect_view();
        let choices = match self.look {
            ChoiceLook::List => choices.into_any(),
            ChoiceLook::Segments => view! { <span class="seg">{choices}</span> }.into_any(),
        };
        view! {
            // The summary's link leads here, so it takes the focus.
            <fieldset class="field" id=self.id tabindex="-1" aria-describedby=described>
                <legend class="label">{self.legend}</legend>
                {hint_and_error(self.hint, hint_id, self.error, error_id)}
                {choices}
            </fieldset>
        }
        .into_any()
    }
}

/// Any number of several.
#[component]
pub fn CheckboxGroup(
    #[prop(into)] id: String,
    #[prop(into)] name: String,
    #[prop(into)] legend: String,
    choices: Vec<Choice>,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional_no_strip)] error: Option<String>,
) -> impl IntoView {
    Group { id, kind: "checkbox", look: ChoiceLook::List, legend, hint, error }.view(&name, choices)
}

/// Exactly one of several.
#[component]
pub fn RadioGroup(
    #[prop(into)] id: String,
    #[prop(into)] name: String,
    #[prop(into)] legend: String,
    choices: Vec<Choice>,
    #[prop(optional)] look: ChoiceLook,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional_no_strip)] error: Option<String>,
) -> impl IntoView {
    Group { id, kind: "radio", look, legend, hint, error }.view(&name, choices)
}

/// One box to tick on its own, sent as `name=on`.
#[component]
pub fn Checkbox(
    #[prop(into)] id: String,
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional)] checked: bool,
) -> impl IntoView {
    view! {
        <label class="choice">
            <input type="checkbox" id=id name=name value="on" checked=checked/>
            {format!(" {label}")}
        </label>
    }
    .into_any()
}

/// What a form got wrong, field by field, in the order of the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormErrors(Vec<FormError>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct FormError {
    field: String,
    message: String,
    fault: Fault,
}

impl FormErrors {
    pub fn new() -> Self {
        Self::default()
    }

    /// `field` is the id of the control; `message` names the fix.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.add_fault(Fault::Unfit, field, message);
    }

    /// The same of a fault that a field may show otherwise than the summary.
    pub fn add_fault(&mut self, fault: Fault, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(FormError { field: field.into(), message: message.into(), fault });
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// These, then those of `more`.
    pub fn append(&mut self, more: Self) {
        self.0.extend(more.0);
    }

    /// The same under other ids, where a page has several forms of one kind.
    #[must_use]
    pub fn renamed(self, id_of: impl Fn(&str) -> String) -> Self {
        Self(self.0.into_iter().map(|error| FormError { field: id_of(&error.field), ..error }).collect())
    }

    /// The same with the name of its field before each message, for a summary that stands away from the fields: `Port: must
    /// be a whole number.` Fields that `name_of` does not know stay as they are.
    #[must_use]
    pub fn named(self, name_of: impl Fn(&str) -> Option<String>) -> Self {
        let named = self.0.into_iter().map(|error| match name_of(&error.field) {
            Some(name) => FormError { message: format!("{name}: {}", continued(&error.message)), ..error },
            None => error,
        });
        Self(named.collect())
    }

    /// What is wrong with a field: the first message about it.
    pub fn of(&self, field: &str) -> Option<String> {
        self.first_of(field).map(|error| error.message.clone())
    }

    /// Whether nothing was given where something must be.
    pub fn is_missing(&self, field: &str) -> bool {
        self.first_of(field).is_some_and(|error| error.fault == Fault::Missing)
    }

    fn first_of(&self, field: &str) -> Option<&FormError> {
        self.0.iter().find(|error| error.field == field)
    }
}

impl FromIterator<(String, String)> for FormErrors {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(errors: T) -> Self {
        let mut all = Self::new();
        errors.into_iter().for_each(|(field, message)| all.add(field, message));
        all
    }
}

/// A sentence as it goes on after a colon: without its capital, unless that is more than its beginning.
fn continued(sentence: &str) -> String {
    let mut letters = sentence.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(next)) if next.is_lowercase() || next == ' ' => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => sentence.to_owned(),
    }
}

fn count_of_fields(count: usize) -> String {
    let words =
        ["No field needs", "One field needs", "Two fields need", "Three fields need", "Four fields need"];
    words
        .get(count)
        .map_or_else(|| format!("{count} fields need a change"), |words| format!("{words} a change"))
}

/// On top of a form that was sent back: says how many fields are wrong, links to each, and takes the focus.
/// Nothing when there is no error.
#[component]
pub fn ErrorSummary(errors: FormErrors) -> impl IntoView {
    if errors.is_empty() {
        return ().into_any();
    }
    let title = count_of_fields(errors.0.len());
    let links = errors
        .0
        .into_iter()
        .map(|FormError { field, message, .. }| {
            view! { <li><a class="link-row" href=format!("#{field}")>{message}</a></li> }
        })
        .collect_view();
    view! {
        <div class="note is-fail gap-below" id="error-summary" role="alert" tabindex="-1" autofocus=true>
            <p class="note-title">
                <span class=status_text_class(Status::Fail)><Icon sign=Status::Fail.into()/></span>
                {title}
            </p>
            <ul class="small">{links}</ul>
        </div>
    }
    .into_any()
}
