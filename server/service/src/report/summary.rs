//! The executive summary: what the figures of the report say, a sentence for each thing.
//!
//! Nothing in it is judged or written by hand: every sentence follows from the score, the ladder, the findings, the runs
//! and the roadmap of the same report, and one that would have nothing to stand on is left out. A section that was not
//! chosen says nothing here either.

mod ahead;

use domain::Framework;
use domain::check::Status;
use domain::scoring::{
    ConditionStanding, CriterionScore, DomainScore, Exact, RungCondition, RungStanding, Standing, Totals,
    display,
};
use serde::{Serialize, Serializer};

use super::{Report, Section};
use crate::integration::CheckRow;
use ahead::Dated;

/// The most codes that a sentence names.
const NAMED: usize = 6;

/// What a sentence is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    Rung,
    Next,
    Proof,
    Domains,
    Contradictions,
    Checks,
    Due,
    First,
}

impl Topic {
    /// Its name in files: `in_the_way`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rung => "live_rung",
            Self::Next => "in_the_way",
            Self::Proof => "proof",
            Self::Domains => "strongest_and_weakest",
            Self::Contradictions => "contradictions",
            Self::Checks => "checks",
            Self::Due => "due",
            Self::First => "to_do_first",
        }
    }

    /// `In the way`.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Rung => "Rung",
            Self::Next => "In the way",
            Self::Proof => "Proof",
            Self::Domains => "Domains",
            Self::Contradictions => "Contradictions",
            Self::Checks => "Checks",
            Self::Due => "Due",
            Self::First => "To do first",
        }
    }
}

impl Serialize for Topic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A sentence of the summary, or two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Point {
    pub topic: Topic,
    pub says: String,
}

impl Report {
    /// The summary of what the report shows, most important first.
    pub fn summary(&self) -> Vec<Point> {
        let assessed = &self.page.assessed;
        let (framework, score) = (&assessed.framework, &assessed.score);
        let statuses: Vec<Status> = self.checks.iter().map(CheckRow::status).collect();
        let attested =
            assessed.bundle.overrides.iter().filter(|one| one.in_force(assessed.computed_at)).count();
        let mut points = Vec::new();
        let mut say = |topic, says: Option<String>| points.extend(says.map(|says| Point { topic, says }));
        say(Topic::Rung, Some(rung(framework, score.totals.as_ref())));
        if let Some(totals) = &score.totals {
            say(Topic::Next, next(framework, totals, &score.ladder));
            say(Topic::Proof, Some(proof(totals, &score.criteria)));
            if self.sections.has(Section::Domains) {
                say(Topic::Domains, domains(&score.domains));
            }
            say(Topic::Contradictions, Some(contradictions(&score.criteria)));
        }
        if self.sections.has(Section::Checks) {
            say(Topic::Checks, Some(checks(&statuses, attested)));
        }
        say(Topic::Due, ahead::due(&Dated::of(self), assessed.computed_at.date()));
        if score.totals.is_some() && self.sections.has(Section::Roadmap) {
            say(Topic::First, ahead::first(self));
        }
        points
    }
}

/// `8.1 Governed`.
fn named(framework: &Framework, code: &domain::RungCode) -> String {
    let rung = framework.sublevels.iter().find(|rung| rung.code == *code);
    format!("{code} {}", rung.map_or(framework.floor.name.as_str(), |rung| rung.name.as_str()))
}

/// `PAT-1, PAT-3 and 4 more`; `PAT-1 and PAT-3`.
fn listed(codes: &[String]) -> String {
    let (shown, left) = codes.split_at(codes.len().min(NAMED));
    match (shown, left.len()) {
        ([], _) => String::new(),
        ([one], 0) => one.clone(),
        ([most @ .., last], 0) => format!("{} and {last}", most.join(", ")),
        (shown, left) => format!("{} and {left} more", shown.join(", ")),
    }
}

/// `1 gate`, `2 gates`.
fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// A difference as people read it. One that rounding would hide is not nothing.
fn points(value: &Exact) -> String {
    let shown = display(value);
    let nothing = *value == Exact::from_integer(0);
    if shown == "0.0" && !nothing { "less than 0.1 points".to_owned() } else { format!("{shown} points") }
}

