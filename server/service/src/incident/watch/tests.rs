use domain::Level;
use domain::check::{Observations, Reach};
use store::AssessmentId;
use store::record::{Claim, IntegrationDetails};

use super::*;
use crate::Actor;
use crate::answer::AnswerInput;
use crate::check::{NewCheck, RawParameters};
use crate::touch::tests::{answered, world};

fn failed(check: &Check, started_at: i64) -> Run {
    Run {
        id: RunId::new(),
        check: check.id,
        scheduled_for: None,
        started_at: UnixMillis(started_at),
        duration_ms: 1,
        status: Status::Fail,
        reach: Reach::Answered,
        warned: false,
        observations: Observations::new(),
        messages: Vec::new(),
        checked: String::new(),
    }
}

/// A check of an organization that claims as much as there is.
async fn claimed(service: &Service, owner: &Actor) -> (AssessmentId, Check) {
    let (org, assessment) = answered(service, owner, "Alder").await;
    let details = IntegrationDetails { name: "API".to_owned(), ..IntegrationDetails::default() };
    let integration = service.create_integration(owner, org, details).await.unwrap().id;
    let given = [("base_url".to_owned(), "https://fhir.example.org".into())];
    let parameters = RawParameters::Json(given.into_iter().collect());
    let new = NewCheck { kind: "fhir.smart_config".into(), parameters, interval_seconds: None };
    (assessment, service.create_check(owner, integration, new).await.unwrap())
}

#[tokio::test]
async fn an_incident_begins_no_later_than_it_opens_though_the_clock_was_set_back() {
    let folder = tempfile::tempdir().unwrap();
    let (_database, service, owner) = world(folder.path()).await;
    let (_, check) = claimed(&service, &owner).await;
    // The clock was an hour ahead at the first of two failures.
    for started_at in [3_660_000, 120_000] {
        let run = failed(&check, started_at);
        service.watch_run(&check, &run, &[], &Claims::default()).await.unwrap();
    }
    let opened = service.open_incidents(&owner, check.org).await.unwrap().remove(0);
    assert_eq!((opened.began_at, opened.opened_at), (UnixMillis(120_000), UnixMillis(120_000)));
}

#[tokio::test]
async fn an_answer_that_was_lowered_while_a_batch_was_looked_at_opens_no_incident() {
    let folder = tempfile::tempdir().unwrap();
    let (_database, service, owner) = world(folder.path()).await;
    let (assessment, check) = claimed(&service, &owner).await;
    let framework = service.store().live_assessments_of(check.org).await.unwrap()[0].framework;
    let (binding, conditions) = ("PAT-1.2".into(), Vec::new());
    let judged = [Judged { framework, binding, status: Status::Fail, conditions }];
    // Good by its kind's own rule, and not what the answer claims.
    let looked = async |claims: &Claims| {
        let run = Run { status: Status::Pass, ..failed(&check, 120_000) };
        service.watch_run(&check, &run, &judged, claims).await.unwrap();
        service.open_incidents(&owner, check.org).await.unwrap().len()
    };
    let answer = async |level: Level, revision: i64| {
        let input = AnswerInput { claim: Claim::Level(level), rationale: String::new(), revision };
        service.save_answer(&owner, assessment, &"PAT-1".into(), input).await.unwrap();
    };
    let batch = Claims::default();
    assert_eq!(looked(&batch).await, 0, "one is not enough");
    answer(Level::ALL[1], 1).await;
    assert_eq!(looked(&batch).await, 0, "nobody claims it any more");
    answer(Level::MOST, 2).await;
    let batch = Claims::default();
    assert_eq!((looked(&batch).await, looked(&batch).await), (0, 1));
}
