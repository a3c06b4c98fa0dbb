//! The signed-in person's own page: account, password, second factor, where they are signed in, API tokens.

mod second_factor;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use service::Actor;
use service::account::{SecondFactorState, SignedIn, time_zones};
use service::record::ApiToken;

use self::second_factor::second_factor_section;
use super::parts::{RefusalNote, error_of};
use crate::ui::{
    Button, ButtonKind, ButtonSize, Column, Day, Fact, KeyValue, Moment, Note, PageHead, PostButton, Section,
    Select, Table, TableLook, Tag, TagKind, TextInput, Width, date_of,
};
use crate::web::{Fields, Refusal};
use crate::words::plural;

/// What happened just now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum News {
    ProfileChanged,
    PasswordChanged,
    SignedOutElsewhere {
        /// How many sessions ended.
        ended: u64,
    },
    /// The token's secret: shown this once.
    TokenCreated {
        name: String,
        secret: String,
    },
    /// With its recovery codes: shown this once.
    SecondFactorOn {
        codes: Vec<String>,
    },
    SecondFactorOff,
    /// New ones: shown this once.
    RecoveryCodes {
        codes: Vec<String>,
    },
}

impl News {
    /// What is still so of what two forms or more left for the page, in its order: each token, and of the second factor the
    /// last word, since new recovery codes make the old ones void. What was said twice is said once.
    pub(crate) fn still_so(told: Vec<Self>) -> Vec<Self> {
        let mut still: Vec<Self> = Vec::new();
        for news in told {
            still.retain(|earlier| {
                *earlier != news && !(earlier.of_second_factor() && news.of_second_factor())
            });
            still.push(news);
        }
        still
    }

    fn of_second_factor(&self) -> bool {
        matches!(self, Self::SecondFactorOn { .. } | Self::SecondFactorOff | Self::RecoveryCodes { .. })
    }

    /// Whether no browser and nobody between may keep the page that tells it.
    pub(crate) fn holds_secret(&self) -> bool {
        match self {
            Self::TokenCreated { .. } | Self::SecondFactorOn { .. } | Self::RecoveryCodes { .. } => true,
            Self::ProfileChanged
            | Self::PasswordChanged
            | Self::SignedOutElsewhere { .. }
            | Self::SecondFactorOff => false,
        }
    }
}

/// `typed` are the fields of a form that was refused.
#[component]
pub(crate) fn SettingsPage(
    actor: Actor,
    second_factor: SecondFactorState,
    tokens: Vec<ApiToken>,
    sessions: Vec<SignedIn>,
    typed: Fields,
    news: Vec<News>,
    #[prop(optional_no_strip)] refusal: Option<Refusal>,
) -> impl IntoView {
    view! {
        <PageHead
            title="Settings"
            under="Your account, your password, your second factor, where you are signed in, your API tokens"
        />
        {news.into_iter().map(news_view).collect_view()}
        <RefusalNote refusal=refusal.clone()/>
        <div class="grid two">
            {profile_section(&actor, &typed, refusal.as_ref())}
            {password_section(&actor, refusal.as_ref())}
            {second_factor_section(second_factor, actor.email(), refusal.as_ref())}
            {sessions_section(sessions)}
            {tokens_section(tokens, &typed, refusal.as_ref())}
        </div>
    }
    .into_any()
}

fn news_view(news: News) -> AnyView {
    use domain::check::Status;
    let note = match news {
        News::ProfileChanged => {
            view! { <Note status=Status::Pass title="Your profile is changed" alert=true/> }.into_any()
        }
        News::PasswordChanged => {
            let text = "Wherever else you were signed in, you are signed out.";
            view! { <Note status=Status::Pass title="The password is changed" alert=true><p>{text}</p></Note> }
                .into_any()
        }
        News::SignedOutElsewhere { ended } => {
            let title = match ended {
                0 => "You were signed in nowhere else".to_owned(),
                count => {
                    let places = plural(usize::try_from(count).unwrap_or(usize::MAX), "other place");
                    format!("You are signed out at {places}")
                }
            };
            view! { <Note status=Status::Pass title alert=true/> }.into_any()
        }
        News::TokenCreated { name, secret } => view! {
            <Note status=Status::Pass title=format!("Token {name} is created") alert=true>
                <p>"Copy it now: it is kept nowhere and not shown again."</p>
                <pre class="raw" tabindex="0"><code>{secret}</code></pre>
            </Note>
        }
        .into_any(),
        News::SecondFactorOn { codes } => recovery_codes_note("Your second factor is on", &codes),
        News::SecondFactorOff => {
            let text = "From now on the password alone signs you in.";
            view! { <Note status=Status::Pass title="Your second factor is off" alert=true><p>{text}</p></Note> }
                .into_any()
        }
        News::RecoveryCodes { codes } => {
            recovery_codes_note("You have new recovery codes; the old ones are void", &codes)
        }
    };
    view! { <div class="gap-below">{note}</div> }.into_any()
}

