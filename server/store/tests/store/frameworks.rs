use rstest::rstest;
use store::record::Import;
use store::testing::TestDatabase;
use store::{Backend, FrameworkId, StoreError};

use crate::world::{World, baseline, citations, said};

#[rstest]
#[tokio::test]
async fn every_built_in_framework_comes_back_as_it_was_imported(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (_database, store) = TestDatabase::open(backend).await;
    let citations = citations();
    store.import_citations(&citations).await.unwrap();
    assert_eq!(store.citations().await.unwrap(), citations);
    for framework in domain::builtin::frameworks() {
        let imported = store.import_framework(framework, "hash", said("framework.imported")).await.unwrap();
        let Import::Created(id) = imported else { panic!("{imported:?}") };
        let kept = store.framework(id).await.unwrap().unwrap();
        let changed: Vec<_> =
            kept.criteria().zip(framework.criteria()).filter(|(kept, was)| kept != was).collect();
        assert!(changed.is_empty(), "{changed:#?}");
        assert!(kept == *framework, "{} came back changed", framework.code);
        let entry = store.framework_by_code(&framework.code, None).await.unwrap().unwrap();
        assert_eq!(entry.id, id);
        assert_eq!(entry.title, framework.title);
        assert_eq!(entry.criteria as usize, framework.criteria().count());
    }
    let codes: Vec<_> =
        store.frameworks().await.unwrap().into_iter().map(|entry| entry.code.to_string()).collect();
    assert_eq!(codes, ["B7", "BL7", "CCR", "VBR"]);
    assert_eq!(store.framework(FrameworkId::new()).await.unwrap(), None);
}

#[rstest]
#[tokio::test]
async fn importing_again_changes_nothing_and_other_content_is_refused(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let same = world.store.import_framework(baseline(), "hash", world.audit("again")).await.unwrap();
    assert_eq!(same, Import::Unchanged(world.framework));
    let mut changed = baseline().clone();
    "Another".clone_into(&mut changed.title);
    let refused = world.store.import_framework(&changed, "other hash", world.audit("again")).await.unwrap();
    assert_eq!(refused, Import::ConflictingContent);
    assert_eq!(world.store.framework(world.framework).await.unwrap().as_ref(), Some(baseline()));
    assert!(world.actions().await.is_empty());
}

#[rstest]
#[tokio::test]
async fn the_latest_version_is_the_highest_not_the_last_imported(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    for version in ["1.10.0", "1.9.0"] {
        let mut framework = baseline().clone();
        version.clone_into(&mut framework.version);
        world.store.import_framework(&framework, version, said("framework.imported")).await.unwrap();
    }
    let code = &baseline().code;
    let latest = world.store.framework_by_code(code, None).await.unwrap().unwrap();
    assert_eq!(latest.version, "1.10.0");
    let named = world.store.framework_by_code(code, Some("1.9.0")).await.unwrap().unwrap();
    assert_eq!(named.version, "1.9.0");
    assert_eq!(world.store.framework_by_code(code, Some("7")).await.unwrap(), None);
    let versions: Vec<_> =
        world.store.frameworks().await.unwrap().into_iter().map(|entry| entry.version).collect();
    assert_eq!(versions[1..], ["1.9.0", "1.10.0"]);
}

#[rstest]
#[tokio::test]
async fn a_framework_that_cites_an_unknown_source_is_refused_whole(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (_database, store) = TestDatabase::open(backend).await;
    let refused = store.import_framework(baseline(), "hash", said("x")).await.unwrap_err();
    assert!(matches!(refused, StoreError::NotFound { what: "citation" }), "{refused:?}");
    assert!(store.frameworks().await.unwrap().is_empty());
    assert_eq!(store.audit_count().await.unwrap(), 0);
}

#[rstest]
#[tokio::test]
async fn citations_are_brought_up_to_date(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let (_database, store) = TestDatabase::open(backend).await;
    let mut citations = citations();
    store.import_citations(&citations).await.unwrap();
    citations[0].title.push_str(", second edition");
    citations[0].valid_to = Some(jiff::civil::date(2030, 1, 1));
    store.import_citations(&citations).await.unwrap();
    assert_eq!(store.citations().await.unwrap(), citations);
}
