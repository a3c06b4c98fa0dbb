//! Invitations: made, listed, ended, accepted, and their mail, claimed with a lease and a fence as messages are.

use crate::audit;
use crate::column::{Text, from_row};
use crate::db::{Link, Store, row, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{InvitationId, OrgId, UnixMillis, UserId};
use crate::organizations::keeps_role;
use crate::outbox::APART_MS;
use crate::page;
use crate::record::{
    Audit, ClaimedInvitation, Invitation, InvitationMail, Invited, Joined, Role, Tried, User,
};
use crate::users;

macro_rules! columns {
    () => {
        "i.id AS invitation_id, i.org_id AS invitation_org, i.email, i.role, i.by_id, u.name AS by_name, i.created_at, \
         i.expires_at, i.revoked_at, i.accepted_at, i.mail, i.mail_error"
    };
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT ", columns!(), " FROM invitations i JOIN users u ON u.id = i.by_id ", $rest)
    };
}

/// Mail that is due and held by nobody: `$1` now, `$2` later than any node's present, `$3` a lease later than which none
/// is.
macro_rules! free {
    () => {
        "mail = 'waiting' AND (mail_due_at <= $1 OR mail_decided_at > $2) AND (lease_until <= $1 OR lease_until > $3)"
    };
}

macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "UPDATE invitations SET lease_until = $4, lease_epoch = lease_epoch + 1 WHERE id IN \
             (SELECT id FROM invitations WHERE ",
            free!(),
            " ORDER BY mail_due_at, id LIMIT $5",
            $lock,
            ") RETURNING id"
        )
    };
}

statements! {
    Both INSERT = "INSERT INTO invitations (id, org_id, hash, email, role, by_id, created_at, expires_at, mail, \
        sealed_token, mail_due_at, mail_decided_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $7, $7)";
    Both OPEN_FOR = "SELECT COUNT(*) FROM invitations WHERE org_id = $1 AND email = $2 AND expires_at > $3 \
        AND revoked_at IS NULL AND accepted_at IS NULL";
    Both MADE_SINCE = "SELECT COUNT(*) FROM invitations WHERE org_id = $1 AND created_at > $2";
    Both BY_ID = select!("WHERE i.id = $1");
    Both BY_HASH = select!("WHERE i.hash = $1");
    Both OF_ORGANIZATION = select!("WHERE i.org_id = $1 ORDER BY i.id DESC LIMIT $2");
    Both REVOKE = "UPDATE invitations SET revoked_at = $2, revoked_by = $3, sealed_token = NULL, \
        mail = CASE mail WHEN 'waiting' THEN 'none' ELSE mail END \
        WHERE id = $1 AND revoked_at IS NULL AND accepted_at IS NULL";
    // Those that somebody made, and those for somebody's own address.
    Both REVOKE_MADE_BY = "UPDATE invitations SET revoked_at = $3, revoked_by = $4, sealed_token = NULL, \
        mail = CASE mail WHEN 'waiting' THEN 'none' ELSE mail END WHERE org_id = $1 AND by_id = $2 \
        AND revoked_at IS NULL AND accepted_at IS NULL AND expires_at > $3 RETURNING id";
    Both REVOKE_MADE_FOR = "UPDATE invitations SET revoked_at = $3, revoked_by = $4, sealed_token = NULL, \
        mail = CASE mail WHEN 'waiting' THEN 'none' ELSE mail END WHERE org_id = $1 \
        AND email = (SELECT email FROM users WHERE id = $2) \
        AND revoked_at IS NULL AND accepted_at IS NULL AND expires_at > $3 RETURNING id";
    Both ACCEPT = "UPDATE invitations SET accepted_at = $2, accepted_by = $3, sealed_token = NULL, \
        mail = CASE mail WHEN 'waiting' THEN 'none' ELSE mail END \
        WHERE id = $1 AND revoked_at IS NULL AND accepted_at IS NULL AND expires_at > $2";
    Both JOIN = "INSERT INTO memberships (org_id, user_id, role, since) SELECT org_id, $2, role, $3 FROM invitations \
        WHERE id = $1 ON CONFLICT (org_id, user_id) DO NOTHING";
    Both ANY_DUE = concat!("SELECT id FROM invitations WHERE ", free!(), " LIMIT 1");
    Sqlite CLAIM_SQLITE = claim!("");
    Postgres CLAIM_POSTGRES = claim!(" FOR UPDATE SKIP LOCKED");
    Both CLAIMED = concat!(
        "SELECT ", columns!(), ", o.name AS organization, i.sealed_token, i.mail_attempts, i.lease_epoch \
        FROM invitations i JOIN users u ON u.id = i.by_id JOIN organizations o ON o.id = i.org_id \
        WHERE i.id = $1 AND i.sealed_token IS NOT NULL"
    );
    Both TRIED = "UPDATE invitations SET mail = $3, mail_attempts = mail_attempts + 1, mail_due_at = $4, \
        mail_decided_at = $5, mail_error = $6, sealed_token = CASE $3 WHEN 'waiting' THEN sealed_token END, \
        lease_until = 0 WHERE id = $1 AND lease_epoch = $2 AND lease_until > 0 AND mail = 'waiting'";
    Both SEALED_AFTER = "SELECT id, sealed_token FROM invitations WHERE sealed_token IS NOT NULL AND id > $1 \
        ORDER BY id LIMIT $2";
    Both REPLACE_TOKEN = "UPDATE invitations SET sealed_token = $3 WHERE id = $1 AND sealed_token = $2";
}

