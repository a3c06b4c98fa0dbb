//! The parts of a draft by their forms: saved, added, moved, taken away. Each reads the document, changes it and saves it
//! whole, so that there is one way in which a draft changes.

use axum::extract::State;
use axum::response::Response;
use domain::framework::draft::{Binding, Criterion, Domain, Draft, Figure, Part, Rung};
use http::StatusCode;
use service::authoring::{DraftPage, DraftSaved, NewContents};
use service::{Actor, DraftId, Error, FieldError};

use super::{frame, seen_revision};
use crate::pages::draft::{PartSheet, Saved, apply, draft_path, fields_of, part_page, part_words};
use crate::web::{AppState, CurrentActor, Fields, PageError, Posted, Queried, Refusal, Segments, see_other};

fn part_of(text: &str) -> Result<Part, PageError> {
    text.parse().map_err(|_| PageError::not_found())
}

/// The document, where forms can show it.
fn document(page: &DraftPage) -> Result<&Draft, PageError> {
    page.document().ok_or_else(|| {
        PageError::conflict("The text of this draft cannot be read as a framework. Mend the text first.")
    })
}

pub(super) async fn show(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((id, part)): Segments<(DraftId, String)>,
    Queried(query): Queried,
) -> Result<Response, PageError> {
    let part = part_of(&part)?;
    let page = state.service.draft(&actor, id).await?;
    let fields = fields_of(document(&page)?, part).ok_or_else(PageError::not_found)?;
    let saved = if query.has("saved") { Saved::Now } else { Saved::OnFile };
    draw(&state, &actor, page, part, fields, saved, None).await
}

async fn draw(
    state: &AppState,
    actor: &Actor,
    page: DraftPage,
    part: Part,
    fields: Fields,
    saved: Saved,
    refusal: Option<Refusal>,
) -> Result<Response, PageError> {
    let citations = state.service.citations().await?.into_iter().map(|citation| citation.key).collect();
    let status = match (saved, &refusal) {
        (_, Some(refusal)) => refusal.status,
        (Saved::Stale, None) => StatusCode::CONFLICT,
        _ => StatusCode::OK,
    };
    let title = format!("{}, ", part_words(document(&page)?, part));
    let frame = frame(state, actor, &page, &title);
    let kinds = domain::builtin::check_kinds();
    let sheet = PartSheet { page, part, kinds, citations, fields, saved, refusal };
    Ok(frame.respond(status, || part_page(&sheet)))
}

pub(super) async fn save(
    State(state): State<AppState>,
    Segments((id, part)): Segments<(DraftId, String)>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let part = part_of(&part)?;
    let page = state.service.draft(&actor, id).await?;
    let Some(draft) = apply(document(&page)?, part, &fields) else {
        return Err(PageError::conflict(
            "Somebody took this part away in the meantime. Nothing was changed; go back to keep what you typed.",
        ));
    };
    let contents = NewContents::Document(draft);
    match state.service.save_draft(&actor, id, seen_revision(&fields), contents).await {
        Ok(DraftSaved::Kept(page)) => Ok(see_other(&format!("{}/parts/{part}?saved=1", draft_path(&page)))),
        Ok(DraftSaved::Stale(page)) => {
            document(&page)?;
            draw(&state, &actor, page, part, fields, Saved::Stale, None).await
        }
        Err(error) => {
            let refusal = Refusal::of(in_form(error, part))?;
            draw(&state, &actor, page, part, fields, Saved::Refused, Some(refusal)).await
        }
    }
}

/// The fields of the part by their names in its form: `head.profiles` is `profiles`.
fn in_form(error: Error, part: Part) -> Error {
    let Error::Invalid(problems) = error else { return error };
    let prefix = format!("{part}.");
    let field = |problem: FieldError| FieldError {
        field: problem.field.strip_prefix(&prefix).unwrap_or(&problem.field).to_owned(),
        ..problem
    };
    Error::Invalid(problems.into_iter().map(field).collect())
}

