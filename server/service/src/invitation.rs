//! Invitations: a link that lets one e-mail address join an organization with a role, until a day.
//!
//! The link's token is 256 random bits, shown once to whoever invites and kept as a hash; where a mail server is set up
//! a mail brings it too, and until then it is kept sealed. Whoever opens the link has to be signed in with the invited
//! address, or creates the account for it: the link alone opens nothing for anybody else.

mod mail;

use serde_json::json;
use store::record::{Invitation, InvitationMail, InvitationState, Invited, Joined, Organization, Role, User};
use store::{InvitationId, InvitationLimit, KeptToken, OrgId, StoreError, UnixMillis};

use crate::account::{SignUp, looks_like_email};
use crate::service::{audit, hash_of, org_audit, random_token};
use crate::{Actor, Error, FieldError, Permission, Service};

/// The longest that an invitation can be open, and the usual, in days.
pub const LONGEST_INVITATION: u32 = 30;
pub const USUAL_INVITATION: u32 = 7;

const DAY_MS: i64 = 24 * 3600 * 1000;

/// Invitations of one organization within a day: enough for a department, too few to send mail to the world.
const MOST_A_DAY: u32 = 50;

/// Invitations that the list shows.
const SHOWN: u32 = 100;

/// Links that do not exist, opened from one place within a quarter of an hour.
const MISSES: u32 = 30;
const MISSES_WINDOW: i64 = 15 * 60 * 1000;

/// An invitation to be made.
#[derive(Debug, Clone)]
pub struct NewInvitation {
    pub email: String,
    pub role: Role,
    /// Days until it expires, 1 to [`LONGEST_INVITATION`].
    pub days: u32,
}

/// An invitation and the token that is shown this once.
pub struct InvitedLink {
    pub invitation: Invitation,
    pub token: String,
}

/// What is behind a link.
pub struct OpenedInvitation {
    pub invitation: Invitation,
    pub organization: Organization,
    pub state: InvitationState,
    /// Whether the invited address has an account already.
    pub has_account: bool,
}

