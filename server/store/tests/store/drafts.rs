use rstest::rstest;
use store::record::{FrameworkDraft, Publication, Publishing};
use store::{Backend, DraftId, FrameworkId, StoreError};

use crate::world::{NOW, World, baseline, later, said};

fn draft(world: &World, base: Option<FrameworkId>) -> FrameworkDraft {
    FrameworkDraft {
        id: DraftId::new(),
        text: "title = \"ünï\"\n".to_owned(),
        base,
        revision: 1,
        created_by: world.user.id,
        created_at: NOW,
        changed_by: world.user.id,
        changed_by_name: world.user.name.clone(),
        changed_at: NOW,
        published: None,
    }
}

#[rstest]
#[tokio::test]
async fn a_draft_is_saved_by_whoever_saw_its_revision(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let draft = draft(world, Some(world.framework));
    store.create_draft(&draft, world.audit("begun")).await.unwrap();
    assert_eq!(store.draft(draft.id).await.unwrap().as_ref(), Some(&draft));
    assert_eq!(store.drafts().await.unwrap(), std::slice::from_ref(&draft));

    let other = world.another_user("second@example.org").await;
    let mut line = world.audit("saved");
    line.at = later(5);
    assert!(store.save_draft(draft.id, 1, "code = \"X\"", other.id, line).await.unwrap());
    let kept = store.draft(draft.id).await.unwrap().unwrap();
    assert_eq!((kept.text.as_str(), kept.revision, kept.changed_at), ("code = \"X\"", 2, later(5)));
    assert_eq!((kept.changed_by_name, kept.created_by), (other.name, world.user.id));

    let stale = store.save_draft(draft.id, 1, "lost", world.user.id, world.audit("saved")).await;
    assert!(!stale.unwrap());
    assert_eq!(store.draft(draft.id).await.unwrap().unwrap().revision, 2);
    assert!(store.discard_draft(draft.id, world.audit("discarded")).await.unwrap());
    assert!(!store.discard_draft(draft.id, world.audit("discarded")).await.unwrap());
    assert_eq!(store.draft(draft.id).await.unwrap(), None);
    assert_eq!(world.actions().await, ["begun", "saved", "discarded"]);

    let lost = self::draft(world, Some(FrameworkId::new()));
    let refused = store.create_draft(&lost, said("begun")).await;
    assert!(matches!(refused, Err(StoreError::NotFound { .. })), "{refused:?}");
}

#[rstest]
#[tokio::test]
async fn a_draft_is_published_once_and_only_as_a_higher_version(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let draft = draft(world, None);
    store.create_draft(&draft, world.audit("begun")).await.unwrap();
    let mut framework = baseline().clone();
    let publish = async |version: &str, seen_revision: i64| {
        let mut framework = baseline().clone();
        framework.version = version.to_owned();
        let publishing = Publishing { draft: draft.id, seen_revision, framework: &framework, hash: "h" };
        store.publish_draft(publishing, world.user.id, world.audit("published")).await.unwrap()
    };
    for version in ["1.0.0", "0.9.9"] {
        let refused = publish(version, 1).await;
        assert_eq!(refused, Publication::NotNewer { published: "1.0.0".to_owned() });
    }
    assert_eq!(publish("1.10.0", 7).await, Publication::Stale);
    assert_eq!(store.frameworks().await.unwrap().len(), 1, "nothing was kept");

    let Publication::Published(id) = publish("1.10.0", 1).await else { panic!("it is higher") };
    framework.version = "1.10.0".to_owned();
    assert_eq!(store.framework(id).await.unwrap(), Some(framework));
    assert_eq!(store.draft(draft.id).await.unwrap().unwrap().published, Some(id));
    assert!(store.drafts().await.unwrap().is_empty(), "it is closed");
    assert_eq!(publish("1.11.0", 1).await, Publication::Stale);
    assert!(!store.save_draft(draft.id, 1, "late", world.user.id, world.audit("saved")).await.unwrap());
    assert!(!store.discard_draft(draft.id, world.audit("discarded")).await.unwrap());
    assert_eq!(world.actions().await, ["begun", "published"]);
}

#[rstest]
#[tokio::test]
async fn a_source_is_added_behind_the_others_and_changed_where_it_stands(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let before = store.citations().await.unwrap();
    let mut own = before[0].clone();
    own.key = "LOCAL-1".into();
    own.valid_to = Some("2027-01-31".parse().unwrap());
    store.keep_citation(&own, world.audit("kept")).await.unwrap();
    let other = domain::framework::Citation { key: "LOCAL-2".into(), ..own.clone() };
    store.keep_citation(&other, world.audit("kept")).await.unwrap();
    own.title = "Another title".to_owned();
    store.keep_citation(&own, world.audit("kept")).await.unwrap();
    let after = store.citations().await.unwrap();
    assert_eq!(after[..before.len()], before);
    assert_eq!(after[before.len()..], [own, other]);
    store.import_citations(&before).await.unwrap();
    assert_eq!(store.citations().await.unwrap(), after, "a later start leaves them");
    assert_eq!(world.actions().await, ["kept", "kept", "kept"]);
}
