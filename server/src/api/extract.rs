//! Who asks, what the path names and what the body says: each refusal is a [`Problem`].

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::IntoResponse as _;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use service::{Actor, Service};

use super::problem::Problem;

mod fault;
mod read;
mod strict;

pub(super) use self::read::read;
use self::read::text;

/// Whoever the bearer token belongs to.
pub(crate) struct Bearer(pub(crate) Actor);

impl FromRequestParts<Service> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Problem> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|header| header.to_str().ok());
        let token = header.and_then(|header| {
            let (scheme, token) = header.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        let token = token.ok_or_else(|| {
            let detail = "Send the header `Authorization: Bearer TOKEN`. Make a token in the settings.";
            Problem::new(StatusCode::UNAUTHORIZED, detail)
        })?;
        Ok(Self(service.actor_of_token(token).await?))
    }
}

/// The variable parts of the path; what cannot be one of our ids names nothing.
pub(super) struct Segments<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Service> for Segments<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Problem> {
        match Path::from_request_parts(parts, service).await {
            // No text has a NUL, and PostgreSQL would not even compare one.
            Ok(Path(segments)) if !parts.uri.path().contains("%00") => Ok(Self(segments)),
            _ => Err(Problem::new(StatusCode::NOT_FOUND, "The address names nothing: look at its ids.")),
        }
    }
}

/// What the query says.
pub(super) struct Queried<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<Service> for Queried<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Problem> {
        match Query::<T>::from_request_parts(parts, service).await {
            Ok(Query(query)) if !parts.uri.query().is_some_and(|query| query.contains("%00")) => {
                Ok(Self(query))
            }
            _ => Err(Problem::new(StatusCode::BAD_REQUEST, "The query could not be read.")),
        }
    }
}

/// The body, read from JSON.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Service> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, service: &Service) -> Result<Self, Problem> {
        if !says_json(&request) {
            let detail = "Send JSON, with the header `Content-Type: application/json`.";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
        read(&bytes_of(request, service).await?).map(Self)
    }
}

/// The body, read from JSON where one was sent; otherwise what is meant by saying nothing.
pub(super) struct MaybeBody<T>(pub(super) T);

impl<T: DeserializeOwned + Default> FromRequest<Service> for MaybeBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, service: &Service) -> Result<Self, Problem> {
        let json = says_json(&request);
        let bytes = bytes_of(request, service).await?;
        if bytes.is_empty() {
            return Ok(Self(T::default()));
        }
        if !json {
            let detail = "Send JSON, with the header `Content-Type: application/json`, or no body.";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
        read(&bytes).map(Self)
    }
}

/// The body, as a TOML file.
pub(super) struct Toml(pub(super) String);

impl FromRequest<Service> for Toml {
    type Rejection = Problem;

    async fn from_request(request: Request, service: &Service) -> Result<Self, Problem> {
        if !matches!(media_type(&request).as_str(), "application/toml" | "text/plain") {
            let detail = "Send a TOML file, with the header `Content-Type: application/toml`.";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
        Ok(Self(text(&bytes_of(request, service).await?)?.to_owned()))
    }
}

/// The body, as a CSV file; whether it is UTF-8 its reader says, with the line.
pub(super) struct Csv(pub(super) Bytes);

impl FromRequest<Service> for Csv {
    type Rejection = Problem;

    async fn from_request(request: Request, service: &Service) -> Result<Self, Problem> {
        if media_type(&request) != "text/csv" {
            let detail = "Send a CSV file, with the header `Content-Type: text/csv`.";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
        bytes_of(request, service).await.map(Self)
    }
}

/// The body, as a file whose content says what it is.
pub(super) struct File(pub(super) Vec<u8>);

impl FromRequest<Service> for File {
    type Rejection = Problem;

    async fn from_request(request: Request, service: &Service) -> Result<Self, Problem> {
        bytes_of(request, service).await.map(|bytes| Self(bytes.to_vec()))
    }
}

async fn bytes_of(request: Request, service: &Service) -> Result<Bytes, Problem> {
    Bytes::from_request(request, service).await.map_err(|rejection| {
        match rejection.into_response().status() {
            StatusCode::PAYLOAD_TOO_LARGE => {
                let most = crate::http::BODY_LIMIT >> 20;
                Problem::new(StatusCode::PAYLOAD_TOO_LARGE, format!("The body is larger than {most} MB."))
            }
            _ => Problem::new(StatusCode::BAD_REQUEST, "The body did not arrive whole. Send it again."),
        }
    })
}

/// What the body says it is, without parameters and in lower case.
fn media_type(request: &Request) -> String {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn says_json(request: &Request) -> bool {
    let kind = media_type(request);
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// A field of a change, as RFC 7396 has it: what is absent stays, and null clears.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Change<T> {
    /// The field was not sent.
    #[default]
    Keep,
    /// Null was sent.
    Clear,
    Set(T),
}

impl<T> Change<T> {
    /// What there is after the change.
    pub(super) fn over(self, known: Option<T>) -> Option<T> {
        match self {
            Self::Keep => known,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }

    /// The same for what is never absent, only empty.
    pub(super) fn over_empty(self, known: T) -> T
    where
        T: Default,
    {
        self.over(Some(known)).unwrap_or_default()
    }
}

/// With `#[serde(default)]` on the field.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}

/// A field of a change that can be replaced and not cleared: absent it stays, and null is refused. With
/// `#[serde(default, deserialize_with = "lasting")]` and `#[schema(nullable = false)]` on the field.
pub(super) fn lasting<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    T::deserialize(deserializer).map(Some)
}
