//! Findings: kept while their cause lasts, opened and cleared by themselves.

use std::collections::HashMap;

use domain::check::{CheckKind, Message, Status};
use domain::framework::Binding;
use domain::scoring::{CriterionScore, FindingKind};
use domain::{BindingId, CriterionCode, Framework, KindCode, Level};
use jiff::civil::Date;
use serde_json::json;
use store::record::{Finding, Role, Run, Standing};
use store::{AssessmentId, CheckId, FindingId, OrgId, RunId, UnixMillis};

use crate::assessment::{Assessed, TiedCheck};
use crate::check::ConditionSeen;
use crate::service::org_audit;
use crate::{Actor, Error, FieldError, Permission, Service};

/// An assessment's findings, open ones with all that explains them.
pub struct FindingsPage {
    pub assessed: Assessed,
    /// Most severe first, then by kind and subject.
    pub findings: Vec<FindingView>,
    /// Latest cleared first.
    pub cleared: Vec<Finding>,
}

/// An open finding.
pub struct FindingView {
    pub record: Finding,
    /// `None` for coverage, which concerns a domain.
    pub criterion: Option<CriterionCode>,
    pub claimed: Option<Level>,
    pub effective: Level,
    /// The checks behind it, for contradictions and stale results.
    pub checks: Vec<FindingCheck>,
}

/// A finding by itself.
pub enum FindingShown {
    Open(FindingView),
    Cleared(Finding),
}

/// A check behind a finding: what was expected, what was seen.
pub struct FindingCheck {
    pub check: CheckId,
    pub integration: String,
    /// Host and port of what it looks at, and nothing more of its address; `None` where it waits for reports.
    pub address: Option<String>,
    pub kind: KindCode,
    pub binding: BindingId,
    pub status: Status,
    pub consecutive_fails: u32,
    pub seen_at: Option<UnixMillis>,
    pub fail_cap: Level,
    pub conditions: Vec<ConditionSeen>,
    pub messages: Vec<Message>,
}

impl Service {
    /// The findings of an assessment, brought up to date first.
    pub async fn findings(&self, actor: &Actor, id: AssessmentId) -> Result<FindingsPage, Error> {
        let assessed = self.assessed(actor, id).await?;
        self.findings_of(assessed).await
    }

    /// The findings of an assessment that was read already.
    pub(crate) async fn findings_of(&self, assessed: Assessed) -> Result<FindingsPage, Error> {
        let kept = self.bring_up_to_date(&assessed).await?;
        let (open, mut cleared): (Vec<_>, Vec<_>) = kept.into_iter().partition(|finding| finding.open);
        let mut findings = self.views(&assessed, open).await?;
        findings.sort_by(|a, b| {
            let (a, b) = (&a.record, &b.record);
            (b.severity, a.kind, &a.subject).cmp(&(a.severity, b.kind, &b.subject))
        });
        cleared.sort_by_key(|finding| std::cmp::Reverse(finding.cleared_at));
        Ok(FindingsPage { assessed, findings, cleared })
    }

    /// One finding as it is kept.
    pub async fn finding(&self, actor: &Actor, id: FindingId) -> Result<Finding, Error> {
        let found = self.store().finding(id).await?.ok_or(Error::NotFound("The finding"))?;
        self.assessment_for(actor, found.assessment, Permission::Read).await?;
        Ok(found)
    }

    /// One finding with all that explains it, as it stands in the list of its assessment; as it is kept once it is cleared.
    pub async fn finding_shown(&self, actor: &Actor, id: FindingId) -> Result<FindingShown, Error> {
        let found = self.finding(actor, id).await?;
        let assessed = self.assessed(actor, found.assessment).await?;
        let kept = self.bring_up_to_date(&assessed).await?;
        let found = kept.into_iter().find(|kept| kept.id == id).unwrap_or(found);
        if !found.open {
            return Ok(FindingShown::Cleared(found));
        }
        let mut shown = self.views(&assessed, vec![found]).await?;
        Ok(FindingShown::Open(shown.pop().expect("one view for one finding")))
    }

