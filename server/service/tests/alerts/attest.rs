//! The live rung over time, and attestations that a failure says nothing against an answer.

use std::sync::atomic::Ordering;

use domain::check::Status;
use domain::incident::Opening;
use domain::live::ChangeCause;
use domain::scoring::{EvidenceDuration, FindingSeverity, Limit};
use domain::{BindingId, CriterionCode, Level};
use service::answer::AnswerInput;
use service::assessment::{Assessed, NewAssessment};
use service::evidence::{NewBody, NewEvidence};
use service::record::{Claim, Closing, Incident, Override, Role};
use service::timeline::LiveChange;
use service::{AssessmentId, Error, OverrideId, UnixMillis};
use store::Backend;

use crate::world::{HOUR, World, sign_up};

const DAY: i64 = 24 * HOUR;

/// A world with an answer of level 4 that documents carry and the check backs.
pub(crate) struct Answered {
    pub(crate) world: World,
    pub(crate) assessment: AssessmentId,
    pub(crate) criterion: CriterionCode,
    binding: BindingId,
    pub(crate) cap: Level,
}

impl Answered {
    pub(crate) async fn new(backend: Backend) -> Self {
        let world = World::new(backend).await;
        let (service, owner) = (&world.service, &world.owner);
        let framework = service.framework(&"B7".into(), None).await.unwrap();
        let hospital = |criterion: &&domain::framework::Criterion| criterion.profiles.contains(&"H".into());
        let (criterion, binding) = framework
            .criteria()
            .filter(hospital)
            .find_map(|criterion| {
                let mut bindings = criterion.bindings.iter();
                let binding = bindings.find(|binding| binding.kind.as_str() == "cdshooks.discovery")?;
                Some((criterion.code.clone(), binding.clone()))
            })
            .expect("Beyond-7 asks for CDS Hooks");
        let new =
            NewAssessment { framework: "B7".into(), version: None, title: "2026".to_owned(), target: None };
        let assessment = service.start_assessment(owner, world.org, new).await.unwrap().id;
        let input = AnswerInput { claim: Claim::Level(Level::MOST), rationale: String::new(), revision: 0 };
        service.save_answer(owner, assessment, &criterion, input).await.unwrap();
        let evidence = NewEvidence {
            criteria: vec![criterion.clone()],
            title: "Test report".to_owned(),
            body: NewBody::Note("passed".to_owned()),
            duration: EvidenceDuration::Standard,
            dated: UnixMillis::now().date(),
            expires: None,
            reported_pct: None,
        };
        service.add_evidence(owner, assessment, evidence).await.unwrap();
        Self { world, assessment, criterion, binding: binding.id, cap: binding.fail_cap }
    }

    async fn assessed(&self) -> Assessed {
        self.world.service.assessed(&self.world.owner, self.assessment).await.unwrap()
    }

    /// Effective level, evidence class, confidence, and whether a check contradicts it.
    pub(crate) async fn counts(&self) -> (u8, usize, u8, bool) {
        let assessed = self.assessed().await;
        let score = assessed.criterion_score(&self.criterion).unwrap();
        (score.effective.get(), score.evidence_class, score.confidence, score.contradicted)
    }

    async fn changes(&self) -> Vec<LiveChange> {
        self.world.service.timeline(&self.world.owner, self.assessment, None, 50).await.unwrap().changes
    }

    async fn sign(&self, reason: &str, until: i64) -> Result<Override, Error> {
        let framework = self.assessed().await.bundle.assessment.framework;
        let until = UnixMillis(UnixMillis::now().0 + until);
        let (service, owner, check) = (&self.world.service, &self.world.owner, self.world.check);
        service.override_failure(owner, check, framework, &self.binding, reason, until).await
    }
}

