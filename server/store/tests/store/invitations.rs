#![allow(clippy::unwrap_used, reason = "a test's helper may panic")]

use rstest::rstest;
use store::record::{Invitation, InvitationMail, InvitationState, Invited, Joined, Role, Tried};
use store::{Backend, InvitationId, InvitationLimit, KeptToken, StoreError};

use crate::world::{NOW, World, later, user};

const LIMIT: InvitationLimit = InvitationLimit { most: 3, since: NOW };

fn invitation(world: &World, email: &str, mail: InvitationMail) -> Invitation {
    Invitation {
        id: InvitationId::new(),
        org: world.org.id,
        email: email.to_owned(),
        role: Role::Assessor,
        by: world.user.id,
        by_name: world.user.name.clone(),
        created_at: later(1),
        expires_at: later(1_000),
        revoked_at: None,
        accepted_at: None,
        mail,
        mail_error: None,
    }
}

async fn make(world: &World, one: &Invitation, hash: &str, sealed: Option<&str>) -> Invited {
    let token = KeptToken { hash, sealed };
    world.store.create_invitation(one, Role::Owner, token, LIMIT, world.audit("made")).await.unwrap()
}

#[rstest]
#[tokio::test]
async fn an_invitation_is_used_once_and_brings_its_role(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let one = invitation(world, "ana@example.org", InvitationMail::None);
    assert_eq!(make(world, &one, "0a", None).await, Invited::Done);
    assert_eq!(store.invitation_by_hash("0a").await.unwrap(), Some(one.clone()));
    let again = invitation(world, "ana@example.org", InvitationMail::None);
    assert_eq!(make(world, &again, "0b", None).await, Invited::OpenAlready);
    assert_eq!(store.invitations_of(world.org.id, 9).await.unwrap(), std::slice::from_ref(&one));

    let token = KeptToken { hash: "0c", sealed: None };
    let other = invitation(world, "bo@example.org", InvitationMail::None);
    let lost = store.create_invitation(&other, Role::Assessor, token, LIMIT, world.audit("made")).await;
    assert_eq!(lost.unwrap(), Invited::RoleChanged, "its maker has another role by now");

    let ana = user("ana@example.org");
    let late = store
        .accept_invitation_with_account(one.id, &ana, later(1_000), [world.audit("a"), world.audit("b")])
        .await
        .unwrap();
    assert_eq!(late, Joined::Ended);
    assert_eq!(store.user(ana.id).await.unwrap(), None, "no account without an invitation");
    let joined = store
        .accept_invitation_with_account(
            one.id,
            &ana,
            later(5),
            [world.audit("account"), world.audit("joined")],
        )
        .await
        .unwrap();
    assert_eq!(joined, Joined::Done);
    assert_eq!(store.role(world.org.id, ana.id).await.unwrap(), Some(Role::Assessor));
    let twice = store.accept_invitation(one.id, ana.id, later(6), world.audit("joined")).await.unwrap();
    assert_eq!(twice, Joined::Ended);
    assert_eq!(store.invitation(one.id).await.unwrap().unwrap().state(later(6)), InvitationState::Accepted);
    assert!(!store.revoke_invitation(one.id, later(7), world.user.id, world.audit("revoked")).await.unwrap());

    let member = invitation(world, "owner@example.org", InvitationMail::None);
    assert_eq!(make(world, &member, "0c", None).await, Invited::Done);
    let joined =
        store.accept_invitation(member.id, world.user.id, later(8), world.audit("joined")).await.unwrap();
    assert_eq!(joined, Joined::MemberAlready);
    assert_eq!(store.role(world.org.id, world.user.id).await.unwrap(), Some(Role::Owner), "the role stays");

    let third = invitation(world, "third@example.org", InvitationMail::None);
    assert_eq!(make(world, &third, "0d", None).await, Invited::Done);
    let fourth = invitation(world, "fourth@example.org", InvitationMail::None);
    assert_eq!(make(world, &fourth, "0e", None).await, Invited::TooMany);
    let taken = store
        .accept_invitation_with_account(
            third.id,
            &user("ana@example.org"),
            later(9),
            [world.audit("a"), world.audit("b")],
        )
        .await;
    assert!(matches!(taken, Err(StoreError::Duplicate { .. })), "{taken:?}");
    assert!(
        store.revoke_invitation(third.id, later(9), world.user.id, world.audit("revoked")).await.unwrap()
    );
    assert_eq!(
        make(world, &fourth, "0e", None).await,
        Invited::TooMany,
        "a revoked one was made all the same"
    );
    assert_eq!(world.actions().await, ["made", "account", "joined", "made", "joined", "made", "revoked"]);
}

