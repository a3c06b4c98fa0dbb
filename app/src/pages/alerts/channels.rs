//! Where messages go.

use leptos::prelude::*;
use service::record::{Channel, Target};

use super::{AlertsShown, came_back};
use crate::pages::parts::error_of;
use crate::ui::{
    Button, ButtonKind, ButtonSize, Choice, ChoiceLook, Column, Drawer, PostButton, RadioGroup, Section,
    Table, TableLook, Tag, TagKind, TextArea, TextInput, Width,
};
use crate::web::{Fields, Refusal};

/// The kinds of channels as (value on the wire, words).
pub(crate) const KINDS: [(&str, &str); 3] =
    [("email", "E-mail"), ("webhook", "Webhook"), ("slack", "Slack-compatible webhook")];

pub(super) fn channels_section(shown: &AlertsShown, typed: &Fields, refusal: Option<&Refusal>) -> AnyView {
    let table = if shown.page.channels.is_empty() {
        view! { <p class="dim">"None yet."</p> }.into_any()
    } else {
        let mut columns = vec![Column::text("Name"), Column::text("Kind"), Column::text("To")];
        if shown.may_alert {
            columns.push(Column::text("Change"));
        }
        let rows = shown.page.channels.iter().map(|channel| row(shown, channel)).collect_view();
        view! { <Table caption="Channels" columns look=TableLook::Fold>{rows}</Table> }.into_any()
    };
    let form = shown.may_alert.then(|| form(shown, typed, refusal));
    view! { <Section id="channels" title="Channels" width=Width::Span>{table}{form}</Section> }.into_any()
}

fn row(shown: &AlertsShown, channel: &Channel) -> AnyView {
    let (kind, to) = match &channel.target {
        Target::Email { to } => ("E-mail", to.join(", ")),
        Target::Webhook { url } => ("Webhook", url.clone()),
        Target::Slack { host } => ("Slack-compatible", format!("{host}, the rest of the address is secret")),
    };
    let paused = channel.paused.clone().map(|why| {
        view! { " "<Tag kind=TagKind::Fail>"Paused"</Tag><span class="sub">{why}</span> }
    });
    let buttons = shown.may_alert.then(|| view! { <td class="wide">{buttons(shown, channel)}</td> });
    view! {
        <tr>
            <th scope="row">{channel.name.clone()}{paused}</th>
            <td>{kind}</td>
            <td class="wide"><span class="mono">{to}</span></td>
            {buttons}
        </tr>
    }
    .into_any()
}

fn buttons(shown: &AlertsShown, channel: &Channel) -> AnyView {
    let at = format!("{}/channels/{}", shown.at(), channel.id);
    let name = &channel.name;
    let test = channel.paused.is_none().then(|| {
        view! {
            <PostButton action=format!("{at}/test") size=ButtonSize::Small>
                {format!("Send a test message to {name}")}
            </PostButton>
        }
    });
    let pause = if channel.paused.is_some() { ("resume", "Resume") } else { ("pause", "Pause") };
    view! {
        <div class="row">
            {test}
            <PostButton action=format!("{at}/{}", pause.0) size=ButtonSize::Small kind=ButtonKind::Plain>
                {format!("{} {name}", pause.1)}
            </PostButton>
            <PostButton action=format!("{at}/remove") size=ButtonSize::Small kind=ButtonKind::Stop>
                {format!("Remove {name}")}
            </PostButton>
        </div>
    }
    .into_any()
}

fn form(shown: &AlertsShown, typed: &Fields, refusal: Option<&Refusal>) -> AnyView {
    let back = came_back(typed, "channel");
    let value = |name: &str| if back { typed.get(name).to_owned() } else { String::new() };
    let error = |name: &str| if back { error_of(refusal, name) } else { None };
    let chosen = if back { typed.get("kind") } else { "email" };
    let kinds = KINDS.map(|(value, words)| Choice::new(value, words).chosen_if(value == chosen));
    let mail = if shown.page.mail {
        "One address on a line; for e-mail"
    } else {
        "For e-mail; the operator has not set up a mail server here yet"
    };
    let form = view! {
        <form method="post" action=format!("{}/channels", shown.at()) novalidate=true>
            <input type="hidden" name="form" value="channel"/>
            <TextInput
                id="channel-name" name="channel-name" label="Channel name" value=value("channel-name")
                hint="For example: integration team" error=error("channel-name")
            />
            <RadioGroup
                id="kind" name="kind" legend="Kind" choices=kinds.to_vec() look=ChoiceLook::Segments error=error("kind")
            />
            <TextArea
                id="to" name="to" label="E-mail addresses" rows=2 optional=true value=value("to") hint=mail
                error=error("to")
            />
            <TextInput
                id="url" name="url" label="Address" kind="url" optional=true value=value("url")
                hint="For a webhook: messages are signed by Standard Webhooks 1.0" error=error("url")
            />
            <TextInput
                id="secret" name="secret" label="Signing secret" kind="password" optional=true autocomplete="off"
                hint="For a webhook: whsec_ and base64. Left empty, one is made and shown once." error=error("secret")
            />
            <TextInput
                id="slack_url" name="slack_url" label="Secret address" kind="password" optional=true autocomplete="off"
                hint="For a Slack-compatible webhook: kept encrypted and not shown again" error=error("slack_url")
            />
            <p class="row gap-above"><Button kind=ButtonKind::Main>"Add channel"</Button></p>
        </form>
    }
    .into_any();
    let open = back || shown.page.channels.is_empty();
    view! {
        <div class="gap-small no-print"><Drawer summary="Add a channel" open=open id="add-channel">{form}</Drawer></div>
    }
    .into_any()
}