#[tokio::test]
async fn an_incident_weighs_as_much_as_the_answers_that_it_denies() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let answered = Answered::new(backend).await;
        let (world, service, owner) = (&answered.world, &answered.world.service, &answered.world.owner);
        let broken = async || -> Incident {
            world.run(404).await;
            world.run(404).await;
            service.open_incidents(owner, world.org).await.unwrap().pop().expect("two failures open one")
        };
        let denies = |incident: &Incident| {
            let mut own = incident.touches.iter().filter(|touched| touched.criterion == answered.criterion);
            own.next().expect("the check is tied to the criterion").contradicted
        };

        let incident = broken().await;
        assert!(denies(&incident) && incident.severity >= FindingSeverity::High, "{incident:?}");
        let others = incident.touches.iter().filter(|touched| touched.contradicted).count();
        assert_eq!(others, 1, "nothing else was answered: {incident:?}");

        world.run(200).await;
        let input = AnswerInput { claim: Claim::Level(answered.cap), rationale: String::new(), revision: 1 };
        service.save_answer(owner, answered.assessment, &answered.criterion, input).await.unwrap();
        let incident = broken().await;
        assert!(!denies(&incident), "the answer claims no more than a failing check leaves");
        assert_eq!(incident.severity, FindingSeverity::Medium);
    }
}

#[tokio::test]
async fn a_check_that_is_good_by_its_kind_but_denies_an_answer_is_told_of() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let answered = Answered::new(backend).await;
        let (world, service, owner) = (&answered.world, &answered.world.service, &answered.world.owner);
        let open = async || service.open_incidents(owner, world.org).await.unwrap();

        world.site.other_hook.store(true, Ordering::SeqCst);
        world.run(200).await;
        assert!(open().await.is_empty(), "one failure is none yet");
        world.run(200).await;
        assert!(answered.counts().await.3, "the answer is contradicted");
        let incident = open().await.pop().expect("what contradicts an answer is an incident");
        assert_eq!(incident.opening, Opening::Contradiction);
        assert!(incident.cause.contains("expected hooks contains order-sign"), "{}", incident.cause);
        let mut own = incident.touches.iter().filter(|touched| touched.criterion == answered.criterion);
        assert!(own.all(|touched| touched.contradicted), "{incident:?}");

        let signed = answered.sign(REASON, 30 * DAY).await.unwrap();
        world.run(200).await;
        assert!(open().await.is_empty(), "somebody signed that it says nothing against the answer");
        service.withdraw_override(owner, signed.id).await.unwrap();
        world.run(200).await;
        world.run(200).await;
        assert_eq!(open().await.len(), 1);
        world.site.other_hook.store(false, Ordering::SeqCst);
        world.run(200).await;
        assert!(open().await.is_empty());
    }
}

#[tokio::test]
async fn an_outage_takes_the_place_of_a_contradiction_and_is_told_of() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let answered = Answered::new(backend).await;
        let (world, service, owner) = (&answered.world, &answered.world.service, &answered.world.owner);
        let open = async || -> Incident {
            let mut open = service.open_incidents(owner, world.org).await.unwrap();
            let found = open.pop().expect("something is wrong");
            assert!(open.is_empty(), "one at a time: {open:?}");
            found
        };
        // In no order: they tell of two incidents.
        let heard = async || {
            world.tell().await;
            let mut heard = world.heard();
            heard.sort();
            heard
        };

        world.site.other_hook.store(true, Ordering::SeqCst);
        world.run(200).await;
        world.run(200).await;
        let less = open().await;
        assert_eq!(less.opening, Opening::Contradiction);
        assert_eq!(heard().await, ["incident.opened"]);
        world.run(404).await;
        assert_eq!(open().await.id, less.id, "one failure is no outage yet");
        world.run(404).await;
        let outage = open().await;
        assert_eq!((outage.opening, outage.failures), (Opening::Failures, 2));
        assert!(outage.cause.contains("404") && outage.severity >= FindingSeverity::High, "{outage:?}");
        assert!(outage.began_at >= less.opened_at && outage.began_at <= outage.opened_at, "{outage:?}");
        let ended = service.incident(owner, less.id).await.unwrap();
        assert_eq!((ended.closing, ended.failures), (Some(Closing::ReplacedByOutage), 3));
        assert_eq!(ended.closed_at, Some(outage.opened_at));
        assert_eq!(heard().await, ["incident.closed", "incident.opened"]);
        world.run(404).await;
        assert_eq!((open().await.id, open().await.failures), (outage.id, 3), "it goes on");

        // It is up again, and less is there than is claimed, as before.
        world.run(200).await;
        let again = open().await;
        assert_eq!(
            (again.opening, again.failures),
            (Opening::Contradiction, 1),
            "the outage's runs are told of"
        );
        let ended = service.incident(owner, outage.id).await.unwrap();
        assert_eq!((ended.closing, ended.failures), (Some(Closing::Recovered), 3));
        assert_eq!(heard().await, ["incident.closed", "incident.opened"]);
        world.run(200).await;
        assert_eq!(open().await.id, again.id);
        world.site.other_hook.store(false, Ordering::SeqCst);
        world.run(200).await;
        assert!(service.open_incidents(owner, world.org).await.unwrap().is_empty());

        // Of a run that denies and one that fails neither is an outage by itself.
        world.site.other_hook.store(true, Ordering::SeqCst);
        world.run(200).await;
        world.run(404).await;
        assert_eq!(open().await.opening, Opening::Contradiction);
        world.run(404).await;
        assert_eq!((open().await.opening, open().await.failures), (Opening::Failures, 2));
    }
}

