//! What islands ask of the server: typed functions under `/api/ui`, each one use case.

use leptos::prelude::*;
use leptos::server_fn::codec::JsonEncoding;
use serde::{Deserialize, Serialize};

/// What changes on the page after an answer, drawn by the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// The revision on file, from which the next save goes on.
    pub revision: i64,
    /// The criterion's save state, as HTML.
    pub status: String,
    /// For each of the five anchors, and *Not applicable*, its class and the HTML of its flag.
    pub anchors: Vec<(String, String)>,
    /// The inner HTML of elements, by their id.
    pub fragments: Vec<(String, String)>,
}

/// Something that happened to an assessment, as an open page is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// `Bo answered PAT-1: 3 Operational, 12:03`.
    pub words: String,
    /// Where it is seen.
    pub href: String,
    /// The criterion's code; empty where it is about the whole assessment.
    pub criterion: String,
    /// The revision of the organization's answer that it made; 0 where it made none.
    pub revision: i64,
    /// The state that the assessment is in now; empty where it is about an answer. What is open already at the page
    /// is no news.
    pub state: String,
}

/// What a page of the questionnaire shows anew after others have answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// The inner HTML of elements, by their id.
    pub fragments: Vec<(String, String)>,
    /// For each criterion asked for that is on the page.
    pub offers: Vec<Offer>,
}

/// A colleague's answer to a criterion, which waits until the reader asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub criterion: String,
    /// What changes at the criterion once it is shown.
    pub update: Update,
    /// The offer to show it, for a criterion that the reader has not touched.
    pub untouched: String,
    /// What is said where the reader entered something else.
    pub touched: String,
}

/// How a save ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SaveReply {
    Saved(Update),
    /// Somebody else answered in between. `update` draws what is on file, `conflict` both answers side by side.
    Stale {
        update: Update,
        conflict: String,
    },
    /// Field by field what is wrong, and what is wrong as a whole.
    Refused {
        errors: Vec<(String, String)>,
        note: Option<String>,
    },
    /// The session has ended; nothing was saved.
    SignedOut,
}

/// Why there is no answer. What was asked for may have been done all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unanswered {
    /// The database does not answer: the same may work after so many seconds, which `Retry-After` says too.
    Later { seconds: u64 },
    /// Anything else, the network between included.
    Failed(String),
}

impl FromServerFnError for Unanswered {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Saves one answer. `level` is `0` to `4` or `na`; `revision` is the one that was on the screen.
#[server(prefix = "/api/ui", endpoint = "save_answer")]
pub async fn save_answer(
    assessment: String,
    criterion: String,
    level: String,
    reason: String,
    rationale: String,
    revision: i64,
) -> Result<SaveReply, Unanswered> {
    use crate::answer::Sent;
    use crate::web::UiContext;

    let UiContext { service, actor } = expect_context::<UiContext>();
    let options = expect_context::<leptos_axum::ResponseOptions>();
    let sent = Sent { criterion: criterion.into(), level, reason, rationale, revision };
    let owner = Owner::current();
    let reply = match actor {
        Ok(Some(actor)) => server::save(&service, &actor, &assessment, sent, owner).await,
        Ok(None) => Ok(SaveReply::SignedOut),
        Err(unanswered) => Err(unanswered),
    };
    server::with_status(&options, reply)
}

/// What others answered, drawn for the page of a domain. `criteria` are codes with commas between. `None`: the session
/// has ended.
#[server(prefix = "/api/ui", endpoint = "look_again")]
pub async fn look_again(
    assessment: String,
    domain: String,
    criteria: String,
) -> Result<Option<Look>, Unanswered> {
    use crate::web::UiContext;

    let UiContext { service, actor } = expect_context::<UiContext>();
    let options = expect_context::<leptos_axum::ResponseOptions>();
    let owner = Owner::current();
    let look = match actor {
        Ok(Some(actor)) => {
            server::look(&service, &actor, &assessment, &domain, &criteria, owner).await.map(Some)
        }
        Ok(None) => Ok(None),
        Err(unanswered) => Err(unanswered),
    };
    server::with_status(&options, look)
}

#[cfg(feature = "ssr")]
mod server {
    use http::{StatusCode, header};
    use leptos::prelude::Owner;
    use leptos_axum::ResponseOptions;
    use service::{Actor, AssessmentId, DATABASE_RETRY_SECONDS, Error, Service};

    use super::{Look, SaveReply, Unanswered};
    use crate::answer::{Sent, sheet};
    use crate::pages::questionnaire::{Sheet, Typed, TypedAnswer, conflict_html, look_at, update};

