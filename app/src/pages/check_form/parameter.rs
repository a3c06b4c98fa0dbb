//! One parameter of a kind as a field: its name in words, its help as hint, a control that fits its type.

use domain::check::{ParameterError, ParameterSpec, ParameterType, Value};
use leptos::prelude::*;

use crate::ui::{InputLook, Select, TextArea, TextInput};
use crate::web::{Fields, Refusal};
use crate::words::{capitalized, spelled};

/// Said of the message that `hl7v2.mllp` sends.
const TEMPLATE: &str = "Or the whole message as agreed with the partner, one segment a line from MSH|^~\\&| on, without a \
    real person: time, control id and MSH-11 = T are put in.";

/// `set`: a secret that is on file, kept where the field stays empty.
pub(super) fn parameter_field(
    spec: &ParameterSpec,
    typed: &Fields,
    refusal: Option<&Refusal>,
    set: bool,
) -> AnyView {
    let id = format!("parameters.{}", spec.name);
    let name = id.clone();
    let label = in_words(&spec.name);
    let error = beside_hint(refusal, &id);
    let value = if typed.has(&id) { typed.get(&id).to_owned() } else { default_words(spec) };
    let optional = !spec.required || set;
    match spec.kind {
        ParameterType::Boolean => {
            let choices = boolean_choices(spec);
            view! {
                <Select id name label choices chosen=value optional=optional hint=as_hint(&spec.help) error=error/>
            }
            .into_any()
        }
        ParameterType::List => {
            let hint = format!("{} One per line.", spec.help);
            view! { <TextArea id name label value=value optional=optional hint=as_hint(&hint) error=error/> }
                .into_any()
        }
        ParameterType::Secret => {
            let kept = if set {
                "It is set and never shown. Leave it empty to keep it, unless you change where it goes."
            } else {
                "Never shown again."
            };
            // What was typed is not put into a page, so a form that comes back has lost it.
            let lost = if typed.get(&id).is_empty() { "" } else { " Type it again." };
            let hint = format!("{} {kept}{lost}", spec.help);
            view! {
                <TextInput
                    id name label kind="password" optional=optional hint=as_hint(&hint) error=error
                    autocomplete="new-password"
                />
            }
            .into_any()
        }
        // A certificate, a key or a message has line breaks, which one line of input would drop.
        ParameterType::String if spec.help.contains("PEM") || spec.name == "message_type" => {
            let hint = match spec.name.as_str() {
                "message_type" => format!("{} {TEMPLATE}", spec.help),
                _ => spec.help.clone(),
            };
            view! { <TextArea id name label value=value rows=4 optional=optional hint=as_hint(&hint) error=error/> }
                .into_any()
        }
        kind => {
            let (look, inputmode) = look_of(kind);
            let hint = match kind {
                ParameterType::Duration => format!("{} A whole number with s, m, h or d.", spec.help),
                _ => spec.help.clone(),
            };
            view! {
                <TextInput
                    id name label value=value look=look inputmode=inputmode optional=optional hint=as_hint(&hint)
                    error=error autocomplete="off"
                />
            }
            .into_any()
        }
    }
}

fn look_of(kind: ParameterType) -> (InputLook, &'static str) {
    match kind {
        ParameterType::Url => (InputLook::Mono, "url"),
        ParameterType::Host => (InputLook::Mono, "text"),
        ParameterType::Integer => (InputLook::Short, "numeric"),
        ParameterType::Number => (InputLook::Short, "decimal"),
        ParameterType::Duration => (InputLook::Short, "text"),
        _ => (InputLook::Full, "text"),
    }
}

/// A parameter without a default may stay unsaid.
fn boolean_choices(spec: &ParameterSpec) -> Vec<(String, String)> {
    let mut choices = vec![("true".to_owned(), "Yes".to_owned()), ("false".to_owned(), "No".to_owned())];
    if spec.default.is_none() {
        choices.insert(0, (String::new(), "Not said".to_owned()));
    }
    choices
}

fn default_words(spec: &ParameterSpec) -> String {
    match &spec.default {
        None => String::new(),
        Some(Value::List(items)) => items.join("\n"),
        Some(default) => default.to_string(),
    }
}

/// A hint of one phrase has no full stop; sentences keep theirs.
pub(crate) fn as_hint(said: &str) -> String {
    let phrase = said.strip_suffix('.').filter(|phrase| !phrase.contains(". "));
    phrase.unwrap_or(said).to_owned()
}

/// What was wrong with a field, as it is said below its hint: the hint says already what a missing value is.
fn beside_hint(refusal: Option<&Refusal>, id: &str) -> Option<String> {
    let errors = &refusal?.errors;
    if errors.is_missing(id) { Some(ParameterError::MISSING.to_owned()) } else { errors.of(id) }
}

/// `base_url` is `Base URL`, `max_latency_ms` is `Max latency ms`.
pub(crate) fn in_words(name: &str) -> String {
    capitalized(&name.split('_').map(spelled).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use domain::check::Fault;
    use service::FieldError;

    use super::*;

    #[test]
    fn a_parameter_is_named_in_words() {
        let words = ["base_url", "host", "max_latency_ms", "tls", "private_ca"].map(in_words);
        assert_eq!(words, ["Base URL", "Host", "Max latency ms", "TLS", "Private CA"]);
    }

    #[test]
    fn a_hint_of_one_phrase_has_no_full_stop() {
        let hints = ["Host name.", "Host name. One per line.", "Without a trailing slash", ""].map(as_hint);
        assert_eq!(hints, ["Host name", "Host name. One per line.", "Without a trailing slash", ""]);
    }

    #[test]
    fn a_missing_value_does_not_repeat_its_hint() {
        let fault =
            |fault, field: &str, problem: &str| FieldError { fault, ..FieldError::new(field, problem) };
        let refusal = Refusal::invalid(vec![
            fault(Fault::Missing, "parameters.base_url", "Say where. FHIR base address."),
            fault(Fault::Unfit, "parameters.port", "A value is required. It is no port."),
        ]);
        let told = |name: &str| beside_hint(Some(&refusal), name);
        assert_eq!(told("parameters.base_url").as_deref(), Some("A value is required."));
        assert_eq!(told("parameters.port").as_deref(), Some("A value is required. It is no port."));
        assert_eq!((told("parameters.tls"), beside_hint(None, "parameters.port")), (None, None));
    }

    #[test]
    fn a_default_is_shown_as_it_is_typed() {
        let spec = |kind, default| ParameterSpec {
            name: "x".to_owned(),
            kind,
            required: false,
            default: Some(default),
            help: String::new(),
        };
        assert_eq!(default_words(&spec(ParameterType::Integer, Value::Integer(443))), "443");
        let list = Value::List(vec!["a".to_owned(), "b".to_owned()]);
        assert_eq!(default_words(&spec(ParameterType::List, list)), "a\nb");
        assert_eq!(boolean_choices(&spec(ParameterType::Boolean, Value::Boolean(true))).len(), 2);
    }
}
