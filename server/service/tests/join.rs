//! The join: what is claimed, what a check sees, and what counts. Real database, real probe, real server.

#![allow(clippy::unwrap_used, reason = "a step that fails is a test that fails")]

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::check::Status;
use domain::scoring::{EvidenceDuration, FindingKind};
use domain::{CriterionCode, DomainCode, Level};
use serde_json::json;
use service::account::SignUp;
use service::answer::AnswerInput;
use service::assessment::{Assessed, NewAssessment};
use service::check::{NewCheck, RawParameters};
use service::evidence::{NewBody, NewEvidence};
use service::organization::NewOrganization;
use service::record::{Claim, IntegrationDetails, Role, SizeBand};
use service::{Actor, AssessmentId, CheckId, Config, Error, OrgId, SecretKey, Service, UnixMillis};
use store::Store;

/// A FHIR server that can be broken.
struct FhirServer {
    addr: SocketAddr,
    broken: Arc<AtomicBool>,
}

impl FhirServer {
    async fn start() -> Self {
        let broken = Arc::new(AtomicBool::new(false));
        let router = axum::Router::new()
            .route("/metadata", axum::routing::get(metadata))
            .with_state(Arc::clone(&broken));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { addr, broken }
    }

    fn set_broken(&self, broken: bool) {
        self.broken.store(broken, Ordering::SeqCst);
    }
}

async fn metadata(State(broken): State<Arc<AtomicBool>>) -> Response {
    if broken.load(Ordering::SeqCst) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let statement = json!({
        "resourceType": "CapabilityStatement", "status": "active", "date": "2026-11-01", "kind": "instance",
        "implementation": { "description": "test" }, "fhirVersion": "4.0.1", "format": ["json"],
        "rest": [{ "mode": "server", "resource": [
            { "type": "Patient", "interaction": [{ "code": "read" }, { "code": "search-type" }] },
            { "type": "Observation", "interaction": [{ "code": "read" }] },
        ] }],
    });
    ([("content-type", "application/fhir+json")], statement.to_string()).into_response()
}

struct World {
    service: Service,
    owner: Actor,
    org: OrgId,
    assessment: AssessmentId,
    _folder: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("rung.db").display());
        let store = Store::connect(&url).await.unwrap();
        store.migrate().await.unwrap();
        let secret_key = SecretKey::from_file(&folder.path().join("secret.key")).unwrap();
        let config = Config {
            probe_allow: "127.0.0.0/8".parse().unwrap(),
            probe_roots: None,
            receiver: None,
            secret_keys: secret_key.into(),
            node: "test".to_owned(),
            alerts: service::alert::AlertConfig::default(),
            feeds: service::check::FeedConfig::default(),
            files: None,
        };
        let service = Service::new(store, config).unwrap();
        service.bring_content().await.unwrap();
        let owner = service.create_first_account(sign_up("owner")).await.unwrap();
        let organization = NewOrganization {
            name: "Test clinic".to_owned(),
            profiles: vec!["H".into()],
            size_band: SizeBand::UpTo20,
            demo: false,
        };
        let org = service.create_organization(&owner, organization).await.unwrap().id;
        let new =
            NewAssessment { framework: "B7".into(), version: None, title: "2026".to_owned(), target: None };
        let assessment = service.start_assessment(&owner, org, new).await.unwrap().id;
        Self { service, owner, org, assessment, _folder: folder }
    }

    async fn claim(&self, criterion: &str, level: i64) {
        let input = AnswerInput {
            claim: Claim::Level(Level::try_from(level).unwrap()),
            rationale: String::new(),
            revision: 0,
        };
        let criterion = CriterionCode::from(criterion);
        self.service.save_answer(&self.owner, self.assessment, &criterion, input).await.unwrap();
    }

    async fn attach(&self, criterion: &str) {
        let new = NewEvidence {
            criteria: vec![criterion.into()],
            title: "Availability report".to_owned(),
            body: NewBody::Note("99.7 % in October".to_owned()),
            duration: EvidenceDuration::Standard,
            dated: UnixMillis::now().date(),
            expires: None,
            reported_pct: None,
        };
        self.service.add_evidence(&self.owner, self.assessment, new).await.unwrap();
    }

    async fn check(&self, domains: &[&str], server: &FhirServer) -> CheckId {
        let details = IntegrationDetails {
            name: "Patient API".to_owned(),
            serves: domains.iter().map(|code| DomainCode::from(*code)).collect(),
            ..IntegrationDetails::default()
        };
        let integration = self.service.create_integration(&self.owner, self.org, details).await.unwrap();
        let parameters = BTreeMap::from([("base_url".to_owned(), json!(format!("http://{}", server.addr)))]);
        let new = NewCheck {
            kind: "fhir.capability".into(),
            parameters: RawParameters::Json(parameters),
            interval_seconds: None,
        };
        self.service.create_check(&self.owner, integration.id, new).await.unwrap().id
    }

    async fn run(&self, check: CheckId) {
        self.service.run_check(&self.owner, check).await.unwrap();
    }

    async fn assessed(&self) -> Assessed {
        self.service.assessed(&self.owner, self.assessment).await.unwrap()
    }

    /// Effective level and evidence class of a criterion.
    async fn counts(&self, criterion: &str) -> (u8, usize) {
        let assessed = self.assessed().await;
        let score = assessed.criterion_score(&criterion.into()).unwrap();
        (score.effective.get(), score.evidence_class)
    }
}

