//! The second step of signing in: the code of an authenticator, or a recovery code.

use axum::response::Response;
use http::StatusCode;
use leptos::prelude::*;

use super::super::parts::{RefusalNote, error_of};
use super::{Onward, Outside, ladder_names, onward_fields};
use crate::ui::{Button, ButtonKind, TextInput};
use crate::web::{AppState, Frame, Refusal};

/// The page of the second step as an answer.
pub(crate) async fn second_step_page(state: &AppState, onward: Onward, refusal: Option<Refusal>) -> Response {
    let status = refusal.as_ref().map_or(StatusCode::OK, |refusal| refusal.status);
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
    view! {
        <Outside rungs>
            <h1>"Second step"</h1>
            <RefusalNote refusal=refusal.clone()/>
            <form method="post" action="/sign-in/code">
                <TextInput
                    id="sign-in.code" name="sign-in.code" label="Code" autocomplete="one-time-code"
                    hint="The six digits that your authenticator shows, or a recovery code"
                    error=error_of(refusal.as_ref(), "sign-in.code")
                />
                {onward_fields(onward)}
                <p class="row gap-above"><Button kind=ButtonKind::Main>"Sign in"</Button></p>
            </form>
            <hr/>
            <p class="small">
                "Neither is at hand? Ask the operator of this installation, or "<a href="/sign-in">"begin again"</a>
                " with another account."
            </p>
        </Outside>
    }
    .into_any()
}
