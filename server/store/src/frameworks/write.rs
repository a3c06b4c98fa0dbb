//! From a framework to its rows.

use domain::framework::{Binding, Criterion, Domain, Framework, compare_versions};

use crate::column::{Int, Json, Text};
use crate::db::{Link, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{FrameworkId, UnixMillis};

statements! {
    Both FRAMEWORK = "INSERT INTO frameworks (id, code, version, title, description, disclaimer, floor_code, \
        floor_name, hash, imported_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    Both LEVEL = "INSERT INTO framework_levels (framework_id, level, name) VALUES ($1, $2, $3)";
    Both PROFILE = "INSERT INTO framework_profiles (framework_id, position, code, name) VALUES ($1, $2, $3, $4)";
    Both EVIDENCE_CLASS = "INSERT INTO evidence_classes (framework_id, position, code, name, meaning, level_cap, \
        confidence) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    Both RUNG = "INSERT INTO rungs (framework_id, position, code, name, badge, min_overall, min_domain, \
        min_confidence, min_completeness, no_open_contradiction_on_weight, independent_assessor, \
        gate_evidence_max_age_days) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    Both DOMAIN = "INSERT INTO domains (framework_id, position, code, title, weight, purpose) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    Both CRITERION = "INSERT INTO criteria (framework_id, position, code, domain, title, weight, question, evidence, \
        remediation, effort) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    Both ANCHOR = "INSERT INTO anchors (framework_id, criterion, level, description) VALUES ($1, $2, $3, $4)";
    Both CRITERION_PROFILE = "INSERT INTO criterion_profiles (framework_id, criterion, position, profile) \
        VALUES ($1, $2, $3, $4)";
    Both GATE = "INSERT INTO gates (framework_id, criterion, position, rung, least) VALUES ($1, $2, $3, $4, $5)";
    Both CITATION = "INSERT INTO criterion_citations (framework_id, criterion, position, citation) \
        VALUES ($1, $2, $3, $4)";
    Both BINDING = "INSERT INTO bindings (framework_id, criterion, position, id, kind, passes_when, fail_cap) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    Both CONDITION = "INSERT INTO conditions (framework_id, binding, position, observation, operator, value, text) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    Both OTHER_VERSIONS = "SELECT id, version FROM frameworks WHERE code = $1 AND id <> $2";
    // The standings are taken as they are kept: what their checks add to them they add here, too.
    Both STAND_AS_THERE = "INSERT INTO standings (check_id, framework_id, binding, status, consecutive_fails, \
        concluded_at, last_status, last_run, conditions, passed_at) SELECT s.check_id, n.framework_id, s.binding, \
        s.status, s.consecutive_fails, s.concluded_at, s.last_status, s.last_run, s.conditions, s.passed_at \
        FROM standings s JOIN bindings o ON o.framework_id = s.framework_id AND o.id = s.binding \
        JOIN bindings n ON n.id = o.id AND n.kind = o.kind WHERE n.framework_id = $1 AND s.framework_id = $2 \
        AND (SELECT COUNT(*) FROM conditions c WHERE c.framework_id = o.framework_id AND c.binding = o.id) = \
        (SELECT COUNT(*) FROM conditions c WHERE c.framework_id = n.framework_id AND c.binding = n.id) \
        AND NOT EXISTS (SELECT 1 FROM conditions c WHERE c.framework_id = o.framework_id AND c.binding = o.id \
        AND NOT EXISTS (SELECT 1 FROM conditions d WHERE d.framework_id = n.framework_id AND d.binding = n.id \
        AND d.position = c.position AND d.text = c.text)) \
        ON CONFLICT (check_id, framework_id, binding) DO NOTHING";
}

/// Writes every row of a framework, in the importer's transaction.
pub(crate) async fn framework(
    link: &mut Link<'_>,
    id: FrameworkId,
    framework: &Framework,
    hash: &str,
    at: UnixMillis,
) -> Result<(), StoreError> {
    run!(
        link,
        FRAMEWORK,
        id,
        Text(&framework.code),
        &*framework.version,
        &*framework.title,
        &*framework.description,
        &*framework.disclaimer,
        Text(&framework.floor.code),
        &*framework.floor.name,
        hash,
        at
    )
    .or_duplicate("this version of the framework")?;
    for (name, level) in framework.levels.iter().zip(0_i64..) {
        run!(link, LEVEL, id, level, &**name)?;
    }
    for (profile, position) in framework.profiles.iter().zip(0_i64..) {
        run!(link, PROFILE, id, position, Text(&profile.code), &*profile.name)?;
    }
    for (class, position) in framework.evidence_classes.iter().zip(0_i64..) {
        run!(
            link,
            EVIDENCE_CLASS,
            id,
            position,
            &*class.code,
            &*class.name,
            &*class.meaning,
            Int(class.level_cap),
            Int(class.confidence)
        )?;
    }
    for (rung, position) in framework.sublevels.iter().zip(0_i64..) {
        run!(
            link,
            RUNG,
            id,
            position,
            Text(&rung.code),
            &*rung.name,
            &*rung.badge,
            rung.min_overall.map(Int),
            rung.min_domain.map(Int),
            rung.min_confidence.map(Int),
            rung.min_completeness.map(Int),
            rung.no_open_contradiction_on_weight.map(Int),
            rung.independent_assessor,
            rung.gate_evidence_max_age_days.map(Int)
        )?;
    }
    let mut positions = 0_i64..;
    for (domain, position) in framework.domains.iter().zip(0_i64..) {
        run!(
            link,
            DOMAIN,
            id,
            position,
            Text(&domain.code),
            &*domain.title,
            Int(domain.weight),
            &*domain.purpose
        )?;
        for (one, position) in domain.criteria.iter().zip(&mut positions) {
            criterion(link, id, domain, one, position).await?;
        }
    }
    stand_as_before(link, id, framework).await
}

/// Lets checks stand for the bindings that ask the same in another version as they stand there, in the newest one first:
/// what they saw is not unseen because a version was published.
async fn stand_as_before(
    link: &mut Link<'_>,
    id: FrameworkId,
    framework: &Framework,
) -> Result<(), StoreError> {
    let mut others = rows!(link, (FrameworkId, String), OTHER_VERSIONS, Text(&framework.code), id)?;
    others.sort_by(|(_, one), (_, other)| compare_versions(other, one));
    for (other, _) in others {
        run!(link, STAND_AS_THERE, id, other)?;
    }
    Ok(())
}

async fn criterion(
    link: &mut Link<'_>,
    id: FrameworkId,
    domain: &Domain,
    criterion: &Criterion,
    position: i64,
) -> Result<(), StoreError> {
    let code = || Text(&criterion.code);
    run!(
        link,
        CRITERION,
        id,
        position,
        code(),
        Text(&domain.code),
        &*criterion.title,
        Int(criterion.weight),
        &*criterion.question,
        &*criterion.evidence,
        &*criterion.remediation,
        Text(criterion.effort)
    )?;
    for (anchor, level) in criterion.anchors.iter().zip(0_i64..) {
        run!(link, ANCHOR, id, code(), level, &**anchor)?;
    }
    for (profile, position) in criterion.profiles.iter().zip(0_i64..) {
        run!(link, CRITERION_PROFILE, id, code(), position, Text(profile)).or_missing("profile")?;
    }
    for (gate, position) in criterion.gates.iter().zip(0_i64..) {
        run!(link, GATE, id, code(), position, Text(&gate.rung), Int(gate.least)).or_missing("rung")?;
    }
    for (citation, position) in criterion.citations.iter().zip(0_i64..) {
        run!(link, CITATION, id, code(), position, Text(citation)).or_missing("citation")?;
    }
    for (one, position) in criterion.bindings.iter().zip(0_i64..) {
        binding(link, id, criterion, one, position).await?;
    }
    Ok(())
}

async fn binding(
    link: &mut Link<'_>,
    id: FrameworkId,
    criterion: &Criterion,
    binding: &Binding,
    position: i64,
) -> Result<(), StoreError> {
    run!(
        link,
        BINDING,
        id,
        Text(&criterion.code),
        position,
        Text(&binding.id),
        Text(&binding.kind),
        &*binding.passes_when,
        Int(binding.fail_cap)
    )?;
    for (condition, position) in binding.expect.iter().zip(0_i64..) {
        run!(
            link,
            CONDITION,
            id,
            Text(&binding.id),
            position,
            &*condition.observation,
            Text(condition.operator),
            Json(&condition.value),
            &*condition.text
        )?;
    }
    Ok(())
}
