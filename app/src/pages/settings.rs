//! The signed-in person's own page: account, password, API tokens.

use leptos::prelude::*;
use service::Actor;
use service::record::ApiToken;

use super::parts::{RefusalNote, error_of};
use crate::ui::{
    Button, ButtonKind, ButtonSize, Column, Day, Fact, KeyValue, Moment, Note, PageHead, PostButton, Section,
    Table, TableLook, TextInput, Width,
};
use crate::web::{Fields, Refusal};

/// What happened just now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum News {
    PasswordChanged,
    /// The token's secret: shown this once.
    TokenCreated {
        name: String,
        secret: String,
    },
}

/// `typed` are the fields of a form that was refused.
#[component]
pub(crate) fn SettingsPage(
    actor: Actor,
    tokens: Vec<ApiToken>,
    typed: Fields,
    #[prop(optional_no_strip)] news: Option<News>,
    #[prop(optional_no_strip)] refusal: Option<Refusal>,
) -> impl IntoView {
    let installation =
        if actor.is_admin() { "Administers this installation" } else { "Uses this installation" };
    let facts = vec![
        Fact::new("Name", actor.name().to_owned()),
        Fact::new("E-mail", actor.email().to_owned()),
        Fact::new("Account", installation),
    ];
    view! {
        <PageHead title="Settings" under="Your account, your password, your API tokens"/>
        {news.map(news_view)}
        <RefusalNote refusal=refusal.clone()/>
        <div class="grid two">
            <Section id="profile" title="Profile"><KeyValue facts/></Section>
            {password_section(&actor, refusal.as_ref())}
            {tokens_section(tokens, &typed, refusal.as_ref())}
        </div>
    }
    .into_any()
}

fn news_view(news: News) -> AnyView {
    use domain::check::Status;
    let note = match news {
        News::PasswordChanged => {
            view! { <Note status=Status::Pass title="The password is changed" alert=true/> }.into_any()
        }
        News::TokenCreated { name, secret } => view! {
            <Note status=Status::Pass title=format!("Token {name} is created") alert=true>
                <p>"Copy it now: it is kept nowhere and not shown again."</p>
                <pre class="raw" tabindex="0"><code>{secret}</code></pre>
            </Note>
        }
        .into_any(),
    };
    view! { <div class="gap-below">{note}</div> }.into_any()
}

fn password_section(actor: &Actor, refusal: Option<&Refusal>) -> AnyView {
    let email = actor.email().to_owned();
    let content = view! {
        <form method="post" action="/settings/password">
            // Tells password managers whose password this is.
            <input
                class="vh" type="text" name="username" autocomplete="username" value=email readonly=true tabindex="-1"
                aria-hidden="true"
            />
            <TextInput
                id="current" name="current" label="Current password" kind="password"
                autocomplete="current-password" error=error_of(refusal, "current")
            />
            <TextInput
                id="password" name="password" label="New password" kind="password" autocomplete="new-password"
                hint="Long beats complicated: a few words that nobody would guess."
                error=error_of(refusal, "password")
            />
            <p class="row gap-above"><Button kind=ButtonKind::Main>"Change password"</Button></p>
        </form>
    }
    .into_any();
    view! {
        <Section id="change-password" title="Password">{content}</Section>
    }
    .into_any()
}

fn tokens_section(tokens: Vec<ApiToken>, typed: &Fields, refusal: Option<&Refusal>) -> AnyView {
    let columns = vec![
        Column::text("Name"),
        Column::number("Created"),
        Column::number("Used last"),
        Column::text("Token"),
    ];
    let table = if tokens.is_empty() {
        view! { <p class="dim">"No tokens yet."</p> }.into_any()
    } else {
        let rows = tokens.into_iter().map(token_row).collect_view();
        view! { <Table caption="API tokens" columns look=TableLook::Fold>{rows}</Table> }.into_any()
    };
    let content = view! {
        {table}
        <form method="post" action="/settings/tokens" class="gap-above measure">
            <TextInput
                id="name" name="name" label="Token name" value=typed.get("name").to_owned()
                hint="What it is for" error=error_of(refusal, "name")
            />
            <p class="row gap-above"><Button>"Create token"</Button></p>
        </form>
    }
    .into_any();
    view! {
        <Section id="tokens" title="API tokens" width=Width::Span aside=view! { <p>"For scripts: may do what you may"</p> }>{content}</Section>
    }
    .into_any()
}

fn token_row(token: ApiToken) -> AnyView {
    let used = match token.last_used_at {
        Some(at) => view! { <Moment at=at.timestamp()/> }.into_any(),
        None => view! { <span class="dim">"never"</span> }.into_any(),
    };
    let fields = vec![("token".to_owned(), token.id.to_string())];
    view! {
        <tr>
            <th scope="row">{token.name.clone()}</th>
            <td class="num" data-label="Created"><Day date=token.created_at.date()/></td>
            <td class="num" data-label="Used last">{used}</td>
            <td>
                <PostButton action="/settings/tokens/revoke" fields kind=ButtonKind::Stop size=ButtonSize::Small>
                    {format!("Revoke {}", token.name)}
                </PostButton>
            </td>
        </tr>
    }
    .into_any()
}