fn sign_up(name: &str) -> SignUp {
    SignUp {
        name: name.to_owned(),
        email: format!("{name}@clinic.example"),
        password: "lantern crate violet ridge".to_owned(),
    }
}

#[tokio::test]
async fn an_answer_is_capped_when_its_check_fails_twice_running_and_freed_when_it_passes() {
    let world = World::new().await;
    let server = FhirServer::start().await;
    world.claim("PAT-1", 3).await;
    world.attach("PAT-1").await;
    assert_eq!(world.counts("PAT-1").await, (3, 1), "documented");

    let check = world.check(&["PAT"], &server).await;
    world.run(check).await;
    assert_eq!(world.counts("PAT-1").await, (3, 3), "verified by the check");

    server.set_broken(true);
    world.run(check).await;
    assert_eq!(world.counts("PAT-1").await, (3, 1), "one failure caps nothing");
    world.run(check).await;
    assert_eq!(world.counts("PAT-1").await, (1, 1), "two failures cap at the binding's fail cap");

    let page = world.service.findings(&world.owner, world.assessment).await.unwrap();
    let finding = page
        .findings
        .iter()
        .find(|finding| finding.record.kind == FindingKind::Contradiction)
        .expect("the contradiction is a finding");
    assert_eq!(finding.record.subject, "PAT-1");
    let behind = finding.checks.iter().find(|behind| behind.binding.as_str() == "PAT-1.1").unwrap();
    assert_eq!((behind.check, behind.consecutive_fails), (check, 2));
    let status = behind.conditions.iter().find(|seen| seen.expected == "http_status == 200").unwrap();
    assert_eq!(status.seen.as_deref(), Some("503"));

    server.set_broken(false);
    world.run(check).await;
    assert_eq!(world.counts("PAT-1").await, (3, 3));
    let page = world.service.findings(&world.owner, world.assessment).await.unwrap();
    assert!(page.findings.iter().all(|finding| finding.record.kind != FindingKind::Contradiction));
    assert!(page.cleared.iter().any(|finding| finding.kind == FindingKind::Contradiction));
}

#[tokio::test]
async fn a_check_of_an_integration_that_serves_another_domain_contradicts_nothing_here() {
    let world = World::new().await;
    let server = FhirServer::start().await;
    world.claim("PAT-1", 2).await;
    let check = world.check(&["PUB"], &server).await;
    server.set_broken(true);
    world.run(check).await;
    world.run(check).await;
    assert_eq!(world.counts("PAT-1").await.0, 2);

    let framework = world.assessed().await.bundle.assessment.framework;
    let reason = "the clinic's patients use it too";
    let binding = "PAT-1.1".into();
    world.service.set_tie(&world.owner, check, framework, &binding, true, reason).await.unwrap();
    assert_eq!(world.counts("PAT-1").await.0, 1, "tied by hand");
    world.service.clear_tie(&world.owner, check, framework, &binding).await.unwrap();
    assert_eq!(world.counts("PAT-1").await.0, 2);
}

#[tokio::test]
async fn a_stale_save_changes_nothing_and_shows_what_is_on_file() {
    let world = World::new().await;
    world.claim("PAT-1", 2).await;
    let input = AnswerInput { claim: Claim::Level(Level::MOST), rationale: String::new(), revision: 0 };
    let saved = world.service.save_answer(&world.owner, world.assessment, &"PAT-1".into(), input).await;
    let Err(Error::Stale(current)) = saved else { panic!("expected a stale save, got {saved:?}") };
    assert_eq!(current.unwrap().claim, Claim::Level(Level::try_from(2).unwrap()));
    let on_file = world.assessed().await;
    assert_eq!(on_file.own_answer(&"PAT-1".into()).unwrap().revision, 1);
}

