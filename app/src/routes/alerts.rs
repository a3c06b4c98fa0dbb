//! Who is told of incidents: channels, rules, maintenance windows, messages.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use jiff::tz::TimeZone;
use leptos::prelude::*;
use service::alert::{ChannelChange, NewChannel, NewRule, NewTarget, NewWindow};
use service::record::Organization;
use service::{Actor, ChannelId, Error, FieldError, Permission, UnixMillis};
use tower_sessions::Session;

use crate::pages::alerts::{AlertsShown, AlertsView, SEVERITIES};
use crate::web::{
    AppState, CurrentActor, Fields, Frame, Once, PageError, Posted, Refusal, Segments, Tab, kept_nowhere,
    see_other, show_once, shown_once,
};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/orgs/{slug}/alerts", get(show))
        .route("/orgs/{slug}/alerts/channels", post(add_channel))
        .route("/orgs/{slug}/alerts/channels/{id}/{deed}", post(change_channel))
        .route("/orgs/{slug}/alerts/rules", post(add_rule))
        .route("/orgs/{slug}/alerts/rules/remove", post(remove_rule))
        .route("/orgs/{slug}/alerts/windows", post(add_window))
        .route("/orgs/{slug}/alerts/windows/end", post(end_window))
        .route("/orgs/{slug}/alerts/messages/again", post(send_again))
}

/// Where an organization's channels and rules are shown.
fn place(slug: &str) -> String {
    format!("/orgs/{slug}/alerts")
}

async fn show(
    State(state): State<AppState>,
    once: Once,
    CurrentActor(actor): CurrentActor,
    Segments(slug): Segments<String>,
) -> Result<Response, PageError> {
    let (organization, _) = state.service.organization_by_slug(&actor, &slug).await?;
    let made = shown_once(&state, &once, &actor, &place(&slug)).await?;
    page(&state, &actor, &organization, Fields::default(), None, made).await
}

async fn add_channel(
    State(state): State<AppState>,
    session: Session,
    Segments(slug): Segments<String>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let (organization, _) = state.service.organization_by_slug(&actor, &slug).await?;
    let text = |name: &str| fields.trimmed(name).to_owned();
    let target = match fields.get("kind") {
        "email" => Ok(NewTarget::Email { to: text("to").lines().map(ToOwned::to_owned).collect() }),
        "webhook" => Ok(NewTarget::Webhook { url: text("url"), secret: Some(text("secret")) }),
        "slack" => Ok(NewTarget::Slack { url: text("slack_url") }),
        _ => Err(Error::invalid("kind", "Choose a kind of channel.")),
    };
    let made = match fields.nothing_left_out().and(target) {
        Ok(target) => {
            let new = NewChannel { name: text("channel-name"), target };
            state.service.create_channel(&actor, organization.id, new).await
        }
        Err(error) => Err(error),
    };
    match made {
        Ok((channel, Some(secret))) => {
            show_once(&state, &session, &actor, &place(&slug), &(channel.name, secret)).await
        }
        Ok((_, None)) => Ok(see_other(&format!("/orgs/{slug}/alerts#channels"))),
        Err(error) => {
            refused(&state, &actor, &organization, fields, renamed(error, "name", "channel-name")).await
        }
    }
}

async fn change_channel(
    State(state): State<AppState>,
    Segments((slug, id, deed)): Segments<(String, ChannelId, String)>,
    Posted { actor, fields: _ }: Posted,
) -> Result<Response, PageError> {
    let (organization, _) = state.service.organization_by_slug(&actor, &slug).await?;
    let pause = |paused| ChannelChange { paused: Some(paused), ..ChannelChange::default() };
    let done = match deed.as_str() {
        "test" => state.service.test_channel(&actor, id).await,
        "pause" => state.service.update_channel(&actor, id, pause(true)).await.map(drop),
        "resume" => state.service.update_channel(&actor, id, pause(false)).await.map(drop),
        "remove" => state.service.remove_channel(&actor, id).await,
        _ => return Err(PageError::not_found()),
    };
    let place = if deed == "test" { "messages" } else { "channels" };
    answer(&state, &actor, &organization, Fields::default(), done, place).await
}

async fn add_rule(
    State(state): State<AppState>,
    Segments(slug): Segments<String>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let (organization, _) = state.service.organization_by_slug(&actor, &slug).await?;
    let done = match rule_of(&fields) {
        Ok(new) => state.service.create_rule(&actor, organization.id, new).await.map(drop),
        Err(error) => Err(error),
    };
    answer(&state, &actor, &organization, fields, done, "rules").await
}

