//! Several people at one assessment: owners and dates, comments, earlier answers.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use domain::{CriterionCode, DomainCode};
use http::StatusCode;
use jiff::civil::Date;
use service::assessment::Assessed;
use service::comment::{Said, Settling, Thread};
use service::record::{Member, Part};
use service::{Actor, AssessmentId, CommentId, Error, FieldError, Permission, UserId};

use super::assessed_at;
use crate::pages::together::{
    AboutForm, AboutSheet, MineSheet, OwnersSheet, about_page, mine_page, owners_page,
};
use crate::web::{
    AppState, CurrentActor, Fields, Frame, PageError, Posted, Refusal, Segments, Tab, see_other,
};
use crate::words::Paths;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/orgs/{slug}/assessments/{id}/mine", get(mine))
        .route("/orgs/{slug}/assessments/{id}/owners", get(owners))
        .route("/orgs/{slug}/assessments/{id}/owners/{domain}", post(assign_domain))
        .route("/orgs/{slug}/assessments/{id}/criteria/{criterion}", get(about))
        .route("/orgs/{slug}/assessments/{id}/criteria/{criterion}/owner", post(assign_criterion))
        .route("/orgs/{slug}/assessments/{id}/criteria/{criterion}/restore", post(restore))
        .route("/orgs/{slug}/assessments/{id}/criteria/{criterion}/withdraw", post(withdraw))
        .route("/orgs/{slug}/assessments/{id}/criteria/{criterion}/comments", post(comment))
        .route("/orgs/{slug}/assessments/{id}/criteria/{criterion}/comments/{comment}", post(act_on_comment))
}

type Address = Segments<(String, AssessmentId)>;
type CriterionAddress = Segments<(String, AssessmentId, CriterionCode)>;

/// Whom the reader may name, by name; nobody where they may not.
async fn nameable(state: &AppState, actor: &Actor, assessed: &Assessed) -> Result<Vec<Member>, PageError> {
    if !assessed.may(Permission::Assign) {
        return Ok(Vec::new());
    }
    let mut members = state.service.members(actor, assessed.bundle.organization.id).await?;
    members.retain(|member| Permission::Answer.allows(member.role));
    Ok(members)
}

fn frame(state: &AppState, actor: &Actor, assessed: &Assessed, subject: &str) -> Frame {
    let title = format!("{subject}, {}", assessed.bundle.organization.name);
    Frame::new(state, Some(actor), title).assessment(&assessed.bundle, Tab::Assessment)
}

async fn mine(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id)): Address,
) -> Result<Response, PageError> {
    let assessed = assessed_at(&state, &actor, &slug, id).await?;
    let frame = frame(&state, &actor, &assessed, "Mine");
    let sheet = MineSheet { assessed, paths: Paths::new(&slug, id), reader: actor.user() };
    Ok(frame.respond(StatusCode::OK, || mine_page(&sheet)))
}

async fn owners(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id)): Address,
) -> Result<Response, PageError> {
    draw_owners(&state, &actor, &slug, id, None).await
}

async fn draw_owners(
    state: &AppState,
    actor: &Actor,
    slug: &str,
    id: AssessmentId,
    typed: Option<(String, Fields, Refusal)>,
) -> Result<Response, PageError> {
    let assessed = assessed_at(state, actor, slug, id).await?;
    let members = nameable(state, actor, &assessed).await?;
    let status = typed.as_ref().map_or(StatusCode::OK, |(.., refusal)| refusal.status);
    let frame = frame(state, actor, &assessed, "Owners and due dates");
    let sheet = OwnersSheet { assessed, paths: Paths::new(slug, id), members, typed };
    Ok(frame.respond(status, || owners_page(&sheet)))
}

