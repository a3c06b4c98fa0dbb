//! Forms: reading them, and giving them back when they are refused.

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use domain::check::{CheckKinds, ParameterType};
use futures_util::StreamExt as _;
use http::request::Parts;
use http::{HeaderMap, StatusCode, header};
use jiff::civil::Date;
use service::{Actor, Error, FieldError};
use url::form_urlencoded;

use super::actor::MaybeActor;
use super::error::PageError;
use super::path::local_path;
use super::state::AppState;
use super::upload::is_limit;
use crate::ui::FormErrors;

/// The fields of a form in the order they were sent; a name may come several times.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads `application/x-www-form-urlencoded`; `None` when a text is not UTF-8 or holds a NUL, which PostgreSQL
    /// does not keep. Line ends become `\n`.
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        let mut fields = Vec::new();
        for (name, value) in form_urlencoded::parse(body) {
            // The parser puts U+FFFD where bytes are no UTF-8; nobody types it.
            if [&name, &value].iter().any(|text| text.contains(['\u{FFFD}', '\0'])) {
                return None;
            }
            fields.push((name.into_owned(), value.replace("\r\n", "\n")));
        }
        Some(Self(fields))
    }

    /// The first value of a field; empty where the form has none.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }

    /// The same without space around it.
    pub fn trimmed(&self, name: &str) -> &str {
        self.get(name).trim()
    }

    /// The field as a day; `None` where it is empty.
    pub(crate) fn day(&self, name: &str) -> Result<Option<Date>, FieldError> {
        let problem = "Give the day as year, month and day: 2026-11-20. Or leave it empty.";
        match self.trimmed(name) {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| FieldError::new(name, problem)),
        }
    }

    /// Every value of a field, as a group of checkboxes sends them.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// Whether the form has the field, with whatever value: how a single checkbox says yes.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(found, _)| found == name)
    }

    /// The fields whose name begins with `prefix`, without it.
    pub fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.iter().filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value.as_str())))
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Refuses a form of which something was left out while its sender signed in again: it is asked for before anything
    /// is saved without it.
    pub(crate) fn nothing_left_out(&self) -> Result<(), Error> {
        let problems: Vec<_> = self.all(LEFT_OUT).map(|field| FieldError::new(field, ASKED_AGAIN)).collect();
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
    }

    /// Without those whose name `keep` refuses.
    #[must_use]
    pub(crate) fn only(mut self, keep: impl Fn(&str) -> bool) -> Self {
        self.0.retain(|(name, _)| keep(name));
        self
    }
}

impl FromIterator<(String, String)> for Fields {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(fields: T) -> Self {
        Self(fields.into_iter().collect())
    }
}

/// What the query of an address says, as a form that is sent by `GET` does. One that cannot be read names nothing: 404, as
/// with [`Segments`](super::Segments).
#[derive(Debug, Clone)]
pub struct Queried(pub Fields);

impl<S: Send + Sync> FromRequestParts<S> for Queried {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        let query = parts.uri.query().unwrap_or_default();
        Fields::parse(query.as_bytes()).map(Self).ok_or_else(PageError::not_found)
    }
}

/// What a form may hold, in bytes. Far above what any field accepts, so that somebody who pastes a book learns at the field
/// how much is too much.
const FORM_LIMIT: usize = 8 << 20;

/// What is read of a form that holds more, so that its sender gets an answer: a browser whose form is cut off shows none.
pub const FORM_READ_LIMIT: usize = 4 * FORM_LIMIT;

/// The fields of a form that was sent; `None` where it holds more than a form may.
async fn read(request: Request) -> Result<Option<Fields>, PageError> {
    if !is_plain_form(request.headers()) {
        return Err(PageError::unreadable("Send it from the page that it is on, as a plain form."));
    }
    let Some(body) = whole(request.into_body()).await? else { return Ok(None) };
    Fields::parse(&body).map(Some).ok_or_else(|| {
        PageError::unreadable(
            "A text in it is not valid UTF-8, or holds a NUL character. Nothing was changed; go back, type the text again and send the form.",
        )
    })
}