#[rstest]
#[tokio::test]
async fn the_mail_is_claimed_once_and_its_token_erased_at_the_end(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let (by_hand, by_mail) = (
        invitation(world, "hand@example.org", InvitationMail::None),
        invitation(world, "mail@example.org", InvitationMail::Waiting),
    );
    make(world, &by_hand, "0a", None).await;
    make(world, &by_mail, "0b", Some("sealed")).await;
    let waiting = store.sealed_invitations_after(None, 9).await.unwrap();
    assert_eq!(waiting, [(by_mail.id, "sealed".to_owned())]);
    assert!(store.sealed_invitations_after(Some(by_mail.id), 9).await.unwrap().is_empty());
    assert!(store.replace_invitation_token(by_mail.id, "sealed", "sealed anew").await.unwrap());
    assert!(!store.replace_invitation_token(by_mail.id, "sealed", "too late").await.unwrap());
    let claimed = store.claim_invitations(later(2), 500, 9).await.unwrap();
    let [one] = claimed.as_slice() else { panic!("{claimed:?}") };
    assert_eq!((one.invitation.id, one.sealed_token.as_str(), one.attempts), (by_mail.id, "sealed anew", 0));
    assert_eq!(one.organization, world.org.name);
    assert!(store.claim_invitations(later(3), 500, 9).await.unwrap().is_empty(), "somebody holds it");

    let again = Tried::Again { at: later(700), error: "busy".to_owned() };
    assert!(store.invitation_mail_tried(by_mail.id, one.epoch, again, later(4)).await.unwrap());
    assert!(store.claim_invitations(later(600), 500, 9).await.unwrap().is_empty(), "not before its time");
    let claimed = store.claim_invitations(later(700), 200, 9).await.unwrap();
    assert_eq!((claimed[0].attempts, claimed[0].invitation.mail_error.as_deref()), (1, Some("busy")));
    assert!(
        !store.invitation_mail_tried(by_mail.id, one.epoch, Tried::Sent, later(701)).await.unwrap(),
        "too late"
    );
    assert!(
        store.invitation_mail_tried(by_mail.id, claimed[0].epoch, Tried::Sent, later(701)).await.unwrap()
    );
    let sent = store.invitation(by_mail.id).await.unwrap().unwrap();
    assert_eq!((sent.mail, sent.mail_error), (InvitationMail::Sent, None));
    assert!(store.sealed_invitations_after(None, 9).await.unwrap().is_empty());
    assert!(store.claim_invitations(later(9_000), 500, 9).await.unwrap().is_empty());

    let revoked = invitation(world, "gone@example.org", InvitationMail::Waiting);
    make(world, &revoked, "0c", Some("sealed")).await;
    let held = store.claim_invitations(later(10), 500, 9).await.unwrap().remove(0);
    store.revoke_invitation(revoked.id, later(11), world.user.id, world.audit("revoked")).await.unwrap();
    assert!(!store.invitation_mail_tried(revoked.id, held.epoch, Tried::Sent, later(12)).await.unwrap());
    assert_eq!(store.invitation(revoked.id).await.unwrap().unwrap().mail, InvitationMail::None);
    assert!(store.claim_invitations(later(9_000), 500, 9).await.unwrap().is_empty());
}
