//! The demonstration: load its organization, break and mend the sandbox's endpoints, run the checks that look at them.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use domain::scoring::display;
use http::StatusCode;
use leptos::prelude::*;
use service::assessment::Assessed;
use service::demonstration::Condition;
use service::integration::CheckRow;
use service::record::Organization;
use service::{Actor, Permission};

use crate::pages::integration::target_of;
use crate::pages::sandbox::{Contradicted, SandboxPage, Switch, Tour, TourScore, Watcher};
use crate::sandbox::{SandboxControl, SandboxEndpoint};
use crate::web::{AppState, CurrentActor, Frame, PageError, Posted, Segments, see_other};
use crate::words::{Paths, claim_and_count, rung_name};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/demo", get(show))
        .route("/demo/load", post(load))
        .route("/demo/{id}", post(switch))
        .route("/demo/{id}/run", post(run))
}

/// Without a demonstration there is no such page.
fn sandbox(state: &AppState) -> Result<Arc<dyn SandboxControl>, PageError> {
    state.demo.clone().ok_or_else(PageError::not_found)
}

async fn load(
    State(state): State<AppState>,
    Posted { actor, fields: _ }: Posted,
) -> Result<Response, PageError> {
    let organization = sandbox(&state)?.load(&state.service, &actor).await?;
    Ok(see_other(&format!("/orgs/{}", organization.slug)))
}

async fn switch(
    State(state): State<AppState>,
    Segments(id): Segments<String>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let sandbox = sandbox(&state)?;
    endpoint(&*sandbox, &id)?;
    let broken = fields.get("broken") == "yes";
    let condition = if broken { Condition::Broken } else { Condition::Sound };
    state.service.switch_endpoint(&actor, &id, condition).await?;
    sandbox.set_broken(&id, broken);
    Ok(see_other("/demo#sandbox"))
}

fn endpoint(sandbox: &dyn SandboxControl, id: &str) -> Result<SandboxEndpoint, PageError> {
    sandbox.endpoints().into_iter().find(|endpoint| endpoint.id == id).ok_or_else(PageError::not_found)
}

/// Runs the checks of one endpoint as often as it takes to confirm a failure.
async fn run(
    State(state): State<AppState>,
    Segments(id): Segments<String>,
    Posted { actor, fields: _ }: Posted,
) -> Result<Response, PageError> {
    let endpoint = endpoint(&*sandbox(&state)?, &id)?;
    let (organization, _) = state.service.demonstration(&actor).await?.ok_or_else(PageError::not_found)?;
    let rows = state.service.check_rows(&actor, organization.id).await?;
    for row in rows.iter().filter(|row| watches(&state, row, &endpoint)) {
        let times = state.service.kind(&row.check.kind).map_or(1, |kind| kind.fail_after);
        for _ in 0..times.min(3) {
            state.service.run_check(&actor, row.check.id).await?;
        }
    }
    Ok(see_other("/demo#score"))
}

async fn show(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
) -> Result<Response, PageError> {
    let endpoints = sandbox(&state)?.endpoints();
    let Some((organization, role)) = state.service.demonstration(&actor).await? else {
        let bare = |endpoint| Switch { endpoint, checks: Vec::new(), may_operate: false };
        return Ok(page(&state, &actor, None, endpoints.into_iter().map(bare).collect()));
    };
    let rows = state.service.check_rows(&actor, organization.id).await?;
    let may_operate = Permission::Operate.allows(role);
    let switches = endpoints.into_iter().map(|endpoint| Switch {
        checks: watchers(&state, &endpoint, &rows, &organization.slug),
        endpoint,
        may_operate,
    });
    let switches = switches.collect();
    let tour = tour(&state, &actor, organization).await?;
    Ok(page(&state, &actor, Some(tour), switches))
}

fn page(state: &AppState, actor: &Actor, tour: Option<Tour>, switches: Vec<Switch>) -> Response {
    let frame = Frame::new(state, Some(actor), "Demonstration");
    frame.respond(StatusCode::OK, || view! { <SandboxPage tour switches/> }.into_any())
}

/// The checks that look at an endpoint.
fn watchers(state: &AppState, endpoint: &SandboxEndpoint, rows: &[CheckRow], slug: &str) -> Vec<Watcher> {
    let watching = rows.iter().filter(|row| watches(state, row, endpoint)).map(|row| Watcher {
        href: format!("/orgs/{slug}/checks/{}", row.check.id),
        title: state
            .service
            .kind(&row.check.kind)
            .map_or_else(|| row.check.kind.to_string(), |kind| kind.title.clone()),
        status: row.status(),
    });
    watching.collect()
}

/// Whether a check looks at an endpoint: its kind is one that sees the difference, and it goes to that address.
fn watches(state: &AppState, row: &CheckRow, endpoint: &SandboxEndpoint) -> bool {
    let kinds = match endpoint.id.as_str() {
        "fhir" => "fhir.",
        "certificate" => "tls.",
        "mllp" => "hl7v2.",
        "hooks" => "cdshooks.",
        "page" => "portal.",
        _ => return false,
    };
    let target = target_of(state.service.kind(&row.check.kind), &state.service.shown_parameters(&row.check));
    row.check.kind.as_str().starts_with(kinds) && authority(&target) == authority(&endpoint.address)
}

/// Host and port of an address.
fn authority(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

async fn tour(state: &AppState, actor: &Actor, organization: Organization) -> Result<Tour, PageError> {
    let score = match state.service.current_assessment(actor, organization.id).await? {
        Some(current) => summary(&organization, &state.service.assessed(actor, current).await?),
        None => None,
    };
    Ok(Tour { organization, score })
}

/// `None` where nothing of the framework applies.
fn summary(organization: &Organization, assessed: &Assessed) -> Option<TourScore> {
    let totals = assessed.score.totals.as_ref()?;
    let paths = Paths::new(&organization.slug, assessed.bundle.assessment.id);
    let criteria = assessed
        .framework
        .domains
        .iter()
        .flat_map(|domain| domain.criteria.iter().map(|criterion| (&domain.code, &criterion.code)));
    let contradicted = criteria.filter_map(|(domain, code)| {
        let score = assessed.criterion_score(code).filter(|score| score.contradicted)?;
        let claimed = score.claimed()?;
        Some(Contradicted {
            criterion: code.to_string(),
            href: paths.criterion(domain, code),
            words: claim_and_count(claimed, score.effective),
        })
    });
    Some(TourScore {
        findings: paths.findings(),
        proven: display(&totals.overall),
        claimed: display(&totals.claimed),
        rung: totals.rung.to_string(),
        rung_name: rung_name(&assessed.framework, &totals.rung).to_owned(),
        disclaimer: assessed.framework.disclaimer.clone(),
        contradicted: contradicted.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_by_host_and_port() {
        for address in ["https://127.0.0.2:8443/fhir/metadata", "127.0.0.2:8443", "https://127.0.0.2:8443"] {
            assert_eq!(authority(address), "127.0.0.2:8443");
        }
    }
}
