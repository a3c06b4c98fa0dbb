//! One open finding: cause, checks with what was expected and seen, remedy, owner and due date.

use domain::check::{ConditionResult, Status};
use leptos::prelude::*;
use service::action::ActionView;
use service::check::ConditionSeen;
use service::finding::{FindingCheck, FindingView};

use super::FindingsSheet;
use crate::pages::actions::{action_lines, first_unfinished};
use crate::pages::parts::owner_and_due;
use crate::ui::{
    Button, ButtonSize, Drawer, SeverityBadge, StatusBadge, Tag, date_of, day, moment, whole_codes,
};
use crate::web::Fields;
use crate::words::{
    finding_cause, finding_kind_word, finding_places, finding_remedy, ordinal, phrase, seen_words,
};

/// A due date, or a dash.
pub(crate) fn due_or_dash(finding: &FindingView) -> String {
    finding.record.due.map_or_else(|| "–".to_owned(), day)
}

pub(super) fn row(sheet: &FindingsSheet, finding: &FindingView) -> AnyView {
    let record = &finding.record;
    let id = record.id.to_string();
    let returned = sheet.typed.as_ref().filter(|(typed, ..)| *typed == id);
    let since = match record.times_opened {
        0 | 1 => format!("Open since {}", day(date_of(record.opened_at.timestamp()))),
        times => format!(
            "Open since {}, for the {} time",
            day(date_of(record.opened_at.timestamp())),
            ordinal(times)
        ),
    };
    let about = |view: &ActionView| view.is_for_finding(record.kind, &record.subject);
    // An action's owner and day count in place of those noted here; two of each would be one too many.
    let promised = first_unfinished(&sheet.actions, about);
    let note = (sheet.may_note() && promised.is_none())
        .then(|| note_form(sheet, finding, returned.map(|(_, fields, _)| fields)));
    let actions = action_lines(&sheet.actions, &sheet.paths, about);
    let make = sheet.may_note().then(|| {
        let href = sheet.paths.new_action(&format!("finding={id}"));
        view! { <p class="small"><a class="link-row" href=href>{format!("Make {} an action", record.subject)}</a></p> }
    });
    let checks = finding.checks.iter().map(|check| check_view(sheet, check)).collect_view();
    let noted = if record.owner.is_empty() { "Nobody yet".to_owned() } else { record.owner.clone() };
    let owner = promised.and_then(|view| view.listed.owner_name.clone()).unwrap_or(noted);
    let due = match promised.and_then(|view| view.action().content.due) {
        Some(promised) => day(promised),
        None => due_or_dash(finding),
    };
    let remedy = finding_remedy(&sheet.page.assessed, finding);
    let places = finding_places(finding).map(|places| view! { <span class="sub">{places}</span> });
    view! {
        <tr id=format!("f-{id}")>
            <td><SeverityBadge severity=record.severity/></td>
            <th scope="row">{subject(sheet, &record.subject, finding_kind_word(record.kind))}</th>
            <td class="wide">
                {whole_codes(&finding_cause(&sheet.page.assessed, finding))}
                {places}
                <div>
                    <Drawer summary=format!("Details of {}", record.subject) open=returned.is_some()>
                        <div class="stack-tight">
                            {checks}
                            <p class="small measure">{whole_codes(&remedy)}</p>
                            <p class="small dim">{since}</p>
                            {actions}
                            {make}
                            {note}
                        </div>
                    </Drawer>
                </div>
            </td>
            <td class="dim">{owner}</td>
            <td class="num" data-label="Due">{due}</td>
        </tr>
    }
    .into_any()
}

/// The criterion or domain of a finding, with its title and the finding's kind.
pub(super) fn subject(sheet: &FindingsSheet, code: &str, kind: &'static str) -> AnyView {
    let framework = &sheet.page.assessed.framework;
    let criterion = framework.criteria().find(|criterion| criterion.code.as_str() == code);
    let (href, title) = match criterion {
        Some(criterion) => {
            let domain = framework.domain_of(&criterion.code);
            (
                domain.map(|domain| sheet.paths.criterion(&domain.code, &criterion.code)),
                criterion.title.clone(),
            )
        }
        None => match framework.domains.iter().find(|domain| domain.code.as_str() == code) {
            Some(domain) => (Some(sheet.paths.domain(&domain.code)), domain.title.clone()),
            None => (None, String::new()),
        },
    };
    view! { <a href=href>{code.to_owned()}</a>" "<Tag>{kind}</Tag><span class="sub">{title}</span> }
        .into_any()
}

const fn status_of(result: ConditionResult) -> Status {
    match result {
        ConditionResult::Fulfilled => Status::Pass,
        ConditionResult::NearMiss => Status::Warn,
        ConditionResult::Broken => Status::Fail,
        ConditionResult::Undecided => Status::Unknown,
    }
}

fn condition(condition: &ConditionSeen) -> AnyView {
    view! {
        <tr>
            <th scope="row">{phrase(&condition.expected)}</th>
            <td data-label="Seen"><StatusBadge status=status_of(condition.result) label=seen_words(condition)/></td>
        </tr>
    }
    .into_any()
}

/// A check behind the finding: which one, how often it failed, what it expected and saw.
fn check_view(sheet: &FindingsSheet, check: &FindingCheck) -> AnyView {
    let running = (check.consecutive_fails > 0)
        .then(|| format!(", {} failure running", ordinal(check.consecutive_fails)));
    let seen = check.seen_at.map(|at| format!(", seen {}", moment(at.timestamp())));
    let caps = format!("; a failure caps the answer at {}", check.fail_cap.get());
    let facts = [running, seen, Some(caps)].into_iter().flatten().collect::<String>();
    let conditions = check.conditions.iter().map(condition).collect_view();
    let messages =
        check.messages.iter().map(|message| view! { <li>{message.text.clone()}</li> }).collect_view();
    view! {
        <div class="stack-tight">
            <p class="small">
                <a href=sheet.paths.check(check.check)>{check.integration.clone()}</a>
                {check.address.as_ref().map(|address| format!(" ({address})"))}
                ", " <span class="mono">{check.kind.to_string()}</span>
                {whole_codes(&format!(", {}{facts}", check.binding))}
            </p>
            <table class="t sum">
                <caption class="vh">{format!("What {} expects and what was seen", check.binding)}</caption>
                <thead><tr><th scope="col">"Expected"</th><th scope="col">"Seen"</th></tr></thead>
                <tbody>{conditions}</tbody>
            </table>
            <ul class="small">{messages}</ul>
        </div>
    }
    .into_any()
}

fn note_form(sheet: &FindingsSheet, finding: &FindingView, typed: Option<&Fields>) -> AnyView {
    let record = &finding.record;
    let id = record.id.to_string();
    let refusal = sheet.typed.as_ref().filter(|_| typed.is_some()).map(|(.., refusal)| refusal);
    let value = |name: &str, kept: String| typed.map_or(kept, |typed| typed.get(name).to_owned());
    let due = record.due.map(|due| due.to_string()).unwrap_or_default();
    // A form that comes back is shown where it was filled in; what is wrong stands at its field there.
    let note = refusal.and_then(|refusal| refusal.note.clone()).map(|note| {
        view! { <p class="error" role="alert">{note}</p> }
    });
    view! {
        <form method="post" action=format!("{0}/{id}#f-{id}", sheet.paths.findings()) class="gap-above">
            {note}
            {owner_and_due(&id, value("owner", record.owner.clone()), value("due", due), refusal)}
            <p class="gap-small"><Button size=ButtonSize::Small>"Save owner and date"</Button></p>
        </form>
    }
    .into_any()
}
