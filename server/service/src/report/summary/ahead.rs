//! What lies ahead: the earliest due dates, and the first step of the cheapest climb.

use domain::roadmap::{Obstacle, Plan};
use domain::scoring::FindingKind;
use jiff::civil::Date;

use super::{counted, named};
use crate::report::{Report, Section};

/// Something that somebody has to have done by a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dated {
    pub(super) due: Date,
    /// `PAT-1 (contradiction)`.
    pub(super) what: String,
    pub(super) owner: String,
}

impl Dated {
    /// All of it in the chosen sections, earliest first.
    pub(super) fn of(report: &Report) -> Vec<Self> {
        let findings = report.page.findings.iter().filter_map(|finding| {
            let record = &finding.record;
            let what = format!("{} ({})", record.subject, kind_word(record.kind));
            Some(Self { due: record.due?, what, owner: record.owner.clone() })
        });
        let findings: Vec<_> =
            if report.sections.has(Section::Findings) { findings.collect() } else { Vec::new() };
        let steps = report.way.iter().flat_map(|way| {
            let steps = match &way.plan {
                Plan::Climb(climb) => climb.steps.as_slice(),
                Plan::OutOfReach(_) => &[],
            };
            steps.iter().filter_map(|step| {
                let decided = way.decided.get(&step.criterion)?;
                let what = format!("{} ({})", step.criterion, step.action.word());
                Some(Self { due: decided.due?, what, owner: decided.owner.clone() })
            })
        });
        let mut dated: Vec<_> = findings.into_iter().chain(steps).collect();
        dated.sort_by(|a, b| (a.due, &a.what).cmp(&(b.due, &b.what)));
        dated
    }
}

const fn kind_word(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Contradiction => "contradiction",
        FindingKind::Coverage => "coverage",
        FindingKind::Gap => "gap",
        FindingKind::Gate => "gate",
        FindingKind::Stale => "stale",
        FindingKind::Unanswered => "unanswered",
        FindingKind::Unsupported => "unsupported",
    }
}

fn day(date: Date) -> String {
    date.strftime("%-d %b %Y").to_string()
}

/// What is overdue, and what is due next; nothing where nobody named a day.
pub(super) fn due(dated: &[Dated], today: Date) -> Option<String> {
    let (late, ahead): (Vec<_>, Vec<_>) = dated.iter().partition(|one| one.due < today);
    let said = |one: &Dated| {
        let owner = if one.owner.is_empty() { String::new() } else { format!(", {}", one.owner) };
        format!("{} by {}{owner}", one.what, day(one.due))
    };
    let mut sentences = Vec::new();
    if let Some(longest) = late.first() {
        sentences.push(match late.len() {
            1 => format!("Overdue: {}.", said(longest)),
            many => format!("{many} are overdue, longest {}.", said(longest)),
        });
    }
    if let Some(next) = ahead.first() {
        let more = match ahead.len() - 1 {
            0 => String::new(),
            1 => " One more has a later date.".to_owned(),
            more => format!(" {more} more follow."),
        };
        sentences.push(format!("Due next: {}.{more}", said(next)));
    }
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// What the cheapest climb begins with, unless the report leaves the roadmap out.
pub(super) fn first(report: &Report) -> Option<String> {
    let way = report.way.as_ref()?;
    let target = named(&report.page.assessed.framework, &way.target);
    match &way.plan {
        Plan::OutOfReach(obstacles) => {
            obstacles.first().map(|one: &Obstacle| format!("{target} is out of reach. {}", one.sentence()))
        }
        Plan::Climb(climb) => match climb.steps.first() {
            Some(step) => {
                // An answer alone, or evidence for what is claimed, climbs no level.
                let levels = if step.from == step.to {
                    String::new()
                } else {
                    format!(", from level {} to {}", step.from.get(), step.to.get())
                };
                Some(format!(
                    "The cheapest climb to {target} has {} and an effort of {}. It begins with {}: {}{levels}.",
                    counted(climb.steps.len(), "step"),
                    climb.effort,
                    step.criterion,
                    step.action.word(),
                ))
            }
            None if climb.needs_signature => {
                Some(format!("Nothing but the signature of an independent assessor is missing for {target}."))
            }
            None => None,
        },
    }
}
