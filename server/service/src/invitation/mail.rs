//! The mail that brings an invitation: written here, sent through the mail server that alerts use, tried by the same
//! schedule and then given up; the link can be passed on by hand all the same.

use probe::{Mail, MailAddress, MailError, one_line};
use store::UnixMillis;
use store::record::{ClaimedInvitation, InvitationState, Role, Tried};
use tokio::task::JoinSet;

use super::place;
use crate::alert::{TIME, next_try};
use crate::seals::{AT_ONCE, Tally};
use crate::{Error, Service};

/// Longer than any try.
const LEASE_MS: i64 = 90_000;
/// Invitations sent at a time. Others wait for the next round, so that alerts do not wait for them.
const BATCH: u32 = 16;

impl Service {
    /// Sends the mails of invitations that are due, all at once, and waits until each was tried.
    pub(crate) async fn send_invitations(&self, now: UnixMillis) -> Result<(), Error> {
        let mut tries = JoinSet::new();
        for claimed in self.store().claim_invitations(now, LEASE_MS, BATCH).await? {
            let service = self.clone();
            tries.spawn(async move {
                let id = claimed.invitation.id;
                let outcome = service.try_invitation(&claimed, now).await;
                if let Tried::Dead { error } = &outcome {
                    tracing::warn!(invitation = %id, error, "the mail of an invitation was given up");
                }
                service.store().invitation_mail_tried(id, claimed.epoch, outcome, now).await
            });
        }
        while let Some(done) = tries.join_next().await {
            done.map_err(Error::internal)??;
        }
        Ok(())
    }

    /// Tries the keys on the links of invitations, as [`Service::try_seals`] says. A mail that is on its way now was opened
    /// already, or is opened by the older key.
    pub(crate) async fn try_invitations(&self) -> Result<Tally, Error> {
        let mut tally = Tally::default();
        let mut after = None;
        loop {
            let waiting = self.store().sealed_invitations_after(after, AT_ONCE).await?;
            let Some((last, _)) = waiting.last() else { return Ok(tally) };
            after = Some(*last);
            for (id, sealed) in &waiting {
                let Some(anew) = tally.renew(self.secret_keys(), sealed, &place(*id)) else { continue };
                // Where the mail went out meanwhile, the token is erased and stays so.
                let done = self.store().replace_invitation_token(*id, sealed, &anew).await?;
                tally.resealed += u32::from(done);
            }
            if !tally.goes_on(self.secret_keys()) {
                return Ok(tally);
            }
        }
    }

    async fn try_invitation(&self, claimed: &ClaimedInvitation, now: UnixMillis) -> Tried {
        let later = |error: String| match next_try(claimed.attempts, None) {
            Some(wait) => Tried::Again { at: UnixMillis(now.0 + wait * 1000), error },
            None => Tried::Dead { error },
        };
        let invitation = &claimed.invitation;
        if invitation.state(now) != InvitationState::Open {
            return Tried::Dead { error: "The invitation ended before its mail could be sent.".to_owned() };
        }
        let Some(mailer) = self.outgoing().mailer() else {
            return later(
                "No mail server is set up: the operator sets RUNG_SMTP_URL and RUNG_MAIL_FROM.".to_owned(),
            );
        };
        let Ok(token) = self.secret_keys().open(&claimed.sealed_token, &place(invitation.id)) else {
            return later(
                "The link could not be opened. Revoke the invitation and make a new one.".to_owned(),
            );
        };
        let to = match invitation.email.parse::<MailAddress>() {
            Ok(address) => [address],
            Err(error) => return Tried::Dead { error: error.to_string() },
        };
        let (subject, text) = self.written(claimed, &token);
        let id = format!("invitation-{}", invitation.id);
        match mailer.send(Mail { to: &to, subject: &subject, text: &text, id: &id }, TIME).await {
            Ok(()) => Tried::Sent,
            // The server's own words may be in it.
            Err(MailError::Later(error)) => later(one_line(&error)),
            Err(MailError::Refused(error)) => Tried::Dead { error: one_line(&error) },
        }
    }

    fn written(&self, claimed: &ClaimedInvitation, token: &str) -> (String, String) {
        let ClaimedInvitation { invitation, organization, .. } = claimed;
        let link = self.public_address(&format!("/invitations/{token}"));
        let subject = format!("{} invites you to {organization}", invitation.by_name);
        let text = format!(
            "{} invites you to join {organization} on Rung, as {}.\n\n\
             Open this link until {} (UTC) to sign in, or to create your account, with {}:\n\n{link}\n\n\
             The link is for this address only. If you did not expect it, do nothing: without it nobody joins.\n",
            invitation.by_name,
            as_role(invitation.role),
            invitation.expires_at.date(),
            invitation.email,
        );
        (subject, text)
    }
}

fn as_role(role: Role) -> &'static str {
    match role {
        Role::Viewer => "a viewer",
        Role::Contributor => "a contributor",
        Role::Assessor => "an assessor",
        Role::Consultant => "a consultant",
        Role::Owner => "an owner",
    }
}
