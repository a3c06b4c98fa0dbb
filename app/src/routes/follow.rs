//! What happens to an assessment, told to an open page as server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::{CriterionCode, Framework};
use futures_util::stream;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use service::follow::{Following, Happened};
use service::record::{Answer, AnswerRevision, AssessmentState, Rater};
use service::{AssessmentId, UnixMillis};
use tower_sessions::Session;

use super::assessed_at;
use crate::api::Told;
use crate::ui::{clock, in_zone};
use crate::web::{AppState, MaybeActor, PageError, Queried, Segments, key_of};
use crate::words::{Paths, assessment_state_word, claim_words};

/// A line that says nothing, so that nobody between takes the connection for a dead one.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How long a browser waits before it asks again.
const RETRY: Duration = Duration::from_secs(3);

const LAST_EVENT: HeaderName = HeaderName::from_static("last-event-id");
/// Has a proxy hand on each event at once.
const NO_BUFFERING: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/orgs/{slug}/assessments/{id}/live", get(follow))
}

/// `since` is the instant, in Unix milliseconds, at which the page was drawn; a browser that comes back says itself
/// what it heard last.
async fn follow(
    State(state): State<AppState>,
    MaybeActor(actor): MaybeActor,
    session: Session,
    Segments((slug, id)): Segments<(String, AssessmentId)>,
    Queried(query): Queried,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    // Without content a browser does not ask again: whoever is signed out is not sent to sign in here.
    let Some(actor) = actor else { return Ok(StatusCode::NO_CONTENT.into_response()) };
    let assessed = assessed_at(&state, &actor, &slug, id).await?;
    let heard = headers.get(LAST_EVENT).and_then(|last| last.to_str().ok()).unwrap_or(query.get("since"));
    let since = heard.parse().map_or(assessed.computed_at, UnixMillis);
    let following = state.service.follow_assessment(&actor, &key_of(&session), id, since).await?;
    let framework = assessed.framework.clone();
    let paths = Paths::new(&slug, id);
    let events =
        stream::unfold((following, framework, paths), |(mut following, framework, paths)| async move {
            let event = next(&mut following, &framework, &paths).await?;
            Some((Ok::<_, Infallible>(event), (following, framework, paths)))
        });
    let headers = [(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")), NO_BUFFERING];
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE);
    Ok((headers, Sse::new(events).keep_alive(keep_alive)).into_response())
}

/// The next event that concerns the reader; their own answers are on their page already.
async fn next(following: &mut Following, framework: &Framework, paths: &Paths) -> Option<Event> {
    loop {
        let happened = following.next().await?;
        let reader = following.actor();
        let zone = reader.time_zone().clone();
        let (told, at) = match &*happened {
            Happened::Answered(answer) if answer.by == reader.user() => continue,
            Happened::Answered(answer) => (in_zone(zone, || answered(answer, framework, paths)), answer.at),
            Happened::Withdrawn(gone) if gone.by == reader.user() => continue,
            Happened::Withdrawn(gone) => (in_zone(zone, || withdrawn(gone, framework, paths)), gone.at),
            Happened::State(state) => (moved(*state, paths), UnixMillis::now()),
        };
        let data = serde_json::to_string(&told).ok()?;
        return Some(Event::default().id(at.0.to_string()).retry(RETRY).data(data));
    }
}

/// `Bo answered PAT-1: 3 Operational, 12:03`.
fn answered(answer: &Answer, framework: &Framework, paths: &Paths) -> Told {
    let verb = match answer.rater {
        Rater::Own => "answered",
        Rater::Assessor => "rated",
    };
    let claim = claim_words(framework, &answer.claim);
    let (who, code, at) = (&answer.by_name, &answer.criterion, clock(answer.at.timestamp()));
    Told {
        words: format!("{who} {verb} {code}: {claim}, {at}"),
        href: place_of(code, framework, paths),
        criterion: code.to_string(),
        revision: match answer.rater {
            Rater::Own => answer.revision,
            // Of nothing that the form on the page holds.
            Rater::Assessor => 0,
        },
        state: String::new(),
    }
}

/// `Bo withdrew the answer to PAT-1, 12:03`.
fn withdrawn(gone: &AnswerRevision, framework: &Framework, paths: &Paths) -> Told {
    let (who, code, at) = (&gone.by_name, &gone.criterion, clock(gone.at.timestamp()));
    Told {
        words: format!("{who} withdrew the answer to {code}, {at}"),
        href: place_of(code, framework, paths),
        criterion: code.to_string(),
        revision: gone.revision,
        state: String::new(),
    }
}

fn place_of(code: &CriterionCode, framework: &Framework, paths: &Paths) -> String {
    let domain = framework.domain_of(code);
    domain.map_or_else(|| paths.assessment().to_owned(), |domain| paths.criterion(&domain.code, code))
}

fn moved(state: AssessmentState, paths: &Paths) -> Told {
    let words = match state {
        AssessmentState::Draft => "The submission was taken back. Load the page again to answer",
        AssessmentState::Submitted => "The assessment was submitted and is locked now",
        AssessmentState::InReview => "The review has begun",
        AssessmentState::ChangesRequested => "The reviewer asks for changes. Load the page again to answer",
        AssessmentState::Final => "The assessment was signed and is final",
    };
    let state = assessment_state_word(state).to_owned();
    Told { words: words.to_owned(), href: paths.review(), criterion: String::new(), revision: 0, state }
}

#[cfg(test)]
mod tests {
    use domain::Level;
    use service::UserId;
    use service::record::Claim;

    use super::*;

    #[test]
    fn an_answer_is_told_with_who_what_and_when() {
        let framework = domain::builtin::frameworks().iter().find(|one| one.code.as_str() == "B7").unwrap();
        let answer = Answer {
            criterion: "PAT-1".into(),
            rater: Rater::Own,
            claim: Claim::Level(Level::ALL[3]),
            rationale: String::new(),
            revision: 4,
            by: UserId::new(),
            by_name: "Bo".to_owned(),
            at: UnixMillis(1_763_640_180_250),
        };
        let paths = Paths::new("alder", "1");
        let told = answered(&answer, framework, &paths);
        assert_eq!(told.words, "Bo answered PAT-1: 3 Operational, 12:03");
        assert_eq!((told.href.as_str(), told.revision), ("/orgs/alder/assessments/1/PAT#pat-1", 4));
        let gone = AnswerRevision {
            criterion: answer.criterion.clone(),
            rater: Rater::Own,
            claim: None,
            rationale: String::new(),
            revision: 5,
            by: answer.by,
            by_name: "Bo".to_owned(),
            at: answer.at,
        };
        let told = withdrawn(&gone, framework, &paths);
        assert_eq!((told.words.as_str(), told.revision), ("Bo withdrew the answer to PAT-1, 12:03", 5));
        let rated = Answer { rater: Rater::Assessor, ..answer };
        let told = answered(&rated, framework, &paths);
        assert_eq!((told.words.as_str(), told.revision), ("Bo rated PAT-1: 3 Operational, 12:03", 0));
    }
}
