//! One request and its answer on an open stream.

use http::response::Parts;
use http::{HeaderMap, StatusCode};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::ProtocolVersion;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use url::Url;

use super::body::{self, Capped, Drain};
use super::{Answer, root_cause};
use crate::connector::Deadline;
use crate::failure::{Failure, Layer};
use crate::limits::{Limits, Pace};

/// One request and its answer.
pub(super) struct Exchange<'a> {
    pub(super) limits: &'a Limits,
    /// Who is at the other end, for messages.
    pub(super) host: String,
    pub(super) deadline: Deadline,
}

/// Ends the connection's task with the exchange.
struct Driver(JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// An answer whose head has come and whose body has not.
pub(super) struct Opened {
    parts: Parts,
    incoming: Incoming,
    host: String,
    deadline: Deadline,
    sent: Instant,
    url: Url,
    tls: Option<ProtocolVersion>,
    _driver: Driver,
}

impl Exchange<'_> {
    pub(super) async fn run<S>(
        self,
        stream: S,
        request: http::Request<Full<Bytes>>,
        url: Url,
        tls: Option<ProtocolVersion>,
    ) -> Result<Opened, Failure>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (mut sender, connection) = http1::Builder::new()
            .max_headers(self.limits.headers)
            .max_buf_size(self.limits.head_bytes)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| self.broken(&error))?;
        let driver = Driver(tokio::spawn(async move {
            // Its error comes back through the request.
            let _ = connection.await;
        }));
        let sent = Instant::now();
        let answer = match self.deadline.bound(sender.send_request(request)).await {
            Ok(answer) => answer.map_err(|error| self.broken(&error))?,
            Err(time) => {
                let text = format!("{} did not answer the request within {time}", self.host);
                return Err(Failure::no_answer(Layer::Http, text));
            }
        };
        let (parts, incoming) = answer.into_parts();
        let Self { host, deadline, .. } = self;
        Ok(Opened { parts, incoming, host, deadline, sent, url, tls, _driver: driver })
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

impl Opened {
    pub(super) fn status(&self) -> StatusCode {
        self.parts.status
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// Reads the body into memory, as far as the limits allow.
    pub(super) async fn read(self, limits: &Limits) -> Result<Answer, Failure> {
        let sink = Capped::new(limits.decoded_bytes, &self.host);
        let source = body::Source {
            incoming: self.incoming,
            headers: &self.parts.headers,
            cap: limits.body_bytes,
            host: &self.host,
            deadline: self.deadline,
            pace: None,
        };
        let body = source.pour(sink).await?.into_bytes();
        let (status, latency) = (self.parts.status, self.sent.elapsed());
        Ok(Answer { status, headers: self.parts.headers, body, latency, url: self.url, tls: self.tls })
    }

    /// Pours the body into `drain` as it comes, keeping none of it; the sender must keep the pace.
    pub(super) async fn pour<D: Drain>(self, drain: D, cap: u64, pace: Pace) -> Result<D, Failure> {
        let source = body::Source {
            incoming: self.incoming,
            headers: &self.parts.headers,
            cap: usize::try_from(cap).unwrap_or(usize::MAX),
            host: &self.host,
            deadline: self.deadline,
            pace: Some(pace),
        };
        source.pour(drain).await
    }
}
