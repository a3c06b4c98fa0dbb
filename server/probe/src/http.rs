//! HTTP/1.1 over a guarded connection, with a cap on everything.
//!
//! One request, one connection. Redirects of a GET are followed by hand: each hop is resolved and vetted like the
//! first; what is sent is never sent on. The environment's proxies are not used, since what is judged is the target
//! and not a proxy.

mod body;
mod exchange;
mod request;

use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderMap, StatusCode};
use http_body_util::Full;
use hyper::body::Bytes;
use rustls::ProtocolVersion;
use url::Url;

use crate::connector::{Connector, Deadline};
use crate::failure::{Failure, Layer};
use crate::limits::{Limits, Pace};
use crate::tls::{self, Trust};
use exchange::{Exchange, Opened};
use request::Credentials;

pub(crate) use body::{Drain, bytes_in_words};
pub(crate) use request::{Get, Request};

/// A complete answer, decoded.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// From the request to the last byte, connecting not included.
    pub(crate) latency: Duration,
    /// The last address asked: another one than the first after a redirect.
    pub(crate) url: Url,
    /// `None` without TLS.
    pub(crate) tls: Option<ProtocolVersion>,
}

impl Answer {
    pub(crate) fn header(&self, name: http::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The media type without its parameters, in lower case.
    pub(crate) fn media_type(&self) -> Option<String> {
        let text = self.header(CONTENT_TYPE)?;
        Some(text.split(';').next().unwrap_or(text).trim().to_ascii_lowercase())
    }
}

/// Asks, within limits.
#[derive(Clone)]
pub(crate) struct Client {
    connector: Connector,
    trust: Arc<Trust>,
    limits: Limits,
}

impl Client {
    pub(crate) fn new(connector: Connector, trust: Arc<Trust>, limits: Limits) -> Self {
        Self { connector, trust, limits }
    }

    /// Fetches an address, following redirects as far as the limits and the guard allow.
    pub(crate) async fn get(&self, get: &Get<'_>) -> Result<Answer, Failure> {
        self.follow(get).await?.read(&self.limits).await
    }

    /// The same for a document that may be longer than others: `most` bytes, as they travel and decoded.
    pub(crate) async fn get_long(&self, get: &Get<'_>, most: usize) -> Result<Answer, Failure> {
        let limits = Limits { body_bytes: most, decoded_bytes: most, ..self.limits };
        self.follow(get).await?.read(&limits).await
    }

    /// Sends one request. A redirect is an answer like any other: nothing is sent a second time.
    pub(crate) async fn send(&self, request: &Request<'_>) -> Result<Answer, Failure> {
        self.hop(request, request.url, request.credentials).await?.read(&self.limits).await
    }

    /// The same for whom the head of the answer is enough: its body is not read.
    pub(crate) async fn send_for_head(
        &self,
        request: &Request<'_>,
    ) -> Result<(StatusCode, HeaderMap), Failure> {
        let opened = self.hop(request, request.url, request.credentials).await?;
        Ok((opened.status(), opened.headers().clone()))
    }

    /// Pours a body of up to `most` bytes into `drain` and keeps none of it. Any status but 200 is answered with the
    /// whole answer instead.
    pub(crate) async fn pour<D: Drain>(
        &self,
        get: &Get<'_>,
        drain: D,
        most: u64,
        pace: Pace,
    ) -> Result<Poured<D>, Failure> {
        let opened = self.follow(get).await?;
        if opened.status() == StatusCode::OK {
            opened.pour(drain, most, pace).await.map(Poured::Whole)
        } else {
            opened.read(&self.limits).await.map(|answer| Poured::Other(Box::new(answer)))
        }
    }

