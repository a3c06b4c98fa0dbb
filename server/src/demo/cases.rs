//! What the demonstration holds: three made-up organizations at three stages. Their answers are made up too; the numbers
//! that follow from them are computed.

use serde_json::{Value, json};
use service::record::SizeBand;

use super::answers;
use super::past::Past;
use crate::sandbox::{GATEWAY_PORT, HTTPS_PORT, MLLP_PORT, SILENT_PORT, Sandbox};

/// An organization of the demonstration, with its one assessment and its inventory.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) profiles: &'static [&'static str],
    pub(super) size_band: SizeBand,
    pub(super) framework: &'static str,
    pub(super) target: &'static str,
    pub(super) stage: Stage,
    /// A criterion, the level claimed, and how many days ago its evidence is dated.
    pub(super) claims: &'static [(&'static str, i64, Option<i32>)],
    pub(super) inventory: Vec<Entry>,
}

/// An integration with its checks.
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) partner: &'static str,
    pub(super) standard: &'static str,
    pub(super) direction: &'static str,
    pub(super) data: &'static str,
    /// Days since its last review.
    pub(super) reviewed: i32,
    pub(super) serves: &'static [&'static str],
    /// Bindings that the rule would tie to its checks, and why they are not tied.
    pub(super) apart_from: &'static [(&'static str, &'static str)],
    pub(super) checks: Vec<Probe>,
}

/// A check: its kind, its parameters, and what it would have seen before.
pub(super) struct Probe(pub(super) &'static str, pub(super) Value, pub(super) Past);

/// How far an assessment has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// The newcomer's own: owner, and answering.
    Answering,
    /// Handed in by others. The newcomer reviews it, and has begun with these ratings.
    InReview(&'static [(&'static str, i64)]),
}

/// The organizations, the one that the tour is about first.
pub(super) fn cases(sandbox: &Sandbox) -> [Case; 3] {
    [
        Case {
            name: "Alder Regional Hospital",
            profiles: &["H", "A"],
            size_band: SizeBand::Above150,
            framework: "B7",
            target: "8.1",
            stage: Stage::Answering,
            claims: answers::HOSPITAL,
            inventory: hospital(sandbox),
        },
        Case {
            name: "Harbor Clinic Network",
            profiles: &["A", "C"],
            size_band: SizeBand::UpTo150,
            framework: "B7",
            target: "8.0",
            stage: Stage::InReview(answers::NETWORK_RATINGS),
            claims: answers::NETWORK,
            inventory: network(sandbox),
        },
        Case {
            name: "Maple Street Family Practice",
            profiles: &["G"],
            size_band: SizeBand::UpTo6,
            framework: "BL7",
            target: "B.1",
            stage: Stage::Answering,
            claims: answers::PRACTICE,
            inventory: practice(sandbox),
        },
    ]
}

fn hospital(sandbox: &Sandbox) -> Vec<Entry> {
    let host = sandbox.address().to_string();
    vec![
        Entry {
            name: "Patient API gateway",
            partner: "Patients' apps",
            standard: "FHIR R4, SMART App Launch",
            direction: "out",
            data: "USCDI v3",
            reviewed: 40,
            serves: &["PAT", "SEM", "COM"],
            apart_from: &[],
            checks: vec![
                Probe(
                    "fhir.capability",
                    json!({ "base_url": sandbox.fhir_base() }),
                    Past::steady(84).with_outages(&[(967, 4), (312, 1)]),
                ),
                Probe(
                    "fhir.smart_config",
                    json!({ "base_url": sandbox.fhir_base() }),
                    Past::steady(31).with_outages(&[(967, 4)]),
                ),
                Probe(
                    "tls.certificate",
                    json!({ "host": host, "port": HTTPS_PORT }),
                    Past::steady(22).certificate(90, 90),
                ),
                Probe("portal.doc_link", json!({ "url": sandbox.page() }), Past::steady(190)),
            ],
        },
        Entry {
            name: "ADT feed to the exchange network",
            partner: "Exchange network",
            standard: "HL7 v2.5.1 over MLLP",
            direction: "out",
            data: "admissions, discharges, transfers",
            reviewed: 40,
            serves: &["EVT"],
            apart_from: &[("EVT-3.1", "It carries admissions, no results.")],
            checks: vec![Probe(
                "hl7v2.mllp",
                json!({ "host": host, "port": MLLP_PORT, "tls": false, "message_type": "ADT^A01" }),
                Past::steady(38).with_outages(&[(1_420, 3)]),
            )],
        },
        Entry {
            name: "Exchange network gateway",
            partner: "Exchange network",
            standard: "IHE XCA",
            direction: "both",
            data: "clinical documents",
            reviewed: 330,
            serves: &["NET"],
            apart_from: &[],
            checks: vec![Probe(
                "tls.certificate",
                json!({ "host": host, "port": GATEWAY_PORT }),
                Past::steady(25).certificate(20, 90),
            )],
        },
        Entry {
            name: "Prior authorization hooks",
            partner: "Payers",
            standard: "CDS Hooks 2.0",
            direction: "in",
            data: "coverage rules",
            reviewed: 40,
            serves: &["PPA"],
            apart_from: &[],
            checks: vec![Probe(
                "cdshooks.discovery",
                json!({ "base_url": sandbox.hooks_base() }),
                Past::steady(140).with_outages(&[(590, 2)]),
            )],
        },
        Entry {
            name: "Reference laboratory results",
            partner: "Reference laboratory",
            standard: "HL7 v2.5.1 over MLLP",
            direction: "in",
            data: "laboratory results",
            reviewed: 400,
            serves: &["EVT"],
            apart_from: &[("EVT-1.1", "It carries results, no admissions.")],
            checks: vec![Probe(
                "hl7v2.mllp",
                json!({ "host": host, "port": SILENT_PORT, "tls": false, "message_type": "ORU^R01" }),
                Past::steady(46).with_outages(&[(1_700, 9)]).down_for(93),
            )],
        },
    ]
}

fn network(sandbox: &Sandbox) -> Vec<Entry> {
    let host = sandbox.address().to_string();
    vec![
        Entry {
            name: "Patient portal API",
            partner: "Patients' apps",
            standard: "FHIR R4, SMART App Launch",
            direction: "out",
            data: "USCDI v1",
            reviewed: 120,
            serves: &["PAT"],
            apart_from: &[],
            checks: vec![Probe(
                "fhir.smart_config",
                json!({ "base_url": sandbox.fhir_base() }),
                Past::steady(36),
            )],
        },
        Entry {
            name: "Admissions from the hospital",
            partner: "Regional hospital",
            standard: "HL7 v2.5.1 over MLLP",
            direction: "in",
            data: "admissions, discharges, transfers",
            reviewed: 200,
            serves: &["EVT"],
            apart_from: &[("EVT-3.1", "It carries admissions, no results.")],
            checks: vec![Probe(
                "hl7v2.mllp",
                json!({ "host": host, "port": MLLP_PORT, "tls": false, "message_type": "ADT^A01" }),
                Past::steady(41).with_outages(&[(800, 2)]),
            )],
        },
    ]
}

fn practice(sandbox: &Sandbox) -> Vec<Entry> {
    vec![Entry {
        name: "Exchange network gateway",
        partner: "Exchange network",
        standard: "IHE XCA",
        direction: "both",
        data: "clinical documents",
        reviewed: 90,
        serves: &["HIE"],
        apart_from: &[],
        checks: vec![Probe(
            "tls.certificate",
            json!({ "host": sandbox.address().to_string(), "port": GATEWAY_PORT }),
            Past::steady(27).certificate(20, 90),
        )],
    }]
}
