//! What is due: dates that somebody has to meet, those already missed first.

use std::collections::BTreeMap;

use domain::DomainCode;
use domain::check::Value;
use domain::scoring::{EvidenceState, valid_until};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use store::record::Integration;
use store::{ActionId, CheckId, EvidenceId, IntegrationId};

use crate::action::ActionView;
use crate::finding::FindingsPage;
use crate::integration::{CheckRow, review_due};

/// How far ahead is looked, in days.
const AHEAD: i32 = 45;

/// Something with a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub on: Date,
    pub what: What,
}

/// What it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// So many criteria of a domain are to be answered.
    Answers { domain: DomainCode, left: usize, owner: String },
    /// Somebody promised to have it done.
    Action { action: ActionId, title: String, owner: String },
    /// The certificate that a check sees expires.
    Certificate { check: CheckId, integration: String, owner: String },
    /// Evidence expires, and what rests on it counts for less.
    Evidence { evidence: EvidenceId, title: String, criteria: Vec<String> },
    /// A finding is to be mended.
    Finding { subject: String, owner: String },
    /// The entry of the inventory is to be reviewed.
    Review { integration: IntegrationId, name: String, owner: String },
    /// The results of a check no longer count: it did not come to a conclusion for too long.
    Stale { check: CheckId, integration: String, kind: String },
}

/// Everything due up to 45 days after `today`, soonest first. `freshness` gives a kind's seconds, as `scoring.md`
/// section 6.2 counts them; `None` for an unknown kind.
pub fn due(
    page: Option<&FindingsPage>,
    integrations: &[Integration],
    checks: &[CheckRow],
    freshness: impl Fn(&CheckRow) -> Option<u32>,
    actions: &[ActionView],
    today: Date,
) -> Vec<Due> {
    let mut all: Vec<Due> = integrations.iter().filter_map(review).collect();
    all.extend(actions.iter().filter_map(action));
    all.extend(checks.iter().filter_map(certificate));
    all.extend(checks.iter().filter_map(|row| stale(row, freshness(row)?, today)));
    if let Some(page) = page {
        all.extend(evidence(page));
        all.extend(answers(page));
        all.extend(page.findings.iter().filter_map(|finding| {
            let record = &finding.record;
            let promised = |one: &ActionView| {
                one.action().assessment == record.assessment
                    && one.is_for_finding(record.kind, &record.subject)
                    && action(one).is_some()
            };
            if actions.iter().any(promised) {
                return None;
            }
            let what = What::Finding { subject: record.subject.clone(), owner: record.owner.clone() };
            Some(Due { on: record.due?, what })
        }));
    }
    let last = today.saturating_add(AHEAD.days());
    all.retain(|due| due.on <= last);
    all.sort_by(|a, b| (a.on, &a.what).cmp(&(b.on, &b.what)));
    all
}

/// Until it is finished. What is noted at its finding gives way to it.
fn action(view: &ActionView) -> Option<Due> {
    let action = view.action();
    let what = What::Action {
        action: action.id,
        title: action.content.title.clone(),
        owner: view.listed.owner_name.clone().unwrap_or_default(),
    };
    Some(Due { on: action.content.due.filter(|_| view.is_unfinished())?, what })
}

fn review(integration: &Integration) -> Option<Due> {
    let details = &integration.details;
    let what = What::Review {
        integration: integration.id,
        name: details.name.clone(),
        owner: details.owner.clone(),
    };
    Some(Due { on: review_due(details)?, what })
}

/// From the latest run that saw a certificate: the instant that it saw, or in a run that kept none the whole days left, by
/// which it may be the day before.
fn certificate(row: &CheckRow) -> Option<Due> {
    let run = row.latest.as_ref().filter(|_| row.check.kind.as_str() == "tls.certificate")?;
    let on = match (run.observations.get("expires_at"), run.observations.get("days_to_expiry")) {
        (Some(Value::Text(at)), _) => at.parse::<Timestamp>().ok()?.to_zoned(TimeZone::UTC).date(),
        (_, Some(Value::Integer(days))) => run.started_at.date().checked_add(days.days()).ok()?,
        _ => return None,
    };
    let (integration, owner) = (row.integration.details.name.clone(), row.integration.details.owner.clone());
    Some(Due { on, what: What::Certificate { check: row.check.id, integration, owner } })
}

