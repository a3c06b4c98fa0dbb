//! The demonstration: a labelled organization whose answers are made up and whose checks really run, against the
//! sandbox that the same process offers.

mod answers;

use std::collections::BTreeMap;

use domain::scoring::EvidenceDuration;
use domain::{BindingId, CriterionCode, DomainCode, Level, ProfileCode};
use jiff::ToSpan as _;
use serde_json::{Value, json};
use service::answer::AnswerInput;
use service::assessment::NewAssessment;
use service::check::{NewCheck, RawParameters};
use service::evidence::NewEvidence;
use service::organization::NewOrganization;
use service::record::{Claim, EvidenceBody, IntegrationDetails, Organization, SizeBand};
use service::{Actor, AssessmentId, Error, FrameworkId, OrgId, Service, UnixMillis};

use crate::sandbox::{GATEWAY_PORT, HTTPS_PORT, MLLP_PORT, SILENT_PORT, Sandbox};

/// How often the demonstration's checks run by themselves.
const INTERVAL_SECONDS: i64 = 60;
const NAME: &str = "Alder Regional Hospital";

/// Gives the actor the demonstration, once; answers with its organization.
pub(crate) async fn load(service: &Service, actor: &Actor, sandbox: &Sandbox) -> Result<Organization, Error> {
    let mine = service.organizations(actor, None, 1000).await?;
    if let Some((there, _)) = mine.into_iter().find(|(organization, _)| organization.demo) {
        return Ok(there);
    }
    let organization = service
        .create_organization(
            actor,
            NewOrganization {
                name: NAME.to_owned(),
                profiles: vec![ProfileCode::from("H"), ProfileCode::from("A")],
                size_band: SizeBand::Above150,
                demo: true,
            },
        )
        .await?;
    let new = NewAssessment {
        framework: "B7".into(),
        version: None,
        title: "Demonstration".to_owned(),
        target: Some("8.1".into()),
    };
    let assessment = service.start_assessment(actor, organization.id, new).await?;
    answer(service, actor, assessment.id).await?;
    integrate(service, actor, organization.id, assessment.framework, sandbox).await?;
    Ok(organization)
}

async fn answer(service: &Service, actor: &Actor, assessment: AssessmentId) -> Result<(), Error> {
    let today = UnixMillis::now().date();
    for (code, level, evidence_age) in answers::CLAIMS {
        let criterion = CriterionCode::from(*code);
        let level = Level::try_from(*level).expect("the demonstration claims levels from 0 to 4");
        let input = AnswerInput {
            claim: Claim::Level(level),
            rationale: "Demonstration data.".to_owned(),
            revision: 0,
        };
        service.save_answer(actor, assessment, &criterion, input).await?;
        if let Some(days) = evidence_age {
            let new = NewEvidence {
                criteria: vec![criterion],
                title: format!("Demonstration record for {code}"),
                body: EvidenceBody::Note(
                    "Stands in for a report that a real organization would attach.".to_owned(),
                ),
                duration: EvidenceDuration::Standard,
                dated: today.saturating_sub(days.days()),
                expires: None,
            };
            service.add_evidence(actor, assessment, new).await?;
        }
    }
    Ok(())
}

/// An integration of the demonstration: name, partner, standard, direction, data, domains served.
struct Entry<'a> {
    name: &'a str,
    partner: &'a str,
    standard: &'a str,
    direction: &'a str,
    data: &'a str,
    serves: &'a [&'a str],
    /// Bindings that the rule would tie to its checks, and why they are not tied.
    apart_from: &'a [(&'a str, &'a str)],
    checks: Vec<(&'a str, Value)>,
}

async fn integrate(
    service: &Service,
    actor: &Actor,
    org: OrgId,
    framework: FrameworkId,
    sandbox: &Sandbox,
) -> Result<(), Error> {
    for entry in inventory(sandbox) {
        let details = IntegrationDetails {
            name: entry.name.to_owned(),
            partner: entry.partner.to_owned(),
            standard: entry.standard.to_owned(),
            direction: entry.direction.to_owned(),
            data: entry.data.to_owned(),
            owner: "Integration owner".to_owned(),
            last_review: Some(UnixMillis::now().date().saturating_sub(40.days())),
            environment: "sandbox".to_owned(),
            serves: entry.serves.iter().map(|code| DomainCode::from(*code)).collect(),
            ..IntegrationDetails::default()
        };
        let integration = service.create_integration(actor, org, details).await?;
        for (kind, parameters) in entry.checks {
            let parameters: BTreeMap<String, Value> = parameters
                .as_object()
                .expect("parameters are written as an object")
                .clone()
                .into_iter()
                .collect();
            let new = NewCheck {
                kind: kind.into(),
                parameters: RawParameters::Json(parameters),
                interval_seconds: Some(INTERVAL_SECONDS),
            };
            let check = service.create_check(actor, integration.id, new).await?;
            for (binding, reason) in entry.apart_from {
                service
                    .set_tie(actor, check.id, framework, &BindingId::from(*binding), false, reason)
                    .await?;
            }
            // Twice, so that a failure is confirmed when the newcomer first looks.
            for _ in 0..2 {
                service.run_check(actor, check.id).await?;
            }
        }
    }
    Ok(())
}

fn inventory(sandbox: &Sandbox) -> Vec<Entry<'static>> {
    let host = sandbox.address().to_string();
    vec![
        Entry {
            name: "Patient API gateway",
            partner: "Patients' apps",
            standard: "FHIR R4, SMART App Launch",
            direction: "out",
            data: "USCDI v3",
            serves: &["PAT", "SEM", "COM"],
            apart_from: &[],
            checks: vec![
                ("fhir.capability", json!({ "base_url": sandbox.fhir_base() })),
                ("fhir.smart_config", json!({ "base_url": sandbox.fhir_base() })),
                ("tls.certificate", json!({ "host": host, "port": HTTPS_PORT })),
                ("portal.doc_link", json!({ "url": sandbox.page() })),
            ],
        },
        Entry {
            name: "ADT feed to the exchange network",
            partner: "Exchange network",
            standard: "HL7 v2.5.1 over MLLP",
            direction: "out",
            data: "admissions, discharges, transfers",
            serves: &["EVT"],
            apart_from: &[("EVT-3.1", "It carries admissions, no results.")],
            checks: vec![(
                "hl7v2.mllp",
                json!({ "host": host, "port": MLLP_PORT, "tls": false, "message_type": "ADT^A01" }),
            )],
        },
        Entry {
            name: "Exchange network gateway",
            partner: "Exchange network",
            standard: "IHE XCA",
            direction: "both",
            data: "clinical documents",
            serves: &["NET"],
            apart_from: &[],
            checks: vec![("tls.certificate", json!({ "host": host, "port": GATEWAY_PORT }))],
        },
        Entry {
            name: "Prior authorization hooks",
            partner: "Payers",
            standard: "CDS Hooks 2.0",
            direction: "in",
            data: "coverage rules",
            serves: &["PPA"],
            apart_from: &[],
            checks: vec![("cdshooks.discovery", json!({ "base_url": sandbox.hooks_base() }))],
        },
        Entry {
            name: "Reference laboratory results",
            partner: "Reference laboratory",
            standard: "HL7 v2.5.1 over MLLP",
            direction: "in",
            data: "laboratory results",
            serves: &["EVT"],
            apart_from: &[("EVT-1.1", "It carries results, no admissions.")],
            checks: vec![(
                "hl7v2.mllp",
                json!({ "host": host, "port": SILENT_PORT, "tls": false, "message_type": "ORU^R01" }),
            )],
        },
    ]
}
