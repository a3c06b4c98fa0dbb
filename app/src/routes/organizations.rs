//! Organizations: the form for a new one, the overview, and the short addresses of its current assessment.

use std::iter;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use domain::framework::Profile;
use domain::{FrameworkCode, ProfileCode};
use http::StatusCode;
use leptos::prelude::*;
use service::check::CheckGlance;
use service::due::due;
use service::integration::CheckRow;
use service::inventory::exchanges;
use service::organization::{NewOrganization, OrganizationChange};
use service::record::{Assessment, Organization, SizeBand};
use service::{Actor, Error, FieldError, OrgId, Permission, UnixMillis};

use crate::pages::assessment_form::Wanted;
use crate::pages::organization_form::{Offer, OrganizationEditPage, OrganizationNewPage};
use crate::pages::overview::{Overview, OverviewPage};
use crate::web::{
    AppState, CurrentActor, Fields, Frame, PageError, Posted, Refusal, Segments, Tab, see_other,
};
use crate::words::size_words;

/// Every size band as (value on the wire, band), smallest first.
const SIZES: [(&str, SizeBand); 4] = [
    ("1-6", SizeBand::UpTo6),
    ("7-20", SizeBand::UpTo20),
    ("21-150", SizeBand::UpTo150),
    ("151+", SizeBand::Above150),
];

/// More than any organization has; the list is read in parts of this size.
const ASSESSMENTS_AT_ONCE: u32 = 100;

/// Lines of the audit log among which the overview finds what changed.
const CHANGES_READ: u32 = 60;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/orgs/new", get(new_form).post(create))
        .route("/orgs/{slug}", get(overview))
        .route("/orgs/{slug}/edit", get(edit_form).post(update))
        .route(
            "/orgs/{slug}/assessment",
            get(|actor, slug, state| current(actor, slug, state, "", Wanted::Assessment)),
        )
        .route(
            "/orgs/{slug}/findings",
            get(|actor, slug, state| current(actor, slug, state, "/findings", Wanted::Findings)),
        )
        .route(
            "/orgs/{slug}/report",
            get(|actor, slug, state| current(actor, slug, state, "/report", Wanted::Report)),
        )
}

async fn new_form(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
) -> Result<Response, PageError> {
    new_page(&state, &actor, Fields::default(), None).await
}

async fn create(
    State(state): State<AppState>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let size_band = match chosen_size(&fields) {
        Ok(size_band) => size_band,
        Err(fault) => {
            let refusal = with_the_others(&state, &fields, fault).await?;
            return new_page(&state, &actor, fields, Some(refusal)).await;
        }
    };
    let new = NewOrganization {
        name: fields.get("name").to_owned(),
        profiles: chosen_profiles(&fields),
        size_band,
        demo: false,
    };
    match state.service.create_organization(&actor, new).await {
        Ok(organization) => Ok(see_other(&format!("/orgs/{}", organization.slug))),
        Err(error) => new_page(&state, &actor, fields, Some(Refusal::of(error)?)).await,
    }
}

fn chosen_profiles(fields: &Fields) -> Vec<ProfileCode> {
    fields.all("profiles").map(ProfileCode::from).collect()
}

fn chosen_size(fields: &Fields) -> Result<SizeBand, FieldError> {
    let chosen = fields.get("size_band");
    let size = SIZES.into_iter().find(|(value, _)| *value == chosen).map(|(_, size)| size);
    size.ok_or_else(|| FieldError::new("size_band", "Choose a size from the list."))
}

/// A fault of the size, after all others that the form has.
async fn with_the_others(state: &AppState, fields: &Fields, fault: FieldError) -> Result<Refusal, Error> {
    let profiles = chosen_profiles(fields);
    let mut problems = state.service.organization_problems(fields.get("name"), &profiles).await?;
    problems.push(fault);
    Ok(Refusal::invalid(problems))
}

async fn new_page(
    state: &AppState,
    actor: &Actor,
    typed: Fields,
    refusal: Option<Refusal>,
) -> Result<Response, PageError> {
    let Offer { profiles, sizes } = offer(state).await?;
    let sizes = iter::once((String::new(), "Choose a size".to_owned())).chain(sizes).collect();
    let offer = Offer { profiles, sizes };
    let status = Refusal::status_of(refusal.as_ref());
    let frame = Frame::new(state, Some(actor), "New organization").crumb("/", "Organizations");
    Ok(frame.respond(status, || view! { <OrganizationNewPage offer typed refusal/> }.into_any()))
}

async fn edit_form(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments(slug): Segments<String>,
) -> Result<Response, PageError> {
    let (organization, role) = state.service.organization_by_slug(&actor, &slug).await?;
    if !Permission::Own.allows(role) {
        return Err(PageError::forbidden("Only an owner of the organization says what it is."));
    }
    if organization.demo {
        // No form that nobody can send.
        return Err(PageError::conflict("This is a demonstration: it stays as it is."));
    }
    let size = SIZES.into_iter().find(|(_, size)| *size == organization.size_band);
    let profiles = organization.profiles.iter().map(|code| ("profiles".to_owned(), code.to_string()));
    let typed = [
        ("name".to_owned(), organization.name.clone()),
        ("size_band".to_owned(), size.map_or_else(String::new, |(value, _)| value.to_owned())),
    ];
    let typed = typed.into_iter().chain(profiles).collect();
    edit_page(&state, &actor, &organization, typed, None).await
}

