//! What changed lately: what people did, and which answers checks contradicted or cleared.

use std::collections::BTreeMap;

use domain::scoring::FindingKind;
use jiff::civil::Date;
use leptos::prelude::*;
use serde_json::Value;
use service::finding::FindingsPage;
use service::record::AuditEntry;

use crate::ui::{Event, Events, Section, date_of};

/// Events on the overview.
const SHOWN: usize = 8;
/// Criteria that a line names before it counts the rest.
const NAMED: usize = 4;

/// A line to be shown; `at` orders it.
struct Change {
    at: i64,
    date: Date,
    text: String,
    strong: bool,
}

pub(super) fn changes_section(
    audit: &[AuditEntry],
    latest: Option<&FindingsPage>,
    at: &str,
    today: Date,
) -> AnyView {
    let mut changes = deeds(audit);
    if let Some(page) = latest {
        changes.extend(contradictions(page));
    }
    changes.sort_by_key(|change| std::cmp::Reverse(change.at));
    let events: Vec<_> = changes
        .into_iter()
        .take(SHOWN)
        .map(|change| {
            let text = if change.strong {
                view! { <strong>{change.text}</strong> }.into_any()
            } else {
                change.text.into_any()
            };
            Event::new(change.date, text)
        })
        .collect();
    let content = if events.is_empty() {
        view! { <p class="dim">"Nothing yet."</p> }.into_any()
    } else {
        view! { <Events events year=today.year()/> }.into_any()
    };
    let content = view! {
        {content}
        <p class="small gap-above"><a href=format!("{at}/members")>"Who may change things"</a></p>
    }
    .into_any();
    view! {
        <Section id="changes" title="What changed">{content}</Section>
    }
    .into_any()
}

/// Answers that a check contradicts, or did.
fn contradictions(page: &FindingsPage) -> Vec<Change> {
    let raised = page.findings.iter().map(|finding| (&finding.record, true));
    let cleared = page.cleared.iter().map(|record| (record, false));
    raised
        .chain(cleared)
        .filter(|(record, _)| record.kind == FindingKind::Contradiction)
        .filter_map(|(record, open)| {
            let (at, text) = if open {
                (record.opened_at, format!("A check contradicts {}", record.subject))
            } else {
                (record.cleared_at?, format!("{} is no longer contradicted", record.subject))
            };
            Some(Change { at: at.0, date: date_of(at.timestamp()), text, strong: open })
        })
        .collect()
}

/// What people did, one line for each; the answers of one person on one day are one line.
fn deeds(audit: &[AuditEntry]) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut answered: BTreeMap<(Date, String), (i64, Vec<String>)> = BTreeMap::new();
    for entry in audit {
        let who = entry.actor_name.clone().unwrap_or_else(|| "Rung".to_owned());
        let date = date_of(entry.at.timestamp());
        if entry.action == "answer.saved" {
            let (at, criteria) = answered.entry((date, who)).or_insert((entry.at.0, Vec::new()));
            *at = entry.at.0.max(*at);
            let criterion = text(&entry.details, "criterion");
            if !criteria.iter().any(|known| known == criterion) {
                criteria.push(criterion.to_owned());
            }
        } else if let Some(deed) = deed(entry) {
            changes.push(Change { at: entry.at.0, date, text: format!("{who} {deed}"), strong: false });
        }
    }
    changes.extend(answered.into_iter().map(|((date, who), (at, criteria))| Change {
        at,
        date,
        text: format!("{who} answered {}", some_of(&criteria)),
        strong: false,
    }));
    changes
}

/// `PAT-1, PAT-2 and 5 more`.
fn some_of(criteria: &[String]) -> String {
    let left = criteria.len().saturating_sub(NAMED);
    let named = criteria.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    if left == 0 { named } else { format!("{named} and {left} more") }
}

fn text<'a>(details: &'a Value, key: &str) -> &'a str {
    details.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The end of a sentence that begins with who did it; `None` for what is no news here.
