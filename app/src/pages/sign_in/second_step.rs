//! The second step of signing in: the code of an authenticator, or a recovery code.

use axum::response::Response;
use leptos::prelude::*;

use super::super::parts::error_of;
use super::{Onward, Step, ladder_names};
use crate::ui::TextInput;
use crate::web::{AppState, Frame, Refusal};

/// The page of the second step as an answer.
pub(crate) async fn second_step_page(state: &AppState, onward: Onward, refusal: Option<Refusal>) -> Response {
    let status = Refusal::status_of(refusal.as_ref());
    let rungs = ladder_names(state).await;
    Frame::new(state, None, "Sign in, second step")
        .respond(status, || view! { <SecondStepPage onward refusal rungs/> }.into_any())
}

#[component]
fn SecondStepPage(
    onward: Onward,
    #[prop(optional_no_strip)] refusal: Option<Refusal>,
    rungs: Vec<String>,
) -> impl IntoView {
    let help = view! {
        "Neither is at hand? Ask the operator of this installation, or "<a href="/sign-in">"begin again"</a>
        " with another account."
    }
    .into_any();
    view! {
        <Step title="Second step" action="/sign-in/code" onward refusal=refusal.clone() help rungs>
            <TextInput
                id="sign-in.code" name="sign-in.code" label="Code" autocomplete="one-time-code"
                hint="The six digits that your authenticator shows, or a recovery code"
                error=error_of(refusal.as_ref(), "sign-in.code")
            />
        </Step>
    }
    .into_any()
}