/// A body as it was sent; `None` where it holds more than a form may, and was let past.
pub(super) async fn whole(body: Body) -> Result<Option<Vec<u8>>, PageError> {
    let mut pieces = body.into_data_stream();
    let (mut whole, mut bytes) = (Vec::new(), 0_usize);
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| {
            if is_limit(&error) {
                PageError::too_large()
            } else {
                PageError::unreadable("It did not arrive whole. Nothing was changed; send it again.")
            }
        })?;
        bytes = bytes.saturating_add(piece.len());
        if bytes <= FORM_LIMIT {
            whole.extend_from_slice(&piece);
        } else {
            whole = Vec::new();
        }
    }
    Ok((bytes <= FORM_LIMIT).then_some(whole))
}

fn is_plain_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// A form that anybody may send: signing in, the first account.
#[derive(Debug, Clone)]
pub struct Submitted(pub Fields);

impl FromRequest<AppState> for Submitted {
    type Rejection = PageError;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, PageError> {
        read(request).await?.map(Self).ok_or_else(PageError::too_large)
    }
}

/// A form that a signed-in person sent. Where the session has expired, the answer is the sign-in page with the form
/// inside: signing in posts it again, and nothing typed is lost but secrets, which [`Fields::nothing_left_out`] asks for.
#[derive(Debug, Clone)]
pub struct Posted {
    pub actor: Actor,
    pub fields: Fields,
}

impl FromRequest<AppState> for Posted {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, PageError> {
        let Pasted { actor, fields } = Pasted::from_request(request, state).await?;
        Ok(Self { actor, fields: fields.ok_or_else(PageError::too_large)? })
    }
}

/// The same for a form into which whole tables are pasted. One that holds too much was let past: its handler gives it back
/// with that said at its field.
#[derive(Debug, Clone)]
pub(crate) struct Pasted {
    pub(crate) actor: Actor,
    /// `None` where the form holds more than one may.
    pub(crate) fields: Option<Fields>,
}

impl FromRequest<AppState> for Pasted {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, PageError> {
        let (mut parts, body) = request.into_parts();
        let MaybeActor(actor) = MaybeActor::from_request_parts(&mut parts, state).await?;
        let target = parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
        match (actor, read(Request::from_parts(parts, body)).await?) {
            (Some(actor), fields) => Ok(Self { actor, fields: fields.map(|fields| fields.only(waits)) }),
            (None, Some(fields)) => Err(sign_in_first(state, &target, fields)),
            (None, None) => Err(PageError::too_large()),
        }
    }
}

/// The answer to a form that came without a session: it is posted to `target` once somebody has signed in.
pub(super) fn sign_in_first(state: &AppState, target: &str, fields: Fields) -> PageError {
    PageError::SignIn {
        target: local_path(target).to_owned(),
        fields: waiting(state.service.kinds(), fields),
    }
}

/// A form as the sign-in page carries it: the secrets that were typed are named, and left out.
fn waiting(kinds: &CheckKinds, fields: Fields) -> Fields {
    let fields = fields.0.into_iter().filter(|(name, _)| waits(name));
    let fields = fields.filter_map(|(name, value)| match (is_secret(kinds, &name), value.is_empty()) {
        (false, _) => Some((name, value)),
        (true, false) => Some((LEFT_OUT.to_owned(), name)),
        (true, true) => None,
    });
    fields.collect()
}

/// Whether a field is typed again rather than put into a page: a password, or a secret of a health check.
fn is_secret(kinds: &CheckKinds, name: &str) -> bool {
    let secret = |parameter: &str| {
        let specs = kinds.iter().filter_map(|kind| kind.parameter(parameter));
        specs.into_iter().any(|spec| spec.kind == ParameterType::Secret)
    };
    matches!(name, "current" | "password" | "second-code" | "second-password" | "secret" | "slack_url")
        || name.strip_prefix("parameters.").is_some_and(secret)
}

/// Begins the names of the sign-in form's own fields, so that it can carry another form's beside them.
const SIGN_IN_PREFIX: &str = "sign-in.";

/// Names a field of a form that waits until somebody has signed in, where the field itself does not wait: a secret, a file.
pub(super) const LEFT_OUT: &str = "sign-in.left-out";

/// Said at such a field.
const ASKED_AGAIN: &str = "Enter this again: secrets and files are not kept while you sign in.";

/// Whether a field is of the form that waits, and not of the one for signing in.
pub(crate) fn waits(name: &str) -> bool {
    name == LEFT_OUT || !name.starts_with(SIGN_IN_PREFIX)
}

/// Why a form comes back, for drawing it again with everything that was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub status: StatusCode,
    /// By the id of the field, which is its name.
    pub errors: FormErrors,
    /// What is wrong with the form as a whole.
    pub note: Option<String>,
}

