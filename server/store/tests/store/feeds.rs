use domain::check::Observations;
use rstest::rstest;
use store::record::{Aimed, Check, Feed, FeedReport, FeedTiming, Heard, Keeping, TokenMade};
use store::{Backend, CheckId, StoreError};

use super::world::{World, later, said};

fn figures(rows: i64) -> Observations {
    let mut figures = Observations::new();
    figures.set("row_count", rows);
    figures
}

fn report(check: CheckId, token: &str, at: i64, observations: Option<Observations>) -> FeedReport {
    FeedReport { check, token_hash: token.to_owned(), at: later(at), observations, keeping: Keeping::News }
}

fn made(world: &World, token: &str, at: i64) -> TokenMade {
    TokenMade { hash: token.to_owned(), at: later(at), audit: world.audit("made") }
}

#[rstest]
#[tokio::test]
async fn a_check_whose_chosen_token_is_taken_is_neither_made_nor_changed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let store = &world.store;
    let integration = world.integration().await;
    let (one, other) = (world.planned(&integration), world.planned(&integration));
    let token = || Some(made(&world, "the engine's", 1));
    store.create_check(one.clone(), token(), said("created")).await.unwrap();
    let refused = store.create_check(other.clone(), token(), world.audit("created")).await;
    assert!(matches!(refused, Err(StoreError::Duplicate { .. })), "{refused:?}");
    assert_eq!(store.check(other.id).await.unwrap(), None);

    store.create_check(other.clone(), None, said("created")).await.unwrap();
    let changed = Check { interval_seconds: 7200, ..other.clone() };
    let refused = store.update_check(changed.clone(), token(), world.audit("changed")).await;
    assert!(matches!(refused, Err(StoreError::Duplicate { .. })), "{refused:?}");
    let aimed = Aimed { at: later(2), target: "b".to_owned(), before: "a".to_owned() };
    let refused = store.aim_check(changed, &aimed, token(), world.audit("aimed")).await;
    assert!(matches!(refused, Err(StoreError::Duplicate { .. })), "{refused:?}");
    assert_eq!(store.check(other.id).await.unwrap(), Some(other.clone()));
    assert!(store.aims(other.id, 9).await.unwrap().is_empty());
    assert_eq!(world.actions().await, ["made"], "what was refused left no line");
}

#[rstest]
#[tokio::test]
async fn a_report_is_counted_and_is_news_when_it_says_something_else(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let check = world.check().await.id;
    let store = &world.store;
    assert_eq!(store.feed(check).await.unwrap(), None);
    store.put_feed_token(check, &made(&world, "one", 0)).await.unwrap();
    assert_eq!(store.feed(check).await.unwrap().unwrap().reported_at, None);
    let reporter = store.reporter("one").await.unwrap().unwrap();
    assert_eq!((reporter.check, reporter.kind.as_str()), (check, "fhir.capability"));
    assert_eq!(store.reporter("two").await.unwrap(), None);

    let hear = async |at, observations| store.hear(report(check, "one", at, observations)).await.unwrap();
    // The first one ends the silence.
    assert_eq!(hear(1, None).await, Heard::News);
    assert!(store.note_missed(check, false, 1).await.unwrap());
    assert_eq!(hear(2, None).await, Heard::Repeat);
    assert_eq!(hear(3, Some(figures(7))).await, Heard::News);
    assert_eq!(hear(4, Some(figures(7))).await, Heard::Repeat);
    assert_eq!(hear(5, None).await, Heard::Repeat);
    assert_eq!(hear(6, Some(figures(8))).await, Heard::News);
    assert!(store.note_missed(check, true, 6).await.unwrap());
    assert_eq!(hear(7, None).await, Heard::News);

    let feed = store.feed(check).await.unwrap().unwrap();
    let expected = Feed {
        timing: FeedTiming::default(),
        token_made_at: Some(later(0)),
        reports: 7,
        reported_at: Some(later(7)),
        observations: figures(8),
        observed_at: Some(later(6)),
        missed: true,
    };
    assert_eq!(feed, expected);
    let kept = store.feed_reports(check, 10).await.unwrap();
    let kept: Vec<_> = kept.into_iter().map(|kept| (kept.number, kept.observations)).collect();
    assert_eq!(kept, [(6, figures(8)), (3, figures(7))]);
    store.forget_feed_reports(later(4)).await.unwrap();
    assert_eq!(store.feed_reports(check, 10).await.unwrap().len(), 1);
}

#[rstest]
#[tokio::test]
async fn a_token_that_was_renewed_reports_nothing(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let check = world.check().await.id;
    let store = &world.store;
    store.put_feed_token(check, &made(&world, "old", 0)).await.unwrap();
    store.hear(report(check, "old", 1, None)).await.unwrap();
    store.put_feed_token(check, &made(&world, "new", 2)).await.unwrap();
    assert_eq!(store.hear(report(check, "old", 3, None)).await.unwrap(), Heard::Nobody);
    let feed = store.feed(check).await.unwrap().unwrap();
    assert_eq!((feed.reports, feed.reported_at, feed.token_made_at), (1, Some(later(1)), Some(later(2))));

    let other = world.planned(&world.integration().await);
    store.create_check(other.clone(), None, said("created")).await.unwrap();
    let taken = store.put_feed_token(other.id, &made(&world, "new", 3)).await;
    assert!(matches!(taken, Err(StoreError::Duplicate { .. })), "{taken:?}");
    store.delete_check(check, world.audit("removed")).await.unwrap();
    assert_eq!(store.hear(report(check, "new", 4, None)).await.unwrap(), Heard::Nobody);
    assert_eq!(store.feed(check).await.unwrap(), None);
}

