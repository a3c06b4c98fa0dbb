//! HTTP servers whose answers are written byte by byte in the test.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio_rustls::TlsAcceptor;

use super::tcp::{Server, Step, play, read_until};

/// A site: its answers by path, and the requests it has seen.
pub(crate) struct Site {
    server: Server,
    requests: Arc<Mutex<Vec<String>>>,
}

type Routes = dyn Fn(&str) -> Vec<Step> + Send + Sync;

impl Site {
    /// Answers by path; over plain HTTP.
    pub(crate) async fn start(routes: impl Fn(&str) -> Vec<Step> + Send + Sync + 'static) -> Self {
        let routes: Arc<Routes> = Arc::new(routes);
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        let server = Server::start(move |stream| answer(stream, routes.clone(), seen.clone())).await;
        Self { server, requests }
    }

    /// Answers by path; over TLS.
    pub(crate) async fn over_tls(
        config: Arc<rustls::ServerConfig>,
        routes: impl Fn(&str) -> Vec<Step> + Send + Sync + 'static,
    ) -> Self {
        let routes: Arc<Routes> = Arc::new(routes);
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        let acceptor = TlsAcceptor::from(config);
        let server = Server::start(move |stream| {
            let (acceptor, routes, seen) = (acceptor.clone(), routes.clone(), seen.clone());
            async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    answer(stream, routes, seen).await;
                }
            }
        })
        .await;
        Self { server, requests }
    }

    /// Gives the same answer to every path.
    pub(crate) async fn always(steps: Vec<Step>) -> Self {
        Self::start(move |_| steps.clone()).await
    }

    /// Gives one JSON document under one path, and 404 everywhere else.
    pub(crate) async fn with(path: &'static str, document: impl Into<Vec<u8>>) -> Self {
        let document = document.into();
        Self::start(move |asked| if asked == path { json(&document) } else { not_found() }).await
    }

    pub(crate) fn port(&self) -> u16 {
        self.server.address.port()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.server.address)
    }

    /// The heads of the requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no test panics with the lock").clone()
    }
}

async fn answer<S>(mut stream: S, routes: Arc<Routes>, seen: Arc<Mutex<Vec<String>>>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let Some(head) = read_until(&mut stream, b"\r\n\r\n").await else { return };
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    // A body is read before the answer: a server that closes with bytes unread resets the connection.
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let mut body = vec![0; length.unwrap_or_default()];
    if stream.read_exact(&mut body).await.is_err() {
        return;
    }
    seen.lock().expect("no test panics with the lock").push(head);
    play(stream, &routes(&path)).await;
}

/// An answer with a body and its length.
pub(crate) fn response(status: &str, headers: &str, body: &[u8]) -> Vec<Step> {
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
    vec![Step::Send([head.as_bytes(), body].concat())]
}

/// 200 with FHIR's JSON.
pub(crate) fn json(body: &[u8]) -> Vec<Step> {
    response("200 OK", "Content-Type: application/fhir+json\r\n", body)
}

pub(crate) fn html(body: &str) -> Vec<Step> {
    response("200 OK", "Content-Type: text/html; charset=utf-8\r\n", body.as_bytes())
}

pub(crate) fn not_found() -> Vec<Step> {
    response("404 Not Found", "", b"")
}

pub(crate) fn redirect(location: &str) -> Vec<Step> {
    response("302 Found", &format!("Location: {location}\r\n"), b"")
}