async fn assign_domain(
    State(state): State<AppState>,
    Segments((slug, id, domain)): Segments<(String, AssessmentId, DomainCode)>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    // The address must be right before anything is written.
    assessed_at(&state, &actor, &slug, id).await?;
    let done = match assignment(&fields) {
        Ok((owner, due)) => state.service.assign(&actor, id, Part::Domain(domain.clone()), owner, due).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => {
            let place = domain.as_str().to_lowercase();
            Ok(see_other(&format!("{}#{place}", Paths::new(&slug, id).owners())))
        }
        Err(error) => {
            let typed = (domain.to_string(), fields, Refusal::of(error)?);
            draw_owners(&state, &actor, &slug, id, Some(typed)).await
        }
    }
}

/// Who and until when, as the form says it.
fn assignment(fields: &Fields) -> Result<(Option<UserId>, Option<Date>), Error> {
    let mut problems = Vec::new();
    let owner = match fields.trimmed("owner") {
        "" => None,
        text => text.parse().ok().or_else(|| {
            problems.push(FieldError::new("owner", "Choose somebody from the list."));
            None
        }),
    };
    let due = fields.day("due").unwrap_or_else(|problem| {
        problems.push(problem);
        None
    });
    if problems.is_empty() { Ok((owner, due)) } else { Err(Error::Invalid(problems)) }
}

async fn about(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id, criterion)): CriterionAddress,
) -> Result<Response, PageError> {
    draw_about(&state, &actor, &slug, id, &criterion, None).await
}

async fn draw_about(
    state: &AppState,
    actor: &Actor,
    slug: &str,
    id: AssessmentId,
    criterion: &CriterionCode,
    typed: Option<(AboutForm, Fields, Refusal)>,
) -> Result<Response, PageError> {
    let assessed = assessed_at(state, actor, slug, id).await?;
    let place = place(&assessed, criterion).ok_or_else(PageError::not_found)?;
    let history = state.service.answer_history(actor, id, criterion).await?;
    let threads = state.service.comments(actor, id, criterion).await?;
    let members = nameable(state, actor, &assessed).await?;
    let status = typed.as_ref().map_or(StatusCode::OK, |(.., refusal)| refusal.status);
    let paths = Paths::new(slug, id);
    let domain = &assessed.framework.domains[place.0];
    let frame = frame(state, actor, &assessed, criterion.as_str())
        .crumb(paths.domain(&domain.code), domain.title.clone());
    let sheet = AboutSheet { assessed, place, paths, history, threads, members, typed };
    Ok(frame.respond(status, || about_page(&sheet)))
}

/// Where a criterion stands in the framework.
fn place(assessed: &Assessed, criterion: &CriterionCode) -> Option<(usize, usize)> {
    assessed.framework.domains.iter().enumerate().find_map(|(index, domain)| {
        let within = domain.criteria.iter().position(|own| own.code == *criterion)?;
        Some((index, within))
    })
}

async fn assign_criterion(
    State(state): State<AppState>,
    Segments((slug, id, criterion)): CriterionAddress,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    assessed_at(&state, &actor, &slug, id).await?;
    let done = match assignment(&fields) {
        Ok((owner, due)) => {
            state.service.assign(&actor, id, Part::Criterion(criterion.clone()), owner, due).await.map(drop)
        }
        Err(error) => Err(error),
    };
    answered(&state, &actor, (slug.as_str(), id, &criterion), "owner", done, (AboutForm::Owner, fields)).await
}

async fn restore(
    State(state): State<AppState>,
    Segments((slug, id, criterion)): CriterionAddress,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    assessed_at(&state, &actor, &slug, id).await?;
    let revision = |name: &str| fields.trimmed(name).parse::<i64>().map_err(|_| PageError::not_found());
    let (earlier, seen) = (revision("restore")?, revision("revision")?);
    let done = state.service.restore_answer(&actor, id, &criterion, earlier, seen).await.map(drop);
    let done = done.map_err(overtaken);
    answered(&state, &actor, (slug.as_str(), id, &criterion), "history", done, (AboutForm::Button, fields))
        .await
}

