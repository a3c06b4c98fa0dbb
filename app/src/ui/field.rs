//! Form fields: label, hint, error, control, in this order; the control names hint and error to assistive
//! tech.
//!
//! One part per job: [`TextInput`], [`TextArea`], [`Select`]. [`Field`] is their frame, for a control of your
//! own.

use leptos::prelude::*;

use super::icon::{Icon, Sign};

/// What is said about a control: the frame around it is drawn from this.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Frame {
    id: String,
    label: String,
    optional: bool,
    hint: Option<String>,
    error: Option<String>,
}

impl Frame {
    fn hint_id(&self) -> String {
        format!("{}-hint", self.id)
    }

    fn error_id(&self) -> String {
        format!("{}-error", self.id)
    }

    fn described_by(&self) -> Option<String> {
        match (&self.hint, &self.error) {
            (None, None) => None,
            (Some(_), None) => Some(self.hint_id()),
            (None, Some(_)) => Some(self.error_id()),
            (Some(_), Some(_)) => Some(format!("{} {}", self.hint_id(), self.error_id())),
        }
    }

    fn invalid(&self) -> Option<&'static str> {
        self.error.is_some().then_some("true")
    }

    fn view(self, control: AnyView) -> AnyView {
        let (hint_id, error_id) = (self.hint_id(), self.error_id());
        view! {
            <div class="field">
                <label class="label" for=self.id>
                    {self.label}
                    {self.optional.then(|| view! { " "<span class="opt">"optional"</span> })}
                </label>
                {hint_and_error(self.hint, hint_id, self.error, error_id)}
                {control}
            </div>
        }
        .into_any()
    }
}

pub(super) fn hint_and_error(
    hint: Option<String>,
    hint_id: String,
    error: Option<String>,
    error_id: String,
) -> AnyView {
    view! {
        {hint.map(|hint| view! { <span class="hint" id=hint_id>{hint}</span> })}
        {error.map(|error| view! { <span class="error" id=error_id><Icon sign=Sign::Fail/>{error}</span> })}
    }
    .into_any()
}

/// The frame around a control of your own (file, fieldset). The control has the id `id`, and
/// `aria-describedby="{id}-hint {id}-error"` for what of the two is given.
#[component]
pub fn Field(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    #[prop(optional)] optional: bool,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional_no_strip)] error: Option<String>,
    children: Children,
) -> impl IntoView {
    Frame { id, label, optional, hint, error }.view(children())
}

/// How wide a control is, and how it is set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum InputLook {
    #[default]
    Full,
    /// For a number or a date.
    Short,
    /// For an address or a code.
    Mono,
}

impl InputLook {
    const fn class(self) -> &'static str {
        match self {
            Self::Full => "input",
            Self::Short => "input input-short",
            Self::Mono => "input mono",
        }
    }
}

/// One line of text. `kind` is the HTML type (`text`, `email`, `password`, `url`, `date`, `number`).
/// `error` takes an `Option<String>`, as [`FormErrors::of`](super::FormErrors::of) gives it.
#[component]
pub fn TextInput(
    #[prop(into)] id: String,
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] value: String,
    #[prop(default = "text", into)] kind: &'static str,
    #[prop(optional)] look: InputLook,
    #[prop(optional)] optional: bool,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional_no_strip)] error: Option<String>,
    /// `username`, `current-password`, `new-password`, `off`.
    #[prop(optional, into)]
    autocomplete: Option<String>,
    /// The keyboard that a telephone shows: `numeric`, `decimal`.
    #[prop(optional, into)]
    inputmode: Option<String>,
    #[prop(optional)] readonly: bool,
    #[prop(optional)] disabled: bool,
) -> impl IntoView {
    let frame = Frame { id, label, optional, hint, error };
    // A password is never sent back to the page.
    let value = (kind != "password").then_some(value);
    let control = view! {
        <input
            class=look.class()
            id=frame.id.clone()
            name=name
            type=kind
            value=value
            autocomplete=autocomplete
            inputmode=inputmode
            readonly=readonly
            disabled=disabled
            required=!optional && !readonly && !disabled
            aria-invalid=frame.invalid()
            aria-describedby=frame.described_by()
        />
    }
    .into_any();
    frame.view(control)
}

/// A text as the content of a `<textarea>`, for `inner_html`: Leptos neither escapes children of this element nor
/// keeps a line break at their beginning, which HTML drops once.
pub fn inside_textarea(text: &str) -> String {
    format!("\n{}", escaped(text))
}

/// A text as HTML, for the few elements that take their content through `inner_html`.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// A file to choose.
#[component]
pub fn FileInput(
    #[prop(into)] id: String,
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    /// Endings and media types that the browser offers.
    #[prop(into)]
    accept: String,
    #[prop(optional)] optional: bool,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional_no_strip)] error: Option<String>,
) -> impl IntoView {
    let frame = Frame { id, label, optional, hint, error };
    let control = view! {
        <input
            class="input"
            type="file"
            id=frame.id.clone()
            name=name
            accept=accept
            required=!optional
            aria-invalid=frame.invalid()
            aria-describedby=frame.described_by()
        />
    }
    .into_any();
    frame.view(control)
}

/// Several lines of text.
#[component]
pub fn TextArea(
    #[prop(into)] id: String,
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] value: String,
    #[prop(default = 3)] rows: u8,
    #[prop(optional)] optional: bool,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional_no_strip)] error: Option<String>,
) -> impl IntoView {
    let frame = Frame { id, label, optional, hint, error };
    let control = view! {
        <textarea
            class="input"
            id=frame.id.clone()
            name=name
            rows=rows.to_string()
            required=!optional
            aria-invalid=frame.invalid()
            aria-describedby=frame.described_by()
            inner_html=inside_textarea(&value)
        ></textarea>
    }
    .into_any();
    frame.view(control)
}

/// One of several; `choices` are (value, words), `chosen` is a value.
#[component]
pub fn Select(
    #[prop(into)] id: String,
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    choices: Vec<(String, String)>,
    #[prop(optional, into)] chosen: String,
    #[prop(optional)] optional: bool,
    /// The empty value chooses all there is, as a filter's does.
    #[prop(optional)]
    any: bool,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional_no_strip)] error: Option<String>,
) -> impl IntoView {
    let frame = Frame { id, label, optional, hint, error };
    // Elsewhere an empty value stands for "nothing chosen yet".
    let required = !optional && !any && choices.iter().any(|(value, _)| value.is_empty());
    let choices = choices
        .into_iter()
        .map(|(value, words)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{words}</option> }
        })
        .collect_view();
    let control = view! {
        <select
            class="input"
            id=frame.id.clone()
            name=name
            required=required
            aria-invalid=frame.invalid()
            aria-describedby=frame.described_by()
        >
            {choices}
        </select>
    }
    .into_any();
    frame.view(control)
}