#[tokio::test]
async fn an_incident_opens_and_closes_with_the_answer_that_a_check_denies() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let answered = Answered::new(backend).await;
        let (world, service, owner) = (&answered.world, &answered.world.service, &answered.world.owner);
        let open = async || service.open_incidents(owner, world.org).await.unwrap();
        // Findings follow an answer within two seconds, and incidents with them.
        let comes_to = async |count: usize| {
            for _ in 0..200 {
                if open().await.len() == count {
                    return;
                }
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            panic!("expected {count} open incidents: {:?}", open().await);
        };
        let mut revision = 1;
        let mut claim = async |level| {
            let input = AnswerInput { claim: Claim::Level(level), rationale: String::new(), revision };
            service.save_answer(owner, answered.assessment, &answered.criterion, input).await.unwrap();
            revision += 1;
        };

        claim(answered.cap).await;
        world.site.other_hook.store(true, Ordering::SeqCst);
        world.run(200).await;
        world.run(200).await;
        assert!(open().await.is_empty(), "less is claimed than the check denies");
        claim(Level::MOST).await;
        // The answer is denied now, by the runs there are.
        comes_to(1).await;
        let incident = open().await.remove(0);
        assert_eq!((incident.opening, incident.failures), (Opening::Contradiction, 2));
        assert!(incident.cause.contains("expected hooks contains order-sign"), "{}", incident.cause);
        world.run(200).await;
        assert_eq!(open().await.len(), 1, "the next run goes on with it");

        claim(answered.cap).await;
        comes_to(0).await;
        let ended = service.incident(owner, incident.id).await.unwrap();
        assert!(ended.closed_at.is_some_and(|at| at >= ended.opened_at), "{ended:?}");

        // What is broken by its kind's own rule stays so, whatever is claimed.
        claim(Level::MOST).await;
        world.run(404).await;
        world.run(404).await;
        comes_to(1).await;
        claim(answered.cap).await;
        service.findings(owner, answered.assessment).await.unwrap();
        assert_eq!(open().await.len(), 1);
    }
}

const REASON: &str = "The partner moves its data centre until January.";

#[tokio::test]
async fn a_failing_check_leaves_its_mark_in_the_timeline() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let world = Answered::new(backend).await;
        world.world.run(200).await;
        assert_eq!(world.counts().await, (4, 3, 100, false), "verified");
        world.world.run(404).await;
        world.world.run(404).await;
        assert_eq!(world.counts().await, (world.cap.get(), 1, 20, true));
        let changes = world.changes().await;
        let latest = &changes[0];
        let cause = latest.causes.iter().find(|cause| cause.change.criterion == world.criterion).unwrap();
        assert_eq!((cause.change.cause, cause.change.contradicted), (ChangeCause::Check, true));
        assert_eq!((cause.change.claimed, cause.change.after), (Some(Level::MOST), world.cap));
        let check = cause.check.as_ref().unwrap();
        assert_eq!((check.id, check.consecutive_fails), (world.world.check, 2));
        let before = &changes[1].record;
        let exact = |overall: &Option<domain::live::Fraction>| overall.as_ref().unwrap().exact().unwrap();
        assert!(exact(&before.from_overall) > exact(&before.to_overall), "no longer verified: {before:?}");

        world.world.run(404).await;
        assert_eq!(world.changes().await.len(), changes.len(), "what changes nothing is no news");
        world.world.run(200).await;
        assert_eq!(world.changes().await.len(), changes.len() + 1);
        let timeline =
            world.world.service.timeline(&world.world.owner, world.assessment, None, 1).await.unwrap();
        let live = timeline.live.unwrap();
        assert_eq!(
            live.result.rung.as_ref(),
            world.assessed().await.score.totals.as_ref().map(|totals| &totals.rung)
        );
        assert!(live.since <= live.computed_at);
    }
}

