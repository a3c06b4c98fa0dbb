//! The forms of the review that decide many things at once.

use axum::extract::State;
use axum::response::Response;
use domain::CriterionCode;
use http::StatusCode;
use service::record::SeenEvidence;
use service::review::{Decided, Decisions};
use service::{Actor, AssessmentId, Error};

use super::{Address, DomainAddress, draw, draw_domain, read, read_domain};
use crate::web::{AppState, Fields, PageError, Posted, Refusal, Segments, see_other};

/// What a page says of decisions of which not all were done.
enum Undone {
    /// Line by line.
    Lines(Decided),
    Refused(Refusal),
}

impl Undone {
    /// The status of the page that says it; `None` for that of its refusal.
    fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Lines(decided) if decided.done == 0 => Some(StatusCode::CONFLICT),
            Self::Lines(_) => Some(StatusCode::OK),
            Self::Refused(_) => None,
        }
    }

    fn parts(self) -> (Option<Decided>, Option<Refusal>) {
        match self {
            Self::Lines(decided) => (Some(decided), None),
            Self::Refused(refusal) => (None, Some(refusal)),
        }
    }
}

/// Goes back to the page where all was done; else the page says, line by line, what was not.
pub(super) async fn decide(
    State(state): State<AppState>,
    Segments((slug, id)): Address,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let sheet = read(&state, &actor, &slug, id, Fields::default(), None).await?;
    let Some(undone) = decided(&state, &actor, id, &fields).await? else {
        return Ok(see_other(&sheet.paths.review()));
    };
    let status = undone.status();
    let (decided, refusal) = undone.parts();
    let mut sheet = read(&state, &actor, &slug, id, Fields::default(), refusal).await?;
    sheet.decided = decided;
    Ok(with_status(draw(&state, &actor, &sheet), status))
}

/// The same from the page of one domain.
pub(super) async fn decide_in_domain(
    State(state): State<AppState>,
    Segments((slug, id, code)): DomainAddress,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let page = read_domain(&state, &actor, (&slug, id, &code), Fields::default(), None).await?;
    let Some(undone) = decided(&state, &actor, id, &fields).await? else {
        return Ok(see_other(&format!("{}#evidence", page.sheet.paths.review_domain(&code))));
    };
    let status = undone.status();
    let (decided, refusal) = undone.parts();
    let mut page = read_domain(&state, &actor, (&slug, id, &code), fields, refusal).await?;
    page.sheet.decided = decided;
    Ok(with_status(draw_domain(&state, &actor, &page, &code), status))
}

/// `None` where all was done.
async fn decided(
    state: &AppState,
    actor: &Actor,
    id: AssessmentId,
    fields: &Fields,
) -> Result<Option<Undone>, PageError> {
    let done = match understood(fields) {
        Ok(decisions) => state.service.decide(actor, id, decisions).await,
        Err(error) => Err(error),
    };
    Ok(match done {
        Ok(decided) if decided.refused.is_empty() => None,
        Ok(decided) => Some(Undone::Lines(decided)),
        Err(Error::Invalid(problems)) => {
            // No single field is wrong: the form as a whole chooses nothing, or too much.
            let note = problems.into_iter().map(|problem| problem.problem).collect::<Vec<_>>().join(" ");
            Some(Undone::Refused(Refusal { note: Some(note), ..Refusal::invalid(Vec::new()) }))
        }
        Err(error) => Some(Undone::Refused(Refusal::of(error)?)),
    })
}

fn with_status(mut response: Response, status: Option<StatusCode>) -> Response {
    if let Some(status) = status {
        *response.status_mut() = status;
    }
    response
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