async fn withdraw(
    State(state): State<AppState>,
    Segments((slug, id, criterion)): CriterionAddress,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    assessed_at(&state, &actor, &slug, id).await?;
    let seen = fields.trimmed("revision").parse::<i64>().map_err(|_| PageError::not_found())?;
    let done = state.service.withdraw_answer(&actor, id, &criterion, seen).await.map(drop);
    let done = done.map_err(overtaken);
    answered(&state, &actor, (slug.as_str(), id, &criterion), "history", done, (AboutForm::Button, fields))
        .await
}

/// Drawn again, the page shows what is on file now.
fn overtaken(error: Error) -> Error {
    match error {
        Error::Stale(_) => Error::Conflict(
            "Somebody else answered in the meantime. Nothing was changed: look at the latest answer first."
                .to_owned(),
        ),
        other => other,
    }
}

async fn comment(
    State(state): State<AppState>,
    Segments((slug, id, criterion)): CriterionAddress,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    assessed_at(&state, &actor, &slug, id).await?;
    let (form, thread) = match fields.trimmed("thread") {
        "" => (AboutForm::NewThread, None),
        thread => {
            let id: CommentId = thread.parse().map_err(|_| PageError::not_found())?;
            (AboutForm::Reply(id.to_string()), Some(id))
        }
    };
    let said = state.service.add_comment(&actor, id, &criterion, thread, fields.get("text")).await;
    let (anchor, done) = match said {
        Ok(comment) => (format!("comment-{}", comment.id), Ok(())),
        Err(error) => (String::new(), Err(error)),
    };
    answered(&state, &actor, (slug.as_str(), id, &criterion), &anchor, done, (form, fields)).await
}

async fn act_on_comment(
    State(state): State<AppState>,
    Segments((slug, id, criterion, comment)): Segments<(String, AssessmentId, CriterionCode, CommentId)>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    assessed_at(&state, &actor, &slug, id).await?;
    let threads = state.service.comments(&actor, id, &criterion).await?;
    // A comment of another criterion does not exist here.
    if !holds(&threads, comment) {
        return Err(PageError::not_found());
    }
    let service = &state.service;
    let done = match fields.get("do") {
        "change" => {
            let seen = fields.trimmed("revision").parse().map_err(|_| PageError::not_found())?;
            service.edit_comment(&actor, comment, fields.get("text"), seen).await.map(drop)
        }
        "withdraw" => service.withdraw_comment(&actor, comment).await.map(drop),
        "resolve" => service.settle_thread(&actor, comment, Settling::Resolve).await.map(drop),
        "reopen" => service.settle_thread(&actor, comment, Settling::Reopen).await.map(drop),
        _ => Err(Error::Conflict("Use one of the buttons of the page.".to_owned())),
    };
    let anchor = format!("comment-{comment}");
    let form = match fields.get("do") {
        "change" => AboutForm::Change(comment.to_string()),
        _ => AboutForm::Button,
    };
    answered(&state, &actor, (slug.as_str(), id, &criterion), &anchor, done, (form, fields)).await
}

fn holds(threads: &[Thread], comment: CommentId) -> bool {
    let is = |said: &Said| said.comment.id == comment;
    threads.iter().any(|thread| is(&thread.first) || thread.replies.iter().any(is))
}

/// Back to the page at `anchor`, or the page with what was refused.
async fn answered(
    state: &AppState,
    actor: &Actor,
    (slug, id, criterion): (&str, AssessmentId, &CriterionCode),
    anchor: &str,
    done: Result<(), Error>,
    (form, fields): (AboutForm, Fields),
) -> Result<Response, PageError> {
    match done {
        Ok(()) => {
            let at = Paths::new(slug, id).about(criterion);
            Ok(see_other(&format!("{at}#{anchor}")))
        }
        Err(error) => {
            let typed = (form, fields, Refusal::of(error)?);
            draw_about(state, actor, slug, id, criterion, Some(typed)).await
        }
    }
}
