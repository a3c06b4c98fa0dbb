//! How the check stands: the latest run in words, or the one next step before the first.

use domain::check::{Group, Message, Reach, Severity, Status};
use leptos::prelude::*;
use service::record::Run;

use super::CheckShown;
use crate::ui::{
    ButtonKind, Fact, KeyValue, Note, PostButton, Section, Sign, StatusBadge, StatusSize, moment, status_word,
};
use crate::words::{ordinal, phrase, seen_words};

pub(super) fn status_section(check: &CheckShown) -> AnyView {
    let runs = check.page.present_runs();
    let Some(run) = runs.first() else { return never_run(check) };
    let title = view! { <StatusBadge status=run.status label=headline(runs) size=StatusSize::Big/> };
    let next = check.page.check.next_due_at.timestamp();
    let next = if check.page.check.enabled { format!(" · next {}", moment(next)) } else { String::new() };
    let last = moment(run.started_at.timestamp());
    let when = format!("Last run {last} · took {}{next}", took(run.duration_ms));
    let messages = by_gravity(run);
    let (first, rest) = match messages.split_first() {
        Some((first, rest)) if first.severity != Severity::Info => (Some(*first), rest),
        _ => (None, messages.as_slice()),
    };
    let lede = first.map_or_else(|| calm_words(check, run).to_owned(), |message| sentence(&message.text));
    let mut facts = first.map(about).unwrap_or_default();
    if !run.checked.is_empty() {
        let name = if check.page.kind.group == Group::NetworkProbe { "Asked" } else { "Looked at" };
        facts.push(Fact::new(name, view! { <span class="mono">{run.checked.clone()}</span> }));
    }
    let also = (!rest.is_empty()).then(|| also_said(rest));
    let contradiction = contradiction(check, run);
    view! {
        <Section id="status" title=title aside=view! { <p>{when}</p> }>
            <p class="lede">{lede}</p>
            <div class="gap-above"><KeyValue facts/></div>
            {also}
            {contradiction}
        </Section>
    }
    .into_any()
}

fn never_run(check: &CheckShown) -> AnyView {
    let title = view! {
        <StatusBadge status=Status::Unknown label="Not run yet".to_owned() size=StatusSize::Big/>
    };
    let at = check.at();
    let next = check.page.check.next_due_at.timestamp();
    let reconciled = check.page.kind.group == Group::Reconciliation;
    let fed = check.feed.is_some();
    let text = if fed {
        "It waits for reports: have the system that knows call the address below. Before the first report it proves and disproves nothing."
    } else if reconciled {
        "It is computed from files that stay with you: reconcile them, and send what came out. Before that it proves and disproves nothing."
    } else if check.may_operate {
        "Run it now to see what it sees; a check that has not run proves and disproves nothing."
    } else {
        "A check that has not run proves and disproves nothing."
    };
    let button = (check.may_operate && !reconciled && !fed).then(|| {
        // The button at the top is the same; here it stands where one reads.
        view! {
            <div class="gap-above">
                <PostButton action=format!("{at}/run") kind=ButtonKind::Second sign=Sign::Run>
                    "Run it for the first time"
                </PostButton>
            </div>
        }
    });
    let scheduled = (check.page.check.enabled && !reconciled && !fed).then(|| {
        view! { <p class="small dim gap-small">{format!("By itself it runs on {}.", moment(next))}</p> }
    });
    view! { <Section id="status" title=title><p class="lede">{text}</p>{scheduled}{button}</Section> }
        .into_any()
}

/// So many runs are in view: where all of them failed, there may be more.
const SHOWN: u32 = 20;

/// `Fail, 3rd running`.
fn headline(runs: &[Run]) -> String {
    let Some(latest) = runs.first() else { return String::new() };
    let word = status_word(latest.status);
    let running = runs.iter().take_while(|run| run.status == latest.status).count();
    match u32::try_from(running) {
        Ok(count) if latest.status == Status::Fail && count >= SHOWN => {
            format!("{word}, {count} or more running")
        }
        Ok(count) if latest.status == Status::Fail && count > 1 => {
            format!("{word}, {} running", ordinal(count))
        }
        _ => word.to_owned(),
    }
}

