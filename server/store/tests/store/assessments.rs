use rstest::rstest;
use store::record::{Answer, Assessment, AssessmentBundle, AssessmentState, Claim, Role, Saved};
use store::{AssessmentId, Backend, FrameworkId, StoreError};

use crate::world::{NOW, World, level, organization, said};

#[rstest]
#[tokio::test]
async fn an_assessment_pins_its_framework(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = &World::new(backend).await;
    let assessment = world.draft();
    world.store.create_assessment(assessment.clone(), world.audit("assessment.created")).await.unwrap();
    assert_eq!(world.store.assessment(assessment.id).await.unwrap(), Some(assessment.clone()));
    assert_eq!(world.store.assessment_org(assessment.id).await.unwrap(), Some(world.org.id));
    assert_eq!(world.store.assessment(AssessmentId::new()).await.unwrap(), None);
    assert_eq!(world.store.assessment_org(AssessmentId::new()).await.unwrap(), None);
    let astray = Assessment { id: AssessmentId::new(), framework: FrameworkId::new(), ..assessment };
    let refused = world.store.create_assessment(astray, world.audit("x")).await.unwrap_err();
    assert!(matches!(refused, StoreError::NotFound { .. }), "{refused:?}");
    assert_eq!(world.actions().await, ["assessment.created"]);
}

#[rstest]
#[tokio::test]
async fn the_assessments_of_an_organization_come_page_by_page(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let all = [world.assessment().await, world.assessment().await, world.assessment().await];
    let first = world.store.assessments_of(world.org.id, None, 2).await.unwrap();
    assert_eq!(first, all[..2]);
    let second = world.store.assessments_of(world.org.id, Some(first[1].id), 2).await.unwrap();
    assert_eq!(second, all[2..]);
    let other = organization("south");
    world.store.create_organization(other.clone(), world.user.id, said("x")).await.unwrap();
    assert!(world.store.assessments_of(other.id, None, 9).await.unwrap().is_empty());
}

#[rstest]
#[tokio::test]
async fn a_title_changes_until_the_assessment_is_final(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let id = world.assessment().await.id;
    let rename =
        async |title: &'static str| world.store.rename_assessment(id, title, world.audit("renamed")).await;
    let title = async || world.store.assessment(id).await.unwrap().unwrap().title;
    rename("Another").await.unwrap();
    assert_eq!(title().await, "Another");
    world.step(id, AssessmentState::Draft, AssessmentState::Final).await;
    let late = rename("Too late").await;
    assert!(matches!(late, Err(StoreError::Locked(AssessmentState::Final))), "{late:?}");
    assert_eq!(title().await, "Another");
    assert_eq!(world.actions().await.iter().filter(|action| *action == "renamed").count(), 1);
}

#[rstest]
#[tokio::test]
async fn a_bundle_holds_what_the_single_reads_give(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let World { store, org, .. } = world;
    let assessment = world.assessment().await;
    let save = world.save(assessment.id, Claim::Level(level(2)), 0);
    assert_eq!(store.save_answer(save.clone(), said("x")).await.unwrap(), Saved::Revision(1));
    let evidence = crate::evidence::note(world, assessment.id);
    store.add_evidence(evidence.clone(), said("x")).await.unwrap();
    let check = world.check().await;
    let run = crate::world::ran(check.id, NOW, domain::check::Status::Pass);
    let standing = world.standing(&run);
    world.record(&run).await;
    let tie = crate::ties::tie(world, check.id);
    store.set_tie(tie.clone(), said("x")).await.unwrap();
    // What another organization has stays out.
    let stranger = world.another_user("stranger@example.org").await;
    let elsewhere = organization("south");
    store.create_organization(elsewhere, stranger.id, said("x")).await.unwrap();
    store.add_member(org.id, stranger.id, Role::Viewer, NOW, said("x")).await.unwrap();

    let bundle = store.bundle(assessment.id, None).await.unwrap().unwrap();
    assert_eq!(bundle.assessment, assessment);
    assert_eq!(bundle.organization, *org);
    let answer = Answer {
        criterion: save.criterion,
        rater: save.rater,
        claim: save.claim,
        rationale: save.rationale,
        revision: 1,
        by: world.user.id,
        by_name: world.user.name.clone(),
        at: NOW,
    };
    assert_eq!(bundle.answers, [answer]);
    assert_eq!(bundle.evidence, [evidence]);
    assert_eq!(bundle.integrations, store.integrations_of(org.id, None, 10).await.unwrap());
    assert_eq!(bundle.checks, [check]);
    assert_eq!(bundle.standings, [standing]);
    assert_eq!(bundle.ties, [tie]);
    assert_eq!(bundle.reader, None);
    let outsider = world.another_user("outsider@example.org").await;
    for (reader, role) in
        [(world.user.id, Some(Role::Owner)), (stranger.id, Some(Role::Viewer)), (outsider.id, None)]
    {
        let read = store.bundle(assessment.id, Some(reader)).await.unwrap().unwrap();
        assert_eq!(read, AssessmentBundle { reader: role, ..bundle.clone() });
    }
    assert_eq!(store.bundle(AssessmentId::new(), None).await.unwrap(), None);
    for _ in 0..4 {
        assert_eq!(store.bundle(assessment.id, None).await.unwrap().as_ref(), Some(&bundle), "read again");
    }
}

#[rstest]
#[tokio::test]
async fn a_bundle_leaves_out_the_standings_for_other_frameworks(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let mut other = crate::world::baseline().clone();
    "9.9.9".clone_into(&mut other.version);
    world.store.import_framework(&other, "other", said("x")).await.unwrap();
    let entry = world.store.framework_by_code(&other.code, Some("9.9.9")).await.unwrap().unwrap();
    let assessment =
        Assessment { framework: entry.id, framework_version: "9.9.9".to_owned(), ..world.draft() };
    world.store.create_assessment(assessment.clone(), said("x")).await.unwrap();
    let check = world.check().await;
    let run = crate::world::ran(check.id, NOW, domain::check::Status::Pass);
    world.record(&run).await;
    world.store.set_tie(crate::ties::tie(world, check.id), said("x")).await.unwrap();
    let bundle = world.store.bundle(assessment.id, None).await.unwrap().unwrap();
    assert_eq!(bundle.checks.len(), 1);
    assert!(bundle.standings.is_empty());
    assert!(bundle.ties.is_empty());
}
