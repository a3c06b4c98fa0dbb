//! Delivers messages: a POST to an address that a user named, through the same guard as every check.
//!
//! What comes back is read no further than its head: a webhook is answered by a status (Standard Webhooks 1.0,
//! "Delivery success and failure"). Redirects are not followed; the address is mended instead.

use std::time::Duration;

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, RETRY_AFTER, USER_AGENT};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::connector::Deadline;
use crate::failure::{Failure, Layer};
use crate::prober::Prober;
use crate::tls;

/// A message on its way: a body of JSON with headers of its own.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    pub url: &'a str,
    pub headers: &'a [(&'static str, &'a str)],
    pub body: &'a str,
    /// From the look-up of the name to the head of the answer.
    pub time: Duration,
}

/// How a delivery was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivered {
    pub status: StatusCode,
    /// When to come again, where the receiver says so in seconds.
    pub retry_after: Option<Duration>,
}

impl Prober {
    /// Posts a message and waits for the head of the answer, whatever its status.
    pub async fn deliver(&self, delivery: Delivery<'_>) -> Result<Delivered, Failure> {
        let deadline = Deadline::after(delivery.time);
        let url = self.guard().vet_url(delivery.url)?;
        let host = url.host().expect("the guard lets no URL without a host through").to_owned();
        let port = url.port_or_known_default().expect("http and https have default ports");
        let request = request(&url, delivery)?;
        let connected = self.connector().open(&host, port, deadline).await?;
        let peer = connected.peer.to_string();
        let answer = if url.scheme() == "http" {
            exchange(connected.stream, request, &peer, deadline).await?
        } else {
            let name = tls::server_name(&host)?;
            let stream = tls::handshake(connected, self.trust().http(), &name, deadline).await?;
            exchange(stream, request, &peer, deadline).await?
        };
        let seconds =
            answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        Ok(Delivered { status: answer.status(), retry_after: seconds.map(Duration::from_secs) })
    }
}

fn request(url: &url::Url, delivery: Delivery<'_>) -> Result<http::Request<Full<Bytes>>, Failure> {
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let mut request = http::Request::post(target)
        .header(HOST, host)
        .header(USER_AGENT, concat!("rung/", env!("CARGO_PKG_VERSION")))
        .header(CONTENT_TYPE, "application/json")
        .header(CONTENT_LENGTH, delivery.body.len());
    for (name, value) in delivery.headers {
        let value = HeaderValue::from_str(value).map_err(|_| {
            Failure::inconclusive(Layer::Guard, format!("{name} holds what no header can carry"))
        })?;
        request = request.header(HeaderName::from_static(name), value);
    }
    request
        .body(Full::new(Bytes::copy_from_slice(delivery.body.as_bytes())))
        .map_err(|error| Failure::inconclusive(Layer::Guard, format!("nothing can be sent there: {error}")))
}

async fn exchange<S>(
    stream: S,
    request: http::Request<Full<Bytes>>,
    peer: &str,
    deadline: Deadline,
) -> Result<Response<Incoming>, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let broken = |error: hyper::Error| {
        let text = if error.is_parse() {
            format!("{peer} answered with something that is not HTTP/1.1 ({error})")
        } else {
            format!("{peer} closed the connection without answering")
        };
        Failure::no_answer(Layer::Http, text)
    };
    let handshake =
        http1::Builder::new().max_headers(100).max_buf_size(64 << 10).handshake(TokioIo::new(stream));
    let (mut sender, connection) = handshake.await.map_err(broken)?;
    let answered = async {
        let mut connection = std::pin::pin!(connection);
        let mut sending = std::pin::pin!(sender.send_request(request));
        tokio::select! {
            answer = &mut sending => answer,
            // The connection ended first: the request knows why.
            _ = &mut connection => sending.await,
        }
    };
    match deadline.bound(answered).await {
        Ok(answer) => answer.map_err(broken),
        Err(time) => {
            Err(Failure::no_answer(Layer::Http, format!("{peer} did not answer the request within {time}")))
        }
    }
}
