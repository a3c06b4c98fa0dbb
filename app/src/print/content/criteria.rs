//! Criterion by criterion: the heat map, and each answer with what was written about it.

use domain::framework::Domain;
use domain::scoring::{CriterionScore, Standing};
use service::assessment::Assessed;
use service::record::Claim;
use service::report::Section;

use super::dash;
use crate::pages::report::{Report, section_words};
use crate::print::model::{Criteria, CriteriaOfDomain, CriterionRow, Evidence, Heat, HeatCell, HeatRow};
use crate::words::{overruling, rating_words};

pub(super) fn criteria(report: &Report) -> Criteria {
    let assessed = &report.page.assessed;
    let columns = assessed.framework.domains.iter().map(|domain| domain.criteria.len()).max().unwrap_or(0);
    let mut scores = assessed.score.criteria.as_slice();
    let mut rows = Vec::new();
    let mut domains = Vec::new();
    for domain in &assessed.framework.domains {
        let (own, others) = scores.split_at(domain.criteria.len());
        scores = others;
        let mut cells: Vec<_> = own.iter().map(|score| Some(heat_cell(score))).collect();
        cells.resize(columns, None);
        rows.push(HeatRow { code: domain.code.to_string(), cells });
        domains.push(listed(assessed, domain, own));
    }
    let under =
        "Level that counts, by domain and number of the criterion; after the stroke the level claimed.";
    Criteria {
        title: section_words(Section::Criteria),
        heat: Heat { head: "Domain", columns, rows, under },
        heads: &["Criterion", "Claimed", "Counts", "Evidence"],
        domains,
    }
}

fn heat_cell(score: &CriterionScore) -> HeatCell {
    let left_out = |words: &str| HeatCell { level: None, words: words.to_owned(), contradicted: false };
    match score.standing {
        Standing::OutOfProfile => left_out("–"),
        Standing::ApprovedNotApplicable => left_out("N/A"),
        Standing::PendingNotApplicable | Standing::Unanswered | Standing::Answered(_) => {
            let counts = score.effective.get();
            let said = score.claimed().filter(|said| *said != score.effective && !score.contradicted);
            let words = said.map_or_else(|| counts.to_string(), |said| format!("{counts} /{}", said.get()));
            HeatCell { level: Some(counts), words, contradicted: score.contradicted }
        }
    }
}

fn listed(assessed: &Assessed, domain: &Domain, scores: &[CriterionScore]) -> CriteriaOfDomain {
    let asked = domain.criteria.iter().zip(scores);
    let rows =
        asked.filter(|(_, score)| score.standing != Standing::OutOfProfile).map(|(criterion, score)| {
            let class = &assessed.framework.evidence_classes[score.evidence_class];
            let answered = matches!(score.standing, Standing::Answered(_));
            let evidence = answered.then(|| Evidence {
                rank: score.evidence_class,
                words: format!("{} {}", class.code, class.name),
            });
            let standing = match score.standing {
                Standing::ApprovedNotApplicable => "not applicable",
                Standing::PendingNotApplicable => "not applicable, not confirmed",
                Standing::OutOfProfile | Standing::Unanswered | Standing::Answered(_) => "unanswered",
            };
            let counts = match score.standing {
                Standing::ApprovedNotApplicable => dash(),
                _ => score.effective.get().to_string(),
            };
            CriterionRow {
                code: criterion.code.to_string(),
                title: criterion.title.clone(),
                claimed: score.claimed().map_or_else(dash, |level| level.get().to_string()),
                counts,
                contradicted: score.contradicted,
                evidence,
                standing,
                note: note(assessed, &criterion.code),
            }
        });
    CriteriaOfDomain { code: domain.code.to_string(), title: domain.title.clone(), rows: rows.collect() }
}

/// What the organization wrote: why it left the criterion out, and its rationale; before it the assessor's rating where that
/// is another.
fn note(assessed: &Assessed, criterion: &domain::CriterionCode) -> String {
    let own = assessed.own_answer(criterion);
    let rated = overruling(assessed, criterion).map(|rating| {
        format!("{}.", rating_words(&assessed.framework, &rating.claim, own.map(|own| &own.claim)))
    });
    let reason = own.and_then(|own| match &own.claim {
        Claim::NotApplicable { reason } => Some(reason.clone()),
        Claim::Level(_) => None,
    });
    let rationale = own.map(|own| own.rationale.trim().to_owned());
    let lines = [rated, reason, rationale].into_iter().flatten().filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}
