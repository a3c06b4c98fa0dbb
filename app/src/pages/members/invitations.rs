//! Invitations on the page of the members: the form, the link that was just made, and the latest ones.

use leptos::prelude::*;
use service::UnixMillis;
use service::invitation::USUAL_INVITATION;
use service::record::{Invitation, InvitationMail, InvitationState};

use super::{MadeLink, role_choices};
use crate::pages::parts::error_of;
use crate::ui::{
    Button, ButtonKind, ButtonSize, Column, Empty, Moment, Note, PostButton, Section, Select, Table,
    TableLook, TextInput,
};
use crate::web::{Fields, Refusal};
use crate::words::role_word;

/// How long an invitation may be open: (value, words).
const DAYS: [(&str, &str); 4] = [("1", "1 day"), ("7", "7 days"), ("14", "14 days"), ("30", "30 days")];

pub(super) fn form(at: &str, typed: &Fields, refusal: Option<&Refusal>) -> AnyView {
    let days = match typed.get("invite-days") {
        "" => USUAL_INVITATION.to_string(),
        days => days.to_owned(),
    };
    let choices = DAYS.iter().map(|(value, words)| ((*value).to_owned(), (*words).to_owned())).collect();
    let content = view! {
        <form method="post" action=format!("{at}/invitations")>
            <TextInput
                id="invite-email" name="invite-email" label="Invite e-mail" kind="email"
                value=typed.get("invite-email").to_owned()
                hint="The link works for this address only; who has no account yet creates one with it"
                autocomplete="off" error=error_of(refusal, "invite-email")
            />
            <Select
                id="invite-role" name="invite-role" label="Invite as" choices=role_choices()
                chosen=typed.get("invite-role").to_owned() error=error_of(refusal, "invite-role")
            />
            <Select
                id="invite-days" name="invite-days" label="Open for" choices chosen=days
                error=error_of(refusal, "invite-days")
            />
            <p class="row gap-above"><Button kind=ButtonKind::Main>"Make invitation"</Button></p>
        </form>
    }
    .into_any();
    view! { <Section id="invite" title="Invite somebody">{content}</Section> }.into_any()
}

/// The link that was just made, and whether a mail brings it.
pub(super) fn made(link: &MadeLink) -> AnyView {
    let MadeLink { address, email, mailed } = link;
    let title = format!("The invitation for {email}: this link is shown once");
    let mail = if *mailed {
        "A mail brings it to the address. You can also pass it on yourself; it works for this address only."
    } else {
        "No mail is sent: no mail server is set up here. Pass the link on yourself; it works for this address only."
    };
    let address = address.clone();
    view! {
        <div class="gap-below">
            <Note title=title>
                <p>{mail}</p>
                <pre class="raw" tabindex="0"><code>{address}</code></pre>
            </Note>
        </div>
    }
    .into_any()
}

pub(super) fn list(at: &str, invitations: &[Invitation], now: UnixMillis) -> AnyView {
    let content = if invitations.is_empty() {
        view! { <Empty><p>"Nobody was invited yet."</p></Empty> }.into_any()
    } else {
        let columns = vec![
            Column::text("E-mail"),
            Column::text("Role"),
            Column::text("Invited by"),
            Column::text("Mail"),
            Column::number("Open until"),
            Column::text("State"),
        ];
        let rows = invitations.iter().map(|invitation| row(at, invitation, now)).collect_view();
        view! {
            <Table caption="Invitations, newest first" columns=columns look=TableLook::Fold>{rows}</Table>
        }
        .into_any()
    };
    view! { <Section id="invitations" title="Invitations">{content}</Section> }.into_any()
}

fn row(at: &str, invitation: &Invitation, now: UnixMillis) -> AnyView {
    let state = match invitation.state(now) {
        InvitationState::Open => {
            let action = format!("{at}/invitations/{}/revoke", invitation.id);
            let words = format!("Revoke the invitation of {}", invitation.email);
            view! { <PostButton action=action kind=ButtonKind::Stop size=ButtonSize::Small>{words}</PostButton> }
                .into_any()
        }
        InvitationState::Accepted => "Joined".into_any(),
        InvitationState::Revoked => "Revoked".into_any(),
        InvitationState::Expired => "Expired".into_any(),
    };
    let error = invitation.mail_error.clone().map(|error| view! { <span class="sub">{error}</span> });
    let mail = match invitation.mail {
        InvitationMail::None => "None",
        InvitationMail::Waiting => "On its way",
        InvitationMail::Sent => "Sent",
        InvitationMail::Dead => "Could not be sent",
    };
    view! {
        <tr>
            <th scope="row">{invitation.email.clone()}</th>
            <td>{role_word(invitation.role)}</td>
            <td class="dim">{invitation.by_name.clone()}</td>
            <td>{mail}{error}</td>
            <td class="num" data-label="Open until"><Moment at=invitation.expires_at.timestamp()/></td>
            <td class="wide">{state}</td>
        </tr>
    }
    .into_any()
}
