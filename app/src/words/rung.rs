//! The ladder in words: what a rung asks, what is seen, what is in the way.

use domain::Framework;
use domain::scoring::{ConditionStanding, RungCondition, RungStanding, display};
use domain::{CriterionCode, RungCode};
use service::assessment::Assessed;

use super::{Paths, plural};
use crate::charts::{Conditions, Floor, LadderData, Obstacle, Rung};

/// A rung's name, the floor's included: `Connected`.
pub fn rung_name<'a>(framework: &'a Framework, code: &RungCode) -> &'a str {
    if framework.floor.code == *code {
        return &framework.floor.name;
    }
    framework.sublevels.iter().find(|rung| rung.code == *code).map_or("", |rung| rung.name.as_str())
}

fn codes(codes: &[CriterionCode]) -> String {
    codes.iter().map(CriterionCode::as_str).collect::<Vec<_>>().join(", ")
}

/// A condition that does not hold, as a thing in the way, with a link to where it is mended.
pub fn obstacle(
    framework: &Framework,
    paths: &Paths,
    condition: &RungCondition,
    standing: ConditionStanding,
) -> Obstacle {
    let to = |criterion: &CriterionCode| {
        framework.domain_of(criterion).map(|domain| paths.criterion(&domain.code, criterion))
    };
    let whole = || Some(paths.assessment().to_owned());
    let (subject, text, href) = match condition {
        RungCondition::Overall { least, seen } => {
            ("Overall".to_owned(), format!("is {}, needs {least}", display(seen)), whole())
        }
        RungCondition::Domain { code, least, seen } => {
            (code.to_string(), format!("scores {}, needs {least}", display(seen)), Some(paths.domain(code)))
        }
        RungCondition::Confidence { least, seen } => {
            ("Confidence".to_owned(), format!("is {}, needs {least}", display(seen)), whole())
        }
        RungCondition::Completeness { least, seen } => {
            ("Completeness".to_owned(), format!("is {}, needs {least}", display(seen)), whole())
        }
        RungCondition::Gate { criterion, least, seen } => {
            (criterion.to_string(), format!("counts {}, needs {}", seen.get(), least.get()), to(criterion))
        }
        RungCondition::NoContradiction { weight, contradicted } => (
            codes(contradicted),
            format!("contradicted by a check; none of weight {weight} or more may be"),
            contradicted.first().and_then(to),
        ),
        RungCondition::IndependentAssessor => {
            ("Signature".to_owned(), "of an independent assessor is missing".to_owned(), None)
        }
        RungCondition::GateEvidence { max_age_days, missing } => (
            codes(missing),
            format!("without evidence of the last {max_age_days} days"),
            missing.first().and_then(to),
        ),
        RungCondition::Coverage { domains } => {
            let named = domains.iter().map(domain::DomainCode::as_str).collect::<Vec<_>>().join(", ");
            let href = domains.first().map(|domain| paths.domain(domain));
            (named, "leaves out more than 20% of its weight as not applicable".to_owned(), href)
        }
    };
    Obstacle { subject, text, contradicted: standing == ConditionStanding::Contradicted, href }
}

/// What does not hold on one rung, contradicted things first.
pub fn obstacles(framework: &Framework, paths: &Paths, rung: &RungStanding) -> Vec<Obstacle> {
    let mut found: Vec<_> = rung
        .conditions
        .iter()
        .filter(|(_, standing)| *standing != ConditionStanding::Met)
        .map(|(condition, standing)| obstacle(framework, paths, condition, *standing))
        .collect();
    found.sort_by_key(|obstacle| !obstacle.contradicted);
    found
}

/// What a rung still asks, in one line: `9 gates, overall 72 (now 68.2), every domain 55`; `None` where all is there.
fn missing(rung: &RungStanding) -> Option<String> {
    let open = || rung.conditions.iter().filter(|(_, standing)| *standing != ConditionStanding::Met);
    let mut parts = Vec::new();
    let gates = open().filter(|(condition, _)| matches!(condition, RungCondition::Gate { .. })).count();
    if gates > 0 {
        parts.push(plural(gates, "gate"));
    }
    let domain = open().find_map(|(condition, _)| match condition {
        RungCondition::Domain { least, .. } => Some(format!("every domain {least}")),
        _ => None,
    });
    for (condition, _) in open() {
        let now = |name: &str, least: &u8, seen| format!("{name} {least} (now {})", display(seen));
        parts.push(match condition {
            RungCondition::Gate { .. } | RungCondition::Domain { .. } => continue,
            RungCondition::Overall { least, seen } => now("overall", least, seen),
            RungCondition::Confidence { least, seen } => now("confidence", least, seen),
            RungCondition::Completeness { least, seen } => now("completeness", least, seen),
            RungCondition::NoContradiction { .. } => "no contradicted answer".to_owned(),
            RungCondition::IndependentAssessor => "an independent assessor".to_owned(),
            RungCondition::GateEvidence { max_age_days, .. } => {
                format!("evidence of the last {max_age_days} days")
            }
            RungCondition::Coverage { .. } => "fewer criteria left out".to_owned(),
        });
    }
    parts.extend(domain);
    (!parts.is_empty()).then(|| format!("Missing: {}", parts.join(", ")))
}

/// The ladder of an assessment for the charts, highest rung first; only the next rung lists what is in its way.
pub fn ladder(assessed: &Assessed, paths: &Paths) -> LadderData {
    let framework = &assessed.framework;
    let totals = assessed.score.totals.as_ref();
    let reached = totals.map(|totals| &totals.rung);
    let next = totals.and_then(|totals| totals.next.as_ref());
    let here = |code: &RungCode| (reached == Some(code)).then(|| "Live rung".to_owned());
    let rungs = assessed
        .score
        .ladder
        .iter()
        .rev()
        .map(|rung| {
            let is_next = next == Some(&rung.code);
            Rung {
                code: rung.code.to_string(),
                name: rung_name(framework, &rung.code).to_owned(),
                conditions: rung.conditions.iter().map(|(_, standing)| *standing).collect::<Conditions>(),
                here: here(&rung.code),
                next: is_next,
                obstacles: if is_next { obstacles(framework, paths, rung) } else { Vec::new() },
                note: if is_next { None } else { missing(rung) },
                ..Rung::default()
            }
        })
        .collect();
    let floor = &framework.floor;
    let floor = Floor { code: floor.code.to_string(), name: floor.name.clone(), here: here(&floor.code) };
    LadderData { rungs, floor }
}
