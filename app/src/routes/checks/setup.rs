//! Setting a check up, changing it, removing it.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use domain::KindCode;
use domain::check::{CheckKind, ParameterType};
use leptos::prelude::*;
use serde::Deserialize;
use service::check::{ChangedCheck, CheckPage, NewCheck, RawParameters};
use service::{Actor, CheckId, Error, FieldError, IntegrationId};
use tower_sessions::Session;

use super::{check_page, place};
use crate::pages::check_form::{
    CheckEditPage, CheckNewPage, CheckRemovePage, read_interval, written_interval,
};
use crate::routes::integrations::may_operate;
use crate::web::{
    AppState, CurrentActor, Fields, Frame, PageError, Posted, Refusal, Segments, Tab, see_other, show_once,
};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/orgs/{slug}/integrations/{id}/checks/new", get(new_form).post(create))
        .route("/orgs/{slug}/checks/{id}/edit", get(edit_form).post(update))
        .route("/orgs/{slug}/checks/{id}/remove", get(remove_form).post(remove))
}

#[derive(Deserialize)]
struct Chosen {
    #[serde(default)]
    kind: String,
}

async fn new_form(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id)): Segments<(String, IntegrationId)>,
    query: Result<Query<Chosen>, QueryRejection>,
) -> Result<Response, PageError> {
    let chosen = query.map(|Query(query)| query.kind).unwrap_or_default();
    let refusal = (!chosen.is_empty() && supported(&state, &chosen).is_none()).then(|| {
        Refusal::invalid(vec![FieldError::new("kind", "Choose one of the kinds of health checks.")])
    });
    new_page(&state, &actor, &slug, id, &chosen, Fields::default(), refusal).await
}

async fn create(
    State(state): State<AppState>,
    session: Session,
    Segments((slug, id)): Segments<(String, IntegrationId)>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let chosen = fields.trimmed("kind").to_owned();
    let interval_seconds = match fields.trimmed("interval") {
        "" => None,
        text => Some(read_interval(text).unwrap_or(UNREADABLE)),
    };
    let kind = KindCode::from(chosen.as_str());
    let new = NewCheck { kind, parameters: parameters(&fields), interval_seconds };
    let made = match fields.nothing_left_out() {
        Ok(()) => state.service.create_check(&actor, id, new).await,
        Err(error) => Err(error),
    };
    match made.map_err(|error| with_interval(error, interval_seconds)) {
        Ok(made) if state.service.is_feed(&made) => {
            let token = state.service.renew_feed_token(&actor, made.id).await?;
            show_once(&state, &session, &actor, &place(&slug, made.id), &token).await
        }
        Ok(made) => Ok(see_other(&place(&slug, made.id))),
        Err(error) => {
            let refusal = Some(Refusal::of(error)?);
            new_page(&state, &actor, &slug, id, &chosen, fields, refusal).await
        }
    }
}

/// In place of an interval that is none: no check accepts it, and everything else is looked at first.
const UNREADABLE: i64 = 0;

/// Names the interval beside the other fields that are wrong.
fn with_interval(error: Error, interval: Option<i64>) -> Error {
    let Error::Invalid(mut problems) = error else { return error };
    if interval == Some(UNREADABLE) {
        problems.retain(|problem| problem.field != "interval");
        let problem = "Write a whole number with s, m, h or d, for example 15m or 1d.";
        problems.push(FieldError::new("interval", problem));
    }
    Error::Invalid(problems)
}

fn parameters(fields: &Fields) -> RawParameters {
    let values = fields.below("parameters.").map(|(name, value)| (name.to_owned(), value.to_owned()));
    RawParameters::Text(values.collect::<BTreeMap<_, _>>())
}

fn supported(state: &AppState, code: &str) -> Option<CheckKind> {
    let code = KindCode::from(code);
    state.service.kind(&code).filter(|kind| state.service.supports(&kind.code)).cloned()
}

async fn new_page(
    state: &AppState,
    actor: &Actor,
    slug: &str,
    id: IntegrationId,
    chosen: &str,
    typed: Fields,
    refusal: Option<Refusal>,
) -> Result<Response, PageError> {
    let found = state.service.integration_page(actor, id, None, 0).await?;
    if found.organization.slug != slug {
        return Err(PageError::not_found());
    }
    may_operate(found.role)?;
    let kinds = state.service.kinds().iter().filter(|kind| state.service.supports(&kind.code));
    let kinds = kinds.map(|kind| (kind.code.clone(), kind.title.clone())).collect();
    let kind = supported(state, chosen);
    let name = found.integration.details.name;
    let at = format!("/orgs/{slug}/integrations/{id}");
    let status = Refusal::status_of(refusal.as_ref());
    let frame = Frame::new(state, Some(actor), format!("{name}, new check"))
        .organization(&found.organization, Tab::Integrations);
    Ok(frame.respond(status, || view! { <CheckNewPage at name kinds kind typed refusal/> }.into_any()))
}

async fn edit_form(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id)): Segments<(String, CheckId)>,
) -> Result<Response, PageError> {
    let found = check_page(&state, &actor, &slug, id).await?;
    let typed = on_file(&state, &found);
    edit_page(&state, &actor, found, typed, None)
}