    /// Notes who mends a finding and until when.
    pub async fn update_finding(
        &self,
        actor: &Actor,
        id: FindingId,
        owner: String,
        due: Option<Date>,
    ) -> Result<(), Error> {
        let found = self.store().finding(id).await?.ok_or(Error::NotFound("The finding"))?;
        let assessment = self.assessment_for(actor, found.assessment, Permission::Read).await?;
        self.authorize(actor, assessment.org, Permission::Operate, "The finding").await?;
        let owner = owner.trim().to_owned();
        if owner.chars().count() > 120 {
            return Err(Error::Invalid(vec![FieldError::new(
                "owner",
                "Use at most 120 characters for the owner.",
            )]));
        }
        let details = json!({ "owner": owner, "due": due });
        let entry = org_audit(actor, assessment.org, "finding.changed", id, details);
        self.store().update_finding(id, &owner, due, entry).await?;
        Ok(())
    }

    /// Computes the assessment anew and opens and clears findings accordingly.
    pub(crate) async fn refresh_findings(&self, id: AssessmentId) -> Result<(), Error> {
        let Some(bundle) = self.store().bundle(id, None).await? else { return Ok(()) };
        // Rung itself reads here; the role of the read model is of no account.
        let assessed = self.assess(bundle, Role::Viewer).await?;
        self.bring_up_to_date(&assessed).await?;
        Ok(())
    }

    /// The same for every assessment of an organization that a check may touch.
    pub(crate) async fn refresh_organization(&self, org: OrgId) -> Result<(), Error> {
        for assessment in self.store().live_assessments_of(org).await? {
            self.refresh_findings(assessment.id).await?;
        }
        Ok(())
    }

    /// Brings the findings up to date after a change that is on the disk. Where that fails the change stands all the same,
    /// so its author is not told of a failure: it is on the log, and tried once more.
    pub(crate) async fn catch_up(&self, id: AssessmentId) {
        if let Err(error) = self.refresh_findings(id).await {
            tracing::error!(assessment = %id, ?error, "findings were not brought up to date after a change");
            self.touch(id);
        }
    }

    /// The same for every assessment of an organization that a check may touch.
    pub(crate) async fn catch_up_organization(&self, org: OrgId) {
        if let Err(error) = self.refresh_organization(org).await {
            tracing::error!(%org, ?error, "findings were not brought up to date after a change");
            self.touch_organization(org);
        }
    }

    /// For each check, the criteria whose answers it contradicts, in the organization's current assessment by each framework
    /// as long as that lives.
    pub(crate) async fn contradicted_by(
        &self,
        org: OrgId,
    ) -> Result<HashMap<CheckId, Vec<CriterionCode>>, Error> {
        let mut contradicted: HashMap<CheckId, Vec<CriterionCode>> = HashMap::new();
        // What a contradiction rests on is a failure: without one nothing need be scored.
        if !self.store().any_fails_of(org).await? {
            return Ok(contradicted);
        }
        let live = self.store().live_assessments_of(org).await?;
        for (_, id) in self.store().current_by_framework(org).await? {
            if live.iter().all(|assessment| assessment.id != id) {
                continue;
            }
            let Some(bundle) = self.store().bundle(id, None).await? else { continue };
            let assessed = self.assess(bundle, Role::Viewer).await?;
            let findings = assessed.score.findings.iter();
            for finding in findings.filter(|finding| finding.kind == FindingKind::Contradiction) {
                let tied = finding.bindings.iter().flat_map(|binding| assessed.probes_of(binding));
                let failing =
                    tied.filter(|tied| tied.standing.is_some_and(|standing| standing.status == Status::Fail));
                for tied in failing {
                    let code = CriterionCode::from(finding.subject.as_str());
                    let codes = contradicted.entry(tied.check.id).or_default();
                    if !codes.contains(&code) {
                        codes.push(code);
                    }
                }
            }
        }
        Ok(contradicted)
    }

    /// Writes only where the kept findings differ from the computed ones.
    async fn bring_up_to_date(&self, assessed: &Assessed) -> Result<Vec<Finding>, Error> {
        self.record_live(assessed).await?;
        let id = assessed.bundle.assessment.id;
        let kept = self.store().findings(id).await?;
        let raised = &assessed.score.findings;
        let open = kept.iter().filter(|finding| finding.open).count();
        let same = open == raised.len()
            && raised.iter().all(|raised| {
                kept.iter().any(|finding| {
                    finding.open
                        && finding.kind == raised.kind
                        && finding.subject == raised.subject.as_str()
                        && finding.severity == raised.severity
                })
            });
        if same {
            return Ok(kept);
        }
        let raised =
            raised.iter().map(|finding| (finding.kind, finding.subject.to_string(), finding.severity));
        let changes = self.store().sync_findings(id, raised.collect(), assessed.computed_at).await?;
        let moved = changes.opened.iter().chain(&changes.reopened).chain(&changes.cleared);
        let moved = moved.filter(|finding| finding.kind == FindingKind::Contradiction);
        let moved: Vec<CriterionCode> = moved.map(|finding| finding.subject.as_str().into()).collect();
        if !moved.is_empty() {
            self.weigh_contradictions(assessed, &moved).await;
        }
        Ok(self.store().findings(id).await?)
    }