impl Service {
    /// Invites an e-mail address; only an owner may.
    pub async fn invite(&self, actor: &Actor, org: OrgId, new: NewInvitation) -> Result<InvitedLink, Error> {
        let role = self.authorize(actor, org, Permission::Own, "The organization").await?;
        let email = new.email.trim().to_lowercase();
        let mut problems = Vec::new();
        if !looks_like_email(&email) {
            problems.push(FieldError::new("email", "Enter an e-mail address such as name@example.org."));
        } else if self.is_member(org, &email).await? {
            problems.push(FieldError::new("email", "This account is a member already."));
        }
        if !(1..=LONGEST_INVITATION).contains(&new.days) {
            let problem = format!("Choose 1 to {LONGEST_INVITATION} days.");
            problems.push(FieldError::new("days", problem));
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let now = UnixMillis::now();
        let token = random_token();
        let mails = self.outgoing().can_mail();
        let invitation = Invitation {
            id: InvitationId::new(),
            org,
            email,
            role: new.role,
            by: actor.user(),
            by_name: actor.name().to_owned(),
            created_at: now,
            expires_at: UnixMillis(now.0 + i64::from(new.days) * DAY_MS),
            revoked_at: None,
            accepted_at: None,
            mail: if mails { InvitationMail::Waiting } else { InvitationMail::None },
            mail_error: None,
        };
        let sealed = mails.then(|| self.secret_keys().seal(&token, &place(invitation.id)));
        let kept = KeptToken { hash: &hash_of(&token), sealed: sealed.as_deref() };
        let limit = InvitationLimit { most: MOST_A_DAY, since: UnixMillis(now.0 - DAY_MS) };
        let details = json!({
            "email": invitation.email, "role": invitation.role, "until": invitation.expires_at, "mail": mails,
        });
        let entry = org_audit(actor, org, "invitation.made", invitation.id, details);
        match self.store().create_invitation(&invitation, role, kept, limit, entry).await? {
            Invited::Done => {}
            Invited::OpenAlready => {
                let problem =
                    "An invitation for this address is open already. Revoke it to make another one.";
                return Err(Error::invalid("email", problem));
            }
            Invited::TooMany => {
                let wait = u64::try_from(DAY_MS / 1000).expect("a day has so many seconds");
                return Err(Error::Throttled { retry_after_seconds: wait });
            }
            Invited::RoleChanged => return Err(crate::member::role_changed()),
        }
        self.alarm();
        Ok(InvitedLink { invitation, token })
    }

    /// The latest invitations of an organization, newest first.
    pub async fn invitations(&self, actor: &Actor, org: OrgId) -> Result<Vec<Invitation>, Error> {
        self.authorize(actor, org, Permission::Own, "The organization").await?;
        Ok(self.store().invitations_of(org, SHOWN).await?)
    }

    /// Ends an invitation that nobody used.
    pub async fn revoke_invitation(&self, actor: &Actor, id: InvitationId) -> Result<(), Error> {
        let found = self.store().invitation(id).await?.ok_or(Error::NotFound("The invitation"))?;
        self.authorize(actor, found.org, Permission::Own, "The invitation").await?;
        let entry = org_audit(actor, found.org, "invitation.revoked", id, json!({ "email": found.email }));
        if self.store().revoke_invitation(id, UnixMillis::now(), actor.user(), entry).await? {
            return Ok(());
        }
        let words = match found.state(UnixMillis::now()) {
            InvitationState::Accepted => "This invitation was used already. Remove the member instead.",
            _ => "This invitation was revoked or used already.",
        };
        Err(Error::Conflict(words.to_owned()))
    }

    /// What a link leads to, for whoever has it. `client` is where it is opened from.
    pub async fn opened_invitation(&self, token: &str, client: &str) -> Result<OpenedInvitation, Error> {
        let key = format!("invitation:{client}");
        let now = UnixMillis::now();
        let since = UnixMillis(now.0 - MISSES_WINDOW);
        if self.store().sign_in_failures(&key, since).await? >= MISSES {
            let wait = u64::try_from(MISSES_WINDOW / 1000).expect("a quarter of an hour fits");
            return Err(Error::Throttled { retry_after_seconds: wait });
        }
        let Some(invitation) = self.store().invitation_by_hash(&hash_of(token)).await? else {
            self.store().record_sign_in_failure(&key, now).await?;
            return Err(Error::NotFound("The invitation"));
        };
        let organization = self.store().organization(invitation.org).await?;
        let organization = organization.ok_or(Error::NotFound("The invitation"))?;
        let has_account = self.store().user_by_email(&invitation.email).await?.is_some();
        let state = invitation.state(now);
        Ok(OpenedInvitation { invitation, organization, state, has_account })
    }

    /// The actor joins, if the invitation is for the actor's address.
    pub async fn accept_invitation(
        &self,
        actor: &Actor,
        token: &str,
        client: &str,
    ) -> Result<(Organization, Role), Error> {
        let opened = self.opened_invitation(token, client).await?;
        refuse_ended(opened.state)?;
        let OpenedInvitation { invitation, organization, .. } = opened;
        if actor.email() != invitation.email {
            return Err(foreign(&invitation, actor));
        }
        let entry = accepted(actor, &invitation);
        let now = UnixMillis::now();
        match self.store().accept_invitation(invitation.id, actor.user(), now, entry).await? {
            Joined::Ended => Err(ended_meanwhile()),
            Joined::Done => Ok((organization, invitation.role)),
            Joined::MemberAlready => {
                let role = self.role(actor, invitation.org, "The organization").await?;
                Ok((organization, role))
            }
        }
    }

    /// Creates the account for the invited address and joins, in one step. The address is the invitation's, whatever
    /// the form says.
    pub async fn accept_invitation_with_account(
        &self,
        token: &str,
        client: &str,
        name: String,
        password: String,
    ) -> Result<(Actor, Organization), Error> {
        let opened = self.opened_invitation(token, client).await?;
        refuse_ended(opened.state)?;
        let OpenedInvitation { invitation, organization, .. } = opened;
        let refused =
            || Error::Conflict(format!("{} has an account already. Sign in to join.", invitation.email));
        if opened.has_account {
            return Err(refused());
        }
        let sign_up = SignUp { name, email: invitation.email.clone(), password };
        let user = self.prepare_user(sign_up, false).await?;
        let actor = Actor::from(user.clone());
        let created = audit(Some(&actor), "account.created", user.id, json!({ "email": user.email }));
        let entries = [created, accepted(&actor, &invitation)];
        match self.joined_with(&invitation, &user, entries).await {
            Ok(Joined::Ended) => Err(ended_meanwhile()),
            Ok(_) => Ok((actor, organization)),
            Err(StoreError::Duplicate { .. }) => Err(refused()),
            Err(other) => Err(other.into()),
        }
    }

    async fn joined_with(
        &self,
        invitation: &Invitation,
        user: &User,
        entries: [store::record::Audit; 2],
    ) -> Result<Joined, StoreError> {
        self.store().accept_invitation_with_account(invitation.id, user, UnixMillis::now(), entries).await
    }

    async fn is_member(&self, org: OrgId, email: &str) -> Result<bool, Error> {
        let Some(user) = self.store().user_by_email(email).await? else { return Ok(false) };
        Ok(self.store().role(org, user.id).await?.is_some())
    }
}

/// What an invitation's token is sealed for.
fn place(id: InvitationId) -> String {
    format!("invitation/{id}")
}

fn accepted(actor: &Actor, invitation: &Invitation) -> store::record::Audit {
    let details = json!({ "email": invitation.email, "role": invitation.role, "invited_by": invitation.by });
    org_audit(actor, invitation.org, "invitation.accepted", invitation.id, details)
}

/// The sentence for a link that leads nowhere any more; `None` while it is open.
pub fn ended_words(state: InvitationState) -> Option<&'static str> {
    match state {
        InvitationState::Open => None,
        InvitationState::Accepted => Some(
            "This invitation was used already. If it was you, sign in: the organization is among yours. Otherwise \
             ask whoever sent it for a new one.",
        ),
        InvitationState::Revoked => {
            Some("This invitation was revoked. Ask whoever sent it whether a new one is meant for you.")
        }
        InvitationState::Expired => Some("This invitation has expired. Ask whoever sent it for a new one."),
    }
}

fn refuse_ended(state: InvitationState) -> Result<(), Error> {
    match ended_words(state) {
        None => Ok(()),
        Some(words) => Err(Error::Conflict(words.to_owned())),
    }
}

fn ended_meanwhile() -> Error {
    Error::Conflict("This invitation was used, was revoked or has expired in the meantime.".to_owned())
}

fn foreign(invitation: &Invitation, actor: &Actor) -> Error {
    Error::Forbidden(format!(
        "This invitation is for {}, and you are signed in as {}. Sign out, and open the link again.",
        invitation.email,
        actor.email()
    ))
}
