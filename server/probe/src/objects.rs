//! HTTP for a store of files that the operator names: `object_store` says what is asked for, and this crate's connector
//! carries it, so that no second HTTP client and no second TLS are in the house.
//!
//! The operator names the store, users do not: it may be on a private network or on this machine without being opened
//! to checks, but never link-local, where clouds keep their secrets.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http_body_util::{BodyExt as _, Full};
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody,
    HttpService,
};
use url::Url;

use crate::connector::{Connector, Deadline};
use crate::failure::Failure;
use crate::guard::{AllowList, Guard, SystemResolver};
use crate::http::Client;
use crate::limits::Limits;
use crate::mail::PRIVATE;
use crate::tls::{self, Trust};

/// How long one request may take.
const TIME: Duration = Duration::from_mins(1);

/// The most that an answer may hold, in bytes: somewhat more than the largest file that is kept.
const MOST: usize = 32 << 20;

/// Reaches a store of files.
#[derive(Clone)]
pub struct ObjectHttp {
    client: Client,
}

impl fmt::Debug for ObjectHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ObjectHttp")
    }
}

impl ObjectHttp {
    /// `allow` names networks beyond the public and the private ones; `extra_roots` are certificates (PEM) to trust
    /// beside the web's and the system's. The text says what is wrong with them.
    pub fn new(allow: AllowList, extra_roots: Option<&str>) -> Result<Self, String> {
        let mut networks: AllowList = PRIVATE.parse().expect("the networks are written right");
        networks.extend(allow);
        let extra = extra_roots.map(tls::read_pem).transpose()?.unwrap_or_default();
        let connector = Connector::new(Guard::new(networks, Arc::new(SystemResolver::new())));
        let limits = Limits { body_bytes: MOST, decoded_bytes: MOST, ..Limits::default() };
        Ok(Self { client: Client::new(connector, Arc::new(Trust::new(&extra)), limits) })
    }
}

impl HttpConnector for ObjectHttp {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

#[async_trait]
impl HttpService for ObjectHttp {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let broken = |kind, text: String| HttpError::new(kind, std::io::Error::other(text));
        let (parts, body) = request.into_parts();
        let url: Url = parts
            .uri
            .to_string()
            .parse()
            .map_err(|error| broken(HttpErrorKind::Unknown, format!("{}: {error}", parts.uri)))?;
        let body = match body.collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) => return Err(error),
        };
        let mut asked = http::Request::new(Full::new(body));
        *asked.method_mut() = parts.method;
        *asked.headers_mut() = parts.headers;
        let answer = self.client.carry(asked, url, Deadline::after(TIME)).await;
        let answer = answer.map_err(|failure: Failure| {
            broken(HttpErrorKind::Connect, format!("{}: {}", failure.layer.as_str(), failure.text))
        })?;
        let mut response = HttpResponse::new(HttpResponseBody::from(answer.body));
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        Ok(response)
    }
}
