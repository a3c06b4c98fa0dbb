//! Which incidents go where.

use leptos::prelude::*;
use service::record::AlertRule;

use super::{AlertsShown, SEVERITIES, came_back};
use crate::pages::parts::error_of;
use crate::ui::{
    Button, ButtonKind, ButtonSize, Column, Drawer, InputLook, PostButton, Section, Select, SeverityBadge,
    Table, TableLook, TextInput, Width,
};
use crate::web::{Fields, Refusal};

pub(super) fn rules_section(shown: &AlertsShown, typed: &Fields, refusal: Option<&Refusal>) -> AnyView {
    let table = if shown.page.rules.is_empty() {
        view! { <p class="dim">"None yet."</p> }.into_any()
    } else {
        let mut columns = vec![
            Column::text("Channel"),
            Column::text("At least"),
            Column::text("Concerns"),
            Column::text("Reminders"),
        ];
        if shown.may_alert {
            columns.push(Column::text("Change"));
        }
        let rows = shown.page.rules.iter().map(|rule| row(shown, rule)).collect_view();
        view! { <Table caption="Rules" columns look=TableLook::Fold>{rows}</Table> }.into_any()
    };
    let form = (shown.may_alert && !shown.page.channels.is_empty()).then(|| form(shown, typed, refusal));
    view! { <Section id="rules" title="Rules" width=Width::Span>{table}{form}</Section> }.into_any()
}

/// `PAT-1`, `domain PAT`, `everything`.
fn concerns(rule: &AlertRule) -> String {
    match (&rule.criterion, &rule.domain) {
        (Some(criterion), Some(domain)) => format!("{criterion} in domain {domain}"),
        (Some(criterion), None) => criterion.to_string(),
        (None, Some(domain)) => format!("domain {domain}"),
        (None, None) => "everything".to_owned(),
    }
}

fn row(shown: &AlertsShown, rule: &AlertRule) -> AnyView {
    let reminders = match rule.remind_seconds.map(|seconds| seconds / 3600) {
        None => "none".to_owned(),
        Some(1) => "every hour".to_owned(),
        Some(hours) => format!("every {hours} hours"),
    };
    let name = shown.channel_name(rule.channel);
    let concerns = concerns(rule);
    let remove = shown.may_alert.then(|| {
        let fields = vec![("rule".to_owned(), rule.id.to_string())];
        let words = format!("Remove the rule for {name}, {concerns}");
        view! {
            <td class="wide">
                <PostButton
                    action=format!("{}/rules/remove", shown.at()) fields size=ButtonSize::Small kind=ButtonKind::Stop
                >
                    {words}
                </PostButton>
            </td>
        }
    });
    view! {
        <tr>
            <th scope="row">{name.clone()}</th>
            <td><SeverityBadge severity=rule.severity/></td>
            <td>{concerns.clone()}</td>
            <td>{reminders}</td>
            {remove}
        </tr>
    }
    .into_any()
}

fn form(shown: &AlertsShown, typed: &Fields, refusal: Option<&Refusal>) -> AnyView {
    let back = came_back(typed, "rule");
    let value = |name: &str| if back { typed.get(name).to_owned() } else { String::new() };
    let error = |name: &str| if back { error_of(refusal, name) } else { None };
    let channels = shown.page.channels.iter().map(|channel| (channel.id.to_string(), channel.name.clone()));
    let severities = SEVERITIES.map(|(value, words, _)| (value.to_owned(), words.to_owned()));
    let everywhere = (String::new(), "All domains".to_owned());
    let domains =
        shown.page.domains.iter().map(|(code, title)| (code.to_string(), format!("{code} {title}")));
    let form = view! {
        <form method="post" action=format!("{}/rules", shown.at()) novalidate=true>
            <input type="hidden" name="form" value="rule"/>
            <Select
                id="channel" name="channel" label="Channel" choices=channels.collect() chosen=value("channel")
                error=error("channel")
            />
            <Select
                id="severity" name="severity" label="Incidents at least" choices=severities.into()
                chosen=value("severity") error=error("severity")
            />
            <Select
                id="domain" name="domain" label="Domain" choices=std::iter::once(everywhere).chain(domains).collect()
                chosen=value("domain") error=error("domain")
            />
            <TextInput
                id="criterion" name="criterion" label="Criterion" optional=true look=InputLook::Short
                value=value("criterion") hint="A code such as PAT-1; left empty, all" error=error("criterion")
            />
            <TextInput
                id="remind_hours" name="remind_hours" label="Hours between reminders" optional=true
                look=InputLook::Short inputmode="numeric" value=value("remind_hours")
                hint="1 to 720, while it is open; left empty, none" error=error("remind_hours")
            />
            <p class="row gap-above"><Button>"Add rule"</Button></p>
        </form>
    }
    .into_any();
    let open = back || shown.page.rules.is_empty();
    view! { <div class="gap-small no-print"><Drawer summary="Add a rule" open=open id="add-rule">{form}</Drawer></div> }
        .into_any()
}