/// From the last day with a result on; a check that was never conclusive is another matter.
fn stale(row: &CheckRow, freshness: u32, today: Date) -> Option<Due> {
    if !row.check.enabled {
        return None;
    }
    let concluded = row.days.iter().filter(|day| day.pass + day.warn + day.fail > 0);
    let last = concluded.map(|day| day.date).max()?;
    let on = last.checked_add(i64::from(freshness.div_ceil(24 * 3600)).days()).ok()?;
    let (integration, kind) = (row.integration.details.name.clone(), row.check.kind.to_string());
    (on < today).then_some(Due { on, what: What::Stale { check: row.check.id, integration, kind } })
}

fn evidence(page: &FindingsPage) -> impl Iterator<Item = Due> {
    let kept = page.assessed.bundle.evidence.iter();
    kept.filter(|item| item.state != EvidenceState::Rejected).map(|item| {
        let criteria = item.criteria.iter().map(ToString::to_string).collect();
        let what = What::Evidence { evidence: item.id, title: item.title.clone(), criteria };
        Due { on: valid_until(item.dated, item.duration, item.expires), what }
    })
}

/// What is left to answer, by day, domain and who answers; nothing once the assessment is handed in.
fn answers(page: &FindingsPage) -> Vec<Due> {
    if !page.assessed.bundle.assessment.state.is_open() {
        return Vec::new();
    }
    let mut left: BTreeMap<(Date, DomainCode, String), usize> = BTreeMap::new();
    for (duty, task) in page.assessed.tasks() {
        if let Some(on) = task.due.filter(|_| !task.answered) {
            let owner = duty.owner.map(|owner| owner.name.clone()).unwrap_or_default();
            *left.entry((on, task.domain, owner)).or_default() += 1;
        }
    }
    let due = left
        .into_iter()
        .map(|((on, domain, owner), left)| Due { on, what: What::Answers { domain, left, owner } });
    due.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::check::{Observations, Reach, Status};
    use store::record::{Check, DaySummary, IntegrationDetails, Run};
    use store::{OrgId, RunId, UnixMillis};

    const TODAY: Date = jiff::civil::date(2026, 11, 20);

    fn integration(last_review: Option<Date>) -> Integration {
        let details =
            IntegrationDetails { name: "Gateway".to_owned(), last_review, ..IntegrationDetails::default() };
        Integration {
            id: IntegrationId::new(),
            org: OrgId::new(),
            details,
            created_at: UnixMillis(0),
            unowned_since: None,
        }
    }

    /// A check of certificates whose latest run was `ago` days before today and saw so many days to expiry.
    fn certificate_check(ago: i32, days_to_expiry: Option<i64>) -> CheckRow {
        let integration = integration(None);
        let date = TODAY.saturating_sub(ago.days());
        let at = UnixMillis(date.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp().as_millisecond());
        let check = Check {
            id: CheckId::new(),
            org: integration.org,
            integration: integration.id,
            kind: "tls.certificate".into(),
            parameters: "{}".to_owned(),
            interval_seconds: 60,
            enabled: true,
            created_at: at,
            next_due_at: at,
        };
        let mut observations = Observations::new();
        if let Some(days) = days_to_expiry {
            observations.set("days_to_expiry", days);
        }
        let run = Run {
            id: RunId::new(),
            check: check.id,
            scheduled_for: None,
            started_at: at,
            duration_ms: 1,
            status: Status::Pass,
            reach: Reach::Answered,
            warned: false,
            observations,
            messages: Vec::new(),
            checked: String::new(),
        };
        let days = vec![DaySummary { date, pass: 1, warn: 0, fail: 0, unknown: 0 }];
        CheckRow { check, integration, latest: Some(run), days, contradicts: Vec::new() }
    }

    fn dates(integrations: &[Integration], checks: &[CheckRow]) -> Vec<(Date, &'static str)> {
        let all = due(None, integrations, checks, |_| Some(3 * 24 * 3600), &[], TODAY);
        let name = |what: &What| match what {
            What::Certificate { .. } => "certificate",
            What::Review { .. } => "review",
            What::Stale { .. } => "stale",
            What::Action { .. } | What::Answers { .. } | What::Evidence { .. } | What::Finding { .. } => {
                "other"
            }
        };
        all.iter().map(|due| (due.on, name(&due.what))).collect()
    }

    #[test]
    fn what_was_missed_comes_first_and_what_is_far_off_not_at_all() {
        let day = jiff::civil::date;
        let integrations = [
            integration(Some(day(2025, 12, 1))),
            integration(Some(day(2025, 6, 1))),
            integration(Some(day(2026, 11, 1))),
            integration(None),
        ];
        let found = dates(&integrations, &[certificate_check(0, Some(4)), certificate_check(0, Some(90))]);
        assert_eq!(
            found,
            [(day(2026, 6, 1), "review"), (day(2026, 11, 24), "certificate"), (day(2026, 12, 1), "review")]
        );
    }

    #[test]
    fn a_certificate_is_due_on_the_day_of_the_instant_that_was_seen() {
        let day = jiff::civil::date;
        let mut check = certificate_check(0, Some(4));
        assert_eq!(dates(&[], std::slice::from_ref(&check)), [(day(2026, 11, 24), "certificate")]);
        // Four whole days and some hours after a run in the afternoon.
        let run = check.latest.as_mut().unwrap();
        run.observations.set("expires_at", "2026-11-25T03:30:00Z".to_owned());
        assert_eq!(dates(&[], &[check]), [(day(2026, 11, 25), "certificate")]);
    }

    #[test]
    fn an_action_is_due_until_it_is_finished() {
        use store::record::{Action, ActionContent, ActionSource, ActionState, FindingNow, ListedAction};
        let day = jiff::civil::date;
        let view = |state: ActionState| {
            let content = ActionContent {
                title: "Renew it".to_owned(),
                due: Some(day(2026, 11, 1)),
                state,
                ..ActionContent::default()
            };
            let action = Action {
                id: ActionId::new(),
                org: OrgId::new(),
                assessment: store::AssessmentId::new(),
                source: ActionSource::Finding {
                    kind: domain::scoring::FindingKind::Gap,
                    subject: "PAT-1".to_owned(),
                },
                content,
                revision: 1,
                created_by: store::UserId::new(),
                created_at: UnixMillis(0),
                since: UnixMillis(0),
            };
            let listed = ListedAction {
                action,
                owner_name: Some("Ana".to_owned()),
                owner_belongs: true,
                assessment_title: "Spring".to_owned(),
                finding: Some(FindingNow::Raised),
            };
            ActionView { listed, behind: crate::action::Behind::Finding(FindingNow::Raised) }
        };
        let count = |state| due(None, &[], &[], |_| None, &[view(state)], TODAY).len();
        assert_eq!((count(ActionState::Open), count(ActionState::InProgress)), (1, 1));
        assert_eq!((count(ActionState::Done), count(ActionState::Dropped { reason: String::new() })), (0, 0));
    }

    #[test]
    fn a_check_without_a_fresh_result_is_due_since_its_last_one_ran_out() {
        let day = jiff::civil::date;
        assert_eq!(dates(&[], &[certificate_check(10, None)]), [(day(2026, 11, 13), "stale")]);
        assert_eq!(dates(&[], &[certificate_check(2, None)]), []);
        let mut paused = certificate_check(10, None);
        paused.check.enabled = false;
        assert_eq!(dates(&[], &[paused]), []);
    }
}
