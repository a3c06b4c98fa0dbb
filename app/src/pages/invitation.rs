//! What the link of an invitation shows: who invites, to what, and the one next step.

use domain::check::Status;
use leptos::prelude::*;
use service::invitation::OpenedInvitation;

use super::parts::{RefusalNote, error_of};
use super::sign_in::Outside;
use crate::ui::{Button, ButtonKind, ButtonLink, Fact, KeyValue, Moment, Note, PostButton, TextInput};
use crate::web::{Fields, Refusal, percent_encoded};
use crate::words::role_word;

/// What the reader does next.
pub(crate) enum Way {
    /// Signed in with the invited address.
    Join,
    /// Signed in with another address.
    Foreign {
        signed_in_as: String,
    },
    /// The address has an account.
    SignIn,
    CreateAccount,
}

/// What the page shows.
pub(crate) struct InvitationSheet {
    /// The page's own address.
    pub(crate) at: String,
    pub(crate) opened: OpenedInvitation,
    pub(crate) way: Way,
    pub(crate) typed: Fields,
    pub(crate) refusal: Option<Refusal>,
    pub(crate) rungs: Vec<String>,
}

pub(crate) fn invitation_page(sheet: InvitationSheet) -> AnyView {
    let invitation = &sheet.opened.invitation;
    let facts = vec![
        Fact::new("Invited by", invitation.by_name.clone()),
        Fact::new("As", role_word(invitation.role)),
        Fact::new("For", invitation.email.clone()),
        Fact::new("Open until", view! { <Moment at=invitation.expires_at.timestamp()/> }.into_any()),
    ];
    let next = next(&sheet);
    let heading = format!("Join {}", sheet.opened.organization.name);
    view! {
        <Outside rungs=sheet.rungs>
            <h1>{heading}</h1>
            <RefusalNote refusal=sheet.refusal/>
            <KeyValue facts=facts/>
            {next}
        </Outside>
    }
    .into_any()
}

fn next(sheet: &InvitationSheet) -> AnyView {
    let email = &sheet.opened.invitation.email;
    match &sheet.way {
        Way::Join => {
            let words = format!("Join as {}", role_word(sheet.opened.invitation.role).to_lowercase());
            view! {
                <PostButton action=sheet.at.clone() kind=ButtonKind::Main>{words}</PostButton>
            }
            .into_any()
        }
        Way::Foreign { signed_in_as } => {
            let words = format!(
                "It is for {email}, and you are signed in as {signed_in_as}. Sign out, and open the link again."
            );
            view! {
                <Note status=Status::Warn title="This invitation is not for this account"><p>{words}</p></Note>
                <PostButton action="/sign-out">"Sign out of this account"</PostButton>
            }
            .into_any()
        }
        Way::SignIn => {
            let href = format!("/sign-in?next={}", percent_encoded(&sheet.at));
            view! {
                <p>"The address has an account here. Sign in with it, and you come back to this page."</p>
                <p class="row"><ButtonLink href=href kind=ButtonKind::Main>"Sign in to join"</ButtonLink></p>
            }
            .into_any()
        }
        Way::CreateAccount => account_form(sheet),
    }
}

fn account_form(sheet: &InvitationSheet) -> AnyView {
    let error = |field| error_of(sheet.refusal.as_ref(), field);
    view! {
        <form method="post" action=format!("{}/account", sheet.at)>
            <TextInput
                id="name" name="name" label="Name" value=sheet.typed.get("name").to_owned() autocomplete="name"
                error=error("name")
            />
            <TextInput
                id="email" name="email" label="E-mail" kind="email" value=sheet.opened.invitation.email.clone()
                hint="The invitation is for this address" autocomplete="username" readonly=true error=error("email")
            />
            <TextInput
                id="password" name="password" label="Password" kind="password"
                hint="At least 10 characters. Long beats complicated: a few words that nobody would guess."
                autocomplete="new-password" error=error("password")
            />
            <p class="row gap-above"><Button kind=ButtonKind::Main>"Create account and join"</Button></p>
        </form>
    }
    .into_any()
}
