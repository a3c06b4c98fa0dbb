//! What the tests start from: an account, its organization, a framework, and ways to add to them.

#![allow(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use domain::check::{ConditionResult, Observations, Reach, Status};
use domain::framework::Citation;
use domain::{BindingId, CriterionCode, Framework, KindCode, Level, ProfileCode};
use store::record::{
    Assessment, AssessmentState, Audit, Check, Claim, Claimed, Ended, Import, Integration,
    IntegrationDetails, Judged, Organization, Origin, Rater, Recorded, Run, SaveAnswer, SizeBand, Standing,
    Step, User, Wanted,
};
use store::testing::TestDatabase;
use store::{
    AssessmentId, Backend, CheckId, FrameworkId, IntegrationId, OrgId, RunId, StepId, Store, UnixMillis,
    UserId,
};

pub(crate) const NOW: UnixMillis = UnixMillis(1_750_000_000_000);

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) database: TestDatabase,
    pub(crate) user: User,
    pub(crate) org: Organization,
    pub(crate) framework: FrameworkId,
}

pub(crate) fn later(milliseconds: i64) -> UnixMillis {
    UnixMillis(NOW.0 + milliseconds)
}

pub(crate) fn level(level: i64) -> Level {
    Level::try_from(level).unwrap()
}

pub(crate) fn citations() -> Vec<Citation> {
    domain::builtin::citations().iter().cloned().collect()
}

/// The smallest built-in framework.
pub(crate) fn baseline() -> &'static Framework {
    domain::builtin::frameworks().iter().find(|framework| framework.code.as_str() == "BL7").unwrap()
}

pub(crate) fn criterion(index: usize) -> CriterionCode {
    baseline().criteria().nth(index).unwrap().code.clone()
}

pub(crate) fn binding(index: usize) -> BindingId {
    baseline().criteria().flat_map(|criterion| &criterion.bindings).nth(index).unwrap().id.clone()
}

pub(crate) fn user(email: &str) -> User {
    User {
        id: UserId::new(),
        email: email.to_owned(),
        name: format!("Person {email}"),
        password_hash: "$argon2id$1".to_owned(),
        admin: false,
        time_zone: "UTC".to_owned(),
        created_at: NOW,
    }
}

pub(crate) fn organization(slug: &str) -> Organization {
    Organization {
        id: OrgId::new(),
        slug: slug.to_owned(),
        name: format!("Clinic {slug}"),
        profiles: vec![ProfileCode::new("H"), ProfileCode::new("A")],
        size_band: SizeBand::UpTo20,
        demo: false,
        created_at: NOW,
    }
}

/// An audit line that belongs to no organization.
pub(crate) fn said(action: &'static str) -> Audit {
    Audit {
        at: NOW,
        actor: None,
        org: None,
        action,
        subject: "a subject".to_owned(),
        details: serde_json::Value::Null,
    }
}

impl World {
    pub(crate) async fn new(backend: Backend) -> Self {
        let (database, store) = TestDatabase::open(backend).await;
        let user = user("owner@example.org");
        store.create_user(user.clone(), said("user.created")).await.unwrap();
        let org = organization("north");
        store.create_organization(org.clone(), user.id, said("organization.created")).await.unwrap();
        store.import_citations(&citations()).await.unwrap();
        let imported = store.import_framework(baseline(), "hash", said("framework.imported")).await.unwrap();
        let Import::Created(framework) = imported else { panic!("{imported:?}") };
        Self { store, database, user, org, framework }
    }

    pub(crate) fn audit(&self, action: &'static str) -> Audit {
        Audit {
            actor: Some(self.user.id),
            org: Some(self.org.id),
            details: serde_json::json!({ "seen": [1, 2] }),
            ..said(action)
        }
    }

    /// The actions in the organization's audit log, oldest first.
    pub(crate) async fn actions(&self) -> Vec<String> {
        let mut entries = self.store.audit_of(self.org.id, None, 100).await.unwrap();
        entries.reverse();
        entries.into_iter().map(|entry| entry.action).collect()
    }

    pub(crate) async fn another_user(&self, email: &str) -> User {
        let user = user(email);
        self.store.create_user(user.clone(), said("user.created")).await.unwrap();
        user
    }

    pub(crate) fn draft(&self) -> Assessment {
        Assessment {
            id: AssessmentId::new(),
            org: self.org.id,
            framework: self.framework,
            framework_code: baseline().code.clone(),
            framework_version: baseline().version.clone(),
            title: "This year".to_owned(),
            state: AssessmentState::Draft,
            target: Some(baseline().sublevels[1].code.clone()),
            target_level: level(3),
            independent_signoff: false,
            created_by: self.user.id,
            created_at: NOW,
        }
    }

    pub(crate) async fn assessment(&self) -> Assessment {
        let assessment = self.draft();
        self.store.create_assessment(assessment.clone(), said("assessment.created")).await.unwrap();
        assessment
    }

    /// Moves the assessment from state to state.
    pub(crate) async fn step(&self, assessment: AssessmentId, from: AssessmentState, to: AssessmentState) {
        assert!(self.store.take_step(self.step_to(assessment, from, to), said("step")).await.unwrap());
    }

