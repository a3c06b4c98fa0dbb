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
use service::OrgId;
use service::assessment::Assessed;

use crate::pages::home::{HomePage, Row, Standing};
use crate::web::{AppState, Frame, MaybeActor, PageError, see_other};
use crate::words::rung_name;

/// Organizations on one page: each is scored when the page is asked for.
const PER_PAGE: u32 = 25;

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
    let organizations = state.service.organizations_assessed(&actor, after, PER_PAGE).await?;
    let full = organizations.len() == usize::try_from(PER_PAGE).unwrap_or(usize::MAX);
    let more = organizations.last().filter(|_| full).map(|(last, ..)| format!("/?after={}", last.id));
    let rows: Vec<_> = organizations
        .into_iter()
        .map(|(organization, role, latest)| Row {
            standing: latest.as_ref().map(|latest| summary(&latest.assessed, latest.at_risk)),
            organization,
            role,
        })
        .collect();
    let demonstration = state.demo.is_some();
    let frame = Frame::new(&state, Some(&actor), "Organizations").fresh();
    Ok(frame.respond(StatusCode::OK, || view! { <HomePage rows more demonstration/> }.into_any()))
}

fn summary(assessed: &Assessed, at_risk: bool) -> Standing {
    let Assessed { bundle, framework, score, .. } = assessed;
    let totals = score.totals.as_ref();
    let shown = |value: &Exact| display(value);
    Standing {
        title: bundle.assessment.title.clone(),
        href: format!("/orgs/{}/assessments/{}", bundle.organization.slug, bundle.assessment.id),
        rung: totals.map(|totals| format!("{} {}", totals.rung, rung_name(framework, &totals.rung))),
        disclaimer: framework.disclaimer.clone(),
        proven: totals.map(|totals| shown(&totals.overall)),
        claimed: totals.map(|totals| shown(&totals.claimed)),
        at_risk,
        worst: worst(score),
    }
}

/// The worst severity among the findings, and how many have it.
fn worst(score: &Score) -> Option<(FindingSeverity, usize)> {
    let worst = score.findings.iter().map(|finding| finding.severity).max()?;
    Some((worst, score.findings.iter().filter(|finding| finding.severity == worst).count()))
}