fn profile_section(actor: &Actor, typed: &Fields, refusal: Option<&Refusal>) -> AnyView {
    let installation =
        if actor.is_admin() { "Administers this installation" } else { "Uses this installation" };
    let facts = vec![Fact::new("E-mail", actor.email().to_owned()), Fact::new("Account", installation)];
    // What was refused stays as it was typed.
    let (name, zone) = if typed.has("your_name") {
        (typed.get("your_name"), typed.get("time_zone"))
    } else {
        (actor.name(), actor.time_zone().iana_name().unwrap_or("UTC"))
    };
    let (name, zone) = (name.to_owned(), zone.to_owned());
    let zones = time_zones().into_iter().map(|name| (name.clone(), name)).collect();
    let content = view! {
        <KeyValue facts/>
        <form method="post" action="/settings/profile" class="gap-above">
            <TextInput
                id="your-name" name="your_name" label="Your name" autocomplete="name" value=name
                error=error_of(refusal, "your_name")
            />
            <Select
                id="time-zone" name="time_zone" label="Time zone" choices=zones chosen=zone
                hint="In which times are shown to you; dates that you enter are in UTC" error=error_of(refusal, "time_zone")
            />
            <p class="row gap-above"><Button>"Save profile"</Button></p>
        </form>
    }
    .into_any();
    view! {
        <Section id="profile" title="Profile">{content}</Section>
    }
    .into_any()
}

fn recovery_codes_note(title: &'static str, codes: &[String]) -> AnyView {
    use domain::check::Status;
    let codes = codes.join("\n");
    view! {
        <Note status=Status::Pass title alert=true>
            <p>
                "Keep these recovery codes apart from the authenticator. Each takes the place of one code of it; they are not \
                shown again."
            </p>
            <pre class="raw" tabindex="0"><code>{codes}</code></pre>
        </Note>
    }
    .into_any()
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
                hint="At least 10 characters. Long beats complicated: a few words that nobody would guess."
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

fn sessions_section(sessions: Vec<SignedIn>) -> AnyView {
    let columns = vec![
        Column::text("Browser"),
        Column::number("Signed in"),
        Column::number("Used last"),
        Column::text("Session"),
    ];
    let others = sessions.iter().any(|session| !session.current);
    let rows = sessions.into_iter().map(session_row).collect_view();
    let content = view! {
        <Table caption="Where you are signed in" columns look=TableLook::Fold>{rows}</Table>
        {others
            .then(|| {
                view! {
                    <p class="row gap-above">
                        <PostButton action="/settings/sessions/end-others" kind=ButtonKind::Stop>
                            "Sign out everywhere else"
                        </PostButton>
                    </p>
                }
            })}
    }
    .into_any();
    let aside = view! { <p>"A session ends 14 days after its last use"</p> };
    view! { <Section id="sessions" title="Where you are signed in" width=Width::Span aside>{content}</Section> }
        .into_any()
}

fn session_row(session: SignedIn) -> AnyView {
    let browser = match session.browser.as_str() {
        "" => "A browser that did not say its name".to_owned(),
        browser => browser.to_owned(),
    };
    let end = if session.current {
        view! { <Tag kind=TagKind::Ink>"This one"</Tag> }.into_any()
    } else {
        let fields = vec![("session".to_owned(), session.key)];
        let whose = format!(" ({browser})");
        view! {
            <PostButton action="/settings/sessions/end" fields kind=ButtonKind::Stop size=ButtonSize::Small>
                "Sign out"<span class="vh">{whose}</span>
            </PostButton>
        }
        .into_any()
    };
    view! {
        <tr>
            <th scope="row">{browser}</th>
            <td class="num" data-label="Signed in"><Moment at=session.since.timestamp()/></td>
            <td class="num" data-label="Used last"><Day date=date_of(session.last_used.timestamp())/></td>
            <td>{end}</td>
        </tr>
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
            <td class="num" data-label="Created"><Day date=date_of(token.created_at.timestamp())/></td>
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_token_is_shown_and_of_the_recovery_codes_the_last_ones_only() {
        let token = |name: &str| News::TokenCreated { name: name.to_owned(), secret: format!("rung_{name}") };
        let codes = |code: &str| vec![code.to_owned()];
        let told = vec![
            News::SecondFactorOn { codes: codes("void") },
            token("a"),
            News::ProfileChanged,
            News::RecoveryCodes { codes: codes("good") },
            token("b"),
            News::ProfileChanged,
        ];
        let still =
            [token("a"), News::RecoveryCodes { codes: codes("good") }, token("b"), News::ProfileChanged];
        assert_eq!(News::still_so(told), still);
    }
}
