//! How a published framework looks in the `OpenAPI` document. What is sent is a
//! [`Draft`](domain::framework::draft::Draft), the one document of frameworks that are published, drafted and exported.

#![allow(dead_code, reason = "describes a document that the domain writes")]

use utoipa::ToSchema;

/// One version of a framework, whole.
#[derive(ToSchema)]
pub(in super::super) struct Framework {
    #[schema(example = "B7")]
    code: String,
    #[schema(example = "1.0.0")]
    version: String,
    title: String,
    description: String,
    /// Names of levels 0 to 4.
    levels: Vec<String>,
    /// Shown wherever a rung is shown.
    disclaimer: String,
    profiles: Vec<Profile>,
    /// E0 to E3.
    evidence_classes: Vec<EvidenceClass>,
    floor: Floor,
    /// The ladder, lowest first.
    sublevels: Vec<Sublevel>,
    domains: Vec<Domain>,
}

/// A kind of organization.
#[derive(ToSchema)]
struct Profile {
    #[schema(example = "H")]
    code: String,
    #[schema(example = "Hospital")]
    name: String,
}

/// What the evidence behind an answer is worth.
#[derive(ToSchema)]
struct EvidenceClass {
    #[schema(example = "E1")]
    code: String,
    name: String,
    meaning: String,
    /// The highest level that an answer of this class counts for.
    level_cap: u8,
    /// Percent.
    confidence: u8,
}

/// The result where no sub-level is reached.
#[derive(ToSchema)]
struct Floor {
    #[schema(example = "Pre-8")]
    code: String,
    name: String,
}

/// A rung of the ladder; a condition that is null imposes nothing. Thresholds are percent.
#[derive(ToSchema)]
struct Sublevel {
    #[schema(example = "8.1")]
    code: String,
    name: String,
    badge: String,
    min_overall: Option<u8>,
    min_domain: Option<u8>,
    min_confidence: Option<u8>,
    min_completeness: Option<u8>,
    no_open_contradiction_on_weight: Option<u8>,
    independent_assessor: bool,
    gate_evidence_max_age_days: Option<u32>,
}

/// A part of the questionnaire.
#[derive(ToSchema)]
struct Domain {
    #[schema(example = "PAT")]
    code: String,
    title: String,
    /// All domains' weights sum to 100.
    weight: u8,
    purpose: String,
    criteria: Vec<Criterion>,
}

/// A question with its five anchors.
#[derive(ToSchema)]
struct Criterion {
    #[schema(example = "PAT-1")]
    code: String,
    title: String,
    /// 1 to 3.
    weight: u8,
    /// Whom it applies to.
    profiles: Vec<String>,
    question: String,
    /// What is true at level 0 to 4.
    anchors: Vec<String>,
    gates: Vec<Gate>,
    /// What to attach.
    evidence: String,
    /// Keys of sources.
    citations: Vec<String>,
    remediation: String,
    /// `S`, `M` or `L`.
    #[schema(example = "M")]
    effort: String,
    bindings: Vec<Binding>,
}

/// The least level that a rung asks of a criterion.
#[derive(ToSchema)]
struct Gate {
    #[schema(example = "8.1")]
    rung: String,
    least: u8,
}

/// A health check bound to a criterion.
#[derive(ToSchema)]
struct Binding {
    #[schema(example = "PAT-1.1")]
    id: String,
    #[schema(example = "fhir.capability")]
    kind: String,
    /// In prose.
    passes_when: String,
    /// All must hold.
    #[schema(example = json!(["resource_count >= 10"]))]
    expect: Vec<String>,
    /// The highest level that the answer still counts for when the check fails.
    fail_cap: u8,
}
