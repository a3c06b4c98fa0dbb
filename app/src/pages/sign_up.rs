//! The first account of an installation.

use leptos::prelude::*;

use super::parts::{RefusalNote, error_of};
use super::sign_in::Outside;
use crate::ui::{Button, ButtonKind, TextInput};
use crate::web::{Fields, Refusal};

/// `typed` are the fields of a form that was refused.
#[component]
pub(crate) fn SignUpPage(
    typed: Fields,
    #[prop(optional_no_strip)] refusal: Option<Refusal>,
    rungs: Vec<String>,
) -> impl IntoView {
    let error = |field| error_of(refusal.as_ref(), field);
    let content = view! {
        <h1>"Create the first account"</h1>
        <p>"Nobody has an account here yet. The first one administers this installation."</p>
        <RefusalNote refusal=refusal.clone()/>
        <form method="post" action="/sign-up">
            <TextInput
                id="name" name="name" label="Name" value=typed.get("name").to_owned() autocomplete="name"
                error=error("name")
            />
            <TextInput
                id="email" name="email" label="E-mail" kind="email" value=typed.get("email").to_owned()
                autocomplete="username" error=error("email")
            />
            <TextInput
                id="password" name="password" label="Password" kind="password"
                hint="At least 10 characters. Long beats complicated: a few words that nobody would guess." autocomplete="new-password"
                error=error("password")
            />
            <p class="row gap-above"><Button kind=ButtonKind::Main>"Create account"</Button></p>
        </form>
    }
    .into_any();
    view! {
        <Outside rungs>{content}</Outside>
    }
    .into_any()
}