impl Refusal {
    /// From a use case's error; what no form can mend becomes an error page.
    pub fn of(error: Error) -> Result<Self, PageError> {
        let whole = |status, note| Ok(Self { status, errors: FormErrors::new(), note: Some(note) });
        match error {
            Error::Invalid(errors) => Ok(Self::invalid(errors)),
            Error::Conflict(note) => whole(StatusCode::CONFLICT, note),
            // The form is drawn again from what is there now, with what was typed beside it.
            stale @ Error::Stale(_) => {
                whole(StatusCode::CONFLICT, format!("{stale} Look at both before you save again."))
            }
            Error::Forbidden(note) => whole(StatusCode::FORBIDDEN, note),
            Error::Unauthenticated(note) => whole(StatusCode::UNAUTHORIZED, note),
            throttled @ Error::Throttled { .. } => {
                whole(StatusCode::TOO_MANY_REQUESTS, throttled.to_string())
            }
            other => Err(other.into()),
        }
    }

    /// Of a page whose form may have been refused.
    pub fn status_of(refusal: Option<&Self>) -> StatusCode {
        refusal.map_or(StatusCode::OK, |refusal| refusal.status)
    }

    /// For what a handler itself cannot read, before any use case.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let mut told = FormErrors::new();
        for FieldError { field, problem, fault, .. } in errors {
            told.add_fault(fault, field, problem);
        }
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, errors: told, note: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_a_password_nor_the_secret_of_a_check_is_put_into_a_page() {
        let kinds = domain::builtin::check_kinds();
        for secret in [
            "password",
            "current",
            "second-code",
            "second-password",
            "secret",
            "slack_url",
            "parameters.bearer_token",
            "parameters.private_key",
        ] {
            assert!(is_secret(kinds, secret), "{secret}");
        }
        for open in ["name", "parameters.base_url", "parameters", "bearer_token"] {
            assert!(!is_secret(kinds, open), "{open}");
        }
    }

    #[test]
    fn a_form_that_waits_names_the_secrets_that_it_leaves_out_and_asks_for_them() {
        let typed = b"parameters.base_url=https%3A%2F%2Fa.example&parameters.bearer_token=hush&secret=&sign-in.email=a";
        let waiting = waiting(domain::builtin::check_kinds(), Fields::parse(typed).unwrap());
        let carried: Vec<_> = waiting.iter().collect();
        let expected = [("parameters.base_url", "https://a.example"), (LEFT_OUT, "parameters.bearer_token")];
        assert_eq!(carried, expected);
        // Another password that was wrong, or a second step, loses nothing of it.
        assert_eq!(waiting.clone().only(waits), waiting);
        let Err(Error::Invalid(problems)) = waiting.nothing_left_out() else { panic!("it is asked for") };
        let asked: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(asked, ["parameters.bearer_token"]);
        assert!(Fields::parse(b"name=Alder").unwrap().nothing_left_out().is_ok());
    }

    #[test]
    fn a_form_keeps_repeated_fields_and_their_order() {
        let fields = Fields::parse(b"name=Alder+Hospital&profiles=H&profiles=A&why=a%0D%0Ab").unwrap();
        assert_eq!(fields.get("name"), "Alder Hospital");
        assert_eq!(fields.all("profiles").collect::<Vec<_>>(), ["H", "A"]);
        assert_eq!(fields.get("why"), "a\nb");
        assert_eq!(fields.get("absent"), "");
    }

    #[test]
    fn text_that_is_not_utf_8_is_refused() {
        assert_eq!(Fields::parse(b"name=%FF"), None);
        assert!(Fields::parse("name=%C3%A9".as_bytes()).is_some());
    }

    #[test]
    fn a_refused_form_names_each_field_and_has_the_status_of_its_cause() {
        let refusal = Refusal::of(Error::invalid("email", "Give an address.")).unwrap();
        assert_eq!(refusal.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refusal.errors.of("email").as_deref(), Some("Give an address."));
        let refusal = Refusal::of(Error::Conflict("There is one already.".to_owned())).unwrap();
        assert_eq!(
            (refusal.status, refusal.note.as_deref()),
            (StatusCode::CONFLICT, Some("There is one already."))
        );
        let refusal = Refusal::of(Error::Stale(Box::new(None))).unwrap();
        assert_eq!(refusal.status, StatusCode::CONFLICT);
        assert!(Refusal::of(Error::NotFound("organization")).is_err());
    }
}