    /// The reply under the status that a page would have.
    pub(super) fn with_status<T>(
        options: &ResponseOptions,
        reply: Result<T, Unanswered>,
    ) -> Result<T, Unanswered> {
        if let Err(Unanswered::Later { seconds }) = &reply {
            options.set_status(StatusCode::SERVICE_UNAVAILABLE);
            options.insert_header(header::RETRY_AFTER, (*seconds).into());
        }
        reply
    }

    /// Reads the assessment again and draws what changed.
    pub(super) async fn look(
        service: &Service,
        actor: &Actor,
        assessment: &str,
        domain: &str,
        criteria: &str,
        owner: Option<Owner>,
    ) -> Result<Look, Unanswered> {
        let id: AssessmentId = assessment.parse().map_err(|_| not_found("assessment"))?;
        let sheet = sheet(service, actor, id, |one| one.code.as_str() == domain, Typed::default()).await;
        let sheet = sheet.map_err(unanswered)?.ok_or_else(|| not_found("domain"))?;
        let withdrawals = service.withdrawals(actor, id).await.map_err(unanswered)?;
        let draw = || look_at(&sheet, criteria.split(','), &withdrawals);
        Ok(match owner {
            Some(owner) => owner.with(draw),
            None => draw(),
        })
    }

    /// Saves, then draws what follows from it.
    pub(super) async fn save(
        service: &Service,
        actor: &Actor,
        assessment: &str,
        sent: Sent,
        owner: Option<Owner>,
    ) -> Result<SaveReply, Unanswered> {
        let id: AssessmentId = assessment.parse().map_err(|_| not_found("assessment"))?;
        let criterion = sent.criterion.clone();
        let saved = match sent.input() {
            Ok(input) => service.save_answer(actor, id, &criterion, input).await,
            Err(error) => Err(error),
        };
        let typed = match saved {
            Ok(_) => None,
            // The database took an earlier try, and nobody was told.
            Err(Error::Stale(on_file)) if (*on_file).as_ref().is_some_and(|it| sent.is(it, actor)) => None,
            Err(error) => Some(sent.refused(error).map_err(unanswered)?),
        };
        if let Some(typed) = typed.as_ref().filter(|typed| !typed.stale) {
            let fields = ["level", "reason", "rationale"];
            let errors =
                fields.into_iter().filter_map(|field| Some((field.to_owned(), typed.errors.of(field)?)));
            return Ok(SaveReply::Refused { errors: errors.collect(), note: typed.note.clone() });
        }
        let holds =
            |domain: &domain::framework::Domain| domain.criteria.iter().any(|own| own.code == criterion);
        let sheet = sheet(service, actor, id, holds, Typed::default()).await.map_err(unanswered)?;
        let sheet = sheet.ok_or_else(|| not_found("criterion"))?;
        let criteria = &sheet.assessed.framework.domains[sheet.domain].criteria;
        let index = criteria.iter().position(|own| own.code == criterion).unwrap_or(0);
        let draw = || reply(&sheet, index, typed);
        Ok(match owner {
            Some(owner) => owner.with(draw),
            None => draw(),
        })
    }

    fn reply(sheet: &Sheet, index: usize, stale: Option<TypedAnswer>) -> SaveReply {
        let update = update(sheet, index);
        match stale {
            Some(typed) => SaveReply::Stale { update, conflict: conflict_html(sheet, index, &typed) },
            None => SaveReply::Saved(update),
        }
    }

    /// A use case's error for the island; what is our own fault is logged here, once.
    fn unanswered(error: Error) -> Unanswered {
        if let Some(cause) = error.own_fault() {
            tracing::error!(error = %cause, "a server function failed");
        }
        match error {
            Error::Unavailable(_) => Unanswered::Later { seconds: DATABASE_RETRY_SECONDS },
            other => Unanswered::Failed(other.to_string()),
        }
    }

    fn not_found(what: &str) -> Unanswered {
        Unanswered::Failed(format!("The {what} was not found."))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn what_may_work_in_a_while_says_when() {
            let cause = std::io::Error::other("the pool is closed");
            let busy = unanswered(Error::Unavailable(Box::new(cause)));
            assert_eq!(busy, Unanswered::Later { seconds: 30 });
            let broken = unanswered(Error::NotFound("The assessment"));
            assert_eq!(broken, Unanswered::Failed("The assessment was not found".to_owned()));
        }
    }
}
