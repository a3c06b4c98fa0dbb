//! The form of a domain's ratings: every rating that was written is saved, whichever button sent it.

use axum::extract::State;
use axum::response::Response;
use domain::CriterionCode;
use service::Error;

use super::{DomainAddress, draw_domain, read_domain};
use crate::pages::review::{TypedRating, rating_fields};
use crate::web::{AppState, Fields, PageError, Posted, Refusal, Segments, see_other};
use crate::words::anchor;

/// Saves what can be saved; the rest comes back as it was typed. Agreeing with the other claims waits for that.
pub(super) async fn rate(
    State(state): State<AppState>,
    Segments((slug, id, code)): DomainAddress,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let page = read_domain(&state, &actor, (&slug, id, &code), Fields::default(), None).await?;
    let sent = TypedRating::all(&fields);
    let place = place(&sent, fields.get("at"))
        .filter(|criterion| page.sheet.page.assessed.framework.criterion(criterion).is_some());
    let (mut back, mut refusal) = (Vec::new(), None);
    for typed in sent.into_iter().filter(TypedRating::is_new) {
        let criterion = CriterionCode::from(typed.criterion.as_str());
        let rated = match typed.sent().input() {
            Ok(input) => state.service.rate(&actor, id, &criterion, input).await.map(drop),
            Err(error) => Err(error),
        };
        if let Err(error) = rated {
            refusal = Some(joined(refusal, refused(error, &criterion)?));
            back.extend(typed.into_fields());
        }
    }
    if let Some(refusal) = refusal {
        let typed = back.into_iter().collect();
        let page = read_domain(&state, &actor, (&slug, id, &code), typed, Some(refusal)).await?;
        return Ok(draw_domain(&state, &actor, &page, &code));
    }
    let domain = page.sheet.paths.review_domain(&code);
    if fields.get("then") == "agree" {
        state.service.agree(&actor, id, Some(&code.as_str().into())).await?;
        return Ok(see_other(&domain));
    }
    Ok(match place {
        Some(criterion) => see_other(&format!("{domain}#{}", anchor(&criterion))),
        None => see_other(&domain),
    })
}

/// Where the reader was: beside the button that was pressed, or else where they wrote first.
fn place(sent: &[TypedRating], pressed: &str) -> Option<CriterionCode> {
    let beside = sent.iter().find(|typed| typed.criterion == pressed);
    let found = beside.or_else(|| sent.iter().find(|typed| typed.is_new()))?;
    Some(CriterionCode::from(found.criterion.as_str()))
}

/// With what is wrong at the fields of its criterion.
fn refused(error: Error, criterion: &CriterionCode) -> Result<Refusal, PageError> {
    let mut refusal = Refusal::of(error)?;
    let (level, note) = rating_fields(criterion);
    refusal.errors = refusal.errors.renamed(|field| match field {
        "level" => level.clone(),
        "reason" | "rationale" => note.clone(),
        other => other.to_owned(),
    });
    Ok(refusal)
}

fn joined(first: Option<Refusal>, more: Refusal) -> Refusal {
    let Some(mut first) = first else { return more };
    first.errors.append(more.errors);
    first.note = first.note.or(more.note);
    first
}
