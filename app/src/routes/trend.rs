//! Trend and comparison.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use domain::FrameworkCode;
use service::AssessmentId;
use service::record::Organization;
use service::trend::Comparison;

use crate::pages::trend::{Criteria, TrendSheet, trend_page};
use crate::web::{AppState, CurrentActor, Frame, PageError, Queried, Refusal, Segments, Tab, see_other};

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/trend", get(show)).route("/orgs/{slug}/trend", get(of_organization))
}

async fn show(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Queried(query): Queried,
) -> Result<Response, PageError> {
    let ids: Result<Vec<AssessmentId>, _> = query.all("assessment").map(str::parse).collect();
    let mut ids = ids.map_err(|_| PageError::not_found())?;
    // Ids are in order of time: the oldest is what the others are held against.
    ids.sort_unstable();
    let (comparison, refusal) = if ids.is_empty() && !query.has("compare") {
        (None, None)
    } else {
        match state.service.compare(&actor, &ids).await {
            Ok(comparison) => (Some(comparison), None),
            Err(error) => (None, Some(Refusal::of(error)?)),
        }
    };
    let named = query.trimmed("framework");
    let framework = match (&comparison, named) {
        (Some(comparison), _) => Some(comparison.base().code.clone()),
        (None, "") => None,
        (None, named) => Some(FrameworkCode::from(named)),
    };
    let name = query.trimmed("name").to_owned();
    let offer = state.service.comparable(&actor, framework.as_ref(), &name).await?;
    let demonstration = comparison.as_ref().is_some_and(|comparison| {
        comparison.compared.iter().any(|one| one.assessed.bundle.organization.demo)
    });
    let criteria = if query.trimmed("criteria") == "all" { Criteria::All } else { Criteria::Different };
    let status = Refusal::status_of(refusal.as_ref());
    let sheet = TrendSheet { comparison, offer, criteria, name, refusal };
    let frame = Frame::new(&state, Some(&actor), "Trend and comparison");
    let frame = match sheet.comparison.as_ref().and_then(only_organization) {
        Some(organization) => frame.organization(organization, Tab::Overview),
        None => frame.crumb("/portfolio", "Portfolio").demonstration_if(demonstration),
    };
    let frame = frame.fresh();
    Ok(frame.respond(status, || trend_page(&sheet)))
}

/// The organization of all that is compared, where it is one: the page is among its own then.
fn only_organization(comparison: &Comparison) -> Option<&Organization> {
    let mut organizations = comparison.compared.iter().map(|one| &one.assessed.bundle.organization);
    let first = organizations.next()?;
    organizations.all(|other| other.id == first.id).then_some(first)
}

/// All assessments of an organization that go together with its latest one.
async fn of_organization(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments(slug): Segments<String>,
) -> Result<Response, PageError> {
    let (organization, _) = state.service.organization_by_slug(&actor, &slug).await?;
    let ids = state.service.assessments_to_compare(&actor, organization.id).await?;
    let query: Vec<String> = ids.iter().map(|id| format!("assessment={id}")).collect();
    Ok(see_other(&format!("/trend?{}", query.join("&"))))
}