/// Changes the document as it is on file; where somebody saved since the page was drawn, nothing changes.
async fn change(
    state: &AppState,
    actor: &Actor,
    id: DraftId,
    fields: &Fields,
    change: impl FnOnce(&mut Draft) -> Option<Part>,
) -> Result<(DraftPage, Part), PageError> {
    let page = state.service.draft(actor, id).await?;
    let mut draft = document(&page)?.clone();
    let refused = || {
        PageError::conflict(
            "Somebody saved this draft since you looked at it. Nothing was changed; look at it again.",
        )
    };
    let seen = seen_revision(fields);
    if page.record.revision != seen {
        return Err(refused());
    }
    let part = change(&mut draft).ok_or_else(PageError::not_found)?;
    match state.service.save_draft(actor, id, seen, NewContents::Document(draft)).await? {
        DraftSaved::Kept(page) => Ok((page, part)),
        DraftSaved::Stale(_) => Err(refused()),
    }
}

pub(super) async fn add(
    State(state): State<AppState>,
    Segments(id): Segments<DraftId>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let what = fields.trimmed("what").to_owned();
    let (page, part) = change(&state, &actor, id, &fields, |draft| added(draft, &what)).await?;
    Ok(see_other(&format!("{}/parts/{part}", draft_path(&page))))
}

/// Adds an empty rung above the others, an empty domain, or an empty criterion in a domain.
fn added(draft: &mut Draft, what: &str) -> Option<Part> {
    match what {
        "rung" => {
            draft.sublevels.push(Rung::default());
            Some(Part::Rung(draft.sublevels.len() - 1))
        }
        "domain" => {
            draft.domains.push(Domain::default());
            Some(Part::Domain(draft.domains.len() - 1))
        }
        domain => {
            let Ok(Part::Domain(number)) = domain.parse() else { return None };
            let profiles = draft.profiles.iter().map(|profile| profile.code.clone()).collect();
            let domain = draft.domains.get_mut(number)?;
            let code = format!("{}-{}", domain.code, domain.criteria.len() + 1);
            domain.criteria.push(Criterion {
                weight: Figure::from(1),
                profiles,
                anchors: vec![String::new(); 5],
                effort: "M".to_owned(),
                bindings: Vec::<Binding>::new(),
                code,
                ..Criterion::default()
            });
            Some(Part::Criterion(number, domain.criteria.len() - 1))
        }
    }
}

pub(super) async fn remove(
    State(state): State<AppState>,
    Segments((id, part)): Segments<(DraftId, String)>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let part = part_of(&part)?;
    let (page, _) = change(&state, &actor, id, &fields, |draft| removed(draft, part)).await?;
    let place = if matches!(part, Part::Rung(_)) { "rungs" } else { "domains" };
    Ok(see_other(&format!("{}#{place}", draft_path(&page))))
}

fn taken<T>(list: &mut Vec<T>, position: usize) -> Option<T> {
    (position < list.len()).then(|| list.remove(position))
}

fn removed(draft: &mut Draft, part: Part) -> Option<Part> {
    match part {
        Part::Head => return None,
        Part::Rung(rung) => drop(taken(&mut draft.sublevels, rung)?),
        Part::Domain(domain) => drop(taken(&mut draft.domains, domain)?),
        Part::Criterion(domain, criterion) => {
            drop(taken(&mut draft.domains.get_mut(domain)?.criteria, criterion)?);
        }
    }
    Some(part)
}

pub(super) async fn relocate(
    State(state): State<AppState>,
    Segments((id, part)): Segments<(DraftId, String)>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let part = part_of(&part)?;
    let later = fields.trimmed("direction") == "later";
    let step = if later { usize::checked_add } else { usize::checked_sub };
    let (page, part) = change(&state, &actor, id, &fields, |draft| moved(draft, part, step)).await?;
    Ok(see_other(&format!("{}/parts/{part}", draft_path(&page))))
}

/// Changes places with the neighbour; where the part stands then.
fn moved(draft: &mut Draft, part: Part, step: fn(usize, usize) -> Option<usize>) -> Option<Part> {
    fn swap<T>(list: &mut [T], from: usize, to: usize) -> Option<usize> {
        (from < list.len() && to < list.len()).then(|| {
            list.swap(from, to);
            to
        })
    }
    Some(match part {
        Part::Head => return None,
        Part::Rung(rung) => Part::Rung(swap(&mut draft.sublevels, rung, step(rung, 1)?)?),
        Part::Domain(domain) => Part::Domain(swap(&mut draft.domains, domain, step(domain, 1)?)?),
        Part::Criterion(domain, criterion) => {
            let criteria = &mut draft.domains.get_mut(domain)?.criteria;
            Part::Criterion(domain, swap(criteria, criterion, step(criterion, 1)?)?)
        }
    })
}
