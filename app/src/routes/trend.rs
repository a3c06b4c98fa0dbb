//! Trend and comparison.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use domain::FrameworkCode;
use service::record::Organization;
use service::trend::{Asked, Choice};
use service::{Actor, AssessmentId, Error, UnixMillis, ViewId};

use super::integrations::table_file;
use crate::pages::portfolio::PortfolioFilter;
use crate::pages::trend::{ALL, Criteria, NAMED, PER_PAGE, Part, Shown, TrendSheet, trend_page};
use crate::ui::Paging;
use crate::web::{
    AppState, CurrentActor, Fields, Frame, PageError, Queried, Refusal, Segments, Tab, percent_encoded,
    see_other,
};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/trend", get(show))
        .route("/trend.csv", get(table))
        .route("/orgs/{slug}/trend", get(of_organization))
}

/// What an address chooses, and how it says so.
struct Wish {
    choice: Choice,
    said: Vec<(&'static str, String)>,
}

/// `None` where it chooses nothing yet.
async fn wish(state: &AppState, actor: &Actor, query: &Fields) -> Result<Option<Wish>, PageError> {
    let ids: Result<Vec<AssessmentId>, _> = query.all(NAMED).map(str::parse).collect();
    let mut ids = ids.map_err(|_| PageError::not_found())?;
    if !ids.is_empty() {
        // Ids are in order of time: the oldest is what the others are held against, the latest first.
        ids.sort_unstable();
        ids[1..].reverse();
        let said = ids.iter().map(|id| (NAMED, id.to_string())).collect();
        return Ok(Some(Wish { choice: Choice::These(ids), said }));
    }
    let framework = named_framework(query);
    match (query.trimmed("organization"), query.trimmed("view"), query.trimmed("compare")) {
        ("", "", ALL) => {
            let name = query.trimmed("name").to_owned();
            let framework = framework.ok_or_else(PageError::not_found)?;
            let said = vec![
                ("compare", ALL.to_owned()),
                ("framework", framework.to_string()),
                ("name", name.clone()),
            ];
            Ok(Some(Wish { choice: Choice::Organizations { framework, name, only: None }, said }))
        }
        ("", "", "") => Ok(None),
        ("", "", _) => Ok(Some(Wish { choice: Choice::These(Vec::new()), said: Vec::new() })),
        ("", view, _) => of_view(state, actor, view).await.map(Some),
        (slug, _, _) => {
            let (organization, _) = state.service.organization_by_slug(actor, slug).await?;
            let mut said = vec![("organization", slug.to_owned())];
            said.extend(framework.as_ref().map(|code| ("framework", code.to_string())));
            let choice = Choice::Organization { org: organization.id, framework };
            Ok(Some(Wish { choice, said }))
        }
    }
}

fn named_framework(query: &Fields) -> Option<FrameworkCode> {
    Some(query.trimmed("framework")).filter(|code| !code.is_empty()).map(FrameworkCode::from)
}

/// All of the organizations that a saved view of the portfolio keeps.
async fn of_view(state: &AppState, actor: &Actor, view: &str) -> Result<Wish, PageError> {
    let id: ViewId = view.parse().map_err(|_| PageError::not_found())?;
    let views = state.service.saved_views(actor).await?;
    let view = views.into_iter().find(|view| view.id == id).ok_or_else(PageError::not_found)?;
    let kept = Fields::parse(view.query.as_bytes()).ok_or_else(PageError::not_found)?;
    let filter = PortfolioFilter::from(kept);
    let framework = filter.framework().map(|(code, version)| (FrameworkCode::from(code), version));
    let framework = framework.as_ref().map(|(code, version)| (code, *version));
    let portfolio = state.service.portfolio(actor, framework).await?;
    let only = filter.choose(&portfolio).into_iter().map(|client| client.organization.id).collect();
    let framework = portfolio.framework.code.clone();
    let choice = Choice::Organizations { framework, name: String::new(), only: Some(only) };
    Ok(Wish { choice, said: vec![("view", id.to_string())] })
}

fn base(query: &Fields) -> Result<Option<AssessmentId>, PageError> {
    match query.trimmed("base") {
        "" => Ok(None),
        id => id.parse().map(Some).map_err(|_| PageError::not_found()),
    }
}

async fn show(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Queried(query): Queried,
) -> Result<Response, PageError> {
    let criteria = if query.trimmed("criteria") == "all" { Criteria::All } else { Criteria::Different };
    let page = query.trimmed("page").parse().unwrap_or(1);
    let mut part = Part { page, criteria, base: base(&query)? };
    let (mut shown, mut refusal, mut choice) = (None, None, Vec::new());
    if let Some(Wish { choice: wanted, said }) = wish(&state, &actor, &query).await? {
        choice = said;
        match read(&state, &actor, Asked { choice: wanted, base: part.base }, page).await {
            Ok(found) => shown = Some(found),
            // The only field that the form has.
            Err(error) => {
                let found = Refusal::of(error)?;
                refusal = Some(Refusal { errors: found.errors.renamed(|_| NAMED.to_owned()), ..found });
            }
        }
    }
    part.page = shown.as_ref().map_or(1, |shown: &Shown| shown.paging.page);
    let framework = match &shown {
        Some(shown) => Some(shown.chosen.base().framework_code.clone()),
        None => named_framework(&query),
    };
    let name = query.trimmed("name").to_owned();
    let offer = state.service.comparable(&actor, framework.as_ref(), &name).await?;
    let views = state.service.saved_views(&actor).await?;
    let status = Refusal::status_of(refusal.as_ref());
    let demonstration = shown.as_ref().is_some_and(|shown| shown.chosen.all().iter().any(|one| one.demo));
    let sheet = TrendSheet { shown, offer, views, part, choice, name, refusal };
    let frame = Frame::new(&state, Some(&actor), "Trend and comparison");
    let frame = match sheet.shown.as_ref().and_then(only_organization) {
        Some(organization) => frame.organization(organization, Tab::Overview),
        None => frame.crumb("/portfolio", "Portfolio").demonstration_if(demonstration),
    };
    let frame = frame.fresh();
    Ok(frame.respond(status, || trend_page(&sheet)))
}

/// What is chosen, and the part of it that stands on a page.
async fn read(state: &AppState, actor: &Actor, asked: Asked, page: usize) -> Result<Shown, Error> {
    let chosen = state.service.chosen(actor, &asked).await?;
    let mut paging = Paging { page, per_page: PER_PAGE, total: chosen.others().len() };
    paging.page = page.clamp(1, paging.pages());
    let part: Vec<_> =
        chosen.others().iter().skip((paging.page - 1) * PER_PAGE).take(PER_PAGE).cloned().collect();
    let comparison = state.service.compare(actor, &chosen, &part).await?;
    let spread = if paging.pages() > 1 { Some(state.service.spread(actor, &chosen).await?) } else { None };
    Ok(Shown { chosen, comparison, spread, paging })
}

/// The organization of all that is compared, where it is one: the page is among its own then.
fn only_organization(shown: &Shown) -> Option<&Organization> {
    let first = shown.comparison.compared.first()?;
    (shown.chosen.organizations() == 1).then_some(&first.assessed.bundle.organization)
}

/// All that is compared as CSV, whatever part of it the page shows.
async fn table(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Queried(query): Queried,
) -> Result<Response, PageError> {
    let Some(Wish { choice, .. }) = wish(&state, &actor, &query).await? else {
        return Err(PageError::Elsewhere("/trend".to_owned()));
    };
    let chosen = state.service.chosen(&actor, &Asked { choice, base: base(&query)? }).await?;
    let csv = state.service.comparison_table(&actor, &chosen).await?;
    Ok(table_file(&format!("rung-comparison-{}.csv", UnixMillis::now().date()), &csv))
}

/// All assessments of an organization that go together with its latest one.
async fn of_organization(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments(slug): Segments<String>,
) -> Result<Response, PageError> {
    state.service.organization_by_slug(&actor, &slug).await?;
    Ok(see_other(&format!("/trend?organization={}", percent_encoded(&slug))))
}
