//! Frameworks: what is asked and how it counts.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use domain::framework as source;
use serde::Serialize;
use service::Service;
use service::record::FrameworkEntry;
use utoipa::ToSchema;

use super::extract::{Bearer, Segments, Toml};
use super::organization::created;
use super::paging::{Page, PageQuery, Paging};
use super::problem::Problem;
use super::time;

/// A framework version as a list shows it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Listed {
    #[schema(example = "B7")]
    code: String,
    #[schema(example = "1.0.0")]
    version: String,
    title: String,
    criteria: u32,
    #[schema(format = DateTime)]
    imported_at: String,
}

impl From<FrameworkEntry> for Listed {
    fn from(entry: FrameworkEntry) -> Self {
        Self {
            code: entry.code.to_string(),
            version: entry.version,
            title: entry.title,
            criteria: entry.criteria,
            imported_at: time::shown(entry.imported_at),
        }
    }
}

/// One version of a framework, whole.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Framework {
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
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
struct Profile {
    #[schema(example = "H")]
    code: String,
    #[schema(example = "Hospital")]
    name: String,
}

/// What the evidence behind an answer is worth.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
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
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
struct Floor {
    #[schema(example = "Pre-8")]
    code: String,
    name: String,
}

/// A rung of the ladder; a condition that is null imposes nothing. Thresholds are percent.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
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
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
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
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
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
    #[schema(value_type = String, example = "M")]
    effort: source::Effort,
    bindings: Vec<Binding>,
}

/// The least level that a rung asks of a criterion.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
struct Gate {
    #[schema(example = "8.1")]
    rung: String,
    least: u8,
}

/// A health check bound to a criterion.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
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

impl From<&source::Framework> for Framework {
    fn from(framework: &source::Framework) -> Self {
        Self {
            code: framework.code.to_string(),
            version: framework.version.clone(),
            title: framework.title.clone(),
            description: framework.description.clone(),
            levels: framework.levels.to_vec(),
            disclaimer: framework.disclaimer.clone(),
            profiles: framework.profiles.iter().map(Into::into).collect(),
            evidence_classes: framework.evidence_classes.iter().map(Into::into).collect(),
            floor: Floor { code: framework.floor.code.to_string(), name: framework.floor.name.clone() },
            sublevels: framework.sublevels.iter().map(Into::into).collect(),
            domains: framework.domains.iter().map(Into::into).collect(),
        }
    }
}

impl From<&source::Profile> for Profile {
    fn from(profile: &source::Profile) -> Self {
        Self { code: profile.code.to_string(), name: profile.name.clone() }
    }
}

impl From<&source::EvidenceClass> for EvidenceClass {
    fn from(class: &source::EvidenceClass) -> Self {
        Self {
            code: class.code.clone(),
            name: class.name.clone(),
            meaning: class.meaning.clone(),
            level_cap: class.level_cap.get(),
            confidence: class.confidence,
        }
    }
}

impl From<&source::Sublevel> for Sublevel {
    fn from(rung: &source::Sublevel) -> Self {
        Self {
            code: rung.code.to_string(),
            name: rung.name.clone(),
            badge: rung.badge.clone(),
            min_overall: rung.min_overall,
            min_domain: rung.min_domain,
            min_confidence: rung.min_confidence,
            min_completeness: rung.min_completeness,
            no_open_contradiction_on_weight: rung.no_open_contradiction_on_weight.map(domain::Weight::get),
            independent_assessor: rung.independent_assessor,
            gate_evidence_max_age_days: rung.gate_evidence_max_age_days,
        }
    }
}

impl From<&source::Domain> for Domain {
    fn from(domain: &source::Domain) -> Self {
        Self {
            code: domain.code.to_string(),
            title: domain.title.clone(),
            weight: domain.weight,
            purpose: domain.purpose.clone(),
            criteria: domain.criteria.iter().map(Into::into).collect(),
        }
    }
}

impl From<&source::Criterion> for Criterion {
    fn from(criterion: &source::Criterion) -> Self {
        let gate = |gate: &source::Gate| Gate { rung: gate.rung.to_string(), least: gate.least.get() };
        Self {
            code: criterion.code.to_string(),
            title: criterion.title.clone(),
            weight: criterion.weight.get(),
            profiles: criterion.profiles.iter().map(ToString::to_string).collect(),
            question: criterion.question.clone(),
            anchors: criterion.anchors.to_vec(),
            gates: criterion.gates.iter().map(gate).collect(),
            evidence: criterion.evidence.clone(),
            citations: criterion.citations.iter().map(ToString::to_string).collect(),
            remediation: criterion.remediation.clone(),
            effort: criterion.effort,
            bindings: criterion.bindings.iter().map(Into::into).collect(),
        }
    }
}

impl From<&source::Binding> for Binding {
    fn from(binding: &source::Binding) -> Self {
        Self {
            id: binding.id.to_string(),
            kind: binding.kind.to_string(),
            passes_when: binding.passes_when.clone(),
            expect: binding.expect.iter().map(|condition| condition.text.clone()).collect(),
            fail_cap: binding.fail_cap.get(),
        }
    }
}

/// The frameworks that can be assessed
#[utoipa::path(
    get, path = "/frameworks", tag = "frameworks", params(PageQuery),
    responses((status = 200, body = Page<Listed>), (status = 401, body = Problem))
)]
pub(super) async fn list(
    _bearer: Bearer,
    paging: Paging<String>,
    State(service): State<Service>,
) -> Result<Json<Page<Listed>>, Problem> {
    let key = |entry: &FrameworkEntry| format!("{}-{}", entry.code, entry.version);
    Ok(Json(paging.slice(service.frameworks().await?, key, Listed::from)?))
}

/// Import a framework from a TOML file
///
/// Only an administrator of the installation may. A published version never changes: the same file again answers 200,
/// another content under the same version 409. Each problem of a file names its line and its key.
#[utoipa::path(
    post, path = "/frameworks", tag = "frameworks",
    request_body(content = String, content_type = "application/toml", description = "A framework file"),
    responses(
        (status = 201, body = Listed), (status = 200, body = Listed), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 415, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn create(
    Bearer(actor): Bearer,
    State(service): State<Service>,
    Toml(text): Toml,
) -> Result<Response, Problem> {
    let imported = service.import_framework(&actor, &text).await?;
    let at = format!("/api/v1/frameworks/{}/{}", imported.entry.code, imported.entry.version);
    let listed = Listed::from(imported.entry);
    Ok(if imported.created { created(at, listed).into_response() } else { Json(listed).into_response() })
}

/// A framework, whole
#[utoipa::path(
    get, path = "/frameworks/{code}/{version}", tag = "frameworks",
    params(
        ("code" = String, Path, example = "B7"),
        ("version" = String, Path, example = "1.0.0"),
    ),
    responses((status = 200, body = Framework), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn get(
    _bearer: Bearer,
    Segments((code, version)): Segments<(String, String)>,
    State(service): State<Service>,
) -> Result<Json<Framework>, Problem> {
    let framework = service.framework(&code.into(), Some(&version)).await?;
    Ok(Json(Framework::from(&*framework)))
}