async fn update(
    State(state): State<AppState>,
    Segments(slug): Segments<String>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let (organization, _) = state.service.organization_by_slug(&actor, &slug).await?;
    let refusal = match chosen_size(&fields) {
        Ok(size_band) => {
            let change = OrganizationChange {
                name: Some(fields.get("name").to_owned()),
                profiles: Some(chosen_profiles(&fields)),
                size_band: Some(size_band),
            };
            match state.service.update_organization(&actor, organization.id, change).await {
                Ok(_) => return Ok(see_other(&format!("/orgs/{slug}"))),
                Err(error) => Refusal::of(error)?,
            }
        }
        Err(fault) => with_the_others(&state, &fields, fault).await?,
    };
    edit_page(&state, &actor, &organization, fields, Some(refusal)).await
}

async fn edit_page(
    state: &AppState,
    actor: &Actor,
    organization: &Organization,
    typed: Fields,
    refusal: Option<Refusal>,
) -> Result<Response, PageError> {
    let offer = offer(state).await?;
    let slug = organization.slug.clone();
    let status = Refusal::status_of(refusal.as_ref());
    let frame = Frame::of(state, actor, organization, Tab::Members, "edit")
        .crumb(format!("/orgs/{slug}/members"), "Members");
    Ok(frame.respond(status, || view! { <OrganizationEditPage slug offer typed refusal/> }.into_any()))
}

async fn offer(state: &AppState) -> Result<Offer, Error> {
    let sizes = SIZES.map(|(value, size)| (value.to_owned(), size_words(size).to_owned()));
    Ok(Offer { profiles: profiles(state).await?, sizes: sizes.into() })
}

/// The profiles of the frameworks, each letter once, in the frameworks' order; Beyond-7's words come first.
async fn profiles(state: &AppState) -> Result<Vec<Profile>, Error> {
    let mut frameworks = state.service.frameworks().await?;
    frameworks.sort_by_key(|entry| entry.code != FrameworkCode::from("B7"));
    let mut profiles: Vec<Profile> = Vec::new();
    for entry in frameworks {
        let framework = state.service.framework(&entry.code, Some(&entry.version)).await?;
        for profile in &framework.profiles {
            if profiles.iter().all(|known| known.code != profile.code) {
                profiles.push(profile.clone());
            }
        }
    }
    Ok(profiles)
}

async fn overview(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments(slug): Segments<String>,
) -> Result<Response, PageError> {
    let (organization, role) = state.service.organization_by_slug(&actor, &slug).await?;
    let assessments = assessments(&state, &actor, organization.id).await?;
    let (current, timeline, waiting) = match state.service.current_assessment(&actor, organization.id).await?
    {
        Some(current) => (
            Some(state.service.findings(&actor, current).await?),
            Some(state.service.timeline(&actor, current, None, 1).await?),
            state.service.waiting(&actor, organization.id, current).await?,
        ),
        None => (None, None, Vec::new()),
    };
    let submission = match &current {
        Some(page) => state.service.submission_of(&actor, &page.assessed).await?,
        None => None,
    };
    let checks = state.service.check_rows(&actor, organization.id).await?;
    let changes = state.service.audit(&actor, organization.id, CHANGES_READ).await?;
    let profiles = profiles(&state).await?;
    let frame = Frame::new(&state, Some(&actor), format!("{}, overview", organization.name));
    let frame = match &current {
        Some(page) => frame.assessment(&page.assessed.bundle, Tab::Overview),
        None => frame.organization(&organization, Tab::Overview),
    };
    let may_start = Permission::Assess.allows(role);
    let incidents = state.service.open_incidents(&actor, organization.id).await?;
    let now = UnixMillis::now();
    let integrations = state.service.integrations(&actor, organization.id, None, u32::MAX).await?;
    let freshness = |row: &CheckRow| state.service.kind(&row.check.kind).map(|kind| kind.freshness);
    let actions = state.service.actions(&actor, organization.id).await?;
    let due = due(current.as_ref(), &integrations, &checks, freshness, &actions, now.date());
    let glances: Vec<CheckGlance> = checks.iter().map(CheckGlance::from).collect();
    let exchanges = exchanges(&integrations, &glances);
    let overview = Overview {
        organization,
        profiles,
        assessments,
        current,
        waiting,
        submission,
        timeline,
        checks,
        incidents,
        changes,
        due,
        exchanges,
        may_start,
        now,
    };
    Ok(frame.respond(StatusCode::OK, || view! { <OverviewPage overview/> }.into_any()))
}

/// All assessments of an organization, oldest first.
pub(super) async fn assessments(
    state: &AppState,
    actor: &Actor,
    org: OrgId,
) -> Result<Vec<Assessment>, Error> {
    let mut all: Vec<Assessment> = Vec::new();
    loop {
        let after = all.last().map(|assessment| assessment.id);
        let part = state.service.assessments(actor, org, after, ASSESSMENTS_AT_ONCE).await?;
        let full = part.len() == usize::try_from(ASSESSMENTS_AT_ONCE).unwrap_or(usize::MAX);
        all.extend(part);
        if !full {
            return Ok(all);
        }
    }
}

/// To a page of the current assessment, or to the form that starts the first.
async fn current(
    CurrentActor(actor): CurrentActor,
    Segments(slug): Segments<String>,
    State(state): State<AppState>,
    page: &'static str,
    wanted: Wanted,
) -> Result<Response, PageError> {
    let (organization, _) = state.service.organization_by_slug(&actor, &slug).await?;
    Ok(match state.service.current_assessment(&actor, organization.id).await? {
        Some(assessment) => see_other(&format!("/orgs/{slug}/assessments/{assessment}{page}")),
        None => see_other(&wanted.form(&slug)),
    })
}
