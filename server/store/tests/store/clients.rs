use std::collections::BTreeSet;
use std::time::Duration;

use domain::check::Status;
use rstest::rstest;
use store::client::{EXPORTED, KeptClient, LEFT_OUT, NamedPerson, NewClient};
use store::record::{Claim, Role};
use store::testing::TestDatabase;
use store::{Backend, Store, UnixMillis, UserId};

use crate::world::{World, baseline, citations, later, level, ran, said, user};

/// Whoever adds a table decides whether it belongs to an organization that is taken elsewhere.
#[rstest]
#[tokio::test]
async fn every_table_travels_with_its_organization_or_is_named_as_left_out(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (_database, store) = TestDatabase::open(backend).await;
    let there: BTreeSet<String> = store.table_names().await.unwrap().into_iter().collect();
    let decided: Vec<&str> =
        EXPORTED.iter().copied().chain(LEFT_OUT.iter().map(|(table, _)| *table)).collect();
    let known: BTreeSet<String> = decided.iter().map(|table| (*table).to_owned()).collect();
    assert_eq!(decided.len(), known.len(), "a table is decided on twice");
    assert_eq!(there, known, "add the table to server/store/src/client/tables.rs");
}

/// Another server, or a command beside it, waits too.
#[rstest]
#[tokio::test]
async fn one_import_waits_for_the_other(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let (database, store) = TestDatabase::open(backend).await;
    let other = Store::connect(database.url()).await.unwrap();
    for next in [store.clone(), other] {
        let held = store.import_turn().await.unwrap();
        let waiting = tokio::spawn(async move { next.import_turn().await.map(drop) });
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(!waiting.is_finished());
        drop(held);
        waiting.await.unwrap().unwrap();
    }
}

/// A server that is asked to stop does not wait until a command beside it is done.
#[rstest]
#[tokio::test]
async fn an_import_that_waits_ends_with_its_store(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    const SOON: Duration = Duration::from_secs(5);
    let (database, store) = TestDatabase::open(backend).await;
    let held = store.import_turn().await.unwrap();
    let server = Store::connect(database.url()).await.unwrap();
    let next = server.clone();
    let waiting = tokio::spawn(async move { next.import_turn().await.map(drop) });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!waiting.is_finished());
    tokio::time::timeout(SOON, server.close()).await.expect("who waits holds no connection");
    let ended = tokio::time::timeout(SOON, waiting).await.expect("nobody waits any more").unwrap();
    assert!(ended.is_err());
    drop(held);
    drop(store.import_turn().await.unwrap());
}

/// As after a command that somebody else ran, root for example.
#[tokio::test]
async fn an_import_waits_at_a_lock_that_it_may_only_read() {
    let (database, store) = TestDatabase::open(Backend::Sqlite).await;
    drop(store.import_turn().await.unwrap());
    let lock = format!("{}.import", database.url().trim_start_matches("sqlite://"));
    let mut permissions = std::fs::metadata(&lock).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&lock, permissions).unwrap();
    drop(store.import_turn().await.unwrap());
}

/// Columns of travelling tables that stay, and why.
const COLUMNS_LEFT_OUT: &[(&str, &str, &str)] = &[
    ("checks", "host", "follows from the parameters"),
    ("checks", "judged", "only saves work"),
    ("checks", "repeats", "added up in the standings"),
    ("checks", "own_failures", "a node's progress"),
    ("checks", "lease_owner", "a node's hold"),
    ("checks", "lease_until", "a node's hold"),
    ("checks", "twice_until", "of this installation's clock"),
    ("checks", "lease_epoch", "a node's hold"),
    ("feeds", "token_hash", "opens an address of this installation"),
    ("feeds", "token_made_at", "opens an address of this installation"),
    ("feeds", "changes", "a node's progress"),
];