#[rstest]
#[tokio::test]
async fn times_are_kept_beside_the_token(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = World::new(backend).await;
    let check = world.check().await.id;
    let timing = FeedTiming {
        cron: "30 6 * * *".to_owned(),
        zone: "Europe/Berlin".to_owned(),
        hours: "Mon-Fri 08:00-18:00".to_owned(),
        grace_seconds: Some(600),
    };
    let store = &world.store;
    store.put_feed_timing(check, timing.clone(), world.audit("timed")).await.unwrap();
    store.put_feed_token(check, &made(&world, "one", 0)).await.unwrap();
    let feed = store.feed(check).await.unwrap().unwrap();
    assert_eq!((feed.timing, feed.token_made_at, feed.missed), (timing, Some(later(0)), true));
}

#[tokio::test]
async fn reports_that_come_at_once_are_all_counted() {
    let world = World::new(Backend::Sqlite).await;
    let check = world.check().await.id;
    world.store.put_feed_token(check, &made(&world, "one", 0)).await.unwrap();
    let reports = (0..200).map(|at| {
        let store = world.store.clone();
        tokio::spawn(async move { store.hear(report(check, "one", at, Some(figures(at)))).await.unwrap() })
    });
    for heard in reports.collect::<Vec<_>>() {
        assert_eq!(heard.await.unwrap(), Heard::News);
    }
    assert_eq!(world.store.feed(check).await.unwrap().unwrap().reports, 200);
    let kept = world.store.feed_reports(check, 1000).await.unwrap();
    let numbers: Vec<_> = kept.iter().map(|kept| kept.number).collect();
    assert_eq!(numbers, (151..=200).rev().collect::<Vec<_>>(), "the latest fifty are on file");
}

#[rstest]
#[tokio::test]
async fn what_a_feed_can_fill_is_bounded_and_old_reports_are_forgotten_feed_by_feed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let store = &world.store;
    let integration = world.integration().await;
    let (busy, quiet) = (world.planned(&integration), world.planned(&integration));
    for (check, token) in [(&busy, "busy"), (&quiet, "quiet")] {
        store.create_check(check.clone(), None, said("created")).await.unwrap();
        store.put_feed_token(check.id, &made(&world, token, 0)).await.unwrap();
    }
    for at in 1..=120 {
        store.hear(report(busy.id, "busy", at, Some(figures(at)))).await.unwrap();
        // Reports that say nothing new take no place, and push nothing out.
        store.hear(report(quiet.id, "quiet", at, Some(figures(at / 40)))).await.unwrap();
    }
    let kept = async |check| {
        let kept = store.feed_reports(check, 1000).await.unwrap();
        kept.into_iter().map(|kept| kept.number).collect::<Vec<_>>()
    };
    assert_eq!(kept(busy.id).await, (71..=120).rev().collect::<Vec<_>>());
    assert_eq!(kept(quiet.id).await, [120, 80, 40, 1]);

    store.forget_feed_reports(later(100)).await.unwrap();
    assert_eq!(kept(busy.id).await, (100..=120).rev().collect::<Vec<_>>());
    assert_eq!(kept(quiet.id).await, [120]);
    // A place that was emptied is taken again.
    store.hear(report(busy.id, "busy", 121, Some(figures(121)))).await.unwrap();
    assert_eq!(kept(busy.id).await, (100..=121).rev().collect::<Vec<_>>());
    assert_eq!(store.feed(quiet.id).await.unwrap().unwrap().observations, figures(3), "the latest stay");
}

#[rstest]
#[tokio::test]
async fn reports_of_files_are_each_on_file_though_one_be_like_another(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let check = world.check().await.id;
    let store = &world.store;
    store.put_feed_token(check, &made(&world, "one", 0)).await.unwrap();
    store.note_missed(check, false, 0).await.unwrap();
    for (at, rows, expected) in
        [(1, 7, Heard::News), (2, 7, Heard::Repeat), (3, 8, Heard::News), (4, 8, Heard::Repeat)]
    {
        let each = FeedReport { keeping: Keeping::Each, ..report(check, "one", at, Some(figures(rows))) };
        assert_eq!(store.hear(each).await.unwrap(), expected);
    }
    let silent = FeedReport { keeping: Keeping::Each, ..report(check, "one", 5, None) };
    assert_eq!(store.hear(silent).await.unwrap(), Heard::Repeat);
    let kept = store.feed_reports(check, 10).await.unwrap();
    let kept: Vec<_> = kept.into_iter().map(|kept| (kept.number, kept.observations)).collect();
    assert_eq!(kept, [(4, figures(8)), (3, figures(8)), (2, figures(7)), (1, figures(7))]);
}

#[rstest]
#[tokio::test]
async fn a_look_that_missed_a_report_which_came_meanwhile_notes_nothing(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let check = world.check().await.id;
    let store = &world.store;
    store.put_feed_token(check, &made(&world, "one", 0)).await.unwrap();
    store.hear(report(check, "one", 1, None)).await.unwrap();
    assert!(store.note_missed(check, false, 1).await.unwrap());
    // The look saw one report and found it late; the second came before it could say so.
    store.hear(report(check, "one", 2, None)).await.unwrap();
    assert!(!store.note_missed(check, true, 1).await.unwrap());
    assert!(!store.feed(check).await.unwrap().unwrap().missed);
    assert!(store.note_missed(check, true, 2).await.unwrap());
    assert_eq!(store.hear(report(check, "one", 3, None)).await.unwrap(), Heard::News);
}
