//! Where notifications arrive: a small HTTP server that takes what FHIR servers send to a subscriber.
//!
//! A check that subscribes opens an [`Inbox`] with an address that cannot be guessed, names it to the server, and waits.
//! A body is looked at by whoever waits and is never kept; what comes while nobody waits is accepted and dropped, so
//! that a server which delivers late is not told off. Encryption is the business of the proxy in front.

mod seats;

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use url::Url;

use seats::Seats;

/// Bytes of a notification.
const BODY: usize = 1 << 20;
/// What a sender may take for its head, and for all of it.
const HEAD: Duration = Duration::from_secs(3);
const WHOLE: Duration = Duration::from_secs(15);
/// Connections at a time.
const AT_ONCE: usize = 64;
/// Letters and digits of an inbox' name.
const NAME: usize = 32;
/// What a verification carries that wants to be repeated.
const CHALLENGES: [&str; 3] = ["hub.challenge", "challenge", "validationToken"];

type Waiting = Arc<Mutex<HashMap<String, UnboundedSender<Notification>>>>;

/// A receiver that listens until it is dropped.
pub struct Receiver {
    url: Url,
    local: SocketAddr,
    waiting: Waiting,
    task: JoinHandle<()>,
}

/// Why nothing can be received.
#[derive(Debug, thiserror::Error)]
pub enum ReceiverError {
    #[error("notifications cannot be received on {address}: {cause}")]
    Bind { address: SocketAddr, cause: std::io::Error },
    #[error("\"{0}\" is not an address that servers can send notifications to: write https://host/path")]
    Url(String),
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Receiver {
    /// Listens on `address`; `url` is how servers reach it, `None` when they use the address itself. Must be called
    /// inside a Tokio runtime.
    pub fn listen(address: SocketAddr, url: Option<&str>) -> Result<Self, ReceiverError> {
        let bind = |cause| ReceiverError::Bind { address, cause };
        let listener = std::net::TcpListener::bind(address).map_err(bind)?;
        listener.set_nonblocking(true).map_err(bind)?;
        let listener = TcpListener::from_std(listener).map_err(bind)?;
        let local = listener.local_addr().map_err(bind)?;
        let own = format!("http://{local}");
        let text = url.unwrap_or(&own).trim_end_matches('/');
        let url = Url::parse(&format!("{text}/")).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.query().is_none());
        let url = url.ok_or_else(|| ReceiverError::Url(text.to_owned()))?;
        let waiting = Waiting::default();
        let task = tokio::spawn(serve(listener, Arc::clone(&waiting)));
        Ok(Self { url, local, waiting, task })
    }

    /// The address that it listens on, with the real port.
    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// Opens an inbox with a name of 32 letters and digits; whoever had it before gets nothing more.
    pub(crate) fn open(&self, name: &str) -> Inbox {
        let (sender, notifications) = unbounded_channel();
        lock(&self.waiting).insert(name.to_owned(), sender);
        let url = self.url.join(name).expect("letters and digits are a path");
        Inbox { url, name: name.to_owned(), notifications, waiting: Arc::clone(&self.waiting) }
    }

    /// Whether an address is one of this receiver's.
    pub(crate) fn owns(&self, address: &str) -> bool {
        address.starts_with(self.url.as_str())
    }
}

/// What was sent to an inbox, and when it had arrived.
pub(crate) struct Notification {
    pub(crate) at: Instant,
    pub(crate) body: Bytes,
}

/// An address of one's own, until it is dropped.
pub(crate) struct Inbox {
    pub(crate) url: Url,
    name: String,
    notifications: UnboundedReceiver<Notification>,
    waiting: Waiting,
}

impl Inbox {
    /// The next notification, however long it takes.
    pub(crate) async fn next(&mut self) -> Notification {
        match self.notifications.recv().await {
            Some(notification) => notification,
            // Another run of the same check has the name now.
            None => std::future::pending().await,
        }
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.notifications.close();
        let mut waiting = lock(&self.waiting);
        // Another run of the same check may have the name by now, and its channel is open.
        if waiting.get(&self.name).is_some_and(UnboundedSender::is_closed) {
            waiting.remove(&self.name);
        }
    }
}

fn lock(waiting: &Waiting) -> MutexGuard<'_, HashMap<String, UnboundedSender<Notification>>> {
    // A map of channels is whole whatever a thread did with it.
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(listener: TcpListener, waiting: Waiting) {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let seats = Seats::default();
    loop {
        let place = Arc::clone(&places).acquire_owned().await.expect("the places are never closed");
        let Ok((stream, from)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        // Closed at once: whoever has enough connections may come again when one has ended.
        let Some(seat) = seats.take(from.ip()) else { continue };
        let waiting = Arc::clone(&waiting);
        tokio::spawn(async move {
            let answer = service_fn(move |request| take(request, Arc::clone(&waiting)));
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD)
                .keep_alive(false)
                .serve_connection(TokioIo::new(stream), answer);
            // A sender that breaks off has sent nothing.
            let _ = tokio::time::timeout(WHOLE, connection).await;
            drop((place, seat));
        });
    }
}

async fn take(request: Request<Incoming>, waiting: Waiting) -> Result<Response<Full<Bytes>>, Infallible> {
    let name = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
    if name.len() != NAME || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(answer(StatusCode::NOT_FOUND, ""));
    }
    if let Some(challenge) = challenge(request.uri().query().unwrap_or_default()) {
        return Ok(answer(StatusCode::OK, &challenge));
    }
    if !matches!(*request.method(), Method::POST | Method::PUT) {
        return Ok(answer(StatusCode::METHOD_NOT_ALLOWED, ""));
    }
    let Ok(body) = Limited::new(request.into_body(), BODY).collect().await else {
        return Ok(answer(StatusCode::PAYLOAD_TOO_LARGE, ""));
    };
    let notification = Notification { at: Instant::now(), body: body.to_bytes() };
    if let Some(inbox) = lock(&waiting).get(&name) {
        // Whoever waited may just have left.
        let _ = inbox.send(notification);
    }
    Ok(answer(StatusCode::OK, ""))
}

/// What a verification asks to be repeated: letters, digits and a few signs, so that nothing else can be made of it.
fn challenge(query: &str) -> Option<String> {
    let found = url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| CHALLENGES.contains(&name.as_ref()))
        .map(|(_, value)| value.into_owned())?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.~+/= :".contains(c);
    Some(found.chars().filter(|c| plain(*c)).take(500).collect())
}

fn answer(status: StatusCode, text: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::copy_from_slice(text.as_bytes())));
    *response.status_mut() = status;
    let plain = http::HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(http::header::CONTENT_TYPE, plain);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_repeated_without_what_a_browser_could_run() {
        assert_eq!(challenge("hub.mode=subscribe&hub.challenge=a%2Db1").as_deref(), Some("a-b1"));
        assert_eq!(challenge("validationToken=%3Cscript%3E").as_deref(), Some("script"));
        assert_eq!(challenge("other=1"), None);
    }
}