/// Whoever adds a column to a table that travels lets it travel, or says why not.
#[rstest]
#[tokio::test]
async fn every_column_of_a_travelling_table_travels_or_is_named_as_left_out(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let leaving = world.store.client_rows(world.org.id).await.unwrap().unwrap();
    for table in EXPORTED {
        let there: BTreeSet<String> = world.store.column_names(table).await.unwrap().into_iter().collect();
        let left = COLUMNS_LEFT_OUT.iter().filter(|(of, ..)| of == table).map(|(_, column, _)| *column);
        let travels = leaving.rows.tables[*table].columns.iter().map(String::as_str);
        let decided: Vec<&str> = travels.chain(left).collect();
        let known: BTreeSet<String> = decided.iter().map(|column| (*column).to_owned()).collect();
        assert_eq!(decided.len(), known.len(), "a column of {table} is decided on twice");
        assert_eq!(there, known, "{table}: see server/store/src/client/tables.rs");
    }
}

#[rstest]
#[case(Backend::Sqlite, Backend::Postgres)]
#[case(Backend::Postgres, Backend::Sqlite)]
#[tokio::test]
async fn rows_come_out_as_they_went_in_with_people_as_names_and_the_framework_by_its_name(
    #[case] from: Backend,
    #[case] to: Backend,
) {
    let world = &World::new(from).await;
    let assessment = world.assessment().await;
    let answer = world.save(assessment.id, Claim::Level(level(2)), 0);
    world.store.save_answer(answer, world.audit("saved")).await.unwrap();
    let leaving = world.store.client_rows(world.org.id).await.unwrap().unwrap();
    assert_eq!(leaving.frameworks, [world.framework]);
    assert_eq!(leaving.rows.people.len(), 1);
    assert_eq!(leaving.rows.members[0].role, "owner");
    assert_eq!(leaving.rows.tables["answers"].rows.len(), 1);

    let (_database, store) = TestDatabase::open(to).await;
    let keeper = user("keeper@example.org");
    store.create_user(keeper.clone(), said("user.created")).await.unwrap();
    // Somebody who came along once, and had an account by then, leaves as two.
    let mark = "a".repeat(64);
    let mut rows = leaving.rows.clone();
    rows.people[0].mark = Some(mark.clone());
    let twin = NamedPerson { id: UserId::new(), ..rows.people[0].clone() };
    rows.people.push(twin);
    assert_eq!(leaving.addresses[&world.user.id], world.user.email);
    let new = NewClient {
        rows,
        frameworks: vec![(baseline().clone(), "hash".to_owned())],
        citations: citations(),
        logo: None,
        owner: keeper.id,
        slug: "north".to_owned(),
    };
    let kept = store.keep_client(&new, |_| said("client.imported")).await.unwrap();
    assert!(matches!(&kept, KeptClient::Done { slug, .. } if slug == "north"), "{kept:?}");
    assert_eq!(store.keep_client(&new, |_| said("again")).await.unwrap(), KeptClient::HereAlready);
    assert_eq!(store.role(world.org.id, keeper.id).await.unwrap(), Some(Role::Owner));
    assert_eq!(store.user_count().await.unwrap(), 1, "a name is no account");
    let answers = store.bundle(assessment.id, None).await.unwrap().unwrap().answers;
    assert_eq!((answers[0].by_name.as_str(), answers[0].revision), (world.user.name.as_str(), 1));
    assert_ne!(answers[0].by, world.user.id);
    assert_eq!(store.marked_person(world.org.id, &mark).await.unwrap(), Some(answers[0].by));
    assert_eq!(store.marked_person(world.org.id, &"b".repeat(64)).await.unwrap(), None);
    // Out again, it is the same, but for whom the names stand.
    let again = store.client_rows(world.org.id).await.unwrap().unwrap();
    assert_eq!((again.rows.people.len(), again.rows.people[0].mark.as_ref()), (1, Some(&mark)));
    assert!(again.addresses.is_empty(), "a name has no address");
    let again = again.rows;
    assert_eq!(again.tables["answer_history"].columns, leaving.rows.tables["answer_history"].columns);
    for (name, table) in &leaving.rows.tables {
        assert_eq!(again.tables[name].rows.len(), table.rows.len(), "{name}");
    }
}