from_row! {
    Invitation {
        id = "invitation_id", org = "invitation_org", email, role: text, by = "by_id", by_name, created_at, expires_at,
        revoked_at, accepted_at, mail: text, mail_error,
    }
    ClaimedInvitation {
        invitation: flat, organization, sealed_token, attempts: int = "mail_attempts", epoch = "lease_epoch",
    }
}

/// What is kept of a link's token.
pub struct KeptToken<'a> {
    /// SHA-256, in hexadecimal.
    pub hash: &'a str,
    /// The token itself, sealed, where a mail is to bring it; the mail is due at once.
    pub sealed: Option<&'a str>,
}

/// How many invitations an organization may make since when.
#[derive(Debug, Clone, Copy)]
pub struct InvitationLimit {
    pub most: u32,
    pub since: UnixMillis,
}

/// What is open of the invitations that somebody made, and of those for their own address, for [`audit::end_each`].
/// Without that their own invitation would bring them back.
pub(crate) const MADE_BY: (&str, &str) = (REVOKE_MADE_BY, "invitation.revoked");
pub(crate) const MADE_FOR: (&str, &str) = (REVOKE_MADE_FOR, "invitation.revoked");

async fn accept(
    link: &mut Link<'_>,
    id: InvitationId,
    user: UserId,
    at: UnixMillis,
) -> Result<Joined, StoreError> {
    if run!(link, ACCEPT, id, at, user)? == 0 {
        return Ok(Joined::Ended);
    }
    let joined = run!(link, JOIN, id, user, at)?;
    Ok(if joined == 0 { Joined::MemberAlready } else { Joined::Done })
}