    pub(crate) fn step_to(
        &self,
        assessment: AssessmentId,
        from: AssessmentState,
        to: AssessmentState,
    ) -> Step {
        Step {
            id: StepId::new(),
            assessment,
            at: NOW,
            by: self.user.id,
            by_name: self.user.name.clone(),
            from,
            to,
            note: "as agreed".to_owned(),
        }
    }

    pub(crate) fn save(&self, assessment: AssessmentId, claim: Claim, seen_revision: i64) -> SaveAnswer {
        SaveAnswer {
            assessment,
            criterion: criterion(0),
            rater: Rater::Own,
            claim,
            rationale: "because".to_owned(),
            seen_revision,
            by: self.user.id,
            at: NOW,
        }
    }

    pub(crate) fn described(&self, name: &str) -> Integration {
        let details = IntegrationDetails {
            name: name.to_owned(),
            partner: "A payer".to_owned(),
            last_review: Some(jiff::civil::date(2025, 6, 1)),
            serves: vec!["PAT".into()],
            ..IntegrationDetails::default()
        };
        Integration {
            id: IntegrationId::new(),
            org: self.org.id,
            details,
            created_at: NOW,
            unowned_since: None,
        }
    }

    pub(crate) async fn integration(&self) -> Integration {
        let mut integration = self.described("Patient API");
        // No two of an organization have the same name.
        integration.details.name = format!("Patient API {}", integration.id);
        self.store.create_integration(integration.clone(), said("integration.created")).await.unwrap();
        integration
    }

    pub(crate) fn planned(&self, integration: &Integration) -> Check {
        Check {
            id: CheckId::new(),
            org: self.org.id,
            integration: integration.id,
            kind: KindCode::new("fhir.capability"),
            parameters: r#"{"base_url":{"type":"url","value":"https://fhir.example.org"}}"#.to_owned(),
            interval_seconds: 3600,
            enabled: true,
            created_at: NOW,
            next_due_at: NOW,
        }
    }

    pub(crate) async fn check(&self) -> Check {
        let check = self.planned(&self.integration().await);
        self.store.create_check(check.clone(), None, said("check.created")).await.unwrap();
        check
    }

    /// The standing that a first run leaves which is judged as [`World::ended`] says.
    pub(crate) fn standing(&self, run: &Run) -> Standing {
        Standing {
            check: run.check,
            framework: self.framework,
            binding: binding(0),
            status: run.status,
            consecutive_fails: u32::from(run.status == Status::Fail),
            concluded_at: Some(run.started_at),
            last_status: run.status,
            last_run: run.id,
            conditions: vec![ConditionResult::Fulfilled, ConditionResult::NearMiss],
        }
    }

    /// The run, judged for the first binding as it came out itself.
    pub(crate) fn ended(&self, run: &Run) -> Ended {
        let judged = Judged {
            framework: self.framework,
            binding: binding(0),
            status: run.status,
            conditions: vec![ConditionResult::Fulfilled, ConditionResult::NearMiss],
        };
        Ended { judged: vec![judged], ..unjudged(run) }
    }

    /// Keeps a run that was judged as it came out.
    pub(crate) async fn record(&self, run: &Run) -> Recorded {
        self.store.record_run(self.ended(run), None).await.unwrap()
    }

    /// Claims what is due at an instant, for a second.
    pub(crate) async fn claim(&self, owner: &str, now: UnixMillis, limit: u32) -> Vec<Claimed> {
        self.store.claim_due(wanted(owner, now, limit)).await.unwrap()
    }
}

pub(crate) fn wanted(owner: &str, now: UnixMillis, limit: u32) -> Wanted<'_> {
    let lease_until = UnixMillis(now.0 + 1000);
    Wanted { owner, now, horizon: now, lease_until, limit, orgs_apart: &[], hosts_apart: &[] }
}

/// A run that no binding is judged by.
pub(crate) fn unjudged(run: &Run) -> Ended {
    Ended {
        run: run.clone(),
        origin: Origin::Made,
        judged: Vec::new(),
        latency_ms: None,
        gauge: None,
        fresh_since: UnixMillis(0),
        declared: None,
    }
}

pub(crate) fn ran(check: CheckId, at: UnixMillis, status: Status) -> Run {
    let mut observations = Observations::new();
    observations.set("http_status", 200_i64);
    observations.set("availability_30d_pct", share());
    observations.set("formats", vec!["json".to_owned(), "xml".to_owned()]);
    Run {
        id: RunId::new(),
        check,
        scheduled_for: Some(at),
        started_at: at,
        duration_ms: 120,
        status,
        reach: Reach::Answered,
        warned: false,
        observations,
        messages: vec![
            domain::check::Message::new(domain::check::Severity::Error, "expected 200, saw 500").at("HTTP"),
        ],
        checked: "GET https://fhir.example.org/metadata".to_owned(),
    }
}

fn share() -> domain::check::Value {
    serde_json::from_str("99.5").unwrap()
}
