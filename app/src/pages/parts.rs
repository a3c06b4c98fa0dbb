//! Small things that several pages share.

use domain::check::Status;
use domain::{CriterionCode, Framework};
use leptos::prelude::*;
use service::integration::CheckRow;

use crate::ui::{ErrorSummary, InputLook, Note, StatusBadge, TextInput};
use crate::web::Refusal;

/// On top of a form that was refused: what is wrong with its fields, or with the whole of it.
#[component]
pub(crate) fn RefusalNote(#[prop(optional_no_strip)] refusal: Option<Refusal>) -> impl IntoView {
    refusal.map(|refusal| {
        view! {
            {refusal.note.map(|note| {
                view! { <div class="gap-below"><Note status=Status::Fail title=note alert=true/></div> }
            })}
            <ErrorSummary errors=refusal.errors/>
        }
        .into_any()
    })
}

/// What was wrong with a field.
pub(crate) fn error_of(refusal: Option<&Refusal>, field: &str) -> Option<String> {
    refusal.and_then(|refusal| refusal.errors.of(field))
}

/// Who does something and until when, of a finding or a step. `id` tells the fields from others of the page.
pub(crate) fn owner_and_due(id: &str, owner: String, due: String, refusal: Option<&Refusal>) -> AnyView {
    view! {
        <TextInput
            id=format!("owner-{id}") name="owner" label="Owner" optional=true value=owner
            error=error_of(refusal, "owner")
        />
        <TextInput
            id=format!("due-{id}") name="due" label="Due" kind="date" look=InputLook::Short optional=true value=due
            error=error_of(refusal, "due")
        />
    }
    .into_any()
}

/// The names of profiles in the framework's order: `Hospital, Ambulatory / health-system clinics`.
pub(crate) fn profile_names(framework: &Framework, codes: &[domain::ProfileCode]) -> String {
    let named = framework.profiles.iter().filter(|profile| codes.contains(&profile.code));
    named.map(|profile| profile.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// The status of a check's latest run by its kind's own rule, and below it the answers that it contradicts all the same.
#[component]
pub(crate) fn CheckState(row: CheckRow) -> impl IntoView {
    let contradicts = contradicts_words(row.status(), &row.contradicts)
        .map(|words| view! { <span class="sub">{words}</span> });
    view! {
        <StatusBadge status=row.status()/>
        {contradicts}
    }
    .into_any()
}

/// `By its own rule; contradicts PAT-1 and OPS-4`, where the kind's own rule does not fail already.
pub(crate) fn contradicts_words(status: Status, contradicts: &[CriterionCode]) -> Option<String> {
    let codes: Vec<_> = contradicts.iter().map(CriterionCode::as_str).collect();
    let listed = match codes.as_slice() {
        _ if status == Status::Fail => return None,
        [] => return None,
        [one] => (*one).to_owned(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    };
    Some(format!("By its own rule; contradicts {listed}"))
}