fn by_gravity(run: &Run) -> Vec<&Message> {
    let rank = |message: &&Message| match message.severity {
        Severity::Error => 0,
        Severity::Warning => 1,
        Severity::Info => 2,
    };
    let mut messages: Vec<_> = run.messages.iter().collect();
    messages.sort_by_key(rank);
    messages
}

/// For a run that complains of nothing.
fn calm_words(check: &CheckShown, run: &Run) -> &'static str {
    if check.feed.is_some() && run.status == Status::Pass {
        return "It reports as it should.";
    }
    match (run.reach, run.status) {
        (Reach::Answered, Status::Pass) => "It answered as it should.",
        (Reach::Answered, _) => "It answered.",
        (Reach::NoAnswer, _) => "It did not answer.",
        (Reach::Inconclusive, _) => "The run came to no conclusion.",
    }
}

/// A message with a capital at its beginning and a stop at its end.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    let stop = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}

fn about(message: &Message) -> Vec<Fact> {
    let at =
        message.at.as_ref().map(|at| Fact::new("Where", view! { <span class="mono">{at.clone()}</span> }));
    let requirement = message.requirement.as_ref().map(|_| Fact::new("Requirement", requirement(message)));
    at.into_iter().chain(requirement).collect()
}

fn requirement(message: &Message) -> AnyView {
    let Some(requirement) = message.requirement.clone() else { return ().into_any() };
    if requirement.link.starts_with("https://") {
        view! { <a href=requirement.link rel="noreferrer">{requirement.id}</a> }.into_any()
    } else {
        requirement.id.into_any()
    }
}

fn also_said(messages: &[&Message]) -> AnyView {
    let lines = messages
        .iter()
        .map(|message| {
            let status = match message.severity {
                Severity::Error => Some(Status::Fail),
                Severity::Warning => Some(Status::Warn),
                Severity::Info => None,
            };
            let sign = status.map(|status| view! { <StatusBadge status/>" " });
            let place = message.at.clone().map(|at| view! { <span class="sub mono dim">" · "{at}</span> });
            let rule = message.requirement.is_some().then(|| view! { " · "{requirement(message)} });
            view! { <li>{sign}{message.text.clone()}{place}{rule}</li> }
        })
        .collect_view();
    view! {
        <div class="gap-above">
            <p class="label">"It also said"</p>
            <ul class="small stack-tight">{lines}</ul>
        </div>
    }
    .into_any()
}

/// A run may pass by the kind's own rule and still break what a criterion asks for: said here, since the headline
/// does not.
fn contradiction(check: &CheckShown, run: &Run) -> Option<AnyView> {
    if run.status == Status::Fail {
        return None;
    }
    let mut lines = Vec::new();
    for bound in check.tied() {
        let failed = bound.standing.as_ref().is_some_and(|standing| standing.last_status == Status::Fail);
        if failed {
            let broken = bound
                .conditions
                .iter()
                .find(|condition| condition.result == domain::check::ConditionResult::Broken);
            let why = broken.map(|condition| {
                format!(": {}, seen {}", phrase(&condition.expected), seen_words(condition))
            });
            lines.push(format!("{}{}", bound.criterion, why.unwrap_or_default()));
        }
    }
    if lines.is_empty() {
        return None;
    }
    let lines = lines.into_iter().map(|line| view! { <p>{line}</p> }).collect_view();
    Some(
        view! {
            <div class="gap-above">
                <Note status=Status::Fail title="It does not show what these criteria ask for">{lines}</Note>
            </div>
        }
        .into_any(),
    )
}

/// `212 ms`, `4.2 s`.
pub(super) fn took(milliseconds: i64) -> String {
    if milliseconds < 1 {
        return "under 1 ms".to_owned();
    }
    if milliseconds < 1000 {
        return format!("{milliseconds} ms");
    }
    let tenths = (milliseconds + 50) / 100;
    format!("{}.{} s", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_becomes_a_sentence() {
        assert_eq!(sentence("expected 30 days, got 4"), "Expected 30 days, got 4.");
        assert_eq!(sentence("It is down."), "It is down.");
    }

    #[test]
    fn a_duration_is_said_in_its_unit() {
        assert_eq!([took(0), took(999), took(1000), took(4_249)], ["under 1 ms", "999 ms", "1.0 s", "4.2 s"]);
    }
}
