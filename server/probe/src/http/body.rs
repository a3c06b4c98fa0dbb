//! Reads a body: so many bytes, so many after decompression, and no longer than the run lasts.

use std::io::Write;

use flate2::write::MultiGzDecoder;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http_body_util::BodyExt;
use hyper::body::Incoming;

use super::root_cause;
use crate::connector::Deadline;
use crate::failure::{Failure, Layer};
use crate::limits::Limits;

/// Reads a body to its end and decodes it.
pub(super) async fn read(
    mut incoming: Incoming,
    headers: &HeaderMap,
    limits: &Limits,
    host: &str,
    deadline: Deadline,
) -> Result<Vec<u8>, Failure> {
    let too_long = || {
        let text = format!(
            "{host} sent a body of more than {}, which is more than a check reads",
            mega(limits.body_bytes)
        );
        Failure::no_answer(Layer::Http, text)
    };
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limits.body_bytes) {
        return Err(too_long());
    }
    let mut sink = Sink::new(headers, limits.decoded_bytes)?;
    let mut received = 0;
    loop {
        let frame = match deadline.bound(incoming.frame()).await {
            Ok(None) => break,
            Ok(Some(Ok(frame))) => frame,
            Ok(Some(Err(error))) => return Err(broken_off(host, received, announced, &error)),
            Err(time) => {
                let text =
                    format!("the answer of {host} was not complete after {time} ({received} bytes by then)");
                return Err(Failure::no_answer(Layer::Http, text));
            }
        };
        let Ok(data) = frame.into_data() else { continue };
        received += data.len();
        if received > limits.body_bytes {
            return Err(too_long());
        }
        sink.take(&data, host)?;
    }
    sink.finish(host)
}

fn broken_off(host: &str, received: usize, announced: Option<usize>, error: &hyper::Error) -> Failure {
    let of = announced.map(|length| format!(" of {length}")).unwrap_or_default();
    let text = if error.is_incomplete_message() || error.is_body_write_aborted() || announced.is_some() {
        format!("{host} closed the connection in the middle of its answer, after {received}{of} bytes")
    } else {
        format!("the answer of {host} broke off after {received} bytes: {}", root_cause(error))
    };
    Failure::no_answer(Layer::Http, text)
}

/// Where the bytes of a body go, by its content encoding.
enum Sink {
    Plain(Capped),
    Gzip(Box<MultiGzDecoder<Capped>>),
}

impl Sink {
    fn new(headers: &HeaderMap, cap: usize) -> Result<Self, Failure> {
        let out = Capped { bytes: Vec::new(), cap, full: false };
        let encoding = headers
            .get(CONTENT_ENCODING)
            .map(|value| String::from_utf8_lossy(value.as_bytes()).to_lowercase());
        match encoding.as_deref().map(str::trim) {
            None | Some("" | "identity") => Ok(Self::Plain(out)),
            Some("gzip" | "x-gzip") => Ok(Self::Gzip(Box::new(MultiGzDecoder::new(out)))),
            Some(other) => {
                let text = format!("the body is encoded as \"{other}\"; asked for was gzip or no encoding");
                Err(Failure::answered(Layer::Http, text))
            }
        }
    }

    fn take(&mut self, data: &[u8], host: &str) -> Result<(), Failure> {
        let (taken, out) = match self {
            Self::Plain(out) => (out.write_all(data), &*out),
            Self::Gzip(decoder) => {
                let taken = decoder.write_all(data);
                (taken, decoder.get_ref())
            }
        };
        taken.map_err(|error| unreadable(host, out.full, out.cap, &error))
    }

    fn finish(self, host: &str) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Plain(out) => Ok(out.bytes),
            Self::Gzip(mut decoder) => {
                let ended = decoder.try_finish();
                let (full, cap) = (decoder.get_ref().full, decoder.get_ref().cap);
                ended.map_err(|error| unreadable(host, full, cap, &error))?;
                Ok(std::mem::take(&mut decoder.get_mut().bytes))
            }
        }
    }
}

fn unreadable(host: &str, full: bool, cap: usize, error: &std::io::Error) -> Failure {
    let text = if full {
        format!(
            "the body of {host} decompresses to more than {}, which is more than a check reads",
            mega(cap)
        )
    } else {
        format!("the gzip encoding of the body of {host} is damaged: {error}")
    };
    Failure::no_answer(Layer::Http, text)
}

/// A buffer that refuses to grow beyond its cap.
struct Capped {
    bytes: Vec<u8>,
    cap: usize,
    full: bool,
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

/// Bytes in words.
fn mega(bytes: usize) -> String {
    if bytes >= 1 << 20 { format!("{} MB", bytes >> 20) } else { format!("{} kB", bytes >> 10) }
}
