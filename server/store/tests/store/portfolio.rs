#![allow(clippy::unwrap_used, reason = "a test's helper may panic")]

use std::collections::BTreeMap;

use domain::live::{LiveCriterion, LiveDomain, LiveResult};
use domain::scoring::Exact;
use jiff::civil::date;
use jiff::tz::TimeZone;
use rstest::rstest;
use store::record::{Assessment, Claim, Holding, LiveChangeRecord, LiveRecord, Role};
use store::{AssessmentId, Backend, FrameworkId, LiveChangeId, UnixMillis};

use crate::world::{NOW, World, criterion, later, level, organization, said};

const DAY: i64 = 24 * 3600 * 1000;

fn result(overall: i128) -> LiveResult {
    let contradicted = LiveCriterion {
        claimed: level(3),
        effective: level(1),
        evidence_class: 0,
        contradicted: true,
        confidence: 10,
    };
    let domain = LiveDomain { score: Exact::new(200, 3).into(), contradicted: 1 };
    LiveResult {
        rung: Some("A".into()),
        overall: Some(Exact::new(overall, 3).into()),
        claimed: None,
        domains: BTreeMap::from([("BAS".into(), domain)]),
        criteria: BTreeMap::from([(criterion(0), contradicted)]),
    }
}

async fn keep(
    world: &World,
    id: AssessmentId,
    overall: i128,
    revision: i64,
    change: Option<LiveChangeRecord>,
) {
    let record =
        LiveRecord { assessment: id, result: result(overall), since: NOW, computed_at: NOW, revision };
    assert!(world.store.keep_live_result(record, change).await.unwrap());
}

fn moved(id: AssessmentId, at: UnixMillis, from: Option<i128>) -> LiveChangeRecord {
    LiveChangeRecord {
        id: LiveChangeId::new(),
        assessment: id,
        at,
        from_rung: None,
        to_rung: None,
        from_overall: from.map(|from| Exact::new(from, 3).into()),
        to_overall: None,
        causes: serde_json::json!([]),
    }
}

/// As the owner sees them on a day, with the drift of 90 days.
async fn holdings(world: &World, framework: FrameworkId, now: UnixMillis) -> Vec<Holding> {
    let then = UnixMillis(now.0 - 90 * DAY);
    world.store.holdings(world.user.id, framework, now, then).await.unwrap()
}

#[rstest]
#[tokio::test]
async fn a_portfolio_holds_the_latest_assessment_of_each_of_ones_own_organizations(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let early = world.assessment().await;
    keep(world, early.id, 20, 0, None).await;
    let latest = world.assessment().await;
    keep(world, latest.id, 200, 0, None).await;
    let other = organization("alpha");
    world
        .store
        .create_organization(other.clone(), world.user.id, said("organization.created"))
        .await
        .unwrap();
    let stranger = world.another_user("stranger@example.org").await;
    let theirs = organization("beta");
    world.store.create_organization(theirs, stranger.id, said("organization.created")).await.unwrap();

    let [first, second] = holdings(world, world.framework, NOW).await.try_into().unwrap();
    assert_eq!((first.organization, first.role, first.assessment), (other, Role::Owner, None));
    assert_eq!(second.organization, world.org);
    let held = second.assessment.unwrap();
    assert_eq!((held.id, held.contradicted), (latest.id, 1));
    assert_eq!(held.overall.unwrap().exact(), Some(Exact::new(200, 3)));
    assert_eq!(held.domains, result(200).domains);
    assert_eq!(world.store.frameworks_used(world.user.id).await.unwrap(), [world.framework]);
    assert!(world.store.frameworks_used(stranger.id).await.unwrap().is_empty());
    let unused = holdings(world, FrameworkId::new(), NOW).await;
    assert!(unused.iter().all(|holding| holding.assessment.is_none()));
}

#[rstest]
#[tokio::test]
async fn an_assessment_without_an_answer_takes_no_place_from_one_that_has_some(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let World { store, org, user, .. } = world;
    let held = async || {
        let [holding] = holdings(world, world.framework, NOW).await.try_into().unwrap();
        let all = store.current_assessments(user.id).await.unwrap();
        let current = store.current_assessment(org.id).await.unwrap();
        assert_eq!(all.get(&org.id).copied(), current);
        let by_framework = store.current_by_framework(org.id).await.unwrap();
        assert_eq!(by_framework, Vec::from_iter(current.map(|id| (world.framework, id))));
        assert_eq!(holding.assessment.map(|held| held.id), current, "the portfolio goes by the same rule");
        current
    };
    assert_eq!(held().await, None);
    let first = world.assessment().await;
    let second = world.assessment().await;
    assert_eq!(held().await, Some(second.id), "the latest where none has an answer");
    let claim = || Claim::Level(level(2));
    store.save_answer(world.save(first.id, claim(), 0), said("answer")).await.unwrap();
    assert_eq!(held().await, Some(first.id));
    store.save_answer(world.save(second.id, claim(), 0), said("answer")).await.unwrap();
    assert_eq!(held().await, Some(second.id), "the latest of those that have some");
    let stranger = world.another_user("stranger@example.org").await;
    assert!(store.current_assessments(stranger.id).await.unwrap().is_empty());
}

#[rstest]
#[tokio::test]
async fn the_score_of_an_earlier_day_is_what_the_next_change_came_from(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let Assessment { id, .. } = world.assessment().await;
    let then = async |now: UnixMillis| {
        let [held] = holdings(world, world.framework, now).await.try_into().unwrap();
        held.assessment.unwrap().overall_then.exact()
    };
    keep(world, id, 100, 0, Some(moved(id, later(DAY), None))).await;
    keep(world, id, 130, 1, Some(moved(id, later(10 * DAY), Some(100)))).await;
    keep(world, id, 160, 2, Some(moved(id, later(20 * DAY), Some(130)))).await;
    assert_eq!(then(later(90 * DAY)).await, None);
    assert_eq!(then(later(95 * DAY)).await, Some(Exact::new(100, 3)));
    assert_eq!(then(later(105 * DAY)).await, Some(Exact::new(130, 3)));
    assert_eq!(then(later(200 * DAY)).await, Some(Exact::new(160, 3)));
}

#[rstest]
#[case(date(2025, 6, 1), None, date(2026, 6, 1), date(2026, 6, 2))]
#[case(date(2026, 1, 31), Some(1), date(2026, 2, 28), date(2026, 3, 1))]
#[case(date(2025, 12, 15), Some(1), date(2026, 1, 15), date(2026, 1, 16))]
#[tokio::test]
async fn a_review_is_overdue_from_the_day_after_it_was_due(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] reviewed: jiff::civil::Date,
    #[case] months: Option<i64>,
    #[case] due: jiff::civil::Date,
    #[case] after: jiff::civil::Date,
) {
    let world = &World::new(backend).await;
    let mut integration = world.described("Patient API");
    integration.details.last_review = Some(reviewed);
    integration.details.review_months = months;
    world.store.create_integration(integration, said("integration.created")).await.unwrap();
    let mut never = world.described("Never reviewed");
    never.details.last_review = None;
    world.store.create_integration(never, said("integration.created")).await.unwrap();
    let overdue = async |day: jiff::civil::Date| {
        let noon = day.at(12, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap().timestamp().as_millisecond();
        holdings(world, world.framework, UnixMillis(noon)).await[0].overdue
    };
    assert_eq!((overdue(due).await, overdue(after).await), (0, 1));
}
