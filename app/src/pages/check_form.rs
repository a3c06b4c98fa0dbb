//! Setting up a health check: the kind is chosen, then its parameters are asked for.

mod interval;
mod parameter;

use domain::KindCode;
use domain::check::{CheckKind, Group, ParameterSpec};
use leptos::prelude::*;
use service::check::is_descriptive;

pub(crate) use self::interval::{every, read as read_interval, written as written_interval};
use self::parameter::parameter_field;
pub(crate) use self::parameter::{as_hint, in_words};
use super::parts::{RefusalNote, error_of};
use crate::ui::{
    Button, ButtonKind, ButtonLink, Checkbox, InputLook, Note, PageHead, Section, Select, TextInput,
    whole_codes,
};
use crate::web::{Fields, Refusal};

/// Said of a parameter from which nothing is computed.
const DESCRIPTIVE: &str =
    " Descriptive: whoever reports the figures keeps to it, and nothing is computed from it here.";

/// The field beside the parameters.
const INTERVAL: &str = "Interval";

/// The form for a new check. `kind` is the chosen one; `None` asks for it.
#[component]
pub(crate) fn CheckNewPage(
    /// The integration's address.
    at: String,
    /// The integration's name.
    name: String,
    /// Code and title of every kind that can run.
    kinds: Vec<(KindCode, String)>,
    #[prop(optional_no_strip)] kind: Option<CheckKind>,
    typed: Fields,
    #[prop(optional_no_strip)] refusal: Option<Refusal>,
) -> impl IntoView {
    let over = view! { <a href=at.clone()>{name}</a> };
    let kind_error = error_of(refusal.as_ref(), "kind");
    let chooser = kind_chooser(&at, kinds, kind.as_ref(), kind_error);
    let form = kind.as_ref().map(|kind| new_form(&at, kind, &typed, refusal.as_ref()));
    view! {
        <PageHead title="Add a check" over=over/>
        <RefusalNote refusal=refusal.map(summed_up)/>
        <div class="stack-wide">
            {chooser}
            {form}
        </div>
    }
    .into_any()
}

fn kind_chooser(
    at: &str,
    kinds: Vec<(KindCode, String)>,
    chosen: Option<&CheckKind>,
    error: Option<String>,
) -> AnyView {
    let mut choices = Vec::new();
    if chosen.is_none() {
        choices.push((String::new(), "Choose what to check".to_owned()));
    }
    choices.extend(kinds.into_iter().map(|(code, title)| (code.to_string(), format!("{title} ({code})"))));
    let code = chosen.map(|kind| kind.code.to_string()).unwrap_or_default();
    let (look, words) = match chosen {
        None => (ButtonKind::Main, "Continue"),
        Some(_) => (ButtonKind::Second, "Change the kind"),
    };
    view! {
        <form method="get" action=format!("{at}/checks/new")>
            <Select id="kind" name="kind" label="Kind" choices=choices chosen=code error=error/>
            <p class="row gap-above"><Button kind=look>{words}</Button></p>
        </form>
    }
    .into_any()
}

fn new_form(at: &str, kind: &CheckKind, typed: &Fields, refusal: Option<&Refusal>) -> AnyView {
    let fields = parameter_fields(kind, typed, refusal, &[]);
    let interval = interval_field(kind, typed, refusal);
    let code = kind.code.to_string();
    let form = view! {
        <form class="gap-above" method="post" action=format!("{at}/checks/new") novalidate=true>
            <input type="hidden" name="kind" value=code/>
            {fields}
            {interval}
            <p class="row gap-above">
                <Button kind=ButtonKind::Main>"Add check"</Button>
                <ButtonLink href=at.to_owned() kind=ButtonKind::Plain>"Cancel"</ButtonLink>
            </p>
        </form>
    }
    .into_any();
    let rules = rules(kind);
    view! { <Section id="parameters" title=kind.title.clone()>{rules}{form}</Section> }.into_any()
}

/// As the note on top says it: what is wrong with a parameter names it, since one problem may be any parameter's.
fn summed_up(refusal: Refusal) -> Refusal {
    let label = |field: &str| match field.strip_prefix("parameters.") {
        Some(parameter) => Some(in_words(parameter)),
        None => (field == "interval").then(|| INTERVAL.to_owned()),
    };
    Refusal { errors: refusal.errors.named(label), ..refusal }
}

/// What the kind does and what it takes to pass, before anybody fills in a field.
fn rules(kind: &CheckKind) -> AnyView {
    let title = format!("Passes when: {}", kind.pass);
    let lines = [("How", &kind.method), ("Fails when", &kind.fail), ("Needs", &kind.needs)]
        .map(|(name, words)| view! { <p>{whole_codes(&format!("{name}: {words}."))}</p> });
    view! { <Note title=title>{lines.into_iter().collect_view()}</Note> }.into_any()
}

