//! Everything that the page of one check shows.

use domain::check::{CheckKind, ConditionResult, Value};
use domain::framework::Binding;
use domain::{CriterionCode, DomainCode, Framework, FrameworkCode};
use store::record::{Check, DaySummary, Integration, ManualTie, Organization, Role, Run, Standing};
use store::{CheckId, FrameworkId, UnixMillis};

use super::{CheckHistory, register};
use crate::tie::is_tied;
use crate::{Actor, Error, Permission, Service};

/// Runs that the page shows one by one.
const RUNS_SHOWN: u32 = 20;
const DAYS_SHOWN: i64 = 90;

/// A check with its history and everything that it bears on.
pub struct CheckPage {
    pub organization: Organization,
    pub role: Role,
    pub integration: Integration,
    pub check: Check,
    /// The check's address in the API.
    pub address: String,
    pub kind: CheckKind,
    /// The latest, newest first.
    pub runs: Vec<Run>,
    pub days: Vec<DaySummary>,
    pub history: CheckHistory,
    pub bindings: Vec<BoundTo>,
}

/// A binding of the check's kind, tied or not.
pub struct BoundTo {
    pub framework: FrameworkId,
    pub framework_code: FrameworkCode,
    pub framework_version: String,
    pub domain: DomainCode,
    pub criterion: CriterionCode,
    pub criterion_title: String,
    pub binding: Binding,
    pub tied: bool,
    pub by_hand: Option<ManualTie>,
    pub standing: Option<Standing>,
    /// As the latest run saw them.
    pub conditions: Vec<ConditionSeen>,
}

/// What a condition expects and what was seen.
#[derive(Debug, Clone)]
pub struct ConditionSeen {
    /// As written in the framework, for example `days_to_expiry >= 30`.
    pub expected: String,
    /// The value observed; `None` when it was not.
    pub seen: Option<String>,
    pub result: ConditionResult,
}

impl CheckPage {
    /// Its runs since it looks at the present target, newest first.
    pub fn present_runs(&self) -> &[Run] {
        let aimed = self.history.aims.first();
        let present = self.runs.iter().take_while(|run| aimed.is_none_or(|aimed| aimed.precedes(run)));
        &self.runs[..present.count()]
    }
}

impl Service {
    pub async fn check_page(&self, actor: &Actor, id: CheckId) -> Result<CheckPage, Error> {
        let (check, role) = self.check_and_role(actor, id, Permission::Read).await?;
        let integration =
            self.store().integration(check.integration).await?.ok_or(Error::NotFound("The check"))?;
        let organization = self.store().organization(check.org).await?.ok_or(Error::NotFound("The check"))?;
        let kind = self.kind_of(&check)?.clone();
        let runs = self.store().runs(id, None, RUNS_SHOWN).await?;
        let since = UnixMillis(UnixMillis::now().0 - DAYS_SHOWN * 24 * 3600 * 1000);
        let days = self.store().day_summary(id, since).await?;
        let history = self.history_of(&check).await?;
        let latest = runs.first().filter(|run| history.aims.first().is_none_or(|aimed| aimed.precedes(run)));
        let bindings = self.bound_to(&check, &integration, latest).await?;
        let site = self.outgoing().public_url.as_deref().unwrap_or_default();
        let address = format!("{}/api/v1/checks/{id}", site.trim_end_matches('/'));
        Ok(CheckPage { organization, role, integration, check, address, kind, runs, days, history, bindings })
    }

    async fn bound_to(
        &self,
        check: &Check,
        integration: &Integration,
        latest: Option<&Run>,
    ) -> Result<Vec<BoundTo>, Error> {
        let standings = self.store().standings_of(check.id).await?;
        let ties = self.store().ties_of(check.id).await?;
        let mut bound = Vec::new();
        for entry in self.store().frameworks().await? {
            let framework = self.prepared(entry.id).await?.framework;
            for domain in &framework.domains {
                for criterion in &domain.criteria {
                    for binding in criterion.bindings.iter().filter(|binding| binding.kind == check.kind) {
                        let by_hand =
                            ties.iter().find(|tie| tie.framework == entry.id && tie.binding == binding.id);
                        let standing = standings.iter().find(|standing| {
                            standing.framework == entry.id && standing.binding == binding.id
                        });
                        bound.push(BoundTo {
                            framework: entry.id,
                            framework_code: entry.code.clone(),
                            framework_version: entry.version.clone(),
                            domain: domain.code.clone(),
                            criterion: criterion.code.clone(),
                            criterion_title: criterion.title.clone(),
                            tied: is_tied(&domain.code, integration, by_hand),
                            by_hand: by_hand.cloned(),
                            standing: standing.cloned(),
                            conditions: seen_by(&framework, binding, standing, latest),
                            binding: binding.clone(),
                        });
                    }
                }
            }
        }
        Ok(bound)
    }
}

/// Every condition with the value that the run saw.
pub(crate) fn seen_by(
    framework: &Framework,
    binding: &Binding,
    standing: Option<&Standing>,
    run: Option<&Run>,
) -> Vec<ConditionSeen> {
    let results = standing.map(|standing| standing.conditions.as_slice()).unwrap_or_default();
    let seen = binding.expect.iter().enumerate().map(|(position, condition)| {
        let name = register::name_of(framework, binding, &condition.observation);
        ConditionSeen {
            expected: condition.text.clone(),
            seen: run.and_then(|run| run.observations.get(&name)).map(shown),
            result: results.get(position).copied().unwrap_or(ConditionResult::Undecided),
        }
    });
    seen.collect()
}

fn shown(value: &Value) -> String {
    match value {
        Value::Boolean(truth) => truth.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Number(number) => number.normalize().to_string(),
        Value::Text(text) => text.clone(),
        Value::List(items) if items.is_empty() => "none".to_owned(),
        Value::List(items) => items.join(", "),
    }
}
