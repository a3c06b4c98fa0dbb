//! All that is compared as one table: a line for each assessment, the base first.

use std::sync::Arc;

use domain::compare::Side;
use domain::scoring::{Exact, display};
use domain::{CriterionCode, DomainCode, Framework};
use serde_json::Value;

use super::Chosen;
use crate::assessment::Assessed;
use crate::{Actor, Error, Service, sheet};

/// What every line begins with.
const FIRST: [&str; 9] =
    ["organization", "title", "assessment", "framework", "state", "started", "rung", "proven", "claimed"];

impl Service {
    /// All that was chosen as CSV: the scores, proven and claimed, of each domain, and of each criterion the level that is
    /// claimed and the one that counts; the last columns name what checks contradict, and the framework's disclaimer. A cell
    /// that a spreadsheet would take for a formula begins with an apostrophe.
    pub async fn comparison_table(&self, actor: &Actor, chosen: &Chosen) -> Result<String, Error> {
        let mut frameworks: Vec<Arc<Framework>> = Vec::new();
        for one in chosen.all() {
            if !frameworks.iter().any(|known| known.version == one.framework_version) {
                frameworks.push(self.framework(&one.framework_code, Some(&one.framework_version)).await?);
            }
        }
        let columns = Columns::of(&frameworks);
        let mut rows = Vec::new();
        for one in chosen.all() {
            // One at a time: what stands around an assessment is large.
            rows.push(columns.row(&self.assessed(actor, one.id).await?));
        }
        let names = columns.names();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        Ok(sheet::write(&names, rows))
    }
}

/// The domains and criteria of all versions, those of the base's first.
struct Columns {
    domains: Vec<DomainCode>,
    criteria: Vec<CriterionCode>,
}

impl Columns {
    fn of(frameworks: &[Arc<Framework>]) -> Self {
        let mut columns = Self { domains: Vec::new(), criteria: Vec::new() };
        for domain in frameworks.iter().flat_map(|framework| &framework.domains) {
            if !columns.domains.contains(&domain.code) {
                columns.domains.push(domain.code.clone());
            }
            for criterion in &domain.criteria {
                if !columns.criteria.contains(&criterion.code) {
                    columns.criteria.push(criterion.code.clone());
                }
            }
        }
        columns
    }

    fn names(&self) -> Vec<String> {
        let first = FIRST.iter().map(|name| (*name).to_owned());
        let domains =
            self.domains.iter().flat_map(|code| [format!("{code} proven"), format!("{code} claimed")]);
        let criteria =
            self.criteria.iter().flat_map(|code| [format!("{code} claims"), format!("{code} counts")]);
        let last = ["contradicted", "disclaimer"].map(str::to_owned);
        first.chain(domains).chain(criteria).chain(last).collect()
    }

    fn row(&self, assessed: &Assessed) -> Vec<String> {
        let (bundle, totals) = (&assessed.bundle, assessed.score.totals.as_ref());
        let state = serde_json::to_value(bundle.assessment.state).ok();
        let mut row = vec![
            bundle.organization.name.clone(),
            bundle.assessment.title.clone(),
            bundle.assessment.id.to_string(),
            format!("{} {}", assessed.framework.code, assessed.framework.version),
            state.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned(),
            bundle.assessment.created_at.date().to_string(),
            totals.map(|totals| totals.rung.to_string()).unwrap_or_default(),
            shown(totals.map(|totals| totals.overall)),
            shown(totals.map(|totals| totals.claimed)),
        ];
        for code in &self.domains {
            let scored = assessed.score.domains.iter().find(|scored| scored.code == *code);
            row.push(shown(scored.and_then(|scored| scored.score)));
            row.push(shown(scored.and_then(|scored| scored.claimed)));
        }
        let mut contradicted = Vec::new();
        for code in &self.criteria {
            let side = assessed.criterion_score(code).map_or(Side::Absent, Side::from);
            let (claims, counts) = match side {
                Side::Absent => ("not in this version".to_owned(), String::new()),
                Side::DoesNotApply => ("does not apply".to_owned(), String::new()),
                Side::Unanswered => (String::new(), String::new()),
                Side::Answered { claimed, counts, .. } => {
                    (claimed.get().to_string(), counts.get().to_string())
                }
            };
            if matches!(side, Side::Answered { contradicted: true, .. }) {
                contradicted.push(code.to_string());
            }
            row.extend([claims, counts]);
        }
        row.extend([contradicted.join(" "), assessed.framework.disclaimer.clone()]);
        row
    }
}

fn shown(score: Option<Exact>) -> String {
    score.as_ref().map(display).unwrap_or_default()
}