#[tokio::test]
async fn what_a_role_may_not_do_is_refused_and_an_outsider_sees_nothing() {
    let world = World::new().await;
    let service = &world.service;
    let viewer = service.create_account_as_operator(sign_up("viewer"), false).await.unwrap();
    let outsider = service.create_account_as_operator(sign_up("outsider"), true).await.unwrap();
    service.add_member(&world.owner, world.org, " Viewer@Clinic.example", Role::Viewer).await.unwrap();

    let input = || AnswerInput { claim: Claim::Level(Level::MOST), rationale: String::new(), revision: 0 };
    let criterion = CriterionCode::from("PAT-1");
    assert!(service.assessed(&viewer, world.assessment).await.is_ok());
    let refused = service.save_answer(&viewer, world.assessment, &criterion, input()).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
    let unseen = service.save_answer(&outsider, world.assessment, &criterion, input()).await;
    assert!(matches!(unseen, Err(Error::NotFound(_))), "even for an administrator: {unseen:?}");
    assert!(service.assessed(&outsider, world.assessment).await.is_err());
    let leaving = service.remove_member(&world.owner, world.org, world.owner.user()).await;
    assert!(matches!(leaving, Err(Error::Conflict(_))), "the last owner stays: {leaving:?}");
}

#[tokio::test]
async fn an_address_that_is_not_public_is_refused_when_the_check_is_made() {
    let world = World::new().await;
    let details = IntegrationDetails { name: "Inside".to_owned(), ..IntegrationDetails::default() };
    let integration = world.service.create_integration(&world.owner, world.org, details).await.unwrap();
    for address in ["http://10.0.0.1/fhir", "http://169.254.169.254/latest", "http://[fd00::1]/fhir"] {
        let parameters = BTreeMap::from([("base_url".to_owned(), json!(address))]);
        let new = NewCheck {
            kind: "fhir.capability".into(),
            parameters: RawParameters::Json(parameters),
            interval_seconds: None,
        };
        let refused = world.service.create_check(&world.owner, integration.id, new).await;
        let Err(Error::Invalid(problems)) = refused else { panic!("{address} was accepted") };
        assert_eq!(problems[0].field, "parameters.base_url");
    }
    assert!(world.service.check_rows(&world.owner, world.org).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_secret_is_sealed_at_rest_and_never_shown() {
    let world = World::new().await;
    let details = IntegrationDetails { name: "Partner".to_owned(), ..IntegrationDetails::default() };
    let integration = world.service.create_integration(&world.owner, world.org, details).await.unwrap();
    let parameters = BTreeMap::from([
        ("base_url".to_owned(), "https://fhir.example.org/r4".to_owned()),
        ("bearer_token".to_owned(), "very-secret-token".to_owned()),
    ]);
    let new = NewCheck {
        kind: "fhir.capability".into(),
        parameters: RawParameters::Text(parameters),
        interval_seconds: None,
    };
    let check = world.service.create_check(&world.owner, integration.id, new).await.unwrap();
    assert!(!check.parameters.contains("very-secret-token"));
    let shown = world.service.shown_parameters(&check);
    assert!(shown.contains(&("bearer_token".to_owned(), "set".to_owned())), "{shown:?}");
}

#[tokio::test]
async fn a_check_that_passes_by_its_own_rule_names_the_answers_that_it_contradicts() {
    let world = World::new().await;
    let server = FhirServer::start().await;
    let check = world.check(&["PPA"], &server).await;
    let row = async || {
        let rows = world.service.check_rows(&world.owner, world.org).await.unwrap();
        rows.into_iter().find(|row| row.check.id == check).unwrap()
    };
    world.run(check).await;
    world.run(check).await;
    assert_eq!(row().await.contradicts, [], "nothing is claimed");
    // Level 4 says that documents can be written, which the server does not declare.
    world.claim("PPA-5", 4).await;
    world.attach("PPA-5").await;
    let seen = row().await;
    assert_eq!((seen.status(), seen.urgency()), (Status::Pass, Status::Fail));
    assert_eq!(seen.contradicts, ["PPA-5".into()]);
    let new = NewAssessment { framework: "B7".into(), version: None, title: "2027".to_owned(), target: None };
    world.service.start_assessment(&world.owner, world.org, new).await.unwrap();
    assert_eq!(row().await.contradicts, ["PPA-5".into()], "the next one says nothing yet");
}
