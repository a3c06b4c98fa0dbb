//! Raw TCP servers that do what a script says.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// One thing that a server does on a connection.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Send(Vec<u8>),
    /// Reads until these bytes have come.
    Await(&'static [u8]),
    /// One byte at a time, for ever.
    Drip(u8),
    /// The same bytes, for ever.
    Flood(Vec<u8>),
    /// Nothing, for ever.
    Hang,
}

/// A server on loopback that ends with the test.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Answers each connection with a task of its own.
    pub(crate) async fn start<F, T>(serve: F) -> Self
    where
        F: Fn(TcpStream) -> T + Send + Sync + 'static,
        T: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound address");
        let serve = Arc::new(serve);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream));
            }
        });
        Self { address, task }
    }

    /// Plays the same steps on each connection, then closes it.
    pub(crate) async fn playing(steps: Vec<Step>) -> Self {
        Self::start(move |stream| {
            let steps = steps.clone();
            async move { play(stream, &steps).await }
        })
        .await
    }

    pub(crate) fn port(&self) -> String {
        self.address.port().to_string()
    }
}

/// A port on which nobody listens.
pub(crate) async fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    listener.local_addr().expect("a bound address").port()
}

/// Plays steps; a peer that goes away ends them.
pub(crate) async fn play<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, steps: &[Step]) {
    for step in steps {
        let went_on = match step {
            Step::Send(bytes) => stream.write_all(bytes).await.is_ok() && stream.flush().await.is_ok(),
            Step::Await(end) => read_until(&mut stream, end).await.is_some(),
            Step::Drip(byte) => {
                while stream.write_all(&[*byte]).await.is_ok() && stream.flush().await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                false
            }
            Step::Flood(bytes) => {
                while stream.write_all(bytes).await.is_ok() {}
                false
            }
            Step::Hang => {
                let mut rest = Vec::new();
                let _ = stream.read_to_end(&mut rest).await;
                false
            }
        };
        if !went_on {
            return;
        }
    }
    let _ = stream.shutdown().await;
}

/// What came up to and with the given bytes; `None` when the peer ended first.
pub(crate) async fn read_until<S: AsyncRead + Unpin>(stream: &mut S, end: &[u8]) -> Option<Vec<u8>> {
    let mut seen = Vec::new();
    while !seen.ends_with(end) {
        seen.push(stream.read_u8().await.ok()?);
    }
    Some(seen)
}

/// Posts a body to `http://address/path` and answers with the status line, as a server that notifies does.
pub(crate) async fn post(url: &str, body: &str) -> String {
    let (address, path) = url["http://".len()..].split_once('/').expect("an address with a path");
    #[expect(clippy::disallowed_methods, reason = "the test plays a server that notifies")]
    let mut stream = TcpStream::connect(address).await.expect("a receiver that listens");
    let head = format!("POST /{path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(format!("{head}{body}").as_bytes()).await.expect("a receiver that reads");
    let answer = read_until(&mut stream, b"\r\n").await.unwrap_or_default();
    String::from_utf8_lossy(&answer).trim().to_owned()
}