fn rung(framework: &Framework, totals: Option<&Totals>) -> String {
    let Some(totals) = totals else {
        return "No criterion applies to the organization's profiles, so there is no score and no rung."
            .to_owned();
    };
    let reached = named(framework, &totals.rung);
    match framework.sublevels.first() {
        Some(first) if totals.rung == framework.floor.code => {
            format!(
                "The live rung is {reached}, below the first of the ladder, {} {}.",
                first.code, first.name
            )
        }
        _ if totals.next.is_none() => format!("The live rung is {reached}, the highest of the ladder."),
        _ => format!("The live rung is {reached}."),
    }
}

/// What is in the way of the next rung; nothing at the top of the ladder.
fn next(framework: &Framework, totals: &Totals, ladder: &[RungStanding]) -> Option<String> {
    let next = totals.next.as_ref()?;
    let standing = ladder.iter().find(|rung| rung.code == *next)?;
    let open: Vec<&RungCondition> = standing
        .conditions
        .iter()
        .filter(|(_, standing)| *standing != ConditionStanding::Met)
        .map(|(condition, _)| condition)
        .collect();
    let conditions = standing.conditions.len();
    let noun = if conditions == 1 { "condition" } else { "conditions" };
    let verb = if open.len() == 1 { "is" } else { "are" };
    Some(format!(
        "{} of {conditions} {noun} {verb} in the way of {}: {}.",
        open.len(),
        named(framework, next),
        asked(&open).join("; ")
    ))
}

/// What open conditions ask, gates and domains gathered.
fn asked(open: &[&RungCondition]) -> Vec<String> {
    let codes = |of: fn(&RungCondition) -> Option<String>| -> Vec<String> {
        open.iter().filter_map(|condition| of(condition)).collect()
    };
    let gates = codes(|condition| match condition {
        RungCondition::Gate { criterion, .. } => Some(criterion.to_string()),
        _ => None,
    });
    let domains = codes(|condition| match condition {
        RungCondition::Domain { code, .. } => Some(code.to_string()),
        _ => None,
    });
    let mut parts = Vec::new();
    if !gates.is_empty() {
        parts.push(format!("{} ({})", counted(gates.len(), "gate"), listed(&gates)));
    }
    if !domains.is_empty() {
        parts.push(format!(
            "{} below what is asked ({})",
            counted(domains.len(), "domain"),
            listed(&domains)
        ));
    }
    let written =
        |codes: &[domain::CriterionCode]| listed(&codes.iter().map(ToString::to_string).collect::<Vec<_>>());
    for condition in open {
        parts.push(match condition {
            RungCondition::Gate { .. } | RungCondition::Domain { .. } => continue,
            RungCondition::Overall { least, seen } => {
                format!("the proven score is {}, {least} is asked", display(seen))
            }
            RungCondition::Confidence { least, seen } => {
                format!("confidence is {}, {least} is asked", display(seen))
            }
            RungCondition::Completeness { least, seen } => {
                format!("completeness is {}, {least} is asked", display(seen))
            }
            RungCondition::NoContradiction { contradicted, .. } => {
                format!("a check contradicts {}", written(contradicted))
            }
            RungCondition::IndependentAssessor => "no independent assessor has signed".to_owned(),
            RungCondition::GateEvidence { max_age_days, missing } => {
                format!("no evidence of the last {max_age_days} days for {}", written(missing))
            }
            RungCondition::Coverage { domains } => {
                let domains: Vec<_> = domains.iter().map(ToString::to_string).collect();
                format!("too much is left out as not applicable in {}", listed(&domains))
            }
        });
    }
    parts
}