#[tokio::test]
async fn an_override_weakens_the_answer_to_documented_until_it_ends() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let world = Answered::new(backend).await;
        let service = &world.world.service;
        world.world.run(404).await;
        let early = world.sign(REASON, DAY).await;
        assert!(matches!(early, Err(Error::Conflict(_))), "one failure is not confirmed: {early:?}");
        world.world.run(404).await;
        assert!(world.counts().await.3);

        let signed = world.sign(REASON, 90 * DAY - HOUR).await.unwrap();
        assert_eq!(world.counts().await, (3, 1, 65, false), "documented, and no more");
        let assessed = world.assessed().await;
        assert_eq!(assessed.criterion_score(&world.criterion).unwrap().limit, Limit::Evidence);
        let probes = assessed.probes_of(&world.binding);
        assert_eq!(
            probes[0].overridden.map(|one| (one.by_name.as_str(), one.reason.as_str())),
            Some(("owner", REASON))
        );
        assert_eq!(probes[0].standing.unwrap().status, Status::Fail, "the record still says that it fails");
        let twice = world.sign(REASON, DAY).await;
        assert!(matches!(twice, Err(Error::Conflict(_))), "{twice:?}");

        service.withdraw_override(&world.world.owner, signed.id).await.unwrap();
        assert!(world.counts().await.3, "the failure counts again");
        let again = service.withdraw_override(&world.world.owner, signed.id).await;
        assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
        let past = UnixMillis(UnixMillis::now().0 - 1);
        let expired = Override { id: OverrideId::new(), until: past, withdrawn_at: None, ..signed };
        let entry = service::record::Audit {
            at: past,
            actor: None,
            org: None,
            action: "failure.overridden",
            subject: String::new(),
            details: serde_json::Value::Null,
        };
        world.world.store.create_override(expired, entry).await.unwrap();
        assert!(world.counts().await.3, "an expired attestation counts for nothing");
        assert_eq!(service.overrides(&world.world.owner, world.world.check).await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn an_override_is_signed_by_a_reviewer_with_a_reason_and_for_ninety_days_at_most() {
    let world = Answered::new(Backend::Sqlite).await;
    let service = &world.world.service;
    world.world.run(404).await;
    world.world.run(404).await;
    for (reason, until, field) in
        [("short", DAY, "reason"), (REASON, -1, "until"), (REASON, 90 * DAY + HOUR, "until")]
    {
        let refused = world.sign(reason, until).await;
        let Err(Error::Invalid(problems)) = refused else { panic!("{field}: {refused:?}") };
        assert_eq!(problems[0].field, field);
    }
    let framework = world.assessed().await.bundle.assessment.framework;
    let until = UnixMillis(UnixMillis::now().0 + DAY);
    let contributor = service.create_account_as_operator(sign_up("contributor"), false).await.unwrap();
    let outsider = service.create_account_as_operator(sign_up("outsider"), true).await.unwrap();
    let email = "contributor@clinic.example";
    service.add_member(&world.world.owner, world.world.org, email, Role::Contributor).await.unwrap();
    let check = world.world.check;
    let refused =
        service.override_failure(&contributor, check, framework, &world.binding, REASON, until).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
    let unseen = service.override_failure(&outsider, check, framework, &world.binding, REASON, until).await;
    assert!(matches!(unseen, Err(Error::NotFound(_))), "{unseen:?}");
    let unseen = service.timeline(&outsider, world.assessment, None, 1).await.map(drop);
    assert!(matches!(unseen, Err(Error::NotFound(_))), "{unseen:?}");
    assert!(world.counts().await.3, "nothing was changed");
}
