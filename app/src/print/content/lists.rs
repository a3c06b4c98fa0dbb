//! What is listed: findings, attestations, the climb, the checks.

use domain::check::{ConditionResult, Status};
use domain::roadmap::{Obstacle, Plan, PlannedStep};
use domain::scoring::{FindingSeverity, display};
use service::finding::FindingView;
use service::integration::CheckRow as Check;
use service::report::Section;
use service::roadmap::Way;

use super::dash;
use crate::pages::findings::severity_counts;
use crate::pages::report::checks::{counts, ties};
use crate::pages::report::{Report, climb, section_words};
use crate::print::model::{AttestedRow, CheckRow, FindingRow, Listing, StepRow};
use crate::ui::{day, moment};
use crate::words::{
    capitalized, check_place, counted, expected, finding_cause, finding_kind_word, finding_remedy, plural,
    severity_word,
};

/// More checks than this are counted and not listed: paper is read by people.
const MOST_CHECKS: usize = 300;

pub(super) fn findings(report: &Report) -> Listing<FindingRow> {
    let all = &report.page.findings;
    let (aside, notes) = match all.as_slice() {
        [] => (None, vec!["No open finding.".to_owned()]),
        all => (Some(format!("{}: {}", plural(all.len(), "open finding"), severity_counts(all))), Vec::new()),
    };
    Listing {
        title: section_words(Section::Findings).to_owned(),
        aside,
        notes,
        heads: &["Severity", "Criterion", "Cause, checks, and what clears it", "Owner", "Due"],
        rows: all.iter().map(|finding| row(report, finding)).collect(),
    }
}

fn row(report: &Report, finding: &FindingView) -> FindingRow {
    let assessed = &report.page.assessed;
    let record = &finding.record;
    let framework = &assessed.framework;
    let title = if let Some(code) = &finding.criterion {
        framework.criterion(code).map(|criterion| criterion.title.clone())
    } else {
        let domain = framework.domains.iter().find(|domain| domain.code.as_str() == record.subject);
        domain.map(|domain| domain.title.clone())
    };
    let checks: Vec<_> = finding
        .checks
        .iter()
        .map(|check| {
            let open =
                check.conditions.iter().filter(|condition| condition.result != ConditionResult::Fulfilled);
            let seen: Vec<_> = open.map(expected).collect();
            let seen = if seen.is_empty() { String::new() } else { format!(": {}", seen.join("; ")) };
            format!("{}, {} of {}{seen}", check.binding, check.kind, check_place(check))
        })
        .collect();
    FindingRow {
        severity: capitalized(severity_word(record.severity)),
        weight: match record.severity {
            FindingSeverity::Low => 1,
            FindingSeverity::Medium => 2,
            FindingSeverity::High => 3,
            FindingSeverity::Critical => 4,
        },
        subject: record.subject.clone(),
        kind: finding_kind_word(record.kind),
        title: title.unwrap_or_default(),
        cause: finding_cause(assessed, finding),
        checks,
        remedy: finding_remedy(assessed, finding),
        owner: if record.owner.is_empty() { dash() } else { record.owner.clone() },
        due: record.due.map_or_else(dash, day),
    }
}

/// `None` where none is in force.
pub(super) fn attested(report: &Report) -> Option<Listing<AttestedRow>> {
    let bundle = &report.page.assessed.bundle;
    let in_force = report.sections.attested(&report.page.assessed).unwrap_or_default();
    let rows = in_force.into_iter().map(|one| {
        let check = bundle.checks.iter().find(|check| check.id == one.check);
        let integration =
            check.and_then(|check| bundle.integrations.iter().find(|entry| entry.id == check.integration));
        let kind = check.map_or_else(String::new, |check| check.kind.to_string());
        let name = integration.map_or("", |entry| entry.details.name.as_str());
        AttestedRow {
            binding: one.binding.to_string(),
            check: format!("{name}, {kind}"),
            reason: one.reason.clone(),
            by: one.by_name.clone(),
            at: moment(one.at.timestamp()),
            until: moment(one.until.timestamp()),
        }
    });
    let rows: Vec<_> = rows.collect();
    (!rows.is_empty()).then(|| Listing {
        title: "Attested overrides".to_owned(),
        aside: Some("signed failures, which count as warnings meanwhile".to_owned()),
        notes: Vec::new(),
        heads: &["Check", "Why its failure says nothing against the answer", "Signed by", "Signed", "Until"],
        rows,
    })
}