/// Claimed against proven, and how much is answered.
fn proof(totals: &Totals, criteria: &[CriterionScore]) -> String {
    let applicable = criteria
        .iter()
        .filter(|score| !matches!(score.standing, Standing::OutOfProfile | Standing::ApprovedNotApplicable));
    let applicable = applicable.count();
    let answered = criteria.iter().filter(|score| matches!(score.standing, Standing::Answered(_))).count();
    if answered == 0 {
        return format!("Nothing is claimed yet: none of {applicable} criteria is answered.");
    }
    let less =
        criteria.iter().filter(|score| score.claimed().is_some_and(|said| said > score.effective)).count();
    let stand = match less {
        0 => format!("All that is claimed is proven: {} of 100.", display(&totals.overall)),
        _ => format!(
            "{} of 100 is claimed and {} proven. The difference of {} lies in {} that {} for less than claimed.",
            display(&totals.claimed),
            display(&totals.overall),
            points(&totals.assurance_gap),
            if less == 1 { "one answer".to_owned() } else { format!("{less} answers") },
            if less == 1 { "counts" } else { "count" },
        ),
    };
    format!("{stand} {answered} of {applicable} criteria are answered.")
}

/// The strongest and the weakest domain, and where claim and proof are furthest apart.
fn domains(scores: &[DomainScore]) -> Option<String> {
    let rated: Vec<(&DomainScore, Exact, Exact)> =
        scores.iter().filter_map(|domain| Some((domain, domain.score?, domain.claimed?))).collect();
    let most = rated.iter().map(|(_, proven, _)| *proven).max()?;
    let least = rated.iter().map(|(_, proven, _)| *proven).min()?;
    let with = |value: Exact| -> Vec<String> {
        let same = rated.iter().filter(|(_, proven, _)| *proven == value);
        same.map(|(domain, ..)| domain.code.to_string()).collect()
    };
    let extremes = match (rated.as_slice(), most == least) {
        ([(only, proven, _)], _) => format!("{} is the only domain: {} proven.", only.code, display(proven)),
        (all, true) => format!("All {} domains are proven alike: {}.", all.len(), display(&most)),
        (all, false) => format!(
            "Of {} domains {} {} strongest with {} proven, {} weakest with {}.",
            all.len(),
            listed(&with(most)),
            if with(most).len() == 1 { "is" } else { "are" },
            display(&most),
            listed(&with(least)),
            display(&least)
        ),
    };
    let gap = |(_, proven, claimed): &(&DomainScore, Exact, Exact)| *claimed - *proven;
    let widest = rated.iter().map(gap).max()?;
    if widest == Exact::from_integer(0) {
        return Some(extremes);
    }
    let at: Vec<String> = rated
        .iter()
        .filter(|domain| gap(domain) == widest)
        .map(|(domain, ..)| domain.code.to_string())
        .collect();
    Some(format!("{extremes} Claim and proof are furthest apart in {}: {}.", listed(&at), points(&widest)))
}

fn contradictions(criteria: &[CriterionScore]) -> String {
    let contradicted: Vec<String> = criteria
        .iter()
        .filter(|score| score.contradicted)
        .map(|score| {
            let claimed = score.claimed().map_or(0, domain::Level::get);
            format!("{} (claimed {claimed}, counts {})", score.code, score.effective.get())
        })
        .collect();
    match contradicted.as_slice() {
        [] => "No check contradicts an answer.".to_owned(),
        [one] => format!("Checks contradict one answer: {one}."),
        many => format!("Checks contradict {} answers: {}.", many.len(), listed(many)),
    }
}

/// How the organization's checks stand by their latest runs.
fn checks(statuses: &[Status], attested: usize) -> String {
    if statuses.is_empty() {
        return "No health check is set up: nothing is verified by the wire.".to_owned();
    }
    let count = |wanted: Status| statuses.iter().filter(|status| **status == wanted).count();
    let parts: Vec<String> = [
        (Status::Pass, "passing"),
        (Status::Warn, "with a warning"),
        (Status::Fail, "failing"),
        (Status::Unknown, "not concluded"),
    ]
    .into_iter()
    .filter(|(status, _)| count(*status) > 0)
    .map(|(status, words)| format!("{} {words}", count(status)))
    .collect();
    let stand = format!("{} by the latest runs: {}.", counted(statuses.len(), "check"), parts.join(", "));
    match attested {
        0 => stand,
        1 => format!("{stand} One failure is attested and counts as a warning."),
        many => format!("{stand} {many} failures are attested and count as warnings."),
    }
}

#[cfg(test)]
mod tests;
