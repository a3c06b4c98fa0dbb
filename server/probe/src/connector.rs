//! The one way out: a TCP stream to a vetted address, in time.

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use url::Host;

use crate::failure::{Failure, Layer};
use crate::guard::Guard;

/// When a run ends, whatever the target does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    end: Instant,
    total: Duration,
}

impl Deadline {
    pub(crate) fn after(total: Duration) -> Self {
        Self { end: Instant::now() + total, total }
    }

    /// A nearer deadline for a side request, never beyond this one.
    pub(crate) fn at_most(self, total: Duration) -> Self {
        let near = Self::after(total);
        if near.end < self.end { near } else { self }
    }

    /// This deadline brought forward, so that something is left to clean up in; a short one by a quarter at most.
    pub(crate) fn leaving(self, reserve: Duration) -> Self {
        Self { end: self.end - reserve.min(self.total / 4), ..self }
    }

    /// The time that was given in all.
    pub(crate) fn total(self) -> OutOfTime {
        OutOfTime(self.total)
    }

    /// Runs to the end or to the deadline, whichever comes first.
    pub(crate) async fn bound<T>(self, work: impl Future<Output = T>) -> Result<T, OutOfTime> {
        timeout_at(self.end, work).await.map_err(|_| OutOfTime(self.total))
    }

    pub(crate) fn left(self) -> Duration {
        self.end.saturating_duration_since(Instant::now())
    }
}

/// The deadline came; shows as the time that was given ("20 s").
#[derive(Debug, Clone, Copy)]
pub(crate) struct OutOfTime(Duration);

impl std::fmt::Display for OutOfTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.as_millis().is_multiple_of(1000) {
            write!(f, "{} s", self.0.as_secs())
        } else {
            write!(f, "{} ms", self.0.as_millis())
        }
    }
}

/// An open TCP connection and whom it really reached.
#[derive(Debug)]
pub struct Connected {
    pub stream: TcpStream,
    pub peer: SocketAddr,
}

/// Opens connections that the guard has vetted. HTTP, TLS and MLLP all come through here.
#[derive(Clone)]
pub struct Connector {
    guard: Guard,
}

impl Connector {
    pub fn new(guard: Guard) -> Self {
        Self { guard }
    }

    pub fn guard(&self) -> &Guard {
        &self.guard
    }

    /// Connects to a host as people write it (a name or an address, without a port) within `time`.
    pub async fn connect(&self, host: &str, port: u16, time: Duration) -> Result<Connected, Failure> {
        self.open(&Guard::read_host(host)?, port, Deadline::after(time)).await
    }

    /// Resolves once, vets, and connects to the first vetted address that accepts.
    pub(crate) async fn open(
        &self,
        host: &Host,
        port: u16,
        deadline: Deadline,
    ) -> Result<Connected, Failure> {
        let addresses = match deadline.bound(self.guard.addresses(host)).await {
            Ok(vetted) => vetted?,
            Err(time) => {
                let text =
                    format!("no name server answered for {host} within {time}; check this machine's network");
                return Err(Failure::inconclusive(Layer::Dns, text));
            }
        };
        let mut worst: Option<Failure> = None;
        for (index, address) in addresses.iter().enumerate() {
            let waiting = u32::try_from(addresses.len() - index).unwrap_or(u32::MAX);
            let share = deadline.at_most(deadline.left() / waiting);
            match reach(*address, port, share).await {
                Ok(connected) => return Ok(connected),
                // A refusal by the target says more than a network that this machine lacks.
                Err(failure) => match &worst {
                    Some(known) if known.reach == domain::check::Reach::NoAnswer => {}
                    _ => worst = Some(failure),
                },
            }
        }
        Err(worst.expect("the guard answers with at least one address"))
    }
}

async fn reach(address: IpAddr, port: u16, deadline: Deadline) -> Result<Connected, Failure> {
    let peer = SocketAddr::new(address, port);
    #[expect(clippy::disallowed_methods, reason = "this is the guarded connector: the address was vetted")]
    let attempt = deadline.bound(TcpStream::connect(peer)).await;
    match attempt {
        Err(time) => Err(Failure::no_answer(
            Layer::Connect,
            format!("{peer} did not accept a connection within {time}"),
        )),
        Ok(Err(error)) => Err(explain(peer, &error)),
        Ok(Ok(stream)) => {
            // Only a hint to the kernel: a connection without it is merely slower.
            let _ = stream.set_nodelay(true);
            Ok(Connected { stream, peer })
        }
    }
}

fn explain(peer: SocketAddr, error: &std::io::Error) -> Failure {
    let text = match error.kind() {
        ErrorKind::ConnectionRefused => format!("connection refused by {peer}"),
        ErrorKind::ConnectionReset => format!("connection reset by {peer}"),
        ErrorKind::HostUnreachable => format!("no route to {peer}: the host is unreachable"),
        ErrorKind::NetworkUnreachable | ErrorKind::AddrNotAvailable => {
            let text = format!("this machine has no network on which to reach {peer}");
            return Failure::inconclusive(Layer::Connect, text);
        }
        ErrorKind::TimedOut => format!("{peer} did not accept a connection in time"),
        _ => format!("no connection to {peer}: {error}"),
    };
    Failure::no_answer(Layer::Connect, text)
}
