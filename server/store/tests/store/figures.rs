use domain::check::Observations;
use rstest::rstest;
use store::record::ReportedFigures;
use store::{Backend, CheckId, StoreError};

use crate::world::{World, later};

#[rstest]
#[tokio::test]
async fn of_what_was_reported_beside_a_check_the_newest_stays(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let (store, check) = (&world.store, world.check().await.id);
    let figures = |at: i64, p95: i64| {
        let mut observations = Observations::new();
        observations.set("p95_latency_ms", p95);
        ReportedFigures { computed_at: later(at), observations }
    };
    assert_eq!(store.figures_of(check).await.unwrap(), None);
    for (at, p95) in [(20, 640), (10, 90), (30, 700)] {
        store.put_figures(check, &figures(at, p95), world.audit("reported")).await.unwrap();
        let newest = if at < 20 { figures(20, 640) } else { figures(at, p95) };
        assert_eq!(store.figures_of(check).await.unwrap(), Some(newest));
    }
    let lost = store.put_figures(CheckId::new(), &figures(1, 1), world.audit("reported")).await;
    assert!(matches!(lost, Err(StoreError::NotFound { .. })), "{lost:?}");
    assert_eq!(world.actions().await, ["reported"; 3]);
}
