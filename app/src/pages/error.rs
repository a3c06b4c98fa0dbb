//! The one error page: a broken ladder, what happened, what to do.

use leptos::prelude::*;

use crate::ui::{ButtonKind, ButtonLink, Drawing, Empty};
use crate::web::Problem;

/// `reference` is the request's id in the log; `signed_in` decides where the way out leads.
#[component]
pub(crate) fn ErrorPage(
    problem: Problem,
    #[prop(optional_no_strip)] reference: Option<String>,
    signed_in: bool,
) -> impl IntoView {
    let way_out = if signed_in { "Go to your organizations" } else { "Go to the first page" };
    let (form, kind) = match problem.form {
        Some(href) => {
            let form = view! { <ButtonLink href=href kind=ButtonKind::Main>"Open the page with the form"</ButtonLink> };
            (Some(form), ButtonKind::Second)
        }
        None => (None, ButtonKind::Main),
    };
    view! {
        <Empty drawing=Drawing::Broken>
            <p class="small dim">{problem.status.as_u16().to_string()}</p>
            <h1>{problem.heading}</h1>
            <p class="lede">{problem.text}</p>
            {reference.map(reported)}
            <p class="row">{form}<ButtonLink href="/" kind=kind>{way_out}</ButtonLink></p>
        </Empty>
    }
    .into_any()
}

/// How whoever runs the installation finds the cause, which the page does not tell.
fn reported(id: String) -> AnyView {
    view! {
        <p class="small dim">
            "If it happens again, give whoever runs this installation the reference "
            <span class="mono nowrap">{id}</span>
            ": the cause is in the log under it."
        </p>
    }
    .into_any()
}
