//! Signing in. The page may carry a form that met an expired session; signing in posts it again.

pub(crate) mod second_step;

use axum::response::Response;
use domain::FrameworkCode;
use leptos::prelude::*;

use super::parts::{RefusalNote, error_of};
use crate::ui::{Button, ButtonKind, SignLadder, TextInput};
use crate::web::{AppState, Fields, Frame, Refusal};

/// What the sign-in form holds besides the password.
#[derive(Debug, Clone, Default)]
pub(crate) struct SignInForm {
    pub(crate) email: String,
    pub(crate) onward: Onward,
}

/// Where signing in leads.
#[derive(Debug, Clone, Default)]
pub(crate) struct Onward {
    /// Where to go afterwards: a path of this site, or empty.
    pub(crate) next: String,
    /// The form to be posted to `next` afterwards.
    pub(crate) unsent: Option<Fields>,
}

/// The sign-in page as an answer.
pub(crate) async fn sign_in_page(state: &AppState, form: SignInForm, refusal: Option<Refusal>) -> Response {
    let status = Refusal::status_of(refusal.as_ref());
    let rungs = ladder_names(state).await;
    Frame::new(state, None, "Sign in")
        .respond(status, || view! { <SignInPage form refusal rungs/> }.into_any())
}

/// The rungs of Beyond-7 for the drawing, highest first; a page without a drawing where it is not to be had.
pub(crate) async fn ladder_names(state: &AppState) -> Vec<String> {
    let found = state.service.framework(&FrameworkCode::from("B7"), None).await;
    found.map_or_else(
        |_| Vec::new(),
        |framework| {
            framework.sublevels.iter().rev().map(|rung| format!("{} {}", rung.code, rung.name)).collect()
        },
    )
}

/// The frame of the pages outside: a form, and beside it what Rung is.
#[component]
pub(crate) fn Outside(rungs: Vec<String>, children: Children) -> impl IntoView {
    view! {
        <div class="sign-wrap">
            <div class="sign stack">{children()}</div>
            <aside class="sign-side" aria-label="What Rung is">
                <SignLadder rungs/>
                <p class="lede">"How far your interoperability reaches, and what of it is proven."</p>
            </aside>
        </div>
    }
    .into_any()
}

/// Where signing in leads, as hidden fields of its form.
fn onward_fields(Onward { next, unsent }: Onward) -> AnyView {
    let marker = unsent.is_some().then(|| view! { <input type="hidden" name="sign-in.repeat" value="on"/> });
    let unsent = unsent.map(|fields| {
        fields
            .iter()
            .map(|(name, value)| {
                view! { <input type="hidden" name=name.to_owned() value=value.to_owned()/> }
            })
            .collect_view()
    });
    view! {
        <input type="hidden" name="sign-in.next" value=next/>
        {marker}
        {unsent}
    }
    .into_any()
}

#[component]
fn SignInPage(
    form: SignInForm,
    #[prop(optional_no_strip)] refusal: Option<Refusal>,
    rungs: Vec<String>,
) -> impl IntoView {
    let SignInForm { email, onward } = form;
    let help = "No account yet, or the password forgotten? Ask the operator of this installation.".into_any();
    view! {
        <Step title="Sign in" action="/sign-in" onward refusal=refusal.clone() help rungs>
            <TextInput
                id="sign-in.email" name="sign-in.email" label="E-mail" kind="email" value=email
                autocomplete="username" error=error_of(refusal.as_ref(), "sign-in.email")
            />
            <TextInput
                id="sign-in.password" name="sign-in.password" label="Password" kind="password"
                autocomplete="current-password" error=error_of(refusal.as_ref(), "sign-in.password")
            />
        </Step>
    }
    .into_any()
}

/// A step of signing in: its fields, and `help` for whoever cannot fill them in.
#[component]
pub(crate) fn Step(
    title: &'static str,
    action: &'static str,
    onward: Onward,
    #[prop(optional_no_strip)] refusal: Option<Refusal>,
    help: AnyView,
    rungs: Vec<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <Outside rungs>
            <h1>{title}</h1>
            <RefusalNote refusal/>
            <form method="post" action=action>
                {children()}
                {onward_fields(onward)}
                <p class="row gap-above"><Button kind=ButtonKind::Main>"Sign in"</Button></p>
            </form>
            <hr/>
            <p class="small">{help}</p>
        </Outside>
    }
    .into_any()
}
