//! What is asked: method, address, credentials, body.

use http::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HOST, IF_MATCH, USER_AGENT};
use http::{HeaderName, HeaderValue, Method};
use http_body_util::Full;
use hyper::body::Bytes;
use url::Url;

use crate::connector::Deadline;
use crate::failure::{Failure, Layer};

/// A request of a check.
pub(crate) struct Get<'a> {
    pub(crate) url: &'a Url,
    pub(crate) accept: &'static str,
    /// Sent to the first host only, never after a redirect elsewhere.
    pub(crate) bearer: Option<&'a str>,
    pub(crate) deadline: Deadline,
}

impl<'a> Get<'a> {
    pub(super) fn request(&self) -> Request<'a> {
        Request::new(Method::GET, self.url, self.accept, self.deadline).bearer(self.bearer)
    }
}

const PREFER: HeaderName = HeaderName::from_static("prefer");

/// A request with a method, a body and headers of its own.
#[derive(Clone)]
pub(crate) struct Request<'a> {
    pub(super) url: &'a Url,
    pub(super) deadline: Deadline,
    /// Sent to the first host only.
    pub(super) credentials: Option<Credentials<'a>>,
    method: Method,
    accept: &'static str,
    prefer: Option<&'static str>,
    if_match: Option<&'a str>,
    content: Option<(&'static str, &'a [u8])>,
    others: &'a [(&'static str, &'a str)],
}

/// What an `Authorization` header carries (RFC 9110 section 11.6.2).
#[derive(Clone, Copy)]
pub(super) enum Credentials<'a> {
    Bearer(&'a str),
    /// A scheme and its value, as they are written.
    Whole(&'a str),
}

impl<'a> Request<'a> {
    pub(crate) fn new(method: Method, url: &'a Url, accept: &'static str, deadline: Deadline) -> Self {
        Self {
            url,
            deadline,
            credentials: None,
            method,
            accept,
            prefer: None,
            if_match: None,
            content: None,
            others: &[],
        }
    }

    pub(crate) fn post(
        url: &'a Url,
        accept: &'static str,
        content_type: &'static str,
        body: &'a [u8],
        deadline: Deadline,
    ) -> Self {
        Self { content: Some((content_type, body)), ..Self::new(Method::POST, url, accept, deadline) }
    }

    pub(crate) fn bearer(self, token: Option<&'a str>) -> Self {
        Self { credentials: token.map(Credentials::Bearer), ..self }
    }

    /// A whole `Authorization` header.
    pub(crate) fn authorization(self, value: Option<&'a str>) -> Self {
        Self { credentials: value.map(Credentials::Whole), ..self }
    }

    /// RFC 7240.
    pub(crate) fn prefer(self, preference: &'static str) -> Self {
        Self { prefer: Some(preference), ..self }
    }

    /// Changes only this version of a resource.
    pub(crate) fn if_match(self, tag: Option<&'a str>) -> Self {
        Self { if_match: tag, ..self }
    }

    /// Headers beside those that every request has.
    pub(crate) fn headers(self, others: &'a [(&'static str, &'a str)]) -> Self {
        Self { others, ..self }
    }

    pub(crate) fn content(self, content_type: &'static str, body: &'a [u8]) -> Self {
        Self { content: Some((content_type, body)), ..self }
    }

    /// The request for `url`, which is this request's own address or where a redirect led.
    pub(super) fn build(
        &self,
        url: &Url,
        credentials: Option<Credentials<'_>>,
    ) -> Result<http::Request<Full<Bytes>>, Failure> {
        let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
        let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
        let mut request = http::Request::builder()
            .method(self.method.clone())
            .uri(target)
            .header(HOST, host)
            .header(USER_AGENT, concat!("rung/", env!("CARGO_PKG_VERSION")))
            .header(ACCEPT, self.accept)
            .header(ACCEPT_ENCODING, "gzip");
        if let Some(credentials) = credentials {
            request = request.header(AUTHORIZATION, credentials.header()?);
        }
        if let Some(preference) = self.prefer {
            request = request.header(PREFER, preference);
        }
        if let Some(tag) = self.if_match {
            request = request.header(IF_MATCH, tag);
        }
        for (name, value) in self.others {
            request = request.header(*name, *value);
        }
        let mut body = Bytes::new();
        if let Some((content_type, content)) = self.content {
            request = request.header(CONTENT_TYPE, content_type);
            body = Bytes::copy_from_slice(content);
        }
        request.body(Full::new(body)).map_err(|error| {
            Failure::inconclusive(Layer::Guard, format!("{url} cannot be asked for: {error}"))
        })
    }
}

impl Credentials<'_> {
    fn header(self) -> Result<HeaderValue, Failure> {
        let (text, what) = match self {
            Self::Bearer(token) => (format!("Bearer {}", token.trim()), "bearer token"),
            Self::Whole(value) => (value.trim().to_owned(), "authorization"),
        };
        let mut value = HeaderValue::from_str(&text).map_err(|_| {
            let text = format!("the {what} holds characters that no HTTP header can carry");
            Failure::inconclusive(Layer::Guard, text)
        })?;
        value.set_sensitive(true);
        Ok(value)
    }
}
