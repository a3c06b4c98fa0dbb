//! HTTP/1.1 GET over a guarded connection, with a cap on everything.
//!
//! One request, one connection. Redirects are followed by hand: each hop is resolved and vetted like the first. The
//! environment's proxies are not used, since what is judged is the target and not a proxy.

mod body;

use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HOST, LOCATION, USER_AGENT};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body_util::Empty;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::ProtocolVersion;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use url::Url;

use crate::connector::{Connector, Deadline};
use crate::failure::{Failure, Layer};
use crate::limits::Limits;
use crate::tls::{self, Trust};

/// A request of a check.
pub(crate) struct Get<'a> {
    pub(crate) url: &'a Url,
    pub(crate) accept: &'static str,
    /// Sent to the first host only, never after a redirect elsewhere.
    pub(crate) bearer: Option<&'a str>,
    pub(crate) deadline: Deadline,
}

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
        let mut url = get.url.clone();
        let mut bearer = get.bearer;
        for hop in 0..=self.limits.redirects {
            let answer = self.hop(&url, get.accept, bearer, get.deadline).await;
            let answer =
                if hop == 0 { answer } else { answer.map_err(|failure| failure.context(&redirected(&url))) }?;
            let Some(next) = next_hop(&answer)? else {
                return Ok(answer);
            };
            if next.origin() != url.origin() {
                bearer = None;
            }
            url = next;
        }
        let text = format!("more than {} redirects, the last one to {url}", self.limits.redirects);
        Err(Failure::no_answer(Layer::Http, text))
    }

    async fn hop(
        &self,
        url: &Url,
        accept: &'static str,
        bearer: Option<&str>,
        deadline: Deadline,
    ) -> Result<Answer, Failure> {
        // Shape, scheme and user name; the address itself is vetted by the connector.
        let url = self.connector.guard().vet_url(url.as_str())?;
        let host = url.host().expect("the guard lets no URL without a host through").to_owned();
        let port = url.port_or_known_default().expect("http and https have default ports");
        let connected = self.connector.open(&host, port, deadline).await?;
        let request = request(&url, accept, bearer)?;
        let exchange = Exchange { limits: &self.limits, host: connected.peer.to_string(), deadline };
        if url.scheme() == "http" {
            return exchange.run(connected.stream, request, url, None).await;
        }
        let name = tls::server_name(&host)?;
        let stream = tls::handshake(connected, self.trust.http(), &name, deadline).await?;
        let version = stream.get_ref().1.protocol_version();
        exchange.run(stream, request, url, version).await
    }
}

fn redirected(url: &Url) -> String {
    format!("redirected to {url}")
}

fn request(
    url: &Url,
    accept: &'static str,
    bearer: Option<&str>,
) -> Result<http::Request<Empty<Bytes>>, Failure> {
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let mut request = http::Request::get(target)
        .header(HOST, host)
        .header(USER_AGENT, concat!("rung/", env!("CARGO_PKG_VERSION"), " (health check)"))
        .header(ACCEPT, accept)
        .header(ACCEPT_ENCODING, "gzip");
    if let Some(token) = bearer {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", token.trim())).map_err(|_| {
            Failure::inconclusive(
                Layer::Guard,
                "the bearer token holds characters that no HTTP header can carry",
            )
        })?;
        value.set_sensitive(true);
        request = request.header(AUTHORIZATION, value);
    }
    request
        .body(Empty::new())
        .map_err(|error| Failure::inconclusive(Layer::Guard, format!("{url} cannot be asked for: {error}")))
}

/// Where a redirect leads; `None` when the answer is none.
fn next_hop(answer: &Answer) -> Result<Option<Url>, Failure> {
    if !matches!(answer.status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let status = answer.status.as_u16();
    let Some(location) = answer.header(LOCATION) else {
        return Err(Failure::answered(
            Layer::Http,
            format!("{} answered {status} without saying where to", answer.url),
        ));
    };
    let next = answer.url.join(location).map_err(|error| {
        Failure::answered(
            Layer::Http,
            format!("{} redirects to \"{location}\", which is no address: {error}", answer.url),
        )
    })?;
    if answer.url.scheme() == "https" && next.scheme() == "http" {
        let text = format!("{} redirects from https to {next}, which gives up encryption", answer.url);
        return Err(Failure::answered(Layer::Http, text));
    }
    Ok(Some(next))
}

/// One request and its answer on an open stream.
struct Exchange<'a> {
    limits: &'a Limits,
    /// Who is at the other end, for messages.
    host: String,
    deadline: Deadline,
}

/// Ends the connection's task with the exchange.
struct Driver(JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Exchange<'_> {
    async fn run<S>(
        &self,
        stream: S,
        request: http::Request<Empty<Bytes>>,
        url: Url,
        tls: Option<ProtocolVersion>,
    ) -> Result<Answer, Failure>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (mut sender, connection) = http1::Builder::new()
            .max_headers(self.limits.headers)
            .max_buf_size(self.limits.head_bytes)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| self.broken(&error))?;
        let _driver = Driver(tokio::spawn(async move {
            // Its error comes back through the request.
            let _ = connection.await;
        }));
        let sent = Instant::now();
        let answer: Response<Incoming> = match self.deadline.bound(sender.send_request(request)).await {
            Ok(answer) => answer.map_err(|error| self.broken(&error))?,
            Err(time) => {
                let text = format!("{} did not answer the request within {time}", self.host);
                return Err(Failure::no_answer(Layer::Http, text));
            }
        };
        let (parts, incoming) = answer.into_parts();
        let body = body::read(incoming, &parts.headers, self.limits, &self.host, self.deadline).await?;
        Ok(Answer { status: parts.status, headers: parts.headers, body, latency: sent.elapsed(), url, tls })
    }

    fn broken(&self, error: &hyper::Error) -> Failure {
        let host = &self.host;
        let text = if error.is_parse_too_large() {
            format!(
                "{host} sent more headers than a check reads ({} lines, {} kB)",
                self.limits.headers,
                self.limits.head_bytes >> 10
            )
        } else if error.is_parse() {
            format!("{host} answered with something that is not HTTP/1.1 ({error})")
        } else if error.is_incomplete_message() || error.is_closed() || error.is_canceled() {
            format!("{host} closed the connection without answering the request")
        } else {
            format!("the HTTP exchange with {host} broke off: {}", root_cause(error))
        };
        Failure::no_answer(Layer::Http, text)
    }
}

/// The innermost error: the outer ones only say that there is an inner one.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