fn deed(entry: &AuditEntry) -> Option<String> {
    let details = &entry.details;
    let of = |key| text(details, key);
    Some(match entry.action.as_str() {
        "organization.created" => "added the organization".to_owned(),
        "organization.changed" => "changed what the organization is".to_owned(),
        "assessment.started" | "assessment.followed" => format!("started the assessment {}", of("title")),
        "ties.carried" => "took the ties set by hand over to its version of the framework".to_owned(),
        "assessment.renamed" => format!("renamed the assessment {} to {}", of("before"), of("title")),
        "assessment.submitted" => format!("submitted {}", of("title")),
        "assessment.taken_back" => format!("took the submission of {} back", of("title")),
        "assessment.finalized" => format!("signed {}", of("title")),
        "review.begun" => format!("began the review of {}", of("title")),
        "review.changes_requested" => format!("asked for changes of {}", of("title")),
        "answer.withdrawn" => format!("withdrew the answer to {}", of("criterion")),
        "answer.restored" => format!("brought an earlier answer to {} back", of("criterion")),
        "assignment.changed" => match details.get("name").and_then(Value::as_str) {
            Some(name) => format!("named {name} for {}", of("subject")),
            None => format!("changed who answers {}", of("subject")),
        },
        "comment.added" => format!("commented on {}", of("criterion")),
        "thread.resolved" => format!("settled a thread on {}", of("criterion")),
        "rating.saved" => format!("rated {}", of("criterion")),
        "difference.settled" => format!("closed the difference on {}", of("criterion")),
        "evidence.added" => format!("attached evidence: {}", of("title")),
        "evidence.reviewed" => format!("reviewed evidence: {}", of("state")),
        "evidence.replaced" => format!("replaced evidence: {}", of("title")),
        "evidence.retied" => format!("tied evidence to other criteria: {}", of("title")),
        "evidence.removed" => format!("removed evidence: {}", of("title")),
        "action.created" => format!("made an action: {}", of("title")),
        "action.changed" if of("state") == "done" => format!("finished an action: {}", of("title")),
        "action.changed" if of("state") == "dropped" => {
            format!("dropped an action: {}: {}", of("title"), of("reason"))
        }
        "benchmark.joined" => "decided to take part among peers".to_owned(),
        "benchmark.left" => "decided to take part among peers no longer".to_owned(),
        "integration.added" => format!("added the integration {}", of("name")),
        "integration.changed" => format!("changed the integration {}", of("name")),
        "integration.removed" => format!("removed the integration {}", of("name")),
        "check.added" => format!("added a check {} to {}", of("kind"), of("integration")),
        "check.changed" if of("target") == "changed" => {
            format!("aimed a check {} at another target", of("kind"))
        }
        "check.changed" if details.get("silenced").is_some() => {
            format!("changed a check {} while it failed", of("kind"))
        }
        "check.changed" => format!("changed a check {}", of("kind")),
        "incident.closed" => "ended an incident, its check was aimed elsewhere".to_owned(),
        "check.thresholds_changed" => "changed when a check opens an incident".to_owned(),
        "check.snoozed" => format!("put off the alerts of a check: {}", of("reason")),
        "channel.added" => format!("added the alert channel {}", of("name")),
        "channel.removed" => format!("removed the alert channel {}", of("name")),
        "channel.paused" => format!("paused the alert channel {}: {}", of("name"), of("why")),
        "maintenance.planned" => format!("planned maintenance: {}", of("reason")),
        "failure.overridden" => {
            format!("overrode the failure of a check on {}: {}", of("binding"), of("reason"))
        }
        "override.withdrawn" => format!("withdrew the override on {}", of("binding")),
        "check.removed" if details.get("silenced").is_some() => {
            format!("removed a check {} while it failed", of("kind"))
        }
        "check.removed" => format!("removed a check {}", of("kind")),
        "tie.changed" => {
            let tied = details.get("tied").and_then(Value::as_bool).unwrap_or_default();
            format!(
                "{} a check {} {}",
                if tied { "tied" } else { "untied" },
                if tied { "to" } else { "from" },
                of("binding")
            )
        }
        "tie.cleared" => format!("put the tie to {} back to the rule", of("binding")),
        "member.added" => format!("added {} as {}", of("email"), of("role")),
        "member.role_changed" => format!("changed a member's role to {}", of("role")),
        "member.removed" => "removed a member".to_owned(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use service::{AuditId, UnixMillis};

    use super::*;

    fn entry(at: i64, action: &str, details: Value) -> AuditEntry {
        AuditEntry {
            id: AuditId::new(),
            at: UnixMillis(at),
            actor: None,
            actor_name: Some("Ana".to_owned()),
            org: None,
            action: action.to_owned(),
            subject: String::new(),
            details,
        }
    }

    #[test]
    fn the_answers_of_a_day_are_one_line() {
        let saved = |at, code: &str| entry(at, "answer.saved", json!({ "criterion": code }));
        let codes = ["PAT-1", "PAT-1", "PAT-2", "PAT-3", "PAT-4", "PAT-5"];
        let audit: Vec<_> = (0_i64..).zip(codes).map(|(at, code)| saved(at, code)).collect();
        let changes = deeds(&audit);
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].text, "Ana answered PAT-1, PAT-2, PAT-3, PAT-4 and 1 more");
        assert_eq!(changes[0].at, 5);
    }

    #[test]
    fn a_run_is_no_news_but_a_tie_is() {
        let tie = entry(
            2,
            "tie.changed",
            json!({ "binding": "PAT-1.4", "tied": false, "reason": "test endpoint" }),
        );
        let changes = deeds(&[entry(1, "check.run", json!({})), tie]);
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].text, "Ana untied a check from PAT-1.4");
    }
}
