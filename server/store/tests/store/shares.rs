use rstest::rstest;
use store::record::{Made, MemberChange, Role, Share, ShareVisit};
use store::{Backend, ShareId};

use crate::world::{NOW, World, later};

#[rstest]
#[tokio::test]
async fn a_share_is_found_by_its_hash_revoked_once_and_keeps_who_read(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let share = Share {
        id: ShareId::new(),
        assessment: world.assessment().await.id,
        label: "The board".to_owned(),
        sections: "domains,findings".to_owned(),
        by: world.user.id,
        by_name: world.user.name.clone(),
        created_at: NOW,
        expires_at: later(1_000),
        revoked_at: None,
    };
    let maker = (world.org.id, Role::Owner);
    assert!(store.create_share(share.clone(), maker, "0f", world.audit("shared")).await.unwrap());
    assert_eq!(store.share_by_hash("0f").await.unwrap(), Some(share.clone()));
    assert_eq!(store.share_by_hash("0e").await.unwrap(), None);
    assert_eq!(store.shares_of(share.assessment).await.unwrap(), std::slice::from_ref(&share));
    assert!(share.open(later(999)) && !share.open(later(1_000)));

    let visit = |at| ShareVisit {
        share: share.id,
        at: later(at),
        address: "192.0.2.1".to_owned(),
        browser: "Firefox on Linux".to_owned(),
    };
    assert!(store.note_share_visit(&visit(0)).await.unwrap());
    assert!(!store.note_share_visit(&visit(59_000)).await.unwrap(), "the same reading goes on");
    let other = ShareVisit { address: "192.0.2.2".to_owned(), ..visit(59_000) };
    assert!(store.note_share_visit(&other).await.unwrap());
    assert!(store.note_share_visit(&visit(61_000)).await.unwrap());
    let read = store.share_visits(share.assessment, 9).await.unwrap();
    assert_eq!(read, [visit(61_000), other, visit(0)]);
    assert_eq!(store.share_visits(share.assessment, 1).await.unwrap().len(), 1);

    // Beyond what the log lists, every reading counts, each for its own link.
    let second = Share { id: ShareId::new(), label: "A payer".to_owned(), ..share.clone() };
    assert!(store.create_share(second.clone(), maker, "1f", world.audit("shared")).await.unwrap());
    assert!(store.note_share_visit(&ShareVisit { share: second.id, ..visit(0) }).await.unwrap());
    for number in 2..=250 {
        assert!(store.note_share_visit(&visit(number * 61_000)).await.unwrap());
    }
    let mut readings = store.share_readings(share.assessment).await.unwrap();
    readings.sort_unstable_by_key(|(_, count)| *count);
    assert_eq!(readings, [(second.id, 1), (share.id, 252)]);

    assert!(store.revoke_share(share.id, later(5), world.user.id, world.audit("revoked")).await.unwrap());
    assert!(!store.revoke_share(share.id, later(6), world.user.id, world.audit("revoked")).await.unwrap());
    let kept = store.share(share.id).await.unwrap().unwrap();
    assert_eq!((kept.revoked_at, kept.open(later(6))), (Some(later(5)), false));
    assert_eq!(world.actions().await, ["shared", "shared", "revoked"]);
}

/// However often somebody asks for links while their role is taken from them.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn no_link_is_made_in_a_role_that_was_taken(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let (org, assessment) = (world.org.id, world.assessment().await.id);
    let member = world.another_user("member@example.org").await;
    world.store.add_member(org, member.id, Role::Assessor, NOW, world.audit("added")).await.unwrap();
    let making = {
        let (store, entry) = (world.store.clone(), world.audit("shared"));
        let (by, by_name) = (member.id, member.name.clone());
        tokio::spawn(async move {
            for number in 0.. {
                let share = Share {
                    id: ShareId::new(),
                    assessment,
                    label: "Anybody".to_owned(),
                    sections: "domains".to_owned(),
                    by,
                    by_name: by_name.clone(),
                    created_at: NOW,
                    expires_at: later(1_000),
                    revoked_at: None,
                };
                let maker = (org, Role::Assessor);
                if !store.create_share(share, maker, &format!("{number}"), entry.clone()).await.unwrap() {
                    return number;
                }
            }
            unreachable!("the role ends it")
        })
    };
    while world.store.shares_of(assessment).await.unwrap().len() < 5 {
        tokio::task::yield_now().await;
    }
    let ends = [Made::Links];
    let taken = world.store.set_role(org, member.id, Role::Viewer, &ends, world.audit("role.set")).await;
    assert_eq!(taken.unwrap(), MemberChange::Done);
    let made: usize = making.await.unwrap();
    let shares = world.store.shares_of(assessment).await.unwrap();
    assert_eq!(shares.len(), made);
    assert!(shares.iter().all(|share| share.revoked_at.is_some()), "{shares:?}");
}
