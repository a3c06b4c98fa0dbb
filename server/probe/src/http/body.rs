//! Reads a body: so many bytes, so many after decompression, and no longer than the run lasts.

use std::io::Write;

use flate2::write::MultiGzDecoder;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http_body_util::BodyExt;
use hyper::body::Incoming;

use super::root_cause;
use crate::connector::{Deadline, OutOfTime};
use crate::failure::{Failure, Layer};
use crate::limits::Pace;

/// Where the decoded bytes of a body go. A write that fails says why by `refusal`.
pub(crate) trait Drain: Write {
    fn refusal(&self) -> Option<Failure>;
}

/// A body on its way.
pub(super) struct Source<'a> {
    pub(super) incoming: Incoming,
    pub(super) headers: &'a HeaderMap,
    /// Bytes as they travel.
    pub(super) cap: usize,
    pub(super) host: &'a str,
    pub(super) deadline: Deadline,
    /// How slow the sender may be; without one, as slow as the deadline lets it.
    pub(super) pace: Option<Pace>,
}

impl Source<'_> {
    /// Reads to the end, decoding on the way.
    pub(super) async fn pour<D: Drain>(mut self, drain: D) -> Result<D, Failure> {
        let announced =
            self.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        if announced.is_some_and(|length| length > self.cap) {
            return Err(self.too_long());
        }
        let mut sink = Sink::new(self.headers, drain)?;
        let mut received = 0;
        let mut stretch = self.stretch(received);
        loop {
            let frame = match stretch.deadline.bound(self.incoming.frame()).await {
                Ok(None) => break,
                Ok(Some(Ok(frame))) => frame,
                Ok(Some(Err(error))) => return Err(self.broken_off(received, announced, &error)),
                Err(time) => return Err(self.too_slow(received, &stretch, time)),
            };
            let Ok(data) = frame.into_data() else { continue };
            received += data.len();
            if received > self.cap {
                return Err(self.too_long());
            }
            sink.take(&data, self.host)?;
            if self.pace.is_some_and(|pace| received - stretch.from >= pace.bytes) {
                stretch = self.stretch(received);
            }
        }
        sink.finish(self.host)
    }

    /// Begins a stretch of time in which the sender must keep its pace.
    fn stretch(&self, from: usize) -> Stretch {
        Stretch { from, deadline: self.pace.map_or(self.deadline, |pace| self.deadline.at_most(pace.time)) }
    }

    fn too_slow(&self, received: usize, stretch: &Stretch, time: OutOfTime) -> Failure {
        let host = self.host;
        let text = match self.pace.filter(|_| !self.deadline.left().is_zero()) {
            Some(pace) => format!(
                "{host} sent {} bytes of its answer in {time}, and must send {} in that time ({received} bytes by then)",
                received - stretch.from,
                bytes_in_words(pace.bytes)
            ),
            None => format!("the answer of {host} was not complete after {time} ({received} bytes by then)"),
        };
        Failure::no_answer(Layer::Http, text)
    }

    fn too_long(&self) -> Failure {
        let most = bytes_in_words(self.cap);
        let text = format!("{} sent a body of more than {most}, which is more than a check reads", self.host);
        Failure::no_answer(Layer::Http, text)
    }

    fn broken_off(&self, received: usize, announced: Option<usize>, error: &hyper::Error) -> Failure {
        let host = self.host;
        let of = announced.map(|length| format!(" of {length}")).unwrap_or_default();
        let text = if error.is_incomplete_message() || error.is_body_write_aborted() || announced.is_some() {
            format!("{host} closed the connection in the middle of its answer, after {received}{of} bytes")
        } else {
            format!("the answer of {host} broke off after {received} bytes: {}", root_cause(error))
        };
        Failure::no_answer(Layer::Http, text)
    }
}

/// A stretch of time, from so many bytes on.
struct Stretch {
    from: usize,
    deadline: Deadline,
}

/// The way to the drain, by the body's content encoding.
enum Sink<D: Drain> {
    Plain(D),
    Gzip(Box<MultiGzDecoder<Handed<D>>>),
}

/// A drain that can be taken back out of its decoder.
struct Handed<D>(Option<D>);

impl<D: Drain> Write for Handed<D> {
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
        self.0.as_mut().map_or(Ok(data.len()), |drain| drain.write(data))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<D: Drain> Sink<D> {
    fn new(headers: &HeaderMap, drain: D) -> Result<Self, Failure> {
        let encoding = headers
            .get(CONTENT_ENCODING)
            .map(|value| String::from_utf8_lossy(value.as_bytes()).to_lowercase());
        match encoding.as_deref().map(str::trim) {
            None | Some("" | "identity") => Ok(Self::Plain(drain)),
            Some("gzip" | "x-gzip") => Ok(Self::Gzip(Box::new(MultiGzDecoder::new(Handed(Some(drain)))))),
            Some(other) => {
                let text = format!("the body is encoded as \"{other}\"; asked for was gzip or no encoding");
                Err(Failure::answered(Layer::Http, text))
            }
        }
    }

    fn take(&mut self, data: &[u8], host: &str) -> Result<(), Failure> {
        let (taken, refusal) = match self {
            Self::Plain(drain) => (drain.write_all(data), drain.refusal()),
            Self::Gzip(decoder) => {
                let taken = decoder.write_all(data);
                (taken, decoder.get_ref().0.as_ref().and_then(Drain::refusal))
            }
        };
        taken.map_err(|error| refusal.unwrap_or_else(|| damaged(host, &error)))
    }

    fn finish(self, host: &str) -> Result<D, Failure> {
        match self {
            Self::Plain(drain) => Ok(drain),
            Self::Gzip(mut decoder) => {
                let ended = decoder.try_finish();
                let refusal = decoder.get_ref().0.as_ref().and_then(Drain::refusal);
                ended.map_err(|error| refusal.unwrap_or_else(|| damaged(host, &error)))?;
                Ok(decoder.get_mut().0.take().expect("taken once, here"))
            }
        }
    }
}

fn damaged(host: &str, error: &std::io::Error) -> Failure {
    Failure::no_answer(Layer::Http, format!("the gzip encoding of the body of {host} is damaged: {error}"))
}

/// A buffer that refuses to grow beyond its cap.
pub(super) struct Capped {
    bytes: Vec<u8>,
    cap: usize,
    host: String,
    full: bool,
}

impl Capped {
    pub(super) fn new(cap: usize, host: &str) -> Self {
        Self { bytes: Vec::new(), cap, host: host.to_owned(), full: false }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

impl Drain for Capped {
    fn refusal(&self) -> Option<Failure> {
        let (host, most) = (&self.host, bytes_in_words(self.cap));
        let text =
            format!("the body of {host} decompresses to more than {most}, which is more than a check reads");
        self.full.then(|| Failure::no_answer(Layer::Http, text))
    }
}

impl Write for Capped {
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
        if self.bytes.len() + data.len() > self.cap {
            self.full = true;
            return Err(std::io::Error::other("too much"));
        }
        self.bytes.extend_from_slice(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub(crate) fn bytes_in_words(bytes: usize) -> String {
    match bytes {
        bytes if bytes >= 1 << 30 => format!("{} GB", bytes >> 30),
        bytes if bytes >= 1 << 20 => format!("{} MB", bytes >> 20),
        bytes => format!("{} kB", bytes >> 10),
    }
}