impl Store {
    /// Makes an invitation, unless there is an open one for the address, or its maker does not have the role any more.
    /// `by_name` is not kept; `mail` and `mail_error` follow from the token.
    pub async fn create_invitation(
        &self,
        invitation: &Invitation,
        maker: Role,
        token: KeptToken<'_>,
        limit: InvitationLimit,
        audit: Audit,
    ) -> Result<Invited, StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        // Of two at once, the second sees the first.
        if !keeps_role(link, invitation.org, invitation.by, maker).await? {
            return Ok(Invited::RoleChanged);
        }
        let (org, email) = (invitation.org, &*invitation.email);
        let open = row!(link, (i64,), OPEN_FOR, org, email, invitation.created_at)?;
        if open.is_some_and(|(count,)| count > 0) {
            return Ok(Invited::OpenAlready);
        }
        let made = row!(link, (i64,), MADE_SINCE, org, limit.since)?;
        if made.is_some_and(|(count,)| count >= i64::from(limit.most)) {
            return Ok(Invited::TooMany);
        }
        run!(
            link,
            INSERT,
            invitation.id,
            org,
            token.hash,
            email,
            Text(invitation.role),
            invitation.by,
            invitation.created_at,
            invitation.expires_at,
            Text(invitation.mail),
            token.sealed
        )
        .or_duplicate("such a link")
        .or_missing("organization")?;
        audit::append(link, &audit).await?;
        writing.commit().await?;
        Ok(Invited::Done)
    }

    pub async fn invitation(&self, id: InvitationId) -> Result<Option<Invitation>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), Invitation, BY_ID, id)?)
    }

    pub async fn invitation_by_hash(&self, hash: &str) -> Result<Option<Invitation>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), Invitation, BY_HASH, hash)?)
    }

    /// The latest, newest first.
    pub async fn invitations_of(&self, org: OrgId, limit: u32) -> Result<Vec<Invitation>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Invitation, OF_ORGANIZATION, org, i64::from(limit))?)
    }

    /// Whether it was neither used nor revoked before.
    pub async fn revoke_invitation(
        &self,
        id: InvitationId,
        at: UnixMillis,
        by: UserId,
        audit: Audit,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let changed = run!(&mut writing.link(), REVOKE, id, at, by)?;
        audit::commit_change(writing, changed, &audit).await
    }

    /// Makes the account a member with the invitation's role, once.
    pub async fn accept_invitation(
        &self,
        id: InvitationId,
        user: UserId,
        at: UnixMillis,
        audit: Audit,
    ) -> Result<Joined, StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        let joined = accept(link, id, user, at).await?;
        if joined != Joined::Ended {
            audit::append(link, &audit).await?;
            writing.commit().await?;
        }
        Ok(joined)
    }

    /// The same with an account that is created for it, in one transaction. [`StoreError::Duplicate`] when the address
    /// has an account by now.
    pub async fn accept_invitation_with_account(
        &self,
        id: InvitationId,
        user: &User,
        at: UnixMillis,
        audits: [Audit; 2],
    ) -> Result<Joined, StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        users::insert(link, user).await?;
        let joined = accept(link, id, user.id, at).await?;
        if joined != Joined::Ended {
            for audit in &audits {
                audit::append(link, audit).await?;
            }
            writing.commit().await?;
        }
        Ok(joined)
    }

    /// Takes up to `limit` invitations whose mail is due and that nobody holds until `lease_ms` from now.
    pub async fn claim_invitations(
        &self,
        now: UnixMillis,
        lease_ms: i64,
        limit: u32,
    ) -> Result<Vec<ClaimedInvitation>, StoreError> {
        let until = UnixMillis(now.0 + lease_ms);
        let (ahead, longest) = (UnixMillis(now.0 + APART_MS), UnixMillis(until.0 + APART_MS));
        // Most of the time nothing is due, and then nothing is written.
        if row!(&mut self.read().await?.link(), (InvitationId,), ANY_DUE, now, ahead, longest)?.is_none() {
            return Ok(Vec::new());
        }
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        let claim = link.dialect(CLAIM_SQLITE, CLAIM_POSTGRES);
        let ids = rows!(link, (InvitationId,), claim, now, ahead, longest, until, i64::from(limit))?;
        let mut claimed = Vec::with_capacity(ids.len());
        for (id,) in ids {
            claimed.extend(row!(link, ClaimedInvitation, CLAIMED, id)?);
        }
        writing.commit().await?;
        Ok(claimed)
    }

    /// Notes how a try to send the mail ended; the sealed token is erased once there is no next one. `false`, and
    /// nothing changes, when the lease ran out and somebody else has it, or the invitation ended meanwhile.
    pub async fn invitation_mail_tried(
        &self,
        id: InvitationId,
        epoch: i64,
        tried: Tried,
        now: UnixMillis,
    ) -> Result<bool, StoreError> {
        let (mail, due, error) = match tried {
            Tried::Sent => (InvitationMail::Sent, now, None),
            Tried::Again { at, error } => (InvitationMail::Waiting, at, Some(error)),
            Tried::Dead { error } => (InvitationMail::Dead, now, Some(error)),
        };
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        let noted = run!(link, TRIED, id, epoch, Text(mail), due, now, error.as_deref())?;
        writing.commit().await?;
        Ok(noted > 0)
    }

    /// The sealed tokens of mails that wait, of every organization, from the one after `after`.
    pub async fn sealed_invitations_after(
        &self,
        after: Option<InvitationId>,
        limit: u32,
    ) -> Result<Vec<(InvitationId, String)>, StoreError> {
        let mut lease = self.read().await?;
        let after = page::after(after);
        Ok(rows!(&mut lease.link(), (InvitationId, String), SEALED_AFTER, after, i64::from(limit))?)
    }

    /// Puts a token sealed anew in place of the one that was read; whether it still was that one.
    pub async fn replace_invitation_token(
        &self,
        id: InvitationId,
        seen: &str,
        sealed: &str,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let replaced = run!(&mut writing.link(), REPLACE_TOKEN, id, seen, sealed)?;
        writing.commit().await?;
        Ok(replaced > 0)
    }
}