fn rule_of(fields: &Fields) -> Result<NewRule, Error> {
    let mut problems = Vec::new();
    let channel = fields.get("channel").parse();
    if channel.is_err() {
        problems.push(FieldError::new("channel", "Choose one of the channels."));
    }
    let severity = SEVERITIES.into_iter().find(|(value, _, _)| *value == fields.get("severity"));
    if severity.is_none() {
        problems.push(FieldError::new("severity", "Choose a severity from the list."));
    }
    let remind_hours = match fields.trimmed("remind_hours") {
        "" => None,
        text => text.parse().ok().or_else(|| {
            problems.push(FieldError::new("remind_hours", "Choose 1 to 720 hours, or leave it empty."));
            None
        }),
    };
    let code = |name: &str| Some(fields.trimmed(name).to_uppercase()).filter(|code| !code.is_empty());
    match (channel, severity) {
        (Ok(channel), Some((_, _, severity))) if problems.is_empty() => Ok(NewRule {
            channel,
            criterion: code("criterion").map(Into::into),
            domain: code("domain").map(Into::into),
            severity,
            remind_hours,
        }),
        _ => Err(Error::Invalid(problems)),
    }
}

async fn remove_rule(
    State(state): State<AppState>,
    Segments(slug): Segments<String>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let id = fields.get("rule").parse().map_err(|_| PageError::not_found())?;
    state.service.remove_rule(&actor, id).await?;
    Ok(see_other(&format!("/orgs/{slug}/alerts#rules")))
}

async fn add_window(
    State(state): State<AppState>,
    Segments(slug): Segments<String>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let (organization, _) = state.service.organization_by_slug(&actor, &slug).await?;
    let done = match window_of(&fields) {
        Ok(new) => state.service.create_window(&actor, organization.id, new).await.map(drop),
        Err(error) => Err(error),
    };
    let done = done.map_err(|error| renamed(error, "reason", "window-reason"));
    answer(&state, &actor, &organization, fields, done, "maintenance").await
}

fn window_of(fields: &Fields) -> Result<NewWindow, Error> {
    let mut problems = Vec::new();
    let mut instant = |name: &str| {
        let read = fields.trimmed(name).parse::<jiff::civil::DateTime>().ok();
        let read = read.and_then(|civil| civil.to_zoned(TimeZone::UTC).ok());
        if read.is_none() {
            problems.push(FieldError::new(name, "Write a date and a time, for example 2026-11-21T06:00."));
        }
        read.map_or(UnixMillis(0), |zoned| UnixMillis(zoned.timestamp().as_millisecond()))
    };
    let (starts_at, ends_at) = (instant("starts_at"), instant("ends_at"));
    let chosen = Some(fields.get("integration")).filter(|id| !id.is_empty());
    let integration = chosen.map(str::parse).transpose().unwrap_or_else(|_| {
        problems.push(FieldError::new("integration", "Choose one of the integrations."));
        None
    });
    if problems.is_empty() {
        Ok(NewWindow { integration, reason: fields.get("window-reason").to_owned(), starts_at, ends_at })
    } else {
        Err(Error::Invalid(problems))
    }
}

async fn end_window(
    State(state): State<AppState>,
    Segments(slug): Segments<String>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let id = fields.get("window").parse().map_err(|_| PageError::not_found())?;
    state.service.end_window(&actor, id).await?;
    Ok(see_other(&format!("/orgs/{slug}/alerts#maintenance")))
}

async fn send_again(
    State(state): State<AppState>,
    Segments(slug): Segments<String>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let (organization, _) = state.service.organization_by_slug(&actor, &slug).await?;
    let id = fields.get("message").parse().map_err(|_| PageError::not_found())?;
    let done = state.service.resend_message(&actor, id).await;
    answer(&state, &actor, &organization, Fields::default(), done, "messages").await
}

/// A use case names a field by what it means, the page by what tells it from others.
fn renamed(error: Error, from: &str, to: &str) -> Error {
    let Error::Invalid(mut errors) = error else { return error };
    for error in errors.iter_mut().filter(|error| error.field == from) {
        to.clone_into(&mut error.field);
    }
    Error::Invalid(errors)
}

async fn answer(
    state: &AppState,
    actor: &Actor,
    organization: &Organization,
    fields: Fields,
    done: Result<(), Error>,
    place: &str,
) -> Result<Response, PageError> {
    match done {
        Ok(()) => Ok(see_other(&format!("/orgs/{}/alerts#{place}", organization.slug))),
        Err(error) => refused(state, actor, organization, fields, error).await,
    }
}

async fn refused(
    state: &AppState,
    actor: &Actor,
    organization: &Organization,
    fields: Fields,
    error: Error,
) -> Result<Response, PageError> {
    page(state, actor, organization, fields, Some(Refusal::of(error)?), Vec::new()).await
}

async fn page(
    state: &AppState,
    actor: &Actor,
    organization: &Organization,
    typed: Fields,
    refusal: Option<Refusal>,
    made: Vec<(String, String)>,
) -> Result<Response, PageError> {
    let page = state.service.alerts_page(actor, organization.id).await?;
    let holds_secret = !made.is_empty();
    let may_alert = Permission::Alert.allows(page.role);
    let shown = AlertsShown { page, may_alert, made, now: UnixMillis::now() };
    let status = Refusal::status_of(refusal.as_ref());
    let frame = Frame::of(state, actor, organization, Tab::Incidents, "alerts")
        .crumb(format!("/orgs/{}/incidents", organization.slug), "Incidents");
    let response = frame.respond(status, || view! { <AlertsView shown typed refusal/> }.into_any());
    Ok(if holds_secret { kept_nowhere(response) } else { response })
}