    async fn follow(&self, get: &Get<'_>) -> Result<Opened, Failure> {
        let request = get.request();
        let mut url = get.url.clone();
        let mut credentials = request.credentials;
        for hop in 0..=self.limits.redirects {
            let answer = self.hop(&request, &url, credentials).await;
            let answer =
                if hop == 0 { answer } else { answer.map_err(|failure| failure.context(&redirected(&url))) }?;
            let Some(next) = next_hop(&answer)? else {
                return Ok(answer);
            };
            if next.origin() != url.origin() {
                credentials = None;
            }
            url = next;
        }
        let text = format!("more than {} redirects, the last one to {url}", self.limits.redirects);
        Err(Failure::no_answer(Layer::Http, text))
    }

    async fn hop(
        &self,
        request: &Request<'_>,
        url: &Url,
        credentials: Option<Credentials<'_>>,
    ) -> Result<Opened, Failure> {
        // Shape, scheme and user name; the address itself is vetted by the connector.
        let url = self.connector.guard().vet_url(url.as_str())?;
        let deadline = request.deadline;
        let host = url.host().expect("the guard lets no URL without a host through").to_owned();
        let port = url.port_or_known_default().expect("http and https have default ports");
        let built = request.build(&url, credentials)?;
        self.over(built, url, &host, port, deadline).await
    }

    /// Carries a request that somebody else made, as it is, with the path and the host of `url`.
    pub(crate) async fn carry(
        &self,
        mut request: http::Request<Full<Bytes>>,
        url: Url,
        deadline: Deadline,
    ) -> Result<Answer, Failure> {
        let url = self.connector.guard().vet_url(url.as_str())?;
        let host = url.host().expect("the guard lets no URL without a host through").to_owned();
        let port = url.port_or_known_default().expect("http and https have default ports");
        let unusual = |error: &dyn std::fmt::Display| {
            Failure::inconclusive(Layer::Guard, format!("{url} cannot be asked for: {error}"))
        };
        let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
        *request.uri_mut() = target.parse().map_err(|error| unusual(&error))?;
        let name = &url[url::Position::BeforeHost..url::Position::AfterPort];
        let name = http::HeaderValue::from_str(name).map_err(|error| unusual(&error))?;
        request.headers_mut().entry(http::header::HOST).or_insert(name);
        self.over(request, url, &host, port, deadline).await?.read(&self.limits).await
    }

    async fn over(
        &self,
        built: http::Request<Full<Bytes>>,
        url: Url,
        host: &url::Host,
        port: u16,
        deadline: Deadline,
    ) -> Result<Opened, Failure> {
        let connected = self.connector.open(host, port, deadline).await?;
        let exchange = Exchange { limits: &self.limits, host: connected.peer.to_string(), deadline };
        if url.scheme() == "http" {
            return exchange.run(connected.stream, built, url, None).await;
        }
        let name = tls::server_name(host)?;
        let stream = tls::handshake(connected, self.trust.http(), &name, deadline).await?;
        let version = stream.get_ref().1.protocol_version();
        exchange.run(stream, built, url, version).await
    }
}

/// What became of a body that was not to be kept.
pub(crate) enum Poured<D> {
    Whole(D),
    /// The status was not 200.
    Other(Box<Answer>),
}

fn redirected(url: &Url) -> String {
    format!("redirected to {url}")
}

/// Where a redirect leads; `None` when the answer is none.
fn next_hop(answer: &Opened) -> Result<Option<Url>, Failure> {
    if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let status = answer.status().as_u16();
    let Some(location) = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok()) else {
        return Err(Failure::answered(
            Layer::Http,
            format!("{} answered {status} without saying where to", answer.url()),
        ));
    };
    let next = answer.url().join(location).map_err(|error| {
        Failure::answered(
            Layer::Http,
            format!("{} redirects to \"{location}\", which is no address: {error}", answer.url()),
        )
    })?;
    if answer.url().scheme() == "https" && next.scheme() == "http" {
        let text = format!("{} redirects from https to {next}, which gives up encryption", answer.url());
        return Err(Failure::answered(Layer::Http, text));
    }
    Ok(Some(next))
}

/// The innermost error: the outer ones only say that there is an inner one.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