    /// Findings with all that explains them; the runs behind them are read at once.
    async fn views(&self, assessed: &Assessed, records: Vec<Finding>) -> Result<Vec<FindingView>, Error> {
        let explained: Vec<_> =
            records.into_iter().map(|record| (self.behind(assessed, &record), record)).collect();
        let seen = explained.iter().flat_map(|(behind, _)| behind).map(|behind| behind.standing.last_run);
        let runs = self.store().runs_of_list(&seen.collect()).await?;
        let views = explained.into_iter().map(|(behind, record)| {
            let shown = |behind: &Behind<'_>| {
                let address = self.aim_of(behind.tied.check).and_then(|aim| aim.address());
                behind.shown(&assessed.framework, &runs, address)
            };
            view(assessed, record, behind.iter().map(shown).collect())
        });
        Ok(views.collect())
    }

    /// The checks behind a finding that have run; behind a contradiction, those that contradict the answer.
    fn behind<'a>(&self, assessed: &'a Assessed, record: &Finding) -> Vec<Behind<'a>> {
        let mut raised = assessed.score.findings.iter();
        let raised =
            raised.find(|finding| finding.kind == record.kind && finding.subject.as_str() == record.subject);
        let ids = raised.map(|finding| finding.bindings.as_slice()).unwrap_or_default();
        let bindings = ids.iter().filter_map(|id| {
            let mut all = assessed.framework.criteria().flat_map(|criterion| &criterion.bindings);
            all.find(|binding| binding.id == *id)
        });
        let tied = bindings
            .flat_map(|binding| assessed.probes_of(&binding.id).into_iter().map(move |tied| (binding, tied)));
        let behind = tied.filter_map(|(binding, tied)| {
            let standing = tied.standing?;
            let tells = record.kind != FindingKind::Contradiction || self.contradicts(tied, standing);
            tells.then_some(Behind { binding, tied, standing })
        });
        behind.collect()
    }

    /// Whether the failure counts against an answer by itself, however many other checks do: it is confirmed, and nobody
    /// signed that it says nothing.
    fn contradicts(&self, tied: TiedCheck<'_>, standing: &Standing) -> bool {
        let confirmed = |kind: &CheckKind| standing.consecutive_fails >= kind.fail_after;
        standing.status == Status::Fail
            && tied.overridden.is_none()
            && self.kind(&tied.check.kind).is_none_or(confirmed)
    }
}

/// A check behind a finding, for one of the bindings that raised it.
struct Behind<'a> {
    binding: &'a Binding,
    tied: TiedCheck<'a>,
    standing: &'a Standing,
}

impl Behind<'_> {
    fn shown(
        &self,
        framework: &Framework,
        runs: &HashMap<RunId, Run>,
        address: Option<String>,
    ) -> FindingCheck {
        let Self { binding, tied, standing } = self;
        let run = runs.get(&standing.last_run);
        FindingCheck {
            check: tied.check.id,
            integration: tied.integration.details.name.clone(),
            address,
            kind: tied.check.kind.clone(),
            binding: binding.id.clone(),
            status: standing.status,
            consecutive_fails: standing.consecutive_fails,
            seen_at: standing.concluded_at,
            fail_cap: binding.fail_cap,
            conditions: crate::check::seen_by(framework, binding, Some(standing), run),
            messages: run.map(|run| run.messages.clone()).unwrap_or_default(),
        }
    }
}

fn view(assessed: &Assessed, record: Finding, checks: Vec<FindingCheck>) -> FindingView {
    let criterion =
        (record.kind != FindingKind::Coverage).then(|| CriterionCode::from(record.subject.as_str()));
    let score = criterion.as_ref().and_then(|code| assessed.criterion_score(code));
    FindingView {
        claimed: score.and_then(CriterionScore::claimed),
        effective: score.map_or(Level::LEAST, |score| score.effective),
        criterion,
        record,
        checks,
    }
}
