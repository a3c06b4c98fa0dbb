//! Addresses: what a page's path names, and where to go next.

use std::fmt::Write as _;

use axum::extract::{FromRequestParts, Path};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderValue, StatusCode, header};
use serde::de::DeserializeOwned;

use super::error::PageError;

/// The variable parts of the path, as [`Path`] reads them; what cannot be read (not an id, not UTF-8) names nothing: 404.
#[derive(Debug, Clone)]
pub struct Segments<T>(pub T);

impl<T, S> FromRequestParts<S> for Segments<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        match Path::from_request_parts(parts, state).await {
            // No text has a NUL, and PostgreSQL would not even compare one.
            Ok(Path(segments)) if !parts.uri.path().contains("%00") => Ok(Self(segments)),
            _ => Err(PageError::not_found()),
        }
    }
}

/// The answer to a form that was done: go on and look there.
pub fn see_other(path: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(path) else { return see_other("/") };
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// A path of this site, or `/` for anything that could lead elsewhere.
pub fn local_path(path: &str) -> &str {
    let local = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && path.bytes().all(|byte| byte.is_ascii_graphic());
    if local { path } else { "/" }
}

/// A text as a value of a query.
pub fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_of_this_site_is_followed() {
        assert_eq!(local_path("/orgs/alder?sort=name"), "/orgs/alder?sort=name");
        for elsewhere in
            ["//evil.example", "https://evil.example", "/\\evil.example", "", "/\tx", "/a b", "javascript:x"]
        {
            assert_eq!(local_path(elsewhere), "/", "{elsewhere}");
        }
    }

    #[test]
    fn a_query_value_says_nothing_of_its_own() {
        assert_eq!(percent_encoded("/a?b=c&d=é"), "/a%3Fb%3Dc%26d%3D%C3%A9");
    }
}
