use rstest::rstest;
use store::Backend;
use store::record::{FinalizedItem, Sighting};

use crate::world::{World, later};

fn item(reference: &str, at: i64) -> FinalizedItem {
    FinalizedItem { reference: reference.to_owned(), finalized_at: later(at), sighting: Sighting::Awaited }
}

#[rstest]
#[tokio::test]
async fn what_was_seen_of_an_item_stays_until_it_is_finalized_anew(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let (store, check) = (&world.store, world.check().await.id);
    let keep = async |items: &[FinalizedItem], since, most| {
        store.keep_finalized(check, items, later(since), most, world.audit("finalized")).await.unwrap()
    };
    assert!(keep(&[item("Observation/1", 10), item("Observation/a", 20)], 0, 2).await);
    let sightings = vec![("Observation/1".to_owned(), Sighting::InTime)];
    store.note_sightings(check, sightings).await.unwrap();
    assert!(!keep(&[item("Observation/3", 30)], 0, 2).await, "there is room for two");
    assert!(keep(&[item("Observation/1", 10), item("Observation/a", 21)], 0, 2).await);
    let seen = FinalizedItem { sighting: Sighting::InTime, ..item("Observation/1", 10) };
    assert_eq!(store.finalized_since(check, later(0)).await.unwrap(), [item("Observation/a", 21), seen]);
    assert!(keep(&[item("Observation/3", 30)], 21, 2).await, "the older one is forgotten");
    let kept = store.finalized_since(check, later(0)).await.unwrap();
    assert_eq!(kept, [item("Observation/3", 30), item("Observation/a", 21)]);
    assert_eq!(world.actions().await, ["finalized"; 3], "what was refused left no line");
}
