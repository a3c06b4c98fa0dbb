//! Messages on their way, sent, and given up.

use domain::check::Status;
use leptos::prelude::*;
use service::alert::GIVEN_UP_AFTER;
use service::record::{AlertEvent, Message, MessageState};

use super::AlertsShown;
use crate::ui::{
    ButtonSize, Column, Moment, PostButton, Section, StatusBadge, Table, TableLook, Width, moment,
};

pub(super) fn messages_section(shown: &AlertsShown) -> AnyView {
    let table = if shown.page.messages.is_empty() {
        view! { <p class="dim">"None yet."</p> }.into_any()
    } else {
        let columns = vec![
            Column::text("Channel"),
            Column::text("About"),
            Column::text("How it stands"),
            Column::number("Written"),
        ];
        let rows = shown.page.messages.iter().map(|message| row(shown, message)).collect_view();
        view! { <Table caption="Messages, the latest first" columns look=TableLook::Fold>{rows}</Table> }
            .into_any()
    };
    let aside = format!("A message is tried {GIVEN_UP_AFTER} times in three days, then given up");
    view! {
        <Section id="messages" title="Messages" aside=view! { <p>{aside}</p> } width=Width::Span>{table}</Section>
    }
    .into_any()
}

fn row(shown: &AlertsShown, message: &Message) -> AnyView {
    let about = match message.event {
        AlertEvent::Opened => "An incident opened",
        AlertEvent::Closed => "An incident closed",
        AlertEvent::Reminder => "An incident is still open",
        AlertEvent::Test => "Test message",
    };
    let (status, words) = match message.state {
        MessageState::Sent => (Status::Pass, "Sent".to_owned()),
        MessageState::Waiting if message.attempts == 0 => (Status::Unknown, "Waits".to_owned()),
        MessageState::Waiting => (
            Status::Warn,
            format!("Tried {}, again {}", times(message.attempts), moment(message.due_at.timestamp())),
        ),
        MessageState::Dead => (Status::Fail, format!("Given up after {}", tries(message.attempts))),
    };
    let again = (shown.may_alert && message.state == MessageState::Dead).then(|| {
        let fields = vec![("message".to_owned(), message.id.to_string())];
        view! {
            <PostButton action=format!("{}/messages/again", shown.at()) fields size=ButtonSize::Small>"Send again"</PostButton>
        }
    });
    let error = message.last_error.clone().filter(|_| message.state != MessageState::Sent);
    view! {
        <tr>
            <th scope="row">{shown.channel_name(message.channel)}</th>
            <td>{about}</td>
            <td class="wide">
                <StatusBadge status label=words/>
                {error.map(|error| view! { <span class="sub">{error}</span> })}
                {again}
            </td>
            <td class="num" data-label="Written"><Moment at=message.created_at.timestamp()/></td>
        </tr>
    }
    .into_any()
}

fn times(count: u32) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        count => format!("{count} times"),
    }
}

fn tries(count: u32) -> String {
    if count == 1 { "1 try".to_owned() } else { format!("{count} tries") }
}
