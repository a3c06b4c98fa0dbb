//! From a framework's rows back to the framework.

use std::collections::HashMap;

use domain::check::{Condition, Operator, Value};
use domain::framework::{
    Binding, Criterion, Domain, Effort, EvidenceClass, Floor, Framework, Gate, Profile, Sublevel,
};
use domain::{
    BindingId, CitationKey, CriterionCode, DomainCode, FrameworkCode, KindCode, Level, ProfileCode, RungCode,
    Weight,
};

use crate::column::from_row;
use crate::db::{Link, row, rows, statements};
use crate::error::StoreError;
use crate::ids::FrameworkId;

statements! {
    Both FRAMEWORK = "SELECT code, version, title, description, disclaimer, floor_code, floor_name FROM frameworks \
        WHERE id = $1";
    Both LEVELS = "SELECT name FROM framework_levels WHERE framework_id = $1 ORDER BY level";
    Both PROFILES = "SELECT code, name FROM framework_profiles WHERE framework_id = $1 ORDER BY position";
    Both EVIDENCE_CLASSES = "SELECT code, name, meaning, level_cap, confidence FROM evidence_classes \
        WHERE framework_id = $1 ORDER BY position";
    Both RUNGS = "SELECT code, name, badge, min_overall, min_domain, min_confidence, min_completeness, \
        no_open_contradiction_on_weight, independent_assessor, gate_evidence_max_age_days FROM rungs \
        WHERE framework_id = $1 ORDER BY position";
    Both DOMAINS = "SELECT code, title, weight, purpose FROM domains WHERE framework_id = $1 ORDER BY position";
    Both CRITERIA = "SELECT code, domain, title, weight, question, evidence, remediation, effort FROM criteria \
        WHERE framework_id = $1 ORDER BY position";
    Both ANCHORS = "SELECT criterion, description FROM anchors WHERE framework_id = $1 ORDER BY criterion, level";
    Both CRITERION_PROFILES = "SELECT criterion, profile FROM criterion_profiles WHERE framework_id = $1 \
        ORDER BY criterion, position";
    Both GATES = "SELECT criterion, rung, least FROM gates WHERE framework_id = $1 ORDER BY criterion, position";
    Both CITATIONS = "SELECT criterion, citation FROM criterion_citations WHERE framework_id = $1 \
        ORDER BY criterion, position";
    Both BINDINGS = "SELECT criterion, id, kind, passes_when, fail_cap FROM bindings WHERE framework_id = $1 \
        ORDER BY criterion, position";
    Both CONDITIONS = "SELECT binding, observation, operator, value, text FROM conditions WHERE framework_id = $1 \
        ORDER BY binding, position";
}

/// Row structs, each with what it becomes in a framework.
macro_rules! parts {
    ($($row:ident { $($field:ident $(($how:ident))?: $type:ty),+ $(,)? } $(=> $part:ident { $($own:ident),+ })?)+) => {
        $(
            struct $row {
                $($field: $type,)+
            }

            $(impl From<$row> for $part {
                fn from(row: $row) -> Self {
                    Self { $($own: row.$own,)+ }
                }
            })?
        )+
        from_row! {
            $($row { $($field $(: $how)?),+ })+
        }
    };
}

parts! {
    Head {
        code (text): FrameworkCode, version: String, title: String, description: String, disclaimer: String,
        floor_code (text): RungCode, floor_name: String,
    }
    ProfileRow { code (text): ProfileCode, name: String } => Profile { code, name }
    ClassRow {
        code: String, name: String, meaning: String, level_cap (int): Level, confidence (int): u8,
    } => EvidenceClass { code, name, meaning, level_cap, confidence }
    RungRow {
        code (text): RungCode, name: String, badge: String, min_overall (maybe_int): Option<u8>,
        min_domain (maybe_int): Option<u8>, min_confidence (maybe_int): Option<u8>,
        min_completeness (maybe_int): Option<u8>, no_open_contradiction_on_weight (maybe_int): Option<Weight>,
        independent_assessor: bool, gate_evidence_max_age_days (maybe_int): Option<u32>,
    } => Sublevel {
        code, name, badge, min_overall, min_domain, min_confidence, min_completeness,
        no_open_contradiction_on_weight, independent_assessor, gate_evidence_max_age_days
    }
    DomainRow { code (text): DomainCode, title: String, weight (int): u8, purpose: String }
    CriterionRow {
        code (text): CriterionCode, domain (text): DomainCode, title: String, weight (int): Weight,
        question: String, evidence: String, remediation: String, effort (text): Effort,
    }
    AnchorRow { criterion (text): CriterionCode, description: String }
    CriterionProfileRow { criterion (text): CriterionCode, profile (text): ProfileCode }
    GateRow { criterion (text): CriterionCode, rung (text): RungCode, least (int): Level } => Gate { rung, least }
    CitationRow { criterion (text): CriterionCode, citation (text): CitationKey }
    BindingRow {
        criterion (text): CriterionCode, id (text): BindingId, kind (text): KindCode, passes_when: String,
        fail_cap (int): Level,
    }
    ConditionRow {
        binding (text): BindingId, observation: String, operator (text): Operator, value (json): Value,
        text: String,
    } => Condition { observation, operator, value, text }
}