/// One field for each parameter, in the kind's order. `set` names the secrets that are on file.
fn parameter_fields(kind: &CheckKind, typed: &Fields, refusal: Option<&Refusal>, set: &[String]) -> AnyView {
    // A feed's token is made when the check is, and shown then.
    let made = |spec: &ParameterSpec| kind.group == Group::Feed && spec.name == "feed_token";
    let fields = kind.parameters.iter().filter(|spec| !made(spec)).map(|spec| {
        let mut spec = spec.clone();
        if is_descriptive(&kind.code, &spec.name) {
            spec.help.push_str(DESCRIPTIVE);
        }
        parameter_field(&spec, typed, refusal, set.contains(&spec.name))
    });
    fields.collect_view().into_any()
}

fn interval_field(kind: &CheckKind, typed: &Fields, refusal: Option<&Refusal>) -> AnyView {
    let usual = i64::from(kind.default_interval);
    let value =
        if typed.has("interval") { typed.get("interval").to_owned() } else { written_interval(usual) };
    let hint = format!(
        "Time between two runs: a whole number with s, m, h or d, from 1m to 366d. Usual for this kind: {}.",
        written_interval(usual)
    );
    view! {
        <TextInput
            id="interval" name="interval" label=INTERVAL value=value hint=hint look=InputLook::Short
            error=error_of(refusal, "interval")
        />
    }
    .into_any()
}

/// The form that changes a check: parameters, interval, pause. `set` names the secrets that are on file.
#[component]
pub(crate) fn CheckEditPage(
    /// The check's address.
    at: String,
    kind: CheckKind,
    set: Vec<String>,
    typed: Fields,
    #[prop(optional_no_strip)] refusal: Option<Refusal>,
) -> impl IntoView {
    let over = view! { <a href=at.clone()>{kind.title.clone()}</a> };
    let fields = parameter_fields(&kind, &typed, refusal.as_ref(), &set);
    let interval = interval_field(&kind, &typed, refusal.as_ref());
    view! {
        <PageHead title="Edit the check" over=over/>
        <RefusalNote refusal=refusal.map(summed_up)/>
        {rules(&kind)}
        <form class="gap-above" method="post" action=format!("{at}/edit") novalidate=true>
            {fields}
            {interval}
            <div class="field">
                <Checkbox id="enabled" name="enabled" label="Run on schedule" checked=typed.has("enabled")/>
                <span class="hint">
                    "Without it the check is paused: its last result ages, and after a while proves nothing."
                </span>
            </div>
            <p class="row gap-above">
                <Button kind=ButtonKind::Main>"Save the check"</Button>
                <ButtonLink href=at.clone() kind=ButtonKind::Plain>"Cancel"</ButtonLink>
            </p>
        </form>
        <p class="gap-far">
            <ButtonLink href=format!("{at}/remove") kind=ButtonKind::Stop>"Remove this check"</ButtonLink>
        </p>
    }
    .into_any()
}

/// Asks before a check is removed with its history.
#[component]
pub(crate) fn CheckRemovePage(
    at: String,
    kind: CheckKind,
    integration: String,
    /// Criteria whose answers lean on it now.
    criteria: Vec<String>,
    #[prop(optional_no_strip)] refusal: Option<Refusal>,
) -> impl IntoView {
    let over = view! { <a href=at.clone()>{kind.title.clone()}</a> };
    let lean = if criteria.is_empty() {
        "No answer leans on it.".to_owned()
    } else {
        format!("It is tied to {}; their answers then stand without its results.", criteria.join(", "))
    };
    view! {
        <PageHead title=format!("Remove {} of {integration}?", kind.title) over=over/>
        <RefusalNote refusal/>
        <div class="stack measure">
            <p>"The check goes with all its runs, and that cannot be undone. " {lean}</p>
            <p>"To stop it for a while, pause it instead: edit it and do not run it on schedule."</p>
            <form class="row" method="post" action=format!("{at}/remove")>
                <Button kind=ButtonKind::Stop>"Remove the check and its runs"</Button>
                <ButtonLink href=at.clone()>"Keep it"</ButtonLink>
            </form>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;
    use crate::ui::FormErrors;

    #[test]
    fn the_note_on_top_names_each_parameter() {
        let errors = [
            ("parameters.port", "Must be a whole number."),
            ("parameters.base_url", "fhir.example is refused."),
            ("interval", "Choose another."),
            ("kind", "Choose one of the kinds of health checks."),
        ];
        let errors: FormErrors =
            errors.map(|(field, problem)| (field.to_owned(), problem.to_owned())).into_iter().collect();
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let Refusal { errors, .. } = summed_up(Refusal { status, errors, note: None });
        for (field, told) in [
            ("parameters.port", "Port: must be a whole number."),
            ("parameters.base_url", "Base URL: fhir.example is refused."),
            ("interval", "Interval: choose another."),
            ("kind", "Choose one of the kinds of health checks."),
        ] {
            assert_eq!(errors.of(field).as_deref(), Some(told));
        }
    }
}
