//! Times in which nobody is told.

use leptos::prelude::*;
use service::record::MaintenanceWindow;

use super::{AlertsShown, came_back};
use crate::pages::parts::error_of;
use crate::ui::{
    Button, ButtonKind, ButtonSize, Column, Drawer, InputLook, Moment, PostButton, Section, Select, Table,
    TableLook, Tag, TextArea, TextInput, Width,
};
use crate::web::{Fields, Refusal};

pub(super) fn windows_section(shown: &AlertsShown, typed: &Fields, refusal: Option<&Refusal>) -> AnyView {
    let table = if shown.page.windows.is_empty() {
        view! { <p class="dim">"None planned. While one lasts nobody is told; what checks see is recorded all the same."</p> }
            .into_any()
    } else {
        let mut columns = vec![
            Column::text("What is being done"),
            Column::text("Integration"),
            Column::number("From"),
            Column::number("Until"),
        ];
        if shown.may_alert {
            columns.push(Column::text("Change"));
        }
        let rows = shown.page.windows.iter().map(|window| row(shown, window)).collect_view();
        view! { <Table caption="Maintenance windows" columns look=TableLook::Fold>{rows}</Table> }.into_any()
    };
    let form = shown.may_alert.then(|| form(shown, typed, refusal));
    view! { <Section id="maintenance" title="Maintenance windows" width=Width::Span>{table}{form}</Section> }
        .into_any()
}

fn row(shown: &AlertsShown, window: &MaintenanceWindow) -> AnyView {
    let integration = match window.integration {
        None => "all".to_owned(),
        Some(id) => {
            let found = shown.page.integrations.iter().find(|integration| integration.id == id);
            found.map(|found| found.details.name.clone()).unwrap_or_default()
        }
    };
    let now = (window.starts_at <= shown.now).then(|| view! { " "<Tag>"Now"</Tag> });
    let end = shown.may_alert.then(|| {
        let fields = vec![("window".to_owned(), window.id.to_string())];
        let words = format!("End {}", window.reason);
        view! {
            <td class="wide">
                <PostButton action=format!("{}/windows/end", shown.at()) fields size=ButtonSize::Small kind=ButtonKind::Stop>
                    {words}
                </PostButton>
            </td>
        }
    });
    view! {
        <tr>
            <th scope="row">{window.reason.clone()}{now}</th>
            <td>{integration}</td>
            <td class="num" data-label="From"><Moment at=window.starts_at.timestamp()/></td>
            <td class="num" data-label="Until"><Moment at=window.ends_at.timestamp()/></td>
            {end}
        </tr>
    }
    .into_any()
}

fn form(shown: &AlertsShown, typed: &Fields, refusal: Option<&Refusal>) -> AnyView {
    let back = came_back(typed, "window");
    let value = |name: &str| if back { typed.get(name).to_owned() } else { String::new() };
    let error = |name: &str| if back { error_of(refusal, name) } else { None };
    let all = (String::new(), "All integrations".to_owned());
    let integrations =
        shown.page.integrations.iter().map(|known| (known.id.to_string(), known.details.name.clone()));
    let form = view! {
        <form method="post" action=format!("{}/windows", shown.at()) novalidate=true>
            <input type="hidden" name="form" value="window"/>
            <Select
                id="integration" name="integration" label="Integration"
                choices=std::iter::once(all).chain(integrations).collect() chosen=value("integration")
                error=error("integration")
            />
            <TextInput
                id="starts_at" name="starts_at" label="From" kind="datetime-local" look=InputLook::Short
                value=value("starts_at") hint="UTC" error=error("starts_at")
            />
            <TextInput
                id="ends_at" name="ends_at" label="Until" kind="datetime-local" look=InputLook::Short
                value=value("ends_at") hint="UTC; 90 days at most" error=error("ends_at")
            />
            <TextArea
                id="window-reason" name="window-reason" label="What is being done" rows=2 value=value("window-reason")
                error=error("window-reason")
            />
            <p class="row gap-above"><Button>"Plan the window"</Button></p>
        </form>
    }
    .into_any();
    view! {
        <div class="gap-small no-print"><Drawer summary="Plan a window" open=back id="add-window">{form}</Drawer></div>
    }
    .into_any()
}
