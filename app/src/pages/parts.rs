//! Small things that several pages share.

use domain::Framework;
use domain::check::Status;
use leptos::prelude::*;

use crate::ui::{ErrorSummary, Note};
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

/// The names of profiles in the framework's order: `Hospital, Ambulatory / health-system clinics`.
pub(crate) fn profile_names(framework: &Framework, codes: &[domain::ProfileCode]) -> String {
    let named = framework.profiles.iter().filter(|profile| codes.contains(&profile.code));
    named.map(|profile| profile.name.as_str()).collect::<Vec<_>>().join(", ")
}