/// Takes the world's organization into another installation.
async fn bring(world: &World, store: &Store) {
    let keeper = user("keeper@example.org");
    store.create_user(keeper.clone(), said("user.created")).await.expect("a person");
    let rows = world.store.client_rows(world.org.id).await.expect("it is read").expect("it is there");
    let new = NewClient {
        rows: rows.rows,
        frameworks: vec![(baseline().clone(), "hash".to_owned())],
        citations: citations(),
        logo: None,
        owner: keeper.id,
        slug: "north".to_owned(),
    };
    let kept = store.keep_client(&new, |_| said("client.imported")).await.expect("it is kept");
    assert!(matches!(kept, KeptClient::Done { .. }), "{kept:?}");
}

/// Runs that are judged alike are counted apart from the standings; a contradiction is one elsewhere, too.
#[rstest]
#[case(Backend::Sqlite, Backend::Postgres)]
#[case(Backend::Postgres, Backend::Sqlite)]
#[tokio::test]
async fn a_check_stands_elsewhere_as_it_stood_here(#[case] from: Backend, #[case] to: Backend) {
    let world = &World::new(from).await;
    let check = world.check().await.id;
    for at in 0..3 {
        world.record(&ran(check, later(at), Status::Fail)).await;
    }
    let stood = world.store.standings_of(check).await.unwrap();
    assert_eq!((stood[0].consecutive_fails, stood[0].concluded_at), (3, Some(later(2))));

    let (_database, store) = TestDatabase::open(to).await;
    bring(world, &store).await;
    let stands = store.standings_of(check).await.unwrap();
    assert_eq!((stands[0].consecutive_fails, stands[0].concluded_at), (3, Some(later(2))));
    assert_eq!((stands[0].status, stands[0].last_run), (stood[0].status, stood[0].last_run));
    // Judged there for the framework as it is known there.
    let mut next = world.ended(&ran(check, later(3), Status::Fail));
    next.judged[0].framework = stands[0].framework;
    store.record_run(next, None).await.unwrap();
    assert_eq!(store.standings_of(check).await.unwrap()[0].consecutive_fails, 4);
}

/// The day that is under way where a client comes from may be over where it comes to.
#[rstest]
#[case(Backend::Sqlite, Backend::Postgres)]
#[case(Backend::Postgres, Backend::Sqlite)]
#[tokio::test]
async fn the_hours_of_a_day_that_is_not_over_travel(#[case] from: Backend, #[case] to: Backend) {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let world = &World::new(from).await;
    let check = world.check().await.id;
    world.record(&ran(check, later(0), Status::Pass)).await;
    let (since, now) = (UnixMillis(later(0).0 - DAY), later(0));
    world.store.gather_days(now).await.unwrap();
    let days = world.store.days(check, since).await.unwrap();
    let hours = world.store.hours(check, since).await.unwrap();
    assert_eq!((days.len(), hours.len()), (1, 1));

    for passed in [0, 1, 5] {
        let (_database, store) = TestDatabase::open(to).await;
        store.gather_days(UnixMillis(now.0 + passed * DAY)).await.unwrap();
        bring(world, &store).await;
        assert_eq!(store.days(check, since).await.unwrap(), days, "brought {passed} days later");
        assert_eq!(store.hours(check, since).await.unwrap(), hours);
        store.gather_days(UnixMillis(now.0 + 6 * DAY)).await.unwrap();
        assert_eq!(store.days(check, since).await.unwrap(), days, "gathered again");
    }
}

/// Nothing has run in the installation that it comes to: there is nothing to gather there.
#[rstest]
#[case(Backend::Sqlite, Backend::Postgres)]
#[case(Backend::Postgres, Backend::Sqlite)]
#[tokio::test]
async fn the_days_of_a_check_are_read_where_nothing_has_run_yet(#[case] from: Backend, #[case] to: Backend) {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let world = &World::new(from).await;
    let check = world.check().await.id;
    world.record(&ran(check, later(0), Status::Pass)).await;
    let (since, now) = (UnixMillis(later(0).0 - DAY), UnixMillis(later(0).0 + 2 * DAY));
    world.store.gather_days(now).await.unwrap();
    let days = world.store.days(check, since).await.unwrap();
    assert_eq!(days.len(), 1);

    let (_database, store) = TestDatabase::open(to).await;
    store.gather_days(now).await.unwrap();
    bring(world, &store).await;
    assert_eq!(store.days(check, since).await.unwrap(), days);
}