pub(super) fn roadmap(report: &Report, way: &Way) -> Listing<StepRow> {
    let (notes, rows) = match &way.plan {
        Plan::OutOfReach(obstacles) => {
            let mut notes = vec!["Out of reach:".to_owned()];
            notes.extend(obstacles.iter().map(Obstacle::sentence));
            (notes, Vec::new())
        }
        Plan::Climb(road) => {
            let rows =
                road.steps.iter().enumerate().map(|(at, step)| step_row(report, way, at + 1, step)).collect();
            let notes = climb::note(road).map(|note| format!("{note}.")).into_iter().collect();
            (notes, rows)
        }
    };
    Listing {
        title: climb::title(report, way),
        aside: Some(climb::aside(way)).filter(|aside| !aside.is_empty()),
        notes,
        heads: &["Step", "Criterion", "Action", "Level", "Effort", "Due", "Overall then", "Rung then"],
        rows,
    }
}

fn step_row(report: &Report, way: &Way, number: usize, step: &PlannedStep) -> StepRow {
    let criterion = report.page.assessed.framework.criterion(&step.criterion);
    let decision = way.decision(&step.criterion);
    StepRow {
        step: number.to_string(),
        criterion: step.criterion.to_string(),
        title: criterion.map_or_else(String::new, |criterion| criterion.title.clone()),
        what: criterion.map(|criterion| step.lines(criterion)).unwrap_or_default(),
        action: step.action.word(),
        due: decision.due.map_or_else(dash, day),
        owner: decision.owner,
        level: step.levels(),
        effort: climb::size(report, step),
        overall: display(&step.then.overall),
        rung: step.then.rung.to_string(),
    }
}

pub(super) fn checks(report: &Report) -> Listing<CheckRow> {
    let count = report.checks.len();
    let ties = ties(report);
    let mut shown: Vec<&Check> = report.checks.iter().collect();
    let mut notes = Vec::new();
    if count == 0 {
        let none = "No health check is set up: every answer rests on what people say and attach.";
        notes.push(none.to_owned());
    }
    if count > MOST_CHECKS {
        // Those that somebody should look at, then those that bear on an answer.
        let urgency = |row: &Check| match row.urgency() {
            Status::Fail => 0,
            Status::Warn => 1,
            Status::Unknown => 2,
            Status::Pass => 3,
        };
        shown.sort_by_key(|row| (urgency(row), !ties.contains_key(&row.check.id)));
        shown.truncate(MOST_CHECKS);
        notes.push(format!(
            "{MOST_CHECKS} of {count} checks, the most urgent first. The live report lists all."
        ));
    }
    let rows = shown.into_iter().map(|row| {
        let (pass, all) = row.days.iter().fold((0, 0), |(pass, all), day| {
            (pass + day.pass, all + day.pass + day.warn + day.fail + day.unknown)
        });
        let bears = ties.get(&row.check.id);
        let worst = bears.map(|(_, worst)| *worst).filter(|worst| *worst != row.status());
        CheckRow {
            integration: row.integration.details.name.clone(),
            kind: row.check.kind.to_string(),
            status: status_word(row.status()),
            latest: row
                .latest
                .as_ref()
                .map_or_else(|| "Never run".to_owned(), |run| moment(run.started_at.timestamp())),
            share: if all == 0 { dash() } else { format!("{} of {} pass", counted(pass), counted(all)) },
            bears: bears.map(|(criteria, _)| criteria.join(", ")).unwrap_or_default(),
            worst: worst.map(|worst| format!("Worst for a criterion: {}", status_word(worst))),
        }
    });
    Listing {
        title: section_words(Section::Checks).to_owned(),
        aside: (count > 0).then(|| format!("{}: {}", plural(count, "check"), counts(report))),
        notes,
        heads: &["Integration", "Check", "Latest run", "90 days", "Bears on"],
        rows: rows.collect(),
    }
}

const fn status_word(status: Status) -> &'static str {
    match status {
        Status::Pass => "pass",
        Status::Warn => "warn",
        Status::Fail => "fail",
        Status::Unknown => "unknown",
    }
}
