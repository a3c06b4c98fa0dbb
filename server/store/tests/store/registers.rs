use jiff::civil::date;
use rstest::rstest;
use store::record::{ConsentTest, Register, RegisterContent, RegisterEntry};
use store::{Backend, RegisterEntryId, StoreError};

use crate::world::{NOW, World, later};

fn entry(world: &World) -> RegisterEntry {
    let test = ConsentTest {
        suite: "Part 2".to_owned(),
        ran: date(2026, 10, 1),
        release: "2026.2".to_owned(),
        production_release: String::new(),
        permit_cases: 6,
        permit_passed: 6,
        deny_cases: 4,
        deny_passed: 3,
        tester: "Privacy office".to_owned(),
        notes: "Case 7\nfailed.".to_owned(),
    };
    RegisterEntry {
        id: RegisterEntryId::new(),
        org: world.org.id,
        content: RegisterContent::ConsentTests(test),
        revision: 1,
        by: world.user.id,
        by_name: world.user.name.clone(),
        created_at: NOW,
        changed_at: NOW,
        withdrawn_at: None,
        withdrawn_reason: None,
    }
}

#[rstest]
#[tokio::test]
async fn an_entry_is_corrected_once_and_withdrawn_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let first = entry(world);
    store.add_register_entries(vec![first.clone()], world.audit("added")).await.unwrap();
    assert_eq!(store.register_entry(first.id).await.unwrap(), Some(first.clone()));
    let changed = RegisterEntry { changed_at: later(5), ..first.clone() };
    assert!(store.correct_register_entry(changed.clone(), world.audit("corrected")).await.unwrap());
    assert!(
        !store.correct_register_entry(changed, world.audit("corrected")).await.unwrap(),
        "an old revision"
    );
    assert!(
        store.withdraw_register_entry(first.id, later(9), "twice", world.audit("withdrawn")).await.unwrap()
    );
    assert!(
        !store.withdraw_register_entry(first.id, later(9), "twice", world.audit("withdrawn")).await.unwrap()
    );
    let kept = store.register_entry(first.id).await.unwrap().unwrap();
    assert_eq!((kept.revision, kept.withdrawn_at, kept.counts()), (3, Some(later(9)), false));
    assert_eq!(world.actions().await, ["added", "corrected", "withdrawn"]);
}

#[rstest]
#[tokio::test]
async fn entries_come_by_register_the_latest_first_all_or_none_added(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let all = vec![entry(world), entry(world), entry(world)];
    store.add_register_entries(all.clone(), world.audit("imported")).await.unwrap();
    let read = |before, limit| store.register_entries(world.org.id, Register::ConsentTests, before, limit);
    let first = read(None, 2).await.unwrap();
    assert_eq!(first, [all[2].clone(), all[1].clone()]);
    assert_eq!(read(Some(first[1].id), 2).await.unwrap(), all[..1]);
    let others = store.register_entries(world.org.id, Register::Incidents, None, 9).await.unwrap();
    assert_eq!(others, []);
    let astray = RegisterEntry { by: store::UserId::new(), ..entry(world) };
    let refused = store.add_register_entries(vec![entry(world), astray], world.audit("imported")).await;
    assert!(matches!(refused, Err(StoreError::NotFound { .. })), "{refused:?}");
    assert_eq!(read(None, 9).await.unwrap().len(), 3);

    assert!(store.withdraw_register_entry(all[0].id, later(9), "x", world.audit("withdrawn")).await.unwrap());
    let counts = store.register_counts(world.org.id).await.unwrap();
    assert_eq!(counts, [(Register::ConsentTests, 2)], "what was withdrawn counts no more");
    assert_eq!(store.register_counts(store::OrgId::new()).await.unwrap(), []);
}
