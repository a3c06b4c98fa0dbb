//! The forms of the review's page that decide many things at once.

use axum::extract::State;
use axum::response::Response;
use domain::CriterionCode;
use http::StatusCode;
use service::Error;
use service::record::SeenEvidence;
use service::review::Decisions;

use super::{Address, draw, read};
use crate::web::{AppState, Fields, PageError, Posted, Refusal, Segments, see_other};

/// Goes back to the page where all was done; else the page says, line by line, what was not.
pub(super) async fn decide(
    State(state): State<AppState>,
    Segments((slug, id)): Address,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let mut sheet = read(&state, &actor, &slug, id, Fields::default(), None).await?;
    let done = match understood(&fields) {
        Ok(decisions) => state.service.decide(&actor, id, decisions).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(decided) if decided.refused.is_empty() => Ok(see_other(&sheet.paths.review())),
        Ok(decided) => {
            sheet = read(&state, &actor, &slug, id, Fields::default(), None).await?;
            let nothing = decided.done == 0;
            sheet.decided = Some(decided);
            let mut response = draw(&state, &actor, &sheet);
            if nothing {
                *response.status_mut() = StatusCode::CONFLICT;
            }
            Ok(response)
        }
        Err(Error::Invalid(problems)) => {
            // No single field is wrong: the form as a whole chooses nothing, or too much.
            let note = problems.into_iter().map(|problem| problem.problem).collect::<Vec<_>>().join(" ");
            sheet.refusal = Some(Refusal { note: Some(note), ..Refusal::invalid(Vec::new()) });
            Ok(draw(&state, &actor, &sheet))
        }
        Err(error) => {
            sheet.refusal = Some(Refusal::of(error)?);
            Ok(draw(&state, &actor, &sheet))
        }
    }
}

fn understood(fields: &Fields) -> Result<Decisions, Error> {
    let items = || -> Result<Vec<SeenEvidence>, Error> {
        let parsed = fields.all("items").map(str::parse).collect::<Result<_, _>>();
        parsed.map_err(|_| Error::invalid("items", "Choose items of the list."))
    };
    Ok(match fields.get("do") {
        "accept" => Decisions { accept: items()?, ..Decisions::default() },
        "reject" => Decisions { reject: items()?, ..Decisions::default() },
        "approve" => {
            let approve = fields.all("criteria").map(CriterionCode::from).collect();
            Decisions { approve, ..Decisions::default() }
        }
        _ => return Err(Error::Conflict("Use one of the buttons of the page.".to_owned())),
    })
}
