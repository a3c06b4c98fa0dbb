use std::collections::BTreeMap;

use domain::scoring::{EvidenceDuration, EvidenceState};
use rstest::rstest;
use store::record::{
    Assessment, Claim, Evidence, EvidenceBody, Import, ManualTie, Override, Rater, SaveAnswer, Successor,
};
use store::{AssessmentId, Backend, EvidenceId, OverrideId, StoreError};

use crate::world::{NOW, World, baseline, binding, criterion, later, level, said};

#[rstest]
#[tokio::test]
async fn an_assessment_follows_another_with_all_that_goes_over_or_not_at_all(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let mut newer = baseline().clone();
    newer.version = "1.1.0".to_owned();
    let Import::Created(framework) = store.import_framework(&newer, "other", said("imported")).await.unwrap()
    else {
        panic!("it is new")
    };
    let check = world.check().await;
    let assessment = Assessment {
        id: AssessmentId::new(),
        framework,
        framework_version: newer.version.clone(),
        title: "Next".to_owned(),
        ..world.draft()
    };
    let answer = |position: usize, claim: Claim| SaveAnswer {
        criterion: criterion(position),
        ..world.save(assessment.id, claim, 0)
    };
    let reason = "no such feed".to_owned();
    let answers = vec![answer(0, Claim::Level(level(3))), answer(1, Claim::NotApplicable { reason })];
    let item = Evidence {
        id: EvidenceId::new(),
        org: world.org.id,
        assessment: assessment.id,
        criteria: vec![criterion(0), criterion(2)],
        title: "Agreement".to_owned(),
        body: EvidenceBody::Note("as signed".to_owned()),
        duration: EvidenceDuration::Standard,
        dated: "2025-06-01".parse().unwrap(),
        expires: None,
        reported_pct: None,
        author: world.user.id,
        author_name: world.user.name.clone(),
        state: EvidenceState::Submitted,
        reviewer: None,
        revision: 1,
        created_at: NOW,
    };
    let tie = ManualTie {
        check: check.id,
        framework,
        binding: binding(0),
        tied: false,
        reason: "a test endpoint".to_owned(),
        by: world.user.id,
        at: NOW,
    };
    let attested = Override {
        id: OverrideId::new(),
        check: check.id,
        framework,
        binding: binding(0),
        reason: "They move their data centre.".to_owned(),
        by: world.user.id,
        by_name: world.user.name.clone(),
        at: NOW,
        until: later(60),
        withdrawn_at: None,
    };
    let successor = |evidence: Vec<Evidence>| Successor {
        assessment: assessment.clone(),
        answers: answers.clone(),
        evidence,
        ties: vec![tie.clone()],
        attestations: vec![attested.clone()],
        targets: BTreeMap::from([(criterion(1), level(4))]),
    };

    let lost = Evidence { criteria: vec!["NOPE-1".into()], ..item.clone() };
    let refused = store.start_successor(successor(vec![lost]), world.audit("followed")).await;
    assert!(matches!(refused, Err(StoreError::NotFound { .. })), "{refused:?}");
    assert_eq!(store.assessment(assessment.id).await.unwrap(), None, "nothing of it was kept");
    assert!(store.overrides_of(check.id).await.unwrap().is_empty());

    store.start_successor(successor(vec![item.clone()]), world.audit("followed")).await.unwrap();
    let bundle = store.bundle(assessment.id, None).await.unwrap().unwrap();
    assert_eq!(bundle.assessment, assessment);
    let kept: Vec<_> = bundle
        .answers
        .iter()
        .map(|kept| (kept.criterion.clone(), kept.claim.clone(), kept.revision))
        .collect();
    let wanted: Vec<_> = answers.iter().map(|save| (save.criterion.clone(), save.claim.clone(), 1)).collect();
    assert_eq!(kept, wanted);
    assert!(bundle.answers.iter().all(|kept| kept.rater == Rater::Own));
    assert_eq!(store.answer_history(assessment.id, &criterion(0)).await.unwrap().len(), 1);
    assert_eq!((bundle.evidence, bundle.ties), (vec![item], vec![tie.clone()]));
    assert_eq!(bundle.targets, BTreeMap::from([(criterion(1), level(4))]));
    assert_eq!(bundle.overrides, std::slice::from_ref(&attested));

    // What somebody decided for the newer version in between stays.
    assert!(store.withdraw_override(attested.id, later(5), world.user.id, world.audit("x")).await.unwrap());
    let decided = ManualTie { tied: true, reason: "it is live now".to_owned(), ..tie.clone() };
    store.set_tie(decided.clone(), world.audit("tied")).await.unwrap();
    let again = Successor {
        assessment: Assessment { id: AssessmentId::new(), ..assessment.clone() },
        answers: Vec::new(),
        attestations: vec![Override { id: OverrideId::new(), ..attested.clone() }],
        ..successor(Vec::new())
    };
    store.start_successor(again, world.audit("followed")).await.unwrap();
    assert_eq!(store.ties_of(check.id).await.unwrap(), [decided]);
    let withdrawn = Override { withdrawn_at: Some(later(5)), ..attested };
    assert_eq!(store.overrides_of(check.id).await.unwrap(), [withdrawn]);
}
