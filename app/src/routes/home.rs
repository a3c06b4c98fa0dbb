//! `/`: the organizations of who is signed in; for everybody else the way in.

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use domain::scoring::{Exact, FindingSeverity, Score, display};
use http::StatusCode;
use leptos::prelude::*;
use serde::Deserialize;
use service::assessment::Assessed;
use service::record::Organization;
use service::{Actor, OrgId};

use super::organizations::latest_assessment;
use crate::pages::home::{HomePage, Row, Standing};
use crate::web::{AppState, Frame, MaybeActor, PageError, see_other};
use crate::words::rung_name;

/// Organizations on one page.
const PER_PAGE: u32 = 50;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/", get(home))
}

#[derive(Deserialize)]
struct After {
    after: Option<OrgId>,
}

async fn home(
    State(state): State<AppState>,
    MaybeActor(actor): MaybeActor,
    query: Result<Query<After>, QueryRejection>,
) -> Result<Response, PageError> {
    let Some(actor) = actor else {
        let first = state.service.needs_first_account().await?;
        return Ok(see_other(if first { "/sign-up" } else { "/sign-in" }));
    };
    let after = query.ok().and_then(|Query(query)| query.after);
    let organizations = state.service.organizations(&actor, after, PER_PAGE).await?;
    let full = organizations.len() == usize::try_from(PER_PAGE).unwrap_or(usize::MAX);
    let more = organizations.last().filter(|_| full).map(|(last, _)| format!("/?after={}", last.id));
    let mut rows = Vec::with_capacity(organizations.len());
    for (organization, role) in organizations {
        let standing = standing(&state, &actor, &organization).await?;
        rows.push(Row { organization, role, standing });
    }
    let demonstration = state.demo.is_some();
    let frame = Frame::new(&state, Some(&actor), "Organizations");
    Ok(frame.respond(StatusCode::OK, || view! { <HomePage rows more demonstration/> }.into_any()))
}

async fn standing(
    state: &AppState,
    actor: &Actor,
    organization: &Organization,
) -> Result<Option<Standing>, PageError> {
    let Some(latest) = latest_assessment(state, actor, organization.id).await? else { return Ok(None) };
    let assessed = state.service.assessed(actor, latest.id).await?;
    Ok(Some(summary(&assessed)))
}

fn summary(assessed: &Assessed) -> Standing {
    let Assessed { bundle, framework, score, .. } = assessed;
    let totals = score.totals.as_ref();
    let shown = |value: &Exact| display(value);
    Standing {
        title: bundle.assessment.title.clone(),
        href: format!("/orgs/{}/assessments/{}", bundle.organization.slug, bundle.assessment.id),
        rung: totals.map(|totals| format!("{} {}", totals.rung, rung_name(framework, &totals.rung))),
        proven: totals.map(|totals| shown(&totals.overall)),
        claimed: totals.map(|totals| shown(&totals.claimed)),
        worst: worst(score),
    }
}

/// The worst severity among the findings, and how many have it.
fn worst(score: &Score) -> Option<(FindingSeverity, usize)> {
    let worst = score.findings.iter().map(|finding| finding.severity).max()?;
    Some((worst, score.findings.iter().filter(|finding| finding.severity == worst).count()))
}