async fn update(
    State(state): State<AppState>,
    Segments((slug, id)): Segments<(String, CheckId)>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let interval_seconds = read_interval(fields.get("interval")).unwrap_or(UNREADABLE);
    let parameters = parameters(&fields);
    let change = ChangedCheck { parameters, interval_seconds, enabled: fields.has("enabled") };
    let changed = match fields.nothing_left_out() {
        Ok(()) => state.service.update_check(&actor, id, change).await,
        Err(error) => Err(error),
    };
    match changed.map_err(|error| with_interval(error, Some(interval_seconds))) {
        Ok(_) => Ok(see_other(&format!("/orgs/{slug}/checks/{id}"))),
        Err(error) => {
            let refusal = Refusal::of(error)?;
            let found = check_page(&state, &actor, &slug, id).await?;
            edit_page(&state, &actor, found, fields, Some(refusal))
        }
    }
}

/// The form as the check is now; a secret stays empty.
fn on_file(state: &AppState, page: &CheckPage) -> Fields {
    let secrets = secrets(&page.kind);
    let parameters = state.service.shown_parameters(&page.check).into_iter();
    // An optional parameter that is not set must not come back with its kind's default.
    let absent = page.kind.parameters.iter().map(|spec| (format!("parameters.{}", spec.name), String::new()));
    let mut fields: Vec<_> = parameters
        .filter(|(name, _)| !secrets.contains(name))
        .map(|(name, value)| (format!("parameters.{name}"), value))
        .chain(absent)
        .collect();
    fields.push(("interval".to_owned(), written_interval(page.check.interval_seconds)));
    if page.check.enabled {
        fields.push(("enabled".to_owned(), "on".to_owned()));
    }
    fields.into_iter().collect()
}

fn secrets(kind: &CheckKind) -> Vec<String> {
    let secrets = kind.parameters.iter().filter(|spec| spec.kind == ParameterType::Secret);
    secrets.map(|spec| spec.name.clone()).collect()
}

fn edit_page(
    state: &AppState,
    actor: &Actor,
    found: CheckPage,
    typed: Fields,
    refusal: Option<Refusal>,
) -> Result<Response, PageError> {
    may_operate(found.role)?;
    let shown = state.service.shown_parameters(&found.check);
    let on_file = |name: &String| shown.iter().any(|(known, _)| known == name);
    let set: Vec<_> = secrets(&found.kind).into_iter().filter(on_file).collect();
    let CheckPage { organization, integration, check, kind, .. } = found;
    let at = format!("/orgs/{}/checks/{}", organization.slug, check.id);
    let status = Refusal::status_of(refusal.as_ref());
    let title = format!("{}, {}, edit", integration.details.name, kind.title);
    let frame = Frame::new(state, Some(actor), title).organization(&organization, Tab::Integrations);
    Ok(frame.respond(status, || view! { <CheckEditPage at kind set typed refusal/> }.into_any()))
}

async fn remove_form(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id)): Segments<(String, CheckId)>,
) -> Result<Response, PageError> {
    let found = check_page(&state, &actor, &slug, id).await?;
    remove_page(&state, &actor, found, None)
}

async fn remove(
    State(state): State<AppState>,
    Segments((slug, id)): Segments<(String, CheckId)>,
    Posted { actor, fields: _ }: Posted,
) -> Result<Response, PageError> {
    let found = check_page(&state, &actor, &slug, id).await?;
    match state.service.remove_check(&actor, id).await {
        Ok(()) => Ok(see_other(&format!("/orgs/{slug}/integrations/{}", found.integration.id))),
        Err(error) => remove_page(&state, &actor, found, Some(Refusal::of(error)?)),
    }
}

fn remove_page(
    state: &AppState,
    actor: &Actor,
    found: CheckPage,
    refusal: Option<Refusal>,
) -> Result<Response, PageError> {
    may_operate(found.role)?;
    let CheckPage { organization, integration, check, kind, bindings, .. } = found;
    let mut criteria: Vec<_> =
        bindings.iter().filter(|bound| bound.tied).map(|bound| bound.criterion.to_string()).collect();
    criteria.dedup();
    let at = format!("/orgs/{}/checks/{}", organization.slug, check.id);
    let integration = integration.details.name;
    let status = Refusal::status_of(refusal.as_ref());
    let title = format!("{integration}, {}, remove", kind.title);
    let frame = Frame::new(state, Some(actor), title).organization(&organization, Tab::Integrations);
    Ok(frame.respond(status, || view! { <CheckRemovePage at kind integration criteria refusal/> }.into_any()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_that_is_none_is_named_beside_the_other_fields() {
        let error = Error::Invalid(vec![
            FieldError::new("parameters.port", "Must be a whole number."),
            FieldError::new("interval", "Choose another."),
        ]);
        let Error::Invalid(problems) = with_interval(error, Some(UNREADABLE)) else { unreachable!() };
        let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["parameters.port", "interval"]);
        assert!(problems[1].problem.contains("15m"));
    }
}