/// The parts of a framework by the code that they hang on, each list in its order.
struct Hanging<K, T>(HashMap<K, Vec<T>>);

impl<K: std::hash::Hash + Eq, T> Hanging<K, T> {
    fn new<R>(rows: Vec<R>, split: impl Fn(R) -> (K, T)) -> Self {
        let mut lists: HashMap<K, Vec<T>> = HashMap::new();
        for row in rows {
            let (key, part) = split(row);
            lists.entry(key).or_default().push(part);
        }
        Self(lists)
    }

    fn take(&mut self, key: &K) -> Vec<T> {
        self.0.remove(key).unwrap_or_default()
    }
}

/// A list that has a known length in every framework.
fn exactly<const N: usize, T>(list: Vec<T>, what: &'static str) -> Result<[T; N], StoreError> {
    let found = list.len();
    list.try_into()
        .map_err(|_| StoreError::Unreadable { what, reason: format!("{found} rows where {N} belong") })
}

fn converted<R, T: From<R>>(rows: Vec<R>) -> Vec<T> {
    rows.into_iter().map(Into::into).collect()
}

pub(super) async fn framework(link: &mut Link<'_>, id: FrameworkId) -> Result<Option<Framework>, StoreError> {
    let Some(head) = row!(link, Head, FRAMEWORK, id)? else { return Ok(None) };
    let levels = rows!(link, (String,), LEVELS, id)?.into_iter().map(|(name,)| name).collect();
    Ok(Some(Framework {
        code: head.code,
        version: head.version,
        title: head.title,
        description: head.description,
        levels: exactly(levels, "framework")?,
        disclaimer: head.disclaimer,
        profiles: converted(rows!(link, ProfileRow, PROFILES, id)?),
        evidence_classes: exactly(converted(rows!(link, ClassRow, EVIDENCE_CLASSES, id)?), "framework")?,
        floor: Floor { code: head.floor_code, name: head.floor_name },
        sublevels: converted(rows!(link, RungRow, RUNGS, id)?),
        domains: domains(link, id).await?,
    }))
}

async fn domains(link: &mut Link<'_>, id: FrameworkId) -> Result<Vec<Domain>, StoreError> {
    let mut criteria = Hanging(HashMap::new());
    for (domain, criterion) in self::criteria(link, id).await? {
        criteria.0.entry(domain).or_insert_with(Vec::new).push(criterion);
    }
    Ok(rows!(link, DomainRow, DOMAINS, id)?
        .into_iter()
        .map(|row| Domain {
            criteria: criteria.take(&row.code),
            code: row.code,
            title: row.title,
            weight: row.weight,
            purpose: row.purpose,
        })
        .collect())
}

async fn criteria(link: &mut Link<'_>, id: FrameworkId) -> Result<Vec<(DomainCode, Criterion)>, StoreError> {
    let mut anchors =
        Hanging::new(rows!(link, AnchorRow, ANCHORS, id)?, |row| (row.criterion, row.description));
    let mut profiles = Hanging::new(rows!(link, CriterionProfileRow, CRITERION_PROFILES, id)?, |row| {
        (row.criterion, row.profile)
    });
    let mut gates =
        Hanging::new(rows!(link, GateRow, GATES, id)?, |row| (row.criterion.clone(), Gate::from(row)));
    let mut citations =
        Hanging::new(rows!(link, CitationRow, CITATIONS, id)?, |row| (row.criterion, row.citation));
    let mut bindings = bindings(link, id).await?;
    rows!(link, CriterionRow, CRITERIA, id)?
        .into_iter()
        .map(|row| {
            let criterion = Criterion {
                title: row.title,
                weight: row.weight,
                profiles: profiles.take(&row.code),
                question: row.question,
                anchors: exactly(anchors.take(&row.code), "criterion")?,
                gates: gates.take(&row.code),
                evidence: row.evidence,
                citations: citations.take(&row.code),
                remediation: row.remediation,
                effort: row.effort,
                bindings: bindings.take(&row.code),
                code: row.code,
            };
            Ok((row.domain, criterion))
        })
        .collect()
}

async fn bindings(
    link: &mut Link<'_>,
    id: FrameworkId,
) -> Result<Hanging<CriterionCode, Binding>, StoreError> {
    let mut conditions = Hanging::new(rows!(link, ConditionRow, CONDITIONS, id)?, |row| {
        (row.binding.clone(), Condition::from(row))
    });
    let rows = rows!(link, BindingRow, BINDINGS, id)?;
    let mut bindings = HashMap::new();
    for row in rows {
        let binding = Binding {
            expect: conditions.take(&row.id),
            id: row.id,
            kind: row.kind,
            passes_when: row.passes_when,
            fail_cap: row.fail_cap,
        };
        bindings.entry(row.criterion).or_insert_with(Vec::new).push(binding);
    }
    Ok(Hanging(bindings))
}
